//! The records of a source, one at a time, each checked.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Result, Severity, Span};

use super::check::{Check, Problem, display};
use super::csv::CsvRows;
use super::input::Input;
use super::json::key_text;
use super::json_array::JsonRows;
use super::ndjson::NdjsonRows;
use super::part::folded;
use super::row::{Names, Raw, Row, Rows, shorten};
use super::untyped::untyped;
use super::{Field, Layout, Record, Schema, Seen, Source, Value, closest, path_part_problem, source};

/// A row that is no record. Reading goes on behind it, unless the source is cut off there.
#[derive(Debug, Clone, PartialEq)]
pub struct Rejected {
    /// The line on which the row starts, from 1.
    pub line: usize,
    /// The key, if the row could be read that far.
    pub key: Option<String>,
    /// All that is wrong with the row.
    pub problems: Vec<Diagnostic>,
}

/// A stream of records.
pub struct Records {
    rows: Box<dyn Rows>,
    source: PathBuf,
    key: String,
    schema: Schema,
    field_names: Option<Arc<[Arc<str>]>>,
    names: Names,
    keys: Seen,
    /// For each field of the schema that has to be unique: its index there, and its values so far.
    unique: Vec<(usize, Seen)>,
    warnings: Vec<Diagnostic>,
}

/// Opens a source whose field `key` identifies each record.
///
/// Fails when the source cannot be read at all, is empty, or has no column for the key or for a required
/// field; what is wrong with single rows comes from the iterator.
pub fn open(source: &Source, key: &str, schema: Option<&Schema>) -> Result<Records> {
    Records::new(source.open()?, source.name(), source.layout, key, schema)
}

impl Records {
    /// Reads from any reader; `name` is what messages call it.
    pub fn from_reader(
        reader: Box<dyn Read + Send>,
        name: &Path,
        layout: Layout,
        key: &str,
        schema: Option<&Schema>,
    ) -> Result<Self> {
        Self::new(source::text(name, reader)?, name, layout, key, schema)
    }

    fn new(
        reader: Box<dyn Read + Send>,
        name: &Path,
        layout: Layout,
        key: &str,
        schema: Option<&Schema>,
    ) -> Result<Self> {
        let input = Input::new(reader);
        let file = name.to_path_buf();
        let mut field_names = None;
        let rows: Box<dyn Rows> = match layout {
            Layout::Csv { delimiter } => {
                let rows = CsvRows::new(file, input, delimiter)?;
                field_names = Some(rows.names().clone());
                Box::new(rows)
            }
            Layout::Json => Box::new(JsonRows::new(file, input)),
            Layout::Ndjson => Box::new(NdjsonRows::new(file, input)),
        };
        let schema = schema.cloned().unwrap_or_default();
        let mut warnings = Vec::new();
        if let Some(names) = &field_names {
            check_columns(names, name, key, &schema, &mut warnings)?;
        }
        let unique = (0..schema.fields.len())
            .filter(|index| schema.fields[*index].rule.unique)
            .map(|index| (index, Seen::default()))
            .collect();
        Ok(Self {
            rows,
            source: name.to_path_buf(),
            key: key.to_owned(),
            schema,
            field_names,
            names: Names::default(),
            keys: Seen::default(),
            unique,
            warnings,
        })
    }

    /// The name of the field that is the key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The names of the columns of a CSV or TSV source; `None` for JSON, where every record may differ.
    pub fn field_names(&self) -> Option<&[Arc<str>]> {
        self.field_names.as_deref()
    }

    /// What looks wrong about the source as a whole and does not keep it from being read.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    fn record(&mut self, row: Row) -> Result<Record, Rejected> {
        let Row { line, mut fields } = row;
        let mut problems = Vec::new();
        let key = self.key_of(&fields, line, &mut problems);
        if let Some(key) = &key {
            self.key_as_text(&mut fields, key);
        }
        let mut check = Check::new(&mut self.names);
        let fields = check.fields(&self.schema.fields, fields, None);
        let found = check.problems;
        for (index, seen) in &mut self.unique {
            let name = &self.schema.fields[*index].name;
            let value = fields.get(name).unwrap_or(&Value::Null);
            if *value == Value::Null {
                continue;
            }
            let mut hasher = blake3::Hasher::new();
            value.fingerprint(&mut hasher);
            if let Some(earlier) = seen.insert(&hasher.finalize(), line) {
                problems.push(Problem {
                    code: "not-unique",
                    path: name.to_string(),
                    message: format!(
                        "must be unique (unique), and line {earlier} has `{}` too",
                        shorten(&display(value))
                    ),
                    hint: None,
                });
            }
        }
        problems.extend(found);
        match key {
            Some(key) if problems.is_empty() => Ok(Record { key: key.into(), line, fields }),
            key => {
                let problems =
                    problems.into_iter().map(|problem| self.diagnostic(problem, line, &key)).collect();
                Err(Rejected { line, key, problems })
            }
        }
    }

    /// A key of digits in JSON, and a schema that calls it text: both are right.
    fn key_as_text(&self, fields: &mut [(Arc<str>, Raw)], key: &str) {
        let textual = |field: &Field| *field.name == *self.key && field.rule.kind.is_textual();
        if let Some((_, raw)) = fields.iter_mut().find(|(name, _)| **name == *self.key)
            && matches!(raw, Raw::Json(serde_json::Value::Number(_)))
            && self.schema.fields.iter().any(textual)
        {
            *raw = Raw::Json(serde_json::Value::String(key.to_owned()));
        }
    }

    fn diagnostic(&self, problem: Problem, line: usize, key: &Option<String>) -> Diagnostic {
        let mut diagnostic =
            Diagnostic::error(problem.code, format!("`{}` {}", problem.path, problem.message))
                .with_field(problem.path)
                .with_span(Span::line(&self.source, line));
        diagnostic.key.clone_from(key);
        diagnostic.hint = problem.hint;
        diagnostic
    }

    /// The key of a row, noted as met. It is given even when it cannot be used, so that messages can name it.
    fn key_of(
        &mut self,
        fields: &[(Arc<str>, Raw)],
        line: usize,
        problems: &mut Vec<Problem>,
    ) -> Option<String> {
        let mut problem = |code, message: String, hint: Option<String>| {
            problems.push(Problem { code, path: self.key.clone(), message, hint });
        };
        let raw = fields.iter().find(|(name, _)| **name == *self.key).map(|(_, raw)| raw);
        let key = match raw {
            Some(Raw::Cell(cell)) if cell.trim().is_empty() => None,
            Some(Raw::Cell(cell)) => Some(cell.to_string()),
            Some(Raw::Json(serde_json::Value::Null)) => None,
            Some(Raw::Json(serde_json::Value::String(text))) if text.trim().is_empty() => None,
            Some(Raw::Json(json @ (serde_json::Value::Object(_) | serde_json::Value::Array(_)))) => {
                let found = shorten(&json.to_string());
                problem(
                    "missing-key",
                    format!("is the key: it must be text or an integer, found `{found}`"),
                    None,
                );
                return None;
            }
            Some(Raw::Json(json)) => match key_text(&untyped(Raw::Json(json.clone()), &mut Names::default()))
            {
                Some(key) => Some(key),
                None => {
                    let message = format!("is the key: it must be text or an integer, found `{json}`");
                    problem("missing-key", message, None);
                    return None;
                }
            },
            None => {
                let hint = closest(&self.key, fields.iter().map(|(name, _)| &**name))
                    .map(|near| format!("did you mean `{near}`?"));
                problem("missing-key", "is the key, and the record does not have it".into(), hint);
                return None;
            }
        };
        let Some(key) = key else {
            problem("missing-key", "is the key, and it is empty".into(), None);
            return None;
        };
        if let Some(why) = path_part_problem(&key) {
            let message = format!("is the key, and `{}` cannot be part of a path: {why}", shorten(&key));
            problem("unsafe-key", message, None);
            return Some(shorten(&key));
        }
        if let Some(earlier) = self.keys.insert(&blake3::hash(folded(&key).as_bytes()), line) {
            let hint = "the key must be unique; upper and lower case count as the same, as on most disks";
            problem(
                "duplicate-key",
                format!("is the key, and line {earlier} has `{key}` too"),
                Some(hint.into()),
            );
        }
        Some(key)
    }
}

impl Iterator for Records {
    type Item = Result<Record, Rejected>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.rows.next_row()?.and_then(|row| self.record(row)))
    }
}

/// Whether a table has the columns that all its rows need.
fn check_columns(
    names: &[Arc<str>],
    source: &Path,
    key: &str,
    schema: &Schema,
    warnings: &mut Vec<Diagnostic>,
) -> Result<()> {
    let has = |wanted: &str| names.iter().any(|name| **name == *wanted);
    let near = |wanted: &str| {
        closest(wanted, names.iter().map(|name| &**name)).map(|near| format!("did you mean `{near}`?"))
    };
    let all = || {
        let some: Vec<String> = names.iter().take(12).map(|name| format!("`{}`", shorten(name))).collect();
        format!("the columns are {}{}", some.join(", "), if names.len() > 12 { ", …" } else { "" })
    };
    let missing = |severity, code, message: String, wanted: &str, hint: String| {
        Diagnostic::new(severity, code, message)
            .with_field(wanted)
            .with_hint(hint)
            .with_span(Span::line(source, 1))
    };
    if !has(key) {
        // The commonest cause: a spreadsheet of a country that writes numbers with a comma.
        let hint = match names {
            [only] if only.contains(';') => {
                "the first row has semicolons: write delimiter = \";\" under [data]".to_owned()
            }
            [only] if only.contains('\t') => {
                "the first row has tabs: write format = \"tsv\" under [data]".to_owned()
            }
            _ => near(key).unwrap_or_else(all),
        };
        let message = format!("the source has no column `{key}`, which is the key");
        return Err(Box::new(missing(Severity::Error, "missing-key", message, key, hint)));
    }
    for field in schema.fields.iter().filter(|field| !has(&field.name)) {
        let name = &*field.name;
        let hint = near(name).unwrap_or_else(all);
        let message = format!("the source has no column `{name}`, which the schema names");
        if field.rule.required && field.rule.default.is_none() {
            return Err(Box::new(missing(Severity::Error, "missing-column", message, name, hint)));
        }
        warnings.push(missing(Severity::Warning, "missing-column", message, name, hint));
    }
    Ok(())
}
