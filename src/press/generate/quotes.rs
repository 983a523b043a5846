//! Quotation marks by language (`quotes: auto`), as Unicode's CLDR lists them.

/// The marks of a language: outer opening and closing, then inner ones.
pub(super) fn of(language: &str) -> [&'static str; 4] {
    let language = language.to_ascii_lowercase();
    let mut tag = language.as_str();
    loop {
        if let Some((_, marks)) = MARKS.iter().find(|(known, _)| known.split(' ').any(|known| known == tag)) {
            return *marks;
        }
        match tag.rfind('-') {
            Some(at) => tag = &tag[..at],
            None => return ["“", "”", "‘", "’"],
        }
    }
}

const MARKS: [(&str, [&str; 4]); 18] = [
    ("de cs sk sl is lb dsb hsb et lt sr hr", ["„", "“", "‚", "‘"]),
    ("de-ch de-li", ["«", "»", "‹", "›"]),
    ("fr br", ["«", "»", "«", "»"]),
    ("fr-ca", ["«", "»", "”", "“"]),
    ("fr-ch it-ch gsw", ["«", "»", "‹", "›"]),
    ("it es eu gl ca pt-pt ast", ["«", "»", "“", "”"]),
    ("no nb nn da-no", ["«", "»", "‘", "’"]),
    ("ru be", ["«", "»", "„", "“"]),
    ("uk", ["«", "»", "„", "“"]),
    ("el", ["«", "»", "“", "”"]),
    ("pl ro", ["„", "”", "«", "»"]),
    ("hu", ["„", "”", "»", "«"]),
    ("fi sv", ["”", "”", "’", "’"]),
    ("bg", ["„", "“", "’", "’"]),
    ("ja zh-tw zh-hk zh-hant yue", ["「", "」", "『", "』"]),
    ("he", ["”", "”", "’", "’"]),
    ("fa ps ckb az", ["«", "»", "‹", "›"]),
    ("ar ur", ["”", "“", "’", "‘"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_falls_back_to_its_language() {
        assert_eq!(of("de-AT"), ["„", "“", "‚", "‘"]);
        assert_eq!(of("de-CH")[0], "«");
        assert_eq!(of("")[0], "“");
        assert_eq!(of("x-klingon")[3], "’");
    }
}
