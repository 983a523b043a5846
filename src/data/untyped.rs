//! Values that no schema speaks about.

use std::sync::Arc;

use super::row::{Names, Raw};
use super::{Fields, Value};

/// A cell is text and an empty cell absent; JSON keeps its own types.
pub(super) fn untyped(raw: Raw, names: &mut Names) -> Value {
    match raw {
        Raw::Cell(cell) if cell.is_empty() => Value::Null,
        Raw::Cell(cell) => Value::Text(cell),
        Raw::Json(json) => from_json(json, names),
    }
}

/// JSON's own types. A whole number beyond 64 bits becomes the nearest floating-point one.
pub(super) fn from_json(json: serde_json::Value, names: &mut Names) -> Value {
    use serde_json::Value as Json;
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Boolean(value),
        Json::Number(number) => match number.as_i64() {
            Some(integer) => Value::Integer(integer),
            None => number.as_f64().map_or(Value::Null, Value::Number),
        },
        Json::String(text) => Value::Text(text.into()),
        Json::Array(items) => Value::List(items.into_iter().map(|item| from_json(item, names)).collect()),
        Json::Object(object) => Value::Object(Arc::new(Fields(
            object.into_iter().map(|(name, value)| (names.get(&name), from_json(value, names))).collect(),
        ))),
    }
}
