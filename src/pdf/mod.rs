//! Display lists to PDF: pages of vectors, with text as text (ISO 32000-1, PDF 1.7).
//!
//! The writer is our own, because what it exists for is volume. Between one person's file and the next
//! it keeps what they have in common (parsed fonts, packed pictures), and a file costs a content stream,
//! the subsets of its fonts and a few small objects. A [`Book`] is one file for all persons: fonts,
//! pictures and all that many pages share are written once, pages as they come.
//!
//! What PDF has no means for is drawn by the rasteriser and embedded as a small picture: blurred
//! shadows, groups with filters, what a backdrop filter or `plus-lighter` makes of the page below. The
//! text in such groups is there too, unseen, to be searched and copied.
//!
//! A file's bytes depend on its record and the campaign, and on nothing that was written before.
//! The page is 0.75 points to the CSS pixel (CSS Values 4, §6.2).

mod book;
mod colour;
mod content;
mod document;
mod file;
mod font;
mod gradient;
mod image;
mod info;
mod outline;
mod painter;
mod picture;
mod shadow;
mod sheet;
mod statics;
mod syntax;
#[cfg(test)]
mod tests;
mod text;

use crate::campaign::{PdfOptions, PdfStandard};
use crate::diagnostic::{Diagnostic, Result};
use crate::display::DisplayList;
use crate::raster::CpuRasteriser;

use document::Document;
use painter::Store;
use sheet::Sheet;

pub use book::{Book, BookOptions, Grid, Intent};
pub use info::Info;

/// Points to the CSS pixel.
const POINTS: f64 = 0.75;

/// One page: what it shows, and its size.
#[derive(Clone, Copy)]
pub struct Page<'a> {
    pub list: &'a DisplayList,
    /// Width and height in CSS pixels, not rounded to whole ones as the list is.
    pub size: (f64, f64),
    /// Device pixels of the list to the CSS pixel.
    pub scale: f64,
}

/// Writes PDFs. It keeps what one document has in common with the next: parsed fonts and pictures.
pub struct PdfWriter {
    options: PdfOptions,
    store: Store,
}

impl PdfWriter {
    pub fn new(options: &PdfOptions) -> Self {
        Self { options: options.clone(), store: Store::default() }
    }

    /// A document of these pages.
    ///
    /// Fails when a font cannot be embedded (`no-pdf`).
    pub fn write(
        &mut self,
        pages: &[Page<'_>],
        info: &Info<'_>,
        rasteriser: &mut CpuRasteriser,
    ) -> Result<Vec<u8>> {
        let archive = self.options.standard == PdfStandard::A2b;
        let mut document = Document::new("1.7", archive, self.store.packer.clone());
        let tree = document.file.reserve();
        let mut kids = String::new();
        for page in pages {
            let sheet = Sheet::new(page.size, &self.options)?;
            let page = sheet.page(page, &mut document, &mut self.store, rasteriser, None)?;
            let id = document.file.add(page.body(&sheet, tree, "").as_bytes());
            kids.push_str(&format!("{id} 0 R "));
        }
        let body = format!("<</Type/Pages/Count {}/Kids[{}]>>", pages.len(), kids.trim_end());
        document.file.put(tree, body.as_bytes());
        write_fonts(&mut document)?;
        let (root, about) = info.write(&mut document.file, tree, self.options.author.as_deref(), archive);
        Ok(document.file.finish(root, about))
    }
}

fn write_fonts(document: &mut Document) -> Result<()> {
    for used in std::mem::take(&mut document.fonts) {
        used.write(&mut document.file)?;
    }
    Ok(())
}

fn no_size() -> Box<Diagnostic> {
    Box::new(Diagnostic::error("no-pdf", "a page needs a width and a height"))
}
