//! The rasteriser: walks a display list cell by cell and has vello_cpu fill the paths.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

use kurbo::{Affine, BezPath, Rect, Shape as _};
use vello_cpu::color::{AlphaColor, Srgb};
use vello_cpu::peniko::Fill;
use vello_cpu::{Level, RenderContext, RenderSettings, Resources};

use super::area::{Area, Surface};
use super::cache::Cache;
use super::canvas::{Canvas, Opened};
use super::glyphs::Masks;
use super::gradients::Gradients;
use super::ground::{self, Ground};
use super::layer::{self, Scene};
use super::picture::{self, Image, Pictures, Placed};
use super::shadow::{self, Shadows};
use super::{Frame, IRect, filter, paint, text};
use crate::display::{Command, DisplayList, Draw, Layer, Paint};

/// The size of a cell in pixels. Cells are wide, since most of a list's text runs across; they are
/// low, since a changed line of text should not redraw much above and below it.
const CELL: (i32, i32) = (2048, 64);

/// Setting up a drawing takes as long as drawing so many pixels of ground.
const SET_UP: usize = 16 << 10;

/// Bytes of pattern tiles that are kept.
const TILE_BYTES: usize = 8 << 20;

/// Bytes of gradients that are kept.
const GRADIENT_BYTES: usize = 24 << 20;

/// Frames are at most this wide and high, in pixels.
const MAX_SIDE: u32 = 32_768;

/// Groups that need pixels of their own may be nested this deep; what is deeper is not drawn.
const MAX_DEPTH: usize = 32;

/// Filters within filters look at most this far together, in pixels.
const MAX_REACH: i32 = 2048;

/// Draws display lists on one thread. It keeps scaled pictures, shadows, glyph outlines and buffers
/// from one list to the next, within fixed bounds.
#[derive(Debug)]
pub struct CpuRasteriser {
    /// Idle contexts: one is in use for every level of nesting.
    contexts: Vec<RenderContext>,
    resources: Resources,
    /// The pixels of one cell.
    cell: Vec<u8>,
    pictures: Pictures,
    shadows: Shadows,
    tiles: Cache<u64, Image>,
    gradients: Gradients,
    /// Glyphs that were drawn before.
    masks: Masks,
    /// Room for the groups that are open in the cell being drawn.
    opened: Vec<Opened>,
    depth: usize,
    /// How far, in pixels, the filters around what is being drawn look.
    reach: i32,
}

impl Default for CpuRasteriser {
    fn default() -> Self {
        Self::new()
    }
}

/// Part of a scene that is drawn in one go.
struct Pass<'a> {
    scene: &'a Scene<'a>,
    range: Range<usize>,
    /// Clips around the range's start.
    open: &'a [usize],
    /// What lies below.
    base: Option<Placed>,
    /// The pixels of the separate groups in the range.
    groups: HashMap<usize, Placed>,
    /// The pixels that all is drawn onto, in place of transparent ones.
    ground: Option<Arc<Surface>>,
}

impl CpuRasteriser {
    pub fn new() -> Self {
        Self {
            contexts: Vec::new(),
            resources: Resources::new(),
            cell: Vec::new(),
            pictures: Pictures::new(),
            shadows: Shadows::new(),
            tiles: Cache::new(TILE_BYTES),
            gradients: Gradients::new(GRADIENT_BYTES),
            masks: Masks::new(),
            opened: Vec::new(),
            depth: 0,
            reach: 0,
        }
    }

    /// Draws the list on a transparent ground; the frame takes the list's size.
    pub fn render(&mut self, list: &DisplayList, frame: &mut Frame) {
        frame.reset(list.width.min(MAX_SIDE), list.height.min(MAX_SIDE));
        let rect = frame.rect();
        self.render_rects(list, frame, &[rect]);
    }

    /// Clears and draws the pixels inside the rectangles, which become what [`Self::render`] would
    /// have made them, bit for bit. The frame keeps its size.
    pub fn render_rects(&mut self, list: &DisplayList, frame: &mut Frame, rects: &[IRect]) {
        let scene = Scene::new(list);
        let opaque = list.is_opaque();
        self.gradients.begin(Area::new(0, 0, frame.width as i32, frame.height as i32));
        for rect in rects {
            let rect = rect.intersect(frame.rect());
            if rect.is_empty() {
                continue;
            }
            self.paint(&scene, 0..list.commands.len(), area_of(rect), |piece, pixels, stride| {
                copy_out(frame, piece, pixels, stride, opaque);
            });
        }
    }

    /// [`Self::render_rects`] for one list after the other: what they have in common is drawn once, into
    /// `ground`. The bytes are the same.
    pub fn render_rects_over(
        &mut self,
        ground: &mut Ground,
        list: &DisplayList,
        frame: &mut Frame,
        rects: &[IRect],
    ) {
        let mut scene = Scene::new(list);
        let Some(units) = ground::units(&scene) else { return self.render_rects(list, frame, rects) };
        let opaque = list.is_opaque();
        let all = Area::new(0, 0, frame.width as i32, frame.height as i32);
        self.gradients.begin(all);
        let mut of_ground = Vec::with_capacity(units.len());
        for (corner, need) in pieces(rects, frame.rect()) {
            let whole = Area::new(corner.0, corner.1, corner.0 + CELL.0, corner.1 + CELL.1).intersect(all);
            ground.settle(corner, whole, &units, &mut of_ground);
            let pixels = ground.pixels(corner).unwrap_or_else(|| {
                scene.narrow(&units, |unit| of_ground[unit], None);
                let pixels = Arc::new(self.surface(&scene, 0..list.commands.len(), whole));
                ground.set_pixels(corner, pixels.clone());
                pixels
            });
            scene.narrow(&units, |unit| !of_ground[unit], Some(pixels));
            self.paint(&scene, 0..list.commands.len(), need, |piece, pixels, stride| {
                // What was drawn between the rectangles stays out.
                for part in rects.iter().map(|&rect| area_of(rect).intersect(piece)) {
                    if !part.is_empty() {
                        let from = (part.y0 - piece.y0) as usize * stride + (part.x0 - piece.x0) as usize * 4;
                        copy_out(frame, part, &pixels[from..], stride, opaque);
                    }
                }
            });
        }
    }

    /// Before [`Self::surface`] draws parts of a list.
    pub(super) fn begin(&mut self, list: &DisplayList) {
        let side = |v: u32| v.min(MAX_SIDE) as i32;
        self.gradients.begin(Area::new(0, 0, side(list.width), side(list.height)));
    }

    /// The pixels of a range of commands, which holds whole groups.
    pub(super) fn surface(&mut self, scene: &Scene<'_>, range: Range<usize>, need: Area) -> Surface {
        let mut surface = Surface::new(need);
        self.paint(scene, range, need, |piece, pixels, stride| {
            for y in piece.y0..piece.y1 {
                let start = (y - piece.y0) as usize * stride;
                surface
                    .row_mut(y, piece.x0, piece.x1)
                    .copy_from_slice(&pixels[start..start + piece.width() as usize * 4]);
            }
        });
        surface
    }

    /// Draws the commands inside `need` and hands over the pixels, piece by piece: the area, the
    /// pixels from its corner on, and the bytes from one row to the next.
    fn paint(
        &mut self,
        scene: &Scene<'_>,
        range: Range<usize>,
        need: Area,
        mut out: impl FnMut(Area, &[u8], usize),
    ) {
        if need.is_empty() || self.depth >= MAX_DEPTH {
            return;
        }
        self.depth += 1;
        // A backdrop filter needs all that lies below it, and some of it around `need`: draw in
        // stages, each on top of the one before. Later stages say what earlier ones have to show.
        let mut stages: Vec<(usize, Vec<usize>, Area)> = Vec::new();
        let mut wanted = need;
        for (push, open) in scene.backdrops(range.clone()).into_iter().rev() {
            let command = &scene.commands()[push];
            let Draw::Push(layer) = &command.draw else { continue };
            let touched = layer::touched(command, wanted);
            if !touched.is_empty() {
                stages.push((push, open, wanted));
                let within = scene.backdrop_of(command);
                wanted = wanted.union(filter::backdrop_inputs(&layer.backdrop, touched, within));
            }
        }
        let mut start = range.start;
        let mut open: Vec<usize> = Vec::new();
        let mut base: Option<Surface> = None;
        let mut backdrop: Option<(usize, Surface)> = None;
        while let Some((push, next_open, next_wanted)) = stages.pop() {
            let mut below = Surface::new(wanted);
            self.pass(scene, start..push, &open, base, backdrop, wanted, &mut |piece, pixels, stride| {
                for y in piece.y0..piece.y1 {
                    let start = (y - piece.y0) as usize * stride;
                    below
                        .row_mut(y, piece.x0, piece.x1)
                        .copy_from_slice(&pixels[start..start + piece.width() as usize * 4]);
                }
            });
            let command = &scene.commands()[push];
            backdrop = None;
            if let Draw::Push(layer) = &command.draw {
                let touched = layer::touched(command, next_wanted);
                let within = scene.backdrop_of(command);
                let mut filtered = below.crop(filter::backdrop_inputs(&layer.backdrop, touched, within));
                filter::apply_to_backdrop(&layer.backdrop, &mut filtered, within);
                backdrop = Some((push, filtered.crop(touched)));
            }
            (start, open, base, wanted) = (push, next_open, Some(below), next_wanted);
        }
        self.pass(scene, start..range.end, &open, base, backdrop, need, &mut out);
        self.depth -= 1;
    }

    /// Draws the range over `base`. `backdrop` belongs to the range's first command.
    #[allow(clippy::too_many_arguments, reason = "one stage of `paint`, which has all of them at hand")]
    fn pass(
        &mut self,
        scene: &Scene<'_>,
        range: Range<usize>,
        open: &[usize],
        base: Option<Surface>,
        mut backdrop: Option<(usize, Surface)>,
        need: Area,
        out: &mut dyn FnMut(Area, &[u8], usize),
    ) {
        let mut groups = HashMap::new();
        let mut index = range.start;
        while index < range.end {
            let command = &scene.commands()[index];
            if let Draw::Push(layer) = &command.draw {
                if layer::touched(command, need).is_empty() || scene.is_left_out(index) {
                    index = scene.end(index);
                } else if scene.is_separate(index, layer) {
                    let below = backdrop.take_if(|(push, _)| *push == index).map(|(_, below)| below);
                    if let Some(placed) = self.group(scene, index, layer, below, need) {
                        groups.insert(index, placed);
                    }
                    index = scene.end(index);
                }
            }
            index += 1;
        }
        let base = base.and_then(Placed::surface);
        let ground = scene.ground(&range);
        let pass = Pass { scene, range, open, base, groups, ground };
        for (corner, cell) in cells(need) {
            self.draw_cell(&pass, corner, cell.intersect(need), out);
        }
    }

    /// The pixels of a separate group, all but its clip, its blending and its opacity.
    fn group(
        &mut self,
        scene: &Scene<'_>,
        push: usize,
        layer: &Layer,
        backdrop: Option<Surface>,
        need: Area,
    ) -> Option<Placed> {
        let area = layer::touched(&scene.commands()[push], need);
        if area.is_empty() {
            return None;
        }
        // Filters around filters look at ever more pixels; at some point they no longer do anything.
        let reach = filter::reach(&layer.filters);
        let filters = if self.reach + reach > MAX_REACH { &[][..] } else { &layer.filters };
        self.reach += reach;
        let all = if filters.is_empty() { area } else { scene.content_of(push) };
        let mut content = filter::filtered(filters, area, all, &mut |area| {
            self.surface(scene, push + 1..scene.end(push), area)
        });
        self.reach -= reach;
        if let Some(backdrop) = backdrop {
            let mut below = backdrop.crop(area);
            layer::lay_over(&mut below, &content);
            content = below;
        }
        if let Some(mask) = &layer.mask {
            let list = Scene::new(&mask.list);
            let pixels = self.surface(&list, 0..mask.list.commands.len(), area);
            layer::mask(&mut content, &pixels, mask.kind);
        }
        // A group never touches more than its bounds, whatever its filters make of nothing.
        let inside = area.intersect(Area::around(scene.commands()[push].bounds));
        let content = if inside == area { content } else { content.crop(inside) };
        Placed::surface(content.crop(layer::laid(area)))
    }

    fn draw_cell(
        &mut self,
        pass: &Pass<'_>,
        (x, y): (i32, i32),
        need: Area,
        out: &mut dyn FnMut(Area, &[u8], usize),
    ) {
        // Whole tiles of the rasteriser, so that its own edges never cut through one, and a column of
        // tiles more: it moves what lies beyond its right edge into the last column.
        let (width, height) = ((need.x1 - x + 3) / 4 * 4 + 4, (need.y1 - y + 3) / 4 * 4);
        let mut context = self.contexts.pop().unwrap_or_else(|| {
            let level = Level::try_detect().unwrap_or(Level::baseline());
            RenderContext::new_with(4, 4, RenderSettings { level, num_threads: 0 })
        });
        // Drawing a command may draw a pattern's tile first, in cells of its own.
        let (mut cell, mut opened) = (std::mem::take(&mut self.cell), std::mem::take(&mut self.opened));
        cell.resize(width as usize * height as usize * 4, 0);
        let first = ((need.y0 - y) * width + need.x0 - x) as usize * 4;
        if let Some(ground) = &pass.ground {
            for (row, out) in (need.y0..need.y1).zip(cell[first..].chunks_mut(width as usize * 4)) {
                out[..need.width() as usize * 4].copy_from_slice(ground.row(row, need.x0, need.x1));
            }
        }
        let region = Area::new(x, y, x + width, y + height);
        let started = pass.ground.is_some();
        let mut canvas =
            Canvas::new(&mut context, &mut opened, &mut cell, region, need, started, pass.scene.mixes);
        self.draw_commands(pass, &mut canvas);
        canvas.close_all();
        canvas.flush(&mut self.resources);
        out(need, &cell[first..], width as usize * 4);
        self.contexts.push(context);
        (self.cell, self.opened) = (cell, opened);
    }

    fn draw_commands(&mut self, pass: &Pass<'_>, canvas: &mut Canvas<'_>) {
        let scene = pass.scene;
        if let Some(base) = &pass.base {
            canvas.fill_placed(base, canvas.region);
        }
        for push in pass.open {
            if let Draw::Push(layer) = &scene.commands()[*push].draw {
                canvas.open(&scene.commands()[*push], layer);
            }
        }
        let mut index = pass.range.start;
        while index < pass.range.end {
            let command = &scene.commands()[index];
            match &command.draw {
                Draw::Push(layer) => {
                    if layer::touched(command, canvas.region).is_empty() || scene.is_left_out(index) {
                        index = scene.end(index);
                    } else if scene.is_separate(index, layer) {
                        if let Some(placed) = pass.groups.get(&index) {
                            canvas.open(command, layer);
                            canvas.fill_placed(placed, layer::laid(layer::tiles(command)));
                            canvas.close();
                        }
                        index = scene.end(index);
                    } else {
                        canvas.open(command, layer);
                    }
                }
                Draw::Pop => canvas.close(),
                _ if canvas.region.touches(command.bounds) && !scene.is_left_out(index) => {
                    self.draw(command, canvas);
                }
                _ => {}
            }
            index += 1;
        }
    }

    /// Lays a run of glyphs onto the pixels, if it is one that can be.
    fn lay(&mut self, command: &Command, canvas: &mut Canvas<'_>) -> bool {
        let Draw::Glyphs(run) = &command.draw else { return false };
        let (Paint::Solid(color), Some(clip)) = (&run.paint, canvas.straight()) else { return false };
        if !self.masks.place(run) {
            return false;
        }
        canvas.lay(&self.masks, filter::premultiplied(*color), clip, &mut self.resources);
        true
    }

    fn draw(&mut self, command: &Command, canvas: &mut Canvas<'_>) {
        if self.lay(command, canvas) {
            return;
        }
        canvas.will_draw();
        match &command.draw {
            Draw::Fill { shape, paint } => {
                if self.set_paint(paint, command.bounds, canvas) {
                    canvas.fill(shape);
                }
            }
            Draw::Stroke { path, stroke, paint } => {
                if self.set_paint(paint, command.bounds, canvas) {
                    canvas.context.set_stroke(stroke.clone());
                    canvas.context.stroke_path(path);
                }
            }
            Draw::Glyphs(run) => {
                if paint::invert(run.transform).is_some()
                    && self.set_paint(&run.paint, command.bounds, canvas)
                {
                    // The paint stays where it is while the run's transform moves the glyphs.
                    let fixed = run.transform.inverse() * *canvas.context.paint_transform();
                    canvas.context.set_paint_transform(fixed);
                    text::draw(canvas.context, &mut self.resources, run, canvas.origin);
                }
            }
            Draw::Picture { picture, transform, smooth } => {
                let need = canvas.need.intersect(Area::around(command.bounds));
                if need.is_empty() {
                    return;
                }
                if let Some(placed) = self.pictures.place(picture, *transform, *smooth, need) {
                    canvas.set_placed(&placed);
                    let rect = Rect::new(0.0, 0.0, picture.width.into(), picture.height.into());
                    let [a, b, c, d, ..] = transform.as_coeffs();
                    if [b, c] == [0.0, 0.0] && a > 0.0 && d > 0.0 {
                        canvas.context.fill_rect(&transform.transform_rect_bbox(rect));
                    } else {
                        canvas.context.set_fill_rule(Fill::NonZero);
                        canvas.context.fill_path(&(*transform * rect.to_path(0.1)));
                    }
                }
            }
            Draw::Shadow { shape, sigma, color, edge, inset, transform } => {
                let need = canvas.need.intersect(Area::around(command.bounds));
                if need.is_empty() {
                    return;
                }
                let [a, b, c, d, e, f] = transform.as_coeffs();
                let pixels = if [a, b, c, d] == [1.0, 0.0, 0.0, 1.0] {
                    let shape = *shape + kurbo::Vec2::new(e, f);
                    self.shadows.pixels(shape, *sigma, *color, *inset, need)
                } else {
                    // Made upright at the size it is shown, then turned.
                    let scale = transform.determinant().abs().sqrt();
                    let Some(inverse) = paint::invert(*transform * Affine::scale(1.0 / scale)) else {
                        return;
                    };
                    let upright = kurbo::RoundedRect::from_rect(
                        shape.rect().scale_from_origin(scale),
                        shadow::scaled(shape.radii(), scale),
                    );
                    let reach = 3.0 * sigma + 4.0;
                    let all = Area::around(upright.rect().inflate(reach, reach));
                    let around = Area::around(inverse.transform_rect_bbox(need.rect())).inflate(2);
                    let area = if *inset { around } else { all.intersect(around) };
                    if area.is_empty() || area.pixels() > (32 << 20) {
                        return;
                    }
                    self.shadows.pixels(upright, *sigma, *color, *inset, area).map(|surface| {
                        let moved = Affine::translate((-f64::from(area.x0), -f64::from(area.y0))) * inverse;
                        picture::sample(&Image::from_surface(surface), moved, need)
                    })
                };
                if let Some(placed) = pixels.and_then(Placed::surface) {
                    canvas.set_placed(&placed);
                    let mut path =
                        if *inset { BezPath::new() } else { canvas.around(command).rect().to_path(0.1) };
                    path.extend((*transform * edge.to_path(0.05)).iter());
                    canvas.context.set_fill_rule(if *inset { Fill::NonZero } else { Fill::EvenOdd });
                    canvas.context.fill_path(&path);
                }
            }
            Draw::Push(_) | Draw::Pop | Draw::Link { .. } => {}
        }
    }

    /// Sets the paint; false when nothing would show.
    fn set_paint(&mut self, paint: &Paint, bounds: Rect, canvas: &mut Canvas<'_>) -> bool {
        let need = canvas.need.intersect(Area::around(bounds));
        let placed = match paint {
            Paint::Solid(color) => {
                canvas.context.set_paint(AlphaColor::<Srgb>::new(color.0));
                canvas.context.reset_paint_transform();
                return color.alpha() > 0.0;
            }
            _ if need.is_empty() => return false,
            Paint::Gradient(gradient) => self.gradients.pixels(gradient, bounds, need),
            Paint::Pattern(pattern) => {
                let image = self.tile(&pattern.list);
                paint::pattern(&image, pattern.tile, pattern.transform, need).and_then(Placed::surface)
            }
        };
        match placed {
            Some(placed) => {
                canvas.set_placed(&placed);
                true
            }
            None => false,
        }
    }

    /// The pixels of a pattern's tile.
    fn tile(&mut self, list: &DisplayList) -> Image {
        let mut hasher = DefaultHasher::new();
        list.hash(&mut hasher);
        let key = hasher.finish();
        if let Some(image) = self.tiles.get(&key) {
            return image;
        }
        let side = |v: u32| v.min(MAX_SIDE) as i32;
        let area = Area::new(0, 0, side(list.width), side(list.height));
        let around = std::mem::take(&mut self.reach);
        let image = Image::from_surface(self.surface(&Scene::new(list), 0..list.commands.len(), area));
        self.reach = around;
        self.tiles.insert(key, image.clone(), image.pixels.len());
        image
    }
}

/// The cells that an area touches, each with its corner.
fn cells(area: Area) -> impl Iterator<Item = ((i32, i32), Area)> {
    let steps = |from: i32, to: i32, step: i32| {
        let last = if from < to { (to - 1).div_euclid(step) } else { from.div_euclid(step) - 1 };
        (from.div_euclid(step)..=last).map(move |index| index * step)
    };
    let corners = steps(area.y0, area.y1, CELL.1)
        .flat_map(move |y| steps(area.x0, area.x1, CELL.0).map(move |x| (x, y)));
    corners.map(|(x, y)| ((x, y), Area::new(x, y, x + CELL.0, y + CELL.1)))
}

/// The rectangle as an area. Frames are no larger than [`MAX_SIDE`]; what is beyond is cut off.
fn area_of(rect: IRect) -> Area {
    let [x0, y0, x1, y1] = [rect.x0, rect.y0, rect.x1, rect.y1].map(|v| v.min(MAX_SIDE) as i32);
    Area::new(x0, y0, x1, y1)
}

/// The parts of cells that are drawn for these rectangles, each with its cell's corner. Neighbours in a
/// cell are drawn in one go.
fn pieces(rects: &[IRect], frame: IRect) -> Vec<((i32, i32), Area)> {
    let mut pieces = Vec::with_capacity(64);
    for rect in rects {
        let area = area_of(rect.intersect(frame));
        pieces.extend(cells(area).map(|(corner, cell)| (corner, cell.intersect(area))));
    }
    pieces.sort_unstable_by_key(|&((x, y), need)| (y, x, need.x0, need.y0));
    pieces.dedup_by(|(next_corner, next), (corner, need)| {
        let both = need.union(*next);
        let together = corner == next_corner && both.pixels() <= need.pixels() + next.pixels() + SET_UP;
        if together {
            *need = both;
        }
        together
    });
    pieces
}

/// Puts a piece of a drawing into the frame.
fn copy_out(frame: &mut Frame, piece: Area, pixels: &[u8], stride: usize, opaque: bool) {
    for y in piece.y0..piece.y1 {
        let start = (y - piece.y0) as usize * stride;
        let span = frame.span_mut(y as u32, piece.x0 as u32, piece.x1 as u32);
        span.copy_from_slice(&pixels[start..start + piece.width() as usize * 4]);
        if opaque {
            // At edges the rasteriser's rounding loses a little of the ground's alpha.
            span.as_chunks_mut::<4>().0.iter_mut().for_each(|pixel| pixel[3] = 255);
        }
    }
}
