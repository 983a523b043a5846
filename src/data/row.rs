//! One row of a source, before the schema gives its values types.

use std::collections::HashSet;
use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Span};

use super::Rejected;

/// The largest record that is read, in bytes as the source has it.
pub(super) const MAX_RECORD: usize = 64 << 20;

/// One row: the line it starts on, from 1, and its values in the source's order.
pub(super) struct Row {
    pub line: usize,
    pub fields: Vec<(Arc<str>, Raw)>,
}

/// A value as the source has it.
pub(super) enum Raw {
    /// A cell of a table.
    Cell(Arc<str>),
    Json(serde_json::Value),
}

/// What a layout reads rows with. After an error comes the next row, if the source can be read on.
pub(super) trait Rows: Send {
    fn next_row(&mut self) -> Option<Result<Row, Rejected>>;
}

/// One shared copy of each field name.
#[derive(Default)]
pub(super) struct Names(HashSet<Arc<str>>);

impl Names {
    pub fn get(&mut self, name: &str) -> Arc<str> {
        if let Some(name) = self.0.get(name) {
            return name.clone();
        }
        let name: Arc<str> = name.into();
        // A source whose names are data (a map by date, say) must not fill the memory.
        if self.0.len() < 4096 {
            self.0.insert(name.clone());
        }
        name
    }
}

/// A row that cannot be read, for one reason.
pub(super) fn reject(file: &Path, line: usize, problem: Diagnostic) -> Rejected {
    let problem = if problem.span.is_none() { problem.with_span(Span::line(file, line)) } else { problem };
    Rejected { line, key: None, problems: vec![problem] }
}

pub(super) fn unreadable(file: &Path, line: usize, error: &io::Error) -> Rejected {
    reject(
        file,
        line,
        Diagnostic::error("unreadable-source", format!("the source cannot be read any further: {error}"))
            .with_hint("no record from here on was read"),
    )
}

pub(super) fn too_large(file: &Path, line: usize, hint: &str) -> Rejected {
    let limit = MAX_RECORD >> 20;
    let message = format!("the record that starts on line {line} is larger than {limit} MB");
    reject(file, line, Diagnostic::error("record-too-large", message).with_hint(hint))
}

/// Why `bytes` are not UTF-8, with a guess at what they were meant to be.
pub(super) fn not_utf8(what: &str, bytes: &[u8], at: usize) -> Diagnostic {
    let byte = bytes[at];
    let before = String::from_utf8_lossy(&bytes[at.saturating_sub(20)..at]).into_owned();
    let message = format!("{what} is not UTF-8: byte 0x{byte:02X} after `{}`", shorten(&before));
    let mut problem = Diagnostic::error("not-utf8", message);
    if byte >= 0xA0 {
        // The upper half of Latin-1, and of Windows-1252, is Unicode's.
        let meant = char::from(byte);
        problem =
            problem.with_hint(format!("in Windows-1252 this byte is `{meant}`: save the source as UTF-8"));
    }
    problem
}

/// A value for a message: on one line, and not more of it than helps.
pub(super) fn shorten(value: &str) -> String {
    let mut shown: String = value.chars().take(60).flat_map(char::escape_debug).collect();
    if value.chars().nth(60).is_some() {
        shown.push('…');
    }
    // Quotes read better as they are.
    shown.replace("\\\"", "\"").replace("\\'", "'")
}
