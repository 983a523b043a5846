//! `byname check`.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;

use super::{CampaignArg, Outcome, RunArgs, SelectionArgs, counted, grouped, print_problems, say, wrong};
use crate::diagnostic::{Diagnostic, Severity, tell};
use crate::pipeline::{
    CheckOptions, CheckReport, Plan, PlanFilter, ProgressMode, Selection, Stop, check, print_json,
};

#[derive(Args)]
pub(super) struct Check {
    #[command(flatten)]
    campaign: CampaignArg,
    /// Write every finding to this file: one JSON document when it ends in .json, else one line a record
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    #[command(flatten)]
    selection: SelectionArgs,
    /// Only these formats
    #[arg(long, value_name = "FORMAT", num_args = 1.., value_delimiter = ',')]
    formats: Vec<String>,
    #[command(flatten)]
    run: RunArgs,
}

impl Check {
    pub(super) fn run(self) -> Result<Outcome, Vec<Diagnostic>> {
        let filter = PlanFilter { formats: self.formats.clone(), ..PlanFilter::default() };
        let plan = Plan::open(&self.campaign.campaign, &filter)?;
        let options = CheckOptions {
            selection: Selection::from(&self.selection),
            jobs: self.run.jobs(),
            progress: self.run.progress,
        };
        let stop = Stop::on_interrupt();
        let report = match &self.report {
            Some(path) => with_file(&plan, &options, path, &stop)?,
            None => check(&plan, &options, None, Path::new(""), &stop)?,
        };
        summary(&report, self.run.progress)?;
        let warnings = report.problems.count(Severity::Warning) + report.problems.count(Severity::Error);
        Ok(if report.interrupted {
            Outcome::Interrupted
        } else if warnings > 0 || !report.unknown_keys.is_empty() || report.fatal.is_some() {
            Outcome::Some
        } else {
            Outcome::Well
        })
    }
}

/// Lines are written as they come; a JSON document wraps them between its summary's braces.
fn with_file(
    plan: &Plan,
    options: &CheckOptions,
    path: &Path,
    stop: &Stop,
) -> Result<CheckReport, Vec<Diagnostic>> {
    let failed = |error: std::io::Error| {
        wrong("not-writable", format!("cannot write the report {}: {error}", path.display()))
    };
    let mut file = BufWriter::new(File::create(path).map_err(failed)?);
    if path.extension().is_none_or(|ending| ending != "json") {
        let report = check(plan, options, Some(&mut file), path, stop)?;
        file.flush().map_err(failed)?;
        return Ok(report);
    }
    file.write_all(b"{\"records\":[").map_err(failed)?;
    let mut rows = Separated { inner: &mut file, first: true, at_start: true };
    let report = check(plan, options, Some(&mut rows), path, stop)?;
    let totals =
        serde_json::json!({ "checked": report.records, "clean": report.clean, "failed": report.failed });
    let problems = serde_json::to_string(&report.problems).unwrap_or_default();
    writeln!(file, "],\"totals\":{totals},\"problems\":{problems}}}").map_err(failed)?;
    file.flush().map_err(failed)?;
    Ok(report)
}

/// Puts a comma between the lines that are written through it.
struct Separated<'a, W> {
    inner: &'a mut W,
    first: bool,
    at_start: bool,
}

impl<W: std::io::Write> std::io::Write for Separated<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.at_start && !bytes.is_empty() {
            if !self.first {
                self.inner.write_all(b",")?;
            }
            (self.first, self.at_start) = (false, false);
        }
        self.inner.write_all(bytes)?;
        if bytes.ends_with(b"\n") {
            self.at_start = true;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

fn summary(report: &CheckReport, mode: ProgressMode) -> Result<(), Vec<Diagnostic>> {
    let seconds = report.elapsed.as_secs_f64();
    if mode == ProgressMode::Json {
        print_json(&serde_json::json!({
            "event": "summary",
            "records": report.records,
            "clean": report.clean,
            "failed": report.failed,
            "seconds": seconds,
            "problems": report.problems,
            "unknown_keys": report.unknown_keys,
            "interrupted": report.interrupted,
        }));
        return Ok(());
    }
    if !report.problems.is_empty() {
        say(report.problems.to_string().trim_end())?;
    }
    for key in &report.unknown_keys {
        tell(format_args!("error: no record has the key `{key}`"));
    }
    if let Some(fatal) = &report.fatal {
        print_problems(std::slice::from_ref(fatal));
    }
    let warned = report.records - report.clean - report.failed;
    say(format_args!(
        "{} checked in {seconds:.1} s ({:.0} a second): {} clean, {} with warnings, {} with errors",
        counted(report.records, "record"),
        report.records as f64 / seconds.max(1e-3),
        grouped(report.clean),
        grouped(warned),
        grouped(report.failed),
    ))
}
