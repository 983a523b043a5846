//! Headless jobs of the project, run as `cargo xtask JOB`.

mod records;

use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask JOB

jobs:
  records    write the records of the demo campaigns";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.split_first() {
        Some((job, rest)) if job == "records" => records::run(rest),
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
