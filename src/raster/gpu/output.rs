//! What is read back of a page: our compute shaders, and what they are told.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use vello_shaders::BindType;
use wgpu::{
    BindingResource, Buffer, BufferUsages, CommandEncoder, ComputePass, ComputePassDescriptor,
    ComputePassTimestampWrites, TextureView,
};

use super::device::Device;
use super::stages::{Growing, Stage};
use crate::raster::IRect;

/// What is wanted of the pixels of a part's rectangle.
#[derive(Debug, Clone, PartialEq)]
pub enum Want {
    /// All of them, premultiplied RGBA, or RGB of what is opaque; rows without padding.
    Pixels { opaque: bool },
    /// Rows of opaque pixels as a PNG has them: filtered, RGB, each behind its filter's number.
    Rows(Rows),
    /// Quantised blocks as a JPEG has them: for each MCU in reading order its blocks (luma, Cb, Cr), each
    /// 64 `i16`, column by column.
    Blocks(Blocks),
}

/// Some rows, as wide as the part's rectangle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rows {
    /// From this row of the frame to before that one. The row above is to be in the rectangle, if it has one.
    pub first: u32,
    pub last: u32,
    /// Rows of a band, with which the first row begins. Filters are used in all of a band or nowhere.
    pub band: u32,
    /// Try only the cheap filters.
    pub quick: bool,
}

/// Some MCUs.
#[derive(Debug, Clone, PartialEq)]
pub struct Blocks {
    /// The frame's pixels, beginning with an MCU, and ending with one or with the frame.
    pub area: IRect,
    /// Whether colours are halved both ways: MCUs are 16 pixels wide and high then, otherwise 8.
    pub halved: bool,
    /// What the transform's results are multiplied by: of luma and chroma, column by column.
    pub factors: Arc<[[f32; 64]; 2]>,
}

impl Blocks {
    /// MCUs across and down.
    pub fn grid(&self) -> (u32, u32) {
        let side = if self.halved { 16 } else { 8 };
        (self.area.width().div_ceil(side), self.area.height().div_ceil(side))
    }

    fn count(&self) -> u32 {
        let (across, down) = self.grid();
        across * down
    }
}

impl Want {
    /// The bytes that it comes to.
    pub fn bytes(&self, rect: IRect) -> u64 {
        match self {
            Self::Pixels { opaque } => rect.area() * if *opaque { 3 } else { 4 },
            Self::Rows(rows) => u64::from(rows.last - rows.first) * (u64::from(rect.width()) * 3 + 1),
            Self::Blocks(blocks) => u64::from(blocks.count()) * if blocks.halved { 6 } else { 3 } * 128,
        }
    }
}

/// As in `pack.wgsl`.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct Rectangle {
    at: [u32; 2],
    size: [u32; 2],
    out: u32,
    bytes: u32,
    unused: [u32; 2],
}

/// As in `filter.wgsl`.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct Strip {
    at: [u32; 2],
    width: u32,
    rows: u32,
    out: u32,
    notes: u32,
    band: u32,
    flags: u32,
}

/// Bytes of a note in `filter.wgsl`.
const NOTE: u64 = 32;

/// As in `blocks.wgsl`.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct Area {
    at: [u32; 2],
    size: [u32; 2],
    across: u32,
    count: u32,
    out: u32,
    factors: u32,
}

/// A rectangle on the page, what is wanted of it, and where that goes.
#[derive(Debug)]
pub(super) struct Item<'a> {
    pub at: (u32, u32),
    pub rect: IRect,
    pub want: &'a Want,
    /// In bytes; a multiple of four.
    pub out: u64,
}

/// What one batch wants, as the shaders read it.
#[derive(Default)]
struct Tables {
    rectangles: Vec<Rectangle>,
    strips: Vec<Strip>,
    notes: u32,
    areas: Vec<Area>,
    factors: Vec<[[f32; 64]; 2]>,
}

impl Tables {
    fn of(items: &[Item<'_>]) -> Self {
        let mut tables = Self::default();
        let mut known: Vec<(*const [[f32; 64]; 2], u32)> = Vec::new();
        for item in items {
            // The page's pixel for one of the frame's.
            let at = |x: u32, y: u32| [item.at.0 + x - item.rect.x0, item.at.1 + y - item.rect.y0];
            let out = (item.out / 4) as u32;
            match item.want {
                Want::Pixels { opaque } => tables.rectangles.push(Rectangle {
                    at: at(item.rect.x0, item.rect.y0),
                    size: [item.rect.width(), item.rect.height()],
                    out,
                    bytes: if *opaque { 3 } else { 4 },
                    unused: [0; 2],
                }),
                Want::Rows(rows) => {
                    let count = rows.last - rows.first;
                    tables.strips.push(Strip {
                        at: at(item.rect.x0, rows.first),
                        width: item.rect.width(),
                        rows: count,
                        out,
                        notes: tables.notes,
                        band: rows.band,
                        flags: u32::from(rows.quick) | u32::from(rows.first == 0) << 1,
                    });
                    tables.notes += count;
                }
                Want::Blocks(blocks) => {
                    let pointer = Arc::as_ptr(&blocks.factors);
                    let offset = match known.iter().find(|(other, _)| *other == pointer) {
                        Some((_, offset)) => *offset,
                        None => {
                            let offset = tables.factors.len() as u32 * 128;
                            tables.factors.push(*blocks.factors);
                            known.push((pointer, offset));
                            offset
                        }
                    };
                    tables.areas.push(Area {
                        at: at(blocks.area.x0, blocks.area.y0),
                        size: [blocks.area.width(), blocks.area.height()],
                        across: blocks.grid().0,
                        count: blocks.count(),
                        out,
                        factors: offset | u32::from(blocks.halved) << 31,
                    });
                }
            }
        }
        tables
    }
}

/// The shaders and their buffers.
#[derive(Debug)]
pub(super) struct Outputs {
    pack: Stage,
    weigh: Stage,
    decide: Stage,
    write: Stage,
    blocks: Stage,
    rectangles: Growing,
    strips: Growing,
    notes: Growing,
    areas: Growing,
    factors: Growing,
    out: Growing,
}

impl Outputs {
    pub fn new(device: &Device) -> Self {
        use BindType::{BufReadOnly, Buffer, ImageRead};
        let (page, table) = ((0, ImageRead), (1, BufReadOnly));
        let filter = |entry: &str, bindings: &[(u32, BindType)]| {
            Stage::entry(device, entry, include_str!("../../../shaders/filter.wgsl"), bindings)
        };
        Self {
            pack: Stage::new(
                device,
                "pack",
                include_str!("../../../shaders/pack.wgsl"),
                &[page, table, (2, Buffer)],
            ),
            weigh: filter("weigh", &[page, table, (2, Buffer)]),
            decide: filter("decide", &[table, (2, Buffer)]),
            write: filter("write", &[page, table, (2, Buffer), (3, Buffer)]),
            blocks: Stage::new(
                device,
                "blocks",
                include_str!("../../../shaders/blocks.wgsl"),
                &[page, table, (2, BufReadOnly), (3, Buffer)],
            ),
            rectangles: Growing::default(),
            strips: Growing::default(),
            notes: Growing::default(),
            areas: Growing::default(),
            factors: Growing::default(),
            out: Growing::default(),
        }
    }

    /// Frees all memory but the shaders'.
    pub fn release(&mut self) {
        for buffer in [
            &mut self.rectangles,
            &mut self.strips,
            &mut self.notes,
            &mut self.areas,
            &mut self.factors,
            &mut self.out,
        ] {
            *buffer = Growing::default();
        }
    }

    /// Notes the work; the buffer holds the results when it is done.
    pub fn encode(
        &mut self,
        device: &Device,
        encoder: &mut CommandEncoder,
        page: &TextureView,
        items: &[Item<'_>],
        bytes: u64,
        timestamps: Option<ComputePassTimestampWrites<'_>>,
    ) -> &Buffer {
        let usage = BufferUsages::STORAGE | BufferUsages::COPY_DST;
        let out = self.out.at_least(device, "output", bytes.max(4), usage | BufferUsages::COPY_SRC);
        let tables = Tables::of(items);
        let mut pass = encoder.begin_compute_pass(&ComputePassDescriptor {
            label: Some("output"),
            timestamp_writes: timestamps,
        });
        let run = |pass: &mut ComputePass<'_>,
                   stage: &Stage,
                   groups: (u32, usize),
                   resources: &[BindingResource<'_>]| {
            pass.set_pipeline(&stage.pipeline);
            pass.set_bind_group(0, &stage.bind(device, resources), &[]);
            pass.dispatch_workgroups(groups.0, groups.1 as u32, 1);
        };
        let (page, out_binding) = (BindingResource::TextureView(page), out.as_entire_binding());
        if !tables.rectangles.is_empty() {
            let words = |r: &Rectangle| (r.size[0] * r.size[1] * r.bytes).div_ceil(4);
            let most = tables.rectangles.iter().map(words).max().unwrap_or(0);
            let table = self.rectangles.write(device, "rectangles", bytemuck::cast_slice(&tables.rectangles));
            let groups = (most.div_ceil(256), tables.rectangles.len());
            run(
                &mut pass,
                &self.pack,
                groups,
                &[page.clone(), table.as_entire_binding(), out_binding.clone()],
            );
        }
        if !tables.strips.is_empty() {
            let count = tables.strips.len();
            let rows = tables.strips.iter().map(|strip| strip.rows).max().unwrap_or(0);
            let words = |strip: &Strip| (strip.rows * (strip.width * 3 + 1)).div_ceil(4);
            let words = tables.strips.iter().map(words).max().unwrap_or(0);
            let table = self.strips.write(device, "strips", bytemuck::cast_slice(&tables.strips));
            let notes = self.notes.at_least(device, "notes", u64::from(tables.notes) * NOTE, usage);
            let resources =
                [page.clone(), table.as_entire_binding(), notes.as_entire_binding(), out_binding.clone()];
            run(&mut pass, &self.weigh, (rows, count), &resources);
            run(&mut pass, &self.decide, (rows.div_ceil(64), count), &resources);
            run(&mut pass, &self.write, (words.div_ceil(256), count), &resources);
        }
        if !tables.areas.is_empty() {
            let blocks = |area: &Area| area.count * if area.factors >> 31 == 1 { 6 } else { 3 };
            let most = tables.areas.iter().map(blocks).max().unwrap_or(0);
            let table = self.areas.write(device, "areas", bytemuck::cast_slice(&tables.areas));
            let factors = self.factors.write(device, "factors", bytemuck::cast_slice(&tables.factors));
            let resources = [page, table.as_entire_binding(), factors.as_entire_binding(), out_binding];
            run(&mut pass, &self.blocks, (most.div_ceil(8), tables.areas.len()), &resources);
        }
        drop(pass);
        out
    }
}
