//! What workers ask of GPUs, and what they get.

use std::ops::Range;
use std::sync::Arc;
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};

use super::adapter::Found;
use super::fault::Faults;
use super::output::Want;
use super::page::LARGEST;
use super::painter::{Mapped, Part, Request};
use super::pictures::Pictures;
use super::scene::{Lacks, SceneWriter};
use super::submitter::{Submitter, Work};
use crate::display::DisplayList;
use crate::raster::IRect;

/// How to use GPUs.
#[derive(Clone)]
pub struct Options {
    /// Bytes of the GPU's memory to use at most.
    pub memory: u64,
    /// Lists in a batch at most.
    pub batch: usize,
    /// Trouble to make; for tests.
    pub faults: Option<Arc<dyn Faults>>,
}

/// A GPU has that much at least, and a run leaves most of it to others.
const MEMORY: u64 = 1 << 30;

impl Default for Options {
    fn default() -> Self {
        Self { memory: MEMORY, batch: 256, faults: None }
    }
}

impl Options {
    /// The side of a page, whose working buffers, pictures and results take some 40 bytes a pixel.
    fn side(&self) -> u32 {
        [LARGEST, 2048, 1024, 512]
            .into_iter()
            .find(|side| u64::from(side * side) * 40 <= self.memory)
            .unwrap_or(256)
    }
}

/// A list to draw.
pub(super) struct Job {
    pub request: Request,
    ticket: u64,
    /// Until it is answered.
    reply: Option<Sender<Answer>>,
}

/// What came of a job.
pub struct Answer {
    pub ticket: u64,
    /// The results, or why there are none.
    pub drawn: Result<Drawn, String>,
}

/// Results: for every part, for every want of it, bytes.
#[derive(Clone)]
pub struct Drawn {
    mapped: Arc<Mapped>,
    places: Vec<Vec<Range<usize>>>,
}

impl Job {
    /// Bytes of its results.
    pub fn bytes(&self) -> u64 {
        let wants =
            self.request.parts.iter().flat_map(|part| part.wants.iter().map(|want| (part.rect, want)));
        wants.map(|(rect, want)| want.bytes(rect).next_multiple_of(4)).sum()
    }

    pub fn answer(mut self, drawn: Result<Drawn, String>) {
        self.send(drawn);
    }

    fn send(&mut self, drawn: Result<Drawn, String>) {
        if let Some(reply) = self.reply.take() {
            // A worker that has gone wants none.
            let _ = reply.send(Answer { ticket: self.ticket, drawn });
        }
    }
}

impl Drop for Job {
    /// Somebody waits for it, whatever happened.
    fn drop(&mut self) {
        self.send(Err("the GPU's thread has failed".to_owned()));
    }
}

impl Drawn {
    pub(super) fn new(mapped: Arc<Mapped>, places: Vec<Vec<Range<usize>>>) -> Self {
        Self { mapped, places }
    }

    /// What was wanted of a part.
    pub fn bytes(&self, part: usize, want: usize) -> &[u8] {
        &self.mapped.bytes()[self.places[part][want].clone()]
    }
}

/// GPUs that draw for all workers of a run.
pub struct Gpu {
    jobs: Option<Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
    pictures: Pictures,
    work: Arc<Mutex<Work>>,
    names: Vec<String>,
    batch: usize,
    start_up: Duration,
}

impl Gpu {
    /// Opens the GPUs and compiles their shaders. The error is a driver's.
    pub fn start(found: Vec<Found>, options: &Options) -> Result<Self, String> {
        let began = Instant::now();
        let names = found.iter().map(ToString::to_string).collect();
        let work = Arc::<Mutex<Work>>::default();
        let submitters = found
            .into_iter()
            .map(|found| {
                let (side, faults) = (options.side(), options.faults.clone());
                Submitter::open(found, side, options.batch.max(1), faults, work.clone())
            })
            .collect::<Result<Vec<_>, _>>()?;
        let (jobs, waiting) = bounded::<Job>(options.batch.max(1) * submitters.len().max(1));
        let threads = submitters
            .into_iter()
            .map(|submitter| {
                let waiting = waiting.clone();
                std::thread::spawn(move || submitter.run(&waiting))
            })
            .collect();
        Ok(Self {
            jobs: Some(jobs),
            threads,
            pictures: Pictures::new(),
            work,
            names,
            batch: options.batch.max(1),
            start_up: began.elapsed(),
        })
    }

    /// A worker's way to the GPUs.
    pub fn client(&self) -> Client {
        let (reply, answers) = unbounded();
        Client {
            writer: SceneWriter::new(self.pictures.clone()),
            jobs: self.jobs.clone().expect("there until it is dropped"),
            reply,
            answers,
            next: 0,
            work: self.work.clone(),
        }
    }

    /// The GPUs, for people.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// How long opening and compiling took.
    pub fn start_up(&self) -> Duration {
        self.start_up
    }

    /// Jobs that one of so many workers should have under way, so that batches fill while others are
    /// drawn and read.
    pub fn depth(&self, workers: usize) -> usize {
        (3 * self.batch * self.threads.len()).div_ceil(workers.max(1)).clamp(4, 256)
    }

    /// What was done so far.
    pub fn work(&self) -> Work {
        *self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Gpu {
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            // A panic there has been told already; its jobs went to the CPU.
            let _ = thread.join();
        }
    }
}

/// Sends lists to the GPUs and receives what comes of them, in any order.
pub struct Client {
    writer: SceneWriter,
    jobs: Sender<Job>,
    reply: Sender<Answer>,
    answers: Receiver<Answer>,
    next: u64,
    work: Arc<Mutex<Work>>,
}

impl Client {
    /// Asks for parts of a list; the ticket that its answer will have. Blocks while too much is under way.
    pub fn order(&mut self, list: &DisplayList, parts: &[(IRect, Vec<Want>)]) -> Result<u64, Lacks> {
        let rects: Vec<IRect> = parts.iter().map(|(rect, _)| *rect).collect();
        let list = self.writer.write(list, &rects)?;
        let parts = parts.iter().map(|(rect, wants)| Part { rect: *rect, wants: wants.clone() }).collect();
        let request = Request { parts, list };
        let ticket = self.next;
        self.next += 1;
        // One that nobody takes is answered when it is dropped.
        let _ = self.jobs.send(Job { request, ticket, reply: Some(self.reply.clone()) });
        Ok(ticket)
    }

    /// Adds what a worker spent on composing and on encoding to [`Gpu::work`].
    pub fn note(&self, composing: Duration, encoding: Duration) {
        let mut work = self.work.lock().unwrap_or_else(PoisonError::into_inner);
        work.composing += composing;
        work.encoding += encoding;
    }

    /// Where answers come in.
    pub fn answers(&self) -> &Receiver<Answer> {
        &self.answers
    }
}
