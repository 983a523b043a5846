//! Where the records come from, and how they are written there.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Result, Span};

use super::closest;

/// A source of records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub place: Place,
    pub layout: Layout,
}

/// Where a source is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Stdin,
    File(PathBuf),
}

/// How records are written in a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Rows of cells, the first of them the names of the fields (RFC 4180; for TSV the delimiter is a tab).
    Csv { delimiter: u8 },
    /// One array of objects.
    Json,
    /// One object a line.
    Ndjson,
}

impl Layout {
    /// The layout by its name or file ending: csv, tsv, json, ndjson, jsonl.
    pub fn by_name(name: &str) -> Option<Self> {
        Some(match &*name.to_ascii_lowercase() {
            "csv" => Self::Csv { delimiter: b',' },
            "tsv" => Self::Csv { delimiter: b'\t' },
            "json" => Self::Json,
            "ndjson" | "jsonl" => Self::Ndjson,
            _ => return None,
        })
    }
}

impl Source {
    /// The file `path`, its layout told by its ending.
    pub fn file(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        let ending = path.extension().unwrap_or_default().to_string_lossy();
        match Layout::by_name(&ending) {
            Some(layout) => Ok(Self { place: Place::File(path), layout }),
            None => Err(Box::new(
                Diagnostic::error(
                    "unknown-format",
                    format!("the ending of `{}` does not say how its records are written", path.display()),
                )
                .with_hint("use one of csv, tsv, json, ndjson and jsonl, or say it: format = \"csv\""),
            )),
        }
    }

    /// The source as messages name it.
    pub fn name(&self) -> &Path {
        match &self.place {
            Place::Stdin => Path::new("<stdin>"),
            Place::File(path) => path,
        }
    }

    /// Opens the source and drops a UTF-8 byte order mark; an empty source is an error, and so is one in
    /// another encoding.
    pub(super) fn open(&self) -> Result<Box<dyn Read + Send>> {
        match &self.place {
            Place::Stdin => text(self.name(), Box::new(io::stdin())),
            Place::File(path) => {
                let unreadable = |error: &io::Error| {
                    let message = format!("cannot read the records in `{}`: {error}", path.display());
                    Box::new(Diagnostic::error("missing-source", message))
                };
                let file = File::open(path).map_err(|error| unreadable(&error))?;
                if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
                    return Err(unreadable(&io::ErrorKind::IsADirectory.into()));
                }
                text(path, Box::new(file))
            }
        }
    }
}

/// The reader without its byte order mark, once its first bytes look like text.
pub(super) fn text(name: &Path, mut reader: Box<dyn Read + Send>) -> Result<Box<dyn Read + Send>> {
    let fail = |code, message: String, hint: &str| {
        Err(Box::new(Diagnostic::error(code, message).with_span(Span::file(name)).with_hint(hint)))
    };
    let mut head = Vec::with_capacity(4);
    if let Err(error) = reader.by_ref().take(4).read_to_end(&mut head) {
        return Err(Box::new(
            Diagnostic::error("unreadable-source", format!("cannot read the records: {error}"))
                .with_span(Span::file(name)),
        ));
    }
    match *head {
        [] => return fail("empty-source", "the source of records is empty".into(), "write a record into it"),
        [0xEF, 0xBB, 0xBF, ..] => drop(head.drain(..3)),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => {
            return fail("not-utf8", "the source of records is in UTF-16".into(), "save it as UTF-8");
        }
        [b'P', b'K', 3, 4] | [0xD0, 0xCF, 0x11, 0xE0] => {
            return fail(
                "not-utf8",
                "the source of records is a spreadsheet or an archive".into(),
                "export it as CSV",
            );
        }
        [0x1F, 0x8B, ..] => {
            return fail("not-utf8", "the source of records is compressed".into(), "unpack it first");
        }
        _ => {}
    }
    Ok(Box::new(Cursor::new(head).chain(reader)))
}

/// A file beside `path` with nearly the same name.
pub(crate) fn similar_file(path: &Path) -> Option<PathBuf> {
    let wanted = path.file_name()?.to_str()?;
    let folder = match path.parent()? {
        parent if parent.as_os_str().is_empty() => Path::new("."),
        parent => parent,
    };
    let names: Vec<String> = std::fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| Layout::by_name(name.rsplit('.').next().unwrap_or_default()).is_some())
        .collect();
    closest(wanted, names.iter().map(String::as_str)).map(|name| path.with_file_name(name))
}
