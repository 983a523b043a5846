//! `byname new`.

use std::path::PathBuf;

use clap::Args;

use super::{Outcome, say, wrong};
use crate::diagnostic::Diagnostic;

#[derive(Args)]
pub(super) struct New {
    /// The folder to write; it must be empty or not there
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

macro_rules! starter {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/starter/", $name)))),*]
    };
}

/// The small campaign that the binary carries.
const FILES: &[(&str, &[u8])] = starter![
    "campaign.toml",
    "card.html",
    "fonts/Figtree-LICENSE.txt",
    "fonts/Figtree-SemiBold.ttf",
    "fonts/Fraunces-LICENSE.txt",
    "fonts/Fraunces-SemiBold.ttf",
    "people.csv",
];

impl New {
    pub(super) fn run(self) -> Result<Outcome, Vec<Diagnostic>> {
        let folder = &self.folder;
        let failed = |error: std::io::Error| {
            wrong("not-writable", format!("cannot write {}: {error}", folder.display()))
        };
        if folder.is_dir() {
            let mut entries = std::fs::read_dir(folder).map_err(failed)?;
            if entries.next().is_some() {
                return Err(wrong(
                    "folder-in-use",
                    format!("{} is not empty; nothing was written", folder.display()),
                ));
            }
        } else if folder.exists() {
            return Err(wrong("folder-in-use", format!("{} is a file", folder.display())));
        }
        for (name, content) in FILES {
            let path = folder.join(name);
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent).map_err(failed)?;
            }
            std::fs::write(&path, content).map_err(failed)?;
        }
        let shown = folder.display();
        say(format_args!("A campaign is in {shown}: look at card.html and people.csv, then"))?;
        say(format_args!("  byname check {shown}"))?;
        say(format_args!("  byname render {shown} --out {shown}/out"))?;
        Ok(Outcome::Well)
    }
}
