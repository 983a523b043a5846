//! Maps of the plane that keep lines straight and parallels not.

use std::hash::{Hash, Hasher};

use kurbo::{Affine, Point, Rect};

/// Nearer to the eye than this, as a part of the distance to the plane, nothing is seen.
const NEAR: f64 = 1e-3;

/// Where what comes close to the eye can reach, in device pixels.
const FAR: Rect = Rect::new(-1e5, -1e5, 1e5, 1e5);

/// A homography: the row-major 3×3 matrix that takes (x, y, 1) to (x·w, y·w, w), in device pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Projection(pub [f64; 9]);

impl Projection {
    /// The same map in the coordinates that `transform` leads to; `None` when that flattens all.
    pub fn within(&self, transform: Affine) -> Option<Self> {
        let inverse = Self::from(transform).inverse()?;
        Some(Self::from(transform).after(self).after(&inverse))
    }

    /// The map back; its points count only where [`Self::apply`] has one.
    pub fn inverse(&self) -> Option<Self> {
        let [a, b, c, d, e, f, g, h, i] = self.0;
        let (x, y, z) = (e * i - f * h, f * g - d * i, d * h - e * g);
        let determinant = a * x + b * y + c * z;
        if !(determinant.is_finite() && determinant.abs() > 1e-12) {
            return None;
        }
        let adjugate = [
            x,
            c * h - b * i,
            b * f - c * e,
            y,
            a * i - c * g,
            c * d - a * f,
            z,
            b * g - a * h,
            a * e - b * d,
        ];
        Some(Self(adjugate.map(|v| v / determinant)))
    }

    /// `None` at the eye and behind it.
    pub fn apply(&self, point: Point) -> Option<Point> {
        let [a, b, c, d, e, f, g, h, i] = self.0;
        let w = g * point.x + h * point.y + i;
        let at = Point::new((a * point.x + b * point.y + c) / w, (d * point.x + e * point.y + f) / w);
        (w > NEAR && at.is_finite()).then_some(at)
    }

    /// A rectangle around all that becomes of one.
    pub fn reach(&self, rect: Rect) -> Rect {
        let corners = [(rect.x0, rect.y0), (rect.x1, rect.y0), (rect.x1, rect.y1), (rect.x0, rect.y1)];
        let mut around: Option<Rect> = None;
        for corner in corners {
            let Some(at) = self.apply(corner.into()) else { return FAR };
            around = Some(around.map_or(Rect::from_points(at, at), |around| around.union_pt(at)));
        }
        around.unwrap_or_default().inflate(2.0, 2.0)
    }

    fn after(&self, first: &Self) -> Self {
        Self(std::array::from_fn(|index| {
            (0..3).map(|k| self.0[index / 3 * 3 + k] * first.0[k * 3 + index % 3]).sum()
        }))
    }
}

impl From<Affine> for Projection {
    fn from(affine: Affine) -> Self {
        let [a, b, c, d, e, f] = affine.as_coeffs();
        Self([a, c, e, b, d, f, 0.0, 0.0, 1.0])
    }
}

impl Hash for Projection {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.map(f64::to_bits).hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_leads_back() {
        let map = Projection([0.8, 0.1, 5.0, -0.2, 1.1, 9.0, 0.002, -0.001, 1.0]);
        let moved = map.within(Affine::translate((30.0, 40.0)) * Affine::rotate(0.3)).expect("it has area");
        let back = moved.inverse().expect("it has area");
        for point in [Point::new(12.0, 7.0), Point::new(-30.0, 90.0)] {
            let there = moved.apply(point).expect("before the eye");
            assert!((back.apply(there).expect("it came from there") - point).hypot() < 1e-9);
            assert!(moved.reach(Rect::from_points(point, (50.0, 50.0))).contains(there));
        }
        assert_eq!(map.apply(Point::new(-600.0, 0.0)), None);
        assert_eq!(Projection([1.0, 2.0, 0.0, 2.0, 4.0, 0.0, 0.0, 0.0, 1.0]).inverse(), None);
    }
}
