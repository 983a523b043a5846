//! The boxes of `::before` and `::after`.
//!
//! The engine makes them as it makes the boxes of an inline container and of its children, but not for
//! inline elements within inline elements (blitz-dom 0.3.0-beta.4, `flush_inline_pseudos_recursive` in
//! src/layout/construct.rs, asks for the display of the wrong node). So they are made here, the same way.

use blitz_dom::node::NodeFlags;
use blitz_dom::{BaseDocument, ElementData, Node, NodeData, NodeId, QualName, local_name, ns};

use super::{REBUILD, Styles};

/// Indices of pseudo-elements, as the engine has them.
fn index(before: bool) -> usize {
    usize::from(before)
}

/// What a pseudo-element shows; `None` when it is not there.
pub(super) fn shown<'a>(document: &'a BaseDocument, owner: &Node, before: bool) -> Option<&'a str> {
    let own = document.get_node(owner.pe_by_index(index(before))?)?;
    let text = own.children.first().and_then(|&id| document.get_node(id)).and_then(Node::text_data);
    Some(text.map_or("", |text| text.content.as_str()))
}

/// Has a pseudo-element show a text in a style.
pub(super) fn show(document: &mut BaseDocument, owner: NodeId, before: bool, style: &Styles, text: String) {
    let Some(node) = document.get_node(owner) else { return };
    let is_in_document = node.flags.contains(NodeFlags::IS_IN_DOCUMENT);
    let own = match node.pe_by_index(index(before)).filter(|id| document.get_node(*id).is_some()) {
        Some(own) => own,
        None => {
            let name = QualName { prefix: None, ns: ns!(html), local: local_name!("div") };
            let own =
                document.create_node(NodeData::AnonymousBlock(Box::new(ElementData::new(name, Vec::new()))));
            if let Some(node) = document.get_node_mut(own) {
                node.parent = Some(owner);
                node.layout_parent.set(Some(owner));
                node.flags.set(NodeFlags::IS_IN_DOCUMENT, is_in_document);
            }
            if let Some(node) = document.get_node_mut(owner) {
                node.set_pe_by_index(index(before), Some(own));
            }
            own
        }
    };
    let child = document.get_node(own).and_then(|node| node.children.first().copied());
    match child.and_then(|id| document.get_node_mut(id)).and_then(Node::text_data_mut) {
        Some(shown) => shown.content = text,
        None => {
            let child = document.create_text_node(&text);
            if let Some(child) = document.get_node_mut(child) {
                child.parent = Some(own);
            }
            if let Some(node) = document.get_node_mut(own) {
                node.children.push(child);
            }
        }
    }
    if let Some(data) = document.get_node_mut(own).and_then(Node::element_data_mut) {
        let mut data = data.stylo_element_data.ensure_init_mut();
        data.styles.primary = Some(style.clone());
        data.set_restyled();
        data.damage = REBUILD;
    }
    if let Some(node) = document.get_node_mut(owner) {
        node.insert_damage(REBUILD);
    }
}

/// Takes a pseudo-element away that nothing asks for any more.
pub(super) fn remove(document: &mut BaseDocument, owner: NodeId, before: bool) {
    if let Some(node) = document.get_node_mut(owner) {
        node.set_pe_by_index(index(before), None);
        node.insert_damage(REBUILD);
    }
}
