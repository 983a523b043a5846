//! Colour glyphs (OpenType `COLR`) as display lists, and picture glyphs (`CBDT`, `sbix`) as pictures.

use std::sync::Arc;

use kurbo::{Affine, BezPath, Point, Rect, Shape as _};
use skrifa::bitmap::{BitmapData, Origin};
use skrifa::color::{Brush, ColorPainter, CompositeMode, Extend, Transform};
use skrifa::instance::Size;
use skrifa::metrics::BoundingBox;
use skrifa::{FontRef, GlyphId, MetadataProvider as _};

use super::font::Face;
use super::outline;
use crate::display::{
    Blend, Color, ColorStop, DisplayList, Gradient, GradientKind, Layer, Paint, Picture, Recorder, Shape,
};

/// What a glyph shows, in the font's units with y downwards from the baseline; `None` for a glyph that
/// is a plain outline. `ink` is the colour of the text.
pub(super) fn glyph(face: &Face, id: u32, ink: Color) -> Option<DisplayList> {
    let font = face.font();
    let glyph = GlyphId::new(id);
    let mut recorder = Recorder::default();
    if let Some(colour) = font.color_glyphs().get(glyph) {
        let flip = Affine::scale_non_uniform(1.0, -1.0);
        let mut painter = Colours { face, font: &font, ink, transforms: vec![flip], recorder: &mut recorder };
        // What cannot be painted is left out, as the rasteriser leaves it out.
        let _ = colour.paint(face.location(), &mut painter);
    } else {
        bitmap(face, &font, glyph, &mut recorder)?;
    }
    let side = (face.units() * 2.0) as u32;
    Some(recorder.finish(side, side))
}

/// A glyph that is a PNG.
fn bitmap(face: &Face, font: &FontRef<'_>, glyph: GlyphId, recorder: &mut Recorder) -> Option<()> {
    let bitmap = font.bitmap_strikes().glyph_for_size(Size::unscaled(), glyph)?;
    let BitmapData::Png(png) = bitmap.data else { return None };
    let mut pixels = image::load_from_memory(png).ok()?.into_rgba8();
    let (width, height) = pixels.dimensions();
    for pixel in pixels.pixels_mut() {
        let [r, g, b, a] = pixel.0;
        let [r, g, b] = [r, g, b].map(|value| (u32::from(value) * u32::from(a) / 255) as u8);
        pixel.0 = [r, g, b, a];
    }
    let scale = face.units() / f64::from(bitmap.ppem_y.max(1.0));
    let left = f64::from(bitmap.inner_bearing_x) * scale + f64::from(bitmap.bearing_x);
    let up = f64::from(bitmap.inner_bearing_y) * scale + f64::from(bitmap.bearing_y);
    let top = match bitmap.placement_origin {
        Origin::TopLeft => -up,
        Origin::BottomLeft => -up - f64::from(height) * scale,
    };
    let hash = blake3::hash(png);
    let picture = Picture {
        width,
        height,
        opaque: false,
        id: u64::from_le_bytes(hash.as_bytes()[..8].try_into().expect("eight bytes")),
        jpeg: None,
        drawing: None,
        pixels: Arc::new(pixels.into_raw()),
    };
    recorder.picture(picture, Affine::translate((left, top)) * Affine::scale(scale), true);
    Some(())
}

/// Records what a colour glyph paints.
struct Colours<'a> {
    face: &'a Face,
    font: &'a FontRef<'a>,
    ink: Color,
    /// From the space that is painted in to the list's, innermost last.
    transforms: Vec<Affine>,
    recorder: &'a mut Recorder,
}

impl Colours<'_> {
    fn transform(&self) -> Affine {
        *self.transforms.last().expect("the first stays")
    }

    fn color(&self, index: u16, alpha: f32) -> Color {
        // 0xffff is the colour of the text.
        if index == 0xffff {
            return self.ink.multiply_alpha(alpha);
        }
        let palettes = self.font.color_palettes();
        let color = palettes.get(0).and_then(|palette| palette.colors().get(usize::from(index)).copied());
        let Some(color) = color else { return Color::TRANSPARENT };
        let [r, g, b, a] = [color.red, color.green, color.blue, color.alpha].map(|v| f32::from(v) / 255.0);
        Color([r, g, b, a * alpha])
    }

    fn stops(&self, stops: &[skrifa::color::ColorStop]) -> Vec<ColorStop> {
        let color = |stop: &skrifa::color::ColorStop| self.color(stop.palette_index, stop.alpha);
        stops
            .iter()
            .map(|stop| ColorStop { offset: stop.offset.clamp(0.0, 1.0), color: color(stop) })
            .collect()
    }

    fn paint(&self, brush: Brush<'_>, transform: Affine) -> Option<Paint> {
        let point = |p: skrifa::raw::types::Point<f32>| Point::new(p.x.into(), p.y.into());
        let (kind, stops, extend) = match brush {
            Brush::Solid { palette_index, alpha } => {
                return Some(Paint::Solid(self.color(palette_index, alpha)));
            }
            Brush::LinearGradient { p0, p1, color_stops, extend } => {
                let kind = GradientKind::Linear { start: point(p0), end: point(p1) };
                (kind, self.stops(color_stops), extend)
            }
            Brush::RadialGradient { c1, r0, r1, color_stops, extend, .. } => {
                let radius = r1.max(1e-3);
                // The list's circles begin at their centre.
                let inner = (r0 / radius).clamp(0.0, 1.0);
                let mut stops = self.stops(color_stops);
                stops.iter_mut().for_each(|stop| stop.offset = inner + (1.0 - inner) * stop.offset);
                (GradientKind::Radial { center: point(c1), radius: radius.into() }, stops, extend)
            }
            Brush::SweepGradient { c0, start_angle, end_angle, color_stops, extend } => {
                // Clockwise where y goes up: the other way round from the list's.
                let angle = |degrees: f32| -f64::from(degrees).to_radians();
                let kind = GradientKind::Conic {
                    center: point(c0),
                    start: angle(end_angle),
                    end: angle(start_angle),
                };
                let mut stops = self.stops(color_stops);
                stops.reverse();
                stops.iter_mut().for_each(|stop| stop.offset = 1.0 - stop.offset);
                (kind, stops, extend)
            }
        };
        let repeat = !matches!(extend, Extend::Pad);
        Some(Paint::Gradient(Arc::new(Gradient { kind, stops, repeat, transform })))
    }

    fn clip(&mut self, path: BezPath) {
        let clip = Shape::Path(Arc::new(path), false);
        self.recorder.push(Layer { clip: Some(clip), ..Layer::default() });
    }

    fn outline(&self, glyph: GlyphId) -> BezPath {
        self.transform() * outline::glyph(self.face, glyph.to_u32())
    }
}

impl ColorPainter for Colours<'_> {
    fn push_transform(&mut self, transform: Transform) {
        let Transform { xx, yx, xy, yy, dx, dy } = transform;
        let inner = Affine::new([xx, yx, xy, yy, dx, dy].map(f64::from));
        self.transforms.push(self.transform() * inner);
    }

    fn pop_transform(&mut self) {
        self.transforms.pop();
    }

    fn push_clip_glyph(&mut self, glyph: GlyphId) {
        let path = self.outline(glyph);
        self.clip(path);
    }

    fn push_clip_box(&mut self, area: BoundingBox) {
        let rect = Rect::new(area.x_min.into(), area.y_min.into(), area.x_max.into(), area.y_max.into());
        let path = self.transform() * rect.to_path(0.1);
        self.clip(path);
    }

    fn pop_clip(&mut self) {
        self.recorder.pop();
    }

    fn fill(&mut self, brush: Brush<'_>) {
        // All that the clips around it leave.
        let far = self.face.units() * 4.0;
        let all = Rect::from_center_size(Point::ZERO, (far, far));
        if let Some(paint) = self.paint(brush, self.transform()) {
            self.recorder.fill(Shape::Rect(all), paint);
        }
    }

    fn fill_glyph(&mut self, glyph: GlyphId, brush_transform: Option<Transform>, brush: Brush<'_>) {
        let path = self.outline(glyph);
        if let Some(transform) = brush_transform {
            self.push_transform(transform);
        }
        let paint = self.paint(brush, self.transform());
        if brush_transform.is_some() {
            self.pop_transform();
        }
        if let Some(paint) = paint {
            self.recorder.fill(Shape::Path(Arc::new(path), false), paint);
        }
    }

    fn push_layer(&mut self, mode: CompositeMode) {
        let blend = match mode {
            CompositeMode::Multiply => Blend::Multiply,
            CompositeMode::Screen => Blend::Screen,
            CompositeMode::Overlay => Blend::Overlay,
            CompositeMode::Darken => Blend::Darken,
            CompositeMode::Lighten => Blend::Lighten,
            CompositeMode::SoftLight => Blend::SoftLight,
            CompositeMode::HardLight => Blend::HardLight,
            _ => Blend::Normal,
        };
        self.recorder.push(Layer { blend, isolated: true, ..Layer::default() });
    }

    fn pop_layer(&mut self) {
        self.recorder.pop();
    }
}
