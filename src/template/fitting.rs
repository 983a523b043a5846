//! The attributes that ask for text to be fitted: what they may hold.

use crate::diagnostic::Diagnostic;

/// The attributes by their names.
pub const FITTING: [&str; 4] = ["data-fit", "data-fit-min", "data-lines", "data-overflow"];

/// The smallest size that `data-fit="shrink"` may come to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FitMinimum {
    /// CSS pixels: `34`, `34px`.
    Pixels(f32),
    /// Of the font size that the text has without fitting: `60%`.
    Percent(f32),
}

impl FitMinimum {
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let number =
            |text: &str| text.trim().parse().ok().filter(|number: &f32| number.is_finite() && *number > 0.0);
        match text.strip_suffix('%') {
            Some(percent) => number(percent).map(Self::Percent),
            None => number(text.strip_suffix("px").unwrap_or(text)).map(Self::Pixels),
        }
    }
}

/// What is wrong with the value of a fitting attribute; `None` for other attributes, too.
pub fn fitting_problem(name: &str, value: &str) -> Option<Diagnostic> {
    let (right, expected) = match name {
        "data-fit" => {
            let known = |word| matches!(word, "shrink" | "ellipsis" | "none");
            (value.split_ascii_whitespace().all(known), "shrink, ellipsis, \"shrink ellipsis\" or none")
        }
        "data-fit-min" => (FitMinimum::parse(value).is_some(), "a size like 24, 24px or 60%"),
        "data-lines" => {
            (value.trim().parse().is_ok_and(|lines: usize| lines > 0), "a number of lines from 1")
        }
        "data-overflow" => (value.trim() == "ignore", "ignore"),
        _ => return None,
    };
    (!right).then(|| {
        Diagnostic::warning("bad-fit", format!("`{name}` cannot be `{value}`"))
            .with_hint(format!("it takes {expected}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minimum_is_a_size_or_a_part() {
        assert_eq!(FitMinimum::parse("34"), Some(FitMinimum::Pixels(34.0)));
        assert_eq!(FitMinimum::parse(" 34.5 px"), Some(FitMinimum::Pixels(34.5)));
        assert_eq!(FitMinimum::parse("60%"), Some(FitMinimum::Percent(60.0)));
        for bad in ["", "px", "-1", "0", "1em", "NaN", "50%%"] {
            assert_eq!(FitMinimum::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn mistakes_are_told() {
        for (name, good, bad) in [
            ("data-fit", "shrink  ellipsis", "shrnk"),
            ("data-fit-min", "10px", "10pt"),
            ("data-lines", "2", "0"),
            ("data-overflow", "ignore", "hidden"),
        ] {
            assert_eq!(fitting_problem(name, good), None);
            assert_eq!(fitting_problem(name, bad).unwrap().code, "bad-fit");
        }
    }
}
