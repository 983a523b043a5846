//! Values within CSS: whatever a record holds, it stays one value.

use std::borrow::Cow;
use std::fmt::Write as _;

/// What the CSS before a value leaves open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    /// Nothing, or a string.
    Value,
    /// `url(` without quotes, where a space would end the address.
    Url,
}

impl Within {
    /// Where text that follows `css` stands.
    pub(super) fn of(css: &str) -> Self {
        let open = css.rfind(['(', ')', '"', '\'', ';', '{', '}']).filter(|at| css[*at..].starts_with('('));
        let is_url = open.is_some_and(|at| {
            at.checked_sub(3)
                .and_then(|from| css.get(from..at))
                .is_some_and(|word| word.eq_ignore_ascii_case("url"))
        });
        if is_url { Self::Url } else { Self::Value }
    }
}

/// The value as CSS text that can neither end the declaration nor start anything.
///
/// Plain numbers, lengths, percentages, hex colours and names pass as they are, and so do the colour
/// functions; of all else, every character but letters and digits is escaped (CSS Syntax 3, §4.3.7),
/// so that within quotes and within `url(…)` it reads as it was.
pub(super) fn escape(value: &str, within: Within) -> Cow<'_, str> {
    let plain = |c: char| {
        c.is_ascii_alphanumeric()
            || matches!(c, '_' | '#' | '.' | '%' | '+' | '-')
            || within == Within::Value && matches!(c, ' ' | ',')
    };
    if value.chars().all(plain) || within == Within::Value && is_color_function(value) {
        return Cow::Borrowed(value);
    }
    let keep = |c: char| {
        c.is_ascii_alphanumeric()
            || matches!(c, '_' | '-')
            || within == Within::Value && c == ' '
            || !c.is_ascii() && !c.is_control() && !c.is_whitespace()
    };
    let mut out = String::with_capacity(value.len() * 2);
    for c in value.chars() {
        if keep(c) {
            out.push(c);
        } else {
            let code = if c == '\0' { 0xfffd } else { u32::from(c) };
            write!(out, "\\{code:x} ").expect("a string takes all");
        }
    }
    Cow::Owned(out)
}

/// True for the colour functions of CSS Color 4 with plain arguments.
fn is_color_function(value: &str) -> bool {
    const NAMES: [&str; 11] =
        ["rgb", "rgba", "hsl", "hsla", "hwb", "lab", "lch", "oklab", "oklch", "color", "gray"];
    let Some((name, rest)) = value.split_once('(') else { return false };
    let Some(arguments) = rest.strip_suffix(')') else { return false };
    NAMES.iter().any(|known| name.eq_ignore_ascii_case(known))
        && arguments
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | ',' | '.' | '%' | '/' | '+' | '-'))
}

#[cfg(test)]
mod tests {
    use cssparser::{Parser, Token};
    use proptest::prelude::*;

    use super::*;

    fn plain(value: &str) -> Cow<'_, str> {
        escape(value, Within::Value)
    }

    #[test]
    fn plain_values_pass_and_others_are_escaped() {
        for value in ["12.5%", "#ff0044", "rgb(1 2 3 / 50%)", "oklch(0.7 0.1 30)", "red", "12px", "Noto Sans"]
        {
            assert_eq!(plain(value), value);
        }
        assert_eq!(plain("a;b"), "a\\3b b");
        assert_eq!(plain("url(x)"), "url\\28 x\\29 ");
        assert_eq!(plain("\nrgb(1 2 3)"), "\\a rgb\\28 1 2 3\\29 ");
        assert_eq!(plain("</style>"), "\\3c \\2f style\\3e ");
    }

    #[test]
    fn an_address_without_quotes_has_no_spaces() {
        assert_eq!(Within::of("p { background: URL("), Within::Url);
        assert_eq!(Within::of("p { background: url("), Within::Url);
        for css in ["p { background: url(\"", "p { width: calc(", "p { background: url(a) ", "é(", ""] {
            assert_eq!(Within::of(css), Within::Value, "{css}");
        }
        assert_eq!(escape("a b,c.png", Within::Url), "a\\20 b\\2c c\\2e png");
    }

    /// The kinds of the tokens of a text, without white space.
    fn kinds(css: &str) -> Vec<String> {
        fn collect(parser: &mut Parser<'_>, out: &mut Vec<String>) {
            while let Ok(token) = parser.next_including_whitespace_and_comments().cloned() {
                let nested = matches!(
                    token,
                    Token::Function(_)
                        | Token::ParenthesisBlock
                        | Token::CurlyBracketBlock
                        | Token::SquareBracketBlock
                );
                match &token {
                    Token::WhiteSpace(_) => {}
                    Token::Function(name) => out.push(format!("function {}", name.to_ascii_lowercase())),
                    token => out.push(format!("{:?}", std::mem::discriminant(token))),
                }
                if nested {
                    let _ = parser.parse_nested_block(|inner| {
                        collect(inner, out);
                        Ok::<(), cssparser::ParseError<()>>(())
                    });
                    out.push("end".to_owned());
                }
            }
        }
        let mut out = Vec::new();
        collect(&mut Parser::new(css), &mut out);
        out
    }

    /// Texts rich in what CSS and HTML give a meaning to.
    fn hostile() -> impl Strategy<Value = String> {
        let parts = prop::sample::select(vec![
            ";",
            ":",
            "{",
            "}",
            "(",
            ")",
            "[",
            "]",
            "\"",
            "'",
            "\\",
            "/",
            "*",
            "/*",
            "*/",
            "<!--",
            "-->",
            "</style>",
            "<",
            ">",
            "@import",
            "url(",
            "rgb(",
            "calc(",
            "!important",
            "var(--x)",
            "#",
            "%",
            "-",
            "+",
            ".",
            ",",
            " ",
            "\n",
            "\r",
            "\t",
            "\0",
            "\u{c}",
            "\u{85}",
            "a",
            "Z",
            "9",
            "é",
            "\u{2028}",
        ]);
        prop_oneof![prop::collection::vec(parts, 0..8).prop_map(|parts| parts.concat()), ".{0,12}"]
    }

    proptest! {
        /// As a string and as an address, it is one token that reads as the value itself.
        #[test]
        fn quoted_values_read_as_they_are(value in hostile()) {
            for (before, after, within) in [
                ("\"", "\"", Within::Value),
                ("'", "'", Within::Value),
                ("url(", ")", Within::Url),
            ] {
                let css = format!("{before}{}{after}", escape(&value, within));
                let mut parser = Parser::new(&css);
                let read = match parser.next() {
                    Ok(Token::QuotedString(text) | Token::UnquotedUrl(text)) => text.to_string(),
                    other => panic!("{css}: {other:?}"),
                };
                prop_assert_eq!(read, value.replace('\0', "\u{fffd}"));
                prop_assert!(parser.is_exhausted(), "{}", css);
            }
        }

        /// Bare, it has nothing but names, numbers and colours, and what comes after it stays as it was.
        #[test]
        fn bare_values_end_nothing(value in hostile()) {
            let css = format!("p{{color:{} ;width:1px}}q{{}}", plain(&value));
            let found = kinds(&css);
            let shell = kinds("p{color:x ;width:1px}q{}");
            prop_assert_eq!(&found[..4], &shell[..4], "{}", css);
            prop_assert!(found.ends_with(&shell[5..]), "{}: {:?}", css, found);
            let inner = &found[4..found.len() - (shell.len() - 5)];
            let semicolon = format!("{:?}", std::mem::discriminant(&Token::Semicolon));
            let colon = format!("{:?}", std::mem::discriminant(&Token::Colon));
            let url = format!("{:?}", std::mem::discriminant(&Token::UnquotedUrl("".into())));
            for token in inner {
                prop_assert!(*token != semicolon && *token != colon && *token != url, "{}", css);
                if let Some(name) = token.strip_prefix("function ") {
                    prop_assert!(is_color_function(&format!("{name}(0)")), "{}", css);
                }
            }
        }

        /// Nothing in it can be read as the end of the element.
        #[test]
        fn no_value_has_a_tag(value in hostile()) {
            prop_assert!(!escape(&value, Within::Value).contains(['<', '>']));
            prop_assert!(!escape(&value, Within::Url).contains(['<', '>']));
        }
    }
}
