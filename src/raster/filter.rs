//! CSS filter functions on pixels.

use super::area::{Area, Surface};
use super::blur;
use super::frame::mul255;
use crate::display::{Color, Filter};

/// The part of a filter's input on which the output inside `area` depends.
pub(super) fn input(filter: &Filter, area: Area) -> Area {
    match *filter {
        Filter::Blur(sigma) => area.inflate(blur::radius(sigma)),
        Filter::DropShadow { dx, dy, sigma, .. } => {
            let (dx, dy) = whole(dx, dy);
            area.union(area.shift(-dx, -dy).inflate(blur::radius(sigma)))
        }
        Filter::Matrix(_) => area,
    }
}

/// The input that a chain of filters needs.
pub(super) fn inputs(filters: &[Filter], area: Area) -> Area {
    filters.iter().rev().fold(area, |area, filter| input(filter, area))
}

/// How far a chain of filters looks around a pixel.
pub(super) fn apply_all(filters: &[Filter], surface: &mut Surface) {
    for filter in filters {
        apply(filter, surface);
    }
}

fn apply(filter: &Filter, surface: &mut Surface) {
    let width = surface.area.width() as usize;
    match *filter {
        Filter::Blur(sigma) => {
            let mut wide: Vec<u16> = surface.pixels.iter().map(|v| u16::from(*v) * 257).collect();
            blur::blur::<4>(&mut wide, width, sigma);
            for (value, wide) in surface.pixels.iter_mut().zip(wide) {
                *value = narrow(wide);
            }
        }
        Filter::DropShadow { dx, dy, sigma, color } => drop_shadow(surface, whole(dx, dy), sigma, color),
        Filter::Matrix(matrix) => {
            for pixel in surface.pixels.chunks_exact_mut(4) {
                recolor(pixel, &matrix);
            }
        }
    }
}

/// Shadows move by whole pixels.
fn whole(dx: f32, dy: f32) -> (i32, i32) {
    let cut = |v: f32| v.round().clamp(-50_000.0, 50_000.0) as i32;
    (cut(dx), cut(dy))
}

fn narrow(wide: u16) -> u8 {
    ((u32::from(wide) + 128) / 257) as u8
}

fn drop_shadow(surface: &mut Surface, (dx, dy): (i32, i32), sigma: f32, color: Color) {
    let (width, height) = (surface.area.width(), surface.area.height());
    let mut alphas: Vec<u16> = surface.pixels.chunks_exact(4).map(|p| u16::from(p[3]) * 257).collect();
    blur::blur::<1>(&mut alphas, width as usize, sigma);
    let tint = premultiplied(color);
    for y in 0..height {
        for x in 0..width {
            let (from_x, from_y) = (x - dx, y - dy);
            if from_x < 0 || from_y < 0 || from_x >= width || from_y >= height {
                continue;
            }
            let alpha = narrow(alphas[(from_y * width + from_x) as usize]);
            let start = (y * width + x) as usize * 4;
            let pixel = &mut surface.pixels[start..start + 4];
            let rest = 255 - pixel[3];
            for (value, tint) in pixel.iter_mut().zip(tint) {
                *value = value.saturating_add(mul255(mul255(tint, alpha), rest));
            }
        }
    }
}

/// The colour's bytes with premultiplied alpha.
pub(super) fn premultiplied(color: Color) -> [u8; 4] {
    let [r, g, b, a] = color.0.map(|v| v.clamp(0.0, 1.0));
    [r * a, g * a, b * a, a].map(|v| (v * 255.0 + 0.5) as u8)
}

fn recolor(pixel: &mut [u8], matrix: &[f32; 20]) {
    let alpha = f32::from(pixel[3]) / 255.0;
    let straight = |v: u8| if alpha > 0.0 { f32::from(v) / 255.0 / alpha } else { 0.0 };
    let input = [straight(pixel[0]), straight(pixel[1]), straight(pixel[2]), alpha, 1.0];
    let mut output = [0.0_f32; 4];
    for (value, row) in output.iter_mut().zip(matrix.chunks_exact(5)) {
        *value = row.iter().zip(input).map(|(a, b)| a * b).sum::<f32>().clamp(0.0, 1.0);
    }
    let [r, g, b, a] = output;
    for (value, new) in pixel.iter_mut().zip([r * a, g * a, b * a, a]) {
        *value = (new * 255.0 + 0.5) as u8;
    }
}
