//! `cargo xtask soak`: the property of `tests/soak` over as many records as wanted, or that of `tests/mutants`
//! over as many documents.

use std::path::Path;
use std::process::Command;

const USAGE: &str = "usage: cargo xtask soak [--cases N | --mutants N]

--cases    so many records (100000), shared among the templates
--mutants  so many documents that nobody would write, in place of them";

/// The shares of the two demos; each template of tests/soak/nasty has a whole one.
const DEMOS: f64 = 2.0 * 0.25;

/// Runs the job with the arguments that follow its name.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let number = |text: &String| text.parse::<u32>().map_err(|_| USAGE);
    match arguments {
        [] => test("soak", "BYNAME_CASES", per_template(100_000)?),
        [flag, cases] if flag == "--cases" => test("soak", "BYNAME_CASES", per_template(number(cases)?)?),
        [flag, count] if flag == "--mutants" => test("mutants", "BYNAME_MUTANTS", number(count)?),
        _ => Err(USAGE.to_owned()),
    }
}

/// The records of one of tests/soak/nasty.
fn per_template(cases: u32) -> Result<u32, String> {
    let nasty = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/soak/nasty");
    let templates =
        std::fs::read_dir(&nasty).map_err(|error| format!("{}: {error}", nasty.display()))?.count();
    Ok((f64::from(cases) / (templates as f64 + DEMOS)).ceil() as u32)
}

/// Runs a test, as long as it is asked to.
fn test(name: &str, variable: &str, count: u32) -> Result<(), String> {
    let status = Command::new(env!("CARGO"))
        .args(["test", "--release", "--package", "byname", "--test", name, "--", "--nocapture"])
        .env(variable, count.to_string())
        .status()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    if status.success() { Ok(()) } else { Err("the property does not hold; see above".to_owned()) }
}
