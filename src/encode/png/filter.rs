//! Filters: what a row's bytes are written relative to (Third Edition, clause 9).

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
    None,
    Sub,
    Up,
    Average,
    Paeth,
}

impl Filter {
    const ALL: [Filter; 5] = [Filter::None, Filter::Sub, Filter::Up, Filter::Average, Filter::Paeth];

    /// Sets `out` to `row` less its neighbours: `above` it and, `pixel` bytes before, left of it.
    fn apply(self, row: &[u8], above: &[u8], pixel: usize, out: &mut [u8]) {
        let (first, rest) = out.split_at_mut(pixel);
        let left = &row[..row.len() - pixel];
        let above_left = &above[..row.len() - pixel];
        // Left of the first pixel all is zero.
        for ((out, &x), &up) in first.iter_mut().zip(row).zip(above) {
            *out = match self {
                Filter::None | Filter::Sub => x,
                Filter::Up | Filter::Paeth => x.wrapping_sub(up),
                Filter::Average => x.wrapping_sub(up / 2),
            };
        }
        let (row, above) = (&row[pixel..], &above[pixel..]);
        match self {
            Filter::None => rest.copy_from_slice(row),
            Filter::Sub => {
                for ((out, &x), &left) in rest.iter_mut().zip(row).zip(left) {
                    *out = x.wrapping_sub(left);
                }
            }
            Filter::Up => {
                for ((out, &x), &up) in rest.iter_mut().zip(row).zip(above) {
                    *out = x.wrapping_sub(up);
                }
            }
            Filter::Average => {
                for (((out, &x), &left), &up) in rest.iter_mut().zip(row).zip(left).zip(above) {
                    *out = x.wrapping_sub(((u16::from(left) + u16::from(up)) / 2) as u8);
                }
            }
            Filter::Paeth => {
                let neighbours = left.iter().zip(above).zip(above_left);
                for ((out, &x), ((&left, &up), &corner)) in rest.iter_mut().zip(row).zip(neighbours) {
                    *out = x.wrapping_sub(paeth(left, up, corner));
                }
            }
        }
    }
}

/// Whichever of the three neighbours is nearest to left + up − corner; ties in that order.
#[inline(always)]
fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let (a, b, c) = (i16::from(left), i16::from(up), i16::from(corner));
    let (to_left, to_up, to_corner) = ((b - c).abs(), (a - c).abs(), (a + b - 2 * c).abs());
    let other = if to_up <= to_corner { up } else { corner };
    if to_left <= to_up && to_left <= to_corner { left } else { other }
}

/// Buffers for choosing.
#[derive(Clone, Default)]
pub(super) struct Filters {
    candidate: Vec<u8>,
    pairs: Vec<u64>,
}

impl Filters {
    /// Sets `out` to the filtered rows, each behind the number of its filter. `rows` begins with the row
    /// above the first.
    pub fn apply(&mut self, choice: Choice, rows: &[u8], stride: usize, pixel: usize, out: &mut Vec<u8>) {
        out.clear();
        let filters: &[Filter] = match &choice {
            Choice::Quick => &[Filter::Up, Filter::Sub, Filter::None],
            Choice::Always(filter) => std::slice::from_ref(filter),
            _ => &Filter::ALL,
        };
        self.candidate.resize(stride, 0);
        for index in 1..rows.len() / stride {
            let (above, row) = rows[(index - 1) * stride..(index + 1) * stride].split_at(stride);
            let at = out.len();
            out.resize(at + 1 + stride, 0);
            let mut least = u64::MAX;
            for &filter in filters {
                if let [only] = filters {
                    only.apply(row, above, pixel, &mut out[at + 1..]);
                    out[at] = *only as u8;
                    break;
                }
                filter.apply(row, above, pixel, &mut self.candidate);
                let cost = match choice {
                    Choice::Entropy => entropy(&self.candidate),
                    Choice::Pairs => pairs(&self.candidate, &mut self.pairs),
                    _ => differences(&self.candidate),
                };
                if cost < least {
                    least = cost;
                    out[at] = filter as u8;
                    out[at + 1..].copy_from_slice(&self.candidate);
                }
                if least == 0 {
                    break;
                }
            }
        }
    }
}

/// The sum of the bytes' distances from zero.
fn differences(bytes: &[u8]) -> u64 {
    let distance = |&byte: &u8| u32::from(byte.min(byte.wrapping_neg()));
    u64::from(bytes.iter().map(distance).sum::<u32>())
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

    #[test]
    fn logarithms_are_right() {
        for (a, b) in [(1, 1), (8, 1), (1000, 7), (3240, 3239), (4_000_000_000, 3)] {
            let right = (a as f64 / b as f64).log2() * f64::from(1 << 12);
            assert!((log2(a, b) as f64 - right).abs() < 2.0, "{a}/{b}");
        }
    }
}
