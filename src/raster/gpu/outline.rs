//! What commands cover, as vello has it, kept from record to record: what is drawn again is copied, and
//! only its paint is written anew.

use std::collections::HashMap;
use std::sync::Arc;

use kurbo::{Affine, BezPath};
use vello::low_level::vello_encoding::{DrawBeginClip, Encoding, PathEncoder, PathTag, Transform};
use vello::peniko::{Brush, Fill};

/// How many records an outline is kept for that none of them draws.
const RECORDS: u64 = 16;

/// What one command covers: paths, one on top of the other.
pub(super) struct Outline {
    rule: Fill,
    tags: Vec<PathTag>,
    data: Vec<u32>,
    paths: Vec<Path>,
}

/// Where a path ends, and how many lines it has.
#[derive(Debug, Clone, Copy, Default)]
struct Path {
    tags: usize,
    data: usize,
    lines: u32,
}

impl Outline {
    pub fn new(rule: Fill) -> Self {
        Self { rule, tags: Vec::new(), data: Vec::new(), paths: Vec::new() }
    }

    /// Adds a path, unless it is empty. What is open is closed.
    pub fn add(&mut self, path: &BezPath) {
        let (mut lines, mut paths) = (0, 0);
        let mut encoder = PathEncoder::new(&mut self.tags, &mut self.data, &mut lines, &mut paths, true);
        encoder.path_elements(path.iter());
        if encoder.finish(true) > 0 {
            self.paths.push(Path { tags: self.tags.len(), data: self.data.len(), lines });
        }
    }

    /// Draws every path with a brush and what places it.
    pub fn fill(&self, (brush, place): &(Brush, Affine), out: &mut Encoding) {
        let place = Transform::from_kurbo(place);
        let mut from = Path::default();
        for &to in &self.paths {
            self.copy(from, to, out);
            if out.encode_transform(place) {
                // It is the brush's, and stands before the path's end.
                out.swap_last_path_tags();
            }
            out.encode_brush(brush, 1.0);
            from = to;
        }
    }

    /// Opens a group that is cut to the outline, which is one path.
    pub fn push(&self, group: DrawBeginClip, out: &mut Encoding) {
        match self.paths.first() {
            Some(&path) => self.copy(Path::default(), path, out),
            None => {
                out.encode_transform(Transform::IDENTITY);
                out.encode_fill_style(self.rule);
                out.encode_empty_shape();
            }
        }
        out.encode_begin_clip(group);
    }

    fn copy(&self, from: Path, to: Path, out: &mut Encoding) {
        out.encode_transform(Transform::IDENTITY);
        out.encode_fill_style(self.rule);
        out.path_tags.extend_from_slice(&self.tags[from.tags..to.tags]);
        out.path_data.extend_from_slice(&self.data[from.data..to.data]);
        out.n_path_segments += to.lines;
        out.n_paths += 1;
    }
}

/// Outlines that records before this one had.
#[derive(Default)]
pub(super) struct Kept {
    outlines: HashMap<u64, (Arc<Outline>, u64)>,
    record: u64,
}

impl Kept {
    /// Begins the next record, and forgets what has not been drawn for long: there are never more outlines
    /// than twice so many records have.
    pub fn begin(&mut self) {
        self.record += 1;
        if self.record.is_multiple_of(RECORDS) {
            let record = self.record;
            self.outlines.retain(|_, (_, used)| *used + RECORDS >= record);
        }
    }

    /// The outline with that hash.
    pub fn get(&mut self, hash: u64, make: impl FnOnce() -> Outline) -> Arc<Outline> {
        let (outline, used) = self.outlines.entry(hash).or_insert_with(|| (Arc::new(make()), 0));
        *used = self.record;
        outline.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outlines_are_dropped_when_they_are_not_drawn() {
        let mut kept = Kept::default();
        for record in 0..1000 {
            kept.begin();
            kept.get(0, || Outline::new(Fill::NonZero));
            kept.get(record + 1, || Outline::new(Fill::NonZero));
            assert!(kept.outlines.len() <= 34, "{} outlines", kept.outlines.len());
        }
    }
}
