//! In a steady state an asset allocates next to nothing: buffers are kept from one to the next.

use allocation_counter::measure;
use byname::campaign::AssetType;
use byname::data::{Record, record_from_json};
use byname::pipeline::{Plan, PlanFilter, Station};
use byname::raster::CpuRasteriser;

const CARD: &str = r#"<style>
body { margin: 0; font: 14px/20px sans-serif; background: linear-gradient(#fff, #ccd) }
p { position: absolute; left: 10px; width: 180px; height: 20px; margin: 0; overflow: hidden; white-space: nowrap }
div { position: absolute; left: 10px; top: 120px; width: 120px; height: 50px; background: #fff; border-radius: 8px; box-shadow: 0 4px 12px #0006 }
</style>
<p style="top: 10px">{{ a }}</p><p style="top: 40px">{{ b }}</p><p style="top: 70px">{{ c }}</p>
<div></div><p style="top: 180px; color: {{ color }}">still</p>"#;

fn person(index: usize) -> Record {
    let words = ["Ana", "Bartholomew", "12,345", "São Paulo", "Ωmega"];
    let word = |step: usize| words[(index * step + step) % words.len()];
    let color = ["red", "green", "blue"][index % 3];
    record_from_json(&format!(
        r#"{{"id":"p{index}","a":"{}","b":"{}","c":"{}","color":"{color}"}}"#,
        word(1),
        word(2),
        word(3)
    ))
    .expect("JSON")
}

/// The most that drawing, coding and the file's own copy may allocate.
const A_FEW_DOZEN: u64 = 48;

#[test]
fn drawing_and_coding_reuse_their_buffers() {
    let folder = std::env::temp_dir().join(format!("byname-allocations-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    std::fs::write(folder.join("card.html"), CARD).expect("a temporary folder");
    let campaign = "name = \"a\"\ntemplate = \"card.html\"\n[data]\nsource = \"people.ndjson\"\nkey = \"id\"\n[formats]\nc = [200, 220]\n";
    std::fs::write(folder.join("campaign.toml"), campaign).expect("a temporary folder");
    std::fs::write(folder.join("people.ndjson"), "").expect("a temporary folder");
    let mut plan = Plan::open(&folder, &PlanFilter::default()).expect("a good campaign");
    let _ = std::fs::remove_dir_all(&folder);
    for kind in [AssetType::Png, AssetType::Jpeg] {
        plan.types = vec![kind];
        let mut station = Station::new(&plan, &plan.variants[0], true).expect("a good campaign");
        let mut rasteriser = CpuRasteriser::new();
        let mut counts = Vec::new();
        for index in 0..90 {
            let binding = plan.template.evaluate(&person(index)).expect("good");
            let composed = station.compose(&binding).expect("good");
            let counted = measure(|| {
                station.make(&composed.list, &[kind], &mut rasteriser).expect("good");
            });
            counts.push(counted.count_total);
        }
        let steady = counts[60..].iter().max().expect("thirty records");
        println!("{}: {steady} allocations", kind.name());
        assert!(*steady <= A_FEW_DOZEN, "{}: {steady} allocations an asset", kind.name());
    }
}
