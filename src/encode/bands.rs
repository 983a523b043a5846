//! A file cut to bands, each coded by itself.

use std::ops::Range;

use crate::raster::Frame;

/// The bytes of a file whose bands lie one behind the other, with a note about each.
#[derive(Debug, Clone, Default)]
pub(super) struct Banded<T> {
    /// The file so far: the head, then the bands, then the tail.
    pub bytes: Vec<u8>,
    /// The frame's size.
    size: (u32, u32),
    /// Where the first band begins.
    head: usize,
    /// Where each band ends, and its note.
    bands: Vec<(usize, T)>,
}

impl<T: Copy> Banded<T> {
    /// Forgets all bands; the bytes from here on are the head, until the first band is added.
    pub fn start(&mut self, frame: &Frame) {
        self.bytes.clear();
        self.bands.clear();
        self.size = (frame.width, frame.height);
        self.head = 0;
    }

    /// Whether this is a file of a frame of that size.
    pub fn fits(&self, frame: &Frame) -> bool {
        self.size == (frame.width, frame.height)
    }

    /// Adds the band that `code` appends.
    pub fn add(&mut self, code: impl FnOnce(&mut Vec<u8>) -> T) {
        if self.bands.is_empty() {
            self.head = self.bytes.len();
        }
        let note = code(&mut self.bytes);
        self.bands.push((self.bytes.len(), note));
    }

    /// Adds these bands of another file as they are.
    pub fn copy(&mut self, other: &Self, bands: Range<usize>) {
        let start = if bands.start == 0 { other.head } else { other.bands[bands.start - 1].0 };
        let Some(&(end, _)) = other.bands[bands.clone()].last() else { return };
        if self.bands.is_empty() {
            self.head = self.bytes.len();
        }
        let to = self.bytes.len();
        self.bytes.extend_from_slice(&other.bytes[start..end]);
        self.bands.extend(other.bands[bands].iter().map(|&(end, note)| (end - start + to, note)));
    }

    /// The note about a band that was added.
    pub fn note(&self, index: usize) -> T {
        self.bands[index].1
    }

    pub fn notes(&self) -> impl Iterator<Item = T> + '_ {
        self.bands.iter().map(|&(_, note)| note)
    }
}
