//! Documents that nobody would write: each becomes a picture or a diagnostic, in bounded memory.
//!
//! The cases of tests/fidelity and the demos' templates are changed at random (see mutate.rs), always in
//! the same way. A child process draws them, so that an abort costs one document and not the others; it
//! says which one it is at, and the parent has another child go on after it. `cargo xtask soak --mutants N`
//! draws more of them than this does by itself.

mod found;
mod memory;
mod mutate;

#[path = "../fidelity/compose.rs"]
mod compose;
#[path = "../fidelity/corpus.rs"]
#[allow(dead_code, reason = "shared with tests that want names of pictures")]
mod corpus;
#[path = "../fidelity/draw.rs"]
#[allow(dead_code, reason = "shared with tests that look at the pictures")]
mod draw;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use corpus::Case;
use draw::Artist;
use mutate::Seeds;

/// How many documents one child draws.
const SHARE: usize = 200;

/// A document that takes longer than this would take for ever: the usual one takes a hundredth of a second.
const FOR_EVER: Duration = Duration::from_secs(120);

/// Names the first document of a child's share.
const START: &str = "BYNAME_MUTANTS_START";

/// What a child says before each document, and of one that came out as a picture.
const AT: &str = "mutant ";
const PICTURE: &str = "a picture";

/// Assertions of the engines below us that documents like these run into. Nothing above can see them coming;
/// whoever draws records catches them, and tells (`internal-error`).
const KNOWN: [&str; 1] = [
    // The room beside a float, in a box so wide that whole pixels are lost in an f32.
    "parley-0.12.0/src/layout/line_break.rs:1029",
];

#[test]
fn every_mutant_is_a_picture_or_a_diagnostic() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    if let Ok(start) = std::env::var(START) {
        let start: usize = start.parse().expect("a number");
        return draw_share(root, start);
    }
    let count = std::env::var("BYNAME_MUTANTS").map_or(3_000, |count| count.parse().expect("a number"));
    let next = AtomicUsize::new(0);
    let pictures = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let mut at = next.fetch_add(SHARE, Ordering::Relaxed);
                    let end = (at + SHARE).min(count);
                    if at >= count {
                        break;
                    }
                    while at < end {
                        let (reached, problem) = child(at, end, &pictures);
                        if let Some(problem) = problem {
                            failures.lock().expect("no panics").push(problem);
                        }
                        at = reached + 1;
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().expect("no panics");
    let kept = kept(root);
    // The others are told as errors: what they name is missing, or they are not templates.
    let pictures = pictures.into_inner();
    assert!(pictures * 2 > count, "only {pictures} of {count} are pictures");
    assert!(failures.is_empty(), "the documents lie in {}:\n{}", kept.display(), failures.join("\n"));
}

/// Draws the documents from `start` up to `end`; the last one that was begun, and what became of it when
/// the child did not outlive it.
fn child(start: usize, end: usize, pictures: &AtomicUsize) -> (usize, Option<String>) {
    let mut child = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "every_mutant_is_a_picture_or_a_diagnostic", "--nocapture"])
        .env(START, start.to_string())
        .env("BYNAME_MUTANTS", end.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("this test once more");
    let (mut at, mut said) = (start, Vec::new());
    for line in BufReader::new(child.stderr.take().expect("piped")).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line).into_owned();
        if line == PICTURE {
            pictures.fetch_add(1, Ordering::Relaxed);
        }
        match line.strip_prefix(AT).and_then(|at| at.parse().ok()) {
            Some(begun) => (at, said) = (begun, Vec::new()),
            None => said.push(line),
        }
    }
    let status = child.wait().expect("it ran");
    if status.success() {
        return (end, None);
    }
    if is_known(status, &said) {
        return (at, None);
    }
    (at, Some(format!("{at}: {}", ended(status, &said))))
}

/// Whether a child ended because of a panic, and because of none that is not known. One that took too long or
/// too much memory was ended by a signal.
fn is_known(status: ExitStatus, said: &[String]) -> bool {
    let mut panics = said.iter().filter(|line| line.contains(" panicked at ")).peekable();
    status.code() == Some(1)
        && panics.peek().is_some()
        && panics.all(|line| KNOWN.iter().any(|known| line.contains(known)))
}

fn ended(status: ExitStatus, said: &[String]) -> String {
    format!("{status}\n    {}", said.join("\n    "))
}

/// Where documents that fail are kept.
fn kept(root: &Path) -> PathBuf {
    root.join("target/mutants")
}

/// What a child does. It panics at the first document that fails.
fn draw_share(root: &Path, start: usize) {
    let end: usize = std::env::var("BYNAME_MUTANTS").expect("set by the parent").parse().expect("a number");
    let seeds = Seeds::read(root);
    let folder = std::env::temp_dir().join(format!("byname-mutants-{}", std::process::id()));
    seeds.lay_out(root, &folder).expect("a temporary folder");
    let path = folder.join("cases/mutants/mutant.html");
    let mut artist = Artist::new(&folder).expect("a temporary folder");
    let begun = AtomicUsize::new(start);
    std::thread::scope(|scope| {
        let (done, waiting) = std::sync::mpsc::channel::<()>();
        let begun = &begun;
        scope.spawn(move || {
            let mut before = usize::MAX;
            while waiting.recv_timeout(FOR_EVER) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                let now = begun.load(Ordering::Relaxed);
                if now == before {
                    eprintln!("it takes longer than {} seconds", FOR_EVER.as_secs());
                    std::process::abort();
                }
                before = now;
            }
        });
        for index in start..end {
            begun.store(index, Ordering::Relaxed);
            eprintln!("{AT}{index}");
            let html = seeds.mutant(index);
            std::fs::write(&path, &html).expect("a temporary folder");
            std::fs::create_dir_all(kept(root)).expect("the folder of builds");
            let kept = kept(root).join(format!("{index}.html"));
            // Kept before it is drawn: nothing comes after an abort.
            std::fs::write(&kept, &html).expect("the folder of builds");
            let case = Case {
                chapter: "mutants".to_owned(),
                name: index.to_string(),
                path: path.clone(),
                width: 240,
                height: 160,
            };
            let _at_most = memory::AtMost::new(memory::LIMIT);
            match artist.draw(&case) {
                Err(problem) if problem == draw::PANIC => std::process::exit(1),
                Ok(_) => eprintln!("{PICTURE}"),
                Err(_) => {}
            }
            std::fs::remove_file(&kept).expect("just written");
        }
        drop(done);
    });
    let _ = std::fs::remove_dir_all(&folder);
}
