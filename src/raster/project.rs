//! Groups seen in perspective: each pixel is looked up where the map has it from.

use kurbo::{Point, Rect};

use super::area::{Area, Surface};
use super::picture::Image;
use crate::display::Projection;

/// The part of a group, whose pixels all lie inside `content`, that shows inside `area`.
pub(super) fn source(projection: &Projection, area: Area, content: Area) -> Area {
    let Some(back) = projection.inverse().filter(|_| !area.is_empty()) else { return Area::EMPTY };
    let Rect { x0, y0, x1, y1 } = area.rect();
    let mut around: Option<Rect> = None;
    for corner in [(x0, y0), (x1, y0), (x0, y1), (x1, y1)] {
        // What lies beyond the horizon comes from nowhere: then all of it may be needed.
        let Some(at) = back.apply(corner.into()) else { return content };
        around = Some(around.map_or(Rect::from_points(at, at), |around| around.union_pt(at)));
    }
    Area::around(around.unwrap_or_default().inflate(2.0, 2.0)).intersect(content)
}

/// The group's pixels where they are seen; transparent elsewhere.
pub(super) fn project(projection: &Projection, source: Surface, area: Area) -> Surface {
    let mut surface = Surface::new(area);
    let Some(back) = projection.inverse().filter(|_| !source.area.is_empty()) else { return surface };
    // In whole pixels: a fraction would be rounded otherwise with each part of the frame that is drawn.
    let corner = (i64::from(source.area.x0), i64::from(source.area.y0));
    let image = Image::from_surface(source);
    for y in area.y0..area.y1 {
        for (x, pixel) in (area.x0..area.x1).zip(surface.row_mut(y, area.x0, area.x1).chunks_exact_mut(4)) {
            if let Some(at) = back.apply(Point::new(f64::from(x) + 0.5, f64::from(y) + 0.5)) {
                pixel.copy_from_slice(&image.between(at, corner));
            }
        }
    }
    surface
}
