//! The cases: `cases/CHAPTER/FEATURE.html`, one page each.

use std::path::{Path, PathBuf};

/// Width and height of a case that does not say another size, in CSS pixels.
const SIZE: (u32, u32) = (240, 160);

/// One page that shows one feature.
pub struct Case {
    /// `borders`
    pub chapter: String,
    /// `dashed`; a name that ends in `-600x315` also says the size.
    pub name: String,
    pub path: PathBuf,
    /// In CSS pixels.
    pub width: u32,
    pub height: u32,
}

impl Case {
    /// `borders/dashed`
    pub fn id(&self) -> String {
        format!("{}/{}", self.chapter, self.name)
    }

    /// `borders-dashed.png`, the name of its pictures.
    pub fn file_name(&self) -> String {
        format!("{}-{}.png", self.chapter, self.name)
    }

    fn new(chapter: &str, path: PathBuf) -> Option<Self> {
        let name = path.file_stem()?.to_str()?.to_owned();
        let size = name.rsplit_once('-').and_then(|(_, size)| {
            let (width, height) = size.split_once('x')?;
            Some((width.parse().ok()?, height.parse().ok()?))
        });
        let (width, height) = size.unwrap_or(SIZE);
        Some(Self { chapter: chapter.to_owned(), name, path, width, height })
    }
}

/// All cases below the repository's `root`, by chapter and name.
pub fn all(root: &Path) -> std::io::Result<Vec<Case>> {
    let mut cases = Vec::new();
    for chapter in std::fs::read_dir(root.join("tests/fidelity/cases"))? {
        let chapter = chapter?;
        for file in std::fs::read_dir(chapter.path())? {
            let path = file?.path();
            if path.extension().is_some_and(|ending| ending == "html") {
                cases.extend(Case::new(&chapter.file_name().to_string_lossy(), path));
            }
        }
    }
    cases.sort_by_key(Case::id);
    Ok(cases)
}
