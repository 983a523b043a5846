//! `[fonts]`: the campaign's own font files.

use std::path::{Path, PathBuf};

use super::file::{Node, Section};

/// The fonts a campaign sees beside the built-in ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FontsConfig {
    /// Font files, which exist; those of a folder sorted by name.
    pub files: Vec<PathBuf>,
    /// Whether installed fonts are seen too. Then different hosts may draw differently.
    pub system: bool,
}

const ENDINGS: [&str; 5] = ["ttf", "otf", "ttc", "woff", "woff2"];

pub(super) fn read(mut section: Section<'_>, dir: &Path) -> Option<FontsConfig> {
    let files = section.get("files");
    let system = section.get("system");
    section.finish();
    let mut config =
        FontsConfig { system: system.and_then(|node| node.boolean()).unwrap_or(false), ..Default::default() };
    for node in files.and_then(|node| node.list()).unwrap_or_default() {
        let Some(name) = node.text() else { continue };
        for file in expand(&node, &dir.join(name)) {
            if !config.files.contains(&file) {
                config.files.push(file);
            }
        }
    }
    Some(config)
}

/// The font file, or those of the folder.
fn expand(node: &Node<'_>, path: &Path) -> Vec<PathBuf> {
    if !path.is_dir() {
        if !path.exists() {
            node.error("missing-font", format!("names a font that does not exist: {}", path.display()));
        } else if !is_font(path) {
            node.error("missing-font", format!("is not a font: it must end with {}", ENDINGS.join(", ")));
        }
        return vec![path.to_path_buf()];
    }
    let entries = match std::fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) => {
            node.error("missing-font", format!("names a folder that cannot be read: {error}"));
            return Vec::new();
        }
    };
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| is_font(path) && path.is_file())
        .collect();
    if files.is_empty() {
        node.error("missing-font", format!("names a folder without fonts: {}", path.display()));
    }
    // The order decides which of two equal fonts is used, so it must not be the disk's.
    files.sort();
    files
}

fn is_font(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    ENDINGS.contains(&&*ending)
}
