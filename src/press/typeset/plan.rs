//! What is put in place of text nodes and around inline elements.

use blitz_dom::{BaseDocument, NodeId};
use style::computed_values::white_space_collapse::T as WhiteSpaceCollapse;

use super::emphasis::Marks;
use super::passage::{self, Item, Passage};
use super::{Styles, caps, clones, direction, edges, initial, styles, tabs};

/// Something put into the document for the engine to set.
pub(super) enum Part {
    /// Text as it is.
    Text(String),
    /// Text that the engine sets in another way than the rest of its element, or than that of another one.
    Piece { text: String, look: Look, of: Option<NodeId> },
    /// Text in a style of its own: the letter that `::first-letter` applies to, or a marker.
    Initial { text: String, styles: Styles },
}

impl Part {
    pub(super) fn piece(text: &str, look: Look) -> Self {
        Self::Piece { text: text.to_owned(), look, of: None }
    }
}

/// How a piece differs from the text around it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Look {
    /// Factor to the size of its font.
    pub scale: Option<f32>,
    /// Room after each of its characters, in CSS pixels.
    pub spacing: Option<f32>,
    /// Room on its line.
    pub rise: Option<Rise>,
    /// It ends its line.
    pub breaks: bool,
}

/// A line's height and how far its baseline lies above the text's, in CSS pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rise {
    pub height: f32,
    pub shift: f32,
}

/// Where parts are put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Before,
    Instead,
    After,
}

pub(super) struct Edit {
    /// The text node or the element at which parts are put in.
    pub at: NodeId,
    pub place: Place,
    /// The element that the parts belong to.
    pub owner: NodeId,
    pub parts: Vec<Part>,
}

/// What a passage needs. `room` is how wide its lines are, in CSS pixels; while that is not known, what
/// depends on it is left out.
pub(super) fn plan(document: &BaseDocument, passage: &Passage, room: Option<f32>) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    let text_of =
        |id: NodeId| document.get_node(id).and_then(|node| Some(node.text_data()?.content.as_str()));
    let mut initial = passage.initial.as_ref().and_then(|styles| {
        let mut found = initial::find(document, &passage.items)?;
        found.styles = Some(styles.clone());
        Some(found)
    });
    let turns = document.get_node(passage.root).is_some_and(direction::may_turn);
    let mut stops = tabs::Stops::find(document, passage.root);
    let mut clones = room.and_then(|room| clones::find(document, passage, room));
    let mut marks = Marks::find(document, passage);
    let room = room.unwrap_or(0.0);
    let marker = passage.marker.as_ref().and_then(|marker| marker.part(document, passage));
    // White space before an edge and after it would be two spaces, where CSS has one.
    let (mut after_space, mut edge_since) = (true, marker.is_some());
    edits.extend(marker.map(|part| Edit {
        at: passage.key,
        place: Place::Before,
        owner: passage.root,
        parts: vec![part],
    }));
    for (index, item) in passage.items.iter().enumerate() {
        match *item {
            Item::Open(id) | Item::Close(id) => {
                let Some(styles) = styles(document, id) else { continue };
                let opens = matches!(item, Item::Open(_));
                let place = if opens { Place::Before } else { Place::After };
                let mut parts: Vec<Part> = Vec::new();
                if let Some(edge) = edges::edge(&styles, opens, room) {
                    stops.pass(edges::width_at(&styles, opens, room));
                    parts.push(edge);
                }
                edge_since |= !parts.is_empty();
                if direction::applies(&styles, || turns)
                    && let Some(sign) = direction::sign(&styles, opens)
                {
                    let at = if opens { 0 } else { parts.len() };
                    parts.insert(at, Part::piece(sign, Look::default()));
                }
                if !parts.is_empty() {
                    edits.push(Edit { at: id, place, owner: id, parts });
                }
            }
            Item::Text { node, owner } => {
                let (Some(content), Some(styles)) = (text_of(node), styles(document, owner)) else {
                    continue;
                };
                let mut parts = Vec::new();
                let mut text = content;
                if let Some(found) = initial.as_mut()
                    && let Some(end) = found.taken.remove(&node)
                {
                    text = &content[end..];
                    if let Some(clones) = &mut clones {
                        clones.pass(&content[..end], &styles);
                    }
                    if let Some(marks) = &mut marks {
                        marks.pass(owner, &content[..end]);
                    }
                    if let Some(styles) = found.styles.take() {
                        parts.push(Part::Initial { text: std::mem::take(&mut found.text), styles });
                    }
                    after_space = false;
                }
                if styles.get_inherited_text().white_space_collapse == WhiteSpaceCollapse::Collapse {
                    let is_space = |c: char| c.is_ascii_whitespace();
                    if after_space && edge_since {
                        text = text.trim_start_matches(is_space);
                    }
                    if ends_line(&passage.items[index + 1..])
                        && edges::closes(document, &passage.items[index + 1..], room)
                    {
                        text = text.trim_end_matches(is_space);
                    }
                    after_space = match text.chars().next_back() {
                        Some(last) => is_space(last),
                        None => after_space,
                    };
                } else {
                    after_space = false;
                }
                edge_since &= text.is_empty();
                let from = parts.len();
                tabs::split(&styles, text, &mut stops, &mut parts);
                if let Some(clones) = &mut clones {
                    clones.split(&styles, &mut parts, from);
                }
                caps::split(document, passage.root, owner, &styles, &mut parts, from);
                if let Some(marks) = &mut marks {
                    marks.split(owner, &styles, &mut parts, from);
                }
                // The engine sets text of elements without a box as that of the element around them.
                if styles.clone_display().is_contents() {
                    for part in &mut parts[from..] {
                        if let Part::Text(text) = part {
                            *part = Part::piece(text, Look::default());
                        }
                    }
                }
                let is_whole = matches!(&*parts, [Part::Text(only)] if only == content);
                if !is_whole {
                    edits.push(Edit { at: node, place: Place::Instead, owner, parts });
                }
            }
            Item::Break(id) => {
                let node = document.get_node(id);
                let raised = node.filter(|node| passage::is_raised_break(document, node));
                edits.extend(raised.and_then(|node| node.parent).map(|owner| {
                    let look = Look { breaks: true, ..Look::default() };
                    Edit { at: id, place: Place::Instead, owner, parts: vec![Part::piece("\n", look)] }
                }));
                stops.end_line();
                (after_space, edge_since) = (false, false);
            }
            Item::Atom => (after_space, edge_since) = (false, false),
        }
    }
    edits
}

/// Whether nothing more stands on the line.
fn ends_line(rest: &[Item]) -> bool {
    rest.iter().all(|item| matches!(item, Item::Close(_)))
}
