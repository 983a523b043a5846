//! The campaign that all tools are given: the designs of benches/card, the starter's fonts, and people.

use std::path::{Path, PathBuf};

use crate::records::cards;

/// More than any row makes.
const PEOPLE: usize = 3_000;
const SEED: u64 = 2026;

/// Writes the campaign below `work` and returns its folder.
pub fn set_up(root: &Path, work: &Path) -> Result<PathBuf, String> {
    let folder = work.join("card");
    let told = |error: std::io::Error| format!("{}: {error}", folder.display());
    std::fs::create_dir_all(folder.join("fonts")).map_err(told)?;
    for (from, to) in [("benches/card", folder.clone()), ("assets/starter/fonts", folder.join("fonts"))] {
        for entry in std::fs::read_dir(root.join(from)).map_err(told)? {
            let entry = entry.map_err(told)?;
            std::fs::copy(entry.path(), to.join(entry.file_name())).map_err(told)?;
        }
    }
    let mut people = Vec::new();
    cards::write(&mut people, PEOPLE, SEED).map_err(told)?;
    std::fs::write(folder.join("people.json"), people).map_err(told)?;
    Ok(folder)
}
