//! `mask` (CSS Masking 1), and clip paths and masks that are drawn in SVG.

use std::sync::Arc;

use blitz_dom::NodeData;
use kurbo::{Affine, Rect, Shape as _};
use style::computed_values::mask_clip::single_value::T as Clip;
use style::computed_values::mask_composite::single_value::T as Composite;
use style::computed_values::mask_mode::single_value::T as Mode;
use style::computed_values::mask_origin::single_value::T as Origin;
use style::values::generics::basic_shape::GenericClipPath;
use style::values::generics::image::GenericImage;

use super::background::{Tiling, clip_shape, cyclic};
use super::{Element, Painter};
use crate::display::{Color, DisplayList, Filter, Layer, Mask, MaskKind, Paint, Shape};

impl Painter<'_> {
    /// The mask that `mask-image` asks for.
    pub(super) fn mask(&mut self, element: &Element<'_>) -> Option<Mask> {
        let style = element.style.clone();
        let svg = style.get_svg();
        let images = &svg.mask_image.0;
        if images.iter().all(|image| matches!(image, GenericImage::None)) {
            return None;
        }
        if let [image] = &**images
            && *cyclic(&svg.mask_mode.0, 0) == Mode::Luminance
            && !matches!(image, GenericImage::None)
        {
            let list = self.list(|painter| painter.mask_image(element, 0));
            return Some(Mask { kind: MaskKind::Luminance, list });
        }
        let list = self.list(|painter| painter.mask_layers(element, 0));
        Some(Mask { kind: MaskKind::Alpha, list })
    }

    /// The mask that `clip-path: url(#id)` asks for.
    pub(super) fn clip_reference(&mut self, element: &Element<'_>) -> Option<Mask> {
        let clip = element.style.clone_clip_path();
        let GenericClipPath::Url(url) = &clip else { return None };
        let id = self.own_fragment(url.url()?.as_str())?;
        let list = self.list(|painter| painter.reference(element, "clip-path", &id));
        (!list.commands.is_empty()).then_some(Mask { kind: MaskKind::Alpha, list })
    }

    /// A list of its own, the size of the frame.
    fn list(&mut self, draw: impl FnOnce(&mut Self)) -> Arc<DisplayList> {
        let outer = std::mem::take(&mut self.recorder);
        draw(self);
        let (width, height) = self.document.viewport().window_size;
        Arc::new(std::mem::replace(&mut self.recorder, outer).finish(width, height))
    }

    /// What the layers from `index` on leave, as alpha.
    fn mask_layers(&mut self, element: &Element<'_>, index: usize) {
        let style = element.style.clone();
        let svg = style.get_svg();
        if index + 1 >= svg.mask_image.0.len() {
            self.mask_layer(element, index);
            return;
        }
        let rest = |painter: &mut Self| painter.list(|painter| painter.mask_layers(element, index + 1));
        let masked = |list| Layer { mask: Some(Mask { kind: MaskKind::Alpha, list }), ..Layer::default() };
        match *cyclic(&svg.mask_composite.0, index) {
            Composite::Add => {
                self.mask_layers(element, index + 1);
                self.mask_layer(element, index);
            }
            Composite::Intersect => {
                let rest = rest(self);
                self.recorder.push(masked(rest));
                self.mask_layer(element, index);
                self.recorder.pop();
            }
            Composite::Subtract => {
                let rest = rest(self);
                let rest = self.list(|painter| painter.inverse(&rest));
                self.recorder.push(masked(rest));
                self.mask_layer(element, index);
                self.recorder.pop();
            }
            Composite::Exclude => {
                let rest = rest(self);
                let own = self.list(|painter| painter.mask_layer(element, index));
                for (shown, hidden) in [(&own, &rest), (&rest, &own)] {
                    let hidden = self.list(|painter| painter.inverse(hidden));
                    self.recorder.push(masked(hidden));
                    self.append(shown);
                    self.recorder.pop();
                }
            }
        }
    }

    /// The alpha of one layer.
    fn mask_layer(&mut self, element: &Element<'_>, index: usize) {
        if *cyclic(&element.style.get_svg().mask_mode.0, index) != Mode::Luminance {
            self.mask_image(element, index);
            return;
        }
        let list = self.list(|painter| painter.mask_image(element, index));
        let mask = Some(Mask { kind: MaskKind::Luminance, list });
        self.recorder.push(Layer { mask, ..Layer::default() });
        let frame = self.frame();
        self.recorder.fill(Shape::Rect(frame), Paint::Solid(Color::WHITE));
        self.recorder.pop();
    }

    /// The picture of one layer.
    fn mask_image(&mut self, element: &Element<'_>, index: usize) {
        let style = element.style.clone();
        let svg = style.get_svg();
        let image = &svg.mask_image.0[index];
        if matches!(image, GenericImage::None) {
            return;
        }
        if let GenericImage::Url(url) = image
            && let Some(id) = url.url().and_then(|url| self.own_fragment(url.as_str()))
        {
            self.reference(element, "mask", &id);
            return;
        }
        let boxes = &element.boxes;
        let tiling = Tiling {
            image,
            area: match cyclic(&svg.mask_origin.0, index) {
                Origin::BorderBox => boxes.border,
                Origin::PaddingBox => boxes.padding,
                Origin::ContentBox => boxes.content,
            },
            size: cyclic(&svg.mask_size.0, index),
            position: (cyclic(&svg.mask_position_x.0, index), cyclic(&svg.mask_position_y.0, index)),
            repeat: cyclic(&svg.mask_repeat.0, index),
            clip: clip_shape(
                boxes,
                match cyclic(&svg.mask_clip.0, index) {
                    Clip::PaddingBox => style::computed_values::background_clip::single_value::T::PaddingBox,
                    Clip::ContentBox => style::computed_values::background_clip::single_value::T::ContentBox,
                    _ => style::computed_values::background_clip::single_value::T::BorderBox,
                },
            ),
        };
        self.tiled(element, &tiling);
    }

    /// The fragment of an address within the page itself.
    fn own_fragment(&self, address: &str) -> Option<String> {
        let (before, id) = address.split_once('#')?;
        let base = self.document.base_url().as_str();
        (before == base.split('#').next()? && !id.is_empty()).then(|| id.to_owned())
    }

    /// White where the `<clipPath>` or `<mask>` of the page lets the element through.
    fn reference(&mut self, element: &Element<'_>, property: &str, id: &str) {
        let Some(node) = self.document.get_element_by_id(id).and_then(|id| self.document.get_node(id)) else {
            return;
        };
        // The whole drawing around it: it may refer to other parts.
        let mut owner = node;
        while let Some(parent) = owner.parent.and_then(|id| self.document.get_node(id)) {
            let is_svg = |name: &str| matches!(&parent.data, NodeData::Element(element) if &*element.name.local == name);
            if is_svg("body") || is_svg("html") {
                break;
            }
            owner = parent;
            if is_svg("svg") {
                break;
            }
        }
        let area = element.boxes.border;
        let (width, height) = (area.width() / self.scale, area.height() / self.scale);
        let markup = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" \
             viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\"><defs>{}</defs>\
             <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\" {property}=\"url(#{})\"/></svg>",
            owner.outer_html(),
            html_escape::encode_double_quoted_attribute(id),
        );
        let [a, b, c, d, ..] = element.transform.as_coeffs();
        let picture = self.images.drawing(&markup, area.width() * a.hypot(b), area.height() * c.hypot(d));
        let Some(picture) = picture else { return };
        let fit = Affine::scale_non_uniform(
            area.width() / f64::from(picture.width),
            area.height() / f64::from(picture.height),
        );
        self.recorder.picture(picture, element.transform * fit, true);
    }

    /// Alpha where the list has none.
    fn inverse(&mut self, list: &DisplayList) {
        let mut matrix = [0.0; 20];
        (matrix[18], matrix[19]) = (-1.0, 1.0);
        self.recorder.push(Layer { filters: vec![Filter::Matrix(matrix)], ..Layer::default() });
        // The group reaches over all of the frame.
        let frame = self.frame();
        self.recorder
            .fill(Shape::Path(Arc::new(frame.to_path(0.1)), false), Paint::Solid(Color::TRANSPARENT));
        self.append(list);
        self.recorder.pop();
    }

    fn append(&mut self, list: &DisplayList) {
        for command in &list.commands {
            self.recorder.append(command.clone());
        }
    }

    fn frame(&self) -> Rect {
        let (width, height) = self.document.viewport().window_size;
        Rect::new(0.0, 0.0, width.into(), height.into())
    }
}
