//! Finds repeats (LZ77) thoroughly: all earlier places with the same hash are chained.

use fearless_simd::{Level, Simd, dispatch};

use super::block::Block;
use super::repeat::{Above, LONG, NEAR, Repeat, SHORTEST, WINDOW, alike, eight, hash};

const BITS: u32 = 15;
/// How many earlier places are tried.
const DEPTH: u32 = 256;
/// A repeat this long is taken at once: one cannot be longer.
const ENOUGH: usize = 258;
/// Of a longer repeat only this many places at its end are remembered as places where repeats may start.
const TAIL: usize = 2;

#[derive(Clone)]
pub(super) struct Chains {
    /// The latest place of each hash, counted from `origin`; smaller numbers are of earlier pieces.
    head: Vec<u32>,
    /// For each place modulo the window, the place before it with the same hash.
    chain: Vec<u32>,
    /// What the next piece's first place counts as, so that the table need not be cleared.
    origin: u32,
}

impl Chains {
    pub fn new() -> Self {
        Self { head: vec![0; 1 << BITS], chain: vec![0; WINDOW], origin: 1 }
    }

    /// See [`Deflate::piece`](super::Deflate::piece).
    pub fn find(&mut self, data: &[u8], start: usize, row: usize, pixel: usize, block: &mut Block) {
        dispatch!(Level::new(), simd => self.find_all(simd, data, start, row, pixel, block));
    }

    #[inline(always)]
    fn find_all<S: Simd>(
        &mut self,
        simd: S,
        data: &[u8],
        start: usize,
        row: usize,
        pixel: usize,
        block: &mut Block,
    ) {
        if self.origin as usize + data.len() >= u32::MAX as usize {
            self.head.fill(0);
            self.origin = 1;
        }
        let mut at = start;
        while at < data.len() {
            let near = eight(data, at).map_or(Repeat::default(), |here| {
                Above::new(data, at, here, row, pixel).longest(simd, data, at)
            });
            if near.length >= LONG {
                block.repeat(near.length, near.distance);
                self.remember(data, at, at + near.length);
                at += near.length;
                continue;
            }
            let mut found = match self.best(simd, data, at, near.length.max(SHORTEST - 1)) {
                Some(longer) => longer,
                None if near.length > 0 => near,
                None => {
                    block.literal(data[at]);
                    at += 1;
                    continue;
                }
            };
            while found.length < ENOUGH {
                match self.best(simd, data, at + 1, found.length) {
                    Some(longer) => {
                        block.literal(data[at]);
                        at += 1;
                        found = longer;
                    }
                    None => break,
                }
            }
            block.repeat(found.length, found.distance);
            // The place of the repeat, and the one after it if it was tried, are in the table already;
            // adding one twice would make a ring, so `add` knows the latest.
            self.remember(data, at + 1, at + found.length);
            at += found.length;
        }
        self.origin += data.len() as u32;
    }

    /// Puts the places inside a repeat in the table, or those at its end if it is long.
    fn remember(&mut self, data: &[u8], from: usize, end: usize) {
        let first = if end - from > ENOUGH { (end - TAIL).max(from) } else { from };
        for inside in first..end.min(data.len().saturating_sub(SHORTEST - 1)) {
            self.add(data, inside);
        }
    }

    /// Puts `at` in the table and returns the latest earlier place with its hash, if there is one.
    fn add(&mut self, data: &[u8], at: usize) -> Option<usize> {
        let place = self.origin + at as u32;
        let head = &mut self.head[four(data, at)];
        let link = &mut self.chain[at % WINDOW];
        if *head != place {
            *link = *head;
            *head = place;
        }
        link.checked_sub(self.origin).map(|previous| previous as usize)
    }

    /// The longest repeat at `at` that is longer than `longer_than`; of equals the nearest.
    #[inline(always)]
    fn best<S: Simd>(&mut self, simd: S, data: &[u8], at: usize, longer_than: usize) -> Option<Repeat> {
        if at + SHORTEST > data.len() {
            return None;
        }
        let mut candidate = self.add(data, at);
        let mut length = longer_than;
        let mut found = None;
        let mut later = at;
        for _ in 0..DEPTH {
            let Some(place) = candidate.filter(|&place| at - place <= WINDOW && place < later) else { break };
            let distance = at - place;
            // The bytes that would make it longer first: most candidates fail there.
            if ends_alike(data, place, at, length) {
                let common = alike(simd, data, place, at);
                if common > length && (common > SHORTEST || distance <= NEAR) {
                    length = common;
                    found = Some(Repeat { length, distance });
                    if length >= ENOUGH {
                        break;
                    }
                }
            }
            later = place;
            candidate = self.chain[place % WINDOW].checked_sub(self.origin).map(|place| place as usize);
        }
        found
    }
}

/// Whether the four bytes that end with the one behind `length` bytes (at least three) are the same at
/// both places.
#[inline(always)]
fn ends_alike(data: &[u8], a: usize, b: usize, length: usize) -> bool {
    let four = |at: usize| data.get(at + length - 3..at + length + 1)?.first_chunk::<4>().copied();
    // The later place runs out first.
    four(b).is_some_and(|end| four(a) == Some(end))
}

/// The hash of the four bytes from `at` on.
fn four(data: &[u8], at: usize) -> usize {
    let bytes: [u8; 4] = data[at..at + 4].try_into().expect("four bytes");
    hash::<BITS>(u64::from(u32::from_le_bytes(bytes)))
}
