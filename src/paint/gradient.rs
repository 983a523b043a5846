//! CSS gradients (CSS Images 4) with their stops resolved into 0..1 and their geometry moved to match.

use std::sync::Arc;

use kurbo::{Affine, Point, Rect, Vec2};
use style::color::AbsoluteColor;
use style::color::mix::{ColorInterpolationMethod, ColorMixItem, mix_many};
use style::values::computed::{
    Angle, AngleOrPercentage, Gradient as CssGradient, LengthPercentage, LineDirection,
};
use style::values::generics::color::ColorMixFlags;
use style::values::generics::image::{
    EndingShape, GenericCircle, GenericEllipse, GenericEndingShape, GenericGradient, GenericGradientItem,
    GradientFlags, ShapeExtent,
};
use style::values::specified::position::{HorizontalPositionKeyword, VerticalPositionKeyword};

use super::effects::resolve_length;
use super::style::color;
use crate::display::{Color, ColorStop, Gradient, GradientKind, Paint};

/// Stops that stand for one span of a colour space that is not sRGB.
const SAMPLES: usize = 64;

/// The paint of a gradient over `area`, in the coordinates that `transform` maps to the frame.
pub(super) fn paint(
    gradient: &CssGradient,
    area: Rect,
    scale: f64,
    current: &AbsoluteColor,
    transform: Affine,
) -> Option<Paint> {
    let (kind, stops, repeat, own) = match gradient {
        GenericGradient::Linear { direction, items, flags, color_interpolation_method, .. } => {
            let (start, end) = line(direction, area);
            let length = start.distance(end);
            let stops = resolve(items, current, color_interpolation_method, |at: &LengthPercentage| {
                if length > 0.0 { resolve_length(at, length, scale) / length } else { 0.0 }
            });
            let repeat = flags.contains(GradientFlags::REPEATING);
            let (stops, first, last) = normalise(stops)?;
            let at = |part: f64| start + (end - start) * part;
            (GradientKind::Linear { start: at(first), end: at(last) }, stops, repeat, Affine::IDENTITY)
        }
        GenericGradient::Radial { shape, position, items, flags, color_interpolation_method, .. } => {
            let center = Point::new(
                area.x0 + resolve_length(&position.horizontal, area.width(), scale),
                area.y0 + resolve_length(&position.vertical, area.height(), scale),
            );
            let radii = radii(shape, center, area, scale);
            let radii = Vec2::new(radii.x.max(1e-3), radii.y.max(1e-3));
            let stops = resolve(items, current, color_interpolation_method, |at: &LengthPercentage| {
                resolve_length(at, radii.x, scale) / radii.x
            });
            let repeat = flags.contains(GradientFlags::REPEATING);
            let (stops, radius) = from_center(stops, repeat)?;
            let own = Affine::translate(center.to_vec2()) * Affine::scale_non_uniform(radii.x, radii.y);
            // The circle is kept at a size of its own, so that the transform does not shrink it to a unit.
            (GradientKind::Radial { center: Point::ZERO, radius }, stops, repeat, own)
        }
        GenericGradient::Conic { angle, position, items, flags, color_interpolation_method, .. } => {
            let center = Point::new(
                area.x0 + resolve_length(&position.horizontal, area.width(), scale),
                area.y0 + resolve_length(&position.vertical, area.height(), scale),
            );
            let stops =
                resolve(items, current, color_interpolation_method, |at: &AngleOrPercentage| match at {
                    AngleOrPercentage::Angle(angle) => f64::from(angle.radians()) / std::f64::consts::TAU,
                    AngleOrPercentage::Percentage(part) => f64::from(part.0),
                });
            let repeat = flags.contains(GradientFlags::REPEATING);
            let (stops, first, last) = if repeat { normalise(stops)? } else { (clamp(stops)?, 0.0, 1.0) };
            let turn = std::f64::consts::TAU;
            let kind = GradientKind::Conic { center: Point::ZERO, start: first * turn, end: last * turn };
            let own = Affine::translate(center.to_vec2()) * Affine::rotate(from_top(angle));
            (kind, stops, repeat, own)
        }
    };
    if let [only] = &stops[..] {
        return Some(Paint::Solid(only.color));
    }
    if stops.iter().all(|stop| stop.color == stops[0].color) {
        return Some(Paint::Solid(stops[0].color));
    }
    Some(Paint::Gradient(Arc::new(Gradient { kind, stops, repeat, transform: transform * own })))
}

/// CSS counts from the top; the display list from the positive x axis.
fn from_top(angle: &Angle) -> f64 {
    f64::from(angle.radians()) - std::f64::consts::FRAC_PI_2
}

fn line(direction: &LineDirection, area: Rect) -> (Point, Point) {
    let center = area.center();
    let angle = match direction {
        LineDirection::Angle(angle) => f64::from(angle.radians()),
        LineDirection::Horizontal(HorizontalPositionKeyword::Right) => std::f64::consts::FRAC_PI_2,
        LineDirection::Horizontal(HorizontalPositionKeyword::Left) => -std::f64::consts::FRAC_PI_2,
        LineDirection::Vertical(VerticalPositionKeyword::Top) => 0.0,
        LineDirection::Vertical(VerticalPositionKeyword::Bottom) => std::f64::consts::PI,
        LineDirection::Corner(horizontal, vertical) => {
            // The line is such that the other two corners get the colour of the middle.
            let x = if *horizontal == HorizontalPositionKeyword::Right { 1.0 } else { -1.0 };
            let y = if *vertical == VerticalPositionKeyword::Bottom { 1.0 } else { -1.0 };
            (x * area.height()).atan2(-y * area.width())
        }
    };
    let (sin, cos) = angle.sin_cos();
    let half = (area.width() * sin.abs() + area.height() * cos.abs()) / 2.0;
    let along = Vec2::new(sin, -cos) * half;
    (center - along, center + along)
}

type Shape = EndingShape<
    style::values::generics::NonNegative<style::values::computed::CSSPixelLength>,
    style::values::generics::NonNegative<LengthPercentage>,
>;

fn radii(shape: &Shape, center: Point, area: Rect, scale: f64) -> Vec2 {
    let (left, right) = ((center.x - area.x0).abs(), (area.x1 - center.x).abs());
    let (top, bottom) = ((center.y - area.y0).abs(), (area.y1 - center.y).abs());
    let (near, far) =
        (Vec2::new(left.min(right), top.min(bottom)), Vec2::new(left.max(right), top.max(bottom)));
    match shape {
        GenericEndingShape::Circle(circle) => {
            let radius = match circle {
                GenericCircle::Radius(radius) => f64::from(radius.0.px()) * scale,
                GenericCircle::Extent(ShapeExtent::ClosestSide | ShapeExtent::Contain) => near.x.min(near.y),
                GenericCircle::Extent(ShapeExtent::FarthestSide) => far.x.max(far.y),
                GenericCircle::Extent(ShapeExtent::ClosestCorner) => near.hypot(),
                GenericCircle::Extent(ShapeExtent::FarthestCorner | ShapeExtent::Cover) => far.hypot(),
            };
            Vec2::new(radius, radius)
        }
        GenericEndingShape::Ellipse(ellipse) => match ellipse {
            GenericEllipse::Radii(x, y) => Vec2::new(
                resolve_length(&x.0, area.width(), scale),
                resolve_length(&y.0, area.height(), scale),
            ),
            GenericEllipse::Extent(ShapeExtent::ClosestSide | ShapeExtent::Contain) => near,
            GenericEllipse::Extent(ShapeExtent::FarthestSide) => far,
            // Through the corner, with the proportions of the sides.
            GenericEllipse::Extent(ShapeExtent::ClosestCorner) => near * 2.0_f64.sqrt(),
            GenericEllipse::Extent(ShapeExtent::FarthestCorner | ShapeExtent::Cover) => far * 2.0_f64.sqrt(),
        },
    }
}

/// A stop whose place may be outside of 0..1.
#[derive(Clone, Copy)]
struct Stop {
    at: f64,
    color: Color,
}

/// Stops with all places resolved (CSS Images 4, §3.5.3), hints and colour spaces sampled.
fn resolve<T>(
    items: &[GenericGradientItem<style::values::computed::Color, T>],
    current: &AbsoluteColor,
    method: &ColorInterpolationMethod,
    place: impl Fn(&T) -> f64,
) -> Vec<Stop> {
    /// A stop (with a colour) or a hint (without one) whose place may still be open.
    struct Open {
        at: Option<f64>,
        color: Option<AbsoluteColor>,
    }
    let mut open: Vec<Open> = items
        .iter()
        .map(|item| match item {
            GenericGradientItem::SimpleColorStop(color) => {
                Open { at: None, color: Some(color.resolve_to_absolute(current)) }
            }
            GenericGradientItem::ComplexColorStop { color, position } => {
                Open { at: Some(place(position)), color: Some(color.resolve_to_absolute(current)) }
            }
            GenericGradientItem::InterpolationHint(position) => {
                Open { at: Some(place(position)), color: None }
            }
        })
        .collect();
    let Some(last) = open.len().checked_sub(1) else { return Vec::new() };
    open[0].at.get_or_insert(0.0);
    open[last].at.get_or_insert(1.0);
    let mut floor = f64::MIN;
    for stop in &mut open {
        if let Some(at) = &mut stop.at {
            *at = at.max(floor);
            floor = *at;
        }
    }
    let mut index = 0;
    while index < open.len() {
        if open[index].at.is_some() {
            index += 1;
            continue;
        }
        let from = index - 1;
        let to = (index..open.len()).find(|&i| open[i].at.is_some()).unwrap_or(last);
        let (low, high) = (open[from].at.unwrap_or(0.0), open[to].at.unwrap_or(1.0));
        for (step, stop) in open[index..to].iter_mut().enumerate() {
            stop.at = Some(low + (high - low) * (step + 1) as f64 / (to - from) as f64);
        }
        index = to;
    }
    let plain = matches!(method.space, style::color::ColorSpace::Srgb);
    let mut stops: Vec<Stop> = Vec::with_capacity(open.len());
    let mut previous: Option<(f64, AbsoluteColor)> = None;
    let mut hint = None;
    for stop in &open {
        let at = stop.at.unwrap_or(0.0);
        let Some(own) = stop.color else {
            hint = Some(at);
            continue;
        };
        if let Some((from, left)) = previous
            && at > from
            && (hint.is_some() || !plain)
        {
            let middle = hint.map_or(0.5, |hint: f64| ((hint - from) / (at - from)).clamp(1e-4, 1.0 - 1e-4));
            let parts: Vec<f64> = if plain {
                around_hint(middle).into()
            } else {
                (1..SAMPLES).map(|sample| sample as f64 / SAMPLES as f64).collect()
            };
            for part in parts {
                let weight = part.powf(0.5_f64.ln() / middle.ln()) as f32;
                let items = [ColorMixItem::new(left, 1.0 - weight), ColorMixItem::new(own, weight)];
                let mixed = mix_many(*method, items, ColorMixFlags::empty());
                stops.push(Stop { at: from + (at - from) * part, color: color(&mixed) });
            }
        }
        stops.push(Stop { at, color: color(&own) });
        previous = Some((at, own));
        hint = None;
    }
    stops
}

/// The places of the stops that stand for a hint's curve, as Chromium has them: more of them on the longer side.
fn around_hint(hint: f64) -> [f64; 9] {
    let rest = 1.0 - hint;
    std::array::from_fn(|index| {
        let step = index as f64;
        match index {
            0..7 if hint > rest => hint * (7.0 + step) / 13.0,
            _ if hint > rest => hint + rest * (step - 6.0) / 3.0,
            0..2 => hint * (step + 1.0) / 3.0,
            _ => hint + rest * (step - 2.0) / 13.0,
        }
    })
}

/// Stops moved into 0..1, and where the first and the last of them were.
fn normalise(stops: Vec<Stop>) -> Option<(Vec<ColorStop>, f64, f64)> {
    let (first, last) = (stops.first()?.at, stops.last()?.at);
    let length = last - first;
    if length <= 1e-9 {
        // All in one place: a hard edge between the first colour and the last.
        let (a, b) = (stops.first()?.color, stops.last()?.color);
        let stops = vec![stop(0.0, a), stop(0.5, a), stop(0.5, b), stop(1.0, b)];
        return Some((stops, first - 0.5, first + 0.5));
    }
    Some((stops.iter().map(|s| stop((s.at - first) / length, s.color)).collect(), first, last))
}

/// Stops cut at 0 and 1.
fn clamp(stops: Vec<Stop>) -> Option<Vec<ColorStop>> {
    let at = |part: f64| color_at(&stops, part);
    let mut out = vec![stop(0.0, at(0.0)?)];
    out.extend(stops.iter().filter(|s| (0.0..=1.0).contains(&s.at)).map(|s| stop(s.at, s.color)));
    out.push(stop(1.0, at(1.0)?));
    Some(out)
}

/// Stops of a radial gradient, which starts at its centre: the stops in 0..1 and the radius of 1.
fn from_center(stops: Vec<Stop>, repeat: bool) -> Option<(Vec<ColorStop>, f64)> {
    let last = stops.last()?.at;
    if repeat {
        let first = stops.first()?.at;
        let period = last - first;
        if period <= 1e-9 {
            return Some((vec![stop(0.0, stops.last()?.color)], 1.0));
        }
        if first.abs() < 1e-9 {
            return Some((stops.iter().map(|s| stop(s.at / period, s.color)).collect(), period));
        }
        // The period starts at the centre, somewhere among the stops: those before it come after the others.
        let phase = (-first).rem_euclid(period);
        let relative = |s: &Stop| s.at - first;
        let after = stops.iter().filter(|s| relative(s) >= phase);
        let before = stops.iter().filter(|s| relative(s) < phase);
        let edge = color_at(&stops, first + phase)?;
        let mut all = vec![stop(0.0, edge)];
        all.extend(after.map(|s| stop((relative(s) - phase) / period, s.color)));
        all.extend(before.map(|s| stop((relative(s) - phase) / period + 1.0, s.color)));
        all.push(stop(1.0, edge));
        return Some((all, period));
    }
    if last <= 1e-9 {
        return Some((vec![stop(0.0, stops.last()?.color)], 1.0));
    }
    let mut out = Vec::with_capacity(stops.len() + 1);
    if stops[0].at > 0.0 {
        out.push(stop(0.0, stops[0].color));
    } else if stops[0].at < 0.0 {
        out.push(stop(0.0, color_at(&stops, 0.0)?));
    }
    out.extend(stops.iter().filter(|s| s.at >= 0.0).map(|s| stop(s.at / last, s.color)));
    Some((out, last))
}

fn stop(at: f64, color: Color) -> ColorStop {
    ColorStop { offset: at.clamp(0.0, 1.0) as f32, color }
}

/// The colour at a place, interpolated in premultiplied sRGB.
fn color_at(stops: &[Stop], at: f64) -> Option<Color> {
    let after = stops.iter().position(|stop| stop.at > at);
    match after {
        Some(0) => Some(stops[0].color),
        None => stops.last().map(|stop| stop.color),
        Some(index) => {
            let (a, b) = (&stops[index - 1], &stops[index]);
            let part = ((at - a.at) / (b.at - a.at)) as f32;
            let alpha = a.color.0[3] + (b.color.0[3] - a.color.0[3]) * part;
            let channel = |i: usize| {
                let (x, y) = (a.color.0[i] * a.color.0[3], b.color.0[i] * b.color.0[3]);
                if alpha > 0.0 { (x + (y - x) * part) / alpha } else { 0.0 }
            };
            Some(Color([channel(0), channel(1), channel(2), alpha]))
        }
    }
}
