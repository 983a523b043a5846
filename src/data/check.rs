//! One value against its rule.

use std::cmp::Ordering;
use std::sync::Arc;

use icu::segmenter::GraphemeClusterSegmenter;

use super::json::to_json;
use super::row::{Names, Raw, shorten};
use super::untyped::{from_json, untyped};
use super::{Field, Fields, Kind, Rule, Value};

/// Beyond these a record's list of problems helps nobody.
const MAX_PROBLEMS: usize = 50;

/// What is wrong with a value of a record.
pub(super) struct Problem {
    pub code: &'static str,
    /// The field, and the place in it: `songs[2].title`.
    pub path: String,
    /// A sentence without the field's name: "must be …, found …".
    pub message: String,
    pub hint: Option<String>,
}

/// Converts values and gathers what is wrong with them.
pub(super) struct Check<'a> {
    names: &'a mut Names,
    pub problems: Vec<Problem>,
}

impl<'a> Check<'a> {
    pub fn new(names: &'a mut Names) -> Self {
        Self { names, problems: Vec::new() }
    }

    fn problem(&mut self, code: &'static str, path: &str, message: String, hint: Option<&str>) {
        if self.problems.len() < MAX_PROBLEMS {
            let hint = hint.map(str::to_owned);
            self.problems.push(Problem { code, path: path.to_owned(), message, hint });
        }
    }

    /// The value of `raw` under `rule`; null where it is absent, and where it is wrong.
    pub fn value(&mut self, rule: &Rule, raw: Option<Raw>, path: &str) -> Value {
        let Some(value) = self.convert(rule, raw, path) else { return Value::Null };
        if value == Value::Null {
            if let Some(default) = &rule.default {
                return default.clone();
            }
            if rule.required {
                self.problem("missing-value", path, "is required (required), and it is empty".into(), None);
            }
            return value;
        }
        self.rules(rule, &value, path);
        value
    }

    /// The typed value, null if absent; `None` when a problem was noted.
    fn convert(&mut self, rule: &Rule, raw: Option<Raw>, path: &str) -> Option<Value> {
        use serde_json::Value as Json;
        let (found, hint) = match raw {
            None | Some(Raw::Json(Json::Null)) => return Some(Value::Null),
            Some(Raw::Cell(cell)) => match self.text_value(rule, &cell, path)? {
                Ok(value) => return Some(value),
                Err(hint) => (format!("`{}`", shorten(&cell)), hint),
            },
            Some(Raw::Json(json)) => match (rule.kind, json) {
                (
                    Kind::Integer | Kind::Number | Kind::Boolean | Kind::List | Kind::Object,
                    Json::String(text),
                ) => (format!("the text `{}`", shorten(&text)), "in JSON it is written without quotes"),
                (_, Json::String(text)) => match self.text_value(rule, &text, path)? {
                    Ok(value) => return Some(value),
                    Err(hint) => (format!("`{}`", shorten(&text)), hint),
                },
                (Kind::Boolean, Json::Bool(value)) => return Some(Value::Boolean(value)),
                (Kind::Integer, Json::Number(number)) if whole(&number).is_some() => {
                    return whole(&number).map(Value::Integer);
                }
                (Kind::Number, Json::Number(number)) if number.as_f64().is_some() => {
                    return number.as_f64().map(Value::Number);
                }
                (Kind::List, Json::Array(items)) => return Some(self.list(rule, items, path)),
                (Kind::Object, Json::Object(object)) => return Some(self.object(rule, object, path)),
                (_, other) => (format!("`{}`", shorten(&other.to_string())), ""),
            },
        };
        let message = format!("must be {}, found {found}", rule.kind.described());
        self.problem("wrong-type", path, message, (!hint.is_empty()).then_some(hint));
        None
    }

    /// From a cell, or from a text in JSON. The inner error is a hint; `None` when a problem was noted.
    fn text_value(&mut self, rule: &Rule, text: &str, path: &str) -> Option<Result<Value, &'static str>> {
        use serde_json::Value as Json;
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Some(Ok(Value::Null));
        }
        Some(match rule.kind {
            Kind::List if trimmed.starts_with('[') => match serde_json::from_str(trimmed) {
                Ok(Json::Array(items)) => Ok(self.list(rule, items, path)),
                _ => Err("it begins with `[`, so it has to be a JSON array"),
            },
            Kind::List => {
                let text_items = Rule::of(Kind::Text);
                let item_rule = rule.items.as_deref().unwrap_or(&text_items);
                let items: Vec<Value> = trimmed
                    .split('|')
                    .enumerate()
                    .map(|(i, item)| {
                        self.value(item_rule, Some(Raw::Cell(item.trim().into())), &format!("{path}[{i}]"))
                    })
                    .collect();
                Ok(Value::List(items.into()))
            }
            Kind::Object => match serde_json::from_str(trimmed) {
                Ok(Json::Object(object)) => Ok(self.object(rule, object, path)),
                _ => Err("write a JSON object: {\"name\": value}"),
            },
            kind => kind.parse(text),
        })
    }

    fn list(&mut self, rule: &Rule, items: Vec<serde_json::Value>, path: &str) -> Value {
        let items: Vec<Value> = items
            .into_iter()
            .enumerate()
            .map(|(i, item)| match &rule.items {
                Some(rule) => self.value(rule, Some(Raw::Json(item)), &format!("{path}[{i}]")),
                None => from_json(item, self.names),
            })
            .collect();
        Value::List(items.into())
    }

    fn object(
        &mut self,
        rule: &Rule,
        object: serde_json::Map<String, serde_json::Value>,
        path: &str,
    ) -> Value {
        let values: Vec<_> =
            object.into_iter().map(|(name, value)| (self.names.get(&name), Raw::Json(value))).collect();
        Value::Object(Arc::new(self.fields(&rule.fields, values, Some(path))))
    }

    /// All values of a record or an object: those of the source in its order, then the rest of the schema's.
    pub fn fields(&mut self, schema: &[Field], values: Vec<(Arc<str>, Raw)>, path: Option<&str>) -> Fields {
        let full = |name: &str| path.map_or_else(|| name.to_owned(), |path| format!("{path}.{name}"));
        let mut met = vec![false; schema.len()];
        let mut fields = Vec::with_capacity(values.len().max(schema.len()));
        for (name, raw) in values {
            let value = match schema.iter().position(|field| field.name == name) {
                Some(index) => {
                    met[index] = true;
                    self.value(&schema[index].rule, Some(raw), &full(&name))
                }
                None => untyped(raw, self.names),
            };
            fields.push((name, value));
        }
        for (field, _) in schema.iter().zip(met).filter(|(_, met)| !met) {
            let value = self.value(&field.rule, None, &full(&field.name));
            fields.push((field.name.clone(), value));
        }
        Fields(fields)
    }

    fn rules(&mut self, rule: &Rule, value: &Value, path: &str) {
        let shown = || shorten(&display(value));
        let measured = match value {
            Value::List(items) => Value::Integer(items.len() as i64),
            other => other.clone(),
        };
        let unit = if rule.kind == Kind::List { " items" } else { "" };
        let counted = || if rule.kind == Kind::List { display(&measured) } else { format!("`{}`", shown()) };
        if let Some(min) = &rule.min
            && compare(&measured, min) == Some(Ordering::Less)
        {
            let message = format!("must be at least {}{unit} (min), found {}", display(min), counted());
            self.problem("out-of-range", path, message, None);
        }
        if let Some(max) = &rule.max
            && compare(&measured, max) == Some(Ordering::Greater)
        {
            let message = format!("must be at most {}{unit} (max), found {}", display(max), counted());
            self.problem("out-of-range", path, message, None);
        }
        if let Value::Text(text) | Value::Color(text) = value {
            // A character has at least one byte, so most texts need no counting.
            if let Some(max) = rule.max_length
                && text.len() > max
            {
                let length = characters(text);
                if length > max {
                    let message = format!(
                        "must have at most {max} characters (max_length), found {length}: `{}`",
                        shown()
                    );
                    self.problem("too-long", path, message, None);
                }
            }
            if let Some(pattern) = &rule.pattern
                && !pattern.matches(text)
            {
                let message = format!("must match `{}` (pattern), found `{}`", pattern.source(), shown());
                self.problem("pattern-mismatch", path, message, None);
            }
        }
        if !rule.one_of.is_empty() && !rule.one_of.contains(value) {
            let all: Vec<String> =
                rule.one_of.iter().take(12).map(|one| format!("`{}`", shorten(&display(one)))).collect();
            let more = if rule.one_of.len() > 12 { ", …" } else { "" };
            let message = format!("must be one of {}{more} (one_of), found `{}`", all.join(", "), shown());
            let known: Vec<String> = rule.one_of.iter().map(display).collect();
            let near = super::closest(&display(value), known.iter().map(String::as_str))
                .map(|near| format!("did you mean `{near}`?"));
            self.problem("not-one-of", path, message, near.as_deref());
        }
    }
}

/// How two values of one ordered kind compare.
pub(crate) fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Integer(a), Value::Integer(b)) => Some(a.cmp(b)),
        (Value::Number(a), Value::Number(b)) => a.partial_cmp(b),
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        (Value::DateTime(a), Value::DateTime(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

/// The number of characters as people count them: grapheme clusters.
pub(super) fn characters(text: &str) -> usize {
    if text.is_ascii() && !text.contains('\r') {
        return text.len();
    }
    // The boundaries include the start.
    GraphemeClusterSegmenter::new().segment_str(text).count().saturating_sub(1)
}

/// A value for a message, unshortened.
pub(super) fn display(value: &Value) -> String {
    match value {
        Value::Text(text) | Value::Color(text) => text.to_string(),
        other => match to_json(other) {
            serde_json::Value::String(text) => text,
            json => json.to_string(),
        },
    }
}

/// JSON does not tell 3 and 3.0 apart.
fn whole(number: &serde_json::Number) -> Option<i64> {
    number.as_i64().or_else(|| {
        let float = number.as_f64()?;
        // Beyond 2⁵³ a float may not be the number that was written.
        (float.fract() == 0.0 && float.abs() <= 9_007_199_254_740_992.0).then_some(float as i64)
    })
}
