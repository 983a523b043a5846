//! Where one worker makes the assets of one variant: its press, its base frame, its encoders.

use crate::campaign::{AssetType, Output, Variant};
use crate::diagnostic::{Diagnostic, Result};
use crate::display::{Command, DisplayList, IRect, damage};
use crate::encode::{Damage, Encoder, Encoding, encoder_for};
use crate::pdf::PdfWriter;
use crate::press::{Composed, Press};
use crate::raster::{CpuRasteriser, Frame, Ground};
use crate::template::Binding;

use super::Plan;
use super::plan::{background_color, background_command};

/// What is kept between the records of one variant.
pub struct Station {
    press: Press,
    encoders: Vec<(AssetType, Encoder)>,
    pdf: Option<PdfWriter>,
    background: Option<Command>,
    base: Option<Base>,
    ground: Ground,
    /// Empty until something is drawn.
    frame: Frame,
    /// In device pixels.
    size: (u32, u32),
    /// Where `frame` differs from the base frame.
    drawn: Vec<IRect>,
    incremental: bool,
    scale: f64,
}

/// The first record's picture: what the others are compared with.
struct Base {
    list: DisplayList,
    frame: Frame,
}

impl Station {
    /// Without `incremental`, every record is laid out, drawn and encoded from scratch.
    pub fn new(plan: &Plan, variant: &Variant, incremental: bool) -> Result<Self, Vec<Diagnostic>> {
        let output: &Output = &plan.campaign.output;
        let press = Press::new(plan.template.clone(), plan.resources.clone(), variant, output.scale)?;
        let encoders = plan.types.iter().filter_map(|&kind| Some((kind, encoder(kind, output)?))).collect();
        let pdf = plan.types.contains(&AssetType::Pdf).then(|| PdfWriter::new(&plan.campaign.locale.default));
        let width = (variant.format.width * output.scale).round().max(1.0) as u32;
        let height = (variant.format.height * output.scale).round().max(1.0) as u32;
        let background = plan.background.and_then(|color| background_command(color, width, height));
        Ok(Self {
            press,
            encoders,
            pdf,
            background,
            base: None,
            ground: Ground::default(),
            frame: Frame::default(),
            size: (width, height),
            drawn: Vec::new(),
            incremental,
            scale: output.scale,
        })
    }

    /// Lays out a record and paints it into a display list, on its background.
    pub fn compose(&mut self, binding: &Binding) -> Result<Composed, Vec<Diagnostic>> {
        if !self.incremental {
            self.press.reset()?;
        }
        let mut composed = self.press.compose(binding)?;
        if let Some(background) = &self.background {
            composed.list.commands.insert(0, background.clone());
        }
        Ok(composed)
    }

    /// Draws a list and encodes it, in each of `types`.
    pub fn make(
        &mut self,
        list: &DisplayList,
        types: &[AssetType],
        rasteriser: &mut CpuRasteriser,
    ) -> Result<Vec<(AssetType, Vec<u8>)>> {
        let mut assets = Vec::with_capacity(types.len());
        if types.iter().any(|kind| *kind != AssetType::Pdf) {
            self.draw(list, rasteriser)?;
        }
        for &kind in types {
            if let Some((_, encoder)) = self.encoders.iter_mut().find(|(known, _)| *known == kind) {
                let damage = if self.incremental { Damage::Rects(&self.drawn) } else { Damage::Whole };
                assets.push((kind, encoder.encode(&self.frame, damage)?.to_vec()));
            } else if let Some(pdf) = &mut self.pdf {
                assets.push((kind, pdf.write(list, self.scale, self.press.title().as_deref(), rasteriser)?));
            }
        }
        Ok(assets)
    }

    /// Brings the frame to show `list`.
    fn draw(&mut self, list: &DisplayList, rasteriser: &mut CpuRasteriser) -> Result<()> {
        if !self.incremental {
            rasteriser.render(list, &mut self.frame);
            return Ok(());
        }
        let Some(base) = &self.base else {
            rasteriser.render(list, &mut self.frame);
            for (_, encoder) in &mut self.encoders {
                encoder.set_base(&self.frame)?;
            }
            self.base = Some(Base { list: list.clone(), frame: self.frame.clone() });
            self.drawn.clear();
            return Ok(());
        };
        for rect in self.drawn.drain(..) {
            self.frame.copy_rect_from(&base.frame, rect);
        }
        self.drawn = damage(&base.list, list);
        rasteriser.render_rects_over(&mut self.ground, list, &mut self.frame, &self.drawn);
        Ok(())
    }

    /// Device pixels across and down.
    pub fn size(&self) -> (u32, u32) {
        self.size
    }

    /// What looks wrong about the template itself, whatever the record.
    pub fn warnings(&self) -> &[Diagnostic] {
        self.press.warnings()
    }
}

/// Draws one list on its background and encodes it, for commands that make a single asset.
pub fn draw_one(
    mut list: DisplayList,
    kind: AssetType,
    output: &Output,
    language: &str,
    title: Option<&str>,
) -> Result<Vec<u8>> {
    let background = background_color(&output.background);
    if let Some(command) = background.and_then(|color| background_command(color, list.width, list.height)) {
        list.commands.insert(0, command);
    }
    let mut rasteriser = CpuRasteriser::new();
    let Some(mut encoder) = encoder(kind, output) else {
        return PdfWriter::new(language).write(&list, output.scale, title, &mut rasteriser);
    };
    let mut frame = Frame::new(list.width, list.height);
    rasteriser.render(&list, &mut frame);
    Ok(encoder.encode(&frame, Damage::Whole)?.to_vec())
}

/// `None` for PDF, which is not made of frames.
fn encoder(kind: AssetType, output: &Output) -> Option<Encoder> {
    let encoding = match kind {
        AssetType::Png => Encoding::Png { effort: output.png.effort },
        AssetType::Jpeg => Encoding::Jpeg { quality: output.jpeg.quality },
        AssetType::Webp => Encoding::Webp { quality: output.webp.quality, lossless: output.webp.lossless },
        AssetType::Pdf => return None,
    };
    Some(encoder_for(encoding).at_scale(output.scale))
}
