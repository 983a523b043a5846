//! Lines on text (CSS Text Decoration 4): where they lie, how they look, and where they spare the glyphs.

use std::sync::Arc;

use blitz_dom::NodeId;
use kurbo::{Affine, BezPath, Cap, PathEl, Point, Rect, Shape as _, Stroke};
use skrifa::MetadataProvider as _;
use skrifa::instance::{LocationRef, NormalizedCoord, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use style::computed_values::text_decoration_style::T as DecorationStyle;
use style::values::computed::{BaselineShift, CSSPixelLength, TextDecorationLine};
use style::values::generics::text::GenericTextDecorationLength;
use style::values::specified::box_::DisplayOutside;
use style::values::specified::text::TextUnderlinePosition;

use super::boxes::{ellipse, place};
use super::style::{custom, custom_color, resolve};
use super::text::{Text, stroke_width};
use super::{Painter, Styles};
use crate::display::{Color, GlyphRun, Layer, Paint, Shape};
use crate::template::mirror;

/// Lines leave at most this much room around a glyph, in device pixels.
const MAX_SPARE: f64 = 13.0;

/// A line that is not solid is at most so many times as long as it is thick.
const MAX_MARKS: f64 = 40_000.0;

/// A line on text, and the element that asks for it.
pub(super) struct Decoration {
    line: TextDecorationLine,
    /// Above the glyphs.
    pub over: bool,
    color: Color,
    style: DecorationStyle,
    styles: Styles,
    /// Whether the text is raised or lowered against the element, whose baseline the line keeps to.
    is_shifted: bool,
}

impl Painter<'_> {
    /// The lines that the element and those around it draw on their text (they do not inherit; they reach).
    pub(super) fn decorations(&self, id: NodeId, own: &Styles) -> Vec<Decoration> {
        let mut out = Vec::new();
        let mut at = Some(id);
        // A piece of an element's text may have a style of its own.
        let element = self.document.get_node(id).and_then(|node| Some((*node.primary_styles()?).clone()));
        let mut styles = Some(element.unwrap_or_else(|| own.clone()));
        let mut is_shifted = false;
        while let Some(current) = styles {
            let text = current.get_text();
            let line = text.text_decoration_line;
            if !line.is_empty() {
                let color = own_color(&current);
                for (flag, over) in [
                    (TextDecorationLine::UNDERLINE, false),
                    (TextDecorationLine::OVERLINE, false),
                    (TextDecorationLine::LINE_THROUGH, true),
                ] {
                    if line.contains(flag) && (color.alpha() > 0.0 || self.only_text) {
                        let style = text.text_decoration_style;
                        let styles = current.clone();
                        out.push(Decoration { line: flag, over, color, style, styles, is_shifted });
                    }
                }
            }
            is_shifted |= current.get_box().baseline_shift != BaselineShift::zero()
                && current.clone_display().outside() == DisplayOutside::Inline;
            // Boxes out of the flow and inline blocks start afresh.
            let node = at.and_then(|id| self.document.get_node(id));
            if node.is_none_or(|node| node.is_out_of_flow() || is_atomic(&current)) {
                break;
            }
            let parent = node.and_then(|node| node.parent).and_then(|id| self.document.get_node(id));
            at = parent.map(|parent| parent.id);
            styles = parent.and_then(|parent| Some((*parent.primary_styles()?).clone()));
        }
        out.reverse();
        out
    }

    pub(super) fn decoration(
        &mut self,
        decoration: &Decoration,
        text: &Text,
        transform: Affine,
        color: Option<Color>,
    ) {
        let styles = &decoration.styles;
        let size = f64::from(styles.clone_font_size().computed_size().px());
        let own = f64::from(text.style.clone_font_size().computed_size().px());
        // The metrics are those of the text; the line is as its own element would have it.
        let to_own = if own > 0.0 { size / own } else { 1.0 };
        let metrics = &text.metrics;
        let baseline = if decoration.is_shifted { text.line } else { text.baseline };
        let length = |length: &style::values::computed::LengthPercentage| {
            f64::from(length.resolve(CSSPixelLength::new(size as f32)).px()) * self.scale
        };
        let thickness = match &styles.get_text().text_decoration_thickness {
            GenericTextDecorationLength::LengthPercentage(thickness) => length(thickness).round(),
            GenericTextDecorationLength::FromFont => f64::from(metrics.underline_size) * to_own,
            GenericTextDecorationLength::Auto => size / 10.0 * self.scale,
        }
        .max(self.scale.min(1.0))
        .max(1.0);
        let inherited = styles.get_inherited_text();
        let offset = inherited.text_underline_offset.non_auto().map(|offset| length(&offset));
        let (ascent, descent) = (f64::from(metrics.ascent) * to_own, f64::from(metrics.descent) * to_own);
        let position = inherited.text_underline_position;
        let gap = (thickness / 2.0).ceil().max(1.0);
        let (top, outwards) = match decoration.line {
            TextDecorationLine::UNDERLINE => {
                let top = if position.contains(TextUnderlinePosition::UNDER) {
                    baseline + descent.round() + offset.unwrap_or(0.0).round()
                } else if position.contains(TextUnderlinePosition::FROM_FONT) {
                    baseline - f64::from(metrics.underline_offset) * to_own + offset.unwrap_or(0.0).round()
                } else {
                    baseline + offset.map_or(gap, f64::round)
                };
                (top, 1.0)
            }
            TextDecorationLine::OVERLINE => (baseline - ascent.round() - thickness, -1.0),
            _ => (baseline - ascent / 3.0 - thickness / 2.0, 0.0),
        };
        let (from, to) = (text.from, text.to);
        let mut marks = Line { from, to, top, thickness, outwards }.marks(decoration.style);
        let through = decoration.line == TextDecorationLine::LINE_THROUGH;
        let spare = thickness.min(MAX_SPARE);
        if !through
            && custom(&text.style, &mirror::SKIP_INK).is_none_or(|value| !value.eq_ignore_ascii_case("none"))
        {
            let (low, high) = marks.reach();
            let gaps = gaps(&text.run, text.baseline, low, high, spare);
            if !gaps.is_empty() {
                marks.cut(&gaps, from, to);
            }
        }
        let paint = Paint::Solid(color.unwrap_or(decoration.color));
        match marks {
            Marks::Bars(bars) => {
                for bar in bars {
                    self.recorder.fill(place(&Shape::Rect(bar), transform), paint.clone());
                }
            }
            Marks::Drawn { path, stroke, parts } => {
                let path = Arc::new(transform * path);
                let cut = parts.map(|parts| {
                    let mut clip = BezPath::new();
                    parts.iter().for_each(|part| clip.extend(part.to_path(0.1)));
                    Layer {
                        clip: Some(place(&Shape::Path(Arc::new(clip), false), transform)),
                        ..Layer::default()
                    }
                });
                let is_cut = cut.is_some();
                if let Some(cut) = cut {
                    self.recorder.push(cut);
                }
                match stroke {
                    Some(stroke) => self.recorder.stroke(path, scaled(stroke, transform), paint),
                    None => self.recorder.fill(Shape::Path(path, false), paint),
                }
                if is_cut {
                    self.recorder.pop();
                }
            }
        }
    }
}

/// The colour of an element's lines: unless it says another, that of its text, of the stroke if it has one.
fn own_color(styles: &Styles) -> Color {
    let own = &styles.get_text().text_decoration_color;
    if !own.is_currentcolor() {
        return resolve(own, styles);
    }
    let stroke = custom_color(styles, &mirror::STROKE_COLOR);
    if stroke.alpha() > 0.0 && stroke_width(styles).is_some() {
        stroke
    } else {
        custom_color(styles, &mirror::TEXT_FILL)
    }
}

/// Decorations do not reach into inline blocks and their like.
fn is_atomic(styles: &Styles) -> bool {
    use style::values::specified::box_::{DisplayInside, DisplayOutside};
    let display = styles.clone_display();
    display.outside() == DisplayOutside::Inline && display.inside() != DisplayInside::Flow
}

fn scaled(mut stroke: Stroke, transform: Affine) -> Stroke {
    let factor = transform.determinant().abs().sqrt();
    if factor != 1.0 {
        stroke.width *= factor;
        stroke.dash_pattern.iter_mut().for_each(|length| *length *= factor);
        stroke.dash_offset *= factor;
    }
    stroke
}

/// A decoration line before its style.
struct Line {
    from: f64,
    to: f64,
    top: f64,
    thickness: f64,
    /// The direction away from the text: 1 down, -1 up, 0 neither.
    outwards: f64,
}

/// What a decoration line draws.
enum Marks {
    Bars(Vec<Rect>),
    /// A path, stroked or filled, and the only parts of it that are seen, if not all are.
    Drawn {
        path: BezPath,
        stroke: Option<Stroke>,
        parts: Option<Vec<Rect>>,
    },
}

impl Line {
    fn marks(&self, style: DecorationStyle) -> Marks {
        let Self { from, to, top, thickness, outwards } = *self;
        let height = thickness.round().max(1.0);
        let bar = |top: f64| {
            let top = (top + 0.5).floor();
            Rect::new(from, top, to, top + height)
        };
        // Longer than any frame, it is no pattern that anyone sees.
        let countable = to - from <= MAX_MARKS * thickness;
        match style {
            _ if !countable => Marks::Bars(vec![bar(top)]),
            DecorationStyle::Double => {
                let away = (thickness + 1.0).floor();
                if outwards == 0.0 {
                    let half = away / 2.0;
                    Marks::Bars(vec![bar(top - half), bar(top + half)])
                } else {
                    Marks::Bars(vec![bar(top), bar(top + outwards * away)])
                }
            }
            DecorationStyle::Dashed | DecorationStyle::Dotted => {
                let round = style == DecorationStyle::Dotted && thickness > 3.0;
                let dash = thickness
                    * match style {
                        DecorationStyle::Dotted => 1.0,
                        _ if thickness >= 3.0 => 2.0,
                        _ => 3.0,
                    };
                let gap = match style {
                    DecorationStyle::Dotted => thickness,
                    _ if thickness >= 3.0 => thickness,
                    _ => 2.0 * thickness,
                };
                let gap = best_gap(to - from, dash, gap, false);
                let middle = (top + 0.5).floor() + height / 2.0;
                let mut path = BezPath::new();
                let mut stroke = None;
                if round {
                    let count = ((to - from - height + 0.01) / (dash + gap)).floor() + 1.0;
                    for index in 0..count as usize {
                        let at = from + height / 2.0 + (dash + gap) * index as f64;
                        path.extend(ellipse(Point::new(at, middle), height / 2.0, height / 2.0));
                    }
                } else {
                    let mut line = Stroke::new(height).with_caps(Cap::Butt);
                    if gap > 0.0 {
                        line = line.with_dashes(0.0, [dash, gap]);
                    }
                    stroke = Some(line);
                    path.move_to((from, middle));
                    path.line_to((to, middle));
                }
                Marks::Drawn { path, stroke, parts: None }
            }
            DecorationStyle::Wavy => {
                // One curve for each wave, as far up as down: as long and as high as in Chromium.
                let step = 0.5 + (2.0 * thickness + 0.5).round();
                let reach = 0.5 + (3.0 * thickness + 0.5).round();
                let middle = (top + 0.5).floor() + 0.5 + outwards * (thickness + 1.0);
                let mut path = BezPath::new();
                path.move_to((from, middle));
                for index in 0..((to - from) / (2.0 * step)).ceil() as usize {
                    let at = from + 2.0 * step * index as f64;
                    path.curve_to(
                        (at + step, middle + reach),
                        (at + step, middle - reach),
                        (at + 2.0 * step, middle),
                    );
                }
                let bounds = Rect::new(from, middle - reach, to, middle + reach);
                Marks::Drawn { path, stroke: Some(Stroke::new(thickness)), parts: Some(vec![bounds]) }
            }
            _ => Marks::Bars(vec![bar(top)]),
        }
    }
}

impl Marks {
    /// The upper and the lower edge.
    fn reach(&self) -> (f64, f64) {
        match self {
            Self::Bars(bars) => {
                bars.iter().fold((f64::MAX, f64::MIN), |(low, high), bar| (low.min(bar.y0), high.max(bar.y1)))
            }
            Self::Drawn { path, stroke, .. } => {
                let half = stroke.as_ref().map_or(0.0, |stroke| stroke.width / 2.0);
                let bounds = path.bounding_box().inflate(0.0, half);
                (bounds.y0, bounds.y1)
            }
        }
    }

    /// Leaves out the gaps, which are in order.
    fn cut(&mut self, gaps: &[(f64, f64)], from: f64, to: f64) {
        let mut kept = Vec::new();
        let mut at = from;
        for &(start, end) in gaps {
            if start > at {
                kept.push((at, start.min(to)));
            }
            at = at.max(end);
        }
        if at < to {
            kept.push((at, to));
        }
        match self {
            Self::Bars(bars) => {
                *bars = bars
                    .iter()
                    .flat_map(|bar| kept.iter().map(|&(x0, x1)| Rect::new(x0, bar.y0, x1, bar.y1)))
                    .collect();
            }
            Self::Drawn { path, stroke, parts } => {
                let width = stroke.as_ref().map_or(0.0, |stroke| stroke.width);
                let bounds = path.bounding_box().inflate(width, width);
                *parts = Some(kept.iter().map(|&(x0, x1)| Rect::new(x0, bounds.y0, x1, bounds.y1)).collect());
            }
        }
    }
}

/// The gap between dashes that is nearest to the wished one and ends the line with a dash.
pub(super) fn best_gap(length: f64, dash: f64, gap: f64, closed: bool) -> f64 {
    let available = if closed { length } else { length + gap };
    let fewer = (available / (dash + gap)).floor();
    let between = |dashes: f64| {
        let gaps = if closed { dashes } else { dashes - 1.0 };
        (length - dashes * dash) / gaps
    };
    let (wide, narrow) = (between(fewer), between(fewer + 1.0));
    if !wide.is_finite() || wide < 0.0 {
        return 0.0;
    }
    if narrow <= 0.0 || (wide - gap).abs() < (narrow - gap).abs() { wide } else { narrow }
}

/// The stretches in which glyphs cross the band between two heights, with some room around them, in order.
fn gaps(run: &GlyphRun, baseline: f64, low: f64, high: f64, spare: f64) -> Vec<(f64, f64)> {
    let data = &run.font.data;
    let Ok(font) = skrifa::FontRef::from_index(data.data.as_ref(), data.index) else { return Vec::new() };
    let coords: Vec<NormalizedCoord> =
        run.coords.iter().map(|coord| NormalizedCoord::from_bits(*coord)).collect();
    let outlines = font.outline_glyphs();
    let lean = f64::from(run.skew).to_radians().tan();
    let mut found: Vec<(f64, f64)> = Vec::new();
    for glyph in &run.glyphs {
        let Some(outline) = outlines.get(skrifa::GlyphId::new(glyph.id)) else { continue };
        let mut pen = Pen(BezPath::new());
        let settings = DrawSettings::unhinted(Size::new(run.size), LocationRef::new(&coords));
        if outline.draw(settings, &mut pen).is_err() {
            continue;
        }
        let offset = f64::from(glyph.y) - baseline;
        let (low, high) = (low - baseline - offset, high - baseline - offset);
        if let Some((start, end)) = crossing(&pen.0, low, high, lean) {
            let x = f64::from(glyph.x);
            found.push((x + start - spare, x + end + spare));
        }
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    found
}

/// How far across an outline reaches between two heights.
fn crossing(path: &BezPath, low: f64, high: f64, lean: f64) -> Option<(f64, f64)> {
    let bounds = path.control_box();
    if bounds.y1 <= low || bounds.y0 >= high {
        return None;
    }
    let mut found: Option<(f64, f64)> = None;
    let (mut start, mut last) = (Point::ZERO, Point::ZERO);
    let mut segment = |a: Point, b: Point| {
        let (top, bottom) = (a.y.min(b.y).max(low), a.y.max(b.y).min(high));
        if top > bottom {
            return;
        }
        for y in [top, bottom] {
            let part = if (b.y - a.y).abs() < 1e-9 { 0.0 } else { (y - a.y) / (b.y - a.y) };
            let x = a.x + (b.x - a.x) * part.clamp(0.0, 1.0) - lean * y;
            found = Some(found.map_or((x, x), |(from, to)| (from.min(x), to.max(x))));
        }
    };
    kurbo::flatten(path, 0.1, |element| match element {
        PathEl::MoveTo(p) => (start, last) = (p, p),
        PathEl::LineTo(p) => {
            segment(last, p);
            last = p;
        }
        PathEl::ClosePath => {
            segment(last, start);
            last = start;
        }
        _ => {}
    });
    found
}

/// An outline with y turned downwards.
struct Pen(BezPath);

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.move_to((f64::from(x), f64::from(-y)));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.0.line_to((f64::from(x), f64::from(-y)));
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        self.0.quad_to((f64::from(cx), f64::from(-cy)), (f64::from(x), f64::from(-y)));
    }

    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        self.0.curve_to(
            (f64::from(ax), f64::from(-ay)),
            (f64::from(bx), f64::from(-by)),
            (f64::from(x), f64::from(-y)),
        );
    }

    fn close(&mut self) {
        self.0.close_path();
    }
}
