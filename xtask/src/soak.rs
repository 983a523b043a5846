//! `cargo xtask soak`: the property of `tests/soak` over as many records as wanted.

use std::path::Path;
use std::process::Command;

const USAGE: &str = "usage: cargo xtask soak [--cases N]

N is the number of records (100000), shared among the templates.";

/// The shares of the two demos; each template of tests/soak/nasty has a whole one.
const DEMOS: f64 = 2.0 * 0.25;

/// Runs the job with the arguments that follow its name.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let cases: f64 = match arguments {
        [] => 100_000.0,
        [flag, cases] if flag == "--cases" => cases.parse().map_err(|_| USAGE)?,
        _ => return Err(USAGE.to_owned()),
    };
    let nasty = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/soak/nasty");
    let templates =
        std::fs::read_dir(&nasty).map_err(|error| format!("{}: {error}", nasty.display()))?.count();
    let shares = templates as f64 + DEMOS;
    let status = Command::new(env!("CARGO"))
        .args(["test", "--release", "--package", "byname", "--test", "soak", "--", "--nocapture"])
        .env("BYNAME_CASES", (cases / shares).ceil().to_string())
        .status()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    if status.success() { Ok(()) } else { Err("the property does not hold; see above".to_owned()) }
}
