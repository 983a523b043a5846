//! PNG files in bands of rows.
//!
//! Each band is one IDAT chunk with one deflate block that refers to nothing before it and ends on a
//! byte. Its first row may be filtered against the last row of the band above, which is why damage
//! reaches one row further down than it is drawn. The stream's checksum is combined of the bands'.
//!
//! Opaque frames become RGB, others RGBA; when that differs from the base, all bands are coded.

mod adler;
mod chunk;
mod filter;

use super::bands::Banded;
use super::deflate::{self, Deflate, Search};
use super::{Damage, Effort, alpha, check_size};
use crate::diagnostic::Result;
use crate::raster::Frame;
use adler::Adler;
use fearless_simd::{Level, Simd, dispatch};
use filter::{Choice, Filter, Filters};

/// The most pixels of a side (Third Edition, 11.2.1).
const MOST: u32 = i32::MAX as u32;

/// Makes PNG files. See [`Encoder`](super::Encoder).
#[derive(Clone)]
pub struct PngEncoder {
    /// Pixels to the metre.
    density: u32,
    coder: Coder,
    base: Option<File>,
    file: File,
    /// For each band whether damage touches it.
    touched: Vec<bool>,
}

#[derive(Clone, Default)]
struct File {
    opaque: bool,
    banded: Banded<Adler>,
}

impl PngEncoder {
    pub fn new(effort: Effort) -> Self {
        Self {
            density: density(1.0),
            coder: Coder::new(effort),
            base: None,
            file: File::default(),
            touched: Vec::new(),
        }
    }

    /// See [`Encoder::at_scale`](super::Encoder::at_scale).
    pub fn at_scale(mut self, scale: f64) -> Self {
        self.density = density(scale);
        self.base = None;
        self
    }

    /// See [`Encoder::set_base`](super::Encoder::set_base).
    pub fn set_base(&mut self, frame: &Frame) -> Result<()> {
        self.base = None;
        self.encode(frame, Damage::Whole)?;
        self.base = Some(self.file.clone());
        Ok(())
    }

    /// See [`Encoder::encode`](super::Encoder::encode).
    pub fn encode(&mut self, frame: &Frame, damage: Damage<'_>) -> Result<&[u8]> {
        check_size(frame, "PNG", MOST)?;
        let base = self.base.as_ref().filter(|base| base.banded.fits(frame));
        let opaque = match (base, damage) {
            (Some(File { opaque: true, .. }), Damage::Rects(rects)) => {
                rects.iter().all(|&rect| alpha::is_opaque_in(frame, rect))
            }
            _ => alpha::is_opaque(&frame.pixels),
        };
        let base = base.filter(|base| base.opaque == opaque);
        if base.is_some() && damage.is_none() {
            return Ok(&self.base.as_ref().expect("just seen").banded.bytes);
        }

        let height = frame.height as usize;
        let rows = self.coder.band_rows(frame.width as usize);
        touch(damage, rows, height, &mut self.touched);
        let File { opaque: coded_opaque, banded } = &mut self.file;
        *coded_opaque = opaque;
        banded.start(frame);
        chunk::head(frame, opaque, self.density, &mut banded.bytes);
        for (band, &touched) in self.touched.iter().enumerate() {
            match base {
                Some(base) if !touched => banded.copy(&base.banded, band),
                _ => {
                    let (first, last) = (band * rows, ((band + 1) * rows).min(height));
                    banded.add(|bytes| {
                        chunk::write(b"IDAT", bytes, |bytes| {
                            self.coder.band(frame, opaque, first, last, bytes)
                        })
                    });
                }
            }
        }
        let adler = banded.notes().fold(Adler::default(), Adler::followed_by);
        chunk::tail(adler, &mut banded.bytes);
        Ok(&banded.bytes)
    }
}

/// Appends the colours of RGBA pixels.
fn without_alpha(pixels: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + pixels.len() / 4 * 3, 0);
    let level = Level::new();
    dispatch!(level, simd => colors(simd, pixels, &mut out[start..]));
}

#[inline(always)]
fn colors<S: Simd>(_: S, pixels: &[u8], out: &mut [u8]) {
    for (pixels, out) in pixels.as_chunks::<64>().0.iter().zip(out.as_chunks_mut::<48>().0) {
        for lane in 0..16 {
            for channel in 0..3 {
                out[lane * 3 + channel] = pixels[lane * 4 + channel];
            }
        }
    }
    let (rest, last) = (pixels.as_chunks::<64>().1, out.as_chunks_mut::<48>().1);
    for (pixel, out) in rest.as_chunks::<4>().0.iter().zip(last.as_chunks_mut::<3>().0) {
        out.copy_from_slice(&pixel[..3]);
    }
}

/// Pixels to the metre when there are `scale` to a CSS pixel.
fn density(scale: f64) -> u32 {
    (scale * 96.0 / 0.0254).round() as u32
}

/// Sets for each band of `rows` rows whether damage, or the row under it, touches it.
fn touch(damage: Damage<'_>, rows: usize, height: usize, touched: &mut Vec<bool>) {
    touched.clear();
    match damage {
        Damage::Whole => touched.resize(height.div_ceil(rows), true),
        Damage::Rects(rects) => {
            touched.resize(height.div_ceil(rows), false);
            for rect in rects.iter().filter(|rect| !rect.is_empty()) {
                let (y0, y1) = (rect.y0 as usize, (rect.y1 as usize + 1).min(height));
                if y0 < y1 {
                    touched[y0 / rows..=(y1 - 1) / rows].fill(true);
                }
            }
        }
    }
}

/// Codes bands, and has the buffers for it.
#[derive(Clone)]
struct Coder {
    effort: Effort,
    deflate: Deflate,
    filters: Filters,
    /// The band's rows as the file has them, before filtering; first the row above the band.
    rows: Vec<u8>,
    filtered: Vec<u8>,
    /// Another try at the band.
    other: (Vec<u8>, Vec<u8>),
}

impl Coder {
    fn new(effort: Effort) -> Self {
        let search = match effort {
            Effort::Fast => Search { depth: 1, lazy: false, enough: 32, inside: 0 },
            Effort::Balanced => Search { depth: 4, lazy: true, enough: 32, inside: 16 },
            Effort::Small => Search { depth: 256, lazy: true, enough: 258, inside: 258 },
        };
        Self {
            effort,
            deflate: Deflate::new(search),
            filters: Filters::default(),
            rows: Vec::new(),
            filtered: Vec::new(),
            other: Default::default(),
        }
    }

    /// How many rows make a band: few, so that little is coded again, but enough for deflate to learn.
    fn band_rows(&self, width: usize) -> usize {
        let bytes = match self.effort {
            Effort::Fast | Effort::Balanced => 64 << 10,
            Effort::Small => 192 << 10,
        };
        (bytes / (width * 3)).clamp(8, 256)
    }

    /// Appends the rows `first..last` of the frame as deflate blocks.
    fn band(&mut self, frame: &Frame, opaque: bool, first: usize, last: usize, out: &mut Vec<u8>) -> Adler {
        let pixel = if opaque { 3 } else { 4 };
        let stride = frame.width as usize * pixel;
        let from = first.saturating_sub(1);
        let pixels = &frame.pixels[from * frame.width as usize * 4..last * frame.width as usize * 4];
        self.rows.clear();
        if first == 0 {
            // Above the first row all is zero.
            self.rows.resize(stride, 0);
        }
        if opaque {
            without_alpha(pixels, &mut self.rows);
        } else {
            alpha::all_to_straight(pixels, &mut self.rows);
        }

        match self.effort {
            Effort::Fast | Effort::Balanced => {
                let mut choice = if self.effort == Effort::Fast { Choice::Quick } else { Choice::Smallest };
                if self.filters.are_a_loss(choice, &self.rows, stride, pixel) {
                    choice = Choice::Always(Filter::None);
                }
                self.filters.apply(choice, &self.rows, stride, pixel, &mut self.filtered);
                self.deflate.piece(&self.filtered, stride + 1, pixel, out);
            }
            Effort::Small => self.smallest(stride, pixel, out),
        }
        Adler::of(&self.filtered)
    }

    /// Tries every way to choose filters and keeps the smallest.
    fn smallest(&mut self, stride: usize, pixel: usize, out: &mut Vec<u8>) {
        let (filtered, coded) = &mut self.other;
        let start = out.len();
        for (index, &choice) in Choice::ALL.iter().enumerate() {
            self.filters.apply(choice, &self.rows, stride, pixel, filtered);
            coded.clear();
            self.deflate.piece(filtered, stride + 1, pixel, coded);
            if index == 0 || coded.len() < out.len() - start {
                out.truncate(start);
                out.extend_from_slice(coded);
                std::mem::swap(filtered, &mut self.filtered);
            }
        }
    }
}
