//! Two threads for each GPU: one gathers jobs into batches and submits them, one waits for the results.
//!
//! While the reader waits for a batch the submitter gathers the next; with two of them waiting the
//! submitter pauses, and jobs pile up into larger batches.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};
use vello::low_level::vello_encoding::BumpAllocators;

use super::adapter::Found;
use super::device::Device;
use super::fault::{Faults, Trouble};
use super::job::{Drawn, Job};
use super::page::{LARGEST, Page};
use super::painter::{Painter, Request, Submission};

/// Batches that a reader has before it, beside the one that it waits for.
const AHEAD: usize = 2;

/// How often a scene that is too much gets more room before the CPU draws it. One stage after the other
/// can lack some, and none tells before those ahead of it have enough.
const ATTEMPTS: usize = 8;

/// How often a device that was lost is opened again.
const REOPENINGS: usize = 2;

/// Where the time of batches went, and how much they moved.
#[derive(Debug, Clone, Copy, Default)]
pub struct Work {
    /// The workers', all of them together: laying out, painting and writing scenes; and encoding and storing.
    pub composing: Duration,
    pub encoding: Duration,
    pub batches: u64,
    pub jobs: u64,
    pub dispatches: u64,
    /// Bytes of scenes and pictures to the GPU, and of results from it.
    pub uploaded: u64,
    pub read_back: u64,
    /// The submitter's: packing, resolving, recording, submitting.
    pub submitting: Duration,
    /// The GPU's own clock: drawing, making outputs, and copying those to where the CPU reads them.
    pub drawing: Duration,
    pub outputs: Duration,
    pub copying: Duration,
    /// The reader's: from when a batch is its turn until its results are there.
    pub waiting: Duration,
}

/// What both threads of a GPU share.
pub(super) struct Submitter {
    found: Found,
    side: u32,
    /// Jobs in a batch at most.
    most: usize,
    /// `None` when it could not be opened again.
    painter: Mutex<Option<Painter>>,
    reopenings: Mutex<usize>,
    faults: Option<Arc<dyn Faults>>,
    work: Arc<Mutex<Work>>,
}

/// A batch on its way.
struct Batch {
    jobs: Vec<Job>,
    submission: Submission,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Submitter {
    pub fn open(
        found: Found,
        side: u32,
        most: usize,
        faults: Option<Arc<dyn Faults>>,
        work: Arc<Mutex<Work>>,
    ) -> Result<Self, String> {
        let painter = open(&found, side)?;
        let (painter, reopenings) = (Mutex::new(Some(painter)), Mutex::new(0));
        Ok(Self { found, side, most, painter, reopenings, faults, work })
    }

    /// Draws jobs until there are no more.
    pub fn run(&self, jobs: &Receiver<Job>) {
        let (batches, waiting) = bounded::<Batch>(AHEAD);
        std::thread::scope(|scope| {
            scope.spawn(move || {
                for batch in waiting {
                    self.read(batch);
                }
            });
            let mut left: Option<Job> = None;
            loop {
                let Some(first) = left.take().or_else(|| jobs.recv().ok()) else { break };
                self.submit(first, jobs, &mut left, &batches);
            }
            drop(batches);
        });
    }

    /// Gathers a batch that begins with a job. What does not fit any more is left.
    fn submit(&self, first: Job, jobs: &Receiver<Job>, left: &mut Option<Job>, batches: &Sender<Batch>) {
        let mut guard = lock(&self.painter);
        let Some(painter) = self.sound(&mut guard) else {
            return first.answer(Err("the GPU could not be opened again".to_owned()));
        };
        let began = Instant::now();
        let (mut page, most_bytes) = (painter.page(), painter.most_bytes());
        let mut places = Vec::new();
        let mut bytes = first.bytes();
        if bytes > most_bytes {
            return first.answer(Err("its results are too large for the GPU".to_owned()));
        }
        if !place(&mut page, &first, &mut places) {
            return first.answer(Err(self.too_large()));
        }
        let mut batch = vec![first];
        while batch.len() < self.most {
            let Ok(job) = jobs.try_recv() else { break };
            bytes += job.bytes();
            if bytes > most_bytes || !place(&mut page, &job, &mut places) {
                *left = Some(job);
                break;
            }
            batch.push(job);
        }
        let requests: Vec<&Request> = batch.iter().map(|job| &job.request).collect();
        let fault = self.faults.as_ref().and_then(|faults| faults.next());
        let submitted = painter.submit(&requests, &places, page.used(), fault);
        drop(guard);
        match submitted {
            Ok(submission) => {
                let mut work = lock(&self.work);
                work.batches += 1;
                work.jobs += batch.len() as u64;
                work.dispatches += u64::from(submission.encoded.dispatches);
                work.uploaded += submission.encoded.uploaded;
                work.read_back += submission.bytes;
                work.submitting += began.elapsed();
                drop(work);
                // The reader lives as long as this end.
                let _ = batches.send(Batch { jobs: batch, submission });
            }
            Err(Trouble::TooLarge(_)) if batch.len() > 1 => batch.into_iter().for_each(|job| self.alone(job)),
            Err(Trouble::TooLarge(why)) => answer_all(batch, why),
            Err(Trouble::Memory(why) | Trouble::Device(why)) => answer_all(batch, &why),
        }
    }

    /// Waits for a batch and hands out its results.
    fn read(&self, batch: Batch) {
        let Batch { jobs, submission } = batch;
        let (encoded, places) = (submission.encoded, submission.places.clone());
        let began = Instant::now();
        let read = submission.wait();
        let mut work = lock(&self.work);
        work.waiting += began.elapsed();
        match read {
            Err(why) => answer_all(jobs, &why),
            Ok((_, outcome)) if outcome.bump.failed != 0 => {
                drop(work);
                if let Some(painter) = &mut *lock(&self.painter) {
                    painter.grow(&encoded, &outcome.bump);
                }
                jobs.into_iter().for_each(|job| self.alone(job));
            }
            Ok((mapped, outcome)) => {
                work.drawing += outcome.times[0];
                work.outputs += outcome.times[1];
                work.copying += outcome.times[2];
                drop(work);
                let mapped = Arc::new(mapped);
                let mut places = places.into_iter();
                for job in jobs {
                    let places = places.by_ref().take(job.request.parts.len()).collect();
                    let drawn = Drawn::new(mapped.clone(), places);
                    job.answer(Ok(drawn));
                }
            }
        }
    }

    /// Draws one job by itself, with more room as long as it lacks some.
    fn alone(&self, job: Job) {
        let mut lacked = BumpAllocators::default();
        for _ in 0..ATTEMPTS {
            let mut guard = lock(&self.painter);
            let Some(painter) = self.sound(&mut guard) else { break };
            let (mut page, mut places) = (painter.page(), Vec::new());
            if !place(&mut page, &job, &mut places) {
                break;
            }
            let fault = self.faults.as_ref().and_then(|faults| faults.next());
            let submission = match painter.submit(&[&job.request], &places, page.used(), fault) {
                Ok(submission) => submission,
                Err(Trouble::TooLarge(why)) => return job.answer(Err(why.to_owned())),
                Err(Trouble::Memory(why) | Trouble::Device(why)) => return job.answer(Err(why)),
            };
            let (encoded, places) = (submission.encoded, submission.places.clone());
            match submission.wait() {
                Err(why) => return job.answer(Err(why)),
                Ok((mapped, outcome)) if outcome.bump.failed == 0 => {
                    return job.answer(Ok(Drawn::new(Arc::new(mapped), places)));
                }
                Ok((_, outcome)) => {
                    lacked = outcome.bump;
                    if !painter.grow(&encoded, &outcome.bump) {
                        break;
                    }
                }
            }
        }
        job.answer(Err(format!("it is too complex for the GPU: {lacked:?}")));
    }

    /// What is said of a frame that fits on no page.
    fn too_large(&self) -> String {
        let side = self.side;
        let more =
            if side < LARGEST { "; more of its memory (`--gpu-memory`) makes them larger" } else { "" };
        format!("the frame does not fit into the GPU's pages of {side}×{side} pixels{more}")
    }

    /// The painter; a new one when the old one's device has failed.
    fn sound<'a>(&self, painter: &'a mut Option<Painter>) -> Option<&'a mut Painter> {
        if painter.as_ref().is_some_and(|painter| painter.device.trouble().is_some()) {
            let mut reopenings = lock(&self.reopenings);
            *painter = None;
            if *reopenings < REOPENINGS {
                *reopenings += 1;
                *painter = open(&self.found, self.side).ok();
            }
        }
        painter.as_mut()
    }
}

fn open(found: &Found, side: u32) -> Result<Painter, String> {
    let painter = Painter::new(Device::open(found)?, side);
    match painter.device.trouble() {
        Some(trouble) => Err(trouble),
        None => Ok(painter),
    }
}

/// Puts all parts of a job onto the page, or none.
fn place(page: &mut Page, job: &Job, places: &mut Vec<(u32, u32)>) -> bool {
    let (before, count) = (page.clone(), places.len());
    for part in &job.request.parts {
        match page.place(part.rect.width(), part.rect.height()) {
            Some(place) => places.push(place),
            None => {
                *page = before;
                places.truncate(count);
                return false;
            }
        }
    }
    true
}

fn answer_all(jobs: Vec<Job>, why: &str) {
    for job in jobs {
        job.answer(Err(why.to_owned()));
    }
}
