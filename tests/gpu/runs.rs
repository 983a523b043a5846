//! Whole runs: the assets of a GPU run are the CPU's, whatever goes wrong with the GPU.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use byname::campaign::AssetType;
use byname::pipeline::{
    Plan, PlanFilter, ProgressMode, RenderOptions, RenderReport, Selection, Stop, render,
};
use byname::raster::Frame;
use byname::raster::gpu::{Fault, Faults, Gpu, Options, Parity};
use serde_json::Value;

use crate::support::adapter;

/// Records of a run.
const RECORDS: usize = 12;

/// The starter's card, small.
fn plan(types: &[AssetType]) -> Plan {
    let campaign = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/campaigns/wrapped");
    let filter = PlanFilter { formats: vec!["square".into()], ..PlanFilter::default() };
    let mut plan = Plan::open(&campaign, &filter).expect("a demo");
    plan.campaign.output.scale = 0.2;
    plan.types = types.to_vec();
    plan.variants.truncate(1);
    plan
}

/// Runs into a fresh folder; the manifest by path.
fn run(plan: &Plan, gpu: Option<Gpu>, name: &str) -> (RenderReport, BTreeMap<String, Value>, PathBuf) {
    run_as(plan, gpu, name, true)
}

fn run_as(
    plan: &Plan,
    gpu: Option<Gpu>,
    name: &str,
    incremental: bool,
) -> (RenderReport, BTreeMap<String, Value>, PathBuf) {
    let out = std::env::temp_dir().join(format!("byname-gpu-run-{}-{name}", std::process::id()));
    let _ = std::fs::remove_dir_all(&out);
    let options = RenderOptions {
        selection: Selection { limit: Some(RECORDS), ..Selection::default() },
        jobs: 2,
        strict: false,
        incremental,
        progress: ProgressMode::None,
        gpu,
    };
    let report = render(plan, &out, &options, &Stop::default()).expect("a run");
    let manifest = std::fs::read_to_string(out.join("manifest.ndjson")).expect("a manifest");
    let lines = manifest.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let lines = lines.map(|line| (line["path"].as_str().expect("a path").to_owned(), line)).collect();
    (report, lines, out)
}

struct Calls {
    faults: Vec<Option<Fault>>,
    next: AtomicUsize,
}

impl Faults for Calls {
    fn next(&self) -> Option<Fault> {
        self.faults.get(self.next.fetch_add(1, Ordering::Relaxed)).copied().flatten()
    }
}

fn gpu(batch: usize, faults: &[Option<Fault>]) -> Gpu {
    let faults: Arc<dyn Faults> = Arc::new(Calls { faults: faults.to_vec(), next: AtomicUsize::new(0) });
    // Small pages: a software GPU clears all of them.
    let options = Options { memory: 16 << 20, batch, faults: Some(faults) };
    Gpu::start(vec![adapter()], &options).expect("a device")
}

/// The pictures of two folders look the same.
fn compare<'a>(right: &Path, other: &Path, paths: impl Iterator<Item = &'a str>) {
    let mut all = Parity::default();
    for path in paths {
        let frame = |folder: &Path| {
            let image = image::open(folder.join(path)).expect("a picture").to_rgba8();
            Frame { width: image.width(), height: image.height(), pixels: image.into_raw() }
        };
        all.add(&Parity::of(&frame(right), &frame(other)));
    }
    assert!(all.holds(), "{all}");
}

/// Pixels, rows and blocks, alone and together, with a base and without: the files decode to the same
/// pictures.
#[test]
fn every_type_comes_from_the_gpu() {
    use AssetType::{Jpeg, Pdf, Png, Webp};
    for types in [&[Png][..], &[Jpeg], &[Png, Jpeg, Pdf], &[Webp, Png], &[Pdf]] {
        let mut plan = plan(types);
        plan.campaign.output.webp.lossless = true;
        for incremental in [true, false] {
            let (_, _, right) = run_as(&plan, None, "types-cpu", incremental);
            let (report, lines, out) = run_as(&plan, Some(gpu(4, &[])), "types-gpu", incremental);
            assert_eq!(report.counts.rendered, (RECORDS * types.len()) as u64, "{types:?}");
            let drawn = lines.values().filter(|line| line["type"] != "pdf");
            for line in drawn.clone() {
                assert_eq!(line["backend"], "gpu", "{types:?}: {line}");
            }
            let paths = |lossy: bool| {
                let of = move |line: &&Value| (line["type"] == "jpeg") == lossy;
                drawn.clone().filter(of).map(|line| line["path"].as_str().expect("a path"))
            };
            compare(&right, &out, paths(false));
            // Where rounding falls to the other side, a JPEG may be off by a step of its tables.
            for path in paths(true) {
                let open =
                    |folder: &Path| image::open(folder.join(path)).expect("a JPEG").to_rgb8().into_raw();
                let (a, b) = (open(&right), open(&out));
                let far = a.iter().zip(&b).filter(|(a, b)| a.abs_diff(**b) > 12).count();
                assert!(far * 2000 < a.len(), "{path}: {far} of {} values are far off", a.len());
            }
            for folder in [right, out] {
                let _ = std::fs::remove_dir_all(folder);
            }
        }
    }
}

#[test]
fn a_run_survives_its_gpu() {
    let plan = plan(&[AssetType::Png]);
    let (report, lines, right) = run(&plan, None, "cpu");
    assert_eq!((report.counts.rendered, lines.len()), (RECORDS as u64, RECORDS));
    assert!(lines.values().all(|line| line.get("backend").is_none()), "a CPU run says nothing of backends");
    for fault in [
        None,
        Some(Fault::Lost),
        Some(Fault::OutOfMemory),
        Some(Fault::Timeout),
        Some(Fault::Overflow),
        Some(Fault::TooComplex),
    ] {
        // The base goes well; a later batch does not (and, of what is too complex, no other attempt).
        let mut faults = vec![None, fault];
        if fault == Some(Fault::TooComplex) {
            faults.resize(12, fault);
        }
        let (report, lines, out) = run(&plan, Some(gpu(3, &faults)), "gpu");
        assert_eq!(report.counts.rendered, RECORDS as u64, "{fault:?}: {:?}", report.problems);
        assert_eq!(report.counts.failed + report.counts.skipped, 0, "{fault:?}");
        compare(&right, &out, lines.keys().map(String::as_str));
        let on = |backend: &str| lines.values().filter(|line| line["backend"] == backend).count();
        assert_eq!(on("gpu") + on("cpu"), RECORDS, "{fault:?}");
        let reasons = lines.values().filter(|line| line["backend"] == "cpu" && line["fallback"].is_string());
        assert_eq!((reasons.count(), report.fallbacks.0), (on("cpu"), on("cpu") as u64), "{fault:?}");
        // More room is all that an overflow needs.
        let survives_on_gpu = matches!(fault, None | Some(Fault::Overflow));
        assert_eq!(on("cpu") == 0, survives_on_gpu, "{fault:?}: {:?}", report.fallbacks);
        assert!(on("gpu") > 0, "{fault:?}: {:?}", report.fallbacks);
    }
    for name in ["cpu", "gpu"] {
        let _ = std::fs::remove_dir_all(
            right.with_file_name(format!("byname-gpu-run-{}-{name}", std::process::id())),
        );
    }
}
