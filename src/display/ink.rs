//! What a glyph run really paints: the boxes of its glyphs' outlines.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use kurbo::{Rect, Shape as _, Vec2};
use skrifa::MetadataProvider as _;
use skrifa::instance::{LocationRef, NormalizedCoord, Size};
use skrifa::outline::{DrawSettings, OutlinePen};

use super::GlyphRun;

/// Fonts (with their designs) whose glyphs are remembered at most, and glyphs of each.
const MAX_FONTS: usize = 64;
const MAX_GLYPHS: usize = 20_000;

/// The box of a glyph that is not an outline (a colour or bitmap glyph), in ems: more than any fills.
const PICTURE: Rect = Rect::new(-0.4, -1.3, 1.6, 0.6);

/// A font file, a face of it, and a place in its design space.
type Face = (u64, u32, Arc<[i16]>);

thread_local! {
    /// Boxes of glyphs in ems, y downwards from the baseline; `None` for those without ink.
    static BOXES: RefCell<HashMap<Face, HashMap<u32, Option<Rect>>>> = RefCell::default();
}

impl GlyphRun {
    /// The rectangle around all that the run paints, in device pixels; `None` when that is nothing.
    pub fn ink(&self) -> Option<Rect> {
        let size = f64::from(self.size);
        let lean = f64::from(self.skew).to_radians().tan();
        let mut all: Option<Rect> = None;
        BOXES.with_borrow_mut(|faces| {
            if faces.len() > MAX_FONTS {
                faces.clear();
            }
            let face = (self.font.data.data.id(), self.font.data.index, self.coords.clone());
            let boxes = faces.entry(face).or_default();
            if boxes.len() > MAX_GLYPHS {
                boxes.clear();
            }
            if self.glyphs.iter().any(|glyph| !boxes.contains_key(&glyph.id)) {
                self.measure(boxes);
            }
            for glyph in self.on_pixels() {
                let Some(Some(em)) = boxes.get(&glyph.id) else { continue };
                let mut ink = em.scale_from_origin(size);
                // A synthetic oblique moves what is above the baseline forwards, what is below backwards.
                (ink.x0, ink.x1) = (
                    ink.x0 - (lean * ink.y1).max(lean * ink.y0),
                    ink.x1 - (lean * ink.y0).min(lean * ink.y1),
                );
                let placed = ink + Vec2::new(glyph.x.into(), glyph.y.into());
                all = Some(all.map_or(placed, |all| all.union(placed)));
            }
        });
        let stroke = self.stroke.as_ref().map_or(0.0, |s| s.width / 2.0 * s.miter_limit.max(1.5));
        let grown = stroke + f64::from(self.embolden);
        Some((self.transform * all?.inflate(grown, grown).to_path(0.1)).bounding_box())
    }

    /// Adds the boxes that are not known yet.
    fn measure(&self, boxes: &mut HashMap<u32, Option<Rect>>) {
        let data = &self.font.data;
        let Ok(font) = skrifa::FontRef::from_index(data.data.as_ref(), data.index) else { return };
        let coords: Vec<NormalizedCoord> =
            self.coords.iter().map(|coord| NormalizedCoord::from_bits(*coord)).collect();
        let units = f64::from(font.metrics(Size::unscaled(), LocationRef::default()).units_per_em.max(1));
        let (outlines, colors, bitmaps) = (font.outline_glyphs(), font.color_glyphs(), font.bitmap_strikes());
        for glyph in &self.glyphs {
            boxes.entry(glyph.id).or_insert_with(|| {
                let id = skrifa::GlyphId::new(glyph.id);
                if colors.get(id).is_some() || bitmaps.glyph_for_size(Size::unscaled(), id).is_some() {
                    return Some(PICTURE);
                }
                let mut pen = Bounds(None);
                let settings = DrawSettings::unhinted(Size::unscaled(), LocationRef::new(&coords));
                outlines.get(id)?.draw(settings, &mut pen).ok()?;
                pen.0.map(|rect| rect.scale_from_origin(1.0 / units))
            });
        }
    }
}

/// The box around the points of an outline, which holds its curves, with y turned downwards.
struct Bounds(Option<Rect>);

impl Bounds {
    fn add(&mut self, x: f32, y: f32) {
        let point = kurbo::Point::new(x.into(), (-y).into());
        self.0 = Some(self.0.map_or(Rect::from_points(point, point), |rect| rect.union_pt(point)));
    }
}

impl OutlinePen for Bounds {
    fn move_to(&mut self, x: f32, y: f32) {
        self.add(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.add(x, y);
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        self.add(cx, cy);
        self.add(x, y);
    }

    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        self.add(ax, ay);
        self.add(bx, by);
        self.add(x, y);
    }

    fn close(&mut self) {}
}
