//! The chunks of a PNG.

use super::deflate::{self, Adler};
use crate::raster::Frame;

const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1A\n";

/// That the stream is deflate with the largest window, coded by default means (RFC 1950 §2.2).
const ZLIB: [u8; 2] = [0x78, 0x9C];

/// Appends a chunk whose content `fill` appends.
pub(super) fn write<T>(kind: &[u8; 4], out: &mut Vec<u8>, fill: impl FnOnce(&mut Vec<u8>) -> T) -> T {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(kind);
    let value = fill(out);
    let length = (out.len() - start - 8) as u32;
    out[start..start + 4].copy_from_slice(&length.to_be_bytes());
    let crc = crc32fast::hash(&out[start + 4..]);
    out.extend_from_slice(&crc.to_be_bytes());
    value
}

fn write_bytes(kind: &[u8; 4], out: &mut Vec<u8>, content: &[u8]) {
    write(kind, out, |out| out.extend_from_slice(content));
}

/// What comes before the first band.
pub(super) fn head(frame: &Frame, opaque: bool, density: u32, out: &mut Vec<u8>) {
    out.extend_from_slice(&SIGNATURE);
    write(b"IHDR", out, |out| {
        out.extend_from_slice(&frame.width.to_be_bytes());
        out.extend_from_slice(&frame.height.to_be_bytes());
        // Eight bits a sample; truecolour, with alpha or without; the only methods there are; not interlaced.
        out.extend_from_slice(&[8, if opaque { 2 } else { 6 }, 0, 0, 0]);
    });
    // sRGB, with perceptual intent, and what decoders that do not know that chunk need to come near it
    // (11.3.2.5): gamma and chromaticities in hundred-thousandths.
    write_bytes(b"sRGB", out, &[0]);
    write_bytes(b"gAMA", out, &45_455u32.to_be_bytes());
    let primaries = [31_270u32, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000];
    write_bytes(b"cHRM", out, primaries.map(u32::to_be_bytes).as_flattened());
    write(b"pHYs", out, |out| {
        out.extend_from_slice(&density.to_be_bytes());
        out.extend_from_slice(&density.to_be_bytes());
        // The unit is the metre.
        out.push(1);
    });
    write_bytes(b"IDAT", out, &ZLIB);
}

/// What comes after the last band.
pub(super) fn tail(adler: Adler, out: &mut Vec<u8>) {
    write(b"IDAT", out, |out| {
        out.extend_from_slice(&deflate::END);
        out.extend_from_slice(&adler.value().to_be_bytes());
    });
    write_bytes(b"IEND", out, &[]);
}
