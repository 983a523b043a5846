//! The files of a template, and the places in them.

use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Result, Span};

/// The template's file and those it includes.
#[derive(Debug, Default)]
pub(super) struct Sources {
    files: Vec<(PathBuf, String)>,
}

/// A place in one of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub file: usize,
    /// In bytes.
    pub offset: usize,
}

impl Sources {
    pub(super) fn read(&mut self, path: &Path) -> Result<usize> {
        let bytes = std::fs::read(path).map_err(|error| {
            Diagnostic::error("missing-template", format!("cannot read the template: {error}"))
                .with_span(Span::file(path))
        })?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let line =
                error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|b| **b == b'\n').count()
                    + 1;
            Diagnostic::error("invalid-utf8", "the template is not valid UTF-8")
                .with_span(Span::line(path, line))
                .with_hint("save the file as UTF-8")
        })?;
        Ok(self.add(path, text))
    }

    pub(super) fn add(&mut self, path: &Path, text: String) -> usize {
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        self.files.push((path.to_path_buf(), text));
        self.files.len() - 1
    }

    pub(super) fn text(&self, file: usize) -> &str {
        &self.files[file].1
    }

    pub(super) fn path(&self, file: usize) -> &Path {
        &self.files[file].0
    }

    pub(super) fn span(&self, place: Place) -> Span {
        let (path, text) = &self.files[place.file];
        Span::at(path, text, place.offset)
    }

    pub(super) fn error(&self, place: Place, code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(code, message).with_span(self.span(place))
    }

    /// All files, in the order in which they were first named.
    pub(super) fn all(&self) -> impl Iterator<Item = (&Path, &str)> {
        self.files.iter().map(|(path, text)| (path.as_path(), text.as_str()))
    }
}
