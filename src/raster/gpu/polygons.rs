//! Closed lines as vello encodes them, which are kept here and on the GPU.

use std::hash::{DefaultHasher, Hash, Hasher};

use kurbo::{BezPath, Rect, Shape as _};
use vello::low_level::vello_encoding::{PathEncoder, PathTag};

/// Polygons of one path, or a part of one. Those with equal points are the same to a GPU.
pub(super) struct Polygons {
    /// Of the points.
    pub hash: u64,
    /// A tag for every line; the path's own is not among them.
    pub tags: Vec<PathTag>,
    /// Coordinates in pixels, x and y in turn, as bits of `f32`.
    pub points: Vec<u32>,
    pub bounds: Rect,
}

/// Bytes of a point.
pub(super) const POINT: u64 = 8;

impl Polygons {
    /// What is open is closed. `None` when there is no line.
    pub fn new(path: &BezPath) -> Option<Self> {
        let (mut tags, mut points) = (Vec::new(), Vec::new());
        let (mut lines, mut paths) = (0, 0);
        let mut encoder = PathEncoder::new(&mut tags, &mut points, &mut lines, &mut paths, true);
        encoder.path_elements(path.iter());
        if encoder.finish(false) == 0 {
            return None;
        }
        let mut hasher = DefaultHasher::new();
        points.hash(&mut hasher);
        Some(Self { hash: hasher.finish(), tags, points, bounds: path.bounding_box() })
    }

    /// The number of its points.
    pub fn count(&self) -> u32 {
        (self.points.len() / 2) as u32
    }
}
