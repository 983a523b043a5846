//! Box shadows: sharp ones as shapes, blurred ones as pictures no finer than the blur.

use std::sync::Arc;

use kurbo::{Affine, BezPath, Rect, RoundedRect, Shape as _};

use krilla::surface::Surface;

use super::page::Painter;
use super::shape::path;
use super::{image, shape};
use crate::display::{Color, DisplayList, IRect, Paint, Recorder, Shape};
use krilla::geom::Size;
use krilla::paint::FillRule;

/// A blur of this many pixels is as good as any larger one, stretched.
const SIGMA: f64 = 4.0;

pub(super) struct Shadow {
    pub shape: RoundedRect,
    pub sigma: f64,
    pub color: Color,
    pub edge: RoundedRect,
    pub inset: bool,
    pub transform: Affine,
}

impl Painter<'_> {
    pub(super) fn shadow(
        &mut self,
        shadow: &Shadow,
        bounds: Rect,
        list: &DisplayList,
        surface: &mut Surface<'_>,
    ) {
        let page = Rect::new(0.0, 0.0, list.width.into(), list.height.into());
        let bounds = bounds.intersect(page);
        if !(bounds.width() > 0.0 && bounds.height() > 0.0) {
            return;
        }
        // Only outside, or only inside, of the edge.
        let edge = shadow.transform * shadow.edge.to_path(0.05);
        let mut clip = if shadow.inset { BezPath::new() } else { bounds.to_path(0.1) };
        clip.extend(edge.iter());
        let Some(clip) = path(&clip) else { return };
        let rule = if shadow.inset { FillRule::NonZero } else { FillRule::EvenOdd };
        surface.push_clip_path(&clip, &rule);
        if shadow.sigma > 0.0 {
            self.blurred(shadow, bounds, surface);
        } else {
            let mut area = if shadow.inset { bounds.to_path(0.1) } else { BezPath::new() };
            area.extend((shadow.transform * shadow.shape.to_path(0.05)).iter());
            let area = Shape::Path(Arc::new(area), true);
            self.fill(&area, &Paint::Solid(shadow.color), bounds, surface);
        }
        surface.pop();
    }

    fn blurred(&mut self, shadow: &Shadow, bounds: Rect, surface: &mut Surface<'_>) {
        let scale = (SIGMA / shadow.sigma).min(1.0);
        let small = bounds.scale_from_origin(scale);
        let (x, y) = (small.x0.floor(), small.y0.floor());
        let (width, height) = ((small.x1 - x).ceil() as u32, (small.y1 - y).ceil() as u32);
        let shrink = Affine::translate((-x, -y)) * Affine::scale(scale);
        // The picture goes on under the edge, which cuts it on the page.
        let edge = if shadow.inset {
            shadow.transform.inverse().transform_rect_bbox(bounds.inflate(1.0, 1.0))
        } else {
            Rect::ZERO
        };
        let mut recorder = Recorder::default();
        recorder.shadow(
            shadow.shape,
            shadow.sigma * scale,
            shadow.color,
            RoundedRect::from_rect(edge, 0.0),
            shadow.inset,
            shrink * shadow.transform,
        );
        let list = recorder.finish(width, height);
        let all = IRect::new(0, 0, width, height);
        if let Some(image) = image::draw(&list, all, self.rasteriser)
            && let Some(size) = Size::from_wh(width as f32, height as f32)
        {
            surface.push_transform(&shape::transform(shrink.inverse()));
            surface.draw_image(image, size);
            surface.pop();
        }
    }
}
