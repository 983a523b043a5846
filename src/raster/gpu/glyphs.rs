//! Glyphs as polygons, kept by font, size and design.

use std::collections::HashMap;
use std::sync::Arc;

use kurbo::{Affine, BezPath, Diagonal2, Join, Vec2};
use skrifa::MetadataProvider as _;
use skrifa::instance::{LocationRef, NormalizedCoord, Size};
use skrifa::outline::DrawSettings;
use skrifa::raw::TableProvider as _;

use super::lines;
use super::outline::Piece;
use super::polygons::Polygons;
use crate::display::{GlyphRun, PathPen};
use crate::raster::design::Design;

/// Designs that are kept at most, and glyphs of each.
const MAX_DESIGNS: usize = 256;
const MAX_GLYPHS: usize = 4096;

/// The limits and the tolerance (in the font's units) that glifo grows outlines with.
const MITER_LIMIT: f64 = 4.0;
const GROWN_TOLERANCE: f64 = 0.1;

/// The glyphs of a design by number; what has no ink has no polygons.
type Drawn = HashMap<u32, Option<Arc<Polygons>>>;

/// Glyphs that were needed before.
#[derive(Default)]
pub(super) struct Glyphs(HashMap<Design, Drawn>);

impl Glyphs {
    /// Every glyph at its place in the frame; what has no ink is left out.
    pub fn of<'a>(&'a mut self, run: &'a GlyphRun) -> impl Iterator<Item = Piece> {
        let design = Design::of(run);
        if self.0.len() > MAX_DESIGNS {
            self.0.clear();
        }
        // Dashes hardly come; runs that have them are cut anew.
        let dashed = run.stroke.as_ref().is_some_and(|stroke| !stroke.dash_pattern.is_empty());
        let kept = self.0.entry(design).or_default();
        if kept.len() > MAX_GLYPHS || dashed {
            kept.clear();
        }
        if run.glyphs.iter().any(|glyph| !kept.contains_key(&glyph.id)) {
            add(run, kept);
        }
        let kept: &Drawn = kept;
        run.on_pixels().filter_map(|glyph| {
            let polygons = kept.get(&glyph.id)?.clone()?;
            let place = run.transform * kurbo::Point::new(glyph.x.into(), glyph.y.into());
            Some(Piece::new(polygons, place.to_vec2()))
        })
    }
}

/// Adds the glyphs that are not there yet, each with its origin at (0, 0) of the frame.
fn add(run: &GlyphRun, kept: &mut Drawn) {
    let data = &run.font.data;
    let Ok(font) = skrifa::FontRef::from_index(data.data.as_ref(), data.index) else { return };
    let coords: Vec<NormalizedCoord> =
        run.coords.iter().map(|coord| NormalizedCoord::from_bits(*coord)).collect();
    let units = font.head().map_or(1000, |head| head.units_per_em());
    // Filled outlines are taken in the font's own units, stroked ones at the size of the stroke.
    let (size, scale) = match &run.stroke {
        None => (f32::from(units), f64::from(run.size) / f64::from(units)),
        Some(_) => (run.size, 1.0),
    };
    let lean = Affine::skew(-f64::from(run.skew).to_radians().tan(), 0.0);
    let transform =
        run.transform.with_translation(Vec2::ZERO) * lean * Affine::scale_non_uniform(scale, -scale);
    let outlines = font.outline_glyphs();
    for glyph in &run.glyphs {
        kept.entry(glyph.id).or_insert_with(|| {
            let (mut drawn, mut polygons) = (PathPen::default(), BezPath::new());
            let settings = DrawSettings::unhinted(Size::new(size), LocationRef::new(&coords));
            let outline = outlines.get(skrifa::GlyphId::new(glyph.id));
            if outline.is_none_or(|outline| outline.draw(settings, &mut drawn).is_err()) {
                return None;
            }
            if run.embolden != 0.0 {
                let amount = f64::from(run.embolden) / scale;
                let amount = Diagonal2::new(amount, amount);
                drawn.0 = kurbo::expand_path(&drawn.0, amount, Join::Miter, MITER_LIMIT, GROWN_TOLERANCE);
            }
            match &run.stroke {
                None => lines::fill(&drawn.0, transform, &mut polygons),
                Some(stroke) => lines::stroke(&drawn.0, stroke, transform, &mut polygons),
            }
            Polygons::new(&polygons).map(Arc::new)
        });
    }
}
