//! PNG (W3C PNG, third edition): RGB when the frame is opaque, RGBA when not, marked as sRGB.

use png::{BitDepth, ColorType, Compression, Encoder, PixelDimensions, SrgbRenderingIntent, Unit};

use super::{BaseFile, Damage, alpha, failed, too_large};
use crate::campaign::Effort;
use crate::diagnostic::Result;
use crate::raster::Frame;

pub struct PngEncoder {
    effort: Effort,
    scale: f64,
    base: BaseFile,
}

impl PngEncoder {
    /// `scale` is device pixels per CSS pixel; it is written as the picture's resolution.
    pub fn new(effort: Effort, scale: f64) -> Self {
        Self { effort, scale, base: BaseFile::default() }
    }

    pub fn set_base(&mut self, frame: &Frame) -> Result<()> {
        self.base = BaseFile(Some(self.whole(frame)?));
        Ok(())
    }

    pub fn encode(&mut self, frame: &Frame, damage: Damage<'_>) -> Result<Vec<u8>> {
        self.base.reuse(damage).map_or_else(|| self.whole(frame), Ok)
    }

    fn whole(&self, frame: &Frame) -> Result<Vec<u8>> {
        if let Some(problem) = too_large("PNG", frame, i32::MAX as u32) {
            return Err(problem);
        }
        let (color, pixels) = if alpha::is_opaque(frame) {
            (ColorType::Rgb, alpha::rgb(frame))
        } else {
            (ColorType::Rgba, alpha::straight(frame))
        };
        let mut out = Vec::with_capacity(pixels.len() / 8);
        let mut encoder = Encoder::new(&mut out, frame.width, frame.height);
        encoder.set_color(color);
        encoder.set_depth(BitDepth::Eight);
        encoder.set_source_srgb(SrgbRenderingIntent::Perceptual);
        encoder.set_compression(match self.effort {
            Effort::Fast => Compression::Fastest,
            Effort::Balanced => Compression::Fast,
            Effort::Small => Compression::High,
        });
        if self.scale != 1.0 {
            // 96 CSS pixels are an inch of 0.0254 m.
            let per_metre = (96.0 * self.scale / 0.0254).round() as u32;
            encoder.set_pixel_dims(Some(PixelDimensions {
                xppu: per_metre,
                yppu: per_metre,
                unit: Unit::Meter,
            }));
        }
        let mut writer = encoder.write_header().map_err(|error| failed("PNG", error))?;
        writer.write_image_data(&pixels).map_err(|error| failed("PNG", error))?;
        writer.finish().map_err(|error| failed("PNG", error))?;
        Ok(out)
    }
}
