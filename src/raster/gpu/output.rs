//! What is read back of a page: our compute shaders, and what they are told.

use bytemuck::{Pod, Zeroable};
use vello_shaders::BindType;
use wgpu::{
    Buffer, BufferUsages, CommandEncoder, ComputePassDescriptor, ComputePassTimestampWrites, TextureView,
};

use super::device::Device;
use super::stages::{Growing, Stage};
use crate::raster::IRect;

/// What is wanted of a rectangle's pixels.
#[derive(Debug, Clone, PartialEq)]
pub enum Want {
    /// Premultiplied RGBA, or RGB of what is opaque; rows without padding.
    Pixels { opaque: bool },
}

impl Want {
    /// The bytes that it comes to.
    pub fn bytes(&self, rect: IRect) -> u64 {
        match self {
            Self::Pixels { opaque } => rect.area() * if *opaque { 3 } else { 4 },
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

/// A rectangle on the page, what is wanted of it, and where that goes.
#[derive(Debug)]
pub(super) struct Item<'a> {
    pub at: (u32, u32),
    pub rect: IRect,
    pub want: &'a Want,
    /// In bytes; a multiple of four.
    pub out: u64,
}

/// The shaders and their buffers.
#[derive(Debug)]
pub(super) struct Outputs {
    pack: Stage,
    rectangles: Growing,
    out: Growing,
}

impl Outputs {
    pub fn new(device: &Device) -> Self {
        use BindType::{BufReadOnly, Buffer, ImageRead};
        let pack = Stage::new(
            device,
            "pack",
            include_str!("../../../shaders/pack.wgsl"),
            &[(0, ImageRead), (1, BufReadOnly), (2, Buffer)],
        );
        Self { pack, rectangles: Growing::default(), out: Growing::default() }
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
        let out = self.out.at_least(
            device,
            "output",
            bytes.max(4),
            BufferUsages::STORAGE | BufferUsages::COPY_SRC | BufferUsages::COPY_DST,
        );
        let mut rectangles: Vec<Rectangle> = Vec::new();
        for item in items {
            let Want::Pixels { opaque } = item.want;
            rectangles.push(Rectangle {
                at: [item.at.0, item.at.1],
                size: [item.rect.width(), item.rect.height()],
                out: (item.out / 4) as u32,
                bytes: if *opaque { 3 } else { 4 },
                unused: [0; 2],
            });
        }
        let mut pass = encoder.begin_compute_pass(&ComputePassDescriptor {
            label: Some("output"),
            timestamp_writes: timestamps,
        });
        if !rectangles.is_empty() {
            let words = |r: &Rectangle| (r.size[0] * r.size[1] * r.bytes).div_ceil(4);
            let most = rectangles.iter().map(words).max().unwrap_or(0);
            let table: &[u8] = bytemuck::cast_slice(&rectangles);
            let usage = BufferUsages::STORAGE | BufferUsages::COPY_DST;
            let buffer = self.rectangles.at_least(device, "rectangles", table.len() as u64, usage);
            device.queue.write_buffer(buffer, 0, table);
            let group = self.pack.bind(
                device,
                &[
                    wgpu::BindingResource::TextureView(page),
                    buffer.as_entire_binding(),
                    out.as_entire_binding(),
                ],
            );
            pass.set_pipeline(&self.pack.pipeline);
            pass.set_bind_group(0, &group, &[]);
            pass.dispatch_workgroups(most.div_ceil(256), rectangles.len() as u32, 1);
        }
        drop(pass);
        out
    }
}
