//! `<img>` and inline `<svg>`.

use kurbo::{Affine, Rect, Vec2};
use style::computed_values::image_rendering::T as ImageRendering;
use style::computed_values::object_fit::T as ObjectFit;
use style::values::computed::counters::{Content, ContentItem};

use super::background::url_of;
use super::effects::resolve_length;
use super::{Element, Painter, vector};

impl Painter<'_> {
    pub(super) fn replaced(&mut self, element: &Element<'_>) {
        let Some(data) = element.node.element_data() else { return };
        if element.node.is_anonymous() {
            self.generated(element);
            return;
        }
        match &*data.name.local {
            "img" => {
                let source = data.attrs().iter().find(|a| &*a.name.local == "src").map(|a| a.value.as_str());
                let Some(url) = source.filter(|source| !source.is_empty()) else { return };
                let Ok(url) = self.document.base_url().join(url) else { return };
                self.fitted(element, url.as_str());
            }
            "svg" => self.drawing(element),
            _ => {}
        }
    }

    /// The picture that is the content of a pseudo-element, in its own size.
    fn generated(&mut self, element: &Element<'_>) {
        let Content::Items(content) = &element.style.get_counters().content else { return };
        let Some(ContentItem::Image(image)) = content.items.first() else { return };
        let Some(url) = url_of(image) else { return };
        let origin = element.boxes.content.origin();
        let (width, height) = self.images.size(url).unwrap_or((1.0, 1.0));
        let size = Vec2::new(width, height) * self.scale;
        self.picture(element, url, Rect::from_points(origin, origin + size), element.transform);
    }

    /// A picture in the content box, as `object-fit` and `object-position` say.
    fn fitted(&mut self, element: &Element<'_>, url: &str) {
        let area = element.boxes.content;
        let Some((width, height)) = self.images.size(url) else { return };
        if area.width() <= 0.0 || area.height() <= 0.0 || width <= 0.0 || height <= 0.0 {
            return;
        }
        let own = Vec2::new(width, height) * self.scale;
        let (x, y) = (area.width() / own.x, area.height() / own.y);
        let size = match element.style.clone_object_fit() {
            ObjectFit::Fill => Vec2::new(area.width(), area.height()),
            ObjectFit::Contain => own * x.min(y),
            ObjectFit::Cover => own * x.max(y),
            ObjectFit::None => own,
            ObjectFit::ScaleDown => own * x.min(y).min(1.0),
        };
        let position = element.style.clone_object_position();
        let at = Vec2::new(
            area.x0 + resolve_length(&position.horizontal, area.width() - size.x, self.scale),
            area.y0 + resolve_length(&position.vertical, area.height() - size.y, self.scale),
        );
        let tile = Rect::from_origin_size(at.to_point(), (size.x, size.y));
        self.picture(element, url, tile, element.transform);
    }

    /// A picture that fills `tile`.
    pub(super) fn picture(&mut self, element: &Element<'_>, url: &str, tile: Rect, transform: Affine) {
        let [a, b, c, d, ..] = transform.as_coeffs();
        // The size on the frame, for drawings.
        let (width, height) = (tile.width() * a.hypot(b), tile.height() * c.hypot(d));
        let Some(picture) = self.images.picture(url, width, height) else { return };
        let to_tile = Affine::translate(tile.origin().to_vec2())
            * Affine::scale_non_uniform(
                tile.width() / f64::from(picture.width),
                tile.height() / f64::from(picture.height),
            );
        let smooth = matches!(element.style.clone_image_rendering(), ImageRendering::Auto);
        self.recorder.picture(picture, transform * to_tile, smooth);
    }

    /// An inline `<svg>`, with what the page's CSS says of it.
    fn drawing(&mut self, element: &Element<'_>) {
        // Within another drawing it is part of that one.
        let area = element.boxes.content;
        if area.width() <= 0.0 || area.height() <= 0.0 {
            return;
        }
        let markup = vector::markup(
            self.document,
            element.node,
            area.width() / self.scale,
            area.height() / self.scale,
        );
        let [a, b, c, d, ..] = element.transform.as_coeffs();
        let (width, height) = (area.width() * a.hypot(b), area.height() * c.hypot(d));
        let Some(picture) = self.images.drawing(&markup, width, height) else { return };
        let to_area = Affine::translate(area.origin().to_vec2())
            * Affine::scale_non_uniform(
                area.width() / f64::from(picture.width),
                area.height() / f64::from(picture.height),
            );
        self.recorder.picture(picture, element.transform * to_area, true);
    }
}
