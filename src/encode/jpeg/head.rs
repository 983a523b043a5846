//! The segments before a JPEG's only scan (T.81 Annex B, T.871).

use super::tables::{self, Huffman};
use crate::raster::Frame;

pub(super) const RST0: u8 = 0xD0;
pub(super) const EOI: u8 = 0xD9;
const SOI: u8 = 0xD8;
const APP0: u8 = 0xE0;
const DQT: u8 = 0xDB;
const SOF0: u8 = 0xC0;
const DHT: u8 = 0xC4;
const DRI: u8 = 0xDD;
const SOS: u8 = 0xDA;

/// Appends everything up to the first MCU. `density` is in pixels to the inch, `steps` are the
/// quantisation tables, `halved` is whether colours are, and `restart` how many MCUs a band has.
pub(super) fn write(
    frame: &Frame,
    density: u16,
    steps: &[[u8; 64]; 2],
    halved: bool,
    restart: u16,
    out: &mut Vec<u8>,
) {
    out.extend_from_slice(&[0xFF, SOI]);
    segment(APP0, out, |out| {
        // Version 1.02, density in dots to the inch both ways, no thumbnail.
        out.extend_from_slice(b"JFIF\0\x01\x02\x01");
        out.extend_from_slice(&density.to_be_bytes());
        out.extend_from_slice(&density.to_be_bytes());
        out.extend_from_slice(&[0, 0]);
    });
    segment(DQT, out, |out| {
        for (index, table) in steps.iter().enumerate() {
            out.push(index as u8);
            out.extend(tables::ZIGZAG.iter().map(|&place| table[usize::from(place)]));
        }
    });
    segment(SOF0, out, |out| {
        out.push(8);
        // `check_size` made sure that they fit.
        out.extend_from_slice(&(frame.height as u16).to_be_bytes());
        out.extend_from_slice(&(frame.width as u16).to_be_bytes());
        // Y, Cb and Cr: their blocks in an MCU across and down, and their quantisation table.
        out.extend_from_slice(&[3, 1, if halved { 0x22 } else { 0x11 }, 0, 2, 0x11, 1, 3, 0x11, 1]);
    });
    segment(DHT, out, |out| {
        for index in 0..2 {
            huffman(index as u8, &tables::DC[index], out);
            huffman(0x10 | index as u8, &tables::AC[index], out);
        }
    });
    segment(DRI, out, |out| out.extend_from_slice(&restart.to_be_bytes()));
    segment(SOS, out, |out| {
        // All three with their Huffman tables, all 64 coefficients, all their bits.
        out.extend_from_slice(&[3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0]);
    });
}

fn segment(marker: u8, out: &mut Vec<u8>, fill: impl FnOnce(&mut Vec<u8>)) {
    out.extend_from_slice(&[0xFF, marker]);
    let start = out.len();
    out.extend_from_slice(&[0; 2]);
    fill(out);
    let length = (out.len() - start) as u16;
    out[start..start + 2].copy_from_slice(&length.to_be_bytes());
}

fn huffman(id: u8, table: &Huffman, out: &mut Vec<u8>) {
    out.push(id);
    out.extend_from_slice(&table.counts);
    out.extend_from_slice(table.symbols);
}
