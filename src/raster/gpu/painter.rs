//! Batches of parts on one GPU: packed into a page, drawn, and on their way back.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, unbounded};
use kurbo::Affine;
use vello::low_level::vello_encoding::BumpAllocators;
use wgpu::{
    Buffer, BufferDescriptor, BufferUsages, BufferView, CommandEncoderDescriptor, MapMode, PollType,
    SubmissionIndex, Texture, TextureUsages, TextureView,
};

use super::capacity::Capacity;
use super::device::Device;
use super::output::{Item, Outputs, Want};
use super::page::Page;
use super::stages::{Encoded, PicturesDoNotFit, Stages, texture};
use crate::raster::IRect;

/// A rectangle of a list, the scene that shows it, and what is wanted of its pixels.
pub struct Part {
    pub rect: IRect,
    pub scene: vello::Scene,
    pub wants: Vec<Want>,
}

/// A GPU that is ready to draw.
pub(super) struct Painter {
    pub device: Device,
    stages: Stages,
    outputs: Outputs,
    page: (Texture, TextureView),
    side: u32,
    ring: Ring,
}

/// Buffers that results come back in, used again when nobody reads them any more.
struct Ring {
    back: Sender<Buffer>,
    idle: Receiver<Buffer>,
}

/// A batch that the GPU has been given.
pub(super) struct Submission {
    index: SubmissionIndex,
    staging: Buffer,
    ready: Arc<AtomicBool>,
    back: Sender<Buffer>,
    /// For every part, for every want of it, the bytes.
    pub places: Vec<Vec<Range<usize>>>,
    bytes: usize,
    pub encoded: Encoded,
}

/// Results in memory that the GPU wrote.
pub(super) struct Mapped {
    view: Option<BufferView>,
    staging: Buffer,
    back: Sender<Buffer>,
}

impl Mapped {
    pub fn bytes(&self) -> &[u8] {
        self.view.as_ref().expect("there until it is dropped")
    }
}

impl Drop for Mapped {
    fn drop(&mut self) {
        self.view = None;
        self.staging.unmap();
        // A painter that has gone needs no buffers.
        let _ = self.back.send(self.staging.clone());
    }
}

impl Painter {
    /// Compiles the shaders. Pages have at most `side` pixels across and down.
    pub fn new(device: Device, side: u32) -> Self {
        let usage = TextureUsages::STORAGE_BINDING | TextureUsages::TEXTURE_BINDING;
        let page = texture(&device, "page", side, side, usage);
        let capacity = Capacity::for_pixels(u64::from(side) * u64::from(side));
        let stages = Stages::new(&device, capacity);
        let outputs = Outputs::new(&device);
        device.save();
        let (back, idle) = unbounded();
        Self { device, stages, outputs, page, side, ring: Ring { back, idle } }
    }

    /// An empty page.
    pub fn page(&self) -> Page {
        Page::new(self.side, self.side)
    }

    /// Makes room for a scene that did not have enough; whether it can have more.
    pub fn grow(&mut self, encoded: &Encoded, bump: &BumpAllocators) -> bool {
        let most = self.device.limits.max_storage_buffer_binding_size;
        match self.stages.capacity.grown(bump, encoded.initial_ptcl, most) {
            Some(capacity) => {
                self.stages.capacity = capacity;
                true
            }
            None => false,
        }
    }

    /// Gives a batch to the GPU; `places` are the parts' on the page.
    pub fn submit(
        &mut self,
        parts: &[&Part],
        places: &[(u32, u32)],
        used: (u32, u32),
    ) -> Result<Submission, PicturesDoNotFit> {
        let mut scene = vello::Scene::new();
        let mut items = Vec::new();
        let mut results = Vec::with_capacity(parts.len());
        let mut bytes = size_of::<BumpAllocators>() as u64;
        for (part, &at) in parts.iter().zip(places) {
            let moved =
                (f64::from(at.0) - f64::from(part.rect.x0), f64::from(at.1) - f64::from(part.rect.y0));
            scene.append(&part.scene, Some(Affine::translate(moved)));
            let mut ranges = Vec::with_capacity(part.wants.len());
            for want in &part.wants {
                let length = want.bytes(part.rect);
                items.push(Item {
                    at,
                    rect: part.rect,
                    want,
                    out: bytes - size_of::<BumpAllocators>() as u64,
                });
                ranges.push(bytes as usize..(bytes + length) as usize);
                bytes += length.next_multiple_of(4);
            }
            results.push(ranges);
        }
        let device = &self.device;
        let mut encoder =
            device.device.create_command_encoder(&CommandEncoderDescriptor { label: Some("batch") });
        let encoded = self.stages.encode(device, &mut encoder, &scene, &self.page.1, used)?;
        let head = size_of::<BumpAllocators>() as u64;
        let out = self.outputs.encode(device, &mut encoder, &self.page.1, &items, bytes - head);
        let staging = self.ring.buffer(device, bytes);
        encoder.copy_buffer_to_buffer(self.stages.bump(), 0, &staging, 0, head);
        if bytes > head {
            encoder.copy_buffer_to_buffer(out, 0, &staging, head, bytes - head);
        }
        let index = device.queue.submit([encoder.finish()]);
        let ready = Arc::new(AtomicBool::new(false));
        let mapped = ready.clone();
        staging.map_async(MapMode::Read, 0..bytes, move |result| {
            mapped.store(result.is_ok(), Ordering::Release);
        });
        let back = self.ring.back.clone();
        Ok(Submission { index, staging, ready, back, places: results, bytes: bytes as usize, encoded })
    }
}

impl Ring {
    /// A buffer with that many bytes: one that came back, if it is large enough.
    fn buffer(&self, device: &Device, bytes: u64) -> Buffer {
        while let Ok(buffer) = self.idle.try_recv() {
            if buffer.size() >= bytes {
                return buffer;
            }
        }
        device.device.create_buffer(&BufferDescriptor {
            label: Some("staging"),
            size: bytes.next_power_of_two().min(device.limits.max_buffer_size).max(bytes),
            usage: BufferUsages::MAP_READ | BufferUsages::COPY_DST,
            mapped_at_creation: false,
        })
    }
}

impl Submission {
    /// Waits for the GPU, at most that long.
    pub fn wait(self, device: &Device, most: Duration) -> Result<(Mapped, BumpAllocators), String> {
        let began = Instant::now();
        let poll = PollType::Wait { submission_index: Some(self.index), timeout: Some(most) };
        let polled = device.device.poll(poll);
        if let Some(trouble) = device.trouble() {
            return Err(trouble);
        }
        if let Err(error) = polled {
            return Err(format!("the GPU did not finish in {} s: {error}", began.elapsed().as_secs()));
        }
        if !self.ready.load(Ordering::Acquire) {
            return Err("the GPU's results could not be read".to_owned());
        }
        let view = self.staging.get_mapped_range(0..self.bytes as u64).map_err(|error| error.to_string())?;
        let bump = bytemuck::pod_read_unaligned(&view[..size_of::<BumpAllocators>()]);
        Ok((Mapped { view: Some(view), staging: self.staging, back: self.back }, bump))
    }
}
