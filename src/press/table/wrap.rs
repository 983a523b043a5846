//! Rows and cells around what lies in a table and in no cell of it (CSS Tables 3, §2.2). The engine leaves it
//! out, so nodes of ours stand among the children while tables are laid out. The boxes keep them.

use blitz_dom::node::NodeFlags;
use blitz_dom::{BaseDocument, ElementData, Node, NodeData, NodeId, QualName, ns};
use style::properties::ComputedValues;
use style::servo_arc::Arc;
use style::values::computed::Display;
use style::values::specified::box_::DisplayInside;

use super::{RELAYOUT, relayout_above};
use crate::paint::is_caption;
use crate::press::generate::REBUILD;

const NAME: &str = "byname-cell";

/// What wrapping changed for the time being.
#[derive(Default)]
pub(super) struct Wrapped {
    /// The children that nodes had.
    own: Vec<(NodeId, Vec<NodeId>)>,
    /// What lies in cells of ours.
    moved: Vec<NodeId>,
    made: Vec<NodeId>,
}

/// What a node is to the table that it lies in.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Group,
    Row,
    Cell,
    /// A caption or a column.
    Aside,
    /// What has no box in the flow.
    Nothing,
    /// Its children count in its place.
    Contents,
    Other,
}

impl Kind {
    fn of(document: &BaseDocument, id: NodeId) -> Self {
        let Some(node) = document.get_node(id) else { return Self::Nothing };
        match &node.data {
            NodeData::Text(text) if text.content.trim_ascii().is_empty() => return Self::Nothing,
            NodeData::Text(_) => return Self::Other,
            _ => {}
        }
        let Some(styles) = node.primary_styles() else { return Self::Nothing };
        let display = styles.clone_display();
        if display.is_none() || styles.clone_position().is_absolutely_positioned() {
            return Self::Nothing;
        }
        match display.inside() {
            _ if is_caption(&styles) => Self::Aside,
            DisplayInside::Contents => Self::Contents,
            DisplayInside::TableColumn | DisplayInside::TableColumnGroup => Self::Aside,
            DisplayInside::TableRowGroup
            | DisplayInside::TableHeaderGroup
            | DisplayInside::TableFooterGroup => Self::Group,
            DisplayInside::TableRow => Self::Row,
            DisplayInside::TableCell => Self::Cell,
            _ => Self::Other,
        }
    }

    /// Whether a box of ours is to go around it, within a row or around one.
    fn is_wrapped(self, in_row: bool) -> bool {
        match self {
            Self::Other => true,
            Self::Cell => !in_row,
            Self::Group | Self::Row => in_row,
            Self::Aside | Self::Nothing | Self::Contents => false,
        }
    }
}

impl Wrapped {
    /// Wraps what lies in these tables, and has their boxes made anew where there is any. The answer is
    /// whether there is.
    pub(super) fn wrap(&mut self, document: &mut BaseDocument, tables: impl Iterator<Item = NodeId>) -> bool {
        let moved = self.moved.len();
        let mut changed = Vec::new();
        for table in tables {
            let before = self.own.len();
            let kinds: Vec<Kind> =
                children(document, table).iter().map(|id| Kind::of(document, *id)).collect();
            // Cells alone make up one row without our help.
            if !kinds.iter().all(|kind| matches!(kind, Kind::Cell | Kind::Nothing)) {
                self.wrap_children(document, table, false);
            }
            if self.own.len() > before {
                changed.push(table);
            }
        }
        for &id in &self.moved[moved..] {
            below(document, id, &mut |node| {
                node.insert_damage(REBUILD);
                node.invalidate_layout_cache();
            });
        }
        for &table in &changed {
            if let Some(node) = document.get_node_mut(table) {
                node.insert_damage(REBUILD);
            }
        }
        if changed.is_empty() {
            return false;
        }
        document.resolve_layout_children();
        document.resolve_deferred_tasks();
        for &table in &changed {
            relayout_above(document, table);
        }
        document.resolve_layout();
        true
    }

    fn wrap_children(&mut self, document: &mut BaseDocument, parent: NodeId, in_row: bool) {
        let own = children(document, parent);
        let kinds: Vec<Kind> = own.iter().map(|id| Kind::of(document, *id)).collect();
        let mut all = Vec::with_capacity(own.len());
        let mut at = 0;
        while at < own.len() {
            if !kinds[at].is_wrapped(in_row) {
                match kinds[at] {
                    Kind::Group | Kind::Contents => self.wrap_children(document, own[at], in_row),
                    Kind::Row => self.wrap_children(document, own[at], true),
                    _ => {}
                }
                all.push(own[at]);
                at += 1;
                continue;
            }
            // What has no box is taken along where it lies between.
            let goes_on = |kind: &Kind| kind.is_wrapped(in_row) || *kind == Kind::Nothing;
            let run = kinds[at..].iter().take_while(|kind| goes_on(kind)).count();
            let last = kinds[at..at + run].iter().rposition(|kind| kind.is_wrapped(in_row)).unwrap_or(0);
            let inside = &own[at..=at + last];
            let display = if in_row { Display::TableCell } else { Display::TableRow };
            if let Some(wrapper) = wrapper(document, parent, inside, display) {
                all.push(wrapper);
                self.made.push(wrapper);
                if in_row {
                    self.moved.extend(inside);
                } else {
                    self.wrap_children(document, wrapper, true);
                }
            }
            at += last + 1;
        }
        if all != own {
            set_children(document, parent, &all);
            self.own.push((parent, own));
        }
    }

    /// Puts the document's own children back, without a word to the engine.
    pub(super) fn put_back(self, document: &mut BaseDocument) {
        for id in self.moved {
            below(document, id, &mut |node| node.remove_damage(REBUILD.difference(RELAYOUT)));
        }
        for (parent, own) in self.own.into_iter().rev() {
            // Boxes of ours keep what they were made of.
            if !self.made.contains(&parent) {
                set_children(document, parent, &own);
            }
        }
        for id in self.made {
            let Some(node) = document.get_node_mut(id) else { continue };
            let data = std::mem::replace(&mut node.data, NodeData::Comment { contents: String::new() });
            node.data = match data {
                NodeData::Element(element) => NodeData::AnonymousBlock(element),
                data => data,
            };
        }
    }
}

/// Drops the nodes of ours that tables were laid out with before.
pub(super) fn forget(document: &mut BaseDocument) {
    let ours: Vec<NodeId> =
        document.tree().iter().filter(|(_, node)| is_ours(node)).map(|(id, _)| id).collect();
    for &id in &ours {
        if let Some(node) = document.get_node_mut(id) {
            node.parent = None;
            node.children.clear();
            node.flags.remove(NodeFlags::IS_IN_DOCUMENT);
        }
    }
    let mut mutator = document.mutate();
    for id in ours {
        mutator.remove_and_drop_node(id);
    }
}

fn is_ours(node: &Node) -> bool {
    node.is_anonymous() && node.element_data().is_some_and(|data| &*data.name.local == NAME)
}

fn children(document: &BaseDocument, id: NodeId) -> Vec<NodeId> {
    document.get_node(id).map(|node| node.children.to_vec()).unwrap_or_default()
}

fn set_children(document: &mut BaseDocument, id: NodeId, children: &[NodeId]) {
    if let Some(node) = document.get_node_mut(id) {
        node.children.clear();
        node.children.extend(children.iter().copied());
    }
}

/// Visits a node and all that lie in it.
fn below(document: &mut BaseDocument, id: NodeId, visit: &mut dyn FnMut(&mut Node)) {
    let Some(node) = document.get_node_mut(id) else { return };
    visit(node);
    let pseudos = [node.before(), node.after()];
    let inside: Vec<NodeId> = node.children.iter().copied().chain(pseudos.into_iter().flatten()).collect();
    inside.into_iter().for_each(|id| below(document, id, visit));
}

/// A box around children of a node, that inherits from it.
fn wrapper(
    document: &mut BaseDocument,
    parent: NodeId,
    inside: &[NodeId],
    display: Display,
) -> Option<NodeId> {
    let around = document.get_node(parent)?.primary_styles().map(|styles| (*styles).clone())?;
    let styles = anonymous(&around, document.stylist_device().default_computed_values_arc(), display);
    let name = QualName { prefix: None, ns: ns!(html), local: NAME.into() };
    // A table looks only at elements (blitz-dom 0.3.0-beta.4, `collect_table_cells` in src/layout/table.rs).
    let id = document.create_node(NodeData::Element(Box::new(ElementData::new(name, Vec::new()))));
    let node = document.get_node_mut(id)?;
    node.parent = Some(parent);
    node.layout_parent.set(Some(parent));
    node.flags.insert(NodeFlags::IS_IN_DOCUMENT);
    node.children.extend(inside.iter().copied());
    let mut data = node.element_data_mut()?.stylo_element_data.ensure_init_mut();
    data.styles.primary = Some(Arc::new(styles));
    data.set_restyled();
    data.damage = REBUILD;
    Some(id)
}

/// The style of a box without an element: what is not inherited is as it is initially.
fn anonymous(parent: &ComputedValues, initial: &ComputedValues, display: Display) -> ComputedValues {
    let mut own = parent.clone();
    own.mutate_background().clone_from(initial.get_background());
    own.mutate_border().clone_from(initial.get_border());
    own.mutate_box().clone_from(initial.get_box());
    own.mutate_column().clone_from(initial.get_column());
    own.mutate_counters().clone_from(initial.get_counters());
    own.mutate_effects().clone_from(initial.get_effects());
    own.mutate_margin().clone_from(initial.get_margin());
    own.mutate_outline().clone_from(initial.get_outline());
    own.mutate_padding().clone_from(initial.get_padding());
    own.mutate_position().clone_from(initial.get_position());
    own.mutate_svg().clone_from(initial.get_svg());
    own.mutate_table().clone_from(initial.get_table());
    own.mutate_text().clone_from(initial.get_text());
    own.mutate_ui().clone_from(initial.get_ui());
    own.mutate_box().display = display;
    own
}
