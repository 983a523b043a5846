//! Blocks: `if` and `for`, among elements, around attributes and within values.

use std::sync::Arc;

use super::pieces::PieceKind;
use super::{ATTRIBUTE_HINT, Compiler, Level, LevelKind, OpenCondition};
use crate::template::binding::SlotId;
use crate::template::expression::Expression;
use crate::template::html::{State, may_stay_open};
use crate::template::program::{Branch, Step};
use crate::template::source::Place;
use crate::template::{BranchInfo, SlotKind};

impl Compiler<'_> {
    pub(super) fn block_tag(&mut self, tag: &str, place: Place) {
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
                let condition = self.compile(rest, argument).or_else(|| self.stand_in("false"));
                if let Some(condition) = condition {
                    self.begin_if(condition, place);
                }
            }
            "elif" | "elseif" => {
                let condition = self.compile(rest, argument).or_else(|| self.stand_in("false"));
                self.branch(condition, place);
            }
            "else" => self.branch(None, place),
            "endif" => self.end_block(place, "if"),
            "for" => {
                let head =
                    self.for_header(rest, argument).or_else(|| Some((Vec::new(), self.stand_in("[]")?)));
                if let Some((names, items)) = head {
                    self.begin_for(names, items, place);
                }
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

    /// In place of what a block's head should have had, so that its end is not one mistake more.
    fn stand_in(&self, source: &str) -> Option<Arc<Expression>> {
        Expression::compile(source, self.place, self.sources).ok()
    }

    pub(super) fn begin_if(&mut self, condition: Arc<Expression>, place: Place) {
        match self.state {
            State::BeforeAttribute => self.conditions.push(OpenCondition {
                place,
                before: Vec::new(),
                current: Some(condition),
                has_else: false,
            }),
            State::Data => {
                let id = self.next_slot(SlotKind::If, place);
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

    pub(super) fn begin_for(&mut self, names: Vec<Arc<str>>, items: Arc<Expression>, place: Place) {
        let declared = self.declared.len();
        self.declared.extend(names.iter().cloned());
        match self.state {
            State::BeforeAttribute => {
                self.error(place, "misplaced-block", "a loop cannot make attributes", ATTRIBUTE_HINT);
            }
            State::Data => {
                let id = self.next_slot(SlotKind::For, place);
                self.push_level(LevelKind::For { names, items, body: None }, id, place);
                self.levels.last_mut().expect("just pushed").declared = declared;
            }
            _ => self.value.begin(PieceKind::For { names, items, body: None }, place, declared),
        }
    }

    pub(super) fn push_level(&mut self, kind: LevelKind, id: SlotId, place: Place) {
        let level = Level {
            kind,
            place,
            id,
            steps: Vec::new(),
            depth: self.open.len(),
            html_at: self.html.len(),
            later: false,
            declared: self.declared.len(),
        };
        self.html.push_str(&format!("<!--byname:{}-->", id.0));
        self.levels.push(level);
    }

    /// An `elif`, or an `else` without condition.
    pub(super) fn branch(&mut self, condition: Option<Arc<Expression>>, place: Place) {
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
                self.check_balance();
                let sources = self.sources;
                let level = self.levels.last_mut().expect("the root level stays");
                level.later = true;
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

    pub(super) fn end_block(&mut self, place: Place, word: &str) {
        let stray = format!("this {{% end{word} %}} ends no {{% {word} %}}");
        match self.state {
            State::BeforeAttribute => {
                if word != "if" || self.conditions.pop().is_none() {
                    self.error(place, "unbalanced-block", stray, ATTRIBUTE_HINT);
                }
            }
            State::Data => {
                self.check_balance();
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
    pub(super) fn check_balance(&mut self) {
        if self.levels.len() == 1 {
            return; // a stray tag, which is told as that
        }
        let depth = self.depth();
        let unclosed = self.open.iter().skip(depth).rev().find(|(name, _)| !may_stay_open(name)).cloned();
        // What the parser would close at a later tag has to be closed before the block's own end.
        for (name, _) in self.open.drain(depth..).rev() {
            self.html.push_str(&format!("</{name}>"));
        }
        if let Some((name, place)) = unclosed {
            self.error(
                place,
                "unbalanced-block",
                format!("`<{name}>` is opened within a block and not closed in it"),
                "open and close an element within the same block",
            );
        }
    }
}
