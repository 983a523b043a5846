//! Tells of boxes that `box-decoration-break: clone` is said of and that are drawn as slices: lines are broken
//! anew only where a box is around all of their text.

use std::collections::HashSet;

use blitz_dom::{BaseDocument, Node, NodeId};
use style::computed_values::box_decoration_break::T as BoxDecorationBreak;

use super::measure::{describe, inline_roots, self_and_ancestors};
use crate::diagnostic::Diagnostic;

pub(super) fn check(document: &BaseDocument, root: NodeId, problems: &mut Vec<Diagnostic>) {
    inline_roots(document, root, &mut |root| {
        for id in cloned(document, root) {
            if is_sliced(document, root, id) {
                let message = format!(
                    "`box-decoration-break: clone` is not rendered on {}: it breaks over lines that have more than its text",
                    describe(document, id)
                );
                let hint = "let it be around all of the text of its block, or keep it on one line";
                problems.push(Diagnostic::warning("unrendered-css", message).with_hint(hint));
            }
        }
    });
}

/// The inline elements on the lines of a box that are to be cloned.
fn cloned(document: &BaseDocument, root: &Node) -> HashSet<NodeId> {
    let mut found = HashSet::new();
    let Some(text) = root.element_data().and_then(|data| data.inline_layout_data.as_deref()) else {
        return found;
    };
    for style in text.layout.styles() {
        let inside = self_and_ancestors(document, style.brush.id).take_while(|node| node.id != root.id);
        found.extend(inside.filter(|node| is_cloned(node) && !node.is_anonymous()).map(|node| node.id));
    }
    found
}

fn is_cloned(node: &Node) -> bool {
    node.primary_styles()
        .is_some_and(|styles| styles.clone_box_decoration_break() == BoxDecorationBreak::Clone)
}

/// Whether an inline element is on several lines, and something else with it.
fn is_sliced(document: &BaseDocument, root: &Node, id: NodeId) -> bool {
    let Some(text) = root.element_data().and_then(|data| data.inline_layout_data.as_deref()) else {
        return false;
    };
    let (mut lines, mut has_others) = (0, false);
    for line in text.layout.lines() {
        let mut is_on_line = false;
        for cluster in line.runs().flat_map(|run| run.clusters().collect::<Vec<_>>()) {
            if text.text[cluster.text_range()].trim().is_empty() {
                continue;
            }
            let is_inside = self_and_ancestors(document, cluster.style().brush.id).any(|node| node.id == id);
            is_on_line |= is_inside;
            has_others |= !is_inside;
        }
        lines += usize::from(is_on_line);
    }
    lines > 1 && (has_others || text.layout.inline_boxes().next().is_some())
}
