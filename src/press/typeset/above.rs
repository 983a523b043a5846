//! What is above the first line of a block that Chromium lets marks reach into.

use blitz_dom::node::TextLayout;
use blitz_dom::{BaseDocument, Node};
use style::computed_values::position::T as Position;
use style::properties::ComputedValues;
use style::values::computed::{Float, Overflow};
use style::values::specified::box_::{DisplayInside, DisplayOutside};

pub(super) struct Room<'a> {
    /// Padding and margins, in CSS pixels.
    pub gap: f32,
    /// The lines directly above.
    pub lines: Option<&'a TextLayout>,
}

/// The room above a block's lines; `None` where nothing of a block is shared with what is outside.
pub(super) fn room<'a>(document: &'a BaseDocument, block: &Node) -> Option<Room<'a>> {
    if !flows(document, block) {
        return None;
    }
    let before = before(document, block);
    let lines = before.filter(|node| flows(document, node)).and_then(|node| {
        let padding = node.unrounded_layout().padding.bottom;
        node.element_data()?.inline_layout_data.as_deref().filter(|_| padding == 0.0)
    });
    Some(Room { gap: block.unrounded_layout().padding.top + margin(document, block), lines })
}

/// The margin above a block with all that it collapses with.
fn margin(document: &BaseDocument, block: &Node) -> f32 {
    let top = block.unrounded_layout().location.y;
    if let Some(before) = before(document, block) {
        let layout = before.unrounded_layout();
        return top - layout.location.y - layout.size.height;
    }
    let Some(parent) = outer(document, block) else { return 0.0 };
    let layout = parent.unrounded_layout();
    let inset = layout.border.top + layout.padding.top;
    let own = top - inset;
    if inset == 0.0 && flows(document, parent) { own + margin(document, parent) } else { own }
}

fn outer<'a>(document: &'a BaseDocument, node: &Node) -> Option<&'a Node> {
    document.get_node(node.layout_parent.get().or(node.parent)?)
}

/// The box in the flow before a block, within the same parent.
fn before<'a>(document: &'a BaseDocument, block: &Node) -> Option<&'a Node> {
    let children = outer(document, block)?.layout_children.borrow();
    let children = children.iter().flatten().take_while(|id| **id != block.id);
    let in_flow = |node: &&Node| {
        let is_shown = |styles: &ComputedValues| {
            !styles.clone_display().is_none() && styles.clone_float() == Float::None
        };
        !node.is_out_of_flow() && node.primary_styles().is_none_or(|styles| is_shown(&styles))
    };
    children.filter_map(|id| document.get_node(*id)).filter(in_flow).last()
}

/// Whether a block takes part in the flow that it is in.
fn flows(document: &BaseDocument, block: &Node) -> bool {
    let is_flow = |styles: &ComputedValues| styles.clone_display().inside() == DisplayInside::Flow;
    let is_in_flow = |styles: &ComputedValues| {
        is_flow(styles)
            && styles.clone_display().outside() == DisplayOutside::Block
            && styles.clone_float() == Float::None
            && matches!(styles.clone_position(), Position::Static | Position::Relative | Position::Sticky)
            && styles.clone_overflow_x() == Overflow::Visible
            && styles.clone_overflow_y() == Overflow::Visible
    };
    let holds = |styles: &ComputedValues| {
        matches!(styles.clone_display().inside(), DisplayInside::Flow | DisplayInside::FlowRoot)
    };
    let styles = |node: &Node, is: &dyn Fn(&ComputedValues) -> bool| {
        node.primary_styles().is_some_and(|styles| is(&styles))
    };
    (block.is_anonymous() || styles(block, &is_in_flow))
        && outer(document, block).is_some_and(|parent| styles(parent, &holds))
}
