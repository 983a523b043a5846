//! A display list in vello's encoding, on its way to a page.

use std::ops::Range;

use kurbo::Vec2;
use vello::low_level::vello_encoding::{Encoding, PathTag, Transform};

/// Parts of a list, in the frame's coordinates.
///
/// Nearly all of it are the paths' lines. They stay apart from the rest, and as they are until they lie in
/// the GPU's memory.
#[derive(Default)]
pub(super) struct EncodedList {
    pub tags: Vec<PathTag>,
    pub lines: Vec<u32>,
    /// Everything but the tags and the lines.
    rest: Encoding,
    /// Every part's transforms, among those of all.
    transforms: Vec<Range<usize>>,
}

impl EncodedList {
    /// What was encoded; `ends` says how many transforms there were after each part.
    pub fn new(mut encoding: Encoding, ends: &[usize]) -> Self {
        let starts = std::iter::once(0).chain(ends.iter().copied());
        Self {
            tags: std::mem::take(&mut encoding.path_tags),
            lines: std::mem::take(&mut encoding.path_data),
            transforms: starts.zip(ends).map(|(start, &end)| start..end).collect(),
            rest: encoding,
        }
    }

    /// Adds all but the tags and the lines to a batch. `moves` bring the parts to their places.
    pub fn append_rest(&self, moves: impl IntoIterator<Item = Vec2>, batch: &mut Encoding) {
        let first = batch.transforms.len();
        batch.append(&self.rest, &None);
        for (range, by) in self.transforms.iter().zip(moves) {
            let place = Transform { translation: [by.x as f32, by.y as f32], ..Transform::IDENTITY };
            for transform in &mut batch.transforms[first + range.start..first + range.end] {
                *transform = place * *transform;
            }
        }
    }

    /// Everything but the tags and the lines, and every part's transforms.
    #[cfg(test)]
    pub fn parts(&self) -> (&Encoding, &[Range<usize>]) {
        (&self.rest, &self.transforms)
    }
}
