//! What HTML and CSS text names.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::srcset::candidates;

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?ix) url\(\s* (?: "([^"]*)" | '([^']*)' | ((?: \\[0-9a-f]{1,6}[\ \t\n]? | \\. | [^"'()\s\\] )+) ) \s*\)
        | \b(?:src|href|data|poster) \s*=\s* (?: "([^"]*)" | '([^']*)' )
        | @import \s+ (?: "([^"]*)" | '([^']*)' )"#,
    )
    .expect("a valid pattern")
});

static SRCSET: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?ix) \bsrcset \s*=\s* (?: "([^"]*)" | '([^']*)' )"#).expect("a valid pattern")
});

/// The addresses that HTML or CSS text names as literals: `url(…)`, `@import`, `src`, `srcset` and `href`.
pub(super) fn addresses(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let listed = literals(&SRCSET, text).flat_map(candidates).map(|candidate| candidate.url);
    literals(&ADDRESS, text)
        .chain(listed)
        .filter(|address| !address.is_empty() && !address.starts_with(['#']) && !address.starts_with("data:"))
        .map(unescape)
}

fn literals<'a>(pattern: &'static Regex, text: &'a str) -> impl Iterator<Item = &'a str> {
    let first = |found: regex::Captures<'a>| Some(found.iter().skip(1).flatten().next()?.as_str());
    pattern.captures_iter(text).filter_map(first)
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

/// Whether HTML or CSS text may ask for text of its own: counters, quotation marks, list markers.
pub(crate) fn generates(text: &str) -> bool {
    const WORDS: [&str; 11] =
        ["counter", "content", "quote", "marker", "list-item", "<q", "<li", "<ol", "<ul", "<summary", "<wbr"];
    WORDS.iter().any(|word| text.contains(word))
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
        let srcset = r#"<source srcset="f.png 1x, g.png 2x"><img srcset='h.png 40w' src="i.png">"#;
        assert_eq!(addresses(srcset).collect::<Vec<_>>(), ["i.png", "f.png", "g.png", "h.png"]);
        assert_eq!(addresses(r"p{background:url(a\20 b\2e png)}").collect::<Vec<_>>(), ["a b.png"]);
    }
}
