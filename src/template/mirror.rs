//! Properties that the style engine does not know, mirrored as custom properties, which its cascade then
//! carries.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

/// The custom property that carries `line-clamp`.
const LINE_CLAMP: &str = "--byname-line-clamp";

static CLAMP: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(^|[;{\s/])(?:-webkit-)?line-clamp\s*:\s*([^;}!]+)").expect("a valid pattern")
});

/// CSS (a style sheet, or the value of a `style` attribute) in which `line-clamp` and
/// `-webkit-line-clamp` are also set as a custom property.
pub(crate) fn mirrored(css: &str) -> Cow<'_, str> {
    CLAMP.replace_all(css, |found: &regex::Captures<'_>| {
        format!("{}{LINE_CLAMP}:{};{}", &found[1], &found[2], found[0][found[1].len()..].trim_start())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_clamp_is_also_a_custom_property() {
        let css = mirrored("p{-webkit-line-clamp: 2;color:red} q{line-clamp:var(--n)}");
        assert!(css.contains("--byname-line-clamp:2;-webkit-line-clamp: 2;"), "{css}");
        assert!(css.contains("--byname-line-clamp:var(--n);line-clamp:var(--n)}"), "{css}");
        assert_eq!(mirrored("line-clamp: 3"), "--byname-line-clamp:3;line-clamp: 3");
    }
}
