//! What Blitz's incremental layout keeps of the record before although it no longer holds. Without
//! this, a record would look different after another one than alone.

use blitz_dom::{BaseDocument, NodeId};
use style::values::computed::Float;

/// A containing block lists the positioned boxes below it. When it is no longer laid out itself
/// (`display: none`), the list goes on naming boxes that are gone, and the next layout panics on them.
pub(super) fn forget_gone_boxes(document: &BaseDocument) {
    let tree = document.tree();
    for (_, node) in tree.iter() {
        let mut hoisted = node.hoisted_children.borrow_mut();
        if !hoisted.is_empty() {
            hoisted.retain(|id| tree.contains_key(*id));
        }
    }
}

/// Whether any box floats.
pub(super) fn has_floats(document: &BaseDocument) -> bool {
    document.tree().iter().any(|(_, node)| {
        node.flags.is_in_document()
            && node.primary_styles().is_some_and(|styles| styles.clone_float() != Float::None)
    })
}

/// Makes the next layout start afresh. A float changes the lines of boxes that it is no part of, and
/// their cached layouts do not know that they depended on it.
pub(super) fn forget_layout(document: &mut BaseDocument) {
    let nodes: Vec<NodeId> = document.tree().iter().map(|(id, _)| id).collect();
    for id in nodes {
        if let Some(node) = document.get_node_mut(id) {
            node.invalidate_layout_cache();
        }
    }
}
