//! Walks a display list and writes what it shows into a content stream.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;
use std::sync::Arc;

use kurbo::{Affine, Cap, Join, Rect};

use super::content::{Content, Kind, matrix, rectangle};
use super::document::Document;
use super::file::Packer;
use super::font::{Face, Faces, Used};
use super::image::Images;
use super::picture::placed;
use super::shadow::Shadow;
use super::statics::{Statics, unit_end};
use super::syntax::number;
use super::{colour, gradient, outline, text};
use crate::diagnostic::Diagnostic;
use crate::display::{
    Blend, Color, ColorStop, Command, DisplayList, Draw, Filter, GlyphRun, Gradient, GradientKind, IRect,
    Layer, MaskKind, Paint, Pattern, Shape,
};
use crate::raster::CpuRasteriser;

/// Groups may be nested this deep; what is deeper is not drawn.
const MAX_DEPTH: usize = 64;
/// The text rendering mode of text that is only found and copied.
const UNSEEN: u8 = 3;
/// How near to an edge of the page, in pixels, is at it.
const NEAR: f64 = 0.51;

/// What documents of one worker have in common: parsed fonts, packed pictures and buffers.
#[derive(Default)]
pub(super) struct Store {
    pub faces: Faces,
    pub images: Images,
    pub packer: Packer,
}

pub(super) struct Painter<'a> {
    pub document: &'a mut Document,
    pub store: &'a mut Store,
    pub rasteriser: &'a mut CpuRasteriser,
    /// What is the same on many pages, for documents that have many.
    pub statics: Option<&'a mut Statics>,
    /// All that can be seen: the page and its bleed, in device pixels.
    pub canvas: Rect,
    /// The page, if what ends at its edges goes on into the bleed.
    pub page: Option<Rect>,
    /// What could not be drawn.
    pub failed: Option<Box<Diagnostic>>,
}

impl Painter<'_> {
    pub(super) fn paint(&mut self, list: &DisplayList, content: &mut Content) {
        self.range(list, 0, list.commands.len(), &mut Vec::new(), content);
    }

    /// Draws another list, that of a tile or a mask.
    pub(super) fn nested(&mut self, list: &DisplayList, canvas: Rect, content: &mut Content) {
        let statics = self.statics.take();
        let outside = (std::mem::replace(&mut self.canvas, canvas), self.page.take());
        self.paint(list, content);
        (self.canvas, self.page) = outside;
        self.statics = statics;
    }

    /// Draws the commands of a range. `open` holds the pushes around it.
    fn range(
        &mut self,
        list: &DisplayList,
        start: usize,
        end: usize,
        open: &mut Vec<usize>,
        content: &mut Content,
    ) {
        let mut index = start;
        while index < end {
            if let Some((key, run)) = self.statics.as_ref().and_then(|s| s.run(list, index, end)) {
                self.form_of(list, key, index, run, open, content);
                index = run;
                continue;
            }
            let command = &list.commands[index];
            if let Draw::Push(layer) = &command.draw {
                let pop = unit_end(list, index);
                if open.len() < MAX_DEPTH {
                    self.group(list, index, pop, layer, open, content);
                }
                index = pop;
            } else {
                self.draw(command, content);
            }
            index += 1;
        }
    }

    /// Draws what many pages have in common as a form that is written once.
    fn form_of(
        &mut self,
        list: &DisplayList,
        key: u64,
        start: usize,
        end: usize,
        open: &mut Vec<usize>,
        content: &mut Content,
    ) {
        let Some(statics) = self.statics.take() else { return };
        let form = statics.form(key).unwrap_or_else(|| {
            let mut inner = Content::new(Affine::IDENTITY);
            self.range(list, start, end, open, &mut inner);
            let form = self.document.form(&inner, self.canvas, false);
            statics.keep(key, form);
            form
        });
        content.object(form);
        self.statics = Some(statics);
    }

    fn group(
        &mut self,
        list: &DisplayList,
        push: usize,
        pop: usize,
        layer: &Layer,
        open: &mut Vec<usize>,
        content: &mut Content,
    ) {
        let bounds = list.commands[push].bounds;
        let area = pixels_around(bounds, list);
        if layer.blend == Blend::PlusLighter {
            // No blend mode of PDF adds up; the sum takes the place of what it is made from.
            self.picture_of(&up_to(list, pop + 1, open), area, Affine::IDENTITY, content);
            return self.unseen(list, push, pop, content);
        }
        if let Some(command) = single(list, push, pop, layer) {
            return self.draw(&command, content);
        }
        content.word("q");
        if let Some(clip) = &layer.clip {
            content.clip(&self.bled(clip));
        }
        if !layer.backdrop.is_empty() {
            let below =
                Layer { backdrop: layer.backdrop.clone(), clip: layer.clip.clone(), ..Layer::default() };
            let mut part = up_to(list, push, open);
            let closing = part.commands.len() - open.len();
            let group = [(Draw::Push(Box::new(below)), push), (Draw::Pop, pop)];
            let commands = group.map(|(draw, at)| Command { draw, ..list.commands[at].clone() });
            part.commands.splice(closing..closing, commands);
            self.picture_of(&part, area, Affine::IDENTITY, content);
        }
        let state = self.group_state(layer);
        if state.is_empty() && !layer.isolated {
            self.inside(list, push, pop, layer, open, content);
        } else {
            let mut inner = Content::new(Affine::IDENTITY);
            self.inside(list, push, pop, layer, open, &mut inner);
            if !state.is_empty() {
                let state = self.document.state(&state);
                content.state(state);
            }
            let form = self.document.form(&inner, self.canvas.intersect(bounds.inflate(1.0, 1.0)), true);
            content.object(form);
        }
        content.word("Q");
    }

    /// How a group reaches what is below it, as entries of a graphics state.
    fn group_state(&mut self, layer: &Layer) -> String {
        let mut entries = String::new();
        if layer.opacity < 1.0 {
            entries.push_str(&alpha_entries(layer.opacity));
        }
        if layer.blend != Blend::Normal {
            entries.push_str(&format!("/BM/{}", blend_mode(layer.blend)));
        }
        if let Some(mask) = &layer.mask {
            let mut inner = Content::new(Affine::IDENTITY);
            let canvas = self.canvas;
            self.nested(&mask.list, canvas, &mut inner);
            let form = self.document.form(&inner, canvas, true);
            let kind = match mask.kind {
                MaskKind::Alpha => "Alpha",
                MaskKind::Luminance => "Luminosity",
            };
            entries.push_str(&format!("/SMask<</S/{kind}/G {form} 0 R>>"));
        }
        entries
    }

    /// What is in a group, with its filters.
    fn inside(
        &mut self,
        list: &DisplayList,
        push: usize,
        pop: usize,
        layer: &Layer,
        open: &mut Vec<usize>,
        content: &mut Content,
    ) {
        let filtered = |filters: Vec<Filter>| {
            let mut commands = list.commands[push..=pop].to_vec();
            commands[0].draw = Draw::Push(Box::new(Layer { filters, ..Layer::default() }));
            DisplayList { commands, ..*list }
        };
        if let [Filter::DropShadow { dx, dy, sigma, color }] = layer.filters[..] {
            // The shadow is a picture; what casts it is drawn on top.
            let [r, g, b, a] = color.0;
            let mut matrix = [0.0; 20];
            [matrix[4], matrix[9], matrix[14], matrix[18]] = [r, g, b, a];
            let mut filters = vec![Filter::Matrix(matrix)];
            filters.extend((sigma > 0.0).then_some(Filter::Blur(sigma)));
            let area = pixels_around(list.commands[push].bounds, list);
            let place = Affine::translate((f64::from(dx), f64::from(dy)));
            self.picture_of(&filtered(filters), area, place, content);
        } else if !layer.filters.is_empty() {
            let area = pixels_around(list.commands[push].bounds, list);
            self.picture_of(&filtered(layer.filters.clone()), area, Affine::IDENTITY, content);
            return self.unseen(list, push, pop, content);
        }
        open.push(push);
        self.range(list, push + 1, pop, open, content);
        open.pop();
    }

    /// What a list shows within an area, as a picture. `place` moves the list's pixels to the page's.
    pub(super) fn picture_of(
        &mut self,
        list: &DisplayList,
        area: IRect,
        place: Affine,
        content: &mut Content,
    ) {
        let mut hasher = DefaultHasher::new();
        list.hash(&mut hasher);
        (area.x0, area.y0, area.x1, area.y1).hash(&mut hasher);
        let image = self.store.images.drawn(hasher.finish(), list, area, self.rasteriser);
        if let Some(image) = image {
            let size = (f64::from(area.width()), f64::from(area.height()));
            let place = place * Affine::translate((f64::from(area.x0), f64::from(area.y0)));
            let object = self.document.image(&image);
            placed(object, size, place, content);
        }
    }

    /// The text of a group that is drawn as a picture, to be searched and copied.
    fn unseen(&mut self, list: &DisplayList, push: usize, pop: usize, content: &mut Content) {
        content.word("q 3 Tr");
        for command in &list.commands[push..pop] {
            if let Draw::Glyphs(run) = &command.draw
                && !run.text.is_empty()
                && let Some(face) = self.face(run)
            {
                self.show(run, &face, UNSEEN, content);
            }
        }
        content.word("Q");
    }

    fn draw(&mut self, command: &Command, content: &mut Content) {
        if let Some(gradient) = translucent_mesh(&command.draw) {
            return self.masked(command, &gradient, content);
        }
        match &command.draw {
            Draw::Fill { shape, paint } => self.fill(shape, paint, command.bounds, content),
            Draw::Stroke { path, stroke, paint } => {
                if let Some(restore) = self.set(paint, command.bounds, Use::Stroke, content) {
                    stroke_style(stroke, 1.0, content);
                    content.path(path, false);
                    content.word("S");
                    end(restore, content);
                }
            }
            Draw::Glyphs(run) => self.glyphs(run, command.bounds, content),
            Draw::Picture { picture, transform, smooth } => {
                self.picture(picture, *transform, *smooth, content)
            }
            &Draw::Shadow { shape, sigma, color, edge, inset, transform } => {
                let shadow = Shadow { shape, sigma, color, edge, inset, transform };
                if transform.determinant() != 0.0 {
                    self.shadow(&shadow, command.bounds, content);
                }
            }
            // Links become annotations of the page.
            Draw::Push(_) | Draw::Pop | Draw::Link { .. } => {}
        }
    }

    pub(super) fn fill(&mut self, shape: &Shape, paint: &Paint, bounds: Rect, content: &mut Content) {
        let shape = self.bled(shape);
        if let Some(restore) = self.set(paint, bounds.union(shape.bounds()), Use::Fill, content) {
            let even_odd = content.shape(&shape);
            content.word(if even_odd { "f*" } else { "f" });
            end(restore, content);
        }
    }

    /// Draws a command in the opaque colours of its gradient, and as a whole through the gradient's alpha:
    /// readers draw a mesh triangle by triangle, and where two meet they would show through each other.
    fn masked(&mut self, command: &Command, gradient: &Gradient, content: &mut Content) {
        let bounds = command.bounds.intersect(self.canvas);
        let stops = gradient
            .stops
            .iter()
            .map(|stop| ColorStop {
                color: Color([stop.color.0[0], stop.color.0[1], stop.color.0[2], 1.0]),
                ..*stop
            })
            .collect();
        let opaque = Arc::new(Gradient { stops, ..gradient.clone() });
        let mut command = command.clone();
        if let Some(paint) = paint_of(&mut command.draw) {
            *paint = Paint::Gradient(opaque);
        }
        let mut inner = Content::new(Affine::IDENTITY);
        self.draw(&command, &mut inner);
        let mask = gradient::mask(gradient, bounds, self.document);
        let state = self.document.state(&mask);
        let form = self.document.form(&inner, bounds, true);
        content.word("q");
        content.state(state);
        content.object(form);
        content.word("Q");
    }

    fn face(&mut self, run: &GlyphRun) -> Option<Rc<Face>> {
        if run.size <= 0.0 || text::place(run).determinant() == 0.0 {
            return None;
        }
        let found = self.store.faces.get(run);
        found.map_err(|problem| self.failed.get_or_insert(problem)).ok()
    }

    fn glyphs(&mut self, run: &GlyphRun, bounds: Rect, content: &mut Content) {
        let Some(face) = self.face(run) else { return };
        if matches!(run.paint, Paint::Solid(color) if color.alpha() <= 0.0) {
            // What a drawing says, whose outlines are seen.
            content.word("q 3 Tr");
            self.show(run, &face, UNSEEN, content);
            return content.word("Q");
        }
        if face.has_colour && self.coloured(run, &face, bounds, content) {
            return;
        }
        let how = match (&run.stroke, run.embolden > 0.0) {
            (Some(_), _) => Use::Stroke,
            (None, true) => Use::Both,
            (None, false) => Use::Fill,
        };
        let Some(restore) = self.set(&run.paint, bounds, how, content) else { return };
        // Text that says nothing (a shadow of what says it) would be found twice.
        let only_shown = run.text.is_empty() || !self.can_show(run);
        let shape = only_shown.then(|| text::place(run) * outline::run(run, &face));
        if how != Use::Fill {
            content.word("q");
            let bold = || kurbo::Stroke::new(2.0 * f64::from(run.embolden)).with_join(Join::Miter);
            let stroke = run.stroke.clone().unwrap_or_else(bold);
            stroke_style(&stroke, text::place(run).determinant().abs().sqrt(), content);
            content.word(&format!("{} Tr", how.mode()));
        }
        match shape {
            Some(shape) => {
                content.path(&shape, how == Use::Fill);
                content.word(match how {
                    Use::Fill => "f",
                    Use::Stroke => "S",
                    Use::Both => "B",
                });
            }
            None => self.show(run, &face, how.mode(), content),
        }
        if how != Use::Fill {
            content.word("Q");
        }
        end(restore, content);
    }

    /// Draws a run that has colour glyphs; false when it has none. What it says is there unseen.
    fn coloured(&mut self, run: &GlyphRun, face: &Rc<Face>, bounds: Rect, content: &mut Content) -> bool {
        let ink = match &run.paint {
            Paint::Solid(color) => *color,
            _ => Color::BLACK,
        };
        let lists: Vec<_> = run.glyphs.iter().map(|glyph| colour::glyph(face, glyph.id, ink)).collect();
        if lists.iter().all(Option::is_none) {
            return false;
        }
        let scale = f64::from(run.size) / face.units();
        let far = face.units() * 2.0;
        let canvas = Rect::new(-far, -far, far, far);
        let state = (ink.alpha() < 1.0).then(|| self.document.state(&alpha_entries(ink.alpha())));
        for (glyph, list) in run.glyphs.iter().zip(&lists) {
            let place = text::place(run) * Affine::translate((f64::from(glyph.x), f64::from(glyph.y)));
            match list {
                Some(list) => {
                    let mut inner = Content::new(Affine::IDENTITY);
                    self.nested(list, canvas, &mut inner);
                    let form = self.document.form(&inner, canvas, true);
                    content.word("q");
                    if let Some(state) = state {
                        content.state(state);
                    }
                    content.transform(place * Affine::scale(scale));
                    content.object(form);
                    content.word("Q");
                }
                None => {
                    let upright = Affine::scale_non_uniform(scale, -scale);
                    let path = place * upright * outline::glyph(face, glyph.id);
                    let shape = Shape::Path(Arc::new(path), false);
                    self.fill(&shape, &run.paint, bounds, content);
                }
            }
        }
        if !run.text.is_empty() {
            content.word("q 3 Tr");
            self.show(run, face, UNSEEN, content);
            content.word("Q");
        }
        true
    }

    /// Archives take no text that has the glyph of missing characters (ISO 19005-2, 6.2.11.8).
    fn can_show(&self, run: &GlyphRun) -> bool {
        !self.document.strict || run.glyphs.iter().all(|glyph| glyph.id != 0)
    }

    /// Shows a run with the colours and the text rendering mode that are set.
    fn show(&mut self, run: &GlyphRun, face: &Rc<Face>, mode: u8, content: &mut Content) {
        if !self.can_show(run) {
            return;
        }
        let fonts = &mut self.document.fonts;
        let index = fonts.iter().position(|used| Rc::ptr_eq(&used.face, face)).unwrap_or_else(|| {
            fonts.push(Used::new(face.clone()));
            fonts.len() - 1
        });
        text::show(run, text::place(run), mode, &mut fonts[index], &mut self.document.file, content);
    }

    /// Makes the paint the one that is used. `None` when it shows nothing; otherwise whether a saved
    /// state has to be restored afterwards.
    fn set(&mut self, paint: &Paint, bounds: Rect, how: Use, content: &mut Content) -> Option<bool> {
        let mut entries = String::new();
        let pattern = match paint {
            Paint::Solid(color) if color.alpha() <= 0.0 => return None,
            Paint::Solid(color) => {
                if color.alpha() < 1.0 {
                    entries = alpha_entries(color.alpha());
                }
                None
            }
            Paint::Gradient(gradient) => {
                if gradient.transform.determinant() == 0.0 {
                    return None;
                }
                let bounds = bounds.intersect(self.canvas);
                let shaded = gradient::shaded(gradient, bounds, content.base, self.document);
                entries.extend(shaded.mask);
                Some(shaded.pattern)
            }
            Paint::Pattern(pattern) => Some(self.tiles(pattern, content.base)?),
        };
        let restore = !entries.is_empty();
        if restore {
            content.word("q");
            let state = self.document.state(&entries);
            content.state(state);
        }
        for (used, space, color) in [(how != Use::Stroke, "cs", "rg"), (how != Use::Fill, "CS", "RG")] {
            if !used {
                continue;
            }
            match (pattern, paint) {
                (Some(pattern), _) => {
                    content.word(&format!("/Pattern {space}"));
                    content.name(Kind::Pattern, pattern);
                    content.word(if space == "cs" { "scn" } else { "SCN" });
                }
                (None, Paint::Solid(value)) => set_color(*value, color, content),
                (None, _) => {}
            }
        }
        Some(restore)
    }

    /// A pattern of tiles; `base` is the content's.
    fn tiles(&mut self, pattern: &Pattern, base: Affine) -> Option<super::file::Id> {
        let tile = pattern.tile;
        let to_device = pattern.transform * Affine::translate(tile.origin().to_vec2());
        if to_device.determinant() == 0.0 || tile.area() <= 0.0 {
            return None;
        }
        let mut inner = Content::new(Affine::IDENTITY);
        let start = Affine::translate(-tile.origin().to_vec2());
        inner.base = start;
        inner.transform(start);
        self.nested(&pattern.list, tile, &mut inner);
        let bounds = Rect::new(0.0, 0.0, tile.width(), tile.height());
        let mut entries = format!(
            "/PatternType 1/PaintType 1/TilingType 1/BBox{}/Resources{}/Matrix{}",
            rectangle(bounds),
            self.document.resources(&inner),
            matrix(base * to_device)
        );
        for (name, step) in [("/XStep ", tile.width()), ("/YStep ", tile.height())] {
            let mut digits = Vec::new();
            number(&mut digits, step);
            entries.push_str(name);
            entries.push_str(&String::from_utf8_lossy(&digits));
        }
        Some(self.document.shared_stream(&entries, &inner.bytes))
    }

    /// The shape with its sides that lie at edges of the page moved out into the bleed.
    fn bled(&self, shape: &Shape) -> Shape {
        let (Shape::Rect(rect), Some(page)) = (shape, self.page) else { return shape.clone() };
        let rect = rect.abs();
        let side = |own: f64, edge: f64, out: f64| if (own - edge).abs() < NEAR { out } else { own };
        Shape::Rect(Rect::new(
            side(rect.x0, page.x0, self.canvas.x0),
            side(rect.y0, page.y0, self.canvas.y0),
            side(rect.x1, page.x1, self.canvas.x1),
            side(rect.y1, page.y1, self.canvas.y1),
        ))
    }
}

/// What a paint is for.
#[derive(Clone, Copy, PartialEq)]
enum Use {
    Fill,
    Stroke,
    Both,
}

fn paint_of(draw: &mut Draw) -> Option<&mut Paint> {
    match draw {
        Draw::Fill { paint, .. } | Draw::Stroke { paint, .. } => Some(paint),
        Draw::Glyphs(run) => Some(&mut run.paint),
        _ => None,
    }
}

/// The conic gradient that a command is painted with, if that is not opaque.
fn translucent_mesh(draw: &Draw) -> Option<Arc<Gradient>> {
    let (Draw::Fill { paint, .. } | Draw::Stroke { paint, .. } | Draw::Glyphs(GlyphRun { paint, .. })) = draw
    else {
        return None;
    };
    let Paint::Gradient(gradient) = paint else { return None };
    let translucent = gradient.stops.iter().any(|stop| stop.color.alpha() < 1.0);
    let turned = gradient.transform.determinant() != 0.0;
    (matches!(gradient.kind, GradientKind::Conic { .. }) && translucent && turned).then(|| gradient.clone())
}

impl Use {
    /// The text rendering mode.
    fn mode(self) -> u8 {
        match self {
            Self::Fill => 0,
            Self::Stroke => 1,
            Self::Both => 2,
        }
    }
}

/// A group that does nothing but thin out one plain command: the command, thinned out.
fn single(list: &DisplayList, push: usize, pop: usize, layer: &Layer) -> Option<Command> {
    let plain = Layer { opacity: layer.opacity, isolated: layer.isolated, ..Layer::default() } == *layer;
    if !plain || pop != push + 2 {
        return None;
    }
    let mut command = list.commands[push + 1].clone();
    match &mut command.draw {
        Draw::Fill { paint: Paint::Solid(color), .. } => *color = color.multiply_alpha(layer.opacity),
        Draw::Glyphs(GlyphRun { paint: Paint::Solid(color), embolden: 0.0, .. }) => {
            *color = color.multiply_alpha(layer.opacity);
        }
        _ => return None,
    }
    Some(command)
}

fn end(restore: bool, content: &mut Content) {
    if restore {
        content.word("Q");
    }
}

fn set_color(color: Color, operator: &str, content: &mut Content) {
    let [r, g, b, _] = color.0.map(|value| f64::from(value.clamp(0.0, 1.0)));
    if r == g && g == b {
        content.op(&[r], if operator == "rg" { "g" } else { "G" });
    } else {
        content.op(&[r, g, b], operator);
    }
}

fn alpha_entries(alpha: f32) -> String {
    let mut digits = Vec::new();
    number(&mut digits, alpha.clamp(0.0, 1.0).into());
    let alpha = String::from_utf8_lossy(&digits);
    format!("/ca {alpha}/CA {alpha}")
}

/// The width, ends, joins and dashes; all lengths are times `scale`.
fn stroke_style(stroke: &kurbo::Stroke, scale: f64, content: &mut Content) {
    content.op(&[stroke.width * scale], "w");
    content.word(match stroke.start_cap {
        Cap::Butt => "0 J",
        Cap::Round => "1 J",
        Cap::Square => "2 J",
    });
    content.word(match stroke.join {
        Join::Miter => "0 j",
        Join::Round => "1 j",
        Join::Bevel => "2 j",
    });
    content.op(&[stroke.miter_limit.max(1.0)], "M");
    let dashes: Vec<f64> = stroke.dash_pattern.iter().map(|length| length * scale).collect();
    content.word(&format!("{} {:.3} d", super::content::list(&dashes), stroke.dash_offset * scale));
}

/// The list up to a command, with the groups that are open there closed.
fn up_to(list: &DisplayList, end: usize, open: &[usize]) -> DisplayList {
    let mut commands = list.commands[..end].to_vec();
    commands.extend(open.iter().map(|push| list.commands[unit_end(list, *push)].clone()));
    DisplayList { commands, ..*list }
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

fn blend_mode(blend: Blend) -> &'static str {
    match blend {
        Blend::Normal | Blend::PlusLighter => "Normal",
        Blend::Multiply => "Multiply",
        Blend::Screen => "Screen",
        Blend::Overlay => "Overlay",
        Blend::Darken => "Darken",
        Blend::Lighten => "Lighten",
        Blend::ColorDodge => "ColorDodge",
        Blend::ColorBurn => "ColorBurn",
        Blend::HardLight => "HardLight",
        Blend::SoftLight => "SoftLight",
        Blend::Difference => "Difference",
        Blend::Exclusion => "Exclusion",
        Blend::Hue => "Hue",
        Blend::Saturation => "Saturation",
        Blend::Color => "Color",
        Blend::Luminosity => "Luminosity",
    }
}
