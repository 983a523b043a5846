//! A block's samples to quantised coefficients: the cosine transform of Arai, Agui and Nakajima (A
//! fast DCT-SQ scheme for images, 1988), whose last multiplications are part of the quantisation.

use fearless_simd::{Simd, SimdBase, SimdFrom, f32x8};

/// Eight rows of eight samples.
pub(super) type Samples = [[f32; 8]; 8];

/// What the transform leaves each row and column multiplied by, but for a factor of 8 in all.
const SCALES: [f64; 8] = [
    1.0,
    1.387_039_845_322_148,
    1.306_562_964_876_377,
    1.175_875_602_419_359,
    1.0,
    0.785_694_958_387_102,
    0.541_196_100_146_197,
    0.275_899_379_282_943,
];

/// Turns samples to coefficients at one quality.
#[derive(Clone)]
pub(super) struct Quantizer {
    /// What each coefficient is multiplied by, with columns for rows as the transform leaves them.
    factors: Samples,
}

impl Quantizer {
    /// `steps` in rows.
    pub fn new(steps: &[u8; 64]) -> Self {
        let factor = |column: usize, row: usize| {
            let step = f64::from(steps[row * 8 + column]);
            (1.0 / (step * SCALES[row] * SCALES[column] * 8.0)) as f32
        };
        Self { factors: std::array::from_fn(|column| std::array::from_fn(|row| factor(column, row))) }
    }

    /// What each coefficient is multiplied by, column by column.
    pub fn factors(&self) -> [f32; 64] {
        std::array::from_fn(|at| self.factors[at / 8][at % 8])
    }

    /// Coefficients, column by column.
    #[inline(always)]
    pub fn quantize<S: Simd>(&self, simd: S, samples: &Samples) -> [i16; 64] {
        let mut lanes = samples.map(|lane| f32x8::simd_from(simd, lane));
        transform(&mut lanes);
        transpose(&mut lanes);
        transform(&mut lanes);
        let mut coefficients = [0; 64];
        for ((out, lane), &factors) in
            coefficients.as_chunks_mut::<8>().0.iter_mut().zip(lanes).zip(&self.factors)
        {
            let mut values = [0.0; 8];
            (lane * f32x8::simd_from(simd, factors)).store_slice(&mut values);
            *out = values.map(round);
        }
        coefficients
    }

    /// The only coefficient of a block whose samples are all this one, to the bit what
    /// [`quantize`](Self::quantize) makes of it: doubling is exact.
    #[inline(always)]
    pub fn quantize_flat(&self, sample: f32) -> i16 {
        round(sample * 64.0 * self.factors[0][0])
    }
}

/// To the nearest whole number, halves to even ones. Needs no branch and no instruction that is not
/// everywhere: the sum has room for whole numbers alone.
#[inline(always)]
fn round(value: f32) -> i16 {
    const WHOLE: f32 = 12_582_912.0;
    (value + WHOLE).to_bits() as i16
}

/// Three perfect shuffles of all 64: each moves the lowest bit of a place's row to its column.
#[inline(always)]
fn transpose<S: Simd>(lanes: &mut [f32x8<S>; 8]) {
    for _ in 0..3 {
        let [a, b, c, d, e, f, g, h] = *lanes;
        let pairs = [a.interleave(e), b.interleave(f), c.interleave(g), d.interleave(h)];
        *lanes = std::array::from_fn(|row| if row % 2 == 0 { pairs[row / 2].0 } else { pairs[row / 2].1 });
    }
}

/// Transforms the eight lanes into each other.
#[inline(always)]
fn transform<S: Simd>(d: &mut [f32x8<S>; 8]) {
    let (s0, d7) = butterfly(d[0], d[7]);
    let (s1, d6) = butterfly(d[1], d[6]);
    let (s2, d5) = butterfly(d[2], d[5]);
    let (s3, d4) = butterfly(d[3], d[4]);

    let (a, b) = butterfly(s0, s3);
    let (c, e) = butterfly(s1, s2);
    (d[0], d[4]) = butterfly(a, c);
    let z = (e + b) * 0.707_106_77;
    (d[2], d[6]) = butterfly(b, z);

    let (t0, t1, t2) = (d4 + d5, d5 + d6, d6 + d7);
    let z5 = (t0 - t2) * 0.382_683_43;
    let z2 = t0 * 0.541_196_1 + z5;
    let z4 = t2 * 1.306_562_9 + z5;
    let z3 = t1 * 0.707_106_77;
    let (z11, z13) = butterfly(d7, z3);
    (d[5], d[3]) = butterfly(z13, z2);
    (d[1], d[7]) = butterfly(z11, z4);
}

#[inline(always)]
fn butterfly<S: Simd>(a: f32x8<S>, b: f32x8<S>) -> (f32x8<S>, f32x8<S>) {
    (a + b, a - b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use fearless_simd::{Level, dispatch};
    use std::f64::consts::PI;

    fn quantize(quantizer: &Quantizer, samples: &Samples) -> [i16; 64] {
        dispatch!(Level::new(), simd => quantizer.quantize(simd, samples))
    }

    /// The definition (T.81, A.3.3).
    fn plain(samples: &Samples, u: usize, v: usize) -> f64 {
        let c = |w| if w == 0 { 0.5f64.sqrt() } else { 1.0 };
        let cosine = |at: usize, w: usize| ((2 * at + 1) as f64 * w as f64 * PI / 16.0).cos();
        let mut sum = 0.0;
        for (y, row) in samples.iter().enumerate() {
            for (x, &sample) in row.iter().enumerate() {
                sum += f64::from(sample) * cosine(x, u) * cosine(y, v);
            }
        }
        sum * c(u) * c(v) / 4.0
    }

    #[test]
    fn flat_blocks_are_no_exception() {
        let quantizer = Quantizer::new(&std::array::from_fn(|i| 1 + i as u8));
        for step in 0..=2550 {
            let sample = step as f32 * 0.1 - 128.0;
            let mut all = [0; 64];
            all[0] = quantizer.quantize_flat(sample);
            assert_eq!(quantize(&quantizer, &[[sample; 8]; 8]), all, "{sample}");
        }
    }

    #[test]
    fn coefficients_are_those_of_the_definition() {
        let samples: Samples = std::array::from_fn(|y| {
            std::array::from_fn(|x| ((x * 37 + y * 91 + x * y * 13) % 256) as f32 - 128.0)
        });
        let steps = std::array::from_fn(|i| 1 + i as u8);
        let found = quantize(&Quantizer::new(&steps), &samples);
        for (place, found) in found.into_iter().enumerate() {
            let (column, row) = (place / 8, place % 8);
            let right = plain(&samples, column, row) / f64::from(steps[row * 8 + column]);
            assert!((f64::from(found) - right).abs() < 0.501, "{column}, {row}: {found} for {right}");
        }
    }
}
