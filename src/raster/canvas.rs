//! Where a cell is drawn: commands gather in a context of vello_cpu, glyphs are laid straight onto pixels.

use std::sync::Arc;

use kurbo::{Affine, Rect, Shape as _};
use vello_cpu::color::{AlphaColor, Srgb};
use vello_cpu::peniko::{Extend, Fill, ImageQuality, ImageSampler};
use vello_cpu::{
    Image as ImagePaint, ImageSource, PixmapMut, RasterizerSettings, RenderContext, Resources, TargetInit,
};

use super::area::{Area, Surface};
use super::glyphs::Masks;
use super::layer;
use super::picture::Placed;
use crate::display::{Blend, Command, Layer, Shape};

/// What a pop has to close.
#[derive(Debug)]
enum Open {
    Nothing,
    /// A clip; the rectangle, if it is one.
    Clip(Option<Rect>),
    Layer,
    TwoLayers,
}

/// A group that is open, and what it leaves to see if all around it only cuts, between whole pixels.
#[derive(Debug)]
pub(super) struct Opened(Open, Option<Area>);

/// A cell of the frame.
pub(super) struct Canvas<'a> {
    /// Has the cell's corner at its own (0, 0).
    pub context: &'a mut RenderContext,
    /// Maps the frame to the context.
    pub origin: Affine,
    /// The cell up to the right and lower edge of `need`: everything that touches it is drawn, so
    /// that what is drawn left of and above a pixel never depends on `need`.
    pub region: Area,
    /// The pixels that are asked for.
    pub need: Area,
    /// The region's pixels, as far as they are drawn.
    pixels: &'a mut [u8],
    opened: &'a mut Vec<Opened>,
    /// Whether `pixels` hold anything yet.
    started: bool,
    /// Whether something waits in the context.
    pending: bool,
    /// Whether what is drawn may look at what lies below it. Then the context needs to have it.
    mixes: bool,
    /// Whether the context lacks what `pixels` have.
    stale: bool,
}

impl<'a> Canvas<'a> {
    /// `pixels` are four bytes for each pixel of the region; with `started` they are what all is drawn onto.
    pub fn new(
        context: &'a mut RenderContext,
        opened: &'a mut Vec<Opened>,
        pixels: &'a mut [u8],
        region: Area,
        need: Area,
        started: bool,
        mixes: bool,
    ) -> Self {
        let origin = Affine::translate((f64::from(-region.x0), f64::from(-region.y0)));
        let (pending, stale) = (false, false);
        let mut canvas =
            Self { context, origin, region, need, pixels, opened, started, pending, mixes, stale };
        canvas.reset();
        canvas
    }

    fn reset(&mut self) {
        // A cell is small enough for u16.
        self.context.reset_and_resize(self.region.width() as u16, self.region.height() as u16);
        self.context.set_transform(self.origin);
        self.open_clips();
    }

    /// Opens the clips of the groups that are open; all of them are rectangles wherever this is called.
    fn open_clips(&mut self) {
        for Opened(open, _) in &*self.opened {
            if let Open::Clip(Some(rect)) = open {
                self.context.push_clip_rect(rect);
            }
        }
    }

    fn close_clips(&mut self) {
        for Opened(open, _) in &*self.opened {
            if matches!(open, Open::Clip(_)) {
                self.context.pop_clip();
            }
        }
    }

    /// Says that something is about to be drawn into the context.
    pub fn will_draw(&mut self) {
        self.refresh();
        self.pending = true;
    }

    /// Gives the context the pixels that it lacks.
    fn refresh(&mut self) {
        if !std::mem::take(&mut self.stale) {
            return;
        }
        self.close_clips();
        let below = Surface { area: self.region, pixels: self.pixels.to_vec() };
        if let Some(below) = Placed::surface(below) {
            self.set_placed(&below);
            self.context.fill_rect(&self.region.rect());
        }
        self.open_clips();
    }

    /// The pixels that can be drawn on directly: `None` inside of layers and of clips that cut through pixels.
    pub fn straight(&self) -> Option<Area> {
        self.opened.last().map_or(Some(self.region), |Opened(_, straight)| *straight)
    }

    /// Lays glyphs over all that was drawn before them; `clip` is what [`Self::straight`] gave.
    pub fn lay(&mut self, masks: &Masks, color: [u8; 4], clip: Area, resources: &mut Resources) {
        self.flush(resources);
        let (corner, width) = ((self.region.x0, self.region.y0), self.region.width() as usize);
        masks.lay(color, clip.intersect(self.need), self.pixels, corner, width);
        if self.mixes && !std::mem::replace(&mut self.stale, true) {
            // What the context has is older.
            self.close_clips();
            self.reset();
        }
    }

    /// Draws what waits. No layer may be open, and no clip but rectangles.
    pub fn flush(&mut self, resources: &mut Resources) {
        if !self.pending {
            if !self.started {
                self.pixels.fill(0);
            }
            self.started = true;
            return;
        }
        self.close_clips();
        self.context.flush();
        let mut settings = RasterizerSettings::default();
        if self.started && !self.mixes {
            settings.target_init = TargetInit::SrcOver;
        }
        let size = (self.region.width() as u16, self.region.height() as u16);
        if let Some(target) = PixmapMut::new(size.0, size.1, self.pixels) {
            self.context.render_with(target, resources, settings);
        }
        (self.started, self.pending, self.stale) = (true, false, self.mixes);
        self.reset();
    }

    /// Paints what follows with the pixels, where they lie.
    pub fn set_placed(&mut self, placed: &Placed) {
        // Pixel on pixel: the nearest sample is the exact one.
        let sampler = ImageSampler {
            x_extend: Extend::Pad,
            y_extend: Extend::Pad,
            quality: ImageQuality::Low,
            alpha: 1.0,
        };
        let image = ImageSource::Pixmap(Arc::clone(&placed.pixels));
        self.context.set_paint(ImagePaint { image, sampler });
        self.context.set_paint_transform(Affine::translate((f64::from(placed.x), f64::from(placed.y))));
    }

    /// Fills an area with pixels. Where they end inside it, it must not be needed: the area, unlike
    /// the pixels, may not depend on what is needed, since coverage is rounded at its edges.
    pub fn fill_placed(&mut self, placed: &Placed, area: Area) {
        self.will_draw();
        self.set_placed(placed);
        self.context.fill_rect(&area.rect());
    }

    /// Fills the shape with the paint that is set.
    pub fn fill(&mut self, shape: &Shape) {
        match shape {
            Shape::Rect(rect) => self.context.fill_rect(&rect.abs()),
            Shape::Rounded(rounded) => {
                self.context.set_fill_rule(Fill::NonZero);
                self.context.fill_path(&rounded.to_path(0.05));
            }
            Shape::Path(path, even_odd) => {
                self.context.set_fill_rule(fill_rule(*even_odd));
                self.context.fill_path(path);
            }
        }
    }

    /// What the command can touch of the cell and a little around it. Its edges cut through no tile of the
    /// rasteriser, which would round what it covers there.
    pub fn around(&self, command: &Command) -> Area {
        layer::tiles(command).intersect(self.region.inflate(8))
    }

    /// Opens a group.
    pub fn open(&mut self, command: &Command, layer: &Layer) {
        let around = self.straight();
        let open = self.open_in_context(command, layer);
        let straight = match (&open, &layer.clip) {
            (Open::Nothing, _) => around,
            (Open::Clip(_), Some(clip)) => around.zip(layer::whole(clip)).map(|(a, b)| a.intersect(b)),
            _ => None,
        };
        self.opened.push(Opened(open, straight));
    }

    fn open_in_context(&mut self, command: &Command, layer: &Layer) -> Open {
        let rule = match &layer.clip {
            Some(Shape::Path(_, even_odd)) => fill_rule(*even_odd),
            _ => Fill::NonZero,
        };
        self.context.set_fill_rule(rule);
        let plain = layer.opacity >= 1.0 && layer.blend == Blend::Normal;
        // A separate group has its pixels already; it is isolated by that.
        let separate = !layer.filters.is_empty() || !layer.backdrop.is_empty() || layer.mask.is_some();
        if plain && (separate || !layer.isolated) {
            return match &layer.clip {
                Some(Shape::Rect(rect)) => {
                    self.context.push_clip_rect(&rect.abs());
                    Open::Clip(Some(rect.abs()))
                }
                Some(shape) => {
                    self.refresh();
                    self.context.push_clip_path(&shape.to_path());
                    Open::Clip(None)
                }
                None => Open::Nothing,
            };
        }
        self.will_draw();
        let opacity = layer.opacity.clamp(0.0, 1.0);
        if layer.blend != Blend::Normal {
            // Blending nothing with what lies below can still round it, so where that happens must
            // depend neither on how far the rasteriser's own tiles reach, nor on what of the group is
            // left out: a row of tiles is blended as soon as anything, even this, is drawn there.
            let tiles = layer::tiles(command).rect();
            let blend = layer::blend_mode(layer.blend);
            self.context.set_fill_rule(Fill::NonZero);
            self.context.push_layer(Some(&tiles.to_path(0.1)), Some(blend), Some(opacity), None, None);
            self.context.set_paint(AlphaColor::<Srgb>::TRANSPARENT);
            self.context.reset_paint_transform();
            self.context.fill_rect(&tiles);
            if let Some(clip) = &layer.clip {
                self.context.set_fill_rule(rule);
                self.context.push_clip_layer(&clip.to_path());
                return Open::TwoLayers;
            }
            return Open::Layer;
        }
        let clip = layer.clip.as_ref().map(Shape::to_path);
        self.context.push_layer(clip.as_ref(), None, Some(opacity), None, None);
        Open::Layer
    }

    /// Closes the group that was opened last, if one is open.
    pub fn close(&mut self) {
        let Some(Opened(open, _)) = self.opened.pop() else { return };
        match open {
            Open::Nothing => {}
            Open::Clip(_) => self.context.pop_clip(),
            Open::Layer => self.context.pop_layer(),
            Open::TwoLayers => {
                self.context.pop_layer();
                self.context.pop_layer();
            }
        }
    }

    /// Closes all groups.
    pub fn close_all(&mut self) {
        while !self.opened.is_empty() {
            self.close();
        }
    }
}

fn fill_rule(even_odd: bool) -> Fill {
    if even_odd { Fill::EvenOdd } else { Fill::NonZero }
}
