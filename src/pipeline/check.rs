//! `byname check`: preflight. Every record is evaluated and laid out in every format; nothing is drawn.

use std::collections::HashSet;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use crossbeam_channel::{Sender, bounded};

use super::plan::parse_color;
use super::reader::{Reader, Rows};
use super::render::{distinct, no_records, with_key};
use super::station::Station;
use super::{Counts, Plan, Problems, Progress, ProgressMode, Selection, Stop};
use crate::campaign::Variant;
use crate::data::{self, Record};
use crate::defect::guarded;
use crate::diagnostic::{Diagnostic, Severity};
use crate::template::{Binding, Slot, SlotId};

/// How to check.
pub struct CheckOptions {
    pub selection: Selection,
    /// Workers, at least one.
    pub jobs: usize,
    pub progress: ProgressMode,
}

/// What preflight found.
#[derive(Debug, Default)]
pub struct CheckReport {
    /// Records looked at, rejected rows included.
    pub records: u64,
    /// Records without any error or warning.
    pub clean: u64,
    /// Records with an error.
    pub failed: u64,
    pub problems: Problems,
    pub unknown_keys: Vec<String>,
    pub elapsed: Duration,
    pub interrupted: bool,
    /// What keeps the report from being written.
    pub fatal: Option<Diagnostic>,
}

/// One record's findings.
struct Found {
    line: usize,
    key: Option<String>,
    problems: Vec<Diagnostic>,
    taken: Vec<(SlotId, usize)>,
}

/// Checks a plan. Every record with a problem becomes a line of `report` (NDJSON), if there is one.
pub fn check(
    plan: &Plan,
    options: &CheckOptions,
    mut report_lines: Option<&mut dyn Write>,
    report_path: &Path,
    stop: &Stop,
) -> Result<CheckReport, Vec<Diagnostic>> {
    let source = &plan.campaign.data;
    let records = data::open(&source.source, &source.key, plan.campaign.schema.as_ref())
        .map_err(|problem| vec![*problem])?;
    let variants = variants_to_lay_out(plan);
    let mut report = CheckReport::default();
    let mut early = Vec::new();
    for variant in &variants {
        early.extend_from_slice(Station::new(plan, variant, true)?.warnings());
    }
    for problem in &distinct(early) {
        report.problems.add(0, problem);
    }
    let names = records.field_names().map(<[_]>::to_vec);
    for problem in records.warnings() {
        report.problems.add(0, problem);
    }
    if let Some(names) = &names {
        for problem in plan.missing_fields(names) {
            report.problems.add(0, &problem);
        }
    }
    let mut taken: HashSet<(SlotId, usize)> = HashSet::new();
    let mut progress = Progress::new(options.progress, "records");
    let jobs = options.jobs.max(1);
    let reader = Reader::start(plan, records, &options.selection, jobs, stop);
    let (found_sender, found) = bounded::<Found>(jobs * 4);
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            let (rows, found, variants) = (reader.rows(stop), found_sender.clone(), &variants);
            scope.spawn(move || work(plan, variants, rows, &found));
        }
        drop(found_sender);
        for Found { line, key, problems, taken: branches } in &found {
            report.records += 1;
            let worst = problems.iter().map(|problem| problem.severity).max();
            match worst {
                Some(Severity::Error) => report.failed += 1,
                Some(Severity::Warning) => {}
                _ => report.clean += 1,
            }
            for problem in &problems {
                report.problems.add(line, problem);
            }
            taken.extend(branches);
            if let Some(out) = report_lines.as_mut()
                && !problems.is_empty()
            {
                let row = serde_json::json!({ "key": key, "line": line, "problems": problems });
                if let Err(error) = writeln!(out, "{row}") {
                    report.fatal.get_or_insert(super::store::cannot_write(report_path, &error));
                    stop.stop();
                }
            }
            progress.update(&Counts {
                rendered: report.records - report.failed,
                failed: report.failed,
                ..Counts::default()
            });
        }
        report.interrupted = stop.is_stopped() && report.fatal.is_none();
        report.unknown_keys = reader.unknown_keys(stop);
    });
    if report.records == 0 && options.selection.is_all() && !report.interrupted {
        report.problems.add(0, &no_records(plan));
    }
    // A part of the records says nothing about what the others use.
    if options.selection.is_all() && !report.interrupted && report.records > 0 {
        for hint in unused(plan, names.as_deref(), &taken) {
            report.problems.add(0, &hint);
        }
    }
    report.elapsed = progress.finish();
    Ok(report)
}

/// One variant a format, unless colorways hold more than colours and so can change the layout.
fn variants_to_lay_out(plan: &Plan) -> Vec<Variant> {
    let only_colours = plan
        .campaign
        .colorways
        .iter()
        .flat_map(|colorway| &colorway.properties)
        .all(|(_, value)| parse_color(value).is_some());
    if !only_colours {
        return plan.variants.clone();
    }
    let mut seen = HashSet::new();
    plan.variants.iter().filter(|variant| seen.insert(variant.format.name.clone())).cloned().collect()
}

fn work(plan: &Plan, variants: &[Variant], rows: Rows, found: &Sender<Found>) {
    let mut stations: Vec<Option<Station>> = variants.iter().map(|_| None).collect();
    for row in rows {
        let result = match row {
            Ok(record) => {
                let mut taken = Vec::new();
                let problems = match plan.template.evaluate(&record) {
                    Ok(binding) => {
                        branches(&binding, &mut taken);
                        lay_out(plan, variants, &mut stations, &record, &binding)
                    }
                    Err(problems) => problems,
                };
                Found {
                    line: record.line,
                    key: Some(record.key.to_string()),
                    problems: distinct(problems),
                    taken,
                }
            }
            Err(rejected) => Found {
                line: rejected.line,
                key: rejected.key,
                problems: rejected.problems,
                taken: Vec::new(),
            },
        };
        if found.send(result).is_err() {
            return;
        }
    }
}

fn lay_out(
    plan: &Plan,
    variants: &[Variant],
    stations: &mut [Option<Station>],
    record: &Record,
    binding: &Binding,
) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (variant, station) in variants.iter().zip(stations) {
        let could_not = format!("this record could not be laid out as {}", variant.name());
        let composed = guarded(&could_not, || {
            if station.is_none() {
                *station = Some(Station::new(plan, variant, true)?);
            }
            station.as_mut().expect("opened above").compose(binding)
        });
        match composed {
            Ok(Ok(composed)) => problems.extend(composed.problems.into_iter().map(|mut problem| {
                // Which format it is in is half of the finding.
                problem.message = format!("{} [{}]", problem.message, variant.format.name);
                problem
            })),
            Ok(Err(errors)) => problems.extend(errors),
            Err(problem) => {
                *station = None;
                problems.push(*problem);
            }
        }
    }
    with_key(plan, problems, record)
}

/// Which branches of conditions a record takes.
fn branches(binding: &Binding, taken: &mut Vec<(SlotId, usize)>) {
    binding.walk(&mut |id, slot| {
        if let Slot::If { branch: Some(branch), .. } = slot
            && !taken.contains(&(id, *branch))
        {
            taken.push((id, *branch));
        }
    });
}

/// Hints about branches that no record takes and fields that nothing uses.
fn unused(
    plan: &Plan,
    names: Option<&[std::sync::Arc<str>]>,
    taken: &HashSet<(SlotId, usize)>,
) -> Vec<Diagnostic> {
    let mut hints: Vec<Diagnostic> = plan
        .template
        .branches()
        .iter()
        .filter(|branch| !taken.contains(&(branch.id, branch.branch)))
        .map(|branch| {
            Diagnostic::hint("unreached-branch", format!("no record takes this {{% {} %}}", branch.word))
                .with_span(branch.span.clone())
        })
        .collect();
    let campaign = &plan.campaign;
    let schema = campaign.schema.iter().flat_map(|schema| schema.fields.iter().map(|field| &*field.name));
    let mut fields: Vec<&str> = names.into_iter().flatten().map(|name| &**name).chain(schema).collect();
    fields.sort_unstable();
    fields.dedup();
    let used = |name: &str| {
        name == campaign.data.key
            || campaign.locale.field.as_deref() == Some(name)
            || campaign.output.path.fields().any(|field| field == name)
            || plan.template.fields().iter().any(|field| field.name == name)
    };
    hints.extend(fields.into_iter().filter(|name| !used(name)).map(|name| {
        Diagnostic::hint("unused-field", format!("nothing uses the field `{name}`")).with_field(name)
    }));
    hints
}
