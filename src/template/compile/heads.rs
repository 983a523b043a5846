//! What stands in a `for` and in a `set`: names, and the expression for them.

use std::sync::Arc;

use super::Compiler;
use crate::template::expression::Expression;
use crate::template::html::State;
use crate::template::program::{Piece, Step};
use crate::template::source::Place;

impl Compiler<'_> {
    pub(super) fn for_header(
        &mut self,
        header: &str,
        place: Place,
    ) -> Option<(Vec<Arc<str>>, Arc<Expression>)> {
        const HINT: &str = "{% for song in songs %} or {% for name, value in pairs %}";
        let Some(at) = find_word(header, "in") else {
            self.error(place, "bad-loop", "a loop needs a name, `in` and a list", HINT);
            return None;
        };
        let names = self.names(header[..at].trim(), place, HINT)?;
        let rest = &header[at + 2..];
        let items = rest.trim();
        let place = Place { offset: place.offset + at + 2 + (rest.len() - rest.trim_start().len()), ..place };
        if let Some(condition) =
            find_word(items, "if").filter(|at| find_word(&items[*at..], "else").is_none())
        {
            let place = Place { offset: place.offset + condition, ..place };
            self.error(
                place,
                "bad-loop",
                "a loop cannot have a condition of its own",
                "use `| select(…)` or an {% if %} within the loop",
            );
            return None;
        }
        let items = self.compile(items, place)?;
        Some((names, items))
    }

    pub(super) fn names(&mut self, text: &str, place: Place, hint: &str) -> Option<Vec<Arc<str>>> {
        let text = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).unwrap_or(text);
        let names: Vec<Arc<str>> = text.split(',').map(|name| Arc::from(name.trim())).collect();
        let valid = |name: &Arc<str>| {
            name.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_')
                && name.chars().all(|c| c.is_alphanumeric() || c == '_')
        };
        if names.iter().all(valid) {
            return Some(names);
        }
        self.error(place, "bad-name", format!("`{text}` is not a name"), hint);
        None
    }

    pub(super) fn set(&mut self, rest: &str, place: Place) {
        const HINT: &str = "{% set total = wins + losses %}";
        let equals = rest.char_indices().find(|&(at, c)| {
            c == '=' && !rest[at + 1..].starts_with('=') && !rest[..at].ends_with(['=', '!', '<', '>'])
        });
        let Some((at, _)) = equals else {
            self.error(place, "bad-set", "a set needs a name, `=` and a value", HINT);
            return;
        };
        let Some(names) = self.names(rest[..at].trim(), place, HINT) else { return };
        let source = &rest[at + 1..];
        let offset = place.offset + at + 1 + (source.len() - source.trim_start().len());
        let Some(value) = self.compile(source.trim(), Place { offset, ..place }) else { return };
        self.declared.extend(names.iter().cloned());
        match self.state {
            State::Data => self.steps().push(Step::Set { names, value }),
            State::BeforeAttribute => {
                self.error(
                    place,
                    "misplaced-block",
                    "a set cannot stand between attributes",
                    "put it before the tag",
                );
            }
            _ => self.value.push(Piece::Set { names, value }),
        }
    }
}

/// Where a word stands on its own, outside strings and brackets.
fn find_word(text: &str, word: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut depth, mut quote) = (0_usize, None);
    for (at, &byte) in bytes.iter().enumerate() {
        match (quote, byte) {
            (Some(open), _) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'(' | b'[' | b'{') => depth += 1,
            (None, b')' | b']' | b'}') => depth = depth.saturating_sub(1),
            _ if depth == 0 && text[at..].starts_with(word) => {
                let edge = |b: Option<&u8>| b.is_none_or(|b| !b.is_ascii_alphanumeric() && *b != b'_');
                if edge(at.checked_sub(1).and_then(|i| bytes.get(i))) && edge(bytes.get(at + word.len())) {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}
