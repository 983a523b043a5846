//! What Byname says to people: what is wrong, where, and what to do about it.

use std::fmt;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// How much a [`Diagnostic`] matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; the asset is right.
    Hint,
    /// The asset is made, and somebody should look at it.
    Warning,
    /// The asset (or the whole campaign) cannot be made right.
    Error,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Span {
    /// The file, as the user named it.
    pub file: PathBuf,
    /// Line, from 1; 0 when only the file is known.
    pub line: usize,
    /// Column in characters, from 1; 0 when only the line is known.
    pub column: usize,
    /// The source line itself, without its line ending, when it helps to show it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl Span {
    /// The file as a whole.
    pub fn file(file: impl Into<PathBuf>) -> Self {
        Self { file: file.into(), line: 0, column: 0, text: None }
    }

    /// A whole line of a file, from 1.
    pub fn line(file: impl Into<PathBuf>, line: usize) -> Self {
        Self { file: file.into(), line, column: 0, text: None }
    }

    /// The place of byte `offset` in `source`, with the line it stands on.
    pub fn at(file: &Path, source: &str, offset: usize) -> Self {
        let mut offset = offset.min(source.len());
        while !source.is_char_boundary(offset) {
            offset -= 1;
        }
        let start = source[..offset].rfind('\n').map_or(0, |i| i + 1);
        let end = source[offset..].find('\n').map_or(source.len(), |i| offset + i);
        Self {
            file: file.to_path_buf(),
            line: source[..start].matches('\n').count() + 1,
            column: source[start..offset].chars().count() + 1,
            text: Some(source[start..end].trim_end_matches('\r').to_owned()),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if self.column > 0 {
            write!(f, ":{}", self.column)?;
        }
        Ok(())
    }
}

/// One thing to tell the user.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Diagnostic {
    pub severity: Severity,
    /// The kind of problem in kebab-case, stable across releases: `missing-field`, `text-overflow` …
    pub code: &'static str,
    /// One sentence: what is wrong, with the values in play.
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
    /// The key of the record concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The field concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// The usual result: an error that a person can act upon.
pub type Result<T, E = Box<Diagnostic>> = std::result::Result<T, E>;

impl Diagnostic {
    pub fn new(severity: Severity, code: &'static str, message: impl Into<String>) -> Self {
        Self { severity, code, message: message.into(), span: None, key: None, field: None, hint: None }
    }

    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    pub fn hint(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Hint, code, message)
    }

    pub fn with_span(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    pub fn with_key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    pub fn with_field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// The form for terminals:
///
/// ```text
/// error: the template has no {% endif %} for this {% if %}
///   --> card.html:12:5
///    |
/// 12 |     {% if gold %}
///    |     ^
///   hint: …
/// ```
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Hint => "hint",
        };
        write!(f, "{severity}: {}", self.message)?;
        let about: Vec<String> = [("record", &self.key), ("field", &self.field)]
            .into_iter()
            .filter_map(|(name, value)| value.as_ref().map(|value| format!("{name} `{value}`")))
            .collect();
        if !about.is_empty() {
            write!(f, " ({})", about.join(", "))?;
        }
        if let Some(span) = &self.span {
            write!(f, "\n  --> {span}")?;
            if let (Some(text), true) = (&span.text, span.line > 0) {
                let number = span.line.to_string();
                let margin = " ".repeat(number.len());
                // Long lines (minified HTML) are cut to a window around the place.
                let from = span.column.saturating_sub(60);
                let shown: String = text.chars().skip(from).take(120).collect();
                write!(f, "\n{margin} |\n{number} | {shown}")?;
                if span.column > 0 {
                    write!(f, "\n{margin} | {}^", " ".repeat(span.column - 1 - from))?;
                }
            }
        }
        if let Some(hint) = &self.hint {
            write!(f, "\n  hint: {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostic {}

/// Writes a line (or lines) to standard error. When nobody reads there any more, work goes on.
pub(crate) fn tell(text: impl fmt::Display) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_counts_lines_and_characters() {
        let span = Span::at(Path::new("a.html"), "é\r\nabc\n", 5);
        assert_eq!((span.line, span.column, span.text.as_deref()), (2, 2, Some("abc")));
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let source = format!("{}!{}", "a".repeat(500), "b".repeat(500));
        let shown = Diagnostic::error("x", "y").with_span(Span::at(Path::new("f"), &source, 500)).to_string();
        let caret = shown.lines().last().unwrap().rfind('^').unwrap();
        assert_eq!(shown.lines().nth(3).unwrap().as_bytes()[caret], b'!');
    }
}
