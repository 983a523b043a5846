//! Groups that are drawn into pixels of their own first.

use std::sync::Arc;

use kurbo::Rect;

use super::area::{Area, Surface};
use super::frame::mul255;
use super::ground::Unit;
use crate::display::{Blend, Command, DisplayList, Draw, Layer, MaskKind, Shape};

use vello_cpu::peniko::{BlendMode, Compose, Mix};

/// Further than this from the frame, in pixels, nothing is brought into view by a perspective.
const AROUND: i32 = 1024;

/// A list with what drawing it needs to know about its groups.
pub(super) struct Scene<'a> {
    pub list: &'a DisplayList,
    /// For every push, its pop.
    ends: Vec<usize>,
    /// For every push, whether a group inside it filters its backdrop; empty when none does.
    looks_below: Vec<bool>,
    /// For every command whether it (of a push: the group) is not drawn; empty when all are.
    left_out: Vec<bool>,
    /// What the frame shows before anything is drawn.
    ground: Option<Arc<Surface>>,
    /// Whether something blends with what lies below it, or filters it, in another way than by covering it.
    pub mixes: bool,
}

impl<'a> Scene<'a> {
    pub fn new(list: &'a DisplayList) -> Self {
        let count = list.commands.len();
        let (mut ends, mut looks_below) = (vec![count; count], Vec::new());
        // The innermost open group; until a group's end is known, the one around it stands there.
        let mut open = count;
        for (index, command) in list.commands.iter().enumerate() {
            match &command.draw {
                Draw::Push(layer) => {
                    if !layer.backdrop.is_empty() {
                        looks_below.resize(count, false);
                        let mut around = open;
                        while around < count {
                            looks_below[around] = true;
                            around = ends[around];
                        }
                    }
                    ends[index] = std::mem::replace(&mut open, index);
                }
                Draw::Pop if open < count => open = std::mem::replace(&mut ends[open], index),
                _ => {}
            }
        }
        while open < count {
            open = std::mem::replace(&mut ends[open], count);
        }
        let mixes = |command: &Command| matches!(&command.draw, Draw::Push(l) if l.blend != Blend::Normal || !l.backdrop.is_empty());
        let mixes = list.commands.iter().any(mixes);
        Self { list, ends, looks_below, left_out: Vec::new(), ground: None, mixes }
    }

    /// Draws only the units of which `drawn` is true, and on top of these pixels.
    pub fn narrow(&mut self, units: &[Unit], drawn: impl Fn(usize) -> bool, ground: Option<Arc<Surface>>) {
        self.left_out.clear();
        self.left_out.resize(self.list.commands.len(), false);
        for (index, unit) in units.iter().enumerate() {
            self.left_out[unit.range.start] = !drawn(index);
        }
        self.ground = ground;
    }

    pub fn is_left_out(&self, index: usize) -> bool {
        self.left_out.get(index).is_some_and(|left_out| *left_out)
    }

    /// The pixels under a range of commands, if it is all of them.
    pub fn ground(&self, range: &std::ops::Range<usize>) -> Option<Arc<Surface>> {
        self.ground.clone().filter(|_| *range == (0..self.list.commands.len()))
    }

    pub fn commands(&self) -> &'a [Command] {
        &self.list.commands
    }

    /// The pop of a push (or the end of the list).
    pub fn end(&self, push: usize) -> usize {
        self.ends[push]
    }

    /// Whether the group is drawn into pixels of its own: its filters, its mask or the backdrop
    /// filters inside it need them.
    pub fn is_separate(&self, push: usize, layer: &Layer) -> bool {
        !layer.filters.is_empty()
            || !layer.backdrop.is_empty()
            || layer.mask.is_some()
            || (self.looks_below(push) && !layer.is_clip_only())
    }

    fn looks_below(&self, push: usize) -> bool {
        self.looks_below.get(push).is_some_and(|looks_below| *looks_below)
    }

    /// The pixels that the group's backdrop filters see: those under it, in the frame.
    pub fn backdrop_of(&self, push: &Command) -> Area {
        Area::around(push.bounds).intersect(self.frame())
    }

    /// The pixels of a group before its filters, none of them far from the frame.
    pub fn content_of(&self, push: usize) -> Area {
        let mut content = Area::EMPTY;
        let mut index = push + 1;
        while index < self.end(push) {
            let command = &self.commands()[index];
            content = content.union(Area::around(command.bounds));
            if matches!(command.draw, Draw::Push(_)) {
                index = self.end(index);
            }
            index += 1;
        }
        content.intersect(self.frame().inflate(AROUND))
    }

    fn frame(&self) -> Area {
        Area::around(Rect::new(0.0, 0.0, self.list.width.into(), self.list.height.into()))
    }

    /// The groups in the range that filter what lies below them in the same pixels, each with the
    /// clips around it.
    pub fn backdrops(&self, range: std::ops::Range<usize>) -> Vec<(usize, Vec<usize>)> {
        let mut found = Vec::new();
        if self.looks_below.is_empty() {
            return found;
        }
        let mut open: Vec<usize> = Vec::new();
        let mut index = range.start;
        while index < range.end {
            while open.last().is_some_and(|push| self.end(*push) <= index) {
                open.pop();
            }
            if let Draw::Push(layer) = &self.commands()[index].draw {
                if !layer.backdrop.is_empty() {
                    found.push((index, open.clone()));
                }
                if layer.is_clip_only() && self.looks_below(index) {
                    open.push(index);
                } else {
                    index = self.end(index);
                }
            }
            index += 1;
        }
        found
    }
}

pub(super) fn blend_mode(blend: Blend) -> BlendMode {
    let mix = match blend {
        Blend::Normal => Mix::Normal,
        Blend::Multiply => Mix::Multiply,
        Blend::Screen => Mix::Screen,
        Blend::Overlay => Mix::Overlay,
        Blend::Darken => Mix::Darken,
        Blend::Lighten => Mix::Lighten,
        Blend::ColorDodge => Mix::ColorDodge,
        Blend::ColorBurn => Mix::ColorBurn,
        Blend::HardLight => Mix::HardLight,
        Blend::SoftLight => Mix::SoftLight,
        Blend::Difference => Mix::Difference,
        Blend::Exclusion => Mix::Exclusion,
        Blend::Hue => Mix::Hue,
        Blend::Saturation => Mix::Saturation,
        Blend::Color => Mix::Color,
        Blend::Luminosity => Mix::Luminosity,
        Blend::PlusLighter => return BlendMode::new(Mix::Normal, Compose::PlusLighter),
    };
    BlendMode::new(mix, Compose::SrcOver)
}

/// Lays `above` over `below`; they cover the same area.
pub(super) fn lay_over(below: &mut Surface, above: &Surface) {
    for (below, above) in below.pixels.chunks_exact_mut(4).zip(above.pixels.chunks_exact(4)) {
        let rest = 255 - above[3];
        for (value, above) in below.iter_mut().zip(above) {
            *value = above.saturating_add(mul255(*value, rest));
        }
    }
}

/// Scales the pixels by the mask's; they cover the same area.
pub(super) fn mask(surface: &mut Surface, mask: &Surface, kind: MaskKind) {
    for (pixel, mask) in surface.pixels.chunks_exact_mut(4).zip(mask.pixels.chunks_exact(4)) {
        let scale = match kind {
            MaskKind::Alpha => mask[3],
            MaskKind::Luminance => {
                // Rec. 709 weights, which add up to 65536; the colours are premultiplied already.
                let [r, g, b] = [mask[0], mask[1], mask[2]].map(u32::from);
                ((r * 13933 + g * 46871 + b * 4732 + 32768) >> 16) as u8
            }
        };
        for value in pixel {
            *value = mul255(*value, scale);
        }
    }
}

/// The rasteriser's tiles that a group can touch.
pub(super) fn tiles(command: &Command) -> Area {
    let Area { x0, y0, x1, y1 } = Area::around(command.bounds);
    let (down, up) = (|v: i32| v.div_euclid(4) * 4, |v: i32| (v + 3).div_euclid(4) * 4);
    Area::new(down(x0), down(y0), up(x1), up(y1))
}

/// Where the pixels of a group of these tiles are laid down: a column of tiles to their left, in which it is
/// transparent, belongs to it. In the first column the rasteriser composites with coverage, which rounds
/// otherwise than without, and where a group begins depends on members that may be far from a pixel.
pub(super) fn laid(tiles: Area) -> Area {
    Area { x0: tiles.x0 - 4, ..tiles }
}

/// The pixels inside the shape, if it covers every pixel whole or not at all.
pub(super) fn whole(shape: &Shape) -> Option<Area> {
    match shape {
        Shape::Rect(rect) if [rect.x0, rect.y0, rect.x1, rect.y1].iter().all(|v| v.fract() == 0.0) => {
            Some(Area::around(rect.abs()))
        }
        Shape::Rect(_) | Shape::Rounded(_) | Shape::Path(..) => None,
    }
}

/// The pixels of `need` that a group is drawn into.
pub(super) fn touched(command: &Command, need: Area) -> Area {
    need.intersect(tiles(command))
}
