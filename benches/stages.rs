//! Each stage by itself, on the card that `cargo xtask bench` renders, so that a regression has a place.
//! Run with `cargo bench`; a name after `--` narrows it.

use std::path::Path;

use byname::campaign::{AssetType, Effort};
use byname::data::Record;
use byname::display::{DisplayList, damage};
use byname::encode::{Damage, Encoding, encoder_for};
use byname::pipeline::{Plan, PlanFilter, Station};
use byname::press::Press;
use byname::raster::{CpuRasteriser, Frame, Ground, IRect};
use divan::{AllocProfiler, Bencher};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

/// The card, opened, and some people.
struct Card {
    plan: Plan,
    people: Vec<Record>,
}

const PEOPLE: [&str; 4] = [
    r#"{"id":"a","name":"Ana","minutes":31290,"city":"Leeds","artist":"Hjärta","rank":17095,"song":"Golden Gardens"}"#,
    r#"{"id":"b","name":"Onni Korhonen","minutes":48590,"city":"Paris","artist":"Leonie Abdi","rank":82015,"song":"Neon Orbits"}"#,
    r#"{"id":"c","name":"Bartholomew Finch","minutes":512,"city":"São Paulo","artist":"The Quiet Engines","rank":3,"song":"Slow Lanterns"}"#,
    r#"{"id":"d","name":"Mia","minutes":498000,"city":"Gdańsk","artist":"Vela","rank":99999,"song":"Paper Rivers"}"#,
];

impl Card {
    fn open(template: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = std::env::temp_dir().join(format!("byname-bench-{}-{template}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        let html = format!("{template}.html");
        std::fs::copy(root.join("benches/card").join(&html), folder.join(&html)).expect("the design");
        let campaign =
            std::fs::read_to_string(root.join("benches/card/campaign.toml")).expect("the campaign");
        let fonts = root.join("assets/starter/fonts");
        let campaign = campaign.replace("card.html", &html).replace("\"fonts\"", &format!("{fonts:?}"));
        std::fs::write(folder.join("campaign.toml"), campaign).expect("a temporary folder");
        std::fs::write(folder.join("people.json"), format!("[{}]", PEOPLE.join(",")))
            .expect("a temporary folder");
        let plan =
            Plan::open(&folder, &PlanFilter::default()).unwrap_or_else(|problems| panic!("{problems:?}"));
        let source = byname::data::open(&plan.campaign.data.source, "id", None).expect("just written");
        let people = source.filter_map(Result::ok).collect();
        let _ = std::fs::remove_dir_all(&folder);
        Self { plan, people }
    }

    fn press(&self) -> Press {
        let Plan { template, resources, variants, .. } = &self.plan;
        Press::new(template.clone(), resources.clone(), &variants[0], 1.0).expect("a good template")
    }

    fn lists(&self) -> Vec<DisplayList> {
        let mut press = self.press();
        let mut list = |record| {
            let binding = self.plan.template.evaluate(record).expect("a good record");
            press.compose(&binding).expect("a good record").list
        };
        self.people.iter().map(&mut list).collect()
    }

    /// The first person's frame, another one's, and where they differ.
    fn frames(&self) -> (Frame, Frame, Vec<IRect>) {
        let lists = self.lists();
        let frame = |list: &DisplayList| {
            let mut frame = Frame::new(list.width, list.height);
            CpuRasteriser::new().render(list, &mut frame);
            frame
        };
        (frame(&lists[0]), frame(&lists[1]), damage(&lists[0], &lists[1]))
    }
}

const DESIGNS: [&str; 2] = ["card", "moving"];

#[divan::bench]
fn open_the_press(bencher: Bencher) {
    let card = Card::open("card");
    bencher.bench_local(|| card.press());
}

#[divan::bench]
fn evaluate(bencher: Bencher) {
    let card = Card::open("card");
    let mut people = card.people.iter().cycle();
    bencher.bench_local(|| card.plan.template.evaluate(people.next().expect("endless")));
}

#[divan::bench(args = DESIGNS)]
fn patch_lay_out_paint(bencher: Bencher, design: &str) {
    let card = Card::open(design);
    let mut press = card.press();
    let bindings: Vec<_> =
        card.people.iter().map(|record| card.plan.template.evaluate(record).expect("good")).collect();
    let mut next = bindings.iter().cycle();
    bencher.bench_local(|| press.compose(next.next().expect("endless")).expect("good"));
}

#[divan::bench(args = DESIGNS)]
fn paint(bencher: Bencher, design: &str) {
    let card = Card::open(design);
    let mut press = card.press();
    let binding = card.plan.template.evaluate(&card.people[1]).expect("good");
    press.compose(&binding).expect("good");
    bencher.bench_local(|| press.paint());
}

#[divan::bench(args = DESIGNS)]
fn find_damage(bencher: Bencher, design: &str) {
    let lists = Card::open(design).lists();
    bencher.bench_local(|| damage(&lists[0], &lists[1]));
}

#[divan::bench]
fn raster_whole(bencher: Bencher) {
    let lists = Card::open("card").lists();
    let mut frame = Frame::new(1080, 1080);
    bencher.bench_local(|| CpuRasteriser::new().render(&lists[1], &mut frame));
}

#[divan::bench(args = DESIGNS)]
fn raster_damage(bencher: Bencher, design: &str) {
    let lists = Card::open(design).lists();
    let (mut rasteriser, mut ground, mut frame) =
        (CpuRasteriser::new(), Ground::default(), Frame::new(1080, 1080));
    rasteriser.render(&lists[0], &mut frame);
    let mut next = (1..lists.len()).cycle();
    bencher.bench_local(|| {
        let list = &lists[next.next().expect("endless")];
        rasteriser.render_rects_over(&mut ground, list, &mut frame, &damage(&lists[0], list));
    });
}

const ENCODINGS: [(&str, Encoding); 5] = [
    ("png fast", Encoding::Png { effort: Effort::Fast }),
    ("png balanced", Encoding::Png { effort: Effort::Balanced }),
    ("png small", Encoding::Png { effort: Effort::Small }),
    ("jpeg", Encoding::Jpeg { quality: 90 }),
    ("webp", Encoding::Webp { quality: 90.0, lossless: false }),
];

fn encoding(name: &str) -> Encoding {
    ENCODINGS.iter().find(|(known, _)| *known == name).expect("in the table").1
}

#[divan::bench(args = ENCODINGS.map(|(name, _)| name))]
fn encode_whole(bencher: Bencher, name: &str) {
    let (_, frame, _) = Card::open("card").frames();
    let mut encoder = encoder_for(encoding(name));
    bencher.bench_local(|| encoder.encode(&frame, Damage::Whole).expect("pixels").len());
}

#[divan::bench(args = ["png fast", "png balanced", "png small", "jpeg"])]
fn encode_damage(bencher: Bencher, name: &str) {
    let (base, frame, rects) = Card::open("card").frames();
    let mut encoder = encoder_for(encoding(name));
    encoder.set_base(&base).expect("pixels");
    bencher.bench_local(|| encoder.encode(&frame, Damage::Rects(&rects)).expect("pixels").len());
}

/// From values to a file's bytes, one after the other, as a worker does it.
#[divan::bench(args = [AssetType::Png, AssetType::Jpeg, AssetType::Pdf])]
fn whole_asset(bencher: Bencher, kind: &AssetType) {
    let mut card = Card::open("card");
    card.plan.types = vec![*kind];
    let mut station = Station::new(&card.plan, &card.plan.variants[0], true).expect("a good campaign");
    let mut rasteriser = CpuRasteriser::new();
    let mut people = card.people.iter().cycle();
    bencher.bench_local(|| {
        let binding = card.plan.template.evaluate(people.next().expect("endless")).expect("good");
        let composed = station.compose(&binding).expect("good");
        station.make(&composed, &[*kind], &mut rasteriser).expect("good")
    });
}
