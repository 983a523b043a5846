//! A TOML file as nodes that know their place, so that every mistake is shown where it is, and all at once.
//!
//! serde would stop at the first.

use std::cell::RefCell;
use std::ops::{Range, RangeInclusive};
use std::path::Path;

use toml::de::{DeTable, DeValue};

use crate::data::closest;
use crate::diagnostic::{Diagnostic, Span};

/// The text of a file, and what is wrong with it so far.
pub(super) struct Document<'a> {
    file: &'a Path,
    source: &'a str,
    problems: RefCell<Vec<Diagnostic>>,
}

impl<'a> Document<'a> {
    pub fn new(file: &'a Path, source: &'a str) -> Self {
        Self { file, source, problems: RefCell::default() }
    }

    pub fn report(&self, problem: Diagnostic) {
        self.problems.borrow_mut().push(problem);
    }

    /// All problems, in the order of their places.
    pub fn into_problems(self) -> Vec<Diagnostic> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| problem.span.as_ref().map(|span| (span.line, span.column)));
        problems
    }

    pub fn span(&self, offset: usize) -> Span {
        Span::at(self.file, self.source, offset)
    }
}

/// A value, with its name in full (`output.jpeg.quality`) and its place.
#[derive(Clone)]
pub(super) struct Node<'a> {
    document: &'a Document<'a>,
    pub path: String,
    place: Range<usize>,
    value: &'a DeValue<'a>,
}

impl<'a> Node<'a> {
    /// Reports a mistake at this value; the message follows its name.
    pub fn error(&self, code: &'static str, message: impl AsRef<str>) {
        self.error_with_hint(code, message, None);
    }

    pub fn error_with_hint(&self, code: &'static str, message: impl AsRef<str>, hint: Option<String>) {
        let mut problem = Diagnostic::error(code, format!("`{}` {}", self.path, message.as_ref()))
            .with_span(self.document.span(self.place.start));
        problem.hint = hint;
        self.document.report(problem);
    }

    fn expected(&self, what: &str) {
        let found = match self.value {
            DeValue::String(text) => format!("the text \"{}\"", text.chars().take(40).collect::<String>()),
            DeValue::Integer(integer) => format!("the number {integer}"),
            DeValue::Float(float) => format!("the number {float}"),
            DeValue::Boolean(boolean) => boolean.to_string(),
            DeValue::Datetime(datetime) => format!("the date or time {datetime}"),
            DeValue::Array(_) => "a list".to_owned(),
            DeValue::Table(_) => "a table".to_owned(),
        };
        self.error("wrong-type", format!("must be {what}, found {found}"));
    }

    pub fn is_text(&self) -> bool {
        self.value.is_str()
    }

    pub fn text(&self) -> Option<&'a str> {
        let text = self.value.as_str();
        if text.is_none() {
            self.expected("text in quotes");
        }
        text
    }

    pub fn boolean(&self) -> Option<bool> {
        let boolean = self.value.as_bool();
        if boolean.is_none() {
            self.expected("true or false");
        }
        boolean
    }

    pub fn integer(&self, range: RangeInclusive<i64>) -> Option<i64> {
        let what = || format!("a whole number from {} to {}", range.start(), range.end());
        let integer = self
            .value
            .as_integer()
            .and_then(|integer| i64::from_str_radix(integer.as_str(), integer.radix()).ok())
            .filter(|integer| range.contains(integer));
        if integer.is_none() {
            self.expected(&what());
        }
        integer
    }

    pub fn number(&self, range: RangeInclusive<f64>) -> Option<f64> {
        let number = match self.value {
            DeValue::Integer(integer) => {
                i64::from_str_radix(integer.as_str(), integer.radix()).ok().map(|integer| integer as f64)
            }
            DeValue::Float(float) => float.as_str().parse().ok(),
            _ => None,
        };
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            self.expected(&format!("a number from {} to {}", range.start(), range.end()));
        }
        number
    }

    /// One of a few names.
    pub fn choice<T>(&self, names: &[&str], by_name: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.text()?;
        let value = by_name(text);
        if value.is_none() {
            let hint = closest(text, names.iter().copied()).map(|near| format!("did you mean \"{near}\"?"));
            self.error_with_hint(
                "unknown-value",
                format!("must be one of {}, found \"{text}\"", names.join(", ")),
                hint,
            );
        }
        value
    }

    pub fn list(&self) -> Option<Vec<Self>> {
        let DeValue::Array(items) = self.value else {
            self.expected("a list in [ ]");
            return None;
        };
        let nodes = items.iter().enumerate().map(|(i, item)| Self {
            document: self.document,
            path: format!("{}[{i}]", self.path),
            place: item.span(),
            value: item.get_ref(),
        });
        Some(nodes.collect())
    }

    pub fn table(&self) -> Option<Section<'a>> {
        let DeValue::Table(table) = self.value else {
            self.expected("a table");
            return None;
        };
        Some(Section::new(self.document, self.path.clone(), self.place.clone(), table))
    }

    /// The value in JSON, dates and times as their text.
    pub fn json(&self) -> serde_json::Value {
        json(self.value)
    }
}

fn json(value: &DeValue<'_>) -> serde_json::Value {
    use serde_json::Value as Json;
    match value {
        DeValue::String(text) => Json::from(&**text),
        DeValue::Integer(integer) => {
            i64::from_str_radix(integer.as_str(), integer.radix()).map_or(Json::Null, Json::from)
        }
        DeValue::Float(float) => float.as_str().parse::<f64>().map_or(Json::Null, Json::from),
        DeValue::Boolean(boolean) => Json::from(*boolean),
        DeValue::Datetime(datetime) => Json::from(datetime.to_string()),
        DeValue::Array(items) => items.iter().map(|item| json(item.get_ref())).collect(),
        DeValue::Table(table) => Json::Object(
            table.iter().map(|(name, value)| (name.get_ref().to_string(), json(value.get_ref()))).collect(),
        ),
    }
}

/// A table whose keys are asked for one by one; [`Section::finish`] reports those nobody asked for.
pub(super) struct Section<'a> {
    document: &'a Document<'a>,
    path: String,
    place: Range<usize>,
    /// In the file's order.
    entries: Vec<Entry<'a>>,
    known: Vec<&'static str>,
    /// Required keys that are not there, each with a hint.
    missing: Vec<(&'static str, &'static str)>,
}

/// A name and its value.
pub(super) struct Entry<'a> {
    pub name: &'a str,
    place: usize,
    taken: bool,
    pub node: Node<'a>,
}

impl Entry<'_> {
    /// Reports a mistake in the name itself.
    pub fn error(&self, code: &'static str, message: impl Into<String>) {
        let document = self.node.document;
        document.report(Diagnostic::error(code, message).with_span(document.span(self.place)));
    }
}

impl<'a> Section<'a> {
    pub fn new(
        document: &'a Document<'a>,
        path: String,
        place: Range<usize>,
        table: &'a DeTable<'a>,
    ) -> Self {
        let mut entries: Vec<_> = table
            .iter()
            .map(|(name, value)| {
                let name_text: &'a str = name.get_ref();
                let full = if path.is_empty() { name_text.to_owned() } else { format!("{path}.{name_text}") };
                let node = Node { document, path: full, place: value.span(), value: value.get_ref() };
                Entry { name: name_text, place: name.span().start, taken: false, node }
            })
            .collect();
        entries.sort_by_key(|entry| entry.place);
        Self { document, path, place, entries, known: Vec::new(), missing: Vec::new() }
    }

    /// The value of a key, which from now on is a known one.
    pub fn get(&mut self, name: &'static str) -> Option<Node<'a>> {
        self.known.push(name);
        let entry = self.entries.iter_mut().find(|entry| entry.name == name)?;
        entry.taken = true;
        Some(entry.node.clone())
    }

    /// The value of a key that has to be there.
    pub fn require(&mut self, name: &'static str, hint: &'static str) -> Option<Node<'a>> {
        let node = self.get(name);
        if node.is_none() {
            self.missing.push((name, hint));
        }
        node
    }

    /// All names and values, for tables whose names are the user's own.
    pub fn into_entries(self) -> Vec<Entry<'a>> {
        self.entries
    }

    /// Reports every key that was not asked for, and every required one that is not there.
    pub fn finish(mut self) {
        let section = if self.path.is_empty() { String::new() } else { format!(" in `{}`", self.path) };
        for entry in self.entries.iter().filter(|entry| !entry.taken) {
            let hint = match closest(entry.name, self.known.iter().copied()) {
                Some(near) => {
                    // One mistake is told once: this is the missing key.
                    self.missing.retain(|(name, _)| *name != near);
                    format!("did you mean `{near}`?")
                }
                None => format!("known are {}", self.known.join(", ")),
            };
            let message = format!("unknown setting `{}`{section}", entry.name);
            self.document.report(
                Diagnostic::error("unknown-setting", message)
                    .with_span(self.document.span(entry.place))
                    .with_hint(hint),
            );
        }
        for (name, hint) in self.missing {
            self.document.report(
                Diagnostic::error("missing-setting", format!("`{name}` is missing{section}"))
                    .with_span(self.document.span(self.place.start))
                    .with_hint(hint),
            );
        }
    }
}
