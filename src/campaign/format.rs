//! `[formats]`: named canvas sizes.

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
        let Some(sides) = entry.node.list() else { continue };
        let [width, height] = &sides[..] else {
            entry.node.error("wrong-type", format!("must be [width, height], found {} values", sides.len()));
            continue;
        };
        let (width, height) = (width.number(1.0..=20_000.0), height.number(1.0..=20_000.0));
        if let (Some(width), Some(height)) = (width, height) {
            formats.push(Format { name: entry.name.to_owned(), width, height });
        }
    }
    Some(formats)
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
