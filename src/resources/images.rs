//! The store of decoded images: each is decoded once, by whoever asks first; the least recently used
//! ones leave when the store is full.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use super::Image;
use crate::diagnostic::{Diagnostic, Result};

/// Decoded pixels kept at most, in bytes.
const MAX_BYTES: usize = 96 << 20;
/// Entries kept at most, failed ones included.
const MAX_ENTRIES: usize = 4096;

type Outcome = Result<Arc<Image>, Arc<Diagnostic>>;

#[derive(Default)]
pub(super) struct ImageStore {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    entries: HashMap<String, Entry>,
    clock: u64,
    bytes: usize,
}

struct Entry {
    cell: Arc<OnceLock<Outcome>>,
    bytes: usize,
    used: u64,
}

impl ImageStore {
    /// The image kept under `url`, or else what `load` makes of it. Others who ask for the same image
    /// in the meantime wait for it.
    pub(super) fn get(&self, url: &str, load: impl FnOnce() -> Result<Image>) -> Outcome {
        let cell = {
            let mut state = self.lock();
            state.clock += 1;
            let clock = state.clock;
            let entry = state.entries.entry(url.to_owned()).or_insert_with(|| Entry {
                cell: Arc::default(),
                bytes: 0,
                used: clock,
            });
            entry.used = clock;
            entry.cell.clone()
        };
        let mut fresh = false;
        let outcome = cell
            .get_or_init(|| {
                fresh = true;
                load().map(Arc::new).map_err(Arc::from)
            })
            .clone();
        if fresh {
            let bytes = outcome.as_ref().map_or(0, |image| image.bytes());
            self.lock().settle(url, bytes);
        }
        outcome
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl State {
    /// Accounts for a newly decoded image and makes room.
    fn settle(&mut self, url: &str, bytes: usize) {
        if let Some(entry) = self.entries.get_mut(url) {
            entry.bytes = bytes;
            self.bytes += bytes;
        }
        while self.bytes > MAX_BYTES || self.entries.len() > MAX_ENTRIES {
            let oldest = self
                .entries
                .iter()
                .filter(|(_, entry)| entry.cell.get().is_some())
                .min_by_key(|(_, entry)| entry.used)
                .map(|(url, _)| url.clone());
            let Some(entry) = oldest.and_then(|url| self.entries.remove(&url)) else { break };
            self.bytes -= entry.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_decoded_once_and_old_ones_leave() {
        let store = ImageStore::default();
        let mut decoded = 0;
        for _ in 0..2 {
            let _ = store.get("a", || {
                decoded += 1;
                Err(Diagnostic::error("x", "y").into())
            });
        }
        assert_eq!(decoded, 1);
        for i in 0..MAX_ENTRIES + 10 {
            let _ = store.get(&i.to_string(), || Err(Diagnostic::error("x", "y").into()));
        }
        assert!(store.lock().entries.len() <= MAX_ENTRIES);
    }
}
