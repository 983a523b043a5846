//! `cargo xtask records`: writes the records of the demo campaigns. Everyone in them is invented.
//!
//! The same seed gives the same bytes on every machine: our own generator, integer arithmetic and
//! nothing that depends on a clock or a map's order.

mod boarding;
pub mod cards;
mod graduates;
mod listeners;
mod names;
mod random;

use std::path::{Path, PathBuf};

const USAGE: &str = "usage: cargo xtask records [--count N] [--seed S] [--out FILE.csv]

Without --out: writes the listeners of assets/campaigns/wrapped, the passengers of
assets/campaigns/boarding-pass and the graduates of assets/campaigns/certificate. With --out: only N listeners, to FILE.csv.";

/// How many listeners the demo has when nobody asks for another number.
const LISTENERS: usize = 7_000;
const PASSENGERS: usize = 200;
const GRADUATES: usize = 120;
const SEED: u64 = 2026;

/// Runs the job with the arguments that follow its name.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let mut count = LISTENERS;
    let mut seed = SEED;
    let mut out: Option<PathBuf> = None;
    let mut rest = arguments.iter();
    while let Some(flag) = rest.next() {
        let value = rest.next().ok_or(USAGE)?;
        let number = || value.parse::<u64>().map_err(|_| format!("{flag}: {value:?} is not a whole number"));
        match flag.as_str() {
            "--count" => count = number()? as usize,
            "--seed" => seed = number()?,
            "--out" => out = Some(PathBuf::from(value)),
            _ => return Err(USAGE.to_owned()),
        }
    }
    match out {
        Some(file) => write(&file, |sink| listeners::write(sink, count, seed)),
        None => {
            let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
            let campaigns = xtask.parent().unwrap_or(xtask).join("assets/campaigns");
            write(&campaigns.join("wrapped/listeners.csv"), |sink| listeners::write(sink, count, seed))?;
            write(&campaigns.join("boarding-pass/passengers.ndjson"), |sink| {
                boarding::write(sink, PASSENGERS, seed)
            })?;
            write(&campaigns.join("certificate/graduates.csv"), |sink| {
                graduates::write(sink, GRADUATES, seed)
            })
        }
    }
}

type Sink = std::io::BufWriter<std::fs::File>;

fn write(file: &Path, fill: impl FnOnce(&mut Sink) -> std::io::Result<()>) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", file.display());
    let mut sink = std::io::BufWriter::new(std::fs::File::create(file).map_err(failed)?);
    fill(&mut sink).and_then(|()| std::io::Write::flush(&mut sink)).map_err(failed)?;
    println!("{}", file.display());
    Ok(())
}
