//! `byname gpu`.

use clap::Args;

use super::{Outcome, say, wrong};
use crate::diagnostic::{Diagnostic, tell};
use crate::raster::gpu::{Backend, Gpu, Gpus, Options, SelfTest, adapters, choose};

/// The self-test's frame fits into a page of this side, in pixels.
const SIDE: u32 = 256;

#[derive(Args)]
pub(super) struct GpuCommand {}

impl GpuCommand {
    pub(super) fn run(self) -> Result<Outcome, Vec<Diagnostic>> {
        let found = adapters();
        if found.is_empty() {
            say("no adapters: the system has no Vulkan, Metal or Direct3D 12 driver")?;
        }
        for (number, one) in found.iter().enumerate() {
            say(format_args!("{number}: {one}\n   {}", one.limits()))?;
        }
        let chosen = choose(Backend::Auto, &Gpus::Best, false).map_err(|problem| vec![*problem])?;
        let test = match chosen.first() {
            Some(chosen) => {
                say(format_args!("`--backend auto` takes {chosen}: it is the fittest that is a GPU"))?;
                chosen
            }
            None => {
                say("`--backend auto` takes the CPU: no GPU is there that can draw frames")?;
                let fit = found.iter().position(|one| one.unfit.is_none());
                let Some(number) = fit else { return Ok(Outcome::Well) };
                say(format_args!(
                    "tested is {number}, which `--backend gpu --gpus {number}` takes all the same"
                ))?;
                &found[number]
            }
        };
        let failed = |why: String| wrong("gpu-failed", format!("the self-test failed: {why}"));
        let mut test = SelfTest::open(test, SIDE).map_err(failed)?;
        say(format_args!("started in {:.2} s", test.start_up.as_secs_f64()))?;
        let parity = test.run().map_err(failed)?;
        say(format_args!("self-test: one frame on the GPU and on the CPU; {parity}"))?;
        Ok(if parity.holds() { Outcome::Well } else { Outcome::Some })
    }
}

/// What draws the frames of a run.
#[derive(Args)]
pub(super) struct GpuArgs {
    /// What draws the frames
    #[arg(long, value_enum, default_value_t = Backend::Auto)]
    backend: Backend,
    /// Which GPUs: `all`, or their numbers as `byname gpu` shows them [default: the fittest one]
    #[arg(long, value_name = "GPUS", value_parser = parse_gpus)]
    gpus: Option<Gpus>,
    /// Memory to use of each GPU at most, in MiB
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(64..=1 << 20))]
    gpu_memory: Option<u64>,
}

impl GpuArgs {
    /// Opens the GPUs; nothing when the CPU is to draw.
    pub(super) fn open(&self) -> Result<Option<Gpu>, Vec<Diagnostic>> {
        let gpus = self.gpus.clone().unwrap_or_default();
        let chosen = choose(self.backend, &gpus, false).map_err(|problem| vec![*problem])?;
        if chosen.is_empty() {
            return Ok(None);
        }
        let mut options = Options::default();
        if let Some(memory) = self.gpu_memory {
            options.memory = memory << 20;
        }
        match Gpu::start(chosen, &options) {
            Ok(gpu) => {
                let (names, seconds) = (gpu.names().join(", "), gpu.start_up().as_secs_f64());
                tell(format_args!("drawing on {names}, started in {seconds:.2} s"));
                Ok(Some(gpu))
            }
            Err(why) if self.backend == Backend::Auto => {
                tell(format_args!("warning: the GPU could not be opened, so the CPU draws: {why}"));
                Ok(None)
            }
            Err(why) => Err(wrong("gpu-failed", format!("the GPU could not be opened: {why}"))),
        }
    }
}

fn parse_gpus(text: &str) -> Result<Gpus, String> {
    if text == "all" {
        return Ok(Gpus::All);
    }
    let numbers: Result<Vec<usize>, _> = text.split(',').map(|number| number.trim().parse()).collect();
    numbers.map(Gpus::Numbers).map_err(|_| format!("`{text}` is neither `all` nor numbers like 0,1"))
}
