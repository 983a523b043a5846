//! Running one tool once.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::row::{Byname, Other, Row};

/// What pip is asked for.
pub const TYPST: &str = "typst==0.15.2";

/// One run of one tool.
pub struct Run {
    /// Files a second.
    pub rate: f64,
    /// The most memory that the process held, in bytes, where the system tells.
    pub memory: Option<u64>,
}

/// Fetches the other tools from npm's registry, once.
pub fn install(others: &Path, work: &Path) -> Result<(), String> {
    for entry in std::fs::read_dir(others).map_err(|error| format!("{}: {error}", others.display()))? {
        let entry = entry.map_err(|error| error.to_string())?;
        std::fs::copy(entry.path(), work.join(entry.file_name())).map_err(|error| error.to_string())?;
    }
    let npm = Command::new("npm")
        .args(["install", "--no-audit", "--no-fund", "--silent"])
        .env("PUPPETEER_SKIP_DOWNLOAD", "1")
        .current_dir(work)
        .status()
        .map_err(|error| format!("cannot run npm: {error}; install Node.js"))?;
    if npm.success() { Ok(()) } else { Err(format!("npm install failed in {}", work.display())) }
}

/// Fetches Typst from PyPI into an environment of its own, once.
pub fn install_typst(work: &Path) -> Result<(), String> {
    let venv = work.join("venv");
    for (program, arguments) in [
        (Path::new("python3").to_owned(), vec!["-m", "venv", "venv"]),
        (venv.join("bin/pip"), vec!["install", "--quiet", "--disable-pip-version-check", TYPST]),
    ] {
        let done = Command::new(&program).args(&arguments).current_dir(work).status();
        let done = done.map_err(|error| format!("cannot run {}: {error}", program.display()))?;
        if !done.success() {
            return Err(format!(
                "{} {} failed in {}",
                program.display(),
                arguments.join(" "),
                work.display()
            ));
        }
    }
    Ok(())
}

/// Byname, the release binary, as a user runs it: opening the campaign counts too.
pub fn byname(setting: &Byname, row: &Row, folder: &Path, count: usize, out: &Path) -> Result<Run, String> {
    let campaign =
        std::fs::read_to_string(folder.join("campaign.toml")).map_err(|error| error.to_string())?;
    let campaign = campaign.replace("card.html", &format!("{}.html", row.template));
    let file = folder.join("run.toml");
    // All files in one folder, as the other tools put them.
    let output = format!(
        "\n[output]\npath = \"{{key}}.{{ext}}\"\njpeg = {{ quality = 90 }}\npng = {{ effort = \"{}\" }}\n",
        setting.effort
    );
    std::fs::write(&file, campaign + &output).map_err(|error| error.to_string())?;
    let xtask = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new(xtask.with_file_name("byname"));
    command.arg("render").arg(&file).arg("--out").arg(out);
    command.args(["--types", row.kind, "--limit", &count.to_string(), "--progress", "json"]);
    if let Some(jobs) = setting.jobs {
        command.args(["--jobs", &jobs.to_string()]);
    }
    if !setting.incremental {
        command.arg("--no-incremental");
    }
    run(command)
}

/// A script of benches/others.
pub fn other(
    other: &Other,
    row: &Row,
    folder: &Path,
    work: &Path,
    count: usize,
    out: &Path,
) -> Result<Run, String> {
    let mut command = if other.script.ends_with(".py") {
        Command::new(work.join("venv/bin/python"))
    } else {
        Command::new("node")
    };
    command.arg(work.join(other.script));
    command.arg(folder).args([row.template, row.kind, "0", &count.to_string()]).arg(out);
    run(command).map(|run| Run { memory: None, ..run })
}

/// Runs to the end; the last line it prints is an object with its count and seconds, or its rate.
fn run(mut command: Command) -> Result<Run, String> {
    let what = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot run {what}: {error}"))?;
    let (mut out, mut err) = (child.stdout.take().expect("piped"), child.stderr.take().expect("piped"));
    let told = std::thread::spawn(move || {
        let mut text = String::new();
        let _ = err.read_to_string(&mut text);
        text
    });
    let printed = std::thread::spawn(move || {
        let mut text = String::new();
        let _ = out.read_to_string(&mut text);
        text
    });
    let mut memory = None;
    let status = loop {
        memory = peak_memory(child.id()).or(memory);
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) => break status,
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    let printed = printed.join().unwrap_or_default();
    let told = told.join().unwrap_or_default();
    if !status.success() {
        return Err(format!("{what} ended with {status}: {}", told.trim()));
    }
    let last: Value = printed
        .lines()
        .last()
        .and_then(|line| serde_json::from_str(line).ok())
        .ok_or_else(|| format!("{what} printed no figures"))?;
    let count = last["count"].as_f64().or(last["rendered"].as_f64());
    let seconds = last["seconds"].as_f64();
    let (Some(count), Some(seconds)) = (count, seconds) else {
        return Err(format!("{what} printed no figures: {last}"));
    };
    Ok(Run { rate: count / seconds, memory })
}

/// Linux keeps the peak for as long as the process lives.
fn peak_memory(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}
