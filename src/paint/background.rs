//! Backgrounds: colour, and layers of gradients and pictures (CSS Backgrounds 3).

use std::sync::Arc;

use kurbo::{Affine, Rect, Vec2};
use style::computed_values::background_clip::single_value::T as Clip;
use style::computed_values::background_origin::single_value::T as Origin;
use style::values::computed::background::BackgroundSize;
use style::values::computed::image::Image as CssImage;
use style::values::computed::length::NonNegativeLengthPercentageOrAuto as Length;
use style::values::generics::background::GenericBackgroundSize;
use style::values::generics::image::GenericImage;
use style::values::generics::length::GenericLengthPercentageOrAuto;
use style::values::specified::background::BackgroundRepeatKeyword as Repeat;

use blitz_dom::node::SpecialElementData;

use super::boxes::{Boxes, place, shape};
use super::effects::resolve_length;
use super::style::{background_color, resolve};
use super::{Element, Painter, gradient};
use crate::display::{DisplayList, Layer, Paint, Pattern, Recorder, Shape};

/// Tiles painted one by one at most; more of them become a pattern.
const MAX_TILES: usize = 64;

impl Painter<'_> {
    pub(super) fn background(&mut self, element: &Element<'_>) {
        let background = element.style.get_background();
        let layers = background.background_image.0.len();
        let color = background_color(&element.style);
        if color.alpha() > 0.0 {
            let clip = clip_shape(&element.boxes, *cyclic(&background.background_clip.0, layers.max(1) - 1));
            self.fill(element, &clip, Paint::Solid(color));
        }
        for index in (0..layers).rev() {
            let image = &background.background_image.0[index];
            if matches!(image, GenericImage::None) {
                continue;
            }
            let clip = *cyclic(&background.background_clip.0, index);
            self.layer(element, image, index, &clip_shape(&element.boxes, clip));
        }
    }

    fn layer(&mut self, element: &Element<'_>, image: &CssImage, index: usize, clip: &Shape) {
        let background = element.style.get_background();
        let area = match cyclic(&background.background_origin.0, index) {
            Origin::BorderBox => element.boxes.border,
            Origin::PaddingBox => element.boxes.padding,
            Origin::ContentBox => element.boxes.content,
        };
        let url = match image {
            GenericImage::Url(url) => url.url().map(|url| url.as_str().to_owned()),
            _ => None,
        };
        let intrinsic = url.as_deref().and_then(|url| self.images.size(url));
        let intrinsic = intrinsic.map(|(width, height)| Vec2::new(width, height) * self.scale);
        if url.is_some() && intrinsic.is_none() {
            // Asking for it reports it.
            let _ = url.as_deref().and_then(|url| self.images.picture(url, 1.0, 1.0));
            return;
        }
        let size = size_of(cyclic(&background.background_size.0, index), area, intrinsic, self.scale);
        let repeat = cyclic(&background.background_repeat.0, index);
        let (mut width, mut height) = (size.x, size.y);
        if repeat.0 == Repeat::Round && width > 0.0 {
            width = area.width() / (area.width() / width).round().max(1.0);
        }
        if repeat.1 == Repeat::Round && height > 0.0 {
            height = area.height() / (area.height() / height).round().max(1.0);
        }
        if width < 0.01 || height < 0.01 {
            return;
        }
        let x = resolve_length(
            cyclic(&background.background_position_x.0, index),
            area.width() - width,
            self.scale,
        );
        let y = resolve_length(
            cyclic(&background.background_position_y.0, index),
            area.height() - height,
            self.scale,
        );
        let paint_area = super::boxes::bounds(clip);
        let across = Tiles::along(repeat.0, area.x0, area.width(), x, width, paint_area.x0, paint_area.x1);
        let down = Tiles::along(repeat.1, area.y0, area.height(), y, height, paint_area.y0, paint_area.y1);

        // The commonest case needs no clip: a gradient over just the box that it is cut to.
        if across.count * down.count == 1
            && let GenericImage::Gradient(css) = image
        {
            let tile = Rect::new(across.start, down.start, across.start + width, down.start + height);
            let current = element.style.clone_color();
            let Some(paint) = gradient::paint(css, tile, self.scale, &current, element.transform) else {
                return;
            };
            let covers = tile.x0 <= paint_area.x0 + 0.01
                && tile.y0 <= paint_area.y0 + 0.01
                && tile.x1 >= paint_area.x1 - 0.01
                && tile.y1 >= paint_area.y1 - 0.01;
            if covers {
                self.fill(element, clip, paint);
            } else {
                self.recorder.push(clip_to(clip, element.transform));
                self.fill(element, &Shape::Rect(tile), paint);
                self.recorder.pop();
            }
            return;
        }
        self.recorder.push(clip_to(clip, element.transform));
        if across.count.saturating_mul(down.count) > MAX_TILES {
            if let Some(list) = self.one_tile(element, image, url.as_deref(), width, height) {
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
                    let at = Vec2::new(
                        across.start + across.step * column as f64,
                        down.start + down.step * row as f64,
                    );
                    let tile = Rect::from_origin_size(at.to_point(), (width, height));
                    self.tile(element, image, url.as_deref(), tile, element.transform);
                }
            }
        }
        self.recorder.pop();
    }

    fn tile(
        &mut self,
        element: &Element<'_>,
        image: &CssImage,
        url: Option<&str>,
        tile: Rect,
        transform: Affine,
    ) {
        match (image, url) {
            (GenericImage::Gradient(css), _) => {
                let current = element.style.clone_color();
                if let Some(paint) = gradient::paint(css, tile, self.scale, &current, transform) {
                    self.recorder.fill(place(&Shape::Rect(tile), transform), paint);
                }
            }
            (_, Some(url)) => self.picture(element, url, tile, transform),
            _ => {}
        }
    }

    /// One tile as a list of its own, in pixels from its corner.
    fn one_tile(
        &mut self,
        element: &Element<'_>,
        image: &CssImage,
        url: Option<&str>,
        width: f64,
        height: f64,
    ) -> Option<DisplayList> {
        let outer = std::mem::take(&mut self.recorder);
        self.tile(element, image, url, Rect::new(0.0, 0.0, width, height), Affine::IDENTITY);
        let recorder: Recorder = std::mem::replace(&mut self.recorder, outer);
        let list = recorder.finish(width.ceil() as u32, height.ceil() as u32);
        (!list.commands.is_empty()).then_some(list)
    }

    /// Rows and columns of tables paint their backgrounds behind their cells (CSS 2.2, §17.5.1).
    pub(super) fn table_backgrounds(&mut self, element: &Element<'_>) {
        let Some(SpecialElementData::TableRoot(table)) =
            element.node.element_data().map(|data| &data.special_data)
        else {
            return;
        };
        let color = |id: blitz_dom::NodeId| {
            let node = self.document.get_node(id)?;
            let styles = node.primary_styles()?;
            Some(background_color(&styles)).filter(|color| color.alpha() > 0.0)
        };
        let mut fills = Vec::new();
        for cell in &table.cells {
            let Some(node) = self.document.get_node(cell.node_id) else { continue };
            let layout = node.final_layout();
            let rect = Rect::from_origin_size(
                (f64::from(layout.location.x), f64::from(layout.location.y)),
                (f64::from(layout.size.width), f64::from(layout.size.height)),
            )
            .scale_from_origin(self.scale);
            let column = table.columns.get(cell.column as usize);
            let row = table.rows.get(cell.row as usize);
            let colors = [
                column.and_then(|column| column.group).and_then(color),
                column.map(|column| column.node_id).and_then(color),
                row.and_then(|row| row.group).and_then(color),
                row.map(|row| row.node_id).and_then(color),
            ];
            fills.extend(colors.into_iter().flatten().map(|color| (rect, color)));
        }
        for (rect, color) in fills {
            self.fill(element, &Shape::Rect(rect), Paint::Solid(color));
        }
    }

    /// The background of a piece of text's inline element.
    pub(super) fn inline_background(&mut self, styles: &super::Styles, rect: Rect, transform: Affine) {
        let color = resolve(&styles.get_background().background_color, styles);
        if color.alpha() > 0.0 {
            self.recorder.fill(place(&shape(rect, [Vec2::ZERO; 4]), transform), Paint::Solid(color));
        }
    }
}

fn clip_to(clip: &Shape, transform: Affine) -> Layer {
    Layer { clip: Some(place(clip, transform)), ..Layer::default() }
}

fn clip_shape(boxes: &Boxes, clip: Clip) -> Shape {
    match clip {
        Clip::PaddingBox => boxes.padding_shape(),
        Clip::ContentBox => boxes.content_shape(),
        _ => boxes.border_shape(),
    }
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
fn cyclic<T>(values: &[T], index: usize) -> &T {
    &values[index % values.len()]
}
