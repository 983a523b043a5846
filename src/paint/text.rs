//! Text: glyph runs with what they say, decorations, shadows, list markers.

use std::sync::Arc;

use blitz_dom::NodeId;
use blitz_dom::node::{ListItemLayoutPosition, Marker, TextBrush};
use kurbo::{Affine, Rect, Vec2};
use parley::{Layout, PositionedLayoutItem};
use style::computed_values::text_decoration_style::T as DecorationStyle;
use style::values::computed::{CSSPixelLength, TextDecorationLine};
use style::values::generics::text::GenericTextDecorationLength;

use super::boxes::place;
use super::style::{color, is_visible, resolve};
use super::{Element, Painter, Styles};
use crate::display::{Cluster, Color, Filter, Font, Glyph, GlyphRun, Layer, Node, Paint, Shape};

impl Painter<'_> {
    pub(super) fn inline_text(&mut self, element: &Element<'_>) {
        let Some(text) = element.node.element_data().and_then(|data| data.inline_layout_data.as_deref())
        else {
            return;
        };
        let origin = element.boxes.content.origin().to_vec2()
            + Vec2::new(0.0, f64::from(text.block_offset) * self.scale);
        let transform = element.transform * Affine::translate(origin);
        self.lines(&text.layout, &text.text, transform, element.node.id, element);
    }

    fn lines(
        &mut self,
        layout: &Layout<TextBrush>,
        text: &str,
        transform: Affine,
        root: NodeId,
        element: &Element<'_>,
    ) {
        for line in layout.lines() {
            let mut run_index = usize::MAX;
            let mut next_cluster = 0;
            for item in line.items() {
                let PositionedLayoutItem::GlyphRun(run) = item else { continue };
                if run.run().index() != run_index {
                    run_index = run.run().index();
                    next_cluster = 0;
                }
                let brush = run.style().brush.id;
                let styles = if brush == root {
                    Some(element.style.clone())
                } else {
                    self.document.get_node(brush).and_then(|node| Some((*node.primary_styles()?).clone()))
                };
                let styles = styles.unwrap_or_else(|| element.style.clone());
                let shaped = run.run();
                let metrics = shaped.font_metrics();
                let (x, baseline, advance) =
                    (f64::from(run.offset()), f64::from(run.baseline()), f64::from(run.advance()));
                let around = Rect::new(
                    x,
                    baseline - f64::from(metrics.ascent),
                    x + advance,
                    baseline + f64::from(metrics.descent),
                );
                self.recorder.set_node(Node(brush.as_u64()));
                let visible = is_visible(&styles);
                if brush != root && visible {
                    self.inline_background(&styles, around, transform);
                }

                let mut glyphs: Vec<Glyph> =
                    run.positioned_glyphs().map(|g| Glyph { id: g.id, x: g.x, y: g.y }).collect();
                let (clusters, said) = clusters(&run, text, &mut next_cluster, glyphs.len());
                if !visible {
                    continue;
                }
                let paint = color(&styles.clone_color());
                let decorations = self.decorations(brush, &styles);
                for decoration in decorations.iter().filter(|d| !d.over) {
                    self.decoration(decoration, metrics, x, baseline, advance, transform, &styles);
                }
                glyphs.shrink_to_fit();
                let synthesis = shaped.synthesis();
                let glyph_run = GlyphRun {
                    font: Font { data: shaped.font().clone() },
                    size: shaped.font_size(),
                    coords: shaped.normalized_coords().iter().map(|coord| coord.to_bits()).collect(),
                    skew: synthesis.skew().unwrap_or(0.0),
                    embolden: if synthesis.embolden() { shaped.font_size() / 40.0 } else { 0.0 },
                    glyphs,
                    paint: Paint::Solid(paint),
                    stroke: None,
                    transform,
                    text: said,
                    clusters,
                    rtl: shaped.is_rtl(),
                };
                self.text_shadows(&styles, &glyph_run);
                if paint.alpha() > 0.0 {
                    self.recorder.glyphs(glyph_run);
                }
                for decoration in decorations.iter().filter(|d| d.over) {
                    self.decoration(decoration, metrics, x, baseline, advance, transform, &styles);
                }
            }
        }
    }

    fn text_shadows(&mut self, styles: &Styles, run: &GlyphRun) {
        for shadow in styles.get_inherited_text().text_shadow.0.iter().rev() {
            let color = resolve(&shadow.color, styles);
            if color.alpha() <= 0.0 {
                continue;
            }
            let offset = Vec2::new(shadow.horizontal.px().into(), shadow.vertical.px().into()) * self.scale;
            let sigma = (f64::from(shadow.blur.px()) * self.scale / 2.0) as f32;
            let cast = GlyphRun {
                paint: Paint::Solid(color),
                transform: Affine::translate(offset) * run.transform,
                ..run.clone()
            };
            if sigma > 0.0 {
                self.recorder.push(Layer { filters: vec![Filter::Blur(sigma)], ..Layer::default() });
            }
            self.recorder.glyphs(cast);
            if sigma > 0.0 {
                self.recorder.pop();
            }
        }
    }

    /// The lines that the element and those around it draw on their text (they do not inherit; they reach).
    fn decorations(&self, id: NodeId, own: &Styles) -> Vec<Decoration> {
        let mut out = Vec::new();
        let mut at = Some(id);
        let mut styles = Some(own.clone());
        while let Some(current) = styles {
            let text = current.get_text();
            let line = text.text_decoration_line;
            let color = resolve(&text.text_decoration_color, &current);
            for (flag, over) in [
                (TextDecorationLine::UNDERLINE, false),
                (TextDecorationLine::OVERLINE, false),
                (TextDecorationLine::LINE_THROUGH, true),
            ] {
                if line.contains(flag) && color.alpha() > 0.0 {
                    out.push(Decoration {
                        line: flag,
                        over,
                        color,
                        style: text.text_decoration_style,
                        styles: current.clone(),
                    });
                }
            }
            // Boxes out of the flow and inline blocks start afresh.
            let node = at.and_then(|id| self.document.get_node(id));
            if node.is_none_or(|node| node.is_out_of_flow()) {
                break;
            }
            let parent = node.and_then(|node| node.parent).and_then(|id| self.document.get_node(id));
            at = parent.map(|parent| parent.id);
            styles = parent.and_then(|parent| Some((*parent.primary_styles()?).clone()));
        }
        out.reverse();
        out
    }

    #[expect(clippy::too_many_arguments, reason = "a line of text has that many measures")]
    fn decoration(
        &mut self,
        decoration: &Decoration,
        metrics: &parley::FontMetrics,
        x: f64,
        baseline: f64,
        advance: f64,
        transform: Affine,
        styles: &Styles,
    ) {
        let size = f64::from(styles.clone_font_size().computed_size().px());
        let text = decoration.styles.get_text();
        let thickness = match &text.text_decoration_thickness {
            GenericTextDecorationLength::LengthPercentage(length) => {
                f64::from(length.resolve(CSSPixelLength::new(size as f32)).px()) * self.scale
            }
            GenericTextDecorationLength::FromFont => f64::from(metrics.underline_size),
            GenericTextDecorationLength::Auto => (size / 10.0).max(1.0) * self.scale,
        }
        .round()
        .max(1.0);
        let offset = decoration
            .styles
            .get_inherited_text()
            .text_underline_offset
            .non_auto()
            .map(|length| f64::from(length.resolve(CSSPixelLength::new(size as f32)).px()) * self.scale);
        let top = if decoration.line == TextDecorationLine::UNDERLINE {
            baseline + offset.unwrap_or(f64::from(-metrics.underline_offset).max(thickness / 2.0))
        } else if decoration.line == TextDecorationLine::OVERLINE {
            baseline - f64::from(metrics.ascent) - thickness
        } else {
            baseline - f64::from(metrics.ascent) / 3.0 - thickness / 2.0
        }
        .round();
        let bar = |top: f64| Rect::new(x, top, x + advance, top + thickness);
        let mut fill = |rect: Rect| {
            self.recorder.fill(place(&Shape::Rect(rect), transform), Paint::Solid(decoration.color));
        };
        match decoration.style {
            DecorationStyle::Double => {
                fill(bar(top));
                fill(bar(top + thickness * 2.0));
            }
            DecorationStyle::Dashed | DecorationStyle::Dotted => {
                let dash = thickness * if decoration.style == DecorationStyle::Dotted { 1.0 } else { 3.0 };
                let gap = thickness * if decoration.style == DecorationStyle::Dotted { 1.0 } else { 2.0 };
                let mut at = x;
                while at < x + advance {
                    fill(Rect::new(at, top, (at + dash).min(x + advance), top + thickness));
                    at += dash + gap;
                }
            }
            DecorationStyle::Wavy => {
                let height = thickness * 1.5;
                let step = thickness * 3.0;
                let mut path = kurbo::BezPath::new();
                path.move_to((x, top + height / 2.0));
                let (mut at, mut up) = (x, true);
                while at < x + advance {
                    let crest = if up { top - height } else { top + height * 2.0 };
                    path.quad_to((at + step / 2.0, crest), (at + step, top + height / 2.0));
                    (at, up) = (at + step, !up);
                }
                let stroke = kurbo::Stroke::new(thickness);
                self.recorder.stroke(Arc::new(transform * path), stroke, Paint::Solid(decoration.color));
            }
            _ => fill(bar(top)),
        }
    }

    /// The bullet or number outside of a list item.
    pub(super) fn marker(&mut self, element: &Element<'_>) {
        let Some(data) = element.node.element_data() else { return };
        let Some(item) = data.list_item_data.as_deref() else { return };
        let ListItemLayoutPosition::Outside(layout) = &item.position else { return };
        let gap = match item.marker {
            Marker::Char(_) => 8.0,
            Marker::String(_) => 0.0,
        };
        let box_layout = element.node.final_layout();
        let left = -f64::from(layout.full_width())
            - (gap + f64::from(box_layout.padding.left + box_layout.border.left)) * self.scale;
        let first = data.inline_layout_data.as_deref().and_then(|text| {
            Some((text.layout.lines().next()?.metrics().baseline, f64::from(text.block_offset) * self.scale))
        });
        let own = layout.lines().next().map_or(0.0, |line| line.metrics().baseline);
        let top = first.map_or(0.0, |(baseline, offset)| f64::from(baseline - own) + offset);
        let said = match &item.marker {
            Marker::Char(c) => c.to_string(),
            Marker::String(text) => text.clone(),
        };
        let origin = element.boxes.content.origin().to_vec2() + Vec2::new(left, top);
        let transform = element.transform * Affine::translate(origin);
        self.lines(layout, &said, transform, element.node.id, element);
    }
}

/// A line on text, and the element that asks for it.
struct Decoration {
    line: TextDecorationLine,
    /// Above the glyphs.
    over: bool,
    color: Color,
    style: DecorationStyle,
    styles: Styles,
}

/// What the next glyphs of a run say: clusters in logical order, and their text.
fn clusters(
    run: &parley::GlyphRun<'_, TextBrush>,
    text: &str,
    next: &mut usize,
    glyphs: usize,
) -> (Vec<Cluster>, Arc<str>) {
    let mut out: Vec<Cluster> = Vec::new();
    let mut taken = 0;
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
