//! Text as positioned glyphs that still know what they say.

use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

use kurbo::{Affine, Stroke};

use super::Paint;
use super::list::hash_stroke;
use super::paint::hash_f64s;

/// A face of a font file, by handle.
#[derive(Debug, Clone)]
pub struct Font {
    /// The file's bytes, shared: `data.id()` is the font's identity within the process.
    pub data: peniko::FontData,
}

impl PartialEq for Font {
    fn eq(&self, other: &Self) -> bool {
        self.data.data.id() == other.data.data.id() && self.data.index == other.data.index
    }
}

/// One glyph at its place, in the space that `GlyphRun::transform` maps to device pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Glyph {
    pub id: u32,
    /// The glyph's origin on the baseline.
    pub x: f32,
    pub y: f32,
}

/// A piece of source text and the glyphs that show it: one to one, a ligature (several characters,
/// one glyph) or a decomposition (one character, several glyphs).
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// Bytes within `GlyphRun::text`.
    pub text: Range<u32>,
    /// Indices within `GlyphRun::glyphs`.
    pub glyphs: Range<u32>,
    /// The cluster's advance, in the same units as `Glyph::x`.
    pub advance: f32,
}

/// Glyphs of one font, size and paint on one line.
#[derive(Debug, Clone, PartialEq)]
pub struct GlyphRun {
    pub font: Font,
    /// The size of the em, in the space that `transform` maps to device pixels.
    pub size: f32,
    /// The place in a variable font's design space, F2Dot14, one per axis.
    pub coords: Arc<[i16]>,
    /// Synthetic oblique: the angle in degrees, 0 for none.
    pub skew: f32,
    /// Synthetic bold: outlines grow by this much on every side, in the units of `size`.
    pub embolden: f32,
    pub glyphs: Vec<Glyph>,
    pub paint: Paint,
    /// Draw the outlines instead of filling them.
    pub stroke: Option<Stroke>,
    pub transform: Affine,
    /// The source text of this run in logical order.
    pub text: Arc<str>,
    /// In logical order.
    pub clusters: Vec<Cluster>,
    /// Right to left: the first cluster stands rightmost.
    pub rtl: bool,
}

/// Larger text stands exactly where it is laid out.
const MAX_SNAPPED: f64 = 256.0;

/// Farther out than any frame reaches, in quarters of a pixel.
const FAR: f64 = 1e6;

impl GlyphRun {
    /// The glyphs as they stand on pixels: those of upright text on whole pixels, and across at quarters
    /// of one, as in browsers.
    pub fn on_pixels(&self) -> impl Iterator<Item = Glyph> + Clone {
        let [a, _, _, d, e, f] = self.transform.as_coeffs();
        let snaps = self.snaps();
        self.glyphs.iter().map(move |glyph| {
            if !snaps {
                return *glyph;
            }
            let (quarters, y) = self.snapped(glyph);
            Glyph { id: glyph.id, x: ((quarters / 4.0 - e) / a) as f32, y: ((y - f) / d) as f32 }
        })
    }

    /// Of upright text every glyph, and where it stands: quarters of a pixel across, whole pixels down.
    pub fn places(&self) -> Option<impl Iterator<Item = (u32, i32, i32)>> {
        // What is far outside of any frame may stand at the same far place.
        let near = |v: f64| v.clamp(-FAR, FAR) as i32;
        self.snaps().then(|| {
            self.glyphs.iter().map(move |glyph| {
                let (quarters, y) = self.snapped(glyph);
                (glyph.id, near(quarters), near(y))
            })
        })
    }

    /// Whether glyphs are moved onto pixels.
    fn snaps(&self) -> bool {
        let [a, b, c, d, ..] = self.transform.as_coeffs();
        b == 0.0 && c == 0.0 && a > 0.0 && d > 0.0 && f64::from(self.size) * d <= MAX_SNAPPED
    }

    /// The nearest place in device pixels: quarters of one across, whole ones down.
    fn snapped(&self, glyph: &Glyph) -> (f64, f64) {
        let [a, _, _, d, e, f] = self.transform.as_coeffs();
        (((f64::from(glyph.x) * a + e) * 4.0 + 0.5).floor(), (f64::from(glyph.y) * d + f + 0.5).floor())
    }

    /// The same glyphs, which say nothing: they only repeat, or adorn, what others say.
    pub fn silent(self) -> Self {
        Self { text: "".into(), clusters: Vec::new(), ..self }
    }

    /// What shapes the outlines and where they stand.
    pub(super) fn hash_outline<H: Hasher>(&self, state: &mut H) {
        self.font.data.data.id().hash(state);
        self.font.data.index.hash(state);
        self.size.to_bits().hash(state);
        self.coords.hash(state);
        (self.skew.to_bits(), self.embolden.to_bits()).hash(state);
        for glyph in &self.glyphs {
            (glyph.id, glyph.x.to_bits(), glyph.y.to_bits()).hash(state);
        }
        self.stroke.is_some().hash(state);
        if let Some(stroke) = &self.stroke {
            hash_stroke(stroke, state);
        }
        hash_f64s(&self.transform.as_coeffs(), state);
    }
}
