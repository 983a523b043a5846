//! How a drawing (SVG) fits into an area of another shape than its own: `viewBox` and `preserveAspectRatio`.

use kurbo::Affine;

/// The part of a drawing that is to be seen, and where it goes when the area is wider or higher.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ViewBox {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
    /// The share of the area's spare room that lies before it, across and down; `None` when it is stretched.
    align: Option<(f64, f64)>,
    /// Whether it covers the area, and what reaches out of it is cut.
    covers: bool,
}

impl ViewBox {
    /// From the attributes; `None` when a browser would not take the first one either.
    pub(super) fn parse(view_box: &str, aspect_ratio: Option<&str>) -> Option<Self> {
        let numbers = view_box.split([' ', ',', '\t', '\n', '\r']).filter(|part| !part.is_empty());
        let numbers: Vec<f64> = numbers.map(str::parse).collect::<Result<_, _>>().ok()?;
        let &[x, y, width, height] = &*numbers else { return None };
        if !(width > 0.0 && height > 0.0 && [x, y, width, height].iter().all(|number| number.is_finite())) {
            return None;
        }
        let words = aspect_ratio.unwrap_or_default().split_ascii_whitespace();
        let mut words = words.skip_while(|word| *word == "defer");
        let align = words.next().unwrap_or("xMidYMid");
        let share = |min: &str, max: &str| match align {
            align if align.contains(min) => 0.0,
            align if align.contains(max) => 1.0,
            _ => 0.5,
        };
        let align = (align != "none").then(|| (share("xMin", "xMax"), share("YMin", "YMax")));
        Some(Self { x, y, width, height, align, covers: words.next() == Some("slice") })
    }

    /// From its own units to those of an area of this size.
    pub(super) fn fit(&self, width: f64, height: f64) -> Affine {
        let (x, y) = (width / self.width, height / self.height);
        let to_corner = Affine::translate((-self.x, -self.y));
        let Some((across, down)) = self.align else {
            return Affine::scale_non_uniform(x, y) * to_corner;
        };
        let scale = if self.covers { x.max(y) } else { x.min(y) };
        let spare = (width - self.width * scale, height - self.height * scale);
        Affine::translate((spare.0 * across, spare.1 * down)) * Affine::scale(scale) * to_corner
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kurbo::Point;

    #[test]
    fn a_drawing_keeps_its_ratio_unless_it_is_told_otherwise() {
        let corners = |aspect_ratio: Option<&str>| {
            let place = ViewBox::parse("10,0 20 10", aspect_ratio).unwrap().fit(40.0, 40.0);
            [place * Point::new(10.0, 0.0), place * Point::new(30.0, 10.0)].map(|p| (p.x, p.y))
        };
        assert_eq!(corners(None), [(0.0, 10.0), (40.0, 30.0)]);
        assert_eq!(corners(Some("none")), [(0.0, 0.0), (40.0, 40.0)]);
        assert_eq!(corners(Some("xMinYMax meet")), [(0.0, 20.0), (40.0, 40.0)]);
        assert_eq!(corners(Some("xMaxYMid slice")), [(-40.0, 0.0), (40.0, 40.0)]);
        for wrong in ["", "0 0 10", "0 0 0 10", "0 0 a 10", "0 0 10 10 10"] {
            assert_eq!(ViewBox::parse(wrong, None), None);
        }
    }
}
