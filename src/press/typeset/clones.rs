//! `box-decoration-break: clone` (CSS Fragmentation 3, §5.4): the edges of a box around all of the text are
//! on each line of it, so lines are broken here.

use blitz_dom::{BaseDocument, NodeId};
use parley::BreakReason;
use style::computed_values::box_decoration_break::T as BoxDecorationBreak;

use super::edges;
use super::passage::{Item, Passage};
use super::plan::{Look, Part};
use super::{Styles, styles};

/// The ends of lines within a box.
pub(super) struct Clones {
    of: NodeId,
    styles: Styles,
    room: f32,
    /// How many characters but white space come before each break.
    breaks: Vec<usize>,
    /// How many of them there were so far.
    seen: usize,
}

/// The box around all of a passage that is cloned, if it has several lines. `room` is their width.
pub(super) fn find(document: &BaseDocument, passage: &Passage, room: f32) -> Option<Clones> {
    let is_blank = |item: &&Item| match item {
        Item::Text { node, .. } => document
            .get_node(*node)
            .and_then(|node| node.text_data())
            .is_some_and(|text| text.content.trim().is_empty()),
        _ => false,
    };
    let mut items = passage.items.iter().filter(|item| !is_blank(item));
    let Some(Item::Open(of)) = items.next().copied() else { return None };
    if items.next_back().copied() != Some(Item::Close(of)) || items.any(|item| *item == Item::Atom) {
        return None;
    }
    let styles = styles(document, of)?;
    if styles.clone_box_decoration_break() != BoxDecorationBreak::Clone {
        return None;
    }
    let lines = document.get_node(passage.root)?.element_data()?.inline_layout_data.as_deref()?;
    let mut layout = lines.layout.clone();
    let scale = layout.scale();
    let taken = (edges::width(&styles, true, room) + edges::width(&styles, false, room)) * scale;
    layout.break_all_lines(Some((layout.layout_max_advance() - taken).max(0.0)));
    let wraps = |reason| matches!(reason, BreakReason::Regular | BreakReason::Emergency);
    let count = |end: usize| lines.text[..end].chars().filter(|c| !c.is_whitespace()).count();
    let breaks: Vec<usize> = layout
        .lines()
        .filter(|line| wraps(line.break_reason()))
        .map(|line| count(line.text_range().end))
        .collect();
    (!breaks.is_empty()).then_some(Clones { of, styles, room, breaks, seen: 0 })
}

impl Clones {
    /// Breaks the texts among `parts`, from the one at `from` on.
    pub(super) fn split(&mut self, parts: &mut Vec<Part>, from: usize) {
        for part in parts.split_off(from) {
            let Part::Text(text) = part else {
                if let Part::Piece { text, .. } = &part {
                    self.seen += text.chars().filter(|c| !c.is_whitespace()).count();
                }
                parts.push(part);
                continue;
            };
            let mut start = 0;
            for (at, c) in text.char_indices() {
                if c.is_whitespace() {
                    continue;
                }
                if self.breaks.first() == Some(&self.seen) {
                    self.breaks.remove(0);
                    if at > start {
                        parts.push(Part::Text(text[start..at].trim_end().to_owned()));
                    }
                    self.end_line(parts);
                    start = at;
                }
                self.seen += 1;
            }
            parts.push(Part::Text(text[start..].to_owned()));
        }
    }

    fn end_line(&self, parts: &mut Vec<Part>) {
        let edge = |opens: bool| {
            edges::edge(&self.styles, opens, self.room).map(|part| match part {
                Part::Piece { text, look, .. } => Part::Piece { text, look, of: Some(self.of) },
                other => other,
            })
        };
        parts.extend(edge(false));
        let look = Look { breaks: true, ..Look::default() };
        parts.push(Part::Piece { text: "\n".to_owned(), look, of: None });
        parts.extend(edge(true));
    }
}
