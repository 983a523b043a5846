//! Records to JSON and back.

use serde_json::Value as Json;

use crate::diagnostic::{Diagnostic, Result};

use super::row::Names;
use super::untyped::from_json;
use super::{Fields, Record, Value, path_part_problem};

/// The JSON form of a value: dates and times as ISO 8601 text, a time with its zone (RFC 9557).
pub fn to_json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Text(text) | Value::Color(text) => Json::String(text.to_string()),
        Value::Boolean(value) => Json::Bool(*value),
        Value::Integer(value) => Json::from(*value),
        Value::Number(value) => Json::from(*value),
        Value::Date(date) => Json::String(date.to_string()),
        Value::DateTime(time) => Json::String(time.to_string()),
        Value::List(items) => items.iter().map(to_json).collect(),
        Value::Object(fields) => fields_to_json(fields),
    }
}

fn fields_to_json(fields: &Fields) -> Json {
    Json::Object(fields.0.iter().map(|(name, value)| (name.to_string(), to_json(value))).collect())
}

impl Record {
    /// The fields as one JSON object.
    pub fn to_json(&self) -> Json {
        fields_to_json(&self.fields)
    }
}

/// A record from the text of one JSON object, its values of JSON's own types.
///
/// Its key is the field `key` or `id`, if that can be one, and otherwise "record".
pub fn record_from_json(text: &str) -> Result<Record> {
    let fail = |message: String| Box::new(Diagnostic::error("broken-json", message));
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let json: Json =
        serde_json::from_str(text).map_err(|error| fail(format!("the record is not JSON: {error}")))?;
    if !json.is_object() {
        return Err(fail("the record must be a JSON object: {\"field\": value, …}".into()));
    }
    let Value::Object(fields) = from_json(json, &mut Names::default()) else {
        return Err(fail("the record must be a JSON object".into()));
    };
    let key = ["key", "id"]
        .into_iter()
        .filter_map(|name| key_text(fields.get(name)?))
        .find(|key| path_part_problem(key).is_none())
        .unwrap_or_else(|| "record".into());
    Ok(Record { key: key.into(), line: 1, fields: (*fields).clone() })
}

/// A key is text or a whole number.
pub(super) fn key_text(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.to_string()),
        Value::Integer(integer) => Some(integer.to_string()),
        _ => None,
    }
}
