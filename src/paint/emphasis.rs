//! `text-emphasis` (CSS Text Decoration 4, §3): a mark at every character.

use std::sync::Arc;

use kurbo::{Affine, BezPath, Point, Stroke};
use parley::FontData;
use skrifa::MetadataProvider as _;
use skrifa::raw::TableProvider as _;

use super::Painter;
use super::boxes::ellipse;
use super::style::{custom, custom_color};
use super::text::Text;
use crate::display::{Color, Glyph, GlyphRun, Paint, Shape};
use crate::template::mirror;

/// Marks are this large, relative to the text.
const SIZE: f64 = 0.5;

impl Painter<'_> {
    pub(super) fn emphasis(&mut self, text: &Text, transform: Affine, color: Option<Color>) {
        let Some(wish) = custom(&text.style, &mirror::EMPHASIS_STYLE) else { return };
        let Some(mark) = mark(&wish) else { return };
        let color = color.unwrap_or_else(|| custom_color(&text.style, &mirror::EMPHASIS_COLOR));
        if color.alpha() <= 0.0 {
            return;
        }
        let under = custom(&text.style, &mirror::EMPHASIS_POSITION)
            .is_some_and(|position| position.split_ascii_whitespace().any(|word| word == "under"));
        let em = f64::from(text.run.size) * SIZE;
        let (ascent, descent) = (f64::from(text.metrics.ascent), f64::from(text.metrics.descent));
        let extent = (text.metrics.ascent.round(), text.metrics.descent.round());
        let (em_ascent, em_descent) = em_box(&text.run.font.data, text.run.size, extent);
        // The mark's own line stands on the em box of the text's.
        let baseline = if under {
            text.baseline + f64::from(em_descent) + (ascent * SIZE).round()
        } else {
            text.baseline - f64::from(em_ascent) - (descent * SIZE).round()
        };
        let glyph = glyph_of(&text.run, mark);
        let mut glyphs = Vec::new();
        for (start, end, said) in spans(text) {
            if said.chars().all(|c| c.is_whitespace() || c.is_control() || c.is_ascii_punctuation()) {
                continue;
            }
            let middle = (start + end) / 2.0;
            match glyph {
                Some((id, advance)) => {
                    glyphs.push(Glyph { id, x: (middle - advance / 2.0) as f32, y: baseline as f32 });
                }
                None => self.drawn(mark, Point::new(middle, baseline - em * 0.36), em, transform, color),
            }
        }
        if !glyphs.is_empty() {
            self.recorder.glyphs(GlyphRun {
                size: em as f32,
                skew: 0.0,
                glyphs,
                paint: Paint::Solid(color),
                stroke: None,
                transform,
                text: "".into(),
                clusters: Vec::new(),
                ..text.run.clone()
            });
        }
    }

    /// The marks that have a shape, for fonts that lack them.
    fn drawn(&mut self, mark: char, at: Point, em: f64, transform: Affine, color: Color) {
        let circle = |part: f64| ellipse(at, em * part, em * part);
        let triangle = || {
            let half = em * 0.38;
            let mut path = BezPath::new();
            path.move_to((at.x, at.y - half));
            path.line_to((at.x + half, at.y + half * 0.8));
            path.line_to((at.x - half, at.y + half * 0.8));
            path.close_path();
            path
        };
        let (filled, open) = match mark {
            '\u{2022}' => (Some(circle(0.2)), None),
            '\u{25e6}' => (None, Some(circle(0.17))),
            '\u{25cf}' | '\u{fe45}' => (Some(circle(0.36)), None),
            '\u{25cb}' | '\u{fe46}' => (None, Some(circle(0.33))),
            '\u{25c9}' => (Some(circle(0.2)), Some(circle(0.34))),
            '\u{25ce}' => (None, Some(circle(0.34))),
            '\u{25b2}' => (Some(triangle()), None),
            '\u{25b3}' => (None, Some(triangle())),
            _ => (None, None),
        };
        if let Some(path) = filled {
            self.recorder.fill(Shape::Path(Arc::new(transform * path), false), Paint::Solid(color));
        }
        if let Some(path) = open {
            let stroke = Stroke::new(em * 0.07 * transform.determinant().abs().sqrt());
            self.recorder.stroke(Arc::new(transform * path), stroke, Paint::Solid(color));
        }
    }
}

/// How far the em box of a font reaches up and down from the baseline, in whole pixels as in Chromium;
/// `extent` is how far the font does.
pub(crate) fn em_box(data: &FontData, size: f32, extent: (f32, f32)) -> (f32, f32) {
    let over = skrifa::FontRef::from_index(data.data.as_ref(), data.index).ok().and_then(|font| {
        let os2 = font.os2().ok()?;
        let (over, under) = (f32::from(os2.s_typo_ascender()), -f32::from(os2.s_typo_descender()));
        let whole = over + under;
        (over > 0.0 && whole > 0.0).then(|| size * over / whole)
    });
    let Some(over) = over else { return extent };
    let beyond = |reach: f32, em: f32| (reach - em).max(0.0).floor();
    (extent.0 - beyond(extent.0, over), extent.1 - beyond(extent.1, size - over))
}

/// The character that a style stands for.
fn mark(wish: &str) -> Option<char> {
    if let Some(own) = wish.strip_prefix(['"', '\'']) {
        return own.chars().next().filter(|c| !matches!(c, '"' | '\''));
    }
    let has = |word: &str| wish.split_ascii_whitespace().any(|part| part.eq_ignore_ascii_case(word));
    if has("none") || wish.is_empty() {
        return None;
    }
    let pick = |filled: char, open: char| Some(if has("open") { open } else { filled });
    if has("dot") {
        pick('\u{2022}', '\u{25e6}')
    } else if has("double-circle") {
        pick('\u{25c9}', '\u{25ce}')
    } else if has("triangle") {
        pick('\u{25b2}', '\u{25b3}')
    } else if has("sesame") {
        pick('\u{fe45}', '\u{fe46}')
    } else if has("circle") || has("filled") || has("open") {
        pick('\u{25cf}', '\u{25cb}')
    } else {
        None
    }
}

/// The mark's glyph in the text's own font, and its advance.
fn glyph_of(run: &GlyphRun, mark: char) -> Option<(u32, f64)> {
    let data = &run.font.data;
    let font = skrifa::FontRef::from_index(data.data.as_ref(), data.index).ok()?;
    let id = font.charmap().map(mark).filter(|id| id.to_u32() != 0)?;
    let size = skrifa::instance::Size::new(run.size * SIZE as f32);
    let advance = font.glyph_metrics(size, skrifa::instance::LocationRef::default()).advance_width(id)?;
    Some((id.to_u32(), advance.into()))
}

/// Where each cluster of the text starts and ends, and what it says.
fn spans(text: &Text) -> Vec<(f64, f64, &str)> {
    let mut clusters: Vec<_> = text.run.clusters.iter().collect();
    // From left to right, as the glyphs lie.
    if text.run.rtl {
        clusters.reverse();
    }
    let mut at = text.from;
    clusters
        .into_iter()
        .map(|cluster| {
            let start = at;
            at += f64::from(cluster.advance);
            let said = text.run.text.get(cluster.text.start as usize..cluster.text.end as usize);
            (start, at, said.unwrap_or_default())
        })
        .collect()
}
