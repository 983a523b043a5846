//! What has been met before, in 16 bytes each.

use std::collections::HashMap;

/// Remembers which values a source has had, and on which line, by their hashes.
///
/// An entry is 96 bits of BLAKE3 and 32 bits of line number: among ten million values the chance that
/// two different ones are taken for the same is 10⁻¹⁵. The entries live in one sorted vector, plus
/// a small map of the recent ones that is merged into it now and then: ten million take 160 MB, where a
/// hash table takes up to three times that while it grows.
#[derive(Debug, Default)]
pub struct Seen {
    /// Sorted; the hash in the upper 96 bits, the line in the lower 32.
    sorted: Vec<u128>,
    recent: HashMap<u128, u32>,
}

impl Seen {
    /// Notes a value (by its hash) of `line`; gives the line that had the same value before, if any.
    ///
    /// Lines above 2³² are remembered as 2³² − 1.
    pub fn insert(&mut self, hash: &blake3::Hash, line: usize) -> Option<usize> {
        let mut bytes = [0; 16];
        bytes[4..].copy_from_slice(&hash.as_bytes()[..12]);
        let hash = u128::from_be_bytes(bytes);
        let at = self.sorted.partition_point(|entry| entry >> 32 < hash);
        if let Some(entry) = self.sorted.get(at)
            && entry >> 32 == hash
        {
            return Some(*entry as u32 as usize);
        }
        if let Some(earlier) = self.recent.get(&hash) {
            return Some(*earlier as usize);
        }
        self.recent.insert(hash, u32::try_from(line).unwrap_or(u32::MAX));
        if self.recent.len() > (self.sorted.len() / 16).max(4096) {
            self.merge();
        }
        None
    }

    /// Moves the recent entries into the sorted ones, from the back, so that no second vector is needed.
    fn merge(&mut self) {
        let mut recent: Vec<u128> =
            self.recent.drain().map(|(hash, line)| hash << 32 | u128::from(line)).collect();
        recent.sort_unstable();
        let mut old = self.sorted.len();
        self.sorted.reserve_exact(recent.len());
        self.sorted.resize(old + recent.len(), 0);
        let mut end = self.sorted.len();
        while let Some(&next) = recent.last() {
            end -= 1;
            if old > 0 && self.sorted[old - 1] > next {
                old -= 1;
                self.sorted[end] = self.sorted[old];
            } else {
                self.sorted[end] = next;
                recent.pop();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_met_once_and_found_again() {
        let mut seen = Seen::default();
        for n in 0..20_000_usize {
            assert_eq!(seen.insert(&blake3::hash(&n.to_le_bytes()), n), None);
        }
        for n in 0..20_000_usize {
            assert_eq!(seen.insert(&blake3::hash(&n.to_le_bytes()), 0), Some(n));
        }
    }
}
