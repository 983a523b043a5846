//! The corpus, damaged in every way that is easily thought of: nothing panics, and nothing hangs.
//!
//! They are the same ones each time, unless BYNAME_MUTATIONS says how many others are made.

use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::corpus::{self, Case};
use super::draw::{Artist, PANIC};

/// Far more than any page of this size takes, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Numbers that arithmetic trips over.
const NUMBERS: [&str; 14] = [
    "0",
    "-1",
    "1e9",
    "-1e9",
    "1e38",
    "-3e38",
    "1e-30",
    "0.0001",
    "65536",
    "2147483648",
    "99999999999999999999",
    "NaN",
    "calc(1/0)",
    "-0",
];

/// Parts of pages that stand for nothing, or for much.
const PARTS: [&str; 22] = [
    "<div>",
    "</div>",
    "<p>",
    "<table>",
    "<tr>",
    "<td rowspan=9 colspan=9>",
    "<svg viewBox='0 0 0 0'>",
    "<b>",
    "</b>",
    "<ul><li>",
    "<img src='../../files/photo.png'>",
    "<!--",
    "-->",
    "<style>",
    "</style>",
    "&#x1f469;&zwj;",
    "\u{202e}",
    "{",
    "}",
    ";",
    "display: table;",
    "position: absolute; float: left;",
];

#[derive(Debug, Clone)]
enum Mutation {
    /// A byte becomes another.
    Byte(prop::sample::Index, u8),
    /// A stretch is left out, or stands twice.
    Stretch(prop::sample::Index, usize, bool),
    /// Something is put in, so many times.
    Part(prop::sample::Index, usize, usize),
    /// A number becomes an extreme one.
    Number(prop::sample::Index, usize),
    /// Two values of properties change places.
    Swap(prop::sample::Index, prop::sample::Index),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        2 => (at(), any::<u8>()).prop_map(|(at, byte)| Mutation::Byte(at, byte)),
        2 => (at(), 1..60_usize, any::<bool>()).prop_map(|(at, long, twice)| Mutation::Stretch(at, long, twice)),
        2 => (at(), 0..PARTS.len(), 1..40_usize).prop_map(|(at, part, times)| Mutation::Part(at, part, times)),
        5 => (at(), 0..NUMBERS.len()).prop_map(|(at, number)| Mutation::Number(at, number)),
        5 => (at(), at()).prop_map(|(one, other)| Mutation::Swap(one, other)),
    ]
}

impl Mutation {
    fn apply(&self, page: &mut Vec<u8>) {
        if page.is_empty() {
            return;
        }
        match self {
            Self::Byte(at, byte) => {
                let at = at.index(page.len());
                page[at] = *byte;
            }
            Self::Stretch(at, long, twice) => {
                let at = at.index(page.len());
                let end = (at + long).min(page.len());
                let copy: Vec<u8> = if *twice { page[at..end].repeat(2) } else { Vec::new() };
                page.splice(at..end, copy);
            }
            Self::Part(at, part, times) => {
                let at = at.index(page.len() + 1);
                page.splice(at..at, PARTS[*part].repeat(*times).into_bytes());
            }
            Self::Number(at, number) => {
                let numbers = stretches(page, |byte| byte.is_ascii_digit() || byte == b'.');
                if !numbers.is_empty() {
                    page.splice(at.get(&numbers).clone(), NUMBERS[*number].bytes());
                }
            }
            Self::Swap(one, other) => {
                let values =
                    stretches(page, |byte| !matches!(byte, b':' | b';' | b'{' | b'}' | b'<' | b'>' | b'\n'));
                if values.is_empty() {
                    return;
                }
                let (one, other) = (one.get(&values).clone(), other.get(&values).clone());
                let value = page[other].to_vec();
                page.splice(one, value);
            }
        }
    }
}

/// The longest ranges of bytes that are all of a kind.
fn stretches(page: &[u8], is: impl Fn(u8) -> bool) -> Vec<std::ops::Range<usize>> {
    let mut found: Vec<std::ops::Range<usize>> = Vec::new();
    for (at, _) in page.iter().enumerate().filter(|(_, byte)| is(**byte)) {
        match found.last_mut() {
            Some(last) if last.end == at => last.end = at + 1,
            _ => found.push(at..at + 1),
        }
    }
    found
}

#[test]
fn no_page_makes_it_panic_or_hang() {
    let wanted = std::env::var("BYNAME_MUTATIONS").map(|wanted| wanted.parse().expect("a number"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages: Vec<(u32, u32, Vec<u8>)> = corpus::all(root)
        .unwrap()
        .into_iter()
        .map(|case| (case.width, case.height, std::fs::read(&case.path).unwrap()))
        .collect();
    // The pages name files relative to where the cases lie; they are written beside them, in no one's way.
    let folder = root.join("target").join(format!("mutated-{}", std::process::id())).join("cases/any");
    std::fs::create_dir_all(&folder).unwrap();
    let files = folder.join("../../files");
    std::fs::create_dir_all(&files).unwrap();
    for file in std::fs::read_dir(root.join("tests/fidelity/files")).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), files.join(file.file_name())).unwrap();
    }
    let (send, pages_to_draw) = mpsc::channel::<(u32, u32, PathBuf)>();
    let (tell, told) = mpsc::channel();
    let artist_root = root.to_path_buf();
    std::thread::spawn(move || {
        let mut artist = Artist::new(&artist_root).unwrap();
        for (width, height, path) in pages_to_draw {
            let case = Case { chapter: String::new(), name: String::new(), path, width, height };
            let panics = matches!(artist.draw(&case), Err(problem) if problem == PANIC);
            let _ = tell.send(panics);
        }
    });
    let config = Config {
        cases: *wanted.as_ref().unwrap_or(&2500),
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::default()
    };
    let mutations = prop::collection::vec(mutation(), 1..6);
    let path = folder.join("page.html");
    let mut runner = match wanted {
        Ok(_) => TestRunner::new(config),
        Err(_) => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
    };
    let outcome = runner.run(&(0..pages.len(), mutations), |(page, mutations)| {
        let (width, height, mut page) = pages[page].clone();
        mutations.iter().for_each(|mutation| mutation.apply(&mut page));
        std::fs::write(&path, &page).unwrap();
        send.send((width, height, path.clone())).unwrap();
        let text = String::from_utf8_lossy(&page).into_owned();
        match told.recv_timeout(PATIENCE) {
            Ok(panics) => prop_assert!(!panics, "panics:\n{}", text),
            // Nothing more can be drawn: that thread is not coming back.
            Err(_) => {
                eprintln!("hangs:\n{text}");
                std::process::exit(101);
            }
        }
        Ok(())
    });
    let _ = std::fs::remove_dir_all(folder.join("../.."));
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}
