//! Display lists to vello's encoding.
//!
//! Solid and smooth fills, strokes, glyphs, clips, opacity and blending are vello's. Everything else is
//! drawn by the CPU as a picture and laid pixel on pixel into the scene at its place in the order:
//! shadows and filters (vello blurs by another approximation), scaled pictures (it samples between
//! pixels), patterns, gradients with steps (its ramps have 512 colours) and colour glyphs. A group that
//! filters what lies below it cannot be had that way; a list that needs one there is the CPU's.

use std::sync::Arc;

use kurbo::{Affine, BezPath, Shape as _, Vec2};
use vello::low_level::vello_encoding::DrawBeginClip;
use vello::peniko::color::{AlphaColor, DynamicColor, Srgb};
use vello::peniko::{
    self, Brush, Extend, Fill, ImageBrush, ImageQuality, ImageSampler, InterpolationAlphaSpace, Mix,
};

use super::encoded::{EncodedList, ListEncoder};
use super::glyphs::Glyphs;
use super::lines;
use super::outline::{Kept, Outline};
use super::pictures::Pictures;
use crate::display::{
    Blend, ColorStop, Command, DisplayList, Draw, Gradient, GradientKind, Layer, Paint, Shape,
};
use crate::raster::area::Area;
use crate::raster::design::has_color_glyphs;
use crate::raster::layer::{self, Scene};
use crate::raster::{CpuRasteriser, IRect};

/// Why a list cannot be drawn on a GPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lacks {
    /// A group filters what lies below it.
    Backdrop,
}

/// Colours of a ramp.
const RAMP: f32 = 512.0;

/// Encodes lists.
pub(super) struct SceneWriter {
    pictures: Pictures,
    rasteriser: CpuRasteriser,
    glyphs: Glyphs,
    outlines: Kept,
    /// The number of tags of the last list; the next is about as long.
    last: usize,
}

impl SceneWriter {
    pub fn new(pictures: Pictures) -> Self {
        Self {
            pictures,
            rasteriser: CpuRasteriser::new(),
            glyphs: Glyphs::default(),
            outlines: Kept::default(),
            last: 0,
        }
    }

    /// The list inside each rectangle, in the frame's coordinates and cut to the rectangle.
    pub fn write(&mut self, list: &DisplayList, rects: &[IRect]) -> Result<EncodedList, Lacks> {
        let scene = Scene::new(list);
        let drawing = self.pictures.next_drawing();
        self.rasteriser.begin(list);
        self.outlines.begin();
        let mut writing = Writing {
            pictures: &self.pictures,
            rasteriser: &mut self.rasteriser,
            glyphs: &mut self.glyphs,
            outlines: &mut self.outlines,
            scene: &scene,
            blends: blends(&scene),
            drawing,
            area: Area::EMPTY,
            out: ListEncoder::default(),
        };
        writing.out.encoding().path_tags.reserve(self.last);
        for rect in rects {
            let [x0, y0, x1, y1] = [rect.x0, rect.y0, rect.x1, rect.y1].map(|v| v as i32);
            writing.area = Area::new(x0, y0, x1, y1);
            // Each part is moved by itself, and so shares no transform with the one before it.
            writing.out.encoding().force_next_transform_and_style();
            writing.out.scene.push_clip_layer(Fill::NonZero, Affine::IDENTITY, &writing.area.rect());
            writing.commands(0..list.commands.len(), &[])?;
            writing.out.scene.pop_layer();
            writing.out.end_part();
        }
        let encoded = writing.out.finish();
        self.last = encoded.tags.len();
        Ok(encoded)
    }
}

/// For every push whether a group in it blends with what lies below the group of the push.
fn blends(scene: &Scene<'_>) -> Vec<bool> {
    let commands = scene.commands();
    let mut blends = vec![false; commands.len()];
    let mut open: Vec<usize> = Vec::new();
    for (index, command) in commands.iter().enumerate() {
        match &command.draw {
            Draw::Push(layer) => {
                if layer.blend != Blend::Normal {
                    for &push in open.iter().rev() {
                        let Draw::Push(around) = &commands[push].draw else { continue };
                        if !around.is_clip_only() {
                            break;
                        }
                        blends[push] = true;
                    }
                }
                open.push(index);
            }
            Draw::Pop => {
                open.pop();
            }
            _ => {}
        }
    }
    blends
}

/// A list on its way into a scene.
struct Writing<'a> {
    pictures: &'a Pictures,
    rasteriser: &'a mut CpuRasteriser,
    glyphs: &'a mut Glyphs,
    outlines: &'a mut Kept,
    scene: &'a Scene<'a>,
    blends: Vec<bool>,
    drawing: u64,
    /// The pixels that count.
    area: Area,
    out: ListEncoder,
}

impl Writing<'_> {
    /// The clips of the pushes `clips` cut every command by itself.
    fn commands(&mut self, range: std::ops::Range<usize>, clips: &[usize]) -> Result<(), Lacks> {
        let mut index = range.start;
        while index < range.end {
            let command = &self.scene.commands()[index];
            if let Draw::Push(layer) = &command.draw {
                let end = self.scene.end(index);
                let seen = layer::touched(command, self.area);
                if !seen.is_empty() {
                    self.group(index, end, layer, clips)?;
                }
                index = end;
            } else if self.area.touches(command.bounds) {
                let cut = self.cut(clips);
                self.leaf(index, command);
                self.close(cut);
            }
            index += 1;
        }
        Ok(())
    }

    fn group(&mut self, push: usize, end: usize, layer: &Layer, clips: &[usize]) -> Result<(), Lacks> {
        if !layer.backdrop.is_empty() {
            return Err(Lacks::Backdrop);
        }
        if layer.is_clip_only()
            && (self.blends[push] || layer.clip.as_ref().is_some_and(|clip| layer::whole(clip).is_none()))
        {
            // Vello's clips are groups. Blending in one would not see what lies below, and where several
            // commands meet at an edge of it, it would be cut once and not each of them, as on the CPU.
            let mut clips = clips.to_vec();
            clips.push(push);
            return self.commands(push + 1..end, &clips);
        }
        let everything = self.area.inflate(16).rect();
        if layer.blend != Blend::Normal {
            let mode = layer::blend_mode(layer.blend);
            self.out.scene.push_layer(Fill::NonZero, mode, 1.0, Affine::IDENTITY, &everything);
        }
        let cut = self.cut(clips);
        if self.scene.is_separate(push, layer) {
            if self.scene.commands()[push..end]
                .iter()
                .any(|command| matches!(&command.draw, Draw::Push(layer) if !layer.backdrop.is_empty()))
            {
                return Err(Lacks::Backdrop);
            }
            let bounds = layer::tiles(&self.scene.commands()[push]);
            self.picture(push..end + 1, bounds);
        } else if layer.opacity < 1.0 || layer.isolated {
            let opacity = layer.opacity.clamp(0.0, 1.0);
            match &layer.clip {
                Some(clip) => self.push(push, clip, DrawBeginClip::new(Mix::Normal.into(), opacity)),
                None => {
                    self.out.scene.push_layer(
                        Fill::NonZero,
                        Mix::Normal,
                        opacity,
                        Affine::IDENTITY,
                        &everything,
                    );
                }
            }
            self.commands(push + 1..end, &[])?;
            self.out.scene.pop_layer();
        } else {
            let own = self.cut(&[push]);
            self.commands(push + 1..end, &[])?;
            self.close(own);
        }
        self.close(cut);
        if layer.blend != Blend::Normal {
            self.out.scene.pop_layer();
        }
        Ok(())
    }

    /// Opens the clips of pushes; how many.
    fn cut(&mut self, pushes: &[usize]) -> usize {
        let mut opened = 0;
        for &index in pushes {
            let Draw::Push(layer) = &self.scene.commands()[index].draw else { continue };
            let Some(clip) = &layer.clip else { continue };
            self.push(index, clip, DrawBeginClip::clip());
            opened += 1;
        }
        opened
    }

    /// Opens the group of a push, cut to its clip.
    fn push(&mut self, index: usize, clip: &Shape, group: DrawBeginClip) {
        let outline = self.outline(index, clip);
        outline.push(group, &mut self.out);
    }

    /// The shape of a command.
    fn outline(&mut self, index: usize, shape: &Shape) -> Arc<Outline> {
        self.outlines.get(self.scene.commands()[index].outline, || outline(shape))
    }

    fn close(&mut self, cut: usize) {
        for _ in 0..cut {
            self.out.scene.pop_layer();
        }
    }

    fn leaf(&mut self, index: usize, command: &Command) {
        let drawn = match &command.draw {
            Draw::Fill { shape: Shape::Rect(rect), paint } => brush(paint).map(|(brush, place)| {
                self.out.scene.fill(Fill::NonZero, Affine::IDENTITY, &brush, Some(place), &rect.abs());
            }),
            Draw::Fill { shape, paint } => brush(paint).map(|brush| {
                self.outline(index, shape).fill(&brush, &mut self.out);
            }),
            Draw::Stroke { path, stroke, paint } => brush(paint).map(|brush| {
                let outline = self.outlines.get(command.outline, || {
                    let mut polygons = BezPath::new();
                    lines::stroke(path.iter(), stroke, Affine::IDENTITY, &mut polygons);
                    Outline::new(Fill::NonZero, &polygons)
                });
                outline.fill(&brush, &mut self.out);
            }),
            Draw::Glyphs(run) if !has_color_glyphs(run, run.glyphs.iter().map(|glyph| glyph.id)) => {
                brush(&run.paint).map(|brush| {
                    let opaque = matches!(&run.paint, Paint::Solid(color) if color.alpha() >= 1.0);
                    // The two ways to draw it are two outlines.
                    let hash = command.outline ^ u64::from(opaque);
                    let outline = self.outlines.get(hash, || Outline::of_pieces(self.glyphs.of(run), opaque));
                    outline.fill(&brush, &mut self.out);
                })
            }
            Draw::Link { .. } => Some(()),
            _ => None,
        };
        if drawn.is_none() {
            self.picture(index..index + 1, Area::around(command.bounds));
        }
    }

    /// Has the CPU draw the commands.
    fn picture(&mut self, range: std::ops::Range<usize>, bounds: Area) {
        let placed = self.pictures.of(self.rasteriser, self.scene, range, bounds, self.area, self.drawing);
        let Some(placed) = placed else { return };
        let sampler = ImageSampler {
            x_extend: Extend::Pad,
            y_extend: Extend::Pad,
            // Pixel on pixel: the nearest sample is the exact one.
            quality: ImageQuality::Low,
            alpha: 1.0,
        };
        let place = Affine::translate((placed.x.into(), placed.y.into()));
        self.out.scene.draw_image(&ImageBrush { image: placed.image, sampler }, place);
    }
}

/// The shape as polygons.
fn outline(shape: &Shape) -> Outline {
    let mut polygons = BezPath::new();
    match shape {
        Shape::Path(path, even_odd) => {
            lines::fill(path.iter(), Affine::IDENTITY, &mut polygons);
            Outline::new(if *even_odd { Fill::EvenOdd } else { Fill::NonZero }, &polygons)
        }
        Shape::Rect(rect) => Outline::new(Fill::NonZero, &rect.abs().to_path(0.1)),
        Shape::Rounded(rounded) => {
            lines::fill(rounded.path_elements(0.1), Affine::IDENTITY, &mut polygons);
            Outline::new(Fill::NonZero, &polygons)
        }
    }
}

/// The brush, and what places it; `None` when vello's would look different.
fn brush(paint: &Paint) -> Option<(Brush, Affine)> {
    let color = |color: crate::display::Color| AlphaColor::<Srgb>::new(color.0);
    match paint {
        Paint::Solid(solid) => Some((Brush::Solid(color(*solid)), Affine::IDENTITY)),
        Paint::Gradient(gradient) if is_smooth(gradient) => {
            // Vello takes the colour of a pixel's corner, we that of its centre.
            let (kind, place) = kind(gradient.kind, Affine::translate((-0.5, -0.5)) * gradient.transform)?;
            let stop = |offset: f32, stop: &ColorStop| peniko::ColorStop {
                offset,
                color: DynamicColor::from_alpha_color(color(stop.color)),
            };
            // Vello's ramps begin with the first stop, wherever it is.
            let first = gradient.stops.iter().take(1).map(|first| stop(0.0, first));
            let stops: Vec<peniko::ColorStop> =
                first.chain(gradient.stops.iter().map(|own| stop(own.offset, own))).collect();
            let gradient_brush = peniko::Gradient {
                kind,
                extend: if gradient.repeat { Extend::Repeat } else { Extend::Pad },
                interpolation_alpha_space: InterpolationAlphaSpace::Premultiplied,
                stops: stops.as_slice().into(),
                ..peniko::Gradient::default()
            };
            Some((Brush::Gradient(gradient_brush), place))
        }
        Paint::Gradient(_) | Paint::Pattern(_) => None,
    }
}

/// The geometry, and what places it.
fn kind(kind: GradientKind, place: Affine) -> Option<(peniko::GradientKind, Affine)> {
    let inverse = crate::raster::paint::invert(place)?;
    Some(match kind {
        GradientKind::Linear { start, end } if start != end => {
            // Vello moves both ends and draws stripes across the line between them. Stripes that are moved
            // with the ends may lean: the line across them is that along which the offset grows fastest.
            let [a, b, c, d, ..] = inverse.as_coeffs();
            let (line, from) = (end - start, place * start);
            let growth = Vec2::new(a * line.x + b * line.y, c * line.x + d * line.y) / line.hypot2();
            let to = from + growth / growth.hypot2();
            if !to.is_finite() {
                return None;
            }
            (peniko::LinearGradientPosition { start: from, end: to }.into(), Affine::IDENTITY)
        }
        GradientKind::Radial { center, radius } if radius > 0.0 => {
            (peniko::RadialGradientPosition::new(center, radius as f32).into(), place)
        }
        // A hard edge where the turn begins is placed by the CPU to the pixel.
        _ => return None,
    })
}

/// Whether 512 colours show it as exactly as its own stops do: nowhere does it change by more than a
/// level from one colour to the next.
fn is_smooth(gradient: &Gradient) -> bool {
    let ends = gradient.stops.first().zip(gradient.stops.last());
    let seam = gradient.repeat && ends.is_some_and(|(first, last)| first.color != last.color);
    !seam
        && gradient.stops.windows(2).all(|pair| {
            let colors = (pair[0].color.0, pair[1].color.0);
            let steps = (pair[1].offset - pair[0].offset) * RAMP;
            let premultiplied = |c: [f32; 4], i: usize| if i < 3 { c[i] * c[3] } else { c[3] };
            (0..4).all(|i| (premultiplied(colors.0, i) - premultiplied(colors.1, i)).abs() * 255.0 <= steps)
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use vello::low_level::vello_encoding::Patch;

    use super::super::encoded::Points;
    use super::*;
    use crate::raster::tests::related_lists;

    /// All that is in it.
    fn contents(list: &EncodedList) -> (Vec<u8>, Vec<u32>, Vec<String>) {
        let (rest, transforms) = list.parts();
        let bytes = [
            bytemuck::cast_slice::<_, u8>(&list.tags),
            bytemuck::cast_slice(&rest.draw_tags),
            bytemuck::cast_slice(&rest.transforms),
            bytemuck::cast_slice(&rest.styles),
        ];
        let points = |points: &Points| match points {
            Points::Own(range) => list.own[range.clone()].to_vec(),
            Points::Kept(piece) => {
                let at = piece.by.into_iter().cycle();
                let moved = |(word, by): (&u32, f32)| (f32::from_bits(*word) + by).to_bits();
                piece.polygons.points.iter().zip(at).map(moved).collect()
            }
        };
        let counts = [rest.n_paths, rest.n_path_segments, rest.n_clips, rest.n_open_clips];
        let points: Vec<u32> = list.points.iter().flat_map(points).collect();
        let words = [&points, &rest.draw_data, &counts[..]];
        let patches = rest.resources.patches.iter().map(|patch| match patch {
            Patch::Ramp { draw_data_offset, stops, extend, .. } => {
                format!("{draw_data_offset}: {:?} {extend:?}", &rest.resources.color_stops[stops.clone()])
            }
            Patch::Image { draw_data_offset, image } => {
                format!("{draw_data_offset}: {} {:?}", image.width, image.data.data())
            }
            Patch::GlyphRun { index } => format!("{index}"),
        });
        (bytes.concat(), words.concat(), patches.chain([format!("{transforms:?}")]).collect())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

        /// What is kept of the lists before changes nothing.
        #[test]
        fn a_warm_writer_writes_what_a_fresh_one_does((lists, rects) in related_lists()) {
            let mut warm = SceneWriter::new(Pictures::new());
            let pictures = Pictures::new();
            for list in &lists {
                let mut fresh = SceneWriter::new(pictures.clone());
                let written = warm.write(list, &rects).map(|encoded| contents(&encoded));
                prop_assert_eq!(written, fresh.write(list, &rects).map(|encoded| contents(&encoded)));
            }
        }
    }
}
