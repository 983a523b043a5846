//! A row from the text of one JSON object.

use std::path::Path;

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
    match serde_json::from_str(text) {
        Ok(serde_json::Value::Object(object)) => {
            let fields =
                object.into_iter().map(|(name, value)| (names.get(&name), Raw::Json(value))).collect();
            Ok(Row { line, fields })
        }
        Ok(other) => {
            let message = format!("a record must be a JSON object, found {}", shorten(&other.to_string()));
            Err(reject(
                file,
                line,
                Diagnostic::error("broken-json", message).with_hint("{\"field\": value, …}"),
            ))
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
