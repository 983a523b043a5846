//! Glyphs as paths, for text that is only shown.

use kurbo::{Affine, BezPath};
use skrifa::instance::Size;
use skrifa::outline::DrawSettings;
use skrifa::{GlyphId, MetadataProvider as _};

use super::font::Face;
use crate::display::{GlyphRun, PathPen};

/// All glyphs of a run in the run's own space.
pub(super) fn run(run: &GlyphRun, face: &Face) -> BezPath {
    let scale = f64::from(run.size) / face.units();
    let mut path = BezPath::new();
    for glyph in &run.glyphs {
        let place = Affine::translate((f64::from(glyph.x), f64::from(glyph.y)))
            * Affine::scale_non_uniform(scale, -scale);
        path.extend((place * self::glyph(face, glyph.id)).iter());
    }
    path
}

/// One glyph in the font's units, y upwards.
pub(super) fn glyph(face: &Face, id: u32) -> BezPath {
    let mut pen = PathPen::default();
    let font = face.font();
    if let Some(outline) = font.outline_glyphs().get(GlyphId::new(id)) {
        // An outline that cannot be drawn is as good as none.
        let _ = outline.draw(DrawSettings::unhinted(Size::unscaled(), face.location()), &mut pen);
    }
    pen.0
}
