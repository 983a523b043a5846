//! Batches of parts on one GPU: packed into a page, drawn, and on their way back.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytemuck::{Pod, Zeroable};
use crossbeam_channel::{Receiver, Sender, unbounded};
use kurbo::Vec2;
use vello::low_level::vello_encoding::{BumpAllocators, Encoding};
use wgpu::{
    Buffer, BufferDescriptor, BufferUsages, BufferView, CommandEncoderDescriptor, ComputePassTimestampWrites,
    ErrorFilter, MapMode, PollType, QuerySet, QuerySetDescriptor, QueryType, SubmissionIndex, Texture,
    TextureUsages, TextureView,
};

use super::capacity::Capacity;
use super::device::Device;
use super::encoded::EncodedList;
use super::fault::{Fault, Trouble};
use super::output::{Item, Outputs, Want};
use super::page::Page;
use super::stages::{Encoded, Stages, texture};
use crate::raster::IRect;

/// A list to draw.
pub(super) struct Request {
    /// What is to be drawn of it, as it is encoded.
    pub parts: Vec<Part>,
    pub list: EncodedList,
}

/// A rectangle of a list, and what is wanted of its pixels.
pub(super) struct Part {
    pub rect: IRect,
    pub wants: Vec<Want>,
}

/// What every batch brings back, before what was wanted.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct Head {
    bump: BumpAllocators,
    /// When drawing began and ended, when the outputs did, and when they were copied, in steps of the GPU's
    /// clock.
    times: [u64; TIMES],
}

const TIMES: usize = 5;

const HEAD: u64 = size_of::<Head>() as u64;

/// A GPU that is ready to draw.
pub(super) struct Painter {
    pub device: Device,
    stages: Stages,
    outputs: Outputs,
    page: (Texture, TextureView),
    side: u32,
    /// What a batch has beside its lines; kept for its memory.
    rest: Encoding,
    ring: Ring,
    clock: Option<Clock>,
}

/// Where the GPU notes the time.
struct Clock {
    queries: QuerySet,
    times: Buffer,
}

/// Buffers that results come back in, used again when nobody reads them any more.
struct Ring {
    back: Sender<Buffer>,
    idle: Receiver<Buffer>,
}

/// A batch that the GPU has been given.
pub(super) struct Submission {
    device: Device,
    index: SubmissionIndex,
    staging: Buffer,
    ready: Arc<AtomicBool>,
    back: Sender<Buffer>,
    /// For every part, for every want of it, the bytes.
    pub places: Vec<Vec<Range<usize>>>,
    pub bytes: u64,
    pub encoded: Encoded,
    patience: Duration,
}

/// Results in memory that the GPU wrote.
pub(super) struct Mapped {
    view: Option<BufferView>,
    staging: Buffer,
    back: Sender<Buffer>,
}

/// What came of a batch, beside its results.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outcome {
    pub bump: BumpAllocators,
    /// How long the GPU drew, made outputs of it, and copied them.
    pub times: [Duration; 3],
}

/// How long a batch may take: software GPUs are slow, and drivers give up much earlier.
const PATIENCE: Duration = Duration::from_secs(120);

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
        // Two bytes for every pixel: on a large page, the lines of some hundred thousand glyphs.
        let stages = Stages::new(&device, Self::capacity(side), u64::from(side) * u64::from(side) * 2);
        let outputs = Outputs::new(&device);
        device.save();
        let (back, idle) = unbounded();
        let clock = device.clock.map(|_| Clock {
            queries: device.device.create_query_set(&QuerySetDescriptor {
                label: Some("times"),
                ty: QueryType::Timestamp,
                count: TIMES as u32,
            }),
            times: device.device.create_buffer(&BufferDescriptor {
                label: Some("times"),
                size: size_of::<[u64; TIMES]>() as u64,
                usage: BufferUsages::QUERY_RESOLVE | BufferUsages::COPY_SRC,
                mapped_at_creation: false,
            }),
        });
        let (rest, ring) = (Encoding::new(), Ring { back, idle });
        Self { device, stages, outputs, page, side, rest, ring, clock }
    }

    fn capacity(side: u32) -> Capacity {
        Capacity::for_pixels(u64::from(side) * u64::from(side))
    }

    /// An empty page.
    pub fn page(&self) -> Page {
        Page::new(self.side, self.side)
    }

    /// Bytes of results that a batch can have.
    pub fn most_bytes(&self) -> u64 {
        // The shaders that make results write 1024 bytes with a group of threads.
        let written = u64::from(self.device.limits.max_compute_workgroups_per_dimension) * 1024;
        self.device.most_bound().min(written) - HEAD
    }

    /// Makes room for a scene that did not have enough; whether it can have more.
    pub fn grow(&mut self, encoded: &Encoded, bump: &BumpAllocators) -> bool {
        let most = self.device.limits.max_storage_buffer_binding_size;
        let grown = self.stages.capacity.grown(bump, encoded.initial_ptcl, most);
        self.stages.capacity = grown.unwrap_or(self.stages.capacity);
        grown.is_some()
    }

    /// Gives a batch to the GPU; `places` are those of all parts on the page, of which `used` is used.
    pub fn submit(
        &mut self,
        requests: &[&Request],
        places: &[(u32, u32)],
        used: (u32, u32),
        fault: Option<Fault>,
    ) -> Result<Submission, Trouble> {
        let device = self.device.clone();
        if let Some(trouble) = device.trouble() {
            return Err(Trouble::Device(trouble));
        }
        let memory = device.device.push_error_scope(ErrorFilter::OutOfMemory);
        let validation = device.device.push_error_scope(ErrorFilter::Validation);
        let kept = self.stages.capacity;
        if matches!(fault, Some(Fault::Overflow | Fault::TooComplex)) {
            self.stages.capacity = Capacity::none();
        }
        let submitted = self.give(&device, requests, places, used, fault);
        if fault == Some(Fault::TooComplex) {
            self.stages.capacity = kept;
        }
        let invalid = pollster::block_on(validation.pop());
        let full = pollster::block_on(memory.pop());
        if fault == Some(Fault::Lost) {
            device.device.destroy();
        }
        let first_line = |error: wgpu::Error| error.to_string().lines().next().unwrap_or_default().to_owned();
        let full = full.map(first_line);
        let full = full.or((fault == Some(Fault::OutOfMemory)).then(|| "there is none left".to_owned()));
        match (full, invalid) {
            (Some(full), _) => {
                // What could not be had is not to be used, and others may need the rest.
                self.stages.release(Self::capacity(self.side));
                self.outputs.release();
                while self.ring.idle.try_recv().is_ok() {}
                Err(Trouble::Memory(format!("the GPU is out of memory: {full}")))
            }
            (_, Some(invalid)) => {
                device.give_up(first_line(invalid));
                Err(Trouble::Device(device.trouble().unwrap_or_default()))
            }
            _ => submitted,
        }
    }

    fn give(
        &mut self,
        device: &Device,
        requests: &[&Request],
        places: &[(u32, u32)],
        used: (u32, u32),
        fault: Option<Fault>,
    ) -> Result<Submission, Trouble> {
        self.rest.reset();
        let mut items = Vec::new();
        let mut results = Vec::with_capacity(places.len());
        let (mut out, mut at) = (0, places);
        for request in requests {
            let (own, others) = at.split_at(request.parts.len());
            at = others;
            let moves = request.parts.iter().zip(own).map(|(part, &(x, y))| {
                let from = Vec2::new(part.rect.x0.into(), part.rect.y0.into());
                Vec2::new(x.into(), y.into()) - from
            });
            request.list.append_rest(moves, &mut self.rest);
            for (part, &at) in request.parts.iter().zip(own) {
                let mut ranges = Vec::with_capacity(part.wants.len());
                for want in &part.wants {
                    let length = want.bytes(part.rect);
                    items.push(Item { at, rect: part.rect, want, out });
                    ranges.push((HEAD + out) as usize..(HEAD + out + length) as usize);
                    out += length.next_multiple_of(4);
                }
                results.push(ranges);
            }
        }
        let bytes = HEAD + out;
        let times = |begin: u32| {
            let clock = self.clock.as_ref()?;
            Some(ComputePassTimestampWrites {
                query_set: &clock.queries,
                beginning_of_pass_write_index: Some(begin),
                end_of_pass_write_index: Some(begin + 1),
            })
        };
        let mut encoder =
            device.device.create_command_encoder(&CommandEncoderDescriptor { label: Some("batch") });
        let lists: Vec<&EncodedList> = requests.iter().map(|request| &request.list).collect();
        let scene = (&lists[..], &self.rest);
        let encoded = self.stages.encode(device, &mut encoder, scene, &self.page.1, used, times(0))?;
        let output = self.outputs.encode(device, &mut encoder, &self.page.1, &items, out, times(2));
        let staging = self.ring.buffer(device, bytes);
        encoder.copy_buffer_to_buffer(self.stages.bump(), 0, &staging, 0, size_of::<BumpAllocators>() as u64);
        if out > 0 {
            encoder.copy_buffer_to_buffer(output, 0, &staging, HEAD, out);
        }
        if let Some(clock) = &self.clock {
            let known = if device.times_copies {
                encoder.write_timestamp(&clock.queries, TIMES as u32 - 1);
                TIMES
            } else {
                TIMES - 1
            };
            encoder.resolve_query_set(&clock.queries, 0..known as u32, &clock.times, 0);
            let size = clock.times.size();
            encoder.copy_buffer_to_buffer(&clock.times, 0, &staging, HEAD - size, size);
        }
        let index = device.queue.submit([encoder.finish()]);
        let ready = Arc::new(AtomicBool::new(false));
        let mapped = ready.clone();
        staging.map_async(MapMode::Read, 0..bytes, move |result| {
            mapped.store(result.is_ok(), Ordering::Release);
        });
        let patience = if fault == Some(Fault::Timeout) { Duration::ZERO } else { PATIENCE };
        let back = self.ring.back.clone();
        let device = device.clone();
        Ok(Submission { device, index, staging, ready, back, places: results, bytes, encoded, patience })
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
    /// Waits for the GPU. When it fails the device is not to be used any more.
    pub fn wait(self) -> Result<(Mapped, Outcome), String> {
        let Self { device, index, staging, ready, back, bytes, patience, .. } = self;
        let fail = |why: String| {
            device.give_up(why);
            Err(device.trouble().unwrap_or_default())
        };
        let began = Instant::now();
        let poll = PollType::Wait { submission_index: Some(index), timeout: Some(patience) };
        if let Err(error) = device.device.poll(poll) {
            return fail(format!("the GPU did not finish in {} s: {error}", began.elapsed().as_secs()));
        }
        if patience.is_zero() {
            return fail("the GPU did not finish in time".to_owned());
        }
        if let Some(trouble) = device.trouble() {
            return Err(trouble);
        }
        if !ready.load(Ordering::Acquire) {
            return fail("the GPU's results could not be read".to_owned());
        }
        let view = match staging.get_mapped_range(0..bytes) {
            Ok(view) => view,
            Err(error) => return fail(error.to_string()),
        };
        let head: Head = bytemuck::pod_read_unaligned(&view[..HEAD as usize]);
        let step = device.clock.map_or(0.0, f64::from);
        let [a, b, c, d, e] = head.times;
        // Without a time of its own, copying took none.
        let e = if device.times_copies { e } else { d };
        let time = |from: u64, to: u64| Duration::from_nanos((to.saturating_sub(from) as f64 * step) as u64);
        let outcome = Outcome { bump: head.bump, times: [time(a, b), time(c, d), time(d, e)] };
        Ok((Mapped { view: Some(view), staging, back }, outcome))
    }
}
