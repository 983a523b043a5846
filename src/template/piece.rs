//! Pieces of text that the press puts into lines: how lines, and the painter after them, tell what they are.

use blitz_dom::{Node, NodeId};

/// The name of a piece's element.
pub(crate) const PIECE: &str = "byname-piece";

/// An edge that opens an inline box: for line breaking a letter (UAX 14, class AL), glued to what follows.
pub(crate) const OPENING: &str = "\u{2064}\u{2060}";
/// An edge that closes an inline box: glued to what comes before it, and a letter to what follows.
pub(crate) const CLOSING: &str = "\u{2060}\u{2064}";

/// A sign that makes its line higher: for line breaking a letter.
pub(crate) const SIGN: &str = "\u{2064}";

/// What a piece is to the painter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stand {
    /// Text of the element.
    Text,
    /// Room for the edge at which its box opens or closes.
    Opening,
    Closing,
    /// Nothing that shows.
    Sign,
}

/// The element that a piece with a text belongs to, and as what; `None` for other nodes.
pub(crate) fn stand_in(node: &Node, text: &str) -> Option<(NodeId, Stand)> {
    if !node.is_anonymous() || node.element_data().is_none_or(|data| &*data.name.local != PIECE) {
        return None;
    }
    let is_sign = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let stand = match text {
        OPENING => Stand::Opening,
        CLOSING => Stand::Closing,
        SIGN => Stand::Sign,
        text if text.chars().all(is_sign) => Stand::Sign,
        _ => Stand::Text,
    };
    Some((node.parent?, stand))
}
