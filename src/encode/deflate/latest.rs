//! Finds repeats (LZ77) at speed: each hash remembers its latest place.
//!
//! Everything this touches at once, the table and a band of rows, stays in a core's own caches; that, and
//! trying one place alone, is what it gains over [chains](super::chains).

use fearless_simd::{Level, Simd, dispatch};

use super::block::Block;
use super::repeat::{Above, LONG, NEAR, Repeat, SHORTEST, WINDOW, alike, eight, hash};

/// Bits of a hash: the table is 32 kB.
const BITS: u32 = 13;
/// A repeat this long is not put off for a longer one that starts a byte later.
const ENOUGH: usize = 16;

/// Of a repeat longer than this only the end is remembered as a place where repeats may start.
const INSIDE: usize = 8;
/// Places that are remembered at the end of a long repeat.
const TAIL: usize = 2;

#[derive(Clone)]
pub(super) struct Latest {
    /// Whether a repeat waits for a longer one that starts a byte later.
    lazy: bool,
    /// The latest place of each hash, counted from `origin`; smaller numbers are of earlier pieces.
    places: Vec<u32>,
    /// What the next piece's first place counts as, so that the table need not be cleared.
    origin: u32,
}

impl Latest {
    pub fn new(lazy: bool) -> Self {
        Self { lazy, places: vec![0; 1 << BITS], origin: 1 }
    }

    /// See [`Deflate::piece`](super::Deflate::piece).
    pub fn find(&mut self, data: &[u8], start: usize, row: usize, pixel: usize, block: &mut Block) {
        if self.origin as usize + data.len() >= u32::MAX as usize {
            self.places.fill(0);
            self.origin = 1;
        }
        let level = Level::new();
        if self.lazy {
            dispatch!(level, simd => self.find_all::<_, true>(simd, data, start, row, pixel, block));
        } else {
            dispatch!(level, simd => self.find_all::<_, false>(simd, data, start, row, pixel, block));
        }
        self.origin += data.len() as u32;
    }

    /// Compiled once for each kind of processor: newer ones count zeros and compare in fewer steps.
    #[inline(always)]
    fn find_all<S: Simd, const LAZY: bool>(
        &mut self,
        simd: S,
        data: &[u8],
        start: usize,
        row: usize,
        pixel: usize,
        block: &mut Block,
    ) {
        let mut at = start;
        // No row is as long as all that there is.
        let has_rows = row - pixel < data.len();
        while let Some(here) = eight(data, at) {
            // Whether there is a repeat is as good as random, and a wrong guess of the processor's costs more
            // than looking: so all places are compared without a branch, and one decides.
            let near = if has_rows { Above::new(data, at, here, row, pixel) } else { Above::default() };
            let mut found = self.latest(data, at, here);
            if !near.any() & (found.length == 0) {
                block.literal(data[at]);
                at += 1;
                continue;
            }
            if near.any() {
                let near = near.longest(simd, data, at);
                if near.length >= LONG {
                    block.repeat(near.length, near.distance);
                    at += near.length;
                    self.remember(data, at - TAIL, at);
                    continue;
                }
                found = {
                    let found = whole(simd, data, at, found);
                    if found.length > near.length { found } else { near }
                };
            } else {
                found = whole(simd, data, at, found);
            }
            while LAZY && found.length < ENOUGH {
                let Some(next) = eight(data, at + 1) else { break };
                let later = whole(simd, data, at + 1, self.latest(data, at + 1, next));
                if later.length <= found.length {
                    break;
                }
                block.literal(data[at]);
                at += 1;
                found = later;
            }
            block.repeat(found.length, found.distance);
            let end = at + found.length;
            let inside = if LAZY && found.length <= INSIDE { at + 2 } else { end - TAIL };
            self.remember(data, inside, end);
            at = end;
        }
        data[at..].iter().for_each(|&byte| block.literal(byte));
    }

    /// Puts these places in the table.
    #[inline(always)]
    fn remember(&mut self, data: &[u8], from: usize, to: usize) {
        for at in from..to {
            let Some(here) = eight(data, at) else { return };
            self.places[hash::<BITS>(here)] = self.origin + at as u32;
        }
    }

    /// Puts `at`, where the bytes `here` begin, in the table; up to eight bytes of the repeat that the place
    /// before it makes, if that pays.
    #[inline(always)]
    fn latest(&mut self, data: &[u8], at: usize, here: u64) -> Repeat {
        let place = self.origin + at as u32;
        let latest = std::mem::replace(&mut self.places[hash::<BITS>(here)], place);
        // Beyond the start where the place is of an earlier piece.
        let distance = (place - latest) as usize;
        let there = eight(data, at - distance.min(at)).unwrap_or_default();
        let different = (here ^ there) | u64::from(distance > at.min(WINDOW));
        let length = (different.trailing_zeros() / 8) as usize;
        let pays = length + usize::from(distance <= NEAR) > SHORTEST;
        Repeat { length: if pays { length } else { 0 }, distance }
    }
}

/// All of a repeat of which the first eight bytes were compared.
#[inline(always)]
fn whole<S: Simd>(simd: S, data: &[u8], at: usize, found: Repeat) -> Repeat {
    match found.length {
        8 => Repeat { length: 8 + alike(simd, data, at - found.distance + 8, at + 8), ..found },
        _ => found,
    }
}
