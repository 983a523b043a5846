//! From premultiplied pixels to what file formats hold.

use crate::raster::Frame;

pub(super) fn is_opaque(frame: &Frame) -> bool {
    frame.pixels.chunks_exact(4).all(|pixel| pixel[3] == 255)
}

/// RGBA with straight alpha, rounded to nearest.
pub(super) fn straight(frame: &Frame) -> Vec<u8> {
    let mut out = frame.pixels.clone();
    for pixel in out.chunks_exact_mut(4) {
        let alpha = u32::from(pixel[3]);
        if alpha != 0 && alpha != 255 {
            for channel in &mut pixel[..3] {
                *channel = ((u32::from(*channel) * 255 + alpha / 2) / alpha).min(255) as u8;
            }
        }
    }
    out
}

/// RGB of opaque pixels.
pub(super) fn rgb(frame: &Frame) -> Vec<u8> {
    frame.pixels.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect()
}

/// RGB over white.
pub(super) fn over_white(frame: &Frame) -> Vec<u8> {
    frame
        .pixels
        .chunks_exact(4)
        .flat_map(|pixel| {
            let white = 255 - pixel[3];
            [pixel[0].saturating_add(white), pixel[1].saturating_add(white), pixel[2].saturating_add(white)]
        })
        .collect()
}
