//! Which pixels differ between two display lists.
//!
//! The lists are compared by command hash. What only one of them holds damages its bounds, cut by
//! the clips around it and grown by the filters around it and by the backdrop filters above it.

use kurbo::Rect;

use super::{Blend, Command, DisplayList, Draw, Filter, Layer};

/// A half-open rectangle of whole pixels: `x0 <= x < x1`, `y0 <= y < y1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct IRect {
    pub x0: u32,
    pub y0: u32,
    pub x1: u32,
    pub y1: u32,
}

impl IRect {
    pub fn new(x0: u32, y0: u32, x1: u32, y1: u32) -> Self {
        Self { x0, y0, x1, y1 }
    }

    pub fn width(self) -> u32 {
        self.x1.saturating_sub(self.x0)
    }

    pub fn height(self) -> u32 {
        self.y1.saturating_sub(self.y0)
    }

    pub fn is_empty(self) -> bool {
        self.x0 >= self.x1 || self.y0 >= self.y1
    }

    /// Pixels inside.
    pub fn area(self) -> u64 {
        u64::from(self.width()) * u64::from(self.height())
    }

    pub fn intersect(self, other: Self) -> Self {
        Self {
            x0: self.x0.max(other.x0),
            y0: self.y0.max(other.y0),
            x1: self.x1.min(other.x1),
            y1: self.y1.min(other.y1),
        }
    }

    /// The smallest rectangle around both.
    pub fn union(self, other: Self) -> Self {
        Self {
            x0: self.x0.min(other.x0),
            y0: self.y0.min(other.y0),
            x1: self.x1.max(other.x1),
            y1: self.y1.max(other.y1),
        }
    }

    pub fn contains(self, x: u32, y: u32) -> bool {
        self.x0 <= x && x < self.x1 && self.y0 <= y && y < self.y1
    }
}

/// Middles longer than this product are not aligned: everything in them counts as changed.
const LCS_LIMIT: usize = 4_000_000;

/// Damage is handed on in at most this many rectangles.
const MAX_RECTS: usize = 48;

/// The pixels at which the two lists may paint differently: few rectangles, rounded outwards and
/// cut to the frame. Lists of different sizes damage the whole frame of `next`.
pub fn damage(base: &DisplayList, next: &DisplayList) -> Vec<IRect> {
    let frame = Rect::new(0.0, 0.0, next.width.into(), next.height.into());
    if (base.width, base.height) != (next.width, next.height) {
        return round([frame], frame);
    }
    let (old, new) = (Tree::new(base), Tree::new(next));
    let partners = partners(&old, &new);
    if partners.iter().enumerate().all(|(i, p)| *p == Some(i)) && old.len() == new.len() {
        return Vec::new();
    }
    let mut changes = Vec::with_capacity(old.len().max(new.len()));
    // Walk both lists in step: pairs are in the same order in both.
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        if i < old.len() && partners[i].is_none() {
            old.change(i, j, &mut changes);
            i += 1;
        } else if j < new.len() && (i >= old.len() || partners[i] != Some(j)) {
            new.change(j, j, &mut changes);
            j += 1;
        } else {
            if old.commands[i].bounds != new.commands[j].bounds && new.colours_all(j) {
                old.change(i, j, &mut changes);
                new.change(j, j, &mut changes);
            }
            (i, j) = (i + 1, j + 1);
        }
    }
    spread(&new, &mut changes);
    round(changes.into_iter().map(|change| change.rect), frame)
}

/// A damaged area, and the place in the new list where it happened.
struct Change {
    rect: Rect,
    at: usize,
}

/// A list with the structure of its groups.
struct Tree<'a> {
    commands: &'a [Command],
    /// The push of the innermost group that holds each command; a pop is held by its own push.
    parents: Vec<Option<usize>>,
}

impl<'a> Tree<'a> {
    fn new(list: &'a DisplayList) -> Self {
        let mut open = None;
        let mut parents = Vec::with_capacity(list.commands.len());
        for (index, command) in list.commands.iter().enumerate() {
            parents.push(open);
            match command.draw {
                Draw::Push(_) => open = Some(index),
                Draw::Pop => open = open.and_then(|push: usize| parents[push]),
                _ => {}
            }
        }
        Self { commands: &list.commands, parents }
    }

    fn len(&self) -> usize {
        self.commands.len()
    }

    fn layer(&self, push: usize) -> Option<&Layer> {
        match &self.commands[push].draw {
            Draw::Push(layer) => Some(layer),
            _ => None,
        }
    }

    /// Whether the command is a group that can colour pixels to which its content does nothing:
    /// then what it touches follows from its bounds.
    fn colours_all(&self, index: usize) -> bool {
        self.layer(index).is_some_and(|layer| {
            // Blending nothing with what lies below can round it.
            layer.blend != Blend::Normal
                || !layer.backdrop.is_empty()
                || layer.filters.iter().any(|f| matches!(f, Filter::Matrix(_)))
        })
    }

    /// What `rect`, painted inside the group of `parent`, can touch in the frame.
    fn reach(&self, mut rect: Rect, mut parent: Option<usize>) -> Rect {
        while let Some(push) = parent {
            if let Some(layer) = self.layer(push) {
                for filter in &layer.filters {
                    rect = filter.reach(rect);
                }
                if let Some(clip) = &layer.clip {
                    rect = rect.intersect(clip.bounds().inflate(1.0, 1.0));
                }
            }
            if is_empty(rect) {
                return Rect::ZERO;
            }
            parent = self.parents[push];
        }
        rect
    }

    fn change(&self, index: usize, at: usize, changes: &mut Vec<Change>) {
        let bounds = self.commands[index].bounds;
        if is_empty(bounds) {
            return;
        }
        let rect = self.reach(bounds, self.parents[index]);
        if !is_empty(rect) {
            changes.push(Change { rect, at });
        }
    }
}

fn is_empty(rect: Rect) -> bool {
    // Written so that NaN counts as empty: nothing can be painted there.
    !(rect.x1 > rect.x0 && rect.y1 > rect.y0)
}

/// For every command of `old`, its equal in `new`: in the same order and in paired groups.
fn partners(old: &Tree<'_>, new: &Tree<'_>) -> Vec<Option<usize>> {
    let same = |i: usize, j: usize| old.commands[i].hash == new.commands[j].hash;
    let (n, m) = (old.len(), new.len());
    let prefix = (0..n.min(m)).take_while(|&i| same(i, i)).count();
    let suffix = (0..n.min(m) - prefix).take_while(|&k| same(n - 1 - k, m - 1 - k)).count();
    let mut partners = vec![None; n];
    for (i, partner) in partners.iter_mut().enumerate().take(prefix) {
        *partner = Some(i);
    }
    for k in 0..suffix {
        partners[n - 1 - k] = Some(m - 1 - k);
    }
    align(old, new, prefix..n - suffix, prefix..m - suffix, &mut partners);
    // Equal commands in different groups paint differently. Parents come before their children.
    for i in 0..n {
        let Some(j) = partners[i] else { continue };
        let kept = match (old.parents[i], new.parents[j]) {
            (None, None) => true,
            (Some(a), Some(b)) => partners[a] == Some(b),
            _ => false,
        };
        if !kept {
            partners[i] = None;
        }
    }
    partners
}

/// Pairs the longest common subsequence of two ranges.
fn align(
    old: &Tree<'_>,
    new: &Tree<'_>,
    a: std::ops::Range<usize>,
    b: std::ops::Range<usize>,
    partners: &mut [Option<usize>],
) {
    // What only one range holds cannot be paired at all.
    let mut held: Vec<u64> = b.clone().map(|j| new.commands[j].hash).collect();
    held.sort_unstable();
    let mut left = Vec::with_capacity(a.len());
    left.extend(a.filter(|&i| held.binary_search(&old.commands[i].hash).is_ok()));
    held.clear();
    held.extend(left.iter().map(|&i| old.commands[i].hash));
    held.sort_unstable();
    let mut right = Vec::with_capacity(b.len());
    right.extend(b.filter(|&j| held.binary_search(&new.commands[j].hash).is_ok()));
    let (n, m) = (left.len(), right.len());
    if n == 0 || m == 0 || n.saturating_mul(m) > LCS_LIMIT {
        return;
    }
    // lengths[i][j]: the longest common subsequence of left[i..] and right[j..].
    let same = |i: usize, j: usize| old.commands[left[i]].hash == new.commands[right[j]].hash;
    let width = m + 1;
    let mut lengths = vec![0_u32; (n + 1) * width];
    for i in (0..n).rev() {
        for j in (0..m).rev() {
            lengths[i * width + j] = if same(i, j) {
                lengths[(i + 1) * width + j + 1] + 1
            } else {
                lengths[(i + 1) * width + j].max(lengths[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < n && j < m {
        if same(i, j) {
            partners[left[i]] = Some(right[j]);
            (i, j) = (i + 1, j + 1);
        } else if lengths[(i + 1) * width + j] >= lengths[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
}

/// Adds what backdrop filters of the new list make of changes below them. Groups that only the old
/// list has are damaged as a whole already.
fn spread(new: &Tree<'_>, changes: &mut Vec<Change>) {
    for (index, command) in new.commands.iter().enumerate() {
        let Draw::Push(layer) = &command.draw else { continue };
        if layer.backdrop.is_empty() {
            continue;
        }
        let mut grown: Option<Rect> = None;
        for change in changes.iter().filter(|change| change.at <= index) {
            let mut rect = change.rect;
            for filter in &layer.backdrop {
                rect = filter.reach(rect);
            }
            let rect = rect.intersect(command.bounds);
            if !is_empty(rect) {
                grown = Some(grown.map_or(rect, |grown| grown.union(rect)));
            }
        }
        if let Some(grown) = grown {
            // The filters of the group itself work on its content, which the backdrop is not.
            let rect = new.reach(grown, new.parents[index]);
            if !is_empty(rect) {
                changes.push(Change { rect, at: index });
            }
        }
    }
}

/// Whole pixels, one pixel of room, and few rectangles.
fn round(rects: impl IntoIterator<Item = Rect>, frame: Rect) -> Vec<IRect> {
    let mut merged: Vec<IRect> = Vec::with_capacity(MAX_RECTS + 1);
    for rect in rects {
        let rect = Rect::new(
            rect.x0.floor() - 1.0,
            rect.y0.floor() - 1.0,
            rect.x1.ceil() + 1.0,
            rect.y1.ceil() + 1.0,
        )
        .intersect(frame);
        if is_empty(rect) {
            continue;
        }
        // Within the frame, so the values fit.
        let mut new = IRect::new(rect.x0 as u32, rect.y0 as u32, rect.x1 as u32, rect.y1 as u32);
        // A union may reach rectangles that neither part reached.
        while let Some(index) = merged.iter().position(|old| wastes_little(*old, new)) {
            new = new.union(merged.swap_remove(index));
        }
        merged.push(new);
        if merged.len() > MAX_RECTS {
            merge_cheapest(&mut merged);
        }
    }
    merged.sort_by_key(|rect| (rect.y0, rect.x0));
    merged
}

fn waste(a: IRect, b: IRect) -> u64 {
    let both = a.intersect(b);
    let covered = a.area() + b.area() - if both.is_empty() { 0 } else { both.area() };
    a.union(b).area() - covered
}

fn wastes_little(a: IRect, b: IRect) -> bool {
    // A rectangle costs some set-up, about that of a few thousand pixels.
    waste(a, b) <= (a.area() + b.area()) / 8 + 2048
}

fn merge_cheapest(rects: &mut Vec<IRect>) {
    let mut best = (u64::MAX, 0, 1);
    for a in 0..rects.len() {
        for b in a + 1..rects.len() {
            best = best.min((waste(rects[a], rects[b]), a, b));
        }
    }
    let (_, a, b) = best;
    let other = rects.swap_remove(b);
    rects[a] = rects[a].union(other);
}
