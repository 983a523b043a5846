//! Gradients and patterns as pixels.
//!
//! Each pixel is computed from its own coordinates in the frame, never from its neighbour's.

use std::f64::consts::TAU;

use kurbo::{Affine, Point, Rect};

use super::area::{Area, Surface};
use super::picture::Image;
use crate::display::{Gradient, GradientKind};

/// A gradient's pixels inside `area`.
pub(super) fn gradient(gradient: &Gradient, area: Area) -> Option<Surface> {
    let inverse = invert(gradient.transform)?;
    let ramp = Ramp::new(gradient)?;
    let mut surface = Surface::new(area);
    match gradient.kind {
        GradientKind::Linear { start, end } => {
            let line = end - start;
            let length = line.hypot2();
            if length > 0.0 {
                // The place along the line is itself a linear function of x and y.
                let [a, b, c, d, e, f] = inverse.as_coeffs();
                let (u, v) = (line.x / length, line.y / length);
                let (across, down) = (a * u + b * v, c * u + d * v);
                let offset = (e - start.x) * u + (f - start.y) * v;
                ramp.fill(&mut surface, |x, y| x * across + (y * down + offset));
            } else {
                ramp.fill(&mut surface, |_, _| 1.0);
            }
        }
        GradientKind::Radial { center, radius } => {
            let scale = if radius > 0.0 { 1.0 / radius } else { f64::INFINITY };
            ramp.fill(&mut surface, |x, y| (inverse * Point::new(x, y) - center).hypot2().sqrt() * scale);
        }
        GradientKind::Conic { center, start, end } => {
            let scale = if end > start { 1.0 / (end - start) } else { f64::INFINITY };
            ramp.fill(&mut surface, |x, y| {
                ((inverse * Point::new(x, y) - center).atan2() - start).rem_euclid(TAU) * scale
            });
        }
    }
    Some(surface)
}

/// A place further along a gradient than any that is drawn, within the range of f32.
const FAR: f64 = 1e30;

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

    /// Colours every pixel by the place of its centre along the gradient.
    fn fill(&self, surface: &mut Surface, place: impl Fn(f64, f64) -> f64) {
        let area = surface.area;
        let width = area.width().max(1) as usize;
        let mut piece = self.piece(0.0);
        for (row, pixels) in surface.pixels.chunks_exact_mut(width * 4).enumerate() {
            let y = f64::from(area.y0 + row as i32) + 0.5;
            for (column, pixel) in pixels.chunks_exact_mut(4).enumerate() {
                let x = f64::from(area.x0 + column as i32) + 0.5;
                let mut place = place(x, y);
                if self.repeat {
                    place -= place.floor();
                }
                // The neighbour's piece holds nearly always, and finding it anew gives the same.
                if !(piece.start <= place && place < piece.end) {
                    piece = self.piece(place);
                }
                let part = (place - piece.start).min(piece.end - piece.start) as f32;
                for ((value, from), slope) in pixel.iter_mut().zip(piece.from).zip(piece.slope) {
                    *value = (from + slope * part) as u8;
                }
            }
        }
    }

    /// The stretch between two stops (or beyond the last) that holds the place. Of two stops at one
    /// offset, the later wins.
    fn piece(&self, place: f64) -> Piece {
        let next = self.stops.partition_point(|(offset, _)| *offset <= place);
        let flat = |start: f64, end: f64, color: [f32; 4]| Piece {
            start,
            end,
            from: color.map(|v| v + 0.5),
            slope: [0.0; 4],
        };
        if next == 0 {
            let (offset, color) = self.stops[0];
            flat(-FAR, offset, color)
        } else if next == self.stops.len() {
            let (offset, color) = self.stops[next - 1];
            flat(offset, FAR, color)
        } else {
            let ((start, from), (end, to)) = (self.stops[next - 1], self.stops[next]);
            let length = (end - start) as f32;
            let slope = std::array::from_fn(|i| (to[i] - from[i]) / length);
            Piece { start, end, from: from.map(|v| v + 0.5), slope }
        }
    }
}

/// A stretch of a gradient: colours are `from + slope * (place - start)`; halves are added already.
struct Piece {
    start: f64,
    end: f64,
    from: [f32; 4],
    slope: [f32; 4],
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
