//! How a run tells how far it is.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use crate::diagnostic::tell;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// Where progress goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum ProgressMode {
    /// A bar on a terminal, plain lines elsewhere.
    #[default]
    Auto,
    /// A line every few seconds, on standard error.
    Plain,
    /// One JSON object a line, on standard output, the summary last.
    Json,
    /// Nothing but diagnostics and the summary.
    None,
}

/// Assets so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    pub rendered: u64,
    /// Made by an earlier run from the same inputs.
    pub current: u64,
    pub failed: u64,
    pub skipped: u64,
}

impl Counts {
    pub fn done(&self) -> u64 {
        self.rendered + self.current + self.failed + self.skipped
    }
}

const LINE_EVERY: Duration = Duration::from_secs(5);
const JSON_EVERY: Duration = Duration::from_millis(500);

/// Shows how far a run is; cheap to call for every asset.
pub struct Progress {
    view: View,
    unit: &'static str,
    start: Instant,
    last: Instant,
    total: Option<u64>,
}

enum View {
    Bar(ProgressBar),
    Plain,
    Json,
    None,
}

impl Progress {
    /// `unit` is the plural of what is counted.
    pub fn new(mode: ProgressMode, unit: &'static str) -> Self {
        let view = match mode {
            ProgressMode::Auto if std::io::stderr().is_terminal() => {
                let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
                bar.set_style(style("{spinner} {pos} {unit} · {rate} · {msg}", unit));
                View::Bar(bar)
            }
            ProgressMode::Auto | ProgressMode::Plain => View::Plain,
            ProgressMode::Json => View::Json,
            ProgressMode::None => View::None,
        };
        let now = Instant::now();
        Self { view, unit, start: now, last: now, total: None }
    }

    /// The number of assets to come, once it is known.
    pub fn set_total(&mut self, total: u64) {
        if self.total == Some(total) {
            return;
        }
        self.total = Some(total);
        if let View::Bar(bar) = &self.view {
            bar.set_length(total);
            bar.set_style(style("{wide_bar} {pos}/{len} {unit} · {rate} · {eta} left · {msg}", self.unit));
        }
    }

    pub fn update(&mut self, counts: &Counts) {
        let every = match &self.view {
            View::Bar(bar) => {
                bar.set_position(counts.done());
                bar.set_message(counts.remarks());
                return;
            }
            View::Plain => LINE_EVERY,
            View::Json => JSON_EVERY,
            View::None => return,
        };
        let now = Instant::now();
        if now - self.last >= every {
            self.last = now;
            self.print(counts);
        }
    }

    /// Prints a message without tearing the bar.
    pub fn say(&self, message: &dyn std::fmt::Display) {
        match &self.view {
            View::Bar(bar) => bar.suspend(|| tell(format_args!("{message}"))),
            _ => tell(format_args!("{message}")),
        }
    }

    /// Removes the bar and returns the time since the start.
    pub fn finish(self) -> Duration {
        if let View::Bar(bar) = &self.view {
            bar.finish_and_clear();
        }
        self.start.elapsed()
    }

    fn print(&self, counts: &Counts) {
        let done = counts.done();
        let rate = done as f64 / self.start.elapsed().as_secs_f64().max(1e-3);
        let left = self.total.map(|total| total.saturating_sub(done) as f64 / rate.max(1e-9));
        if matches!(self.view, View::Json) {
            let mut line = serde_json::json!({
                "event": "progress", "done": done, "total": self.total,
                "rate": (rate * 10.0).round() / 10.0, "seconds_left": left.map(f64::round),
            });
            extend(&mut line, counts);
            print_json(&line);
        } else {
            let total = self.total.map_or_else(String::new, |total| format!("/{total}"));
            let left = left.map_or_else(String::new, |left| format!(", {} left", clock(left)));
            let remarks = counts.remarks();
            let comma = if remarks.is_empty() { "" } else { ", " };
            tell(format_args!("{done}{total} {}, {rate:.1}/s{left}{comma}{remarks}", self.unit));
        }
    }
}

impl Counts {
    /// The counts that are not plain success, as words.
    fn remarks(&self) -> String {
        [(self.current, "up to date"), (self.failed, "failed"), (self.skipped, "skipped")]
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// Adds the counts to a JSON object.
pub fn extend(object: &mut serde_json::Value, counts: &Counts) {
    object["rendered"] = counts.rendered.into();
    object["current"] = counts.current.into();
    object["failed"] = counts.failed.into();
    object["skipped"] = counts.skipped.into();
}

/// Prints one line of JSON; a reader that has gone away is no reason to stop.
pub fn print_json(value: &serde_json::Value) {
    let _ = writeln!(std::io::stdout().lock(), "{value}");
}

/// Seconds as `1:02:03` or `2:03`.
fn clock(seconds: f64) -> String {
    let seconds = seconds.round() as u64;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

fn style(template: &str, unit: &str) -> ProgressStyle {
    ProgressStyle::with_template(&template.replace("{unit}", unit)).expect("the template is fixed").with_key(
        "rate",
        |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            let _ = write!(out, "{:.0}/s", state.per_sec());
        },
    )
}
