//! Tables: what rows and columns paint behind cells, and borders that cells share.

use blitz_dom::node::SpecialElementData;
use blitz_dom::{Node, NodeId};
use kurbo::{BezPath, Rect};
use style::computed_values::border_collapse::T as BorderCollapse;
use style::properties::ComputedValues;
use style::values::specified::BorderStyle;

use super::border::Side;
use super::style::{background_color, resolve};
use super::{Element, Painter};
use crate::display::{Color, Paint, Shape};

/// The sides of a box, in the order of CSS.
#[derive(Clone, Copy)]
enum Edge {
    Top,
    Right,
    Bottom,
    Left,
}

/// A cell and the tracks that it covers.
struct Cell {
    node: NodeId,
    rect: Rect,
    rows: (usize, usize),
    columns: (usize, usize),
}

/// The tracks that a cell covers along one axis, and where it starts and ends there.
type Extent = ((usize, usize), (f64, f64));

impl Painter<'_> {
    /// Rows and columns of tables paint their backgrounds behind their cells (CSS 2.2, §17.5.1).
    pub(super) fn table_backgrounds(&mut self, element: &Element<'_>) {
        let Some(SpecialElementData::TableRoot(table)) =
            element.node.element_data().map(|data| &data.special_data)
        else {
            return;
        };
        let color = |id: NodeId| {
            let node = self.document.get_node(id)?;
            let styles = node.primary_styles()?;
            Some(background_color(&styles)).filter(|color| color.alpha() > 0.0)
        };
        let mut fills = Vec::new();
        for cell in &table.cells {
            let Some(node) = self.document.get_node(cell.node_id) else { continue };
            let rect = self.rect_of(node);
            let column = table.columns.get(cell.column as usize);
            let row = table.rows.get(cell.row as usize);
            let colors = [
                column.and_then(|column| column.group).and_then(color),
                column.map(|column| column.node_id).and_then(color),
                row.and_then(|row| row.group).and_then(color),
                row.map(|row| row.node_id).and_then(color),
            ];
            fills.extend(colors.into_iter().flatten().map(|color| (rect, color)));
        }
        for (rect, color) in fills {
            self.fill(element, &Shape::Rect(rect), Paint::Solid(color));
        }
    }

    /// Where a cell lies in its table, in device pixels.
    fn rect_of(&self, node: &Node) -> Rect {
        let layout = node.final_layout();
        let origin = (f64::from(layout.location.x), f64::from(layout.location.y));
        let size = (f64::from(layout.size.width), f64::from(layout.size.height));
        Rect::from_origin_size(origin, size).scale_from_origin(self.scale)
    }

    /// The borders of a table whose cells share them (CSS 2.2, §17.6.2): at each edge, of all that meet
    /// there, the one that stands out most.
    pub(super) fn collapsed_borders(&mut self, element: &Element<'_>) {
        let Some(SpecialElementData::TableRoot(table)) =
            element.node.element_data().map(|data| &data.special_data)
        else {
            return;
        };
        if table.border_collapse != BorderCollapse::Collapse {
            return;
        }
        let mut cells = Vec::new();
        for cell in &table.cells {
            let Some(node) = self.document.get_node(cell.node_id) else { continue };
            let span = |name: &str| {
                let attributes = node.element_data().map(|data| data.attrs()).into_iter().flatten();
                let value = attributes.into_iter().find(|a| &*a.name.local == name);
                value.and_then(|a| a.value.trim().parse::<usize>().ok()).unwrap_or(1).clamp(1, 1000)
            };
            let (row, column) = (usize::from(cell.row), usize::from(cell.column));
            cells.push(Cell {
                node: cell.node_id,
                rect: self.rect_of(node),
                rows: (row, row + span("rowspan")),
                columns: (column, column + span("colspan")),
            });
        }
        let rows = table.rows.len();
        let columns = cells.iter().map(|cell| cell.columns.1).max().unwrap_or(0);
        if rows == 0 || columns == 0 {
            return;
        }
        for cell in &mut cells {
            cell.rows.1 = cell.rows.1.min(rows);
        }
        let at = |row: usize, column: usize| {
            cells.iter().find(|cell| {
                (cell.rows.0..cell.rows.1).contains(&row)
                    && (cell.columns.0..cell.columns.1).contains(&column)
            })
        };
        // Lines between tracks lie in the middle of the gaps that the layout leaves.
        let line = |index: usize, ends: fn(&Cell) -> Extent| {
            let (mut before, mut after) = (None::<f64>, None::<f64>);
            for cell in &cells {
                let ((first, last), (start, end)) = ends(cell);
                if last == index {
                    before = Some(before.map_or(end, |v| v.max(end)));
                }
                if first == index {
                    after = Some(after.map_or(start, |v| v.min(start)));
                }
            }
            (before, after)
        };
        let gap = [
            element.boxes.padding.x0 - element.boxes.border.x0,
            element.boxes.padding.y0 - element.boxes.border.y0,
        ];
        let lines = |count: usize, ends, gap: f64| -> Vec<Option<f64>> {
            (0..=count)
                .map(|index| match line(index, ends) {
                    (Some(before), Some(after)) => Some((before + after) / 2.0),
                    (Some(before), None) => Some(before + gap / 2.0),
                    (None, Some(after)) => Some(after - gap / 2.0),
                    (None, None) => None,
                })
                .collect()
        };
        let xs = lines(columns, |cell| (cell.columns, (cell.rect.x0, cell.rect.x1)), gap[0]);
        let ys = lines(rows, |cell| (cell.rows, (cell.rect.y0, cell.rect.y1)), gap[1]);

        let style = |id: NodeId, edge: Edge| {
            let node = self.document.get_node(id)?;
            Some(side_of(&*node.primary_styles()?, edge, self.scale))
        };
        let row_edge = |row: Option<usize>, edge: Edge| {
            row.and_then(|row| table.rows.get(row)).and_then(|row| style(row.node_id, edge))
        };
        // A group has a border where its rows begin and end.
        let group_edge = |row: Option<usize>, beside: Option<usize>, edge: Edge| {
            let group = |row: Option<usize>| row.and_then(|row| table.rows.get(row)).and_then(|r| r.group);
            group(row).filter(|id| group(beside) != Some(*id)).and_then(|id| style(id, edge))
        };
        let column_edge = |column: Option<usize>, edge: Edge| {
            column.and_then(|column| table.columns.get(column)).and_then(|column| style(column.node_id, edge))
        };
        let own = |edge: Edge| Some(side_of(&element.style, edge, self.scale));

        let mut drawn: Vec<(Rect, bool, Side)> = Vec::new();
        for (index, &y) in ys.iter().enumerate() {
            let (above, below) = (index.checked_sub(1), (index < rows).then_some(index));
            for column in 0..columns {
                let cell = |row: Option<usize>| row.and_then(|row| at(row, column));
                let (upper, lower) = (cell(above), cell(below));
                if upper.is_some() && upper.map(|c| c.node) == lower.map(|c| c.node) {
                    continue;
                }
                let side = strongest([
                    upper.and_then(|cell| style(cell.node, Edge::Bottom)),
                    lower.and_then(|cell| style(cell.node, Edge::Top)),
                    row_edge(above, Edge::Bottom),
                    row_edge(below, Edge::Top),
                    group_edge(above, below, Edge::Bottom),
                    group_edge(below, above, Edge::Top),
                    if index == 0 { own(Edge::Top) } else { None },
                    if index == rows { own(Edge::Bottom) } else { None },
                ]);
                if let (Some(side), Some(x0), Some(x1), Some(y)) = (side, xs[column], xs[column + 1], y) {
                    push(&mut drawn, Rect::new(x0, y, x1, y), true, side);
                }
            }
        }
        for (index, &x) in xs.iter().enumerate() {
            let (left, right) = (index.checked_sub(1), (index < columns).then_some(index));
            for row in 0..rows {
                let cell = |column: Option<usize>| column.and_then(|column| at(row, column));
                let (first, second) = (cell(left), cell(right));
                if first.is_some() && first.map(|c| c.node) == second.map(|c| c.node) {
                    continue;
                }
                let side = strongest([
                    first.and_then(|cell| style(cell.node, Edge::Right)),
                    second.and_then(|cell| style(cell.node, Edge::Left)),
                    if index == 0 { row_edge(Some(row), Edge::Left) } else { None },
                    if index == columns { row_edge(Some(row), Edge::Right) } else { None },
                    column_edge(left, Edge::Right),
                    column_edge(right, Edge::Left),
                    if index == 0 { own(Edge::Left) } else { None },
                    if index == columns { own(Edge::Right) } else { None },
                ]);
                if let (Some(side), Some(y0), Some(y1), Some(x)) = (side, ys[row], ys[row + 1], x) {
                    push(&mut drawn, Rect::new(x, y0, x, y1), false, side);
                }
            }
        }
        // Where lines cross, the wider one goes through.
        drawn.sort_by(|a, b| a.2.width.total_cmp(&b.2.width));
        let widest = |x: f64, y: f64, across: bool| {
            drawn
                .iter()
                .filter(|(line, along, _)| {
                    *along != across && line.inflate(0.01, 0.01).contains(kurbo::Point::new(x, y))
                })
                .map(|(.., side)| side.width)
                .fold(0.0, f64::max)
        };
        let ends: Vec<(f64, f64)> = drawn
            .iter()
            .map(|(line, along, _)| {
                (widest(line.x0, line.y0, *along) / 2.0, widest(line.x1, line.y1, *along) / 2.0)
            })
            .collect();
        for ((line, along, side), (start, end)) in drawn.into_iter().zip(ends) {
            self.shared_edge(element, line, along, side, (start, end));
        }
    }

    /// One line of a table, along x or y, reaching a little further at its ends.
    fn shared_edge(
        &mut self,
        element: &Element<'_>,
        line: Rect,
        along_x: bool,
        side: Side,
        (start, end): (f64, f64),
    ) {
        // An odd width has its smaller half first, as in browsers.
        let (before, after) = ((side.width / 2.0).floor(), side.width - (side.width / 2.0).floor());
        let band = if along_x {
            Rect::new(line.x0 - start, line.y0 - before, line.x1 + end, line.y0 + after)
        } else {
            Rect::new(line.x0 - before, line.y0 - start, line.x0 + after, line.y1 + end)
        };
        let part = |from: f64, to: f64| {
            let at = |low: f64, high: f64, part: f64| low + (high - low) * part;
            if along_x {
                Rect::new(band.x0, at(band.y0, band.y1, from), band.x1, at(band.y0, band.y1, to))
            } else {
                Rect::new(at(band.x0, band.x1, from), band.y0, at(band.x0, band.x1, to), band.y1)
            }
        };
        let mut fill = |rect: Rect, color: Color| self.fill(element, &Shape::Rect(rect), Paint::Solid(color));
        let (lit, shaded) = super::border::relief(side.color);
        match side.style {
            BorderStyle::Double if side.width >= 3.0 => {
                fill(part(0.0, 1.0 / 3.0), side.color);
                fill(part(2.0 / 3.0, 1.0), side.color);
            }
            BorderStyle::Ridge | BorderStyle::Inset => {
                fill(part(0.0, 0.5), lit);
                fill(part(0.5, 1.0), shaded);
            }
            BorderStyle::Groove | BorderStyle::Outset => {
                fill(part(0.0, 0.5), shaded);
                fill(part(0.5, 1.0), lit);
            }
            BorderStyle::Dashed | BorderStyle::Dotted => {
                let middle = band.center();
                let mut path = BezPath::new();
                if along_x {
                    path.move_to((band.x0, middle.y));
                    path.line_to((band.x1, middle.y));
                } else {
                    path.move_to((middle.x, band.y0));
                    path.line_to((middle.x, band.y1));
                }
                self.dashed(&path, false, side.style, side.width, side.color, element.transform);
            }
            _ => fill(band, side.color),
        }
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

/// The border that wins (CSS 2.2, §17.6.2.1); of equal ones, the first.
fn strongest<const N: usize>(sides: [Option<Side>; N]) -> Option<Side> {
    let rank = |style: BorderStyle| match style {
        BorderStyle::Double => 8,
        BorderStyle::Solid => 7,
        BorderStyle::Dashed => 6,
        BorderStyle::Dotted => 5,
        BorderStyle::Ridge => 4,
        BorderStyle::Outset => 3,
        BorderStyle::Groove => 2,
        BorderStyle::Inset => 1,
        _ => 0,
    };
    if sides.iter().flatten().any(|side| side.style == BorderStyle::Hidden) {
        return None;
    }
    let mut best: Option<Side> = None;
    for side in sides.into_iter().flatten() {
        let weaker = |best: &Side| (best.width, rank(best.style)) < (side.width, rank(side.style));
        if best.as_ref().is_none_or(weaker) {
            best = Some(side);
        }
    }
    best.filter(Side::shows)
}

/// Adds a stretch of a line to the one before, when it goes on.
fn push(drawn: &mut Vec<(Rect, bool, Side)>, line: Rect, along_x: bool, side: Side) {
    if let Some((last, known, same)) = drawn.last_mut()
        && (*known, *same) == (along_x, side)
    {
        if along_x && last.y0 == line.y0 && last.x1 == line.x0 {
            last.x1 = line.x1;
            return;
        }
        if !along_x && last.x0 == line.x0 && last.y1 == line.y0 {
            last.y1 = line.y1;
            return;
        }
    }
    drawn.push((line, along_x, side));
}
