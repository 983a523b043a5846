//! The GPU path, on whatever Vulkan there is; on a machine without a GPU that is Mesa's llvmpipe.
//!
//! Opening a device and compiling its shaders takes seconds there, so all tests share one.

#[allow(dead_code)] // The warnings are not of interest here.
#[path = "../fidelity/compose.rs"]
mod compose;
#[path = "../fidelity/corpus.rs"]
mod corpus;
mod outputs;
mod parity;
#[path = "../soak/records.rs"]
mod records;
mod runs;
mod support;
mod uploads;
