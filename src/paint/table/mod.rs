//! Tables: what rows and columns paint behind cells, and borders that cells share.

mod collapse;
mod grid;

use std::cmp::Ordering;
use std::sync::Arc;

use blitz_dom::node::SpecialElementData;
use blitz_dom::{Node, NodeId};
use kurbo::{BezPath, Rect, Shape as _};
use style::computed_values::border_collapse::T as BorderCollapse;
use style::computed_values::caption_side::T as CaptionSide;
use style::computed_values::empty_cells::T as EmptyCells;
use style::properties::ComputedValues;
use style::values::computed::Image;
use style::values::specified::BorderStyle;
use style::values::specified::box_::{DisplayInside, DisplayOutside};

use super::border::Side;
use super::boxes::{Boxes, place};
use super::style::{background_color, has_background};
use super::{Element, Painter};
use crate::display::{Color, Layer, Paint, Shape};

pub(crate) use collapse::SharedBorders;
use collapse::{Shared, compare};
pub(crate) use grid::{Cell, Grid};

impl Painter<'_> {
    /// The boxes of a table, whose captions lie above and below it (CSS 2.2, §17.4).
    pub(super) fn without_captions(&self, table: &Node, style: &ComputedValues, boxes: Boxes) -> Boxes {
        if !table.flags.is_table_root() {
            return boxes;
        }
        let (mut above, mut below) = (0.0, 0.0);
        for caption in table.children.iter().filter_map(|&id| self.document.get_node(id)) {
            let Some(style) = caption.primary_styles().filter(|style| is_caption(style)) else { continue };
            let layout = caption.final_layout();
            let height = f64::from(layout.size.height + layout.margin.top + layout.margin.bottom);
            let side = if style.clone_caption_side() == CaptionSide::Top { &mut above } else { &mut below };
            *side += height * self.scale;
        }
        if above == 0.0 && below == 0.0 {
            return boxes;
        }
        let cut = |rect: Rect| Rect::new(rect.x0, rect.y0 + above, rect.x1, rect.y1 - below);
        let [border, padding, content] = [boxes.border, boxes.padding, boxes.content].map(cut);
        Boxes::with_corners(border, padding, content, style, self.scale)
    }

    /// Rows and columns of tables paint their backgrounds behind their cells (CSS 2.2, §17.5.1): groups of
    /// columns, columns, groups of rows, rows.
    pub(super) fn table_backgrounds(&mut self, element: &Element<'_>) {
        let Some(SpecialElementData::TableRoot(table)) =
            element.node.element_data().map(|data| &data.special_data)
        else {
            return;
        };
        let mut parts: [Vec<(NodeId, Vec<Rect>)>; 4] = Default::default();
        for cell in &table.cells {
            let Some(node) = self.document.get_node(cell.node_id) else { continue };
            let rect = self.rect_of(node);
            let column = table.columns.get(cell.column as usize);
            let row = table.rows.get(cell.row as usize);
            let around = [
                column.and_then(|column| column.group),
                column.map(|column| column.node_id),
                row.and_then(|row| row.group),
                row.map(|row| row.node_id),
            ];
            for (parts, id) in parts.iter_mut().zip(around) {
                let Some(id) = id else { continue };
                match parts.iter_mut().find(|(known, _)| *known == id) {
                    Some((_, cells)) => cells.push(rect),
                    None => parts.push((id, vec![rect])),
                }
            }
        }
        for (id, cells) in parts.into_iter().flatten() {
            self.background_of(id, &cells, element);
        }
    }

    /// The background of a row, a column or a group of them, seen behind its cells.
    fn background_of(&mut self, id: NodeId, cells: &[Rect], table: &Element<'_>) {
        let Some(node) = self.document.get_node(id) else { return };
        let Some(style) = node.primary_styles().map(|styles| (*styles).clone()) else { return };
        if !has_background(&style) {
            return;
        }
        if style.get_background().background_image.0.iter().all(|image| matches!(image, Image::None)) {
            let color = Paint::Solid(background_color(&style));
            return cells.iter().for_each(|cell| self.fill(table, &Shape::Rect(*cell), color.clone()));
        }
        let Some(area) = cells.iter().copied().reduce(|all, cell| all.union(cell)) else { return };
        let mut path = BezPath::new();
        cells.iter().for_each(|cell| path.extend(cell.to_path(0.1)));
        let cut = place(&Shape::Path(Arc::new(path), false), table.transform);
        self.recorder.push(Layer { clip: Some(cut), ..Layer::default() });
        let part =
            Element { node, style, boxes: Boxes::plain(area), transform: table.transform, pieces: None };
        self.background(&part, None);
        self.recorder.pop();
    }

    /// Whether a cell without content shows no box (`empty-cells: hide`).
    pub(super) fn is_hidden_cell(&self, element: &Element<'_>) -> bool {
        let style = &element.style;
        style.clone_display().inside() == DisplayInside::TableCell
            && style.clone_empty_cells() == EmptyCells::Hide
            && style.clone_border_collapse() == BorderCollapse::Separate
            && element.node.children.iter().filter_map(|&id| self.document.get_node(id)).all(|child| {
                child.is_collapsible_whitespace_node()
                    || !child.is_text_node()
                        && child.primary_styles().is_none_or(|s| s.clone_display().is_none())
            })
    }

    /// Where a cell lies in its table, in device pixels.
    fn rect_of(&self, node: &Node) -> Rect {
        let layout = node.final_layout();
        let origin = (f64::from(layout.location.x), f64::from(layout.location.y));
        let size = (f64::from(layout.size.width), f64::from(layout.size.height));
        Rect::from_origin_size(origin, size).scale_from_origin(self.scale)
    }

    /// The borders that cells share. Each edge reaches through the joints at its ends where it goes
    /// through, and ends before them where another does.
    pub(super) fn collapsed_borders(&mut self, element: &Element<'_>) {
        if element.style.clone_border_collapse() != BorderCollapse::Collapse {
            return;
        }
        let Some(grid) = Grid::of(self.document, element.node) else { return };
        let borders = SharedBorders::of(self.document, element.node, &grid, self.scale);
        let (xs, ys) = self.lines_between(&grid);
        // The stronger one along each axis where two lines cross, and which of them goes through.
        let joint = |row: usize, column: usize| {
            let before = column.checked_sub(1).and_then(|column| borders.across(row, column));
            let above = row.checked_sub(1).and_then(|row| borders.down(row, column));
            Joint::of([before, borders.across(row, column), above, borders.down(row, column)])
        };
        let mut edges = Vec::new();
        for (row, &y) in ys.iter().enumerate() {
            for column in 0..grid.columns {
                let Some(shared) = borders.across(row, column) else { continue };
                let (Some(x0), Some(x1), Some(y)) = (xs[column], xs[column + 1], y) else { continue };
                let (start, end) = (joint(row, column), joint(row, column + 1));
                let x0 = x0 - start.reach(Arm::After);
                let x1 = x1 + end.reach(Arm::Before);
                edges.push((Rect::new(x0, y, x1, y), true, shared.side));
            }
        }
        for row in 0..grid.rows {
            for (column, &x) in xs.iter().enumerate() {
                let Some(shared) = borders.down(row, column) else { continue };
                let (Some(y0), Some(y1), Some(x)) = (ys[row], ys[row + 1], x) else { continue };
                let (start, end) = (joint(row, column), joint(row + 1, column));
                let y0 = y0 - start.reach(Arm::Below);
                let y1 = y1 + end.reach(Arm::Above);
                edges.push((Rect::new(x, y0, x, y1), false, shared.side));
            }
        }
        for (line, along_x, side) in edges {
            self.shared_edge(element, line, along_x, side);
        }
    }

    /// Where the lines between columns and between rows lie, in device pixels.
    fn lines_between(&self, grid: &Grid) -> (Vec<Option<f64>>, Vec<Option<f64>>) {
        let mut xs = vec![None; grid.columns + 1];
        let mut ys = vec![None; grid.rows + 1];
        for cell in &grid.cells {
            let Some(node) = self.document.get_node(cell.node) else { continue };
            let layout = node.unrounded_layout();
            let at = |v: f32| Some(f64::from(v) * self.scale);
            xs[cell.columns.start] = at(layout.location.x);
            ys[cell.rows.start] = at(layout.location.y);
            xs[cell.columns.end] = xs[cell.columns.end].or(at(layout.location.x + layout.size.width));
            ys[cell.rows.end] = ys[cell.rows.end].or(at(layout.location.y + layout.size.height));
        }
        (xs, ys)
    }

    /// One edge along x or y.
    fn shared_edge(&mut self, element: &Element<'_>, line: Rect, along_x: bool, side: Side) {
        // As in browsers, on whole pixels.
        let half = side.width / 2.0;
        let reach = if along_x { (0.0, half) } else { (half, 0.0) };
        let exact = line.inflate(reach.0, reach.1);
        let snap = |v: f64| (v + 0.5).floor();
        let band = Rect::new(snap(exact.x0), snap(exact.y0), snap(exact.x1), snap(exact.y1));
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
                let third = (side.width / 3.0).ceil() / side.width;
                fill(part(0.0, third), side.color);
                fill(part(1.0 - third, 1.0), side.color);
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

/// Whether a child of a table is its caption.
pub(crate) fn is_caption(style: &ComputedValues) -> bool {
    style.clone_display().outside() == DisplayOutside::TableCaption
        && !style.clone_position().is_absolutely_positioned()
}

/// What meets where lines cross.
struct Joint {
    /// Before, after, above, below.
    arms: [Option<Shared>; 4],
    /// The widths of the lines along x and along y.
    widths: [f64; 2],
    /// Which of the two lines goes through; neither, when they are equal.
    through: Ordering,
}

#[derive(Clone, Copy)]
enum Arm {
    Before,
    After,
    Above,
    Below,
}

impl Joint {
    fn of(arms: [Option<Shared>; 4]) -> Self {
        let stronger = |one: Option<Shared>, other: Option<Shared>| {
            if compare(one, other) == Ordering::Greater { one } else { other }
        };
        let [before, after, above, below] = arms;
        let (across, down) = (stronger(before, after), stronger(above, below));
        let width = |shared: Option<Shared>| shared.map_or(0.0, |shared| shared.side.width);
        Self { arms, widths: [width(across), width(down)], through: compare(across, down) }
    }

    /// How far an arm reaches beyond the joint's middle; less than nothing, where it ends before the joint.
    fn reach(&self, arm: Arm) -> f64 {
        let [before, after, above, below] = self.arms;
        let (own, opposite, loses, room) = match arm {
            Arm::Before => (before, after, Ordering::Less, self.widths[1]),
            Arm::After => (after, before, Ordering::Less, self.widths[1]),
            Arm::Above => (above, below, Ordering::Greater, self.widths[0]),
            Arm::Below => (below, above, Ordering::Greater, self.widths[0]),
        };
        let wins = self.through != loses && compare(opposite, own) != Ordering::Greater;
        if wins { room / 2.0 } else { -room / 2.0 }
    }
}
