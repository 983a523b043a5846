//! The ground of a frame: what has been the same in all lists so far, drawn once, so that only what
//! differs is drawn on top of it.
//!
//! It is kept for each cell of the rasteriser's grid by itself. A **unit** (a command, or a group as a
//! whole) belongs to a cell's ground as long as every list has it there, in the same order, and never
//! above a unit that is not of the ground. So to draw the ground first and then the rest, in order, does
//! to every pixel what drawing all in order does, and the ground shrinks until it is what is static.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

use super::area::{Area, Surface};
use super::layer::{self, Scene};
use crate::display::Draw;

/// What is kept between the lists of one variant. All of them must have the same size.
#[derive(Debug, Default)]
pub struct Ground {
    /// By the corner of the cell.
    cells: HashMap<(i32, i32), Cell>,
    /// Buffers: what lies above the ground of a cell, and the hashes of what stays its ground.
    above: Vec<Area>,
    kept: Vec<u64>,
}

#[derive(Debug, Default)]
struct Cell {
    /// The hashes of the ground's units, in order.
    units: Vec<u64>,
    /// Drawn when it is first needed.
    pixels: Option<Arc<Surface>>,
}

/// A command, or a group with all that is in it, that is drawn or left out as a whole.
#[derive(Debug)]
pub(super) struct Unit {
    pub range: Range<usize>,
    hash: u64,
    /// The pixels it can touch.
    area: Area,
}

/// The units of a list; `None` when something in it blends with what lies below, or filters it, in
/// another way than by covering it.
pub(super) fn units(scene: &Scene<'_>) -> Option<Vec<Unit>> {
    let commands = scene.commands();
    if scene.mixes {
        return None;
    }
    let mut units = Vec::with_capacity(commands.len());
    // The clips around the next command.
    let mut clips: Vec<u64> = Vec::new();
    let mut index = 0;
    while index < commands.len() {
        let command = &commands[index];
        let mut end = index;
        let area = match &command.draw {
            Draw::Push(layer) if layer.is_clip_only() => {
                clips.push(command.hash);
                Area::EMPTY
            }
            Draw::Push(_) => {
                end = scene.end(index).min(commands.len() - 1);
                layer::tiles(command)
            }
            Draw::Pop => {
                clips.pop();
                Area::EMPTY
            }
            Draw::Link { .. } => Area::EMPTY,
            _ => Area::around(command.bounds),
        };
        if !area.is_empty() {
            let mut hasher = DefaultHasher::new();
            clips.hash(&mut hasher);
            commands[index..=end].iter().for_each(|command| command.hash.hash(&mut hasher));
            units.push(Unit { range: index..end + 1, hash: hasher.finish(), area });
        }
        index = end + 1;
    }
    Some(units)
}

impl Ground {
    /// Sets for every unit whether it is of the ground of the cell, whose pixels are `area`. What no
    /// longer belongs there leaves it for good.
    pub(super) fn settle(
        &mut self,
        corner: (i32, i32),
        area: Area,
        units: &[Unit],
        of_ground: &mut Vec<bool>,
    ) {
        let here = |unit: &Unit| !unit.area.intersect(area).is_empty();
        let cell = self.cells.entry(corner).or_insert_with(|| Cell {
            units: units.iter().filter(|unit| here(unit)).map(|unit| unit.hash).collect(),
            pixels: None,
        });
        of_ground.clear();
        of_ground.resize(units.len(), false);
        let mut from = 0;
        for &hash in &cell.units {
            let found = units[from..].iter().position(|unit| unit.hash == hash && here(unit));
            if let Some(found) = found {
                of_ground[from + found] = true;
                from += found + 1;
            }
        }
        let Self { above, kept, .. } = self;
        above.clear();
        kept.clear();
        for (unit, of_ground) in units.iter().zip(of_ground).filter(|(unit, _)| here(unit)) {
            let own = unit.area.intersect(area);
            *of_ground = *of_ground && above.iter().all(|other| other.intersect(own).is_empty());
            if *of_ground {
                kept.push(unit.hash);
            } else {
                above.push(own);
            }
        }
        if *kept != cell.units {
            cell.units.clone_from(kept);
            cell.pixels = None;
        }
    }

    pub(super) fn pixels(&self, corner: (i32, i32)) -> Option<Arc<Surface>> {
        self.cells.get(&corner)?.pixels.clone()
    }

    pub(super) fn set_pixels(&mut self, corner: (i32, i32), pixels: Arc<Surface>) {
        if let Some(cell) = self.cells.get_mut(&corner) {
            cell.pixels = Some(pixels);
        }
    }
}
