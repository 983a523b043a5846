//! Follows the template's HTML character by character, copying it and noting which elements are open.

use super::pieces::decode_entities;
use super::{ATTRIBUTE_HINT, Compiler, MAX_DEPTH, PieceReader, Tag};
use crate::template::html::{State, ends, ends_paragraph, is_raw_text, is_void, may_stay_open};
use crate::template::mirror::mirrored;
use crate::template::program::{Piece, Step};
use crate::template::pseudo::renamed;
use crate::template::source::Place;
use crate::template::{MARKER_END, MARKER_START, SlotKind};

impl Compiler<'_> {
    pub(super) fn text(&mut self, text: &str) {
        let start = self.place;
        if let Some(at) = text.find([MARKER_START, MARKER_END]) {
            let place = Place { offset: start.offset + at, ..start };
            self.error(
                place,
                "reserved-character",
                "the characters U+F0000 and U+F0001 are reserved",
                "remove it",
            );
            return;
        }
        for (at, c) in text.char_indices() {
            self.place = Place { offset: start.offset + at, ..start };
            self.character(c);
            if self.too_deep {
                return;
            }
        }
    }

    pub(super) fn character(&mut self, c: char) {
        match &self.state {
            State::Data => {
                if c != '<' && !c.is_whitespace() {
                    self.imply_body();
                }
                self.html.push(c);
                if c == '<' {
                    self.tag = Tag { place: Some(self.place), ..Tag::default() };
                    self.state = State::TagOpen;
                }
            }
            State::TagOpen => {
                self.html.push(c);
                match c {
                    '/' if !self.tag.end => self.tag.end = true,
                    '!' => self.state = State::Declaration,
                    c if c.is_ascii_alphabetic() => {
                        self.tag.name.push(c.to_ascii_lowercase());
                        self.state = State::TagName;
                    }
                    _ => self.state = State::Data,
                }
            }
            State::Declaration => {
                self.html.push(c);
                if self.html.ends_with("<!--") {
                    self.state = State::Comment;
                } else if c == '>' {
                    self.state = State::Data;
                }
            }
            State::Comment => {
                self.html.push(c);
                if self.html.ends_with("-->") {
                    self.state = State::Data;
                }
            }
            State::TagName => match c {
                '>' => self.end_tag(),
                '/' => self.slash(),
                c if c.is_whitespace() => {
                    self.html.push(c);
                    self.state = State::BeforeAttribute;
                }
                c => {
                    self.html.push(c);
                    self.tag.name.push(c.to_ascii_lowercase());
                }
            },
            State::BeforeAttribute => match c {
                '>' => self.end_tag(),
                '/' => self.slash(),
                c if c.is_whitespace() => self.html.push(c),
                c => {
                    self.tag.self_closing = false;
                    self.begin_attribute(c);
                }
            },
            State::AttributeName | State::AfterAttributeName => match c {
                '=' => self.state = State::BeforeValue,
                '>' => {
                    self.end_attribute(None);
                    self.end_tag();
                }
                '/' => {
                    self.end_attribute(None);
                    self.slash();
                }
                c if c.is_whitespace() => self.state = State::AfterAttributeName,
                c if self.state == State::AfterAttributeName => {
                    self.end_attribute(None);
                    self.begin_attribute(c);
                }
                c => self.tag.attribute.push(c),
            },
            State::BeforeValue => match c {
                '"' | '\'' => self.state = State::Value(Some(c)),
                '>' => {
                    self.end_attribute(None);
                    self.end_tag();
                }
                c if c.is_whitespace() => {}
                c => {
                    self.value.literal.push(c);
                    self.state = State::Value(None);
                }
            },
            State::Value(Some(quote)) => {
                let quote = *quote;
                if c == quote {
                    self.end_attribute(Some(quote));
                } else {
                    self.value.literal.push(c);
                }
            }
            State::Value(None) => match c {
                '>' => {
                    self.end_attribute(Some('"'));
                    self.end_tag();
                }
                c if c.is_whitespace() => {
                    self.end_attribute(Some('"'));
                    self.html.push(c);
                }
                c => self.value.literal.push(c),
            },
            State::RawText(name) => {
                self.value.literal.push(c);
                if c == '>'
                    && let Some(at) = self.value.literal.rfind("</")
                    && self.value.literal[at + 2..].trim_end_matches('>').trim().eq_ignore_ascii_case(name)
                {
                    let name = name.clone();
                    self.value.literal.truncate(at);
                    self.end_raw_text(&name);
                }
            }
        }
    }

    fn begin_attribute(&mut self, c: char) {
        self.tag.attribute = c.to_string();
        self.tag.attribute_place = Some(self.place);
        self.state = State::AttributeName;
    }

    pub(super) fn slash(&mut self) {
        self.html.push('/');
        self.tag.self_closing = true;
        self.state = State::BeforeAttribute;
    }

    /// At the `>` of a tag.
    pub(super) fn end_tag(&mut self) {
        self.html.push('>');
        self.state = State::Data;
        if let Some(condition) = self.conditions.first() {
            let place = condition.place;
            self.conditions.clear();
            self.error(
                place,
                "unbalanced-block",
                "this {% if %} begins within a tag and does not end in it",
                ATTRIBUTE_HINT,
            );
        }
        let Tag { name, end, self_closing, place, .. } = std::mem::take(&mut self.tag);
        let place = place.unwrap_or(self.place);
        if end {
            if matches!(name.as_str(), "body" | "html") {
                // The parser would take blocks behind it apart; it ends both by itself.
                self.html.truncate(self.html.rfind('<').unwrap_or(self.html.len()));
            }
            self.close_element(&name, place);
            return;
        }
        let foreign = self.in_foreign_content();
        if !foreign {
            self.imply_parents(&name);
            if ends_paragraph(&name) && self.open.last().is_some_and(|(last, _)| last == "p") {
                self.end_paragraph(&name, place);
            }
        }
        if is_void(&name) && !foreign || self_closing && (foreign || name == "svg") {
            return;
        }
        if is_raw_text(&name) && !(foreign && name == "title") {
            if !self_closing {
                self.value = PieceReader::default();
                self.raw = place;
                self.state = State::RawText(name);
            }
            return;
        }
        // What the parser closes by itself when the next of its kind begins.
        let depth = self.depth();
        while self.open.len() > depth && self.open.last().is_some_and(|(last, _)| ends(&name, last)) {
            self.open.pop();
        }
        self.open.push((name, place));
        let nested = self.open.iter().filter(|(name, _)| !may_stay_open(name)).count();
        if nested > MAX_DEPTH {
            self.too_deep = true;
            let message = format!("elements are nested more than {MAX_DEPTH} deep here");
            self.error(place, "nested-too-deep", message, "is an end tag missing?");
        }
    }

    /// At a start tag that the parser takes for the end of a `<p>`.
    fn end_paragraph(&mut self, name: &str, place: Place) {
        if self.open.len() > self.depth() {
            self.open.pop();
            return;
        }
        let message =
            format!("`<{name}>` cannot stand in a `<p>`: it ends it, and with it the block's parent");
        self.error(place, "unbalanced-block", message, "use a <div> in place of the <p>");
    }

    /// True within SVG and MathML, where other rules hold than in HTML.
    fn in_foreign_content(&self) -> bool {
        let nearest = self.open.iter().rev().find_map(|(name, _)| match name.as_str() {
            "svg" | "math" => Some(true),
            "foreignobject" | "desc" | "annotation-xml" => Some(false),
            _ => None,
        });
        nearest.unwrap_or(false)
    }

    pub(super) fn close_element(&mut self, name: &str, place: Place) {
        if is_void(name) {
            return;
        }
        let depth = self.depth();
        let mut at = self.open.len();
        while at > depth {
            at -= 1;
            if self.open[at].0 == name {
                self.open.truncate(at);
                return;
            }
            if !may_stay_open(&self.open[at].0) {
                break;
            }
        }
        if self.open[..depth].iter().any(|(open, _)| open == name) && depth > 0 && self.levels.len() > 1 {
            let message = format!("`</{name}>` closes an element that was opened outside this block");
            let problem = self.sources.error(place, "unbalanced-block", message);
            self.strays.push(problem.with_hint("open and close an element within the same block"));
        }
        // Otherwise a stray end tag, which browsers ignore too.
    }

    pub(super) fn end_raw_text(&mut self, name: &str) {
        self.state = State::Data;
        let pieces = self.take_pieces(false);
        match name {
            // Never run, so never kept.
            "script" => {}
            _ if pieces.iter().all(Piece::is_literal) => {
                for piece in &pieces {
                    if let Piece::Literal(text) = piece {
                        let text = if name == "style" {
                            renamed(&mirrored(text)).into_owned()
                        } else {
                            text.clone()
                        };
                        self.html.push_str(&text);
                    }
                }
            }
            _ => {
                let id = self.next_slot(SlotKind::Raw(name.to_owned()), self.raw);
                self.html.push_str(&Self::marker(id));
                let css = name == "style";
                let pieces = if css { pieces } else { pieces.into_iter().map(decode_entities).collect() };
                self.steps().push(Step::Raw { id, css, pieces });
            }
        }
        self.html.push_str(&format!("</{name}>"));
    }
}
