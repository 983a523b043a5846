//! Pixels of display lists, on GPUs, many lists at once.
//!
//! Workers encode a list as vello scenes have it, in **parts**: rectangles of the frame, each with all that
//! touches it. A submitter (one a GPU) packs the parts of many lists into an atlas, draws them as one
//! scene, and lets compute shaders write what the encoders need into one buffer, which a reader hands
//! back to the workers. What vello cannot draw as the CPU does comes to it as **pictures** of the CPU.
//!
//! Vello gives the scene encoding and the shaders; dispatching them is ours ([`stages`]), because only
//! so can buffers grow when a scene is too much for them, and failures be seen without waiting.

mod adapter;
mod capacity;
mod device;
mod encoded;
mod fault;
mod gather;
mod glyphs;
mod job;
mod lines;
mod outline;
mod output;
mod page;
mod painter;
mod parity;
mod pictures;
mod polygons;
mod sample;
mod scene;
mod self_test;
mod stages;
mod submitter;

pub use adapter::{Backend, Found, Gpus, adapters, choose};
pub use fault::{Fault, Faults};
pub use job::{Answer, Client, Drawn, Gpu, Options};
pub use output::{Blocks, Rows, Want};
pub use parity::Parity;
pub use scene::Lacks;
pub use self_test::SelfTest;
pub use submitter::Work;
