//! Groups: opacity, blending, filters, clips.

use std::sync::Arc;

use blitz_dom::BaseDocument;
use kurbo::{Affine, BezPath, Insets, Point, Rect, Vec2};
use style::computed_values::background_blend_mode::single_value::T as BackgroundBlend;
use style::computed_values::mix_blend_mode::T as MixBlendMode;
use style::values::computed::{
    CSSPixelLength, ClipRectOrAuto, Contain, Filter as CssFilter, LengthOrAuto, LengthPercentage, Overflow,
};
use style::values::generics::basic_shape::{
    FillRule, GenericBasicShape, GenericClipPath, GenericPathOrShapeFunction, GenericShapeRadius, ShapeBox,
    ShapeGeometryBox,
};

use style_traits::ToCss as _;

use super::boxes::{self, place, polygon, shape};
use super::style::resolve;
use super::{Element, Painter};
use crate::display::{Blend, Filter, Layer, Shape};

/// Further, in pixels, than anything reaches that is not cut.
const FAR: f64 = 1e5;

impl Painter<'_> {
    /// Opens the groups that an element's effects ask for, the outermost first; how many.
    pub(super) fn open_groups(&mut self, element: &Element<'_>) -> usize {
        let effects = element.style.get_effects();
        let mask = self.mask(element);
        let reference = self.clip_reference(element);
        let convert = |filter: &CssFilter| convert(filter, element, self.scale);
        let mut backdrop: Vec<Filter> = effects.backdrop_filter.0.iter().filter_map(convert).collect();
        let isolated = self.isolating.contains(&element.node.id);
        let layer = Layer {
            opacity: effects.opacity.clamp(0.0, 1.0),
            blend: blend(effects.mix_blend_mode),
            clip: clip_path(element, self.scale).or_else(|| clip_rect(element, self.scale)),
            mask,
            filters: effects.filter.0.iter().filter_map(convert).collect(),
            backdrop: Vec::new(),
            isolated: isolated && backdrop.is_empty(),
        };
        let mut groups = Vec::new();
        if let Some(mask) = reference {
            // What blends must do so outside of the mask.
            groups.push(Layer { mask: Some(mask), blend: layer.blend, ..Layer::default() });
            groups.push(Layer { blend: Blend::Normal, ..layer });
        } else if layer != Layer::default() {
            groups.push(layer);
        }
        let border = || Some(place(&element.boxes.border_shape(), element.transform));
        let (mut below, mut inside) = (None, None);
        match &mut *groups {
            _ if backdrop.is_empty() => {}
            // It fades with the group, but is seen through a mask of shapes together with it.
            [_, layer] => {
                layer.clip = layer.clip.take().or_else(border);
                layer.backdrop = backdrop;
            }
            // It is cut to the border box, and the shadow around that is not. As in Chromium, it is filtered
            // and fades by itself, and does not blend.
            _ => {
                let group = groups.pop().unwrap_or_default();
                let is_shadow = |filter: &Filter| matches!(filter, Filter::DropShadow { .. });
                backdrop.extend(group.filters.iter().filter(|filter| !is_shadow(filter)));
                let (opacity, mask) = (group.opacity, group.mask.clone());
                below = Some(Layer { backdrop, clip: border(), opacity, mask, ..Layer::default() });
                groups.extend(group.clip.clone().map(|clip| Layer { clip: Some(clip), ..Layer::default() }));
                let inner = Layer { clip: None, isolated, ..group };
                inside = Some(inner).filter(|inner| *inner != Layer::default());
            }
        }
        let count = groups.len() + usize::from(inside.is_some());
        groups.into_iter().for_each(|group| self.recorder.push(group));
        if let Some(below) = below {
            self.recorder.push(below);
            self.recorder.pop();
        }
        inside.into_iter().for_each(|group| self.recorder.push(group));
        count
    }
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
    let contained = element.style.clone_contain().contains(Contain::PAINT);
    if contained || clips(x) && clips(y) {
        return Some(place(&element.boxes.padding_shape(), element.transform));
    }
    if !clips(x) && !clips(y) {
        return None;
    }
    // `clip` along one axis only.
    let mut area = element.boxes.padding;
    if clips(x) {
        (area.y0, area.y1) = (area.y0 - FAR, area.y1 + FAR);
    } else {
        (area.x0, area.x1) = (area.x0 - FAR, area.x1 + FAR);
    }
    Some(place(&Shape::Rect(area), element.transform))
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

pub(super) fn background_blend(mode: BackgroundBlend) -> Blend {
    match mode {
        BackgroundBlend::Normal => Blend::Normal,
        BackgroundBlend::Multiply => Blend::Multiply,
        BackgroundBlend::Screen => Blend::Screen,
        BackgroundBlend::Overlay => Blend::Overlay,
        BackgroundBlend::Darken => Blend::Darken,
        BackgroundBlend::Lighten => Blend::Lighten,
        BackgroundBlend::ColorDodge => Blend::ColorDodge,
        BackgroundBlend::ColorBurn => Blend::ColorBurn,
        BackgroundBlend::HardLight => Blend::HardLight,
        BackgroundBlend::SoftLight => Blend::SoftLight,
        BackgroundBlend::Difference => Blend::Difference,
        BackgroundBlend::Exclusion => Blend::Exclusion,
        BackgroundBlend::Hue => Blend::Hue,
        BackgroundBlend::Saturation => Blend::Saturation,
        BackgroundBlend::Color => Blend::Color,
        BackgroundBlend::Luminosity => Blend::Luminosity,
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
    // Lengths are the element's own, which its transform scales and turns.
    let [a, b, c, d, ..] = element.transform.as_coeffs().map(|v| v * scale);
    let scale = scale * element.transform.determinant().abs().sqrt();
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
            dx: (f64::from(shadow.horizontal.px()) * a + f64::from(shadow.vertical.px()) * c) as f32,
            dy: (f64::from(shadow.horizontal.px()) * b + f64::from(shadow.vertical.px()) * d) as f32,
            // Unlike in `box-shadow`, the length is the deviation itself (Filter Effects 1, §5).
            sigma: (f64::from(shadow.blur.px()) * scale) as f32,
            color: resolve(&shadow.color, &element.style),
        },
        CssFilter::Url(_) => return None,
    })
}

/// The old `clip: rect()` of positioned boxes (CSS Masking 1, §8).
fn clip_rect(element: &Element<'_>, scale: f64) -> Option<Shape> {
    let ClipRectOrAuto::Rect(rect) = element.style.clone_clip() else { return None };
    if !element.style.clone_position().is_absolutely_positioned() {
        return None;
    }
    let area = element.boxes.border;
    let side = |length: &LengthOrAuto, auto: f64| match length {
        LengthOrAuto::LengthPercentage(length) => f64::from(length.px()) * scale,
        LengthOrAuto::Auto => auto,
    };
    let (x0, y0) = (side(&rect.left, 0.0), side(&rect.top, 0.0));
    let (x1, y1) = (side(&rect.right, area.width()), side(&rect.bottom, area.height()));
    let rect = Rect::new(x0, y0, x1.max(x0), y1.max(y0)) + area.origin().to_vec2();
    Some(place(&Shape::Rect(rect), element.transform))
}

/// CSS Masking 1 `clip-path` with basic shapes (CSS Shapes 1 and 2).
fn clip_path(element: &Element<'_>, scale: f64) -> Option<Shape> {
    let clip = element.style.clone_clip_path();
    let (basic, geometry) = match &clip {
        GenericClipPath::Shape(basic, geometry) => (basic, *geometry),
        // The box itself, with its corners.
        GenericClipPath::Box(geometry) => {
            let area = geometry_box(element, *geometry, scale);
            return Some(place(&shape(area, element.boxes.radii_of(area)), element.transform));
        }
        _ => return None,
    };
    let area = geometry_box(element, geometry, scale);
    let across = |length: &LengthPercentage| resolve_length(length, area.width(), scale);
    let down = |length: &LengthPercentage| resolve_length(length, area.height(), scale);
    let local = match &**basic {
        GenericBasicShape::Rect(inset) => {
            let (left, right) = shrunk(across(&inset.rect.3), across(&inset.rect.1), area.width());
            let (top, bottom) = shrunk(down(&inset.rect.0), down(&inset.rect.2), area.height());
            let rect = Rect::new(area.x0 + left, area.y0 + top, area.x1 - right, area.y1 - bottom);
            let round = &inset.round;
            let corner = |corner: &style::values::computed::BorderCornerRadius| {
                Vec2::new(across(&corner.0.width.0), down(&corner.0.height.0))
            };
            let corners =
                [&round.top_left, &round.top_right, &round.bottom_right, &round.bottom_left].map(corner);
            shape(rect, boxes::fitted(rect, corners))
        }
        GenericBasicShape::Circle(circle) => {
            let center = center_of(&circle.position, area, scale);
            let (near_x, near_y, far_x, far_y) = nearest(center, area);
            let radius = match &circle.radius {
                GenericShapeRadius::Length(length) => {
                    resolve_length(&length.0, area.width().hypot(area.height()) / 2.0_f64.sqrt(), scale)
                }
                GenericShapeRadius::FarthestSide => far_x.max(far_y),
                GenericShapeRadius::ClosestCorner => near_x.hypot(near_y),
                GenericShapeRadius::FarthestCorner => far_x.hypot(far_y),
                GenericShapeRadius::ClosestSide => near_x.min(near_y),
            };
            Shape::Path(Arc::new(boxes::ellipse(center, radius, radius)), false)
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
                GenericShapeRadius::FarthestCorner => far * 2.0_f64.sqrt(),
                GenericShapeRadius::ClosestCorner => near * 2.0_f64.sqrt(),
                GenericShapeRadius::ClosestSide => near,
            };
            let across = radius(&ellipse.semiaxis_x, area.width(), near_x, far_x);
            let down = radius(&ellipse.semiaxis_y, area.height(), near_y, far_y);
            Shape::Path(Arc::new(boxes::ellipse(center, across, down)), false)
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
        GenericBasicShape::PathOrShape(GenericPathOrShapeFunction::Path(path)) => {
            let mut outline = BezPath::from_svg(path.path.to_css_string().trim_matches('"')).ok()?;
            outline.apply_affine(Affine::translate(area.origin().to_vec2()) * Affine::scale(scale));
            Shape::Path(Arc::new(outline), path.fill == FillRule::Evenodd)
        }
        GenericBasicShape::PathOrShape(GenericPathOrShapeFunction::Shape(_)) => return None,
    };
    Some(place(&local, element.transform))
}

/// The box that a clip path refers to.
fn geometry_box(element: &Element<'_>, geometry: ShapeGeometryBox, scale: f64) -> Rect {
    let boxes = &element.boxes;
    match geometry {
        ShapeGeometryBox::ShapeBox(ShapeBox::PaddingBox) => boxes.padding,
        ShapeGeometryBox::ShapeBox(ShapeBox::ContentBox) | ShapeGeometryBox::FillBox => boxes.content,
        ShapeGeometryBox::ShapeBox(ShapeBox::MarginBox) => {
            let margin = element.node.final_layout().margin;
            let [top, right, bottom, left] = [margin.top, margin.right, margin.bottom, margin.left]
                .map(|length| f64::from(length) * scale);
            boxes.border + Insets::new(left, top, right, bottom)
        }
        _ => boxes.border,
    }
}

/// Insets of opposite sides that together are more than there is shrink in proportion.
fn shrunk(first: f64, second: f64, size: f64) -> (f64, f64) {
    let sum = first + second;
    if sum > size && sum > 0.0 { (first * size / sum, second * size / sum) } else { (first, second) }
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
