//! `[colorways]`: named sets of CSS custom properties.

use cssparser::{Parser, Token};

use super::file::Section;
use super::format::check_names;

/// A named set of CSS custom properties, set on the root element.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Colorway {
    pub name: String,
    /// Names (with their `--`) and values, in the file's order. A value is one whole CSS value: it cannot
    /// end its declaration.
    pub properties: Vec<(String, String)>,
}

pub(super) fn read(section: Section<'_>) -> Option<Vec<Colorway>> {
    let entries = section.into_entries();
    check_names(&entries, "colorway");
    let mut colorways = Vec::new();
    for entry in &entries {
        let Some(section) = entry.node.table() else { continue };
        let mut properties = Vec::new();
        for property in section.into_entries() {
            let name = property.name;
            if !is_custom_property(name) {
                let message = format!("`{name}` is not a custom property: its name must begin with `--`");
                property.error("not-a-property", message);
                continue;
            }
            let Some(value) = property.node.text() else { continue };
            match value_problem(value) {
                None => properties.push((name.to_owned(), value.to_owned())),
                Some(why) => property.node.error("not-a-value", format!("is not one CSS value: {why}")),
            }
        }
        colorways.push(Colorway { name: entry.name.to_owned(), properties });
    }
    Some(colorways)
}

/// `--` and a name that needs no escapes.
fn is_custom_property(name: &str) -> bool {
    name.strip_prefix("--").is_some_and(|rest| {
        !rest.is_empty()
            && rest.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_') || !c.is_ascii())
    })
}

/// Why a text cannot be the value of a declaration.
pub(super) fn value_problem(value: &str) -> Option<&'static str> {
    if value.trim().is_empty() {
        return Some("it is empty");
    }
    // The semicolon that follows must be the first one outside of all brackets: a quote, bracket or comment
    // left open would swallow it, and so would a trailing backslash.
    let text = format!("{value};");
    let mut parser = Parser::new(&text);
    loop {
        let start = parser.position().byte_index();
        match parser.next_including_whitespace_and_comments() {
            Ok(Token::Semicolon) if start == value.len() => return None,
            Ok(Token::Semicolon) => return Some("it has a `;` outside of quotes"),
            Ok(Token::Delim('!')) => return Some("it has a `!` outside of quotes"),
            Ok(token) if token.is_parse_error() => return Some("a quote or bracket has no partner"),
            Ok(
                Token::Function(_)
                | Token::ParenthesisBlock
                | Token::SquareBracketBlock
                | Token::CurlyBracketBlock,
            ) => {
                let inside = parser.parse_nested_block(|inside| {
                    inside.expect_no_error_token().map_err(cssparser::ParseError::<()>::from)
                });
                if inside.is_err() {
                    return Some("a quote or bracket has no partner");
                }
            }
            Ok(_) => {}
            Err(_) => return Some("a quote, bracket or comment is not closed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_end_its_declaration() {
        for good in [
            "#101014",
            "rgb(1 2 3 / 50%)",
            "\"a;b\"",
            "linear-gradient(#fff, #000)",
            "12px",
            "{ a; b }",
            "1px /* ; */",
        ] {
            assert_eq!(value_problem(good), None, "{good}");
        }
        for bad in [
            "",
            " ",
            "red; color: blue",
            "red;",
            "rgb(1",
            "\"abc",
            "a)",
            "a}",
            "([)]",
            "/* x",
            "a\\",
            "\"a\nb\"",
            "red !important",
            "url(a b\"c)",
        ] {
            assert!(value_problem(bad).is_some(), "{bad:?}");
        }
    }
}
