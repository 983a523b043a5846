//! What the CPU draws for the GPU: parts of lists as pixels, kept so that what is static is drawn and
//! uploaded once.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard};

use vello::peniko::{Blob, ImageAlphaType, ImageData, ImageFormat};

use crate::raster::CpuRasteriser;
use crate::raster::area::Area;
use crate::raster::cache::Cache;
use crate::raster::layer::Scene;

/// Bytes of pixels that are kept.
const KEPT_BYTES: usize = 256 << 20;

/// Sightings that are remembered at most.
const MAX_SEEN: usize = 1 << 16;

/// Pixels whose first lies at (x, y) of the frame.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub image: ImageData,
    pub x: i32,
    pub y: i32,
}

/// Pictures that all workers share: each goes to the GPU once, however many use it.
#[derive(Debug, Clone)]
pub(super) struct Pictures(Arc<Mutex<Kept>>);

#[derive(Debug)]
struct Kept {
    placed: Cache<u64, Placed>,
    /// The drawing in which each was seen first.
    seen: HashMap<u64, u64>,
    drawings: u64,
}

impl Pictures {
    pub fn new() -> Self {
        let kept = Kept { placed: Cache::new(KEPT_BYTES), seen: HashMap::new(), drawings: 0 };
        Self(Arc::new(Mutex::new(kept)))
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        // What a panic left behind is whole: every change is one insertion.
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// A number for the next list that is drawn.
    pub fn next_drawing(&self) -> u64 {
        let mut kept = self.lock();
        kept.drawings += 1;
        kept.drawings
    }

    /// The pixels of some commands (a leaf or a whole group), which can touch `bounds`, at least inside
    /// `need`. What an earlier drawing had too is most likely static: it is drawn whole, and kept.
    pub fn of(
        &self,
        rasteriser: &mut CpuRasteriser,
        scene: &Scene<'_>,
        range: Range<usize>,
        bounds: Area,
        need: Area,
        drawing: u64,
    ) -> Option<Placed> {
        let frame = Area::new(0, 0, scene.list.width as i32, scene.list.height as i32);
        let (whole, need) = (bounds.intersect(frame), bounds.intersect(need).intersect(frame));
        if need.is_empty() {
            return None;
        }
        let mut hasher = DefaultHasher::new();
        whole.hash(&mut hasher);
        scene.commands()[range.clone()].iter().for_each(|command| command.hash.hash(&mut hasher));
        let key = hasher.finish();
        let area = {
            let mut kept = self.lock();
            if let Some(placed) = kept.placed.get(&key) {
                return Some(placed);
            }
            if kept.seen.len() >= MAX_SEEN {
                kept.seen.clear();
            }
            let seen_before = *kept.seen.entry(key).or_insert(drawing) != drawing;
            if seen_before || need == whole { whole } else { need }
        };
        let surface = rasteriser.surface(scene, range, area);
        let image = ImageData {
            data: Blob::from(surface.pixels),
            format: ImageFormat::Rgba8,
            alpha_type: ImageAlphaType::AlphaPremultiplied,
            width: area.width() as u32,
            height: area.height() as u32,
        };
        let placed = Placed { image, x: area.x0, y: area.y0 };
        if area == whole {
            let mut kept = self.lock();
            // Another worker may have been faster: what is on the GPU already is to be used.
            if let Some(other) = kept.placed.get(&key) {
                return Some(other);
            }
            kept.placed.insert(key, placed.clone(), area.pixels() * 4);
        }
        Some(placed)
    }
}
