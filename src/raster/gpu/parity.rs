//! How much two pictures of one list differ.

use std::fmt;

use crate::raster::Frame;

/// Values that may differ by this much anywhere.
const ALIKE: u8 = 2;

/// How far an edge's value may lie beyond those around it: blending multiplies what rounding leaves.
const SLACK: u8 = 4;

/// The share of pixels that may differ by more.
const MOST_DIFFERENT: f64 = 0.001;

/// What comparing came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Parity {
    /// For every difference (the largest of a pixel's four) how many pixels have it.
    pub pixels: [u64; 256],
    /// Pixels that differ by more than edge antialiasing can make them: their values lie outside those
    /// that the other picture has right around them.
    pub wrong: u64,
}

impl Default for Parity {
    fn default() -> Self {
        Self { pixels: [0; 256], wrong: 0 }
    }
}

impl Parity {
    /// Compares `other` with what it should be; they must have the same size.
    pub fn of(right: &Frame, other: &Frame) -> Self {
        assert_eq!((right.width, right.height), (other.width, other.height), "frames of one list");
        let mut parity = Self::default();
        let pairs = right.pixels.chunks_exact(4).zip(other.pixels.chunks_exact(4));
        for (index, (a, b)) in pairs.enumerate() {
            let difference = a.iter().zip(b).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0);
            parity.pixels[usize::from(difference)] += 1;
            if difference > ALIKE {
                let (x, y) = (index as u32 % right.width, index as u32 / right.width);
                parity.wrong += u64::from(!is_edge(right, b, x, y));
            }
        }
        parity
    }

    /// Adds the pixels of another comparison.
    pub fn add(&mut self, other: &Self) {
        self.pixels.iter_mut().zip(other.pixels).for_each(|(sum, count)| *sum += count);
        self.wrong += other.wrong;
    }

    /// The share of pixels that differ by more than 2 in 255.
    pub fn different(&self) -> f64 {
        let all: u64 = self.pixels.iter().sum();
        let different: u64 = self.pixels[usize::from(ALIKE) + 1..].iter().sum();
        different as f64 / all.max(1) as f64
    }

    /// The largest difference.
    pub fn largest(&self) -> usize {
        self.pixels.iter().rposition(|count| *count > 0).unwrap_or(0)
    }

    /// Whether the pictures count as the same: 99.9 % of the pixels within 2 in 255, and the others
    /// only edges drawn with another coverage.
    pub fn holds(&self) -> bool {
        self.different() <= MOST_DIFFERENT && self.wrong == 0
    }
}

impl fmt::Display for Parity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:.4} % of the pixels differ by more than 2 in 255, the largest difference is {}",
            self.different() * 100.0,
            self.largest()
        )?;
        if self.wrong > 0 {
            write!(f, ", and {} pixels are wrong beyond antialiasing", self.wrong)?;
        }
        Ok(())
    }
}

/// Whether the value lies between those that are around the pixel.
fn is_edge(right: &Frame, value: &[u8], x: u32, y: u32) -> bool {
    let (mut low, mut high) = ([255_u8; 4], [0_u8; 4]);
    for y in y.saturating_sub(1)..(y + 2).min(right.height) {
        for x in x.saturating_sub(1)..(x + 2).min(right.width) {
            let start = (y as usize * right.width as usize + x as usize) * 4;
            for (channel, value) in right.pixels[start..start + 4].iter().enumerate() {
                low[channel] = low[channel].min(*value);
                high[channel] = high[channel].max(*value);
            }
        }
    }
    value
        .iter()
        .zip(low)
        .zip(high)
        .all(|((value, low), high)| (low.saturating_sub(SLACK)..=high.saturating_add(SLACK)).contains(value))
}
