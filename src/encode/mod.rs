//! Frames to files: PNG, JPEG and WebP.
//!
//! PNG and JPEG are written by encoders of our own, because both formats can be cut to **bands**
//! whose bytes depend on nothing outside the band (but for one row above it, in a PNG). An encoder
//! that has coded the base frame therefore codes only the bands that damage touches and copies the
//! rest. Whether it did so can not be seen in the file: the bytes are those of coding the whole frame.
//!
//! Sources: Portable Network Graphics (Third Edition), W3C 2025; RFC 1950 (zlib), RFC 1951 (deflate);
//! ITU-T T.81 (JPEG) and T.871 (JFIF). WebP is libwebp's.

mod alpha;
mod bands;
mod deflate;
mod jpeg;
mod png;
mod webp;

use crate::diagnostic::{Diagnostic, Result};
use crate::raster::{Frame, IRect};

pub use crate::campaign::Effort;
pub(crate) use deflate::Zlib;
pub use jpeg::JpegEncoder;
pub use png::{Filtering, PngEncoder};
pub use webp::WebpEncoder;

/// A file type with its settings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Encoding {
    Png {
        effort: Effort,
    },
    /// `quality` is libjpeg's, 1 to 100 (and clamped to it).
    Jpeg {
        quality: u8,
    },
    /// `quality` is libwebp's, 0 to 100 (and clamped to it); of no effect when `lossless`.
    Webp {
        quality: f32,
        lossless: bool,
    },
}

/// Where a frame may differ from the base frame. Device pixels.
#[derive(Debug, Clone, Copy)]
pub enum Damage<'a> {
    /// Anywhere.
    Whole,
    /// Only inside these; they may overlap, be empty, or reach past the frame.
    Rects(&'a [IRect]),
}

impl Damage<'_> {
    /// Whether the frame is the base frame.
    fn is_none(self) -> bool {
        match self {
            Damage::Whole => false,
            Damage::Rects(rects) => rects.iter().all(|rect| rect.is_empty()),
        }
    }
}

/// Makes files of frames, one after the other, and keeps its buffers between them.
///
/// One for each worker, variant and file type. A clone shares nothing, so a base need be set only
/// once before cloning.
#[derive(Clone)]
pub enum Encoder {
    Png(Box<PngEncoder>),
    Jpeg(Box<JpegEncoder>),
    Webp(Box<WebpEncoder>),
}

/// The encoder for a file type.
pub fn encoder_for(encoding: Encoding) -> Encoder {
    match encoding {
        Encoding::Png { effort } => Encoder::Png(Box::new(PngEncoder::new(effort))),
        Encoding::Jpeg { quality } => Encoder::Jpeg(Box::new(JpegEncoder::new(quality))),
        Encoding::Webp { quality, lossless } => Encoder::Webp(Box::new(WebpEncoder::new(quality, lossless))),
    }
}

impl Encoder {
    /// Notes in the files how many pixels there are to a CSS pixel (a 96th of an inch), so that a 2x
    /// asset has the size of a plain one where sizes are physical. 1 unless told. A WebP has no place
    /// for it. Drops the base.
    pub fn at_scale(self, scale: f64) -> Self {
        match self {
            Encoder::Png(png) => Encoder::Png(Box::new(png.at_scale(scale))),
            Encoder::Jpeg(jpeg) => Encoder::Jpeg(Box::new(jpeg.at_scale(scale))),
            Encoder::Webp(webp) => Encoder::Webp(webp),
        }
    }

    /// Codes the frame that later damage is relative to. Fails as [`encode`](Self::encode) does.
    pub fn set_base(&mut self, frame: &Frame) -> Result<()> {
        match self {
            Encoder::Png(png) => png.set_base(frame),
            Encoder::Jpeg(jpeg) => jpeg.set_base(frame),
            Encoder::Webp(webp) => webp.set_base(frame),
        }
    }

    /// The file of `frame`, which outside `damage` equals the base frame. The bytes are the same
    /// whatever the damage and the base. Without a base of the same size all counts as damaged.
    ///
    /// Fails when the frame is empty or larger than the file type can hold (`frame-size`).
    pub fn encode(&mut self, frame: &Frame, damage: Damage<'_>) -> Result<&[u8]> {
        match self {
            Encoder::Png(png) => png.encode(frame, damage),
            Encoder::Jpeg(jpeg) => jpeg.encode(frame, damage),
            Encoder::Webp(webp) => webp.encode(frame, damage),
        }
    }
}

/// That the frame has pixels, and no side longer than the `most` that `name` can hold.
fn check_size(frame: &Frame, name: &str, most: u32) -> Result<()> {
    let (width, height) = (frame.width, frame.height);
    if width == 0 || height == 0 || width > most || height > most {
        let message = format!("a {name} can not be {width}×{height} pixels");
        return Err(Box::new(
            Diagnostic::error("frame-size", message)
                .with_hint(format!("width and height have to lie between 1 and {most} after scaling")),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
