//! `@font-face` rules, for text that the document's own fonts do not reach: that of drawings.

use cssparser::{Parser, Token};

/// One face that a style sheet declares.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Face {
    pub family: String,
    /// Addresses of its file, the first that can be read counts.
    pub sources: Vec<String>,
    pub weight: Option<u16>,
    pub italic: Option<bool>,
}

/// The faces that HTML or CSS text declares.
pub(super) fn faces(text: &str) -> Vec<Face> {
    let mut out = Vec::new();
    for (at, _) in text.match_indices("@font-face") {
        let Some(open) = text[at..].find('{') else { continue };
        let mut face = Face::default();
        read(&mut Parser::new(&text[at + open + 1..]), &mut face);
        if !face.family.is_empty() && !face.sources.is_empty() {
            out.push(face);
        }
    }
    out
}

/// Reads descriptors up to the end of the rule.
fn read(parser: &mut Parser<'_>, face: &mut Face) {
    let mut descriptor = String::new();
    let mut begins = true;
    loop {
        let Ok(token) = parser.next() else { return };
        match token {
            Token::CloseCurlyBracket => return,
            Token::Semicolon => begins = true,
            Token::Ident(name) if begins => {
                descriptor = name.to_ascii_lowercase();
                begins = false;
            }
            Token::Ident(word) => match descriptor.as_str() {
                "font-family" if face.family.is_empty() => face.family = word.to_string(),
                "font-family" => face.family.extend([" ", &**word]),
                "font-weight" if word.eq_ignore_ascii_case("bold") => face.weight = Some(700),
                "font-weight" if word.eq_ignore_ascii_case("normal") => face.weight = Some(400),
                "font-style" => face.italic = Some(!word.eq_ignore_ascii_case("normal")),
                _ => {}
            },
            Token::QuotedString(text) if descriptor == "font-family" => face.family = text.to_string(),
            Token::Number { value, .. } if descriptor == "font-weight" => {
                // A range is that of a variable font, which knows it by itself.
                face.weight =
                    if face.weight.is_none() { Some(value.clamp(1.0, 1000.0) as u16) } else { None };
            }
            Token::UnquotedUrl(url) if descriptor == "src" => face.sources.push(url.to_string()),
            Token::Function(name) => {
                let is_url = name.eq_ignore_ascii_case("url") && descriptor == "src";
                let _ = parser.parse_nested_block(|inner| {
                    if is_url && let Ok(url) = inner.expect_string() {
                        face.sources.push(url.to_string());
                    }
                    while inner.next().is_ok() {}
                    Ok::<(), cssparser::ParseError<()>>(())
                });
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_face_has_a_family_and_a_file() {
        let css = r#"@font-face { font-family: "Big One"; src: local(x), url(a.woff2) format("woff2"), url("b.ttf");
            font-weight: 800; font-style: italic } p { color: red } @font-face{src:url(c.ttf);font-family:Plain Two;font-weight:100 900}"#;
        let read = faces(css);
        assert_eq!(read.len(), 2);
        assert_eq!(read[0].family, "Big One");
        assert_eq!(read[0].sources, ["a.woff2", "b.ttf"]);
        assert_eq!((read[0].weight, read[0].italic), (Some(800), Some(true)));
        assert_eq!((read[1].family.as_str(), read[1].weight), ("Plain Two", None));
    }
}
