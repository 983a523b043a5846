//! The invariant that the whole product stands on: drawing a part gives the bytes of drawing all.

use std::sync::Arc;

use kurbo::{Affine, BezPath, Point, Rect, RoundedRect, Stroke};
use peniko::{Blob, FontData};
use proptest::prelude::*;

use super::{CpuRasteriser, Frame, Ground, IRect};
use crate::display::{
    Blend, Cluster, Color, ColorStop, DisplayList, Filter, Font, Glyph, GlyphRun, Gradient, GradientKind,
    Layer, Mask, MaskKind, Paint, Pattern, Picture, Projection, Recorder, Shape, damage,
};

const WIDTH: u32 = 210;
const HEIGHT: u32 = 150;

/// A drawing as data, so that it can be changed in one place and drawn again.
#[derive(Debug, Clone)]
enum Item {
    Rect(Rect, Ink),
    Rounded(Rect, f64, Ink),
    Path(Vec<Point>, bool, Ink),
    Stroke(Vec<Point>, f64, Ink),
    Text(Point, f32, Vec<u32>, f32, f32, Ink),
    Picture(Rect, u8, bool, f64),
    Shadow(Rect, f64, f64, Color, bool, f64),
    Group(Box<Look>, Vec<Item>),
}

#[derive(Debug, Clone)]
enum Ink {
    Solid(Color),
    Linear(Point, Point, Color, Color, bool),
    Radial(Point, f64, Color, Color),
    Conic(Point, f64, Color, Color),
    Tiles(Rect, Color),
}

#[derive(Debug, Clone)]
struct Look {
    opacity: f32,
    blend: Blend,
    clip: Option<(Rect, f64)>,
    mask: Option<(Rect, bool)>,
    filters: Vec<Filter>,
    backdrop: Vec<Filter>,
    isolated: bool,
}

fn font() -> Font {
    static FONT: std::sync::OnceLock<FontData> = std::sync::OnceLock::new();
    let data = FONT.get_or_init(|| FontData::new(Blob::new(Arc::new(notosans::REGULAR_TTF)), 0)).clone();
    Font { data }
}

fn picture(seed: u8) -> Picture {
    let (width, height) = (u32::from(seed % 5) * 11 + 3, u32::from(seed % 7) * 9 + 2);
    let pixels = (0..width * height)
        .flat_map(|i| {
            let alpha = if seed.is_multiple_of(2) { 255 } else { (i * 37 % 256) as u8 };
            [i * 5 % 256, i * 11 % 256, i * 23 % 256]
                .map(|v| (v * u32::from(alpha) / 255) as u8)
                .into_iter()
                .chain([alpha])
        })
        .collect();
    Picture {
        width,
        height,
        pixels: Arc::new(pixels),
        opaque: seed.is_multiple_of(2),
        id: seed.into(),
        jpeg: None,
        drawing: None,
    }
}

fn stops(from: Color, to: Color) -> Vec<ColorStop> {
    let stop = |offset, color| ColorStop { offset, color };
    vec![stop(0.1, from), stop(0.6, to), stop(0.6, from), stop(1.0, to)]
}

impl Ink {
    fn paint(&self) -> Paint {
        let gradient = |kind, from, to, repeat| {
            let transform = Affine::new([1.1, 0.1, -0.2, 0.9, 1.5, 2.5]);
            Paint::Gradient(Arc::new(Gradient { kind, stops: stops(from, to), repeat, transform }))
        };
        match *self {
            Self::Solid(color) => Paint::Solid(color),
            Self::Linear(start, end, from, to, repeat) => {
                gradient(GradientKind::Linear { start, end }, from, to, repeat)
            }
            Self::Radial(center, radius, from, to) => {
                gradient(GradientKind::Radial { center, radius }, from, to, false)
            }
            Self::Conic(center, start, from, to) => {
                let end = start + std::f64::consts::TAU;
                gradient(GradientKind::Conic { center, start, end }, from, to, false)
            }
            Self::Tiles(tile, color) => {
                let mut recorder = Recorder::default();
                let dot = Shape::Rounded(RoundedRect::new(1.0, 1.0, 7.0, 7.0, 3.0));
                recorder.fill(dot, Paint::Solid(color));
                let list = Arc::new(recorder.finish(8, 8));
                let transform = Affine::translate((tile.x0, tile.y0));
                let tile = Rect::new(0.0, 0.0, tile.width() / 8.0 + 8.0, tile.height() / 8.0 + 8.0);
                Paint::Pattern(Arc::new(Pattern { list, tile, transform }))
            }
        }
    }
}

fn path(points: &[Point]) -> Arc<BezPath> {
    let mut path = BezPath::new();
    path.move_to(points[0]);
    for piece in points[1..].chunks_exact(3) {
        path.curve_to(piece[0], piece[1], piece[2]);
    }
    path.close_path();
    Arc::new(path)
}

fn record(items: &[Item], recorder: &mut Recorder) {
    for item in items {
        match item {
            Item::Rect(rect, ink) => recorder.fill(Shape::Rect(*rect), ink.paint()),
            Item::Rounded(rect, radius, ink) => {
                recorder.fill(Shape::Rounded(RoundedRect::from_rect(*rect, *radius)), ink.paint());
            }
            Item::Path(points, even_odd, ink) => {
                recorder.fill(Shape::Path(path(points), *even_odd), ink.paint())
            }
            Item::Stroke(points, width, ink) => {
                recorder.stroke(path(points), Stroke::new(*width), ink.paint());
            }
            Item::Text(at, size, ids, skew, embolden, ink) => {
                let glyphs: Vec<Glyph> = ids
                    .iter()
                    .enumerate()
                    .map(|(i, id)| Glyph { id: *id, x: i as f32 * size * 0.6, y: 0.0 })
                    .collect();
                let width = f64::from(*size) * (0.6 * glyphs.len() as f64 + 2.0);
                let clusters =
                    vec![Cluster { text: 0..1, glyphs: 0..glyphs.len() as u32, advance: width as f32 }];
                let run = GlyphRun {
                    font: font(),
                    size: *size,
                    coords: Arc::from([]),
                    skew: *skew,
                    embolden: *embolden,
                    glyphs,
                    paint: ink.paint(),
                    stroke: None,
                    transform: Affine::translate(at.to_vec2()),
                    text: Arc::from("x"),
                    clusters,
                    rtl: false,
                };
                recorder.glyphs(run);
            }
            Item::Picture(rect, seed, smooth, turn) => {
                let picture = picture(*seed);
                let scale = Affine::scale_non_uniform(
                    rect.width() / f64::from(picture.width),
                    rect.height() / f64::from(picture.height),
                );
                let place = Affine::translate((rect.x0, rect.y0)) * Affine::rotate(*turn);
                recorder.picture(picture, place * scale, *smooth);
            }
            Item::Shadow(rect, radius, sigma, color, inset, turn) => {
                let edge = RoundedRect::from_rect(*rect, *radius);
                let shape = RoundedRect::from_rect(*rect + kurbo::Vec2::new(2.5, 4.0), *radius);
                recorder.shadow(shape, *sigma, *color, edge, *inset, Affine::rotate(*turn));
            }
            Item::Group(look, items) => {
                let mask = look.mask.map(|(rect, alpha)| {
                    let mut inner = Recorder::default();
                    inner.fill(Shape::Rounded(RoundedRect::from_rect(rect, 9.0)), Paint::Solid(Color::WHITE));
                    let kind = if alpha { MaskKind::Alpha } else { MaskKind::Luminance };
                    Mask { kind, list: Arc::new(inner.finish(WIDTH, HEIGHT)) }
                });
                recorder.push(Layer {
                    opacity: look.opacity,
                    blend: look.blend,
                    clip: look.clip.map(|(rect, radius)| {
                        if radius > 0.0 {
                            Shape::Rounded(RoundedRect::from_rect(rect, radius))
                        } else {
                            Shape::Rect(rect)
                        }
                    }),
                    mask,
                    filters: look.filters.clone(),
                    backdrop: look.backdrop.clone(),
                    isolated: look.isolated,
                });
                record(items, recorder);
                recorder.pop();
            }
        }
    }
}

fn list(items: &[Item]) -> DisplayList {
    let mut recorder = Recorder::default();
    recorder.fill(Shape::Rect(Rect::new(0.0, 0.0, 210.0, 150.0)), Paint::Solid(Color([0.9, 0.95, 1.0, 1.0])));
    record(items, &mut recorder);
    recorder.finish(WIDTH, HEIGHT)
}

fn point() -> impl Strategy<Value = Point> {
    (-40.0..250.0, -40.0..190.0).prop_map(|(x, y)| Point::new(x, y))
}

fn rect() -> impl Strategy<Value = Rect> {
    (point(), 0.3..160.0, 0.3..120.0, any::<bool>()).prop_map(|(at, width, height, whole)| {
        let rect = Rect::new(at.x, at.y, at.x + width, at.y + height);
        if whole { rect.round() } else { rect }
    })
}

fn color() -> impl Strategy<Value = Color> {
    (any::<[u8; 3]>(), prop_oneof![Just(1.0_f32), 0.0..1.0_f32]).prop_map(|([r, g, b], a)| {
        Color(
            [r, g, b]
                .map(|v| f32::from(v) / 255.0)
                .into_iter()
                .chain([a])
                .collect::<Vec<_>>()
                .try_into()
                .expect("four"),
        )
    })
}

fn ink() -> impl Strategy<Value = Ink> {
    prop_oneof![
        4 => color().prop_map(Ink::Solid),
        1 => (point(), point(), color(), color(), any::<bool>()).prop_map(|(a, b, c, d, e)| Ink::Linear(a, b, c, d, e)),
        1 => (point(), 1.0..90.0, color(), color()).prop_map(|(a, b, c, d)| Ink::Radial(a, b, c, d)),
        1 => (point(), 0.0..6.0, color(), color()).prop_map(|(a, b, c, d)| Ink::Conic(a, b, c, d)),
        1 => (rect(), color()).prop_map(|(a, b)| Ink::Tiles(a, b)),
    ]
}

fn filters(sigma: f32) -> impl Strategy<Value = Vec<Filter>> {
    let filter = prop_oneof![
        (0.1..sigma).prop_map(Filter::Blur),
        (-9.0..9.0_f32, -9.0..9.0_f32, 0.0..sigma, color())
            .prop_map(|(dx, dy, sigma, color)| Filter::DropShadow { dx, dy, sigma, color }),
        Just(Filter::Project(Projection([0.9, 0.1, 5.0, -0.1, 1.0, 3.0, 0.002, -0.001, 1.0]))),
        Just(Filter::Matrix([
            0.4, 0.3, 0.3, 0.0, 0.0, 0.2, 0.5, 0.3, 0.0, 0.1, 0.1, 0.3, 0.6, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0,
            0.0,
        ])),
    ];
    prop_oneof![3 => Just(Vec::new()), 2 => proptest::collection::vec(filter, 1..3)]
}

fn look() -> impl Strategy<Value = Look> {
    let blend = prop_oneof![
        4 => Just(Blend::Normal),
        1 => Just(Blend::Multiply),
        1 => Just(Blend::Screen),
        1 => Just(Blend::Luminosity),
        1 => Just(Blend::SoftLight),
        1 => Just(Blend::PlusLighter),
    ];
    (
        prop_oneof![Just(1.0_f32), 0.0..1.0_f32],
        blend,
        proptest::option::of((rect(), prop_oneof![Just(0.0), 0.0..30.0])),
        prop_oneof![4 => Just(None), 1 => (rect(), any::<bool>()).prop_map(Some)],
        filters(6.0),
        prop_oneof![2 => Just(Vec::new()), 1 => filters(5.0)],
        any::<bool>(),
    )
        .prop_map(|(opacity, blend, clip, mask, filters, backdrop, isolated)| Look {
            opacity,
            blend,
            clip,
            mask,
            filters,
            backdrop,
            isolated,
        })
}

fn item() -> impl Strategy<Value = Item> {
    let points = || proptest::collection::vec(point(), 7..=7);
    let turn = || prop_oneof![Just(0.0), -0.6..0.6];
    let leaf = prop_oneof![
        (rect(), ink()).prop_map(|(a, b)| Item::Rect(a, b)),
        (rect(), 0.0..40.0, ink()).prop_map(|(a, b, c)| Item::Rounded(a, b, c)),
        (points(), any::<bool>(), ink()).prop_map(|(a, b, c)| Item::Path(a, b, c)),
        (points(), 0.2..9.0, ink()).prop_map(|(a, b, c)| Item::Stroke(a, b, c)),
        (
            point(),
            5.0..60.0_f32,
            proptest::collection::vec(1..900_u32, 1..9),
            prop_oneof![Just(0.0_f32), Just(14.0_f32)],
            prop_oneof![Just(0.0_f32), Just(0.5_f32)],
            ink()
        )
            .prop_map(|(a, b, c, d, e, f)| Item::Text(a, b, c, d, e, f)),
        (rect(), any::<u8>(), any::<bool>(), turn()).prop_map(|(a, b, c, d)| Item::Picture(a, b, c, d)),
        (rect(), 0.0..30.0, prop_oneof![Just(0.0), 0.1..12.0], color(), any::<bool>(), turn())
            .prop_map(|(a, b, c, d, e, f)| Item::Shadow(a, b, c, d, e, f)),
    ];
    leaf.prop_recursive(3, 20, 5, |inner| {
        (look(), proptest::collection::vec(inner, 1..5))
            .prop_map(|(look, items)| Item::Group(Box::new(look), items))
    })
}

/// The item in another paint; groups keep theirs.
fn repainted(item: &Item, ink: &Ink) -> Item {
    let mut item = item.clone();
    match &mut item {
        Item::Rect(.., own)
        | Item::Rounded(.., own)
        | Item::Path(.., own)
        | Item::Stroke(.., own)
        | Item::Text(.., own) => *own = ink.clone(),
        Item::Picture(..) | Item::Shadow(..) => {}
        Item::Group(_, items) => *items = items.iter().map(|item| repainted(item, ink)).collect(),
    }
    item
}

/// Lists that share commands, or their outlines, and parts of the frame.
pub(super) fn related_lists() -> impl Strategy<Value = (Vec<DisplayList>, Vec<IRect>)> {
    let pick = (any::<prop::sample::Index>(), proptest::option::weighted(0.3, ink()));
    let lists = proptest::collection::vec(proptest::collection::vec(pick, 1..6), 2..6);
    let rects = proptest::collection::vec(irect(), 1..4);
    (proptest::collection::vec(item(), 2..8), lists, rects).prop_map(|(all, lists, rects)| {
        let lists = lists.iter().map(|picks| {
            let items = picks.iter().map(|(index, ink)| {
                let item = index.get(&all);
                ink.as_ref().map_or_else(|| item.clone(), |ink| repainted(item, ink))
            });
            list(&items.collect::<Vec<_>>())
        });
        (lists.collect(), rects)
    })
}

fn irect() -> impl Strategy<Value = IRect> {
    (0..WIDTH, 0..HEIGHT, 1..120_u32, 1..90_u32)
        .prop_map(|(x, y, w, h)| IRect::new(x, y, (x + w).min(WIDTH), (y + h).min(HEIGHT)))
}

fn difference(expected: &Frame, found: &Frame) -> Option<String> {
    let index = expected.pixels.iter().zip(&found.pixels).position(|(a, b)| a != b)?;
    let pixel = index / 4 * 4;
    Some(format!(
        "pixel ({}, {}): expected {:?}, found {:?}",
        pixel / 4 % WIDTH as usize,
        pixel / 4 / WIDTH as usize,
        &expected.pixels[pixel..pixel + 4],
        &found.pixels[pixel..pixel + 4]
    ))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_part_is_drawn_as_the_whole_is(
        items in proptest::collection::vec(item(), 1..9),
        rects in proptest::collection::vec(irect(), 1..4),
    ) {
        let list = list(&items);
        let mut rasteriser = CpuRasteriser::new();
        let mut whole = Frame::default();
        rasteriser.render(&list, &mut whole);
        // Rubbish outside and inside the rectangles: the one must stay, the other must go.
        let mut part = Frame::new(WIDTH, HEIGHT);
        part.pixels.fill(77);
        let mut expected = part.clone();
        for rect in &rects {
            expected.copy_rect_from(&whole, *rect);
        }
        // With caches warm and cold.
        for mut rasteriser in [rasteriser, CpuRasteriser::new()] {
            let mut part = part.clone();
            rasteriser.render_rects(&list, &mut part, &rects);
            prop_assert_eq!(difference(&expected, &part), None);
        }
    }

    #[test]
    fn drawing_the_damage_over_the_old_gives_the_new(
        mut items in proptest::collection::vec(item(), 1..9),
        new in item(),
        at in any::<prop::sample::Index>(),
        deep in any::<bool>(),
        change in 0..3_u8,
    ) {
        let base = list(&items);
        let index = at.index(items.len());
        let target = match &mut items[index] {
            Item::Group(_, inner) if deep => inner,
            _ => &mut items,
        };
        let index = at.index(target.len());
        match change {
            0 => target[index] = new,
            1 => target.insert(index, new),
            _ => target.swap(0, index),
        }
        let next = list(&items);
        let mut rasteriser = CpuRasteriser::new();
        let (mut patched, mut whole) = (Frame::default(), Frame::default());
        rasteriser.render(&base, &mut patched);
        let rects = damage(&base, &next);
        rasteriser.render_rects(&next, &mut patched, &rects);
        rasteriser.render(&next, &mut whole);
        prop_assert_eq!(difference(&whole, &patched), None);
    }

    #[test]
    fn drawing_over_the_ground_gives_the_same(
        all in proptest::collection::vec(item(), 3..10),
        lists in proptest::collection::vec(proptest::collection::vec(any::<prop::sample::Index>(), 1..3), 2..6),
        rects in proptest::collection::vec(irect(), 1..4),
    ) {
        // Every list lacks another few of the items.
        let mut rasteriser = CpuRasteriser::new();
        let mut ground = Ground::default();
        for lacks in lists {
            let lacks: Vec<usize> = lacks.iter().map(|lack| lack.index(all.len())).collect();
            let items: Vec<Item> = all
                .iter()
                .enumerate()
                .filter(|(index, _)| !lacks.contains(index))
                .map(|(_, item)| item.clone())
                .collect();
            let list = list(&items);
            let mut expected = Frame::new(WIDTH, HEIGHT);
            let mut drawn = expected.clone();
            rasteriser.render_rects(&list, &mut expected, &rects);
            rasteriser.render_rects_over(&mut ground, &list, &mut drawn, &rects);
            prop_assert_eq!(difference(&expected, &drawn), None);
        }
    }
}

fn frame_of(items: &[Item]) -> Frame {
    let mut frame = Frame::default();
    CpuRasteriser::new().render(&list(items), &mut frame);
    frame
}

fn pixel(frame: &Frame, x: u32, y: u32) -> [u8; 4] {
    let start = ((y * frame.width + x) * 4) as usize;
    std::array::from_fn(|i| frame.pixels[start + i])
}

fn plain() -> Look {
    Look {
        opacity: 1.0,
        blend: Blend::Normal,
        clip: None,
        mask: None,
        filters: Vec::new(),
        backdrop: Vec::new(),
        isolated: false,
    }
}

const RED: Color = Color([1.0, 0.0, 0.0, 1.0]);

#[test]
fn pictures_land_pixel_on_pixel() {
    let picture = picture(4);
    let (width, height) = (picture.width, picture.height);
    let rect = Rect::new(20.0, 58.0, 20.0 + f64::from(width), 58.0 + f64::from(height));
    let frame = frame_of(&[Item::Picture(rect, 4, true, 0.0)]);
    for y in 0..height {
        for x in 0..width {
            let start = ((y * width + x) * 4) as usize;
            assert_eq!(pixel(&frame, 20 + x, 58 + y), picture.pixels[start..start + 4], "at ({x}, {y})");
        }
    }
}

#[test]
fn layers_clip_fade_and_multiply() {
    let all = Rect::new(0.0, 0.0, 210.0, 150.0);
    let red = || vec![Item::Rect(all, Ink::Solid(RED))];
    let ground = [230, 242, 255, 255];
    let clipped = frame_of(&[Item::Group(
        Box::new(Look { clip: Some((Rect::new(10.0, 10.0, 50.0, 100.0), 0.0)), ..plain() }),
        red(),
    )]);
    assert_eq!(pixel(&clipped, 9, 50), ground);
    assert_eq!(pixel(&clipped, 10, 99), [255, 0, 0, 255]);
    let faded = frame_of(&[Item::Group(Box::new(Look { opacity: 0.5, ..plain() }), red())]);
    let [r, g, b, a] = pixel(&faded, 100, 100);
    assert!(r.abs_diff(242) < 3 && g.abs_diff(121) < 3 && b.abs_diff(128) < 3 && a == 255, "{r} {g} {b} {a}");
    let multiplied = frame_of(&[Item::Group(Box::new(Look { blend: Blend::Multiply, ..plain() }), red())]);
    assert_eq!(pixel(&multiplied, 100, 100), [230, 0, 0, 255]);
}

#[test]
fn backdrops_blur_only_what_is_below_them() {
    let stripe = Rect::new(0.0, 0.0, 100.0, 150.0);
    let frame = frame_of(&[
        Item::Rect(stripe, Ink::Solid(RED)),
        Item::Group(
            Box::new(Look {
                clip: Some((Rect::new(60.0, 40.0, 140.0, 110.0), 0.0)),
                backdrop: vec![Filter::Blur(5.0)],
                ..plain()
            }),
            vec![Item::Rect(Rect::new(70.0, 50.0, 75.0, 55.0), Ink::Solid(Color::BLACK))],
        ),
    ]);
    // Outside the clip the edge is sharp, inside it is soft, and the group's own content is sharp.
    assert_eq!((pixel(&frame, 99, 20)[1], pixel(&frame, 100, 20)[1]), (0, 242));
    let soft = pixel(&frame, 100, 80)[1];
    assert!((100..160).contains(&soft), "{soft}");
    assert_eq!(pixel(&frame, 72, 52), [0, 0, 0, 255]);
}

#[test]
fn shadows_fade_around_their_box_and_not_under_it() {
    let rect = Rect::new(60.0, 40.0, 150.0, 110.0);
    let frame = frame_of(&[Item::Shadow(rect, 12.0, 6.0, Color::BLACK, false, 0.0)]);
    let ground = [230, 242, 255, 255];
    assert_eq!(pixel(&frame, 100, 75), ground, "under the box");
    let (near, far) = (pixel(&frame, 155, 75)[0], pixel(&frame, 165, 75)[0]);
    assert!(near < far && far < 230, "{near} {far}");
    assert_eq!(pixel(&frame, 190, 75), ground);
    let inset = frame_of(&[Item::Shadow(rect, 12.0, 6.0, Color::BLACK, true, 0.0)]);
    assert_eq!(pixel(&inset, 40, 75), ground);
    assert!(pixel(&inset, 61, 75)[0] < 120 && pixel(&inset, 105, 80)[0] > 220);
}

#[test]
fn equal_lists_have_no_damage_and_small_changes_little() {
    let rect = |x: f64| Item::Rect(Rect::new(x, 20.0, x + 10.0, 30.0), Ink::Solid(RED));
    let base = list(&[rect(10.0), rect(50.0), rect(150.0)]);
    assert_eq!(damage(&base, &base.clone()), []);
    let next = list(&[rect(10.0), rect(52.0), rect(150.0)]);
    assert_eq!(damage(&base, &next), [IRect::new(49, 19, 63, 31)]);
}

#[test]
fn the_rasteriser_can_move_between_threads() {
    fn sendable<T: Send>(_: T) {}
    sendable(CpuRasteriser::new());
}

/// Bounds are in device pixels: a shadow drawn small still reaches as far as its blur.
#[test]
fn a_shadow_within_a_scale_is_not_cut() {
    let rect = RoundedRect::new(200.0, 200.0, 600.0, 400.0, 0.0);
    let mut recorder = Recorder::default();
    let nothing = RoundedRect::new(0.0, 0.0, 0.0, 0.0, 0.0);
    recorder.shadow(rect, 6.0, Color::BLACK, nothing, false, Affine::scale(0.2));
    let list = recorder.finish(WIDTH, HEIGHT);
    let mut frame = Frame::default();
    CpuRasteriser::new().render(&list, &mut frame);
    // 15 pixels left of the rectangle's edge at 40, and far from it.
    assert!(pixel(&frame, 30, 60)[3] > 4);
    assert_eq!(pixel(&frame, 10, 60), [0; 4]);
}

/// Edges on an opaque ground stay opaque, so that the file needs no alpha.
#[test]
fn what_lies_on_an_opaque_ground_is_opaque() {
    let ground = Item::Rect(Rect::new(0.0, 0.0, WIDTH.into(), HEIGHT.into()), Ink::Solid(Color::WHITE));
    let radial = Ink::Radial(Point::new(80.0, 70.0), 60.0, Color::BLACK, Color([0.9, 0.3, 0.2, 1.0]));
    let disc = Item::Rounded(Rect::new(20.3, 10.7, 140.1, 130.5), 59.0, radial);
    let frame = frame_of(&[ground, disc]);
    assert!(frame.pixels.chunks_exact(4).all(|pixel| pixel[3] == 255));
}

#[test]
fn nothing_is_blended_alike_in_a_part_and_in_the_whole() {
    let white = Item::Rect(Rect::new(0.0, 0.0, 210.0, 150.0), Ink::Solid(Color([0.996, 0.996, 0.996, 1.0])));
    // A gradient needs no pixels where it does not reach; the group's other item stretches the group.
    let (start, end) = (Point::ZERO, Point::new(50.0, 50.0));
    let ink = Ink::Linear(start, end, Color::BLACK, Color::BLACK, false);
    let look = Look {
        opacity: 1.0,
        blend: Blend::Luminosity,
        clip: None,
        mask: None,
        filters: Vec::new(),
        backdrop: Vec::new(),
        isolated: false,
    };
    let items = vec![
        Item::Rect(Rect::new(0.0, 0.0, 40.0, 150.0), ink),
        Item::Picture(Rect::new(85.0, 0.0, 245.0, 0.3), 0, false, 0.0),
    ];
    let list = list(&[white, Item::Group(Box::new(look), items)]);
    let rect = IRect::new(162, 110, 193, 148);
    let (mut whole, mut part) = (Frame::default(), Frame::new(WIDTH, HEIGHT));
    CpuRasteriser::new().render(&list, &mut whole);
    CpuRasteriser::new().render_rects(&list, &mut part, &[rect]);
    let mut expected = Frame::new(WIDTH, HEIGHT);
    expected.copy_rect_from(&whole, rect);
    assert_eq!(difference(&expected, &part), None);
}

/// What else is in a group does not change how its own pixels are laid down.
#[test]
fn where_a_group_begins_rounds_nothing() {
    let solid = |color| Ink::Solid(Color(color));
    let group = |members| {
        let mask = Some((Rect::new(97.0, 118.0, 194.0, 149.0), false));
        let look = Look {
            opacity: 1.0,
            blend: Blend::Normal,
            clip: None,
            mask,
            filters: vec![],
            backdrop: vec![],
            isolated: true,
        };
        Item::Group(Box::new(look), members)
    };
    let color = [0.894_117_65, 0.427_450_98, 0.741_176_5, 0.892_871_2];
    let card = Item::Rounded(Rect::new(96.0, 134.0, 117.0, 245.0), 3.528_616_158_790_675_7, solid(color));
    let other = Item::Rect(Rect::new(40.0, 30.0, 46.0, 40.0), solid([0.1, 0.8, 0.5, 0.2]));
    let [alone, together] = [vec![card.clone()], vec![other, card]].map(|members| {
        let mut frame = Frame::default();
        CpuRasteriser::new().render(&list(&[group(members)]), &mut frame);
        frame
    });
    // The mask hides the other one.
    assert_eq!(difference(&alone, &together), None);
}
