//! Glyph runs: text that says what it says.
//!
//! A code of a font says its glyph's text wherever that can be told glyph by glyph. Where it cannot (a
//! cluster of several glyphs, letters so far apart that a reader would take them for words), the text
//! is written beside the glyphs as their `ActualText` (ISO 32000-1, §14.9.4).
//!
//! Readers put text that runs from right to left into its order by where the glyphs stand, one character
//! after the other. So there a glyph says one character only; the others of its cluster are said by
//! **carriers**: the glyph again, unseen and nearly without width, right after it. Where letters stand far
//! apart all is said by carriers, the last of them so wide that it reaches to the next letter.

use std::borrow::Cow;
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
struct Piece<'a> {
    glyphs: Range<usize>,
    said: Said<'a>,
}

enum Said<'a> {
    /// The glyph says this.
    Here(Cow<'a, str>),
    /// The glyph says the last of these, its carriers the others.
    Backwards(Cow<'a, str>),
    /// The glyph says nothing, its carriers these; they reach to this place.
    Stretched(Cow<'a, str>, f32),
    /// These glyphs together, which end at this place, say this.
    Beside(Cow<'a, str>, f32),
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
                        line.carrier(glyph, line.pen, 1.0, Some(&c), content);
                    }
                }
            }
            Said::Stretched(said, end) => {
                let cluster = &run.glyphs[glyphs];
                cluster.iter().for_each(|glyph| line.glyph(glyph, Some(""), content));
                let width = |glyph: &Glyph| face.width(u16::try_from(glyph.id).unwrap_or(0));
                let Some(widest) = cluster.iter().max_by(|a, b| width(a).total_cmp(&width(b))) else {
                    continue;
                };
                let own = width(widest) / 1000.0 * f64::from(run.size);
                let mut from = f64::from(cluster.iter().map(|glyph| glyph.x).fold(f32::MAX, f32::min));
                let mut percent = ((f64::from(end) - from) / own * 100.0).clamp(1.0, 10_000.0);
                line.raise(0.0, content);
                for c in said.chars().rev() {
                    line.carrier(widest, from, percent, Some(c.encode_utf8(&mut [0; 4])), content);
                    (from, percent) = (line.pen, 1.0);
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
                    line.carrier(glyph, end.into(), 1.0, None, content);
                }
                line.close(content);
                content.word("EMC");
            }
        }
    }
    line.close(content);
    // It outlives the text object.
    line.raise(0.0, content);
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
        self.raise(self.run.glyphs[0].y - glyph.y, content);
        let width = self.code(glyph, glyph.x.into(), said, content);
        self.pen += width;
    }

    fn raise(&mut self, rise: f32, content: &mut Content) {
        if rise != self.rise {
            self.close(content);
            content.op(&[rise.into()], "Ts");
            self.rise = rise;
        }
    }

    /// The glyph once more, unseen and with that much of its width.
    fn carrier(&mut self, glyph: &Glyph, x: f64, percent: f64, said: Option<&str>, content: &mut Content) {
        self.close(content);
        // Moves in `TJ` are scaled as widths are, so this one is made before.
        let ahead = -(x - self.pen) * 1000.0 / f64::from(self.run.size);
        if ahead.abs() >= 1.0 {
            content.bytes.push(b'[');
            number(&mut content.bytes, ahead.round());
            content.word("]TJ");
            self.pen -= ahead.round() * f64::from(self.run.size) / 1000.0;
        }
        content.word("3 Tr");
        content.op(&[percent], "Tz");
        let width = self.code(glyph, self.pen, said, content);
        self.close(content);
        content.word(&format!("{} Tr 100 Tz", self.mode));
        self.pen += width * percent / 100.0;
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
fn pieces<'a>(run: &'a GlyphRun, face: &Face) -> Vec<Piece<'a>> {
    let mut clusters: Vec<(Range<usize>, Cow<'a, str>)> = Vec::with_capacity(run.clusters.len());
    let mut before = String::new();
    for Cluster { text, glyphs, .. } in &run.clusters {
        let said = run.text.get(text.start as usize..text.end as usize).unwrap_or_default();
        // What has no glyph is said by the one before it: the rest of a ligature, a joiner.
        match clusters.last_mut() {
            _ if !glyphs.is_empty() => {
                let range = glyphs.start as usize..(glyphs.end as usize).min(run.glyphs.len());
                let said = match before.is_empty() {
                    true => Cow::Borrowed(said),
                    false => Cow::Owned(std::mem::take(&mut before) + said),
                };
                clusters.push((range, said));
            }
            Some((_, last)) => last.to_mut().push_str(said),
            None => before.push_str(said),
        }
    }
    for (_, said) in &mut clusters {
        const UNSAID: [char; 4] = ['\n', '\r', '\u{0}', '\u{feff}'];
        if said.contains(UNSAID) {
            said.to_mut().retain(|c| !UNSAID.contains(&c));
        }
    }
    clusters.sort_by_key(|(glyphs, _)| glyphs.start);
    let wide = is_wide(run, face);
    let mut out: Vec<Piece<'a>> = Vec::with_capacity(clusters.len());
    for (glyphs, said) in clusters {
        if run.rtl {
            right_to_left(run, face, glyphs, said, wide, &mut out);
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
                word.to_mut().push_str(&said);
                *until = end;
            }
            _ => out.push(Piece { glyphs, said: Said::Beside(said, end) }),
        }
    }
    out
}

/// Where glyphs of a run from left to right end: at the next one, or with their own advance.
fn end_of(run: &GlyphRun, glyphs: &Range<usize>) -> f32 {
    next_to(run, glyphs.end).unwrap_or_else(|| {
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

/// Where the cluster that begins with a glyph stands. From right to left marks come first, and may stand to
/// the right of their letter.
fn next_to(run: &GlyphRun, start: usize) -> Option<f32> {
    if !run.rtl {
        return run.glyphs.get(start).map(|glyph| glyph.x);
    }
    let cluster = run.clusters.iter().find(|c| c.glyphs.start as usize == start && !c.glyphs.is_empty())?;
    let glyphs = run.glyphs.get(start..cluster.glyphs.end as usize)?;
    Some(glyphs.iter().map(|glyph| glyph.x).fold(f32::MAX, f32::min))
}

/// One cluster of a run from right to left: its widest glyph says all.
fn right_to_left<'a>(
    run: &GlyphRun,
    face: &Face,
    glyphs: Range<usize>,
    said: Cow<'a, str>,
    wide: bool,
    out: &mut Vec<Piece<'a>>,
) {
    let width = |at: &usize| face.width(u16::try_from(run.glyphs[*at].id).unwrap_or(0));
    let widest = glyphs.clone().max_by(|a, b| width(a).total_cmp(&width(b)));
    if wide && said != " " && widest.is_some_and(|at| width(&at) > 0.0) {
        let end = end_of(run, &glyphs);
        return out.push(Piece { glyphs, said: Said::Stretched(said, end) });
    }
    for at in glyphs {
        let said =
            if Some(at) == widest { Said::Backwards(said.clone()) } else { Said::Here(Cow::Borrowed("")) };
        out.push(Piece { glyphs: at..at + 1, said });
    }
}

/// Whether letters stand apart as if each were a word.
fn is_wide(run: &GlyphRun, face: &Face) -> bool {
    run.clusters.iter().any(|cluster| {
        let end = cluster.glyphs.end as usize;
        let text = run.text.get(cluster.text.start as usize..cluster.text.end as usize);
        let Some(last) = run.glyphs.get(end.wrapping_sub(1)) else { return false };
        let step = next_to(run, end).map_or(cluster.advance, |next| next - last.x);
        let own = face.width(u16::try_from(last.id).unwrap_or(0)) as f32 / 1000.0 * run.size;
        own > 0.0 && text != Some(" ") && step > own + WIDE * run.size
    })
}
