//! Groups: what is drawn between a push and its pop, and how the group reaches what is below it.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::{Color, DisplayList, Projection, Shape};

/// CSS `mix-blend-mode`, plus the plain source-over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Blend {
    #[default]
    Normal,
    Multiply,
    Screen,
    Overlay,
    Darken,
    Lighten,
    ColorDodge,
    ColorBurn,
    HardLight,
    SoftLight,
    Difference,
    Exclusion,
    Hue,
    Saturation,
    Color,
    Luminosity,
    PlusLighter,
}

/// CSS filter functions (Filter Effects 1), lengths in device pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Filter {
    /// A Gaussian blur of this standard deviation.
    Blur(f32),
    DropShadow {
        dx: f32,
        dy: f32,
        sigma: f32,
        color: Color,
    },
    /// A row-major 4×5 matrix over unpremultiplied RGBA in 0..1 (brightness, contrast, grayscale …).
    Matrix([f32; 20]),
    /// No function of CSS: the group seen in perspective.
    Project(Projection),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MaskKind {
    Alpha,
    Luminance,
}

/// A picture whose alpha or luminance scales the layer.
#[derive(Debug, Clone, PartialEq)]
pub struct Mask {
    pub kind: MaskKind,
    /// In the frame's device pixels.
    pub list: Arc<DisplayList>,
}

/// A group of commands. `Layer::default()` groups and does nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// 0 to 1.
    pub opacity: f32,
    pub blend: Blend,
    /// The group is cut to this shape.
    pub clip: Option<Shape>,
    pub mask: Option<Mask>,
    /// Applied to the group in order, before clip, mask and opacity.
    pub filters: Vec<Filter>,
    /// Applied to what lies below, within the clip, before the group is drawn.
    pub backdrop: Vec<Filter>,
    /// Blend modes inside see only the group.
    pub isolated: bool,
}

impl Default for Layer {
    fn default() -> Self {
        Self {
            opacity: 1.0,
            blend: Blend::Normal,
            clip: None,
            mask: None,
            filters: Vec::new(),
            backdrop: Vec::new(),
            isolated: false,
        }
    }
}

impl Layer {
    /// True when the layer does nothing but cut: rasterisers need no buffer for it.
    pub fn is_clip_only(&self) -> bool {
        self.opacity >= 1.0
            && self.blend == Blend::Normal
            && self.mask.is_none()
            && self.filters.is_empty()
            && self.backdrop.is_empty()
            && !self.isolated
    }
}

impl Hash for Filter {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::Blur(sigma) => sigma.to_bits().hash(state),
            Self::DropShadow { dx, dy, sigma, color } => {
                ([dx, dy, sigma].map(|v| v.to_bits()), color).hash(state);
            }
            Self::Matrix(matrix) => matrix.map(f32::to_bits).hash(state),
            Self::Project(projection) => projection.hash(state),
        }
    }
}

impl Layer {
    /// Everything but the clip.
    pub(super) fn hash_effects<H: Hasher>(&self, state: &mut H) {
        (self.opacity.to_bits(), self.blend, self.isolated).hash(state);
        self.filters.hash(state);
        self.backdrop.hash(state);
        if let Some(mask) = &self.mask {
            mask.kind.hash(state);
            mask.list.hash(state);
        }
    }
}
