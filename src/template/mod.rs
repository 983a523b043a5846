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
mod fitting;
mod html;
mod lexer;
pub(crate) mod mirror;
mod piece;
mod program;
mod pseudo;
mod scope;
mod source;
mod styles;
#[cfg(test)]
mod tests;
mod value;
mod words;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::campaign::Locale;
use crate::data::{self, Record};
use crate::diagnostic::{Diagnostic, Result, Span};

pub use binding::{Binding, Slot, SlotId};
pub use fitting::{FITTING, FitMinimum, fitting_problem};
pub(crate) use mirror::mirrored;
pub(crate) use piece::{CLOSING, OPENING, PIECE, SIGN, Stand, stand_in};
pub(crate) use pseudo::{LIST_MARKER, MARKER_MADE, renamed};
pub(crate) use styles::{Style, StyleKind, is_for_screens};

use evaluate::Evaluation;
use expression::excerpt;
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
    slots: Vec<SlotInfo>,
    styles: Vec<Style>,
    locale: Locale,
}

/// What a slot is for, and where the template has it.
#[derive(Debug, Clone, PartialEq)]
pub struct SlotInfo {
    pub kind: SlotKind,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlotKind {
    /// A place in text.
    Text,
    /// The value of the attribute of this name.
    Attribute(String),
    /// The whole text of an element of this name.
    Raw(String),
    If,
    For,
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
            slots: compiled.slots,
            styles: compiled.styles,
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

    /// The CSS that stands in the template.
    pub(crate) fn styles(&self) -> &[Style] {
        &self.styles
    }

    /// The place of a byte of one of its styles.
    pub(crate) fn span_within(&self, style: &Style, offset: usize) -> Option<Span> {
        style.css.place(offset).map(|place| self.sources.span(place))
    }

    /// The record's fields that the template uses, each once.
    pub fn fields(&self) -> &[FieldUse] {
        &self.fields
    }

    /// The branches of all conditions among elements. Which of them a record takes, its binding tells.
    pub fn branches(&self) -> &[BranchInfo] {
        &self.branches
    }

    /// What a slot is for; `None` for a number that no slot of this template has.
    pub fn slot(&self, id: SlotId) -> Option<&SlotInfo> {
        self.slots.get(id.0 as usize)
    }

    /// What the record puts into the slots; or else all that is wrong with it.
    pub fn evaluate(&self, record: &Record) -> Result<Binding, Vec<Diagnostic>> {
        let locale = self.locale_of(record).map_err(|problem| vec![*problem])?;
        let mut scope = Arc::new(Scope::new(Arc::new(record.fields.clone()), locale));
        let mut evaluation = Evaluation::new(&self.sources);
        let binding = evaluation.steps(&self.steps, &mut scope);
        if evaluation.problems.is_empty() {
            return Ok(binding);
        }
        let with_key = |problem: Diagnostic| problem.with_key(&*record.key);
        Err(evaluation.problems.into_iter().map(with_key).collect())
    }

    /// The record's own locale, or else the campaign's.
    fn locale_of(&self, record: &Record) -> Result<Arc<str>> {
        let own = self.locale.field.as_ref().and_then(|field| Some((field, record.fields.get(field)?)));
        let tag = match own {
            Some((field, data::Value::Text(tag))) if !tag.trim().is_empty() => {
                if icu::locale::Locale::try_from_str(tag.trim()).is_err() {
                    let message = format!("`{}` is not a language tag like \"en-GB\"", excerpt(tag));
                    let problem = Diagnostic::error("unknown-locale", message);
                    return Err(Box::new(problem.with_field(field).with_key(&*record.key)));
                }
                tag.trim()
            }
            Some((_, data::Value::Null | data::Value::Text(_))) | None => &self.locale.default,
            Some((field, _)) => {
                let message = "a locale is a text, a language tag like \"en-GB\"";
                let problem = Diagnostic::error("unknown-locale", message);
                return Err(Box::new(problem.with_field(field).with_key(&*record.key)));
            }
        };
        Ok(tag.into())
    }
}
