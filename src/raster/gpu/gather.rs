//! The points of scenes' lines: kept in the GPU's memory from batch to batch, and put together there by a
//! shader of ours. Only points that the GPU has not yet, and where the pieces of a scene go, are uploaded.

use std::collections::HashMap;

use bytemuck::{Pod, Zeroable};
use vello_shaders::BindType;
use wgpu::{BindingResource, Buffer, BufferUsages};

use super::device::Device;
use super::encoded::{EncodedList, Points};
use super::polygons::{POINT, Polygons};
use super::stages::{Growing, Stage};

/// As in `gather.wgsl`.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct Entry {
    first: u32,
    place: u32,
    count: u32,
    by: [f32; 2],
}

/// Points that came with the scene.
const FRESH: u32 = 1 << 31;

/// Groups of threads in one dimension, at most.
const ACROSS: u32 = 32_768;

/// Which polygons lie in the GPU's memory.
#[derive(Debug)]
struct Residents {
    /// The first point of each, by hash.
    firsts: HashMap<u64, u32>,
    /// In points.
    used: u32,
    room: u32,
}

impl Residents {
    fn new(room: u32) -> Self {
        Self { firsts: HashMap::new(), used: 0, room }
    }

    /// The first point of polygons, and whether they are new and are to be written there. `None` when there
    /// is no room left.
    fn first(&mut self, polygons: &Polygons) -> Option<(u32, bool)> {
        if let Some(first) = self.firsts.get(&polygons.hash) {
            return Some((*first, false));
        }
        let first = self.used;
        self.used = first.checked_add(polygons.count()).filter(|used| *used <= self.room)?;
        self.firsts.insert(polygons.hash, first);
        Some((first, true))
    }
}

/// Where the points of a batch are, as of the last call of [`Gather::upload`].
pub(super) struct Gather {
    stage: Stage,
    residents: Residents,
    /// Bytes of kept points that are there from the start.
    least: u64,
    kept: Growing,
    fresh: Growing,
    table: Growing,
    entries: Vec<Entry>,
    /// Coordinates that are uploaded: of the batch itself, and of polygons that are kept from now on.
    own: Vec<u32>,
    new: Vec<u32>,
}

impl Gather {
    /// Keeps at least so many bytes of points.
    pub fn new(device: &Device, least: u64) -> Self {
        use BindType::{BufReadOnly, Buffer};
        let bindings = [(0, BufReadOnly), (1, BufReadOnly), (2, BufReadOnly), (3, Buffer)];
        let code = include_str!("../../../shaders/gather.wgsl");
        Self {
            stage: Stage::new(device, "gather", code, &bindings),
            residents: Residents::new((least / POINT) as u32),
            least,
            kept: Growing::default(),
            fresh: Growing::default(),
            table: Growing::default(),
            entries: Vec::new(),
            own: Vec::new(),
            new: Vec::new(),
        }
    }

    /// Forgets all points and frees their memory.
    pub fn release(&mut self) {
        self.residents = Residents::new((self.least / POINT) as u32);
        (self.kept, self.fresh, self.table) = Default::default();
    }

    /// Uploads what the GPU lacks of the lists' points, which go to `base` (in points) of a scene; they are
    /// not more than a buffer can have. How many bytes that were.
    pub fn upload(&mut self, device: &Device, lists: &[&EncodedList], base: u32) -> u64 {
        let before = self.residents.used;
        let start = if self.place(lists, base) {
            before
        } else {
            // Either what is kept is mostly of the past, or the batch alone is too much.
            self.residents = Residents::new(self.residents.room);
            if !self.place(lists, base) {
                let points: u64 = lists.iter().map(|list| u64::from(list.count())).sum();
                let bytes = (points * POINT).next_power_of_two().min(device.most_bound());
                self.residents = Residents::new((bytes / POINT) as u32);
                self.place(lists, base);
            }
            0
        };
        // Whole groups of threads are dispatched: those that are over have nothing to do.
        let (across, down) = self.groups();
        self.entries.resize((across * down) as usize, Entry::zeroed());
        let (room, usage) = (u64::from(self.residents.room), BufferUsages::STORAGE | BufferUsages::COPY_DST);
        let kept = self.kept.at_least(device, "kept points", room * POINT, usage);
        device.queue.write_buffer(kept, u64::from(start) * POINT, bytemuck::cast_slice(&self.new));
        self.fresh.write(device, "fresh points", bytemuck::cast_slice(&self.own));
        self.table.write(device, "entries", bytemuck::cast_slice(&self.entries));
        let words = self.new.len() + self.own.len();
        (words * 4 + size_of_val(&self.entries[..])) as u64
    }

    /// Notes where everything is and what is to be uploaded; whether there is room.
    fn place(&mut self, lists: &[&EncodedList], base: u32) -> bool {
        self.entries.clear();
        self.own.clear();
        self.new.clear();
        let mut place = base;
        for list in lists {
            let own = (self.own.len() / 2) as u32;
            self.own.extend_from_slice(&list.own);
            for points in &list.points {
                let (first, count, by) = match points {
                    Points::Own(range) => {
                        ((own + (range.start / 2) as u32) | FRESH, (range.len() / 2) as u32, [0.0; 2])
                    }
                    Points::Kept(piece) => {
                        let Some((first, new)) = self.residents.first(&piece.polygons) else { return false };
                        if new {
                            self.new.extend_from_slice(&piece.polygons.points);
                        }
                        (first, piece.polygons.count(), piece.by)
                    }
                };
                self.entries.push(Entry { first, place, count, by });
                place += count;
            }
        }
        true
    }

    fn groups(&self) -> (u32, u32) {
        let across = (self.entries.len() as u32).min(ACROSS);
        (across, (self.entries.len() as u32).div_ceil(across.max(1)))
    }

    /// The shader, how many groups of it, and what it works on.
    pub fn work<'a>(&'a self, scene: &'a Buffer) -> (&'a Stage, (u32, u32), [BindingResource<'a>; 4]) {
        let buffers = [self.table.buffer(), self.kept.buffer(), self.fresh.buffer(), scene];
        (&self.stage, self.groups(), buffers.map(Buffer::as_entire_binding))
    }
}

#[cfg(test)]
mod tests {
    use kurbo::{Rect, Shape as _};

    use super::*;

    fn square(side: f64) -> Polygons {
        Polygons::new(&Rect::new(0.0, 0.0, side, side).to_path(0.1)).expect("lines")
    }

    #[test]
    fn polygons_come_once_and_stay_where_they_are() {
        let mut residents = Residents::new(12);
        let (small, large) = (square(1.0), square(2.0));
        let count = small.count();
        assert_eq!(residents.first(&small), Some((0, true)));
        assert_eq!(residents.first(&large), Some((count, true)));
        assert_eq!(residents.first(&square(1.0)), Some((0, false)), "its points are known");
        assert_eq!(residents.first(&square(3.0)), None, "there is no room for a third");
        assert_eq!(residents.first(&large), Some((count, false)));
    }
}
