//! Glyphs as masks, drawn once: names and numbers repeat from record to record.
//!
//! Upright text stands on whole pixels down and on quarters of one across
//! ([`GlyphRun::places`]), so that a glyph has at most four masks in a size.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use fearless_simd::{Level, Simd, dispatch};
use kurbo::Affine;
use vello_cpu::color::{AlphaColor, Srgb};
use vello_cpu::{PixmapMut, RasterizerSettings, RenderContext, RenderSettings, Resources};

use super::area::Area;
use super::design::{Design, has_color_glyphs};
use super::text;
use crate::display::{Glyph, GlyphRun};

/// Bytes of masks that are kept.
const MOST_BYTES: usize = 16 << 20;

/// A mask has at most so many pixels; glyphs that need more are drawn as paths.
const MOST_PIXELS: usize = 1 << 20;

/// What a mask takes besides its coverage, and a design besides its masks.
const OWN_BYTES: usize = 96;
const DESIGN_BYTES: usize = 512;

/// By glyph, and quarters of a pixel that it stands right of a whole one; `None` for what is no mask.
type Glyphs = HashMap<(u32, u8), Option<Arc<Mask>>>;

/// Masks from one list to the next.
pub(super) struct Masks {
    kept: HashMap<Design, Glyphs>,
    bytes: usize,
    /// Those of the run at hand, each with the pixel that its glyph's origin is in.
    placed: Vec<(Arc<Mask>, (i32, i32))>,
    context: RenderContext,
    resources: Resources,
}

/// How much of each pixel around its origin a glyph covers.
#[derive(Debug)]
struct Mask {
    area: Area,
    coverage: Vec<u8>,
}

impl std::fmt::Debug for Masks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Masks").field("designs", &self.kept.len()).field("bytes", &self.bytes).finish()
    }
}

impl Masks {
    pub fn new() -> Self {
        let level = Level::try_detect().unwrap_or(Level::baseline());
        Self {
            kept: HashMap::new(),
            bytes: 0,
            placed: Vec::new(),
            context: RenderContext::new_with(4, 4, RenderSettings { level, num_threads: 0 }),
            resources: Resources::new(),
        }
    }

    /// Gets the masks of the run's glyphs ready for [`Self::lay`]; false when the run has to be drawn some
    /// other way: it is stroked, or turned, or larger than what is kept, or has glyphs with colours.
    pub fn place(&mut self, run: &GlyphRun) -> bool {
        self.placed.clear();
        if run.stroke.is_some() {
            return false;
        }
        let Some(places) = run.places() else { return false };
        if self.bytes > MOST_BYTES {
            self.kept.clear();
            self.bytes = 0;
        }
        let kept = match self.kept.entry(Design::of(run)) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                self.bytes += DESIGN_BYTES;
                entry.insert(Glyphs::new())
            }
        };
        for (id, quarters, y) in places {
            let (x, phase) = (quarters.div_euclid(4), quarters.rem_euclid(4) as u8);
            let mask = match kept.entry((id, phase)) {
                Entry::Occupied(entry) => entry.into_mut(),
                Entry::Vacant(entry) => {
                    let mask = draw(&mut self.context, &mut self.resources, run, id, phase);
                    self.bytes += OWN_BYTES + mask.as_ref().map_or(0, |mask| mask.coverage.len());
                    entry.insert(mask.map(Arc::new))
                }
            };
            let Some(mask) = mask else { return false };
            if !mask.coverage.is_empty() {
                self.placed.push((mask.clone(), (x, y)));
            }
        }
        true
    }

    /// Lays the glyphs in a premultiplied colour over the pixels of `need`, of which the first is at `(x, y)`
    /// and which have `width` to a row.
    pub fn lay(&self, color: [u8; 4], need: Area, pixels: &mut [u8], (x, y): (i32, i32), width: usize) {
        let level = Level::new();
        for (mask, (left, top)) in &self.placed {
            let area = mask.area.shift(*left, *top);
            let seen = area.intersect(need);
            if seen.is_empty() {
                continue;
            }
            let columns = (seen.x0 - area.x0) as usize..(seen.x1 - area.x0) as usize;
            let rows = (seen.y0 - area.y0) as usize..(seen.y1 - area.y0) as usize;
            let start = ((seen.y0 - y) as usize * width + (seen.x0 - x) as usize) * 4;
            let coverage = mask.coverage.chunks_exact(area.width() as usize);
            dispatch!(level, simd => {
                let rows = coverage.skip(rows.start).take(rows.len());
                for (coverage, out) in rows.zip(pixels[start..].chunks_mut(width * 4)) {
                    let out = out[..columns.len() * 4].as_chunks_mut::<4>().0;
                    over(simd, color, &coverage[columns.clone()], out);
                }
            });
        }
    }
}

/// Lays a colour over a row of pixels, in the arithmetic of vello_cpu's own fills.
#[inline(always)]
fn over<S: Simd>(_: S, color: [u8; 4], coverage: &[u8], out: &mut [[u8; 4]]) {
    let color = color.map(u16::from);
    for (pixel, &coverage) in out.iter_mut().zip(coverage) {
        let coverage = u16::from(coverage);
        let rest = 255 - ((color[3] * coverage + 255) >> 8);
        for (value, color) in pixel.iter_mut().zip(color) {
            *value = ((u16::from(*value) * rest + color * coverage + 255) >> 8) as u8;
        }
    }
}

/// The mask of a glyph whose origin is `phase` quarters of a pixel right of (0, 0); empty when it has no ink.
fn draw(
    context: &mut RenderContext,
    resources: &mut Resources,
    run: &GlyphRun,
    id: u32,
    phase: u8,
) -> Option<Mask> {
    if has_color_glyphs(run, [id]) {
        return None;
    }
    let [a, _, _, d, ..] = run.transform.as_coeffs();
    let alone = GlyphRun {
        glyphs: vec![Glyph { id, x: 0.0, y: 0.0 }],
        transform: Affine::new([a, 0.0, 0.0, d, f64::from(phase) / 4.0, 0.0]),
        ..run.clone().silent()
    };
    let area = alone.ink().map_or(Area::EMPTY, |ink| Area::around(ink.inflate(1.0, 1.0)));
    if area.is_empty() {
        return Some(Mask { area, coverage: Vec::new() });
    }
    // Whole tiles of the rasteriser, and a column of them for what lies beyond the right edge.
    let (width, height) = ((area.width() + 3) / 4 * 4 + 4, (area.height() + 3) / 4 * 4);
    let size = u16::try_from(width).ok().zip(u16::try_from(height).ok());
    let (across, down) = size.filter(|_| width as usize * height as usize <= MOST_PIXELS)?;
    context.reset_and_resize(across, down);
    context.set_paint(AlphaColor::<Srgb>::WHITE);
    let origin = Affine::translate((f64::from(-area.x0), f64::from(-area.y0)));
    text::draw(context, resources, &alone, origin);
    context.flush();
    let mut pixels = vec![0; width as usize * height as usize * 4];
    let target = PixmapMut::new(across, down, &mut pixels)?;
    context.render_with(target, resources, RasterizerSettings::default());
    let rows = pixels.chunks_exact(width as usize * 4).take(area.height() as usize);
    let alphas =
        rows.flat_map(|row| row.as_chunks::<4>().0[..area.width() as usize].iter().map(|pixel| pixel[3]));
    Some(Mask { area, coverage: alphas.collect() })
}
