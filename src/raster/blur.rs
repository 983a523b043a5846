//! A blur in whole numbers.
//!
//! Every output value is a function of the inputs within [`radius`] alone, computed exactly: cutting
//! the input to what is needed cannot change a bit of the output.

/// The largest standard deviation that is told apart, in pixels.
const MAX_SIGMA: f32 = 300.0;

/// Below this, boxes are too coarse a stand-in for the bell curve.
const BOX_SIGMA: f32 = 2.0;

/// How many pixels away an input can matter. Never more than `3 * sigma + 2`.
pub(super) fn radius(sigma: f32) -> i32 {
    match Kernel::new(sigma) {
        Kernel::None => 0,
        Kernel::Bell(weights) => weights.len() as i32 / 2,
        Kernel::Boxes(boxes) => boxes.iter().map(|(left, right)| (*left).max(*right) as i32).sum(),
    }
}

enum Kernel {
    None,
    /// Weights of an odd number of taps; they add up to 65536.
    Bell(Vec<u32>),
    /// Three boxes by how far they reach to the left and to the right.
    Boxes([(usize, usize); 3]),
}

impl Kernel {
    fn new(sigma: f32) -> Self {
        if sigma.is_nan() || sigma <= 0.02 {
            return Self::None;
        }
        let sigma = sigma.min(MAX_SIGMA);
        if sigma < BOX_SIGMA {
            let radius = (3.0 * sigma).ceil() as i32;
            let bell = |x: i32| (-f64::from(x * x) / (2.0 * f64::from(sigma).powi(2))).exp();
            let total: f64 = (-radius..=radius).map(bell).sum();
            let mut weights: Vec<u32> =
                (-radius..=radius).map(|x| (bell(x) / total * 65536.0).round() as u32).collect();
            // Rounding errors go to the middle.
            let sum: u32 = weights.iter().sum();
            let middle = &mut weights[radius as usize];
            *middle = (*middle + 65536).saturating_sub(sum);
            return Self::Bell(weights);
        }
        // Three boxes come within 3 % of the bell (Filter Effects 1, feGaussianBlur).
        let size = (f64::from(sigma) * 3.0 * std::f64::consts::TAU.sqrt() / 4.0 + 0.5).floor() as usize;
        let half = size / 2;
        Self::Boxes(if size % 2 == 1 {
            [(half, half); 3]
        } else {
            [(half, half - 1), (half - 1, half), (half, half)]
        })
    }
}

/// Blurs rows of `width` pixels with `N` channels each, in both directions. Outside is zero.
pub(super) fn blur<const N: usize>(values: &mut Vec<u16>, width: usize, sigma: f32) {
    if width == 0 || values.is_empty() {
        return;
    }
    let stride = width * N;
    let mut other = vec![0_u16; values.len()];
    match Kernel::new(sigma) {
        Kernel::None => {}
        Kernel::Bell(weights) => {
            for (from, to) in values.chunks_exact(stride).zip(other.chunks_exact_mut(stride)) {
                bell_row::<N>(from, to, &weights);
            }
            bell_columns(&other, values, stride, &weights);
        }
        Kernel::Boxes(boxes) => {
            for (left, right) in boxes {
                for (from, to) in values.chunks_exact(stride).zip(other.chunks_exact_mut(stride)) {
                    box_row::<N>(from, to, left, right);
                }
                std::mem::swap(values, &mut other);
            }
            for (above, below) in boxes {
                box_columns(values, &mut other, stride, above, below);
                std::mem::swap(values, &mut other);
            }
        }
    }
}

fn bell_row<const N: usize>(from: &[u16], to: &mut [u16], weights: &[u32]) {
    let radius = weights.len() / 2;
    let width = from.len() / N;
    for x in 0..width {
        let first = x.saturating_sub(radius);
        let last = (x + radius).min(width - 1);
        let mut sums = [32768_u32; N];
        for tap in first..=last {
            let weight = weights[tap + radius - x];
            for (channel, sum) in sums.iter_mut().enumerate() {
                *sum += weight * u32::from(from[tap * N + channel]);
            }
        }
        for (channel, sum) in sums.into_iter().enumerate() {
            to[x * N + channel] = (sum >> 16) as u16;
        }
    }
}

fn bell_columns(from: &[u16], to: &mut [u16], stride: usize, weights: &[u32]) {
    let radius = weights.len() / 2;
    let height = from.len() / stride;
    let mut sums = vec![0_u32; stride];
    for (y, row) in to.chunks_exact_mut(stride).enumerate() {
        sums.fill(32768);
        for tap in y.saturating_sub(radius)..=(y + radius).min(height - 1) {
            let weight = weights[tap + radius - y];
            for (sum, value) in sums.iter_mut().zip(&from[tap * stride..(tap + 1) * stride]) {
                *sum += weight * u32::from(*value);
            }
        }
        for (value, sum) in row.iter_mut().zip(&sums) {
            *value = (sum >> 16) as u16;
        }
    }
}

/// A sum divided by the size of its box, rounded.
#[derive(Clone, Copy)]
struct Divide {
    half: u64,
    factor: u64,
}

impl Divide {
    fn by(size: usize) -> Self {
        let size = size as u64;
        Self { half: size / 2, factor: (1_u64 << 32).div_ceil(size) }
    }

    fn apply(self, sum: u32) -> u16 {
        (((u64::from(sum) + self.half) * self.factor) >> 32).min(65535) as u16
    }
}

fn box_row<const N: usize>(from: &[u16], to: &mut [u16], left: usize, right: usize) {
    let width = from.len() / N;
    let divide = Divide::by(left + right + 1);
    let mut sums = [0_u32; N];
    for x in 0..right.min(width) {
        for (channel, sum) in sums.iter_mut().enumerate() {
            *sum += u32::from(from[x * N + channel]);
        }
    }
    for x in 0..width {
        for (channel, sum) in sums.iter_mut().enumerate() {
            if x + right < width {
                *sum += u32::from(from[(x + right) * N + channel]);
            }
            if x > left {
                *sum -= u32::from(from[(x - left - 1) * N + channel]);
            }
            to[x * N + channel] = divide.apply(*sum);
        }
    }
}

fn box_columns(from: &[u16], to: &mut [u16], stride: usize, above: usize, below: usize) {
    let height = from.len() / stride;
    let divide = Divide::by(above + below + 1);
    let row = |y: usize| &from[y * stride..(y + 1) * stride];
    let mut sums = vec![0_u32; stride];
    let add = |sums: &mut [u32], y: usize| {
        for (sum, value) in sums.iter_mut().zip(row(y)) {
            *sum += u32::from(*value);
        }
    };
    for y in 0..below.min(height) {
        add(&mut sums, y);
    }
    for (y, out) in to.chunks_exact_mut(stride).enumerate() {
        if y + below < height {
            add(&mut sums, y + below);
        }
        if y > above {
            for (sum, value) in sums.iter_mut().zip(row(y - above - 1)) {
                *sum -= u32::from(*value);
            }
        }
        for (value, sum) in out.iter_mut().zip(&sums) {
            *value = divide.apply(*sum);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cutting_the_input_to_the_radius_changes_nothing() {
        for sigma in [0.4, 1.0, 1.9, 2.0, 3.3, 7.0, 12.5] {
            let reach = radius(sigma) as usize;
            assert!(reach as f32 <= 3.0 * sigma + 2.0, "sigma {sigma} reaches {reach}");
            let (width, height) = (reach * 2 + 23, reach * 2 + 17);
            let values: Vec<u16> = (0..width * height)
                .map(|i| (i as u32).wrapping_mul(2_654_435_761).rotate_left(9) as u16)
                .collect();
            let mut whole = values.clone();
            blur::<1>(&mut whole, width, sigma);
            // One pixel in the middle, from no more than what lies within the radius.
            let (x, y) = (reach + 11, reach + 5);
            let size = reach * 2 + 1;
            let mut cut: Vec<u16> = (y - reach..=y + reach)
                .flat_map(|row| values[row * width + x - reach..=row * width + x + reach].to_vec())
                .collect();
            blur::<1>(&mut cut, size, sigma);
            assert_eq!(whole[y * width + x], cut[reach * size + reach], "sigma {sigma}");
        }
    }

    #[test]
    fn flat_stays_flat() {
        for sigma in [0.5, 1.7, 2.0, 5.0, 20.0] {
            let reach = radius(sigma) as usize;
            let size = reach * 2 + 3;
            let mut values = vec![65535_u16; size * size];
            blur::<1>(&mut values, size, sigma);
            let middle = (size / 2) * size + size / 2;
            assert!(values[middle] >= 65532, "sigma {sigma}: {}", values[middle]);
        }
    }
}
