//! Frames to files.
//!
//! An encoder belongs to one worker, one variant and one type. It keeps the file of its base frame:
//! a frame without damage is that very file. A file's bytes do not depend on the base.

mod alpha;
mod jpeg;
mod png;
mod webp;

use crate::diagnostic::Diagnostic;
use crate::display::IRect;
use crate::raster::Frame;

pub use self::jpeg::JpegEncoder;
pub use self::png::PngEncoder;
pub use self::webp::WebpEncoder;

/// Where a frame differs from the base frame.
#[derive(Debug, Clone, Copy)]
pub enum Damage<'a> {
    /// Anywhere.
    Whole,
    /// Within these rectangles only; nowhere, if there are none.
    Rects(&'a [IRect]),
}

impl Damage<'_> {
    fn is_none(&self) -> bool {
        matches!(self, Self::Rects([]))
    }
}

fn too_large(kind: &str, frame: &Frame, max: u32) -> Option<Box<Diagnostic>> {
    (frame.width > max || frame.height > max).then(|| {
        let Frame { width, height, .. } = frame;
        let message = format!("{width}×{height} pixels are too many: a {kind} has at most {max} on a side");
        Box::new(Diagnostic::error("too-large", message).with_hint("lower the scale, or write another type"))
    })
}

fn failed(kind: &str, error: impl std::fmt::Display) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("encode-failed", format!("the {kind} could not be encoded: {error}")))
}

/// The file of the base frame, kept by each encoder.
#[derive(Debug, Default)]
struct BaseFile(Option<Vec<u8>>);

impl BaseFile {
    /// The base's file when there is no damage.
    fn reuse(&self, damage: Damage<'_>) -> Option<Vec<u8>> {
        if damage.is_none() { self.0.clone() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::{Effort, WebpOptions};

    fn frame(alpha: bool) -> Frame {
        let mut frame = Frame::new(33, 17);
        for (index, pixel) in frame.pixels.chunks_exact_mut(4).enumerate() {
            let a = if alpha && index % 5 == 0 { (index % 256) as u8 } else { 255 };
            let channel = |value: usize| ((value % 256) as u32 * u32::from(a) / 255) as u8;
            pixel.copy_from_slice(&[channel(index * 3), channel(index * 7), channel(index), a]);
        }
        frame
    }

    fn decode(bytes: &[u8]) -> image::RgbaImage {
        image::load_from_memory(bytes).unwrap().into_rgba8()
    }

    #[test]
    fn lossless_files_decode_to_what_was_drawn() {
        for alpha in [false, true] {
            let frame = frame(alpha);
            let expected = alpha::straight(&frame);
            for effort in [Effort::Fast, Effort::Balanced, Effort::Small] {
                let bytes = PngEncoder::new(effort, 2.0).encode(&frame, Damage::Whole).unwrap();
                assert_eq!(decode(&bytes).into_raw(), expected, "{effort:?}");
            }
            let options = WebpOptions { lossless: true, ..WebpOptions::default() };
            let bytes = WebpEncoder::new(options).encode(&frame, Damage::Whole).unwrap();
            let decoded = decode(&bytes).into_raw();
            for (got, want) in decoded.chunks_exact(4).zip(expected.chunks_exact(4)) {
                assert!(got == want || want[3] == 0 && got[3] == 0);
            }
        }
    }

    #[test]
    fn a_jpeg_is_close_and_on_white() {
        let mut frame = Frame::new(16, 16);
        let bytes = JpegEncoder::new(95).encode(&frame, Damage::Whole).unwrap();
        assert!(decode(&bytes).pixels().all(|pixel| pixel.0.iter().all(|&c| c > 250)));
        frame.pixels.chunks_exact_mut(4).for_each(|pixel| pixel.copy_from_slice(&[200, 30, 60, 255]));
        let bytes = JpegEncoder::new(95).encode(&frame, Damage::Whole).unwrap();
        let near =
            |pixel: &image::Rgba<u8>| pixel.0.iter().zip([200, 30, 60, 255]).all(|(a, b)| a.abs_diff(b) < 6);
        assert!(decode(&bytes).pixels().all(near));
    }

    #[test]
    fn no_damage_is_the_base_file_and_sizes_have_limits() {
        let base = frame(false);
        let mut encoder = PngEncoder::new(Effort::Balanced, 1.0);
        encoder.set_base(&base).unwrap();
        assert_eq!(
            encoder.encode(&base, Damage::Rects(&[])).unwrap(),
            encoder.encode(&base, Damage::Whole).unwrap()
        );
        let wide = Frame::new(17_000, 1);
        assert_eq!(
            WebpEncoder::new(WebpOptions::default()).encode(&wide, Damage::Whole).unwrap_err().code,
            "too-large"
        );
    }
}
