//! WebP, through libwebp. Its files have no parts that stand alone, so any damage codes all of it.

use webp::{Encoder, WebPConfig};

use super::{Damage, alpha, check_size};
use crate::diagnostic::{Diagnostic, Result};
use crate::raster::Frame;

/// The most pixels of a side: a frame's size is written in 14 bits.
const MOST: u32 = 16_383;

/// How hard lossless coding tries, from 0 to 100: libwebp's own default.
const LOSSLESS_EFFORT: f32 = 75.0;

/// Makes WebP files, with alpha when the frame is not opaque. See [`Encoder`](super::Encoder).
#[derive(Clone)]
pub struct WebpEncoder {
    quality: f32,
    lossless: bool,
    /// The base frame's size and file.
    base: Option<((u32, u32), Vec<u8>)>,
    file: Vec<u8>,
    straight: Vec<u8>,
}

impl WebpEncoder {
    /// `quality` is libwebp's, clamped to 0 to 100; of no effect when `lossless`.
    pub fn new(quality: f32, lossless: bool) -> Self {
        let quality = if lossless { LOSSLESS_EFFORT } else { quality.clamp(0.0, 100.0) };
        Self { quality, lossless, base: None, file: Vec::new(), straight: Vec::new() }
    }

    /// See [`Encoder::set_base`](super::Encoder::set_base).
    pub fn set_base(&mut self, frame: &Frame) -> Result<()> {
        let mut file = Vec::new();
        self.code(frame, &mut file)?;
        self.base = Some(((frame.width, frame.height), file));
        Ok(())
    }

    /// See [`Encoder::encode`](super::Encoder::encode).
    pub fn encode(&mut self, frame: &Frame, damage: Damage<'_>) -> Result<&[u8]> {
        let unchanged = damage.is_none()
            && self.base.as_ref().is_some_and(|(size, _)| *size == (frame.width, frame.height));
        if !unchanged {
            let mut file = std::mem::take(&mut self.file);
            file.clear();
            let coded = self.code(frame, &mut file);
            self.file = file;
            coded?;
        }
        match &self.base {
            Some((_, file)) if unchanged => Ok(file),
            _ => Ok(&self.file),
        }
    }

    fn code(&mut self, frame: &Frame, file: &mut Vec<u8>) -> Result<()> {
        check_size(frame, "WebP", MOST)?;
        let pixels = if alpha::is_opaque(&frame.pixels) {
            &frame.pixels
        } else {
            self.straight.clear();
            alpha::all_to_straight(&frame.pixels, &mut self.straight);
            &self.straight
        };
        let failed = |why: String| {
            Box::new(Diagnostic::error("encode", format!("libwebp can not code the frame: {why}")))
        };
        let mut config =
            WebPConfig::new().map_err(|()| failed("its version is not the expected one".into()))?;
        config.lossless = i32::from(self.lossless);
        config.quality = self.quality;
        // Transparent pixels keep their (black) colour, so that the file decodes to the frame.
        config.exact = i32::from(self.lossless);
        let coded = Encoder::from_rgba(pixels, frame.width, frame.height)
            .encode_advanced(&config)
            .map_err(|error| failed(format!("{error:?}")))?;
        file.extend_from_slice(&coded);
        Ok(())
    }
}
