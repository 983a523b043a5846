//! One file for the print shop: pages as they come, all that they share once.
//!
//! Nothing of a page is kept but its number. The page tree (and the tree of document parts) is written
//! level by level: as soon as a node is full it is written, and its number goes one level up.

use kurbo::{Affine, Rect};

use super::content::{Content, rectangle};
use super::document::Document;
use super::file::{File, Id};
use super::info::{Info, metadata, srgb};
use super::painter::Store;
use super::sheet::{HAIR, MARK, MARK_GAP, Sheet};
use super::statics::Statics;
use super::syntax::text;
use super::{POINTS, Page, write_fonts};
use crate::campaign::{PdfOptions, PdfStandard};
use crate::diagnostic::{Diagnostic, Result};
use crate::display::DisplayList;
use crate::raster::CpuRasteriser;

/// Children of a node of the page tree.
const NODE: usize = 64;

/// How a book is to be made.
#[derive(Debug, Clone, Default)]
pub struct BookOptions {
    pub pdf: PdfOptions,
    /// Several pages to the sheet.
    pub grid: Option<Grid>,
    /// Marks each recipient as a document part (PDF/VT-1, ISO 16612-2).
    pub parts: Option<Intent>,
}

/// A grid of pages on a sheet of paper.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    pub columns: u32,
    pub rows: u32,
    /// Width and height of the paper in CSS pixels.
    pub paper: (f64, f64),
}

/// What a book of document parts is printed for.
#[derive(Debug, Clone)]
pub struct Intent {
    /// The press's ICC profile; sRGB when there is none.
    pub profile: Option<Vec<u8>>,
    /// The name of the printing condition: `FOGRA39`.
    pub condition: String,
    /// When it was made, in RFC 3339.
    pub made: String,
}

/// A book under way.
pub struct Book {
    options: BookOptions,
    document: Document,
    store: Store,
    statics: Statics,
    pages: Tree,
    parts: Option<Parts>,
    /// The sheet that is being filled.
    open: Option<Open>,
}

/// A sheet of several pages.
struct Open {
    content: Content,
    /// Pages that are on it.
    taken: u32,
    /// Its cells, in points.
    cells: Cells,
}

/// Where the pages of a sheet are: their trims, row by row from the top left.
#[derive(Clone, Copy)]
struct Cells {
    grid: Grid,
    /// The first one's.
    first: Rect,
    /// From one cell to the next.
    step: (f64, f64),
    bleed: f64,
}

struct Parts {
    root: Id,
    top: Id,
    leaves: Vec<Id>,
}

impl Book {
    /// `samples` are the first pages: what many of them share is written once.
    pub fn new(options: BookOptions, samples: &[&DisplayList]) -> Self {
        let parts = options.parts.is_some();
        let store = Store::default();
        let strict = parts || options.pdf.standard == PdfStandard::A2b;
        let mut document = Document::new(if parts { "1.6" } else { "1.7" }, strict, store.packer.clone());
        if parts {
            // Whatever the press's own colours are, these are sRGB.
            let profile = srgb(&mut document.file);
            document.default_rgb = Some(document.shared(&format!("[/ICCBased {profile} 0 R]")));
        }
        let mut statics = Statics::default();
        samples.iter().for_each(|list| statics.learn(list));
        statics.settle();
        let parts = parts.then(|| Parts {
            root: document.file.reserve(),
            top: document.file.reserve(),
            leaves: Vec::new(),
        });
        Self { options, document, store, statics, pages: Tree::default(), parts, open: None }
    }

    /// Adds a recipient's pages.
    ///
    /// Fails when one of them cannot be written (`no-pdf`).
    pub fn add(&mut self, key: &str, pages: &[Page<'_>], rasteriser: &mut CpuRasteriser) -> Result<()> {
        if let Some(grid) = self.options.grid {
            return pages.iter().try_for_each(|page| self.impose(grid, page, rasteriser));
        }
        let part = self.parts.as_ref().map(|_| self.document.file.reserve());
        let mut numbers = Vec::with_capacity(pages.len());
        for page in pages {
            let sheet = Sheet::new(page.size, &self.options.pdf)?;
            let statics = Some(&mut self.statics);
            let made = sheet.page(page, &mut self.document, &mut self.store, rasteriser, statics)?;
            let more = part.map_or_else(String::new, |part| format!("/DPart {part} 0 R"));
            let id = self.document.file.reserve();
            let parent = self.pages.add(id, &mut self.document.file);
            self.document.file.put(id, made.body(&sheet, parent, &more).as_bytes());
            numbers.push(id);
        }
        if let (Some(parts), Some(part), Some(first), Some(last)) =
            (&mut self.parts, part, numbers.first(), numbers.last())
        {
            let mut body = format!("<</Type/DPart/Parent {} 0 R/Start {first} 0 R", parts.top).into_bytes();
            if last != first {
                body.extend(format!("/End {last} 0 R").bytes());
            }
            body.extend(b"/DPM<</CIP4_Root<</CIP4_Recipient<</CIP4_UniqueID");
            text(&mut body, key);
            body.extend(b">>>>>>>>");
            self.document.file.put(part, &body);
            parts.leaves.push(part);
        }
        Ok(())
    }

    /// Puts a page into the next cell of a sheet.
    fn impose(&mut self, grid: Grid, page: &Page<'_>, rasteriser: &mut CpuRasteriser) -> Result<()> {
        let options = PdfOptions { crop_marks: false, ..self.options.pdf.clone() };
        let sheet = Sheet::new(page.size, &options)?;
        let mut open = match self.open.take() {
            Some(open) => open,
            None => Open {
                content: Content::new(Affine::IDENTITY),
                taken: 0,
                cells: Cells::new(grid, page.size, options.bleed)?,
            },
        };
        let trim = open.cells.trim(open.taken);
        let (document, store) = (&mut self.document, &mut self.store);
        let before = open.content.bytes.len();
        let statics = Some(&mut self.statics);
        let drawn = sheet.draw(page, trim, &mut open.content, document, store, rasteriser, statics);
        match &drawn {
            Ok(_) => open.taken += 1,
            // A page that failed leaves its cell to the next one.
            Err(_) => open.content.bytes.truncate(before),
        }
        let full = open.taken == grid.columns * grid.rows;
        self.open = Some(open);
        if full {
            self.close_sheet();
        }
        drawn.map(|_| ())
    }

    /// Writes the sheet that is being filled, if it has a page.
    fn close_sheet(&mut self) {
        let Some(mut open) = self.open.take().filter(|open| open.taken > 0) else { return };
        open.cells.marks(&mut open.content);
        let paper = open.cells.paper();
        let resources = self.document.resources(&open.content);
        let content = self.document.file.add_stream("", &open.content.bytes);
        let id = self.document.file.reserve();
        let parent = self.pages.add(id, &mut self.document.file);
        let body = format!(
            "<</Type/Page/Parent {parent} 0 R/MediaBox{0}/TrimBox{0}/Resources{resources}/Contents {content} 0 R\
             /Group<</S/Transparency/CS/DeviceRGB/I true>>>>",
            rectangle(paper)
        );
        self.document.file.put(id, body.as_bytes());
    }

    /// What has been written since it was last asked for.
    pub fn take(&mut self) -> Vec<u8> {
        self.document.file.take()
    }

    /// The rest of the file: fonts, trees, and where everything is.
    ///
    /// Fails when a font cannot be embedded (`no-pdf`).
    pub fn finish(mut self, info: &Info<'_>) -> Result<Vec<u8>> {
        self.close_sheet();
        write_fonts(&mut self.document)?;
        let tree = self.pages.finish(&mut self.document.file);
        let author = self.options.pdf.author.as_deref();
        let file = &mut self.document.file;
        let (root, about) = match (&self.parts, &self.options.parts) {
            (Some(parts), Some(intent)) => {
                parts.write(file);
                let xmp = metadata(file, &intent.xmp(info, author));
                let more = format!(
                    "/Metadata {xmp} 0 R/DPartRoot {} 0 R/OutputIntents[{}]",
                    parts.root,
                    intent.dictionary(file)
                );
                let root = info.catalog(file, tree, &more);
                (root, info.information(file, author, &intent.dates()))
            }
            _ => info.write(file, tree, author, self.options.pdf.standard == PdfStandard::A2b),
        };
        Ok(self.document.file.finish(root, about))
    }
}

impl Cells {
    fn new(grid: Grid, size: (f64, f64), bleed: f64) -> Result<Self> {
        let bleed = bleed * POINTS;
        let (width, height) = (size.0 * POINTS, size.1 * POINTS);
        let step = (width + 2.0 * bleed, height + 2.0 * bleed);
        let paper = (grid.paper.0 * POINTS, grid.paper.1 * POINTS);
        let all = (step.0 * f64::from(grid.columns), step.1 * f64::from(grid.rows));
        if all.0 > paper.0 + 0.01 || all.1 > paper.1 + 0.01 {
            let mm = |points: f64| (points / 72.0 * 25.4 - 0.01).ceil();
            let message = format!(
                "{} by {} pages take {} × {} mm, and the sheet has {} × {} mm",
                grid.columns,
                grid.rows,
                mm(all.0),
                mm(all.1),
                mm(paper.0),
                mm(paper.1)
            );
            return Err(Box::new(
                Diagnostic::error("sheet-too-small", message)
                    .with_hint("take a larger sheet (--sheet) or fewer pages (--nup)"),
            ));
        }
        let left = (paper.0 - all.0) / 2.0 + bleed;
        let top = paper.1 - (paper.1 - all.1) / 2.0 - bleed;
        Ok(Self { grid, first: Rect::new(left, top - height, left + width, top), step, bleed })
    }

    fn paper(&self) -> Rect {
        Rect::new(0.0, 0.0, self.grid.paper.0 * POINTS, self.grid.paper.1 * POINTS)
    }

    fn trim(&self, cell: u32) -> Rect {
        let (column, row) = (cell % self.grid.columns, cell / self.grid.columns);
        self.first + kurbo::Vec2::new(self.step.0 * f64::from(column), -self.step.1 * f64::from(row))
    }

    /// Where to cut, as hairlines around the grid.
    fn marks(&self, content: &mut Content) {
        let last = self.trim(self.grid.columns * self.grid.rows - 1);
        let all = self.first.union(last);
        let gap = self.bleed.max(MARK_GAP);
        content.word("q 0 G");
        content.op(&[HAIR], "w");
        let mut line = |x: f64, y: f64, along: f64, up: f64| {
            content.op(&[x + along * gap, y + up * gap], "m");
            content.op(&[x + along * (gap + MARK), y + up * (gap + MARK)], "l");
        };
        for column in 0..self.grid.columns {
            let trim = self.trim(column);
            for x in [trim.x0, trim.x1] {
                line(x, all.y0, 0.0, -1.0);
                line(x, all.y1, 0.0, 1.0);
            }
        }
        for row in 0..self.grid.rows {
            let trim = self.trim(row * self.grid.columns);
            for y in [trim.y0, trim.y1] {
                line(all.x0, y, -1.0, 0.0);
                line(all.x1, y, 1.0, 0.0);
            }
        }
        content.word("S Q");
    }
}

impl Grid {
    /// Fails when the pages do not fit (`sheet-too-small`). `size` is a page's, `bleed` around it on each
    /// side, in CSS pixels.
    pub fn check(self, size: (f64, f64), bleed: f64) -> Result<()> {
        Cells::new(self, size, bleed).map(|_| ())
    }
}

/// The page tree, built from below.
#[derive(Default)]
struct Tree {
    /// The node of each level that is being filled, pages' own parents first.
    levels: Vec<Node>,
}

#[derive(Default)]
struct Node {
    id: Option<Id>,
    kids: Vec<Id>,
    /// Pages below it.
    count: usize,
}

impl Tree {
    /// Adds a page and returns its parent.
    fn add(&mut self, page: Id, file: &mut File) -> Id {
        self.insert(0, page, 1, file)
    }

    fn insert(&mut self, level: usize, kid: Id, count: usize, file: &mut File) -> Id {
        if self.levels.get(level).is_some_and(|node| node.kids.len() == NODE) {
            let node = std::mem::take(&mut self.levels[level]);
            let id = node.id.expect("it has kids");
            let parent = self.insert(level + 1, id, node.count, file);
            node.write(Some(parent), file);
        }
        if self.levels.len() == level {
            self.levels.push(Node::default());
        }
        let node = &mut self.levels[level];
        node.kids.push(kid);
        node.count += count;
        *node.id.get_or_insert_with(|| file.reserve())
    }

    /// Writes what is open, and returns the root.
    fn finish(mut self, file: &mut File) -> Id {
        let mut level = 0;
        if self.levels.is_empty() {
            self.levels.push(Node { id: Some(file.reserve()), ..Node::default() });
        }
        loop {
            let node = std::mem::take(&mut self.levels[level]);
            let id = node.id.expect("a node that is open has kids");
            if level + 1 == self.levels.len() {
                node.write(None, file);
                return id;
            }
            // The level above may just have been filled, which makes one more above it.
            let parent = self.insert(level + 1, id, node.count, file);
            node.write(Some(parent), file);
            level += 1;
        }
    }
}

impl Node {
    fn write(&self, parent: Option<Id>, file: &mut File) {
        let mut body = format!("<</Type/Pages/Count {}", self.count);
        if let Some(parent) = parent {
            body.push_str(&format!("/Parent {parent} 0 R"));
        }
        body.push_str("/Kids[");
        self.kids.iter().for_each(|kid| body.push_str(&format!("{kid} 0 R ")));
        body.push_str("]>>");
        file.put(self.id.expect("it has kids"), body.as_bytes());
    }
}

impl Parts {
    /// The tree of document parts: the book, and in it its recipients (ISO 16612-2, §6.4).
    fn write(&self, file: &mut File) {
        let mut body = format!("<</Type/DPart/Parent {} 0 R/DParts[", self.root);
        // Arrays of no more than 8,000, which every reader takes.
        for block in self.leaves.chunks(8_000) {
            body.push('[');
            block.iter().for_each(|leaf| body.push_str(&format!("{leaf} 0 R ")));
            body.push(']');
        }
        body.push_str("]>>");
        file.put(self.top, body.as_bytes());
        let body = format!(
            "<</Type/DPartRoot/DPartRootNode {} 0 R/RecordLevel 1/NodeNameList[/Book/Recipient]>>",
            self.top
        );
        file.put(self.root, body.as_bytes());
    }
}

impl Intent {
    fn xmp(&self, info: &Info<'_>, author: Option<&str>) -> String {
        let made = &self.made;
        let document = blake3::hash(format!("{info:?}{author:?}{made}").as_bytes()).to_hex();
        let document = &document.as_str()[..32];
        info.xmp(
            author,
            "xmlns:pdfxid=\"http://www.npes.org/pdfx/ns/id/\" xmlns:pdfvtid=\"http://www.npes.org/pdfvt/ns/id/\" \
             xmlns:xmpMM=\"http://ns.adobe.com/xap/1.0/mm/\"",
            &format!(
                "<pdfxid:GTS_PDFXVersion>PDF/X-4</pdfxid:GTS_PDFXVersion>\
                 <pdfvtid:GTS_PDFVTVersion>PDF/VT-1</pdfvtid:GTS_PDFVTVersion>\
                 <pdfvtid:GTS_PDFVTModDate>{made}</pdfvtid:GTS_PDFVTModDate>\
                 <pdf:Trapped>False</pdf:Trapped><xmp:CreateDate>{made}</xmp:CreateDate>\
                 <xmp:ModifyDate>{made}</xmp:ModifyDate><xmp:MetadataDate>{made}</xmp:MetadataDate>\
                 <xmpMM:DocumentID>xmp.did:{document}</xmpMM:DocumentID>\
                 <xmpMM:VersionID>1</xmpMM:VersionID><xmpMM:RenditionClass>default</xmpMM:RenditionClass>"
            ),
        )
    }

    fn dictionary(&self, file: &mut File) -> String {
        let (profile, registry) = match &self.profile {
            Some(profile) => {
                // The colour space is told by four letters (ICC.1, §7.2.6).
                let channels = match profile.get(16..20) {
                    Some(b"CMYK") => 4,
                    Some(b"GRAY") => 1,
                    _ => 3,
                };
                let entries = format!("/N {channels}");
                (file.add_stream(&entries, profile), "/RegistryName(http://www.color.org)")
            }
            None => (srgb(file), ""),
        };
        let mut out = b"<</Type/OutputIntent/S/GTS_PDFX/OutputConditionIdentifier".to_vec();
        text(&mut out, &self.condition);
        out.extend(b"/Info");
        text(&mut out, &self.condition);
        out.extend(format!("{registry}/DestOutputProfile {profile} 0 R>>").bytes());
        String::from_utf8(out).unwrap_or_default()
    }

    /// The same moment in PDF's own writing (ISO 32000-1, §7.9.4).
    fn dates(&self) -> String {
        let digits: String = self.made.chars().filter(char::is_ascii_digit).take(14).collect();
        format!("/CreationDate(D:{digits}Z)/ModDate(D:{digits}Z)/Trapped/False")
    }
}
