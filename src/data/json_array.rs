//! JSON: one array of objects, of which only one is in memory at a time.

use std::io;
use std::path::PathBuf;

use crate::diagnostic::Diagnostic;

use super::Rejected;
use super::input::Input;
use super::json_row::json_row;
use super::row::{MAX_RECORD, Names, Row, Rows, reject, too_large, unreadable};

pub(super) struct JsonRows {
    file: PathBuf,
    input: Input,
    names: Names,
    buffer: Vec<u8>,
    state: State,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Start,
    AfterBracket,
    AfterElement,
    Done,
}

/// Why no further element can be found.
enum Stop {
    Io(io::Error),
    Broken { line: usize, message: String, hint: Option<&'static str> },
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl JsonRows {
    pub fn new(file: PathBuf, input: Input) -> Self {
        Self { file, input, names: Names::default(), buffer: Vec::new(), state: State::Start }
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        self.input.skip_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
    }

    fn broken<T>(&self, message: impl Into<String>, hint: Option<&'static str>) -> Result<T, Stop> {
        Err(Stop::Broken { line: self.input.line(), message: message.into(), hint })
    }

    /// Goes to the next element; false at the end of the array.
    fn advance(&mut self) -> Result<bool, Stop> {
        let found = |byte: Option<u8>| match byte {
            Some(byte) => format!("found `{}`", char::from(byte).escape_debug()),
            None => "the source ends".to_owned(),
        };
        if self.state == State::Start {
            match self.peek()? {
                Some(b'[') => self.input.consume(1),
                Some(b'{') => {
                    return self.broken(
                        "JSON records must stand in an array, found an object",
                        Some("put the records in [ … ]; for one record a line write format = \"ndjson\""),
                    );
                }
                other => {
                    return self
                        .broken(format!("JSON records must stand in an array; {}", found(other)), None);
                }
            }
            self.state = State::AfterBracket;
        }
        let next = self.peek()?;
        match (self.state, next) {
            (_, Some(b']')) => {
                self.input.consume(1);
                match self.peek()? {
                    None => Ok(false),
                    other => self.broken(format!("nothing may follow the array; {}", found(other)), None),
                }
            }
            (State::AfterElement, Some(b',')) => {
                self.input.consume(1);
                match self.peek()? {
                    Some(b']' | b',') => self.broken("a record is missing after the comma", None),
                    None => {
                        self.broken("the array is not closed: the source ends", Some("is the file cut off?"))
                    }
                    Some(_) => Ok(true),
                }
            }
            (_, None) => {
                self.broken("the array is not closed: the source ends", Some("is the file cut off?"))
            }
            (State::AfterElement, other) => {
                self.broken(format!("a record must be followed by `,` or `]`; {}", found(other)), None)
            }
            (_, Some(_)) => Ok(true),
        }
    }

    /// Reads the element into the buffer; false when it is too large, and then it is skipped.
    ///
    /// Finds only where the element ends; whether it is JSON is seen when it is parsed.
    fn read_element(&mut self) -> Result<bool, Stop> {
        if self.buffer.capacity() > 1 << 20 {
            self.buffer = Vec::new();
        }
        self.buffer.clear();
        let (mut depth, mut in_text, mut escaped, mut large) = (0_usize, false, false, false);
        loop {
            let bytes = self.input.fill()?;
            if bytes.is_empty() {
                return self.broken("a record is not closed: the source ends", Some("is the file cut off?"));
            }
            let (mut count, mut ended, mut raw_line) = (0, false, false);
            for &byte in bytes {
                if in_text {
                    match byte {
                        _ if escaped => escaped = false,
                        b'\\' => escaped = true,
                        b'"' => in_text = false,
                        b'\n' => raw_line = true,
                        _ => {}
                    }
                } else {
                    match byte {
                        b'"' => in_text = true,
                        b'{' | b'[' => depth += 1,
                        b']' | b',' if depth == 0 => {
                            // A bare value, which its comma or the array's end ends.
                            ended = true;
                            break;
                        }
                        b'}' | b']' => {
                            depth = depth.saturating_sub(1);
                            if depth == 0 {
                                count += 1;
                                ended = true;
                                break;
                            }
                        }
                        _ => {}
                    }
                }
                if raw_line {
                    break;
                }
                count += 1;
            }
            large |= self.buffer.len() + count > MAX_RECORD;
            if large {
                self.buffer = Vec::new();
            } else {
                self.buffer.extend_from_slice(&bytes[..count]);
            }
            self.input.consume(count);
            if raw_line {
                return self.broken(
                    "a text is not closed on this line",
                    Some("a line break inside a text is written \\n in JSON"),
                );
            }
            if ended {
                return Ok(!large);
            }
        }
    }
}

impl Rows for JsonRows {
    fn next_row(&mut self) -> Option<Result<Row, Rejected>> {
        if self.state == State::Done {
            return None;
        }
        let read = match self.advance() {
            Ok(true) => {
                let line = self.input.line();
                self.read_element().map(|fits| Some((line, fits)))
            }
            Ok(false) => Ok(None),
            Err(stop) => Err(stop),
        };
        self.state = State::AfterElement;
        match read {
            Ok(Some((line, true))) => Some(json_row(&self.file, line, &self.buffer, &mut self.names)),
            Ok(Some((line, false))) => Some(Err(too_large(&self.file, line, "is a bracket not closed?"))),
            Ok(None) => {
                self.state = State::Done;
                None
            }
            Err(stop) => {
                self.state = State::Done;
                Some(Err(match stop {
                    Stop::Io(error) => unreadable(&self.file, self.input.line(), &error),
                    Stop::Broken { line, message, hint } => {
                        let message = format!("{message}; no record from here on was read");
                        let mut problem = Diagnostic::error("broken-source", message);
                        problem.hint = hint.map(str::to_owned);
                        reject(&self.file, line, problem)
                    }
                }))
            }
        }
    }
}
