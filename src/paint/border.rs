//! Borders and outlines.

use std::sync::Arc;

use kurbo::{BezPath, Cap, Point, Rect, Stroke, Vec2};
use style::values::computed::OutlineStyle;
use style::values::specified::BorderStyle;

use super::boxes::{place, polygon, ring, shape};
use super::style::resolve;
use super::{Element, Painter};
use crate::display::{Color, Layer, Paint, Shape};

/// One side of a border.
#[derive(Clone, Copy, PartialEq)]
struct Side {
    style: BorderStyle,
    color: Color,
    width: f64,
}

impl Side {
    fn shows(&self) -> bool {
        self.width > 0.0
            && self.color.alpha() > 0.0
            && !matches!(self.style, BorderStyle::None | BorderStyle::Hidden)
    }
}

impl Painter<'_> {
    pub(super) fn border(&mut self, element: &Element<'_>) {
        let border = element.style.get_border();
        let (outer, inner) = (element.boxes.border, element.boxes.padding);
        let side = |style, color, width: f64| Side { style, color: resolve(color, &element.style), width };
        let sides = [
            side(border.border_top_style, &border.border_top_color, inner.y0 - outer.y0),
            side(border.border_right_style, &border.border_right_color, outer.x1 - inner.x1),
            side(border.border_bottom_style, &border.border_bottom_color, outer.y1 - inner.y1),
            side(border.border_left_style, &border.border_left_color, inner.x0 - outer.x0),
        ];
        if sides.iter().all(|side| !side.shows()) {
            return;
        }
        let solid = |side: &Side| side.style == BorderStyle::Solid && side.color == sides[0].color;
        if sides.iter().all(|side| side.width <= 0.0 || solid(side)) && sides[0].style == BorderStyle::Solid {
            let area = ring(&element.boxes.border_shape(), &element.boxes.padding_shape());
            self.fill(element, &area, Paint::Solid(sides[0].color));
            return;
        }
        let same = sides.iter().all(|side| *side == sides[0]);
        for (index, side) in sides.iter().enumerate().filter(|(_, side)| side.shows()) {
            if same && index > 0 && matches!(side.style, BorderStyle::Double) {
                break;
            }
            let whole = same && matches!(side.style, BorderStyle::Double);
            if !whole {
                let clip = Shape::Path(Arc::new(wedge(index, outer, inner)), false);
                self.recorder.push(Layer { clip: Some(place(&clip, element.transform)), ..Layer::default() });
            }
            self.side(element, index, *side);
            if !whole {
                self.recorder.pop();
            }
        }
    }

    /// Paints a border all around as this side asks; the caller cuts it to the side.
    fn side(&mut self, element: &Element<'_>, index: usize, side: Side) {
        let boxes = &element.boxes;
        let between = |from: f64, to: f64| {
            let at = |part: f64| {
                let (o, i) = (boxes.border, boxes.padding);
                let rect = Rect::new(
                    o.x0 + (i.x0 - o.x0) * part,
                    o.y0 + (i.y0 - o.y0) * part,
                    o.x1 + (i.x1 - o.x1) * part,
                    o.y1 + (i.y1 - o.y1) * part,
                );
                shape(rect, boxes.radii_of(rect))
            };
            ring(&at(from), &at(to))
        };
        let dark =
            Color([side.color.0[0] * 0.6, side.color.0[1] * 0.6, side.color.0[2] * 0.6, side.color.0[3]]);
        let top_left = index == 0 || index == 3;
        let (first, second) = if top_left { (dark, side.color) } else { (side.color, dark) };
        match side.style {
            BorderStyle::Double if side.width >= 3.0 => {
                self.fill(element, &between(0.0, 1.0 / 3.0), Paint::Solid(side.color));
                self.fill(element, &between(2.0 / 3.0, 1.0), Paint::Solid(side.color));
            }
            BorderStyle::Groove | BorderStyle::Ridge => {
                let (outer, inner) =
                    if side.style == BorderStyle::Groove { (first, second) } else { (second, first) };
                self.fill(element, &between(0.0, 0.5), Paint::Solid(outer));
                self.fill(element, &between(0.5, 1.0), Paint::Solid(inner));
            }
            BorderStyle::Inset => self.fill(element, &between(0.0, 1.0), Paint::Solid(first)),
            BorderStyle::Outset => self.fill(element, &between(0.0, 1.0), Paint::Solid(second)),
            BorderStyle::Dashed | BorderStyle::Dotted => self.dashes(element, index, side),
            _ => self.fill(element, &between(0.0, 1.0), Paint::Solid(side.color)),
        }
    }

    /// Dashes along the middle of one side, evenly spread.
    fn dashes(&mut self, element: &Element<'_>, index: usize, side: Side) {
        let half = side.width / 2.0;
        let Rect { x0, y0, x1, y1 } = element.boxes.border;
        let [tl, tr, br, bl] = element.boxes.radii;
        let (from, to) = match index {
            0 => (Point::new(x0 + tl.x, y0 + half), Point::new(x1 - tr.x, y0 + half)),
            1 => (Point::new(x1 - half, y0 + tr.y), Point::new(x1 - half, y1 - br.y)),
            2 => (Point::new(x0 + bl.x, y1 - half), Point::new(x1 - br.x, y1 - half)),
            _ => (Point::new(x0 + half, y0 + tl.y), Point::new(x0 + half, y1 - bl.y)),
        };
        let length = from.distance(to);
        if length <= 0.0 {
            return;
        }
        let dotted = side.style == BorderStyle::Dotted;
        let dash = side.width
            * if dotted {
                1.0
            } else if side.width >= 3.0 {
                2.0
            } else {
                3.0
            };
        // A dash at both ends: n dashes and n - 1 gaps.
        let gap_wish = if dotted { side.width } else { dash / if side.width >= 3.0 { 2.0 } else { 1.5 } };
        let count = ((length + gap_wish) / (dash + gap_wish)).round().max(1.0);
        let gap = if count > 1.0 { (length - count * dash) / (count - 1.0) } else { 0.0 };
        let direction = (to - from) / length;
        let mut path = BezPath::new();
        let (stroke, inset) = if dotted {
            (Stroke::new(side.width).with_caps(Cap::Round).with_dashes(0.0, [0.0, dash + gap.max(0.0)]), half)
        } else {
            (Stroke::new(side.width).with_caps(Cap::Butt).with_dashes(0.0, [dash, gap.max(0.01)]), 0.0)
        };
        path.move_to(from + direction * inset);
        path.line_to(to - direction * (inset - 0.01));
        let path = Arc::new(element.transform * path);
        self.recorder.stroke(path, stroke, Paint::Solid(side.color));
    }

    /// The outline lies around the border and takes no room.
    pub(super) fn outline(&mut self, element: &Element<'_>) {
        let outline = element.style.get_outline();
        let width = outline.outline_width.0.to_f64_px() * self.scale;
        let style = match outline.outline_style {
            OutlineStyle::Auto => BorderStyle::Solid,
            OutlineStyle::BorderStyle(style) => style,
        };
        let color = resolve(&outline.outline_color, &element.style);
        let side = Side { style, color, width };
        if !side.shows() {
            return;
        }
        let offset = outline.outline_offset.to_f64_px() * self.scale;
        let inner = element.boxes.border.inflate(offset, offset);
        let outer = inner.inflate(width, width);
        if inner.width() < 0.0 || inner.height() < 0.0 {
            return;
        }
        let mut around = element.boxes.clone();
        around.radii = element.boxes.radii_of(outer);
        around.border = outer;
        around.padding = inner;
        let framed = Element {
            pieces: None,
            node: element.node,
            style: element.style.clone(),
            boxes: around,
            transform: element.transform,
        };
        match style {
            BorderStyle::Solid => {
                let area = ring(&framed.boxes.border_shape(), &framed.boxes.padding_shape());
                self.fill(&framed, &area, Paint::Solid(color));
            }
            BorderStyle::Double => self.side(&framed, 0, side),
            _ => {
                for index in 0..4 {
                    let clip = Shape::Path(Arc::new(wedge(index, outer, inner)), false);
                    self.recorder
                        .push(Layer { clip: Some(place(&clip, framed.transform)), ..Layer::default() });
                    self.side(&framed, index, side);
                    self.recorder.pop();
                }
            }
        }
    }
}

/// The part of the frame between two boxes that belongs to a side: cut along the corners' diagonals,
/// and reaching inwards as far as a round corner can.
fn wedge(index: usize, outer: Rect, inner: Rect) -> BezPath {
    let corners = |rect: Rect| {
        [
            Point::new(rect.x0, rect.y0),
            Point::new(rect.x1, rect.y0),
            Point::new(rect.x1, rect.y1),
            Point::new(rect.x0, rect.y1),
        ]
    };
    let (out, ins) = (corners(outer), corners(inner));
    let (a, b) = (index, (index + 1) % 4);
    let center = inner.center();
    // Along the diagonal through both corners, on to the middle line of the inner box.
    let reach = |corner: usize| {
        let direction: Vec2 = ins[corner] - out[corner];
        let target = match index {
            0 | 2 => {
                (center.y - out[corner].y) / if direction.y == 0.0 { f64::INFINITY } else { direction.y }
            }
            _ => (center.x - out[corner].x) / if direction.x == 0.0 { f64::INFINITY } else { direction.x },
        };
        out[corner] + direction * target.clamp(1.0, 1e4)
    };
    polygon(&[out[a], out[b], reach(b), reach(a)])
}
