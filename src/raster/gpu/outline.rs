//! What commands cover, as vello has it, kept from record to record: what is drawn again is there, and
//! only its paint is written anew.

use std::collections::HashMap;
use std::sync::Arc;

use kurbo::{Affine, BezPath, Rect, Vec2};
use vello::low_level::vello_encoding::{DrawBeginClip, PathTag, Transform};
use vello::peniko::{Brush, Fill};

use super::encoded::ListEncoder;
use super::polygons::Polygons;

/// How many records an outline is kept for that none of them draws.
const RECORDS: u64 = 16;

/// Polygons, and where they are.
#[derive(Clone)]
pub(super) struct Piece {
    pub polygons: Arc<Polygons>,
    /// Added to every point.
    pub by: [f32; 2],
}

impl Piece {
    pub fn new(polygons: Arc<Polygons>, by: Vec2) -> Self {
        Self { polygons, by: [by.x as f32, by.y as f32] }
    }

    /// The pixels that it can touch.
    fn pixels(&self) -> Rect {
        (self.polygons.bounds + Vec2::new(self.by[0].into(), self.by[1].into())).expand()
    }
}

/// What one command covers: paths, one on top of the other.
pub(super) struct Outline {
    rule: Fill,
    paths: Vec<Vec<Piece>>,
}

impl Outline {
    /// One path; none when it is empty. What is open is closed.
    pub fn new(rule: Fill, path: &BezPath) -> Self {
        let piece = Polygons::new(path).map(|polygons| Piece::new(Arc::new(polygons), Vec2::ZERO));
        Self { rule, paths: piece.into_iter().map(|piece| vec![piece]).collect() }
    }

    /// Pieces that each cover their own part of a pixel, as glyphs do on the CPU. Those of a path lie apart
    /// by pixels. Where pieces overlap, what is not `opaque` shows it: each is its own path.
    pub fn of_pieces(pieces: impl IntoIterator<Item = Piece>, opaque: bool) -> Self {
        let mut paths: Vec<(Vec<Piece>, Vec<Rect>)> = Vec::new();
        for piece in pieces {
            let pixels = piece.pixels();
            let apart = |(_, taken): &&mut (Vec<Piece>, Vec<Rect>)| {
                opaque && !taken.iter().rev().any(|other| other.intersect(pixels).area() > 0.0)
            };
            match paths.iter_mut().find(apart) {
                Some((path, taken)) => {
                    path.push(piece);
                    taken.push(pixels);
                }
                None => paths.push((vec![piece], vec![pixels])),
            }
        }
        Self { rule: Fill::NonZero, paths: paths.into_iter().map(|(path, _)| path).collect() }
    }

    /// Draws every path with a brush and what places it.
    pub fn fill(&self, (brush, place): &(Brush, Affine), out: &mut ListEncoder) {
        let place = Transform::from_kurbo(place);
        for path in &self.paths {
            self.add(path, out);
            if out.encoding().encode_transform(place) {
                // It is the brush's, and stands before the path's end.
                out.encoding().swap_last_path_tags();
            }
            out.encoding().encode_brush(brush, 1.0);
        }
    }

    /// Opens a group that is cut to the outline, which is one path.
    pub fn push(&self, group: DrawBeginClip, out: &mut ListEncoder) {
        match self.paths.first() {
            Some(path) => self.add(path, out),
            None => {
                out.encoding().encode_transform(Transform::IDENTITY);
                out.encoding().encode_fill_style(self.rule);
                out.encoding().encode_empty_shape();
            }
        }
        out.encoding().encode_begin_clip(group);
    }

    fn add(&self, path: &[Piece], out: &mut ListEncoder) {
        out.encoding().encode_transform(Transform::IDENTITY);
        out.encoding().encode_fill_style(self.rule);
        path.iter().for_each(|piece| out.add(piece));
        out.encoding().path_tags.push(PathTag::PATH);
        out.encoding().n_paths += 1;
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
    use kurbo::Shape as _;

    use super::*;

    #[test]
    fn outlines_are_dropped_when_they_are_not_drawn() {
        let mut kept = Kept::default();
        for record in 0..1000 {
            kept.begin();
            kept.get(0, || Outline::of_pieces([], true));
            kept.get(record + 1, || Outline::of_pieces([], true));
            assert!(kept.outlines.len() <= 34, "{} outlines", kept.outlines.len());
        }
    }

    #[test]
    fn pieces_of_one_path_share_no_pixel() {
        let square = Rect::new(0.2, 0.2, 4.7, 4.7).to_path(0.1);
        let square = Arc::new(Polygons::new(&square).expect("lines"));
        let at = |x: f64| Piece::new(square.clone(), Vec2::new(x, 0.0));
        let paths = |xs: &[f64], opaque| Outline::of_pieces(xs.iter().map(|x| at(*x)), opaque).paths.len();
        assert_eq!(paths(&[0.0, 10.0, 20.0], true), 1);
        assert_eq!(paths(&[0.0, 4.6, 9.2, 13.8], true), 2, "neighbours touch");
        assert_eq!(paths(&[0.0, 1.0, 2.0, 10.0], true), 3, "so do three at one place");
        assert_eq!(paths(&[0.0, 10.0, 20.0], false), 3);
    }
}
