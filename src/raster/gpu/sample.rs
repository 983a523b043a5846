//! A picture with something of everything, for the self-test.

use std::sync::Arc;

use kurbo::{Affine, BezPath, Point, Rect, RoundedRect, Shape as _, Stroke, Vec2};
use skrifa::MetadataProvider as _;
use skrifa::instance::{LocationRef, Size};

use crate::display::{
    Blend, Color, ColorStop, DisplayList, Font, Glyph, GlyphRun, Gradient, GradientKind, Layer, Paint,
    Recorder, Shape,
};

/// Pixels across and down.
const SIDE: f64 = 256.0;

/// Gradients, a shadow, strokes, a clip, blending and text.
pub(super) fn sample() -> DisplayList {
    let mut recorder = Recorder::default();
    let frame = Rect::new(0.0, 0.0, SIDE, SIDE);
    let plum = Color([0.35, 0.1, 0.45, 1.0]);
    let stops = [(0.0, Color([0.1, 0.2, 0.5, 1.0])), (1.0, plum)];
    let gradient = Gradient {
        kind: GradientKind::Linear { start: Point::ZERO, end: Point::new(SIDE, SIDE) },
        stops: stops.map(|(offset, color)| ColorStop { offset, color }).to_vec(),
        repeat: false,
        transform: Affine::IDENTITY,
    };
    recorder.fill(Shape::Rect(frame), Paint::Gradient(Arc::new(gradient)));
    let card = RoundedRect::from_rect(Rect::new(24.5, 30.0, 231.5, 170.0), 18.0);
    recorder.shadow(
        card + Vec2::new(0.0, 6.0),
        9.0,
        Color([0.0, 0.0, 0.0, 0.5]),
        card,
        false,
        Affine::IDENTITY,
    );
    recorder.fill(Shape::Rounded(card), Paint::Solid(Color::WHITE));
    recorder.push(Layer { clip: Some(Shape::Rounded(card)), ..Layer::default() });
    let circle: BezPath = kurbo::Circle::new((196.0, 60.0), 52.0).to_path(0.1);
    recorder.fill(Shape::Path(Arc::new(circle.clone()), false), Paint::Solid(Color([0.95, 0.6, 0.1, 1.0])));
    recorder.push(Layer { blend: Blend::Multiply, opacity: 0.8, ..Layer::default() });
    recorder
        .fill(Shape::Rect(Rect::new(150.0, 80.0, 256.0, 120.0)), Paint::Solid(Color([0.4, 0.9, 0.8, 1.0])));
    recorder.pop();
    recorder.pop();
    let dashes = Stroke::new(3.0).with_dashes(0.0, [9.0, 5.0]);
    recorder.stroke(Arc::new(circle), dashes, Paint::Solid(plum));
    for (text, size, y, color) in
        [("Ågnes & Jürgen", 24.0, 150.0, plum), ("same picture, faster", 15.0, 210.0, Color::WHITE)]
    {
        recorder.glyphs(run(text, size, Point::new(36.0, y), color));
    }
    recorder.finish(SIDE as u32, SIDE as u32)
}

/// Text in the built-in font, without shaping.
fn run(text: &str, size: f32, at: Point, color: Color) -> GlyphRun {
    let data = peniko::FontData::new(peniko::Blob::new(Arc::new(notosans::REGULAR_TTF)), 0);
    let font = skrifa::FontRef::new(notosans::REGULAR_TTF).expect("the built-in font is whole");
    let (characters, metrics) = (font.charmap(), font.glyph_metrics(Size::new(size), LocationRef::default()));
    let mut x = at.x as f32;
    let glyphs = text
        .chars()
        .map(|character| {
            let id = characters.map(character).unwrap_or_default();
            let glyph = Glyph { id: id.to_u32(), x, y: at.y as f32 };
            x += metrics.advance_width(id).unwrap_or_default();
            glyph
        })
        .collect();
    GlyphRun {
        font: Font { data },
        size,
        coords: Arc::new([]),
        skew: 0.0,
        embolden: 0.0,
        glyphs,
        paint: Paint::Solid(color),
        stroke: None,
        transform: Affine::IDENTITY,
        text: text.into(),
        clusters: Vec::new(),
        rtl: false,
    }
}
