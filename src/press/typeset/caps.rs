//! Small capitals, made of larger ones where the font has none (CSS Fonts 4, §6.6).

use blitz_dom::node::TextLayout;
use blitz_dom::{BaseDocument, NodeId};
use parley::PositionedLayoutItem;
use skrifa::raw::TableProvider as _;
use style::computed_values::font_variant_caps::T as FontVariantCaps;
use style::properties::ComputedValues;

use super::plan::{Look, Part};

/// How large they are; sizes are whole pixels, as in Chromium.
const SCALE: f32 = 0.7;

/// Whether a text asks for any.
pub(super) fn apply(styles: &ComputedValues, text: &str) -> bool {
    styles.get_font().font_variant_caps == FontVariantCaps::SmallCaps && text.chars().any(is_small)
}

fn is_small(c: char) -> bool {
    c.is_lowercase() && c.to_uppercase().next() != Some(c)
}

/// Splits the texts among `parts`, from the one at `from` on.
pub(super) fn split(
    document: &BaseDocument,
    root: NodeId,
    owner: NodeId,
    styles: &ComputedValues,
    parts: &mut Vec<Part>,
    from: usize,
) {
    let lines = document.get_node(root).and_then(|node| node.element_data()?.inline_layout_data.as_deref());
    let asks = parts[from..].iter().any(|part| matches!(part, Part::Text(text) if apply(styles, text)));
    if !asks || !lines.is_some_and(|lines| lacks(lines, owner)) {
        return;
    }
    for part in parts.split_off(from) {
        let Part::Text(text) = part else {
            parts.push(part);
            continue;
        };
        let chars: Vec<char> = text.chars().collect();
        // What combines with a letter goes with it.
        let mut small = false;
        let kinds: Vec<bool> = chars
            .iter()
            .map(|c| {
                small = is_small(*c) || small && !c.is_alphanumeric() && !c.is_whitespace() && !c.is_ascii();
                small
            })
            .collect();
        let mut at = 0;
        for run in kinds.chunk_by(|a, b| a == b) {
            let text: String = chars[at..at + run.len()].iter().collect();
            at += run.len();
            parts.push(if run[0] {
                let look = Look { scale: Some(SCALE), ..Look::default() };
                Part::piece(&text.to_uppercase(), look)
            } else {
                Part::Text(text)
            });
        }
    }
}

/// Whether the font in which an element's text is set has no small capitals.
fn lacks(lines: &TextLayout, owner: NodeId) -> bool {
    let runs = lines.layout.lines().flat_map(|line| {
        line.items().filter_map(|item| match item {
            PositionedLayoutItem::GlyphRun(run) => Some(run),
            PositionedLayoutItem::InlineBox(_) => None,
        })
    });
    let mut runs = runs.into_iter();
    let Some(run) = runs.find(|run| run.style().brush.id == owner) else { return false };
    let data = run.run().font();
    let Ok(font) = skrifa::FontRef::from_index(data.data.as_ref(), data.index) else { return false };
    let features = font.gsub().and_then(|gsub| gsub.feature_list());
    !features.is_ok_and(|list| list.feature_records().iter().any(|record| record.feature_tag() == "smcp"))
}
