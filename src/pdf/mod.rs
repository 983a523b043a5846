//! Display lists to PDF.

use crate::diagnostic::{Diagnostic, Result};
use crate::display::DisplayList;
use crate::raster::CpuRasteriser;

pub struct PdfWriter {
    _language: String,
}

impl PdfWriter {
    pub fn new(language: &str) -> Self {
        Self { _language: language.to_owned() }
    }

    pub fn write(
        &mut self,
        _: &DisplayList,
        _: f64,
        _: Option<&str>,
        _: &mut CpuRasteriser,
    ) -> Result<Vec<u8>> {
        Err(Box::new(Diagnostic::error("no-pdf", "not yet")))
    }
}
