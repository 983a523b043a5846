//! What glyphs look like, wherever they stand.

use std::sync::Arc;

use skrifa::MetadataProvider as _;
use skrifa::instance::Size;
use skrifa::raw::TableProvider as _;

use crate::display::GlyphRun;

/// All that shapes the glyphs of a run, but for where they stand and their paint.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Design {
    font: (u64, u32),
    coords: Arc<[i16]>,
    size: u32,
    skew: u32,
    embolden: u32,
    /// The transform's first four coefficients.
    linear: [u64; 4],
    /// The stroke's width, miter limit, join and caps; dashes are left out.
    stroke: Option<([u64; 2], [u8; 3])>,
}

impl Design {
    pub fn of(run: &GlyphRun) -> Self {
        let [a, b, c, d, ..] = run.transform.as_coeffs();
        Self {
            font: (run.font.data.data.id(), run.font.data.index),
            coords: run.coords.clone(),
            size: run.size.to_bits(),
            skew: run.skew.to_bits(),
            embolden: run.embolden.to_bits(),
            linear: [a, b, c, d].map(f64::to_bits),
            stroke: run.stroke.as_ref().map(|stroke| {
                let kinds = [stroke.join as u8, stroke.start_cap as u8, stroke.end_cap as u8];
                ([stroke.width, stroke.miter_limit].map(f64::to_bits), kinds)
            }),
        }
    }
}

/// Whether some of these glyphs of the run's font are pictures of their own.
pub(super) fn has_color_glyphs(run: &GlyphRun, glyphs: impl IntoIterator<Item = u32>) -> bool {
    let data = &run.font.data;
    let Ok(font) = skrifa::FontRef::from_index(data.data.as_ref(), data.index) else { return false };
    if font.colr().is_err() && font.cbdt().is_err() && font.sbix().is_err() && font.ebdt().is_err() {
        return false;
    }
    let (colors, bitmaps) = (font.color_glyphs(), font.bitmap_strikes());
    glyphs.into_iter().any(|glyph| {
        let id = skrifa::GlyphId::new(glyph);
        colors.get(id).is_some() || bitmaps.glyph_for_size(Size::unscaled(), id).is_some()
    })
}
