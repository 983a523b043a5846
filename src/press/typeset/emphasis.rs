//! Room on the line for emphasis marks (CSS Text Decoration 4, §3.4): a sign before every word makes the line
//! that it lands on high enough.

use blitz_dom::{BaseDocument, NodeId};
use style::properties::ComputedValues;

use super::plan::{Look, Part, Rise};
use crate::template::{SIGN, mirror};

/// Marks are this large, relative to the text.
const SIZE: f32 = 0.5;

/// Whether a text is marked.
pub(super) fn apply(styles: &ComputedValues, text: &str) -> bool {
    let words =
        |name| Some(styles.custom_properties().get_for_cssom(name)?.as_universal()?.css_text().trim());
    words(&mirror::EMPHASIS_STYLE)
        .is_some_and(|style| !style.is_empty() && !style.eq_ignore_ascii_case("none"))
        && !text.trim().is_empty()
}

/// Puts signs into the texts among `parts`, from the one at `from` on.
pub(super) fn split(
    document: &BaseDocument,
    root: NodeId,
    owner: NodeId,
    styles: &ComputedValues,
    parts: &mut Vec<Part>,
    from: usize,
) {
    let asks = parts[from..].iter().any(|part| matches!(part, Part::Text(text) if apply(styles, text)));
    let Some(rise) = asks.then(|| rise(document, root, owner, styles)).flatten() else { return };
    let look = Look { rise: Some(rise), ..Look::default() };
    for part in parts.split_off(from) {
        let Part::Text(text) = part else {
            parts.push(part);
            continue;
        };
        let mut start = 0;
        let mut after = true;
        for (at, c) in text.char_indices() {
            // Lines break between the characters of scripts that have no spaces.
            let begins = !c.is_whitespace() && (after || c >= '\u{2e80}');
            after = c.is_whitespace();
            if begins {
                if at > start {
                    parts.push(Part::Text(text[start..at].to_owned()));
                }
                parts.push(Part::piece(SIGN, look));
                start = at;
            }
        }
        parts.push(Part::Text(text[start..].to_owned()));
    }
}

/// How high a line with marks is.
fn rise(document: &BaseDocument, root: NodeId, owner: NodeId, styles: &ComputedValues) -> Option<Rise> {
    let lines = document.get_node(root)?.element_data()?.inline_layout_data.as_deref()?;
    let is_own = |run: &parley::layout::Run<'_, _>| {
        run.clusters().next().is_some_and(
            |cluster: parley::layout::Cluster<'_, blitz_dom::node::TextBrush>| {
                cluster.style().brush.id == owner
            },
        )
    };
    let run = lines.layout.lines().find_map(|line| line.runs().find(is_own))?;
    let (metrics, scale) = (run.font_metrics(), lines.layout.scale());
    let (ascent, descent) = (metrics.ascent.round(), metrics.descent.round());
    let mark = (metrics.ascent * SIZE).round() + (metrics.descent * SIZE).round();
    let position = styles.custom_properties().get_for_cssom(&mirror::EMPHASIS_POSITION);
    let position = position.and_then(|position| Some(position.as_universal()?.css_text()));
    let under = position.is_some_and(|text| text.split_ascii_whitespace().any(|word| word == "under"));
    let shift = if under { -mark } else { mark };
    Some(Rise { height: (ascent + descent + mark) / scale, shift: shift / 2.0 / scale })
}
