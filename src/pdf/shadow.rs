//! Box shadows: sharp ones as shapes, blurred ones as pictures no finer than the blur.

use std::sync::Arc;

use kurbo::{Affine, BezPath, Rect, RoundedRect, Shape as _};

use super::content::Content;
use super::painter::Painter;
use crate::display::{Color, IRect, Paint, Recorder, Shape};

/// A blur of this many pixels is as good as any larger one, stretched.
const SIGMA: f64 = 4.0;
/// Enlarged by no more than this where pixels may not be smoothed.
const COARSEST: f64 = 1.0 / 3.0;

pub(super) struct Shadow {
    pub shape: RoundedRect,
    pub sigma: f64,
    pub color: Color,
    pub edge: RoundedRect,
    pub inset: bool,
    pub transform: Affine,
}

impl Painter<'_> {
    pub(super) fn shadow(&mut self, shadow: &Shadow, bounds: Rect, content: &mut Content) {
        let bounds = bounds.intersect(self.canvas);
        if !(bounds.width() > 0.0 && bounds.height() > 0.0) {
            return;
        }
        // Only outside, or only inside, of the edge.
        let edge = shadow.transform * shadow.edge.to_path(0.05);
        let mut clip = if shadow.inset { BezPath::new() } else { bounds.to_path(0.1) };
        clip.extend(edge.iter());
        content.word("q");
        content.clip(&Shape::Path(Arc::new(clip), !shadow.inset));
        if shadow.sigma > 0.0 {
            self.blurred(shadow, bounds, content);
        } else {
            let mut area = if shadow.inset { bounds.to_path(0.1) } else { BezPath::new() };
            area.extend((shadow.transform * shadow.shape.to_path(0.05)).iter());
            let area = Shape::Path(Arc::new(area), true);
            self.fill(&area, &Paint::Solid(shadow.color), bounds, content);
        }
        content.word("Q");
    }

    fn blurred(&mut self, shadow: &Shadow, bounds: Rect, content: &mut Content) {
        let mut scale = (SIGMA / shadow.sigma).min(1.0);
        if self.document.strict {
            scale = scale.max(COARSEST);
        }
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
        self.picture_of(&list, IRect::new(0, 0, width, height), shrink.inverse(), content);
    }
}
