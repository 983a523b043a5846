//! A whole run: records in, assets and their manifest out; or preflight's findings.
//!
//! One thread reads records; workers carry each record from its values to bytes on disk while it is
//! warm in their caches; the calling thread keeps the manifest and the progress. All queues are
//! bounded, so memory does not grow with the number of records (but for 16 bytes a key, to tell
//! duplicates, and 48 bytes an asset of earlier runs, to skip what is there).

mod book;
mod check;
mod fingerprint;
mod gpu;
mod interrupt;
mod manifest;
mod order;
mod paths;
mod plan;
mod problems;
mod progress;
mod reader;
mod render;
mod select;
mod station;
mod store;

pub use book::{BookReport, BookRun, book};
pub use check::{CheckOptions, CheckReport, check};
pub use interrupt::{EXIT_INTERRUPTED, Stop};
pub(crate) use plan::parse_color;
pub use plan::{Plan, PlanFilter};
pub use problems::Problems;
pub use progress::{Counts, Progress, ProgressMode, extend, print_json};
pub use render::{RenderOptions, RenderReport, render};
pub use select::Selection;
pub use station::{Station, draw_one};
pub use store::Store;
