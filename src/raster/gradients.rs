//! Gradients that come again are kept as pixels.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use kurbo::Rect;

use super::area::Area;
use super::cache::Cache;
use super::paint;
use super::picture::Placed;
use crate::display::Gradient;

/// Sightings that are remembered at most.
const MAX_SEEN: usize = 4096;

/// Draws gradients. One that an earlier drawing used already is drawn as a whole and kept: then it is
/// static, most likely.
#[derive(Debug)]
pub(super) struct Gradients {
    kept: Cache<u64, Placed>,
    /// In which drawing each was seen first.
    seen: HashMap<u64, u64>,
    drawing: u64,
    frame: Area,
}

impl Gradients {
    pub fn new(limit: usize) -> Self {
        Self { kept: Cache::new(limit), seen: HashMap::new(), drawing: 0, frame: Area::EMPTY }
    }

    /// Begins the next drawing, into a frame of this area.
    pub fn begin(&mut self, frame: Area) {
        self.drawing += 1;
        self.frame = frame;
    }

    /// Pixels that hold those inside `need`. What is filled lies within `bounds`.
    pub fn pixels(&mut self, gradient: &Gradient, bounds: Rect, need: Area) -> Option<Placed> {
        let whole = Area::around(bounds).intersect(self.frame);
        let alone = || paint::gradient(gradient, need).and_then(Placed::surface);
        if whole.intersect(need) != need {
            return alone();
        }
        let mut hasher = DefaultHasher::new();
        (gradient, whole).hash(&mut hasher);
        let key = hasher.finish();
        if let Some(placed) = self.kept.get(&key) {
            return Some(placed);
        }
        if self.seen.len() >= MAX_SEEN {
            self.seen.clear();
        }
        if *self.seen.entry(key).or_insert(self.drawing) == self.drawing {
            return alone();
        }
        let placed = paint::gradient(gradient, whole).and_then(Placed::surface)?;
        self.kept.insert(key, placed.clone(), whole.pixels() * 4);
        Some(placed)
    }
}
