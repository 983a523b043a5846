//! `text-wrap: balance` (CSS Text 4, §6.3.2): the narrowest lines that are no more of them, in the block
//! that they had. The lines are broken again where they lie, so nothing around them moves.

use blitz_dom::{BaseDocument, Node, NodeId};
use parley::Alignment;
use style::computed_values::direction::T as Direction;
use style::values::specified::{TextAlignKeyword, TextAlignLast};

use super::measure::inline_roots;
use crate::template::mirror;

/// Longer texts stay as they are, as in Chromium.
const MAX_LINES: usize = 6;

/// Widths are tried until they differ by less than this many device pixels.
const STEP: f32 = 0.5;

/// Balances all text that asks for it. What is balanced already stays as it is.
pub(super) fn balance(document: &mut BaseDocument, root: NodeId) {
    let mut wanted = Vec::new();
    inline_roots(document, root, &mut |node| {
        if let Some(alignment) = wish(node) {
            wanted.push((node.id, alignment));
        }
    });
    for (id, alignment) in wanted {
        let text = document
            .get_node_mut(id)
            .and_then(Node::element_data_mut)
            .and_then(|element| element.inline_layout_data.as_deref_mut());
        if let Some(text) = text {
            narrow(&mut text.layout, alignment);
        }
    }
}

/// How a text lies in its block, if it is to be balanced and can be.
fn wish(node: &Node) -> Option<(Alignment, Option<Alignment>)> {
    let styles = node.primary_styles()?;
    let style = styles.custom_properties().get_for_cssom(&mirror::WRAP_STYLE)?;
    let asked = style.as_universal()?.css_text().split_ascii_whitespace().any(|word| word == "balance");
    let text = node.element_data()?.inline_layout_data.as_deref()?;
    let lines = text.layout.len();
    if !asked || !(2..=MAX_LINES).contains(&lines) || text.layout.inline_boxes().len() > 0 {
        return None;
    }
    let rtl = styles.clone_direction() == Direction::Rtl;
    let alignment = match styles.clone_text_align() {
        TextAlignKeyword::Start => Alignment::Start,
        TextAlignKeyword::End => Alignment::End,
        TextAlignKeyword::Left | TextAlignKeyword::MozLeft => Alignment::Left,
        TextAlignKeyword::Right | TextAlignKeyword::MozRight => Alignment::Right,
        TextAlignKeyword::Center | TextAlignKeyword::MozCenter => Alignment::Center,
        TextAlignKeyword::Justify => Alignment::Justify,
    };
    let resolved = match (alignment, rtl) {
        (Alignment::Start, true) | (Alignment::End, false) => Alignment::Right,
        (Alignment::Start, false) | (Alignment::End, true) => Alignment::Left,
        (other, _) => other,
    };
    // Lines that are aligned in two ways have no one place in the block.
    (styles.clone_text_align_last() == TextAlignLast::Auto || lines == 1).then_some((resolved, None))
}

fn narrow<B: parley::Brush>(
    layout: &mut parley::Layout<B>,
    (alignment, last): (Alignment, Option<Alignment>),
) {
    let full = layout.layout_max_advance();
    if !full.is_finite() || full >= f32::MAX {
        return;
    }
    let lines = layout.len();
    let (mut low, mut high) = (full / lines as f32 / 2.0, full);
    while high - low > STEP {
        let middle = (low + high) / 2.0;
        layout.break_all_lines(Some(middle));
        let overflows = layout.lines().any(|line| {
            let metrics = line.metrics();
            metrics.advance - metrics.hanging_advance > middle
        });
        if layout.len() > lines || overflows { low = middle } else { high = middle }
    }
    let left = match alignment {
        Alignment::Right => full - high,
        Alignment::Center => (full - high) / 2.0,
        _ => 0.0,
    };
    let mut breaker = layout.break_lines();
    breaker.state_mut().set_layout_max_advance(full);
    breaker.state_mut().set_line_max_advance(high);
    breaker.state_mut().set_line_x(left);
    while breaker.break_next().is_some() {
        breaker.state_mut().set_line_max_advance(high);
        breaker.state_mut().set_line_x(left);
    }
    breaker.finish();
    let options = parley::AlignmentOptions { align_when_overflowing: false, last_line_alignment: last };
    layout.align(alignment, options);
}
