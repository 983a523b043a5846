//! `box-shadow`. A browser's standard deviation is half the blur radius.

use kurbo::{Rect, Vec2};

use super::boxes::{is_circular, place, ring, rounded, shape};
use super::style::resolve;
use super::{Element, Painter};
use crate::display::{Color, Filter, Layer, Paint, Shape};

impl Painter<'_> {
    pub(super) fn outer_shadows(&mut self, element: &Element<'_>) {
        let shadows = &element.style.get_effects().box_shadow.0;
        for shadow in shadows.iter().filter(|shadow| !shadow.inset).rev() {
            let color = resolve(&shadow.base.color, &element.style);
            if color.alpha() <= 0.0 {
                continue;
            }
            let offset = self.vector(shadow.base.horizontal.px(), shadow.base.vertical.px());
            let spread = f64::from(shadow.spread.px()) * self.scale;
            let sigma = f64::from(shadow.base.blur.px()) * self.scale / 2.0;
            let cast = element.boxes.border.inflate(spread, spread);
            if cast.width() <= 0.0 || cast.height() <= 0.0 {
                continue;
            }
            let radii = element.boxes.radii_of(cast);
            let is_plain = is_circular(cast, radii) && is_circular(element.boxes.border, element.boxes.radii);
            if sigma <= 0.0 || !is_plain {
                // The shape itself, cut out where the box stands.
                let reach = 3.0 * sigma + 2.0;
                let around = far(cast + offset, element.boxes.border).inflate(reach, reach);
                let area = ring(&shape(around, [Vec2::ZERO; 4]), &element.boxes.border_shape());
                let shadow = shape(cast + offset, radii);
                self.blurred(element, &area, &shadow, sigma, color);
                continue;
            }
            let edge = rounded(element.boxes.border, element.boxes.radii);
            self.recorder.shadow(rounded(cast + offset, radii), sigma, color, edge, false, element.transform);
        }
    }

    pub(super) fn inner_shadows(&mut self, element: &Element<'_>) {
        let shadows = &element.style.get_effects().box_shadow.0;
        for shadow in shadows.iter().filter(|shadow| shadow.inset).rev() {
            let color = resolve(&shadow.base.color, &element.style);
            if color.alpha() <= 0.0 {
                continue;
            }
            let offset = self.vector(shadow.base.horizontal.px(), shadow.base.vertical.px());
            let spread = f64::from(shadow.spread.px()) * self.scale;
            let sigma = f64::from(shadow.base.blur.px()) * self.scale / 2.0;
            let padding = element.boxes.padding;
            let hole = padding.inflate(-spread, -spread);
            let hole = Rect::new(hole.x0, hole.y0, hole.x1.max(hole.x0), hole.y1.max(hole.y0)) + offset;
            let radii = element.boxes.radii_of(padding.inflate(-spread, -spread));
            let is_plain = is_circular(hole, radii) && is_circular(element.boxes.border, element.boxes.radii);
            if sigma <= 0.0 || !is_plain {
                let reach = 3.0 * sigma + 2.0;
                let around = far(hole, padding).inflate(reach, reach);
                let shadow = ring(&shape(around, [Vec2::ZERO; 4]), &shape(hole, radii));
                self.blurred(element, &element.boxes.padding_shape(), &shadow, sigma, color);
                continue;
            }
            let edge = rounded(padding, element.boxes.radii_of(padding));
            self.recorder.shadow(rounded(hole, radii), sigma, color, edge, true, element.transform);
        }
    }

    /// A shape of its own, blurred and cut.
    fn blurred(&mut self, element: &Element<'_>, cut: &Shape, shadow: &Shape, sigma: f64, color: Color) {
        self.recorder.push(Layer { clip: Some(place(cut, element.transform)), ..Layer::default() });
        let sigma = sigma * element.transform.determinant().abs().sqrt();
        if sigma > 0.0 {
            self.recorder.push(Layer { filters: vec![Filter::Blur(sigma as f32)], ..Layer::default() });
        }
        self.fill(element, shadow, Paint::Solid(color));
        if sigma > 0.0 {
            self.recorder.pop();
        }
        self.recorder.pop();
    }

    fn vector(&self, x: f32, y: f32) -> Vec2 {
        Vec2::new(x.into(), y.into()) * self.scale
    }
}

/// A rectangle around both.
fn far(a: Rect, b: Rect) -> Rect {
    a.union(b).inflate(1.0, 1.0)
}
