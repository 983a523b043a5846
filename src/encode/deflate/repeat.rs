//! What both ways of finding repeats share.

use fearless_simd::{Simd, SimdBase, SimdMask, u8x32};

/// The farthest back deflate can refer.
pub(super) const WINDOW: usize = 1 << 15;
/// Repeats shorter than this are not looked for.
pub(super) const SHORTEST: usize = 4;
/// A repeat of only four bytes has to be this near to be cheaper than four literals.
pub(super) const NEAR: usize = 1 << 12;
/// A repeat this long of the row above is taken at once.
pub(super) const LONG: usize = 16;

/// These many bytes from so far back; none when the length is 0.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Repeat {
    pub length: usize,
    pub distance: usize,
}

/// The eight bytes from `at` on, if there are so many.
#[inline(always)]
pub(super) fn eight(data: &[u8], at: usize) -> Option<u64> {
    data.get(at..at + 8)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}

/// A hash of the first four of eight bytes.
#[inline(always)]
pub(super) fn hash<const BITS: u32>(here: u64) -> usize {
    ((here as u32).wrapping_mul(0x9E37_79B1) >> (32 - BITS)) as usize
}

/// Where the bytes from a place on are the same in the row above, or a pixel to either side of there.
#[derive(Clone, Copy, Default)]
pub(super) struct Above {
    distances: [usize; 3],
    /// Whether the first eight bytes are.
    same: [bool; 3],
}

impl Above {
    /// `here` begins at `at`; the row above is `row` bytes back.
    #[inline(always)]
    pub fn new(data: &[u8], at: usize, here: u64, row: usize, pixel: usize) -> Self {
        let distances = [row - pixel, row, row + pixel];
        let limit = at.min(WINDOW);
        let same = distances.map(|distance| {
            let there = eight(data, at - distance.min(at)).unwrap_or_default();
            (there == here) & (distance <= limit)
        });
        Self { distances, same }
    }

    #[inline(always)]
    pub fn any(self) -> bool {
        self.same[0] | self.same[1] | self.same[2]
    }

    /// The longest repeat of these; of eight bytes at least, if there is any.
    #[inline(always)]
    pub fn longest<S: Simd>(self, simd: S, data: &[u8], at: usize) -> Repeat {
        let mut longest = Repeat::default();
        for (distance, same) in self.distances.into_iter().zip(self.same) {
            if same {
                let length = 8 + alike(simd, data, at - distance + 8, at + 8);
                if length > longest.length {
                    longest = Repeat { length, distance };
                }
            }
        }
        longest
    }
}

/// How many bytes from `a` on equal those from `b` on, `a` lying before `b`. Not limited to what one repeat
/// can say: the block splits long ones.
#[inline(always)]
pub(super) fn alike<S: Simd>(simd: S, data: &[u8], a: usize, b: usize) -> usize {
    let (first, second) = (&data[a..], &data[b..]);
    let mut length = 0;
    // Most end in the first step, which has no branch within.
    for (x, y) in first.as_chunks::<32>().0.iter().zip(second.as_chunks::<32>().0) {
        let same = u8x32::from_slice(simd, x).simd_eq(u8x32::from_slice(simd, y)).to_bitmask() as u32;
        if same != u32::MAX {
            return length + same.trailing_ones() as usize;
        }
        length += 32;
    }
    length + first[length..].iter().zip(&second[length..]).take_while(|(x, y)| x == y).count()
}
