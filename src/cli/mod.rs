//! The commands, one file each.
//!
//! Exit codes: 0 all well; 1 something was not rendered, or preflight found problems; 2 the campaign
//! itself (or the command) is wrong; 130 interrupted.

mod book;
mod check;
mod gpu;
mod inspect;
mod new;
mod render;
mod schema;
mod shot;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::campaign::AssetType;
use crate::defect::{guarded, keep_quiet};
use crate::diagnostic::{Diagnostic, tell};
use crate::pipeline::{EXIT_INTERRUPTED, ProgressMode, Selection};

/// One HTML/CSS template and a table of people in, one finished asset per person out.
#[derive(Parser)]
#[command(name = "byname", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Draw one page to one PNG, JPEG, WebP or PDF, without a campaign
    Shot(shot::Shot),
    /// Write a small campaign that renders at once
    New(new::New),
    /// Check every record of a campaign before anything is rendered
    Check(check::Check),
    /// Render a campaign
    Render(render::Render),
    /// Write all records into one PDF, for a print shop
    Book(book::Book),
    /// Render one asset and tell what was bound and laid out
    Inspect(inspect::Inspect),
    /// Show the GPUs, which one would be used and why, and test it
    Gpu(gpu::GpuCommand),
    /// Propose a [schema] from the campaign's data
    Schema(schema::SchemaCommand),
}

impl Command {
    fn run(self) -> Result<Outcome, Vec<Diagnostic>> {
        match self {
            Self::Shot(command) => command.run(),
            Self::New(command) => command.run(),
            Self::Check(command) => command.run(),
            Self::Render(command) => command.run(),
            Self::Book(command) => command.run(),
            Self::Inspect(command) => command.run(),
            Self::Gpu(command) => command.run(),
            Self::Schema(command) => command.run(),
        }
    }
}

/// What a command came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Well,
    /// Some records failed or were skipped, or have problems.
    Some,
    Interrupted,
}

/// Runs the command line that the process was started with.
pub fn run() -> ExitCode {
    // Clap itself exits with 2 on a wrong command line.
    let command = Cli::parse().command;
    keep_quiet();
    let outcome = guarded("this command could not be carried out", || command.run());
    let outcome = outcome.unwrap_or_else(|problem| Err(vec![*problem]));
    let code = match outcome {
        Ok(Outcome::Well) => 0,
        Ok(Outcome::Some) => 1,
        Ok(Outcome::Interrupted) => EXIT_INTERRUPTED as u8,
        Err(problems) => {
            print_problems(&problems);
            2
        }
    };
    ExitCode::from(code)
}

/// On standard error, one after the other.
pub(crate) fn print_problems(problems: &[Diagnostic]) {
    for problem in problems {
        tell(format_args!("{problem}"));
    }
}

/// Writes a line (or lines) to standard output. A reader that has gone away (`| head`) is no error.
pub(crate) fn say(text: impl std::fmt::Display) -> Result<(), Vec<Diagnostic>> {
    match writeln!(std::io::stdout().lock(), "{text}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(wrong("write-failed", format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// `1 asset`, `2 assets`, `1,234 assets`.
pub(crate) fn counted(count: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// A problem that ends a command.
pub(crate) fn wrong(code: &'static str, message: impl Into<String>) -> Vec<Diagnostic> {
    vec![Diagnostic::error(code, message)]
}

/// Which records.
#[derive(Args)]
pub(crate) struct SelectionArgs {
    /// Only these keys
    #[arg(long, value_name = "KEY", num_args = 1.., value_delimiter = ',')]
    only: Vec<String>,
    /// At most so many records, the first ones
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// So many records drawn by chance
    #[arg(long, value_name = "N")]
    sample: Option<usize>,
    /// Another seed draws another sample
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    seed: u64,
}

impl From<&SelectionArgs> for Selection {
    fn from(args: &SelectionArgs) -> Self {
        Self { only: args.only.clone(), limit: args.limit, sample: args.sample, seed: args.seed }
    }
}

/// How to run.
#[derive(Args)]
pub(crate) struct RunArgs {
    /// Workers [default: one for each processor]
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// How to show progress
    #[arg(long, value_enum, default_value_t = ProgressMode::Auto)]
    progress: ProgressMode,
}

impl RunArgs {
    pub(crate) fn jobs(&self) -> usize {
        let processors = || std::thread::available_parallelism().map_or(1, usize::from);
        self.jobs.map_or_else(processors, usize::from)
    }
}

/// `png`, `jpeg` (or `jpg`), `webp`, `pdf`.
pub(crate) fn parse_type(name: &str) -> Result<AssetType, String> {
    AssetType::parse(name)
        .ok_or_else(|| format!("`{name}` is not a type; the types are png, jpeg, webp and pdf"))
}

/// What every command about a campaign needs.
#[derive(Args)]
pub(crate) struct CampaignArg {
    /// The campaign's folder, or its campaign.toml
    #[arg(value_name = "CAMPAIGN")]
    pub(crate) campaign: PathBuf,
}

/// 1234567 as 1,234,567.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Bytes as people read them.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.2} GB", bytes as f64 / 1e9),
    }
}
