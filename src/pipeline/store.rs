//! The output folder: files appear only whole, and only inside it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Component, Path, PathBuf};

use crate::diagnostic::{Diagnostic, Result, Span};

/// A folder that assets are written into.
#[derive(Debug, Clone)]
pub struct Store {
    /// Canonical, so that a link in it that leads elsewhere can be told.
    root: PathBuf,
    /// As the user named it, for messages.
    shown: PathBuf,
}

/// Why a file was not written.
#[derive(Debug)]
pub enum WriteError {
    /// Only this path cannot be written: a name too long, a folder of that name, a link that leads out.
    Path(Box<Diagnostic>),
    /// No file can be: a full disk, a folder without permission. The run stops.
    Folder(Box<Diagnostic>),
}

impl WriteError {
    pub fn into_diagnostic(self) -> Box<Diagnostic> {
        match self {
            Self::Path(diagnostic) | Self::Folder(diagnostic) => diagnostic,
        }
    }
}

impl Store {
    /// Opens the folder; it and its parents are made when they are not there.
    pub fn open(root: &Path) -> Result<Self> {
        fs::create_dir_all(root)
            .and_then(|()| root.canonicalize())
            .map(|canonical| Self { root: canonical, shown: root.to_path_buf() })
            .map_err(|error| Box::new(cannot_write(root, &error)))
    }

    /// Where a relative path of the store lies on disk.
    pub fn path(&self, relative: &Path) -> PathBuf {
        self.root.join(relative)
    }

    /// Whether `relative` is a plain file of exactly `bytes` bytes.
    pub fn holds(&self, relative: &Path, bytes: u64) -> bool {
        fs::symlink_metadata(self.path(relative)).is_ok_and(|meta| meta.is_file() && meta.len() == bytes)
    }

    /// Writes a file whole: beside its place first, then renamed over what may be there.
    pub fn write(&self, relative: &Path, content: &[u8]) -> Result<(), WriteError> {
        self.replace(relative, |file| file.write_all(content))
    }

    /// As [`Store::write`], for content that is written in pieces.
    pub fn replace(
        &self,
        relative: &Path,
        write: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> Result<(), WriteError> {
        let folder = self.folder_of(relative)?;
        let name = relative.file_name().ok_or_else(|| self.outside(relative))?;
        let mut temporary_name = std::ffi::OsString::from(".");
        temporary_name.push(name);
        temporary_name.push(".byname-tmp");
        let temporary = folder.join(temporary_name);
        let written = create_fresh(&temporary)
            .and_then(|mut file| write(&mut file))
            .and_then(|()| fs::rename(&temporary, folder.join(name)));
        written.map_err(|error| {
            // What was there before stays; the half-written file must not.
            let _ = fs::remove_file(&temporary);
            self.sort_error(relative, &error)
        })
    }

    /// The folder of a file, made step by step so that no step leaves the store through a link.
    fn folder_of(&self, relative: &Path) -> Result<PathBuf, WriteError> {
        let mut folder = self.root.clone();
        let parent = relative.parent().unwrap_or(Path::new(""));
        if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(self.outside(relative));
        }
        for part in parent.components() {
            folder.push(part);
            match fs::symlink_metadata(&folder) {
                Ok(meta) if meta.is_symlink() => {
                    let real = folder.canonicalize().map_err(|error| self.sort_error(relative, &error))?;
                    if !real.starts_with(&self.root) {
                        return Err(self.outside(relative));
                    }
                }
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => match fs::create_dir(&folder) {
                    // Another worker may have been faster.
                    Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                        return Err(self.sort_error(relative, &error));
                    }
                    _ => {}
                },
                Err(error) => return Err(self.sort_error(relative, &error)),
            }
        }
        Ok(folder)
    }

    fn outside(&self, relative: &Path) -> WriteError {
        let message =
            format!("{} would leave the output folder {}", relative.display(), self.shown.display());
        WriteError::Path(Box::new(Diagnostic::error("output-outside", message)))
    }

    fn sort_error(&self, relative: &Path, error: &io::Error) -> WriteError {
        let diagnostic = Box::new(cannot_write(&self.shown.join(relative), error));
        match error.kind() {
            ErrorKind::IsADirectory
            | ErrorKind::NotADirectory
            | ErrorKind::InvalidFilename
            | ErrorKind::DirectoryNotEmpty
            | ErrorKind::InvalidInput => WriteError::Path(diagnostic),
            _ => WriteError::Folder(diagnostic),
        }
    }
}

/// Creates a file that was not there; a left-over of a killed run (or a link put there) is removed first.
fn create_fresh(path: &Path) -> io::Result<File> {
    let create = || OpenOptions::new().write(true).create_new(true).open(path);
    create().or_else(|error| match error.kind() {
        ErrorKind::AlreadyExists => fs::remove_file(path).and_then(|()| create()),
        _ => Err(error),
    })
}

/// The message for a file or folder that cannot be written, with what helps.
pub fn cannot_write(path: &Path, error: &io::Error) -> Diagnostic {
    let (code, why, hint) = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => (
            "disk-full",
            "the disk is full".to_owned(),
            "free some space and run the same command again: what is finished is not rendered twice",
        ),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => (
            "not-writable",
            "there is no permission to write there".to_owned(),
            "name another folder with --out, or change the permissions of this one",
        ),
        _ => ("write-failed", error.to_string(), "check the path and run the same command again"),
    };
    Diagnostic::error(code, format!("cannot write {}: {why}", path.display()))
        .with_span(Span::file(path))
        .with_hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_outside() {
        let base = std::env::temp_dir().join(format!("byname-store-{}", std::process::id()));
        let store = Store::open(&base.join("out")).unwrap();
        store.write(Path::new("a/b.png"), b"one").unwrap();
        store.write(Path::new("a/b.png"), b"three").unwrap();
        assert!(store.holds(Path::new("a/b.png"), 5) && !store.holds(Path::new("a"), 5));
        assert_eq!(fs::read_dir(base.join("out/a")).unwrap().count(), 1, "no temporary file is left");
        for bad in ["../x.png", "a/../../x.png", "/x.png", ""] {
            assert!(matches!(store.write(Path::new(bad), b""), Err(WriteError::Path(_))), "{bad}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&base, base.join("out/link")).unwrap();
            assert!(matches!(store.write(Path::new("link/x.png"), b""), Err(WriteError::Path(_))));
            assert!(!base.join("x.png").exists());
        }
        fs::remove_dir_all(&base).unwrap();
    }
}
