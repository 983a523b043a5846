//! In which order an element's content is painted (CSS 2.2, appendix E).

use std::collections::HashSet;

use blitz_dom::{BaseDocument, Node, NodeId};
use kurbo::Affine;
use style::computed_values::mix_blend_mode::T as MixBlendMode;
use style::properties::ComputedValues;
use style::values::computed::{Float, PositionProperty};
use style::values::generics::basic_shape::GenericClipPath;
use style::values::specified::box_::{DisplayInside, DisplayOutside};

use super::boxes::Boxes;
use super::{Element, Painter, effects, style as styles};
use crate::display::{Layer, Shape};

impl<'a> Painter<'a> {
    /// Text and children. A stacking context paints in this order: what has a negative `z-index`, the
    /// flow, positioned boxes and contexts at level 0, what has a positive `z-index`.
    pub(super) fn content(&mut self, element: &Element<'_>) {
        let node = element.node;
        let Some(context) = node.stacking_context.as_ref().filter(|_| !self.only_text) else {
            self.flow(element);
            return;
        };
        let outer = std::mem::take(&mut self.deferred);
        for child in context.neg_z_hoisted_children() {
            self.far(element, child.node_id);
        }
        self.flow(element);
        self.in_tree_order(0, node.id);
        let mut next = 0;
        while let Some(&child) = self.deferred.get(next) {
            next += 1;
            // What it defers in turn comes directly after it.
            let later = self.deferred.split_off(next);
            self.far(element, child);
            self.in_tree_order(next, node.id);
            self.deferred.extend(later);
        }
        for child in context.pos_z_hoisted_children() {
            self.far(element, child.node_id);
        }
        self.deferred = outer;
    }

    /// The flow: the boxes of blocks, then floats, then text and what stands on its lines, then outlines.
    fn flow(&mut self, element: &Element<'_>) {
        let mut later = Vec::new();
        self.blocks(element, &mut later);
        self.lines_of(element);
        for step in [Step::Floats, Step::Lines, Step::Outlines] {
            for item in later.iter().filter(|item| item.step() == step) {
                match item {
                    Later::Whole { node, transform, .. } => self.element(node, *transform),
                    Later::Lines(element) => {
                        self.recorder.set_node(crate::display::Node(element.node.id.as_u64()));
                        self.lines_of(element);
                        self.link(element);
                    }
                    Later::Cut(element, clip) => {
                        self.recorder.push(Layer { clip: Some(clip.clone()), ..Layer::default() });
                        self.flow(element);
                        self.recorder.pop();
                        self.link(element);
                    }
                    Later::Outline(element) => {
                        self.recorder.set_node(crate::display::Node(element.node.id.as_u64()));
                        self.outline(element);
                    }
                }
            }
        }
    }

    fn lines_of(&mut self, element: &Element<'_>) {
        if styles::is_visible(&element.style) || self.has_inline_elements(element) {
            self.inline_text(element);
        }
        if styles::is_visible(&element.style) {
            self.marker(element);
        }
    }

    /// Paints the boxes of the blocks in an element, and collects what is painted after all of them.
    fn blocks(&mut self, element: &Element<'_>, later: &mut Vec<Later<'a>>) {
        let is_flow =
            matches!(element.style.clone_display().inside(), DisplayInside::Flow | DisplayInside::FlowRoot);
        let children = element.node.paint_children.borrow();
        for &child in children.iter().flatten() {
            let Some(node) = self.document.get_node(child) else { continue };
            if !self.only_text && is_positioned_level(node) {
                self.deferred.push(node.id);
                continue;
            }
            let part = if is_flow { self.block(node, element) } else { None };
            match part {
                None => {
                    let float =
                        node.primary_styles().is_some_and(|styles| styles.clone_float() != Float::None);
                    later.push(Later::Whole { node, transform: element.transform, float });
                }
                Some(block) => {
                    self.recorder.set_node(crate::display::Node(node.id.as_u64()));
                    if !self.only_text && styles::is_visible(&block.style) {
                        self.box_of(&block);
                    }
                    if !self.only_text && styles::is_visible(&block.style) && has_outline(&block.style) {
                        let (style, boxes) = (block.style.clone(), block.boxes.clone());
                        let Element { transform, node, .. } = block;
                        later.push(Later::Outline(Element { node, style, boxes, transform, pieces: None }));
                    }
                    match effects::overflow_clip(&block, self.document) {
                        Some(clip) => later.push(Later::Cut(block, clip)),
                        None => {
                            self.blocks(&block, later);
                            later.push(Later::Lines(block));
                        }
                    }
                }
            }
        }
    }

    /// A child that is a block in the flow and nothing more: its box and its content are painted apart.
    fn block(&mut self, node: &'a Node, parent: &Element<'_>) -> Option<Element<'a>> {
        let style = node.primary_styles().map(|styles| (*styles).clone())?;
        let display = style.clone_display();
        let inside = display.inside();
        let is_block = display.outside() == DisplayOutside::Block
            && matches!(
                inside,
                DisplayInside::Flow | DisplayInside::FlowRoot | DisplayInside::Flex | DisplayInside::Grid
            )
            && style.clone_float() == Float::None;
        let is_replaced =
            node.element_data().is_some_and(|data| matches!(&*data.name.local, "img" | "svg" | "canvas"));
        if !is_block || is_replaced || !self.shifts.is_empty() || styles::is_gone(node, &style) {
            return None;
        }
        let effects = style.get_effects();
        if !effects.backdrop_filter.0.is_empty() {
            return None;
        }
        let offset = self.location(node);
        let boxes = Boxes::of(node, &style, self.scale);
        Some(Element { node, style, boxes, transform: parent.transform.pre_translate(offset), pieces: None })
    }

    /// A box deeper within a stacking context, cut as the boxes between the two cut it.
    fn far(&mut self, context: &Element<'_>, id: NodeId) {
        let Some(child) = self.document.get_node(id) else { return };
        let mut between = Vec::new();
        let mut at = child.containing_block();
        while let Some(id) = at.filter(|id| *id != context.node.id) {
            let Some(node) = self.document.get_node(id) else { break };
            between.push(node);
            at = node.containing_block();
        }
        // What is fixed to the frame is not contained in the context.
        let mut transform = if at.is_some() { context.transform } else { Affine::IDENTITY };
        let mut clips = 0;
        for node in between.into_iter().rev() {
            transform = transform.pre_translate(self.location(node));
            let Some(style) = node.primary_styles().map(|styles| (*styles).clone()) else { continue };
            let boxes = Boxes::of(node, &style, self.scale);
            let clip = effects::overflow_clip(
                &Element { node, style, boxes, transform, pieces: None },
                self.document,
            );
            if let Some(clip) = clip {
                self.recorder.push(Layer { clip: Some(clip), ..Layer::default() });
                clips += 1;
            }
        }
        self.element(child, transform);
        for _ in 0..clips {
            self.recorder.pop();
        }
    }

    /// Sorts what was deferred from `start` on: the engine has positioned boxes after stacking contexts.
    fn in_tree_order(&mut self, start: usize, root: NodeId) {
        let found = &mut self.deferred[start..];
        if found.len() > 1 {
            found.sort_by_cached_key(|id| place_in_tree(self.document, *id, root));
        }
    }
}

/// What is painted after the boxes of blocks.
enum Later<'a> {
    /// A box that is painted in one go.
    Whole {
        node: &'a Node,
        transform: Affine,
        float: bool,
    },
    /// The text of a block.
    Lines(Element<'a>),
    /// All that is in a block that cuts it.
    Cut(Element<'a>, Shape),
    Outline(Element<'a>),
}

/// When it is painted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Floats,
    Lines,
    Outlines,
}

impl Later<'_> {
    fn step(&self) -> Step {
        match self {
            Self::Whole { float: true, .. } => Step::Floats,
            Self::Outline(_) => Step::Outlines,
            _ => Step::Lines,
        }
    }
}

fn has_outline(styles: &ComputedValues) -> bool {
    !styles.get_outline().outline_style.none_or_hidden()
}

/// The indices of the children on the way from `root` to the node.
fn place_in_tree(document: &BaseDocument, id: NodeId, root: NodeId) -> Vec<usize> {
    let mut path = Vec::new();
    let mut at = id;
    while at != root {
        let Some(parent) = document.get_node(at).and_then(|node| node.parent) else { break };
        let Some(node) = document.get_node(parent) else { break };
        let index = node.children.iter().position(|child| *child == at).map(|index| index + 1);
        // `::before` is the first child, and `::after` the last.
        path.push(index.unwrap_or(if node.before() == Some(at) { 0 } else { usize::MAX }));
        at = parent;
    }
    path.reverse();
    path
}

/// Whether the box is painted with the positioned ones at level 0 (boxes at other levels are not among the
/// children).
fn is_positioned_level(node: &Node) -> bool {
    node.stacking_context.is_some()
        || node
            .primary_styles()
            .is_some_and(|styles| styles.clone_position() != PositionProperty::Static || blends(&styles))
}

fn blends(styles: &ComputedValues) -> bool {
    styles.get_effects().mix_blend_mode != MixBlendMode::Normal
}

/// The elements whose group those within them must not see through: the stacking contexts that hold something
/// that blends, and the backdrop roots (Filter Effects 2, §2.1) that hold something with a filtered backdrop
/// and are no groups by themselves.
pub(super) fn isolating(document: &BaseDocument) -> HashSet<NodeId> {
    let mut found = HashSet::new();
    for (_, node) in document.tree().iter() {
        let Some(styles) = node.primary_styles() else { continue };
        let mut around = std::iter::successors(parent(document, node), |node| parent(document, node));
        let context = if blends(&styles) {
            around.find(|node| node.stacking_context.is_some() || is(node, blends))
        } else if filters_backdrop(&styles) {
            around.find(|node| is(node, |styles| filters_backdrop(styles) || clips(styles)))
        } else {
            None
        };
        // The root's group is the frame, which holds the canvas, too.
        let is_inner = |node: &&Node| parent(document, node).is_some_and(Node::is_element);
        found.extend(context.filter(is_inner).map(|node| node.id));
    }
    found
}

fn parent<'a>(document: &'a BaseDocument, node: &Node) -> Option<&'a Node> {
    document.get_node(node.parent?)
}

fn is(node: &Node, test: impl Fn(&ComputedValues) -> bool) -> bool {
    node.primary_styles().is_some_and(|styles| test(&styles))
}

fn filters_backdrop(styles: &ComputedValues) -> bool {
    !styles.get_effects().backdrop_filter.0.is_empty()
}

fn clips(styles: &ComputedValues) -> bool {
    !matches!(styles.get_svg().clip_path, GenericClipPath::None)
}
