//! Records made to be hard on what is kept between them.

use serde_json::json;

/// SplitMix64 (Steele, Lea and Flood, 2014).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((u128::from(z ^ (z >> 31)) * end as u128) >> 64) as usize
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

const NAMES: [&str; 14] = [
    "Ana",
    "Bo",
    "Maximilian-Alexander",
    "Łucja",
    "Øystein Ångström",
    "Ωμέγα",
    "Иван Петров",
    "محمد",
    "ffi fl",
    "W",
    "i",
    "Jean-Baptiste de la Fontaine",
    "AVAVA To",
    "שלום",
];
const WORDS: [&str; 10] =
    ["a", "year", "of", "music", "extraordinarily", "long", "тише", "words", "between", "0123456789"];
const COLORS: [&str; 8] = [
    "#d33",
    "royalblue",
    "oklch(0.7 0.15 140)",
    "rgb(0 0 0 / 0.4)",
    "transparent",
    "#fff",
    "hsl(40 90% 50%)",
    "#1234",
];
const PICTURES: [&str; 4] = ["wide.svg", "tall.svg", "dots.png", "tile.svg"];

/// One JSON object for the templates of `nasty/`.
pub fn nasty(random: &mut Random, case: usize) -> String {
    let words = [1, 2, 3, 6, 12, 20][random.below(6)];
    let long: Vec<&str> = (0..words).map(|_| random.pick(&WORDS)).collect();
    let items: Vec<&str> = (0..random.below(6)).map(|_| random.pick(&WORDS)).collect();
    // A number that often stays as it was.
    let number = if random.below(3) == 0 { 42 } else { random.below(101) };
    json!({
        "id": format!("p{case}"),
        "name": random.pick(&NAMES),
        "long": long.join(" "),
        "n": number,
        "flag": random.below(2) == 0,
        "items": items,
        "color": random.pick(&COLORS),
        "image": random.pick(&PICTURES),
    })
    .to_string()
}

/// The pictures that the records name, and the template's own.
pub fn pictures() -> Vec<(&'static str, Vec<u8>)> {
    let svg = |width: u32, height: u32, fill: &str| {
        format!(
            "<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}'>\
             <rect width='{width}' height='{height}' rx='4' fill='{fill}'/>\
             <circle cx='9' cy='9' r='5' fill='#fff8'/></svg>"
        )
        .into_bytes()
    };
    let dots = image::RgbaImage::from_fn(24, 16, |x, y| {
        let on = (x / 4 + y / 4) % 2 == 0;
        image::Rgba([200, (x * 10) as u8, (y * 15) as u8, if on { 255 } else { 90 }])
    });
    let mut png = std::io::Cursor::new(Vec::new());
    dots.write_to(&mut png, image::ImageFormat::Png).expect("into memory");
    vec![
        ("wide.svg", svg(48, 14, "#284")),
        ("tall.svg", svg(12, 40, "#a26")),
        ("tile.svg", svg(21, 17, "#e8e8f4")),
        ("dots.png", png.into_inner()),
    ]
}
