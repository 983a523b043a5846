//! What HTML and CSS text names.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?ix) url\(\s* (?: "([^"]*)" | '([^']*)' | ((?: \\[0-9a-f]{1,6}[\ \t\n]? | \\. | [^"'()\s\\] )+) ) \s*\)
        | \b(?:src|href|data|poster) \s*=\s* (?: "([^"]*)" | '([^']*)' )
        | @import \s+ (?: "([^"]*)" | '([^']*)' )"#,
    )
    .expect("a valid pattern")
});

/// The addresses that HTML or CSS text names as literals: `url(…)`, `@import`, `src` and `href`.
pub(super) fn addresses(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    ADDRESS
        .captures_iter(text)
        .filter_map(|found| found.iter().skip(1).flatten().next())
        .map(|found| found.as_str())
        .filter(|address| !address.is_empty() && !address.starts_with(['#']) && !address.starts_with("data:"))
        .map(unescape)
}

/// The families that `@font-face` rules in HTML or CSS text declare.
pub(crate) fn font_faces(text: &str) -> impl Iterator<Item = String> + '_ {
    static FACE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?ix) @font-face \s* \{ [^}]*? font-family \s* : \s* (?: "([^"]*)" | '([^']*)' | ([^;}"']+) )"#)
            .expect("a valid pattern")
    });
    FACE.captures_iter(text)
        .filter_map(|found| found.iter().skip(1).flatten().next())
        .map(|found| found.as_str().trim().to_owned())
}

/// CSS escapes (CSS Syntax 3, §4.3.7) as the characters that they stand for.
fn unescape(text: &str) -> Cow<'_, str> {
    static ESCAPE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\\(?:([0-9a-fA-F]{1,6})[ \t\n]?|(.))").expect("a valid pattern"));
    ESCAPE.replace_all(text, |found: &regex::Captures<'_>| match (found.get(1), found.get(2)) {
        (Some(code), _) => u32::from_str_radix(code.as_str(), 16)
            .ok()
            .and_then(char::from_u32)
            .unwrap_or(char::REPLACEMENT_CHARACTER)
            .to_string(),
        (None, plain) => plain.map_or(String::new(), |plain| plain.as_str().to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found() {
        let text =
            r#"<img src="a.png"> <style>@import 'b.css'; p{background:url(c.png),url("d e.png")}</style>"#;
        assert_eq!(addresses(text).collect::<Vec<_>>(), ["a.png", "b.css", "c.png", "d e.png"]);
        assert_eq!(addresses(r"p{background:url(a\20 b\2e png)}").collect::<Vec<_>>(), ["a b.png"]);
    }
}
