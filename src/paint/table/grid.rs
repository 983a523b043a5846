//! Which rows and columns the cells of a table cover.

use std::ops::Range;

use blitz_dom::node::SpecialElementData;
use blitz_dom::{BaseDocument, Node, NodeId};

/// Larger tables are not looked into.
const MAX_PLACES: usize = 1 << 20;

/// A table as rows and columns.
#[derive(Debug)]
pub(crate) struct Grid {
    pub rows: usize,
    pub columns: usize,
    pub cells: Vec<Cell>,
}

#[derive(Debug, Clone)]
pub(crate) struct Cell {
    pub node: NodeId,
    pub rows: Range<usize>,
    pub columns: Range<usize>,
}

impl Grid {
    /// `None` when the node lays out no table, or one that nobody would write.
    pub(crate) fn of(document: &BaseDocument, table: &Node) -> Option<Self> {
        let SpecialElementData::TableRoot(context) = &table.element_data()?.special_data else { return None };
        // Cells that lie in no row make one.
        let rows = context.rows.len().max(1);
        // No cell reaches beyond its group of rows.
        let group = |row: usize| context.rows.get(row).map(|row| row.group);
        let mut ends: Vec<usize> = (1..=rows).collect();
        for row in (1..rows).rev() {
            if group(row) == group(row - 1) {
                ends[row - 1] = ends[row];
            }
        }
        let mut cells = Vec::with_capacity(context.cells.len());
        for cell in &context.cells {
            let span = |name: &str| {
                let attributes = document.get_node(cell.node_id).and_then(Node::attrs)?;
                let value = attributes.iter().find(|a| &*a.name.local == name)?;
                value.value.trim().parse::<u16>().ok()
            };
            let (row, column) = (usize::from(cell.row).min(rows - 1), usize::from(cell.column));
            let across = usize::from(span("colspan").unwrap_or(1).max(1));
            // None are all that are left of the group.
            let end = match span("rowspan") {
                Some(0) => ends[row],
                down => (row + usize::from(down.unwrap_or(1))).min(ends[row]),
            };
            cells.push(Cell { node: cell.node_id, rows: row..end, columns: column..column + across });
        }
        let columns = cells.iter().map(|cell| cell.columns.end).max().unwrap_or(0);
        let columns = columns.max(context.columns.len());
        (rows * columns <= MAX_PLACES).then_some(Self { rows, columns, cells })
    }
}
