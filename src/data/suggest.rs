//! "Did you mean …?"

/// The candidate that `word` most likely is a slip of, if any is near enough.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // The measure is quadratic, and nobody mistypes a word of this length.
    if word.len() > 100 {
        return None;
    }
    let folded = fold(word);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= 100)
        .map(|candidate| (similarity(&folded, &fold(candidate)), candidate))
        .filter(|(similarity, _)| *similarity >= 0.82)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// From 0 to 1.
fn similarity(a: &str, b: &str) -> f64 {
    let similarity = strsim::jaro_winkler(a, b);
    // One slip is a slip even in a short word, where it counts for much.
    let slip = a.len().max(b.len()) > 2 && strsim::osa_distance(a, b) == 1;
    if slip { similarity.max(0.9) } else { similarity }
}

/// Case, spaces, hyphens and underscores are the commonest slips, so they count for nothing.
fn fold(word: &str) -> String {
    word.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_near_and_other_words_are_not() {
        let known = ["formats", "fonts", "min", "max", "max_length", "first_name"];
        for (word, near) in [
            ("formts", Some("formats")),
            ("mn", Some("min")),
            ("maxLength", Some("max_length")),
            ("First Name", Some("first_name")),
            ("colour", None),
            ("x", None),
        ] {
            assert_eq!(closest(word, known), near, "{word}");
        }
    }
}
