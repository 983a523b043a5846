//! campaign.toml: formats, colorways, outputs, paths.
//!
//! [`Campaign::load`] reads the file and reports everything that is wrong with it at once. The data flow
//! on from here: the template to [`crate::template`], the source and the schema to [`crate::data`],
//! variants and outputs to the pipeline.

mod colorway;
mod file;
mod fonts;
mod format;
mod load;
mod locale;
mod network;
mod output;
mod path;
mod records;
mod schema;
#[cfg(test)]
mod tests;
mod variant;

use std::path::PathBuf;

use crate::data::Schema;

pub use colorway::Colorway;
pub use fonts::FontsConfig;
pub use format::Format;
pub use locale::Locale;
pub use network::NetworkConfig;
pub use output::{AssetType, Background, Effort, JpegOptions, Output, PngOptions, WebpOptions};
pub use path::PathPattern;
pub use records::DataConfig;
pub use variant::Variant;

/// One campaign.toml and what it names. All paths are as found from the working directory.
#[derive(Debug, Clone)]
pub struct Campaign {
    pub name: String,
    /// The folder of the file; everything the campaign names is relative to it.
    pub dir: PathBuf,
    /// The file itself, as the user named it.
    pub file: PathBuf,
    /// The template; it exists.
    pub template: PathBuf,
    pub locale: Locale,
    pub data: DataConfig,
    /// What the records have to be; without it fields are text, or of JSON's own types.
    pub schema: Option<Schema>,
    /// At least one, in the file's order.
    pub formats: Vec<Format>,
    /// In the file's order; without any, each format has one plain variant.
    pub colorways: Vec<Colorway>,
    pub fonts: FontsConfig,
    pub network: NetworkConfig,
    pub output: Output,
}
