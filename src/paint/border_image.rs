//! `border-image` (CSS Backgrounds 3, §5).

use kurbo::{Affine, Rect, Vec2};
use style::values::computed::NonNegativeNumberOrPercentage;
use style::values::computed::border::BorderImageSideWidth;
use style::values::generics::border::GenericBorderImageSideWidth;
use style::values::generics::image::GenericImage;
use style::values::generics::length::GenericLengthOrNumber;
use style::values::specified::border::BorderImageRepeatKeyword as Repeat;

use super::background::{clip_to, snapped, url_of};
use super::effects::resolve_length;
use super::{Element, Painter};
use crate::display::Shape;

/// One side of the frame in the image and on the page may be cut into at most this many tiles.
const MAX_TILES: f64 = 1000.0;

/// Four lengths: top, right, bottom, left.
type Sides = [f64; 4];

impl Painter<'_> {
    /// Paints the image that takes the border's place; false when there is none.
    pub(super) fn border_image(&mut self, element: &Element<'_>) -> bool {
        let border = element.style.get_border();
        let image = &border.border_image_source;
        if matches!(image, GenericImage::None) {
            return false;
        }
        let (outer, inner) = (element.boxes.border, element.boxes.padding);
        let widths: Sides =
            [inner.y0 - outer.y0, outer.x1 - inner.x1, outer.y1 - inner.y1, inner.x0 - outer.x0];
        let outset = &border.border_image_outset;
        let beyond = |length: &style::values::computed::NonNegativeLengthOrNumber, width: f64| match length {
            GenericLengthOrNumber::Number(times) => f64::from(times.0) * width,
            GenericLengthOrNumber::Length(length) => f64::from(length.0.px()) * self.scale,
        };
        let area = Rect::new(
            outer.x0 - beyond(&outset.3, widths[3]),
            outer.y0 - beyond(&outset.0, widths[0]),
            outer.x1 + beyond(&outset.1, widths[1]),
            outer.y1 + beyond(&outset.2, widths[2]),
        );
        let size = match (image, url_of(image)) {
            (GenericImage::Gradient(_), _) => area.size().to_vec2(),
            (_, Some(url)) => match self.images.size(url) {
                Some((width, height)) => Vec2::new(width, height) * self.scale,
                None => {
                    // Asking for it reports it.
                    let _ = self.images.picture(url, 1.0, 1.0);
                    return false;
                }
            },
            _ => return false,
        };
        if size.x <= 0.0 || size.y <= 0.0 || area.width() <= 0.0 || area.height() <= 0.0 {
            return true;
        }
        let offsets = &border.border_image_slice.offsets;
        let slice = |offset: &NonNegativeNumberOrPercentage, full: f64| {
            use style::values::computed::NumberOrPercentage::{Number, Percentage};
            match offset.0 {
                Number(pixels) => f64::from(pixels) * self.scale,
                Percentage(part) => f64::from(part.0) * full,
            }
            .min(full)
        };
        let slices: Sides = [
            slice(&offsets.0, size.y),
            slice(&offsets.1, size.x),
            slice(&offsets.2, size.y),
            slice(&offsets.3, size.x),
        ];
        let side = |width: &BorderImageSideWidth, index: usize| {
            let full = if index.is_multiple_of(2) { area.height() } else { area.width() };
            match width {
                GenericBorderImageSideWidth::Number(times) => f64::from(times.0) * widths[index],
                GenericBorderImageSideWidth::LengthPercentage(length) => {
                    resolve_length(&length.0, full, self.scale)
                }
                GenericBorderImageSideWidth::Auto => slices[index],
            }
        };
        let wanted = &border.border_image_width;
        let mut frame: Sides =
            [side(&wanted.0, 0), side(&wanted.1, 1), side(&wanted.2, 2), side(&wanted.3, 3)];
        // Sides that overlap shrink together.
        let factor = (area.width() / (frame[1] + frame[3])).min(area.height() / (frame[0] + frame[2]));
        if factor < 1.0 {
            frame = frame.map(|width| width * factor);
        }
        self.slices(element, image, size, slices, area, frame);
        true
    }

    fn slices(
        &mut self,
        element: &Element<'_>,
        image: &style::values::computed::image::Image,
        size: Vec2,
        [top, right, bottom, left]: Sides,
        area: Rect,
        frame: Sides,
    ) {
        let border = element.style.get_border();
        let repeat = border.border_image_repeat;
        let xs = [area.x0, area.x0 + frame[3], area.x1 - frame[1], area.x1];
        let ys = [area.y0, area.y0 + frame[0], area.y1 - frame[2], area.y1];
        let us = [0.0, left, size.x - right, size.x];
        let vs = [0.0, top, size.y - bottom, size.y];
        for row in 0..3 {
            for column in 0..3 {
                if row == 1 && column == 1 && !border.border_image_slice.fill {
                    continue;
                }
                let target = Rect::new(xs[column], ys[row], xs[column + 1], ys[row + 1]);
                let source = Rect::new(us[column], vs[row], us[column + 1], vs[row + 1]);
                if !(target.width() > 0.0
                    && target.height() > 0.0
                    && source.width() > 0.0
                    && source.height() > 0.0)
                {
                    continue;
                }
                // An edge keeps its proportions: it is scaled along as it is across.
                let along_x = match (row, column) {
                    (1, 1) if frame[0] > 0.0 && top > 0.0 => frame[0] / top,
                    (1, 1) if frame[2] > 0.0 && bottom > 0.0 => frame[2] / bottom,
                    (1, 1) => 1.0,
                    _ => target.height() / source.height(),
                };
                let along_y = match (row, column) {
                    (1, 1) if frame[3] > 0.0 && left > 0.0 => frame[3] / left,
                    (1, 1) if frame[1] > 0.0 && right > 0.0 => frame[1] / right,
                    (1, 1) => 1.0,
                    _ => target.width() / source.width(),
                };
                let across = if column == 1 { repeat.0 } else { Repeat::Stretch };
                let down = if row == 1 { repeat.1 } else { Repeat::Stretch };
                let (across, scale_x) = tiles(across, source.width(), along_x, target.x0, target.width());
                let (down, scale_y) = tiles(down, source.height(), along_y, target.y0, target.height());
                self.recorder.push(clip_to(&Shape::Rect(target), element.transform));
                for y in &down {
                    for x in &across {
                        let to_tile = Affine::translate((x - source.x0 * scale_x, y - source.y0 * scale_y))
                            * Affine::scale_non_uniform(scale_x, scale_y);
                        let whole = Rect::new(0.0, 0.0, size.x, size.y);
                        // Only the slice shows; the neighbouring tile has its own.
                        let cut =
                            Rect::new(*x, *y, x + source.width() * scale_x, y + source.height() * scale_y);
                        let several = across.len() * down.len() > 1;
                        if several {
                            let cut = Shape::Rect(snapped(cut, element.transform));
                            self.recorder.push(clip_to(&cut, element.transform));
                        }
                        self.tile(element, image, whole, element.transform * to_tile);
                        if several {
                            self.recorder.pop();
                        }
                    }
                }
                self.recorder.pop();
            }
        }
    }
}

/// Where tiles of a slice start, and their scale.
fn tiles(repeat: Repeat, slice: f64, scale: f64, start: f64, room: f64) -> (Vec<f64>, f64) {
    let size = slice * scale;
    let whole = (room / size).floor();
    if repeat == Repeat::Stretch || !size.is_finite() || room / size > MAX_TILES {
        return (vec![start], room / slice);
    }
    match repeat {
        Repeat::Round => {
            let count = (room / size).round().max(1.0);
            let size = room / count;
            ((0..count as usize).map(|i| start + size * i as f64).collect(), size / slice)
        }
        Repeat::Space => {
            let gap = (room - whole * size) / (whole + 1.0);
            ((0..whole as usize).map(|i| start + gap + (size + gap) * i as f64).collect(), scale)
        }
        _ => {
            // The middle of a tile lies in the middle of the side.
            let first = start + room / 2.0 - size / 2.0;
            let before = ((first - start) / size).ceil().max(0.0);
            let from = first - before * size;
            let count = ((start + room - from) / size).ceil().max(1.0);
            ((0..count as usize).map(|i| from + size * i as f64).collect(), scale)
        }
    }
}
