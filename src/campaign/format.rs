//! `[formats]`: named canvas sizes, in pixels or as they are on paper.

use std::ops::RangeInclusive;

use crate::data::path_part_problem;

use super::file::{Entry, Node};

/// A named canvas size.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Format {
    pub name: String,
    /// In CSS pixels, from 1 to 20,000.
    pub width: f64,
    pub height: f64,
}

pub(super) fn read(node: &Node<'_>) -> Option<Vec<Format>> {
    let entries = node.table()?.into_entries();
    if entries.is_empty() {
        node.error("missing-setting", "must have at least one format, like square = [1080, 1080]");
    }
    check_names(&entries, "format");
    let mut formats = Vec::new();
    for entry in &entries {
        let size = if entry.node.is_text() { paper(&entry.node) } else { sides(&entry.node) };
        if let Some((width, height)) = size {
            formats.push(Format { name: entry.name.to_owned(), width, height });
        }
    }
    Some(formats)
}

/// `[width, height]`.
fn sides(node: &Node<'_>) -> Option<(f64, f64)> {
    let sides = node.list()?;
    let [width, height] = &sides[..] else {
        node.error("wrong-type", format!("must be [width, height], found {} values", sides.len()));
        return None;
    };
    let (width, height) = (length(width, SIDE), length(height, SIDE));
    Some((width?, height?))
}

/// `"A4"` or `"A4 landscape"`.
fn paper(node: &Node<'_>) -> Option<(f64, f64)> {
    let text = node.text()?;
    let size = paper_size(text);
    if size.is_none() {
        let names: Vec<&str> = PAPERS.iter().map(|(name, ..)| *name).collect();
        let message = format!("must be [width, height] or the name of a paper, found \"{text}\"");
        let hint = format!("papers are {}; \"A4 landscape\" lies on its side", names.join(", "));
        node.error_with_hint("unknown-value", message, Some(hint));
    }
    size
}

/// The size of a paper in CSS pixels, by its name, which `landscape` may follow.
pub(crate) fn paper_size(text: &str) -> Option<(f64, f64)> {
    let mut words = text.split_whitespace();
    let name = words.next()?;
    let &(_, width, height) = PAPERS.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name))?;
    let (width, height) = (width * MM, height * MM);
    match (words.next(), words.next()) {
        (None | Some("portrait"), None) => Some((width, height)),
        (Some("landscape"), None) => Some((height, width)),
        _ => None,
    }
}

/// CSS pixels to the millimetre.
const MM: f64 = 96.0 / 25.4;

/// Papers by name, in millimetres (ISO 216, ISO 7810 and ANSI/ASME Y14.1).
const PAPERS: [(&str, f64, f64); 9] = [
    ("A3", 297.0, 420.0),
    ("A4", 210.0, 297.0),
    ("A5", 148.0, 210.0),
    ("A6", 105.0, 148.0),
    ("A7", 74.0, 105.0),
    ("ID-1", 85.6, 53.98),
    ("Letter", 215.9, 279.4),
    ("Legal", 215.9, 355.6),
    ("Tabloid", 279.4, 431.8),
];

/// The length of a side in CSS pixels.
const SIDE: RangeInclusive<f64> = 1.0..=20_000.0;

/// A length in CSS pixels: a number of them, or text with a unit.
pub(super) fn length(node: &Node<'_>, range: RangeInclusive<f64>) -> Option<f64> {
    if !node.is_text() {
        return node.number(range);
    }
    let text = node.text()?;
    let Some(length) = parse_length(text) else {
        let message = format!("must be a length, found \"{text}\"");
        let hint = "write a number of pixels, or one with its unit: \"210mm\", \"21cm\", \"8.5in\", \"36pt\", \"96px\"";
        node.error_with_hint("unknown-value", message, Some(hint.to_owned()));
        return None;
    };
    if !range.contains(&length) {
        let message = format!(
            "must be from {} to {} pixels, found {text}, which is {length:.1}",
            range.start(),
            range.end()
        );
        node.error("wrong-type", message);
        return None;
    }
    Some(length)
}

/// A number with its unit (CSS Values 4, §6.2), in CSS pixels.
pub(crate) fn parse_length(text: &str) -> Option<f64> {
    let text = text.trim();
    let digits = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let pixels = match unit.to_ascii_lowercase().as_str() {
        "mm" => MM,
        "cm" => 10.0 * MM,
        "in" => 96.0,
        "pt" => 96.0 / 72.0,
        "px" => 1.0,
        _ => return None,
    };
    let number: f64 = number.trim().parse().ok()?;
    (number.is_finite()).then_some(number * pixels)
}

/// Names become parts of paths, and of selectors and attributes.
pub(super) fn check_names(entries: &[Entry<'_>], what: &str) {
    for (index, entry) in entries.iter().enumerate() {
        let name = entry.name;
        if let Some(why) = path_part_problem(name) {
            entry.error("unsafe-name", format!("`{name}` cannot be the name of a {what}: {why}"));
        }
        let lower = name.to_lowercase();
        if let Some(earlier) = entries[..index].iter().find(|earlier| earlier.name.to_lowercase() == lower) {
            let message = format!(
                "`{}` and `{name}` differ in case only, and would be the same file on many disks",
                earlier.name
            );
            entry.error("unsafe-name", message);
        }
    }
}
