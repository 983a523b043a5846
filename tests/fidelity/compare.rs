//! How alike two pictures of one page are.
//!
//! Two rasterisers give the edges of glyphs and curves slightly different coverage. So a pixel is compared
//! with what the 3×3 pixels around its place in the other picture span, channel by channel, and the
//! smallest difference counts; in both directions, so that nothing thin can vanish. Where these nine
//! pixels differ among themselves there is an edge, and a part of that contrast is forgiven. In a flat place
//! nothing is.

use image::RgbImage;

/// What one channel may be off by in a flat place, of 255.
pub const TOLERANCE: u8 = 8;
/// At an edge, the contrast divided by this may come on top.
pub const EDGE: u8 = 12;
/// The share of the pixels showing something that may differ in a case that passes.
pub const PASS: f64 = 0.01;
/// The same for a case that is near.
pub const NEAR: f64 = 0.05;

/// What a comparison comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Nobody sees a difference.
    Pass,
    /// The design is the same; a small part of it looks different.
    Near,
    Fail,
}

/// Where two pictures differ.
pub struct Difference {
    /// For each pixel, whether it differs.
    pub differs: Vec<bool>,
    /// Differing pixels among those that show something in either picture, 0 to 1.
    pub share: f64,
}

impl Difference {
    /// Both pictures have one size.
    pub fn between(reference: &RgbImage, picture: &RgbImage) -> Self {
        assert_eq!(reference.dimensions(), picture.dimensions(), "pictures of one size");
        let (forth, back) = (strays(reference, picture), strays(picture, reference));
        let differs: Vec<bool> = forth.into_iter().zip(back).map(|(a, b)| a || b).collect();
        let differing = differs.iter().filter(|differs| **differs).count();
        let ground = ground(reference);
        let shows = |pixel: &[u8; 3]| (0..3).any(|c| pixel[c].abs_diff(ground[c]) > TOLERANCE);
        let pairs = reference.pixels().zip(picture.pixels());
        let shown = pairs.filter(|(a, b)| shows(&a.0) || shows(&b.0)).count();
        Self { differs, share: differing as f64 / shown.max(1) as f64 }
    }

    pub fn verdict(&self) -> Verdict {
        match self.share {
            share if share <= PASS => Verdict::Pass,
            share if share <= NEAR => Verdict::Near,
            _ => Verdict::Fail,
        }
    }
}

/// Whether each pixel of `of` lies outside what the 3×3 pixels around its place in `to` span.
fn strays(of: &RgbImage, to: &RgbImage) -> Vec<bool> {
    let (low, high) = (around(to, u8::min), around(to, u8::max));
    let channels: Vec<bool> = of
        .as_raw()
        .iter()
        .zip(low.iter().zip(&high))
        .map(|(value, (low, high))| {
            let off = low.saturating_sub(*value).max(value.saturating_sub(*high));
            off > TOLERANCE + (high - low) / EDGE
        })
        .collect();
    channels.chunks_exact(3).map(|pixel| pixel.contains(&true)).collect()
}

/// For each channel of each pixel, the least (or greatest) value of the 3×3 pixels around it.
fn around(picture: &RgbImage, better: fn(u8, u8) -> u8) -> Vec<u8> {
    let stride = picture.width() as usize * 3;
    let of_row = |row: &[u8]| -> Vec<u8> {
        let beside = |at: usize| [at.checked_sub(3), Some(at + 3).filter(|at| *at < stride)];
        (0..stride)
            .map(|at| beside(at).into_iter().flatten().fold(row[at], |best, at| better(best, row[at])))
            .collect()
    };
    let rows: Vec<Vec<u8>> = picture.as_raw().chunks_exact(stride).map(of_row).collect();
    let mut out = Vec::with_capacity(picture.as_raw().len());
    for y in 0..rows.len() {
        let near = &rows[y.saturating_sub(1)..(y + 2).min(rows.len())];
        out.extend((0..stride).map(|at| near.iter().fold(rows[y][at], |best, row| better(best, row[at]))));
    }
    out
}

/// The most common colour, which the page shows where nothing is.
fn ground(picture: &RgbImage) -> [u8; 3] {
    let mut counts = std::collections::HashMap::new();
    for pixel in picture.pixels() {
        *counts.entry(pixel.0).or_insert(0_u32) += 1;
    }
    counts.into_iter().max_by_key(|(color, count)| (*count, *color)).map_or([255; 3], |(color, _)| color)
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    /// A black disc of this radius on white, moved by `x` pixels, its edge antialiased.
    fn disc(radius: f32, x: f32) -> RgbImage {
        RgbImage::from_fn(60, 60, |px, py| {
            let far = (px as f32 - 30.0 - x).hypot(py as f32 - 30.0) - radius;
            Rgb([((far + 0.5).clamp(0.0, 1.0) * 255.0) as u8; 3])
        })
    }

    #[test]
    fn edges_are_forgiven_and_nothing_larger() {
        let verdict = |picture: &RgbImage| Difference::between(&disc(20.0, 0.0), picture).verdict();
        assert_eq!(verdict(&disc(20.3, 0.2)), Verdict::Pass);
        assert_eq!(verdict(&disc(20.0, 3.0)), Verdict::Fail);
        assert_eq!(verdict(&disc(17.0, 0.0)), Verdict::Fail);
        // A colour that is off, everywhere; a hole; nothing at all.
        let mut other = disc(20.0, 0.0);
        other.pixels_mut().filter(|pixel| pixel.0[0] == 0).for_each(|pixel| pixel.0[2] = 12);
        assert_eq!(verdict(&other), Verdict::Fail);
        let mut other = disc(20.0, 0.0);
        (28..32).for_each(|x| (28..32).for_each(|y| other.put_pixel(x, y, Rgb([255; 3]))));
        let hole = Difference::between(&disc(20.0, 0.0), &other);
        assert_eq!(hole.differs.iter().filter(|differs| **differs).count(), 16);
        assert_eq!(hole.verdict(), Verdict::Near);
        assert_eq!(verdict(&RgbImage::from_pixel(60, 60, Rgb([255; 3]))), Verdict::Fail);
    }
}
