//! Byname turns one HTML/CSS template and a table of recipients into one finished asset per person.
//!
//! Data flows one way: a [`campaign`] names a [`template`] and [`data`]; a [`press`] patches each
//! record into the live document and lays it out; [`paint`] records a [`display`] list of it; the
//! [`raster`] or [`pdf`] draws that list; [`encode`] makes it a file; the [`pipeline`] does so for
//! every record, in every variant, and keeps the manifest.

pub mod campaign;
pub mod cli;
pub mod data;
mod defect;
pub mod diagnostic;
pub mod display;
pub mod encode;
pub mod paint;
pub mod pdf;
pub mod pipeline;
pub mod press;
pub mod raster;
pub mod resources;
pub mod template;
