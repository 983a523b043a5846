//! A row from the text of one JSON object.

use std::collections::HashSet;
use std::fmt;
use std::path::Path;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use crate::diagnostic::Diagnostic;

use super::Rejected;
use super::row::{Names, Raw, Row, not_utf8, reject, shorten};

/// Parses one record that starts on `line` of the source.
pub(super) fn json_row(file: &Path, line: usize, bytes: &[u8], names: &mut Names) -> Result<Row, Rejected> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            return Err(reject(file, line, not_utf8("the record", bytes, error.valid_up_to())));
        }
    };
    if let Some(number) = wide_integer(text) {
        let message = format!("the number {} has more than 64 bits", shorten(number));
        return Err(reject(
            file,
            line,
            Diagnostic::error("wrong-type", message)
                .with_hint("write a long number, such as an account's, as text: in quotes"),
        ));
    }
    if !text.trim_start().starts_with('{')
        && let Ok(other) = serde_json::from_str::<serde_json::Value>(text)
    {
        let message = format!("a record must be a JSON object, found {}", shorten(&other.to_string()));
        let problem = Diagnostic::error("broken-json", message).with_hint("{\"field\": value, …}");
        return Err(reject(file, line, problem));
    }
    match serde_json::from_str(text) {
        Ok(Object(members)) => {
            let mut seen = HashSet::new();
            if let Some((name, _)) = members.iter().find(|(name, _)| !seen.insert(name.as_str())) {
                let message = format!("the record has the field `{}` twice", shorten(name));
                return Err(reject(file, line, Diagnostic::error("duplicate-field", message)));
            }
            let fields =
                members.into_iter().map(|(name, value)| (names.get(&name), Raw::Json(value))).collect();
            Ok(Row { line, fields })
        }
        Err(error) => {
            // serde_json counts lines from the record's start, and says so at the end of its message.
            let line_of_error = line + error.line().saturating_sub(1);
            let told = error.to_string();
            let told = told.split(" at line ").next().unwrap_or_default();
            let message =
                format!("the record is not JSON: {told} (line {line_of_error}, column {})", error.column());
            Err(reject(file, line, Diagnostic::error("broken-json", message)))
        }
    }
}

/// An object with its fields as they stand in the text, also those that stand in it twice.
struct Object(Vec<(String, serde_json::Value)>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Object;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut members = Vec::with_capacity(map.size_hint().unwrap_or(16));
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Object(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// The first integer that 64 bits cannot hold: it would be read as a number near to it.
fn wide_integer(text: &str) -> Option<&str> {
    let bytes = text.as_bytes();
    let (mut at, mut quoted) = (0, false);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => quoted = !quoted,
            b'\\' if quoted => at += 1,
            b'-' | b'0'..=b'9' if !quoted => {
                let part = |byte: &u8| matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9');
                let end = bytes[at..].iter().position(|byte| !part(byte)).map_or(bytes.len(), |end| at + end);
                let number = &text[at..end];
                let whole = !number.contains(['.', 'e', 'E']);
                if whole && number.len() > 18 && number.parse::<i64>().is_err() {
                    return Some(number);
                }
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    None
}
