//! What the text of a drawing says: runs that are not seen, over its outlines, to be found and copied.

use std::sync::Arc;

use icu::properties::CodePointMapData;
use icu::properties::props::BidiClass;
use kurbo::Affine;
use peniko::{Blob, FontData};
use resvg::usvg::layout::PositionedGlyph;
use resvg::usvg::{self, fontdb};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, GlyphId, MetadataProvider as _};

use super::drawing::affine;
use crate::display::{Cluster, Color, Font, Glyph, GlyphRun, Paint};

/// How far glyphs of a run may be from its baseline, in ems.
const LEVEL: f64 = 0.01;

/// The runs of a text; `transform` maps it to pixels. Text in fonts of other files than the campaign's
/// says nothing.
pub(super) fn runs(text: &usvg::Text, fonts: &fontdb::Database, transform: Affine) -> Vec<GlyphRun> {
    let spans = text.layouted().iter().filter(|span| span.visible);
    spans
        .flat_map(|span| span.positioned_glyphs.chunk_by(|a, b| a.font == b.font && level(a, b)))
        .filter_map(|glyphs| run(glyphs, fonts, transform))
        .collect()
}

/// Whether two glyphs stand on one straight line, upright on it.
fn level(a: &PositionedGlyph, b: &PositionedGlyph) -> bool {
    let (one, other) = (affine(a.transform()), affine(b.transform()));
    let [a0, b0, c0, d0, ..] = one.as_coeffs();
    let [a1, b1, c1, d1, ..] = other.as_coeffs();
    let size = a0.hypot(b0) + c0.hypot(d0);
    let turned = [a0 - a1, b0 - b1, c0 - c1, d0 - d1].iter().any(|part| part.abs() > 1e-4 * size);
    let em = f64::from(a.font_size()) / a0.hypot(b0).max(1e-9);
    !turned && one.determinant() != 0.0 && (one.inverse() * other).as_coeffs()[5].abs() < LEVEL * em
}

fn run(glyphs: &[PositionedGlyph], fonts: &fontdb::Database, transform: Affine) -> Option<GlyphRun> {
    let first = glyphs.first()?;
    let face = fonts.face(first.font)?;
    let fontdb::Source::Binary(data) = &face.source else { return None };
    let font = FontRef::from_index((**data).as_ref(), face.index).ok()?;
    let units = font.metrics(Size::unscaled(), LocationRef::default()).units_per_em;
    let size = first.font_size();
    let advances = font.glyph_metrics(Size::new(size), LocationRef::default());
    // From pixels of the em to the text's space.
    let upright = |glyph: &PositionedGlyph| {
        affine(glyph.transform()) * Affine::scale(f64::from(units) / f64::from(size))
    };
    let place = upright(first);
    if place.determinant() == 0.0 {
        return None;
    }
    let bidi = CodePointMapData::<BidiClass>::new();
    let is_backwards = |c| matches!(bidi.get(c), BidiClass::RightToLeft | BidiClass::ArabicLetter);
    let rtl = glyphs.iter().any(|glyph| glyph.text.chars().any(is_backwards));

    let mut placed = Vec::with_capacity(glyphs.len());
    // What each cluster says, from left to right, and its glyphs. Of a cluster's glyphs the last one in the
    // direction of the text has it all.
    let mut parts: Vec<(&str, std::ops::Range<u32>)> = Vec::new();
    let mut start = 0;
    for (index, glyph) in (0..).zip(glyphs) {
        let x = (place.inverse() * upright(glyph)).translation().x as f32;
        placed.push(Glyph { id: glyph.id.0, x, y: 0.0 });
        match (glyph.text.is_empty(), parts.last_mut()) {
            (false, _) => {
                parts.push((&glyph.text, start..index + 1));
                start = index + 1;
            }
            (true, Some((_, last))) if rtl => {
                last.end = index + 1;
                start = index + 1;
            }
            (true, _) => {}
        }
    }
    if rtl {
        parts.reverse();
    }
    let mut said = String::new();
    let clusters = parts
        .into_iter()
        .map(|(text, glyphs)| {
            let from = said.len() as u32;
            said.push_str(text);
            let own = placed[glyphs.start as usize..glyphs.end as usize].iter();
            let advance =
                own.map(|glyph| advances.advance_width(GlyphId::new(glyph.id)).unwrap_or(0.0)).sum();
            Cluster { text: from..said.len() as u32, glyphs, advance }
        })
        .collect();
    // The address is the font's for as long as the campaign is open.
    let id = Arc::as_ptr(data).cast::<u8>() as u64;
    Some(GlyphRun {
        font: Font { data: FontData::new(Blob::from_raw_parts(data.clone(), id), face.index) },
        size,
        coords: Arc::new([]),
        skew: 0.0,
        embolden: 0.0,
        glyphs: placed,
        paint: Paint::Solid(Color::TRANSPARENT),
        stroke: None,
        transform: transform * place,
        text: said.into(),
        clusters,
        rtl,
    })
}
