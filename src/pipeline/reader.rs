//! The thread that reads records and hands them to the workers.

use std::panic::resume_unwind;
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded, select};

use super::paths::Paths;
use super::select::Row;
use super::{Plan, Selection, Stop};
use crate::data::Records;

/// How often a worker without work looks whether the run is to stop.
const POLL: Duration = Duration::from_millis(100);

/// Reads the selected rows on a thread of its own, a few ahead of the workers.
pub struct Reader {
    rows: Receiver<Row>,
    thread: JoinHandle<Vec<String>>,
}

/// One worker's end of the reader's queue.
#[derive(Clone)]
pub struct Rows {
    rows: Receiver<Row>,
    stop: Stop,
}

impl Reader {
    pub fn start(plan: &Plan, records: Records, selection: &Selection, jobs: usize, stop: &Stop) -> Self {
        let mut paths = Paths::new(plan);
        let rows = records.map(move |row| row.and_then(|record| paths.claim(record)));
        Self::start_unnamed(rows, selection, jobs, stop)
    }

    /// The same for rows that do not become files of their own.
    pub fn start_unnamed(
        rows: impl Iterator<Item = Row> + Send + 'static,
        selection: &Selection,
        jobs: usize,
        stop: &Stop,
    ) -> Self {
        let (sender, queue) = bounded(jobs * 2);
        let (selection, stop) = (selection.clone(), stop.clone());
        let thread = std::thread::spawn(move || {
            selection.select(rows, |row| !stop.is_stopped() && sender.send(row).is_ok())
        });
        Self { rows: queue, thread }
    }

    pub fn rows(&self, stop: &Stop) -> Rows {
        Rows { rows: self.rows.clone(), stop: stop.clone() }
    }

    /// The keys asked for that no row had. A run that was stopped does not wait for them: the source
    /// may be a terminal or a pipe that says nothing more.
    pub fn unknown_keys(self, stop: &Stop) -> Vec<String> {
        drop(self.rows);
        if stop.is_stopped() {
            return Vec::new();
        }
        self.thread.join().unwrap_or_else(|panic| resume_unwind(panic))
    }
}

/// What comes first.
pub enum Next<T> {
    Row(Box<Row>),
    Other(T),
    /// There are no more rows.
    End,
}

impl Rows {
    /// The next row, or what comes from elsewhere before it.
    pub fn next_or<T>(&mut self, other: &Receiver<T>) -> Next<T> {
        while !self.stop.is_stopped() {
            select! {
                recv(other) -> other => if let Ok(other) = other { return Next::Other(other) },
                recv(self.rows) -> row => return row.map_or(Next::End, |row| Next::Row(Box::new(row))),
                default(POLL) => {}
            }
        }
        Next::End
    }
}

impl Iterator for Rows {
    type Item = Row;

    /// The next row; none at the end, or when the run is to stop.
    fn next(&mut self) -> Option<Row> {
        while !self.stop.is_stopped() {
            match self.rows.recv_timeout(POLL) {
                Ok(row) => return Some(row),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
        None
    }
}
