//! Reading computed values.

use blitz_dom::Node;
use euclid::default::{Point2D, Rect, Size2D};
use kurbo::Affine;
use style::color::AbsoluteColor;
use style::computed_values::visibility::T as Visibility;
use style::properties::ComputedValues;
use style::values::computed::{CSSPixelLength, Color as ComputedColor};
use style::values::generics::image::GenericImage;

use crate::display::Color;

pub(super) type Styles = style::servo_arc::Arc<ComputedValues>;

pub(super) fn color(color: &AbsoluteColor) -> Color {
    Color(*color.to_color_space(style::color::ColorSpace::Srgb).raw_components())
}

/// A colour that may be `currentColor`.
pub(super) fn resolve(value: &ComputedColor, styles: &ComputedValues) -> Color {
    color(&value.resolve_to_absolute(&styles.clone_color()))
}

pub(super) fn background_color(styles: &ComputedValues) -> Color {
    resolve(&styles.get_background().background_color, styles)
}

pub(super) fn has_background(styles: &ComputedValues) -> bool {
    background_color(styles).alpha() > 0.0
        || styles.get_background().background_image.0.iter().any(|image| !matches!(image, GenericImage::None))
}

/// Neither the element nor anything in it shows.
pub(super) fn is_gone(node: &Node, styles: &ComputedValues) -> bool {
    styles.get_effects().opacity <= 0.0 || styles.get_box().clone_display().is_none() || {
        node.element_data().is_some_and(|element| {
            &*element.name.local == "input"
                && element
                    .attrs()
                    .iter()
                    .any(|a| &*a.name.local == "type" && a.value.eq_ignore_ascii_case("hidden"))
        })
    }
}

/// The element's own transform in device pixels, about the corner of its border box. Percentages and the
/// origin are of the box as it lies now; what Blitz stores may be of the box that it was.
pub(super) fn transform(node: &Node, styles: &ComputedValues, scale: f64) -> Affine {
    let size = node.final_layout().size;
    let size = Size2D::new(CSSPixelLength::new(size.width), CSSPixelLength::new(size.height));
    let Some(own) = blitz_dom::resolve_2d_transform(styles.get_box(), Rect::new(Point2D::zero(), size))
    else {
        return Affine::IDENTITY;
    };
    let [a, b, c, d, x, y] = own.as_coeffs();
    Affine::new([a, b, c, d, x * scale, y * scale])
}

pub(super) fn is_visible(styles: &ComputedValues) -> bool {
    styles.get_inherited_box().visibility == Visibility::Visible
}
