//! What is done to CSS text before the style engine reads it, and what can be read off it.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

/// The custom property that carries `line-clamp`, which the style engine does not know.
pub(crate) const LINE_CLAMP: &str = "--byname-line-clamp";

static CLAMP: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(^|[;{\s/])(?:-webkit-)?line-clamp\s*:\s*([^;}!]+)").expect("a valid pattern")
});

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?ix) url\(\s* (?: "([^"]*)" | '([^']*)' | ((?: \\[0-9a-f]{1,6}[\ \t\n]? | \\. | [^"'()\s\\] )+) ) \s*\)
        | \b(?:src|href|data|poster) \s*=\s* (?: "([^"]*)" | '([^']*)' )
        | @import \s+ (?: "([^"]*)" | '([^']*)' )"#,
    )
    .expect("a valid pattern")
});

/// CSS in which `line-clamp` and `-webkit-line-clamp` are also set as a custom property.
pub(crate) fn prepare(css: &str) -> Cow<'_, str> {
    CLAMP.replace_all(css, |found: &regex::Captures<'_>| {
        format!("{}{LINE_CLAMP}:{};{}", &found[1], &found[2], found[0][found[1].len()..].trim_start())
    })
}

/// The addresses that HTML or CSS text names as literals: `url(…)`, `@import`, `src` and `href`.
pub(super) fn addresses(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    ADDRESS
        .captures_iter(text)
        .filter_map(|found| found.iter().skip(1).flatten().next())
        .map(|found| found.as_str())
        .filter(|address| !address.is_empty() && !address.starts_with(['#']) && !address.starts_with("data:"))
        .map(unescape)
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
    fn a_line_clamp_is_also_a_custom_property() {
        let css = prepare("p{-webkit-line-clamp: 2;color:red} q{line-clamp:var(--n)}");
        assert!(css.contains("--byname-line-clamp:2;-webkit-line-clamp: 2;"), "{css}");
        assert!(css.contains("--byname-line-clamp:var(--n);line-clamp:var(--n)}"), "{css}");
    }

    #[test]
    fn addresses_are_found() {
        let text =
            r#"<img src="a.png"> <style>@import 'b.css'; p{background:url(c.png),url("d e.png")}</style>"#;
        assert_eq!(addresses(text).collect::<Vec<_>>(), ["a.png", "b.css", "c.png", "d e.png"]);
        assert_eq!(addresses(r"p{background:url(a\20 b\2e png)}").collect::<Vec<_>>(), ["a b.png"]);
    }
}
