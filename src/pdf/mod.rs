//! Display lists to PDF: one list is one page, as vectors, with text as text.
//!
//! What PDF has no means for is drawn by the rasteriser and embedded as a small picture: blurred
//! shadows, groups with filters, what a backdrop filter or `plus-lighter` makes of the page below.
//! The page is 0.75 points to the CSS pixel (CSS Values 4, §6.2).

mod font;
mod gradient;
mod image;
mod page;
mod shadow;
mod shape;
#[cfg(test)]
mod tests;
mod text;

use krilla::action::{Action, LinkAction};
use krilla::annotation::{Annotation, LinkAnnotation, Target};
use krilla::geom::Transform;
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::{Document, SerializeSettings};

use crate::diagnostic::{Diagnostic, Result};
use crate::display::{DisplayList, Draw};
use crate::raster::CpuRasteriser;

use font::Fonts;
use image::Images;
use page::Painter;

/// Points to the CSS pixel.
const POINTS: f64 = 0.75;

/// Writes PDFs. It keeps what one document has in common with the next: parsed fonts and pictures.
pub struct PdfWriter {
    language: String,
    fonts: Fonts,
    images: Images,
}

impl PdfWriter {
    /// `language` is the tag of the documents' language: `en-GB`.
    pub fn new(language: &str) -> Self {
        Self { language: language.to_owned(), fonts: Fonts::default(), images: Images::default() }
    }

    /// A document of one page that shows the list. `scale` is device pixels to the CSS pixel.
    pub fn write(
        &mut self,
        list: &DisplayList,
        scale: f64,
        title: Option<&str>,
        rasteriser: &mut CpuRasteriser,
    ) -> Result<Vec<u8>> {
        let points = POINTS / scale;
        let mut document = Document::new_with(SerializeSettings::default());
        let mut metadata = Metadata::new().language(self.language.clone()).creator("Byname".to_owned());
        if let Some(title) = title {
            metadata = metadata.title(title.to_owned());
        }
        document.set_metadata(metadata);
        let size = |pixels: u32| (f64::from(pixels) * points) as f32;
        let settings = PageSettings::from_wh(size(list.width), size(list.height))
            .ok_or_else(|| Diagnostic::error("no-pdf", "a page needs a width and a height"))?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        surface.push_transform(&Transform::from_scale(points as f32, points as f32));
        let mut painter = Painter { fonts: &mut self.fonts, images: &mut self.images, rasteriser };
        painter.paint(list, &mut surface);
        surface.pop();
        surface.finish();
        for command in &list.commands {
            if let Draw::Link { rect, href } = &command.draw
                && let Some(rect) = shape::rect(rect.scale_from_origin(points))
            {
                let target = Target::Action(Action::Link(LinkAction::new(href.to_string())));
                page.add_annotation(Annotation::new_link(LinkAnnotation::new(rect, target), None));
            }
        }
        page.finish();
        document.finish().map_err(|error| {
            Box::new(Diagnostic::error("no-pdf", format!("the PDF cannot be written: {error:?}")))
        })
    }
}
