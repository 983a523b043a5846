//! What may be one part of a path: keys, and the names of formats and colorways.

use std::borrow::Cow;

use icu::casemap::CaseMapper;
use icu::normalizer::ComposingNormalizer;

/// With a folder, a format, a colorway and an ending this stays below the 255 bytes that disks allow.
const MAX_BYTES: usize = 150;

/// Why `part` cannot be one part of a path on every common file system; `None` when it can.
pub fn path_part_problem(part: &str) -> Option<String> {
    if part.is_empty() {
        return Some("it is empty".into());
    }
    if part.len() > MAX_BYTES {
        return Some(format!("it is {} bytes long, and at most {MAX_BYTES} are safe", part.len()));
    }
    if part == "." || part == ".." {
        return Some(format!("`{part}` means a folder"));
    }
    if let Some(c) = part.chars().find(|c| is_forbidden(*c)) {
        return Some(format!("it contains {}", describe_char(c)));
    }
    if part.ends_with('.') {
        return Some("it ends with a dot, which Windows drops".into());
    }
    if part.starts_with(char::is_whitespace) || part.ends_with(char::is_whitespace) {
        return Some("it begins or ends with a space".into());
    }
    is_reserved(part).then(|| "Windows reserves this name".into())
}

/// Characters that some file system forbids in a name or takes for the end of it.
pub(crate) fn is_forbidden(c: char) -> bool {
    c.is_control() || matches!(c, '/' | '\\' | '<' | '>' | ':' | '"' | '|' | '?' | '*')
}

/// The names of devices, with or without an ending.
pub(crate) fn is_reserved(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered = |prefix: &str| {
        stem.strip_prefix(prefix).is_some_and(|rest| {
            let mut chars = rest.chars();
            matches!((chars.next(), chars.next()), (Some('1'..='9' | '¹' | '²' | '³'), None))
        })
    };
    matches!(&*stem, "CON" | "PRN" | "AUX" | "NUL") || numbered("COM") || numbered("LPT")
}

/// The form in which two parts are the same file on a disk that folds case and composes accents.
pub(crate) fn folded(part: &str) -> Cow<'_, str> {
    if part.is_ascii() {
        return Cow::Owned(part.to_ascii_lowercase());
    }
    let lower = CaseMapper::new().fold_string(part);
    Cow::Owned(ComposingNormalizer::new_nfc().normalize(&lower).into_owned())
}

fn describe_char(c: char) -> String {
    if c.is_control() { format!("the control character U+{:04X}", c as u32) } else { format!("`{c}`") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_are_parts() {
        for good in ["a", "Anna Lee", "ada@example.org", "007", ".hidden", "a..b", "名前", "console", "com10"]
        {
            assert_eq!(path_part_problem(good), None, "{good}");
        }
        let long = "é".repeat(76);
        for bad in [
            "", ".", "..", "../a", "a/b", "a\\b", "a\0", "a\n", "a.", " a", "a ", "con", "NUL.txt", "Lpt1",
            "c:", &long,
        ] {
            assert!(path_part_problem(bad).is_some(), "{bad:?}");
        }
    }

    #[test]
    fn case_and_composition_fold() {
        assert_eq!(folded("Anna"), "anna");
        assert_eq!(folded("É"), folded("e\u{301}"));
        assert_eq!(folded("STRASSE"), folded("straße"));
    }
}
