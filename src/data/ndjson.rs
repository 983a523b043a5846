//! NDJSON: one JSON object a line.

use std::path::PathBuf;

use super::Rejected;
use super::input::Input;
use super::json_row::json_row;
use super::row::{MAX_RECORD, Names, Row, Rows, too_large, unreadable};

pub(super) struct NdjsonRows {
    file: PathBuf,
    input: Input,
    names: Names,
    buffer: Vec<u8>,
    broken: bool,
}

impl NdjsonRows {
    pub fn new(file: PathBuf, input: Input) -> Self {
        Self { file, input, names: Names::default(), buffer: Vec::new(), broken: false }
    }

    /// Reads the rest of the line into the buffer; false when it is too large, and then it is skipped.
    fn read_line(&mut self) -> std::io::Result<bool> {
        if self.buffer.capacity() > 1 << 20 {
            self.buffer = Vec::new();
        }
        self.buffer.clear();
        let mut large = false;
        loop {
            let bytes = self.input.fill()?;
            let end = bytes.iter().position(|byte| *byte == b'\n');
            let part = &bytes[..end.unwrap_or(bytes.len())];
            large |= self.buffer.len() + part.len() > MAX_RECORD;
            if large {
                self.buffer = Vec::new();
            } else {
                self.buffer.extend_from_slice(part);
            }
            let last = end.is_some() || bytes.is_empty();
            let count = part.len();
            self.input.consume(count);
            if last {
                return Ok(!large);
            }
        }
    }
}

impl Rows for NdjsonRows {
    fn next_row(&mut self) -> Option<Result<Row, Rejected>> {
        if self.broken {
            return None;
        }
        let read = match self.input.skip_while(|byte| byte.is_ascii_whitespace()) {
            Ok(None) => return None,
            Ok(Some(_)) => {
                let line = self.input.line();
                self.read_line().map(|fits| (line, fits))
            }
            Err(error) => Err(error),
        };
        Some(match read {
            Ok((line, true)) => {
                json_row(&self.file, line, &self.buffer, &mut self.names).map_err(hint_at_array)
            }
            Ok((line, false)) => {
                Err(too_large(&self.file, line, "one record a line: is a line ending missing?"))
            }
            Err(error) => {
                self.broken = true;
                Err(unreadable(&self.file, self.input.line(), &error))
            }
        })
    }
}

/// A whole array, or an object over several lines, in a file of lines is a common mix-up.
fn hint_at_array(mut rejected: Rejected) -> Rejected {
    for problem in &mut rejected.problems {
        if problem.code == "broken-json" && problem.hint.is_none() {
            problem.hint =
                Some("each line must be one whole JSON object; for an array write format = \"json\"".into());
        }
    }
    rejected
}
