//! PNG files in bands of rows.
//!
//! Each band is one IDAT chunk with one deflate block that ends on a byte. Of what stands before it, it
//! depends on nothing but the last row of the band above, which is why damage reaches one row further
//! down than it is drawn: its first row may be filtered against that row, or repeat it where both bands
//! are **raw** (not filtered), since then that row stands in the stream as it is. The stream's checksum is
//! combined of the bands'.
//!
//! Opaque frames become RGB, others RGBA; when that differs from the base, all bands are coded.

mod chunk;
mod filter;

use std::ops::Range;

use super::bands::Banded;
use super::deflate::{self, Adler, Deflate, Search};
use super::{Damage, Effort, alpha, check_size};
use crate::diagnostic::Result;
use crate::raster::Frame;
use fearless_simd::{Level, Simd, SimdBase, dispatch, u8x16};
use filter::{Choice, Filter, Filters};

/// The choice of a raw band.
const RAW: Choice = Choice::Always(Filter::None);

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
    banded: Banded<Note>,
}

/// What is known about a band.
#[derive(Debug, Clone, Copy, Default)]
struct Note {
    adler: Adler,
    /// Whether its rows are not filtered.
    raw: bool,
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

        let base = base.is_some();
        self.assemble(frame, opaque, damage, base, |coder, rows, raw_above, bytes| {
            coder.band(frame, opaque, rows, raw_above, bytes)
        });
        Ok(&self.file.banded.bytes)
    }

    /// How rows have to be filtered for [`encode_filtered`](Self::encode_filtered), when they are that wide;
    /// `None` when all ways are to be tried.
    pub fn filtering(&self, width: u32) -> Option<Filtering> {
        (self.coder.effort != Effort::Small).then(|| Filtering {
            band: self.coder.band_rows(width as usize) as u32,
            quick: self.coder.effort == Effort::Fast,
        })
    }

    /// The rows of a frame of that size that have to be filtered for some damage: ranges of whole bands.
    pub fn touched_rows(&mut self, (width, height): (u32, u32), damage: Damage<'_>) -> Vec<Range<u32>> {
        let rows = self.coder.band_rows(width as usize) as u32;
        touch(damage, rows as usize, height as usize, &mut self.touched);
        let bands = (0..).step_by(rows as usize).zip(&self.touched).filter(|(_, touched)| **touched);
        let mut ranges: Vec<Range<u32>> = Vec::new();
        for (first, _) in bands {
            let last = (first + rows).min(height);
            match ranges.last_mut() {
                Some(range) if range.end == first => range.end = last,
                _ => ranges.push(first..last),
            }
        }
        ranges
    }

    /// As [`encode`](Self::encode), for an opaque frame of which others filtered the touched rows.
    pub fn encode_filtered(
        &mut self,
        (width, height): (u32, u32),
        damage: Damage<'_>,
        filtered: &[(Range<u32>, &[u8])],
    ) -> Result<&[u8]> {
        let size = Frame { width, height, pixels: Vec::new() };
        check_size(&size, "PNG", MOST)?;
        let base = self.base.as_ref().is_some_and(|base| base.opaque && base.banded.fits(&size));
        if base && damage.is_none() {
            return Ok(&self.base.as_ref().expect("just seen").banded.bytes);
        }
        let row = width as usize * 3 + 1;
        // No band refers to the one above: what stands there may not be known.
        self.assemble(&size, true, damage, base, |coder, rows, _, bytes| {
            let holds =
                |range: &Range<u32>| range.start as usize <= rows.start && rows.end <= range.end as usize;
            let (range, filtered) =
                filtered.iter().find(|(range, _)| holds(range)).expect("all touched rows are given");
            let start = (rows.start - range.start as usize) * row;
            coder.code_filtered(&filtered[start..start + rows.len() * row], row, bytes)
        });
        Ok(&self.file.banded.bytes)
    }

    /// An opaque frame's rows, as [`encode_filtered`](Self::encode_filtered) takes them.
    pub fn filter(&mut self, frame: &Frame) -> Vec<u8> {
        let (height, row) = (frame.height as usize, frame.width as usize * 3 + 1);
        let rows = self.coder.band_rows(frame.width as usize);
        let (mut filtered, mut unused) = (Vec::with_capacity(height * row), Vec::new());
        for first in (0..height).step_by(rows) {
            self.coder.band(frame, true, first..(first + rows).min(height), false, &mut unused);
            filtered.extend_from_slice(&self.coder.filtered[row..]);
        }
        filtered
    }

    /// As [`set_base`](Self::set_base), for an opaque frame of which others filtered the rows.
    pub fn set_base_filtered(&mut self, size: (u32, u32), filtered: &[u8]) -> Result<()> {
        self.base = None;
        self.encode_filtered(size, Damage::Whole, &[(0..size.1, filtered)])?;
        self.base = Some(self.file.clone());
        Ok(())
    }

    /// Puts the file together of the base's bands, if there is a base, and those that are coded anew.
    fn assemble(
        &mut self,
        frame: &Frame,
        opaque: bool,
        damage: Damage<'_>,
        has_base: bool,
        mut code: impl FnMut(&mut Coder, Range<usize>, bool, &mut Vec<u8>) -> Note,
    ) {
        let base = self.base.as_ref().filter(|_| has_base);
        let height = frame.height as usize;
        let rows = self.coder.band_rows(frame.width as usize);
        touch(damage, rows, height, &mut self.touched);
        let File { opaque: coded_opaque, banded } = &mut self.file;
        *coded_opaque = opaque;
        banded.start(frame);
        chunk::head(frame, opaque, self.density, &mut banded.bytes);
        let is_raw = |banded: &Banded<Note>, band: usize| banded.note(band).raw;
        for (band, &touched) in self.touched.iter().enumerate() {
            let raw_above = band > 0 && is_raw(banded, band - 1);
            match base {
                // What a band may refer to can change though no pixel does.
                Some(base) if !touched && (band == 0 || raw_above == is_raw(&base.banded, band - 1)) => {
                    banded.copy(&base.banded, band..band + 1);
                }
                _ => {
                    let lines = band * rows..((band + 1) * rows).min(height);
                    banded.add(|bytes| {
                        chunk::write(b"IDAT", bytes, |bytes| code(&mut self.coder, lines, raw_above, bytes))
                    });
                }
            }
        }
        let adler = banded.notes().map(|note| note.adler).fold(Adler::default(), Adler::followed_by);
        chunk::tail(adler, &mut banded.bytes);
    }
}

/// How rows are filtered: each band's by the choice that [`filter`] makes, or not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filtering {
    /// Rows of a band.
    pub band: u32,
    /// Only the cheap filters are tried.
    pub quick: bool,
}

/// Appends the colours of RGBA pixels.
fn without_alpha(pixels: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + pixels.len() / 4 * 3, 0);
    let level = Level::new();
    dispatch!(level, simd => colors(simd, pixels, &mut out[start..]));
}

#[inline(always)]
fn colors<S: Simd>(simd: S, pixels: &[u8], out: &mut [u8]) {
    // Four pixels at once; what is written behind their colours is written over by the next four.
    const COLORS: [u8; 16] = [0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 0, 0, 0, 0];
    let colors = u8x16::from_slice(simd, &COLORS);
    let mut done = 0;
    for four in pixels.as_chunks::<16>().0 {
        let Some(room) = out.get_mut(done / 4 * 3..).and_then(|rest| rest.first_chunk_mut::<16>()) else {
            break;
        };
        u8x16::from_slice(simd, four).swizzle_dyn(colors).store_slice(room);
        done += 16;
    }
    let (rest, last) = (&pixels[done..], &mut out[done / 4 * 3..]);
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
    /// Room for the row above, then the band's rows as they are coded.
    filtered: Vec<u8>,
    /// Another try at the band: its bytes, and its rows.
    other: (Vec<u8>, Vec<u8>),
}

impl Coder {
    fn new(effort: Effort) -> Self {
        let search = match effort {
            Effort::Fast => Search::Quick,
            Effort::Balanced => Search::Lazy,
            Effort::Small => Search::Thorough,
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
            Effort::Fast | Effort::Balanced => 48 << 10,
            Effort::Small => 192 << 10,
        };
        (bytes / (width * 3)).clamp(8, 256)
    }

    /// Appends rows of the frame as a deflate block. `raw_above` says that the row above them stands
    /// before them in the stream as it is.
    fn band(
        &mut self,
        frame: &Frame,
        opaque: bool,
        lines: Range<usize>,
        raw_above: bool,
        out: &mut Vec<u8>,
    ) -> Note {
        let pixel = if opaque { 3 } else { 4 };
        let width = frame.width as usize;
        let stride = width * pixel;
        let from = lines.start.saturating_sub(1);
        let pixels = &frame.pixels[from * width * 4..lines.end * width * 4];
        self.rows.clear();
        if lines.start == 0 {
            // Above the first row all is zero.
            self.rows.resize(stride, 0);
        }
        if opaque {
            without_alpha(pixels, &mut self.rows);
        } else {
            alpha::all_to_straight(pixels, &mut self.rows);
        }

        let choice = match self.effort {
            Effort::Fast | Effort::Balanced => {
                let choice = if self.effort == Effort::Fast { Choice::Quick } else { Choice::Smallest };
                let raw = self.filters.are_a_loss(choice, &self.rows, stride, pixel);
                let choice = if raw { RAW } else { choice };
                self.code(choice, raw_above, stride, pixel, out);
                choice
            }
            Effort::Small => self.smallest(raw_above, stride, pixel, out),
        };
        Note { adler: Adler::of(&self.filtered[stride + 1..]), raw: choice == RAW }
    }

    /// Filters the rows and appends them. Before the filtered rows stands the row above as it is.
    fn code(&mut self, choice: Choice, raw_above: bool, stride: usize, pixel: usize, out: &mut Vec<u8>) {
        let row = stride + 1;
        self.filters.apply(choice, &self.rows, stride, pixel, row, &mut self.filtered);
        if choice == RAW && raw_above {
            self.filtered[0] = Filter::None as u8;
            self.filtered[1..row].copy_from_slice(&self.rows[..stride]);
            self.deflate.piece(&self.filtered, row, row, pixel, out);
        } else {
            self.deflate.piece(&self.filtered[row..], 0, row, pixel, out);
        }
    }

    /// Appends rows of opaque pixels that are filtered already, `row` bytes each.
    fn code_filtered(&mut self, filtered: &[u8], row: usize, out: &mut Vec<u8>) -> Note {
        self.deflate.piece(filtered, 0, row, 3, out);
        Note { adler: Adler::of(filtered), raw: false }
    }

    /// Tries every way to choose filters, keeps the smallest and returns it.
    fn smallest(&mut self, raw_above: bool, stride: usize, pixel: usize, out: &mut Vec<u8>) -> Choice {
        let start = out.len();
        let mut best = Choice::ALL[0];
        self.code(best, raw_above, stride, pixel, out);
        for &choice in &Choice::ALL[1..] {
            let (mut coded, filtered) = std::mem::take(&mut self.other);
            let smallest = std::mem::replace(&mut self.filtered, filtered);
            coded.clear();
            self.code(choice, raw_above, stride, pixel, &mut coded);
            if coded.len() < out.len() - start {
                out.truncate(start);
                out.extend_from_slice(&coded);
                best = choice;
                self.other = (coded, smallest);
            } else {
                self.other = (coded, std::mem::replace(&mut self.filtered, smallest));
            }
        }
        best
    }
}
