//! Pseudo-elements that the style engine computes only on request, in place of others that an asset never
//! shows.

use std::borrow::Cow;

use cssparser::{Parser, Token};
use style::selector_parser::PseudoElement;

/// The pseudo-element that carries the style of `::marker`. Nothing is ever selected in an asset.
pub(crate) const LIST_MARKER: PseudoElement = PseudoElement::Selection;

/// Ends the text of a list's marker that the press had made in a font of its own; it is not drawn.
pub(crate) const MARKER_MADE: char = '\u{2060}';

/// A style sheet in which `::marker` is written as the pseudo-element that carries it.
pub(crate) fn renamed(css: &str) -> Cow<'_, str> {
    let mut found = Vec::new();
    if css.contains("::") {
        find(&mut Parser::new(css), &mut found);
    }
    if found.is_empty() {
        return Cow::Borrowed(css);
    }
    let mut out = String::with_capacity(css.len() + found.len() * 8);
    let mut done = 0;
    for (start, end, name) in found {
        out.push_str(&css[done..start]);
        out.push_str(name);
        done = end;
    }
    out.push_str(&css[done..]);
    Cow::Owned(out)
}

/// Finds the names after two colons, with their places in bytes and what to write there.
fn find(parser: &mut Parser<'_>, found: &mut Vec<(usize, usize, &'static str)>) {
    let mut colons = 0;
    loop {
        let start = parser.position().byte_index();
        let Ok(token) = parser.next_including_whitespace_and_comments() else { return };
        let (mut name, mut opens, mut colon) = (None, false, false);
        match token {
            Token::Colon => colon = true,
            Token::Ident(ident) if colons == 2 && ident.eq_ignore_ascii_case("marker") => {
                name = Some("selection")
            }
            Token::Ident(ident) if colons == 2 && ident.eq_ignore_ascii_case("selection") => {
                name = Some("backdrop")
            }
            Token::Function(_)
            | Token::ParenthesisBlock
            | Token::SquareBracketBlock
            | Token::CurlyBracketBlock => {
                opens = true;
            }
            _ => {}
        }
        colons = if colon { colons + 1 } else { 0 };
        if let Some(name) = name {
            found.push((start, parser.position().byte_index(), name));
        }
        if opens {
            let _ = parser.parse_nested_block(|inner| {
                find(inner, found);
                Ok::<(), cssparser::ParseError<()>>(())
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pseudo_elements_are_renamed() {
        assert_eq!(renamed("li::marker{color:red}"), "li::selection{color:red}");
        assert_eq!(
            renamed("@media x { ul :is(li)::MARKER, p::selection { a { &::marker { x: y } } } }"),
            "@media x { ul :is(li)::selection, p::backdrop { a { &::selection { x: y } } } }"
        );
        for css in [".marker{}", "a:marker{}", "a{content:\"::marker\"}", "/* ::marker */", "::before{}"] {
            assert_eq!(renamed(css), css);
        }
    }
}
