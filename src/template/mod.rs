//! HTML with Jinja syntax to a document with slots: parsed and compiled once, evaluated per record.
//!
//! Compiling leaves plain HTML in which every slot is a marker: `U+F0000 number U+F0001` in text, as a
//! whole attribute value, or as the whole text of a `<style>` or `<title>`; and a pair of comments
//! around the branches of a block: `<!--byname:N-->` first branch `<!--byname:N|1-->` second …
//! `<!--/byname:N-->`. The press finds the markers in the parsed document. Evaluating a record yields
//! a [`Binding`]: plain values, one for each slot. No value is ever parsed as HTML or CSS.

mod binding;
mod compile;
mod css;
mod evaluate;
mod expression;
mod filters;
mod html;
mod lexer;
mod program;
mod scope;
mod source;
#[cfg(test)]
mod tests;
mod value;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::campaign::Locale;
use crate::data::{self, Record};
use crate::diagnostic::{Diagnostic, Span};

pub use binding::{Binding, Slot, SlotId};

use evaluate::Evaluation;
use program::Step;
use scope::Scope;
use source::Sources;

/// Opens a marker in the compiled HTML.
pub const MARKER_START: char = '\u{f0000}';
/// Closes a marker in the compiled HTML.
pub const MARKER_END: char = '\u{f0001}';

/// A compiled template. It is shared by all workers.
#[derive(Debug)]
pub struct Template {
    path: PathBuf,
    html: String,
    sources: Sources,
    steps: Vec<Step>,
    fields: Vec<FieldUse>,
    branches: Vec<BranchInfo>,
    locale: Locale,
}

/// A field that the template uses, and where it does so first.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldUse {
    pub name: String,
    pub span: Span,
}

/// A branch of a condition, so that one that no record takes can be named.
#[derive(Debug, Clone, PartialEq)]
pub struct BranchInfo {
    pub id: SlotId,
    pub branch: usize,
    /// `if`, `elif` or `else`.
    pub word: &'static str,
    pub span: Span,
}

impl BranchInfo {
    fn new(id: SlotId, branch: usize, word: &'static str, span: Span) -> Self {
        Self { id, branch, word, span }
    }
}

impl Template {
    /// Reads and compiles `path`. What it includes must lie within `root`.
    pub fn load(path: &Path, root: &Path, locale: &Locale) -> Result<Self, Vec<Diagnostic>> {
        let mut sources = Sources::default();
        let file = sources.read(path).map_err(|problem| vec![*problem])?;
        Self::build(sources, file, root, locale)
    }

    fn build(
        mut sources: Sources,
        file: usize,
        root: &Path,
        locale: &Locale,
    ) -> Result<Self, Vec<Diagnostic>> {
        let root = root.canonicalize().unwrap_or_else(|_| root.to_path_buf());
        let compiled = compile::compile(&mut sources, file, &root)?;
        Ok(Self {
            path: sources.path(file).to_path_buf(),
            html: compiled.html,
            steps: compiled.steps,
            fields: compiled.fields,
            branches: compiled.branches,
            sources,
            locale: locale.clone(),
        })
    }

    /// The template's file; addresses in it are relative to its folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The document's HTML, with markers.
    pub fn html(&self) -> &str {
        &self.html
    }

    /// The template's files as they are, for the fingerprint.
    pub fn sources(&self) -> impl Iterator<Item = (&Path, &str)> {
        self.sources.all()
    }

    /// The record's fields that the template uses, each once.
    pub fn fields(&self) -> &[FieldUse] {
        &self.fields
    }

    pub fn branches(&self) -> &[BranchInfo] {
        &self.branches
    }

    /// What the record puts into the slots; or else all that is wrong with it.
    pub fn evaluate(&self, record: &Record) -> Result<Binding, Vec<Diagnostic>> {
        let locale = self.locale.field.as_ref().and_then(|field| match record.fields.get(field) {
            Some(data::Value::Text(tag)) if icu::locale::Locale::try_from_str(tag).is_ok() => {
                Some(tag.clone())
            }
            _ => None,
        });
        let locale = locale.unwrap_or_else(|| self.locale.default.as_str().into());
        let mut scope = Arc::new(Scope::new(Arc::new(record.fields.clone()), locale));
        let mut evaluation = Evaluation::new(&self.sources);
        let binding = evaluation.steps(&self.steps, &mut scope);
        if evaluation.problems.is_empty() {
            return Ok(binding);
        }
        let with_key = |problem: Diagnostic| problem.with_key(&*record.key);
        Err(evaluation.problems.into_iter().map(with_key).collect())
    }
}
