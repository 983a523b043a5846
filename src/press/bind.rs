//! Slots in the document: found once, then patched with what a record's binding changes.

use blitz_dom::{DocumentMutator, NodeData, NodeId, QualName, local_name};
use blitz_traits::net::Url;

use super::document::plain_name;
use crate::template::{Binding, MARKER_END, MARKER_START, Slot, SlotId};

/// What patching needs to know of the document.
pub(super) struct Context<'a> {
    pub base: &'a Url,
    pub root: NodeId,
    /// The colorway's declarations, which stay when a slot sets the root's style.
    pub root_style: &'a str,
}

/// The slots of one level: of the document, of a branch that is there, or of one round of a loop.
#[derive(Debug, Default)]
pub(super) struct Scope {
    /// In growing order of their numbers.
    places: Vec<(SlotId, Place)>,
}

#[derive(Debug)]
enum Place {
    /// A text node; and the elements that stand before it in place of text.
    Text {
        node: NodeId,
        markup: Vec<NodeId>,
    },
    Attribute {
        node: NodeId,
        name: QualName,
    },
    /// The only text node of a `<style>`, `<title>` or `<textarea>`.
    Raw {
        node: NodeId,
    },
    Block {
        close: NodeId,
        branches: Vec<Vec<NodeId>>,
        rounds: Vec<Round>,
    },
}

/// What a block shows: the branch taken, or a round of a loop.
#[derive(Debug)]
struct Round {
    branch: usize,
    nodes: Vec<NodeId>,
    scope: Scope,
}

impl Scope {
    /// Finds the slots in and below `nodes`. Branches of blocks are taken out of the document and kept
    /// as patterns. Fails with a block whose ends lie in different elements.
    pub(super) fn scan(mutator: &mut DocumentMutator<'_>, nodes: &[NodeId]) -> Result<Self, SlotId> {
        let mut scope = Self::default();
        for &node in nodes {
            scope.find(mutator, node)?;
        }
        scope.places.sort_by_key(|(id, _)| *id);
        Ok(scope)
    }

    fn find(&mut self, mutator: &mut DocumentMutator<'_>, id: NodeId) -> Result<(), SlotId> {
        let Some(node) = mutator.doc.get_node(id) else { return Ok(()) };
        match &node.data {
            NodeData::Text(text) => {
                if text.content.contains(MARKER_START) {
                    let content = text.content.clone();
                    self.find_text(mutator, id, &content);
                }
                return Ok(());
            }
            NodeData::Element(element) => {
                for attribute in element.attrs() {
                    if let Some(slot) = whole_marker(&attribute.value) {
                        self.places.push((slot, Place::Attribute { node: id, name: attribute.name.clone() }));
                    }
                }
            }
            _ => {}
        }
        let contents = mutator.try_template_contents(id);
        let children = mutator.child_ids(id);
        let mut at = 0;
        while at < children.len() {
            let child = children[at];
            match comment(mutator, child).and_then(opening) {
                Some(slot) => at = self.find_block(mutator, slot, &children, at)?,
                None => {
                    if let Some(slot) = comment(mutator, child).and_then(closing) {
                        return Err(slot);
                    }
                    self.find(mutator, child)?;
                }
            }
            at += 1;
        }
        if let Some(contents) = contents {
            self.find(mutator, contents)?;
        }
        Ok(())
    }

    /// Takes the branches of the block that opens at `children[from]` out; the index of its closing comment.
    fn find_block(
        &mut self,
        mutator: &mut DocumentMutator<'_>,
        slot: SlotId,
        children: &[NodeId],
        from: usize,
    ) -> Result<usize, SlotId> {
        let mut branches = vec![Vec::new()];
        for (at, &child) in children.iter().enumerate().skip(from + 1) {
            let text = comment(mutator, child);
            if text.and_then(closing) == Some(slot) {
                for &node in branches.iter().flatten() {
                    mutator.remove_node(node);
                }
                self.places.push((slot, Place::Block { close: child, branches, rounds: Vec::new() }));
                return Ok(at);
            }
            match text.and_then(divider) {
                Some((divided, _)) if divided == slot => branches.push(Vec::new()),
                _ => branches.last_mut().expect("there is a first branch").push(child),
            }
        }
        Err(slot)
    }

    /// Splits a text node at its markers, so that each slot has a node of its own.
    fn find_text(&mut self, mutator: &mut DocumentMutator<'_>, id: NodeId, content: &str) {
        let raw_parent = mutator
            .parent_id(id)
            .and_then(|parent| mutator.element_name(parent))
            .is_some_and(|name| matches!(&*name.local, "style" | "title" | "textarea"));
        if raw_parent && let Some(slot) = whole_marker(content) {
            self.places.push((slot, Place::Raw { node: id }));
            return;
        }
        let mut nodes = Vec::new();
        let mut rest = content;
        while let Some(start) = rest.find(MARKER_START) {
            let inner = &rest[start + MARKER_START.len_utf8()..];
            let Some(end) = inner.find(MARKER_END) else { break };
            if start > 0 {
                nodes.push(mutator.create_text_node(&rest[..start]));
            }
            let node = mutator.create_text_node("");
            nodes.push(node);
            if let Ok(number) = inner[..end].parse() {
                self.places.push((SlotId(number), Place::Text { node, markup: Vec::new() }));
            }
            rest = &inner[end + MARKER_END.len_utf8()..];
        }
        if !rest.is_empty() {
            nodes.push(mutator.create_text_node(rest));
        }
        mutator.insert_nodes_before(id, &nodes);
        mutator.remove_and_drop_node(id);
    }

    /// Makes the document show `next`. `shown` is what it shows now. True when nodes came or went.
    pub(super) fn patch(
        &mut self,
        mutator: &mut DocumentMutator<'_>,
        shown: Option<&Binding>,
        next: &Binding,
        context: &Context<'_>,
    ) -> bool {
        let mut structure = false;
        for (id, place) in &mut self.places {
            let Some(slot) = next.get(*id) else { continue };
            let old = shown.and_then(|shown| shown.get(*id));
            if old != Some(slot) {
                structure |= place.patch(mutator, old, slot, context);
            }
        }
        structure
    }

    /// Drops the patterns of the blocks in this level; its shown nodes go with their parents.
    fn drop_patterns(self, mutator: &mut DocumentMutator<'_>) {
        for (_, place) in self.places {
            if let Place::Block { branches, rounds, .. } = place {
                for node in branches.into_iter().flatten() {
                    mutator.remove_and_drop_node(node);
                }
                for round in rounds {
                    round.scope.drop_patterns(mutator);
                }
            }
        }
    }
}

impl Place {
    fn patch(
        &mut self,
        mutator: &mut DocumentMutator<'_>,
        old: Option<&Slot>,
        slot: &Slot,
        context: &Context<'_>,
    ) -> bool {
        match (self, slot) {
            (Self::Text { node, markup }, Slot::Text(text)) => {
                let had_markup = !markup.is_empty();
                for element in markup.drain(..) {
                    mutator.remove_and_drop_node(element);
                }
                mutator.set_node_text(*node, text);
                redraw_svg(mutator, *node);
                had_markup
            }
            (Self::Text { node, markup }, Slot::Markup(svg)) => {
                for element in markup.drain(..) {
                    mutator.remove_and_drop_node(element);
                }
                mutator.set_node_text(*node, "");
                let holder = mutator.create_element(html_name("div"), Vec::new());
                mutator.set_inner_html(holder, svg);
                *markup = mutator.child_ids(holder).to_vec();
                mutator.insert_nodes_before(*node, markup);
                mutator.remove_and_drop_node(holder);
                true
            }
            (Self::Attribute { node, name }, Slot::Attribute(value)) => {
                set_attribute(mutator, *node, name, value.as_deref(), context);
                redraw_svg(mutator, *node);
                false
            }
            (Self::Raw { node }, Slot::Raw(text)) => {
                mutator.set_node_text(*node, text);
                false
            }
            (Self::Block { close, branches, rounds }, Slot::If { branch, inner }) => {
                if let (Some(round), Some(branch), Some(Slot::If { inner: shown, .. })) =
                    (rounds.first_mut(), *branch, old)
                    && round.branch == branch
                {
                    return round.scope.patch(mutator, Some(shown), inner, context);
                }
                clear(mutator, rounds, 0);
                if let Some(branch) = *branch {
                    rounds.extend(Round::show(mutator, branches, branch, *close, inner, context));
                }
                redraw_svg(mutator, *close);
                true
            }
            (Self::Block { close, branches, rounds }, Slot::For { items, otherwise }) => {
                let shown: &[Binding] = match old {
                    Some(Slot::For { items, .. }) => items,
                    _ => &[],
                };
                // What is not a round of the loop is its `else`.
                if rounds.first().is_some_and(|round| round.branch != 0) {
                    clear(mutator, rounds, 0);
                }
                let mut structure = rounds.len() != items.len();
                clear(mutator, rounds, items.len());
                for (index, item) in items.iter().enumerate() {
                    match rounds.get_mut(index) {
                        Some(round) => {
                            structure |= round.scope.patch(mutator, shown.get(index), item, context);
                        }
                        None => rounds.extend(Round::show(mutator, branches, 0, *close, item, context)),
                    }
                }
                if let Some(otherwise) = otherwise {
                    structure = true;
                    rounds.extend(Round::show(mutator, branches, 1, *close, otherwise, context));
                }
                redraw_svg(mutator, *close);
                structure
            }
            _ => false,
        }
    }
}

impl Round {
    /// Copies a branch's pattern into the document, before the block's closing comment.
    fn show(
        mutator: &mut DocumentMutator<'_>,
        branches: &[Vec<NodeId>],
        branch: usize,
        close: NodeId,
        binding: &Binding,
        context: &Context<'_>,
    ) -> Option<Self> {
        let pattern = branches.get(branch)?;
        // The copies hang on an element of their own until their slots are filled.
        let holder = mutator.create_element(html_name("div"), Vec::new());
        let copies: Vec<NodeId> = pattern.iter().map(|&node| mutator.deep_clone_node(node)).collect();
        mutator.append_children(holder, &copies);
        // The pattern was scanned with the document, so its blocks are known to be whole.
        let mut scope = Scope::scan(mutator, &[holder]).unwrap_or_default();
        // Before markup comes among them: it comes and goes, these stay.
        let nodes = mutator.child_ids(holder).to_vec();
        scope.patch(mutator, None, binding, context);
        let filled = mutator.child_ids(holder).to_vec();
        mutator.insert_nodes_before(close, &filled);
        mutator.remove_and_drop_node(holder);
        Some(Self { branch, nodes, scope })
    }
}

/// Takes all rounds from `keep` on out of the document.
fn clear(mutator: &mut DocumentMutator<'_>, rounds: &mut Vec<Round>, keep: usize) {
    for round in rounds.drain(keep.min(rounds.len())..) {
        // Blocks and markup of this level may have added siblings that the list of nodes does not have.
        for node in round.top_nodes(mutator) {
            mutator.remove_and_drop_node(node);
        }
        round.scope.drop_patterns(mutator);
    }
}

impl Round {
    /// All nodes of this round that are children of the block's parent.
    fn top_nodes(&self, mutator: &DocumentMutator<'_>) -> Vec<NodeId> {
        let Some(&first) = self.nodes.first() else { return Vec::new() };
        let Some(parent) = mutator.parent_id(first) else { return self.nodes.clone() };
        let last = *self.nodes.last().expect("there is a first");
        let children = mutator.child_ids(parent);
        // Whatever came later stands between a block's two comments, or before a text's node: inside.
        let from = children.iter().position(|&child| child == first);
        let to = children.iter().position(|&child| child == last);
        match (from, to) {
            (Some(from), Some(to)) => {
                let from = from - self.leading_markup(mutator, &children, from);
                children[from..=to].to_vec()
            }
            _ => self.nodes.clone(),
        }
    }

    /// Markup stands before its text node, which may be the first of the round.
    fn leading_markup(&self, _: &DocumentMutator<'_>, children: &[NodeId], from: usize) -> usize {
        self.scope
            .places
            .iter()
            .filter_map(|(_, place)| match place {
                Place::Text { node, markup } if *node == self.nodes[0] => {
                    Some(markup.iter().filter(|id| children[..from].contains(id)).count())
                }
                _ => None,
            })
            .next()
            .unwrap_or(0)
    }
}

pub(super) fn set_attribute(
    mutator: &mut DocumentMutator<'_>,
    node: NodeId,
    name: &QualName,
    value: Option<&str>,
    context: &Context<'_>,
) {
    let local: &str = &name.local;
    let is_image = mutator.element_name(node).is_some_and(|element| &*element.local == "img");
    if local == "src" && is_image {
        // Whatever comes of the new picture, the one of the record before must not stay.
        if let Some(element) = mutator.doc.get_node_mut(node).and_then(|node| node.element_data_mut()) {
            element.special_data.take();
        }
    }
    let style;
    let value = match value {
        Some(value) if local == "style" && node == context.root => {
            style = format!("{value};{}", context.root_style);
            Some(style.as_str())
        }
        None if local == "style" && node == context.root && !context.root_style.is_empty() => {
            Some(context.root_style)
        }
        // The document cannot take an address that does not parse.
        Some(value) if matches!(local, "src" | "href") && context.base.join(value).is_err() => Some(""),
        value => value,
    };
    match value {
        Some(value) => mutator.set_attribute(node, name.clone(), value),
        None => mutator.clear_attribute(node, name.clone()),
    }
}

/// Inline SVG is read again only when its own element changes; and what was read for the record before
/// must not stay when the new one cannot be.
fn redraw_svg(mutator: &mut DocumentMutator<'_>, node: NodeId) {
    let mut at = Some(node);
    let mut outermost = None;
    while let Some(id) = at {
        if mutator.element_name(id).is_some_and(|name| &*name.local == "svg") {
            outermost = Some(id);
        }
        at = mutator.parent_id(id);
    }
    let Some(svg) = outermost else { return };
    let name = plain_name("data-byname-drawn");
    let turn = match mutator.doc.get_node(svg).and_then(|node| node.attr(name.local.clone())) {
        Some("0") => "1",
        _ => "0",
    };
    mutator.set_attribute(svg, name, turn);
    if let Some(element) = mutator.doc.get_node_mut(svg).and_then(|node| node.element_data_mut()) {
        element.special_data.take();
    }
}

fn html_name(name: &str) -> QualName {
    QualName { prefix: None, ns: blitz_dom::ns!(html), local: name.into() }
}

fn comment<'a>(mutator: &'a DocumentMutator<'_>, node: NodeId) -> Option<&'a str> {
    match &mutator.doc.get_node(node)?.data {
        NodeData::Comment { contents } => Some(contents.as_str()),
        _ => None,
    }
}

fn opening(text: &str) -> Option<SlotId> {
    text.strip_prefix("byname:")?.parse().ok().map(SlotId)
}

fn closing(text: &str) -> Option<SlotId> {
    text.strip_prefix("/byname:")?.parse().ok().map(SlotId)
}

fn divider(text: &str) -> Option<(SlotId, usize)> {
    let (slot, branch) = text.strip_prefix("byname:")?.split_once('|')?;
    Some((SlotId(slot.parse().ok()?), branch.parse().ok()?))
}

/// The slot whose marker is all that `text` holds.
fn whole_marker(text: &str) -> Option<SlotId> {
    let number = text.strip_prefix(MARKER_START)?.strip_suffix(MARKER_END)?;
    number.parse().ok().map(SlotId)
}

/// True for the attributes that a browser would load something from.
pub(super) fn image_source(node: &blitz_dom::Node) -> Option<&str> {
    let element = node.element_data()?;
    (&*element.name.local == "img").then(|| element.attr(local_name!("src")))?
}
