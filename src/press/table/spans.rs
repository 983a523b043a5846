//! Cells that ask for more rows than their group has. The engine takes `rowspan` at its word, so it is told what
//! is left of it, for as long as tables are laid out.

use blitz_dom::{BaseDocument, Node, NodeId, local_name};

use crate::paint::Grid;
use crate::press::document::plain_name;

/// Cuts what reaches too far. The answer is what was said, to be put back.
pub(super) fn cut<'a>(
    document: &mut BaseDocument,
    grids: impl Iterator<Item = &'a Grid>,
) -> Vec<(NodeId, String)> {
    let mut said = Vec::new();
    for cell in grids.flat_map(|grid| &grid.cells) {
        let own = document.get_node(cell.node).and_then(|node| node.attr(local_name!("rowspan")));
        let rows = cell.rows.len().to_string();
        if let Some(own) = own.filter(|own| own.trim() != rows) {
            said.push((cell.node, own.to_owned()));
            say(document, cell.node, &rows);
        }
    }
    said
}

pub(super) fn put_back(document: &mut BaseDocument, said: Vec<(NodeId, String)>) {
    for (cell, rows) in said {
        say(document, cell, &rows);
    }
}

fn say(document: &mut BaseDocument, cell: NodeId, rows: &str) {
    if let Some(data) = document.get_node_mut(cell).and_then(Node::element_data_mut) {
        data.attrs.set(plain_name("rowspan"), rows);
    }
}
