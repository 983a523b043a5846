//! Pixels of a display list: on the CPU, and in [`gpu`] on GPUs.
//!
//! A frame is drawn in cells of a fixed grid. A cell's pixels depend only on the list, never on
//! which part of the frame was asked for: that is why [`CpuRasteriser::render_rects`] gives the
//! very bytes that [`CpuRasteriser::render`] gives.

mod area;
mod blur;
mod cache;
mod canvas;
mod cpu;
mod design;
mod filter;
mod frame;
mod glyphs;
pub mod gpu;
mod gradients;
mod ground;
mod layer;
mod paint;
mod picture;
mod project;
mod shadow;
mod text;

pub use crate::display::IRect;
pub use cpu::CpuRasteriser;
pub use frame::Frame;
pub use ground::Ground;

#[cfg(test)]
mod tests;
