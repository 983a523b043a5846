//! Finds repeats (LZ77) through a table of the places where four bytes occurred before.

use super::{Search, block::Block};

/// The farthest back deflate can refer.
const WINDOW: usize = 1 << 15;
const HASH_BITS: u32 = 15;
/// Repeats shorter than this are not looked for.
const SHORTEST: usize = 4;
/// A repeat of only four bytes has to be this near to be cheaper than four literals.
const NEAR: usize = 1 << 12;

/// A repeat this long of the row above is taken at once.
const LONG: usize = 16;

/// Places that are remembered at the end of a long repeat.
const TAIL: usize = 2;

#[derive(Clone)]
pub(super) struct Matches {
    search: Search,
    /// The latest place of each hash, counted from `origin`; smaller numbers are of earlier pieces.
    head: Vec<u32>,
    /// For each place modulo the window, the place before it with the same hash.
    chain: Vec<u32>,
    /// What the next piece's first place counts as, so that the table need not be cleared.
    origin: u32,
}

/// A repeat: this many bytes from so far back.
#[derive(Clone, Copy)]
struct Match {
    length: usize,
    distance: usize,
}

impl Match {
    const NONE: Self = Self { length: 0, distance: 0 };
}

impl Matches {
    pub fn new(search: Search) -> Self {
        let chain = if search.depth > 1 { WINDOW } else { 0 };
        Self { search, head: vec![0; 1 << HASH_BITS], chain: vec![0; chain], origin: 1 }
    }

    /// Adds `data` from `start` on to `block` as literals and repeats; what lies before may be referred to.
    /// `row` is how far back in the stream the byte of the row above is: there, and a pixel to either side,
    /// long repeats are looked for first.
    pub fn find(&mut self, data: &[u8], start: usize, row: usize, pixel: usize, block: &mut Block) {
        if self.origin as usize + data.len() >= u32::MAX as usize {
            self.head.fill(0);
            self.origin = 1;
        }
        let above = [row - pixel, row, row + pixel];
        if self.search.depth > 1 {
            self.find_best(data, start, above, block);
        } else {
            self.find_latest(data, start, above, block);
        }
        self.origin += data.len() as u32;
    }

    /// One candidate for each place, taken whenever it is good.
    fn find_latest(&mut self, data: &[u8], start: usize, above: [usize; 3], block: &mut Block) {
        let mut at = start;
        // No row is as long as all that there is.
        let has_rows = above[0] < data.len();
        while at + SHORTEST <= data.len() {
            let near = if has_rows { longest(data, at, above) } else { Match::NONE };
            if near.length >= LONG {
                block.repeat(near.length, near.distance);
                at += near.length;
                continue;
            }
            let place = self.origin + at as u32;
            let previous = std::mem::replace(&mut self.head[hash(data, at)], place);
            let distance = (place - previous) as usize;
            if previous >= self.origin && distance <= WINDOW {
                let length = common(data, at - distance, at);
                if length > SHORTEST || (length == SHORTEST && distance <= NEAR) {
                    block.repeat(length, distance);
                    at += length;
                    // Places inside are left out but for the last: the next row may start there.
                    if at + SHORTEST <= data.len() {
                        self.head[hash(data, at - 1)] = self.origin + at as u32 - 1;
                    }
                    continue;
                }
            }
            block.literal(data[at]);
            at += 1;
        }
        data[at..].iter().for_each(|&byte| block.literal(byte));
    }

    /// The best of `depth` candidates for each place.
    fn find_best(&mut self, data: &[u8], start: usize, above: [usize; 3], block: &mut Block) {
        let mut at = start;
        while at < data.len() {
            let near = longest(data, at, above);
            if near.length >= LONG {
                block.repeat(near.length, near.distance);
                self.add_inside(data, at, at + near.length);
                at += near.length;
                continue;
            }
            let mut found = match self.best(data, at, near.length.max(SHORTEST - 1)) {
                Some(longer) => longer,
                None if near.length > 0 => near,
                None => {
                    block.literal(data[at]);
                    at += 1;
                    continue;
                }
            };
            while self.search.lazy && found.length < self.search.enough {
                match self.best(data, at + 1, found.length) {
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
            self.add_inside(data, at + 1, at + found.length);
            at += found.length;
        }
    }

    /// Puts the places inside a repeat in the table, or those at its end if it is long.
    fn add_inside(&mut self, data: &[u8], from: usize, end: usize) {
        let first = if end - from > self.search.inside { (end - TAIL).max(from) } else { from };
        for inside in first..end.min(data.len().saturating_sub(SHORTEST - 1)) {
            self.add(data, inside);
        }
    }

    /// Puts `at` in the table and returns the latest earlier place with its hash, if there is one.
    fn add(&mut self, data: &[u8], at: usize) -> Option<usize> {
        let place = self.origin + at as u32;
        let head = &mut self.head[hash(data, at)];
        let link = &mut self.chain[at % WINDOW];
        if *head != place {
            *link = *head;
            *head = place;
        }
        link.checked_sub(self.origin).map(|previous| previous as usize)
    }

    /// The longest repeat at `at` that is longer than `longer_than`; of equals the nearest.
    fn best(&mut self, data: &[u8], at: usize, longer_than: usize) -> Option<Match> {
        if at + SHORTEST > data.len() {
            return None;
        }
        let mut candidate = self.add(data, at);
        let mut length = longer_than;
        let mut found = None;
        let mut later = at;
        for _ in 0..self.search.depth {
            let Some(place) = candidate.filter(|&place| at - place <= WINDOW && place < later) else { break };
            let distance = at - place;
            // The bytes that would make it longer first: most candidates fail there.
            if ends_alike(data, place, at, length) {
                let common = common(data, place, at);
                if common > length && (common > SHORTEST || distance <= NEAR) {
                    length = common;
                    found = Some(Match { length, distance });
                    if length >= self.search.enough {
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

/// The longest of the repeats from these distances back that have eight bytes at least; length 0 if none.
#[inline(always)]
fn longest(data: &[u8], at: usize, distances: [usize; 3]) -> Match {
    let eight = |at: usize| data.get(at..at + 8)?.first_chunk::<8>().copied();
    let mut longest = Match::NONE;
    let Some(here) = eight(at) else { return longest };
    for distance in distances {
        if distance > at || distance > WINDOW || eight(at - distance) != Some(here) {
            continue;
        }
        let length = 8 + common(data, at - distance + 8, at + 8);
        if length > longest.length {
            longest = Match { length, distance };
        }
    }
    longest
}

/// Whether the four bytes that end with the one behind `length` bytes (at least three) are the same at
/// both places.
#[inline(always)]
fn ends_alike(data: &[u8], a: usize, b: usize, length: usize) -> bool {
    let four = |at: usize| data.get(at + length - 3..at + length + 1)?.first_chunk::<4>().copied();
    // The later place runs out first.
    four(b).is_some_and(|end| four(a) == Some(end))
}

#[inline(always)]
fn hash(data: &[u8], at: usize) -> usize {
    let bytes: [u8; 4] = data[at..at + 4].try_into().expect("four bytes");
    (u32::from_le_bytes(bytes).wrapping_mul(0x9E37_79B1) >> (32 - HASH_BITS)) as usize
}

/// How many bytes from `a` on equal those from `b` on, `a` lying before `b`. Not limited to what one
/// repeat can say: the block splits long ones.
#[inline(always)]
fn common(data: &[u8], a: usize, b: usize) -> usize {
    let (first, second) = (&data[a..], &data[b..]);
    let alike = |(x, y): &(&[u8; 32], &[u8; 32])| x == y;
    let wide = first.as_chunks::<32>().0.iter().zip(second.as_chunks::<32>().0).take_while(alike).count();
    let mut length = wide * 32;
    let (first, second) = (&first[length..], &second[length..]);
    let mut more = 0;
    for (x, y) in first.as_chunks::<8>().0.iter().zip(second.as_chunks::<8>().0) {
        let (x, y) = (u64::from_le_bytes(*x), u64::from_le_bytes(*y));
        if x != y {
            return length + more + ((x ^ y).trailing_zeros() / 8) as usize;
        }
        more += 8;
    }
    length += more;
    length + first[more..].iter().zip(&second[more..]).take_while(|(x, y)| x == y).count()
}
