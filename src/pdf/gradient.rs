//! Gradients.

use kurbo::{Affine, Point, Rect, Shape as _};

use krilla::color::rgb;
use krilla::num::NormalizedF32;
use krilla::paint::{LinearGradient, Paint, RadialGradient, SpreadMethod, Stop, SweepGradient};

use super::shape::transform;
use crate::display::{Color, ColorStop, Gradient, GradientKind};

/// Stops between two of different alpha: PDF mixes colour and alpha apart, CSS mixes them multiplied.
const STEPS: usize = 12;
/// Rounds of a repeating gradient at most.
const MAX_ROUNDS: usize = 200;

/// The gradient where it fills `bounds`; `place` maps the space it is drawn in to device pixels.
pub(super) fn gradient(gradient: &Gradient, bounds: Rect, place: Affine) -> Option<Paint> {
    if place.determinant() == 0.0 || gradient.transform.determinant() == 0.0 {
        return None;
    }
    let to_pixels = gradient.transform;
    let corners = to_pixels.inverse() * bounds.to_path(0.1);
    let points: Vec<Point> = corners.elements().iter().filter_map(kurbo::PathEl::end_point).collect();
    let transform = transform(place.inverse() * to_pixels);
    let spread_method = SpreadMethod::Pad;
    Some(match gradient.kind {
        GradientKind::Linear { start, end } => {
            let along = end - start;
            let length = along.hypot2();
            let (mut from, mut to) = (0.0, 1.0);
            if gradient.repeat && length > 0.0 {
                for point in &points {
                    let at = (*point - start).dot(along) / length;
                    (from, to) = (f64::min(from, at.floor()), f64::max(to, at.ceil()));
                }
            }
            let (stops, (from, to)) = repeated(&gradient.stops, from, to);
            let (a, b) = (start + along * from, start + along * to);
            LinearGradient {
                x1: a.x as f32,
                y1: a.y as f32,
                x2: b.x as f32,
                y2: b.y as f32,
                transform,
                spread_method,
                stops,
                anti_alias: false,
            }
            .into()
        }
        GradientKind::Radial { center, radius } => {
            let mut to = 1.0;
            if gradient.repeat && radius > 0.0 {
                to = points.iter().map(|point| (*point - center).hypot() / radius).fold(to, f64::max).ceil();
            }
            let (stops, (_, to)) = repeated(&gradient.stops, 0.0, to);
            RadialGradient {
                fx: center.x as f32,
                fy: center.y as f32,
                fr: 0.0,
                cx: center.x as f32,
                cy: center.y as f32,
                cr: (radius * to) as f32,
                transform,
                spread_method,
                stops,
                anti_alias: false,
            }
            .into()
        }
        GradientKind::Conic { center, start, end } => {
            let turn = std::f64::consts::TAU;
            let round = end - start;
            let to = if gradient.repeat && round > 0.0 { (turn / round).ceil().max(1.0) } else { 1.0 };
            let (stops, (_, to)) = repeated(&gradient.stops, 0.0, to);
            SweepGradient {
                cx: 0.0,
                cy: 0.0,
                start_angle: 0.0,
                end_angle: (round * to).to_degrees() as f32,
                transform: super::shape::transform(
                    place.inverse() * to_pixels * Affine::translate(center.to_vec2()) * Affine::rotate(start),
                ),
                spread_method,
                stops,
                anti_alias: false,
            }
            .into()
        }
    })
}

/// The stops, once for each whole round between `from` and `to`, and the rounds that there are.
fn repeated(stops: &[ColorStop], from: f64, to: f64) -> (Vec<Stop>, (f64, f64)) {
    let rounds = ((to - from).round() as usize).clamp(1, MAX_ROUNDS);
    let fine = fine(stops);
    let mut out = Vec::with_capacity(fine.len() * rounds);
    for round in 0..rounds {
        out.extend(fine.iter().map(|stop| {
            let offset = (round as f32 + stop.offset) / rounds as f32;
            let [r, g, b, _] = stop.color.0.map(byte);
            Stop {
                offset: NormalizedF32::new(offset.clamp(0.0, 1.0)).unwrap_or(NormalizedF32::ONE),
                color: rgb::Color::new(r, g, b).into(),
                opacity: normalized(stop.color.alpha()),
            }
        }));
    }
    (out, (from, from + rounds as f64))
}

/// The stops from 0 to 1, with more between those of different alpha.
fn fine(stops: &[ColorStop]) -> Vec<ColorStop> {
    let mut out: Vec<ColorStop> = Vec::with_capacity(stops.len() + 2);
    let first = stops.first().filter(|stop| stop.offset > 0.0).map(|stop| ColorStop { offset: 0.0, ..*stop });
    let last = stops.last().filter(|stop| stop.offset < 1.0).map(|stop| ColorStop { offset: 1.0, ..*stop });
    for stop in first.into_iter().chain(stops.iter().copied()).chain(last) {
        if let Some(&last) = out.last()
            && last.color.alpha() != stop.color.alpha()
            && last.offset < stop.offset
        {
            out.extend((1..STEPS).map(|step| between(last, stop, step as f32 / STEPS as f32)));
        }
        out.push(stop);
    }
    out
}

fn between(a: ColorStop, b: ColorStop, part: f32) -> ColorStop {
    let mix = |from: f32, to: f32| from + (to - from) * part;
    let alpha = mix(a.color.alpha(), b.color.alpha());
    let channel = |at: usize| {
        let mixed = mix(a.color.0[at] * a.color.alpha(), b.color.0[at] * b.color.alpha());
        if alpha > 0.0 { mixed / alpha } else { 0.0 }
    };
    ColorStop { offset: mix(a.offset, b.offset), color: Color([channel(0), channel(1), channel(2), alpha]) }
}

pub(super) fn byte(value: f32) -> u8 {
    (value.clamp(0.0, 1.0) * 255.0).round() as u8
}

pub(super) fn normalized(value: f32) -> NormalizedF32 {
    NormalizedF32::new(value.clamp(0.0, 1.0)).unwrap_or(NormalizedF32::ONE)
}
