//! The table by chapter, and docs/css.md.

use std::fmt::Write as _;

use super::Shown;
use super::causes::Causes;
use super::compare::{EDGE, NEAR, PASS, TOLERANCE, Verdict};

/// Passing, near and failing cases of each chapter and of all, as a Markdown table.
pub fn table(shown: &[Shown]) -> String {
    let mut table =
        String::from("| chapter | cases | pass | near | fail |\n| --- | ---: | ---: | ---: | ---: |\n");
    for chapter in chapters(shown) {
        row(&mut table, &chapter[0].case.chapter, chapter);
    }
    row(&mut table, "**all**", shown);
    table
}

fn row(table: &mut String, name: &str, shown: &[Shown]) {
    let [pass, near, fail] = [Verdict::Pass, Verdict::Near, Verdict::Fail]
        .map(|verdict| shown.iter().filter(|one| one.verdict == verdict).count());
    let _ = writeln!(table, "| {name} | {} | {pass} | {near} | {fail} |", shown.len());
}

fn chapters(shown: &[Shown]) -> impl Iterator<Item = &[Shown]> {
    shown.chunk_by(|a, b| a.case.chapter == b.case.chapter)
}

/// docs/css.md.
pub fn document(shown: &[Shown], causes: &Causes, browser: &str) -> String {
    let mut text = format!(
        "# CSS, feature by feature

Each feature below has a small page in [tests/fidelity/cases](../tests/fidelity/cases). `cargo xtask fidelity` draws it
with Byname and with a browser ({browser}), compares the pictures, and writes this document and
`target/fidelity/index.html`, where all pictures are side by side.

A pixel is compared with what the 3×3 pixels around its place in the other picture span, in both directions. It differs
when a channel lies outside by more than {TOLERANCE} of 255, plus the contrast among the nine pixels divided by {EDGE}: that
forgives the edges of glyphs and curves and nothing larger. Of the pixels that show something, {} % may differ in a page
that passes, and {} % in one that is near. `byname check` names the properties of a template that are not drawn.

",
        PASS * 100.0,
        NEAR * 100.0
    );
    text.push_str(&table(shown));
    for chapter in chapters(shown) {
        let _ = writeln!(text, "\n## {}\n", chapter[0].case.chapter);
        let works: Vec<String> = chapter
            .iter()
            .filter(|one| one.verdict == Verdict::Pass)
            .map(|one| {
                format!(
                    "[{}](../tests/fidelity/cases/{}.html)",
                    one.case.name.replace('-', " "),
                    one.case.id()
                )
            })
            .collect();
        if !works.is_empty() {
            let _ = writeln!(text, "Looks the same: {}.", works.join(", "));
        }
        let mut differs = String::new();
        for one in chapter.iter().filter(|one| one.verdict != Verdict::Pass) {
            let (id, name) = (one.case.id(), one.case.name.replace('-', " "));
            let verdict = if one.verdict == Verdict::Near { "near" } else { "**differs**" };
            let cause = causes.of(one).map_or(String::new(), |cause| format!(": {cause}"));
            let share = one.share * 100.0;
            let _ = writeln!(
                differs,
                "- [{name}](../tests/fidelity/cases/{id}.html), {verdict} ({share:.1} %){cause}"
            );
        }
        if !differs.is_empty() {
            let _ = write!(text, "{}{differs}", if works.is_empty() { "" } else { "\n" });
        }
    }
    text
}
