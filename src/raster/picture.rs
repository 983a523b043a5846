//! Pictures at the size at which they are shown.

use std::collections::VecDeque;
use std::sync::Arc;

use kurbo::{Affine, Point, Rect};
use vello_cpu::Pixmap;

use super::area::{Area, Surface, pixmap};
use super::cache::Cache;
use super::paint::invert;
use crate::display::Picture;

/// Bytes of scaled pictures that are kept.
const SCALED_BYTES: usize = 48 << 20;

/// Bytes of reduced pictures (for turned and skewed ones) that are kept.
const REDUCED_BYTES: usize = 16 << 20;

/// Pictures shown larger than this (in pixels) are scaled piece by piece.
const WHOLE_PIXELS: usize = 8 << 20;

/// Premultiplied RGBA8 pixels by handle.
#[derive(Debug, Clone)]
pub(super) struct Image {
    pub width: i64,
    pub height: i64,
    pub pixels: Arc<Vec<u8>>,
}

impl Image {
    pub fn of(picture: &Picture) -> Option<Self> {
        let (width, height) = (picture.width as usize, picture.height as usize);
        (width > 0 && height > 0 && picture.pixels.len() == width * height * 4).then(|| Self {
            width: width as i64,
            height: height as i64,
            pixels: Arc::clone(&picture.pixels),
        })
    }

    pub fn from_surface(surface: Surface) -> Self {
        let (width, height) = (surface.area.width().into(), surface.area.height().into());
        Self { width, height, pixels: Arc::new(surface.pixels) }
    }

    /// Transparent outside.
    pub fn pixel(&self, x: i64, y: i64) -> [u8; 4] {
        if x < 0 || y < 0 || x >= self.width || y >= self.height {
            return [0; 4];
        }
        let start = (y * self.width + x) as usize * 4;
        std::array::from_fn(|i| self.pixels[start + i])
    }

    /// The colour between pixels, whose middles lie at halves; transparent outside. The first pixel lies at
    /// `corner`.
    pub fn between(&self, at: Point, corner: (i64, i64)) -> [u8; 4] {
        let (u, v) = (at.x - 0.5, at.y - 0.5);
        let (u0, v0) = (u.floor(), v.floor());
        let (fu, fv) = ((u - u0) as f32, (v - v0) as f32);
        let (u0, v0) = ((u0 as i64).saturating_sub(corner.0), (v0 as i64).saturating_sub(corner.1));
        let corners = [
            (self.pixel(u0, v0), (1.0 - fu) * (1.0 - fv)),
            (self.pixel(u0.saturating_add(1), v0), fu * (1.0 - fv)),
            (self.pixel(u0, v0.saturating_add(1)), (1.0 - fu) * fv),
            (self.pixel(u0.saturating_add(1), v0.saturating_add(1)), fu * fv),
        ];
        let mut sums = [0.5_f32; 4];
        for (pixel, weight) in corners {
            for (sum, value) in sums.iter_mut().zip(pixel) {
                *sum += f32::from(value) * weight;
            }
        }
        sums.map(|v| v as u8)
    }

    /// The edge goes on outside.
    fn clamped(&self, x: i64, y: i64) -> [u8; 4] {
        self.pixel(x.clamp(0, self.width - 1), y.clamp(0, self.height - 1))
    }

    /// Half as wide and high, rounded up.
    fn halved(&self) -> Self {
        let (width, height) = ((self.width + 1) / 2, (self.height + 1) / 2);
        let mut pixels = Vec::with_capacity((width * height * 4) as usize);
        for y in 0..height {
            for x in 0..width {
                let mut sums = [2_u16; 4];
                for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                    for (sum, value) in sums.iter_mut().zip(self.clamped(x * 2 + dx, y * 2 + dy)) {
                        *sum += u16::from(value);
                    }
                }
                pixels.extend(sums.map(|v| (v / 4) as u8));
            }
        }
        Self { width, height, pixels: Arc::new(pixels) }
    }
}

/// Pixels that lie with their first at (x, y) of the frame.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub pixels: Arc<Pixmap>,
    pub x: i32,
    pub y: i32,
}

impl Placed {
    pub fn surface(surface: Surface) -> Option<Self> {
        let (x, y) = (surface.area.x0, surface.area.y0);
        Some(Self { pixels: surface.into_pixmap()?, x, y })
    }
}

/// A scaling: the picture, the scale and the fraction of a pixel at which it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    id: u64,
    size: (u32, u32),
    scale: [u64; 2],
    fraction: [u64; 2],
    smooth: bool,
}

/// Scales pictures and remembers the results.
#[derive(Debug)]
pub(super) struct Pictures {
    scaled: Cache<Key, Arc<Pixmap>>,
    reduced: Cache<(u64, u32), Image>,
}

impl Pictures {
    pub fn new() -> Self {
        Self { scaled: Cache::new(SCALED_BYTES), reduced: Cache::new(REDUCED_BYTES) }
    }

    /// The picture's pixels in the frame, at least inside `need`.
    pub fn place(
        &mut self,
        picture: &Picture,
        transform: Affine,
        smooth: bool,
        need: Area,
    ) -> Option<Placed> {
        let image = Image::of(picture)?;
        let [a, b, c, d, e, f] = transform.as_coeffs();
        if [b, c] != [0.0, 0.0] || !(a > 0.0 && d > 0.0 && e.abs() < 1e8 && f.abs() < 1e8) {
            let inverse = invert(transform)?;
            if !smooth {
                return Placed::surface(nearest(&image, inverse, need));
            }
            let (image, level) = self.reduced(picture.id, image, transform);
            let inverse = Affine::scale(0.5_f64.powi(level as i32)) * inverse;
            return Placed::surface(sample(&image, inverse, need));
        }
        let (x, y) = (e.floor(), f.floor());
        let scaling = Scaling { scale: [a, d], fraction: [e - x, f - y], smooth };
        let (x, y) = (x as i32, y as i32);
        let end = |fraction: f64, scale: f64, size: i64| (fraction + scale * size as f64).ceil();
        let (width, height) =
            (end(scaling.fraction[0], a, image.width), end(scaling.fraction[1], d, image.height));
        if width * height > WHOLE_PIXELS as f64 || width > 65_535.0 || height > 65_535.0 {
            let surface = scaling.apply(&image, need.shift(-x, -y));
            return Placed::surface(Surface { area: need, pixels: surface.pixels });
        }
        let key = Key {
            id: picture.id,
            size: (picture.width, picture.height),
            scale: scaling.scale.map(f64::to_bits),
            fraction: scaling.fraction.map(f64::to_bits),
            smooth,
        };
        let pixels = match self.scaled.get(&key) {
            Some(pixels) => pixels,
            None => {
                let area = Area::new(0, 0, (width as i32).max(1), (height as i32).max(1));
                let surface = scaling.apply(&image, area);
                let bytes = surface.pixels.len();
                let pixels = pixmap(surface.pixels, area.width(), area.height())?;
                self.scaled.insert(key, Arc::clone(&pixels), bytes);
                pixels
            }
        };
        Some(Placed { pixels, x, y })
    }

    /// The picture, halved as often as it takes to be shown at no less than half its size.
    fn reduced(&mut self, id: u64, image: Image, transform: Affine) -> (Image, u32) {
        let scale = transform.determinant().abs().sqrt();
        let level = if scale < 1.0 { (-scale.log2()).floor().clamp(0.0, 16.0) as u32 } else { 0 };
        if level == 0 {
            return (image, 0);
        }
        if let Some(image) = self.reduced.get(&(id, level)) {
            return (image, level);
        }
        let reduced = (0..level).fold(image, |image, _| image.halved());
        self.reduced.insert((id, level), reduced.clone(), reduced.pixels.len());
        (reduced, level)
    }
}

/// Pixels inside `area` of an image under a transform whose inverse is given: between pixels.
pub(super) fn sample(image: &Image, inverse: Affine, area: Area) -> Surface {
    fill(area, |point| {
        let at = inverse * point;
        let (u, v) = (at.x - 0.5, at.y - 0.5);
        let (u0, v0) = (u.floor(), v.floor());
        let (fu, fv) = ((u - u0) as f32, (v - v0) as f32);
        let (u0, v0) = (u0 as i64, v0 as i64);
        let corners = [
            (image.clamped(u0, v0), (1.0 - fu) * (1.0 - fv)),
            (image.clamped(u0 + 1, v0), fu * (1.0 - fv)),
            (image.clamped(u0, v0 + 1), (1.0 - fu) * fv),
            (image.clamped(u0 + 1, v0 + 1), fu * fv),
        ];
        let mut sums = [0.5_f32; 4];
        for (pixel, weight) in corners {
            for (sum, value) in sums.iter_mut().zip(pixel) {
                *sum += f32::from(value) * weight;
            }
        }
        sums.map(|v| v as u8)
    })
}

fn nearest(image: &Image, inverse: Affine, area: Area) -> Surface {
    fill(area, |point| {
        let at = inverse * point;
        image.clamped(at.x.floor() as i64, at.y.floor() as i64)
    })
}

fn fill(area: Area, color: impl Fn(Point) -> [u8; 4]) -> Surface {
    let mut surface = Surface::new(area);
    let width = area.width().max(1) as usize;
    for (row, pixels) in surface.pixels.chunks_exact_mut(width * 4).enumerate() {
        let y = f64::from(area.y0 + row as i32) + 0.5;
        for (column, pixel) in pixels.chunks_exact_mut(4).enumerate() {
            let x = f64::from(area.x0 + column as i32) + 0.5;
            pixel.copy_from_slice(&color(Point::new(x, y)));
        }
    }
    surface
}

/// An upright scaling, with the image's corner at `fraction` of the first pixel.
struct Scaling {
    scale: [f64; 2],
    fraction: [f64; 2],
    smooth: bool,
}

/// The image's columns (or rows) that make one output column, and how much of each.
struct Taps {
    first: usize,
    weights: Vec<f32>,
}

impl Scaling {
    /// The pixels inside `area`, relative to the first output pixel: rows and columns on their own,
    /// averaging areas where the image shrinks and interpolating where it grows.
    fn apply(&self, image: &Image, area: Area) -> Surface {
        let mut surface = Surface::new(area);
        if self.scale == [1.0, 1.0] && self.fraction == [0.0, 0.0] {
            copy(image, &mut surface);
            return surface;
        }
        let columns = self.taps(0, image.width as usize, area.x0..area.x1);
        let rows = self.taps(1, image.height as usize, area.y0..area.y1);
        let width = area.width() as usize;
        let stride = image.width as usize * 4;
        // Rows of the image, scaled across; neighbouring output rows share some.
        let mut ready: VecDeque<(usize, Vec<f32>)> = VecDeque::new();
        let mut sums = vec![0.0_f32; width * 4];
        for (taps, out) in rows.iter().zip(surface.pixels.chunks_exact_mut((width * 4).max(1))) {
            while ready.front().is_some_and(|(row, _)| *row < taps.first) {
                ready.pop_front();
            }
            sums.fill(0.5);
            for (i, weight) in taps.weights.iter().enumerate() {
                let row = taps.first + i;
                if ready.back().is_none_or(|(last, _)| *last < row) {
                    let source = &image.pixels[row * stride..(row + 1) * stride];
                    ready.push_back((row, across(source, &columns)));
                }
                let Some((_, values)) = ready.iter().find(|(ready, _)| *ready == row) else { continue };
                for (sum, value) in sums.iter_mut().zip(values) {
                    *sum += value * weight;
                }
            }
            for (value, sum) in out.iter_mut().zip(&sums) {
                *value = *sum as u8;
            }
        }
        surface
    }

    fn taps(&self, axis: usize, size: usize, out: std::ops::Range<i32>) -> Vec<Taps> {
        let (scale, fraction, limit) = (self.scale[axis], self.fraction[axis], size as f64);
        let last = size as i64 - 1;
        out.map(|x| {
            let x = f64::from(x) - fraction;
            if !self.smooth {
                let at = ((x + 0.5) / scale).floor() as i64;
                return Taps { first: at.clamp(0, last) as usize, weights: vec![1.0] };
            }
            if scale >= 1.0 {
                let at = (x + 0.5) / scale - 0.5;
                let left = at.floor();
                let part = (at - left) as f32;
                let left = left as i64;
                return if left < 0 || left >= last {
                    Taps { first: left.clamp(0, last) as usize, weights: vec![1.0] }
                } else {
                    Taps { first: left as usize, weights: vec![1.0 - part, part] }
                };
            }
            let (low, high) = ((x / scale).clamp(0.0, limit), ((x + 1.0) / scale).clamp(0.0, limit));
            let first = (low.floor() as i64).clamp(0, last);
            let end = (high.ceil() as i64).clamp(first + 1, last + 1);
            let span = high - low;
            if span < 1e-9 {
                return Taps { first: first as usize, weights: vec![1.0] };
            }
            let share = |i: i64| ((high.min(i as f64 + 1.0) - low.max(i as f64)) / span) as f32;
            Taps { first: first as usize, weights: (first..end).map(share).collect() }
        })
        .collect()
    }
}

fn across(source: &[u8], columns: &[Taps]) -> Vec<f32> {
    let mut out = Vec::with_capacity(columns.len() * 4);
    for taps in columns {
        let mut sums = [0.0_f32; 4];
        for (pixel, weight) in source[taps.first * 4..].chunks_exact(4).zip(&taps.weights) {
            for (sum, value) in sums.iter_mut().zip(pixel) {
                *sum += f32::from(*value) * weight;
            }
        }
        out.extend(sums);
    }
    out
}

fn copy(image: &Image, surface: &mut Surface) {
    let all = Area::around(Rect::new(0.0, 0.0, image.width as f64, image.height as f64));
    let both = all.intersect(surface.area);
    if both.is_empty() {
        return;
    }
    for y in both.y0..both.y1 {
        let start = (i64::from(y) * image.width + i64::from(both.x0)) as usize * 4;
        let row = &image.pixels[start..start + both.width() as usize * 4];
        surface.row_mut(y, both.x0, both.x1).copy_from_slice(row);
    }
}
