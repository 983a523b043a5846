//! Borders that the cells of a table share (CSS 2.2, §17.6.2): at each edge, of all that meet there, the
//! one that stands out most.

use std::cmp::Ordering;
use std::ops::Range;

use blitz_dom::node::SpecialElementData;
use blitz_dom::{BaseDocument, Node, NodeId};
use style::properties::ComputedValues;
use style::values::specified::BorderStyle;

use super::super::border::Side;
use super::super::style::resolve;
use super::Grid;

/// The sides of a box, in the order of CSS.
#[derive(Clone, Copy)]
enum Edge {
    Top,
    Right,
    Bottom,
    Left,
}

/// A border at an edge, and whose it is: of equal ones, the first asker has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shared {
    pub side: Side,
    asker: usize,
}

/// The borders of one table.
pub(crate) struct SharedBorders {
    rows: usize,
    columns: usize,
    /// Above each row and below the last, column by column.
    across: Vec<Option<Shared>>,
    /// Before each column and after the last, row by row.
    down: Vec<Option<Shared>>,
    askers: usize,
    scale: f64,
}

impl SharedBorders {
    /// The borders of a table whose grid is known; `scale` is device pixels per CSS pixel.
    pub(crate) fn of(document: &BaseDocument, table: &Node, grid: &Grid, scale: f64) -> Self {
        let (rows, columns) = (grid.rows, grid.columns);
        let mut borders = Self {
            rows,
            columns,
            across: vec![None; (rows + 1) * columns],
            down: vec![None; rows * (columns + 1)],
            askers: 0,
            scale,
        };
        let mut ask = |node: NodeId, rows: Range<usize>, columns: Range<usize>| {
            if let Some(styles) = document.get_node(node).and_then(Node::primary_styles) {
                borders.ask(&styles, rows, columns);
            }
        };
        for cell in &grid.cells {
            ask(cell.node, cell.rows.clone(), cell.columns.clone());
        }
        if let Some(SpecialElementData::TableRoot(context)) =
            table.element_data().map(|data| &data.special_data)
        {
            for (index, row) in context.rows.iter().enumerate() {
                ask(row.node_id, index..index + 1, 0..columns);
            }
            for (group, range) in runs(context.rows.iter().map(|row| row.group)) {
                ask(group, range, 0..columns);
            }
            for (index, column) in context.columns.iter().enumerate() {
                ask(column.node_id, 0..rows, index..index + 1);
            }
            for (group, range) in runs(context.columns.iter().map(|column| column.group)) {
                ask(group, 0..rows, range);
            }
        }
        ask(table.id, 0..rows, 0..columns);
        for cell in &grid.cells {
            borders.clear_within(&cell.rows, &cell.columns);
        }
        borders
    }

    /// Half of what lies around an area, as much as the widest border of each side takes: top, right,
    /// bottom and left, in device pixels.
    pub(crate) fn halves(&self, rows: &Range<usize>, columns: &Range<usize>) -> [f64; 4] {
        let width = |shared: Option<Shared>| shared.map_or(0.0, |shared| shared.side.width);
        let across = |row: usize| {
            columns.clone().map(|column| width(self.across(row, column))).fold(0.0, f64::max) / 2.0
        };
        let down =
            |column: usize| rows.clone().map(|row| width(self.down(row, column))).fold(0.0, f64::max) / 2.0;
        [across(rows.start), down(columns.end), across(rows.end), down(columns.start)]
    }

    /// What shows above a row, in a column.
    pub(super) fn across(&self, row: usize, column: usize) -> Option<Shared> {
        if row > self.rows || column >= self.columns {
            return None;
        }
        self.across[row * self.columns + column].filter(Shared::takes_room)
    }

    /// What shows before a column, in a row.
    pub(super) fn down(&self, row: usize, column: usize) -> Option<Shared> {
        if row >= self.rows || column > self.columns {
            return None;
        }
        self.down[row * (self.columns + 1) + column].filter(Shared::takes_room)
    }

    /// A box asks for its borders around an area.
    fn ask(&mut self, styles: &ComputedValues, rows: Range<usize>, columns: Range<usize>) {
        self.askers += 1;
        let (rows, columns) =
            (rows.start..rows.end.min(self.rows), columns.start..columns.end.min(self.columns));
        if rows.is_empty() || columns.is_empty() {
            return;
        }
        let asker = self.askers;
        let side = |edge: Edge| Shared { side: side_of(styles, edge, self.scale), asker };
        let [top, right, bottom, left] = [Edge::Top, Edge::Right, Edge::Bottom, Edge::Left].map(side);
        for column in columns.clone() {
            put(&mut self.across[rows.start * self.columns + column], top);
            put(&mut self.across[rows.end * self.columns + column], bottom);
        }
        for row in rows {
            put(&mut self.down[row * (self.columns + 1) + columns.start], left);
            put(&mut self.down[row * (self.columns + 1) + columns.end], right);
        }
    }

    /// Nothing shows within a cell.
    fn clear_within(&mut self, rows: &Range<usize>, columns: &Range<usize>) {
        for row in rows.start + 1..rows.end {
            for column in columns.clone() {
                self.across[row * self.columns + column] = None;
            }
        }
        for row in rows.clone() {
            for column in columns.start + 1..columns.end {
                self.down[row * (self.columns + 1) + column] = None;
            }
        }
    }
}

impl Shared {
    fn takes_room(&self) -> bool {
        self.side.width > 0.0 && !self.side.style.none_or_hidden()
    }
}

/// Which of two borders goes through where they meet; the greater does.
pub(super) fn compare(one: Option<Shared>, other: Option<Shared>) -> Ordering {
    let (one, other) = match (one, other) {
        (Some(one), Some(other)) => (one, other),
        (one, other) => return one.is_some().cmp(&other.is_some()),
    };
    (one.side.width.total_cmp(&other.side.width))
        .then(rank(one.side.style).cmp(&rank(other.side.style)))
        .then(other.asker.cmp(&one.asker))
}

/// Neighbours of the same group.
fn runs(groups: impl Iterator<Item = Option<NodeId>>) -> Vec<(NodeId, Range<usize>)> {
    let mut runs: Vec<(Option<NodeId>, Range<usize>)> = Vec::new();
    for (index, group) in groups.enumerate() {
        match runs.last_mut() {
            Some((known, range)) if *known == group => range.end = index + 1,
            _ => runs.push((group, index..index + 1)),
        }
    }
    runs.into_iter().filter_map(|(group, range)| Some((group?, range))).collect()
}

/// The border that wins an edge: a hidden one, or else the wider, or else the stronger style, or else the
/// one that asked before (CSS 2.2, §17.6.2.1).
fn put(edge: &mut Option<Shared>, new: Shared) {
    let wins = edge.is_none_or(|known| {
        if known.side.style == BorderStyle::Hidden || new.side.style == BorderStyle::Hidden {
            return known.side.style != BorderStyle::Hidden;
        }
        (known.side.width, rank(known.side.style)) < (new.side.width, rank(new.side.style))
    });
    if wins {
        *edge = Some(new);
    }
}

fn rank(style: BorderStyle) -> u8 {
    match style {
        BorderStyle::Double => 8,
        BorderStyle::Solid => 7,
        BorderStyle::Dashed => 6,
        BorderStyle::Dotted => 5,
        BorderStyle::Ridge => 4,
        BorderStyle::Outset => 3,
        BorderStyle::Groove => 2,
        BorderStyle::Inset => 1,
        BorderStyle::None | BorderStyle::Hidden => 0,
    }
}

fn side_of(styles: &ComputedValues, edge: Edge, scale: f64) -> Side {
    let border = styles.get_border();
    let (style, width, color) = match edge {
        Edge::Top => (border.border_top_style, &border.border_top_width, &border.border_top_color),
        Edge::Right => (border.border_right_style, &border.border_right_width, &border.border_right_color),
        Edge::Bottom => {
            (border.border_bottom_style, &border.border_bottom_width, &border.border_bottom_color)
        }
        Edge::Left => (border.border_left_style, &border.border_left_width, &border.border_left_color),
    };
    let width = if style.none_or_hidden() { 0.0 } else { width.0.to_f64_px() * scale };
    Side { style, color: resolve(color, styles), width }
}
