//! Turns tokens into HTML with markers, and into the steps that fill them.

use std::path::Path;
use std::sync::Arc;

use super::binding::SlotId;
use super::expression::Expression;
use super::html::{State, holds_css, is_raw_text, is_void, may_stay_open};
use super::lexer::{Token, TokenKind, tokenize};
use super::program::{Alternative, Branch, Condition, Piece, Step};
use super::source::{Place, Sources};
use super::{BranchInfo, FieldUse, MARKER_END, MARKER_START};
use crate::diagnostic::Diagnostic;

/// What compiling yields.
pub(super) struct Compiled {
    pub html: String,
    pub steps: Vec<Step>,
    pub fields: Vec<FieldUse>,
    pub branches: Vec<BranchInfo>,
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
    }
    compiler.finish()
}

struct Compiler<'a> {
    sources: &'a Sources,
    problems: Vec<Diagnostic>,
    html: String,
    slots: u32,
    state: State,
    /// Where the text being scanned stands in its file.
    place: Place,
    tag: Tag,
    /// Elements that are open, outermost first.
    open: Vec<(String, Place)>,
    /// The value or the raw text being read.
    value: PieceReader,
    /// Conditions around whole attributes.
    conditions: Vec<OpenCondition>,
    levels: Vec<Level>,
    /// Names of loop variables and of `set`s.
    declared: Vec<Arc<str>>,
    fields: Vec<FieldUse>,
    branches: Vec<BranchInfo>,
}

/// The tag being read.
#[derive(Default)]
struct Tag {
    name: String,
    end: bool,
    self_closing: bool,
    place: Option<Place>,
    attribute: String,
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
    declared: usize,
}

enum LevelKind {
    Root,
    If { done: Vec<Branch>, condition: Option<Arc<Expression>> },
    For { names: Vec<Arc<str>>, items: Arc<Expression>, body: Option<Vec<Step>> },
}

/// Collects the pieces of a value.
#[derive(Default)]
struct PieceReader {
    literal: String,
    pieces: Vec<Piece>,
    open: Vec<PieceLevel>,
}

struct PieceLevel {
    place: Place,
    outer: Vec<Piece>,
    kind: PieceKind,
    declared: usize,
}

enum PieceKind {
    If { done: Vec<(Option<Arc<Expression>>, Vec<Piece>)>, condition: Option<Arc<Expression>> },
    For { names: Vec<Arc<str>>, items: Arc<Expression>, body: Option<Vec<Piece>> },
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
            declared: 0,
        };
        Self {
            sources,
            problems: Vec::new(),
            html: String::new(),
            slots: 0,
            state: State::Data,
            place: Place { file: 0, offset: 0 },
            tag: Tag::default(),
            open: Vec::new(),
            value: PieceReader::default(),
            conditions: Vec::new(),
            levels: vec![root],
            declared: Vec::new(),
            fields: Vec::new(),
            branches: Vec::new(),
        }
    }

    fn finish(mut self) -> Result<Compiled, Vec<Diagnostic>> {
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
        for (place, kind) in unclosed {
            let message = format!("this {{% {kind} %}} has no {{% end{kind} %}}");
            self.problems.push(self.sources.error(place, "unbalanced-block", message));
        }
        if !self.problems.is_empty() {
            return Err(self.problems);
        }
        if let State::RawText(name) = self.state.clone() {
            self.end_raw_text(&name);
        }
        let steps = self.levels.pop().map(|level| level.steps).unwrap_or_default();
        Ok(Compiled { html: self.html, steps, fields: self.fields, branches: self.branches })
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

    // --- text ---

    fn text(&mut self, text: &str) {
        let start = self.place;
        if let Some(at) = text.find([MARKER_START, MARKER_END]) {
            let place = Place { offset: start.offset + at, ..start };
            self.error(
                place,
                "reserved-character",
                "the characters U+F0000 and U+F0001 are reserved",
                "remove it",
            );
            return;
        }
        for (at, c) in text.char_indices() {
            self.place = Place { offset: start.offset + at, ..start };
            self.character(c);
        }
    }

    fn character(&mut self, c: char) {
        match &self.state {
            State::Data => {
                self.html.push(c);
                if c == '<' {
                    self.tag = Tag { place: Some(self.place), ..Tag::default() };
                    self.state = State::TagOpen;
                }
            }
            State::TagOpen => {
                self.html.push(c);
                match c {
                    '/' if !self.tag.end => self.tag.end = true,
                    '!' => self.state = State::Declaration,
                    c if c.is_ascii_alphabetic() => {
                        self.tag.name.push(c.to_ascii_lowercase());
                        self.state = State::TagName;
                    }
                    _ => self.state = State::Data,
                }
            }
            State::Declaration => {
                self.html.push(c);
                if self.html.ends_with("<!--") {
                    self.state = State::Comment;
                } else if c == '>' {
                    self.state = State::Data;
                }
            }
            State::Comment => {
                self.html.push(c);
                if self.html.ends_with("-->") {
                    self.state = State::Data;
                }
            }
            State::TagName => match c {
                '>' => self.end_tag(),
                '/' => self.slash(),
                c if c.is_whitespace() => {
                    self.html.push(c);
                    self.state = State::BeforeAttribute;
                }
                c => {
                    self.html.push(c);
                    self.tag.name.push(c.to_ascii_lowercase());
                }
            },
            State::BeforeAttribute => match c {
                '>' => self.end_tag(),
                '/' => self.slash(),
                c if c.is_whitespace() => self.html.push(c),
                c => {
                    self.tag.self_closing = false;
                    self.tag.attribute = c.to_string();
                    self.state = State::AttributeName;
                }
            },
            State::AttributeName | State::AfterAttributeName => match c {
                '=' => self.state = State::BeforeValue,
                '>' => {
                    self.end_attribute(None);
                    self.end_tag();
                }
                '/' => {
                    self.end_attribute(None);
                    self.slash();
                }
                c if c.is_whitespace() => self.state = State::AfterAttributeName,
                c if self.state == State::AfterAttributeName => {
                    self.end_attribute(None);
                    self.tag.attribute = c.to_string();
                    self.state = State::AttributeName;
                }
                c => self.tag.attribute.push(c),
            },
            State::BeforeValue => match c {
                '"' | '\'' => self.state = State::Value(Some(c)),
                '>' => {
                    self.end_attribute(None);
                    self.end_tag();
                }
                c if c.is_whitespace() => {}
                c => {
                    self.value.literal.push(c);
                    self.state = State::Value(None);
                }
            },
            State::Value(Some(quote)) => {
                let quote = *quote;
                if c == quote {
                    self.end_attribute(Some(quote));
                } else {
                    self.value.literal.push(c);
                }
            }
            State::Value(None) => match c {
                '>' => {
                    self.end_attribute(Some('"'));
                    self.end_tag();
                }
                c if c.is_whitespace() => {
                    self.end_attribute(Some('"'));
                    self.html.push(c);
                }
                c => self.value.literal.push(c),
            },
            State::RawText(name) => {
                self.value.literal.push(c);
                if c == '>'
                    && let Some(at) = self.value.literal.rfind("</")
                    && self.value.literal[at + 2..].trim_end_matches('>').trim().eq_ignore_ascii_case(name)
                {
                    let name = name.clone();
                    self.value.literal.truncate(at);
                    self.end_raw_text(&name);
                }
            }
        }
    }

    fn slash(&mut self) {
        self.html.push('/');
        self.tag.self_closing = true;
        self.state = State::BeforeAttribute;
    }

    /// At the `>` of a tag.
    fn end_tag(&mut self) {
        self.html.push('>');
        self.state = State::Data;
        if let Some(condition) = self.conditions.first() {
            let place = condition.place;
            self.conditions.clear();
            self.error(
                place,
                "unbalanced-block",
                "this {% if %} begins within a tag and does not end in it",
                ATTRIBUTE_HINT,
            );
        }
        let Tag { name, end, self_closing, place, .. } = std::mem::take(&mut self.tag);
        let place = place.unwrap_or(self.place);
        if end {
            self.close_element(&name, place);
            return;
        }
        let foreign = self.open.iter().any(|(name, _)| name == "svg" || name == "math");
        if is_void(&name) && !foreign || self_closing && (foreign || name == "svg") {
            return;
        }
        if is_raw_text(&name) && !(foreign && name == "title") {
            if !self_closing {
                self.value = PieceReader::default();
                self.state = State::RawText(name);
            }
            return;
        }
        // What the parser closes by itself when the next of its kind begins.
        let depth = self.depth();
        if matches!(name.as_str(), "li" | "tr" | "td" | "th" | "dt" | "dd" | "option")
            && self.open.len() > depth
            && self.open.last().is_some_and(|(last, _)| {
                *last == name
                    || matches!(
                        (last.as_str(), name.as_str()),
                        ("td", "th") | ("th", "td") | ("dt", "dd") | ("dd", "dt")
                    )
            })
        {
            self.open.pop();
        }
        self.open.push((name, place));
    }

    fn close_element(&mut self, name: &str, place: Place) {
        if is_void(name) {
            return;
        }
        let depth = self.depth();
        let mut at = self.open.len();
        while at > depth {
            at -= 1;
            if self.open[at].0 == name {
                self.open.truncate(at);
                return;
            }
            if !may_stay_open(&self.open[at].0) {
                break;
            }
        }
        if self.open[..depth].iter().any(|(open, _)| open == name) && depth > 0 && self.levels.len() > 1 {
            self.error(
                place,
                "unbalanced-block",
                format!("`</{name}>` closes an element that was opened outside this block"),
                "open and close an element within the same block",
            );
        }
        // Otherwise a stray end tag, which browsers ignore too.
    }

    fn depth(&self) -> usize {
        self.levels.last().map_or(0, |level| level.depth)
    }

    fn next_slot(&mut self) -> SlotId {
        self.slots += 1;
        SlotId(self.slots - 1)
    }

    fn marker(id: SlotId) -> String {
        format!("{MARKER_START}{}{MARKER_END}", id.0)
    }

    fn steps(&mut self) -> &mut Vec<Step> {
        &mut self.levels.last_mut().expect("the root level stays").steps
    }

    /// At the end of an attribute; `quote` is `None` when it has no value.
    fn end_attribute(&mut self, quote: Option<char>) {
        self.state = State::BeforeAttribute;
        let written = std::mem::take(&mut self.tag.attribute);
        let name = written.to_ascii_lowercase();
        let pieces = self.take_pieces(true);
        let dynamic = pieces.iter().any(|piece| !piece.is_literal()) || !self.conditions.is_empty();
        if !dynamic {
            self.tag.fixed.push(name);
            self.html.push_str(&written);
            if let Some(quote) = quote {
                let value: String = pieces
                    .iter()
                    .map(|piece| if let Piece::Literal(text) = piece { text.as_str() } else { "" })
                    .collect();
                self.html.push('=');
                self.html.push(quote);
                self.html.push_str(&value);
                self.html.push(quote);
            }
            return;
        }
        if name == "srcdoc" || name.starts_with("on") {
            let message =
                format!("`{name}` cannot hold a value from a record: it would be markup or a script");
            self.error(self.place, "unsafe-attribute", message, "");
            return;
        }
        if self.tag.fixed.contains(&name) {
            let message = format!("this tag has the attribute `{name}` already");
            self.error(self.place, "duplicate-attribute", message, "write both values into one attribute");
            return;
        }
        let css = holds_css(&name);
        let pieces = pieces.into_iter().map(decode_entities).collect();
        let conditions = self
            .conditions
            .iter()
            .map(|open| Condition { not: open.before.clone(), yes: open.current.clone() })
            .collect();
        let alternative = Alternative { conditions, pieces };
        if let Some((_, step)) = self.tag.slots.iter().find(|(known, _)| *known == name) {
            let step = *step;
            if let Some(Step::Attribute { alternatives, .. }) = self.steps().get_mut(step) {
                alternatives.push(alternative);
            }
            return;
        }
        let id = self.next_slot();
        self.html.push_str(&format!("{written}=\"{}\"", Self::marker(id)));
        self.steps().push(Step::Attribute { id, css, alternatives: vec![alternative] });
        let step = self.steps().len() - 1;
        self.tag.slots.push((name, step));
    }

    /// The pieces of the value that ends here.
    fn take_pieces(&mut self, attribute: bool) -> Vec<Piece> {
        let mut value = std::mem::take(&mut self.value);
        value.flush();
        if let Some(level) = value.open.first() {
            let what = if attribute { "attribute's value" } else { "text" };
            let message = format!("this block begins within an {what} and does not end in it");
            self.error(level.place, "unbalanced-block", message, ATTRIBUTE_HINT);
        }
        value.pieces
    }

    fn end_raw_text(&mut self, name: &str) {
        self.state = State::Data;
        let pieces = self.take_pieces(false);
        match name {
            // Never run, so never kept.
            "script" => {}
            _ if pieces.iter().all(Piece::is_literal) => {
                for piece in &pieces {
                    if let Piece::Literal(text) = piece {
                        self.html.push_str(text);
                    }
                }
            }
            _ => {
                let id = self.next_slot();
                self.html.push_str(&Self::marker(id));
                let css = name == "style";
                let pieces = if css { pieces } else { pieces.into_iter().map(decode_entities).collect() };
                self.steps().push(Step::Raw { id, css, pieces });
            }
        }
        self.html.push_str(&format!("</{name}>"));
    }

    // --- expressions ---

    fn compile(&mut self, source: &str, place: Place) -> Option<Arc<Expression>> {
        match Expression::compile(source, place, self.sources) {
            Ok(expression) => {
                for name in &expression.names {
                    if name != "loop"
                        && !self.declared.iter().any(|known| **known == *name)
                        && !self.fields.iter().any(|field| field.name == *name)
                    {
                        let span = self.sources.span(place);
                        self.fields.push(FieldUse { name: name.clone(), span });
                    }
                }
                Some(expression)
            }
            Err(problem) => {
                self.problems.push(problem);
                None
            }
        }
    }

    fn expression(&mut self, source: &str, place: Place) {
        match &self.state {
            State::Comment | State::Declaration => {}
            State::RawText(name) if name == "script" => {}
            State::Data => {
                let Some(value) = self.compile(source, place) else { return };
                let id = self.next_slot();
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

    // --- blocks ---

    fn block_tag(&mut self, tag: &str, place: Place) {
        if matches!(&self.state, State::Comment | State::Declaration)
            || matches!(&self.state, State::RawText(name) if name == "script")
        {
            return;
        }
        let (word, rest) = match tag.find(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
            Some(at) => (&tag[..at], tag[at..].trim_start()),
            None => (tag, ""),
        };
        let argument = Place { offset: place.offset + (tag.len() - rest.len()), ..place };
        // A tag that follows a tag's name or an attribute's name ends that name.
        match self.state {
            State::TagName => self.state = State::BeforeAttribute,
            State::AttributeName | State::AfterAttributeName => self.end_attribute(None),
            State::BeforeValue => self.state = State::Value(None),
            State::TagOpen => {
                self.error(
                    place,
                    "misplaced-block",
                    "a block cannot make the name of a tag",
                    "put it around the whole tag",
                );
                return;
            }
            _ => {}
        }
        match word {
            "if" => {
                let Some(condition) = self.compile(rest, argument) else { return self.begin_broken() };
                self.begin_if(condition, place);
            }
            "elif" | "elseif" => {
                let condition = self.compile(rest, argument);
                self.branch(condition, place);
            }
            "else" => self.branch(None, place),
            "endif" => self.end_block(place, "if"),
            "for" => {
                let Some((names, items)) = self.for_header(rest, argument) else {
                    return self.begin_broken();
                };
                self.begin_for(names, items, place);
            }
            "endfor" => self.end_block(place, "for"),
            "set" => self.set(rest, argument),
            "endraw" => self.error(place, "unbalanced-block", "this {% endraw %} has no {% raw %}", ""),
            "include" => {
                self.error(
                    place,
                    "bad-include",
                    "an include needs a file's name",
                    "{% include \"parts/footer.html\" %}",
                );
            }
            other => self.error(
                place,
                "unknown-tag",
                format!("there is no tag {{% {other} %}}"),
                "the tags are if, elif, else, endif, for, endfor, set, include, raw and endraw",
            ),
        }
    }

    /// Keeps the count of open blocks right after a mistake in a block's head.
    fn begin_broken(&mut self) {
        let place = self.place;
        if let Ok(truth) = Expression::compile("true", place, self.sources) {
            self.begin_if(truth, place);
        }
    }

    fn begin_if(&mut self, condition: Arc<Expression>, place: Place) {
        match self.state {
            State::BeforeAttribute => self.conditions.push(OpenCondition {
                place,
                before: Vec::new(),
                current: Some(condition),
                has_else: false,
            }),
            State::Data => {
                let id = self.next_slot();
                self.html.push_str(&format!("<!--byname:{}-->", id.0));
                self.branches.push(BranchInfo::new(id, 0, "if", self.sources.span(place)));
                let kind = LevelKind::If { done: Vec::new(), condition: Some(condition) };
                self.push_level(kind, id, place);
            }
            _ => self.value.begin(
                PieceKind::If { done: Vec::new(), condition: Some(condition) },
                place,
                self.declared.len(),
            ),
        }
    }

    fn begin_for(&mut self, names: Vec<Arc<str>>, items: Arc<Expression>, place: Place) {
        let declared = self.declared.len();
        self.declared.extend(names.iter().cloned());
        match self.state {
            State::BeforeAttribute => {
                self.error(place, "misplaced-block", "a loop cannot make attributes", ATTRIBUTE_HINT);
            }
            State::Data => {
                let id = self.next_slot();
                self.html.push_str(&format!("<!--byname:{}-->", id.0));
                self.push_level(LevelKind::For { names, items, body: None }, id, place);
                self.levels.last_mut().expect("just pushed").declared = declared;
            }
            _ => self.value.begin(PieceKind::For { names, items, body: None }, place, declared),
        }
    }

    fn push_level(&mut self, kind: LevelKind, id: SlotId, place: Place) {
        let level = Level {
            kind,
            place,
            id,
            steps: Vec::new(),
            depth: self.open.len(),
            declared: self.declared.len(),
        };
        self.levels.push(level);
    }

    /// An `elif`, or an `else` without condition.
    fn branch(&mut self, condition: Option<Arc<Expression>>, place: Place) {
        let word = if condition.is_some() { "elif" } else { "else" };
        let stray = format!("this {{% {word} %}} belongs to no block");
        match self.state {
            State::BeforeAttribute => match self.conditions.last_mut() {
                Some(open) if !open.has_else => {
                    open.before.extend(open.current.take());
                    open.has_else = condition.is_none();
                    open.current = condition;
                }
                _ => self.error(place, "unbalanced-block", stray, ""),
            },
            State::Data => {
                self.check_balance(place);
                let sources = self.sources;
                let level = self.levels.last_mut().expect("the root level stays");
                let steps = std::mem::take(&mut level.steps);
                match &mut level.kind {
                    LevelKind::If { done, condition: current } if current.is_some() => {
                        done.push(Branch { condition: current.take(), steps });
                        let branch = done.len();
                        *current = condition;
                        self.html.push_str(&format!("<!--byname:{}|{branch}-->", level.id.0));
                        self.branches.push(BranchInfo::new(level.id, branch, word, sources.span(place)));
                    }
                    LevelKind::For { body, .. } if body.is_none() && condition.is_none() => {
                        *body = Some(steps);
                        self.declared.truncate(level.declared);
                        self.html.push_str(&format!("<!--byname:{}|1-->", level.id.0));
                    }
                    _ => {
                        level.steps = steps;
                        self.error(place, "unbalanced-block", stray, "");
                    }
                }
            }
            _ => {
                if !self.value.branch(condition) {
                    self.error(place, "unbalanced-block", stray, ATTRIBUTE_HINT);
                }
            }
        }
    }

    fn end_block(&mut self, place: Place, word: &str) {
        let stray = format!("this {{% end{word} %}} ends no {{% {word} %}}");
        match self.state {
            State::BeforeAttribute => {
                if word != "if" || self.conditions.pop().is_none() {
                    self.error(place, "unbalanced-block", stray, ATTRIBUTE_HINT);
                }
            }
            State::Data => {
                self.check_balance(place);
                let fits = match self.levels.last().map(|level| &level.kind) {
                    Some(LevelKind::If { .. }) => word == "if",
                    Some(LevelKind::For { .. }) => word == "for",
                    _ => false,
                };
                if !fits {
                    let hint = match self.levels.last().map(|level| (&level.kind, level.place)) {
                        Some((LevelKind::If { .. } | LevelKind::For { .. }, open)) => {
                            format!("the block open here began on line {}", self.sources.span(open).line)
                        }
                        _ => String::new(),
                    };
                    self.error(place, "unbalanced-block", stray, &hint);
                    return;
                }
                let Level { kind, id, steps, declared, .. } = self.levels.pop().expect("checked above");
                let step = match kind {
                    LevelKind::If { mut done, condition } => {
                        done.push(Branch { condition, steps });
                        Step::If { id, branches: done }
                    }
                    LevelKind::For { names, items, body } => {
                        self.declared.truncate(declared);
                        match body {
                            Some(body) => Step::For { id, names, items, body, otherwise: Some(steps) },
                            None => Step::For { id, names, items, body: steps, otherwise: None },
                        }
                    }
                    LevelKind::Root => unreachable!("the root level fits no end tag"),
                };
                self.html.push_str(&format!("<!--/byname:{}-->", id.0));
                self.steps().push(step);
            }
            _ => match self.value.end(word) {
                Some(declared) => self.declared.truncate(declared),
                None => self.error(place, "unbalanced-block", stray, ATTRIBUTE_HINT),
            },
        }
    }

    /// The elements opened within a branch must be closed within it.
    fn check_balance(&mut self, _at: Place) {
        let depth = self.depth();
        let unclosed = self.open.iter().skip(depth).rev().find(|(name, _)| !may_stay_open(name)).cloned();
        self.open.truncate(depth);
        if let Some((name, place)) = unclosed {
            self.error(
                place,
                "unbalanced-block",
                format!("`<{name}>` is opened within a block and not closed in it"),
                "open and close an element within the same block",
            );
        }
    }

    fn for_header(&mut self, header: &str, place: Place) -> Option<(Vec<Arc<str>>, Arc<Expression>)> {
        const HINT: &str = "{% for song in songs %} or {% for name, value in pairs %}";
        let Some(at) = find_word(header, "in") else {
            self.error(place, "bad-loop", "a loop needs a name, `in` and a list", HINT);
            return None;
        };
        let names = self.names(header[..at].trim(), place, HINT)?;
        let rest = &header[at + 2..];
        let items = rest.trim();
        let place = Place { offset: place.offset + at + 2 + (rest.len() - rest.trim_start().len()), ..place };
        if let Some(condition) =
            find_word(items, "if").filter(|at| find_word(&items[*at..], "else").is_none())
        {
            let place = Place { offset: place.offset + condition, ..place };
            self.error(
                place,
                "bad-loop",
                "a loop cannot have a condition of its own",
                "use `| select(…)` or an {% if %} within the loop",
            );
            return None;
        }
        let items = self.compile(items, place)?;
        Some((names, items))
    }

    fn names(&mut self, text: &str, place: Place, hint: &str) -> Option<Vec<Arc<str>>> {
        let text = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).unwrap_or(text);
        let names: Vec<Arc<str>> = text.split(',').map(|name| Arc::from(name.trim())).collect();
        let valid = |name: &Arc<str>| {
            name.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_')
                && name.chars().all(|c| c.is_alphanumeric() || c == '_')
        };
        if names.iter().all(valid) {
            return Some(names);
        }
        self.error(place, "bad-name", format!("`{text}` is not a name"), hint);
        None
    }

    fn set(&mut self, rest: &str, place: Place) {
        const HINT: &str = "{% set total = wins + losses %}";
        let equals = rest.char_indices().find(|&(at, c)| {
            c == '=' && !rest[at + 1..].starts_with('=') && !rest[..at].ends_with(['=', '!', '<', '>'])
        });
        let Some((at, _)) = equals else {
            self.error(place, "bad-set", "a set needs a name, `=` and a value", HINT);
            return;
        };
        let Some(names) = self.names(rest[..at].trim(), place, HINT) else { return };
        let source = &rest[at + 1..];
        let offset = place.offset + at + 1 + (source.len() - source.trim_start().len());
        let Some(value) = self.compile(source.trim(), Place { offset, ..place }) else { return };
        self.declared.extend(names.iter().cloned());
        match self.state {
            State::Data => self.steps().push(Step::Set { names, value }),
            State::BeforeAttribute => {
                self.error(
                    place,
                    "misplaced-block",
                    "a set cannot stand between attributes",
                    "put it before the tag",
                );
            }
            _ => self.value.push(Piece::Set { names, value }),
        }
    }
}

impl PieceReader {
    fn flush(&mut self) {
        if !self.literal.is_empty() {
            self.pieces.push(Piece::Literal(std::mem::take(&mut self.literal)));
        }
    }

    fn push(&mut self, piece: Piece) {
        self.flush();
        self.pieces.push(piece);
    }

    fn begin(&mut self, kind: PieceKind, place: Place, declared: usize) {
        self.flush();
        let outer = std::mem::take(&mut self.pieces);
        self.open.push(PieceLevel { place, outer, kind, declared });
    }

    /// False when there is no block that can branch here.
    fn branch(&mut self, next: Option<Arc<Expression>>) -> bool {
        self.flush();
        let Some(level) = self.open.last_mut() else { return false };
        match &mut level.kind {
            PieceKind::If { done, condition } if condition.is_some() => {
                done.push((condition.take(), std::mem::take(&mut self.pieces)));
                *condition = next;
                true
            }
            PieceKind::For { body, .. } if body.is_none() && next.is_none() => {
                *body = Some(std::mem::take(&mut self.pieces));
                true
            }
            _ => false,
        }
    }

    /// How many names were declared before the block; `None` when no such block is open.
    fn end(&mut self, word: &str) -> Option<usize> {
        self.flush();
        let fits = match self.open.last()?.kind {
            PieceKind::If { .. } => word == "if",
            PieceKind::For { .. } => word == "for",
        };
        if !fits {
            return None;
        }
        let PieceLevel { outer, kind, declared, .. } = self.open.pop()?;
        let inner = std::mem::replace(&mut self.pieces, outer);
        let is_loop = matches!(kind, PieceKind::For { .. });
        self.pieces.push(match kind {
            PieceKind::If { mut done, condition } => {
                done.push((condition, inner));
                Piece::If(done)
            }
            PieceKind::For { names, items, body } => {
                let (body, otherwise) = match body {
                    Some(body) => (body, inner),
                    None => (inner, Vec::new()),
                };
                Piece::For { names, items, body, otherwise }
            }
        });
        // What an `if` sets stays set after it.
        Some(if is_loop { declared } else { usize::MAX })
    }
}

/// Literal text as the parser would have read it.
fn decode_entities(piece: Piece) -> Piece {
    match piece {
        Piece::Literal(text) => Piece::Literal(html_escape::decode_html_entities(&text).into_owned()),
        Piece::If(branches) => Piece::If(
            branches
                .into_iter()
                .map(|(condition, pieces)| (condition, pieces.into_iter().map(decode_entities).collect()))
                .collect(),
        ),
        Piece::For { names, items, body, otherwise } => Piece::For {
            names,
            items,
            body: body.into_iter().map(decode_entities).collect(),
            otherwise: otherwise.into_iter().map(decode_entities).collect(),
        },
        other => other,
    }
}

/// Where a word stands on its own, outside strings and brackets.
fn find_word(text: &str, word: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut depth, mut quote) = (0_usize, None);
    for (at, &byte) in bytes.iter().enumerate() {
        match (quote, byte) {
            (Some(open), _) => {
                if byte == open {
                    quote = None;
                }
            }
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'(' | b'[' | b'{') => depth += 1,
            (None, b')' | b']' | b'}') => depth = depth.saturating_sub(1),
            _ if depth == 0 && text[at..].starts_with(word) => {
                let edge = |b: Option<&u8>| b.is_none_or(|b| !b.is_ascii_alphanumeric() && *b != b'_');
                if edge(at.checked_sub(1).and_then(|i| bytes.get(i))) && edge(bytes.get(at + word.len())) {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}
