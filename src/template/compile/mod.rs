//! Turns tokens into HTML with markers, and into the steps that fill them.

mod attribute;
mod blocks;
mod heads;
mod implied;
mod pieces;
mod scan;

use std::path::Path;
use std::sync::Arc;

use self::pieces::{PieceKind, PieceReader};
use super::binding::SlotId;
use super::expression::Expression;
use super::html::{State, holds_slots, is_table_part};
use super::lexer::{Token, TokenKind, tokenize};
use super::program::{Branch, Piece, Step};
use super::scope::RECORD;
use super::source::{Place, Sources};
use super::styles::{Style, styles};
use super::{BranchInfo, FieldUse, MARKER_END, MARKER_START, SlotInfo, SlotKind};
use crate::diagnostic::Diagnostic;

/// What compiling yields.
pub(super) struct Compiled {
    pub html: String,
    pub steps: Vec<Step>,
    pub fields: Vec<FieldUse>,
    pub branches: Vec<BranchInfo>,
    /// Of every slot, in the order of their numbers.
    pub slots: Vec<SlotInfo>,
    pub styles: Vec<Style>,
}

pub(super) fn compile(sources: &mut Sources, file: usize, root: &Path) -> Result<Compiled, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let tokens = tokenize(sources, file, root, &mut problems);
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut compiler = Compiler::new(sources);
    for token in &tokens {
        compiler.token(token);
        if compiler.too_deep {
            return Err(compiler.problems);
        }
    }
    compiler.finish(styles(&tokens))
}

struct Compiler<'a> {
    sources: &'a Sources,
    problems: Vec<Diagnostic>,
    html: String,
    slots: Vec<SlotInfo>,
    state: State,
    /// Where the text being scanned stands in its file.
    place: Place,
    tag: Tag,
    /// Elements that are open, outermost first.
    open: Vec<(String, Place)>,
    /// The value or the raw text being read.
    value: PieceReader,
    /// Where the element begins whose raw text is being read.
    raw: Place,
    /// Conditions around whole attributes.
    conditions: Vec<OpenCondition>,
    levels: Vec<Level>,
    /// Names of loop variables and of `set`s.
    declared: Vec<Arc<str>>,
    fields: Vec<FieldUse>,
    branches: Vec<BranchInfo>,
    /// Whether the `<body>` has begun.
    in_body: bool,
    /// End tags without a start tag in their block: mistakes of their own only if all blocks end.
    strays: Vec<Diagnostic>,
    /// Nothing more is read.
    too_deep: bool,
}

/// Elements within each other, those aside whose end tags may be left out. Layout goes down the tree by
/// calling itself, and each level takes its part of the stack.
const MAX_DEPTH: usize = 256;

/// The tag being read.
#[derive(Default)]
struct Tag {
    name: String,
    end: bool,
    self_closing: bool,
    place: Option<Place>,
    attribute: String,
    /// Where the attribute's name stands.
    attribute_place: Option<Place>,
    /// Attributes written as they are.
    fixed: Vec<String>,
    /// Attributes with a slot, and the index of its step.
    slots: Vec<(String, usize)>,
}

struct OpenCondition {
    place: Place,
    before: Vec<Arc<Expression>>,
    current: Option<Arc<Expression>>,
    has_else: bool,
}

/// A block among elements.
struct Level {
    kind: LevelKind,
    place: Place,
    id: SlotId,
    /// The steps of the branch being read.
    steps: Vec<Step>,
    /// How many elements were open when it began.
    depth: usize,
    /// Where its comment begins in the HTML.
    html_at: usize,
    /// Whether this is not its first branch.
    later: bool,
    declared: usize,
}

enum LevelKind {
    Root,
    If { done: Vec<Branch>, condition: Option<Arc<Expression>> },
    For { names: Vec<Arc<str>>, items: Arc<Expression>, body: Option<Vec<Step>> },
}

const ATTRIBUTE_HINT: &str =
    "a block must begin and end within the same attribute value, or around whole attributes";

impl<'a> Compiler<'a> {
    fn new(sources: &'a Sources) -> Self {
        let root = Level {
            kind: LevelKind::Root,
            place: Place { file: 0, offset: 0 },
            id: SlotId(0),
            steps: Vec::new(),
            depth: 0,
            html_at: 0,
            later: false,
            declared: 0,
        };
        Self {
            sources,
            problems: Vec::new(),
            html: String::new(),
            slots: Vec::new(),
            state: State::Data,
            place: Place { file: 0, offset: 0 },
            tag: Tag::default(),
            open: Vec::new(),
            value: PieceReader::default(),
            raw: Place { file: 0, offset: 0 },
            conditions: Vec::new(),
            levels: vec![root],
            declared: Vec::new(),
            fields: Vec::new(),
            branches: Vec::new(),
            in_body: false,
            strays: Vec::new(),
            too_deep: false,
        }
    }

    fn finish(mut self, styles: Vec<Style>) -> Result<Compiled, Vec<Diagnostic>> {
        let mut unclosed: Vec<(Place, &str)> = Vec::new();
        unclosed.extend(self.value.open.iter().map(|level| match level.kind {
            PieceKind::If { .. } => (level.place, "if"),
            PieceKind::For { .. } => (level.place, "for"),
        }));
        unclosed.extend(self.conditions.iter().map(|condition| (condition.place, "if")));
        unclosed.extend(self.levels.iter().filter_map(|level| match level.kind {
            LevelKind::Root => None,
            LevelKind::If { .. } => Some((level.place, "if")),
            LevelKind::For { .. } => Some((level.place, "for")),
        }));
        if unclosed.is_empty() {
            self.problems.append(&mut self.strays);
        }
        for (place, kind) in unclosed {
            let message = format!("this {{% {kind} %}} has no {{% end{kind} %}}");
            self.problems.push(self.sources.error(place, "unbalanced-block", message));
        }
        if !self.problems.is_empty() {
            let place = |problem: &Diagnostic| problem.span.as_ref().map(|span| (span.line, span.column));
            self.problems.sort_by_key(place);
            return Err(self.problems);
        }
        if let State::RawText(name) = self.state.clone() {
            self.end_raw_text(&name);
        }
        let steps = self.levels.pop().map(|level| level.steps).unwrap_or_default();
        Ok(Compiled {
            html: self.html,
            steps,
            fields: self.fields,
            branches: self.branches,
            slots: self.slots,
            styles,
        })
    }

    fn error(&mut self, place: Place, code: &'static str, message: impl Into<String>, hint: &str) {
        let mut problem = self.sources.error(place, code, message);
        if !hint.is_empty() {
            problem = problem.with_hint(hint);
        }
        self.problems.push(problem);
    }

    fn token(&mut self, token: &Token) {
        self.place = token.place;
        match &token.kind {
            TokenKind::Text(text) => self.text(text),
            TokenKind::Expression(source) => self.expression(source, token.place),
            TokenKind::Tag(tag) => self.block_tag(tag, token.place),
        }
    }

    fn depth(&self) -> usize {
        self.levels.last().map_or(0, |level| level.depth)
    }

    fn next_slot(&mut self, kind: SlotKind, place: Place) -> SlotId {
        self.slots.push(SlotInfo { kind, span: self.sources.span(place) });
        SlotId(self.slots.len() as u32 - 1)
    }

    fn marker(id: SlotId) -> String {
        format!("{MARKER_START}{}{MARKER_END}", id.0)
    }

    fn steps(&mut self) -> &mut Vec<Step> {
        &mut self.levels.last_mut().expect("the root level stays").steps
    }

    fn compile(&mut self, source: &str, place: Place) -> Option<Arc<Expression>> {
        match Expression::compile(source, place, self.sources) {
            Ok(expression) => {
                let declared = |name: &str| self.declared.iter().any(|known| **known == *name);
                let mut used: Vec<String> = expression
                    .names
                    .iter()
                    .filter(|name| !declared(name) && (*name != "loop" || !self.in_loop()))
                    .cloned()
                    .collect();
                if !declared(RECORD) {
                    used.extend(expression.record_fields());
                }
                for name in used {
                    if !self.fields.iter().any(|field| field.name == name) {
                        self.fields.push(FieldUse { name, span: self.sources.span(place) });
                    }
                }
                Some(expression)
            }
            Err(problem) => {
                self.problems.push(*problem);
                None
            }
        }
    }

    fn in_loop(&self) -> bool {
        self.levels.iter().any(|level| matches!(level.kind, LevelKind::For { .. }))
            || self.value.open.iter().any(|level| matches!(level.kind, PieceKind::For { .. }))
    }

    fn expression(&mut self, source: &str, place: Place) {
        match &self.state {
            State::Comment | State::Declaration => {}
            State::RawText(name) if name == "script" => {}
            State::RawText(name) if !holds_slots(name) => {
                let message = format!("a value in `<{name}>` is never shown");
                self.error(place, "misplaced-expression", message, "put it into another element");
            }
            State::Data if self.open.last().is_some_and(|(name, _)| is_table_part(name)) => {
                let name = self.open.last().map(|(name, _)| name.clone()).unwrap_or_default();
                let message = format!("HTML allows no text directly in `<{name}>`");
                self.error(place, "misplaced-expression", message, "put it into a cell: <td>{{ … }}</td>");
            }
            State::Data => {
                self.imply_body();
                let Some(value) = self.compile(source, place) else { return };
                let id = self.next_slot(SlotKind::Text, place);
                self.html.push_str(&Self::marker(id));
                self.steps().push(Step::Text { id, value });
            }
            State::Value(_) | State::RawText(_) | State::BeforeValue => {
                let Some(value) = self.compile(source, place) else { return };
                if self.state == State::BeforeValue {
                    self.state = State::Value(None);
                }
                self.value.push(Piece::Value(value));
            }
            _ => self.error(
                place,
                "misplaced-expression",
                "an expression cannot make the name of a tag or of an attribute",
                "use it within an attribute's value: class=\"{{ … }}\"",
            ),
        }
    }
}
