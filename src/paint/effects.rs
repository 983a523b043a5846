//! Groups: opacity, blending, filters, clips.

use std::sync::Arc;

use blitz_dom::BaseDocument;
use kurbo::{Affine, BezPath, Point, Rect, Shape as _};
use style::computed_values::mix_blend_mode::T as MixBlendMode;
use style::values::computed::{CSSPixelLength, Filter as CssFilter, LengthPercentage, Overflow};
use style::values::generics::basic_shape::{
    FillRule, GenericBasicShape, GenericClipPath, GenericShapeRadius,
};

use super::boxes::{place, polygon, shape};
use super::style::resolve;
use super::{Element, boxes};
use crate::display::{Blend, Filter, Layer, Shape};

/// The group that an element's effects ask for, if any do.
pub(super) fn layer(element: &Element<'_>, scale: f64) -> Option<Layer> {
    let effects = element.style.get_effects();
    let layer = Layer {
        opacity: effects.opacity.clamp(0.0, 1.0),
        blend: blend(effects.mix_blend_mode),
        clip: clip_path(element, scale),
        mask: None,
        filters: effects.filter.0.iter().filter_map(|filter| convert(filter, element, scale)).collect(),
        backdrop: effects
            .backdrop_filter
            .0
            .iter()
            .filter_map(|filter| convert(filter, element, scale))
            .collect(),
        isolated: false,
    };
    let layer = if layer.backdrop.is_empty() || layer.clip.is_some() {
        layer
    } else {
        Layer { clip: Some(place(&element.boxes.border_shape(), element.transform)), ..layer }
    };
    (layer != Layer::default()).then_some(layer)
}

/// What the element's content is cut to.
pub(super) fn overflow_clip(element: &Element<'_>, document: &BaseDocument) -> Option<Shape> {
    // The root's overflow is the frame's.
    if document.try_root_element().is_some_and(|root| root.id == element.node.id) {
        return None;
    }
    let is_image =
        element.node.element_data().is_some_and(|data| matches!(&*data.name.local, "img" | "svg" | "canvas"));
    let (x, y) = (element.style.clone_overflow_x(), element.style.clone_overflow_y());
    let clips = |overflow: Overflow| !matches!(overflow, Overflow::Visible);
    if is_image {
        return Some(place(&element.boxes.content_shape(), element.transform));
    }
    (clips(x) || clips(y)).then(|| place(&element.boxes.padding_shape(), element.transform))
}

fn blend(mode: MixBlendMode) -> Blend {
    match mode {
        MixBlendMode::Normal => Blend::Normal,
        MixBlendMode::Multiply => Blend::Multiply,
        MixBlendMode::Screen => Blend::Screen,
        MixBlendMode::Overlay => Blend::Overlay,
        MixBlendMode::Darken => Blend::Darken,
        MixBlendMode::Lighten => Blend::Lighten,
        MixBlendMode::ColorDodge => Blend::ColorDodge,
        MixBlendMode::ColorBurn => Blend::ColorBurn,
        MixBlendMode::HardLight => Blend::HardLight,
        MixBlendMode::SoftLight => Blend::SoftLight,
        MixBlendMode::Difference => Blend::Difference,
        MixBlendMode::Exclusion => Blend::Exclusion,
        MixBlendMode::Hue => Blend::Hue,
        MixBlendMode::Saturation => Blend::Saturation,
        MixBlendMode::Color => Blend::Color,
        MixBlendMode::Luminosity => Blend::Luminosity,
        MixBlendMode::PlusLighter => Blend::PlusLighter,
    }
}

/// Filter Effects 1, §9: the colour functions as matrices.
fn convert(filter: &CssFilter, element: &Element<'_>, scale: f64) -> Option<Filter> {
    let scaled = |factor: f32, offset: f32| {
        let (f, o) = (factor, offset);
        [f, 0.0, 0.0, 0.0, o, 0.0, f, 0.0, 0.0, o, 0.0, 0.0, f, 0.0, o, 0.0, 0.0, 0.0, 1.0, 0.0]
    };
    // Rows that mix each channel with a luminance, from `keep` 1 (as it is) to 0 (grey).
    let mix = |keep: f32, [r, g, b]: [f32; 3]| {
        let n = 1.0 - keep;
        [
            r + (1.0 - r) * keep,
            g * n,
            b * n,
            0.0,
            0.0,
            r * n,
            g + (1.0 - g) * keep,
            b * n,
            0.0,
            0.0,
            r * n,
            g * n,
            b + (1.0 - b) * keep,
            0.0,
            0.0,
            0.0,
            0.0,
            0.0,
            1.0,
            0.0,
        ]
    };
    const GREY: [f32; 3] = [0.2126, 0.7152, 0.0722];
    const LUMA: [f32; 3] = [0.213, 0.715, 0.072];
    Some(match filter {
        CssFilter::Blur(radius) => Filter::Blur((f64::from(radius.px()) * scale) as f32),
        CssFilter::Brightness(amount) => Filter::Matrix(scaled(amount.0, 0.0)),
        CssFilter::Contrast(amount) => Filter::Matrix(scaled(amount.0, 0.5 - 0.5 * amount.0)),
        CssFilter::Invert(amount) => Filter::Matrix(scaled(1.0 - 2.0 * amount.0, amount.0)),
        CssFilter::Grayscale(amount) => Filter::Matrix(mix((1.0 - amount.0).max(0.0), GREY)),
        CssFilter::Saturate(amount) => Filter::Matrix(mix(amount.0, LUMA)),
        CssFilter::Opacity(amount) => {
            let mut matrix = scaled(1.0, 0.0);
            matrix[18] = amount.0;
            Filter::Matrix(matrix)
        }
        CssFilter::Sepia(amount) => {
            let k = (1.0 - amount.0).max(0.0);
            let m = |full: f32, rest: f32| full + rest * k;
            Filter::Matrix([
                m(0.393, 0.607),
                m(0.769, -0.769),
                m(0.189, -0.189),
                0.0,
                0.0,
                m(0.349, -0.349),
                m(0.686, 0.314),
                m(0.168, -0.168),
                0.0,
                0.0,
                m(0.272, -0.272),
                m(0.534, -0.534),
                m(0.131, 0.869),
                0.0,
                0.0,
                0.0,
                0.0,
                0.0,
                1.0,
                0.0,
            ])
        }
        CssFilter::HueRotate(angle) => {
            let (s, c) = angle.radians().sin_cos();
            let [r, g, b] = LUMA;
            Filter::Matrix([
                r + c * (1.0 - r) - s * r,
                g - c * g - s * g,
                b - c * b + s * (1.0 - b),
                0.0,
                0.0,
                r - c * r + s * 0.143,
                g + c * (1.0 - g) + s * 0.140,
                b - c * b - s * 0.283,
                0.0,
                0.0,
                r - c * r - s * (1.0 - r),
                g - c * g + s * g,
                b + c * (1.0 - b) + s * b,
                0.0,
                0.0,
                0.0,
                0.0,
                0.0,
                1.0,
                0.0,
            ])
        }
        CssFilter::DropShadow(shadow) => Filter::DropShadow {
            dx: (f64::from(shadow.horizontal.px()) * scale) as f32,
            dy: (f64::from(shadow.vertical.px()) * scale) as f32,
            sigma: (f64::from(shadow.blur.px()) * scale / 2.0) as f32,
            color: resolve(&shadow.color, &element.style),
        },
        CssFilter::Url(_) => return None,
    })
}

/// CSS Masking 1 `clip-path` with basic shapes (CSS Shapes 1).
fn clip_path(element: &Element<'_>, scale: f64) -> Option<Shape> {
    let clip = element.style.clone_clip_path();
    let GenericClipPath::Shape(basic, _) = &clip else { return None };
    let area = element.boxes.border;
    let across = |length: &LengthPercentage| resolve_length(length, area.width(), scale);
    let down = |length: &LengthPercentage| resolve_length(length, area.height(), scale);
    let local = match &**basic {
        GenericBasicShape::Rect(inset) => {
            let rect = Rect::new(
                area.x0 + across(&inset.rect.3),
                area.y0 + down(&inset.rect.0),
                area.x1 - across(&inset.rect.1),
                area.y1 - down(&inset.rect.2),
            );
            shape(rect, [kurbo::Vec2::ZERO; 4])
        }
        GenericBasicShape::Circle(circle) => {
            let center = center_of(&circle.position, area, scale);
            let radius = match &circle.radius {
                GenericShapeRadius::Length(length) => {
                    resolve_length(&length.0, area.width().hypot(area.height()) / 2.0_f64.sqrt(), scale)
                }
                GenericShapeRadius::ClosestSide => nearest(center, area).0.min(nearest(center, area).1),
                GenericShapeRadius::FarthestSide => nearest(center, area).2.max(nearest(center, area).3),
                _ => nearest(center, area).0.min(nearest(center, area).1),
            };
            Shape::Path(Arc::new(kurbo::Circle::new(center, radius).to_path(0.01)), false)
        }
        GenericBasicShape::Ellipse(ellipse) => {
            let center = center_of(&ellipse.position, area, scale);
            let (near_x, near_y, far_x, far_y) = nearest(center, area);
            let radius = |radius: &GenericShapeRadius<_>, size: f64, near: f64, far: f64| match radius {
                GenericShapeRadius::Length(length) => {
                    let length: &style::values::generics::NonNegative<LengthPercentage> = length;
                    resolve_length(&length.0, size, scale)
                }
                GenericShapeRadius::FarthestSide => far,
                _ => near,
            };
            let radii = (
                radius(&ellipse.semiaxis_x, area.width(), near_x, far_x),
                radius(&ellipse.semiaxis_y, area.height(), near_y, far_y),
            );
            Shape::Path(Arc::new(kurbo::Ellipse::new(center, radii, 0.0).to_path(0.01)), false)
        }
        GenericBasicShape::Polygon(corners) => {
            let points: Vec<Point> = corners
                .coordinates
                .iter()
                .map(|at| Point::new(area.x0 + across(&at.0), area.y0 + down(&at.1)))
                .collect();
            let path: BezPath = polygon(&points);
            let even_odd = corners.fill == FillRule::Evenodd;
            Shape::Path(Arc::new(path), even_odd)
        }
        _ => return None,
    };
    Some(boxes::place(&local, element.transform * Affine::IDENTITY))
}

pub(super) fn resolve_length(length: &LengthPercentage, full: f64, scale: f64) -> f64 {
    f64::from(length.resolve(CSSPixelLength::new((full / scale) as f32)).px()) * scale
}

fn center_of(
    position: &style::values::generics::position::GenericPositionOrAuto<style::values::computed::Position>,
    area: Rect,
    scale: f64,
) -> Point {
    use style::values::generics::position::GenericPositionOrAuto;
    match position {
        GenericPositionOrAuto::Position(at) => Point::new(
            area.x0 + resolve_length(&at.horizontal, area.width(), scale),
            area.y0 + resolve_length(&at.vertical, area.height(), scale),
        ),
        GenericPositionOrAuto::Auto => area.center(),
    }
}

/// Distances to the nearest and farthest sides: x, y, then x, y.
fn nearest(center: Point, area: Rect) -> (f64, f64, f64, f64) {
    let (left, right) = ((center.x - area.x0).abs(), (area.x1 - center.x).abs());
    let (top, bottom) = ((center.y - area.y0).abs(), (area.y1 - center.y).abs());
    (left.min(right), top.min(bottom), left.max(right), top.max(bottom))
}
