//! A finished image in memory.

use super::IRect;
use crate::display::Color;

/// Pixels: sRGB RGBA8 with premultiplied alpha, rows top down without padding.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frame {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// `width * height * 4` bytes.
    pub pixels: Vec<u8>,
}

impl Frame {
    /// A transparent frame.
    pub fn new(width: u32, height: u32) -> Self {
        Self { width, height, pixels: vec![0; width as usize * height as usize * 4] }
    }

    /// All of it.
    pub fn rect(&self) -> IRect {
        IRect::new(0, 0, self.width, self.height)
    }

    /// Makes the frame transparent and of this size, keeping its memory.
    pub fn reset(&mut self, width: u32, height: u32) {
        (self.width, self.height) = (width, height);
        self.pixels.clear();
        self.pixels.resize(width as usize * height as usize * 4, 0);
    }

    /// The bytes of the pixels `x0..x1` of row `y`.
    pub(crate) fn span_mut(&mut self, y: u32, x0: u32, x1: u32) -> &mut [u8] {
        let row = y as usize * self.width as usize;
        &mut self.pixels[(row + x0 as usize) * 4..(row + x1 as usize) * 4]
    }

    /// Sets the pixels of `rect`, which lies inside the frame, to those of `bytes`, row by row: RGB of what
    /// is opaque, otherwise premultiplied RGBA.
    pub(crate) fn put(&mut self, rect: IRect, bytes: &[u8], opaque: bool) {
        let width = rect.width() as usize * if opaque { 3 } else { 4 };
        for (y, row) in (rect.y0..rect.y1).zip(bytes.chunks_exact(width.max(1))) {
            let span = self.span_mut(y, rect.x0, rect.x1);
            if opaque {
                for (pixel, color) in span.as_chunks_mut::<4>().0.iter_mut().zip(row.as_chunks::<3>().0) {
                    *pixel = [color[0], color[1], color[2], 255];
                }
            } else {
                span.copy_from_slice(row);
            }
        }
    }

    /// Copies the pixels inside `rect`, cut to both frames, from the same place of another frame.
    pub fn copy_rect_from(&mut self, other: &Self, rect: IRect) {
        let rect = rect.intersect(self.rect()).intersect(other.rect());
        if rect.is_empty() {
            return;
        }
        for y in rect.y0..rect.y1 {
            let row = y as usize * other.width as usize;
            let source = &other.pixels[(row + rect.x0 as usize) * 4..(row + rect.x1 as usize) * 4];
            self.span_mut(y, rect.x0, rect.x1).copy_from_slice(source);
        }
    }

    /// Lays the frame onto an opaque background; the alpha of `color` does not count.
    pub fn over(&mut self, color: Color) {
        let rect = self.rect();
        self.over_rect(color, rect);
    }

    /// [`Frame::over`] for the pixels inside `rect` only.
    pub fn over_rect(&mut self, color: Color, rect: IRect) {
        let rect = rect.intersect(self.rect());
        if rect.is_empty() {
            return;
        }
        let background = color.0.map(|v| (v.clamp(0.0, 1.0) * 255.0 + 0.5) as u8);
        for y in rect.y0..rect.y1 {
            for pixel in self.span_mut(y, rect.x0, rect.x1).chunks_exact_mut(4) {
                let rest = 255 - pixel[3];
                if rest == 0 {
                    continue;
                }
                for (value, below) in pixel.iter_mut().zip(background) {
                    *value = value.saturating_add(mul255(below, rest));
                }
                pixel[3] = 255;
            }
        }
    }
}

/// `a * b / 255`, rounded to nearest.
pub(crate) fn mul255(a: u8, b: u8) -> u8 {
    let product = u32::from(a) * u32::from(b) + 128;
    ((product + (product >> 8)) >> 8) as u8
}
