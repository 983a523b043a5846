//! Cells over so many columns that layout would not end well.

use blitz_dom::{BaseDocument, NodeId, local_name};

use super::document::plain_name;

/// A cell lies over at most so many columns (HTML, "algorithm for processing rows").
const MOST: u32 = 1000;

/// Whether cells of a template may need [`cut`].
pub(super) fn has_any(html: &str) -> bool {
    html.to_ascii_lowercase().contains("colspan")
}

/// Cuts `colspan` to what HTML allows. Blitz takes any number up to 65535, and panics where two of them add up
/// to more.
pub(super) fn cut(document: &mut BaseDocument) {
    let wrong = |value: &str| match value.trim().parse::<u32>() {
        Ok(0) => Some("1"),
        Ok(span) if span > MOST => Some("1000"),
        _ => None,
    };
    let cells: Vec<(NodeId, &str)> = document
        .tree()
        .iter()
        .filter_map(|(id, node)| Some((id, wrong(node.attr(local_name!("colspan"))?)?)))
        .collect();
    let mut mutator = document.mutate();
    for (id, span) in cells {
        mutator.set_attribute(id, plain_name("colspan"), span);
    }
}
