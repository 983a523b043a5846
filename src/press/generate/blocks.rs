//! Lines beside a block that `::before` or `::after` makes.
//!
//! Whether a box has lines or blocks, the engine asks its children and not its pseudo-elements (blitz-dom
//! 0.3.0-beta.4, `classify_flow_children` in src/layout/construct.rs): a block among the latter would stand
//! on the first or the last line. An empty block among the children has it ask.

use blitz_dom::node::NodeFlags;
use blitz_dom::{BaseDocument, ElementData, Node, NodeData, NodeId, QualName, ns};
use style::properties::ComputedValues;
use style::servo_arc::Arc;
use style::values::computed::{Display, Float, PositionProperty};
use style::values::specified::box_::{DisplayInside, DisplayOutside};

use super::{REBUILD, Styles};

const NAME: &str = "byname-block";

/// The empty block among the children.
pub(super) fn standing(document: &BaseDocument, owner: &Node) -> Option<NodeId> {
    let mut children = owner.children.iter().filter_map(|id| document.get_node(*id));
    children.find(|child| is_ours(child)).map(|child| child.id)
}

fn is_ours(node: &Node) -> bool {
    node.is_anonymous() && node.element_data().is_some_and(|data| &*data.name.local == NAME)
}

/// Whether an element of this style needs one for pseudo-elements of these styles.
pub(super) fn is_wanted(
    document: &BaseDocument,
    owner: &Node,
    styles: &ComputedValues,
    pseudos: [Option<Styles>; 2],
) -> bool {
    let display = styles.clone_display();
    let mut children = owner.children.iter().filter_map(|id| document.get_node(*id));
    display != Display::Inline
        && matches!(
            display.inside(),
            DisplayInside::Flow | DisplayInside::FlowRoot | DisplayInside::TableCell
        )
        && pseudos.iter().flatten().any(|styles| is_block(styles))
        && !children.any(|child| !is_ours(child) && child.is_or_contains_block())
}

/// A block in the flow.
fn is_block(styles: &ComputedValues) -> bool {
    let in_flow = matches!(
        styles.clone_position(),
        PositionProperty::Static | PositionProperty::Relative | PositionProperty::Sticky
    );
    in_flow
        && styles.clone_display().outside() == DisplayOutside::Block
        && styles.clone_float() == Float::None
}

/// Puts one among the children.
pub(super) fn put(document: &mut BaseDocument, owner: NodeId) {
    let mut styles = (**document.stylist_device().default_computed_values_arc()).clone();
    styles.mutate_box().display = Display::Block;
    let name = QualName { prefix: None, ns: ns!(html), local: NAME.into() };
    let id = document.create_node(NodeData::AnonymousBlock(Box::new(ElementData::new(name, Vec::new()))));
    if let Some(node) = document.get_node_mut(id) {
        node.parent = Some(owner);
        node.layout_parent.set(Some(owner));
        node.flags.insert(NodeFlags::IS_IN_DOCUMENT);
        if let Some(data) = node.element_data_mut() {
            let mut data = data.stylo_element_data.ensure_init_mut();
            data.styles.primary = Some(Arc::new(styles));
            data.set_restyled();
            data.damage = REBUILD;
        }
    }
    if let Some(node) = document.get_node_mut(owner) {
        node.children.push(id);
        node.insert_damage(REBUILD);
    }
}

/// Takes it away again.
pub(super) fn take(document: &mut BaseDocument, owner: NodeId) {
    let Some(id) = document.get_node(owner).and_then(|node| standing(document, node)) else { return };
    document.mutate().remove_and_drop_node(id);
    if let Some(node) = document.get_node_mut(owner) {
        node.insert_damage(REBUILD);
    }
}
