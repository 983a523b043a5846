//! A drawing (SVG) as commands, for outputs that are made of shapes themselves.
//!
//! What the commands cannot say (SVG filters, circles of gradients that are not around one centre) is
//! drawn by resvg, and only that part is a picture.

use std::sync::Arc;

use kurbo::{Affine, BezPath, PathEl, Point, Rect, Shape as _};
use resvg::{tiny_skia, usvg};

use super::drawn_text;
use super::image::Image;
use crate::display::{
    Blend, Color, ColorStop, DisplayList, Gradient, GradientKind, Layer, Mask, MaskKind, Paint, Pattern,
    Picture, Recorder, Shape,
};

/// Patterns, masks and drawings within drawings are followed this deep.
const MAX_DEPTH: usize = 16;
/// How far an outlined stroke may be from the true one, in pixels.
const TOLERANCE: f64 = 0.02;

/// What the drawing shows on `width` × `height` pixels, carried there by `place`.
pub(super) fn commands(tree: &usvg::Tree, place: Affine, width: u32, height: u32) -> DisplayList {
    let fonts = tree.fontdb().clone();
    let mut drawing = Drawing { recorder: Recorder::default(), fonts, size: (width, height), depth: 0 };
    drawing.nodes(tree.root(), place);
    drawing.recorder.finish(width, height)
}

struct Drawing {
    recorder: Recorder,
    fonts: Arc<usvg::fontdb::Database>,
    /// Of the whole list, in pixels.
    size: (u32, u32),
    /// Lists around this one.
    depth: usize,
}

impl Drawing {
    fn nodes(&mut self, group: &usvg::Group, transform: Affine) {
        for node in group.children() {
            match node {
                usvg::Node::Group(group) => self.group(node, group, transform),
                usvg::Node::Path(path) => self.path(node, path, transform),
                usvg::Node::Image(image) => self.image(image, transform),
                usvg::Node::Text(text) => {
                    let flattened = text.flattened();
                    self.nodes(flattened, transform * affine(flattened.transform()));
                    for run in drawn_text::runs(text, &self.fonts, transform) {
                        self.recorder.glyphs(run);
                    }
                }
            }
        }
    }

    fn group(&mut self, node: &usvg::Node, group: &usvg::Group, parent: Affine) {
        let transform = parent * affine(group.transform());
        if !group.should_isolate() {
            return self.nodes(group, transform);
        }
        if !group.filters().is_empty() {
            return self.pixels(node, parent);
        }
        let layers = self.layers(group, transform);
        let count = layers.len();
        layers.into_iter().for_each(|layer| self.recorder.push(layer));
        self.nodes(group, transform);
        (0..count).for_each(|_| self.recorder.pop());
    }

    /// What a group is to be put into, the outermost first: masks and clips one at a time.
    fn layers(&mut self, group: &usvg::Group, transform: Affine) -> Vec<Layer> {
        let mut layers = vec![Layer {
            opacity: group.opacity().get(),
            blend: blend(group.blend_mode()),
            isolated: group.isolate() || blends(group),
            ..Layer::default()
        }];
        let mut mask = group.mask();
        while let Some(one) = mask {
            layers.push(Layer { mask: Some(self.mask(one, transform)), ..Layer::default() });
            mask = one.mask();
        }
        let mut clip = group.clip_path();
        while let Some(one) = clip {
            layers.push(self.clip(one, transform));
            clip = one.clip_path();
        }
        // The first does nothing of its own where a group is only cut.
        if layers.len() > 1 && layers[0] == Layer::default() {
            layers.remove(0);
        }
        layers
    }

    fn mask(&mut self, mask: &usvg::Mask, transform: Affine) -> Mask {
        let rect = mask.rect();
        let rect = Rect::from_origin_size(
            (f64::from(rect.x()), f64::from(rect.y())),
            (f64::from(rect.width()), f64::from(rect.height())),
        );
        let list = self.nested(|inner| {
            let clip = Shape::Path(Arc::new(transform * rect.to_path(0.1)), false);
            inner.recorder.push(Layer { clip: Some(clip), ..Layer::default() });
            inner.nodes(mask.root(), transform);
            inner.recorder.pop();
        });
        let kind = match mask.kind() {
            usvg::MaskType::Luminance => MaskKind::Luminance,
            usvg::MaskType::Alpha => MaskKind::Alpha,
        };
        Mask { kind, list: Arc::new(list) }
    }

    /// One shape cuts as it is, several of them as a mask.
    fn clip(&mut self, clip: &usvg::ClipPath, transform: Affine) -> Layer {
        let transform = transform * affine(clip.transform());
        if let Some(shape) = only_shape(clip.root(), transform) {
            return Layer { clip: Some(shape), ..Layer::default() };
        }
        let list = self.nested(|inner| inner.stencil(clip.root(), transform));
        Layer { mask: Some(Mask { kind: MaskKind::Alpha, list: Arc::new(list) }), ..Layer::default() }
    }

    /// The shapes of a clip path.
    fn stencil(&mut self, group: &usvg::Group, transform: Affine) {
        for node in group.children() {
            match node {
                usvg::Node::Path(path) => {
                    if let Some(shape) = fill_shape(path, transform) {
                        self.recorder.fill(shape, Paint::Solid(Color::BLACK));
                    }
                }
                usvg::Node::Text(text) => self.stencil(text.flattened(), transform),
                usvg::Node::Group(group) => {
                    let transform = transform * affine(group.transform());
                    let layer = group.clip_path().map(|clip| self.clip(clip, transform));
                    let cut = layer.is_some();
                    layer.into_iter().for_each(|layer| self.recorder.push(layer));
                    self.stencil(group, transform);
                    if cut {
                        self.recorder.pop();
                    }
                }
                usvg::Node::Image(_) => {}
            }
        }
    }

    /// A list of its own.
    fn nested(&mut self, draw: impl FnOnce(&mut Self)) -> DisplayList {
        let (width, height) = self.size;
        let (fonts, depth) = (self.fonts.clone(), self.depth + 1);
        let mut inner = Self { recorder: Recorder::default(), fonts, size: self.size, depth };
        if inner.depth < MAX_DEPTH {
            draw(&mut inner);
        }
        inner.recorder.finish(width, height)
    }

    fn path(&mut self, node: &usvg::Node, path: &usvg::Path, transform: Affine) {
        if !path.is_visible() {
            return;
        }
        let paints = [path.fill().map(usvg::Fill::paint), path.stroke().map(usvg::Stroke::paint)];
        if paints.into_iter().flatten().any(has_two_circles) {
            return self.pixels(node, transform);
        }
        if path.paint_order() == usvg::PaintOrder::FillAndStroke {
            self.fill(path, transform);
            self.stroke(path, transform);
        } else {
            self.stroke(path, transform);
            self.fill(path, transform);
        }
    }

    fn fill(&mut self, path: &usvg::Path, transform: Affine) {
        let Some(fill) = path.fill() else { return };
        let Some(shape) = fill_shape(path, transform) else { return };
        self.painted(fill.paint(), fill.opacity(), transform, |recorder, paint| recorder.fill(shape, paint));
    }

    fn stroke(&mut self, path: &usvg::Path, transform: Affine) {
        let Some(stroke) = path.stroke() else { return };
        let style = stroke_style(stroke);
        let outline = bez_path(path.data());
        let [a, b, c, d, ..] = transform.as_coeffs();
        let (x, y) = (a.hypot(b), c.hypot(d));
        let keeps_shape = (x - y).abs() < 1e-6 * x && (a * c + b * d).abs() < 1e-6 * x * y;
        self.painted(stroke.paint(), stroke.opacity(), transform, |recorder, paint| {
            if keeps_shape {
                let mut style = style;
                style.width *= x;
                style.dash_offset *= x;
                style.dash_pattern.iter_mut().for_each(|length| *length *= x);
                recorder.stroke(Arc::new(transform * outline), style, paint);
            } else {
                let tolerance = TOLERANCE / x.max(y).max(1e-6);
                let shape = kurbo::stroke(outline.iter(), &style, &kurbo::StrokeOpts::default(), tolerance);
                recorder.fill(Shape::Path(Arc::new(transform * shape), false), paint);
            }
        });
    }

    /// Draws with a paint, in a group of the paint's opacity where the paint has none.
    fn painted(
        &mut self,
        paint: &usvg::Paint,
        opacity: usvg::Opacity,
        transform: Affine,
        draw: impl FnOnce(&mut Recorder, Paint),
    ) {
        let opacity = opacity.get();
        let gradient = |base: &usvg::BaseGradient, kind: GradientKind| {
            let (kind, stops, repeat) = spread(base, kind, opacity);
            let transform = transform * affine(base.transform());
            Paint::Gradient(Arc::new(Gradient { kind, stops, repeat, transform }))
        };
        let paint = match paint {
            usvg::Paint::Color(value) => Paint::Solid(color(*value, opacity)),
            usvg::Paint::LinearGradient(linear) => {
                let start = Point::new(linear.x1().into(), linear.y1().into());
                let end = Point::new(linear.x2().into(), linear.y2().into());
                gradient(linear, GradientKind::Linear { start, end })
            }
            usvg::Paint::RadialGradient(radial) => {
                let center = Point::new(radial.cx().into(), radial.cy().into());
                gradient(radial, GradientKind::Radial { center, radius: radial.r().get().into() })
            }
            usvg::Paint::Pattern(pattern) => {
                let paint = self.pattern(pattern, transform);
                self.recorder.push(Layer { opacity, ..Layer::default() });
                draw(&mut self.recorder, paint);
                return self.recorder.pop();
            }
        };
        draw(&mut self.recorder, paint);
    }

    fn pattern(&mut self, pattern: &usvg::Pattern, transform: Affine) -> Paint {
        let rect = pattern.rect();
        let place = affine(pattern.transform()) * Affine::translate((rect.x().into(), rect.y().into()));
        let list = self.nested(|inner| inner.nodes(pattern.root(), Affine::IDENTITY));
        let tile = Rect::new(0.0, 0.0, rect.width().into(), rect.height().into());
        Paint::Pattern(Arc::new(Pattern { list: Arc::new(list), tile, transform: transform * place }))
    }

    fn image(&mut self, image: &usvg::Image, transform: Affine) {
        if !image.is_visible() {
            return;
        }
        let bytes = match image.kind() {
            usvg::ImageKind::SVG(tree) => {
                self.depth += 1;
                if self.depth < MAX_DEPTH {
                    self.nodes(tree.root(), transform);
                }
                self.depth -= 1;
                return;
            }
            usvg::ImageKind::JPEG(bytes)
            | usvg::ImageKind::PNG(bytes)
            | usvg::ImageKind::GIF(bytes)
            | usvg::ImageKind::WEBP(bytes) => bytes,
        };
        let size = image.size();
        let (width, height) = (f64::from(size.width()), f64::from(size.height()));
        // One that cannot be decoded is not shown by resvg either.
        let decoded = Image::decode("", bytes, &Arc::default());
        let Some(picture) = decoded.ok().and_then(|image| image.picture(width, height)) else { return };
        let scale =
            Affine::scale_non_uniform(width / f64::from(picture.width), height / f64::from(picture.height));
        let smooth = !matches!(
            image.rendering_mode(),
            usvg::ImageRendering::OptimizeSpeed
                | usvg::ImageRendering::CrispEdges
                | usvg::ImageRendering::Pixelated
        );
        self.recorder.picture(picture, transform * scale, smooth);
    }

    /// A node as resvg draws it.
    fn pixels(&mut self, node: &usvg::Node, parent: Affine) {
        let Some(bounds) = layer_bounds(node) else { return };
        let canvas = Rect::new(0.0, 0.0, self.size.0.into(), self.size.1.into());
        let area = parent.transform_rect_bbox(bounds).inflate(1.0, 1.0).expand().intersect(canvas);
        if !(area.width() >= 1.0 && area.height() >= 1.0) {
            return;
        }
        let (width, height) = (area.width() as u32, area.height() as u32);
        let Some(mut pixmap) = tiny_skia::Pixmap::new(width, height) else { return };
        // resvg moves the node's own corner to the pixmap's, which is undone.
        let Some(corner) = node.abs_layer_bounding_box() else { return };
        let place = Affine::translate(-area.origin().to_vec2())
            * parent
            * Affine::translate((corner.x().into(), corner.y().into()));
        let [a, b, c, d, e, f] = place.as_coeffs().map(|value| value as f32);
        let transform = tiny_skia::Transform::from_row(a, b, c, d, e, f);
        if resvg::render_node(node, transform, &mut pixmap.as_mut()).is_none() {
            return;
        }
        let hash = blake3::hash(pixmap.data());
        let picture = Picture {
            width,
            height,
            opaque: false,
            id: u64::from_le_bytes(hash.as_bytes()[..8].try_into().expect("eight bytes")),
            jpeg: None,
            drawing: None,
            pixels: Arc::new(pixmap.take()),
        };
        self.recorder.picture(picture, Affine::translate(area.origin().to_vec2()), true);
    }
}

/// All that a node can touch, in its parent's space.
fn layer_bounds(node: &usvg::Node) -> Option<Rect> {
    let (rect, transform) = match node {
        usvg::Node::Group(group) => (group.layer_bounding_box().to_rect(), affine(group.transform())),
        _ => (node.stroke_bounding_box(), Affine::IDENTITY),
    };
    let rect = Rect::new(rect.left().into(), rect.top().into(), rect.right().into(), rect.bottom().into());
    rect.is_finite().then(|| transform.transform_rect_bbox(rect))
}

/// Whether anything in a group blends with what is below it.
fn blends(group: &usvg::Group) -> bool {
    group.children().iter().any(|node| match node {
        usvg::Node::Group(group) => group.blend_mode() != usvg::BlendMode::Normal || blends(group),
        _ => false,
    })
}

/// The shape of a clip path that has only one.
fn only_shape(group: &usvg::Group, transform: Affine) -> Option<Shape> {
    match group.children() {
        [usvg::Node::Path(path)] => fill_shape(path, transform),
        [usvg::Node::Group(group)] if group.clip_path().is_none() => {
            only_shape(group, transform * affine(group.transform()))
        }
        _ => None,
    }
}

/// What a path fills; `None` for one that does not, or has no area.
fn fill_shape(path: &usvg::Path, transform: Affine) -> Option<Shape> {
    let (fill, bounds) = (path.fill()?, path.data().bounds());
    let shows = path.is_visible() && bounds.width() > 0.0 && bounds.height() > 0.0;
    let even_odd = fill.rule() == usvg::FillRule::EvenOdd;
    shows.then(|| Shape::Path(Arc::new(transform * bez_path(path.data())), even_odd))
}

/// Whether a gradient goes from one circle to another that is not around the same point.
fn has_two_circles(paint: &usvg::Paint) -> bool {
    match paint {
        usvg::Paint::RadialGradient(radial) => {
            (radial.fx(), radial.fy()) != (radial.cx(), radial.cy()) || radial.fr().get() > 0.0
        }
        _ => false,
    }
}

/// The gradient with its stops. One that is reflected is one of twice the length, there and back, repeated.
fn spread(
    base: &usvg::BaseGradient,
    kind: GradientKind,
    opacity: f32,
) -> (GradientKind, Vec<ColorStop>, bool) {
    let stops: Vec<ColorStop> = base
        .stops()
        .iter()
        .map(|stop| ColorStop {
            offset: stop.offset().get(),
            color: color(stop.color(), stop.opacity().get() * opacity),
        })
        .collect();
    match base.spread_method() {
        usvg::SpreadMethod::Pad => (kind, stops, false),
        usvg::SpreadMethod::Repeat => (kind, stops, true),
        usvg::SpreadMethod::Reflect => {
            let there = stops.iter().map(|stop| ColorStop { offset: stop.offset / 2.0, ..*stop });
            let back = stops.iter().rev().map(|stop| ColorStop { offset: 1.0 - stop.offset / 2.0, ..*stop });
            let kind = match kind {
                GradientKind::Linear { start, end } => {
                    GradientKind::Linear { start, end: end + (end - start) }
                }
                GradientKind::Radial { center, radius } => {
                    GradientKind::Radial { center, radius: 2.0 * radius }
                }
                conic @ GradientKind::Conic { .. } => conic,
            };
            (kind, there.chain(back).collect(), true)
        }
    }
}

fn color(color: usvg::Color, alpha: f32) -> Color {
    let [r, g, b] = [color.red, color.green, color.blue].map(|value| f32::from(value) / 255.0);
    Color([r, g, b, alpha])
}

fn stroke_style(stroke: &usvg::Stroke) -> kurbo::Stroke {
    let cap = match stroke.linecap() {
        usvg::LineCap::Butt => kurbo::Cap::Butt,
        usvg::LineCap::Round => kurbo::Cap::Round,
        usvg::LineCap::Square => kurbo::Cap::Square,
    };
    let join = match stroke.linejoin() {
        usvg::LineJoin::Miter | usvg::LineJoin::MiterClip => kurbo::Join::Miter,
        usvg::LineJoin::Round => kurbo::Join::Round,
        usvg::LineJoin::Bevel => kurbo::Join::Bevel,
    };
    let dashes = stroke.dasharray().unwrap_or_default().iter().map(|length| f64::from(*length));
    kurbo::Stroke::new(stroke.width().get().into())
        .with_caps(cap)
        .with_join(join)
        .with_miter_limit(stroke.miterlimit().get().into())
        .with_dashes(stroke.dashoffset().into(), dashes)
}

pub(super) fn affine(transform: tiny_skia::Transform) -> Affine {
    let tiny_skia::Transform { sx, kx, ky, sy, tx, ty } = transform;
    Affine::new([sx, ky, kx, sy, tx, ty].map(f64::from))
}

fn bez_path(path: &tiny_skia::Path) -> BezPath {
    use tiny_skia::PathSegment;
    let point = |p: tiny_skia::Point| Point::new(p.x.into(), p.y.into());
    path.segments()
        .map(|segment| match segment {
            PathSegment::MoveTo(p) => PathEl::MoveTo(point(p)),
            PathSegment::LineTo(p) => PathEl::LineTo(point(p)),
            PathSegment::QuadTo(p, q) => PathEl::QuadTo(point(p), point(q)),
            PathSegment::CubicTo(p, q, r) => PathEl::CurveTo(point(p), point(q), point(r)),
            PathSegment::Close => PathEl::ClosePath,
        })
        .collect()
}

fn blend(mode: usvg::BlendMode) -> Blend {
    match mode {
        usvg::BlendMode::Normal => Blend::Normal,
        usvg::BlendMode::Multiply => Blend::Multiply,
        usvg::BlendMode::Screen => Blend::Screen,
        usvg::BlendMode::Overlay => Blend::Overlay,
        usvg::BlendMode::Darken => Blend::Darken,
        usvg::BlendMode::Lighten => Blend::Lighten,
        usvg::BlendMode::ColorDodge => Blend::ColorDodge,
        usvg::BlendMode::ColorBurn => Blend::ColorBurn,
        usvg::BlendMode::HardLight => Blend::HardLight,
        usvg::BlendMode::SoftLight => Blend::SoftLight,
        usvg::BlendMode::Difference => Blend::Difference,
        usvg::BlendMode::Exclusion => Blend::Exclusion,
        usvg::BlendMode::Hue => Blend::Hue,
        usvg::BlendMode::Saturation => Blend::Saturation,
        usvg::BlendMode::Color => Blend::Color,
        usvg::BlendMode::Luminosity => Blend::Luminosity,
    }
}
