//! Glyph runs.

use glifo::FontEmbolden;
use kurbo::{Affine, Diagonal2};
use skrifa::raw::TableProvider;
use vello_cpu::peniko::Fill;
use vello_cpu::{Glyph, RenderContext, Resources};

use crate::display::GlyphRun;

/// Draws the run in the context's paint; `origin` maps the frame to the context.
pub(super) fn draw(context: &mut RenderContext, resources: &mut Resources, run: &GlyphRun, origin: Affine) {
    context.set_transform(origin * run.transform);
    context.set_fill_rule(Fill::NonZero);
    if let Some(stroke) = &run.stroke {
        context.set_stroke(stroke.clone());
    }
    // Unhinted: every place and scale shows the same shapes, as the PDF does.
    let mut builder = context
        .glyph_run(resources, &run.font.data)
        .font_size(run.size)
        .normalized_coords(&run.coords)
        .hint(false);
    if run.skew != 0.0 {
        // The transform works on glyphs that point down already: what is above leans to the right.
        builder = builder.glyph_transform(Affine::skew(-f64::from(run.skew).to_radians().tan(), 0.0));
    }
    if run.embolden != 0.0 {
        let amount = f64::from(run.embolden) * embolden_scale(run);
        builder = builder.font_embolden(FontEmbolden::new(Diagonal2::new(amount, amount)));
    }
    let glyphs = run.on_pixels().map(|glyph| Glyph { id: glyph.id, x: glyph.x, y: glyph.y });
    // What fails is a glyph that the font cannot show; the others are drawn.
    let _ = if run.stroke.is_some() { builder.stroke_glyphs(glyphs) } else { builder.fill_glyphs(glyphs) };
    context.set_transform(origin);
}

/// Outlines grow before they are scaled: filled ones in the font's own units.
fn embolden_scale(run: &GlyphRun) -> f64 {
    if run.stroke.is_some() || run.size <= 0.0 {
        return 1.0;
    }
    let font = skrifa::FontRef::from_index(run.font.data.data.data(), run.font.data.index);
    let units = font.ok().and_then(|font| font.head().ok()).map_or(1000, |head| head.units_per_em());
    f64::from(units) / f64::from(run.size)
}
