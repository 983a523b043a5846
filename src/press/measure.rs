//! Reads off the laid-out document how text and boxes lie. All lengths are CSS pixels.

use blitz_dom::{BaseDocument, Node, NodeData, NodeId};

/// Differences that rounding makes.
const TOLERANCE: f32 = 1.0;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Box4 {
    pub left: f32,
    pub top: f32,
    pub right: f32,
    pub bottom: f32,
}

impl Box4 {
    pub(super) fn holds_across(&self, other: &Self, slack: f32) -> bool {
        other.left >= self.left - slack && other.right <= self.right + slack
    }

    fn holds_down(&self, other: &Self) -> bool {
        other.top >= self.top - TOLERANCE && other.bottom <= self.bottom + TOLERANCE
    }

    pub(super) fn holds(&self, other: &Self) -> bool {
        self.holds_across(other, TOLERANCE) && self.holds_down(other)
    }
}

/// The border box in the document's coordinates, transforms left aside.
pub(super) fn border_box(node: &Node) -> Box4 {
    let at = node.absolute_position(0.0, 0.0);
    let size = node.final_layout().size;
    Box4 { left: at.x, top: at.y, right: at.x + size.width, bottom: at.y + size.height }
}

/// The part of the border box that takes room in the parent: a negative margin lets it reach beyond.
pub(super) fn claimed_box(node: &Node) -> Box4 {
    let outer = border_box(node);
    let margin = node.final_layout().margin;
    Box4 {
        left: outer.left - margin.left.min(0.0),
        top: outer.top - margin.top.min(0.0),
        right: outer.right + margin.right.min(0.0),
        bottom: outer.bottom + margin.bottom.min(0.0),
    }
}

pub(super) fn content_box(node: &Node) -> Box4 {
    let outer = border_box(node);
    let layout = node.final_layout();
    Box4 {
        left: outer.left + layout.border.left + layout.padding.left,
        top: outer.top + layout.border.top + layout.padding.top,
        right: outer.right - layout.border.right - layout.padding.right,
        bottom: outer.bottom - layout.border.bottom - layout.padding.bottom,
    }
}

/// The lines of a node that lays out text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lines {
    pub count: usize,
    /// Around the text of all lines, white space at their ends left out.
    pub bounds: Box4,
}

pub(super) fn lines(node: &Node) -> Option<Lines> {
    let text = node.element_data()?.inline_layout_data.as_ref()?;
    let scale = text.layout.scale().max(f32::MIN_POSITIVE);
    let content = content_box(node);
    let mut bounds: Option<Box4> = None;
    let mut count = 0;
    for line in text.layout.lines() {
        let metrics = line.metrics();
        let width = metrics.advance - metrics.hanging_advance;
        if line.text_range().is_empty() && width <= 0.0 {
            continue;
        }
        count += 1;
        let left = content.left + (metrics.inline_min_coord + metrics.offset) / scale;
        // Half of the leading lies above the baseline's middle, half below; an em is about 4/5 above it.
        let middle = content.top
            + text.block_offset
            + (metrics.block_min_coord + metrics.block_max_coord) / 2.0 / scale;
        let half =
            (metrics.block_max_coord - metrics.block_min_coord).abs().min(metrics.line_height) / 2.0 / scale;
        let line = Box4 { left, top: middle - half, right: left + width / scale, bottom: middle + half };
        bounds = Some(match bounds {
            Some(all) => Box4 {
                left: all.left.min(line.left),
                top: all.top.min(line.top),
                right: all.right.max(line.right),
                bottom: all.bottom.max(line.bottom),
            },
            None => line,
        });
    }
    bounds.map(|bounds| Lines { count, bounds })
}

/// Calls `visit` for every node below `id` (itself included) that lays out text.
pub(super) fn inline_roots<'a>(document: &'a BaseDocument, id: NodeId, visit: &mut dyn FnMut(&'a Node)) {
    let Some(node) = document.get_node(id) else { return };
    if node.element_data().is_some_and(|element| element.inline_layout_data.is_some()) {
        visit(node);
    }
    if let Some(children) = node.layout_children.borrow().as_ref() {
        for &child in children {
            inline_roots(document, child, visit);
        }
    }
}

/// The text nodes below `id` in document order.
pub(super) fn text_nodes(document: &BaseDocument, id: NodeId, out: &mut Vec<(NodeId, String)>) {
    let Some(node) = document.get_node(id) else { return };
    match &node.data {
        NodeData::Text(text) => out.push((id, text.content.clone())),
        NodeData::Element(element) if matches!(&*element.name.local, "style" | "script" | "svg") => {}
        _ => node.children.iter().for_each(|&child| text_nodes(document, child, out)),
    }
}

/// An element as people recognise it: `<h1 class="name">`.
pub(super) fn describe(document: &BaseDocument, id: NodeId) -> String {
    let mut at = Some(id);
    while let Some(node) = at.and_then(|id| document.get_node(id)) {
        if let NodeData::Element(element) = &node.data {
            let name = &element.name.local;
            let attribute =
                |key: &str| element.attrs().iter().find(|a| &*a.name.local == key).map(|a| a.value.clone());
            return match (attribute("id"), attribute("class")) {
                (Some(id), _) => format!("<{name} id=\"{id}\">"),
                (None, Some(class)) if !class.is_empty() => format!("<{name} class=\"{class}\">"),
                _ => format!("<{name}>"),
            };
        }
        at = node.parent.or_else(|| node.layout_parent.get());
    }
    "the page".to_owned()
}

/// A text as messages show it: without the signs that lines are set with.
pub(super) fn excerpt(text: &str) -> String {
    let is_sign =
        |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2064}' | '\u{2066}'..='\u{2069}');
    let text: String = text.chars().filter(|c| !is_sign(*c)).collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= 40 {
        return text;
    }
    text.chars().take(39).chain(['…']).collect()
}

/// The node and all around it, inside out.
pub(super) fn self_and_ancestors(document: &BaseDocument, id: NodeId) -> impl Iterator<Item = &Node> {
    let outer = |node: &&Node| node.parent.or_else(|| node.layout_parent.get());
    std::iter::successors(document.get_node(id), move |node| document.get_node(outer(node)?))
}

/// Elements with `data-overflow="ignore"` may be cut off: they are decoration, or it is meant.
pub(super) fn opted_out(document: &BaseDocument, id: NodeId) -> bool {
    self_and_ancestors(document, id).any(|node| {
        node.attrs().is_some_and(|attrs| {
            attrs.iter().any(|a| &*a.name.local == "data-overflow" && a.value.trim() == "ignore")
        })
    })
}
