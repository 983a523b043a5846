//! The CSS that stands in a template, and where: its style sheets, its style attributes and the sheets it
//! links to. What a record fills in is left open.

use std::ops::Range;

use super::lexer::{Token, TokenKind};
use super::source::Place;

/// Stands in the text where a record's value will.
const VALUE: &str = "__";

/// CSS of a template.
#[derive(Debug)]
pub(crate) struct Style {
    pub css: Css,
    pub kind: StyleKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StyleKind {
    /// The text of a `<style>`.
    Sheet,
    /// The value of a `style` attribute.
    Attribute,
    /// The address of a sheet, in a `<link>`.
    Link,
}

/// A text with the places that it comes from.
#[derive(Debug, Default)]
pub(crate) struct Css {
    pub text: String,
    /// Where each part of the text begins, and the place it has in its file.
    parts: Vec<(usize, Place)>,
    /// What stands for tags and values.
    pub open: Vec<Range<usize>>,
}

impl Css {
    /// The place of a byte of the text.
    pub(super) fn place(&self, offset: usize) -> Option<Place> {
        let part = self.parts.partition_point(|(from, _)| *from <= offset).checked_sub(1)?;
        let (from, place) = self.parts[part];
        Some(Place { offset: place.offset + offset - from, ..place })
    }

    fn of(tokens: &[Token]) -> Self {
        let mut css = Self::default();
        for token in tokens {
            let from = css.text.len();
            css.parts.push((from, token.place));
            match &token.kind {
                TokenKind::Text(text) => {
                    css.text.push_str(text);
                    continue;
                }
                TokenKind::Expression(_) => css.text.push_str(VALUE),
                TokenKind::Tag(_) => css.text.push(' '),
            }
            css.open.push(from..css.text.len());
        }
        css
    }

    fn part(&self, range: Range<usize>) -> Self {
        let within = |offset: usize| offset.clamp(range.start, range.end) - range.start;
        let first = self.place(range.start).map(|place| (0, place));
        let later = self.parts.iter().filter(|(from, _)| range.contains(from) && *from > range.start);
        let open = self.open.iter().filter(|open| open.start < range.end && open.end > range.start);
        Self {
            text: self.text[range.clone()].to_owned(),
            parts: first.into_iter().chain(later.map(|(from, place)| (from - range.start, *place))).collect(),
            open: open.map(|open| within(open.start)..within(open.end)).collect(),
        }
    }
}

/// The CSS among a template's tokens, in its order. What is for print alone is left out.
pub(super) fn styles(tokens: &[Token]) -> Vec<Style> {
    let html = Css::of(tokens);
    let text = &html.text;
    let mut styles = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find('<').map(|found| at + found) {
        at = start + 1;
        if text[start..].starts_with("<!--") {
            at = text[start..].find("-->").map_or(text.len(), |end| start + end);
            continue;
        }
        let name_end =
            text[at..].find(|c: char| !c.is_ascii_alphanumeric()).map_or(text.len(), |end| at + end);
        let name = text[at..name_end].to_ascii_lowercase();
        if name.is_empty() {
            continue;
        }
        let (attributes, end) = attributes(text, name_end);
        let value = |wanted: &str| {
            let found = attributes.iter().find(|(name, _)| text[name.clone()].eq_ignore_ascii_case(wanted));
            found.map(|(_, value)| value.clone())
        };
        let is_shown = value("media").is_none_or(|media| is_for_screens(&text[media]));
        at = end;
        let mut add = |range: Range<usize>, kind| styles.push(Style { css: html.part(range), kind });
        if let Some(style) = value("style") {
            add(style, StyleKind::Attribute);
        }
        let is_sheet = |rel: Range<usize>| {
            text[rel].split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case("stylesheet"))
        };
        if name == "link" && is_shown && value("rel").is_some_and(is_sheet) {
            value("href").into_iter().for_each(|href| add(href, StyleKind::Link));
        }
        if matches!(&*name, "style" | "script" | "textarea" | "title") {
            let close = format!("</{name}");
            let lower = text[end..].to_ascii_lowercase();
            at = lower.find(&close).map_or(text.len(), |found| end + found);
            if name == "style" && is_shown {
                add(end..at, StyleKind::Sheet);
            }
        }
    }
    styles
}

/// Whether a list of media has any but print.
pub(crate) fn is_for_screens(media: &str) -> bool {
    let other = |query: &str| {
        let first = query.split_ascii_whitespace().find(|word| !word.eq_ignore_ascii_case("only"));
        first
            .is_none_or(|word| !["print", "speech", "tty", "tv"].iter().any(|m| word.eq_ignore_ascii_case(m)))
    };
    media.split(',').any(other)
}

/// A name and a value, in bytes of the text.
type Attribute = (Range<usize>, Range<usize>);

/// The attributes of a tag whose name ends at `at`, and where the tag ends.
fn attributes(text: &str, mut at: usize) -> (Vec<Attribute>, usize) {
    let bytes = text.as_bytes();
    let until = |from: usize, ends: &dyn Fn(u8) -> bool| {
        bytes[from..].iter().position(|byte| ends(*byte)).map_or(bytes.len(), |found| from + found)
    };
    let mut found = Vec::new();
    loop {
        at = until(at, &|byte| !byte.is_ascii_whitespace() && byte != b'/');
        match bytes.get(at) {
            None => return (found, at),
            Some(b'>') => return (found, at + 1),
            Some(_) => {}
        }
        // A name has at least one character, whatever that is.
        let name =
            at..until(at + 1, &|byte| byte.is_ascii_whitespace() || matches!(byte, b'=' | b'>' | b'/'));
        at = until(name.end, &|byte| !byte.is_ascii_whitespace());
        if bytes.get(at) != Some(&b'=') {
            continue;
        }
        at = until(at + 1, &|byte| !byte.is_ascii_whitespace());
        let value = match bytes.get(at) {
            Some(quote @ (b'"' | b'\'')) => at + 1..until(at + 1, &|byte| byte == *quote),
            _ => at..until(at, &|byte| byte.is_ascii_whitespace() || byte == b'>'),
        };
        at = (value.end + usize::from(value.start > 0 && matches!(bytes.get(value.end), Some(b'"' | b'\''))))
            .min(bytes.len());
        found.push((name, value));
    }
}
