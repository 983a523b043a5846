//! One encoder for each type of asset behind one face.

use crate::campaign::{AssetType, Output};
use crate::diagnostic::Result;
use crate::encode::{Damage, JpegEncoder, PngEncoder, WebpEncoder};
use crate::raster::Frame;

/// Turns frames into files of one type.
pub enum AssetEncoder {
    Png(PngEncoder),
    Jpeg(JpegEncoder),
    Webp(WebpEncoder),
}

impl AssetEncoder {
    /// `None` for PDF, which is not made of frames.
    pub fn new(kind: AssetType, output: &Output) -> Option<Self> {
        Some(match kind {
            AssetType::Png => Self::Png(PngEncoder::new(output.png.effort, output.scale)),
            AssetType::Jpeg => Self::Jpeg(JpegEncoder::new(output.jpeg.quality)),
            AssetType::Webp => Self::Webp(WebpEncoder::new(output.webp)),
            AssetType::Pdf => return None,
        })
    }

    /// Remembers the frame that damage is relative to.
    pub fn set_base(&mut self, frame: &Frame) -> Result<()> {
        match self {
            Self::Png(encoder) => encoder.set_base(frame),
            Self::Jpeg(encoder) => encoder.set_base(frame),
            Self::Webp(encoder) => encoder.set_base(frame),
        }
    }

    pub fn encode(&mut self, frame: &Frame, damage: Damage<'_>) -> Result<Vec<u8>> {
        match self {
            Self::Png(encoder) => encoder.encode(frame, damage),
            Self::Jpeg(encoder) => encoder.encode(frame, damage),
            Self::Webp(encoder) => encoder.encode(frame, damage),
        }
    }
}
