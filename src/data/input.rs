//! The bytes of a source, with the number of the line they stand on.

use std::io::{BufRead, BufReader, ErrorKind, Read, Result};

/// A buffered reader that counts lines: `\n`, `\r\n` and a lone `\r` each end one.
pub(super) struct Input {
    reader: BufReader<Box<dyn Read + Send>>,
    /// The line of the next byte, from 1.
    line: usize,
    after_cr: bool,
}

impl Input {
    pub fn new(reader: Box<dyn Read + Send>) -> Self {
        Self { reader: BufReader::with_capacity(1 << 16, reader), line: 1, after_cr: false }
    }

    pub fn line(&self) -> usize {
        self.line
    }

    /// The next bytes, at least one; none at the end.
    pub fn fill(&mut self) -> Result<&[u8]> {
        loop {
            match self.reader.fill_buf() {
                Ok(_) => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        // Full by now, so this reads nothing; the detour is for the borrow checker.
        self.reader.fill_buf()
    }

    pub fn consume(&mut self, count: usize) {
        for &byte in &self.reader.buffer()[..count] {
            match byte {
                b'\n' if self.after_cr => {}
                b'\n' | b'\r' => self.line += 1,
                _ => {}
            }
            self.after_cr = byte == b'\r';
        }
        self.reader.consume(count);
    }

    /// Skips bytes while `skip` holds; gives the first other byte without consuming it, `None` at the end.
    pub fn skip_while(&mut self, skip: impl Fn(u8) -> bool) -> Result<Option<u8>> {
        loop {
            let bytes = self.fill()?;
            if bytes.is_empty() {
                return Ok(None);
            }
            let count = bytes.iter().take_while(|byte| skip(**byte)).count();
            let next = bytes.get(count).copied();
            self.consume(count);
            if next.is_some() {
                return Ok(next);
            }
        }
    }
}
