//! CSS filter functions on pixels.

use super::area::{Area, Surface};
use super::frame::mul255;
use super::{blur, project};
use crate::display::{Color, Filter};

/// Pixels farther than this from a group are not looked for.
const FAR: i32 = 2048;

/// A chain of filters has at most so many that count.
const MAX_CHAIN: usize = 8;

/// What a chain of filters makes of a group, inside `area`. `draw` gives the group's own pixels; all of them
/// lie inside `content`.
pub(super) fn filtered(
    filters: &[Filter],
    area: Area,
    content: Area,
    draw: &mut dyn FnMut(Area) -> Surface,
) -> Surface {
    let Some((last, before)) = filters[..filters.len().min(MAX_CHAIN)].split_last() else {
        return draw(area);
    };
    match last {
        Filter::Project(projection) => {
            let seen = project::source(projection, area, spread(before, content));
            let source = filtered(before, seen, content, draw);
            project::project(projection, source, area)
        }
        Filter::DropShadow { dx, dy, sigma, color } => {
            let (dx, dy) = whole(*dx, *dy);
            let below = area.shift(-dx, -dy).inflate(blur::radius(*sigma));
            let both = area.union(below);
            // Far from what casts it, a shadow does not need what lies between.
            if both.pixels() / 2 > area.pixels() + below.pixels() {
                let mut above = filtered(before, area, content, draw);
                let caster = filtered(before, below, content, draw);
                drop_shadow(&mut above, &caster, (dx, dy), *sigma, *color);
                return above;
            }
            let caster = filtered(before, both, content, draw);
            let mut above = caster.crop(area);
            drop_shadow(&mut above, &caster, (dx, dy), *sigma, *color);
            above
        }
        other => {
            let wide = input(other, area);
            let mut surface = filtered(before, wide, content, draw);
            apply(other, &mut surface);
            if wide == area { surface } else { surface.crop(area) }
        }
    }
}

/// Where a chain of filters leaves pixels of a group whose own lie inside `content`.
fn spread(filters: &[Filter], content: Area) -> Area {
    filters.iter().fold(content, |content, filter| match *filter {
        Filter::Blur(sigma) => content.inflate(blur::radius(sigma)),
        Filter::DropShadow { dx, dy, sigma, .. } => {
            let (dx, dy) = whole(dx, dy);
            content.union(content.shift(dx, dy).inflate(blur::radius(sigma)))
        }
        Filter::Matrix(_) => content,
        // What is behind the eye comes from everywhere; so far off, nothing is in view.
        Filter::Project(ref projection) => {
            Area::around(projection.reach(content.rect())).intersect(content.inflate(FAR))
        }
    })
}

/// How far a chain of filters looks around what it is applied to.
pub(super) fn reach(filters: &[Filter]) -> i32 {
    let of = |filter: &Filter| match *filter {
        Filter::Blur(sigma) | Filter::DropShadow { sigma, .. } => blur::radius(sigma),
        Filter::Matrix(_) | Filter::Project(_) => 0,
    };
    filters.iter().take(MAX_CHAIN).map(of).sum()
}

/// The part of a filter's input on which the output inside `area` depends.
fn input(filter: &Filter, area: Area) -> Area {
    match *filter {
        Filter::Blur(sigma) => area.inflate(blur::radius(sigma)),
        Filter::DropShadow { dx, dy, sigma, .. } => {
            let (dx, dy) = whole(dx, dy);
            area.union(area.shift(-dx, -dy).inflate(blur::radius(sigma)))
        }
        Filter::Matrix(_) | Filter::Project(_) => area,
    }
}

/// The part of what lies below that a chain of backdrop filters needs. They see only what is `within` the
/// group, and beyond its edges the same again, mirrored (Filter Effects 2, §2).
pub(super) fn backdrop_inputs(filters: &[Filter], area: Area, within: Area) -> Area {
    let inside = area.intersect(within);
    filters.iter().rev().fold(inside, |area, filter| input(filter, area).intersect(within))
}

/// Applies backdrop filters to what [`backdrop_inputs`] said.
pub(super) fn apply_to_backdrop(filters: &[Filter], surface: &mut Surface, within: Area) {
    for filter in filters {
        if let Filter::Blur(sigma) = *filter
            && !surface.area.is_empty()
        {
            let mut wide = mirrored(surface, surface.area.inflate(blur::radius(sigma)), within);
            apply(filter, &mut wide);
            *surface = wide.crop(surface.area);
        } else {
            apply(filter, surface);
        }
    }
}

/// The pixels of a larger area: those beyond the edges of `within` are the ones as far on this side.
fn mirrored(surface: &Surface, area: Area, within: Area) -> Surface {
    let fold = |at: i32, low: i32, high: i32| {
        let there = (at - low).rem_euclid(2 * (high - low));
        low + there.min(2 * (high - low) - 1 - there)
    };
    let Area { x0, y0, x1, y1 } = surface.area;
    let mut wide = Surface::new(area);
    for y in area.y0..area.y1 {
        let from_y = fold(y, within.y0, within.y1);
        if !(y0..y1).contains(&from_y) {
            continue;
        }
        for (x, pixel) in (area.x0..area.x1).zip(wide.row_mut(y, area.x0, area.x1).chunks_exact_mut(4)) {
            let from_x = fold(x, within.x0, within.x1);
            if (x0..x1).contains(&from_x) {
                pixel.copy_from_slice(surface.row(from_y, from_x, from_x + 1));
            }
        }
    }
    wide
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
        Filter::DropShadow { dx, dy, sigma, color } => {
            let caster = surface.clone();
            drop_shadow(surface, &caster, whole(dx, dy), sigma, color);
        }
        Filter::Matrix(matrix) => {
            for pixel in surface.pixels.chunks_exact_mut(4) {
                recolor(pixel, &matrix);
            }
        }
        // Groups have it; see `filtered`.
        Filter::Project(_) => {}
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

/// Lays the shadow of `caster` under a surface.
fn drop_shadow(surface: &mut Surface, caster: &Surface, (dx, dy): (i32, i32), sigma: f32, color: Color) {
    if surface.area.is_empty() || caster.area.is_empty() {
        return;
    }
    let from = caster.area;
    let width = from.width() as usize;
    let mut alphas: Vec<u16> = caster.pixels.chunks_exact(4).map(|p| u16::from(p[3]) * 257).collect();
    blur::blur::<1>(&mut alphas, width, sigma);
    let tint = premultiplied(color);
    let seen = surface.area.intersect(from.shift(dx, dy));
    if seen.is_empty() {
        return;
    }
    for y in seen.y0..seen.y1 {
        let start = (y - dy - from.y0) as usize * width + (seen.x0 - dx - from.x0) as usize;
        let pixels = surface.row_mut(y, seen.x0, seen.x1).chunks_exact_mut(4);
        for (pixel, alpha) in pixels.zip(&alphas[start..]) {
            let alpha = narrow(*alpha);
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
