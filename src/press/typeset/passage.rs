//! The content of one block of lines, in the order in which it is read.

use std::collections::HashMap;

use blitz_dom::{BaseDocument, Node, NodeData, NodeId};
use style::properties::ComputedValues;
use style::values::computed::{AlignmentBaseline, BaselineShift, Clear, Float};
use style::values::specified::box_::{DisplayInside, DisplayOutside};

use super::super::generate::Generated;
use super::marker::{self, Marker};
use super::{Styles, caps, clones, direction, edges, emphasis, initial, nodes, styles, tabs};

/// What lines are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    /// An inline element begins.
    Open(NodeId),
    Close(NodeId),
    /// A text node, in an element.
    Text {
        node: NodeId,
        owner: NodeId,
    },
    /// A line break.
    Break(NodeId),
    /// An atomic box.
    Atom,
}

/// What the setting of a passage depends on.
#[derive(Clone)]
pub(super) struct Input {
    node: NodeId,
    styles: Styles,
    text: String,
}

impl PartialEq for Input {
    fn eq(&self, other: &Self) -> bool {
        // Styles that are kept alive are the same as long as their place is.
        self.node == other.node && std::ptr::eq(&*self.styles, &*other.styles) && self.text == other.text
    }
}

/// A block of lines that needs to be set by us.
pub(super) struct Passage {
    /// Its first node, by which it is known.
    pub key: NodeId,
    /// The box whose lines these are.
    pub root: NodeId,
    /// The element whose boxes have to be made anew to set it.
    pub container: NodeId,
    pub items: Vec<Item>,
    /// The style of `::first-letter`, if this is where it applies.
    pub initial: Option<Styles>,
    /// The marker of the list item that begins here, if it needs anything.
    pub marker: Option<Marker>,
    pub inputs: Vec<Input>,
    /// Whether what it needs depends on how wide its lines and the boxes on them are, too.
    pub depends_on_width: bool,
    /// Whether that is for a table to say.
    pub in_cell: bool,
    /// Whether any of its text has emphasis marks.
    pub is_marked: bool,
    /// Whether it lies in a table, if it has marks.
    pub is_in_cell: bool,
}

impl Passage {
    /// The passage whose lines a box has; `None` where the engine's are right.
    pub(super) fn find(
        document: &BaseDocument,
        root: &Node,
        origins: &HashMap<NodeId, NodeId>,
        generated: &Generated,
    ) -> Option<Self> {
        if is_made(document, root) {
            return None;
        }
        let initial = initial::style(document, root);
        let marker = marker::find(document, root, generated);
        let own = |id: &NodeId| origins.get(id).copied().unwrap_or(*id);
        if initial.is_none()
            && marker.is_none()
            && !root.children.iter().any(|id| needs(document, own(id), root))
        {
            return None;
        }
        // Whatever stands in for them, the children in the document.
        let mut children: Vec<NodeId> = root.children.iter().map(own).collect();
        children.dedup();
        let container = if root.is_anonymous() { root.parent? } else { root.id };
        let mut items = Vec::new();
        for id in &children {
            read(document, *id, &mut items);
        }
        let input = |item: &Item| {
            let (node, owner, text) = match *item {
                Item::Open(id) => (id, id, String::new()),
                Item::Text { node, owner } => {
                    (node, owner, document.get_node(node)?.text_data()?.content.clone())
                }
                Item::Close(_) | Item::Break(_) | Item::Atom => return None,
            };
            Some(Input { node, styles: styles(document, owner)?, text })
        };
        let mut inputs: Vec<Input> = items.iter().filter_map(input).collect();
        inputs.extend(initial.iter().map(|styles| Input {
            node: container,
            styles: styles.clone(),
            text: String::new(),
        }));
        inputs.extend(marker.iter().map(|marker| Input {
            node: container,
            styles: marker.styles.clone(),
            text: marker.said().to_owned(),
        }));
        let is_marked = items.iter().any(|item| is_marked(document, item));
        let own_width = initial.as_ref().is_some_and(|styles| edges::has_percentages(styles))
            || items.iter().any(|item| depends_on_width(document, item));
        let is_in_cell = (own_width || is_marked) && is_in_cell(document, root);
        let depends_on_width = own_width || is_marked && !is_in_cell;
        Some(Self {
            key: *children.first()?,
            root: root.id,
            container,
            items,
            initial,
            marker,
            inputs,
            depends_on_width,
            in_cell: own_width && is_in_cell,
            is_marked,
            is_in_cell,
        })
    }
}

fn is_in_cell(document: &BaseDocument, root: &Node) -> bool {
    let outer = |node: &&Node| node.layout_parent.get().or(node.parent);
    std::iter::successors(Some(root), |node| document.get_node(outer(node)?))
        .any(|node| node.flags.is_table_root())
}

fn is_marked(document: &BaseDocument, item: &Item) -> bool {
    let Item::Text { node, owner } = *item else { return false };
    let text = document.get_node(node).and_then(|node| node.text_data());
    text.zip(styles(document, owner)).is_some_and(|(text, styles)| emphasis::apply(&styles, &text.content))
}

fn depends_on_width(document: &BaseDocument, item: &Item) -> bool {
    let is = |id: NodeId, test: &dyn Fn(&ComputedValues) -> bool| {
        styles(document, id).is_some_and(|styles| test(&styles))
    };
    match *item {
        Item::Open(id) => is(id, &|styles| edges::has_percentages(styles) || clones::asks(styles)),
        // Boxes before a tab and what is generated there move it.
        Item::Text { node, owner } => is(owner, &|styles| {
            let text = document.get_node(node).and_then(|node| node.text_data());
            text.is_some_and(|text| tabs::apply(styles, &text.content))
        }),
        Item::Close(_) | Item::Break(_) | Item::Atom => false,
    }
}

/// Generated boxes keep their text as it is, and so do our own.
fn is_made(document: &BaseDocument, root: &Node) -> bool {
    let owner = root.parent.and_then(|id| document.get_node(id));
    nodes::is_ours(root)
        || root.is_anonymous()
            && owner.is_none_or(|owner| owner.before() == Some(root.id) || owner.after() == Some(root.id))
}

/// How an element takes part in lines: `None` for what stands on them as one box.
pub(super) fn is_inline(node: &Node, styles: &ComputedValues) -> bool {
    let name = node.element_data().map_or("", |data| &*data.name.local);
    let display = styles.clone_display();
    display.outside() == DisplayOutside::Inline
        && display.inside() == DisplayInside::Flow
        && styles.clone_float() == Float::None
        && !matches!(
            name,
            "img" | "svg" | "canvas" | "input" | "textarea" | "button" | "video" | "iframe" | "br"
        )
}

/// Whether a node within `root` is set otherwise than the engine does.
fn needs(document: &BaseDocument, id: NodeId, root: &Node) -> bool {
    let Some(node) = document.get_node(id) else { return false };
    match &node.data {
        NodeData::Text(text) => {
            let Some(owner) = node.parent.and_then(|id| document.get_node(id)) else { return false };
            owner.primary_styles().is_some_and(|styles| {
                caps::apply(&styles, &text.content)
                    || tabs::apply(&styles, &text.content)
                    || emphasis::apply(&styles, &text.content)
                    || styles.clone_display().is_contents()
            })
        }
        NodeData::Element(_) => {
            let Some(styles) = node.primary_styles() else { return false };
            let is_contents = styles.clone_display().is_contents();
            let inline = is_inline(node, &styles);
            is_raised_break(document, node)
                || (inline
                    && (edges::apply(&styles) || direction::applies(&styles, || direction::may_turn(root))))
                || ((inline || is_contents) && node.children.iter().any(|id| needs(document, *id, root)))
        }
        _ => false,
    }
}

/// Whether a line break stands off the baseline that the text around it has: the engine takes what an element
/// says about its own for that of its line breaks within it.
pub(super) fn is_raised_break(document: &BaseDocument, node: &Node) -> bool {
    let is_raised = |styles: &ComputedValues| {
        let own = styles.get_box();
        own.clone_alignment_baseline() != AlignmentBaseline::Baseline
            || own.clone_baseline_shift() != BaselineShift::zero()
    };
    node.element_data().is_some_and(|data| &*data.name.local == "br")
        && node.primary_styles().is_some_and(|styles| styles.clone_clear() == Clear::None)
        && node
            .parent
            .and_then(|id| document.get_node(id)?.primary_styles())
            .is_some_and(|styles| is_raised(&styles))
}

fn read(document: &BaseDocument, id: NodeId, items: &mut Vec<Item>) {
    let Some(node) = document.get_node(id) else { return };
    match &node.data {
        NodeData::Text(_) => items.extend(node.parent.map(|owner| Item::Text { node: id, owner })),
        NodeData::Element(_) => {
            let Some(styles) = node.primary_styles() else { return };
            let display = styles.clone_display();
            if is_inline(node, &styles) {
                items.push(Item::Open(id));
                node.children.iter().for_each(|id| read(document, *id, items));
                items.push(Item::Close(id));
            } else if display.is_contents() {
                node.children.iter().for_each(|id| read(document, *id, items));
            } else if !display.is_none() {
                let is_break = node.element_data().is_some_and(|data| &*data.name.local == "br");
                items.push(if is_break { Item::Break(id) } else { Item::Atom });
            }
        }
        _ => {}
    }
}
