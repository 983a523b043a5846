//! `cargo xtask bench --pdf`: single-page PDFs of the card by Byname, Chromium and Typst, run in turn.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use super::encoders::median;
use super::row::{BALANCED, Maker, Other, Row};
use super::{card, report, tool};

const CHROMIUM: Other = Other { script: "chromium.mjs", name: "Chromium, page.pdf, a browser a core" };
const TYPST: Other = Other { script: "typst.py", name: "Typst, a process a core, no shadows" };

const ROWS: [Row; 3] = [
    Row { maker: Maker::Byname(BALANCED), template: "card", kind: "pdf", count: 3000 },
    Row { maker: Maker::Other(TYPST), template: "card", kind: "pdf", count: 1000 },
    Row { maker: Maker::Other(CHROMIUM), template: "card", kind: "pdf", count: 120 },
];

/// How many files of a run are opened.
const LOOKED_AT: usize = 5;

pub fn run(root: &Path, work: &Path, rounds: usize, quick: bool) -> Result<(), String> {
    let folder = card::set_up(root, work)?;
    tool::install(&root.join("benches/others"), work)?;
    tool::install_typst(work)?;
    let people = std::fs::read(folder.join("people.json")).map_err(|error| error.to_string())?;
    let people: Vec<serde_json::Value> =
        serde_json::from_slice(&people).map_err(|error| error.to_string())?;
    let mut rates = vec![Vec::new(); ROWS.len()];
    let mut bytes = vec![0.0; ROWS.len()];
    for round in 0..rounds {
        for (index, row) in ROWS.iter().enumerate() {
            let count = if quick { row.count.div_ceil(10) } else { row.count };
            // A fresh folder for each run, so that none is spared writing. They stay until the end: file
            // systems are slow to give out again what was just deleted, which would count for the next run.
            let out = work.join(format!("out-{round}-{index}"));
            let _ = std::fs::remove_dir_all(&out);
            let ran = match &row.maker {
                Maker::Byname(byname) => tool::byname(byname, row, &folder, count, &out),
                Maker::Other(other) => tool::other(other, row, &folder, work, count, &out),
            };
            let name = row.name();
            let rate = ran.map_err(|problem| format!("{name}: {problem}"))?.rate;
            eprintln!("round {}, {name}: {rate:.1}/s", round + 1);
            rates[index].push(rate);
            bytes[index] = verify(&out, &people[..count]).map_err(|problem| format!("{name}: {problem}"))?;
        }
    }
    for (round, index) in (0..rounds).flat_map(|round| (0..ROWS.len()).map(move |index| (round, index))) {
        let _ = std::fs::remove_dir_all(work.join(format!("out-{round}-{index}")));
    }
    let rates: Vec<f64> = rates.into_iter().map(median).collect();
    let text = text(&rates, &bytes, rounds);
    println!("{text}");
    if quick {
        return Ok(());
    }
    let file = root.join("docs/benchmarks-pdf.md");
    std::fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))
}

/// The files' average size. All must be there and be PDFs; a few, spread over the run, must be sound, have
/// one page and say the name of their recipient.
fn verify(out: &Path, people: &[serde_json::Value]) -> Result<f64, String> {
    let mut size = 0;
    let step = people.len().div_ceil(LOOKED_AT);
    for (index, person) in people.iter().enumerate() {
        let (Some(key), Some(name)) = (person["id"].as_str(), person["name"].as_str()) else {
            return Err(format!("person {index} has no id or name"));
        };
        let path = out.join(format!("{key}.pdf"));
        let file = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        if !file.starts_with(b"%PDF-") {
            return Err(format!("{key} is not a PDF"));
        }
        size += file.len();
        if index % step != 0 {
            continue;
        }
        said(Command::new("qpdf").arg("--check").arg(&path))?;
        let pages = said(Command::new("qpdf").arg("--show-npages").arg(&path))?;
        if pages.trim() != "1" {
            return Err(format!("{key} has {} pages", pages.trim()));
        }
        let text = said(Command::new("pdftotext").arg("-layout").arg(&path).arg("-"))?;
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !words(&text).contains(&words(name)) {
            return Err(format!("{key} does not say {name:?}"));
        }
    }
    Ok(size as f64 / people.len() as f64)
}

/// What a program prints; an error if it finds fault.
fn said(command: &mut Command) -> Result<String, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let told = command.output().map_err(|error| format!("cannot run {program}: {error}"))?;
    if told.status.success() {
        return Ok(String::from_utf8_lossy(&told.stdout).into_owned());
    }
    Err(format!("{program}: {}", String::from_utf8_lossy(&told.stderr).trim()))
}

fn text(rates: &[f64], bytes: &[f64], rounds: usize) -> String {
    let mut out = String::from(HEAD);
    // In the order in which the script looks for it.
    let chromium = std::env::var("CHROMIUM").ok();
    let known = ["chromium-headless-shell", "chromium", "google-chrome"];
    let version = chromium
        .as_deref()
        .into_iter()
        .chain(known)
        .find_map(|program| said(Command::new(program).arg("--version")).ok())
        .unwrap_or_default();
    let _ = writeln!(
        out,
        "{}\n\nVersions: Byname {}, {}, {}.\n\n{}\n",
        report::hardware(),
        env!("CARGO_PKG_VERSION"),
        tool::TYPST.replace("==", " "),
        version.trim(),
        if rounds == 1 { "One run of each.".to_owned() } else { format!("Medians of {rounds} rounds.") },
    );
    out.push_str("| | files/s | Byname = | kB a file |\n| --- | ---: | ---: | ---: |\n");
    for ((row, rate), bytes) in ROWS.iter().zip(rates).zip(bytes) {
        let name = row.name();
        let name = name.split_once(": ").map_or(name.as_str(), |(_, name)| name);
        let _ = writeln!(out, "| {name} | {rate:.1} | {:.1} × | {:.1} |", rates[0] / rate, bytes / 1e3);
    }
    out
}

const HEAD: &str = "# PDF benchmarks

`cargo xtask bench --pdf` writes this page: single-page PDFs of the card of [benches/card](../benches/card), by Byname's
release binary, by headless Chromium (its page is kept, its texts are replaced) and by Typst (compiled once, then given
each person as new inputs; its [card](../benches/others/card.typ) lacks the shadows, and does not cut off values that
are too long for their boxes). `Byname =` is how many times as fast as this row Byname is.

Files are written to disk. Opening the campaign counts for Byname; starting up does not count for the others, and they
write no tags. All files must be PDFs; five of each run are checked by qpdf, must have one page and give back the
recipient's name.

";
