//! An element's boxes and their rounded corners, in device pixels from the border box's corner.

use std::sync::Arc;

use blitz_dom::Node;
use kurbo::{Affine, BezPath, Ellipse, Insets, Point, Rect, RoundedRect, RoundedRectRadii, Shape as _, Vec2};
use style::properties::ComputedValues;
use style::values::computed::{BorderCornerRadius, CSSPixelLength};

use crate::display::Shape;

/// Nothing is further away, in device pixels. A round corner in a box without end would be a curve of millions of
/// pieces.
const FAR: f64 = 1e7;

/// What a quarter of an ellipse is drawn with as a cubic Bézier.
const KAPPA: f64 = 0.552_284_749_830_793_4;

#[derive(Debug, Clone)]
pub(super) struct Boxes {
    pub border: Rect,
    pub padding: Rect,
    pub content: Rect,
    /// Of the border box: top left, top right, bottom right, bottom left.
    pub radii: [Vec2; 4],
}

impl Boxes {
    pub(super) fn plain(rect: Rect) -> Self {
        Self { border: rect, padding: rect, content: rect, radii: [Vec2::ZERO; 4] }
    }

    pub(super) fn of(node: &Node, styles: &ComputedValues, scale: f64) -> Self {
        let layout = node.final_layout();
        let (width, height) = (f64::from(layout.size.width), f64::from(layout.size.height));
        let border = Rect::new(0.0, 0.0, width * scale, height * scale);
        let length = |pixels: f32| f64::from(pixels) * scale;
        let (b, p) = (&layout.border, &layout.padding);
        let padding = border - Insets::new(length(b.left), length(b.top), length(b.right), length(b.bottom));
        let content = padding - Insets::new(length(p.left), length(p.top), length(p.right), length(p.bottom));
        Self::with_corners(border, padding, content, styles, scale)
    }

    /// The boxes, with the corners that the style gives them.
    pub(super) fn with_corners(
        border: Rect,
        padding: Rect,
        content: Rect,
        styles: &ComputedValues,
        scale: f64,
    ) -> Self {
        let (width, height) = (border.width() / scale, border.height() / scale);
        let resolve = |radius: &BorderCornerRadius| {
            let x = radius.0.width.0.resolve(CSSPixelLength::new(width as f32)).px();
            let y = radius.0.height.0.resolve(CSSPixelLength::new(height as f32)).px();
            Vec2::new(f64::from(x), f64::from(y)) * scale
        };
        let style = styles.get_border();
        let radii = [
            resolve(&style.border_top_left_radius),
            resolve(&style.border_top_right_radius),
            resolve(&style.border_bottom_right_radius),
            resolve(&style.border_bottom_left_radius),
        ];
        Self { border, padding, content, radii: fitted(border, radii) }
    }

    pub(super) fn border_shape(&self) -> Shape {
        shape(self.border, self.radii)
    }

    pub(super) fn padding_shape(&self) -> Shape {
        shape(self.padding, self.radii_of(self.padding))
    }

    pub(super) fn content_shape(&self) -> Shape {
        shape(self.content, self.radii_of(self.content))
    }

    /// The corners of a box within the border box (or, with a larger one, around it).
    pub(super) fn radii_of(&self, rect: Rect) -> [Vec2; 4] {
        let (left, top) = (rect.x0 - self.border.x0, rect.y0 - self.border.y0);
        let (right, bottom) = (self.border.x1 - rect.x1, self.border.y1 - rect.y1);
        let corner = |radius: Vec2, x: f64, y: f64| {
            // Square corners stay square around the box, too.
            if radius == Vec2::ZERO { radius } else { Vec2::new(beside(radius.x, x), beside(radius.y, y)) }
        };
        let [tl, tr, br, bl] = self.radii;
        [corner(tl, left, top), corner(tr, right, top), corner(br, right, bottom), corner(bl, left, bottom)]
    }
}

/// The radii that a box can have: they shrink together until no two of them overlap, and a corner without
/// width or height is square (CSS Backgrounds 3, §4).
pub(super) fn fitted(rect: Rect, mut radii: [Vec2; 4]) -> [Vec2; 4] {
    for radius in &mut radii {
        if radius.x <= 0.0 || radius.y <= 0.0 {
            *radius = Vec2::ZERO;
        }
    }
    let part = |length: f64, sum: f64| if sum > length && sum > 0.0 { length / sum } else { 1.0 };
    let [tl, tr, br, bl] = radii;
    let factor = part(rect.width(), tl.x + tr.x)
        .min(part(rect.width(), bl.x + br.x))
        .min(part(rect.height(), tl.y + bl.y))
        .min(part(rect.height(), tr.y + br.y));
    radii.map(|radius| radius * factor)
}

/// A radius further in by `inset`, or further out: then a small one grows less than its distance, so that
/// nearly square corners stay nearly square (CSS Backgrounds 4, on the shapes of shadows).
fn beside(radius: f64, inset: f64) -> f64 {
    let outset = -inset;
    if outset > radius {
        radius + outset * (1.0 + (radius / outset - 1.0).powi(3))
    } else {
        (radius - inset).max(0.0)
    }
}

/// A rectangle with elliptical corners.
pub(super) fn shape(rect: Rect, radii: [Vec2; 4]) -> Shape {
    let rect = near(Rect::new(rect.x0, rect.y0, rect.x1.max(rect.x0), rect.y1.max(rect.y0)));
    if radii.iter().all(|radius| radius.x <= 0.0 || radius.y <= 0.0) {
        return Shape::Rect(rect);
    }
    if is_circular(rect, radii) {
        return Shape::Rounded(rounded(rect, radii));
    }
    Shape::Path(Arc::new(elliptical(rect, radii)), false)
}

/// Whether all corners are parts of circles that a rounded rectangle can have: none is wider than half of
/// its shorter side.
pub(super) fn is_circular(rect: Rect, radii: [Vec2; 4]) -> bool {
    let widest = rect.width().min(rect.height()) / 2.0 + 1e-6;
    radii.iter().all(|radius| (radius.x - radius.y).abs() < 1e-6 && radius.x <= widest)
}

/// The nearest rectangle with circular corners.
pub(super) fn rounded(rect: Rect, radii: [Vec2; 4]) -> RoundedRect {
    let [tl, tr, br, bl] = radii.map(|radius| radius.x.min(radius.y).min(FAR));
    RoundedRect::from_rect(near(rect), RoundedRectRadii::new(tl, tr, br, bl))
}

/// The part of a rectangle that is not too far away.
fn near(rect: Rect) -> Rect {
    let [x0, y0, x1, y1] = [rect.x0, rect.y0, rect.x1, rect.y1].map(|v| v.clamp(-FAR, FAR));
    Rect::new(x0, y0, x1, y1)
}

/// An ellipse, as smooth as can be seen.
pub(super) fn ellipse(center: Point, x: f64, y: f64) -> BezPath {
    let (x, y) = (x.clamp(0.0, FAR), y.clamp(0.0, FAR));
    Ellipse::new(center, (x, y), 0.0).to_path((x.max(y) * 1e-5).max(0.01))
}

/// Its outline, from the beginning of the top side on.
pub(super) fn elliptical(rect: Rect, [tl, tr, br, bl]: [Vec2; 4]) -> BezPath {
    let Rect { x0, y0, x1, y1 } = rect;
    let k = 1.0 - KAPPA;
    let mut path = BezPath::new();
    path.move_to((x0 + tl.x, y0));
    path.line_to((x1 - tr.x, y0));
    path.curve_to((x1 - tr.x * k, y0), (x1, y0 + tr.y * k), (x1, y0 + tr.y));
    path.line_to((x1, y1 - br.y));
    path.curve_to((x1, y1 - br.y * k), (x1 - br.x * k, y1), (x1 - br.x, y1));
    path.line_to((x0 + bl.x, y1));
    path.curve_to((x0 + bl.x * k, y1), (x0, y1 - bl.y * k), (x0, y1 - bl.y));
    path.line_to((x0, y0 + tl.y));
    path.curve_to((x0, y0 + tl.y * k), (x0 + tl.x * k, y0), (x0 + tl.x, y0));
    path.close_path();
    path
}

/// A shape carried into the frame.
pub(super) fn place(shape: &Shape, transform: Affine) -> Shape {
    let [a, b, c, d, x, y] = transform.as_coeffs();
    if [a, b, c, d] == [1.0, 0.0, 0.0, 1.0] {
        let offset = Vec2::new(x, y);
        return match shape {
            Shape::Rect(rect) => Shape::Rect(*rect + offset),
            Shape::Rounded(rounded) => {
                Shape::Rounded(RoundedRect::from_rect(rounded.rect() + offset, rounded.radii()))
            }
            Shape::Path(path, even_odd) => Shape::Path(Arc::new(transform * (**path).clone()), *even_odd),
        };
    }
    let even_odd = matches!(shape, Shape::Path(_, true));
    if b == 0.0
        && c == 0.0
        && let Shape::Rect(rect) = shape
    {
        return Shape::Rect(transform.transform_rect_bbox(*rect));
    }
    Shape::Path(Arc::new(transform * shape.to_path()), even_odd)
}

/// The area between two shapes.
pub(super) fn ring(outer: &Shape, inner: &Shape) -> Shape {
    let mut path = outer.to_path();
    path.extend(inner.to_path());
    Shape::Path(Arc::new(path), true)
}

/// A polygon.
pub(super) fn polygon(points: &[Point]) -> BezPath {
    let mut path = BezPath::new();
    for (index, point) in points.iter().enumerate() {
        if index == 0 { path.move_to(*point) } else { path.line_to(*point) }
    }
    path.close_path();
    path
}

/// The bounds of a transformed rectangle are those of its corners.
pub(super) fn bounds(shape: &Shape) -> Rect {
    match shape {
        Shape::Path(path, _) => path.bounding_box(),
        other => other.bounds(),
    }
}
