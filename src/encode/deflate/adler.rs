//! Adler-32 (RFC 1950 §8.2) of pieces, and of pieces behind one another.

use fearless_simd::{Level, Simd, dispatch};

/// The largest prime below 2¹⁶.
const MODULUS: u32 = 65_521;

/// The checksum of some bytes, and how many they are (modulo [`MODULUS`], which is all that matters).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::encode) struct Adler {
    /// One more than the sum of the bytes.
    sum: u32,
    /// The sum of all sums on the way.
    sums: u32,
    length: u32,
}

impl Default for Adler {
    /// Of no bytes.
    fn default() -> Self {
        Self { sum: 1, sums: 0, length: 0 }
    }
}

impl Adler {
    pub fn of(bytes: &[u8]) -> Self {
        let level = Level::new();
        dispatch!(level, simd => Self::sum_up(simd, bytes))
    }

    #[inline(always)]
    fn sum_up<S: Simd>(_: S, bytes: &[u8]) -> Self {
        /// Bytes that are summed side by side.
        const LANES: usize = 32;
        /// Groups of [`LANES`] before any sum could overflow.
        const GROUPS: usize = 128;
        let (mut sum, mut sums) = (1, 0);
        for piece in bytes.chunks(LANES * GROUPS) {
            let (groups, rest) = piece.as_chunks::<LANES>();
            // Each lane's sum, and the sum of its sums before each group.
            let (mut lanes, mut before) = ([0u32; LANES], [0u32; LANES]);
            for group in groups {
                for ((lane, before), &byte) in lanes.iter_mut().zip(&mut before).zip(group) {
                    *before += *lane;
                    *lane += u32::from(byte);
                }
            }
            sums += sum * (groups.len() * LANES) as u32 % MODULUS;
            for (index, (lane, before)) in lanes.into_iter().zip(before).enumerate() {
                // A byte counts once for itself and once for every byte after it.
                sums += before * LANES as u32 + lane * (LANES - index) as u32;
                sum += lane;
            }
            for &byte in rest {
                sum += u32::from(byte);
                sums += sum;
            }
            sum %= MODULUS;
            sums %= MODULUS;
        }
        Self { sum, sums, length: (bytes.len() % MODULUS as usize) as u32 }
    }

    /// The checksum of the bytes of both.
    pub fn followed_by(self, next: Self) -> Self {
        // Every sum on the way through `next` starts from this sum instead of from 1.
        let shift = u64::from(next.length) * u64::from(self.sum + MODULUS - 1) % u64::from(MODULUS);
        Self {
            sum: (self.sum + next.sum + MODULUS - 1) % MODULUS,
            sums: (self.sums + next.sums + shift as u32) % MODULUS,
            length: (self.length + next.length) % MODULUS,
        }
    }

    pub fn value(self) -> u32 {
        self.sums << 16 | self.sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition, a byte at a time.
    fn plain(bytes: &[u8]) -> u32 {
        let (sum, sums) = bytes.iter().fold((1, 0), |(sum, sums), &byte| {
            let sum = (sum + u32::from(byte)) % MODULUS;
            (sum, (sums + sum) % MODULUS)
        });
        sums << 16 | sum
    }

    proptest! {
        #[test]
        fn pieces_sum_up_to_the_whole(
            a in prop::collection::vec(250u8.., 0..20_000),
            b in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            prop_assert_eq!(Adler::of(&a).value(), plain(&a));
            let both = [a.as_slice(), &b].concat();
            prop_assert_eq!(Adler::of(&a).followed_by(Adler::of(&b)).value(), plain(&both));
        }
    }
}
