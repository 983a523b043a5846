//! `cargo xtask bench --gpu`: where the time of a run on a GPU goes, by the size of its batches.

use std::path::Path;
use std::time::Duration;

use byname::campaign::AssetType;
use byname::pipeline::{Plan, PlanFilter, ProgressMode, RenderOptions, Selection, Stop, render};
use byname::raster::gpu::{Backend, Gpu, Gpus, Options, choose};

use super::card;

const BATCHES: [usize; 5] = [1, 4, 16, 64, 256];

/// Records of a run on a GPU, and on a program that plays one.
const RECORDS: (usize, usize) = (2_000, 24);

/// A program draws the card at this scale.
const SOFTWARE_SCALE: f64 = 0.25;

/// Prints a table for PNG and one for JPEG.
pub fn run(root: &Path, work: &Path, quick: bool) -> Result<(), String> {
    let folder = card::set_up(root, work)?;
    let mut plan = Plan::open(&folder, &PlanFilter::default()).map_err(|problems| format!("{problems:?}"))?;
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let open = || choose(Backend::Gpu, &Gpus::Best, true).map_err(|problem| problem.to_string());
    let found = open()?;
    let software = found[0].is_software();
    let records = if software { RECORDS.1 } else { RECORDS.0 };
    let records = if quick { records.div_ceil(10) } else { records };
    if software {
        plan.campaign.output.scale = SOFTWARE_SCALE;
        println!("No GPU is here: this shows that the path runs, not how fast it is.");
    }
    let scale = plan.campaign.output.scale;
    println!("{}, {workers} workers, {records} records, scale {scale}; milliseconds an asset", found[0]);
    for kind in [AssetType::Png, AssetType::Jpeg] {
        plan.types = vec![kind];
        println!(
            "\n{}\n batch  assets/s  an asset  composing  submitting  drawing  outputs  read-back  waiting  encoding  kB up  kB back  dispatches",
            kind.name()
        );
        for batch in BATCHES {
            let options = Options { batch, ..Options::default() };
            let gpu = Gpu::start(open()?, &options)?;
            let out = work.join("gpu-out");
            let _ = std::fs::remove_dir_all(&out);
            let options = RenderOptions {
                selection: Selection { limit: Some(records), ..Selection::default() },
                jobs: workers,
                strict: false,
                incremental: true,
                progress: ProgressMode::None,
                gpu: Some(gpu),
            };
            let report = render(&plan, &out, &options, &Stop::default())
                .map_err(|problems| format!("{problems:?}"))?;
            let work = options.gpu.as_ref().map(Gpu::work).unwrap_or_default();
            let assets = report.counts.rendered.max(1) as f64;
            let each = |time: Duration| time.as_secs_f64() * 1e3 / assets;
            let (composing, encoding) = (each(work.composing), each(work.encoding));
            let submitting = each(work.submitting);
            let (drawing, outputs, copying) = (each(work.drawing), each(work.outputs), each(work.copying));
            println!(
                "{batch:6}  {:8.0}  {:8.2}  {composing:9.2}  {submitting:10.2}  {drawing:7.2}  {outputs:7.2}  {copying:9.2}  {:7.2}  {encoding:8.2}  {:5.0}  {:7.0}  {:10.1}",
                assets / report.elapsed.as_secs_f64().max(1e-9),
                each(report.elapsed),
                each(work.waiting),
                work.uploaded as f64 / 1e3 / assets,
                work.read_back as f64 / 1e3 / assets,
                work.dispatches as f64 / work.batches.max(1) as f64,
            );
            // Each part has its own thread (or, of the first, all workers) and they run side by side.
            let parts = [
                ("the workers (composing and encoding)", (composing + encoding) / workers as f64),
                ("the submitting thread", submitting),
                ("the GPU (drawing, outputs and read-back)", drawing + outputs + copying),
            ];
            let limit = parts.iter().max_by(|a, b| a.1.total_cmp(&b.1)).expect("three");
            println!(
                "        limited by {}; {:.1} lists a batch",
                limit.0,
                work.jobs as f64 / work.batches.max(1) as f64
            );
        }
    }
    Ok(())
}
