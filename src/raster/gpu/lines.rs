//! Curves to straight lines, as the CPU's rasteriser makes them of curves.
//!
//! Both rasterisers tell exactly how much of a pixel lies between lines, but may leave a curve by a
//! quarter of a pixel, each in its own way. Given the same lines, they agree.

use kurbo::{Affine, BezPath, PathEl, Point, Stroke, Vec2};
use vello_common::fearless_simd::Level;
use vello_common::flatten::{self, FlattenCtx, Line};
use vello_common::geometry::RectU16;

/// How far lines may lie from their curve, in pixels.
const TOLERANCE: f64 = 0.25;

/// How far a curve may reach from its beginning for the CPU rasteriser's flattener, in pixels. It takes
/// what is farther out to be out of sight, and is the less exact the larger its coordinates are.
const REACH: u16 = 2048;

/// The CPU rasteriser's flattener, with its buffers.
struct Flattener {
    lines: Vec<Line>,
    context: FlattenCtx,
    level: Level,
}

impl Default for Flattener {
    fn default() -> Self {
        let level = Level::try_detect().unwrap_or(Level::baseline());
        Self { lines: Vec::new(), context: FlattenCtx::default(), level }
    }
}

/// Appends the path, moved by `transform`, as closed polygons.
pub(super) fn fill(path: impl IntoIterator<Item = PathEl>, transform: Affine, out: &mut BezPath) {
    let mut flattener = Flattener::default();
    let (mut start, mut last) = (None, Point::ZERO);
    for element in path {
        match transform * element {
            PathEl::MoveTo(to) => {
                out.move_to(to);
                (start, last) = (Some(to), to);
            }
            // Without a beginning there is no path.
            _ if start.is_none() => return,
            PathEl::LineTo(to) => {
                out.line_to(to);
                last = to;
            }
            PathEl::QuadTo(by, to) => {
                curve(last, PathEl::QuadTo(by, to), &mut flattener, out);
                last = to;
            }
            PathEl::CurveTo(by, by2, to) => {
                curve(last, PathEl::CurveTo(by, by2, to), &mut flattener, out);
                last = to;
            }
            PathEl::ClosePath => {
                out.close_path();
                last = start.unwrap_or(last);
            }
        }
    }
}

/// Appends the points of a curve, its first one left out.
fn curve(from: Point, element: PathEl, flattener: &mut Flattener, out: &mut BezPath) {
    let points = match element {
        PathEl::QuadTo(by, to) => [by, to, to],
        PathEl::CurveTo(by, by2, to) => [by, by2, to],
        _ => return,
    };
    let near = |point: Point| (point - from).hypot() < f64::from(REACH);
    if !points.into_iter().all(near) {
        kurbo::flatten([PathEl::MoveTo(from), element], TOLERANCE, |element| {
            if !matches!(element, PathEl::MoveTo(_)) {
                out.push(element);
            }
        });
        return;
    }
    let corner = from.to_vec2() - Vec2::new(f64::from(REACH), f64::from(REACH));
    let place = Affine::translate(-corner);
    let everything = RectU16::new(0, 0, 2 * REACH, 2 * REACH);
    let Flattener { lines, context, level } = flattener;
    flatten::fill(*level, [PathEl::MoveTo(from), element], place, lines, context, everything);
    let to = points[2];
    // It closes every path; the last line is not of the curve.
    let inner = lines.len().saturating_sub(if from == to { 1 } else { 2 });
    for line in &lines[..inner] {
        out.line_to(Point::new(line.p1.x.into(), line.p1.y.into()) + corner);
    }
    out.line_to(to);
}

/// Appends the outline of the stroked path.
pub(super) fn stroke(
    path: impl IntoIterator<Item = PathEl>,
    style: &Stroke,
    transform: Affine,
    out: &mut BezPath,
) {
    let [a, _, _, d, ..] = transform.as_coeffs();
    let tolerance = TOLERANCE / a.abs().max(d.abs()).max(1.0);
    let outline = kurbo::stroke(path, style, &kurbo::StrokeOpts::default(), tolerance);
    fill(outline, transform, out);
}
