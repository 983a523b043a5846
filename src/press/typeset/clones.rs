//! `box-decoration-break: clone` (CSS Fragmentation 3, §5.4): the edges of a box around all of the text are
//! on each line of it, so lines are broken here.

use std::ops::Range;

use blitz_dom::node::TextLayout;
use blitz_dom::{BaseDocument, NodeId};
use parley::BreakReason;
use style::computed_values::box_decoration_break::T as BoxDecorationBreak;
use style::properties::ComputedValues;
use style::values::specified::text::TextTransformCase;

use super::edges;
use super::passage::{Item, Passage};
use super::plan::{Look, Part};
use super::{Styles, styles};

/// Whether a box is cloned.
pub(super) fn asks(styles: &ComputedValues) -> bool {
    styles.clone_box_decoration_break() == BoxDecorationBreak::Clone
}

/// The ends of lines within a box.
pub(super) struct Clones {
    of: NodeId,
    styles: Styles,
    room: f32,
    /// Where lines begin, but for the first.
    breaks: std::iter::Peekable<std::vec::IntoIter<Place>>,
    /// How far the text was read.
    at: Place,
}

/// A place in a text, whatever its white space is: how many words come before it, and how many characters
/// of its own word. Case changes words as they are set, but not how many there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    words: usize,
    characters: usize,
}

impl Place {
    /// Passes a character that is set as `count` of them.
    fn pass(&mut self, c: char, count: usize) {
        if !c.is_whitespace() {
            self.characters += count;
        } else if self.characters > 0 {
            *self = Self { words: self.words + 1, characters: 0 };
        }
    }
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
    if items.next_back().copied() != Some(Item::Close(of))
        || items.any(|item| matches!(item, Item::Break(_) | Item::Atom))
    {
        return None;
    }
    let styles = styles(document, of).filter(|styles| asks(styles))?;
    let lines = document.get_node(passage.root)?.element_data()?.inline_layout_data.as_deref()?;
    let made = made(lines, passage);
    let mut layout = lines.layout.clone();
    let scale = layout.scale();
    let taken = edges::width(&styles, true, room) + edges::width(&styles, false, room);
    layout.break_all_lines(Some(((room - taken) * scale).max(0.0)));
    let wraps = |reason| matches!(reason, BreakReason::Regular | BreakReason::Emergency);
    let lines_end: Vec<usize> =
        layout.lines().filter(|line| wraps(line.break_reason())).map(|line| line.text_range().end).collect();
    let mut ends = lines_end.into_iter().peekable();
    let mut breaks = Vec::new();
    let mut place = Place::default();
    for (at, c) in lines.text.char_indices() {
        if made.iter().any(|range| range.contains(&at)) {
            continue;
        }
        while !c.is_whitespace() && ends.next_if(|end| *end <= at).is_some() {
            breaks.push(place);
        }
        place.pass(c, 1);
    }
    breaks.dedup();
    let breaks = breaks.into_iter().peekable();
    Some(Clones { of, styles, room, breaks, at: Place::default() }).filter(|clones| clones.breaks.len() > 0)
}

/// The text on lines that is no node's: markers of lists, and what is generated.
fn made(lines: &TextLayout, passage: &Passage) -> Vec<Range<usize>> {
    let is_read = |id: NodeId| passage.items.contains(&Item::Open(id));
    let clusters = lines.layout.lines().flat_map(|line| {
        let ranges = line.runs().flat_map(|run| {
            let clusters = run.clusters().filter(|cluster| !is_read(cluster.style().brush.id));
            clusters.map(|cluster| cluster.text_range()).collect::<Vec<_>>()
        });
        ranges.collect::<Vec<_>>()
    });
    clusters.collect()
}

impl Clones {
    /// Passes a text at which no line is broken.
    pub(super) fn pass(&mut self, text: &str, styles: &ComputedValues) {
        text.chars().for_each(|c| self.pass_one(c, styles));
    }

    fn pass_one(&mut self, c: char, styles: &ComputedValues) {
        // As how many characters it is set.
        let count = match styles.clone_text_transform().case() {
            TextTransformCase::Uppercase => c.to_uppercase().count(),
            TextTransformCase::Lowercase => c.to_lowercase().count(),
            TextTransformCase::Capitalize if self.at.characters == 0 => c.to_uppercase().count(),
            TextTransformCase::Capitalize | TextTransformCase::None | TextTransformCase::MathAuto => 1,
        };
        self.at.pass(c, count);
    }

    /// Breaks the texts among `parts`, from the one at `from` on.
    pub(super) fn split(&mut self, styles: &ComputedValues, parts: &mut Vec<Part>, from: usize) {
        for part in parts.split_off(from) {
            let text = match part {
                Part::Text(text) => text,
                part => {
                    if let Part::Piece { text, .. } = &part {
                        self.pass(text, styles);
                    }
                    parts.push(part);
                    continue;
                }
            };
            let mut start = 0;
            for (at, c) in text.char_indices() {
                let mut ends = false;
                while !c.is_whitespace() && self.breaks.next_if(|place| *place <= self.at).is_some() {
                    ends = true;
                }
                if ends {
                    if at > start {
                        parts.push(Part::Text(text[start..at].trim_end().to_owned()));
                    }
                    self.end_line(parts);
                    start = at;
                }
                self.pass_one(c, styles);
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
