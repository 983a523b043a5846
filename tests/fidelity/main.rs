//! A fixed part of the corpus against stored pictures of Chromium: a case that passed passes still.
//!
//! A case is among the fixed ones when `references/` has a picture of its name. `cargo xtask fidelity`
//! compares the whole corpus with a browser, and refreshes these pictures.

mod compare;
mod corpus;
mod draw;
mod mutated;

use std::path::Path;

use compare::{Difference, Verdict};
use corpus::Case;
use draw::Artist;

#[test]
fn what_looked_like_chromium_still_does() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cases = corpus::all(root).unwrap();
    let mut artist = Artist::new(root).unwrap();
    let mut worse = Vec::new();
    for file in std::fs::read_dir(root.join("tests/fidelity/references")).unwrap() {
        let path = file.unwrap().path();
        let case = cases.iter().find(|case| path.file_name().unwrap() == case.file_name().as_str());
        let case = case.unwrap_or_else(|| panic!("{} is a picture of no case", path.display()));
        let reference = image::open(&path).unwrap().to_rgb8();
        match artist.draw(case).map(|drawn| Difference::between(&reference, &drawn.picture)) {
            Ok(difference) if difference.verdict() == Verdict::Pass => {}
            Ok(difference) => {
                worse.push(format!("{}: {:.2} % differs", case.id(), difference.share * 100.0));
            }
            Err(problem) => worse.push(format!("{}: {problem}", case.id())),
        }
    }
    assert!(worse.is_empty(), "`cargo xtask fidelity --only …` shows these:\n{}", worse.join("\n"));
}

/// What is drawn right is not said to be left out.
#[test]
fn nothing_is_told_of_cases_that_pass() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut artist = Artist::new(root).unwrap();
    let is_fixed = |case: &Case| root.join("tests/fidelity/references").join(case.file_name()).exists();
    for case in corpus::all(root).unwrap() {
        // The ticket's writing-mode is told rightly.
        let is_template = case.chapter == "templates" && !case.name.starts_with("event-ticket");
        if is_fixed(&case) || is_template {
            assert_eq!(artist.draw(&case).unwrap().warnings, [""; 0], "{}", case.id());
        }
    }
}
