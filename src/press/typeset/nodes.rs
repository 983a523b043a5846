//! The nodes that are put into the document for the time of one resolution.

use std::collections::HashMap;

use blitz_dom::node::NodeFlags;
use blitz_dom::{BaseDocument, ElementData, Node, NodeData, NodeId, QualName, ns};
use style::Zero as _;
use style::computed_values::white_space_collapse::T as WhiteSpaceCollapse;
use style::properties::ComputedValues;
use style::servo_arc::Arc;
use style::values::computed::font::LineHeight;
use style::values::computed::text::GenericLetterSpacing;
use style::values::computed::{
    AlignmentBaseline, BaselineShift, Display, Float, Length, LengthPercentage, PositionProperty,
    TextTransform,
};
use style::values::generics::NonNegative;

use super::plan::{Edit, Look, Part, Place};
use super::{REBUILD, Setting, Styles, edges, styles};
use crate::template::PIECE;

/// The name of the element of a first letter.
const INITIAL: &str = "byname-initial";

pub(super) fn is_ours(node: &Node) -> bool {
    node.is_anonymous()
        && node.element_data().is_some_and(|data| matches!(&*data.name.local, PIECE | INITIAL))
}

/// Nodes to stand before, after or in place of a child.
pub(super) struct Exchange {
    parent: NodeId,
    at: NodeId,
    place: Place,
    nodes: Vec<NodeId>,
}

/// Makes the nodes of a plan for lines of a width in CSS pixels, if it is known.
pub(super) fn make(
    document: &mut BaseDocument,
    edits: Vec<Edit>,
    room: Option<f32>,
    setting: &mut Setting,
    origins: &mut HashMap<NodeId, NodeId>,
) -> Vec<Exchange> {
    let mut out = Vec::new();
    for Edit { at, place, owner, parts } in edits {
        let Some(parent) = document.get_node(at).and_then(|node| node.parent) else { continue };
        let Some(styles) = styles(document, owner) else { continue };
        let mut nodes = Vec::new();
        for part in parts {
            let id = match part {
                Part::Text(text) => text_node(document, owner, &text),
                Part::Piece { text, look, of } => {
                    let (owner, styles) = match of.and_then(|of| Some((of, self::styles(document, of)?))) {
                        Some(other) => other,
                        None => (owner, styles.clone()),
                    };
                    let id = piece(document, owner, &text, &styles, look, place != Place::Instead);
                    setting.marks.push(id);
                    id
                }
                Part::Initial { text, styles } => {
                    let id = initial(document, owner, &text, &styles, room.unwrap_or(0.0));
                    setting.marks.push(id);
                    id
                }
            };
            origins.insert(id, at);
            nodes.push(id);
        }
        setting.nodes.extend(&nodes);
        out.push(Exchange { parent, at, place, nodes });
    }
    out
}

fn text_node(document: &mut BaseDocument, parent: NodeId, text: &str) -> NodeId {
    let id = document.create_text_node(text);
    if let Some(node) = document.get_node_mut(id) {
        node.parent = Some(parent);
    }
    id
}

fn element(document: &mut BaseDocument, name: &str, parent: NodeId, styles: Arc<ComputedValues>) -> NodeId {
    let name = QualName { prefix: None, ns: ns!(html), local: name.into() };
    let id = document.create_node(NodeData::AnonymousBlock(Box::new(ElementData::new(name, Vec::new()))));
    if let Some(node) = document.get_node_mut(id) {
        node.parent = Some(parent);
        node.layout_parent.set(Some(parent));
        if let Some(data) = node.element_data_mut() {
            let mut data = data.stylo_element_data.ensure_init_mut();
            data.styles.primary = Some(styles);
            data.set_restyled();
            data.damage = REBUILD;
        }
    }
    id
}

fn fill(document: &mut BaseDocument, id: NodeId, children: &[NodeId]) {
    if let Some(node) = document.get_node_mut(id) {
        node.children.extend(children.iter().copied());
    }
}

/// A piece within its owner, or beside it: there it stands as high as its owner does.
fn piece(
    document: &mut BaseDocument,
    owner: NodeId,
    text: &str,
    styles: &Styles,
    look: Look,
    beside: bool,
) -> NodeId {
    let mut styles = (**styles).clone();
    in_line(&mut styles);
    if !beside {
        let own = styles.mutate_box();
        own.alignment_baseline = AlignmentBaseline::Baseline;
        own.baseline_shift = BaselineShift::zero();
    }
    if let Some(scale) = look.scale {
        let size = &mut styles.mutate_font().font_size;
        let scaled = (size.computed_size.0.px() * scale).round();
        size.computed_size = NonNegative(Length::new(scaled));
        size.used_size = NonNegative(Length::new(scaled));
        styles.mutate_inherited_text().text_transform = TextTransform::none();
    }
    if let Some(spacing) = look.spacing {
        let text = styles.mutate_inherited_text();
        text.letter_spacing = GenericLetterSpacing(LengthPercentage::new_length(Length::new(spacing)));
        text.word_spacing = LengthPercentage::zero();
    }
    if let Some(rise) = look.rise {
        // Half of what a line is higher than its font lies below the baseline, and is taken back by this.
        styles.mutate_font().line_height = LineHeight::Length(NonNegative(Length::new(rise.height)));
        let shift = LengthPercentage::new_length(Length::new(rise.shift));
        styles.mutate_box().baseline_shift = BaselineShift::Length(shift);
    }
    if look.breaks {
        styles.mutate_inherited_text().white_space_collapse = WhiteSpaceCollapse::Preserve;
    }
    let id = element(document, PIECE, owner, Arc::new(styles));
    let text = text_node(document, id, text);
    fill(document, id, &[text]);
    id
}

/// Makes a box part of the line.
fn in_line(styles: &mut ComputedValues) {
    let own = styles.mutate_box();
    own.display = Display::Inline;
    own.float = Float::None;
    own.position = PositionProperty::Static;
}

/// The box of a first letter: on the line, or a float.
fn initial(document: &mut BaseDocument, owner: NodeId, text: &str, styles: &Styles, room: f32) -> NodeId {
    let mut own = (**styles).clone();
    own.mutate_box().position = PositionProperty::Static;
    let floats = styles.clone_float() != Float::None;
    if !floats {
        own.mutate_box().display = Display::Inline;
    }
    let id = element(document, INITIAL, owner, Arc::new(own));
    let text = text_node(document, id, text);
    if floats {
        fill(document, id, &[text]);
        if let Some(node) = document.get_node_mut(id) {
            node.flags.insert(NodeFlags::IS_IN_DOCUMENT);
        }
        return id;
    }
    let mut children = vec![text];
    for opens in [true, false] {
        if let Some(Part::Piece { text, look, .. }) = edges::edge(styles, opens, room) {
            let edge = piece(document, id, &text, styles, look, false);
            children.insert(if opens { 0 } else { children.len() }, edge);
        }
    }
    fill(document, id, &children);
    id
}

/// Puts nodes among the children of their parents. The answer is what the children were.
pub(super) fn exchange(document: &mut BaseDocument, edits: &[Exchange]) -> Vec<(NodeId, Vec<NodeId>)> {
    let mut parents: Vec<NodeId> = edits.iter().map(|edit| edit.parent).collect();
    parents.sort_unstable();
    parents.dedup();
    let mut of: HashMap<NodeId, Vec<&Exchange>> = HashMap::new();
    for edit in edits {
        of.entry(edit.at).or_default().push(edit);
    }
    let mut own = Vec::with_capacity(parents.len());
    for parent in parents {
        let Some(node) = document.get_node_mut(parent) else { continue };
        let children: Vec<NodeId> = node.children.iter().copied().collect();
        node.children.clear();
        for &child in &children {
            let of = of.get(&child).map_or(&[][..], Vec::as_slice);
            let put = |place: Place| {
                of.iter().filter(move |edit| edit.place == place).flat_map(|edit| edit.nodes.iter().copied())
            };
            node.children.extend(put(Place::Before));
            if of.iter().any(|edit| edit.place == Place::Instead) {
                node.children.extend(put(Place::Instead));
            } else {
                node.children.push(child);
            }
            node.children.extend(put(Place::After));
        }
        own.push((parent, children));
    }
    own
}

/// Puts the document's own children back.
pub(super) fn put_back(document: &mut BaseDocument, own: Vec<(NodeId, Vec<NodeId>)>) {
    for (parent, children) in own {
        if let Some(node) = document.get_node_mut(parent) {
            node.children.clear();
            node.children.extend(children);
        }
    }
}

/// Takes nodes away that no line names any more.
pub(super) fn drop(document: &mut BaseDocument, nodes: &[NodeId]) {
    for id in nodes {
        // Nothing in the document changes by it.
        if let Some(node) = document.get_node_mut(*id) {
            node.parent = None;
            node.flags.remove(NodeFlags::IS_IN_DOCUMENT);
        }
    }
    let mut mutator = document.mutate();
    for id in nodes {
        if mutator.doc.get_node(*id).is_some() {
            mutator.remove_and_drop_node(*id);
        }
    }
}
