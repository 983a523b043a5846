//! In a steady state an asset allocates next to nothing: buffers are kept from one to the next.

use std::path::Path;

use allocation_counter::measure;
use byname::campaign::AssetType;
use byname::data::{Record, record_from_json};
use byname::pipeline::{Plan, PlanFilter, Station};
use byname::raster::CpuRasteriser;
use serde_json::json;

/// A person of the benchmark's card. After 60 of them every value was seen.
fn person(index: usize) -> Record {
    let pick = |values: [&str; 5], step: usize| values[(index * step + step) % 5].to_owned();
    let record = json!({
        "id": format!("p{index}"),
        "name": pick(["Ana", "Bartholomew Finch", "Mia", "Onni Korhonen", "Zoë"], 1),
        "minutes": 1000 + index % 4 * 31_017,
        "city": pick(["Leeds", "São Paulo", "Oslo", "Gdańsk", "Montréal"], 2),
        "artist": pick(["Hjärta", "Leonie Abdi", "Vela", "The Quiet Engines", "Ω"], 3),
        "rank": 7 + index % 3 * 4_211,
        "song": pick(["Neon Orbits", "Slow Lanterns", "Paper Rivers", "Golden Gardens", "A"], 4),
    });
    record_from_json(&record.to_string()).expect("JSON")
}

/// The most that damage, drawing, coding and the file's own copy may allocate. vello_cpu allocates four
/// times for each of the nine cells that this card's damage touches.
const A_FEW_DOZEN: u64 = 54;

#[test]
fn drawing_and_coding_reuse_their_buffers() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = std::env::temp_dir().join(format!("byname-allocations-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    let campaign = std::fs::read_to_string(root.join("benches/card/campaign.toml")).expect("the campaign");
    let fonts = format!("{:?}", root.join("assets/starter/fonts"));
    std::fs::write(folder.join("campaign.toml"), campaign.replace("\"fonts\"", &fonts)).expect("writable");
    std::fs::copy(root.join("benches/card/card.html"), folder.join("card.html")).expect("writable");
    std::fs::write(folder.join("people.json"), "[]").expect("writable");
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
                station.make(&composed, &[kind], &mut rasteriser).expect("good");
            });
            counts.push(counted.count_total);
        }
        let steady = counts[60..].iter().max().expect("thirty records");
        println!("{}: {steady} allocations", kind.name());
        assert!(*steady <= A_FEW_DOZEN, "{}: {steady} allocations an asset", kind.name());
    }
}
