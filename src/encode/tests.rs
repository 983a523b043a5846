//! What holds for every file: it is the frame, and damage does not show in it.

use proptest::prelude::*;

use super::*;

const ENCODINGS: [Encoding; 7] = [
    Encoding::Png { effort: Effort::Fast },
    Encoding::Png { effort: Effort::Balanced },
    Encoding::Png { effort: Effort::Small },
    Encoding::Jpeg { quality: 90 },
    Encoding::Jpeg { quality: 60 },
    Encoding::Webp { quality: 80.0, lossless: false },
    Encoding::Webp { quality: 0.0, lossless: true },
];

/// What is drawn into a rectangle.
#[derive(Debug, Clone, Copy)]
enum Fill {
    Flat([u8; 4]),
    Gradient(u8),
    Noise(u32),
}

/// A premultiplied colour that is opaque as often as not.
fn color() -> impl Strategy<Value = [u8; 4]> {
    let alpha = prop_oneof![Just(255u8), any::<u8>()];
    (any::<[u8; 3]>(), alpha).prop_map(|(rgb, a)| {
        let [r, g, b] = rgb.map(|c| (u32::from(c) * u32::from(a) / 255) as u8);
        [r, g, b, a]
    })
}

fn fill() -> impl Strategy<Value = Fill> {
    prop_oneof![
        color().prop_map(Fill::Flat),
        any::<u8>().prop_map(Fill::Gradient),
        any::<u32>().prop_map(Fill::Noise),
    ]
}

fn size() -> impl Strategy<Value = (u32, u32)> {
    prop_oneof![(1u32..40, 1u32..40), (250u32..1300, 1u32..130)]
}

/// Rectangles of a frame, perhaps empty, perhaps reaching past it.
fn rect((width, height): (u32, u32)) -> impl Strategy<Value = IRect> {
    (0..width, 0..height, 0..width / 2 + 2, 0..height / 4 + 3)
        .prop_map(|(x, y, w, h)| IRect::new(x, y, x + w, y + h))
}

fn draw(frame: &mut Frame, rect: IRect, fill: Fill) {
    let rect = rect.intersect(frame.rect());
    for y in rect.y0..rect.y1 {
        for x in rect.x0..rect.x1 {
            let pixel = match fill {
                Fill::Flat(color) => color,
                Fill::Gradient(start) => [start.wrapping_add(x as u8 / 4), y as u8, start, 255],
                Fill::Noise(seed) => {
                    let noise = (x * 7919 + y).wrapping_mul(0x9E37_79B1) ^ seed;
                    [(noise >> 24) as u8, (noise >> 16) as u8, (noise >> 8) as u8, 255]
                }
            };
            let at = (y * frame.width + x) as usize * 4;
            frame.pixels[at..at + 4].copy_from_slice(&pixel);
        }
    }
}

fn frame((width, height): (u32, u32)) -> impl Strategy<Value = Frame> {
    let drawn = prop::collection::vec((rect((width, height)), fill()), 0..6);
    (fill(), drawn).prop_map(move |(ground, drawn)| {
        let mut frame = Frame::new(width, height);
        let all = frame.rect();
        draw(&mut frame, all, ground);
        for (rect, fill) in drawn {
            draw(&mut frame, rect, fill);
        }
        frame
    })
}

/// A frame, and what is drawn over it next.
fn change() -> impl Strategy<Value = (Frame, Vec<(IRect, Fill)>)> {
    size().prop_flat_map(|size| (frame(size), prop::collection::vec((rect(size), fill()), 0..4)))
}

/// The frame as files have it.
fn straight(frame: &Frame) -> Vec<u8> {
    let mut pixels = Vec::new();
    alpha::all_to_straight(&frame.pixels, &mut pixels);
    pixels
}

fn decode(bytes: &[u8], format: image::ImageFormat) -> image::RgbaImage {
    image::load_from_memory_with_format(bytes, format).unwrap().to_rgba8()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn damage_does_not_show((base, changes) in change(), encoding in prop::sample::select(&ENCODINGS)) {
        let mut next = base.clone();
        for &(rect, fill) in &changes {
            draw(&mut next, rect, fill);
        }
        let rects: Vec<_> = changes.iter().map(|&(rect, _)| rect).collect();

        let whole = encoder_for(encoding).encode(&next, Damage::Whole).unwrap().to_vec();
        let mut encoder = encoder_for(encoding);
        encoder.set_base(&base).unwrap();
        prop_assert!(encoder.encode(&next, Damage::Rects(&rects)).unwrap() == whole);
        // Again, and after another frame: nothing of it may stay behind.
        prop_assert!(encoder.encode(&next, Damage::Whole).unwrap() == whole);
        let unchanged = encoder.encode(&base, Damage::Rects(&[])).unwrap().to_vec();
        prop_assert!(encoder.encode(&next, Damage::Rects(&rects)).unwrap() == whole);
        prop_assert!(encoder_for(encoding).encode(&base, Damage::Whole).unwrap() == unchanged);
        // A base of another size counts for nothing.
        encoder.set_base(&Frame::new(base.width + 1, base.height)).unwrap();
        prop_assert!(encoder.encode(&next, Damage::Rects(&[])).unwrap() == whole);
    }

    #[test]
    fn lossless_files_are_the_frame(frame in size().prop_flat_map(frame)) {
        for encoding in ENCODINGS {
            let mut encoder = encoder_for(encoding);
            let bytes = encoder.encode(&frame, Damage::Whole).unwrap();
            let format = match encoding {
                Encoding::Png { .. } => {
                    let reader = ::png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
                    let opaque = alpha::is_opaque(&frame.pixels);
                    let kind = if opaque { ::png::ColorType::Rgb } else { ::png::ColorType::Rgba };
                    prop_assert_eq!(reader.info().color_type, kind);
                    prop_assert_eq!(reader.info().srgb, Some(::png::SrgbRenderingIntent::Perceptual));
                    image::ImageFormat::Png
                }
                Encoding::Webp { lossless: true, .. } => image::ImageFormat::WebP,
                _ => continue,
            };
            let decoded = decode(bytes, format);
            prop_assert_eq!(decoded.dimensions(), (frame.width, frame.height));
            prop_assert!(decoded.as_raw() == &straight(&frame), "{:?}", encoding);
        }
    }

    #[test]
    fn lossy_files_look_like_the_frame(size in size(), start: u8) {
        let mut frame = Frame::new(size.0, size.1);
        let all = frame.rect();
        draw(&mut frame, all, Fill::Gradient(start / 2));
        for encoding in ENCODINGS {
            let format = match encoding {
                Encoding::Jpeg { .. } => image::ImageFormat::Jpeg,
                Encoding::Webp { lossless: false, .. } => image::ImageFormat::WebP,
                _ => continue,
            };
            let mut encoder = encoder_for(encoding);
            let decoded = decode(encoder.encode(&frame, Damage::Whole).unwrap(), format);
            prop_assert_eq!(decoded.dimensions(), size);
            let differences = decoded.as_raw().iter().zip(&frame.pixels).map(|(a, b)| f64::from(a.abs_diff(*b)));
            // Where the gradient wraps there is an edge, which lossy files blur.
            let mean = differences.sum::<f64>() / frame.pixels.len() as f64;
            prop_assert!(mean < 4.0, "{:?}: {}", encoding, mean);
        }
    }

    #[test]
    fn what_is_not_opaque_lies_on_white_in_a_jpeg(color in color()) {
        let mut frame = Frame::new(24, 24);
        let all = frame.rect();
        draw(&mut frame, all, Fill::Flat(color));
        let bytes = JpegEncoder::new(100).encode(&frame, Damage::Whole).unwrap().to_vec();
        let decoded = decode(&bytes, image::ImageFormat::Jpeg);
        let [r, g, b, a] = color;
        let right = [r + (255 - a), g + (255 - a), b + (255 - a)];
        for pixel in decoded.pixels() {
            for (found, right) in pixel.0.iter().zip(right) {
                prop_assert!(found.abs_diff(right) <= 3, "{:?} for {:?}", pixel, right);
            }
        }
    }

    #[test]
    fn straight_alpha_multiplies_back(color in color()) {
        let [r, g, b, a] = alpha::to_straight(color);
        let again = [r, g, b].map(|c| ((u32::from(c) * u32::from(a) + 127) / 255) as u8);
        prop_assert_eq!([again[0], again[1], again[2], a], color);
    }
}

#[test]
fn frames_that_do_not_fit_are_refused() {
    for (encoding, most) in [
        (Encoding::Jpeg { quality: 90 }, 65_500),
        (Encoding::Webp { quality: 90.0, lossless: false }, 16_383),
    ] {
        let mut encoder = encoder_for(encoding);
        assert!(encoder.encode(&Frame::new(most, 1), Damage::Whole).is_ok());
        let error = encoder.encode(&Frame::new(most + 1, 1), Damage::Whole).unwrap_err();
        assert_eq!(error.code, "frame-size");
        assert!(
            error.message.contains(&(most + 1).to_string())
                && error.hint.unwrap().contains(&most.to_string())
        );
        assert!(encoder.encode(&Frame::new(0, 5), Damage::Whole).is_err());
    }
}

#[test]
fn the_scale_becomes_the_density() {
    let frame = Frame::new(8, 8);
    let mut png = encoder_for(Encoding::Png { effort: Effort::Fast }).at_scale(2.0);
    let bytes = png.encode(&frame, Damage::Whole).unwrap();
    let reader = ::png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
    assert_eq!(reader.info().pixel_dims.unwrap().xppu, 7559);
    let mut jpeg = encoder_for(Encoding::Jpeg { quality: 90 }).at_scale(2.0);
    assert_eq!(jpeg.encode(&frame, Damage::Whole).unwrap()[13..18], [1, 0, 192, 0, 192]);
}

/// A slanted gradient is coded best as it is, and its bands then repeat the row above them. When the
/// band above is drawn over and filtered, that row no longer stands in the stream.
#[test]
fn a_band_whose_neighbour_changes_its_filters_is_coded_again() {
    let pixel = |frame: &mut Frame, x: u32, y: u32, rgb: [u8; 3]| {
        let at = (y * frame.width + x) as usize * 4;
        frame.pixels[at..at + 4].copy_from_slice(&[rgb[0], rgb[1], rgb[2], 255]);
    };
    let places = |height: u32| (0..height).flat_map(|y| (0..600).map(move |x| (x, y)));
    let mut base = Frame::new(600, 120);
    for (x, y) in places(base.height) {
        let along = (x + y) / 2;
        pixel(&mut base, x, y, [along as u8, (along / 3) as u8, (along * 7 / 5) as u8]);
    }
    for height in [8, 16, 24, 40, 60, 90] {
        let mut next = base.clone();
        for (x, y) in places(height) {
            // Smooth, but never the same twice.
            let bump = (x * x / 97 + y * y / 3 + x * y / 41) as u8;
            pixel(&mut next, x, y, [bump, bump.wrapping_mul(3), bump.wrapping_add(y as u8)]);
        }
        let damage = [IRect::new(0, 0, base.width, height)];
        for effort in [Effort::Fast, Effort::Balanced, Effort::Small] {
            let mut encoder = encoder_for(Encoding::Png { effort });
            let whole = encoder.encode(&next, Damage::Whole).unwrap().to_vec();
            assert!(decode(&whole, image::ImageFormat::Png).into_raw() == next.pixels);
            encoder.set_base(&base).unwrap();
            assert!(encoder.encode(&next, Damage::Rects(&damage)).unwrap() == whole, "{effort:?}, {height}");
        }
    }
}
