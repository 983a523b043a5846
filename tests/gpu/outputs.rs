//! What our compute shaders write is what the CPU's encoders make of the same pixels.

use std::sync::Arc;

use byname::campaign::Effort;
use byname::display::{DisplayList, IRect};
use byname::encode::{Damage, JpegEncoder, PngEncoder};
use byname::raster::Frame;
use byname::raster::gpu::{Blocks, Rows, Want};

use crate::records::Random;
use crate::support::{gpu, subjects};

/// Opaque lists of several templates, with sizes that are no multiples of anything.
fn lists() -> Vec<DisplayList> {
    let mut random = Random::new(9);
    let mut lists = Vec::new();
    for subject in subjects() {
        for mut list in subject.lists(&mut random, 2) {
            (list.width, list.height) = (list.width - 3, list.height - 5);
            if list.is_opaque() {
                lists.push(list);
            }
        }
    }
    assert!(lists.len() > 8, "most templates have a ground");
    lists
}

/// The pixels that the GPU drew, and what its shaders made of the same drawing.
fn with_pixels(list: &DisplayList, want: Want) -> (Frame, Vec<u8>) {
    let wants = vec![Want::Pixels { opaque: false }, Want::Pixels { opaque: true }, want];
    let mut results = gpu().make(list, wants).expect("a list that the GPU can draw");
    let (result, colors) = (results.pop().expect("three"), results.pop().expect("two"));
    let frame = Frame { width: list.width, height: list.height, pixels: results.pop().expect("one") };
    let expected: Vec<u8> = frame.pixels.chunks(4).flat_map(|pixel| pixel[..3].to_vec()).collect();
    assert!(colors == expected, "RGB is RGBA without its alpha");
    (frame, result)
}

#[test]
fn filtered_rows_are_those_of_the_cpu() {
    for list in lists() {
        for effort in [Effort::Fast, Effort::Balanced] {
            let mut png = PngEncoder::new(effort);
            let how = png.filtering(list.width).expect("these try few filters");
            let rows = Rows { first: 0, last: list.height, band: how.band, quick: how.quick };
            let (frame, filtered) = with_pixels(&list, Want::Rows(rows));
            let size = (list.width, list.height);
            assert!(filtered == png.filter(&frame), "{effort:?}, {size:?}");
            let file =
                png.encode_filtered(size, Damage::Whole, &[(0..list.height, &filtered)]).expect("a file");
            let decoded = image::load_from_memory(file).expect("a PNG").to_rgba8();
            assert!(decoded.as_raw() == &frame.pixels, "{effort:?}, {size:?}");
        }
    }
}

/// A coefficient may be off by one where it lies halfway and rounding falls to the other side. The mean of
/// a flat block often does, which is one coefficient in 64.
const MOST_OFF: f64 = 0.016;

#[test]
fn blocks_are_those_of_the_cpu() {
    for list in lists() {
        for quality in [50, 85, 95] {
            let jpeg = JpegEncoder::new(quality);
            let (halved, factors) = jpeg.quantization();
            let area = IRect::new(0, 0, list.width, list.height);
            let want = Want::Blocks(Blocks { area, halved, factors: Arc::new(factors) });
            let (frame, blocks) = with_pixels(&list, want);
            let expected = jpeg.blocks(&frame);
            let values = |bytes: &[u8]| -> Vec<i16> {
                bytes.chunks(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
            };
            let (blocks, expected) = (values(&blocks), values(&expected));
            assert_eq!(blocks.len(), expected.len());
            let off: Vec<i32> =
                blocks.iter().zip(&expected).map(|(a, b)| (i32::from(*a) - i32::from(*b)).abs()).collect();
            assert!(off.iter().all(|off| *off <= 1), "quality {quality}: off by {:?}", off.iter().max());
            let share = off.iter().filter(|off| **off > 0).count() as f64 / off.len() as f64;
            assert!(share <= MOST_OFF, "quality {quality}: {share} of the coefficients are off");
        }
    }
}
