//! Makes text fit its box: `data-fit`, `data-lines`, `text-overflow: ellipsis` and `line-clamp`. Text is
//! shrunk or cut by patching the document, so that what is painted was really laid out; everything is
//! taken back before the next record.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::ops::Range;

use blitz_dom::{BaseDocument, Node, NodeData, NodeId};
use icu::properties::CodePointMapData;
use icu::properties::props::BidiClass;
use icu::segmenter::GraphemeClusterSegmenter;
use style::computed_values::direction::T as Direction;
use style::values::computed::Overflow;
use style::values::specified::text::TextOverflowSide;

use super::Live;
use super::document::plain_name;
use super::measure::{
    Box4, claimed_box, content_box, describe, excerpt, inline_roots, lines, opted_out, text_nodes,
};
use crate::diagnostic::Diagnostic;
use crate::template::{FITTING, FitMinimum, fitting_problem, mirror};

/// Without `data-fit-min`, text shrinks to this part of its size at most.
const DEFAULT_MINIMUM: f32 = 0.5;
/// Font sizes are tried in steps of this many CSS pixels.
const STEP: f32 = 0.5;

/// What lengths that are equal may differ by, in CSS pixels.
const ROUNDING: f32 = 1.0 / 64.0;

const ELLIPSIS: &str = "…";

/// What was done to the document for the record shown, and what it may be done to.
#[derive(Default)]
pub(super) struct Fitting {
    /// Elements with `data-fit` or `data-lines`.
    asked: Vec<NodeId>,
    texts: Vec<(NodeId, String)>,
    /// Text nodes that were put in.
    added: Vec<NodeId>,
    /// The `style` attributes as they were.
    styles: Vec<(NodeId, Option<String>)>,
}

impl Fitting {
    /// Finds the elements that ask to be fitted, after elements came or went.
    pub(super) fn rescan(&mut self, document: &BaseDocument) {
        self.asked.clear();
        let mut stack = vec![document.root_node().id];
        while let Some(id) = stack.pop() {
            let Some(node) = document.get_node(id) else { continue };
            if let NodeData::Element(element) = &node.data
                && element.attrs().iter().any(|a| matches!(&*a.name.local, "data-fit" | "data-lines"))
            {
                self.asked.push(id);
            }
            stack.extend(node.children.iter().rev());
        }
    }

    /// Takes back what was done.
    pub(super) fn undo(&mut self, document: &mut BaseDocument) {
        if self.texts.is_empty() && self.styles.is_empty() {
            return;
        }
        let mut mutator = document.mutate();
        for node in self.added.drain(..) {
            mutator.remove_and_drop_node(node);
        }
        for (node, text) in self.texts.drain(..) {
            mutator.set_node_text(node, &text);
        }
        for (node, style) in self.styles.drain(..) {
            match style {
                Some(style) => mutator.set_attribute(node, plain_name("style"), &style),
                None => mutator.clear_attribute(node, plain_name("style")),
            }
        }
    }
}

/// What an element asks for.
#[derive(Debug, Clone, Default)]
struct Wish {
    /// Shrink, to this font size at least.
    shrink: Option<f32>,
    cut: bool,
    max_lines: Option<usize>,
    /// Only the width counts, and the number of lines (`text-overflow`).
    across_only: bool,
    /// It is being cut: then it lies within the width to the last fraction of a pixel.
    exact: bool,
}

/// Fits all text that needs it; tells what could not be helped, and where.
pub(super) fn fit(live: &mut Live) -> Vec<(NodeId, Diagnostic)> {
    let mut problems = Vec::new();
    for (node, wish) in wishes(live, &mut problems) {
        let Some(excess) = excess(&live.document, node, &wish) else { continue };
        let mut done = false;
        if let Some(minimum) = wish.shrink {
            done = shrink(live, node, &wish, minimum, excess, &mut problems);
        }
        if !done && wish.cut {
            cut(live, node, &wish, &mut problems);
        }
    }
    problems
}

/// The elements to fit with what they ask for, in an order that no record before has a part in.
fn wishes(live: &Live, problems: &mut Vec<(NodeId, Diagnostic)>) -> Vec<(NodeId, Wish)> {
    let document: &BaseDocument = &live.document;
    let mut order = live.fitting.asked.clone();
    let mut wishes: HashMap<NodeId, Wish> = HashMap::new();
    inline_roots(document, live.root, &mut |root| {
        let element = match (&root.data, root.layout_parent.get()) {
            (NodeData::AnonymousBlock(_), Some(parent)) => parent,
            _ => root.id,
        };
        let Some(styles) = document.get_node(element).and_then(|node| Some(node.primary_styles()?.clone()))
        else {
            return;
        };
        order.push(element);
        let clips = !matches!(styles.clone_overflow_x(), Overflow::Visible);
        if clips && matches!(styles.clone_text_overflow().second, TextOverflowSide::Ellipsis) {
            let wish = wishes.entry(element).or_default();
            wish.cut = true;
            wish.across_only = true;
        }
        if let Some(count) = line_clamp(&styles) {
            let wish = wishes.entry(element).or_default();
            wish.cut = true;
            wish.max_lines = Some(count);
        }
    });
    for &id in &live.fitting.asked {
        let Some(node) = document.get_node(id) else { continue };
        if node.primary_styles().is_none() {
            continue;
        }
        let attribute = |name: &str| {
            node.attrs()
                .and_then(|attrs| attrs.iter().find(|a| &*a.name.local == name))
                .map(|a| a.value.trim())
        };
        let fit = attribute("data-fit").unwrap_or_default();
        for name in FITTING {
            if let Some(problem) = attribute(name).and_then(|value| fitting_problem(name, value)) {
                problems.push((id, problem));
            }
        }
        let max_lines =
            attribute("data-lines").and_then(|value| value.parse().ok()).filter(|count| *count > 0);
        let wish = wishes.entry(id).or_default();
        wish.across_only = false;
        wish.max_lines = max_lines.or(wish.max_lines);
        for word in fit.split_ascii_whitespace() {
            match word {
                "shrink" => wish.shrink = Some(minimum(node, attribute("data-fit-min"))),
                "ellipsis" => wish.cut = true,
                _ => {}
            }
        }
        // A number of lines alone is a wish to cut.
        if wish.shrink.is_none() && max_lines.is_some() {
            wish.cut = true;
        }
    }
    order.into_iter().filter_map(|id| Some((id, wishes.remove(&id)?))).collect()
}

fn line_clamp(styles: &style::properties::ComputedValues) -> Option<usize> {
    use style_traits::values::ToCss as _;
    let value = styles.custom_properties().get_for_cssom(&mirror::LINE_CLAMP)?;
    value.to_css_string().trim().parse().ok().filter(|count| *count > 0)
}

fn font_size(node: &Node) -> f32 {
    node.primary_styles().map_or(16.0, |styles| styles.clone_font_size().computed_size().px())
}

/// `data-fit-min` in CSS pixels.
fn minimum(node: &Node, wish: Option<&str>) -> f32 {
    let size = font_size(node);
    match wish.and_then(FitMinimum::parse) {
        Some(FitMinimum::Pixels(pixels)) => pixels,
        Some(FitMinimum::Percent(percent)) => size * percent / 100.0,
        None => size * DEFAULT_MINIMUM,
    }
}

/// How much smaller the text at or below `id` would have to be, across and down; `None` when it lies
/// within its box. An estimate to start the search with.
fn excess(document: &BaseDocument, id: NodeId, wish: &Wish) -> Option<Excess> {
    let node = document.get_node(id)?;
    // A text span has no box of its own: the block it stands in is what it has to fit.
    let outer = if node.is_non_atomic_inline() { node.inline_root_ancestor().unwrap_or(node) } else { node };
    let room = content_box(outer);
    let mut count = 0;
    let mut excess = Excess { across: 1.0, down: 1.0 };
    let mut within = true;
    inline_roots(document, outer.id, &mut |root| {
        let Some(lines) = lines(root) else { return };
        count += lines.count;
        let mut bounds = lines.bounds;
        if wish.across_only {
            (bounds.top, bounds.bottom) = (room.top, room.bottom);
        }
        if !room.holds(&bounds) || wish.exact && !room.holds_across(&bounds, ROUNDING) {
            within = false;
            excess.add(&room, &bounds);
        }
    });
    if let Some(max) = wish.max_lines.filter(|max| count > *max) {
        within = false;
        excess.down = excess.down.min(max as f32 / count as f32);
    }
    if wish.across_only {
        return (!within).then_some(excess);
    }
    // A box that grows with its text must not grow out of its parent.
    if !outer.is_out_of_flow()
        && let Some(parent) = outer.layout_parent.get().and_then(|parent| document.get_node(parent))
    {
        let (room, bounds) = (content_box(parent), claimed_box(outer));
        if !room.holds(&bounds) {
            within = false;
            excess.add(&room, &bounds);
        }
    }
    (!within).then_some(excess)
}

/// Parts of the present width and height that there is room for, 0 to 1.
#[derive(Debug, Clone, Copy)]
struct Excess {
    across: f32,
    down: f32,
}

impl Excess {
    fn add(&mut self, room: &Box4, bounds: &Box4) {
        let part = |room: f32, size: f32| if size > 0.0 { (room / size).clamp(0.0, 1.0) } else { 1.0 };
        self.across = self.across.min(part(room.right - room.left, bounds.right - bounds.left));
        self.down = self.down.min(part(room.bottom - room.top, bounds.bottom - bounds.top));
    }
}

/// The largest number from 0 on and below `limit` that fits, given that all smaller ones then fit, too.
/// Looks around `guess` first; a good one is found out to be right in two or three tries. What it
/// returns was tried last; `None`, when not even 0 fits.
fn largest(limit: usize, guess: usize, mut fits: impl FnMut(usize) -> bool) -> Option<usize> {
    // Everything below `low` fits, nothing from `high` on.
    let (mut low, mut high) = (0, limit);
    let mut at = guess.min(limit.saturating_sub(1));
    let mut stride = 1;
    let mut last = None;
    while low < high {
        last = Some(at);
        if fits(at) {
            low = at + 1;
            at = (low + stride - 1).min(high.saturating_sub(1)).max(low);
        } else {
            high = at;
            at = high.saturating_sub(stride).max(low);
        }
        stride *= 2;
        if stride > 4 {
            at = low + (high - low) / 2;
        }
    }
    let best = low.checked_sub(1);
    if last != Some(best.unwrap_or(0)) {
        fits(best.unwrap_or(0));
    }
    best
}

/// Tries font sizes; true when one was found at which the text fits.
fn shrink(
    live: &mut Live,
    id: NodeId,
    wish: &Wish,
    minimum: f32,
    excess: Excess,
    problems: &mut Vec<(NodeId, Diagnostic)>,
) -> bool {
    let Some(node) = live.document.get_node(id) else { return true };
    let size = font_size(node);
    let style = node
        .attrs()
        .and_then(|attrs| attrs.iter().find(|a| &*a.name.local == "style"))
        .map(|a| a.value.clone());
    let own = style.as_ref().map_or(String::new(), |style| format!("{style};"));
    live.fitting.styles.push((id, style));
    let minimum = minimum.min(size);
    let steps = ((size - minimum) / STEP).floor() as usize;
    // One line gets narrower as its size does; several get fewer, too.
    let goal = size * excess.across.min(excess.down.sqrt());
    let guess = ((goal - minimum).max(0.0) / STEP).ceil() as usize;
    let best = largest(steps + 1, guess, |step| {
        let tried = minimum + step as f32 * STEP;
        let style = format!("{own}font-size:{tried}px");
        live.document.mutate().set_attribute(id, plain_name("style"), &style);
        live.settle();
        self::excess(&live.document, id, wish).is_none()
    });
    let mut texts = Vec::new();
    text_nodes(&live.document, id, &mut texts);
    let text: String = texts.into_iter().map(|(_, text)| text).collect();
    let place = describe(&live.document, id);
    match best {
        Some(step) if step > 0 => true,
        Some(_) => {
            if !opted_out(&live.document, id) {
                let message = format!(
                    "“{}” in {place} had to shrink to the smallest size, {minimum} px",
                    excerpt(&text)
                );
                problems.push((id, Diagnostic::warning("text-at-minimum", message)));
            }
            true
        }
        None => {
            if !wish.cut && !opted_out(&live.document, id) {
                let message = format!("“{}” in {place} does not fit, even at {minimum} px", excerpt(&text));
                let hint = "lower data-fit-min, enlarge the box, or use data-fit=\"shrink ellipsis\"";
                problems.push((id, Diagnostic::warning("text-overflow", message).with_hint(hint)));
            }
            false
        }
    }
}

/// A text in several nodes of which a part is kept.
struct Cut<'a> {
    texts: &'a [(NodeId, String)],
    /// Ends of characters as people count them: the index of the text, and the byte in it.
    ends: &'a [(usize, usize)],
    /// Whether its beginning is cut off.
    from_start: bool,
}

impl Cut<'_> {
    /// Where the text is cut for this many of its characters to be kept.
    fn place(&self, count: usize) -> (usize, usize) {
        let before = if self.from_start { self.ends.len() - count } else { count };
        before.checked_sub(1).map_or((0, 0), |last| self.ends[last])
    }

    /// What is kept of each text.
    fn kept(&self, count: usize) -> Vec<&str> {
        let (cut, byte) = self.place(count);
        let kept = |(index, (_, text)): (usize, &'_ (NodeId, String))| -> Range<usize> {
            match index.cmp(&cut) {
                _ if count == 0 => 0..0,
                Ordering::Equal if self.from_start => {
                    text.len() - text[byte..].trim_start().len()..text.len()
                }
                Ordering::Equal => 0..text[..byte].trim_end().len(),
                order if (order == Ordering::Greater) == self.from_start => 0..text.len(),
                _ => 0..0,
            }
        };
        self.texts.iter().enumerate().map(|text| &text.1.1[kept(text)]).collect()
    }

    /// The text that the ellipsis follows.
    fn last(&self, count: usize) -> usize {
        if self.from_start {
            self.texts.iter().rposition(|(_, text)| !text.trim().is_empty()).unwrap_or(0)
        } else {
            self.place(count).0
        }
    }

    /// Whether what is cut off runs against its block, so that its box ends elsewhere.
    fn is_against(&self, count: usize, block_rtl: bool) -> bool {
        let (cut, byte) = self.place(count);
        let before = self.texts[..cut].iter().map(|(_, text)| text.as_str());
        let mut before = before.chain([&self.texts[cut].1[..byte]]).rev().flat_map(|text| text.chars().rev());
        !self.from_start && before.find_map(runs_left).is_some_and(|rtl| rtl != block_rtl)
    }
}

/// Whether a character that has a direction runs from right to left.
fn runs_left(c: char) -> Option<bool> {
    match CodePointMapData::<BidiClass>::new().get(c) {
        BidiClass::LeftToRight => Some(false),
        BidiClass::RightToLeft | BidiClass::ArabicLetter => Some(true),
        _ => None,
    }
}

/// Cuts the text until it fits, with an ellipsis: at its end, or where all of it runs against its block, at
/// its start, which is where a browser's box ends.
fn cut(live: &mut Live, id: NodeId, wish: &Wish, problems: &mut Vec<(NodeId, Diagnostic)>) {
    let mut texts = Vec::new();
    text_nodes(&live.document, id, &mut texts);
    // Ends of characters as people count them, over all text nodes.
    let segmenter = GraphemeClusterSegmenter::new();
    let mut ends: Vec<(usize, usize)> = Vec::new();
    for (index, (_, text)) in texts.iter().enumerate() {
        ends.extend(segmenter.segment_str(text).skip(1).map(|end| (index, end)));
    }
    if ends.is_empty() {
        return;
    }
    live.fitting.texts.extend(texts.iter().cloned());
    let boxes: Vec<Option<NodeId>> =
        texts.iter().map(|(node, _)| inline_around(&live.document, *node, id)).collect();
    let mut dots: Option<NodeId> = None;
    let exact = Wish { exact: true, ..wish.clone() };
    // After shrinking, the text is smaller than it was.
    let part = excess(&live.document, id, wish).map_or(1.0, |excess| excess.across * excess.down);
    let guess = (ends.len() as f32 * part) as usize;
    let rtl = is_rtl(&live.document, id);
    let mut directions = texts.iter().flat_map(|(_, text)| text.chars()).filter_map(runs_left).peekable();
    let from_start =
        wish.across_only && directions.peek().is_some() && directions.all(|direction| direction != rtl);
    let cut = Cut { texts: &texts, ends: &ends, from_start };
    let best = largest(ends.len(), guess, |count| {
        let mut mutator = live.document.mutate();
        if let Some(old) = dots.take() {
            mutator.remove_and_drop_node(old);
        }
        let last = cut.last(count);
        for (index, ((node, _), text)) in texts.iter().zip(cut.kept(count)).enumerate() {
            if index != last {
                mutator.set_node_text(*node, text);
                continue;
            }
            match boxes[index] {
                // The ellipsis is the block's, and looks like its text.
                Some(inline) => {
                    mutator.set_node_text(*node, text.trim_end());
                    let own = mutator.create_text_node(ELLIPSIS);
                    mutator.insert_nodes_after(inline, &[own]);
                    dots = Some(own);
                }
                None => mutator.set_node_text(*node, &format!("{}{ELLIPSIS}", text.trim_end())),
            }
        }
        drop(mutator);
        live.settle();
        // An ellipsis alone is the least that there is.
        count == 0 || excess(&live.document, id, &exact).is_none()
    });
    live.fitting.added.extend(dots);
    if opted_out(&live.document, id) {
        return;
    }
    let text: String = texts.iter().map(|(_, text)| text.as_str()).collect();
    let message = format!("“{}” in {} was cut to fit", excerpt(&text), describe(&live.document, id));
    let mut problem = Diagnostic::warning("text-cut", message);
    if wish.across_only && cut.is_against(best.unwrap_or(0), rtl) {
        problem = problem.with_hint(
            "it has text of both directions, and lost its end, which is not where its box ends: a browser keeps other words",
        );
    }
    problems.push((id, problem));
}

fn is_rtl(document: &BaseDocument, id: NodeId) -> bool {
    let styles = document.get_node(id).and_then(Node::primary_styles);
    styles.is_some_and(|styles| styles.clone_direction() == Direction::Rtl)
}

/// The outermost inline element around a text within `id`.
fn inline_around(document: &BaseDocument, text: NodeId, id: NodeId) -> Option<NodeId> {
    let parent = |id: NodeId| document.get_node(id)?.parent.and_then(|id| document.get_node(id));
    std::iter::successors(parent(text), |node| parent(node.id))
        .take_while(|node| node.id != id && node.is_non_atomic_inline())
        .last()
        .map(|node| node.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn the_search_finds_the_largest_and_ends_on_it(limit in 1..400_usize, fitting in 0..420_usize, guess in 0..500_usize) {
            let mut last = None;
            let mut tries = 0;
            let found = largest(limit, guess, |at| {
                assert!(at < limit);
                (last, tries) = (Some(at), tries + 1);
                at < fitting
            });
            proptest::prop_assert_eq!(found, fitting.min(limit).checked_sub(1));
            proptest::prop_assert_eq!(last, Some(found.unwrap_or(0)));
            proptest::prop_assert!(tries <= 13);
            if found == Some(guess) {
                proptest::prop_assert!(tries <= 3);
            }
        }
    }
}
