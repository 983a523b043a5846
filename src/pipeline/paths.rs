//! Where each asset goes. Decided as records are read, in their order, so that of two records that
//! would meet in one file the second is told, whatever the number of workers.

use std::path::Path;

use super::Plan;
use super::manifest::FILE_NAME;
use super::select::Row;
use crate::campaign::{AssetType, PathPattern, Variant};
use crate::data::{Record, Rejected, Seen};
use crate::diagnostic::{Diagnostic, Result, Span};

/// Gives out the paths of a run, each once.
pub struct Paths {
    pattern: PathPattern,
    campaign: String,
    /// What each record has an asset of.
    made: Vec<(Variant, AssetType)>,
    source: std::path::PathBuf,
    /// Paths given out, for patterns in which two records could meet.
    given: Option<Seen>,
}

impl Paths {
    pub fn new(plan: &Plan) -> Self {
        let pattern = plan.campaign.output.path.clone();
        let given = pattern.fields().next().is_some().then(Seen::default);
        Self {
            pattern,
            campaign: plan.campaign.name.clone(),
            made: plan
                .variants
                .iter()
                .flat_map(|variant| plan.types_of(variant).map(|kind| (variant.clone(), kind)))
                .collect(),
            source: plan.campaign.data.source.name().to_path_buf(),
            given,
        }
    }

    /// The record again, if all its assets have paths of their own.
    pub fn claim(&mut self, record: Record) -> Row {
        match self.check(&record) {
            Ok(()) => Ok(record),
            Err(problem) => {
                let problem = problem.with_span(Span::line(&self.source, record.line)).with_key(&*record.key);
                Err(Rejected {
                    line: record.line,
                    key: Some(record.key.to_string()),
                    problems: vec![problem],
                })
            }
        }
    }

    fn check(&mut self, record: &Record) -> Result<()> {
        for (variant, kind) in &self.made {
            let path = asset_path(&self.pattern, &self.campaign, record, variant, *kind)?;
            if path.split('/').next().is_some_and(|first| first.eq_ignore_ascii_case(FILE_NAME)) {
                return Err(taken(
                    format!("its asset would be `{path}`, in the place of the manifest"),
                    "put something before {key} in the path pattern, as in assets/{key}",
                ));
            }
            let Some(given) = &mut self.given else { continue };
            let hash = blake3::hash(path.to_lowercase().as_bytes());
            if let Some(line) = given.insert(&hash, record.line) {
                return Err(taken(
                    format!("its asset would be `{path}`, as that of line {line} is"),
                    "put {key} on its own between slashes in the path pattern",
                ));
            }
        }
        Ok(())
    }
}

fn taken(message: String, hint: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("duplicate-path", message).with_hint(hint))
}

/// An asset's path relative to the output folder, with `/` between its parts.
pub fn asset_path(
    pattern: &PathPattern,
    campaign: &str,
    record: &Record,
    variant: &Variant,
    kind: AssetType,
) -> Result<String> {
    let path = pattern.path(campaign, record, variant, kind)?;
    Ok(parts(&path))
}

fn parts(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
