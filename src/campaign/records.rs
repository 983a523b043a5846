//! `[data]`: where the records come from.

use std::path::Path;

use crate::data::{Layout, Place, Source, similar_file};

use super::file::Section;

/// The source of the records, and the field that identifies each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataConfig {
    pub source: Source,
    pub key: String,
}

const FORMATS: [&str; 5] = ["csv", "tsv", "json", "ndjson", "jsonl"];

pub(super) fn read(mut section: Section<'_>, dir: &Path) -> Option<DataConfig> {
    let source = section.require("source", "name the file, or \"-\" for standard input");
    let key = section.require("key", "name the field that identifies each record");
    let format = section.get("format");
    let delimiter = section.get("delimiter");
    section.finish();
    let key = key.and_then(|node| node.text());
    let layout = match &format {
        Some(node) => Some(
            node.choice(&FORMATS, |name| FORMATS.contains(&name).then(|| Layout::by_name(name)).flatten())?,
        ),
        None => None,
    };
    let source = source?;
    let mut source = match (source.text()?, layout) {
        ("-", Some(layout)) => Source { place: Place::Stdin, layout },
        ("-", None) => {
            let hint = "write format = \"csv\" (or tsv, json, ndjson)".to_owned();
            source.error_with_hint(
                "unknown-format",
                "is standard input, whose format has to be told",
                Some(hint),
            );
            return None;
        }
        (path, layout) => {
            let path = dir.join(path);
            if !path.exists() {
                let message = format!("names a file that does not exist: {}", path.display());
                let near = similar_file(&path);
                let hint = near.map(|near| format!("did you mean `{}`?", near.display()));
                source.error_with_hint("missing-source", message, hint);
            }
            match layout {
                Some(layout) => Source { place: Place::File(path), layout },
                None => match Source::file(path) {
                    Ok(known) => known,
                    Err(problem) => {
                        source.error_with_hint(
                            problem.code,
                            "does not tell its format by its ending",
                            problem.hint,
                        );
                        return None;
                    }
                },
            }
        }
    };
    if let Some(node) = delimiter {
        match (&mut source.layout, node.text()?.as_bytes()) {
            (Layout::Csv { delimiter }, [byte])
                if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') =>
            {
                *delimiter = *byte;
            }
            (Layout::Csv { .. }, _) => {
                node.error("unknown-value", "must be one ASCII character, like \";\"");
            }
            _ => node.error("unknown-value", "is for CSV and TSV only"),
        }
    }
    Some(DataConfig { source, key: key?.to_owned() })
}
