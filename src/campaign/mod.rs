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
use crate::diagnostic::{Diagnostic, Result, Span};

pub use colorway::Colorway;
pub use fonts::FontsConfig;
pub use format::Format;
pub(crate) use format::{paper_size, parse_length};
pub use locale::{Locale, canonical_tag};
pub use network::NetworkConfig;
pub(crate) use output::size_problem;
pub use output::{
    AssetType, Background, Effort, JpegOptions, Output, PdfOptions, PdfStandard, PngOptions, WebpOptions,
};
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

impl Campaign {
    /// Whether these types can be made in place of the campaign's own: paths must tell them apart, and
    /// files hold their sizes.
    pub fn check_types(&self, types: &[AssetType]) -> Result<()> {
        let problem = |code, message: String| {
            Box::new(Diagnostic::error(code, message).with_span(Span::file(&self.file)))
        };
        if let Err((message, hint)) =
            self.output.path.check_unique(&self.output.made(&self.variants(), types), types)
        {
            let problem = *problem("bad-path", format!("the path \"{}\" {message}", self.output.path));
            return Err(Box::new(Diagnostic { hint, ..problem }));
        }
        for kind in types {
            let too_large = |format| size_problem(format, self.output.scale, *kind);
            if let Some(message) = self.formats.iter().find_map(too_large) {
                return Err(problem("too-large", message));
            }
        }
        Ok(())
    }
}
