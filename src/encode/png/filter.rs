//! Filters: what a row's bytes are written relative to (Third Edition, clause 9).

use fearless_simd::{Level, Simd, dispatch};

/// Runs the same code once for each filter, so that each becomes a loop of its own without a choice in it.
macro_rules! by_filter {
    ($filter:expr, |$name:ident| $code:expr) => {
        match $filter {
            Filter::None => by_filter!(@ None, $name, $code),
            Filter::Sub => by_filter!(@ Sub, $name, $code),
            Filter::Up => by_filter!(@ Up, $name, $code),
            Filter::Average => by_filter!(@ Average, $name, $code),
            Filter::Paeth => by_filter!(@ Paeth, $name, $code),
        }
    };
    (@ $variant:ident, $name:ident, $code:expr) => {{
        let $name = Filter::$variant;
        $code
    }};
}

/// How the filter of a row is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    /// The better of the three cheap ones.
    Quick,
    /// The one with the smallest sum of differences.
    Smallest,
    /// The one whose bytes have the least entropy.
    Entropy,
    /// The one with the fewest different pairs of bytes.
    Pairs,
    /// The same for every row.
    Always(Filter),
}

impl Choice {
    pub const ALL: [Choice; 8] = [
        Choice::Smallest,
        Choice::Entropy,
        Choice::Pairs,
        Choice::Always(Filter::None),
        Choice::Always(Filter::Sub),
        Choice::Always(Filter::Up),
        Choice::Always(Filter::Average),
        Choice::Always(Filter::Paeth),
    ];
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filter {
    /// The byte itself.
    None,
    Sub,
    Up,
    Average,
    Paeth,
}

impl Filter {
    const ALL: [Filter; 5] = [Filter::None, Filter::Sub, Filter::Up, Filter::Average, Filter::Paeth];

    /// What is left of `x` beside its neighbours. Without branches and in bytes only, so that many are
    /// worked out at once.
    #[inline(always)]
    fn residual(self, x: u8, left: u8, up: u8, corner: u8) -> u8 {
        x.wrapping_sub(match self {
            Filter::None => 0,
            Filter::Sub => left,
            Filter::Up => up,
            // Half of the sum, which itself may have nine bits.
            Filter::Average => (left & up) + ((left ^ up) >> 1),
            Filter::Paeth => paeth(left, up, corner),
        })
    }

    /// Sets `out` to `row` less its neighbours: `above` it and, `pixel` bytes before, left of it.
    #[inline(always)]
    fn apply(self, row: &[u8], above: &[u8], pixel: usize, out: &mut [u8]) {
        let (first, rest) = out.split_at_mut(pixel);
        // Left of the first pixel all is zero.
        for ((out, &x), &up) in first.iter_mut().zip(row).zip(above) {
            *out = self.residual(x, 0, up, 0);
        }
        let neighbours = row.iter().zip(&above[pixel..]).zip(above);
        for ((out, &x), ((&left, &up), &corner)) in rest.iter_mut().zip(&row[pixel..]).zip(neighbours) {
            *out = self.residual(x, left, up, corner);
        }
    }

    /// What all bytes that `apply` would leave are away from zero, summed up.
    #[inline(always)]
    fn cost(self, row: &[u8], above: &[u8], pixel: usize) -> u64 {
        const LANES: usize = 32;
        let distance = |residual: u8| residual.min(residual.wrapping_neg());
        let first = row.iter().zip(above).take(pixel);
        let mut sum: u64 = first.map(|(&x, &up)| u64::from(distance(self.residual(x, 0, up, 0)))).sum();
        let (row, left, above, corner) = (&row[pixel..], row, &above[pixel..], above);
        let (rows, rest) = row.as_chunks::<LANES>();
        let lefts = left.as_chunks::<LANES>().0;
        let aboves = above.as_chunks::<LANES>().0;
        let corners = corner.as_chunks::<LANES>().0;
        for (((x, left), up), corner) in rows.iter().zip(lefts).zip(aboves).zip(corners) {
            let mut distances = [0; LANES];
            for lane in 0..LANES {
                distances[lane] = distance(self.residual(x[lane], left[lane], up[lane], corner[lane]));
            }
            sum += u64::from(distances.iter().map(|&distance| u32::from(distance)).sum::<u32>());
        }
        let from = row.len() - rest.len();
        for (at, &x) in rest.iter().enumerate() {
            let at = from + at;
            sum += u64::from(distance(self.residual(x, left[at], above[at], corner[at])));
        }
        sum
    }
}

/// Whichever of the three neighbours is nearest to left + up − corner; ties in that order.
#[inline(always)]
fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let (to_left, to_up) = (up.abs_diff(corner), left.abs_diff(corner));
    // Where both lie on the same side of the corner the distances add up (beyond 255 it makes no
    // difference), else they cancel.
    let to_corner = if (left >= corner) == (up >= corner) {
        to_left.saturating_add(to_up)
    } else {
        to_left.abs_diff(to_up)
    };
    let other = if to_up <= to_corner { up } else { corner };
    if to_left <= to_up && to_left <= to_corner { left } else { other }
}

/// How many bytes of a row are not those of the row above, which may be moved by a pixel to either side.
#[inline(always)]
fn fresh<S: Simd>(_: S, above: &[u8], row: &[u8], pixel: usize) -> [u64; 3] {
    let end = row.len() - pixel;
    [different(row, above), different(&row[..end], &above[pixel..]), different(&row[pixel..], above)]
}

/// One row in so many is looked at to see what filters would do to a band.
const SAMPLED: usize = 8;

/// Bytes that are counted at once: each lane of a wide register counts in a byte of its own, which holds
/// for 255 of them.
const LANES: usize = 64;
const COUNTED: usize = LANES * 255;

/// How many bytes of two rows differ; the longer one's end is left out.
#[inline(always)]
fn different(a: &[u8], b: &[u8]) -> u64 {
    let length = a.len().min(b.len());
    let mut sum = 0;
    for (a, b) in a[..length].chunks(COUNTED).zip(b[..length].chunks(COUNTED)) {
        let (firsts, first_rest) = a.as_chunks::<LANES>();
        let (seconds, second_rest) = b.as_chunks::<LANES>();
        let mut unlike = [0u8; LANES];
        for (a, b) in firsts.iter().zip(seconds) {
            for lane in 0..LANES {
                unlike[lane] += u8::from(a[lane] != b[lane]);
            }
        }
        sum += unlike.iter().map(|&count| u64::from(count)).sum::<u64>();
        sum += first_rest.iter().zip(second_rest).filter(|(a, b)| a != b).count() as u64;
    }
    sum
}

/// How many bytes are not zero, and how many of these not ±1 either.
#[inline(always)]
fn differences<S: Simd>(_: S, filtered: &[u8]) -> [u64; 2] {
    let mut sums = [0; 2];
    for part in filtered.chunks(COUNTED) {
        let (chunks, rest) = part.as_chunks::<LANES>();
        let (mut near, mut far) = ([0u8; LANES], [0u8; LANES]);
        for chunk in chunks {
            for lane in 0..LANES {
                near[lane] += u8::from(chunk[lane] != 0);
                // −1, 0 and 1 are 0, 1 and 2.
                far[lane] += u8::from(chunk[lane].wrapping_add(1) > 2);
            }
        }
        sums[0] += near.iter().map(|&count| u64::from(count)).sum::<u64>();
        sums[1] += far.iter().map(|&count| u64::from(count)).sum::<u64>();
        sums[0] += rest.iter().filter(|&&byte| byte != 0).count() as u64;
        sums[1] += rest.iter().filter(|&&byte| byte.wrapping_add(1) > 2).count() as u64;
    }
    sums
}

/// Buffers for choosing.
#[derive(Clone, Default)]
pub(super) struct Filters {
    candidate: Vec<u8>,
    /// A row of a sample.
    filtered: Vec<u8>,
    pairs: Vec<u64>,
}

impl Filters {
    /// Sets `out`, from byte `start` on, to the filtered rows, each behind the number of its filter. `rows`
    /// begins with the row above the first.
    pub fn apply(
        &mut self,
        choice: Choice,
        rows: &[u8],
        stride: usize,
        pixel: usize,
        start: usize,
        out: &mut Vec<u8>,
    ) {
        // All of it is written; what is there already need not be zeroed.
        out.resize(start + (rows.len() / stride - 1) * (stride + 1), 0);
        let level = Level::new();
        dispatch!(level, simd => self.apply_all(simd, choice, rows, stride, pixel, &mut out[start..]));
    }

    #[inline(always)]
    fn apply_all<S: Simd>(
        &mut self,
        _: S,
        choice: Choice,
        rows: &[u8],
        stride: usize,
        pixel: usize,
        out: &mut [u8],
    ) {
        for (index, out) in out.chunks_exact_mut(stride + 1).enumerate() {
            let (above, row) = rows[index * stride..(index + 2) * stride].split_at(stride);
            let filter = match choice {
                Choice::Always(filter) => filter,
                _ if row == above => Filter::Up,
                Choice::Quick => least([Filter::Up, Filter::Sub, Filter::None], |filter| {
                    by_filter!(filter, |filter| filter.cost(row, above, pixel))
                }),
                Choice::Smallest => {
                    least(Filter::ALL, |filter| by_filter!(filter, |filter| filter.cost(row, above, pixel)))
                }
                Choice::Entropy => {
                    least(Filter::ALL, |filter| entropy(self.tried(filter, row, above, pixel)))
                }
                Choice::Pairs => least(Filter::ALL, |filter| {
                    self.tried(filter, row, above, pixel);
                    pairs(&self.candidate, &mut self.pairs)
                }),
            };
            out[0] = filter as u8;
            by_filter!(filter, |filter| filter.apply(row, above, pixel, &mut out[1..]));
        }
    }

    /// Whether rows as they are will likely be coded in fewer bytes than filtered ones. A slanted gradient is
    /// its row above, moved by a pixel: deflate codes it in a few repeats, which no filter comes near.
    ///
    /// The weights are fitted to cards: a fresh byte costs about 0.9 bytes, most of it for the repeats on both
    /// sides of it; a filtered one costs about 0.55, and 0.6 more where it is not ±1.
    pub fn are_a_loss(&mut self, choice: Choice, rows: &[u8], stride: usize, pixel: usize) -> bool {
        let level = Level::new();
        let mut filtered = std::mem::take(&mut self.filtered);
        // A few rows tell enough. Of the three moves the one that fits best in all of them counts.
        let (mut fresh_bytes, mut near, mut far) = ([0; 3], 0, 0);
        for pair in rows.windows(2 * stride).step_by(SAMPLED * stride) {
            let (above, row) = pair.split_at(stride);
            let fresh = dispatch!(level, simd => fresh(simd, above, row, pixel));
            fresh_bytes.iter_mut().zip(fresh).for_each(|(sum, fresh)| *sum += fresh);
            self.apply(choice, pair, stride, pixel, 0, &mut filtered);
            let differences = dispatch!(level, simd => differences(simd, &filtered[1..]));
            near += differences[0];
            far += differences[1];
        }
        self.filtered = filtered;
        18 * fresh_bytes.into_iter().min().unwrap_or_default() < 11 * near + 12 * far
    }

    fn tried(&mut self, filter: Filter, row: &[u8], above: &[u8], pixel: usize) -> &[u8] {
        self.candidate.resize(row.len(), 0);
        by_filter!(filter, |filter| filter.apply(row, above, pixel, &mut self.candidate));
        &self.candidate
    }
}

/// The filter with the least cost; of equals the first.
#[inline(always)]
fn least<const N: usize>(filters: [Filter; N], mut cost: impl FnMut(Filter) -> u64) -> Filter {
    let mut best = (u64::MAX, Filter::None);
    for filter in filters {
        let cost = cost(filter);
        if cost < best.0 {
            best = (cost, filter);
        }
    }
    best.1
}

/// What a code made for these bytes alone would need, in 2⁻¹² bits.
fn entropy(bytes: &[u8]) -> u64 {
    let mut counts = [0u32; 256];
    bytes.iter().for_each(|&byte| counts[usize::from(byte)] += 1);
    let whole = bytes.len() as u64;
    counts
        .iter()
        .filter(|&&count| count > 0)
        .map(|&count| u64::from(count) * log2(whole, u64::from(count)))
        .sum()
}

/// log₂(a / b) in 2⁻¹², in whole numbers only, so that it is the same everywhere.
fn log2(a: u64, b: u64) -> u64 {
    // 1 ≤ x < 2 as 32 bits after the point, and whole powers of two apart.
    let mut x = (a << 32) / b;
    let power = 63 - x.leading_zeros() - 32;
    x >>= power;
    let mut log = u64::from(power);
    for _ in 0..12 {
        x = ((u128::from(x) * u128::from(x)) >> 32) as u64;
        let bit = x >> 33;
        x >>= bit;
        log = log << 1 | bit;
    }
    log
}

/// How many different pairs of neighbouring bytes there are.
fn pairs(bytes: &[u8], seen: &mut Vec<u64>) -> u64 {
    seen.clear();
    seen.resize(1 << 10, 0);
    for pair in bytes.windows(2) {
        let pair = usize::from(pair[0]) << 8 | usize::from(pair[1]);
        seen[pair / 64] |= 1 << (pair % 64);
    }
    seen.iter().map(|word| u64::from(word.count_ones())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition (Third Edition, 9.4).
    fn paeth_by_the_book(a: i32, b: i32, c: i32) -> i32 {
        let p = a + b - c;
        let (pa, pb, pc) = ((p - a).abs(), (p - b).abs(), (p - c).abs());
        if pa <= pb && pa <= pc {
            a
        } else if pb <= pc {
            b
        } else {
            c
        }
    }

    #[test]
    fn the_predictor_is_that_of_the_book() {
        for (a, b, c) in
            (0..=255).flat_map(|a| (0..=255).flat_map(move |b| (0..=255).map(move |c| (a, b, c))))
        {
            let right = paeth_by_the_book(a.into(), b.into(), c.into());
            assert_eq!(i32::from(paeth(a, b, c)), right, "{a} {b} {c}");
        }
    }

    #[test]
    fn the_cost_is_that_of_what_is_written() {
        let noise = |seed: u32| {
            move |at: usize| ((at as u32 + seed).wrapping_mul(0x9E37_79B1) >> 24) as u8 >> (at % 7)
        };
        for length in [3, 30, 96, 3 * 117] {
            let row: Vec<u8> = (0..length).map(noise(1)).collect();
            let above: Vec<u8> = (0..length).map(noise(9)).collect();
            for filter in Filter::ALL {
                let mut out = vec![0; length];
                filter.apply(&row, &above, 3, &mut out);
                let sum: u64 = out.iter().map(|&b| u64::from(b.min(b.wrapping_neg()))).sum();
                assert_eq!(filter.cost(&row, &above, 3), sum, "{filter:?}");
            }
        }
    }

    #[test]
    fn logarithms_are_right() {
        for (a, b) in [(1, 1), (8, 1), (1000, 7), (3240, 3239), (4_000_000_000, 3)] {
            let right = (a as f64 / b as f64).log2() * f64::from(1 << 12);
            assert!((log2(a, b) as f64 - right).abs() < 2.0, "{a}/{b}");
        }
    }
}
