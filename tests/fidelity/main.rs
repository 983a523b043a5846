//! A fixed part of the corpus against stored pictures of Chromium: a case that passed passes still.
//!
//! A case is among the fixed ones when `references/` has a picture of its name. `cargo xtask fidelity`
//! compares the whole corpus with a browser, and refreshes these pictures.

mod compare;
mod compose;
mod corpus;
mod draw;

use std::path::Path;

use compare::{Difference, Verdict};
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
        let drawn = artist.draw(case);
        match drawn.map(|drawn| (Difference::between(&reference, &drawn.picture), drawn.warnings)) {
            Ok((difference, _)) if difference.verdict() == Verdict::Pass => {}
            Ok((difference, warnings)) => {
                worse.push(format!("{}: {:.2} % differs {warnings:?}", case.id(), difference.share * 100.0));
            }
            Err(problem) => worse.push(format!("{}: {problem}", case.id())),
        }
    }
    assert!(worse.is_empty(), "`cargo xtask fidelity --only …` shows these:\n{}", worse.join("\n"));
}
