//! Glyph runs: text that says what it says.
//!
//! A code of a font says its glyph's text wherever that can be told glyph by glyph. Where it cannot (a
//! cluster of several glyphs, letters so far apart that a reader would take them for words), the text
//! is written beside the glyphs as their `ActualText` (ISO 32000-1, §14.9.4). Text that runs from right
//! to left is told glyph by glyph always: readers put it into its order by where the glyphs stand.

use std::ops::Range;

use kurbo::{Affine, Vec2};

use super::content::{Content, Kind};
use super::file::{File, Id};
use super::font::{Face, Used};
use super::syntax::{hex16, number, text as text_string};
use crate::display::{Cluster, GlyphRun};

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
    /// These glyphs together say this.
    Beside(String),
    /// This glyph says nothing of its own.
    Nothing,
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

/// Shows the run with the colours that are set. `place` maps its space to the stream's.
pub(super) fn show(run: &GlyphRun, place: Affine, used: &mut Used, file: &mut File, content: &mut Content) {
    let Some(first) = run.glyphs.first() else { return };
    let face = used.face.clone();
    let matrix = place * Affine::new([1.0, 0.0, 0.0, -1.0, first.x.into(), first.y.into()]);
    let mut line = Line { run, used, file, font: None, pen: f64::from(first.x), rise: 0.0, open: false };
    content.word("BT");
    let [a, b, c, d, e, f] = matrix.as_coeffs();
    for value in [a, b, c, d] {
        super::syntax::fine(&mut content.bytes, value);
        content.bytes.push(b' ');
    }
    content.op(&[e, f], "Tm");
    for piece in pieces(run, &face) {
        match &piece.said {
            Said::Here(said) => line.glyphs(piece.glyphs, Some(said), content),
            Said::Nothing => line.glyphs(piece.glyphs, None, content),
            Said::Beside(said) => {
                line.close(content);
                content.bytes.extend(b"/Span<</ActualText");
                text_string(&mut content.bytes, said);
                content.word(">>BDC");
                line.glyphs(piece.glyphs, None, content);
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
    fn glyphs(&mut self, range: Range<usize>, said: Option<&str>, content: &mut Content) {
        let size = f64::from(self.run.size);
        let baseline = self.run.glyphs[0].y;
        for glyph in &self.run.glyphs[range] {
            let id = u16::try_from(glyph.id).unwrap_or(0);
            let (font, code) = self.used.code(id, said, self.file);
            if self.font != Some(font) {
                self.close(content);
                content.name(Kind::Font, font);
                content.op(&[size], "Tf");
                self.font = Some(font);
            }
            let rise = baseline - glyph.y;
            if rise != self.rise {
                self.close(content);
                content.op(&[rise.into()], "Ts");
                self.rise = rise;
            }
            let back = ((self.pen - f64::from(glyph.x)) * 1000.0 / size).round();
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
            self.pen += self.used.face.width(id) * size / 1000.0;
        }
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
            right_to_left(glyphs, &said, &mut out);
        } else if wide && said != " " {
            match out.last_mut() {
                Some(Piece { glyphs: before, said: Said::Beside(word) }) if before.end == glyphs.start => {
                    before.end = glyphs.end;
                    word.push_str(&said);
                }
                _ => out.push(Piece { glyphs, said: Said::Beside(said) }),
            }
        } else if glyphs.len() == 1 {
            out.push(Piece { glyphs, said: Said::Here(said) });
        } else {
            out.push(Piece { glyphs, said: Said::Beside(said) });
        }
    }
    out
}

/// One cluster of a run from right to left: each glyph says one character, the last glyph the first; if
/// there are not as many of these as of those, one glyph says all.
fn right_to_left(glyphs: Range<usize>, said: &str, out: &mut Vec<Piece>) {
    if glyphs.len() == said.chars().count() {
        let pairs = glyphs.zip(said.chars().rev());
        out.extend(pairs.map(|(at, c)| Piece { glyphs: at..at + 1, said: Said::Here(c.to_string()) }));
    } else {
        let last = glyphs.end - 1;
        out.extend((glyphs.start..last).map(|at| Piece { glyphs: at..at + 1, said: Said::Nothing }));
        out.push(Piece { glyphs: last..last + 1, said: Said::Here(said.to_owned()) });
    }
}

/// Whether letters stand apart as if each were a word.
fn is_wide(run: &GlyphRun, face: &Face) -> bool {
    run.clusters.iter().any(|cluster| {
        let end = cluster.glyphs.end as usize;
        let text = run.text.get(cluster.text.start as usize..cluster.text.end as usize);
        let (Some(last), Some(next)) = (run.glyphs.get(end.wrapping_sub(1)), run.glyphs.get(end)) else {
            return false;
        };
        let own = face.width(u16::try_from(last.id).unwrap_or(0)) as f32 / 1000.0 * run.size;
        own > 0.0 && text != Some(" ") && next.x - last.x > own + WIDE * run.size
    })
}
