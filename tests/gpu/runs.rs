//! Whole runs: the assets of a GPU run are the CPU's, whatever goes wrong with the GPU.

use std::collections::BTreeMap;
use std::path::Path;
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
fn run(
    plan: &Plan,
    gpu: Option<Gpu>,
    name: &str,
) -> (RenderReport, BTreeMap<String, Value>, std::path::PathBuf) {
    let out = std::env::temp_dir().join(format!("byname-gpu-run-{}-{name}", std::process::id()));
    let _ = std::fs::remove_dir_all(&out);
    let options = RenderOptions {
        selection: Selection { limit: Some(RECORDS), ..Selection::default() },
        jobs: 2,
        strict: false,
        incremental: true,
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

/// All PNGs of two folders look the same.
fn compare(right: &Path, other: &Path, lines: &BTreeMap<String, Value>) {
    let mut all = Parity::default();
    for path in lines.keys() {
        let frame = |folder: &Path| {
            let image = image::open(folder.join(path)).expect("a picture").to_rgba8();
            Frame { width: image.width(), height: image.height(), pixels: image.into_raw() }
        };
        all.add(&Parity::of(&frame(right), &frame(other)));
    }
    assert!(all.holds(), "{all}");
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
        compare(&right, &out, &lines);
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
