//! A page on its paper: trim, bleed and crop marks.

use kurbo::{Affine, Rect};

use super::content::{Content, rectangle};
use super::document::Document;
use super::painter::{Painter, Store};
use super::statics::Statics;
use super::syntax::string;
use super::{POINTS, Page, no_size};
use crate::campaign::PdfOptions;
use crate::diagnostic::Result;
use crate::display::{DisplayList, Draw, Filter, Layer};
use crate::raster::CpuRasteriser;

/// Points from the trim to a crop mark at least, and a mark's length: 3 mm and 5 mm.
pub(super) const MARK_GAP: f64 = 8.504;
pub(super) const MARK: f64 = 14.173;
/// A mark's width in points.
pub(super) const HAIR: f64 = 0.25;

/// The paper in points, y upwards from its lower left corner.
pub(super) struct Sheet {
    pub media: Rect,
    /// The page with its bleed.
    pub bleed: Rect,
    /// The page as it is after cutting.
    pub trim: Rect,
    marks: bool,
}

/// What a page has become: its content is written, its dictionary is not.
pub(super) struct Made {
    content: u32,
    resources: String,
    annotations: String,
}

impl Sheet {
    /// `size` is the page's, in CSS pixels.
    pub(super) fn new((width, height): (f64, f64), options: &PdfOptions) -> Result<Self> {
        let (width, height) = (width * POINTS, height * POINTS);
        if !(width > 0.0 && height > 0.0) {
            return Err(no_size());
        }
        let bleed = options.bleed * POINTS;
        let margin = if options.crop_marks { bleed.max(MARK_GAP) + MARK } else { bleed };
        let trim = Rect::new(margin, margin, margin + width, margin + height);
        Ok(Self {
            media: Rect::new(0.0, 0.0, width + 2.0 * margin, height + 2.0 * margin),
            bleed: trim.inflate(bleed, bleed),
            trim,
            marks: options.crop_marks,
        })
    }

    /// Writes what a page shows.
    pub(super) fn page(
        &self,
        page: &Page<'_>,
        document: &mut Document,
        store: &mut Store,
        rasteriser: &mut CpuRasteriser,
        statics: Option<&mut Statics>,
    ) -> Result<Made> {
        let mut content = Content::new(Affine::IDENTITY);
        let place = self.draw(page, self.trim, &mut content, document, store, rasteriser, statics)?;
        if self.marks {
            crop_marks(self.trim, self.trim.x0 - self.bleed.x0, &mut content);
        }
        // What is printed has none (PDF/X-4, 6.15).
        let annotations =
            if document.default_rgb.is_some() { String::new() } else { links(page.list, place) };
        let resources = document.resources(&content);
        let content = document.file.add_stream("", &content.bytes);
        Ok(Made { content, resources, annotations })
    }

    /// Draws a page where `trim` is, cut to its bleed. Returns where its pixels are.
    #[expect(clippy::too_many_arguments, reason = "a page, its place, and all that pages share")]
    pub(super) fn draw(
        &self,
        page: &Page<'_>,
        trim: Rect,
        content: &mut Content,
        document: &mut Document,
        store: &mut Store,
        rasteriser: &mut CpuRasteriser,
        statics: Option<&mut Statics>,
    ) -> Result<Affine> {
        let points = POINTS / page.scale;
        let place = Affine::new([points, 0.0, 0.0, -points, trim.x0, trim.y1]);
        let bleed = self.trim.x0 - self.bleed.x0;
        let area = trim.inflate(bleed, bleed);
        let pixels = Rect::new(0.0, 0.0, page.list.width.into(), page.list.height.into());
        let canvas = pixels.inflate(bleed / points, bleed / points);
        content.word("q");
        if area != self.media {
            content.rect(area);
            content.word("W n");
        }
        content.transform(place);
        content.base = place;
        let page_edges = (bleed > 0.0).then_some(pixels);
        let mut painter =
            Painter { document, store, rasteriser, statics, canvas, page: page_edges, failed: None };
        painter.paint(page.list, content);
        let failed = painter.failed;
        content.word("Q");
        content.base = Affine::IDENTITY;
        failed.map_or(Ok(place), Err)
    }
}

impl Made {
    /// The page's dictionary. `more` are entries of its own.
    pub(super) fn body(&self, sheet: &Sheet, parent: u32, more: &str) -> String {
        let mut out = format!(
            "<</Type/Page/Parent {parent} 0 R/MediaBox{}/BleedBox{}/TrimBox{}/Resources{}/Contents {} 0 R\
             /Group<</S/Transparency/CS/DeviceRGB/I true>>",
            rectangle(sheet.media),
            rectangle(sheet.bleed),
            rectangle(sheet.trim),
            self.resources,
            self.content
        );
        if !self.annotations.is_empty() {
            out.push_str(&format!("/Annots[{}]", self.annotations));
        }
        out + more + ">>"
    }
}

/// The links of a list as annotations; `place` is where its pixels are.
fn links(list: &DisplayList, place: Affine) -> String {
    let mut out = Vec::new();
    let page = Rect::new(0.0, 0.0, list.width.into(), list.height.into());
    // The groups around the command.
    let mut open = Vec::new();
    for command in &list.commands {
        let (rect, href) = match &command.draw {
            Draw::Link { rect, href } => (open.iter().rev().copied().fold(*rect, seen).intersect(page), href),
            Draw::Push(layer) => {
                open.push(layer);
                continue;
            }
            Draw::Pop => {
                open.pop();
                continue;
            }
            _ => continue,
        };
        if !(rect.width() > 0.0 && rect.height() > 0.0) {
            continue;
        }
        let rect = rectangle(place.transform_rect_bbox(rect));
        // Printed, hidden nowhere: what archives ask for.
        out.extend(format!("<</Type/Annot/Subtype/Link/F 4/Rect{rect}/Border[0 0 0]/A<</S/URI/URI").bytes());
        string(&mut out, ascii(href).as_bytes());
        out.extend(b">>>>");
    }
    // Strings are ASCII by now.
    String::from_utf8(out).unwrap_or_default()
}

/// Where a rectangle in a group is seen: in perspective elsewhere, and only within its clip.
fn seen(mut rect: Rect, layer: &Layer) -> Rect {
    for filter in &layer.filters {
        if let Filter::Project(projection) = filter {
            rect = projection.reach(rect);
        }
    }
    layer.clip.as_ref().map_or(rect, |clip| rect.intersect(clip.bounds()))
}

/// An address in ASCII: all else is percent-encoded, as UTF-8.
fn ascii(href: &str) -> String {
    let mut out = String::with_capacity(href.len());
    for byte in href.bytes() {
        if (b'!'..=b'~').contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Two hairlines at each corner of the trim, outside of the bleed.
pub(super) fn crop_marks(trim: Rect, bleed: f64, content: &mut Content) {
    content.word("q 0 G");
    content.op(&[HAIR], "w");
    let gap = bleed.max(MARK_GAP);
    for (x, out) in [(trim.x0, -1.0), (trim.x1, 1.0)] {
        for (y, up) in [(trim.y0, -1.0), (trim.y1, 1.0)] {
            content.op(&[x + out * gap, y], "m");
            content.op(&[x + out * (gap + MARK), y], "l");
            content.op(&[x, y + up * gap], "m");
            content.op(&[x, y + up * (gap + MARK)], "l");
        }
    }
    content.word("S Q");
}
