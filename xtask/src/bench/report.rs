//! docs/benchmarks.md: the tables, and what they were measured with.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use super::Measured;
use super::encoders::{Encoded, median};
use super::row::Maker;

pub fn text(measured: &[Measured<'_>], encoders: &[Encoded], rounds: usize, work: &Path) -> String {
    let mut out = String::from(HEAD);
    let _ = writeln!(out, "{}\n", hardware());
    let _ = writeln!(out, "{}\n", versions(work));
    let _ = writeln!(
        out,
        "{} `Byname =` is how many times as fast as this\n\
         row Byname's first row of the same table is.",
        match rounds {
            1 => "Every row is of one run, taken in turn.".to_owned(),
            _ => format!("Every row is the median of {rounds} runs, taken in turn."),
        }
    );
    let mut groups: Vec<_> = measured.iter().map(|one| one.row.group()).collect();
    groups.dedup();
    for group in groups {
        let (design, kind) = group;
        let _ = writeln!(out, "\n## {}, {}\n", title(design), kind.to_uppercase());
        let _ = writeln!(
            out,
            "| | files/s | Byname = | kB a file | peak memory |\n| --- | ---: | ---: | ---: | ---: |"
        );
        let rows: Vec<_> = measured.iter().filter(|one| one.row.group() == group).collect();
        let best = rows.first().map_or(f64::NAN, |one| median(one.rates.clone()));
        for one in rows {
            let name = one.row.name();
            let name = name.split(": ").nth(1).unwrap_or(&name);
            let name = if matches!(one.row.maker, Maker::Byname(_)) {
                format!("**{name}**")
            } else {
                name.to_owned()
            };
            if let Some(wrong) = &one.wrong {
                let _ = writeln!(out, "| {name} | {} | | | |", wrong.lines().next().unwrap_or_default());
                continue;
            }
            let rate = median(one.rates.clone());
            let memory = one.memory.map_or_else(String::new, |bytes| format!("{} MB", bytes >> 20));
            let (ratio, kb) = (best / rate, one.bytes / 1e3);
            let _ = writeln!(out, "| {name} | {rate:.1} | {ratio:.1} × | {kb:.0} | {memory} |");
        }
    }
    if !encoders.is_empty() {
        out.push_str(ENCODERS);
        for Encoded { name, ms, bytes } in encoders {
            let _ = writeln!(out, "| {name} | {ms:.1} | {:.0} |", *bytes as f64 / 1e3);
        }
    }
    out
}

const HEAD: &str = "# Benchmarks

`cargo xtask bench` writes this page. It gives the same people, in the same design, to Byname and to what is
used for such work today, each installed from its registry and used the way its documentation calls fastest.
The scripts are in [benches/others](../benches/others), the designs in [benches/card](../benches/card):

- **card**: 1080 × 1080, a gradient, two cards with blurred shadows, twelve bars and twelve texts, six of which
  are a person's. All boxes have their size.
- **moving**: the same, but every box follows its text, so that most of it moves from person to person.

Files are written to disk. Opening the campaign counts for Byname; starting up does not count for the others.
The first three files of each run are decoded and compared with Byname's: a tool whose pictures differ by more
than 4 of 255 on average has no figure. `canvas by hand` has the static part drawn once in advance and draws six
texts on top of it: the code that somebody writes for one card, and never for the next one.

";

const ENCODERS: &str = "
## Encoders alone

One frame of the card, whole, one thread; medians of 15 runs taken in turn. In a campaign Byname codes only the
bands that differ.

| | ms | kB |
| --- | ---: | ---: |
";

fn title(design: &str) -> &str {
    if design == "card" { "The card" } else { "The moving card" }
}

pub fn hardware() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, name)| name.to_owned()))
        .unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("Measured on: {model}, {cores} cores in use, {}, no GPU.", std::env::consts::OS)
}

fn versions(work: &Path) -> String {
    let mut all = vec![format!("Byname {}", env!("CARGO_PKG_VERSION"))];
    for package in
        ["@takumi-rs/core", "@napi-rs/canvas", "sharp", "satori", "@resvg/resvg-js", "puppeteer-core"]
    {
        let file = work.join("node_modules").join(package).join("package.json");
        let version = std::fs::read_to_string(file)
            .ok()
            .and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok())
            .and_then(|package| Some(package["version"].as_str()?.to_owned()));
        all.extend(version.map(|version| format!("{package} {version}")));
    }
    let chromium = std::env::var("CHROMIUM").unwrap_or_else(|_| "chromium-headless-shell".to_owned());
    for (program, name) in [("node", "Node.js "), (&chromium, "")] {
        let told = Command::new(program).arg("--version").output();
        all.extend(told.ok().map(|told| format!("{name}{}", String::from_utf8_lossy(&told.stdout).trim())));
    }
    format!("Versions: {}.", all.join(", "))
}
