//! Box shadows.
//!
//! The blurred coverage of a rounded rectangle is the same along its straight edges, so that a
//! small rectangle with the same corners stands for every larger one: its middle row and column
//! are repeated.

use std::sync::Arc;

use kurbo::{RoundedRect, RoundedRectRadii};

use super::area::{Area, Surface};
use super::blur;
use super::cache::Cache;
use super::filter::premultiplied;
use super::frame::mul255;
use crate::display::Color;

/// Bytes of blurred corners that are kept.
const MASK_BYTES: usize = 8 << 20;

/// No mask is larger than this: what would be is not drawn.
const MASK_PIXELS: usize = 32 << 20;

/// Scan lines per pixel row for the coverage of round corners.
const LINES: i32 = 16;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    size: [u64; 2],
    fraction: [u64; 2],
    radii: [u64; 4],
    sigma: u64,
}

/// Blurred coverage of a rectangle that starts within the pixel (0, 0), from `-margin` on.
#[derive(Debug)]
struct Mask {
    alphas: Vec<u8>,
    width: usize,
    height: usize,
}

/// Makes shadows and remembers their corners.
#[derive(Debug)]
pub(super) struct Shadows {
    masks: Cache<Key, Arc<Mask>>,
}

/// One axis of a mask: pixels of the whole rectangle, and how many the mask leaves out.
#[derive(Debug, Clone, Copy)]
struct Axis {
    /// Where the mask starts, in the frame.
    start: i32,
    /// Pixels before the repeated one.
    before: i32,
    /// Pixels that the mask leaves out.
    cut: i32,
}

impl Axis {
    /// `low..high` in the frame, corners up to `corners` (at either end), blurred by `margin`.
    fn new(low: f64, high: f64, corners: (f64, f64), margin: i32) -> (Self, f64, f64) {
        let first = low.floor();
        let fraction = low - first;
        let pixels = (fraction + (high - low)).ceil() as i32;
        let before = corners.0.ceil() as i32 + margin + 2;
        let after = corners.1.ceil() as i32 + margin + 2;
        let cut = (pixels - before - after - 1).max(0);
        let axis = Self { start: first as i32 - margin, before: before + margin, cut };
        (axis, fraction, high - low - f64::from(cut))
    }

    /// The mask's pixel for a pixel of the frame.
    fn at(self, frame: i32) -> i32 {
        let at = frame - self.start;
        if at <= self.before { at } else { (at - self.cut).max(self.before) }
    }
}

impl Shadows {
    pub fn new() -> Self {
        Self { masks: Cache::new(MASK_BYTES) }
    }

    /// The shadow's pixels inside `area`: the blurred `shape` (its complement when `inset`), in the
    /// frame's coordinates.
    pub fn pixels(
        &mut self,
        shape: RoundedRect,
        sigma: f64,
        color: Color,
        inset: bool,
        area: Area,
    ) -> Option<Surface> {
        let rect = shape.rect().abs();
        let tint = premultiplied(color);
        let mut surface = Surface::new(area);
        let flat = |surface: &mut Surface| {
            if inset {
                surface.pixels.chunks_exact_mut(4).for_each(|pixel| pixel.copy_from_slice(&tint));
            }
        };
        if !(rect.is_finite()
            && rect.x0.abs().max(rect.y0.abs()) < 1e6
            && rect.x1.abs().max(rect.y1.abs()) < 1e6)
            || rect.area() <= 0.0
        {
            flat(&mut surface);
            return Some(surface);
        }
        let margin = blur::radius(sigma as f32) + 1;
        let radii = shape.radii();
        let RoundedRectRadii { top_left, top_right, bottom_right, bottom_left } = radii;
        let across = (top_left.max(bottom_left), top_right.max(bottom_right));
        let down = (top_left.max(top_right), bottom_left.max(bottom_right));
        let (x_axis, x_fraction, width) = Axis::new(rect.x0, rect.x1, across, margin);
        let (y_axis, y_fraction, height) = Axis::new(rect.y0, rect.y1, down, margin);
        let key = Key {
            size: [width, height].map(f64::to_bits),
            fraction: [x_fraction, y_fraction].map(f64::to_bits),
            radii: [top_left, top_right, bottom_right, bottom_left].map(f64::to_bits),
            sigma: sigma.to_bits(),
        };
        let mask = match self.masks.get(&key) {
            Some(mask) => mask,
            None => {
                let mask = Arc::new(Mask::new(
                    [x_fraction, y_fraction],
                    [width, height],
                    radii,
                    sigma as f32,
                    margin,
                )?);
                self.masks.insert(key, Arc::clone(&mask), mask.alphas.len());
                mask
            }
        };
        let tinted: [[u8; 4]; 256] = std::array::from_fn(|covered| {
            let alpha = if inset { 255 - covered as u8 } else { covered as u8 };
            tint.map(|value| mul255(value, alpha))
        });
        // Columns before the repeated one, those it stands for, and those after it.
        let repeated = x_axis.start + x_axis.before;
        let [first, last] = [repeated, repeated + x_axis.cut + 1].map(|x| x.clamp(area.x0, area.x1));
        for y in area.y0..area.y1 {
            let row = mask.row(y_axis.at(y));
            let pixels = surface.row_mut(y, area.x0, area.x1).as_chunks_mut::<4>().0;
            let (before, rest) = pixels.split_at_mut((first - area.x0) as usize);
            let (middle, after) = rest.split_at_mut((last - first) as usize);
            put(before, row, area.x0 - x_axis.start, &tinted);
            let covered = usize::try_from(x_axis.before).ok().and_then(|x| row.get(x)).copied().unwrap_or(0);
            middle.fill(tinted[usize::from(covered)]);
            put(after, row, last - x_axis.start - x_axis.cut, &tinted);
        }
        Some(surface)
    }
}

/// Sets pixels to what a row's alphas are tinted to, from its place `at` on; beyond its ends nothing is covered.
fn put(pixels: &mut [[u8; 4]], row: &[u8], at: i32, tinted: &[[u8; 4]; 256]) {
    let outside = (-at).clamp(0, pixels.len() as i32) as usize;
    let (outside, pixels) = pixels.split_at_mut(outside);
    outside.fill(tinted[0]);
    let row = row.get(at.max(0) as usize..).unwrap_or_default();
    let (pixels, beyond) = pixels.split_at_mut(row.len().min(pixels.len()));
    pixels.iter_mut().zip(row).for_each(|(pixel, &covered)| *pixel = tinted[usize::from(covered)]);
    beyond.fill(tinted[0]);
}

pub(super) fn scaled(radii: kurbo::RoundedRectRadii, scale: f64) -> kurbo::RoundedRectRadii {
    kurbo::RoundedRectRadii::new(
        radii.top_left * scale,
        radii.top_right * scale,
        radii.bottom_right * scale,
        radii.bottom_left * scale,
    )
}

impl Mask {
    fn new(
        fraction: [f64; 2],
        size: [f64; 2],
        radii: RoundedRectRadii,
        sigma: f32,
        margin: i32,
    ) -> Option<Self> {
        let pixels = |axis: usize| ((fraction[axis] + size[axis]).ceil() as i32 + margin * 2) as usize;
        let (width, height) = (pixels(0), pixels(1));
        if width.saturating_mul(height) > MASK_PIXELS {
            return None;
        }
        let mut coverage = vec![0.0_f32; width * height];
        for (y, row) in coverage.chunks_exact_mut(width).enumerate() {
            for line in 0..LINES {
                let at =
                    f64::from(y as i32 - margin) + (f64::from(line) + 0.5) / f64::from(LINES) - fraction[1];
                if at <= 0.0 || at >= size[1] {
                    continue;
                }
                let left = inset(at, size[1], radii.top_left, radii.bottom_left);
                let right = size[0] - inset(at, size[1], radii.top_right, radii.bottom_right);
                let start = fraction[0] + f64::from(margin);
                cover(row, start + left, start + right);
            }
        }
        let mut values: Vec<u16> =
            coverage.iter().map(|v| (v / LINES as f32 * 65535.0 + 0.5).min(65535.0) as u16).collect();
        blur::blur::<1>(&mut values, width, sigma);
        let alphas = values.iter().map(|v| ((u32::from(*v) + 128) / 257) as u8).collect();
        Some(Self { alphas, width, height })
    }

    fn row(&self, y: i32) -> &[u8] {
        match usize::try_from(y) {
            Ok(y) if y < self.height => &self.alphas[y * self.width..(y + 1) * self.width],
            _ => &[],
        }
    }
}

/// How far the side stands back at height `at`, by the round corners at its top and bottom.
fn inset(at: f64, height: f64, top: f64, bottom: f64) -> f64 {
    let arc = |radius: f64, from_corner: f64| {
        if radius > 0.0 && from_corner < radius {
            let up = radius - from_corner;
            radius - (radius * radius - up * up).max(0.0).sqrt()
        } else {
            0.0
        }
    };
    arc(top, at).max(arc(bottom, height - at))
}

fn cover(row: &mut [f32], left: f64, right: f64) {
    if right <= left {
        return;
    }
    let first = left.floor().max(0.0) as usize;
    let end = (right.ceil().max(0.0) as usize).min(row.len());
    for (x, value) in row.iter_mut().enumerate().take(end).skip(first) {
        *value += (right.min(x as f64 + 1.0) - left.max(x as f64)).clamp(0.0, 1.0) as f32;
    }
}
