//! Baseline JPEG files in bands between restart markers.
//!
//! A band is a run of MCUs (blocks that are coded together) in reading order, about [`BAND`] pixels
//! long: damage codes the pieces of rows that it touches, not whole rows. Decoding starts afresh at
//! every marker, the Huffman tables are the standard's, and so a band depends on its pixels alone.
//!
//! From quality 90 on colours keep their full resolution, as in Photoshop and most encoders meant for
//! graphics; below that they are halved both ways (4:2:0), as in browsers. What is not opaque is laid
//! on white. The file is marked as JFIF without a profile, which means sRGB.

mod block;
mod color;
mod entropy;
mod head;
mod tables;

use fearless_simd::{Level, Simd, dispatch};

use super::bands::Banded;
use super::{Damage, check_size};
use crate::diagnostic::Result;
use crate::raster::{Frame, IRect};
use block::Quantizer;
use color::Mcu;
use entropy::{Bits, Codes};

/// The most pixels of a side: libjpeg's limit, a little below the format's.
const MOST: u32 = 65_500;

/// About how many pixels long a band is. Each costs four or five bytes.
const BAND: usize = 256;

/// The lowest quality that keeps the full resolution of colours.
const FULL_COLOR: u8 = 90;

/// Makes JPEG files. See [`Encoder`](super::Encoder).
#[derive(Clone)]
pub struct JpegEncoder {
    /// Pixels to the inch.
    density: u16,
    tables: [[u8; 64]; 2],
    luma: Coder,
    chroma: Coder,
    /// The side of an MCU in pixels: 8, or 16 when colours are halved.
    mcu: usize,
    base: Option<Banded<()>>,
    file: Banded<()>,
    /// For each band whether damage touches it.
    touched: Vec<bool>,
}

/// What a component's blocks are coded with.
#[derive(Clone)]
struct Coder {
    quantizer: Quantizer,
    codes: Codes,
}

impl JpegEncoder {
    /// `quality` is libjpeg's, clamped to 1 to 100.
    pub fn new(quality: u8) -> Self {
        let tables = tables::quantization(quality.clamp(1, 100));
        let coder = |index: usize| Coder {
            quantizer: Quantizer::new(&tables[index]),
            codes: Codes::new(&tables::DC[index], &tables::AC[index]),
        };
        Self {
            density: density(1.0),
            luma: coder(0),
            chroma: coder(1),
            tables,
            mcu: if quality >= FULL_COLOR { 8 } else { 16 },
            base: None,
            file: Banded::default(),
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
        check_size(frame, "JPEG", MOST)?;
        let base = self.base.as_ref().filter(|base| base.fits(frame));
        if base.is_some() && damage.is_none() {
            return Ok(&self.base.as_ref().expect("just seen").bytes);
        }
        let grid = Grid::new(frame, self.mcu);
        grid.touch(damage, &mut self.touched);

        let file = &mut self.file;
        file.start(frame);
        head::write(frame, self.density, &self.tables, self.mcu == 16, grid.band as u16, &mut file.bytes);
        let last = self.touched.len() - 1;
        let level = Level::new();
        for (band, &touched) in self.touched.iter().enumerate() {
            match base {
                Some(base) if !touched => file.copy(base, band),
                _ => {
                    let coders = (&self.luma, &self.chroma);
                    file.add(|bytes| {
                        dispatch!(level, simd => code_band(simd, frame, grid, band, coders, bytes));
                        if band < last {
                            bytes.extend_from_slice(&[0xFF, head::RST0 + (band % 8) as u8]);
                        }
                    });
                }
            }
        }
        file.bytes.extend_from_slice(&[0xFF, head::EOI]);
        Ok(&file.bytes)
    }
}

/// Pixels to the inch when there are `scale` to a CSS pixel.
fn density(scale: f64) -> u16 {
    (scale * 96.0).round() as u16
}

/// Appends the MCUs of a band.
#[inline(always)]
fn code_band<S: Simd>(
    _: S,
    frame: &Frame,
    grid: Grid,
    band: usize,
    (luma, chroma): (&Coder, &Coder),
    out: &mut Vec<u8>,
) {
    let mut bits = Bits::new(out);
    // The mean of each component's last block.
    let mut means = [0; 3];
    let mut mcu = Mcu::default();
    let range = band * grid.band..((band + 1) * grid.band).min(grid.columns * grid.rows);
    for index in range {
        let (x, y) = (index % grid.columns * grid.mcu, index / grid.columns * grid.mcu);
        let luma_blocks = if grid.mcu == 16 { 4 } else { 1 };
        if grid.mcu == 16 {
            mcu.read_halved(frame, x, y);
        } else if let Some([y, cb, cr]) = Mcu::flat(frame, x, y) {
            luma.codes.flat_block(luma.quantizer.quantize_flat(y), &mut means[0], &mut bits);
            chroma.codes.flat_block(chroma.quantizer.quantize_flat(cb), &mut means[1], &mut bits);
            chroma.codes.flat_block(chroma.quantizer.quantize_flat(cr), &mut means[2], &mut bits);
            continue;
        } else {
            mcu.read(frame, x, y);
        }
        for block in &mcu.luma[..luma_blocks] {
            luma.codes.block(&luma.quantizer.quantize(block), &mut means[0], &mut bits);
        }
        for (block, mean) in mcu.chroma.iter().zip(&mut means[1..]) {
            chroma.codes.block(&chroma.quantizer.quantize(block), mean, &mut bits);
        }
    }
    bits.finish();
}

/// How a frame is cut to MCUs and bands.
#[derive(Debug, Clone, Copy)]
struct Grid {
    /// The side of an MCU in pixels.
    mcu: usize,
    columns: usize,
    rows: usize,
    /// MCUs in a band.
    band: usize,
}

impl Grid {
    fn new(frame: &Frame, mcu: usize) -> Self {
        let columns = (frame.width as usize).div_ceil(mcu);
        let rows = (frame.height as usize).div_ceil(mcu);
        // As many bands to a row as come near the length wanted; they need not end with the row.
        let bands = (columns * mcu + BAND / 2) / BAND;
        Self { mcu, columns, rows, band: columns.div_ceil(bands.max(1)) }
    }

    /// Sets for each band whether damage touches it.
    fn touch(self, damage: Damage<'_>, touched: &mut Vec<bool>) {
        let count = (self.columns * self.rows).div_ceil(self.band);
        touched.clear();
        touched.resize(count, matches!(damage, Damage::Whole));
        let Damage::Rects(rects) = damage else { return };
        let frame = IRect::new(0, 0, (self.columns * self.mcu) as u32, (self.rows * self.mcu) as u32);
        for rect in rects.iter().map(|rect| rect.intersect(frame)).filter(|rect| !rect.is_empty()) {
            let mcu = |pixel: u32| pixel as usize / self.mcu;
            for row in mcu(rect.y0)..=mcu(rect.y1 - 1) {
                let (first, last) =
                    (row * self.columns + mcu(rect.x0), row * self.columns + mcu(rect.x1 - 1));
                touched[first / self.band..=last / self.band].fill(true);
            }
        }
    }
}
