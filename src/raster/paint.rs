//! Gradients and patterns as pixels.
//!
//! Each pixel is computed from its own coordinates in the frame, never from its neighbour's.

use std::f64::consts::TAU;

use kurbo::{Affine, Point, Rect, Vec2};

use super::area::{Area, Surface};
use super::picture::Image;
use crate::display::{Gradient, GradientKind};

/// A gradient's pixels inside `area`.
pub(super) fn gradient(gradient: &Gradient, area: Area) -> Option<Surface> {
    let inverse = invert(gradient.transform)?;
    let ramp = Ramp::new(gradient)?;
    let mut surface = Surface::new(area);
    let width = area.width() as usize;
    for (row, pixels) in surface.pixels.chunks_exact_mut(width * 4).enumerate() {
        let y = f64::from(area.y0 + row as i32) + 0.5;
        for (column, pixel) in pixels.chunks_exact_mut(4).enumerate() {
            let x = f64::from(area.x0 + column as i32) + 0.5;
            let place = place(&gradient.kind, inverse * Point::new(x, y));
            pixel.copy_from_slice(&ramp.at(place));
        }
    }
    Some(surface)
}

/// Where a point stands along the gradient.
fn place(kind: &GradientKind, point: Point) -> f64 {
    match *kind {
        GradientKind::Linear { start, end } => {
            let line: Vec2 = end - start;
            let length = line.hypot2();
            if length > 0.0 { (point - start).dot(line) / length } else { 1.0 }
        }
        GradientKind::Radial { center, radius } => {
            if radius > 0.0 {
                (point - center).hypot() / radius
            } else {
                1.0
            }
        }
        GradientKind::Conic { center, start, end } => {
            let turn = ((point - center).atan2() - start).rem_euclid(TAU);
            if end > start { turn / (end - start) } else { 1.0 }
        }
    }
}

/// The colours along a gradient, premultiplied and times 255.
struct Ramp {
    stops: Vec<(f64, [f32; 4])>,
    repeat: bool,
}

impl Ramp {
    fn new(gradient: &Gradient) -> Option<Self> {
        let stops: Vec<(f64, [f32; 4])> = gradient
            .stops
            .iter()
            .map(|stop| {
                let [r, g, b, a] = stop.color.0.map(|v| v.clamp(0.0, 1.0));
                (f64::from(stop.offset), [r * a, g * a, b * a, a].map(|v| v * 255.0))
            })
            .collect();
        (!stops.is_empty()).then_some(Self { stops, repeat: gradient.repeat })
    }

    fn at(&self, place: f64) -> [u8; 4] {
        let place = if self.repeat { self.wrap(place) } else { place };
        // The first stop beyond the place; of two at one offset, the later wins.
        let next = self.stops.partition_point(|(offset, _)| *offset <= place);
        let color = if next == 0 {
            self.stops[0].1
        } else if next == self.stops.len() {
            self.stops[next - 1].1
        } else {
            let ((x0, from), (x1, to)) = (self.stops[next - 1], self.stops[next]);
            let part = ((place - x0) / (x1 - x0)) as f32;
            std::array::from_fn(|i| from[i] + (to[i] - from[i]) * part)
        };
        color.map(|v| (v + 0.5) as u8)
    }

    fn wrap(&self, place: f64) -> f64 {
        place - place.floor()
    }
}

/// A pattern's pixels inside `area`: `tile` repeats the image, which shows its own (0, 0) at the
/// tile's origin.
pub(super) fn pattern(image: &Image, tile: Rect, transform: Affine, area: Area) -> Option<Surface> {
    let inverse = invert(transform)?;
    if !(tile.width() > 0.0 && tile.height() > 0.0) {
        return None;
    }
    let [a, b, c, d, e, f] = inverse.as_coeffs();
    let aligned = [a, d] == [1.0, 1.0]
        && [b, c] == [0.0, 0.0]
        && [e, f, tile.x0, tile.y0, tile.width(), tile.height()].iter().all(|v| v.fract() == 0.0);
    let mut surface = Surface::new(area);
    let width = area.width() as usize;
    for (row, pixels) in surface.pixels.chunks_exact_mut(width * 4).enumerate() {
        let y = f64::from(area.y0 + row as i32) + 0.5;
        for (column, pixel) in pixels.chunks_exact_mut(4).enumerate() {
            let x = f64::from(area.x0 + column as i32) + 0.5;
            let point = inverse * Point::new(x, y);
            let (u, v) = (point.x - tile.x0, point.y - tile.y0);
            let at = |u: f64, v: f64| {
                let (u, v) = (u.rem_euclid(tile.width()), v.rem_euclid(tile.height()));
                image.pixel(u as i64, v as i64)
            };
            let color = if aligned { at(u, v) } else { bilinear(u - 0.5, v - 0.5, at) };
            pixel.copy_from_slice(&color);
        }
    }
    Some(surface)
}

fn bilinear(u: f64, v: f64, at: impl Fn(f64, f64) -> [u8; 4]) -> [u8; 4] {
    let (u0, v0) = (u.floor(), v.floor());
    let (fu, fv) = ((u - u0) as f32, (v - v0) as f32);
    let corners = [
        (at(u0 + 0.5, v0 + 0.5), (1.0 - fu) * (1.0 - fv)),
        (at(u0 + 1.5, v0 + 0.5), fu * (1.0 - fv)),
        (at(u0 + 0.5, v0 + 1.5), (1.0 - fu) * fv),
        (at(u0 + 1.5, v0 + 1.5), fu * fv),
    ];
    let mut sums = [0.5_f32; 4];
    for (pixel, weight) in corners {
        for (sum, value) in sums.iter_mut().zip(pixel) {
            *sum += f32::from(value) * weight;
        }
    }
    sums.map(|v| v as u8)
}

/// The inverse, when there is one.
pub(super) fn invert(transform: Affine) -> Option<Affine> {
    let determinant = transform.determinant();
    (determinant.is_finite() && determinant.abs() > 1e-12).then(|| transform.inverse())
}
