//! Geometry: from kurbo's `f64` to krilla's `f32`.

use kurbo::{Affine, BezPath, PathEl};

use krilla::geom::{Path, PathBuilder, Rect, Transform};
use krilla::paint::FillRule;

use crate::display::Shape;

pub(super) fn transform(affine: Affine) -> Transform {
    let [a, b, c, d, e, f] = affine.as_coeffs().map(|v| v as f32);
    Transform::from_row(a, b, c, d, e, f)
}

/// `None` when it holds nothing.
pub(super) fn rect(rect: kurbo::Rect) -> Option<Rect> {
    let [x0, y0, x1, y1] = [rect.x0, rect.y0, rect.x1, rect.y1].map(|v| v as f32);
    Rect::from_ltrb(x0, y0, x1, y1)
}

/// `None` for a path without an area or with numbers that are none.
pub(super) fn path(path: &BezPath) -> Option<Path> {
    let mut builder = PathBuilder::new();
    for element in path.elements() {
        match *element {
            PathEl::MoveTo(p) => builder.move_to(p.x as f32, p.y as f32),
            PathEl::LineTo(p) => builder.line_to(p.x as f32, p.y as f32),
            PathEl::QuadTo(p, q) => builder.quad_to(p.x as f32, p.y as f32, q.x as f32, q.y as f32),
            PathEl::CurveTo(p, q, r) => {
                builder.cubic_to(p.x as f32, p.y as f32, q.x as f32, q.y as f32, r.x as f32, r.y as f32)
            }
            PathEl::ClosePath => builder.close(),
        }
    }
    builder.finish()
}

pub(super) fn shape(shape: &Shape) -> Option<(Path, FillRule)> {
    let even_odd = matches!(shape, Shape::Path(_, true));
    let rule = if even_odd { FillRule::EvenOdd } else { FillRule::NonZero };
    Some((path(&shape.to_path())?, rule))
}
