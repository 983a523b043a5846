//! Backgrounds: colour, and layers of gradients and pictures (CSS Backgrounds 3).

use std::sync::Arc;

use kurbo::{Affine, Rect, Vec2};
use style::computed_values::background_attachment::single_value::T as Attachment;
use style::computed_values::background_blend_mode::single_value::T as BlendMode;
use style::computed_values::background_clip::single_value::T as Clip;
use style::computed_values::background_origin::single_value::T as Origin;
use style::values::computed::background::{BackgroundRepeat, BackgroundSize};
use style::values::computed::image::{Image as CssImage, ImageSet};
use style::values::computed::length::NonNegativeLengthPercentageOrAuto as Length;
use style::values::computed::{LengthPercentage, Resolution};
use style::values::generics::background::GenericBackgroundSize;
use style::values::generics::image::{GenericImage, ImageSetItem};
use style::values::generics::length::GenericLengthPercentageOrAuto;
use style::values::specified::background::BackgroundRepeatKeyword as Repeat;

use super::boxes::{self, Boxes, place};
use super::effects::{self, resolve_length};
use super::style::{background_color, custom};
use super::{Element, Painter, gradient};
use crate::display::{
    Blend, DisplayList, Draw, GlyphRun, Layer, Mask, MaskKind, Paint, Pattern, Recorder, Shape,
};
use crate::template::mirror;

/// Tiles painted one by one at most; more of them become a pattern.
const MAX_TILES: usize = 64;

/// In a larger box than this, in device pixels, only what lies near the frame is tiled.
const FAR: f64 = 20_000.0;

/// Where an image is repeated: one layer of a background or of a mask.
pub(super) struct Tiling<'s> {
    pub image: &'s CssImage,
    /// What size and position refer to.
    pub area: Rect,
    pub size: &'s BackgroundSize,
    pub position: (&'s LengthPercentage, &'s LengthPercentage),
    pub repeat: &'s BackgroundRepeat,
    pub clip: Shape,
}

impl Painter<'_> {
    /// `canvas` is the area that the root's background covers in place of its own box.
    pub(super) fn background(&mut self, element: &Element<'_>, canvas: Option<Rect>) {
        let background = element.style.get_background();
        let layers = background.background_image.0.len();
        let color = background_color(&element.style);
        let last = layers.max(1) - 1;
        let shown = |index: &usize| !matches!(background.background_image.0[*index], GenericImage::None);
        if color.alpha() <= 0.0 && !(0..layers).any(|index| shown(&index)) {
            return;
        }
        let clips = custom(&element.style, &mirror::BACKGROUND_CLIP).filter(|clips| clips.contains("text"));
        let clips: Vec<&str> = clips.as_deref().map_or(Vec::new(), |clips| clips.split(',').collect());
        let to_text = |index: usize| !clips.is_empty() && cyclic(&clips, index).trim() == "text";
        let silhouette = if clips.is_empty() { None } else { Some(Arc::new(self.silhouette(element))) };
        let alone = usize::from(color.alpha() > 0.0) + (0..layers).filter(shown).count() == 1;
        let shape_of = |index: usize| match canvas {
            Some(canvas) => Shape::Rect(canvas),
            None => clip_shape(&element.boxes, *cyclic(&background.background_clip.0, index)),
        };

        let blends = &background.background_blend_mode.0;
        let blended = blends.iter().any(|mode| *mode != BlendMode::Normal);
        if blended {
            self.recorder.push(Layer { isolated: true, ..Layer::default() });
        }
        if color.alpha() > 0.0 {
            match silhouette.as_ref().filter(|_| to_text(last)) {
                Some(text) => {
                    self.inked(text, &Paint::Solid(color), &place(&shape_of(last), element.transform))
                }
                None => self.fill(element, &shape_of(last), Paint::Solid(color)),
            }
        }
        for index in (0..layers).rev().filter(shown) {
            let tiling = Tiling {
                image: &background.background_image.0[index],
                area: self.positioning_area(element, index),
                size: cyclic(&background.background_size.0, index),
                position: (
                    cyclic(&background.background_position_x.0, index),
                    cyclic(&background.background_position_y.0, index),
                ),
                repeat: cyclic(&background.background_repeat.0, index),
                clip: shape_of(index),
            };
            let blend = effects::background_blend(*cyclic(blends, index));
            if blend != Blend::Normal {
                self.recorder.push(Layer { blend, ..Layer::default() });
            }
            match silhouette.as_ref().filter(|_| to_text(index)) {
                Some(text) if text.commands.is_empty() => {}
                Some(text) => match self.single_paint(element, &tiling).filter(|_| alone) {
                    Some(paint) => {
                        self.inked(text, &paint, &place(&tiling.clip, element.transform));
                    }
                    None => {
                        let mask = Mask { kind: MaskKind::Alpha, list: text.clone() };
                        self.recorder.push(Layer { mask: Some(mask), ..Layer::default() });
                        self.tiled(element, &tiling);
                        self.recorder.pop();
                    }
                },
                None => self.tiled(element, &tiling),
            }
            if blend != Blend::Normal {
                self.recorder.pop();
            }
        }
        if blended {
            self.recorder.pop();
        }
    }

    fn positioning_area(&self, element: &Element<'_>, index: usize) -> Rect {
        let background = element.style.get_background();
        let [a, b, c, d, x, y] = element.transform.as_coeffs();
        if [a, b, c, d] == [1.0, 0.0, 0.0, 1.0]
            && *cyclic(&background.background_attachment.0, index) == Attachment::Fixed
        {
            let (width, height) = self.document.viewport().window_size;
            return Rect::new(0.0, 0.0, width.into(), height.into()) - Vec2::new(x, y);
        }
        match cyclic(&background.background_origin.0, index) {
            Origin::BorderBox => element.boxes.border,
            Origin::PaddingBox => element.boxes.padding,
            Origin::ContentBox => element.boxes.content,
        }
    }

    /// The text of an element, its decorations included, as the mask that it is.
    fn silhouette(&mut self, element: &Element<'_>) -> DisplayList {
        let outer = std::mem::take(&mut self.recorder);
        let before = std::mem::replace(&mut self.only_text, true);
        match &element.pieces {
            Some(pieces) => pieces.iter().for_each(|text| self.text(text)),
            None => self.content(element),
        }
        self.only_text = before;
        let (width, height) = self.document.viewport().window_size;
        std::mem::replace(&mut self.recorder, outer).finish(width, height)
    }

    /// Text in a paint of its own; what lies outside of the box is cut.
    fn inked(&mut self, text: &DisplayList, ink: &Paint, clip: &Shape) {
        let area = boxes::bounds(clip);
        let inside = text.commands.iter().all(|command| area.union(command.bounds) == area);
        let cut = !inside || !matches!(clip, Shape::Rect(_));
        if cut {
            self.recorder.push(Layer { clip: Some(clip.clone()), ..Layer::default() });
        }
        for command in &text.commands {
            match &command.draw {
                Draw::Glyphs(run) => {
                    self.recorder.glyphs(GlyphRun { paint: ink.clone(), ..run.clone() });
                }
                Draw::Fill { shape, .. } => self.recorder.fill(shape.clone(), ink.clone()),
                Draw::Stroke { path, stroke, .. } => {
                    self.recorder.stroke(path.clone(), stroke.clone(), ink.clone());
                }
                // Dotted and wavy lines are cut around glyphs.
                Draw::Push(layer) => self.recorder.push((**layer).clone()),
                Draw::Pop => self.recorder.pop(),
                _ => {}
            }
        }
        if cut {
            self.recorder.pop();
        }
    }

    /// The paint of a layer that is one gradient all over its clip.
    fn single_paint(&self, element: &Element<'_>, tiling: &Tiling<'_>) -> Option<Paint> {
        let GenericImage::Gradient(css) = tiling.image else { return None };
        let (tile, across, down) = self.grid(element, tiling, None)?;
        let clip = boxes::bounds(&tiling.clip);
        (across.count == 1 && down.count == 1 && covers(tile, clip)).then(|| {
            gradient::paint(css, tile, self.scale, &element.style.clone_color(), element.transform)
        })?
    }

    /// The first tile, and where tiles lie across and down.
    fn grid(
        &self,
        element: &Element<'_>,
        tiling: &Tiling<'_>,
        intrinsic: Option<Vec2>,
    ) -> Option<(Rect, Tiles, Tiles)> {
        let Tiling { area, repeat, .. } = *tiling;
        let size = size_of(tiling.size, area, intrinsic, self.scale);
        let (mut width, mut height) = (size.x, size.y);
        if repeat.0 == Repeat::Round && width > 0.0 {
            width = area.width() / (area.width() / width).round().max(1.0);
        }
        if repeat.1 == Repeat::Round && height > 0.0 {
            height = area.height() / (area.height() / height).round().max(1.0);
        }
        if width < 0.01 || height < 0.01 {
            return None;
        }
        let x = resolve_length(tiling.position.0, area.width() - width, self.scale);
        let y = resolve_length(tiling.position.1, area.height() - height, self.scale);
        let mut clip = boxes::bounds(&tiling.clip);
        if clip.width().max(clip.height()) > FAR {
            // Only what can be seen of a box without end.
            let (width, height) = self.document.viewport().window_size;
            let frame = Rect::new(0.0, 0.0, width.into(), height.into()).inflate(FAR / 2.0, FAR / 2.0);
            let seen = element.transform.inverse().transform_rect_bbox(frame);
            if !seen.is_finite() {
                return None;
            }
            clip = clip.intersect(seen);
        }
        let across = Tiles::along(repeat.0, area.x0, area.width(), x, width, clip.x0, clip.x1);
        let down = Tiles::along(repeat.1, area.y0, area.height(), y, height, clip.y0, clip.y1);
        let tile = Rect::new(across.start, down.start, across.start + width, down.start + height);
        Some((tile, across, down))
    }

    /// Paints a layer.
    pub(super) fn tiled(&mut self, element: &Element<'_>, tiling: &Tiling<'_>) {
        let url = url_of(tiling.image);
        let intrinsic = url.and_then(|url| self.images.size(url));
        let mut intrinsic = intrinsic.map(|(width, height)| Vec2::new(width, height) * self.scale);
        // A ratio alone is as large as the area allows (CSS Images 3, §5.3).
        if let Some(own) = &mut intrinsic
            && url.is_some_and(|url| self.images.is_ratio(url))
        {
            *own *= (tiling.area.width() / own.x).min(tiling.area.height() / own.y);
        }
        if let Some(url) = url
            && intrinsic.is_none()
        {
            // Asking for it reports it.
            let _ = self.images.picture(url, 1.0, 1.0);
            return;
        }
        // The commonest case needs no clip: a gradient over just the box that it is cut to.
        if let Some(paint) = self.single_paint(element, tiling) {
            self.fill(element, &tiling.clip, paint);
            return;
        }
        let Some((first, across, down)) = self.grid(element, tiling, intrinsic) else { return };
        self.recorder.push(clip_to(&tiling.clip, element.transform));
        if across.count.saturating_mul(down.count) > MAX_TILES {
            if let Some(list) = self.one_tile(element, tiling.image, first.width(), first.height()) {
                let tile = Rect::new(0.0, 0.0, across.step, down.step);
                let origin = Affine::translate((across.start, down.start));
                let pattern = Pattern { list: Arc::new(list), tile, transform: element.transform * origin };
                let covered = Rect::new(
                    across.start,
                    down.start,
                    across.start + across.step * across.count as f64,
                    down.start + down.step * down.count as f64,
                );
                self.fill(element, &Shape::Rect(covered), Paint::Pattern(Arc::new(pattern)));
            }
        } else {
            for row in 0..down.count {
                for column in 0..across.count {
                    let step = Vec2::new(across.step * column as f64, down.step * row as f64);
                    // Tiles that touch leave no seam; those with space between them lie where they do.
                    let spaced = [tiling.repeat.0, tiling.repeat.1].contains(&Repeat::Space);
                    let exact = spaced || url_of(tiling.image).is_some();
                    let tile = if exact { first + step } else { snapped(first + step, element.transform) };
                    self.tile(element, tiling.image, tile, element.transform);
                }
            }
        }
        self.recorder.pop();
    }

    /// Paints an image into a rectangle.
    pub(super) fn tile(&mut self, element: &Element<'_>, image: &CssImage, tile: Rect, transform: Affine) {
        if let GenericImage::Gradient(css) = image {
            let current = element.style.clone_color();
            if let Some(paint) = gradient::paint(css, tile, self.scale, &current, transform) {
                self.recorder.fill(place(&Shape::Rect(tile), transform), paint);
            }
        } else if let Some(url) = url_of(image) {
            self.picture(element, url, tile, transform);
        }
    }

    /// One tile as a list of its own, in pixels from its corner.
    fn one_tile(
        &mut self,
        element: &Element<'_>,
        image: &CssImage,
        width: f64,
        height: f64,
    ) -> Option<DisplayList> {
        let outer = std::mem::take(&mut self.recorder);
        self.tile(element, image, Rect::new(0.0, 0.0, width, height), Affine::IDENTITY);
        let recorder: Recorder = std::mem::replace(&mut self.recorder, outer);
        let list = recorder.finish(width.ceil() as u32, height.ceil() as u32);
        (!list.commands.is_empty()).then_some(list)
    }
}

pub(super) fn clip_to(clip: &Shape, transform: Affine) -> Layer {
    Layer { clip: Some(place(clip, transform)), ..Layer::default() }
}

pub(super) fn clip_shape(boxes: &Boxes, clip: Clip) -> Shape {
    match clip {
        Clip::PaddingBox => boxes.padding_shape(),
        Clip::ContentBox => boxes.content_shape(),
        _ => boxes.border_shape(),
    }
}

/// The address of an image that is a file; of a set of files, the one that was chosen.
pub(crate) fn url_of(image: &CssImage) -> Option<&str> {
    match image {
        GenericImage::Url(url) => url.url().map(|url| url.as_str()),
        GenericImage::ImageSet(set) => url_of(&set.items.get(chosen(set))?.image),
        _ => None,
    }
}

/// The index of the image to show. The engine does not know that AVIF is understood.
fn chosen(set: &ImageSet) -> usize {
    let resolution = set.items.get(set.selected_index).map(|item| item.resolution);
    let before = set.items.iter().take(set.selected_index);
    let is_right = |item: &ImageSetItem<CssImage, Resolution>| {
        item.has_mime_type
            && item.mime_type.eq_ignore_ascii_case("image/avif")
            && resolution.is_none_or(|resolution| item.resolution == resolution)
    };
    before.into_iter().position(is_right).unwrap_or(set.selected_index)
}

/// The rectangle moved to whole pixels of the frame, if the transform only moves.
pub(super) fn snapped(rect: Rect, transform: Affine) -> Rect {
    let [a, b, c, d, x, y] = transform.as_coeffs();
    if [a, b, c, d] != [1.0, 0.0, 0.0, 1.0] {
        return rect;
    }
    let round = |v: f64, by: f64| (v + by).round() - by;
    Rect::new(round(rect.x0, x), round(rect.y0, y), round(rect.x1, x), round(rect.y1, y))
}

fn covers(tile: Rect, clip: Rect) -> bool {
    tile.x0 <= clip.x0 + 0.01
        && tile.y0 <= clip.y0 + 0.01
        && tile.x1 >= clip.x1 - 0.01
        && tile.y1 >= clip.y1 - 0.01
}

/// Where tiles lie along one axis.
struct Tiles {
    start: f64,
    step: f64,
    count: usize,
}

impl Tiles {
    fn along(repeat: Repeat, origin: f64, room: f64, position: f64, size: f64, from: f64, to: f64) -> Self {
        let mut step = size;
        let mut first = origin + position;
        match repeat {
            Repeat::NoRepeat => return Self { start: first, step, count: 1 },
            Repeat::Space => {
                let whole = (room / size + 1e-6).floor();
                if whole < 2.0 {
                    return Self { start: first, step, count: 1 };
                }
                step = size + (room - whole * size) / (whole - 1.0);
                first = origin;
            }
            _ => {}
        }
        let before = ((first - from) / step).ceil().max(0.0);
        let start = first - before * step;
        let count = ((to - start) / step).ceil().max(1.0) as usize;
        Self { start, step, count }
    }
}

fn size_of(size: &BackgroundSize, area: Rect, intrinsic: Option<Vec2>, scale: f64) -> Vec2 {
    let full = Vec2::new(area.width(), area.height());
    let own = intrinsic.unwrap_or(full);
    let fitted = |ratio: f64| if intrinsic.is_some() { own * ratio } else { full };
    let (x, y) = (full.x / own.x.max(1e-6), full.y / own.y.max(1e-6));
    match size {
        GenericBackgroundSize::Cover => fitted(x.max(y)),
        GenericBackgroundSize::Contain => fitted(x.min(y)),
        GenericBackgroundSize::ExplicitSize { width, height } => {
            let length = |value: &Length, room: f64| match value {
                GenericLengthPercentageOrAuto::LengthPercentage(length) => {
                    Some(resolve_length(&length.0, room, scale))
                }
                GenericLengthPercentageOrAuto::Auto => None,
            };
            match (length(width, full.x), length(height, full.y)) {
                (Some(width), Some(height)) => Vec2::new(width, height),
                (Some(width), None) if intrinsic.is_some() => {
                    Vec2::new(width, own.y * width / own.x.max(1e-6))
                }
                (None, Some(height)) if intrinsic.is_some() => {
                    Vec2::new(own.x * height / own.y.max(1e-6), height)
                }
                (Some(width), None) => Vec2::new(width, full.y),
                (None, Some(height)) => Vec2::new(full.x, height),
                (None, None) => own,
            }
        }
    }
}

/// Lists of layers repeat until they are as long as that of the images.
pub(super) fn cyclic<T>(values: &[T], index: usize) -> &T {
    &values[index % values.len()]
}
