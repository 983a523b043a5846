//! `byname render`: every record in every variant and type, written whole and noted in the manifest.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use crossbeam_channel::{Sender, bounded};

use super::fingerprint::Fingerprints;
use super::gpu;
use super::manifest::{Asset, DrawnBy, FileFacts, Finished, Line, Manifest, Status};
use super::paths::asset_path;
use super::reader::{Reader, Rows};
use super::station::Station;
use super::store::WriteError;
use super::{Counts, Plan, Problems, Progress, ProgressMode, Selection, Stop, Store};
use crate::campaign::AssetType;
use crate::data::{self, Record, Rejected};
use crate::defect::guarded;
use crate::diagnostic::{Diagnostic, Severity, Span};
use crate::press::{Composed, FurtherPage};
use crate::raster::CpuRasteriser;
use crate::raster::gpu::Gpu;
use crate::template::Binding;

/// How to run.
pub struct RenderOptions {
    pub selection: Selection,
    /// Workers, at least one.
    pub jobs: usize,
    /// A record with any problem, warnings included, is not rendered.
    pub strict: bool,
    pub incremental: bool,
    pub progress: ProgressMode,
    /// What draws the frames in place of the CPU.
    pub gpu: Option<Gpu>,
}

/// What came of a run.
#[derive(Debug, Default)]
pub struct RenderReport {
    pub counts: Counts,
    pub bytes: u64,
    /// Assets that the CPU drew in a run on a GPU, and why the first of them.
    pub fallbacks: (u64, Option<String>),
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
pub(super) const MAX_FAILED: usize = 20;

/// What a worker sends to the keeper of the manifest.
pub(super) enum Event {
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
                let pages = HashMap::new();
                let worker =
                    Worker { plan, options, store, finished, fingerprints, stations, pages, rasteriser };
                match &options.gpu {
                    Some(gpu) => gpu::run(worker, gpu.client(), gpu.depth(jobs), rows, &events),
                    None => worker.run(rows, &events),
                }
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
                if let Some(DrawnBy { fallback: Some(why), .. }) = &line.drawn_by {
                    report.fallbacks.0 += 1;
                    report.fallbacks.1.get_or_insert_with(|| why.clone());
                }
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

pub(super) struct Worker<'a> {
    pub plan: &'a Plan,
    options: &'a RenderOptions,
    store: &'a Store,
    finished: &'a Finished,
    fingerprints: &'a Fingerprints,
    /// One a variant, opened when it is first needed.
    pub stations: Vec<Option<Station>>,
    /// Those of further pages of PDFs, by their variants' names.
    pages: HashMap<String, Station>,
    pub rasteriser: CpuRasteriser,
}

/// An asset still to be made.
pub(super) struct Wanted {
    variant: usize,
    kind: AssetType,
    path: String,
    fingerprint: String,
}

/// A record of which assets are being made.
pub(super) struct Task {
    record: Record,
    binding: Binding,
    wanted: Vec<Wanted>,
    /// By variant, where it was composed ahead.
    composed: Vec<Option<Composed>>,
    lines: Vec<Line>,
    current: u64,
    problems: Vec<Diagnostic>,
    bytes: u64,
}

/// The wanted assets of one variant.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub variant: usize,
    range: Range<usize>,
}

/// A group's assets.
pub(super) struct Made {
    pub assets: Vec<(AssetType, Vec<u8>)>,
    pub warnings: Vec<Diagnostic>,
    /// Device pixels across and down.
    pub size: (u32, u32),
    pub drawn_by: Option<DrawnBy>,
}

impl Task {
    pub fn groups(&self) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        for (index, wanted) in self.wanted.iter().enumerate() {
            match groups.last_mut() {
                Some(group) if group.variant == wanted.variant => group.range.end = index + 1,
                _ => groups.push(Group { variant: wanted.variant, range: index..index + 1 }),
            }
        }
        groups
    }

    pub fn types(&self, group: &Group) -> Vec<AssetType> {
        self.wanted[group.range.clone()].iter().map(|wanted| wanted.kind).collect()
    }

    /// All groups are noted.
    pub fn done(self) -> Event {
        let Self { lines, current, problems, bytes, .. } = self;
        Event::Done { lines, current, problems: distinct(problems), bytes }
    }
}

impl Worker<'_> {
    fn run(mut self, rows: Rows, events: &Sender<Event>) {
        for row in rows {
            let event = match row {
                Ok(record) => self.record(record),
                Err(rejected) => self.rejected(rejected),
            };
            let fatal = matches!(event, Event::Fatal(_));
            if events.send(event).is_err() || fatal {
                return;
            }
        }
    }

    /// A row that never became a record.
    pub(super) fn rejected(&self, rejected: Rejected) -> Event {
        let line = Line {
            status: Status::Skipped,
            key: rejected.key,
            line: rejected.line,
            asset: None,
            file: None,
            drawn_by: None,
            warnings: Vec::new(),
            reasons: rejected.problems.clone(),
        };
        Event::Done { lines: vec![line], current: 0, problems: rejected.problems, bytes: 0 }
    }

    fn record(&mut self, record: Record) -> Event {
        let mut task = match self.begin(record) {
            Ok(task) => task,
            Err(event) => return event,
        };
        for group in task.groups() {
            let made = self.guarded(group.variant, |worker| {
                let ready = worker.compose(&mut task, group.variant)?;
                let Self { stations, rasteriser, .. } = worker;
                let station = stations[group.variant].as_mut().expect("opened to compose");
                let assets = station.make(&ready, &task.types(&group), rasteriser);
                Ok(Made {
                    assets: assets.map_err(|problem| vec![*problem])?,
                    warnings: ready.problems,
                    size: station.size(),
                    drawn_by: None,
                })
            });
            if let Err(fatal) = self.note(&mut task, &group, made) {
                return fatal;
            }
        }
        task.done()
    }

    /// Evaluates a record and finds out what is to be made of it; an event when that is nothing.
    pub(super) fn begin(&mut self, record: Record) -> Result<Task, Event> {
        let binding = match self.plan.template.evaluate(&record) {
            Ok(binding) => binding,
            Err(problems) => return Err(self.none(&record, Status::Failed, problems)),
        };
        let hasher = self.fingerprints.of_record(self.plan, &record, &binding);
        let mut wanted = Vec::new();
        let mut current = 0;
        for (index, variant) in self.plan.variants.iter().enumerate() {
            for kind in self.plan.types_of(variant) {
                let path = match self.path(&record, index, kind) {
                    Ok(path) => path,
                    Err(problem) => return Err(self.none(&record, Status::Failed, vec![*problem])),
                };
                let fingerprint = Fingerprints::of_asset(&hasher, variant, kind, self.plan);
                if self.finished.is_current(self.store, &path, &fingerprint) {
                    current += 1;
                } else {
                    wanted.push(Wanted { variant: index, kind, path, fingerprint });
                }
            }
        }
        // Under --strict nothing of a record is written before all of it is known to be well.
        let mut composed = Vec::new();
        if self.options.strict && !wanted.is_empty() {
            for index in 0..self.plan.variants.len() {
                let types: Vec<AssetType> = wanted
                    .iter()
                    .filter(|wanted| wanted.variant == index)
                    .map(|wanted| wanted.kind)
                    .collect();
                if types.is_empty() {
                    composed.push(None);
                    continue;
                }
                match self.guarded(index, |worker| worker.lay_out(&binding, index, &types)) {
                    Ok(one) if one.problems.is_empty() => composed.push(Some(one)),
                    Ok(one) => {
                        let problems = with_key(self.plan, one.problems, &record);
                        return Err(self.none(&record, Status::Skipped, problems));
                    }
                    Err(problems) => {
                        let problems = with_key(self.plan, problems, &record);
                        return Err(self.none(&record, Status::Failed, problems));
                    }
                }
            }
        }
        let lines = Vec::with_capacity(wanted.len());
        Ok(Task { record, binding, wanted, composed, lines, current, problems: Vec::new(), bytes: 0 })
    }

    /// The record as one variant; an error is what makes it wrong.
    pub(super) fn compose(&mut self, task: &mut Task, variant: usize) -> Result<Composed, Vec<Diagnostic>> {
        let ready = match task.composed.get_mut(variant).and_then(Option::take) {
            Some(ready) => ready,
            None => {
                let wanted = task.wanted.iter().filter(|wanted| wanted.variant == variant);
                let types: Vec<AssetType> = wanted.map(|wanted| wanted.kind).collect();
                self.lay_out(&task.binding, variant, &types)?
            }
        };
        if ready.problems.iter().any(|problem| problem.severity == Severity::Error) {
            return Err(ready.problems);
        }
        Ok(ready)
    }

    /// Composes a variant, and for a PDF the pages that follow it.
    fn lay_out(
        &mut self,
        binding: &Binding,
        variant: usize,
        types: &[AssetType],
    ) -> Result<Composed, Vec<Diagnostic>> {
        let mut composed = self.station(variant)?.compose(binding)?;
        if !types.contains(&AssetType::Pdf) {
            return Ok(composed);
        }
        let plan = self.plan;
        for page in plan.further_pages(&plan.variants[variant]) {
            let name = page.name().into_owned();
            if !self.pages.contains_key(&name) {
                self.pages.insert(name.clone(), Station::new(plan, &page, self.options.incremental)?);
            }
            let station = self.pages.get_mut(&name).expect("opened above");
            let further = station.compose(binding)?;
            composed.problems.extend(further.problems);
            let size = (page.format.width, page.format.height);
            composed.further.push(FurtherPage { list: further.list, size });
        }
        Ok(composed)
    }

    /// Stores what was made of a group and notes what came of it; an event when nothing more can be stored.
    pub(super) fn note(
        &mut self,
        task: &mut Task,
        group: &Group,
        made: Result<Made, Vec<Diagnostic>>,
    ) -> Result<(), Event> {
        match made {
            Ok(Made { assets, warnings, size: (width, height), drawn_by }) => {
                let warnings = with_key(self.plan, warnings, &task.record);
                for (wanted, (_, content)) in task.wanted[group.range.clone()].iter().zip(assets) {
                    let mut line = self.line(&task.record, wanted, Status::Ok);
                    match self.store.write(Path::new(&wanted.path), &content) {
                        Ok(()) => {
                            task.bytes += content.len() as u64;
                            line.file = Some(FileFacts {
                                bytes: content.len() as u64,
                                blake3: blake3::hash(&content).to_hex().to_string(),
                                width,
                                height,
                                fingerprint: wanted.fingerprint.clone(),
                            });
                            line.warnings = warnings.clone();
                            line.drawn_by = drawn_by.clone().filter(|_| wanted.kind != AssetType::Pdf);
                        }
                        Err(WriteError::Path(problem)) => {
                            line.status = Status::Failed;
                            line.reasons = with_key(self.plan, vec![*problem], &task.record);
                            task.problems.extend(line.reasons.clone());
                        }
                        Err(WriteError::Folder(problem)) => return Err(Event::Fatal(problem)),
                    }
                    task.lines.push(line);
                }
                task.problems.extend(warnings);
            }
            Err(reasons) => {
                let reasons = with_key(self.plan, reasons, &task.record);
                for wanted in &task.wanted[group.range.clone()] {
                    let mut line = self.line(&task.record, wanted, Status::Failed);
                    line.reasons = reasons.clone();
                    task.lines.push(line);
                }
                task.problems.extend(reasons);
            }
        }
        Ok(())
    }

    /// Runs `work`; a panic in it (a defect of ours or of an engine below us) fails one record only.
    pub(super) fn guarded<T>(
        &mut self,
        index: usize,
        work: impl FnOnce(&mut Self) -> Result<T, Vec<Diagnostic>>,
    ) -> Result<T, Vec<Diagnostic>> {
        let could_not = format!("this record could not be drawn as {}", self.plan.variants[index].name());
        guarded(&could_not, || work(self)).unwrap_or_else(|problem| {
            // What the panic left behind is not to be trusted.
            self.stations[index] = None;
            self.pages.clear();
            self.rasteriser = CpuRasteriser::new();
            Err(vec![*problem])
        })
    }

    pub(super) fn station(&mut self, index: usize) -> Result<&mut Station, Vec<Diagnostic>> {
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
            drawn_by: None,
            warnings: Vec::new(),
            reasons: Vec::new(),
        }
    }

    /// The record as a whole comes to nothing.
    fn none(&self, record: &Record, status: Status, problems: Vec<Diagnostic>) -> Event {
        let mut lines = Vec::new();
        for (index, variant) in self.plan.variants.iter().enumerate() {
            for kind in self.plan.types_of(variant) {
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
                    drawn_by: None,
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
