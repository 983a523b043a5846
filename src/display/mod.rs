//! The display list: what a resolved document looks like, as plain values.
//!
//! It is the waist of the house: above it nobody knows a rasteriser, below it nobody knows HTML.
//! All geometry is in device pixels of the frame (CSS pixels times the scale factor), y downwards.

mod damage;
mod ink;
mod layer;
mod list;
mod outline;
mod paint;
mod print;
mod projection;
mod text;

pub use damage::{IRect, damage};
pub use layer::{Blend, Filter, Layer, Mask, MaskKind};
pub use list::{Command, DisplayList, Draw, Node, Recorder, Shape};
pub(crate) use outline::PathPen;
pub use paint::{Color, ColorStop, Drawing, Gradient, GradientKind, Paint, Pattern, Picture};
pub use projection::Projection;
pub use text::{Cluster, Font, Glyph, GlyphRun};
