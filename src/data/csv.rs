//! CSV and TSV: rows of cells under a row of names.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use crate::diagnostic::{Diagnostic, Result, Span};

use super::Rejected;
use super::input::Input;
use super::row::{MAX_RECORD, Raw, Row, Rows, not_utf8, reject, shorten, too_large, unreadable};

const MAX_COLUMNS: usize = 1 << 14;
const CHUNK: usize = 1 << 16;

pub(super) struct CsvRows {
    file: PathBuf,
    input: Input,
    parser: Reader,
    names: Arc<[Arc<str>]>,
    /// The cells of the present row one after the other, and where each ends.
    cells: Vec<u8>,
    ends: Vec<usize>,
    broken: bool,
}

/// The place of a row whose cells are in the buffers.
struct Extent {
    line: usize,
    last_line: usize,
    columns: usize,
}

impl CsvRows {
    /// Reads the row of names.
    pub fn new(file: PathBuf, input: Input, delimiter: u8) -> Result<Self> {
        let mut rows = Self {
            file,
            input,
            parser: ReaderBuilder::new().delimiter(delimiter).build(),
            names: Arc::from([]),
            cells: Vec::new(),
            ends: Vec::new(),
            broken: false,
        };
        let extent = match rows.read() {
            Some(Ok(extent)) => extent,
            Some(Err(mut rejected)) => return Err(Box::new(rejected.problems.remove(0))),
            None => {
                return Err(Box::new(
                    Diagnostic::error("empty-source", "the source of records has no row of field names")
                        .with_span(Span::file(rows.file)),
                ));
            }
        };
        rows.names = rows.header(&extent)?;
        Ok(rows)
    }

    /// The names of the fields, in the order of the columns.
    pub fn names(&self) -> &Arc<[Arc<str>]> {
        &self.names
    }

    fn header(&self, extent: &Extent) -> Result<Arc<[Arc<str>]>> {
        let fail = |code, message: String, hint: &str| {
            let span = Span::line(&self.file, extent.line);
            Box::new(Diagnostic::error(code, message).with_span(span).with_hint(hint))
        };
        let mut columns: HashMap<Arc<str>, usize> = HashMap::new();
        let mut names = Vec::with_capacity(extent.columns);
        for column in 0..extent.columns {
            let number = column + 1;
            let name: Arc<str> = match std::str::from_utf8(self.cell(column)) {
                Ok(name) => name.trim().into(),
                Err(error) => {
                    let what = format!("the name of column {number}");
                    let problem = not_utf8(&what, self.cell(column), error.valid_up_to());
                    return Err(Box::new(problem.with_span(Span::line(&self.file, extent.line))));
                }
            };
            if name.is_empty() {
                return Err(fail(
                    "unnamed-column",
                    format!("column {number} has no name"),
                    "name it in the first row, or remove the column",
                ));
            }
            if let Some(earlier) = columns.insert(name.clone(), number) {
                return Err(fail(
                    "duplicate-column",
                    format!("columns {earlier} and {number} are both named `{}`", shorten(&name)),
                    "rename one of them",
                ));
            }
            names.push(name);
        }
        Ok(names.into())
    }

    fn cell(&self, column: usize) -> &[u8] {
        let start = if column == 0 { 0 } else { self.ends[column - 1] };
        &self.cells[start..self.ends[column]]
    }

    /// Reads one row into the buffers. A row that is too large is read to its end and refused.
    fn read(&mut self) -> Option<Result<Extent, Rejected>> {
        match self.input.skip_while(|byte| matches!(byte, b'\n' | b'\r')) {
            Ok(Some(_)) => {}
            Ok(None) => return None,
            Err(error) => return Some(Err(self.stop(&error))),
        }
        let line = self.input.line();
        let (mut written, mut columns, mut large) = (0, 0, false);
        if self.cells.len() > 16 * CHUNK {
            self.cells = Vec::new();
        }
        loop {
            if large {
                // Only the end of the row is still of interest.
                (written, columns) = (0, 0);
            }
            if self.cells.len() < written + CHUNK {
                self.cells.resize((written + CHUNK).max(self.cells.len() * 2).min(MAX_RECORD + CHUNK), 0);
            }
            if self.ends.len() < columns + 1 {
                self.ends.resize((columns + 16).max(self.ends.len() * 2), 0);
            }
            let bytes = match self.input.fill() {
                Ok(bytes) => bytes,
                Err(error) => return Some(Err(self.stop(&error))),
            };
            let (result, read, out, ends) =
                self.parser.read_record(bytes, &mut self.cells[written..], &mut self.ends[columns..]);
            self.input.consume(read);
            written += out;
            columns += ends;
            large |= written > MAX_RECORD || columns > MAX_COLUMNS;
            if matches!(result, ReadRecordResult::Record | ReadRecordResult::End) {
                break;
            }
        }
        if large {
            return Some(Err(too_large(&self.file, line, "is a quote not closed?")));
        }
        // The row's own line ending has been read (at least its first byte), so the count stands on the next.
        let last_line = (self.input.line() - 1).max(line);
        Some(Ok(Extent { line, last_line, columns }))
    }

    /// The end, because the source cannot be read.
    fn stop(&mut self, error: &std::io::Error) -> Rejected {
        self.broken = true;
        unreadable(&self.file, self.input.line(), error)
    }

    fn row(&self, extent: &Extent) -> Result<Row, Rejected> {
        let Extent { line, columns, .. } = *extent;
        if columns != self.names.len() {
            return Err(reject(&self.file, line, self.wrong_columns(extent)));
        }
        let mut fields = Vec::with_capacity(columns);
        let mut problems = Vec::new();
        for (column, name) in self.names.iter().enumerate() {
            match std::str::from_utf8(self.cell(column)) {
                Ok(cell) => fields.push((name.clone(), Raw::Cell(cell.into()))),
                Err(error) => {
                    let what = format!("column {} of line {line}", column + 1);
                    problems.push(
                        not_utf8(&what, self.cell(column), error.valid_up_to())
                            .with_field(&**name)
                            .with_span(Span::line(&self.file, line)),
                    );
                }
            }
        }
        if problems.is_empty() {
            Ok(Row { line, fields })
        } else {
            Err(Rejected { line, key: None, problems })
        }
    }

    fn wrong_columns(&self, extent: &Extent) -> Diagnostic {
        let (found, expected) = (extent.columns, self.names.len());
        let count = |n: usize| if n == 1 { "1 column".to_owned() } else { format!("{n} columns") };
        let message = format!("the row has {}, and the first row names {expected}", count(found));
        let first = shorten(&String::from_utf8_lossy(self.cell(0)));
        let hint = if extent.last_line > extent.line {
            format!("the row goes from line {} to {}: is a quote not closed?", extent.line, extent.last_line)
        } else if found > expected {
            format!("the row starts with `{first}`: a value with the delimiter in it has to stand in quotes")
        } else {
            let missing: Vec<_> =
                self.names[found..].iter().take(3).map(|name| format!("`{name}`")).collect();
            let more = if expected - found > 3 { " …" } else { "" };
            format!("the row starts with `{first}` and has nothing for {}{more}", missing.join(", "))
        };
        Diagnostic::error("wrong-columns", message).with_hint(hint)
    }
}

impl Rows for CsvRows {
    fn next_row(&mut self) -> Option<Result<Row, Rejected>> {
        if self.broken {
            return None;
        }
        Some(self.read()?.and_then(|extent| self.row(&extent)))
    }
}
