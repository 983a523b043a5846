//! Transforms (CSS Transforms 2), flattened to the plane.
//!
//! A perspective is no affine map: an element under one is drawn as it lies, and the picture is mapped.

use blitz_dom::Node;
use euclid::default::{Point2D, Rect, Size2D, Transform3D};
use kurbo::Affine;
use style::computed_values::backface_visibility::T as BackfaceVisibility;
use style::properties::ComputedValues;
use style::values::computed::{CSSPixelLength, Rotate};
use style::values::generics::box_::Perspective;
use style::values::generics::transform::{Scale, Translate};

use crate::display::Projection;

/// A transform in device pixels, about the corner of the element's border box.
pub(super) enum Transform {
    Affine(Affine),
    Perspective(Projection),
}

/// The element's own transform; `None` when nothing of it is seen. Percentages and the origin are of the box as
/// it lies now; what Blitz stores may be of the box that it was.
pub(super) fn of(
    node: &Node,
    styles: &ComputedValues,
    parent: Option<&Node>,
    scale: f64,
) -> Option<Transform> {
    let own = styles.get_box();
    let flat = own.transform.0.is_empty()
        && matches!(own.rotate, Rotate::None)
        && matches!(own.scale, Scale::None)
        && matches!(own.translate, Translate::None);
    let surroundings = parent.filter(|_| !flat).and_then(|parent| perspective(node, parent));
    if flat {
        return Some(Transform::Affine(Affine::IDENTITY));
    }
    let size = node.final_layout().size;
    let size = Size2D::new(CSSPixelLength::new(size.width), CSSPixelLength::new(size.height));
    let area = Rect::new(Point2D::zero(), size);
    let (width, height) = (f64::from(size.width.px()), f64::from(size.height.px()));
    let origin = &own.transform_origin;
    let (x, y, z) = (
        f64::from(origin.horizontal.resolve(size.width).px()),
        f64::from(origin.vertical.resolve(size.height).px()),
        f64::from(origin.depth.px()),
    );
    // Row vectors: what is applied first stands first.
    let mut matrix = Transform3D::translation(-x, -y, -z);
    if !own.transform.0.is_empty()
        && let Ok((transform, _)) = own.transform.to_transform_3d_matrix_f64(Some(&area))
    {
        matrix = matrix.then(&transform);
    }
    if let Scale::Scale(x, y, z) = own.scale {
        matrix = matrix.then(&Transform3D::scale(x.into(), y.into(), z.into()));
    }
    match own.rotate {
        Rotate::None => {}
        Rotate::Rotate(angle) => {
            matrix = matrix.then(&rotation(0.0, 0.0, 1.0, angle.radians64()));
        }
        Rotate::Rotate3D(x, y, z, angle) => {
            matrix = matrix.then(&rotation(x.into(), y.into(), z.into(), angle.radians64()));
        }
    }
    if let Translate::Translate(x, y, z) = &own.translate {
        let (x, y) = (x.resolve(size.width).px(), y.resolve(size.height).px());
        matrix = matrix.then_translate(euclid::default::Vector3D::new(x.into(), y.into(), z.px().into()));
    }
    matrix = matrix.then_translate(euclid::default::Vector3D::new(x, y, z));
    if let Some(surroundings) = surroundings {
        matrix = matrix.then(&surroundings);
    }
    let [a, b, c, d, x, y] = nearest(&matrix, width / 2.0, height / 2.0)?.as_coeffs();
    let away = a * d - b * c < 0.0;
    if away && own.backface_visibility == BackfaceVisibility::Hidden && !matrix.is_2d() {
        return None;
    }
    let m = &matrix;
    Some(if m.m14.abs().max(m.m24.abs()) < 1e-9 {
        Transform::Affine(Affine::new([a, b, c, d, x * scale, y * scale]))
    } else {
        let (x, y) = ([m.m11, m.m21, m.m41 * scale], [m.m12, m.m22, m.m42 * scale]);
        let w = [m.m14 / scale, m.m24 / scale, m.m44];
        Transform::Perspective(Projection([x[0], x[1], x[2], y[0], y[1], y[2], w[0], w[1], w[2]]))
    })
}

/// The parent's perspective, in the element's own coordinates.
fn perspective(node: &Node, parent: &Node) -> Option<Transform3D<f64>> {
    let styles = parent.primary_styles()?;
    let styles = styles.get_box();
    let Perspective::Length(depth) = &styles.perspective else { return None };
    let depth = f64::from(depth.0.px()).max(1.0);
    let (size, at) = (parent.final_layout().size, node.final_layout().location);
    let origin = &styles.perspective_origin;
    let x = f64::from(origin.horizontal.resolve(CSSPixelLength::new(size.width)).px() - at.x);
    let y = f64::from(origin.vertical.resolve(CSSPixelLength::new(size.height)).px() - at.y);
    let mut matrix = Transform3D::identity();
    matrix.m34 = -1.0 / depth;
    Some(
        Transform3D::translation(-x, -y, 0.0)
            .then(&matrix)
            .then_translate(euclid::default::Vector3D::new(x, y, 0.0)),
    )
}

fn rotation(x: f64, y: f64, z: f64, angle: f64) -> Transform3D<f64> {
    let length = (x * x + y * y + z * z).sqrt();
    if length <= 0.0 {
        return Transform3D::identity();
    }
    Transform3D::rotation(x / length, y / length, z / length, euclid::Angle::radians(angle))
}

/// The affine map that has the value and the derivative of the projection at (x, y); `None` behind the eye.
fn nearest(m: &Transform3D<f64>, x: f64, y: f64) -> Option<Affine> {
    let w = x * m.m14 + y * m.m24 + m.m44;
    if w <= 1e-6 {
        return None;
    }
    let (px, py) = ((x * m.m11 + y * m.m21 + m.m41) / w, (x * m.m12 + y * m.m22 + m.m42) / w);
    let (a, b) = ((m.m11 - px * m.m14) / w, (m.m12 - py * m.m14) / w);
    let (c, d) = ((m.m21 - px * m.m24) / w, (m.m22 - py * m.m24) / w);
    Some(Affine::new([a, b, c, d, px - a * x - c * y, py - b * x - d * y]))
}
