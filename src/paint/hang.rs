//! White space at the ends of lines.

use blitz_dom::node::TextBrush;
use parley::{BreakReason, Layout};
use style::properties::ComputedValues;

use super::inline::{Lines, Piece, align};

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
}
