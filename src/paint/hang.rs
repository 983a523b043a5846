//! What is peculiar to the ends of lines: white space that hangs, and hyphens.

use blitz_dom::node::TextBrush;
use parley::{BreakReason, Layout};
use skrifa::MetadataProvider as _;
use style::properties::ComputedValues;

use super::inline::{Lines, Piece, align};
use super::text::Text;
use crate::display::{Glyph, GlyphRun};

impl Lines<'_> {
    /// White space at the end of a line belongs to the line's own direction (UAX 9, L1), even after a word
    /// in the other, where the engine leaves it at the wrong end of the word.
    pub(super) fn hang(&mut self, layout: &Layout<TextBrush>, text: &str, style: &ComputedValues) {
        let rtl = layout.is_rtl();
        for (index, line) in layout.lines().enumerate() {
            let broken = line.break_reason() == BreakReason::Regular;
            let end = line.text_range().end;
            if !broken || !text[..end].ends_with(' ') {
                continue;
            }
            let of = |range: &std::ops::Range<usize>| range.end == end && range.len() == 1;
            let last = line.runs().filter(|run| run.is_rtl() != rtl).find_map(|run| {
                let cluster = run.clusters().last().filter(|cluster| of(&cluster.text_range()))?;
                Some((cluster.advance(), line.metrics().inline_min_coord + cluster.visual_offset()?))
            });
            let Some((advance, at)) = last.map(|(advance, at)| (f64::from(advance), f64::from(at))) else {
                continue;
            };
            let on_line = |piece: &&mut Piece| piece.line == index;
            for piece in self.pieces.iter_mut().filter(on_line) {
                let after = if rtl { piece.from < at } else { piece.to > at };
                let mut shift = if !after {
                    0.0
                } else if rtl {
                    advance
                } else {
                    -advance
                };
                align(std::slice::from_mut(&mut shift), -advance, style);
                piece.from += shift;
                piece.to += shift;
                if let Some(text) = &mut piece.text {
                    text.shift(shift);
                    // The space itself is not part of it any more.
                    if !rtl && (text.from - shift - at).abs() < 0.01 {
                        text.from += advance;
                        piece.from += advance;
                    }
                    if rtl && (text.to - shift - at - advance).abs() < 0.01 {
                        text.to -= advance;
                        piece.to -= advance;
                    }
                }
            }
        }
    }

    /// A word that is broken at a soft hyphen shows one there (CSS Text 3, §5.4).
    pub(super) fn hyphenate(&mut self, layout: &Layout<TextBrush>, text: &str) {
        if !text.contains(SOFT_HYPHEN) {
            return;
        }
        for (index, line) in layout.lines().enumerate() {
            let is_broken = line.break_reason() == BreakReason::Regular;
            if !is_broken || !text[..line.text_range().end].ends_with(SOFT_HYPHEN) {
                continue;
            }
            let ends = |piece: &Piece| {
                piece.line == index && piece.text.as_ref().is_some_and(|t| t.run.text.ends_with(SOFT_HYPHEN))
            };
            let Some(at) = self.pieces.iter().rposition(ends) else { continue };
            if let Some(hyphen) = self.pieces[at].text.as_ref().and_then(hyphen_after) {
                let piece = self.pieces[at].with(hyphen);
                self.pieces.insert(at + 1, piece);
            }
        }
    }
}

const SOFT_HYPHEN: char = '\u{ad}';

/// A hyphen at the end of a run.
fn hyphen_after(text: &Text) -> Option<Text> {
    let data = &text.run.font.data;
    let font = skrifa::FontRef::from_index(data.data.as_ref(), data.index).ok()?;
    let mut glyphs = ['\u{2010}', '-'].into_iter().filter_map(|c| font.charmap().map(c));
    let id = glyphs.find(|id| id.to_u32() != 0)?;
    let coords: Vec<_> =
        text.run.coords.iter().map(|coord| skrifa::instance::NormalizedCoord::from_bits(*coord)).collect();
    let place = skrifa::instance::LocationRef::new(&coords);
    let advance = font.glyph_metrics(skrifa::instance::Size::new(text.run.size), place).advance_width(id)?;
    let advance = f64::from(advance);
    let from = if text.run.rtl { text.from - advance } else { text.to };
    let glyphs = vec![Glyph { id: id.to_u32(), x: from as f32, y: text.baseline as f32 }];
    let run = GlyphRun { glyphs, ..text.run.clone() }.silent();
    Some(Text { run, from, to: from + advance, ..text.clone() })
}
