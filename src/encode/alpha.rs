//! Premultiplied alpha, which frames have, to the straight alpha that files have.

use crate::raster::{Frame, IRect};

/// Whether every pixel of these RGBA bytes is opaque.
pub(super) fn is_opaque(pixels: &[u8]) -> bool {
    // Long pieces let the loop use vectors and still stop early.
    pixels.chunks(4096).all(|piece| piece.chunks_exact(4).fold(255, |all, p| all & p[3]) == 255)
}

/// Whether every pixel inside `rect` (cut to the frame) is opaque.
pub(super) fn is_opaque_in(frame: &Frame, rect: IRect) -> bool {
    let rect = rect.intersect(frame.rect());
    rect.is_empty()
        || (rect.y0..rect.y1).all(|y| {
            let row = y as usize * frame.width as usize;
            is_opaque(&frame.pixels[(row + rect.x0 as usize) * 4..(row + rect.x1 as usize) * 4])
        })
}

/// Colour components divided by alpha and rounded to nearest, so that multiplying by alpha and
/// rounding gives the frame's own pixel back. What is fully transparent becomes transparent black.
pub(super) fn to_straight([r, g, b, a]: [u8; 4]) -> [u8; 4] {
    match a {
        255 => [r, g, b, a],
        0 => [0; 4],
        _ => {
            let (half, alpha) = (u32::from(a) / 2, u32::from(a));
            let divide = |c: u8| ((u32::from(c) * 255 + half) / alpha).min(255) as u8;
            [divide(r), divide(g), divide(b), a]
        }
    }
}

/// Pixels with straight alpha, appended to `out`.
pub(super) fn all_to_straight(pixels: &[u8], out: &mut Vec<u8>) {
    out.reserve(pixels.len());
    for pixel in pixels.chunks_exact(4) {
        out.extend_from_slice(&to_straight([pixel[0], pixel[1], pixel[2], pixel[3]]));
    }
}
