//! Headless jobs of the project, run as `cargo xtask JOB`.

mod bench;
mod fidelity;
mod parity;
mod records;
mod soak;

use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask JOB

jobs:
  bench      measure Byname and what people use today, side by side
  fidelity   draw the corpus of tests/fidelity with Byname and with Chromium, and compare
  parity     random records on the GPU and on the CPU, compared
  records    write the records of the demo campaigns
  soak       many random records, incremental against from scratch";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.split_first() {
        Some((job, rest)) if job == "bench" => bench::run(rest),
        Some((job, rest)) if job == "fidelity" => fidelity::run(rest),
        Some((job, rest)) if job == "parity" => parity::run(rest),
        Some((job, rest)) if job == "records" => records::run(rest),
        Some((job, rest)) if job == "soak" => soak::run(rest),
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}
