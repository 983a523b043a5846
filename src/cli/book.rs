//! `byname book`.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Args;

use super::{CampaignArg, Outcome, RunArgs, SelectionArgs, counted, print_problems, size, wrong};
use crate::campaign::{AssetType, Variant, paper_size, parse_length};
use crate::data::Place;
use crate::diagnostic::{Diagnostic, Severity, tell};
use crate::pdf::{BookOptions, Grid, Intent};
use crate::pipeline::{BookReport, BookRun, Plan, PlanFilter, ProgressMode, Stop, book, print_json};

#[derive(Args)]
pub(super) struct Book {
    #[command(flatten)]
    campaign: CampaignArg,
    /// The file to write
    #[arg(long, short, value_name = "FILE.pdf")]
    out: PathBuf,
    /// The formats of each record's pages, in this order [default: the campaign's pdf.pages]
    #[arg(long, value_name = "FORMAT", num_args = 1.., value_delimiter = ',')]
    format: Vec<String>,
    /// The colorway [default: the first]
    #[arg(long, value_name = "COLORWAY")]
    colorway: Option<String>,
    #[command(flatten)]
    selection: SelectionArgs,
    /// Mark each recipient as a document part, with its key (PDF/VT-1)
    #[arg(long)]
    vt: bool,
    /// The press's ICC profile, for --vt [default: sRGB]
    #[arg(long, value_name = "FILE.icc", requires = "vt", requires = "condition")]
    profile: Option<PathBuf>,
    /// The printing condition that the profile is for: FOGRA39
    #[arg(long, value_name = "NAME", requires = "profile")]
    condition: Option<String>,
    /// So many pages on a sheet, columns x rows, with cut marks
    #[arg(long, value_name = "2x4", value_parser = parse_grid, conflicts_with = "vt")]
    nup: Option<(u32, u32)>,
    /// The sheet of --nup: a paper ("A3 landscape") or its width and height (320mm x 450mm) [default: A4]
    #[arg(long, value_name = "SIZE", value_parser = parse_sheet, requires = "nup")]
    sheet: Option<(f64, f64)>,
    #[command(flatten)]
    run: RunArgs,
}

impl Book {
    pub(super) fn run(self) -> Result<Outcome, Vec<Diagnostic>> {
        let filter = PlanFilter {
            formats: self.format.clone(),
            colorways: self.colorway.clone().into_iter().collect(),
            types: vec![AssetType::Pdf],
        };
        let mut plan = Plan::open(&self.campaign.campaign, &filter)?;
        plan.variants = self.pages(&plan)?;
        let pdf = plan.campaign.output.pdf.clone();
        let grid = self.nup.map(|grid| self.grid(grid, &plan)).transpose()?;
        let parts = if self.vt { Some(self.intent(&plan)?) } else { None };
        let run = BookRun {
            selection: (&self.selection).into(),
            jobs: self.run.jobs(),
            progress: self.run.progress,
            options: BookOptions { pdf, grid, parts },
        };
        let report = book(&plan, &self.out, &run, &Stop::on_interrupt())?;
        summary(&report, &self.out, self.run.progress);
        let bad = report.failed_records > 0
            || !report.unknown_keys.is_empty()
            || report.problems.count(Severity::Error) > 0;
        Ok(match (report.interrupted, bad) {
            (true, _) => Outcome::Interrupted,
            (false, true) => Outcome::Some,
            (false, false) => Outcome::Well,
        })
    }

    /// The variants that are each record's pages, in their order.
    fn pages(&self, plan: &Plan) -> Result<Vec<Variant>, Vec<Diagnostic>> {
        let configured = &plan.campaign.output.pdf.pages;
        let names = if self.format.is_empty() { configured } else { &self.format };
        let formats: Vec<&str> = plan.campaign.formats.iter().map(|format| format.name.as_str()).collect();
        let names: Vec<&str> = match (names.is_empty(), &formats[..]) {
            (false, _) => names.iter().map(String::as_str).collect(),
            (true, [only]) => vec![only],
            (true, _) => {
                let hint = format!("the campaign has {}", formats.join(", "));
                let problem = Diagnostic::error("unknown-name", "name the format of the pages with --format");
                return Err(vec![problem.with_hint(hint)]);
            }
        };
        // The filter has left one colorway, or the first is taken.
        let variant = |name: &str| plan.variants.iter().find(|variant| variant.format.name == *name).cloned();
        Ok(names.into_iter().filter_map(variant).collect())
    }

    fn grid(&self, (columns, rows): (u32, u32), plan: &Plan) -> Result<Grid, Vec<Diagnostic>> {
        let [Variant { format, .. }] = &plan.variants[..] else {
            return Err(wrong("unknown-name", "--nup takes pages of one format"));
        };
        let (page, bleed) = ((format.width, format.height), plan.campaign.output.pdf.bleed);
        let grid = |paper| Grid { columns, rows, paper };
        let (width, height) = paper_size("A4").expect("a paper");
        let papers = match self.sheet {
            Some(paper) => vec![paper],
            None => vec![(width, height), (height, width)],
        };
        let fits = papers.iter().map(|paper| grid(*paper)).find(|grid| grid.check(page, bleed).is_ok());
        match fits {
            Some(grid) => Ok(grid),
            None => {
                grid(papers[0]).check(page, bleed).map(|()| grid(papers[0])).map_err(|problem| vec![*problem])
            }
        }
    }

    fn intent(&self, plan: &Plan) -> Result<Intent, Vec<Diagnostic>> {
        let profile = match &self.profile {
            Some(path) => {
                let bytes = std::fs::read(path).map_err(|error| {
                    wrong("missing-profile", format!("cannot read the profile {}: {error}", path.display()))
                })?;
                // The class and the signature of an ICC profile (ICC.1, §7.2).
                if bytes.get(12..16) != Some(b"prtr") || bytes.get(36..40) != Some(b"acsp") {
                    let message = format!("{} is not the ICC profile of an output device", path.display());
                    return Err(wrong("bad-profile", message));
                }
                Some(bytes)
            }
            None => None,
        };
        let condition = self.condition.clone().unwrap_or_else(|| "sRGB IEC61966-2.1".to_owned());
        Ok(Intent { profile, condition, made: made(plan) })
    }
}

/// When the book's inputs were last changed, so that the same inputs give the same bytes.
/// `SOURCE_DATE_EPOCH` goes before.
fn made(plan: &Plan) -> String {
    let told = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.parse().ok());
    let changed = || {
        let source = match &plan.campaign.data.source.place {
            Place::File(path) => Some(path.as_path()),
            Place::Stdin => None,
        };
        [Some(plan.campaign.file.as_path()), Some(plan.campaign.template.as_path()), source]
            .into_iter()
            .flatten()
            .filter_map(|path: &Path| path.metadata().ok()?.modified().ok())
            .max()
            .unwrap_or(SystemTime::UNIX_EPOCH)
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since: Duration| since.as_secs() as i64)
    };
    let seconds = told.unwrap_or_else(changed);
    jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_string()
}

fn summary(report: &BookReport, out: &Path, mode: ProgressMode) {
    let seconds = report.elapsed.as_secs_f64();
    if mode == ProgressMode::Json {
        print_json(&serde_json::json!({
            "event": "summary",
            "rendered": report.records,
            "pages": report.pages,
            "seconds": seconds,
            "bytes": report.bytes,
            "interrupted": report.interrupted,
            "problems": report.problems,
            "failed": report.failed_records,
            "failed_keys": report.failed.iter().map(|(_, key)| key).collect::<Vec<_>>(),
            "unknown_keys": report.unknown_keys,
        }));
        return;
    }
    if !report.problems.is_empty() {
        tell(report.problems.to_string().trim_end());
    }
    for key in &report.unknown_keys {
        print_problems(&wrong("unknown-key", format!("no record has the key `{key}`")));
    }
    if !report.failed.is_empty() {
        let names: Vec<&str> = report.failed.iter().map(|(_, key)| key.as_str()).collect();
        let more = report.failed_records.saturating_sub(names.len() as u64);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        tell(format_args!("not in the book: {}{more}", names.join(", ")));
    }
    if report.interrupted {
        tell("interrupted: nothing was written");
        return;
    }
    tell(format_args!(
        "{} of {} in {seconds:.1} s ({:.0} a second, {})\nin {}",
        counted(report.pages, "page"),
        counted(report.records, "record"),
        report.pages as f64 / seconds.max(1e-3),
        size(report.bytes),
        out.display()
    ));
}

fn parse_grid(text: &str) -> Result<(u32, u32), String> {
    let count = |text: &str| text.trim().parse().ok().filter(|count| (1..=100).contains(count));
    text.split_once(['x', 'X', '×'])
        .and_then(|(columns, rows)| Some((count(columns)?, count(rows)?)))
        .ok_or_else(|| format!("`{text}` is not a grid like 2x4 (columns x rows, 1 to 100 each)"))
}

fn parse_sheet(text: &str) -> Result<(f64, f64), String> {
    let sides = || {
        let (width, height) = text.split_once('×').or_else(|| text.split_once(" x "))?;
        Some((parse_length(width)?, parse_length(height)?))
    };
    paper_size(text)
        .or_else(sides)
        .filter(|(width, height)| (1.0..=20_000.0).contains(width) && (1.0..=20_000.0).contains(height))
        .ok_or_else(|| format!("`{text}` is not a paper like A3 nor a size like \"320mm x 450mm\""))
}
