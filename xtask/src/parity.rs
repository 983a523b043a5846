//! `cargo xtask parity`: random records and the cases of `tests/fidelity` on the GPU and on the CPU, compared.

use std::path::Path;
use std::process::Command;

const USAGE: &str = "usage: cargo xtask parity [--cases N]

N is the number of records of each template (40). Prints how many pixels differ by how much, by template
and by chapter of the corpus; of the worst list of each that differs by more than 2 in 255, both pictures and
eight times their difference are in target/parity.";

/// Runs the job with the arguments that follow its name.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let cases: usize = match arguments {
        [] => 40,
        [flag, cases] if flag == "--cases" => cases.parse().map_err(|_| USAGE)?,
        _ => return Err(USAGE.to_owned()),
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the repository");
    let pictures = root.join("target/parity");
    std::fs::create_dir_all(&pictures).map_err(|error| format!("{}: {error}", pictures.display()))?;
    let status = Command::new(env!("CARGO"))
        .args([
            "test",
            "--release",
            "--package",
            "byname",
            "--test",
            "gpu",
            "parity::",
            "--",
            "--nocapture",
            "--test-threads=1",
        ])
        .env("BYNAME_CASES", cases.to_string())
        .env("BYNAME_PICTURES", &pictures)
        .status()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    if status.success() { Ok(()) } else { Err("the pictures differ; see above".to_owned()) }
}
