//! Baseline JPEG (ITU-T T.81) in a JFIF file, over white. From quality 90 on, colour has the full
//! resolution (4:4:4); below, half of it (4:2:0).

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::{BaseFile, Damage, alpha, failed, too_large};
use crate::diagnostic::Result;
use crate::raster::Frame;

/// From this quality on, the colours of thin coloured text matter more than bytes.
const FULL_COLOUR: u8 = 90;

pub struct JpegEncoder {
    quality: u8,
    base: BaseFile,
}

impl JpegEncoder {
    /// `quality` is from 1 to 100.
    pub fn new(quality: u8) -> Self {
        Self { quality: quality.clamp(1, 100), base: BaseFile::default() }
    }

    pub fn set_base(&mut self, frame: &Frame) -> Result<()> {
        self.base = BaseFile(Some(self.whole(frame)?));
        Ok(())
    }

    pub fn encode(&mut self, frame: &Frame, damage: Damage<'_>) -> Result<Vec<u8>> {
        self.base.reuse(damage).map_or_else(|| self.whole(frame), Ok)
    }

    fn whole(&self, frame: &Frame) -> Result<Vec<u8>> {
        if let Some(problem) = too_large("JPEG", frame, 65_500) {
            return Err(problem);
        }
        let mut out = Vec::new();
        let mut encoder = Encoder::new(&mut out, self.quality);
        let sampling =
            if self.quality >= FULL_COLOUR { SamplingFactor::F_1_1 } else { SamplingFactor::F_2_2 };
        encoder.set_sampling_factor(sampling);
        encoder
            .encode(&alpha::over_white(frame), frame.width as u16, frame.height as u16, ColorType::Rgb)
            .map_err(|error| failed("JPEG", error))?;
        Ok(out)
    }
}
