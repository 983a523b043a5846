//! The one device, and lists to draw.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use byname::data::{Record, record_from_json};
use byname::display::DisplayList;
use byname::pipeline::{Plan, PlanFilter, Station};
use byname::raster::gpu::{Backend, Found, Gpus, SelfTest, choose};

use crate::records::{self, Random, nasty};

/// The first adapter, a software one if need be. Without any, every test fails and says what is missing.
pub fn adapter() -> Found {
    let found = choose(Backend::Gpu, &Gpus::Best, true).unwrap_or_else(|problem| {
        panic!(
            "{problem}\ninstall a Vulkan driver; the Debian package mesa-vulkan-drivers has one in software"
        )
    });
    found.into_iter().next().expect("one at least")
}

/// The device that tests share, for frames of at most 1024 pixels across and down.
pub fn gpu() -> MutexGuard<'static, SelfTest> {
    static GPU: OnceLock<Mutex<SelfTest>> = OnceLock::new();
    let gpu = GPU.get_or_init(|| Mutex::new(SelfTest::open(&adapter(), 1024).expect("a device")));
    gpu.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A template with records that are hard on it.
pub struct Subject {
    pub name: String,
    pub plan: Plan,
    people: Option<Vec<Record>>,
}

/// The templates of `tests/soak/nasty` and the demos, small.
pub fn subjects() -> Vec<Subject> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let here = root.join("tests/soak");
    // Tests that run side by side have folders of their own.
    static FOLDERS: AtomicUsize = AtomicUsize::new(0);
    let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("byname-gpu-{}-{number}", std::process::id()));
    let campaign = std::fs::read_to_string(here.join("campaign.toml")).expect("in the repository");
    std::fs::create_dir_all(folder.join("nasty")).expect("a temporary folder");
    for (name, picture) in records::pictures() {
        std::fs::write(folder.join("nasty").join(name), picture).expect("a temporary folder");
    }
    std::fs::write(folder.join("nobody.ndjson"), "").expect("a temporary folder");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(here.join("nasty"))
        .expect("in the repository")
        .map(|e| e.expect("readable").path())
        .collect();
    paths.sort();
    let mut subjects = Vec::new();
    for path in paths {
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        // Groups that filter what lies below them are the CPU's; there is a test for that.
        let text = std::fs::read_to_string(&path).expect("in the repository");
        let text = text.replace("backdrop-filter", "unknown-filter");
        std::fs::write(folder.join("nasty").join(&name), text).expect("a temporary folder");
        let file = folder.join(format!("{name}.toml"));
        std::fs::write(&file, campaign.replace("TEMPLATE", &name)).expect("a temporary folder");
        let plan = Plan::open(&file, &PlanFilter::default()).expect("a campaign");
        subjects.push(Subject { name, plan, people: None });
    }
    for demo in ["wrapped", "boarding-pass"] {
        let campaign = root.join("assets/campaigns").join(demo);
        let mut plan = Plan::open(&campaign, &PlanFilter::default()).expect("a demo");
        plan.campaign.output.scale = 0.25;
        let source = byname::data::open(
            &plan.campaign.data.source,
            &plan.campaign.data.key,
            plan.campaign.schema.as_ref(),
        );
        let people = source.expect("a demo").filter_map(Result::ok).take(500).collect();
        subjects.push(Subject { name: demo.into(), plan, people: Some(people) });
    }
    subjects
}

impl Subject {
    /// The lists of some records.
    pub fn lists(&self, random: &mut Random, count: usize) -> Vec<DisplayList> {
        let variant = &self.plan.variants[random.below(self.plan.variants.len())];
        let mut station = Station::new(&self.plan, variant, true).expect("a template that opens");
        (0..count)
            .map(|case| {
                let record = match &self.people {
                    Some(people) => people[random.below(people.len())].clone(),
                    None => record_from_json(&nasty(random, case)).expect("an object"),
                };
                let binding = self.plan.template.evaluate(&record).expect("values that evaluate");
                station.compose(&binding).expect("a list").list
            })
            .collect()
    }
}
