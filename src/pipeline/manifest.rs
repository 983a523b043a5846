//! The manifest: one JSON line an asset, in `manifest.ndjson` of the output folder.
//!
//! Lines are appended, each in one write, when their files stand on disk, so the manifest never
//! names a file that is not there. A line torn by a crash is cut off when the manifest is opened
//! again. Of several lines about one path the last holds. When a run has come to its end the
//! manifest is rewritten with one line a path, ordered by the line of the record in the source,
//! then by path.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::store::{Store, cannot_write};
use crate::diagnostic::{Diagnostic, Result};

/// The file's name in the output folder.
pub const FILE_NAME: &str = "manifest.ndjson";

/// What came of one asset, or of one row that never became a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The file is there.
    Ok,
    /// It could not be made.
    Failed,
    /// It was not made on purpose: a row that breaks the schema, or a problem under `--strict`.
    Skipped,
}

/// One line.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    pub status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The line of the source where the record starts, from 1.
    pub line: usize,
    /// The asset; absent for a row that never became a record.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub asset: Option<Asset>,
    /// The file; absent when there is none.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub file: Option<FileFacts>,
    /// What drew it, in a run on a GPU.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub drawn_by: Option<DrawnBy>,
    /// What somebody should look at.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Diagnostic>,
    /// Why it failed or was skipped.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Diagnostic>,
}

/// Which asset a line is about.
#[derive(Debug, Clone, Serialize)]
pub struct Asset {
    pub variant: String,
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Relative to the output folder, with `/`.
    pub path: String,
}

/// What was written.
#[derive(Debug, Clone, Serialize)]
pub struct FileFacts {
    pub bytes: u64,
    /// BLAKE3 of the file, in hex.
    pub blake3: String,
    /// Device pixels (for a PDF: those that a raster of it would have).
    pub width: u32,
    pub height: u32,
    /// Of all that went into it, in hex: see [`super::fingerprint`].
    pub fingerprint: String,
}

/// What drew an asset.
#[derive(Debug, Clone, Serialize)]
pub struct DrawnBy {
    /// `gpu` or `cpu`.
    pub backend: &'static str,
    /// Why it was not the GPU.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback: Option<String>,
}

/// The part of a line that a later run needs.
#[derive(Deserialize)]
struct Seen<'a> {
    status: Status,
    line: usize,
    #[serde(borrow, default)]
    path: Option<std::borrow::Cow<'a, str>>,
    #[serde(default)]
    bytes: u64,
    #[serde(borrow, default)]
    fingerprint: Option<std::borrow::Cow<'a, str>>,
}

/// The assets that earlier runs finished: 40 bytes an asset.
#[derive(Debug, Default)]
pub struct Finished(HashMap<u128, (u128, u64)>);

impl Finished {
    /// Whether the file at `path` was made from just the same inputs and is still there.
    pub fn is_current(&self, store: &Store, path: &str, fingerprint: &str) -> bool {
        let entry = self.0.get(&path_id(path));
        entry.is_some_and(|&(seen, bytes)| {
            fingerprint_id(fingerprint) == Some(seen) && store.holds(Path::new(path), bytes)
        })
    }
}

fn path_id(path: &str) -> u128 {
    let hash = blake3::hash(path.as_bytes());
    u128::from_le_bytes(hash.as_bytes()[..16].try_into().expect("a hash has 32 bytes"))
}

/// Half of the fingerprint tells two apart well enough, in half of the memory.
fn fingerprint_id(hex: &str) -> Option<u128> {
    u128::from_str_radix(hex.get(..32)?, 16).ok()
}

/// The open manifest of a run. Only one process at a time can have it open.
#[derive(Debug)]
pub struct Manifest {
    store: Store,
    file: File,
    /// Where this run's lines begin.
    begin: u64,
    end: u64,
}

impl Manifest {
    /// Opens (or starts) the manifest of a folder and reads what earlier runs finished.
    pub fn open(store: &Store) -> Result<(Self, Finished)> {
        let path = store.path(Path::new(FILE_NAME));
        let failed = |error: io::Error| Box::new(cannot_write(&path, &error));
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        if let Err(std::fs::TryLockError::WouldBlock) = file.try_lock() {
            let message = format!("another run is writing into {}", path.display());
            return Err(Box::new(
                Diagnostic::error("output-busy", message).with_hint("wait for it, or name another folder"),
            ));
        }
        let mut finished = HashMap::new();
        let end = each_line(&mut file, |seen, _, _| {
            let Some(path) = seen.path else { return };
            match (seen.status, seen.fingerprint.as_deref().and_then(fingerprint_id)) {
                (Status::Ok, Some(fingerprint)) => {
                    finished.insert(path_id(&path), (fingerprint, seen.bytes));
                }
                // It was current once and could not be made again: what lies there is old.
                _ => {
                    finished.remove(&path_id(&path));
                }
            }
        })
        .map_err(failed)?;
        file.set_len(end).map_err(failed)?;
        Ok((Self { store: store.clone(), file, begin: end, end }, Finished(finished)))
    }

    /// Appends lines, all of them or none.
    pub fn append(&mut self, lines: &[Line]) -> Result<()> {
        let mut text = Vec::with_capacity(lines.len() * 512);
        for line in lines {
            serde_json::to_writer(&mut text, line).expect("a line has only string keys");
            text.push(b'\n');
        }
        let written = self.file.seek(SeekFrom::Start(self.end)).and_then(|_| self.file.write_all(&text));
        match written {
            Ok(()) => {
                self.end += text.len() as u64;
                Ok(())
            }
            Err(error) => {
                // A torn line would be cut at the next start all the same.
                let _ = self.file.set_len(self.end);
                Err(Box::new(cannot_write(&self.store.path(Path::new(FILE_NAME)), &error)))
            }
        }
    }

    /// Ends a run that saw all its records: one line a path, in order. Lines about rows that never
    /// became records are kept from this run only.
    pub fn compact(mut self) -> Result<()> {
        let begin = self.begin;
        // (source line, offset, length) of the last line of each path.
        let mut last: HashMap<u128, (usize, u64, usize)> = HashMap::new();
        let path = self.store.path(Path::new(FILE_NAME));
        each_line(&mut self.file, |seen, offset, length| {
            let id = match &seen.path {
                Some(path) => path_id(path),
                None if offset >= begin => path_id(&format!("\0{offset}")),
                None => return,
            };
            last.insert(id, (seen.line, offset, length));
        })
        .map_err(|error| Box::new(cannot_write(&path, &error)))?;
        let mut order: Vec<(usize, u64, usize)> = last.into_values().collect();
        order.sort_unstable();
        let file = &mut self.file;
        let rewrite = self.store.replace(Path::new(FILE_NAME), |out| {
            let mut out = BufWriter::new(out);
            for record in order.chunk_by(|a, b| a.0 == b.0) {
                let mut lines = record
                    .iter()
                    .map(|&(_, offset, length)| {
                        let mut line = vec![0; length];
                        file.seek(SeekFrom::Start(offset))?;
                        file.read_exact(&mut line)?;
                        Ok(line)
                    })
                    .collect::<io::Result<Vec<_>>>()?;
                lines.sort_by_cached_key(|line| {
                    serde_json::from_slice::<Seen<'_>>(line)
                        .ok()
                        .and_then(|seen| seen.path)
                        .map(|path| path.into_owned())
                });
                for line in lines {
                    out.write_all(&line)?;
                }
            }
            out.flush()
        });
        rewrite.map_err(super::store::WriteError::into_diagnostic)
    }
}

/// Calls `visit` with every line that can be read, its offset and its length with the line feed;
/// returns where the last whole line ends.
fn each_line(file: &mut File, mut visit: impl FnMut(Seen<'_>, u64, usize)) -> io::Result<u64> {
    file.seek(SeekFrom::Start(0))?;
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let (mut line, mut offset) = (Vec::new(), 0);
    loop {
        line.clear();
        let length = reader.read_until(b'\n', &mut line)?;
        if line.last() != Some(&b'\n') {
            return Ok(offset);
        }
        if let Ok(seen) = serde_json::from_slice(&line) {
            visit(seen, offset, length);
        }
        offset += length as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(number: usize, path: &str, fingerprint: char) -> Line {
        Line {
            status: Status::Ok,
            key: Some(format!("k{number}")),
            line: number,
            asset: Some(Asset { variant: "square".into(), kind: "png", path: path.into() }),
            file: Some(FileFacts {
                bytes: 3,
                blake3: String::new(),
                width: 1,
                height: 1,
                fingerprint: fingerprint.to_string().repeat(64),
            }),
            drawn_by: None,
            warnings: Vec::new(),
            reasons: Vec::new(),
        }
    }

    #[test]
    fn a_torn_line_is_cut_and_the_last_line_holds() {
        let folder = std::env::temp_dir().join(format!("byname-manifest-{}", std::process::id()));
        let store = Store::open(&folder).unwrap();
        let path = folder.join(FILE_NAME);
        let (mut manifest, _) = Manifest::open(&store).unwrap();
        assert_eq!(Manifest::open(&store).unwrap_err().code, "output-busy");
        manifest.append(&[line(2, "b.png", 'a'), line(1, "a.png", 'a')]).unwrap();
        manifest.append(&[line(2, "b.png", 'c')]).unwrap();
        drop(manifest);
        store.write(Path::new("b.png"), b"abc").unwrap();

        let whole = std::fs::read(&path).unwrap();
        for cut in 0..whole.len() {
            std::fs::write(&path, &whole[..cut]).unwrap();
            let (manifest, finished) = Manifest::open(&store).unwrap();
            let lines = whole[..cut].iter().filter(|b| **b == b'\n').count();
            assert_eq!(finished.0.len(), lines.min(2));
            assert_eq!(finished.is_current(&store, "b.png", &"a".repeat(64)), lines > 0);
            assert!(!finished.is_current(&store, "a.png", &"a".repeat(64)), "its file is not there");
            drop(manifest);
            let kept = std::fs::read(&path).unwrap();
            assert!(kept.is_empty() || kept.ends_with(b"\n"));
        }

        std::fs::write(&path, &whole).unwrap();
        let (manifest, finished) = Manifest::open(&store).unwrap();
        assert!(finished.is_current(&store, "b.png", &"c".repeat(64)));
        manifest.compact().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let paths: Vec<_> = text
            .lines()
            .map(|l| {
                serde_json::from_str::<serde_json::Value>(l).unwrap()["path"].as_str().unwrap().to_owned()
            })
            .collect();
        assert_eq!(paths, ["a.png", "b.png"]);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
