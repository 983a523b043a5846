//! Attributes with slots: one value or several, each with the condition under which it applies.

use super::pieces::decode_entities;
use super::{ATTRIBUTE_HINT, Compiler};
use crate::template::html::{State, holds_css};
use crate::template::mirror::mirrored;
use crate::template::program::{Alternative, Condition, Piece, Step};
use crate::template::source::Place;
use crate::template::{SlotKind, fitting_problem};

impl Compiler<'_> {
    /// At the end of an attribute; `quote` is `None` when it has no value.
    pub(super) fn end_attribute(&mut self, quote: Option<char>) {
        self.state = State::BeforeAttribute;
        let written = std::mem::take(&mut self.tag.attribute);
        let name = written.to_ascii_lowercase();
        let pieces = self.take_pieces(true);
        let dynamic = pieces.iter().any(|piece| !piece.is_literal()) || !self.conditions.is_empty();
        let place = self.tag.attribute_place.unwrap_or(self.place);
        if !dynamic {
            if self.tag.slots.iter().any(|(known, _)| *known == name) {
                self.duplicate_attribute(&name, place);
                return;
            }
            let value: String = pieces
                .iter()
                .map(|piece| if let Piece::Literal(text) = piece { text.as_str() } else { "" })
                .collect();
            if let Some(problem) = fitting_problem(&name, &value) {
                self.error(place, problem.code, problem.message, &problem.hint.unwrap_or_default());
            }
            self.html.push_str(&written);
            if let Some(quote) = quote {
                self.html.push('=');
                self.html.push(quote);
                self.html.push_str(&if holds_css(&name) { mirrored(&value) } else { value.into() });
                self.html.push(quote);
            }
            self.tag.fixed.push(name);
            return;
        }
        if name == "srcdoc" || name.starts_with("on") {
            let message =
                format!("`{name}` cannot hold a value from a record: it would be markup or a script");
            self.error(place, "unsafe-attribute", message, "");
            return;
        }
        if self.tag.fixed.contains(&name) {
            self.duplicate_attribute(&name, place);
            return;
        }
        let css = holds_css(&name);
        let pieces = pieces.into_iter().map(decode_entities).collect();
        let conditions = self
            .conditions
            .iter()
            .map(|open| Condition { not: open.before.clone(), yes: open.current.clone() })
            .collect();
        let alternative = Alternative { conditions, pieces };
        if let Some((_, step)) = self.tag.slots.iter().find(|(known, _)| *known == name) {
            let step = *step;
            if let Some(Step::Attribute { alternatives, .. }) = self.steps().get_mut(step) {
                alternatives.push(alternative);
            }
            return;
        }
        let id = self.next_slot(SlotKind::Attribute(name.clone()), place);
        self.html.push_str(&format!("{written}=\"{}\"", Self::marker(id)));
        self.steps().push(Step::Attribute { id, css, alternatives: vec![alternative] });
        let step = self.steps().len() - 1;
        self.tag.slots.push((name, step));
    }

    fn duplicate_attribute(&mut self, name: &str, place: Place) {
        let message = format!("this tag has the attribute `{name}` already");
        self.error(place, "duplicate-attribute", message, "write both values into one attribute");
    }

    /// The pieces of the value that ends here.
    pub(super) fn take_pieces(&mut self, attribute: bool) -> Vec<Piece> {
        let mut value = std::mem::take(&mut self.value);
        value.flush();
        if let Some(level) = value.open.first() {
            let what = if attribute { "attribute's value" } else { "text" };
            let message = format!("this block begins within an {what} and does not end in it");
            self.error(level.place, "unbalanced-block", message, ATTRIBUTE_HINT);
        }
        value.pieces
    }
}
