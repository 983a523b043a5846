//! Directions of inline elements, told to the engine by the characters that Unicode has for them (UAX 9;
//! CSS Writing Modes 4, §2.4.2).

use blitz_dom::Node;
use style::computed_values::direction::T as Direction;
use style::computed_values::unicode_bidi::T as UnicodeBidi;
use style::properties::ComputedValues;

/// Whether an element's direction shows, on lines that may turn or not.
pub(super) fn applies(styles: &ComputedValues, turns: impl FnOnce() -> bool) -> bool {
    styles.clone_unicode_bidi() != UnicodeBidi::Normal
        && (styles.clone_direction() == Direction::Rtl || turns())
}

/// Whether lines run, or hold text that runs, from right to left. That text may be generated, which is no
/// input of a passage; but lines whose text changes are made anew, without what we set in them.
pub(super) fn may_turn(root: &Node) -> bool {
    let rtl = root.primary_styles().is_some_and(|styles| styles.clone_direction() == Direction::Rtl);
    let text = root.element_data().and_then(|data| data.inline_layout_data.as_deref());
    // The scripts that run so begin at U+0590, and so does what turns others.
    rtl || text.is_some_and(|text| text.text.bytes().any(|byte| byte >= 0xd6))
}

/// The characters at which an element's text starts or ends.
pub(super) fn sign(styles: &ComputedValues, opens: bool) -> Option<&'static str> {
    let rtl = styles.clone_direction() == Direction::Rtl;
    let pick = |ltr: &'static str, other: &'static str| if rtl { other } else { ltr };
    Some(match (styles.clone_unicode_bidi(), opens) {
        (UnicodeBidi::Normal, _) => return None,
        (UnicodeBidi::Embed, true) => pick("\u{202a}", "\u{202b}"),
        (UnicodeBidi::BidiOverride, true) => pick("\u{202d}", "\u{202e}"),
        (UnicodeBidi::Isolate, true) => pick("\u{2066}", "\u{2067}"),
        (UnicodeBidi::IsolateOverride, true) => pick("\u{2066}\u{202d}", "\u{2067}\u{202e}"),
        (UnicodeBidi::Plaintext, true) => "\u{2068}",
        (UnicodeBidi::Embed | UnicodeBidi::BidiOverride, false) => "\u{202c}",
        (UnicodeBidi::Isolate | UnicodeBidi::Plaintext, false) => "\u{2069}",
        (UnicodeBidi::IsolateOverride, false) => "\u{202c}\u{2069}",
    })
}
