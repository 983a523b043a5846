//! Values within CSS: whatever a record holds, it stays one value.

use std::fmt::Write as _;

/// The value as CSS text that can neither end the declaration nor start anything.
///
/// Plain numbers, lengths, percentages, hex colours and names pass as they are, and so do the colour
/// functions; of all else, every character but letters and digits is escaped (CSS Syntax 3, §4.3.7),
/// so that within quotes it reads as it was.
pub(super) fn escape(value: &str) -> String {
    let plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '#' | '.' | '%' | '+' | '-' | ' ' | ',');
    if value.chars().all(plain) || is_color_function(value) {
        return value.to_owned();
    }
    let mut out = String::with_capacity(value.len() * 2);
    for c in value.chars() {
        if c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' ') || (!c.is_ascii() && !c.is_control()) {
            out.push(c);
        } else {
            let code = if c == '\0' { 0xfffd } else { u32::from(c) };
            write!(out, "\\{code:x} ").expect("a string takes all");
        }
    }
    out
}

fn is_color_function(value: &str) -> bool {
    let Some((name, rest)) = value.trim().split_once('(') else { return false };
    let Some(arguments) = rest.strip_suffix(')') else { return false };
    const NAMES: [&str; 11] =
        ["rgb", "rgba", "hsl", "hsla", "hwb", "lab", "lch", "oklab", "oklch", "color", "gray"];
    NAMES.iter().any(|known| name.eq_ignore_ascii_case(known))
        && arguments
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | ',' | '.' | '%' | '/' | '+' | '-'))
        // Two of them would be a comment.
        && !arguments.contains("//")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_values_pass_and_others_are_escaped() {
        for value in ["12.5%", "#ff0044", "rgb(1 2 3 / 50%)", "oklch(0.7 0.1 30)", "red", "12px"] {
            assert_eq!(escape(value), value);
        }
        assert_eq!(escape("a;b"), "a\\3b b");
        assert_eq!(escape("url(x)"), "url\\28 x\\29 ");
        assert_eq!(escape("</style>"), "\\3c \\2f style\\3e ");
    }

    proptest::proptest! {
        #[test]
        fn no_value_ends_a_declaration(value in ".*") {
            let css = escape(&value);
            let escapes = regex::Regex::new(r"\\[0-9a-f]{1,6} ").unwrap();
            let rest = escapes.replace_all(&css, "");
            let unsafe_character = |c: char| matches!(c, ';' | ':' | '{' | '}' | '<' | '>' | '"' | '\'' | '\\' | '*' | '!' | '@') || c.is_control();
            proptest::prop_assert!(!rest.contains(unsafe_character), "{}", css);
            proptest::prop_assert!(is_color_function(&value) || !rest.contains(['(', ')', '/']), "{}", css);
        }
    }
}
