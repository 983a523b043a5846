//! The fields' types and rules, as plain data.

use std::sync::Arc;

use super::check::Check;
use super::row::{Names, Raw};
use super::{Kind, Value};

/// The fields of a record. A source may have more of them; those are kept as the source has them.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    pub fields: Vec<Field>,
}

/// A field of a schema or of an object.
#[derive(Debug, Clone)]
pub struct Field {
    pub name: Arc<str>,
    pub rule: Rule,
}

/// What a value has to be.
#[derive(Debug, Clone)]
pub struct Rule {
    pub kind: Kind,
    /// The value must be there, unless there is a default.
    pub required: bool,
    /// Stands in for an absent value.
    pub default: Option<Value>,
    /// The least and the greatest value, both allowed: of the field's own kind, for lists the number of items.
    pub min: Option<Value>,
    pub max: Option<Value>,
    /// In characters as people count them (grapheme clusters).
    pub max_length: Option<usize>,
    pub pattern: Option<Pattern>,
    /// The only values there are; empty for no such limit.
    pub one_of: Vec<Value>,
    /// No two records have the same value. Absent values do not count.
    pub unique: bool,
    /// What each item of a list has to be; text without it (JSON's own types in JSON).
    pub items: Option<Box<Rule>>,
    /// The fields of an object; it may have others.
    pub fields: Vec<Field>,
}

impl Rule {
    /// A field of this kind, without further rules.
    pub fn of(kind: Kind) -> Self {
        Self {
            kind,
            required: false,
            default: None,
            min: None,
            max: None,
            max_length: None,
            pattern: None,
            one_of: Vec::new(),
            unique: false,
            items: None,
            fields: Vec::new(),
        }
    }

    /// The value that `json` is under this rule, or all that is wrong with it.
    pub fn value(&self, json: serde_json::Value) -> Result<Value, Vec<String>> {
        let mut names = Names::default();
        let mut check = Check::new(&mut names);
        let value = check.value(self, Some(Raw::Json(json)), "the value");
        if check.problems.is_empty() {
            Ok(value)
        } else {
            Err(check.problems.into_iter().map(|problem| problem.message).collect())
        }
    }
}

/// A regular expression that the whole of a text has to match.
#[derive(Debug, Clone)]
pub struct Pattern {
    source: String,
    regex: regex::Regex,
}

impl Pattern {
    /// Compiles `source`; the error is the expression's own, with a mark at the place.
    pub fn new(source: &str) -> Result<Self, regex::Error> {
        // On its own first: the error then shows what the user wrote, and `)(` cannot escape the group.
        regex::Regex::new(source)?;
        // The line break ends a comment that the (?x) mode may have left open.
        let whole = match regex::Regex::new(&format!(r"\A(?:{source})\z")) {
            Ok(regex) => regex,
            Err(_) => regex::Regex::new(&format!("\\A(?:{source}\n)\\z"))?,
        };
        Ok(Self { source: source.to_owned(), regex: whole })
    }

    pub fn source(&self) -> &str {
        &self.source
    }

    pub fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}
