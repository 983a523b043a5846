//! What a template compiles to: steps to take for every record.

use std::sync::Arc;

use super::binding::SlotId;
use super::expression::Expression;

/// One thing to do, in document order.
#[derive(Debug)]
pub(super) enum Step {
    Set {
        names: Vec<Arc<str>>,
        value: Arc<Expression>,
    },
    Text {
        id: SlotId,
        value: Arc<Expression>,
    },
    Attribute {
        id: SlotId,
        css: bool,
        alternatives: Vec<Alternative>,
    },
    Raw {
        id: SlotId,
        css: bool,
        pieces: Vec<Piece>,
    },
    If {
        id: SlotId,
        branches: Vec<Branch>,
    },
    For {
        id: SlotId,
        names: Vec<Arc<str>>,
        items: Arc<Expression>,
        body: Vec<Step>,
        otherwise: Option<Vec<Step>>,
    },
}

/// A branch of a condition; no condition means `else`.
#[derive(Debug)]
pub(super) struct Branch {
    pub condition: Option<Arc<Expression>>,
    pub steps: Vec<Step>,
}

/// A value for an attribute, and when it applies.
#[derive(Debug)]
pub(super) struct Alternative {
    pub conditions: Vec<Condition>,
    pub pieces: Vec<Piece>,
}

/// True when all of `not` are false and `yes`, if there is one, is true.
#[derive(Debug, Clone)]
pub(super) struct Condition {
    pub not: Vec<Arc<Expression>>,
    pub yes: Option<Arc<Expression>>,
}

/// A part of an attribute's value or of a raw text.
#[derive(Debug)]
pub(super) enum Piece {
    Literal(String),
    Value(Arc<Expression>),
    Set { names: Vec<Arc<str>>, value: Arc<Expression> },
    If(Vec<(Option<Arc<Expression>>, Vec<Piece>)>),
    For { names: Vec<Arc<str>>, items: Arc<Expression>, body: Vec<Piece>, otherwise: Vec<Piece> },
}

impl Piece {
    pub(super) fn is_literal(&self) -> bool {
        matches!(self, Self::Literal(_))
    }
}
