//! A case as Byname draws it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use byname::campaign::PdfOptions;
use byname::pdf::{Info, Page, PdfWriter};
use byname::raster::{CpuRasteriser, Frame};
use image::RgbImage;

use super::compose::{Composed, Composer};
use super::corpus::Case;

/// What is said of a case at which Byname panics.
pub const PANIC: &str = "it panics";

/// What Byname makes of a case.
pub struct Drawn {
    pub picture: RgbImage,
    /// What it says about the page: CSS that is not rendered.
    pub warnings: Vec<String>,
}

/// Draws cases one after the other.
pub struct Artist {
    composer: Composer,
    rasteriser: CpuRasteriser,
}

impl Artist {
    /// Cases may name any file below `root`.
    pub fn new(root: &Path) -> Result<Self, String> {
        Ok(Self { composer: Composer::new(root)?, rasteriser: CpuRasteriser::new() })
    }

    pub fn draw(&mut self, case: &Case) -> Result<Drawn, String> {
        catch_unwind(AssertUnwindSafe(|| self.draw_page(case))).unwrap_or_else(|_| Err(PANIC.to_owned()))
    }

    fn draw_page(&mut self, case: &Case) -> Result<Drawn, String> {
        let Composed { list, warnings } = self.composer.compose(case)?;
        // A page that has a picture has a PDF.
        let page = Page { list: &list, size: (case.width.into(), case.height.into()), scale: 1.0 };
        PdfWriter::new(&PdfOptions::default())
            .write(&[page], &Info::default(), &mut self.rasteriser)
            .map_err(|problem| problem.to_string())?;
        let mut frame = Frame::new(case.width, case.height);
        self.rasteriser.render(&list, &mut frame);
        let pixels = frame.pixels.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
        let picture = RgbImage::from_raw(case.width, case.height, pixels).expect("as many pixels as it has");
        Ok(Drawn { picture, warnings })
    }
}
