//! Single functions: our encoders and those of the usual crates, on one frame of the card, whole.

use std::path::Path;
use std::time::Instant;

use byname::encode::{Damage, Effort, Encoding, encoder_for};
use byname::raster::Frame;
use image::ImageEncoder as _;
use image::codecs::{jpeg, png as image_png};

/// One encoder on one frame.
pub struct Encoded {
    pub name: String,
    /// The median, in milliseconds.
    pub ms: f64,
    pub bytes: usize,
}

type Encode = Box<dyn FnMut() -> Vec<u8>>;

const ROUNDS: usize = 15;

/// Codes the picture of the card's first person that the rows left in `work`.
pub fn measure(work: &Path) -> Result<Vec<Encoded>, String> {
    let path = work.join("card-p00000.png");
    let picture = image::open(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let (width, height) = (picture.width(), picture.height());
    let rgb = picture.to_rgb8().into_raw();
    let mut frame = Frame::new(width, height);
    frame.pixels.copy_from_slice(picture.to_rgba8().as_raw());
    let mut all: Vec<(String, Encode, Vec<f64>, usize)> = Vec::new();
    let mut add = |name: &str, encode: Encode| all.push((name.to_owned(), encode, Vec::new(), 0));
    for (name, effort) in [("fast", Effort::Fast), ("balanced", Effort::Balanced), ("small", Effort::Small)] {
        let (mut encoder, frame) = (encoder_for(Encoding::Png { effort }), frame.clone());
        add(
            &format!("Byname PNG, {name}"),
            Box::new(move || encoder.encode(&frame, Damage::Whole).expect("a frame of pixels").to_vec()),
        );
    }
    let efforts = [
        ("fastest", png::Compression::Fastest),
        ("fast", png::Compression::Fast),
        ("balanced", png::Compression::Balanced),
    ];
    for (name, compression) in efforts {
        let rgb = rgb.clone();
        add(
            &format!("png crate, {name}"),
            Box::new(move || {
                let mut out = Vec::new();
                let mut encoder = png::Encoder::new(&mut out, width, height);
                encoder.set_color(png::ColorType::Rgb);
                encoder.set_compression(compression);
                let mut writer = encoder.write_header().expect("into memory");
                writer.write_image_data(&rgb).expect("into memory");
                writer.finish().expect("into memory");
                out
            }),
        );
    }
    let pixels = rgb.clone();
    add(
        "image crate, PNG",
        Box::new(move || {
            let mut out = Vec::new();
            image_png::PngEncoder::new(&mut out)
                .write_image(&pixels, width, height, image::ExtendedColorType::Rgb8)
                .expect("into memory");
            out
        }),
    );
    let mut encoder = encoder_for(Encoding::Jpeg { quality: 90 });
    add(
        "Byname JPEG, q90",
        Box::new(move || encoder.encode(&frame, Damage::Whole).expect("a frame of pixels").to_vec()),
    );
    let pixels = rgb.clone();
    add(
        "jpeg-encoder crate, q90, SIMD",
        Box::new(move || {
            let mut out = Vec::new();
            jpeg_encoder::Encoder::new(&mut out, 90)
                .encode(&pixels, width as u16, height as u16, jpeg_encoder::ColorType::Rgb)
                .expect("into memory");
            out
        }),
    );
    add(
        "image crate, JPEG q90",
        Box::new(move || {
            let mut out = Vec::new();
            jpeg::JpegEncoder::new_with_quality(&mut out, 90)
                .write_image(&rgb, width, height, image::ExtendedColorType::Rgb8)
                .expect("into memory");
            out
        }),
    );
    for _ in 0..ROUNDS {
        for (_, encode, times, bytes) in &mut all {
            let start = Instant::now();
            *bytes = encode().len();
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
    }
    let encoded = all.into_iter().map(|(name, _, times, bytes)| Encoded { name, ms: median(times), bytes });
    Ok(encoded.collect())
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
