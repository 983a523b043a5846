//! `byname gpu`.

use clap::Args;

use super::{Outcome, say, wrong};
use crate::diagnostic::Diagnostic;
use crate::raster::gpu::{Backend, Gpus, SelfTest, adapters, choose};

/// The self-test's frame fits into a page of this side, in pixels.
const SIDE: u32 = 256;

#[derive(Args)]
pub(super) struct Gpu {}

impl Gpu {
    pub(super) fn run(self) -> Result<Outcome, Vec<Diagnostic>> {
        let found = adapters();
        if found.is_empty() {
            say("no adapters: the system has no Vulkan, Metal or Direct3D 12 driver")?;
        }
        for (number, one) in found.iter().enumerate() {
            say(format_args!("{number}: {one}\n   {}", one.limits()))?;
        }
        let chosen = choose(Backend::Auto, &Gpus::Best, false).map_err(|problem| vec![*problem])?;
        let Some(chosen) = chosen.first() else {
            say("`--backend auto` takes the CPU: no GPU is there that can draw frames")?;
            return Ok(Outcome::Well);
        };
        say(format_args!("`--backend auto` takes {chosen}: it is the fittest that is a GPU"))?;
        let failed = |why: String| wrong("gpu-failed", format!("the self-test failed: {why}"));
        let mut test = SelfTest::open(chosen, SIDE).map_err(failed)?;
        say(format_args!("started in {:.2} s", test.start_up.as_secs_f64()))?;
        let parity = test.run().map_err(failed)?;
        say(format_args!("self-test: one frame on the GPU and on the CPU; {parity}"))?;
        Ok(if parity.holds() { Outcome::Well } else { Outcome::Some })
    }
}
