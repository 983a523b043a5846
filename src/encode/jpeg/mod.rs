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

use std::ops::Range;

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
const BAND: usize = 128;

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
    /// Quantised blocks that others made, of the base and of the frame at hand; outside of a call they are
    /// the same.
    base_blocks: Vec<i16>,
    blocks: Vec<i16>,
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
            base_blocks: Vec::new(),
            blocks: Vec::new(),
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
        let (has_base, level) = (base.is_some(), Level::new());
        self.assemble(frame, grid, damage, has_base, |coders, band, bytes| {
            dispatch!(level, simd => code_band(simd, frame, grid, band, coders, bytes));
        });
        Ok(&self.file.bytes)
    }

    /// How others have to make blocks for [`encode_blocks`](Self::encode_blocks): whether colours are halved,
    /// and what the coefficients of luma and chroma are multiplied by, column by column.
    pub fn quantization(&self) -> (bool, [[f32; 64]; 2]) {
        (self.mcu == 16, [self.luma.quantizer.factors(), self.chroma.quantizer.factors()])
    }

    /// The side of an MCU in pixels.
    pub fn mcu(&self) -> u32 {
        self.mcu as u32
    }

    /// As [`encode`](Self::encode), for a frame of which others made the blocks of some areas, each of whole
    /// MCUs: every MCU's blocks (luma, Cb, Cr) in reading order, 64 little-endian `i16` each, column by
    /// column. The areas have to hold all damage.
    pub fn encode_blocks(
        &mut self,
        (width, height): (u32, u32),
        damage: Damage<'_>,
        areas: &[(IRect, &[u8])],
    ) -> Result<&[u8]> {
        let size = Frame { width, height, pixels: Vec::new() };
        check_size(&size, "JPEG", MOST)?;
        let has_base = self.base.as_ref().is_some_and(|base| base.fits(&size));
        if has_base && damage.is_none() {
            return Ok(&self.base.as_ref().expect("just seen").bytes);
        }
        let grid = Grid::new(&size, self.mcu);
        let mut blocks = std::mem::take(&mut self.blocks);
        blocks.resize(grid.columns * grid.rows * grid.coefficients(), 0);
        for (area, bytes) in areas {
            let rows = grid.rows_of(*area);
            let mut values = bytes.as_chunks::<2>().0.iter().map(|pair| i16::from_le_bytes(*pair));
            for row in rows {
                blocks[row].iter_mut().zip(values.by_ref()).for_each(|(block, value)| *block = value);
            }
        }
        self.assemble(&size, grid, damage, has_base, |coders, band, bytes| {
            code_blocks(&blocks, grid, band, coders, bytes);
        });
        if has_base && self.base_blocks.len() == blocks.len() {
            for row in areas.iter().flat_map(|(area, _)| grid.rows_of(*area)) {
                blocks[row.clone()].copy_from_slice(&self.base_blocks[row]);
            }
        }
        self.blocks = blocks;
        Ok(&self.file.bytes)
    }

    /// As [`set_base`](Self::set_base), for a frame of which others made all blocks.
    pub fn set_base_blocks(&mut self, size: (u32, u32), blocks: &[u8]) -> Result<()> {
        self.base = None;
        self.encode_blocks(size, Damage::Whole, &[(IRect::new(0, 0, size.0, size.1), blocks)])?;
        self.base = Some(self.file.clone());
        self.base_blocks = self.blocks.clone();
        Ok(())
    }

    /// A frame's blocks, as [`encode_blocks`](Self::encode_blocks) takes them.
    pub fn blocks(&self, frame: &Frame) -> Vec<u8> {
        dispatch!(Level::new(), simd => self.all_blocks(simd, frame))
    }

    #[inline(always)]
    fn all_blocks<S: Simd>(&self, simd: S, frame: &Frame) -> Vec<u8> {
        let grid = Grid::new(frame, self.mcu);
        let mut bytes = Vec::with_capacity(grid.columns * grid.rows * grid.coefficients() * 2);
        let mut mcu = Mcu::default();
        for index in 0..grid.columns * grid.rows {
            let luma_blocks = grid.read(&mut mcu, frame, index);
            let luma = mcu.luma[..luma_blocks].iter().map(|block| self.luma.quantizer.quantize(simd, block));
            let chroma = mcu.chroma.iter().map(|block| self.chroma.quantizer.quantize(simd, block));
            for block in luma.chain(chroma) {
                bytes.extend(block.into_iter().flat_map(i16::to_le_bytes));
            }
        }
        bytes
    }

    /// Puts the file together of the base's bands, if there is a base, and those that are coded anew.
    fn assemble(
        &mut self,
        frame: &Frame,
        grid: Grid,
        damage: Damage<'_>,
        has_base: bool,
        mut code: impl FnMut((&Coder, &Coder), usize, &mut Vec<u8>),
    ) {
        let base = self.base.as_ref().filter(|_| has_base);
        grid.touch(damage, &mut self.touched);
        let file = &mut self.file;
        file.start(frame);
        head::write(frame, self.density, &self.tables, self.mcu == 16, grid.band as u16, &mut file.bytes);
        let last = self.touched.len() - 1;
        let mut next = 0;
        for run in self.touched.chunk_by(|a, b| a == b) {
            let bands = next..next + run.len();
            next = bands.end;
            match base {
                Some(base) if !run[0] => file.copy(base, bands),
                _ => bands.for_each(|band| {
                    file.add(|bytes| {
                        code((&self.luma, &self.chroma), band, bytes);
                        if band < last {
                            bytes.extend_from_slice(&[0xFF, head::RST0 + (band % 8) as u8]);
                        }
                    })
                }),
            }
        }
        file.bytes.extend_from_slice(&[0xFF, head::EOI]);
    }
}

/// Pixels to the inch when there are `scale` to a CSS pixel.
fn density(scale: f64) -> u16 {
    (scale * 96.0).round() as u16
}

/// Appends the MCUs of a band.
#[inline(always)]
fn code_band<S: Simd>(
    simd: S,
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
        if grid.mcu == 8 {
            let (x, y) = (index % grid.columns * grid.mcu, index / grid.columns * grid.mcu);
            if let Some([y, cb, cr]) = Mcu::flat(frame, x, y) {
                luma.codes.flat_block(luma.quantizer.quantize_flat(y), &mut means[0], &mut bits);
                chroma.codes.flat_block(chroma.quantizer.quantize_flat(cb), &mut means[1], &mut bits);
                chroma.codes.flat_block(chroma.quantizer.quantize_flat(cr), &mut means[2], &mut bits);
                continue;
            }
        }
        let luma_blocks = grid.read(&mut mcu, frame, index);
        for block in &mcu.luma[..luma_blocks] {
            luma.codes.block(&luma.quantizer.quantize(simd, block), &mut means[0], &mut bits);
        }
        for (block, mean) in mcu.chroma.iter().zip(&mut means[1..]) {
            chroma.codes.block(&chroma.quantizer.quantize(simd, block), mean, &mut bits);
        }
    }
    bits.finish();
}

/// Appends the MCUs of a band whose blocks are made already.
fn code_blocks(blocks: &[i16], grid: Grid, band: usize, (luma, chroma): (&Coder, &Coder), out: &mut Vec<u8>) {
    let mut bits = Bits::new(out);
    let mut means = [0; 3];
    let size = grid.coefficients();
    let range = band * grid.band..((band + 1) * grid.band).min(grid.columns * grid.rows);
    for mcu in blocks[range.start * size..range.end * size].chunks_exact(size) {
        let (blocks, _) = mcu.as_chunks::<64>();
        let (luma_blocks, chroma_blocks) = blocks.split_at(blocks.len() - 2);
        for block in luma_blocks {
            luma.codes.block(block, &mut means[0], &mut bits);
        }
        for (block, mean) in chroma_blocks.iter().zip(&mut means[1..]) {
            chroma.codes.block(block, mean, &mut bits);
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

    /// Coefficients of an MCU.
    fn coefficients(self) -> usize {
        if self.mcu == 16 { 6 * 64 } else { 3 * 64 }
    }

    /// The coefficients of an area's MCUs, for each row of them, in a frame's.
    fn rows_of(self, area: IRect) -> impl Iterator<Item = Range<usize>> {
        let [x0, y0] = [area.x0, area.y0].map(|v| v as usize / self.mcu);
        let [x1, y1] = [area.x1, area.y1].map(|v| (v as usize).div_ceil(self.mcu));
        let (columns, size) = (self.columns, self.coefficients());
        (y0..y1).map(move |y| (y * columns + x0) * size..(y * columns + x1) * size)
    }

    /// Reads the pixels of an MCU; how many blocks of luma it has.
    #[inline(always)]
    fn read(self, mcu: &mut Mcu, frame: &Frame, index: usize) -> usize {
        let (x, y) = (index % self.columns * self.mcu, index / self.columns * self.mcu);
        if self.mcu == 16 {
            mcu.read_halved(frame, x, y);
            4
        } else {
            mcu.read(frame, x, y);
            1
        }
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
