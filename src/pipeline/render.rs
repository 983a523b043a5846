//! `byname render`: every record in every variant and type, written whole and noted in the manifest.

use std::path::Path;
use std::time::Duration;

use crossbeam_channel::{Sender, bounded};

use super::fingerprint::Fingerprints;
use super::manifest::{Asset, FileFacts, Finished, Line, Manifest, Status};
use super::paths::asset_path;
use super::reader::{Reader, Rows};
use super::station::Station;
use super::store::WriteError;
use super::{Counts, Plan, Problems, Progress, ProgressMode, Selection, Stop, Store};
use crate::campaign::AssetType;
use crate::data::{self, Record, Rejected};
use crate::defect::guarded;
use crate::diagnostic::{Diagnostic, Severity, Span};
use crate::raster::CpuRasteriser;

/// How to run.
pub struct RenderOptions {
    pub selection: Selection,
    /// Workers, at least one.
    pub jobs: usize,
    /// A record with any problem, warnings included, is not rendered.
    pub strict: bool,
    pub incremental: bool,
    pub progress: ProgressMode,
}

/// What came of a run.
#[derive(Debug, Default)]
pub struct RenderReport {
    pub counts: Counts,
    pub bytes: u64,
    pub problems: Problems,
    /// The first records, by line, that failed or were skipped: line, and key or what stands for it.
    pub failed: Vec<(usize, String)>,
    /// How many these are in all.
    pub failed_records: u64,
    /// Keys asked for that no record has.
    pub unknown_keys: Vec<String>,
    pub elapsed: Duration,
    pub interrupted: bool,
    /// What stopped the run as a whole.
    pub fatal: Option<Diagnostic>,
}

/// Names of failed records that a report holds at most.
const MAX_FAILED: usize = 20;

/// What a worker sends to the keeper of the manifest.
enum Event {
    Done { lines: Vec<Line>, current: u64, problems: Vec<Diagnostic>, bytes: u64 },
    Fatal(Box<Diagnostic>),
}

/// Renders a plan into a folder. The errors are those of the campaign as a whole.
pub fn render(
    plan: &Plan,
    out: &Path,
    options: &RenderOptions,
    stop: &Stop,
) -> Result<RenderReport, Vec<Diagnostic>> {
    let one = |problem: Box<Diagnostic>| vec![*problem];
    let source = &plan.campaign.data;
    let records = data::open(&source.source, &source.key, plan.campaign.schema.as_ref()).map_err(one)?;
    let mut early = records.warnings().to_vec();
    early.extend(records.field_names().map(|names| plan.missing_fields(names)).unwrap_or_default());
    // Every press is opened once here: a template that cannot be opened is told before anything else.
    for variant in &plan.variants {
        early.extend_from_slice(Station::new(plan, variant, options.incremental)?.warnings());
    }
    let early = distinct(early);
    let store = Store::open(out).map_err(one)?;
    let (mut manifest, finished) = Manifest::open(&store).map_err(one)?;
    let fingerprints = Fingerprints::new(plan);
    let mut progress = Progress::new(options.progress, "assets");
    let mut report = RenderReport::default();
    for problem in &early {
        report.problems.add(0, problem);
    }
    let jobs = options.jobs.max(1);
    let reader = Reader::start(plan, records, &options.selection, jobs, stop);
    let (event_sender, events) = bounded::<Event>(jobs * 4);
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            let (rows, events) = (reader.rows(stop), event_sender.clone());
            let (store, finished, fingerprints) = (&store, &finished, &fingerprints);
            // A live document stays on the thread that made it.
            scope.spawn(move || {
                let stations = plan.variants.iter().map(|_| None).collect();
                let rasteriser = CpuRasteriser::new();
                let worker = Worker { plan, options, store, finished, fingerprints, stations, rasteriser };
                worker.run(rows, &events);
            });
        }
        drop(event_sender);
        let (total_sender, totals) = bounded(1);
        scope.spawn(|| count(plan, &options.selection, total_sender, stop));
        for event in &events {
            if let Ok(total) = totals.try_recv() {
                progress.set_total(total);
            }
            keep(event, &mut manifest, &mut report, stop);
            progress.update(&report.counts);
        }
        // Ends the counting, too, if it is still at it.
        let interrupted = stop.is_stopped();
        report.unknown_keys = reader.unknown_keys(stop);
        report.interrupted = interrupted && report.fatal.is_none();
        stop.stop();
    });
    if report.counts.done() == 0 && options.selection.is_all() && !report.interrupted {
        report.problems.add(0, &no_records(plan));
    }
    if report.fatal.is_none()
        && let Err(problem) = manifest.compact()
    {
        report.fatal = Some(*problem);
    }
    report.elapsed = progress.finish();
    Ok(report)
}

/// Counts the source's rows, so that progress can tell how much is left.
fn count(plan: &Plan, selection: &Selection, total: Sender<u64>, stop: &Stop) {
    let source = &plan.campaign.data;
    // What is not a plain file (a pipe, `/dev/stdin`) can be read only once.
    let data::Place::File(path) = &source.source.place else { return };
    if !path.metadata().is_ok_and(|metadata| metadata.is_file()) {
        return;
    }
    let Ok(records) = data::open(&source.source, &source.key, None) else { return };
    let most = selection.most();
    let mut rows = 0;
    for _ in records.take(most) {
        rows += 1;
        if rows % 1024 == 0 && stop.is_stopped() {
            return;
        }
    }
    let _ = total.send(rows * plan.assets_per_record());
}

/// Notes what a worker did.
fn keep(event: Event, manifest: &mut Manifest, report: &mut RenderReport, stop: &Stop) {
    match event {
        Event::Fatal(problem) => {
            stop.stop();
            report.fatal.get_or_insert(*problem);
        }
        Event::Done { lines, current, problems, bytes } => {
            if let Err(problem) = manifest.append(&lines) {
                stop.stop();
                report.fatal.get_or_insert(*problem);
                return;
            }
            report.counts.current += current;
            report.bytes += bytes;
            let line = lines.first().map_or(0, |line| line.line);
            for problem in &problems {
                report.problems.add(line, problem);
            }
            let mut bad = None;
            for line in &lines {
                match line.status {
                    Status::Ok => report.counts.rendered += 1,
                    Status::Failed => report.counts.failed += 1,
                    Status::Skipped => report.counts.skipped += 1,
                }
                if line.status != Status::Ok {
                    bad = Some(line.key.clone().unwrap_or_else(|| format!("line {}", line.line)));
                }
            }
            if let Some(bad) = bad {
                report.failed_records += 1;
                let place = report.failed.partition_point(|(other, _)| *other <= line);
                report.failed.insert(place, (line, bad));
                report.failed.truncate(MAX_FAILED);
            }
        }
    }
}

struct Worker<'a> {
    plan: &'a Plan,
    options: &'a RenderOptions,
    store: &'a Store,
    finished: &'a Finished,
    fingerprints: &'a Fingerprints,
    /// One a variant, opened when it is first needed.
    stations: Vec<Option<Station>>,
    rasteriser: CpuRasteriser,
}

/// An asset still to be made.
struct Wanted {
    variant: usize,
    kind: AssetType,
    path: String,
    fingerprint: String,
}

impl Worker<'_> {
    fn run(mut self, rows: Rows, events: &Sender<Event>) {
        for row in rows {
            let event = match row {
                Ok(record) => self.record(&record),
                Err(rejected) => self.rejected(rejected),
            };
            let fatal = matches!(event, Event::Fatal(_));
            if events.send(event).is_err() || fatal {
                return;
            }
        }
    }

    /// A row that never became a record.
    fn rejected(&self, rejected: Rejected) -> Event {
        let line = Line {
            status: Status::Skipped,
            key: rejected.key,
            line: rejected.line,
            asset: None,
            file: None,
            warnings: Vec::new(),
            reasons: rejected.problems.clone(),
        };
        Event::Done { lines: vec![line], current: 0, problems: rejected.problems, bytes: 0 }
    }

    fn record(&mut self, record: &Record) -> Event {
        let binding = match self.plan.template.evaluate(record) {
            Ok(binding) => binding,
            Err(problems) => return self.none(record, Status::Failed, problems),
        };
        let hasher = self.fingerprints.of_record(self.plan, record, &binding);
        let mut wanted = Vec::new();
        let mut current = 0;
        for (index, variant) in self.plan.variants.iter().enumerate() {
            for &kind in &self.plan.types {
                let path = match self.path(record, index, kind) {
                    Ok(path) => path,
                    Err(problem) => return self.none(record, Status::Failed, vec![*problem]),
                };
                let fingerprint = Fingerprints::of_asset(&hasher, variant, kind, &self.plan.campaign.output);
                if self.finished.is_current(self.store, &path, &fingerprint) {
                    current += 1;
                } else {
                    wanted.push(Wanted { variant: index, kind, path, fingerprint });
                }
            }
        }
        let mut lines = Vec::with_capacity(wanted.len());
        let mut problems = Vec::new();
        let mut bytes = 0;
        // Under --strict nothing of a record is written before all of it is known to be well.
        let mut composed = Vec::new();
        if self.options.strict && !wanted.is_empty() {
            for index in 0..self.plan.variants.len() {
                if wanted.iter().all(|wanted| wanted.variant != index) {
                    composed.push(None);
                    continue;
                }
                match self.guarded(index, |worker| worker.station(index)?.compose(&binding)) {
                    Ok(one) if one.problems.is_empty() => composed.push(Some(one)),
                    Ok(one) => {
                        return self.none(record, Status::Skipped, with_key(self.plan, one.problems, record));
                    }
                    Err(problems) => {
                        return self.none(record, Status::Failed, with_key(self.plan, problems, record));
                    }
                }
            }
        }
        for group in wanted.chunk_by(|a, b| a.variant == b.variant) {
            let index = group[0].variant;
            let types: Vec<AssetType> = group.iter().map(|wanted| wanted.kind).collect();
            let ready = composed.get_mut(index).and_then(Option::take);
            let made = self.guarded(index, |worker| {
                let ready = match ready {
                    Some(ready) => ready,
                    None => worker.station(index)?.compose(&binding)?,
                };
                if ready.problems.iter().any(|problem| problem.severity == Severity::Error) {
                    return Err(ready.problems);
                }
                let Self { stations, rasteriser, .. } = worker;
                let station = stations[index].as_mut().expect("opened to compose");
                let assets =
                    station.make(&ready.list, &types, rasteriser).map_err(|problem| vec![*problem])?;
                Ok((assets, ready.problems, station.size()))
            });
            match made {
                Ok((assets, warnings, (width, height))) => {
                    let warnings = with_key(self.plan, warnings, record);
                    for (wanted, (_, content)) in group.iter().zip(assets) {
                        let mut line = self.line(record, wanted, Status::Ok);
                        match self.store.write(Path::new(&wanted.path), &content) {
                            Ok(()) => {
                                bytes += content.len() as u64;
                                line.file = Some(FileFacts {
                                    bytes: content.len() as u64,
                                    blake3: blake3::hash(&content).to_hex().to_string(),
                                    width,
                                    height,
                                    fingerprint: wanted.fingerprint.clone(),
                                });
                                line.warnings = warnings.clone();
                            }
                            Err(WriteError::Path(problem)) => {
                                line.status = Status::Failed;
                                line.reasons = with_key(self.plan, vec![*problem], record);
                                problems.extend(line.reasons.clone());
                            }
                            Err(WriteError::Folder(problem)) => return Event::Fatal(problem),
                        }
                        lines.push(line);
                    }
                    problems.extend(warnings);
                }
                Err(reasons) => {
                    let reasons = with_key(self.plan, reasons, record);
                    for wanted in group {
                        let mut line = self.line(record, wanted, Status::Failed);
                        line.reasons = reasons.clone();
                        lines.push(line);
                    }
                    problems.extend(reasons);
                }
            }
        }
        Event::Done { lines, current, problems: distinct(problems), bytes }
    }

    /// Runs `work`; a panic in it (a defect of ours or of an engine below us) fails one record only.
    fn guarded<T>(
        &mut self,
        index: usize,
        work: impl FnOnce(&mut Self) -> Result<T, Vec<Diagnostic>>,
    ) -> Result<T, Vec<Diagnostic>> {
        let could_not = format!("this record could not be drawn as {}", self.plan.variants[index].name());
        guarded(&could_not, || work(self)).unwrap_or_else(|problem| {
            // What the panic left behind is not to be trusted.
            self.stations[index] = None;
            self.rasteriser = CpuRasteriser::new();
            Err(vec![*problem])
        })
    }

    fn station(&mut self, index: usize) -> Result<&mut Station, Vec<Diagnostic>> {
        if self.stations[index].is_none() {
            let station = Station::new(self.plan, &self.plan.variants[index], self.options.incremental)?;
            self.stations[index] = Some(station);
        }
        Ok(self.stations[index].as_mut().expect("opened above"))
    }

    /// The asset's path, with `/` between its parts.
    fn path(&self, record: &Record, variant: usize, kind: AssetType) -> Result<String, Box<Diagnostic>> {
        let campaign = &self.plan.campaign;
        asset_path(&campaign.output.path, &campaign.name, record, &self.plan.variants[variant], kind)
    }

    fn line(&self, record: &Record, wanted: &Wanted, status: Status) -> Line {
        Line {
            status,
            key: Some(record.key.to_string()),
            line: record.line,
            asset: Some(Asset {
                variant: self.plan.variants[wanted.variant].name().into_owned(),
                kind: wanted.kind.name(),
                path: wanted.path.clone(),
            }),
            file: None,
            warnings: Vec::new(),
            reasons: Vec::new(),
        }
    }

    /// The record as a whole comes to nothing.
    fn none(&self, record: &Record, status: Status, problems: Vec<Diagnostic>) -> Event {
        let mut lines = Vec::new();
        for (index, variant) in self.plan.variants.iter().enumerate() {
            for &kind in &self.plan.types {
                lines.push(Line {
                    status,
                    key: Some(record.key.to_string()),
                    line: record.line,
                    asset: self.path(record, index, kind).ok().map(|path| Asset {
                        variant: variant.name().into_owned(),
                        kind: kind.name(),
                        path,
                    }),
                    file: None,
                    warnings: Vec::new(),
                    reasons: problems.clone(),
                });
            }
        }
        Event::Done { lines, current: 0, problems: distinct(problems), bytes: 0 }
    }
}

pub(super) fn no_records(plan: &Plan) -> Diagnostic {
    Diagnostic::error("no-records", "the source has no records")
        .with_span(Span::file(plan.campaign.data.source.name()))
}

/// With the record's key, and its line for want of another place.
pub(super) fn with_key(plan: &Plan, problems: Vec<Diagnostic>, record: &Record) -> Vec<Diagnostic> {
    let source = plan.campaign.data.source.name();
    problems
        .into_iter()
        .map(|mut problem| {
            problem.key.get_or_insert_with(|| record.key.to_string());
            problem.span.get_or_insert_with(|| Span::line(source, record.line));
            problem
        })
        .collect()
}

/// Each problem once, though it may show in several variants.
pub(super) fn distinct(problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut out: Vec<Diagnostic> = Vec::with_capacity(problems.len());
    for problem in problems {
        if !out.contains(&problem) {
            out.push(problem);
        }
    }
    out
}
