//! WebP, lossy or lossless, by libwebp.

use super::{BaseFile, Damage, alpha, failed, too_large};
use crate::campaign::WebpOptions;
use crate::diagnostic::Result;
use crate::raster::Frame;

pub struct WebpEncoder {
    options: WebpOptions,
    base: BaseFile,
}

impl WebpEncoder {
    pub fn new(options: WebpOptions) -> Self {
        Self { options, base: BaseFile::default() }
    }

    pub fn set_base(&mut self, frame: &Frame) -> Result<()> {
        self.base = BaseFile(Some(self.whole(frame)?));
        Ok(())
    }

    pub fn encode(&mut self, frame: &Frame, damage: Damage<'_>) -> Result<Vec<u8>> {
        self.base.reuse(damage).map_or_else(|| self.whole(frame), Ok)
    }

    fn whole(&self, frame: &Frame) -> Result<Vec<u8>> {
        if let Some(problem) = too_large("WebP", frame, 16_383) {
            return Err(problem);
        }
        let opaque = alpha::is_opaque(frame);
        let pixels = if opaque { alpha::rgb(frame) } else { alpha::straight(frame) };
        let encoder = if opaque {
            webp::Encoder::from_rgb(&pixels, frame.width, frame.height)
        } else {
            webp::Encoder::from_rgba(&pixels, frame.width, frame.height)
        };
        let encoded = encoder
            .encode_simple(self.options.lossless, self.options.quality)
            .map_err(|error| failed("WebP", format!("{error:?}")))?;
        Ok(encoded.to_vec())
    }
}
