//! Glyphs as paths, for text that is only shown.

use kurbo::{Affine, BezPath};
use skrifa::instance::Size;
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::{GlyphId, MetadataProvider as _};

use super::font::Face;
use crate::display::GlyphRun;

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
    let mut pen = Pen(BezPath::new());
    let font = face.font();
    if let Some(outline) = font.outline_glyphs().get(GlyphId::new(id)) {
        // An outline that cannot be drawn is as good as none.
        let _ = outline.draw(DrawSettings::unhinted(Size::unscaled(), face.location()), &mut pen);
    }
    pen.0
}

struct Pen(BezPath);

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.move_to((x, y));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.0.line_to((x, y));
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        self.0.quad_to((cx, cy), (x, y));
    }

    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        self.0.curve_to((ax, ay), (bx, by), (x, y));
    }

    fn close(&mut self) {
        self.0.close_path();
    }
}
