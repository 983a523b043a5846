//! The list itself: commands with their bounds, their node and their hashes.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use kurbo::{Affine, BezPath, PathEl, Rect, RoundedRect, RoundedRectRadii, Shape as _, Stroke};

use super::paint::hash_f64s;
use super::{Color, GlyphRun, Layer, Paint, Picture};

/// The document node that a command came from (the index of the press's node; 0 when none).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Node(pub u64);

/// A filled area, in device pixels.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    Rect(Rect),
    Rounded(RoundedRect),
    /// The flag asks for the even-odd rule; otherwise non-zero.
    Path(Arc<BezPath>, bool),
}

impl Shape {
    pub fn bounds(&self) -> Rect {
        match self {
            Self::Rect(rect) => rect.abs(),
            Self::Rounded(rounded) => rounded.rect(),
            Self::Path(path, _) => path.bounding_box(),
        }
    }

    pub fn to_path(&self) -> BezPath {
        match self {
            Self::Rect(rect) => rect.to_path(0.1),
            Self::Rounded(rounded) => rounded.to_path(0.05),
            Self::Path(path, _) => (**path).clone(),
        }
    }
}

/// One thing to draw.
#[derive(Debug, Clone, PartialEq)]
pub enum Draw {
    Fill {
        shape: Shape,
        paint: Paint,
    },
    Stroke {
        path: Arc<BezPath>,
        stroke: Stroke,
        paint: Paint,
    },
    Glyphs(GlyphRun),
    /// The picture's pixel rectangle (0, 0, width, height) mapped by `transform`. `smooth` false is
    /// CSS `image-rendering: pixelated`.
    Picture {
        picture: Picture,
        transform: Affine,
        smooth: bool,
    },
    /// A Gaussian-blurred rounded rectangle (box-shadow), drawn only outside (`inset` false) or only
    /// inside (`inset` true: the blurred complement of `shape`) of `edge`. `sigma` is in device
    /// pixels; `transform` maps shape and edge to device pixels (a translation nearly always).
    Shadow {
        shape: RoundedRect,
        sigma: f64,
        color: Color,
        edge: RoundedRect,
        inset: bool,
        transform: Affine,
    },
    Push(Box<Layer>),
    Pop,
    /// An area that links to an address. Nothing is painted.
    Link {
        rect: Rect,
        href: Arc<str>,
    },
}

/// A [`Draw`] with what damage and debugging need.
#[derive(Debug, Clone)]
pub struct Command {
    pub draw: Draw,
    /// All the pixels that this command can touch on its own, in device pixels. For a push: all that
    /// its group can touch. Never smaller than the truth; not cut by the clips around it.
    pub bounds: Rect,
    pub node: Node,
    /// A hash of `draw`: two commands with one hash are taken to be equal.
    pub hash: u64,
    /// A hash of what `draw` covers, whatever it is painted with: a shape, a stroked path, the outlines of
    /// glyphs, the clip of a group.
    pub outline: u64,
}

impl PartialEq for Command {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash
    }
}

/// What one variant of one record looks like.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DisplayList {
    /// Device pixels across and down.
    pub width: u32,
    pub height: u32,
    /// In painting order; every push has its pop.
    pub commands: Vec<Command>,
}

impl DisplayList {
    /// Whether the first command covers the frame with an opaque colour: whatever comes on top of it,
    /// no pixel lets anything through.
    pub fn is_opaque(&self) -> bool {
        let frame = Rect::new(0.0, 0.0, self.width.into(), self.height.into());
        match self.commands.first().map(|command| &command.draw) {
            Some(Draw::Fill { shape: Shape::Rect(rect), paint: Paint::Solid(color) }) => {
                color.alpha() >= 1.0 && rect.abs().union(frame) == rect.abs()
            }
            _ => false,
        }
    }
}

/// The side of the tiles that a group is blended in, in device pixels.
const TILE: f64 = 4.0;

/// Records commands: computes bounds and hashes, keeps pushes and pops balanced and drops groups
/// that turn out empty.
#[derive(Debug, Default)]
pub struct Recorder {
    commands: Vec<Command>,
    /// Indices of open pushes.
    open: Vec<usize>,
    node: Node,
}

impl Recorder {
    /// A recorder that reuses the memory of an old list.
    pub fn reusing(list: DisplayList) -> Self {
        let mut commands = list.commands;
        commands.clear();
        Self { commands, open: Vec::new(), node: Node::default() }
    }

    /// The node that the commands from here on come from.
    pub fn set_node(&mut self, node: Node) {
        self.node = node;
    }

    pub fn fill(&mut self, shape: Shape, paint: Paint) {
        let bounds = shape.bounds();
        self.record(Draw::Fill { shape, paint }, bounds);
    }

    pub fn stroke(&mut self, path: Arc<BezPath>, stroke: Stroke, paint: Paint) {
        let reach = stroke.width / 2.0 * stroke.miter_limit.max(1.5);
        let bounds = path.bounding_box().inflate(reach, reach);
        self.record(Draw::Stroke { path, stroke, paint }, bounds);
    }

    pub fn glyphs(&mut self, run: GlyphRun) {
        let bounds = run.ink().map_or(Rect::ZERO, |ink| ink.inflate(1.0, 1.0));
        self.record(Draw::Glyphs(run), bounds);
    }

    pub fn picture(&mut self, picture: Picture, transform: Affine, smooth: bool) {
        let rect = Rect::new(0.0, 0.0, picture.width.into(), picture.height.into());
        let bounds = transform.transform_rect_bbox(rect).inflate(1.0, 1.0);
        self.record(Draw::Picture { picture, transform, smooth }, bounds);
    }

    pub fn shadow(
        &mut self,
        shape: RoundedRect,
        sigma: f64,
        color: Color,
        edge: RoundedRect,
        inset: bool,
        transform: Affine,
    ) {
        let (rect, reach) = if inset { (edge.rect(), 1.0) } else { (shape.rect(), 3.0 * sigma + 3.0) };
        let bounds = transform.transform_rect_bbox(rect).inflate(reach, reach);
        self.record(Draw::Shadow { shape, sigma, color, edge, inset, transform }, bounds);
    }

    pub fn link(&mut self, rect: Rect, href: Arc<str>) {
        self.record(Draw::Link { rect, href }, Rect::ZERO);
    }

    pub fn push(&mut self, layer: Layer) {
        self.open.push(self.commands.len());
        self.record(Draw::Push(Box::new(layer)), Rect::ZERO);
    }

    pub fn pop(&mut self) {
        let Some(start) = self.open.pop() else { return };
        let inside = &self.commands[start + 1..];
        let Draw::Push(layer) = &self.commands[start].draw else { unreachable!("open holds pushes") };
        if inside.is_empty() && layer.backdrop.is_empty() {
            self.commands.truncate(start);
            return;
        }
        let mut bounds = Rect::ZERO;
        let mut depth = 0;
        for command in inside {
            if depth == 0 && command.bounds.area() > 0.0 {
                bounds = if bounds.area() > 0.0 { bounds.union(command.bounds) } else { command.bounds };
            }
            match command.draw {
                Draw::Push(_) => depth += 1,
                Draw::Pop => depth -= 1,
                _ => {}
            }
        }
        for filter in &layer.filters {
            bounds = filter.reach(bounds);
        }
        if let Some(clip) = &layer.clip {
            let clip = clip.bounds();
            bounds = if layer.backdrop.is_empty() { bounds.intersect(clip) } else { clip };
        }
        if bounds.area() <= 0.0 && layer.backdrop.is_empty() {
            let links: Vec<Command> =
                self.commands.drain(start..).filter(|c| matches!(c.draw, Draw::Link { .. })).collect();
            self.commands.extend(links);
            return;
        }
        if layer.blend != super::Blend::Normal {
            // Blending nothing with what lies below can round it, and rasterisers blend whole tiles.
            let (down, up) = (|v: f64| (v / TILE).floor() * TILE, |v: f64| (v / TILE).ceil() * TILE);
            bounds = Rect::new(down(bounds.x0), down(bounds.y0), up(bounds.x1), up(bounds.y1));
        }
        self.commands[start].bounds = bounds;
        self.record(Draw::Pop, Rect::ZERO);
    }

    /// A command as another recorder made it.
    pub fn append(&mut self, command: Command) {
        match command.draw {
            Draw::Push(_) => self.open.push(self.commands.len()),
            Draw::Pop => {
                self.open.pop();
            }
            _ => {}
        }
        self.commands.push(command);
    }

    fn record(&mut self, draw: Draw, bounds: Rect) {
        let mut hasher = DefaultHasher::new();
        draw.hash_outline(&mut hasher);
        let outline = hasher.finish();
        draw.hash_rest(&mut hasher);
        self.commands.push(Command { draw, bounds, node: self.node, hash: hasher.finish(), outline });
    }

    /// The finished list; groups still open are closed.
    pub fn finish(mut self, width: u32, height: u32) -> DisplayList {
        while !self.open.is_empty() {
            self.pop();
        }
        DisplayList { width, height, commands: self.commands }
    }
}

impl super::Filter {
    /// The pixels that the filter's result can touch, given those of its input.
    pub fn reach(&self, bounds: Rect) -> Rect {
        match *self {
            Self::Blur(sigma) => {
                let reach = f64::from(sigma) * 3.0 + 2.0;
                bounds.inflate(reach, reach)
            }
            Self::DropShadow { dx, dy, sigma, .. } => {
                let reach = f64::from(sigma) * 3.0 + 2.0;
                bounds.union((bounds + kurbo::Vec2::new(dx.into(), dy.into())).inflate(reach, reach))
            }
            Self::Matrix(_) => bounds,
            // Pixels are looked up between their neighbours.
            Self::Project(projection) => projection.reach(bounds.inflate(2.0, 2.0)),
        }
    }
}

fn hash_rect<H: Hasher>(rect: &Rect, state: &mut H) {
    hash_f64s(&[rect.x0, rect.y0, rect.x1, rect.y1], state);
}

fn hash_rounded<H: Hasher>(rounded: &RoundedRect, state: &mut H) {
    hash_rect(&rounded.rect(), state);
    let RoundedRectRadii { top_left, top_right, bottom_right, bottom_left } = rounded.radii();
    hash_f64s(&[top_left, top_right, bottom_right, bottom_left], state);
}

fn hash_path<H: Hasher>(path: &BezPath, state: &mut H) {
    for element in path.elements() {
        std::mem::discriminant(element).hash(state);
        let (points, count) = match *element {
            PathEl::MoveTo(p) | PathEl::LineTo(p) => ([p, p, p], 1),
            PathEl::QuadTo(p, q) => ([p, q, q], 2),
            PathEl::CurveTo(p, q, r) => ([p, q, r], 3),
            PathEl::ClosePath => ([kurbo::Point::ZERO; 3], 0),
        };
        for point in &points[..count] {
            hash_f64s(&[point.x, point.y], state);
        }
    }
}

pub(super) fn hash_stroke<H: Hasher>(stroke: &Stroke, state: &mut H) {
    hash_f64s(&[stroke.width, stroke.miter_limit, stroke.dash_offset], state);
    hash_f64s(&stroke.dash_pattern, state);
    (stroke.join as u8, stroke.start_cap as u8, stroke.end_cap as u8).hash(state);
}

impl Hash for Shape {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::Rect(rect) => hash_rect(rect, state),
            Self::Rounded(rounded) => hash_rounded(rounded, state),
            Self::Path(path, even_odd) => {
                hash_path(path, state);
                even_odd.hash(state);
            }
        }
    }
}

impl Draw {
    /// What is covered.
    fn hash_outline<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::Fill { shape, .. } => shape.hash(state),
            Self::Stroke { path, stroke, .. } => {
                hash_path(path, state);
                hash_stroke(stroke, state);
            }
            Self::Glyphs(run) => run.hash_outline(state),
            Self::Push(layer) => layer.clip.hash(state),
            Self::Picture { .. } | Self::Shadow { .. } | Self::Pop | Self::Link { .. } => {}
        }
    }

    /// Everything else.
    fn hash_rest<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Fill { paint, .. } | Self::Stroke { paint, .. } => paint.hash(state),
            Self::Glyphs(run) => (&run.paint, &run.text).hash(state),
            Self::Picture { picture, transform, smooth } => {
                picture.hash(state);
                hash_f64s(&transform.as_coeffs(), state);
                smooth.hash(state);
            }
            Self::Shadow { shape, sigma, color, edge, inset, transform } => {
                hash_rounded(shape, state);
                hash_rounded(edge, state);
                hash_f64s(&[*sigma], state);
                (color, inset).hash(state);
                hash_f64s(&transform.as_coeffs(), state);
            }
            Self::Push(layer) => layer.hash_effects(state),
            Self::Pop => {}
            Self::Link { rect, href } => {
                hash_rect(rect, state);
                href.hash(state);
            }
        }
    }
}

impl Hash for DisplayList {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.width, self.height).hash(state);
        for command in &self.commands {
            command.hash.hash(state);
        }
    }
}
