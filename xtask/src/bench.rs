//! `cargo xtask bench`: the same people through the same design, with Byname and with what people use
//! today. All tools run in turn, several rounds of it, so that a noisy machine is noisy for all of them.

mod card;
mod encoders;
mod gpu;
mod pdf;
mod report;
mod row;
mod tool;
mod verify;

use std::path::{Path, PathBuf};

use row::{Maker, ROWS, Row};

const USAGE: &str =
    "usage: cargo xtask bench [--rounds N] [--only TEXT] [--work DIR] [--quick] [--pdf | --gpu]

--rounds   how often each tool is run (3)
--only     only the rows whose name has TEXT in it; docs/benchmarks.md is then left as it is
--work     where files are written (target/bench)
--gpu      only where the time of a run on a GPU goes, at batches of 1 to 256
--quick    a tenth of the records: shows that all is set up, not how fast anything is
--pdf      single-page PDFs: Byname, Chromium and Typst; writes docs/benchmarks-pdf.md (needs Python,
           pdftotext and qpdf too; takes no --only)

Needs Node.js with npm, and Chromium (Debian's chromium-headless-shell, or CHROMIUM=path).";

/// What one row came to: a figure for each round.
pub struct Measured<'a> {
    row: &'a Row,
    rates: Vec<f64>,
    /// Bytes of a file, on average.
    bytes: f64,
    /// The largest memory of any round, in bytes; only of Byname's own process.
    memory: Option<u64>,
    /// What is wrong with the files, if anything is.
    wrong: Option<String>,
}

/// Runs the job with the arguments that follow its name.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let (mut rounds, mut only, mut quick, mut pdf, mut on_gpu) = (3, None, false, false, false);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the repository");
    let mut work = root.join("target/bench");
    let mut rest = arguments.iter();
    while let Some(flag) = rest.next() {
        let mut value = || rest.next().ok_or(USAGE);
        match flag.as_str() {
            "--rounds" => rounds = value()?.parse().map_err(|_| USAGE)?,
            "--only" => only = Some(value()?.to_lowercase()),
            "--work" => work = PathBuf::from(value()?),
            "--quick" => quick = true,
            "--pdf" => pdf = true,
            "--gpu" => on_gpu = true,
            _ => return Err(USAGE.to_owned()),
        }
    }
    if on_gpu {
        return gpu::run(root, &work, quick);
    }
    if pdf {
        return if only.is_none() { pdf::run(root, &work, rounds, quick) } else { Err(USAGE.to_owned()) };
    }
    let rows: Vec<&Row> = ROWS
        .iter()
        .filter(|row| only.as_ref().is_none_or(|text| row.name().to_lowercase().contains(text)))
        .collect();
    let folder = card::set_up(root, &work)?;
    let others = root.join("benches/others");
    if rows.iter().any(|row| matches!(row.maker, Maker::Other(_))) {
        tool::install(&others, &work)?;
    }
    let mut measured: Vec<Measured<'_>> = rows
        .iter()
        .map(|row| Measured { row, rates: Vec::new(), bytes: 0.0, memory: None, wrong: None })
        .collect();
    let runs = work.join("runs");
    let _ = std::fs::remove_dir_all(&runs);
    for round in 0..rounds {
        for (index, one) in measured.iter_mut().enumerate() {
            let count = if quick { one.row.count.div_ceil(10) } else { one.row.count };
            // A fresh folder for each run, so that none is spared writing, and all are kept to the end: file
            // systems are slow to give out again what was just deleted, which would count for the next run.
            let out = runs.join(format!("{round}-{index}"));
            let ran = match &one.row.maker {
                Maker::Byname(byname) => tool::byname(byname, one.row, &folder, count, &out),
                Maker::Other(other) => tool::other(other, one.row, &folder, &work, count, &out),
            };
            match ran {
                Ok(run) => {
                    eprintln!("round {}, {}: {:.1}/s", round + 1, one.row.name(), run.rate);
                    one.rates.push(run.rate);
                    one.memory = one.memory.max(run.memory);
                    let (bytes, wrong) = verify::files(&out, one.row, count, &work);
                    one.bytes = bytes;
                    one.wrong = wrong.or(one.wrong.take());
                }
                Err(problem) => {
                    eprintln!("{}: {problem}", one.row.name());
                    one.wrong = Some(problem);
                }
            }
        }
    }
    let _ = std::fs::remove_dir_all(&runs);
    let encoders = match only {
        None => encoders::measure(&work)?,
        Some(_) => Vec::new(),
    };
    let text = report::text(&measured, &encoders, rounds, &work);
    println!("{text}");
    if only.is_none() && !quick {
        let file = root.join("docs/benchmarks.md");
        std::fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    match measured.iter().filter(|one| one.wrong.is_some()).count() {
        0 => Ok(()),
        wrong => Err(format!("{wrong} of {} rows are not to be trusted; see above", measured.len())),
    }
}
