//! What shapes are filled with.

use std::hash::{Hash, Hasher};
use std::sync::{Arc, LazyLock};

use kurbo::{Affine, Point, Rect};

use super::DisplayList;

/// A colour in sRGB: red, green, blue and alpha, each 0 to 1, not premultiplied.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Color(pub [f32; 4]);

impl Color {
    pub const TRANSPARENT: Self = Self([0.0; 4]);
    pub const BLACK: Self = Self([0.0, 0.0, 0.0, 1.0]);
    pub const WHITE: Self = Self([1.0; 4]);

    pub fn alpha(self) -> f32 {
        self.0[3]
    }

    pub fn multiply_alpha(self, alpha: f32) -> Self {
        let [r, g, b, a] = self.0;
        Self([r, g, b, a * alpha])
    }
}

/// What a shape, a stroke or a glyph run is filled with. Shared parts are handles: comparing two
/// paints compares pointers first.
#[derive(Debug, Clone, PartialEq)]
pub enum Paint {
    Solid(Color),
    Gradient(Arc<Gradient>),
    Pattern(Arc<Pattern>),
}

/// A colour at a place along a gradient.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ColorStop {
    /// 0 at the start of the gradient, 1 at its end; always within 0..=1 and never less than the
    /// stop before.
    pub offset: f32,
    pub color: Color,
}

/// The geometry of a gradient, in the space that `Gradient::transform` maps to device pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum GradientKind {
    Linear {
        start: Point,
        end: Point,
    },
    /// A circle around `center`; ellipses come by the transform.
    Radial {
        center: Point,
        radius: f64,
    },
    /// A full turn around `center`, clockwise from the positive x axis turned by `start` radians,
    /// ending at `end` radians.
    Conic {
        center: Point,
        start: f64,
        end: f64,
    },
}

/// A gradient with its stops already resolved: hints are expanded, interpolation spaces other
/// than premultiplied sRGB are sampled into stops fine enough to look the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Gradient {
    pub kind: GradientKind,
    pub stops: Vec<ColorStop>,
    /// Repeat the stops beyond 0..1; otherwise the end colours go on.
    pub repeat: bool,
    pub transform: Affine,
}

/// A display list repeated as tiles (background-repeat, SVG patterns).
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    /// What one tile shows, in its own pixels from (0, 0).
    pub list: Arc<DisplayList>,
    /// The size of one tile in its own pixels, gaps between tiles included.
    pub tile: Rect,
    /// Maps the tile's pixels to device pixels.
    pub transform: Affine,
}

/// Decoded pixels, shared by handle. Comparison is by content hash.
#[derive(Clone)]
pub struct Picture {
    /// Pixels across and down, at least one each.
    pub width: u32,
    pub height: u32,
    /// sRGB, RGBA8 with premultiplied alpha, rows top down without padding.
    pub pixels: Arc<Vec<u8>>,
    pub opaque: bool,
    /// A hash of the source bytes (and of how they were decoded): the identity of the picture.
    pub id: u64,
    /// The source file, when a PDF can pass it through untouched (JPEG without rotation or profile).
    pub jpeg: Option<Arc<Vec<u8>>>,
    /// What the pixels show, as commands in these pixels, if they were drawn (SVG).
    pub drawing: Option<Arc<Drawing>>,
}

/// A display list that is made when somebody asks for it first; `None` when it cannot be made.
pub type Drawing = LazyLock<Option<DisplayList>, Box<dyn FnOnce() -> Option<DisplayList> + Send>>;

impl PartialEq for Picture {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && self.width == other.width && self.height == other.height
    }
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({}×{}, {:016x})", self.width, self.height, self.id)
    }
}

pub(super) fn hash_f64s<H: Hasher>(values: &[f64], state: &mut H) {
    for value in values {
        // -0 and 0 paint the same.
        (value + 0.0).to_bits().hash(state);
    }
}

impl Hash for Color {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.map(f32::to_bits).hash(state);
    }
}

impl Hash for Paint {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::Solid(color) => color.hash(state),
            Self::Gradient(gradient) => gradient.hash(state),
            Self::Pattern(pattern) => {
                pattern.list.hash(state);
                let Rect { x0, y0, x1, y1 } = pattern.tile;
                hash_f64s(&[x0, y0, x1, y1], state);
                hash_f64s(&pattern.transform.as_coeffs(), state);
            }
        }
    }
}

impl Hash for Gradient {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(&self.kind).hash(state);
        match self.kind {
            GradientKind::Linear { start, end } => hash_f64s(&[start.x, start.y, end.x, end.y], state),
            GradientKind::Radial { center, radius } => hash_f64s(&[center.x, center.y, radius], state),
            GradientKind::Conic { center, start, end } => {
                hash_f64s(&[center.x, center.y, start, end], state);
            }
        }
        for stop in &self.stops {
            stop.offset.to_bits().hash(state);
            stop.color.hash(state);
        }
        self.repeat.hash(state);
        hash_f64s(&self.transform.as_coeffs(), state);
    }
}

impl Hash for Picture {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}
