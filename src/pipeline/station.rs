//! Where one worker makes the assets of one variant: its press, its base frame, its encoders.

use crate::campaign::{AssetType, Output, Variant};
use crate::diagnostic::{Diagnostic, Result};
use crate::display::{Command, DisplayList, IRect, damage};
use crate::encode::{Damage, Encoder, Encoding, encoder_for};
use crate::pdf::{Info, Page, PdfWriter};
use crate::press::{Composed, Press};
use crate::raster::gpu::Drawn;
use crate::raster::{CpuRasteriser, Frame, Ground};
use crate::template::Binding;

use super::Plan;
use super::order::Order;
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
    /// In CSS pixels.
    format: (f64, f64),
    language: String,
    /// Where `frame` differs from the base frame.
    drawn: Vec<IRect>,
    incremental: bool,
    scale: f64,
    /// The list that a GPU was asked to draw as the base, which may be on its way still.
    ordered: Option<DisplayList>,
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
        let pdf = plan.types.contains(&AssetType::Pdf).then(|| PdfWriter::new(&output.pdf));
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
            format: (variant.format.width, variant.format.height),
            language: plan.campaign.locale.default.clone(),
            drawn: Vec::new(),
            incremental,
            scale: output.scale,
            ordered: None,
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

    /// Draws what was composed and encodes it, in each of `types`.
    pub fn make(
        &mut self,
        composed: &Composed,
        types: &[AssetType],
        rasteriser: &mut CpuRasteriser,
    ) -> Result<Vec<(AssetType, Vec<u8>)>> {
        let mut assets = Vec::with_capacity(types.len());
        if types.iter().any(|kind| *kind != AssetType::Pdf) {
            self.draw(&composed.list, rasteriser)?;
        }
        for &kind in types {
            if let Some((_, encoder)) = self.encoders.iter_mut().find(|(known, _)| *known == kind) {
                let damage = if self.incremental { Damage::Rects(&self.drawn) } else { Damage::Whole };
                assets.push((kind, encoder.encode(&self.frame, damage)?.to_vec()));
            } else if let Some(pdf) = self.pdf(composed, rasteriser)? {
                assets.push((kind, pdf));
            }
        }
        Ok(assets)
    }

    /// What a GPU has to draw for [`Station::take`]. The first list is drawn whole, as the base of the
    /// others.
    pub(super) fn order(&mut self, list: &DisplayList) -> Order {
        let size = (list.width, list.height);
        let (rects, is_base) = match &self.ordered {
            _ if !self.incremental => (None, false),
            Some(base) if base.is_opaque() != list.is_opaque() => return Order::alone(size),
            Some(base) => (Some(damage(base, list)), false),
            None => {
                self.ordered = Some(list.clone());
                (None, true)
            }
        };
        Order::new(size, rects, is_base, list.is_opaque(), &mut self.encoders)
    }

    /// Whether what comes back of an order can be used: all but the base need the base.
    pub(super) fn is_ready(&self, order: &Order) -> bool {
        order.is_nothing() || order.is_base || order.is_alone || !self.incremental || self.base.is_some()
    }

    /// Encodes what a GPU drew by an order, in each of `types`. Where it drew nothing, `rasteriser` does.
    pub(super) fn take(
        &mut self,
        list: &DisplayList,
        order: &Order,
        drawn: Option<&Drawn>,
        types: &[AssetType],
        rasteriser: &mut CpuRasteriser,
    ) -> Result<Vec<(AssetType, Vec<u8>)>> {
        if order.is_alone {
            return self.scratch(list, types, rasteriser);
        }
        if order.is_coded() {
            if order.is_base {
                match drawn {
                    Some(drawn) => order.set_base(drawn, &mut self.encoders)?,
                    None => {
                        rasteriser.render(list, &mut self.frame);
                        order.set_base_to(&self.frame, &mut self.encoders)?;
                    }
                }
                self.base = Some(Base { list: list.clone(), frame: Frame::default() });
            }
            return match drawn {
                None if !order.is_base && !order.parts().is_empty() => self.scratch(list, types, rasteriser),
                _ => order.encode(drawn, &mut self.encoders, types),
            };
        }
        if !self.incremental || order.is_base {
            self.frame.reset(list.width, list.height);
        } else if let Some(base) = &self.base {
            for rect in self.drawn.drain(..) {
                self.frame.copy_rect_from(&base.frame, rect);
            }
        }
        match drawn {
            Some(drawn) => order.put(drawn, &mut self.frame),
            None => rasteriser.render_rects(list, &mut self.frame, &order.rects),
        }
        self.drawn = order.rects.clone();
        if order.is_base {
            for (_, encoder) in &mut self.encoders {
                encoder.set_base(&self.frame)?;
            }
            self.base = Some(Base { list: list.clone(), frame: self.frame.clone() });
            self.drawn.clear();
        }
        let damage = if self.incremental { Damage::Rects(&self.drawn) } else { Damage::Whole };
        let wanted = self.encoders.iter_mut().filter(|(kind, _)| types.contains(kind));
        wanted.map(|(kind, encoder)| Ok((*kind, encoder.encode(&self.frame, damage)?.to_vec()))).collect()
    }

    /// Draws a list and encodes it, with no regard to any base.
    pub(super) fn scratch(
        &mut self,
        list: &DisplayList,
        types: &[AssetType],
        rasteriser: &mut CpuRasteriser,
    ) -> Result<Vec<(AssetType, Vec<u8>)>> {
        let mut frame = Frame::new(list.width, list.height);
        rasteriser.render(list, &mut frame);
        let wanted = self.encoders.iter_mut().filter(|(kind, _)| types.contains(kind));
        wanted.map(|(kind, encoder)| Ok((*kind, encoder.encode(&frame, Damage::Whole)?.to_vec()))).collect()
    }

    /// Writes a PDF, right after it was composed.
    pub(super) fn pdf(
        &mut self,
        composed: &Composed,
        rasteriser: &mut CpuRasteriser,
    ) -> Result<Option<Vec<u8>>> {
        let Some(pdf) = &mut self.pdf else { return Ok(None) };
        let (title, language) = (self.press.title(), self.press.language());
        let info = Info { title: title.as_deref(), language: language.as_deref().unwrap_or(&self.language) };
        let scale = self.scale;
        let first = Page { list: &composed.list, size: self.format, scale };
        let further = composed.further.iter().map(|page| Page { list: &page.list, size: page.size, scale });
        let pages: Vec<Page<'_>> = std::iter::once(first).chain(further).collect();
        pdf.write(&pages, &info, rasteriser).map(Some)
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
        let damage = damage(&base.list, list);
        // What is drawn anew need not be undone.
        for rect in self.drawn.iter().filter(|rect| !damage.iter().any(|new| new.intersect(**rect) == **rect))
        {
            self.frame.copy_rect_from(&base.frame, *rect);
        }
        self.drawn = damage;
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
    size: (f64, f64),
    info: &Info<'_>,
) -> Result<Vec<u8>> {
    let background = background_color(&output.background);
    if let Some(command) = background.and_then(|color| background_command(color, list.width, list.height)) {
        list.commands.insert(0, command);
    }
    let mut rasteriser = CpuRasteriser::new();
    let Some(mut encoder) = encoder(kind, output) else {
        let page = Page { list: &list, size, scale: output.scale };
        return PdfWriter::new(&output.pdf).write(&[page], info, &mut rasteriser);
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
