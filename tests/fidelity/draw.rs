//! A case as Byname draws it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use byname::campaign::{Format, Locale, PdfOptions, Variant};
use byname::data::{Fields, Record};
use byname::diagnostic::Diagnostic;
use byname::display::{Color, Paint, Recorder, Shape};
use byname::pdf::{Info, Page, PdfWriter};
use byname::press::Press;
use byname::raster::{CpuRasteriser, Frame};
use byname::resources::{Fonts, Network, Resources};
use byname::template::Template;
use image::RgbImage;

use super::corpus::Case;

/// What is said of a case at which Byname panics.
pub const PANIC: &str = "it panics";

/// What Byname makes of a case.
pub struct Drawn {
    pub picture: RgbImage,
    /// What it says about the page: CSS that is not rendered.
    pub warnings: Vec<String>,
}

/// Draws cases one after the other; fonts and pictures are shared between them.
pub struct Artist {
    root: PathBuf,
    locale: Locale,
    resources: Arc<Resources>,
    rasteriser: CpuRasteriser,
}

impl Artist {
    /// Cases may name any file below `root`. No installed font is seen.
    pub fn new(root: &Path) -> Result<Self, String> {
        let resources = Resources::new(root, Fonts::built_in(), Network::default());
        Ok(Self {
            root: root.to_path_buf(),
            locale: Locale { default: "en".to_owned(), field: None },
            resources: resources.map_err(|problem| problem.to_string())?,
            rasteriser: CpuRasteriser::new(),
        })
    }

    /// On white, as a browser does.
    pub fn draw(&mut self, case: &Case) -> Result<Drawn, String> {
        catch_unwind(AssertUnwindSafe(|| self.draw_page(case))).unwrap_or_else(|_| Err(PANIC.to_owned()))
    }

    fn draw_page(&mut self, case: &Case) -> Result<Drawn, String> {
        let told = |problems: Vec<Diagnostic>| {
            problems.iter().map(Diagnostic::to_string).collect::<Vec<_>>().join("\n")
        };
        let template = Template::load(&case.path, &self.root, &self.locale).map_err(told)?;
        let record = Record { key: "case".into(), line: 0, fields: Fields::default() };
        let binding = template.evaluate(&record).map_err(told)?;
        let format = Format { name: "case".to_owned(), width: case.width.into(), height: case.height.into() };
        let variant = Variant { format, colorway: None };
        let mut press =
            Press::new(Arc::new(template), self.resources.clone(), &variant, 1.0).map_err(told)?;
        let mut list = press.compose(&binding).map_err(told)?.list;
        let mut ground = Recorder::default();
        let whole = kurbo::Rect::new(0.0, 0.0, case.width.into(), case.height.into());
        ground.fill(Shape::Rect(whole), Paint::Solid(Color::WHITE));
        list.commands.splice(0..0, ground.finish(case.width, case.height).commands);
        // A page that has a picture has a PDF.
        let page = Page { list: &list, size: (case.width.into(), case.height.into()), scale: 1.0 };
        PdfWriter::new(&PdfOptions::default())
            .write(&[page], &Info::default(), &mut self.rasteriser)
            .map_err(|problem| problem.to_string())?;
        let mut frame = Frame::new(case.width, case.height);
        self.rasteriser.render(&list, &mut frame);
        let pixels = frame.pixels.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
        Ok(Drawn {
            picture: RgbImage::from_raw(case.width, case.height, pixels).expect("as many pixels as it has"),
            warnings: press.warnings().iter().map(|warning| warning.message.clone()).collect(),
        })
    }
}
