//! Glyph runs: text that says what it says.
//!
//! A code of a font says its glyph's text wherever that can be told glyph by glyph. Where it cannot (a
//! cluster of several glyphs, letters so far apart that a reader would take them for words), the text
//! is written beside the glyphs as their `ActualText` (ISO 32000-1, §14.9.4).
//!
//! Readers put text that runs from right to left into its order by where the glyphs stand, one character
//! after the other. So there a glyph says one character only; the others of its cluster are said by
//! **carriers**: the glyph again, unseen and nearly without width, right after it.

use std::ops::Range;

use kurbo::{Affine, Vec2};

use super::content::{Content, Kind};
use super::file::{File, Id};
use super::font::{Face, Used};
use super::syntax::{hex16, number, text as text_string};
use crate::display::{Cluster, Glyph, GlyphRun};

/// Gaps between glyphs that readers take for spaces, in ems.
const WIDE: f32 = 0.08;

/// What one stretch of glyphs says.
struct Piece {
    glyphs: Range<usize>,
    said: Said,
}

enum Said {
    /// The glyph says this.
    Here(String),
    /// The glyph says the last of these, its carriers the others.
    Backwards(String),
    /// These glyphs together, which end at this place, say this.
    Beside(String, f32),
}

/// The run's space to device pixels, the slant of a synthetic oblique included: it leans around the
/// baseline.
pub(super) fn place(run: &GlyphRun) -> Affine {
    let baseline = run.glyphs.first().map_or(0.0, |glyph| f64::from(glyph.y));
    let lean = -f64::from(run.skew).to_radians().tan();
    run.transform
        * Affine::translate(Vec2::new(0.0, baseline))
        * Affine::skew(lean, 0.0)
        * Affine::translate(Vec2::new(0.0, -baseline))
}

/// Shows the run with the colours that are set. `place` maps its space to the stream's; `mode` is the
/// text rendering mode that is set (ISO 32000-1, §9.3.6).
pub(super) fn show(
    run: &GlyphRun,
    place: Affine,
    mode: u8,
    used: &mut Used,
    file: &mut File,
    content: &mut Content,
) {
    let Some(first) = run.glyphs.first() else { return };
    let face = used.face.clone();
    let matrix = place * Affine::new([1.0, 0.0, 0.0, -1.0, first.x.into(), first.y.into()]);
    let pen = f64::from(first.x);
    let mut line = Line { run, mode, used, file, font: None, pen, rise: 0.0, open: false };
    content.word("BT");
    let [a, b, c, d, e, f] = matrix.as_coeffs();
    for value in [a, b, c, d] {
        super::syntax::fine(&mut content.bytes, value);
        content.bytes.push(b' ');
    }
    content.op(&[e, f], "Tm");
    for Piece { glyphs, said } in pieces(run, &face) {
        match said {
            Said::Here(said) => {
                for glyph in &run.glyphs[glyphs] {
                    line.glyph(glyph, Some(&said), content);
                }
            }
            Said::Backwards(said) => {
                let mut said = said.chars().rev().map(|c| c.to_string());
                let last = said.next();
                for glyph in &run.glyphs[glyphs] {
                    line.glyph(glyph, last.as_deref(), content);
                    for c in said.by_ref() {
                        line.carrier(glyph, line.pen, Some(&c), content);
                    }
                }
            }
            Said::Beside(said, end) => {
                line.close(content);
                content.bytes.extend(b"/Span<</ActualText");
                text_string(&mut content.bytes, &said);
                content.word(">>BDC");
                for glyph in &run.glyphs[glyphs.clone()] {
                    line.glyph(glyph, None, content);
                }
                // Readers take the place of the text from its first and its last glyph.
                if let Some(glyph) = run.glyphs.get(glyphs.start)
                    && f64::from(end) - line.pen > 0.02 * f64::from(run.size)
                {
                    line.carrier(glyph, end.into(), None, content);
                }
                line.close(content);
                content.word("EMC");
            }
        }
    }
    line.close(content);
    content.word("ET");
}

/// Glyphs on their way into the stream.
struct Line<'a> {
    run: &'a GlyphRun,
    mode: u8,
    used: &'a mut Used,
    file: &'a mut File,
    font: Option<Id>,
    /// Where the next glyph would stand.
    pen: f64,
    /// How far above the baseline.
    rise: f32,
    /// Within a string of the array of `TJ`.
    open: bool,
}

impl Line<'_> {
    fn glyph(&mut self, glyph: &Glyph, said: Option<&str>, content: &mut Content) {
        let rise = self.run.glyphs[0].y - glyph.y;
        if rise != self.rise {
            self.close(content);
            content.op(&[rise.into()], "Ts");
            self.rise = rise;
        }
        let width = self.code(glyph, glyph.x.into(), said, content);
        self.pen += width;
    }

    /// The glyph once more, unseen and nearly without a width.
    fn carrier(&mut self, glyph: &Glyph, x: f64, said: Option<&str>, content: &mut Content) {
        self.close(content);
        // Moves in `TJ` are scaled as widths are, so this one is made before.
        let ahead = -(x - self.pen) * 1000.0 / f64::from(self.run.size);
        if ahead.abs() >= 1.0 {
            content.bytes.push(b'[');
            number(&mut content.bytes, ahead.round());
            content.word("]TJ");
            self.pen -= ahead.round() * f64::from(self.run.size) / 1000.0;
        }
        content.word("3 Tr 1 Tz");
        let width = self.code(glyph, self.pen, said, content);
        self.close(content);
        content.word(&format!("{} Tr 100 Tz", self.mode));
        self.pen += width / 100.0;
    }

    /// Writes a glyph's code and returns its width.
    fn code(&mut self, glyph: &Glyph, x: f64, said: Option<&str>, content: &mut Content) -> f64 {
        let size = f64::from(self.run.size);
        let id = u16::try_from(glyph.id).unwrap_or(0);
        let (font, code) = self.used.code(id, said, self.file);
        if self.font != Some(font) {
            self.close(content);
            content.name(Kind::Font, font);
            content.op(&[size], "Tf");
            self.font = Some(font);
        }
        let back = ((self.pen - x) * 1000.0 / size).round();
        if !self.open {
            content.bytes.push(b'[');
        }
        if back != 0.0 {
            if self.open {
                content.bytes.push(b'>');
            }
            number(&mut content.bytes, back);
            content.bytes.push(b'<');
            self.pen -= back * size / 1000.0;
        } else if !self.open {
            content.bytes.push(b'<');
        }
        self.open = true;
        hex16(&mut content.bytes, code);
        self.used.face.width(id) * size / 1000.0
    }

    /// Ends the array of glyphs, if one is open.
    fn close(&mut self, content: &mut Content) {
        if std::mem::take(&mut self.open) {
            content.word(">]TJ");
        }
    }
}

/// The run's glyphs, from left to right, with what they say.
fn pieces(run: &GlyphRun, face: &Face) -> Vec<Piece> {
    let mut clusters: Vec<(Range<usize>, String)> = Vec::with_capacity(run.clusters.len());
    let mut before = String::new();
    for Cluster { text, glyphs, .. } in &run.clusters {
        let said = run.text.get(text.start as usize..text.end as usize).unwrap_or_default();
        // What has no glyph is said by the one before it: the rest of a ligature, a joiner.
        match clusters.last_mut() {
            _ if !glyphs.is_empty() => {
                let range = glyphs.start as usize..(glyphs.end as usize).min(run.glyphs.len());
                clusters.push((range, std::mem::take(&mut before) + said));
            }
            Some((_, last)) => last.push_str(said),
            None => before.push_str(said),
        }
    }
    for (_, said) in &mut clusters {
        said.retain(|c| !matches!(c, '\n' | '\r' | '\u{0}' | '\u{feff}'));
    }
    clusters.sort_by_key(|(glyphs, _)| glyphs.start);
    let wide = !run.rtl && is_wide(run, face);
    let mut out: Vec<Piece> = Vec::with_capacity(clusters.len());
    for (glyphs, said) in clusters {
        if run.rtl {
            right_to_left(run, face, glyphs, said, &mut out);
            continue;
        }
        let alone = glyphs.len() == 1 && (!wide || said == " ");
        if alone {
            out.push(Piece { glyphs, said: Said::Here(said) });
            continue;
        }
        let end = end_of(run, &glyphs);
        match out.last_mut() {
            Some(Piece { glyphs: before, said: Said::Beside(word, until) })
                if wide && said != " " && before.end == glyphs.start =>
            {
                before.end = glyphs.end;
                word.push_str(&said);
                *until = end;
            }
            _ => out.push(Piece { glyphs, said: Said::Beside(said, end) }),
        }
    }
    out
}

/// Where glyphs of a run from left to right end: at the next one, or with their own advance.
fn end_of(run: &GlyphRun, glyphs: &Range<usize>) -> f32 {
    let next = run.glyphs.get(glyphs.end).map(|glyph| glyph.x);
    next.unwrap_or_else(|| {
        let cluster =
            run.clusters.iter().filter(|c| c.glyphs.end as usize == glyphs.end && !c.glyphs.is_empty());
        let end = |c: &Cluster| {
            let start =
                run.glyphs[c.glyphs.start as usize..c.glyphs.end as usize].iter().map(|glyph| glyph.x);
            // A ligature's advance is shared out among its characters.
            let rest =
                run.clusters.iter().filter(|other| other.glyphs.is_empty() && other.text.start >= c.text.end);
            start.fold(f32::MAX, f32::min) + c.advance + rest.map(|other| other.advance).sum::<f32>()
        };
        cluster.map(end).fold(0.0, f32::max)
    })
}

/// One cluster of a run from right to left: its widest glyph says all.
fn right_to_left(run: &GlyphRun, face: &Face, glyphs: Range<usize>, said: String, out: &mut Vec<Piece>) {
    let width = |at: &usize| face.width(u16::try_from(run.glyphs[*at].id).unwrap_or(0));
    let widest = glyphs.clone().max_by(|a, b| width(a).total_cmp(&width(b)));
    for at in glyphs {
        let said = if Some(at) == widest { Said::Backwards(said.clone()) } else { Said::Here(String::new()) };
        out.push(Piece { glyphs: at..at + 1, said });
    }
}

/// Whether letters stand apart as if each were a word.
fn is_wide(run: &GlyphRun, face: &Face) -> bool {
    run.clusters.iter().any(|cluster| {
        let end = cluster.glyphs.end as usize;
        let text = run.text.get(cluster.text.start as usize..cluster.text.end as usize);
        let Some(last) = run.glyphs.get(end.wrapping_sub(1)) else { return false };
        let step = run.glyphs.get(end).map_or(cluster.advance, |next| next.x - last.x);
        let own = face.width(u16::try_from(last.id).unwrap_or(0)) as f32 / 1000.0 * run.size;
        own > 0.0 && text != Some(" ") && step > own + WIDE * run.size
    })
}
