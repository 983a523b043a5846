//! Pixel rectangles that may reach beyond the frame, and buffers that cover one.

use std::sync::Arc;

use kurbo::Rect;
use vello_cpu::peniko::ImageAlphaType;
use vello_cpu::{PixelMetadata, Pixmap};

/// A half-open rectangle of whole pixels in the frame's coordinates; it may lie outside the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Area {
    pub x0: i32,
    pub y0: i32,
    pub x1: i32,
    pub y1: i32,
}

/// Coordinates beyond this are cut off: filters around a frame reach less far.
const LIMIT: f64 = 100_000.0;

impl Area {
    pub const EMPTY: Self = Self { x0: 0, y0: 0, x1: 0, y1: 0 };

    pub fn new(x0: i32, y0: i32, x1: i32, y1: i32) -> Self {
        Self { x0, y0, x1, y1 }
    }

    /// The pixels that `rect` touches.
    pub fn around(rect: Rect) -> Self {
        if !(rect.x1 > rect.x0 && rect.y1 > rect.y0) {
            return Self::EMPTY;
        }
        let cut = |v: f64| v.clamp(-LIMIT, LIMIT) as i32;
        Self::new(cut(rect.x0.floor()), cut(rect.y0.floor()), cut(rect.x1.ceil()), cut(rect.y1.ceil()))
    }

    pub fn width(self) -> i32 {
        (self.x1 - self.x0).max(0)
    }

    pub fn height(self) -> i32 {
        (self.y1 - self.y0).max(0)
    }

    pub fn is_empty(self) -> bool {
        self.x0 >= self.x1 || self.y0 >= self.y1
    }

    pub fn pixels(self) -> usize {
        self.width() as usize * self.height() as usize
    }

    pub fn intersect(self, other: Self) -> Self {
        Self::new(self.x0.max(other.x0), self.y0.max(other.y0), self.x1.min(other.x1), self.y1.min(other.y1))
    }

    pub fn union(self, other: Self) -> Self {
        if self.is_empty() {
            return other;
        }
        if other.is_empty() {
            return self;
        }
        Self::new(self.x0.min(other.x0), self.y0.min(other.y0), self.x1.max(other.x1), self.y1.max(other.y1))
    }

    pub fn inflate(self, by: i32) -> Self {
        Self::new(self.x0 - by, self.y0 - by, self.x1 + by, self.y1 + by)
    }

    pub fn shift(self, x: i32, y: i32) -> Self {
        Self::new(self.x0 + x, self.y0 + y, self.x1 + x, self.y1 + y)
    }

    pub fn rect(self) -> Rect {
        Rect::new(self.x0.into(), self.y0.into(), self.x1.into(), self.y1.into())
    }

    /// Whether something with these bounds can touch a pixel of the area.
    pub fn touches(self, bounds: Rect) -> bool {
        !self.intersect(Self::around(bounds)).is_empty()
    }
}

/// Premultiplied RGBA8 pixels of an area.
#[derive(Debug, Clone)]
pub(super) struct Surface {
    pub area: Area,
    pub pixels: Vec<u8>,
}

impl Surface {
    /// A transparent surface.
    pub fn new(area: Area) -> Self {
        Self { area, pixels: vec![0; area.pixels() * 4] }
    }

    /// The byte at which the pixel stands; it must lie inside the area.
    pub fn offset(&self, x: i32, y: i32) -> usize {
        ((y - self.area.y0) as usize * self.area.width() as usize + (x - self.area.x0) as usize) * 4
    }

    pub fn row(&self, y: i32, x0: i32, x1: i32) -> &[u8] {
        &self.pixels[self.offset(x0, y)..self.offset(x0, y) + (x1 - x0) as usize * 4]
    }

    pub fn row_mut(&mut self, y: i32, x0: i32, x1: i32) -> &mut [u8] {
        let start = self.offset(x0, y);
        &mut self.pixels[start..start + (x1 - x0) as usize * 4]
    }

    /// The pixels of `area`; what lies outside this surface is transparent.
    pub fn crop(&self, area: Area) -> Self {
        let mut cropped = Self::new(area);
        let both = area.intersect(self.area);
        if !both.is_empty() {
            for y in both.y0..both.y1 {
                cropped.row_mut(y, both.x0, both.x1).copy_from_slice(self.row(y, both.x0, both.x1));
            }
        }
        cropped
    }

    pub fn into_pixmap(self) -> Option<Arc<Pixmap>> {
        pixmap(self.pixels, self.area.width(), self.area.height())
    }
}

/// Pixels as the rasteriser takes them; `None` when they are too many across or down.
///
/// They always count as translucent: opaque ones would let the rasteriser split what lies below
/// into spans that depend on which part of the frame was asked for.
pub(super) fn pixmap(pixels: Vec<u8>, width: i32, height: i32) -> Option<Arc<Pixmap>> {
    let (width, height) = (u16::try_from(width).ok()?, u16::try_from(height).ok()?);
    let metadata = PixelMetadata::new(ImageAlphaType::AlphaPremultiplied, true);
    (width > 0 && height > 0).then(|| Arc::new(Pixmap::from_parts(pixels, width, height, metadata)))
}
