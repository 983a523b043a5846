//! `<img>` and inline `<svg>`.

use kurbo::{Affine, Rect, Vec2};
use style::computed_values::image_rendering::T as ImageRendering;
use style::computed_values::object_fit::T as ObjectFit;

use super::effects::resolve_length;
use super::{Element, Painter};

impl Painter<'_> {
    pub(super) fn replaced(&mut self, element: &Element<'_>) {
        let Some(data) = element.node.element_data() else { return };
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

    /// An inline `<svg>`: its markup, with the colour that it inherits.
    fn drawing(&mut self, element: &Element<'_>) {
        // Within another drawing it is part of that one.
        let area = element.boxes.content;
        if area.width() <= 0.0 || area.height() <= 0.0 {
            return;
        }
        let color = super::style::color(&element.style.clone_color());
        let markup = with_size_and_color(
            &element.node.outer_html(),
            area.width() / self.scale,
            area.height() / self.scale,
            &color.to_string(),
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

/// The element's markup with the size and colour that CSS gave it, and its namespace.
fn with_size_and_color(markup: &str, width: f64, height: f64, color: &str) -> String {
    let Some(rest) = markup.strip_prefix("<svg") else { return markup.to_owned() };
    let end = rest.find('>').unwrap_or(rest.len());
    let (attributes, body) = rest.split_at(end);
    let mut kept = String::new();
    for attribute in split_attributes(attributes) {
        let name = attribute.split('=').next().unwrap_or_default().trim();
        if !matches!(name, "width" | "height" | "color" | "xmlns" | "style" | "class" | "data-byname-drawn") {
            kept.push(' ');
            kept.push_str(attribute);
        }
    }
    let view_box = if kept.to_ascii_lowercase().contains("viewbox=") {
        String::new()
    } else {
        format!(" viewBox=\"0 0 {width} {height}\"")
    };
    let namespaces =
        if kept.contains("xmlns:xlink") { "" } else { " xmlns:xlink=\"http://www.w3.org/1999/xlink\"" };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\"{namespaces} width=\"{width}\" height=\"{height}\" color=\"{color}\"{view_box}{kept}{body}"
    )
}

/// `name="value"` pairs of serialised markup.
fn split_attributes(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = text.trim_end_matches('/').trim();
    while let Some(open) = rest.find('"') {
        let Some(close) = rest[open + 1..].find('"').map(|i| open + 1 + i) else { break };
        out.push(rest[..=close].trim());
        rest = rest[close + 1..].trim_start();
    }
    out
}
