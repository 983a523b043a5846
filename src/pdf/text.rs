//! Glyph runs: embedded fonts, and the text they say.

use kurbo::{Affine, Vec2};

use krilla::geom::Point;
use krilla::surface::Surface;
use krilla::text::{GlyphId, KrillaGlyph};

use super::shape::transform;
use crate::display::{Cluster, GlyphRun};

/// The run's space to device pixels, the slant of a synthetic oblique included: it leans around the
/// baseline.
pub(super) fn place(run: &GlyphRun) -> Affine {
    let baseline = run.glyphs.first().map_or(0.0, |glyph| f64::from(glyph.y));
    let lean = -f64::from(run.skew).to_radians().tan();
    run.transform
        * Affine::translate(Vec2::new(0.0, baseline))
        * Affine::skew(lean, 0.0)
        * Affine::translate(Vec2::new(0.0, -baseline))
}

/// Draws the run with the surface's fill and stroke, which are in the run's own space.
pub(super) fn draw(run: &GlyphRun, font: krilla::text::Font, surface: &mut Surface<'_>) {
    let Some(first) = run.glyphs.first() else { return };
    let size = run.size;
    let glyphs: Vec<KrillaGlyph> = run
        .glyphs
        .iter()
        .enumerate()
        .map(|(index, glyph)| {
            let cluster = cluster_of(run, index as u32);
            let text = cluster.map_or(0..0, |c| c.text.start as usize..c.text.end as usize);
            let advance = match run.glyphs.get(index + 1) {
                Some(next) => next.x - glyph.x,
                None => cluster.map_or(0.0, |cluster| cluster.advance),
            };
            KrillaGlyph::new(
                GlyphId::new(glyph.id),
                advance / size,
                0.0,
                (first.y - glyph.y) / size,
                0.0,
                text,
                None,
            )
        })
        .collect();
    surface.push_transform(&transform(place(run)));
    surface.draw_glyphs(Point::from_xy(first.x, first.y), &glyphs, font, &run.text, size, false);
    surface.pop();
}

fn cluster_of(run: &GlyphRun, glyph: u32) -> Option<&Cluster> {
    run.clusters.iter().find(|cluster| cluster.glyphs.contains(&glyph))
}
