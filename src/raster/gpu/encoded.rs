//! A display list in vello's encoding, on its way to a page.

use std::ops::Range;

use kurbo::Vec2;
use vello::low_level::vello_encoding::{Encoding, PathTag, Transform};

use super::outline::Piece;

/// Points of a list.
pub(super) enum Points {
    /// Those of its own, which are written for this list only.
    Own(Range<usize>),
    Kept(Piece),
}

/// Parts of a list, in the frame's coordinates.
///
/// Nearly all of it are the paths' points. They stay apart from the rest until they lie in the GPU's
/// memory, where most of them are already.
#[derive(Default)]
pub(super) struct EncodedList {
    pub tags: Vec<PathTag>,
    /// Coordinates, x and y in turn, of points of its own.
    pub own: Vec<u32>,
    /// All points, in the order of the tags.
    pub points: Vec<Points>,
    /// Everything but the tags and the points.
    rest: Encoding,
    /// Every part's transforms, among those of all.
    transforms: Vec<Range<usize>>,
}

/// Writes a list.
#[derive(Default)]
pub(super) struct ListEncoder {
    pub scene: vello::Scene,
    points: Vec<Points>,
    /// How much of the encoding's own coordinates is among the points.
    noted: usize,
    /// How many transforms there were after each part.
    ends: Vec<usize>,
}

impl ListEncoder {
    /// The encoding, without the points of pieces.
    pub fn encoding(&mut self) -> &mut Encoding {
        self.scene.encoding_mut()
    }

    /// Adds a piece to the path that is under way.
    pub fn add(&mut self, piece: &Piece) {
        self.note_own();
        let encoding = self.scene.encoding_mut();
        encoding.path_tags.extend_from_slice(&piece.polygons.tags);
        encoding.n_path_segments += piece.polygons.tags.len() as u32;
        self.points.push(Points::Kept(piece.clone()));
    }

    /// Ends a part.
    pub fn end_part(&mut self) {
        let transforms = self.encoding().transforms.len();
        self.ends.push(transforms);
    }

    fn note_own(&mut self) {
        let end = self.encoding().path_data.len();
        if end > self.noted {
            self.points.push(Points::Own(self.noted..end));
            self.noted = end;
        }
    }

    pub fn finish(mut self) -> EncodedList {
        self.note_own();
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let transforms = starts.zip(&self.ends).map(|(start, &end)| start..end).collect();
        let mut rest = std::mem::take(self.scene.encoding_mut());
        EncodedList {
            tags: std::mem::take(&mut rest.path_tags),
            own: std::mem::take(&mut rest.path_data),
            points: self.points,
            rest,
            transforms,
        }
    }
}

impl EncodedList {
    /// The number of its points.
    pub fn count(&self) -> u32 {
        let count = |points: &Points| match points {
            Points::Own(range) => (range.len() / 2) as u32,
            Points::Kept(piece) => piece.polygons.count(),
        };
        self.points.iter().map(count).sum()
    }

    /// Adds all but the tags and the points to a batch. `moves` bring the parts to their places.
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

    /// Everything but the tags and the points, and every part's transforms.
    #[cfg(test)]
    pub fn parts(&self) -> (&Encoding, &[Range<usize>]) {
        (&self.rest, &self.transforms)
    }
}
