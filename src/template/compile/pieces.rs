//! The pieces of one value: of an attribute, or of a text that is one slot as a whole.

use std::sync::Arc;

use crate::template::expression::Expression;
use crate::template::program::Piece;
use crate::template::source::Place;

/// Collects the pieces of a value.
#[derive(Default)]
pub(super) struct PieceReader {
    pub(super) literal: String,
    pub(super) pieces: Vec<Piece>,
    pub(super) open: Vec<PieceLevel>,
}

pub(super) struct PieceLevel {
    pub(super) place: Place,
    pub(super) outer: Vec<Piece>,
    pub(super) kind: PieceKind,
    pub(super) declared: usize,
}

pub(super) enum PieceKind {
    If { done: Vec<(Option<Arc<Expression>>, Vec<Piece>)>, condition: Option<Arc<Expression>> },
    For { names: Vec<Arc<str>>, items: Arc<Expression>, body: Option<Vec<Piece>> },
}

impl PieceReader {
    pub(super) fn flush(&mut self) {
        if !self.literal.is_empty() {
            self.pieces.push(Piece::Literal(std::mem::take(&mut self.literal)));
        }
    }

    pub(super) fn push(&mut self, piece: Piece) {
        self.flush();
        self.pieces.push(piece);
    }

    pub(super) fn begin(&mut self, kind: PieceKind, place: Place, declared: usize) {
        self.flush();
        let outer = std::mem::take(&mut self.pieces);
        self.open.push(PieceLevel { place, outer, kind, declared });
    }

    /// False when there is no block that can branch here.
    pub(super) fn branch(&mut self, next: Option<Arc<Expression>>) -> bool {
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
    pub(super) fn end(&mut self, word: &str) -> Option<usize> {
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
pub(super) fn decode_entities(piece: Piece) -> Piece {
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
