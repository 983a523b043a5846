//! Tab stops (CSS Text 3, §7.2), where white space is kept.

use blitz_dom::{BaseDocument, Node, NodeId};
use parley::{BreakReason, InlineBoxKind, PositionedLayoutItem};
use skrifa::MetadataProvider as _;
use style::computed_values::white_space_collapse::T as WhiteSpaceCollapse;
use style::properties::ComputedValues;
use style::values::generics::length::LengthOrNumber;

use super::plan::{Look, Part};

/// Whether a text has tabs that show.
pub(super) fn apply(styles: &ComputedValues, text: &str) -> bool {
    matches!(
        styles.get_inherited_text().white_space_collapse,
        WhiteSpaceCollapse::Preserve | WhiteSpaceCollapse::BreakSpaces
    ) && text.contains('\t')
}

/// The tabs of a passage, in the order in which they are read. Lengths are CSS pixels.
pub(super) struct Stops {
    tabs: std::vec::IntoIter<Tab>,
    /// How far what follows on the line is from where the engine sets it.
    moved: f32,
}

struct Tab {
    /// Where it begins, as the engine sets the line but for tabs.
    at: f32,
    /// How far tab stops are apart.
    stop: f32,
    space: f32,
}

impl Tab {
    /// How wide it is where it begins at `x`.
    fn advance(&self, x: f32) -> f32 {
        let advance = if self.stop > 0.0 { self.stop - x % self.stop } else { 0.0 };
        // A tab always shows.
        if advance < self.space / 2.0 { advance + self.stop } else { advance }
    }
}

impl Stops {
    pub(super) fn find(document: &BaseDocument, root: NodeId) -> Self {
        Self { tabs: tabs(document, root).into_iter(), moved: 0.0 }
    }

    /// Passes the edge of an inline box.
    pub(super) fn pass(&mut self, width: f32) {
        self.moved += width;
    }

    pub(super) fn end_line(&mut self) {
        self.moved = 0.0;
    }

    /// How much wider than a space the next tab is.
    fn next(&mut self) -> f32 {
        let Some(tab) = self.tabs.next() else { return 0.0 };
        let advance = tab.advance(tab.at + self.moved);
        self.moved += advance - tab.advance(tab.at);
        advance - tab.space
    }
}

/// Splits a text at its tabs: a space stands for each, with room after it up to the next of `stops`.
pub(super) fn split(styles: &ComputedValues, text: &str, stops: &mut Stops, parts: &mut Vec<Part>) {
    let tabs = apply(styles, text);
    let ends_lines = styles.get_inherited_text().white_space_collapse != WhiteSpaceCollapse::Collapse;
    let texts = text.split(|c| tabs && c == '\t');
    for (index, text) in texts.enumerate() {
        if index > 0 {
            let look = Look { spacing: Some(stops.next()), ..Look::default() };
            parts.push(Part::piece(" ", look));
        }
        if ends_lines && text.contains('\n') {
            stops.end_line();
        }
        if !text.is_empty() {
            parts.push(Part::Text(text.to_owned()));
        }
    }
}

fn tabs(document: &BaseDocument, root: NodeId) -> Vec<Tab> {
    let lines = document.get_node(root).and_then(|node| node.element_data()?.inline_layout_data.as_deref());
    let Some(lines) = lines.filter(|lines| lines.text.contains('\t')) else { return Vec::new() };
    let scale = lines.layout.scale();
    let mut out = Vec::new();
    let mut x = 0.0;
    for line in lines.layout.lines() {
        let mut boxes = line.items().filter_map(|item| match item {
            PositionedLayoutItem::InlineBox(item) => {
                Some(if item.kind == InlineBoxKind::InFlow { item.width } else { 0.0 })
            }
            PositionedLayoutItem::GlyphRun(_) => None,
        });
        // Boxes and runs are counted together.
        let mut index = 0;
        for run in line.runs() {
            x += boxes.by_ref().take(run.index().saturating_sub(index)).sum::<f32>();
            index = run.index() + 1;
            let space = space(&run);
            for cluster in run.clusters() {
                if lines.text.get(cluster.text_range()) != Some("\t") {
                    x += cluster.advance();
                    continue;
                }
                let node = document.get_node(cluster.style().brush.id);
                let stop =
                    node.and_then(Node::primary_styles).map_or(0.0, |styles| stop(&styles, space, scale));
                let tab = Tab { at: x / scale, stop: stop / scale, space: space / scale };
                x += tab.advance(tab.at) * scale;
                out.push(tab);
            }
        }
        x += boxes.sum::<f32>();
        if line.break_reason() == BreakReason::Explicit {
            x = 0.0;
        }
    }
    out
}

/// How far tab stops are apart, in device pixels.
fn stop(styles: &ComputedValues, space: f32, scale: f32) -> f32 {
    match styles.clone_tab_size() {
        LengthOrNumber::Number(count) => {
            let text = styles.get_inherited_text();
            let size = styles.clone_font_size().computed_size();
            let more = text.letter_spacing.0.resolve(size).px() + text.word_spacing.resolve(size).px();
            count.0 * (space + more * scale)
        }
        LengthOrNumber::Length(length) => length.0.px() * scale,
    }
}

/// How wide a space is, in device pixels.
fn space(run: &parley::layout::Run<'_, blitz_dom::node::TextBrush>) -> f32 {
    let data = run.font();
    let width = skrifa::FontRef::from_index(data.data.as_ref(), data.index).ok().and_then(|font| {
        let glyph = font.charmap().map(' ')?;
        let size = skrifa::instance::Size::new(run.font_size());
        let place: Vec<_> = run
            .normalized_coords()
            .iter()
            .map(|c| skrifa::instance::NormalizedCoord::from_bits(c.to_bits()))
            .collect();
        font.glyph_metrics(size, skrifa::instance::LocationRef::new(&place)).advance_width(glyph)
    });
    width.unwrap_or(run.font_size() / 4.0)
}
