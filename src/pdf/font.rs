//! Fonts: the faces that are known, and what a document uses of each.
//!
//! A document embeds the glyphs that it uses and no others. A subset for a whole campaign would be
//! written once, but every person's file would carry everybody's glyphs (and a record rendered alone
//! would come out differently from the same record in a full run). Subsets for single documents cost
//! some ten microseconds a font, keep files small, and depend on nothing but the record.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::rc::Rc;
use std::sync::Arc;

use skrifa::instance::{LocationRef, NormalizedCoord, Size};
use skrifa::raw::TableProvider as _;
use skrifa::{FontRef, GlyphId, MetadataProvider as _, Tag};
use subsetter::GlyphRemapper;

use super::content::list;
use super::file::{File, Id};
use super::syntax::{hex16, name, utf16};
use crate::diagnostic::{Diagnostic, Result};
use crate::display::GlyphRun;

/// Fonts that are kept at most.
const MAX_FACES: usize = 256;

/// A font file, a face of it, and a place in its design space.
type Key = (u64, u32, Arc<[i16]>);

/// Faces, read once for all documents of a worker.
#[derive(Default)]
pub(super) struct Faces {
    known: HashMap<Key, Rc<Face>>,
}

/// A font at a place of its design space.
pub(super) struct Face {
    data: peniko::FontData,
    coords: Vec<NormalizedCoord>,
    name: String,
    units: f64,
    is_cff: bool,
    /// Whether any of its glyphs has colours, or is a picture.
    pub has_colour: bool,
    /// Glyphs' advances in thousandths of an em; `None` for those not asked for yet.
    widths: RefCell<Vec<Option<f32>>>,
}

impl Faces {
    pub(super) fn get(&mut self, run: &GlyphRun) -> Result<Rc<Face>> {
        let data = &run.font.data;
        let key = (data.data.id(), data.index, run.coords.clone());
        if let Some(face) = self.known.get(&key) {
            return Ok(face.clone());
        }
        if self.known.len() >= MAX_FACES {
            self.known.clear();
        }
        let face = Rc::new(Face::new(run)?);
        self.known.insert(key, face.clone());
        Ok(face)
    }
}

impl Face {
    fn new(run: &GlyphRun) -> Result<Self> {
        let data = run.font.data.clone();
        let unreadable = |_| cannot_embed("a font", "it cannot be read");
        let font = FontRef::from_index(data.data.data(), data.index).map_err(unreadable)?;
        let name = font
            .localized_strings(skrifa::string::StringId::POSTSCRIPT_NAME)
            .english_or_first()
            .map_or_else(|| "Font".to_owned(), |name| name.chars().filter(char::is_ascii_graphic).collect());
        if font.os2().is_ok_and(|os2| os2.fs_type() & 0xf == 2) {
            return Err(cannot_embed(&name, "its licence forbids it (OS/2 fsType 2)"));
        }
        let is_cff = font.cff().is_ok();
        if !is_cff && font.glyf().is_err() && font.cff2().is_err() {
            return Err(cannot_embed(&name, "it has no outlines"));
        }
        let units = f64::from(font.metrics(Size::unscaled(), LocationRef::default()).units_per_em.max(1));
        let has_colour = font.colr().is_ok() || font.cbdt().is_ok() || font.sbix().is_ok();
        let coords = run.coords.iter().map(|coord| NormalizedCoord::from_bits(*coord)).collect();
        Ok(Self { data: data.clone(), coords, name, units, is_cff, has_colour, widths: RefCell::default() })
    }

    pub(super) fn font(&self) -> FontRef<'_> {
        FontRef::from_index(self.data.data.data(), self.data.index).expect("read before")
    }

    pub(super) fn location(&self) -> LocationRef<'_> {
        LocationRef::new(&self.coords)
    }

    pub(super) fn units(&self) -> f64 {
        self.units
    }

    /// A glyph's advance in thousandths of an em, as whole as it is written into the file.
    pub(super) fn width(&self, glyph: u16) -> f64 {
        let mut widths = self.widths.borrow_mut();
        if widths.len() <= usize::from(glyph) {
            widths.resize(usize::from(glyph) + 1, None);
        }
        let width = *widths[usize::from(glyph)].get_or_insert_with(|| {
            let metrics = self.font().glyph_metrics(Size::unscaled(), self.location());
            let advance = metrics.advance_width(GlyphId::new(glyph.into())).unwrap_or(0.0);
            (f64::from(advance) / self.units * 1000.0).round() as f32
        });
        width.into()
    }

    /// The glyphs as a font file of their own; the order is that of the remapper.
    fn subset(&self, glyphs: &GlyphRemapper) -> Result<Vec<u8>> {
        let (data, index) = (self.data.data.data(), self.data.index);
        let subset = if self.coords.is_empty() {
            subsetter::subset(data, index, glyphs)
        } else {
            subsetter::subset_with_variations(data, index, &self.settings(), glyphs)
        };
        let subset = subset.map_err(|error| cannot_embed(&self.name, &error.to_string()))?;
        let font = FontRef::new(&subset).map_err(|_| cannot_embed(&self.name, "its subset is broken"))?;
        if self.is_cff {
            let table = font.data_for_tag(Tag::new(b"CFF ")).map(|table| table.as_bytes().to_vec());
            return table.ok_or_else(|| cannot_embed(&self.name, "its subset is broken"));
        }
        Ok(slim(&font))
    }

    /// The design space's place in the units of the axes, which is how the subsetter asks for it.
    fn settings(&self) -> Vec<(subsetter::Tag, f32)> {
        let font = self.font();
        let axes = font.axes();
        let place = |(at, axis): (usize, skrifa::Axis)| {
            let wanted = self.coords.get(at).map_or(0, |coord| coord.to_bits());
            // Normalising (with the font's own `avar` map) only ever grows, so halving finds the way back.
            let (mut low, mut high) = (axis.min_value(), axis.max_value());
            for _ in 0..32 {
                let middle = f32::midpoint(low, high);
                let found = axes.location([(axis.tag(), middle)]).coords()[at].to_bits();
                match found.cmp(&wanted) {
                    std::cmp::Ordering::Less => low = middle,
                    std::cmp::Ordering::Greater => high = middle,
                    std::cmp::Ordering::Equal => (low, high) = (middle, middle),
                }
            }
            (subsetter::Tag::new(&axis.tag().to_be_bytes()), f32::midpoint(low, high))
        };
        axes.iter().enumerate().map(place).collect()
    }
}

fn cannot_embed(name: &str, why: &str) -> Box<Diagnostic> {
    Box::new(
        Diagnostic::error("no-pdf", format!("the font {name} cannot be embedded in a PDF: {why}"))
            .with_hint("use another font for this text, or make another type of file"),
    )
}

/// A TrueType font without the tables that no PDF reader looks at (their names and glyph names).
fn slim(font: &FontRef<'_>) -> Vec<u8> {
    let tables: Vec<_> = font
        .table_directory()
        .table_records()
        .iter()
        .filter(|record| !matches!(&record.tag().to_be_bytes(), b"name" | b"post"))
        .filter_map(|record| Some((record, font.data_for_tag(record.tag())?)))
        .collect();
    let count = tables.len() as u16;
    let power = count.max(1).ilog2() as u16;
    let mut out = vec![0, 1, 0, 0];
    for value in [count, 16 << power, power, count * 16 - (16 << power)] {
        out.extend(value.to_be_bytes());
    }
    let mut at = 12 + 16 * tables.len() as u32;
    for (record, data) in &tables {
        out.extend(record.tag().to_be_bytes());
        for value in [record.checksum(), at, data.len() as u32] {
            out.extend(value.to_be_bytes());
        }
        at += (data.len() as u32).next_multiple_of(4);
    }
    for (_, data) in &tables {
        out.extend_from_slice(data.as_bytes());
        out.resize(out.len().next_multiple_of(4), 0);
    }
    out
}

/// What a document uses of a face.
pub(super) struct Used {
    pub face: Rc<Face>,
    glyphs: GlyphRemapper,
    /// For each code but the first (`.notdef`): its glyph, and all that it says.
    codes: Vec<(u16, Vec<Box<str>>)>,
    /// Glyphs and their codes, by glyph.
    by_glyph: Vec<(u16, u16)>,
    /// The font dictionaries. One says the first text of each glyph, the next one the second text of
    /// those that have two (one outline serves both the Persian and the Arabic yeh), and so on.
    layers: Vec<Id>,
}

impl Used {
    pub(super) fn new(face: Rc<Face>) -> Self {
        Self {
            face,
            glyphs: GlyphRemapper::new(),
            codes: Vec::new(),
            by_glyph: Vec::new(),
            layers: Vec::new(),
        }
    }

    /// The font and the code that show `glyph` and say `text` (nothing at all, if it is empty), or that may
    /// say anything.
    pub(super) fn code(&mut self, glyph: u16, text: Option<&str>, file: &mut File) -> (Id, u16) {
        let code = match self.by_glyph.binary_search_by_key(&glyph, |&(known, _)| known) {
            Ok(at) => self.by_glyph[at].1,
            Err(at) => {
                let code = self.glyphs.remap(glyph);
                // `.notdef` is code 0 and there from the start.
                if code > 0 {
                    self.codes.push((glyph, Vec::new()));
                }
                self.by_glyph.insert(at, (glyph, code));
                code
            }
        };
        let layer = match (text, code.checked_sub(1)) {
            (Some(text), Some(index)) => {
                let texts = &mut self.codes[usize::from(index)].1;
                texts.iter().position(|known| **known == *text).unwrap_or_else(|| {
                    texts.push(text.into());
                    texts.len() - 1
                })
            }
            _ => 0,
        };
        while self.layers.len() <= layer {
            self.layers.push(file.reserve());
        }
        (self.layers[layer], code)
    }

    /// Embeds the font with the glyphs that were used.
    pub(super) fn write(&self, file: &mut File) -> Result<()> {
        let face = &self.face;
        let program = face.subset(&self.glyphs)?;
        let entries = if face.is_cff {
            "/Subtype/CIDFontType0C".to_owned()
        } else {
            format!("/Length1 {}", program.len())
        };
        let hash = blake3::hash(&program);
        let program = file.add_stream(&entries, &program);
        let mut base = String::new();
        base.extend(hash.as_bytes()[..6].iter().map(|byte| char::from(b'A' + byte % 26)));
        let _ = write!(base, "+{}", face.name);
        let mut base_name = Vec::new();
        name(&mut base_name, &base);
        let base = String::from_utf8(base_name).expect("escaped");

        let font = face.font();
        let metrics = font.metrics(Size::unscaled(), face.location());
        let per_mille = |units: f32| (f64::from(units) / face.units * 1000.0).round();
        let bounds = metrics.bounds.unwrap_or_default();
        let angle = f64::from(metrics.italic_angle);
        let flags = 4 + u32::from(metrics.is_monospace) + if angle == 0.0 { 0 } else { 64 };
        let weight = font.attributes().weight.value();
        let descriptor = file.add(
            format!(
                "<</Type/FontDescriptor/FontName{base}/Flags {flags}/FontBBox{}/ItalicAngle {angle:.0}\
                 /Ascent {}/Descent {}/CapHeight {}/StemV {:.0}/FontFile{} {program} 0 R>>",
                list(&[bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max].map(per_mille)),
                per_mille(metrics.ascent),
                per_mille(metrics.descent),
                per_mille(metrics.cap_height.unwrap_or(metrics.ascent)),
                10.0 + 0.244 * (weight - 50.0),
                if face.is_cff { '3' } else { '2' },
            )
            .as_bytes(),
        );
        let mut widths = vec![face.width(0)];
        widths.extend(self.codes.iter().map(|(glyph, _)| face.width(*glyph)));
        let descendant = file.add(
            format!(
                "<</Type/Font/Subtype/CIDFontType{}/BaseFont{base}\
                 /CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>\
                 /FontDescriptor {descriptor} 0 R/DW 0/W[0{}]>>",
                if face.is_cff { "0" } else { "2/CIDToGIDMap/Identity" },
                list(&widths),
            )
            .as_bytes(),
        );
        for (layer, &id) in self.layers.iter().enumerate() {
            let unicode = file.add_stream("", &self.to_unicode(layer));
            file.put(
                id,
                format!(
                    "<</Type/Font/Subtype/Type0/BaseFont{base}/Encoding/Identity-H\
                     /DescendantFonts[{descendant} 0 R]/ToUnicode {unicode} 0 R>>"
                )
                .as_bytes(),
            );
        }
        Ok(())
    }

    /// What the codes say, as a CMap (ISO 32000-1, §9.10.3).
    fn to_unicode(&self, layer: usize) -> Vec<u8> {
        let mut out = b"/CIDInit/ProcSet findresource begin 12 dict begin begincmap\n\
            /CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n\
            /CMapName/Adobe-Identity-UCS def/CMapType 2 def\n\
            1 begincodespacerange<0000><FFFF>endcodespacerange\n"
            .to_vec();
        let mut said: Vec<(u16, &str)> = (1..)
            .zip(&self.codes)
            .filter_map(|(code, (_, texts))| Some((code, &**texts.get(layer)?)))
            .filter(|(_, text)| !text.is_empty())
            .collect();
        if said.is_empty() {
            // Readers take codes for characters where the map has nothing at all.
            said.push((0, "\u{fffd}"));
        }
        // A block holds a hundred at most.
        for block in said.chunks(100) {
            out.extend(format!("{} beginbfchar\n", block.len()).bytes());
            for (code, text) in block {
                out.push(b'<');
                hex16(&mut out, *code);
                out.extend(b"><");
                utf16(&mut out, text);
                out.extend(b">\n");
            }
            out.extend(b"endbfchar\n");
        }
        out.extend(b"endcmap CMapName currentdict/CMap defineresource pop end end");
        out
    }
}
