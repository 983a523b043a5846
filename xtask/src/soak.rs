//! `cargo xtask soak`: the property of `tests/soak` over as many records as wanted.

use std::process::Command;

const USAGE: &str = "usage: cargo xtask soak [--cases N]

N is the number of records (100000), shared among the templates.";

/// Templates in tests/soak/nasty, and a quarter of a share for each of the two demos.
const SHARES: f64 = 8.5;

/// Runs the job with the arguments that follow its name.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let cases: f64 = match arguments {
        [] => 100_000.0,
        [flag, cases] if flag == "--cases" => cases.parse().map_err(|_| USAGE)?,
        _ => return Err(USAGE.to_owned()),
    };
    let status = Command::new(env!("CARGO"))
        .args(["test", "--release", "--package", "byname", "--test", "soak", "--", "--nocapture"])
        .env("BYNAME_CASES", (cases / SHARES).ceil().to_string())
        .status()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    if status.success() { Ok(()) } else { Err("the property does not hold; see above".to_owned()) }
}
