//! Borders and outlines.

use std::ops::Range;
use std::sync::Arc;

use kurbo::{
    Affine, BezPath, Cap, ParamCurve as _, ParamCurveArclen as _, PathSeg, Point, Rect, Shape as _, Stroke,
    Vec2,
};
use style::computed_values::border_collapse::T as BorderCollapse;
use style::properties::ComputedValues;
use style::values::computed::{Color as ComputedColor, OutlineStyle};
use style::values::specified::BorderStyle;
use style::values::specified::box_::{DisplayInside, DisplayOutside};

use super::boxes::{ellipse, elliptical, fitted, place, polygon, ring, shape};
use super::decoration::best_gap;
use super::style::resolve;
use super::{Element, Painter};
use crate::display::{Color, Layer, Paint, Shape};

/// A border has at most this many dots; with more dashes, it is solid.
const MAX_MARKS: usize = 20_000;

/// How thick the ring of `outline: auto` is in CSS pixels, whatever its width, and how round its corners are
/// around a box that has none: as in Chromium.
const RING: f64 = 2.0;
const RING_CORNER: f64 = 3.5;

/// What a relief is of whose colour is that of the text.
const RELIEF: Color = Color([238.0 / 255.0, 238.0 / 255.0, 238.0 / 255.0, 1.0]);

/// One side of a border.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Side {
    pub style: BorderStyle,
    pub color: Color,
    pub width: f64,
}

impl Side {
    pub fn shows(&self) -> bool {
        self.width > 0.0
            && self.color.alpha() > 0.0
            && !matches!(self.style, BorderStyle::None | BorderStyle::Hidden)
    }
}

impl Painter<'_> {
    pub(super) fn border(&mut self, element: &Element<'_>) {
        if shares_border(element) {
            return;
        }
        let border = element.style.get_border();
        let (outer, inner) = (element.boxes.border, element.boxes.padding);
        let is_table = is_of_table(&element.style);
        let side = |style, color: &ComputedColor, width: f64| {
            // The text's own colour is no colour of a relief, but in tables.
            let is_grey = !is_table && color.as_absolute().is_none() && is_relief(style);
            let color = if is_grey { RELIEF } else { resolve(color, &element.style) };
            Side { style, color, width }
        };
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
        let dashed = matches!(sides[0].style, BorderStyle::Dashed | BorderStyle::Dotted);
        let round = element.boxes.radii.iter().any(|radius| *radius != Vec2::ZERO);
        if same && dashed && (round || sides[0].color.alpha() >= 1.0) {
            for index in 0..if round { 1 } else { 4 } {
                self.dashes(element, index, sides[0]);
            }
            return;
        }
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
        let (lit, shaded) = relief(side.color);
        let top_left = index == 0 || index == 3;
        let (first, second) = if top_left { (shaded, lit) } else { (lit, shaded) };
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

    /// Dashes or dots along the middle of one side, evenly spread; around corners that are round, along the
    /// middle of the whole border.
    fn dashes(&mut self, element: &Element<'_>, index: usize, side: Side) {
        let half = side.width / 2.0;
        let Rect { x0, y0, x1, y1 } = element.boxes.border;
        let round = element.boxes.radii.iter().any(|radius| *radius != Vec2::ZERO);
        let mut path = BezPath::new();
        if round {
            // As in Chromium, the first dash begins where the top side does.
            let middle = element.boxes.border.inflate(-half, -half);
            path = elliptical(middle, element.boxes.radii_of(middle));
        } else {
            let (from, to) = match index {
                0 => (Point::new(x0, y0 + half), Point::new(x1, y0 + half)),
                1 => (Point::new(x1 - half, y0), Point::new(x1 - half, y1)),
                2 => (Point::new(x0, y1 - half), Point::new(x1, y1 - half)),
                _ => (Point::new(x0 + half, y0), Point::new(x0 + half, y1)),
            };
            path.move_to(from);
            path.line_to(to);
        }
        self.dashed(&path, round, side.style, side.width, side.color, element.transform);
    }

    /// A dashed or dotted line: dashes of two widths (thin ones of three), and round dots from 3 pixels on.
    pub(super) fn dashed(
        &mut self,
        path: &BezPath,
        closed: bool,
        style: BorderStyle,
        width: f64,
        color: Color,
        transform: Affine,
    ) {
        let length = if closed {
            path.segments().map(|segment| measured(&segment, 0.0..1.0)).sum()
        } else {
            path.perimeter(0.1)
        };
        let dotted = style == BorderStyle::Dotted;
        let (dash, gap) = match dotted {
            true => (width, width),
            false if width >= 3.0 => (2.0 * width, width),
            false => (3.0 * width, 2.0 * width),
        };
        if !(length > 0.0 && length.is_finite() && width > 0.0) {
            return;
        }
        let gap = best_gap(length, dash, gap, closed);
        if dotted && width > 3.0 {
            let mut dots = BezPath::new();
            let count = (length / (dash + gap) + 1e-6).floor() as usize + usize::from(!closed);
            let first = if closed { 0.0 } else { width / 2.0 };
            for point in along(path, first, dash + gap, count.clamp(1, MAX_MARKS)) {
                dots.extend(ellipse(point, width / 2.0, width / 2.0));
            }
            self.recorder.fill(place(&Shape::Path(Arc::new(dots), false), transform), Paint::Solid(color));
            return;
        }
        let factor = transform.determinant().abs().sqrt();
        let mut stroke = Stroke::new(width * factor).with_caps(Cap::Butt);
        let countable = gap > 0.0 && length < (dash + gap) * MAX_MARKS as f64;
        if closed && countable {
            let path = transform * pieces(path, dash, dash + gap);
            return self.recorder.stroke(Arc::new(path), stroke, Paint::Solid(color));
        }
        if countable {
            stroke = stroke.with_dashes(0.0, [dash * factor, gap * factor]);
        }
        self.recorder.stroke(Arc::new(transform * path.clone()), stroke, Paint::Solid(color));
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
        let is_ring = outline.outline_style == OutlineStyle::Auto;
        let width = if is_ring { RING * self.scale } else { width };
        let mut offset = outline.outline_offset.to_f64_px() * self.scale;
        if is_ring {
            // Its middle is where others begin.
            offset -= width / 2.0;
        }
        let inner = element.boxes.border.inflate(offset, offset);
        let outer = inner.inflate(width, width);
        if inner.width() < 0.0 || inner.height() < 0.0 {
            return;
        }
        let mut around = element.boxes.clone();
        around.radii = element.boxes.radii_of(outer);
        if is_ring && element.boxes.radii.iter().all(|radius| *radius == Vec2::ZERO) {
            let radius = RING_CORNER * self.scale;
            around.radii = fitted(outer, [Vec2::new(radius, radius); 4]);
        }
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
            BorderStyle::Dashed | BorderStyle::Dotted => {
                let round = framed.boxes.radii.iter().any(|radius| *radius != Vec2::ZERO);
                for index in 0..if round { 1 } else { 4 } {
                    self.dashes(&framed, index, side);
                }
            }
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

/// A table and its cells may have borders that they share.
fn shares_border(element: &Element<'_>) -> bool {
    element.style.clone_border_collapse() == BorderCollapse::Collapse
        && matches!(element.style.clone_display().inside(), DisplayInside::Table | DisplayInside::TableCell)
}

/// Points along a path, the first one at `first`, `step` apart.
fn along(path: &BezPath, first: f64, step: f64, count: usize) -> Vec<Point> {
    let mut points = Vec::with_capacity(count);
    let (mut at, mut next) = (0.0, first);
    for segment in path.segments() {
        let length = segment.arclen(1e-3);
        // The sides between round corners may have none.
        if length <= 0.0 {
            continue;
        }
        while next <= at + length + 1e-6 && points.len() < count {
            let part = segment.inv_arclen((next - at).clamp(0.0, length), 1e-3);
            points.push(segment.eval(part));
            next += step;
        }
        at += length;
    }
    points
}

/// The length of a part of a segment as Skia has it, which dashes are spread by: that of the chords that come
/// within half a pixel of it.
fn measured(segment: &PathSeg, part: Range<f64>) -> f64 {
    let middle = (part.start + part.end) / 2.0;
    let (from, to) = (segment.eval(part.start), segment.eval(part.end));
    let off = segment.eval(middle) - from.midpoint(to);
    if off.x.abs().max(off.y.abs()) > 0.5 && part.end - part.start > 1e-3 {
        measured(segment, part.start..middle) + measured(segment, middle..part.end)
    } else {
        from.distance(to)
    }
}

/// The parts of a path that lie under dashes, the first of which begins where it does.
fn pieces(path: &BezPath, dash: f64, step: f64) -> BezPath {
    let mut out = BezPath::new();
    let mut at = 0.0;
    for segment in path.segments() {
        let (length, true_length) = (measured(&segment, 0.0..1.0), segment.arclen(1e-3));
        if length <= 0.0 {
            continue;
        }
        let place = |far: f64| match (far - at) / length {
            part if part <= 0.0 => 0.0,
            part if part >= 1.0 => 1.0,
            part => segment.inv_arclen(part * true_length, 1e-3),
        };
        let mut index = (at / step).floor();
        while index * step < at + length - 1e-6 {
            let (from, to) = (index * step, index * step + dash);
            index += 1.0;
            if to <= at + 1e-6 {
                continue;
            }
            let piece = segment.subsegment(place(from)..place(to));
            // A dash goes on around a corner.
            if from >= at || out.elements().is_empty() {
                out.move_to(piece.start());
            }
            out.push(piece.as_path_el());
        }
        at += length;
    }
    out
}

fn is_relief(style: BorderStyle) -> bool {
    matches!(style, BorderStyle::Inset | BorderStyle::Outset | BorderStyle::Groove | BorderStyle::Ridge)
}

fn is_of_table(styles: &ComputedValues) -> bool {
    let display = styles.clone_display();
    display.outside() == DisplayOutside::TableCaption
        || matches!(
            display.inside(),
            DisplayInside::Table
                | DisplayInside::TableRowGroup
                | DisplayInside::TableHeaderGroup
                | DisplayInside::TableFooterGroup
                | DisplayInside::TableRow
                | DisplayInside::TableCell
        )
}

/// The lit and the shaded side of a border that looks raised, as in Chromium: one of them is a third of the
/// full brightness lighter or darker, or both are, if the colour is as dark as #202020 or as light as #ececec.
pub(super) fn relief(color: Color) -> (Color, Color) {
    const STEP: f32 = 0.33;
    let [r, g, b, alpha] = color.0;
    let brightest = r.max(g).max(b);
    let scaled = |to: f32| {
        if brightest <= 0.0 {
            return Color([to, to, to, alpha]);
        }
        let factor = to.clamp(0.0, 1.0) / brightest;
        Color([r * factor, g * factor, b * factor, alpha])
    };
    let grey = |level: u8| luminance(Color([f32::from(level) / 255.0; 4]));
    match luminance(color) {
        dark if dark <= grey(0x20) => (scaled(brightest + 2.0 * STEP), scaled(brightest + STEP)),
        light if light >= grey(0xec) => (color, scaled(brightest - STEP)),
        _ => (scaled(brightest + STEP), scaled(brightest - STEP)),
    }
}

/// The relative luminance of a colour (WCAG 2).
fn luminance(Color([r, g, b, _]): Color) -> f32 {
    let linear = |value: f32| {
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
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
    // Where the diagonals of both corners meet, the side ends.
    let (first, second): (Vec2, Vec2) = (ins[a] - out[a], ins[b] - out[b]);
    let cross = first.cross(second);
    let meet = |from: Vec2, other: Vec2, way: Vec2| {
        if cross.abs() < 1e-9 {
            return f64::INFINITY;
        }
        let at = way.cross(other) / from.cross(other);
        if at > 0.0 { at } else { f64::INFINITY }
    };
    let limits = [meet(first, second, out[b] - out[a]), meet(second, first, out[a] - out[b])];
    // Along the diagonal through both corners, on to the middle line of the inner box.
    let reach = |corner: usize| {
        let direction: Vec2 = ins[corner] - out[corner];
        let limit = limits[usize::from(corner == b)];
        let target = match index {
            0 | 2 => {
                (center.y - out[corner].y) / if direction.y == 0.0 { f64::INFINITY } else { direction.y }
            }
            _ => (center.x - out[corner].x) / if direction.x == 0.0 { f64::INFINITY } else { direction.x },
        };
        out[corner] + direction * target.clamp(1.0, 1e4).min(limit)
    };
    polygon(&[out[a], out[b], reach(b), reach(a)])
}
