//! Gradients: axial and radial shadings; conic ones as meshes of thin wedges, which PDF has in their place.

use std::fmt::Write as _;

use kurbo::{Affine, Point, Rect, Shape as _, Vec2};

use super::content::{Content, Kind, list, matrix, rectangle};
use super::document::Document;
use super::file::Id;
use crate::display::{Color, ColorStop, Gradient, GradientKind};

/// Stops between two of different alpha: PDF mixes colour and alpha apart, CSS mixes them multiplied.
const STEPS: usize = 12;
/// Rounds of a repeating gradient at most.
const MAX_ROUNDS: usize = 200;
/// The angle of a wedge at most.
const WEDGE: f64 = std::f64::consts::TAU / 180.0;

/// A gradient as PDF has it: a pattern of its colours, and a soft mask where they are not opaque.
pub(super) struct Shaded {
    pub pattern: Id,
    /// Entries of a graphics state.
    pub mask: Option<String>,
}

/// What a pattern shows: its colours, or its alpha as a grey.
#[derive(Clone, Copy, PartialEq)]
enum Channel {
    Color,
    Alpha,
}

impl Channel {
    fn space(self) -> &'static str {
        if self == Self::Color { "/DeviceRGB" } else { "/DeviceGray" }
    }

    fn of(self, color: Color) -> Vec<f64> {
        let [r, g, b, a] = color.0.map(|value| f64::from(value.clamp(0.0, 1.0)));
        if self == Self::Color { vec![r, g, b] } else { vec![a] }
    }
}

/// The gradient where it fills `bounds` (device pixels); `base` is the content's.
pub(super) fn shaded(gradient: &Gradient, bounds: Rect, base: Affine, document: &mut Document) -> Shaded {
    let shading = Shading::new(gradient, bounds);
    let pattern = shading.pattern(Channel::Color, base, document);
    let opaque = gradient.stops.iter().all(|stop| stop.color.alpha() >= 1.0);
    Shaded { pattern, mask: (!opaque).then(|| mask(gradient, bounds, document)) }
}

/// The gradient's alpha as a soft mask: an entry of a graphics state.
pub(super) fn mask(gradient: &Gradient, bounds: Rect, document: &mut Document) -> String {
    let mut content = Content::new(Affine::IDENTITY);
    let alpha = Shading::new(gradient, bounds).pattern(Channel::Alpha, Affine::IDENTITY, document);
    content.word("/Pattern cs");
    content.name(Kind::Pattern, alpha);
    content.word("scn");
    content.rect(bounds);
    content.word("f");
    let entries = format!(
        "/Subtype/Form/BBox{}/Resources{}/Group<</S/Transparency/CS/DeviceGray/I true>>",
        rectangle(bounds),
        document.resources(&content)
    );
    let form = document.shared_stream(&entries, &content.bytes);
    format!("/SMask<</S/Luminosity/G {form} 0 R>>")
}

/// A gradient with its rounds laid out.
struct Shading {
    kind: GradientKind,
    stops: Vec<ColorStop>,
    transform: Affine,
    /// The farthest corner of what is filled, from a conic gradient's centre.
    reach: f64,
}

impl Shading {
    fn new(gradient: &Gradient, bounds: Rect) -> Self {
        let corners = gradient.transform.inverse() * bounds.to_path(0.1);
        let points: Vec<Point> = corners.elements().iter().filter_map(kurbo::PathEl::end_point).collect();
        let farthest =
            |center: Point| points.iter().map(|point| (*point - center).hypot()).fold(0.0, f64::max);
        let mut reach = 0.0;
        let (kind, stops) = match gradient.kind {
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
                let (stops, from, to) = padded(repeated(&gradient.stops, from, to), true);
                (GradientKind::Linear { start: start + along * from, end: start + along * to }, stops)
            }
            GradientKind::Radial { center, radius } => {
                let mut to = 1.0;
                if gradient.repeat && radius > 0.0 {
                    to = f64::max(to, (farthest(center) / radius).ceil());
                }
                let (stops, _, to) = padded(repeated(&gradient.stops, 0.0, to), false);
                (GradientKind::Radial { center, radius: radius * to }, stops)
            }
            GradientKind::Conic { center, start, end } => {
                reach = farthest(center) + 1.0;
                let round = end - start;
                let to = if gradient.repeat && round > 0.0 {
                    (std::f64::consts::TAU / round).ceil().max(1.0)
                } else {
                    1.0
                };
                let (stops, _, to) = repeated(&gradient.stops, 0.0, to);
                (GradientKind::Conic { center, start, end: start + round * to }, stops)
            }
        };
        Self { kind, stops, transform: gradient.transform, reach }
    }

    fn pattern(&self, channel: Channel, base: Affine, document: &mut Document) -> Id {
        let space = channel.space();
        let shading = match self.kind {
            GradientKind::Linear { start, end } => document.shared(&format!(
                "<</ShadingType 2/ColorSpace{space}/Coords{}/Function{}/Extend[true true]>>",
                list(&[start.x, start.y, end.x, end.y]),
                self.function(channel)
            )),
            GradientKind::Radial { center, radius } => document.shared(&format!(
                "<</ShadingType 3/ColorSpace{space}/Coords{}/Function{}/Extend[true true]>>",
                list(&[center.x, center.y, 0.0, center.x, center.y, radius]),
                self.function(channel)
            )),
            GradientKind::Conic { center, start, end } => self.mesh(channel, center, start, end, document),
        };
        let matrix = matrix(base * self.transform);
        document.shared(&format!("<</PatternType 2/Shading {shading} 0 R/Matrix{matrix}>>"))
    }

    /// The stops as a function from 0 to 1: one straight piece between each two.
    fn function(&self, channel: Channel) -> String {
        let piece = |from: Color, to: Color| {
            format!(
                "<</FunctionType 2/Domain[0 1]/N 1/C0{}/C1{}>>",
                list(&channel.of(from)),
                list(&channel.of(to))
            )
        };
        let pieces: Vec<[ColorStop; 2]> = self
            .stops
            .windows(2)
            .map(|pair| [pair[0], pair[1]])
            .filter(|[from, to]| to.offset - from.offset > 1e-6)
            .collect();
        match &pieces[..] {
            [] => {
                let color = self.stops.last().map_or(Color::TRANSPARENT, |stop| stop.color);
                piece(color, color)
            }
            [[from, to]] => piece(from.color, to.color),
            pieces => {
                let mut functions = String::new();
                pieces.iter().for_each(|[from, to]| functions.push_str(&piece(from.color, to.color)));
                let mut bounds = String::new();
                for [_, to] in &pieces[..pieces.len() - 1] {
                    let _ = write!(bounds, "{:.6} ", to.offset);
                }
                let encode = "0 1 ".repeat(pieces.len());
                format!(
                    "<</FunctionType 3/Domain[0 1]/Functions[{functions}]/Bounds[{}]/Encode[{}]>>",
                    bounds.trim_end(),
                    encode.trim_end()
                )
            }
        }
    }

    /// Triangles around the centre, each with its colours at its corners (shading type 4).
    fn mesh(&self, channel: Channel, center: Point, start: f64, end: f64, document: &mut Document) -> Id {
        let reach = self.reach / (WEDGE / 2.0).cos();
        let mut data = Vec::new();
        let mut vertex = |offset: Vec2, color: Color| {
            data.push(0);
            for at in [offset.x, offset.y] {
                let part = ((at / reach + 1.0) / 2.0).clamp(0.0, 1.0);
                data.extend(((part * 65_535.0).round() as u16).to_be_bytes());
            }
            data.extend(channel.of(color).iter().map(|value| (value * 255.0).round() as u8));
        };
        let mut wedges = |from: f64, to: f64, a: ColorStop, b: ColorStop| {
            let steps = ((to - from) / WEDGE).ceil().max(1.0) as usize;
            let at = |step: f64| {
                let part = step / steps as f64;
                (Vec2::from_angle(from + (to - from) * part) * reach, between(a, b, part as f32).color)
            };
            for step in 0..steps {
                let middle = at(step as f64 + 0.5).1;
                let ((p, color), (q, other)) = (at(step as f64), at(step as f64 + 1.0));
                vertex(Vec2::ZERO, middle);
                vertex(p, color);
                vertex(q, other);
            }
        };
        let whole = start + std::f64::consts::TAU;
        for pair in self.stops.windows(2) {
            let (a, b) = (&pair[0], &pair[1]);
            let angle = |stop: &ColorStop| start + (end - start) * f64::from(stop.offset);
            let (from, to) = (angle(a), angle(b));
            if to > from && from < whole {
                // What reaches beyond the full turn is cut there.
                let part = ((whole - from) / (to - from)).min(1.0);
                wedges(from, from + (to - from) * part, *a, between(*a, *b, part as f32));
            }
        }
        if let Some(last) = self.stops.last()
            && end < whole
        {
            wedges(end, whole, *last, *last);
        }
        let range = |center: f64| format!("{:.4} {:.4}", center - reach, center + reach);
        let entries = format!(
            "/ShadingType 4/ColorSpace{}/BitsPerCoordinate 16/BitsPerComponent 8/BitsPerFlag 8/Decode[{} {}{}]",
            channel.space(),
            range(center.x),
            range(center.y),
            " 0 1".repeat(if channel == Channel::Color { 3 } else { 1 })
        );
        document.shared_stream(&entries, &data)
    }
}

/// The stops, once for each whole round between `from` and `to`, and where the rounds begin and end.
fn repeated(stops: &[ColorStop], from: f64, to: f64) -> (Vec<ColorStop>, f64, f64) {
    let rounds = ((to - from).round() as usize).clamp(1, MAX_ROUNDS);
    let fine = fine(stops);
    let at = |round: usize, offset: f32| ((round as f32 + offset) / rounds as f32).clamp(0.0, 1.0);
    let stops = (0..rounds)
        .flat_map(|round| fine.iter().map(move |stop| ColorStop { offset: at(round, stop.offset), ..*stop }))
        .collect();
    (stops, from, from + rounds as f64)
}

/// The stops with a little more room after the last one (and before the first), if its colour only begins
/// there: that of the end is what goes on beyond it.
fn padded(
    (mut stops, mut from, mut to): (Vec<ColorStop>, f64, f64),
    linear: bool,
) -> (Vec<ColorStop>, f64, f64) {
    const ROOM: f32 = 0.01;
    let sharp = |a: &ColorStop, b: &ColorStop| a.offset == b.offset && a.color != b.color;
    let length = to - from;
    let squeezed = |stops: &[ColorStop], start: f32| -> Vec<ColorStop> {
        let at = |offset: f32| (offset + start) / (1.0 + ROOM);
        stops.iter().map(|stop| ColorStop { offset: at(stop.offset), ..*stop }).collect()
    };
    if let [.., a, b] = stops[..]
        && sharp(&a, &b)
    {
        stops = squeezed(&stops, 0.0);
        stops.push(ColorStop { offset: 1.0, ..b });
        to += length * f64::from(ROOM);
    }
    if let [a, b, ..] = stops[..]
        && sharp(&a, &b)
        && linear
    {
        let length = to - from;
        stops = squeezed(&stops, ROOM);
        stops.insert(0, ColorStop { offset: 0.0, ..a });
        from -= length * f64::from(ROOM);
    }
    (stops, from, to)
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
