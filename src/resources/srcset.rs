//! The `srcset` attribute (HTML, §4.8.4.3.5), and the density that a chosen picture is shown at.

/// What a document's address of a picture says after the picture's own: pixels per CSS pixel.
const DENSITY: &str = "#byname-density=";

/// One picture of a `srcset`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Candidate<'a> {
    pub url: &'a str,
    pub size: CandidateSize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum CandidateSize {
    /// Pixels per CSS pixel: `2x`.
    Density(f64),
    /// Pixels across: `640w`.
    Width(f64),
}

/// The pictures that a `srcset` lists; those with a description that means nothing are left out.
pub(crate) fn candidates(srcset: &str) -> Vec<Candidate<'_>> {
    let mut out = Vec::new();
    let mut rest = srcset;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        if rest.is_empty() {
            return out;
        }
        let (address, after) =
            rest.split_at(rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len()));
        let url = address.trim_end_matches(',');
        let mut described = "";
        rest = after;
        if url.len() == address.len() {
            (described, rest) = after.split_at(after.find(',').unwrap_or(after.len()));
        }
        out.extend(describe(described).map(|size| Candidate { url, size }));
    }
}

fn describe(text: &str) -> Option<CandidateSize> {
    let mut size = None;
    for word in text.split_ascii_whitespace() {
        let number = |unit| {
            let number: f64 = word.strip_suffix(unit)?.parse().ok()?;
            (number.is_finite() && number > 0.0).then_some(number)
        };
        // A height (`480h`) only goes with a width, and says nothing more.
        if word.ends_with('h') {
            number('h')?;
            continue;
        }
        if size.is_some() {
            return None;
        }
        size = Some(match number('x') {
            Some(density) => CandidateSize::Density(density),
            None => CandidateSize::Width(number('w')?),
        });
    }
    Some(size.unwrap_or(CandidateSize::Density(1.0)))
}

/// The address with the density at which the picture is shown.
pub(crate) fn with_density(url: &str, density: f64) -> String {
    if density == 1.0 { url.to_owned() } else { format!("{url}{DENSITY}{density}") }
}

/// An address as [`with_density`] makes it: the picture's own, and the density.
pub(crate) fn split_density(url: &str) -> (&str, f64) {
    url.rsplit_once(DENSITY)
        .and_then(|(own, density)| Some((own, density.parse().ok()?)))
        .filter(|(_, density): &(&str, f64)| density.is_finite() && *density > 0.0)
        .unwrap_or((url, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(srcset: &str) -> Vec<(&str, CandidateSize)> {
        candidates(srcset).into_iter().map(|candidate| (candidate.url, candidate.size)).collect()
    }

    #[test]
    fn a_srcset_is_a_list_of_pictures() {
        use CandidateSize::{Density, Width};
        assert_eq!(read("a.png"), [("a.png", Density(1.0))]);
        assert_eq!(
            read(" a.png 1x , b.png 2.5x,c.png,d.png"),
            [("a.png", Density(1.0)), ("b.png", Density(2.5)), ("c.png,d.png", Density(1.0))]
        );
        assert_eq!(read("a.png, b.png 2x"), [("a.png", Density(1.0)), ("b.png", Density(2.0))]);
        assert_eq!(read("s.jpg 320w, l.jpg 1280w 720h"), [("s.jpg", Width(320.0)), ("l.jpg", Width(1280.0))]);
        assert_eq!(read("a.png 2y, b.png -1x, c.png 1x 2w, d.png 3x"), [("d.png", Density(3.0))]);
        assert_eq!(read("data:image/png;base64,AA== 2x"), [("data:image/png;base64,AA==", Density(2.0))]);
        assert_eq!(read(" , ,"), []);
    }

    #[test]
    fn a_density_comes_back_from_an_address() {
        assert_eq!(split_density(&with_density("a.svg#icon", 1.5)), ("a.svg#icon", 1.5));
        assert_eq!(split_density(&with_density("a.png", 1.0)), ("a.png", 1.0));
        assert_eq!(split_density("a.png#byname-density=x"), ("a.png#byname-density=x", 1.0));
    }
}
