//! Which records a run is about: `--only`, `--limit`, `--sample`.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashSet};

use crate::data::{Record, Rejected};

/// What the user asked for; by default all of it.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Only these keys; empty means all.
    pub only: Vec<String>,
    /// At most so many records, the first ones.
    pub limit: Option<usize>,
    /// So many records drawn by chance, in the order of the source.
    pub sample: Option<usize>,
    /// Another seed draws another sample; one seed always draws the same.
    pub seed: u64,
}

/// One item that a run deals with.
pub type Row = Result<Record, Rejected>;

impl Selection {
    /// Whether every record of the source is meant.
    pub fn is_all(&self) -> bool {
        self.only.is_empty() && self.limit.is_none() && self.sample.is_none()
    }

    /// The most records that it can select.
    pub fn most(&self) -> usize {
        let only = if self.only.is_empty() { usize::MAX } else { self.only.len() };
        only.min(self.limit.unwrap_or(usize::MAX)).min(self.sample.unwrap_or(usize::MAX))
    }

    /// Hands the selected rows to `take` until it returns false. Returns the keys of `only` that no
    /// row had (none when `take` ended it). Holds at most `sample` records in memory.
    pub fn select(&self, rows: impl Iterator<Item = Row>, mut take: impl FnMut(Row) -> bool) -> Vec<String> {
        let mut wanted: HashSet<&str> = self.only.iter().map(String::as_str).collect();
        let mut sample = self.sample.map(|size| Sample::new(size, self.seed));
        let limit = self.limit.unwrap_or(usize::MAX);
        let mut taken = 0;
        for row in rows {
            // A list of keys is done when all of them were seen: keys are unique.
            if taken >= limit || (!self.only.is_empty() && wanted.is_empty()) {
                break;
            }
            if !self.only.is_empty() {
                let key = match &row {
                    Ok(record) => Some(&*record.key),
                    Err(rejected) => rejected.key.as_deref(),
                };
                if !key.is_some_and(|key| wanted.remove(key)) {
                    continue;
                }
            }
            match (row, &mut sample) {
                (Ok(record), Some(sample)) => sample.offer(record),
                (row, _) => {
                    taken += usize::from(row.is_ok());
                    if !take(row) {
                        return Vec::new();
                    }
                }
            }
        }
        for record in sample.into_iter().flat_map(Sample::into_records).take(limit) {
            if !take(Ok(record)) {
                return Vec::new();
            }
        }
        if self.limit.is_some_and(|limit| taken >= limit) {
            return Vec::new();
        }
        self.only.iter().filter(|key| wanted.contains(key.as_str())).cloned().collect()
    }
}

/// A sample drawn in one pass: every key gets a number by chance (a hash of seed and key), and the
/// smallest numbers win. A table that grows keeps most of its sample.
struct Sample {
    size: usize,
    seed: u64,
    heap: BinaryHeap<Ticket>,
}

struct Ticket {
    number: u64,
    record: Record,
}

impl Sample {
    fn new(size: usize, seed: u64) -> Self {
        Self { size, seed, heap: BinaryHeap::new() }
    }

    fn offer(&mut self, record: Record) {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.seed.to_le_bytes()).update(record.key.as_bytes());
        let number = u64::from_le_bytes(hasher.finalize().as_bytes()[..8].try_into().expect("8 of 32 bytes"));
        self.heap.push(Ticket { number, record });
        if self.heap.len() > self.size {
            self.heap.pop();
        }
    }

    fn into_records(self) -> impl Iterator<Item = Record> {
        let mut records: Vec<Record> = self.heap.into_iter().map(|ticket| ticket.record).collect();
        records.sort_by(|a, b| (a.line, &a.key).cmp(&(b.line, &b.key)));
        records.into_iter()
    }
}

impl Ord for Ticket {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.number, &self.record.key).cmp(&(other.number, &other.record.key))
    }
}

impl PartialOrd for Ticket {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ticket {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ticket {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Fields;

    fn rows(count: usize) -> impl Iterator<Item = Row> {
        (0..count).map(|i| Ok(Record { key: format!("k{i}").into(), line: i + 2, fields: Fields::default() }))
    }

    fn keys(selection: &Selection, count: usize) -> (Vec<String>, Vec<String>) {
        let mut keys = Vec::new();
        let missing = selection.select(rows(count), |row| {
            keys.push(row.unwrap().key.to_string());
            true
        });
        (keys, missing)
    }

    #[test]
    fn the_selection_is_what_was_asked_for() {
        let only = Selection { only: vec!["k3".into(), "nobody".into()], ..Selection::default() };
        assert_eq!(keys(&only, 9), (vec!["k3".into()], vec!["nobody".into()]));
        let limit = Selection { limit: Some(2), ..Selection::default() };
        assert_eq!(keys(&limit, 9).0, ["k0", "k1"]);
        let sample = |seed| Selection { sample: Some(5), seed, ..Selection::default() };
        let drawn = keys(&sample(1), 900).0;
        assert_eq!((drawn.len(), &drawn), (5, &keys(&sample(1), 900).0));
        assert_ne!(drawn, keys(&sample(2), 900).0);
        assert_eq!(keys(&sample(1), 3).0.len(), 3);
    }
}
