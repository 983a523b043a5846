//! What the pages of one document have in common, found by looking at the first few.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::file::Id;
use crate::display::{Blend, DisplayList, Draw};

/// Commands that are worth a form of their own.
const WORTH: usize = 3;
/// Forms that are kept at most; a document of many layouts writes the rest where they are used.
const MAX_FORMS: usize = 512;

/// Units (a command, or a group with all that is in it) that many pages share, and the forms that runs
/// of them have become.
#[derive(Default)]
pub(super) struct Statics {
    /// On how many of the pages looked at a unit was.
    seen: HashMap<u64, usize>,
    pages: usize,
    forms: HashMap<u64, Id>,
}

impl Statics {
    /// Looks at a page.
    pub(super) fn learn(&mut self, list: &DisplayList) {
        self.pages += 1;
        let mut index = 0;
        let mut units = Vec::new();
        while index < list.commands.len() {
            units.extend(unit(list, index));
            // Groups count as a whole and by what is in them, which may be the same when they are not.
            index += 1;
        }
        units.sort_unstable();
        units.dedup();
        for unit in units {
            *self.seen.entry(unit).or_default() += 1;
        }
    }

    /// Forgets what is on less than half of the pages.
    pub(super) fn settle(&mut self) {
        let half = self.pages.div_ceil(2).max(2);
        self.seen.retain(|_, count| *count >= half);
    }

    /// The run of static units that begins here: its key and its end. `None` when it is not worth a form.
    pub(super) fn run(&self, list: &DisplayList, start: usize, end: usize) -> Option<(u64, usize)> {
        let mut hasher = DefaultHasher::new();
        let mut index = start;
        while index < end
            && let Some(unit) = unit(list, index)
            && self.seen.contains_key(&unit)
        {
            unit.hash(&mut hasher);
            index = unit_end(list, index) + 1;
        }
        let key = hasher.finish();
        let room = self.forms.len() < MAX_FORMS || self.forms.contains_key(&key);
        (index - start >= WORTH && room).then_some((key, index))
    }

    pub(super) fn form(&self, key: u64) -> Option<Id> {
        self.forms.get(&key).copied()
    }

    pub(super) fn keep(&mut self, key: u64, form: Id) {
        self.forms.insert(key, form);
    }
}

/// The hash of the unit that begins at a command; `None` when what it shows depends on what is below it
/// in a way that only pixels can have.
fn unit(list: &DisplayList, start: usize) -> Option<u64> {
    if matches!(list.commands[start].draw, Draw::Pop) {
        return None;
    }
    let mut hasher = DefaultHasher::new();
    for command in &list.commands[start..=unit_end(list, start)] {
        if let Draw::Push(layer) = &command.draw
            && (layer.blend == Blend::PlusLighter || !layer.backdrop.is_empty())
        {
            return None;
        }
        command.hash.hash(&mut hasher);
    }
    Some(hasher.finish())
}

/// The last command of the unit that begins here: the pop of a push, the command itself otherwise.
pub(super) fn unit_end(list: &DisplayList, start: usize) -> usize {
    let mut depth = 0_usize;
    for (index, command) in list.commands.iter().enumerate().skip(start) {
        match command.draw {
            Draw::Push(_) => depth += 1,
            Draw::Pop => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return index;
        }
    }
    list.commands.len() - 1
}
