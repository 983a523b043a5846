//! Walks a display list and draws it onto a page.

use kurbo::{Affine, Cap, Join, Rect};

use krilla::blend::BlendMode;
use krilla::color::rgb;
use krilla::geom::{Size, Transform};
use krilla::mask::{Mask, MaskType};
use krilla::paint::{Fill, FillRule, LineCap, LineJoin, Pattern, Stroke, StrokeDash};
use krilla::surface::Surface;

use super::font::Fonts;
use super::gradient::{byte, normalized};
use super::image::Images;
use super::shadow::Shadow;
use super::{gradient, image, shape, text};
use crate::display::{
    Blend, Command, DisplayList, Draw, Filter, GlyphRun, IRect, Layer, MaskKind, Paint, Shape,
};
use crate::raster::CpuRasteriser;

/// Groups may be nested this deep; what is deeper is not drawn.
const MAX_DEPTH: usize = 64;

pub(super) struct Painter<'a> {
    pub fonts: &'a mut Fonts,
    pub images: &'a mut Images,
    pub rasteriser: &'a mut CpuRasteriser,
}

impl Painter<'_> {
    pub(super) fn paint(&mut self, list: &DisplayList, surface: &mut Surface<'_>) {
        self.range(list, 0, list.commands.len(), &mut Vec::new(), surface);
    }

    /// Draws the commands of a range. `open` holds the pushes around it.
    fn range(
        &mut self,
        list: &DisplayList,
        start: usize,
        end: usize,
        open: &mut Vec<usize>,
        surface: &mut Surface<'_>,
    ) {
        let mut index = start;
        while index < end {
            let command = &list.commands[index];
            if let Draw::Push(layer) = &command.draw {
                let pop = end_of(list, index);
                if open.len() < MAX_DEPTH {
                    self.group(list, index, pop, layer, open, surface);
                }
                index = pop;
            } else {
                self.draw(command, list, surface);
            }
            index += 1;
        }
    }

    fn group(
        &mut self,
        list: &DisplayList,
        push: usize,
        pop: usize,
        layer: &Layer,
        open: &mut Vec<usize>,
        surface: &mut Surface<'_>,
    ) {
        let area = pixels_around(list.commands[push].bounds, list);
        if layer.blend == Blend::PlusLighter {
            // No blend mode of PDF adds up; the sum takes the place of what it is made from.
            let part = up_to(list, pop + 1, open);
            self.picture_of(&part, area, surface);
            return;
        }
        let mut pushed = 0;
        if let Some((path, rule)) = layer.clip.as_ref().and_then(shape::shape) {
            surface.push_clip_path(&path, &rule);
            pushed += 1;
        }
        if layer.blend != Blend::Normal {
            surface.push_blend_mode(blend_mode(layer.blend));
            pushed += 1;
        }
        if layer.opacity < 1.0 {
            surface.push_opacity(normalized(layer.opacity));
            pushed += 1;
        } else if layer.isolated || layer.blend != Blend::Normal {
            surface.push_isolated();
            pushed += 1;
        }
        if let Some(mask) = &layer.mask {
            let mut builder = surface.stream_builder();
            let mut inner = builder.surface();
            self.paint(&mask.list, &mut inner);
            inner.finish();
            let kind = match mask.kind {
                MaskKind::Alpha => MaskType::Alpha,
                MaskKind::Luminance => MaskType::Luminosity,
            };
            let stream = builder.finish();
            surface.push_mask(Mask::new(stream, kind));
            pushed += 1;
        }
        if !layer.backdrop.is_empty() {
            let below =
                Layer { backdrop: layer.backdrop.clone(), clip: layer.clip.clone(), ..Layer::default() };
            let mut part = up_to(list, push, open);
            let closing = part.commands.len() - open.len();
            let group = [(Draw::Push(Box::new(below)), push), (Draw::Pop, pop)];
            let commands = group.map(|(draw, at)| Command { draw, ..list.commands[at].clone() });
            part.commands.splice(closing..closing, commands);
            self.picture_of(&part, area, surface);
        }
        if layer.filters.is_empty() {
            open.push(push);
            self.range(list, push + 1, pop, open, surface);
            open.pop();
        } else {
            let part = DisplayList { commands: filtered(list, push, pop, &layer.filters), ..*list };
            self.picture_of(&part, area, surface);
        }
        for _ in 0..pushed {
            surface.pop();
        }
    }

    /// What a list shows within an area, as a picture at its place.
    fn picture_of(&mut self, list: &DisplayList, area: IRect, surface: &mut Surface<'_>) {
        if let Some(image) = image::draw(list, area, self.rasteriser)
            && let Some(size) = Size::from_wh(area.width() as f32, area.height() as f32)
        {
            surface.push_transform(&Transform::from_translate(area.x0 as f32, area.y0 as f32));
            surface.draw_image(image, size);
            surface.pop();
        }
    }

    fn draw(&mut self, command: &Command, list: &DisplayList, surface: &mut Surface<'_>) {
        match &command.draw {
            Draw::Fill { shape, paint } => self.fill(shape, paint, command.bounds, surface),
            Draw::Stroke { path, stroke, paint } => {
                let Some(fill) = self.fill_of(paint, command.bounds, Affine::IDENTITY, surface) else {
                    return;
                };
                let Some(path) = shape::path(path) else { return };
                surface.set_fill(None);
                surface.set_stroke(Some(stroke_of(stroke, fill)));
                surface.draw_path(&path);
                surface.set_stroke(None);
            }
            Draw::Glyphs(run) => self.glyphs(run, command.bounds, surface),
            Draw::Picture { picture, transform, smooth } => {
                if let Some(image) = self.images.get(picture, *smooth)
                    && let Some(size) = Size::from_wh(picture.width as f32, picture.height as f32)
                    && transform.determinant() != 0.0
                {
                    surface.push_transform(&shape::transform(*transform));
                    surface.draw_image(image, size);
                    surface.pop();
                }
            }
            &Draw::Shadow { shape, sigma, color, edge, inset, transform } => {
                let shadow = Shadow { shape, sigma, color, edge, inset, transform };
                if transform.determinant() != 0.0 {
                    self.shadow(&shadow, command.bounds, list, surface);
                }
            }
            // Links become annotations of the page.
            Draw::Push(_) | Draw::Pop | Draw::Link { .. } => {}
        }
    }

    pub(super) fn fill(&mut self, shape: &Shape, paint: &Paint, bounds: Rect, surface: &mut Surface<'_>) {
        let Some(fill) = self.fill_of(paint, bounds, Affine::IDENTITY, surface) else { return };
        let Some((path, rule)) = shape::shape(shape) else { return };
        surface.set_stroke(None);
        surface.set_fill(Some(Fill { rule, ..fill }));
        surface.draw_path(&path);
    }

    fn glyphs(&mut self, run: &GlyphRun, bounds: Rect, surface: &mut Surface<'_>) {
        let place = text::place(run);
        if place.determinant() == 0.0 || run.size <= 0.0 {
            return;
        }
        let Some(fill) = self.fill_of(&run.paint, bounds, place, surface) else { return };
        let Some(font) = self.fonts.get(run) else { return };
        let bold = || kurbo::Stroke::new(2.0 * f64::from(run.embolden)).with_join(Join::Miter);
        match &run.stroke {
            Some(stroke) => {
                surface.set_fill(None);
                surface.set_stroke(Some(stroke_of(stroke, fill)));
            }
            None => {
                surface.set_stroke((run.embolden > 0.0).then(|| stroke_of(&bold(), fill.clone())));
                surface.set_fill(Some(fill));
            }
        }
        text::draw(run, font, surface);
        surface.set_stroke(None);
    }

    /// The paint as a fill; `place` maps the space it is used in to device pixels. `None` when it
    /// shows nothing.
    fn fill_of(
        &mut self,
        paint: &Paint,
        bounds: Rect,
        place: Affine,
        surface: &mut Surface<'_>,
    ) -> Option<Fill> {
        let whole = |paint| Fill { paint, opacity: normalized(1.0), rule: FillRule::NonZero };
        match paint {
            Paint::Solid(color) if color.alpha() <= 0.0 => None,
            Paint::Solid(color) => {
                let [r, g, b, _] = color.0.map(byte);
                Some(Fill { opacity: normalized(color.alpha()), ..whole(rgb::Color::new(r, g, b).into()) })
            }
            Paint::Gradient(gradient) => Some(whole(gradient::gradient(gradient, bounds, place)?)),
            Paint::Pattern(pattern) => {
                let tile = pattern.tile;
                let to_device = pattern.transform * Affine::translate(tile.origin().to_vec2());
                if to_device.determinant() == 0.0 || tile.area() <= 0.0 {
                    return None;
                }
                let mut builder = surface.stream_builder();
                let mut inner = builder.surface();
                let start = Affine::translate(-tile.origin().to_vec2());
                inner.push_transform(&shape::transform(start));
                self.paint(&pattern.list, &mut inner);
                inner.pop();
                inner.finish();
                let pattern = Pattern {
                    stream: builder.finish(),
                    transform: shape::transform(place.inverse() * to_device),
                    width: tile.width() as f32,
                    height: tile.height() as f32,
                };
                Some(whole(pattern.into()))
            }
        }
    }
}

/// The pop of a push, or the end of the list.
fn end_of(list: &DisplayList, push: usize) -> usize {
    let mut depth = 0_usize;
    for (index, command) in list.commands.iter().enumerate().skip(push) {
        match command.draw {
            Draw::Push(_) => depth += 1,
            Draw::Pop => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return index;
        }
    }
    list.commands.len()
}

/// The list up to a command, with the groups that are open there closed.
fn up_to(list: &DisplayList, end: usize, open: &[usize]) -> DisplayList {
    let mut commands = list.commands[..end].to_vec();
    commands.extend(open.iter().map(|push| list.commands[end_of(list, *push)].clone()));
    DisplayList { commands, ..*list }
}

/// A group with its filters and nothing else.
fn filtered(list: &DisplayList, push: usize, pop: usize, filters: &[Filter]) -> Vec<Command> {
    let layer = Layer { filters: filters.to_vec(), ..Layer::default() };
    let mut commands = list.commands[push..=pop].to_vec();
    commands[0].draw = Draw::Push(Box::new(layer));
    commands
}

/// The pixels of the frame that a rectangle touches.
fn pixels_around(rect: Rect, list: &DisplayList) -> IRect {
    let clamp = |value: f64, to: u32| value.clamp(0.0, f64::from(to)) as u32;
    IRect::new(
        clamp(rect.x0.floor(), list.width),
        clamp(rect.y0.floor(), list.height),
        clamp(rect.x1.ceil(), list.width),
        clamp(rect.y1.ceil(), list.height),
    )
}

fn stroke_of(stroke: &kurbo::Stroke, fill: Fill) -> Stroke {
    Stroke {
        paint: fill.paint,
        width: stroke.width as f32,
        miter_limit: stroke.miter_limit as f32,
        line_cap: match stroke.start_cap {
            Cap::Butt => LineCap::Butt,
            Cap::Round => LineCap::Round,
            Cap::Square => LineCap::Square,
        },
        line_join: match stroke.join {
            Join::Miter => LineJoin::Miter,
            Join::Round => LineJoin::Round,
            Join::Bevel => LineJoin::Bevel,
        },
        opacity: fill.opacity,
        dash: (!stroke.dash_pattern.is_empty()).then(|| StrokeDash {
            array: stroke.dash_pattern.iter().map(|length| *length as f32).collect(),
            offset: stroke.dash_offset as f32,
        }),
    }
}

fn blend_mode(blend: Blend) -> BlendMode {
    match blend {
        Blend::Normal | Blend::PlusLighter => BlendMode::Normal,
        Blend::Multiply => BlendMode::Multiply,
        Blend::Screen => BlendMode::Screen,
        Blend::Overlay => BlendMode::Overlay,
        Blend::Darken => BlendMode::Darken,
        Blend::Lighten => BlendMode::Lighten,
        Blend::ColorDodge => BlendMode::ColorDodge,
        Blend::ColorBurn => BlendMode::ColorBurn,
        Blend::HardLight => BlendMode::HardLight,
        Blend::SoftLight => BlendMode::SoftLight,
        Blend::Difference => BlendMode::Difference,
        Blend::Exclusion => BlendMode::Exclusion,
        Blend::Hue => BlendMode::Hue,
        Blend::Saturation => BlendMode::Saturation,
        Blend::Color => BlendMode::Color,
        Blend::Luminosity => BlendMode::Luminosity,
    }
}
