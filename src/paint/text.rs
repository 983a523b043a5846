//! Text: glyph runs with what they say, their shadows, strokes and decorations.

use std::sync::Arc;

use blitz_dom::NodeId;
use blitz_dom::node::TextBrush;
use kurbo::{Affine, Join, Stroke, Vec2};
use parley::FontMetrics;

use super::style::{custom, custom_color, is_visible, resolve};
use super::{Painter, Styles};
use crate::display::{Cluster, Color, Filter, Font, Glyph, GlyphRun, Layer, Node, Paint};
use crate::template::mirror;

/// A run of glyphs on a line, ready to be painted.
#[derive(Clone)]
pub(super) struct Text {
    pub run: GlyphRun,
    /// The element whose text it is.
    pub node: NodeId,
    pub style: Styles,
    pub metrics: FontMetrics,
    /// Where it starts and ends, and its baseline, in the space that `run.transform` maps to the frame.
    pub from: f64,
    pub to: f64,
    pub baseline: f64,
    /// The baseline of its line.
    pub line: f64,
}

impl Text {
    /// The run of a line with this baseline; `clusters` and `said` tell what it says.
    pub fn new(
        run: &parley::GlyphRun<'_, TextBrush>,
        node: NodeId,
        style: Styles,
        (clusters, said): (Vec<Cluster>, Arc<str>),
        transform: Affine,
        line: f64,
    ) -> Self {
        let shaped = run.run();
        let synthesis = shaped.synthesis();
        let (from, advance) = (f64::from(run.offset()), f64::from(run.advance()));
        let baseline = f64::from(run.baseline());
        let glyphs: Vec<Glyph> =
            run.positioned_glyphs().map(|g| Glyph { id: g.id, x: g.x, y: g.y }).collect();
        let run = GlyphRun {
            font: Font { data: shaped.font().clone() },
            size: shaped.font_size(),
            coords: shaped.normalized_coords().iter().map(|coord| coord.to_bits()).collect(),
            skew: synthesis.skew().unwrap_or(0.0),
            embolden: if synthesis.embolden() { shaped.font_size() / 40.0 } else { 0.0 },
            glyphs,
            paint: Paint::Solid(Color::BLACK),
            stroke: None,
            transform,
            text: said,
            clusters,
            rtl: shaped.is_rtl(),
        };
        let metrics = *shaped.font_metrics();
        Self { run, node, style, metrics, from, to: from + advance, baseline, line }
    }

    /// Moved by the padding of inline boxes before it.
    pub fn shift(&mut self, by: f64) {
        if by != 0.0 {
            self.from += by;
            self.to += by;
            self.run.glyphs.iter_mut().for_each(|glyph| glyph.x += by as f32);
        }
    }
}

impl Painter<'_> {
    /// Shadows, then decorations below, glyphs, marks and decorations above.
    pub(super) fn text(&mut self, text: &Text) {
        let styles = &text.style;
        if !is_visible(styles) {
            return;
        }
        self.recorder.set_node(Node(text.node.as_u64()));
        let decorations = self.decorations(text.node, styles);
        if self.only_text {
            self.ink(text, &decorations, Some(Color::BLACK), Vec2::ZERO);
            return;
        }
        for shadow in styles.get_inherited_text().text_shadow.0.iter().rev() {
            let color = resolve(&shadow.color, styles);
            if color.alpha() <= 0.0 {
                continue;
            }
            let offset = Vec2::new(shadow.horizontal.px().into(), shadow.vertical.px().into()) * self.scale;
            let [a, b, c, d, ..] = text.run.transform.as_coeffs();
            let sigma = f64::from(shadow.blur.px()) * self.scale / 2.0 * (a * d - b * c).abs().sqrt();
            if sigma > 0.0 {
                self.recorder.push(Layer { filters: vec![Filter::Blur(sigma as f32)], ..Layer::default() });
            }
            self.ink(text, &decorations, Some(color), offset);
            if sigma > 0.0 {
                self.recorder.pop();
            }
        }
        self.ink(text, &decorations, None, Vec2::ZERO);
    }

    /// All that the text draws, in its own colours or in one, moved by `offset`.
    fn ink(
        &mut self,
        text: &Text,
        decorations: &[super::decoration::Decoration],
        color: Option<Color>,
        offset: Vec2,
    ) {
        let styles = &text.style;
        let transform = text.run.transform * Affine::translate(offset);
        for decoration in decorations.iter().filter(|decoration| !decoration.over) {
            self.decoration(decoration, text, transform, color);
        }
        let stroke = self.text_stroke(styles);
        let fill = color.unwrap_or_else(|| custom_color(styles, &mirror::TEXT_FILL));
        let run = |paint: Color, stroke: Option<Stroke>| {
            let run = GlyphRun { paint: Paint::Solid(paint), stroke, transform, ..text.run.clone() };
            // A shadow says nothing, or whoever searches the text finds it twice.
            if color.is_some() { run.silent() } else { run }
        };
        let stroked = stroke.map(|stroke| {
            let ink = color.unwrap_or_else(|| custom_color(styles, &mirror::STROKE_COLOR));
            run(ink, Some(stroke))
        });
        let filled = || (fill.alpha() > 0.0).then(|| run(fill, None));
        let shows = |run: &GlyphRun| matches!(run.paint, Paint::Solid(color) if color.alpha() > 0.0);
        let (mut below, mut above) = (filled(), stroked.filter(shows));
        if above.is_some() && stroke_comes_first(styles) {
            std::mem::swap(&mut below, &mut above);
        }
        if below.is_some() {
            above = above.map(GlyphRun::silent);
        }
        for run in [below, above].into_iter().flatten() {
            self.recorder.glyphs(run);
        }
        self.emphasis(text, transform, color);
        for decoration in decorations.iter().filter(|decoration| decoration.over) {
            self.decoration(decoration, text, transform, color);
        }
    }

    /// `-webkit-text-stroke`, in device pixels.
    fn text_stroke(&self, styles: &Styles) -> Option<Stroke> {
        let width = stroke_width(styles)?;
        Some(Stroke::new(width * self.scale).with_join(Join::Miter).with_miter_limit(4.0))
    }
}

/// The width of `-webkit-text-stroke` in CSS pixels, if there is one.
pub(super) fn stroke_width(styles: &Styles) -> Option<f64> {
    let width = custom(styles, &mirror::STROKE_WIDTH)?;
    width.strip_suffix("px")?.parse::<f64>().ok().filter(|width| *width > 0.0)
}

/// `paint-order: stroke`, or another order in which the fill comes after the stroke.
fn stroke_comes_first(styles: &Styles) -> bool {
    let Some(order) = custom(styles, &mirror::PAINT_ORDER) else { return false };
    let mut words = order.split_ascii_whitespace().filter(|word| *word != "markers");
    words.next().is_some_and(|first| first.eq_ignore_ascii_case("stroke"))
}

/// What the next glyphs of a run say: clusters in logical order, and their text.
pub(super) fn clusters(
    run: &parley::GlyphRun<'_, TextBrush>,
    text: &str,
    next: &mut usize,
) -> (Vec<Cluster>, Arc<str>) {
    let mut out: Vec<Cluster> = Vec::new();
    let (mut taken, glyphs) = (0, run.glyphs().count());
    for cluster in run.run().visual_clusters().skip(*next) {
        let count = cluster.glyphs().count();
        if taken >= glyphs && count > 0 {
            break;
        }
        *next += 1;
        let range = cluster.text_range();
        out.push(Cluster {
            text: range.start as u32..range.end as u32,
            glyphs: taken as u32..(taken + count) as u32,
            advance: cluster.advance(),
        });
        taken += count;
    }
    out.sort_by_key(|cluster| cluster.text.start);
    let start = out.first().map_or(0, |cluster| cluster.text.start);
    let end = out.iter().map(|cluster| cluster.text.end).max().unwrap_or(start);
    for cluster in &mut out {
        cluster.text = cluster.text.start - start..cluster.text.end - start;
    }
    (out, text.get(start as usize..end as usize).unwrap_or_default().into())
}
