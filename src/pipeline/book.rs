//! `byname book`: all records into one PDF, in the order of the data.
//!
//! Workers compose; the calling thread puts their pages into order and writes them as they come. How far
//! the workers may be ahead is bounded, so memory does not grow with the number of pages (but for a few
//! bytes each, to find them again at the end).

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::reader::Reader;
use super::render::{MAX_FAILED, distinct, no_records, with_key};
use super::station::Station;
use super::{Counts, Plan, Problems, Progress, ProgressMode, Selection, Stop, Store};
use crate::data::{self, Record};
use crate::defect::guarded;
use crate::diagnostic::{Diagnostic, Severity};
use crate::display::DisplayList;
use crate::pdf::{Book, BookOptions, Info, Page};
use crate::raster::CpuRasteriser;

/// Records whose pages are looked at before the first is written: what they share is written once.
const SAMPLES: usize = 24;

/// How to make a book.
pub struct BookRun {
    pub selection: Selection,
    /// Workers, at least one.
    pub jobs: usize,
    pub progress: ProgressMode,
    pub options: BookOptions,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct BookReport {
    /// Records that are in the book.
    pub records: u64,
    pub pages: u64,
    pub bytes: u64,
    pub problems: Problems,
    /// The first records that are not: line, and key or what stands for it.
    pub failed: Vec<(usize, String)>,
    pub failed_records: u64,
    pub unknown_keys: Vec<String>,
    pub elapsed: Duration,
    /// Nothing is written then.
    pub interrupted: bool,
}

/// One record's pages, in the order of the plan's variants, or why there are none.
struct Done {
    line: usize,
    key: Option<String>,
    composed: Result<(Vec<DisplayList>, Vec<Diagnostic>), Vec<Diagnostic>>,
}

/// Writes the book of a plan, whose variants are the pages of each record. The errors are those of the
/// campaign as a whole, or of the file.
pub fn book(plan: &Plan, out: &Path, run: &BookRun, stop: &Stop) -> Result<BookReport, Vec<Diagnostic>> {
    let one = |problem: Box<Diagnostic>| vec![*problem];
    let source = &plan.campaign.data;
    let records = data::open(&source.source, &source.key, plan.campaign.schema.as_ref()).map_err(one)?;
    let mut report = BookReport::default();
    let mut early = records.warnings().to_vec();
    early.extend(records.field_names().map(|names| plan.missing_fields(names)).unwrap_or_default());
    for variant in &plan.variants {
        early.extend_from_slice(Station::new(plan, variant, true)?.warnings());
    }
    for problem in &distinct(early) {
        report.problems.add(0, problem);
    }
    let (folder, name) = match (out.parent(), out.file_name()) {
        (Some(folder), Some(name)) if folder.as_os_str().is_empty() => (Path::new("."), name),
        (Some(folder), Some(name)) => (folder, name),
        _ => return Err(vec![Diagnostic::error("bad-path", format!("`{}` is no file", out.display()))]),
    };
    let store = Store::open(folder).map_err(one)?;
    let mut progress = Progress::new(run.progress, "records");
    let jobs = run.jobs.max(1);
    let reader = Reader::start_unnamed(records, &run.selection, jobs, stop);
    let rows = reader.rows(stop);
    let mut failed = None;
    let written = store.replace(Path::new(name), |file| {
        let mut press =
            Press { plan, run, file, rasteriser: CpuRasteriser::new(), book: None, waiting: Vec::new() };
        let made = std::thread::scope(|scope| {
            // Room for all that may be under way, so that nobody ever waits to hand over.
            let ahead = jobs * 4;
            let (records, to_compose) = bounded::<(u64, Record)>(ahead);
            let (finished, composed) = bounded::<(u64, Done)>(ahead);
            for _ in 0..jobs {
                let (to_compose, finished) = (to_compose.clone(), finished.clone());
                scope.spawn(move || compose(plan, &to_compose, &finished));
            }
            drop((to_compose, finished));
            in_order(rows, ahead as u64, &records, &composed, |done| {
                press.take(done, &mut report)?;
                progress.update(&Counts {
                    rendered: report.records,
                    failed: report.failed_records,
                    ..Counts::default()
                });
                Ok(())
            })
        });
        let made = made.and_then(|()| {
            if stop.is_stopped() {
                report.interrupted = true;
                return Err(Failed::Interrupted);
            }
            press.finish(&mut report)
        });
        made.map_err(|problem| match problem {
            Failed::Io(error) => error,
            Failed::Interrupted => io::ErrorKind::Interrupted.into(),
            Failed::Book(problem) => {
                failed = Some(problem);
                io::ErrorKind::Other.into()
            }
        })
    });
    report.unknown_keys = reader.unknown_keys(stop);
    report.elapsed = progress.finish();
    match (written, failed) {
        (_, Some(problem)) => Err(vec![*problem]),
        (Err(error), None) if !report.interrupted => Err(vec![*error.into_diagnostic()]),
        _ => Ok(report),
    }
}

/// Why there is no book.
enum Failed {
    Io(io::Error),
    Book(Box<Diagnostic>),
    Interrupted,
}

/// Hands rows to the workers, no more than `ahead` at a time, and what comes of them to `take`, in order.
fn in_order(
    mut rows: impl Iterator<Item = super::select::Row>,
    ahead: u64,
    records: &Sender<(u64, Record)>,
    composed: &Receiver<(u64, Done)>,
    mut take: impl FnMut(Done) -> Result<(), Failed>,
) -> Result<(), Failed> {
    let mut done: BTreeMap<u64, Done> = BTreeMap::new();
    let (mut read, mut taken, mut ended) = (0, 0, false);
    loop {
        while !ended && read - taken < ahead {
            match rows.next() {
                Some(Ok(record)) => {
                    // The workers live as long as this end of their queue.
                    let _ = records.send((read, record));
                }
                Some(Err(row)) => {
                    done.insert(read, Done { line: row.line, key: row.key, composed: Err(row.problems) });
                }
                None => {
                    ended = true;
                    break;
                }
            }
            read += 1;
        }
        while let Some(next) = done.remove(&taken) {
            take(next)?;
            taken += 1;
        }
        if ended && taken == read {
            return Ok(());
        }
        if read > taken
            && let Ok((at, finished)) = composed.recv()
        {
            done.insert(at, finished);
        }
    }
}

/// One worker.
fn compose(plan: &Plan, records: &Receiver<(u64, Record)>, finished: &Sender<(u64, Done)>) {
    let mut stations: Vec<Option<Station>> = plan.variants.iter().map(|_| None).collect();
    for (at, record) in records {
        let could_not = "this record could not be laid out";
        let composed = guarded(could_not, || pages(plan, &mut stations, &record)).unwrap_or_else(|problem| {
            // What the panic left behind is not to be trusted.
            stations.iter_mut().for_each(|station| *station = None);
            Err(vec![*problem])
        });
        let composed = match composed {
            Ok((lists, problems)) => Ok((lists, with_key(plan, problems, &record))),
            Err(problems) => Err(with_key(plan, problems, &record)),
        };
        let done = Done { line: record.line, key: Some(record.key.to_string()), composed };
        if finished.send((at, done)).is_err() {
            return;
        }
    }
}

/// A record's pages, and their warnings.
fn pages(
    plan: &Plan,
    stations: &mut [Option<Station>],
    record: &Record,
) -> Result<(Vec<DisplayList>, Vec<Diagnostic>), Vec<Diagnostic>> {
    let binding = plan.template.evaluate(record)?;
    let (mut lists, mut problems) = (Vec::new(), Vec::new());
    for (variant, station) in plan.variants.iter().zip(stations) {
        if station.is_none() {
            *station = Some(Station::new(plan, variant, true)?);
        }
        let composed = station.as_mut().expect("opened above").compose(&binding)?;
        problems.extend(composed.problems);
        lists.push(composed.list);
    }
    if problems.iter().any(|problem| problem.severity == Severity::Error) {
        return Err(distinct(problems));
    }
    Ok((lists, distinct(problems)))
}

/// Writes pages in order.
struct Press<'a, W> {
    plan: &'a Plan,
    run: &'a BookRun,
    file: &'a mut W,
    rasteriser: CpuRasteriser,
    /// Opened when enough pages are there to tell what they share.
    book: Option<Book>,
    waiting: Vec<(usize, String, Vec<DisplayList>)>,
}

impl<W: Write> Press<'_, W> {
    fn take(&mut self, done: Done, report: &mut BookReport) -> Result<(), Failed> {
        match done.composed {
            Ok((lists, warnings)) => {
                for problem in &warnings {
                    report.problems.add(done.line, problem);
                }
                self.waiting.push((done.line, done.key.unwrap_or_default(), lists));
                if self.book.is_none() && self.waiting.len() < SAMPLES {
                    return Ok(());
                }
                self.write(report)
            }
            Err(problems) => {
                miss(report, done.line, done.key, &problems);
                Ok(())
            }
        }
    }

    /// Writes the pages that wait.
    fn write(&mut self, report: &mut BookReport) -> Result<(), Failed> {
        let waiting = std::mem::take(&mut self.waiting);
        let book = self.book.get_or_insert_with(|| {
            let samples: Vec<&DisplayList> = waiting.iter().flat_map(|(_, _, lists)| lists).collect();
            Book::new(self.run.options.clone(), &samples)
        });
        let scale = self.plan.campaign.output.scale;
        for (line, key, lists) in waiting {
            let sizes = self.plan.variants.iter().map(|v| (v.format.width, v.format.height));
            let pages: Vec<Page<'_>> =
                lists.iter().zip(sizes).map(|(list, size)| Page { list, size, scale }).collect();
            match book.add(&key, &pages, &mut self.rasteriser) {
                Ok(()) => {
                    report.records += 1;
                    report.pages += pages.len() as u64;
                }
                Err(mut problem) => {
                    problem.key = Some(key.clone());
                    miss(report, line, Some(key), &[*problem]);
                }
            }
            let bytes = book.take();
            report.bytes += bytes.len() as u64;
            self.file.write_all(&bytes).map_err(Failed::Io)?;
        }
        Ok(())
    }

    fn finish(mut self, report: &mut BookReport) -> Result<(), Failed> {
        self.write(report)?;
        if report.records == 0 {
            let none = if report.failed_records == 0 {
                no_records(self.plan)
            } else {
                Diagnostic::error("no-records", "no record could be put into the book")
                    .with_hint("byname check tells what is wrong with each")
            };
            return Err(Failed::Book(Box::new(none)));
        }
        let book = self.book.take().expect("it has records");
        let campaign = &self.plan.campaign;
        let info = Info { title: Some(&campaign.name), language: &campaign.locale.default };
        let bytes = book.finish(&info).map_err(Failed::Book)?;
        report.bytes += bytes.len() as u64;
        self.file.write_all(&bytes).map_err(Failed::Io)
    }
}

/// Notes a record that is not in the book.
fn miss(report: &mut BookReport, line: usize, key: Option<String>, problems: &[Diagnostic]) {
    for problem in problems {
        report.problems.add(line, problem);
    }
    report.failed_records += 1;
    if report.failed.len() < MAX_FAILED {
        report.failed.push((line, key.unwrap_or_else(|| format!("line {line}"))));
    }
}
