//! The most important property there is: what a record leaves behind never shows in the next one.
//!
//! Random records in random order go through each demo and each template of `nasty/`. The files must be,
//! byte for byte, those of a render from scratch, and must decode to the frame that is drawn from scratch.
//! BYNAME_CASES says how many records each template gets; `cargo xtask soak` is the long run.

mod records;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use byname::campaign::AssetType;
use byname::data::{Record, record_from_json};
use byname::pipeline::{Plan, PlanFilter, Station};
use byname::raster::{CpuRasteriser, Frame};

use records::{Random, nasty};

/// Records that go through one press before a new one is opened.
const ROUND: usize = 250;

/// Drawn at this scale, a demo's frames are small enough to draw many.
const DEMO_SCALE: f64 = 0.2;

/// What is run: a campaign, and where its records come from.
struct Subject {
    name: String,
    campaign: PathBuf,
    scale: f64,
    people: Option<Vec<Record>>,
}

#[test]
fn a_record_after_others_is_the_record_from_scratch() {
    let cases =
        std::env::var("BYNAME_CASES").map_or(500, |cases| cases.parse().expect("BYNAME_CASES is a number"));
    let folder = std::env::temp_dir().join(format!("byname-soak-{}", std::process::id()));
    let subjects = subjects(&folder);
    let mut jobs: Vec<(&Subject, usize, usize)> = Vec::new();
    for start in (0..cases).step_by(ROUND) {
        // A demo is slower, and its records are tamer.
        for subject in subjects.iter().filter(|subject| subject.people.is_none() || start * 4 < cases) {
            jobs.push((subject, start, ROUND.min(cases - start)));
        }
    }
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(&(subject, start, count)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match round(subject, start, count) {
                        Ok(()) => _ = done.fetch_add(count, Ordering::Relaxed),
                        Err(failure) => failures.lock().expect("no panics").push(failure),
                    }
                }
            });
        }
    });
    let _ = std::fs::remove_dir_all(&folder);
    let failures = failures.into_inner().expect("no panics");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    println!("{} cases of {} templates", done.into_inner(), subjects.len());
}

fn subjects(folder: &Path) -> Vec<Subject> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let here = root.join("tests/soak");
    let campaign = std::fs::read_to_string(here.join("campaign.toml")).expect("beside this file");
    let mut subjects = Vec::new();
    std::fs::create_dir_all(folder.join("nasty")).expect("a temporary folder");
    for (name, picture) in records::pictures() {
        std::fs::write(folder.join("nasty").join(name), picture).expect("a temporary folder");
    }
    std::fs::write(folder.join("nobody.ndjson"), "").expect("a temporary folder");
    for entry in std::fs::read_dir(here.join("nasty")).expect("beside this file") {
        let path = entry.expect("a readable folder").path();
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        std::fs::copy(&path, folder.join("nasty").join(&name)).expect("a temporary folder");
        let file = folder.join(format!("{name}.toml"));
        std::fs::write(&file, campaign.replace("TEMPLATE", &name)).expect("a temporary folder");
        subjects.push(Subject { name, campaign: file, scale: 1.0, people: None });
    }
    for demo in ["wrapped", "boarding-pass"] {
        let campaign = root.join("assets/campaigns").join(demo);
        let plan = Plan::open(&campaign, &PlanFilter::default()).expect("a demo");
        let source = byname::data::open(
            &plan.campaign.data.source,
            &plan.campaign.data.key,
            plan.campaign.schema.as_ref(),
        );
        let people = source.expect("a demo").filter_map(Result::ok).take(2_000).collect();
        subjects.push(Subject { name: demo.into(), campaign, scale: DEMO_SCALE, people: Some(people) });
    }
    subjects
}

/// A press of its own, `count` records through it; `start` makes the records others than in other rounds.
fn round(subject: &Subject, start: usize, count: usize) -> Result<(), String> {
    let mut plan =
        Plan::open(&subject.campaign, &PlanFilter::default()).map_err(|problems| format!("{problems:?}"))?;
    plan.campaign.output.scale = subject.scale;
    plan.types = vec![AssetType::Png, AssetType::Jpeg];
    let mut random = Random::new(start as u64);
    let (mut shared, mut own) = (CpuRasteriser::new(), CpuRasteriser::new());
    let variants = &plan.variants[..plan.variants.len().min(8)];
    let variant = &variants[(start / ROUND) % variants.len()];
    let open =
        |incremental| Station::new(&plan, variant, incremental).map_err(|problems| format!("{problems:?}"));
    let (mut station, mut scratch) = (open(true)?, open(false)?);
    for case in 0..count {
        let record = match &subject.people {
            Some(people) => people[random.below(people.len())].clone(),
            None => record_from_json(&nasty(&mut random, case)).map_err(|problem| problem.to_string())?,
        };
        let failed = |what: &str| {
            format!("{}, round {start}, case {case}: {what}\n{}", subject.name, record.to_json())
        };
        let binding = plan.template.evaluate(&record).map_err(|problems| failed(&format!("{problems:?}")))?;
        let make = |station: &mut Station, rasteriser: &mut CpuRasteriser| {
            let composed = station.compose(&binding).map_err(|problems| failed(&format!("{problems:?}")))?;
            let files = station
                .make(&composed, &plan.types, rasteriser)
                .map_err(|problem| failed(&problem.to_string()))?;
            Ok::<_, String>((composed.list, files))
        };
        let (_, files) = make(&mut station, &mut shared)?;
        let (list, expected) = make(&mut scratch, &mut own)?;
        for ((kind, file), (_, expected)) in files.iter().zip(&expected) {
            if file != expected {
                return Err(failed(&format!("the {} is not the one from scratch", kind.name())));
            }
        }
        let mut frame = Frame::new(list.width, list.height);
        CpuRasteriser::new().render(&list, &mut frame);
        let decoded =
            image::load_from_memory(&files[0].1).map_err(|error| failed(&error.to_string()))?.to_rgba8();
        if decoded.as_raw() != &frame.pixels {
            return Err(failed("the PNG does not decode to the frame from scratch"));
        }
    }
    Ok(())
}
