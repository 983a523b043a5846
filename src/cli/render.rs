//! `byname render`.

use std::path::PathBuf;

use clap::Args;

use super::gpu::GpuArgs;
use super::{
    CampaignArg, Outcome, RunArgs, SelectionArgs, counted, grouped, parse_type, print_problems, size,
};
use crate::campaign::AssetType;
use crate::diagnostic::{Diagnostic, Severity, tell};
use crate::pipeline::{
    Plan, PlanFilter, ProgressMode, RenderOptions, RenderReport, Stop, extend, print_json, render,
};

#[derive(Args)]
pub(super) struct Render {
    #[command(flatten)]
    campaign: CampaignArg,
    /// The folder to write into; it is made if it is not there
    #[arg(long, short, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    selection: SelectionArgs,
    /// Only these formats
    #[arg(long, value_name = "FORMAT", num_args = 1.., value_delimiter = ',')]
    formats: Vec<String>,
    /// Only these colorways
    #[arg(long, value_name = "COLORWAY", num_args = 1.., value_delimiter = ',')]
    colorways: Vec<String>,
    /// These types instead of the campaign's: png, jpeg, webp, pdf
    #[arg(long, value_name = "TYPE", num_args = 1.., value_delimiter = ',', value_parser = parse_type)]
    types: Vec<AssetType>,
    /// Do not render a record that has any preflight problem
    #[arg(long)]
    strict: bool,
    /// Lay out, draw and encode every asset from scratch (slower; the bytes are the same)
    #[arg(long)]
    no_incremental: bool,
    #[command(flatten)]
    run: RunArgs,
    #[command(flatten)]
    gpu: GpuArgs,
}

impl Render {
    pub(super) fn run(self) -> Result<Outcome, Vec<Diagnostic>> {
        let filter = PlanFilter { formats: self.formats, colorways: self.colorways, types: self.types };
        let plan = Plan::open(&self.campaign.campaign, &filter)?;
        let options = RenderOptions {
            selection: (&self.selection).into(),
            jobs: self.run.jobs(),
            strict: self.strict,
            incremental: !self.no_incremental,
            progress: self.run.progress,
            gpu: self.gpu.open()?,
        };
        let report = render(&plan, &self.out, &options, &Stop::on_interrupt())?;
        summary(&report, &self.out, self.run.progress);
        let bad = report.counts.failed + report.counts.skipped > 0
            || !report.unknown_keys.is_empty()
            || report.problems.count(Severity::Error) > 0;
        Ok(if report.interrupted {
            Outcome::Interrupted
        } else if bad || report.fatal.is_some() {
            Outcome::Some
        } else {
            Outcome::Well
        })
    }
}

fn summary(report: &RenderReport, out: &std::path::Path, mode: ProgressMode) {
    let seconds = report.elapsed.as_secs_f64();
    let rate = report.counts.rendered as f64 / seconds.max(1e-3);
    if mode == ProgressMode::Json {
        let mut line = serde_json::json!({
            "event": "summary",
            "seconds": seconds,
            "rate": rate,
            "bytes": report.bytes,
            "drawn_on_cpu": report.fallbacks.0,
            "interrupted": report.interrupted,
            "problems": report.problems,
            "failed_keys": report.failed.iter().map(|(_, key)| key).collect::<Vec<_>>(),
            "unknown_keys": report.unknown_keys,
            "fatal": report.fatal,
        });
        extend(&mut line, &report.counts);
        print_json(&line);
        return;
    }
    if !report.problems.is_empty() {
        tell(report.problems.to_string().trim_end());
    }
    for key in &report.unknown_keys {
        tell(format_args!("error: no record has the key `{key}`"));
    }
    if !report.failed.is_empty() {
        let names: Vec<&str> = report.failed.iter().map(|(_, key)| key.as_str()).collect();
        let more = report.failed_records.saturating_sub(names.len() as u64);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        tell(format_args!("not rendered: {}{more}", names.join(", ")));
        tell("  manifest.ndjson has the reason of each");
    }
    if let Some(fatal) = &report.fatal {
        print_problems(std::slice::from_ref(fatal));
    }
    if let (number, Some(why)) = &report.fallbacks {
        tell(format_args!("{} drawn on the CPU: {why}", counted(*number, "asset")));
    }
    let counts = &report.counts;
    let mut line = format!(
        "{} rendered in {seconds:.1} s ({rate:.0} a second, {})",
        counted(counts.rendered, "asset"),
        size(report.bytes)
    );
    for (count, words) in
        [(counts.current, "up to date"), (counts.failed, "failed"), (counts.skipped, "skipped")]
    {
        if count > 0 {
            line.push_str(&format!(", {} {words}", grouped(count)));
        }
    }
    if report.interrupted {
        line.push_str("; interrupted: run the same command again to go on");
    }
    tell(format_args!("{line}\nin {}", out.display()));
}
