//! Lines of text, and the inline boxes around pieces of them.
//!
//! Blitz lays inline text out without the padding, borders and margins of the inline elements around it.
//! Most get room by pieces that the press puts into the text. Those of generated boxes are made room for
//! here: what follows them on a line moves aside.

use std::collections::HashMap;

use blitz_dom::node::TextBrush;
use blitz_dom::{Node as DomNode, NodeId};
use kurbo::{Affine, Insets, Rect, Vec2};
use parley::{FontMetrics, Layout, PositionedLayoutItem};
use style::computed_values::box_decoration_break::T as BoxDecorationBreak;
use style::computed_values::direction::T as Direction;
use style::properties::ComputedValues;
use style::values::computed::{PositionProperty, TextAlign, ZIndex};
use style::values::generics::length::GenericMargin;
use style::values::generics::position::GenericInset;
use style::values::specified::box_::{DisplayInside, DisplayOutside};

use super::boxes::Boxes;
use super::effects::resolve_length;
use super::style::{has_background, is_visible};
use super::text::{Text, clusters};
use super::{Element, Painter, Styles};
use crate::display::{Layer, Node, Shape};
use crate::template::{Stand, stand_in};

/// A run of text or an atomic box on a line.
pub(super) struct Piece {
    pub line: usize,
    /// The inline boxes around it that show something, the outermost first.
    around: Vec<usize>,
    pub from: f64,
    pub to: f64,
    /// The inline link that it is in.
    link: Option<NodeId>,
    pub text: Option<Text>,
    /// The atomic box, if it is none of text, and where it is from top to bottom.
    atom: Option<(NodeId, f64, f64)>,
    /// Room that the text has for an edge of the innermost box.
    edge: Option<Edge>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

#[derive(Clone, Copy)]
struct Edge {
    side: Side,
    /// Where a box stands that has no text.
    metrics: FontMetrics,
    baseline: f64,
}

impl Piece {
    /// A piece with another text beside this one.
    pub fn with(&self, text: Text) -> Self {
        Self {
            line: self.line,
            around: self.around.clone(),
            from: text.from,
            to: text.to,
            link: self.link,
            text: Some(text),
            atom: None,
            edge: None,
        }
    }

    /// What can be seen of it, for a link: the text from ascender to descender.
    fn area(&self) -> Option<Rect> {
        let (top, bottom) = match (&self.text, self.atom) {
            (Some(text), _) if is_visible(&text.style) => {
                let FontMetrics { ascent, descent, .. } = text.metrics;
                (text.baseline - f64::from(ascent), text.baseline + f64::from(descent))
            }
            (None, Some((_, top, bottom))) => (top, bottom),
            _ => return None,
        };
        Some(Rect::new(self.from, top, self.to, bottom))
    }
}

/// An inline element with a box or an effect of its own.
struct InlineBox<'a> {
    node: &'a DomNode,
    style: Styles,
    /// Margins, borders and paddings, in device pixels.
    margin: Insets,
    border: Insets,
    padding: Insets,
    /// The pieces at which its left and its right edge stand.
    edges: (usize, usize),
    /// Whether the text has room for its edges.
    has_room: bool,
}

impl InlineBox<'_> {
    /// The room that is still to be made at its left edge.
    fn left(&self) -> f64 {
        if self.has_room { 0.0 } else { self.margin.x0 + self.border.x0 + self.padding.x0 }
    }

    fn right(&self) -> f64 {
        if self.has_room { 0.0 } else { self.margin.x1 + self.border.x1 + self.padding.x1 }
    }

    /// Painted as a group of its own, after the text around it.
    fn is_layered(&self) -> bool {
        self.style.clone_position() == PositionProperty::Relative || has_effects(&self.style)
    }

    /// Its `z-index`.
    fn level(&self) -> i32 {
        match self.style.clone_z_index() {
            ZIndex::Integer(level) if self.style.clone_position() == PositionProperty::Relative => level,
            _ => 0,
        }
    }
}

fn has_effects(style: &ComputedValues) -> bool {
    use style::computed_values::mix_blend_mode::T as MixBlendMode;
    let effects = style.get_effects();
    effects.opacity < 1.0
        || effects.mix_blend_mode != MixBlendMode::Normal
        || !effects.filter.0.is_empty()
        || !effects.backdrop_filter.0.is_empty()
}

/// The lines of one element.
pub(super) struct Lines<'a> {
    pub pieces: Vec<Piece>,
    boxes: Vec<InlineBox<'a>>,
    transform: Affine,
}

impl<'a> Painter<'a> {
    pub(super) fn inline_text(&mut self, element: &Element<'_>) {
        let Some(text) = element.node.element_data().and_then(|data| data.inline_layout_data.as_deref())
        else {
            return;
        };
        let origin = element.boxes.content.origin().to_vec2()
            + Vec2::new(0.0, f64::from(text.block_offset) * self.scale);
        let transform = element.transform * Affine::translate(origin);
        self.lines(&text.layout, &text.text, transform, element.node.id, element);
    }

    /// Whether something within a hidden element may be visible.
    pub(super) fn has_inline_elements(&self, element: &Element<'_>) -> bool {
        element.node.element_data().is_some_and(|data| data.inline_layout_data.is_some())
    }

    pub(super) fn lines(
        &mut self,
        layout: &Layout<TextBrush>,
        text: &str,
        transform: Affine,
        root: NodeId,
        element: &Element<'_>,
    ) {
        let mut lines = self.read(layout, text, transform, root, element);
        let all: Vec<usize> = (0..lines.pieces.len()).collect();
        if lines.boxes.is_empty() {
            for piece in &lines.pieces {
                if let Some(text) = &piece.text {
                    self.text(text);
                }
            }
            return self.links(&lines, &all);
        }
        lines.find_edges();
        for (id, shift) in lines.make_room(&element.style) {
            self.shifts.insert(id, shift);
        }
        self.pieces(&lines, &all, 0, false);
    }

    /// The padding box of an inline element, from its first to its last line, in device pixels from the
    /// corner of the box whose lines it stands on.
    pub(super) fn inline_area(&self, root: &Element<'_>, id: NodeId) -> Option<Rect> {
        let text = root.node.element_data()?.inline_layout_data.as_deref()?;
        let mut lines = self.read(&text.layout, &text.text, Affine::IDENTITY, root.node.id, root);
        lines.find_edges();
        lines.make_room(&root.style);
        let at = lines.boxes.iter().position(|inline| inline.node.id == id)?;
        let fragments = lines.fragments(at);
        let ((_, first), (_, last)) = (fragments.first()?, fragments.last()?);
        let origin =
            root.boxes.content.origin().to_vec2() + Vec2::new(0.0, f64::from(text.block_offset) * self.scale);
        let area = Rect::new(first.x0, first.y0, last.x1.max(first.x0), last.y1);
        let inline = &lines.boxes[at];
        Some(area - inline.border + origin + self.relative_offset(&inline.style))
    }

    fn read(
        &self,
        layout: &Layout<TextBrush>,
        text: &str,
        transform: Affine,
        root: NodeId,
        element: &Element<'_>,
    ) -> Lines<'a> {
        let mut lines = Lines { pieces: Vec::new(), boxes: Vec::new(), transform };
        let mut known = HashMap::new();
        for (index, line) in layout.lines().enumerate() {
            let mut run_index = usize::MAX;
            let mut next_cluster = 0;
            for item in line.items() {
                let piece = match item {
                    PositionedLayoutItem::GlyphRun(run) => {
                        if run.run().index() != run_index {
                            run_index = run.run().index();
                            next_cluster = 0;
                        }
                        let said = clusters(&run, text, &mut next_cluster);
                        let brush = run.style().brush.id;
                        let node = self.document.get_node(brush).filter(|_| brush != root);
                        let (owner, stand) =
                            node.and_then(|node| stand_in(node, &said.1)).unwrap_or((brush, Stand::Text));
                        let style = node.and_then(|node| Some((*node.primary_styles()?).clone()));
                        let style = style.unwrap_or_else(|| element.style.clone());
                        let around = self.around(owner, root, element, &mut lines.boxes, &mut known);
                        let text =
                            Text::new(&run, owner, style, said, transform, line.metrics().baseline.into());
                        let (from, to) = (text.from, text.to);
                        let rtl = text.style.clone_direction() == Direction::Rtl;
                        let side = match stand {
                            Stand::Opening => Some(if rtl { Side::Right } else { Side::Left }),
                            Stand::Closing => Some(if rtl { Side::Left } else { Side::Right }),
                            Stand::Text | Stand::Sign => None,
                        };
                        let edge = side.map(|side| {
                            if let Some(at) = around.last() {
                                lines.boxes[*at].has_room = true;
                            }
                            Edge { side, metrics: text.metrics, baseline: text.baseline }
                        });
                        let text = Some(text).filter(|_| stand == Stand::Text);
                        let link = self.link_around(owner, root);
                        Piece { line: index, around, from, to, link, text, atom: None, edge }
                    }
                    PositionedLayoutItem::InlineBox(item) => {
                        let id = NodeId::from_u64(item.id);
                        let parent = self.document.get_node(id).and_then(|node| node.parent);
                        let around = parent.map_or(Vec::new(), |parent| {
                            self.around(parent, root, element, &mut lines.boxes, &mut known)
                        });
                        let from = f64::from(item.x);
                        let to = from + f64::from(item.width);
                        let top = f64::from(item.y);
                        let atom = Some((id, top, top + f64::from(item.height)));
                        let link = parent.and_then(|parent| self.link_around(parent, root));
                        Piece { line: index, around, from, to, link, text: None, atom, edge: None }
                    }
                };
                lines.pieces.push(piece);
            }
            // White space at the end hangs: neither boxes nor decorations reach below it.
            let hanging = f64::from(line.metrics().hanging_advance);
            if hanging > 0.0 {
                let rtl = layout.is_rtl();
                let on_line = lines.pieces.iter_mut().filter(|piece| piece.line == index);
                let piece = if rtl { on_line.into_iter().next() } else { on_line.last() };
                if let Some(piece) = piece
                    && let Some(text) = &mut piece.text
                {
                    let hanging = hanging.min(piece.to - piece.from);
                    if rtl {
                        piece.from += hanging;
                    } else {
                        piece.to -= hanging;
                    }
                    (text.from, text.to) = (piece.from, piece.to);
                }
            }
        }
        lines.hang(layout, text, &element.style);
        lines.hyphenate(layout, text);
        lines
    }

    /// The inline boxes from the root of the lines down to an element, as indices.
    fn around(
        &self,
        id: NodeId,
        root: NodeId,
        element: &Element<'_>,
        boxes: &mut Vec<InlineBox<'a>>,
        known: &mut HashMap<NodeId, Vec<usize>>,
    ) -> Vec<usize> {
        if id == root {
            return Vec::new();
        }
        if let Some(chain) = known.get(&id) {
            return chain.clone();
        }
        let Some(node) = self.document.get_node(id) else { return Vec::new() };
        let Some(style) = node.primary_styles().map(|styles| (*styles).clone()) else { return Vec::new() };
        let display = style.clone_display();
        let is_inline =
            display.outside() == DisplayOutside::Inline && display.inside() == DisplayInside::Flow;
        if !is_inline && !display.is_contents() {
            return Vec::new();
        }
        let mut chain =
            node.parent.map_or(Vec::new(), |parent| self.around(parent, root, element, boxes, known));
        if is_inline {
            let inline = self.inline_box(node, style, element.boxes.content.width());
            let plain = [inline.margin, inline.border, inline.padding].iter().all(|i| *i == Insets::ZERO)
                && !has_background(&inline.style)
                && inline.style.get_effects().box_shadow.0.is_empty()
                && inline.style.get_outline().outline_style.none_or_hidden()
                && !inline.is_layered();
            if !plain {
                chain.push(boxes.len());
                boxes.push(inline);
            }
        }
        known.insert(id, chain.clone());
        chain
    }

    fn inline_box(&self, node: &'a DomNode, style: Styles, room: f64) -> InlineBox<'a> {
        let length = |length: &style::values::computed::NonNegativeLengthPercentage| {
            resolve_length(&length.0, room, self.scale)
        };
        let p = style.get_padding();
        let padding = Insets::new(
            length(&p.padding_left),
            length(&p.padding_top),
            length(&p.padding_right),
            length(&p.padding_bottom),
        );
        let b = style.get_border();
        let side = |width: &style::values::computed::BorderSideWidth,
                    style: style::values::specified::BorderStyle| {
            if style.none_or_hidden() { 0.0 } else { width.0.to_f64_px() * self.scale }
        };
        let border = Insets::new(
            side(&b.border_left_width, b.border_left_style),
            side(&b.border_top_width, b.border_top_style),
            side(&b.border_right_width, b.border_right_style),
            side(&b.border_bottom_width, b.border_bottom_style),
        );
        let m = style.get_margin();
        let margin = |margin: &style::values::computed::Margin| match margin {
            GenericMargin::LengthPercentage(length) => resolve_length(length, room, self.scale),
            _ => 0.0,
        };
        let margin = Insets::new(margin(&m.margin_left), 0.0, margin(&m.margin_right), 0.0);
        InlineBox { node, style, margin, border, padding, edges: (0, 0), has_room: false }
    }

    /// Paints pieces: inline boxes and then text, line by line; groups after all others, but those of levels
    /// below zero before. Of the boxes around a piece, those from `depth` on are painted here; `opened` when the first of them is the group
    /// that is being painted.
    fn pieces(&mut self, lines: &Lines<'a>, pieces: &[usize], depth: usize, opened: bool) {
        let group_of = |index: usize| {
            let around = lines.pieces[index].around.get(depth..).unwrap_or_default();
            let skipped = usize::from(opened);
            around.iter().skip(skipped).position(|at| lines.boxes[*at].is_layered()).map(|at| at + skipped)
        };
        let mut groups: Vec<(usize, Vec<usize>)> = Vec::new();
        let mut plain: Vec<usize> = Vec::new();
        for &index in pieces {
            match group_of(index) {
                None => plain.push(index),
                Some(level) => {
                    let group = lines.pieces[index].around[depth + level];
                    match groups.iter_mut().find(|(known, _)| *known == group) {
                        Some((_, members)) => members.push(index),
                        None => groups.push((group, vec![index])),
                    }
                }
            }
        }
        groups.sort_by_key(|(group, _)| lines.boxes[*group].level());
        let above = groups.partition_point(|(group, _)| lines.boxes[*group].level() < 0);
        let above = groups.split_off(above);
        for (group, members) in groups {
            self.group(lines, group, &members);
        }
        for line in pieces.chunk_by(|a, b| lines.pieces[*a].line == lines.pieces[*b].line) {
            let mut seen: Vec<usize> = Vec::new();
            for &index in line {
                // Up to the group, the boxes belong to what is painted here.
                let upto = group_of(index).map_or(usize::MAX, |level| depth + level);
                for (level, &at) in lines.pieces[index].around.iter().enumerate() {
                    if level >= depth && level < upto && !seen.contains(&at) {
                        seen.push(at);
                        self.fragment(lines, at, lines.pieces[index].line);
                    }
                }
            }
            for index in line.iter().filter(|index| plain.contains(index)) {
                if let Some(text) = &lines.pieces[*index].text {
                    self.text(text);
                }
            }
        }
        self.links(lines, &plain);
        for (group, members) in above {
            self.group(lines, group, &members);
        }
    }

    /// The inline link that an element of the lines is in. One with a box of its own is told with its box.
    fn link_around(&self, id: NodeId, root: NodeId) -> Option<NodeId> {
        let mut at = Some(id);
        while let Some(id) = at.filter(|id| *id != root) {
            let node = self.document.get_node(id)?;
            if super::link::target(node).is_some() {
                let display = node.primary_styles()?.clone_display();
                let is_inline =
                    display.outside() == DisplayOutside::Inline && display.inside() == DisplayInside::Flow;
                return is_inline.then_some(id);
            }
            at = node.parent;
        }
        None
    }

    /// One link for each line that an inline link is on.
    fn links(&mut self, lines: &Lines<'a>, pieces: &[usize]) {
        if self.only_text {
            return;
        }
        let key = |index: &usize| (lines.pieces[*index].line, lines.pieces[*index].link);
        for part in pieces.chunk_by(|a, b| key(a) == key(b)) {
            let (line, Some(id)) = key(&part[0]) else { continue };
            let area = part.iter().filter_map(|index| lines.pieces[*index].area());
            let own = lines.boxes.iter().position(|inline| inline.node.id == id);
            let own = own.and_then(|at| lines.fragment(at, line));
            let Some(area) = area.chain(own).reduce(|all, one| all.union(one)) else { continue };
            if let Some(href) = self.document.get_node(id).and_then(super::link::target) {
                self.recorder.set_node(Node(id.as_u64()));
                self.link_over(area, lines.transform, href);
            }
        }
    }

    /// An inline element that is painted as one: with opacity, a filter, a blend mode or an offset.
    fn group(&mut self, lines: &Lines<'a>, at: usize, members: &[usize]) {
        let inline = &lines.boxes[at];
        let Some(depth) = lines.pieces[members[0]].around.iter().position(|known| *known == at) else {
            return;
        };
        let mut bounds: Option<Rect> = None;
        for line in members.chunk_by(|a, b| lines.pieces[*a].line == lines.pieces[*b].line) {
            if let Some(rect) = lines.fragment(at, lines.pieces[line[0]].line) {
                bounds = Some(bounds.map_or(rect, |bounds| bounds.union(rect)));
            }
        }
        let offset = self.relative_offset(&inline.style);
        let boxes = Boxes::plain(bounds.unwrap_or_default());
        let element = Element {
            node: inline.node,
            style: inline.style.clone(),
            boxes,
            transform: lines.transform,
            pieces: None,
        };
        self.recorder.set_node(Node(inline.node.id.as_u64()));
        let count = if self.only_text { 0 } else { self.open_groups(&element) };
        if offset == Vec2::ZERO {
            self.pieces(lines, members, depth, true);
        } else {
            let moved = lines.moved(members, offset);
            self.pieces(&moved, members, depth, true);
        }
        for _ in 0..count {
            self.recorder.pop();
        }
    }

    fn relative_offset(&self, style: &ComputedValues) -> Vec2 {
        if style.clone_position() != PositionProperty::Relative {
            return Vec2::ZERO;
        }
        let length = |inset: &style::values::computed::position::Inset| match inset {
            GenericInset::LengthPercentage(length) => Some(resolve_length(length, 0.0, self.scale)),
            _ => None,
        };
        let position = style.get_position();
        let x = length(&position.left).or_else(|| length(&position.right).map(|v| -v)).unwrap_or(0.0);
        let y = length(&position.top).or_else(|| length(&position.bottom).map(|v| -v)).unwrap_or(0.0);
        Vec2::new(x, y)
    }

    /// The box of an inline element on one line: the part of it, laid out on a single line, that stands here
    /// (`box-decoration-break: slice`).
    fn fragment(&mut self, lines: &Lines<'a>, at: usize, line: usize) {
        let inline = &lines.boxes[at];
        if self.only_text || !is_visible(&inline.style) {
            return;
        }
        let Some(own) = lines.fragment(at, line) else { return };
        let mut border = own;
        let mut cut = None;
        if inline.style.clone_box_decoration_break() == BoxDecorationBreak::Slice {
            let on_lines: Vec<(usize, Rect)> = lines.fragments(at);
            if on_lines.len() > 1 {
                let whole: f64 = on_lines.iter().map(|(_, rect)| rect.width()).sum();
                let before: f64 =
                    on_lines.iter().take_while(|(known, _)| *known != line).map(|(_, r)| r.width()).sum();
                border.x0 = own.x0 - before;
                border.x1 = border.x0 + whole;
                // Shadows and outlines reach beyond the box, except where it is cut.
                let reach = 1e4;
                let last = on_lines.last().is_some_and(|(known, _)| *known == line);
                cut = Some(Rect::new(
                    if before > 0.0 { own.x0 } else { own.x0 - reach },
                    own.y0 - reach,
                    if last { own.x1 + reach } else { own.x1 },
                    own.y1 + reach,
                ));
            }
        }
        snap_across(&mut border, lines.transform);
        let padding = border - inline.border;
        let content = padding - inline.padding;
        let boxes = Boxes::with_corners(border, padding, content, &inline.style, self.scale);
        let clips_text = super::style::custom(&inline.style, &crate::template::mirror::BACKGROUND_CLIP)
            .is_some_and(|clips| clips.contains("text"));
        let pieces = clips_text.then(|| {
            let on_line = |piece: &&Piece| piece.line == line && piece.around.contains(&at);
            lines.pieces.iter().filter(on_line).filter_map(|piece| piece.text.clone()).collect()
        });
        let element = Element {
            node: inline.node,
            style: inline.style.clone(),
            boxes,
            transform: lines.transform,
            pieces,
        };
        self.recorder.set_node(Node(inline.node.id.as_u64()));
        let cut = cut.map(|cut| super::background::clip_to(&Shape::Rect(cut), lines.transform));
        let is_cut = cut.is_some();
        if let Some(cut) = cut {
            self.recorder.push(Layer { ..cut });
        }
        self.box_of(&element);
        self.outline(&element);
        if is_cut {
            self.recorder.pop();
        }
    }
}

impl<'a> Lines<'a> {
    /// Finds where each inline box begins and ends.
    fn find_edges(&mut self) {
        for at in 0..self.boxes.len() {
            let inside = |piece: &Piece| piece.around.contains(&at);
            let lines: Vec<usize> = self.pieces.iter().filter(|p| inside(p)).map(|p| p.line).collect();
            let (Some(&first), Some(&last)) = (lines.first(), lines.last()) else { continue };
            let (mut left, mut right) = (first, last);
            if self.boxes[at].style.clone_direction() == Direction::Rtl {
                std::mem::swap(&mut left, &mut right);
            }
            let on = |line: usize| move |(_, piece): &(usize, &Piece)| piece.line == line && inside(piece);
            let start = self.pieces.iter().enumerate().find(on(left)).map_or(0, |(index, _)| index);
            let end = self.pieces.iter().enumerate().rfind(on(right)).map_or(0, |(index, _)| index);
            self.boxes[at].edges = (start, end);
        }
    }

    /// Moves pieces aside for the edges of inline boxes, and says how far atomic boxes moved.
    fn make_room(&mut self, style: &ComputedValues) -> Vec<(NodeId, f64)> {
        let mut shifts: Vec<f64> = Vec::with_capacity(self.pieces.len());
        let (mut start, mut shift) = (0, 0.0);
        for index in 0..self.pieces.len() {
            let piece = &self.pieces[index];
            if piece.line != self.pieces[start].line {
                align(&mut shifts[start..], shift, style);
                (start, shift) = (index, 0.0);
            }
            let boxes = piece.around.iter().map(|at| &self.boxes[*at]);
            shift += boxes.clone().filter(|b| b.edges.0 == index).map(InlineBox::left).sum::<f64>();
            shifts.push(shift);
            shift += boxes.filter(|b| b.edges.1 == index).map(InlineBox::right).sum::<f64>();
        }
        align(&mut shifts[start..], shift, style);
        let mut moved = Vec::new();
        for (piece, shift) in self.pieces.iter_mut().zip(shifts) {
            piece.from += shift;
            piece.to += shift;
            if let Some(text) = &mut piece.text {
                text.shift(shift);
            }
            if let Some((id, ..)) = piece.atom.filter(|_| shift != 0.0) {
                moved.push((id, shift));
            }
        }
        moved
    }

    /// The border box of an inline box on a line.
    fn fragment(&self, at: usize, line: usize) -> Option<Rect> {
        let inline = &self.boxes[at];
        let clone = inline.style.clone_box_decoration_break() == BoxDecorationBreak::Clone;
        let (mut x0, mut x1) = (f64::MAX, f64::MIN);
        let (mut has_left, mut has_right) = (false, false);
        let mut metrics: Option<(FontMetrics, f64, u8)> = None;
        for (index, piece) in self.pieces.iter().enumerate() {
            if piece.line != line {
                continue;
            }
            let Some(level) = piece.around.iter().position(|known| *known == at) else { continue };
            let inner = piece.around[level + 1..].iter().map(|at| &self.boxes[*at]);
            let left: f64 = inner.clone().filter(|b| b.edges.0 == index).map(InlineBox::left).sum();
            let right: f64 = inner.filter(|b| b.edges.1 == index).map(InlineBox::right).sum();
            let own_edge = piece.edge.filter(|_| level + 1 == piece.around.len()).map(|edge| edge.side);
            let margin = |side: Side, margin: f64| if own_edge == Some(side) { margin } else { 0.0 };
            x0 = x0.min(piece.from - left + margin(Side::Left, inline.margin.x0));
            x1 = x1.max(piece.to + right - margin(Side::Right, inline.margin.x1));
            (has_left, has_right) =
                (has_left || own_edge == Some(Side::Left), has_right || own_edge == Some(Side::Right));
            // The element's own text says how high it is, or else its edge, or else what stands in it.
            let (found, rank) = match (&piece.text, &piece.edge) {
                (Some(text), _) if text.node == inline.node.id => ((text.metrics, text.baseline), 2),
                (Some(text), _) => ((text.metrics, text.baseline), 0),
                (None, Some(edge)) => ((edge.metrics, edge.baseline), u8::from(own_edge.is_some())),
                (None, None) => continue,
            };
            if metrics.as_ref().is_none_or(|(.., known)| rank > *known) {
                metrics = Some((found.0, found.1, rank));
            }
        }
        let (metrics, baseline, _) = metrics?;
        let on = |edge: usize| self.pieces.get(edge).is_some_and(|piece| piece.line == line);
        if if inline.has_room { clone && !has_left } else { clone || on(inline.edges.0) } {
            x0 -= inline.border.x0 + inline.padding.x0;
        }
        if if inline.has_room { clone && !has_right } else { clone || on(inline.edges.1) } {
            x1 += inline.border.x1 + inline.padding.x1;
        }
        let (ascent, descent) = (f64::from(metrics.ascent).round(), f64::from(metrics.descent).round());
        Some(Rect::new(
            x0,
            baseline - ascent - inline.border.y0 - inline.padding.y0,
            x1,
            baseline + descent + inline.border.y1 + inline.padding.y1,
        ))
    }

    fn fragments(&self, at: usize) -> Vec<(usize, Rect)> {
        let mut lines: Vec<usize> =
            self.pieces.iter().filter(|piece| piece.around.contains(&at)).map(|piece| piece.line).collect();
        lines.dedup();
        if self.boxes[at].style.clone_direction() == Direction::Rtl {
            lines.reverse();
        }
        lines.into_iter().filter_map(|line| Some((line, self.fragment(at, line)?))).collect()
    }

    /// The lines with some pieces moved.
    fn moved(&self, members: &[usize], offset: Vec2) -> Self {
        let pieces = self.pieces.iter().enumerate().map(|(index, piece)| {
            let by = if members.contains(&index) { offset } else { Vec2::ZERO };
            let text = piece.text.clone().map(|mut text| {
                text.shift(by.x);
                text.baseline += by.y;
                text.line += by.y;
                text.run.glyphs.iter_mut().for_each(|glyph| glyph.y += by.y as f32);
                text
            });
            Piece {
                line: piece.line,
                around: piece.around.clone(),
                from: piece.from + by.x,
                to: piece.to + by.x,
                link: piece.link,
                text,
                atom: piece.atom.map(|(id, top, bottom)| (id, top + by.y, bottom + by.y)),
                edge: piece.edge,
            }
        });
        let boxes = self.boxes.iter().map(|inline| InlineBox {
            node: inline.node,
            style: inline.style.clone(),
            margin: inline.margin,
            border: inline.border,
            padding: inline.padding,
            edges: inline.edges,
            has_room: inline.has_room,
        });
        Self { pieces: pieces.collect(), boxes: boxes.collect(), transform: self.transform }
    }
}

/// Boxes of upright lines begin and end at whole pixels.
fn snap_across(rect: &mut Rect, transform: Affine) {
    let [a, b, c, _, e, _] = transform.as_coeffs();
    if b == 0.0 && c == 0.0 && a > 0.0 {
        let snap = |x: f64| ((x * a + e).round() - e) / a;
        (rect.x0, rect.x1) = (snap(rect.x0), snap(rect.x1));
    }
}

/// A line that grew keeps its alignment.
pub(super) fn align(shifts: &mut [f64], extra: f64, style: &ComputedValues) {
    let rtl = style.clone_direction() == Direction::Rtl;
    let back = match style.clone_text_align() {
        TextAlign::Center | TextAlign::MozCenter => extra / 2.0,
        TextAlign::Right | TextAlign::MozRight => extra,
        TextAlign::Start if rtl => extra,
        TextAlign::End if !rtl => extra,
        _ => 0.0,
    };
    shifts.iter_mut().for_each(|shift| *shift -= back);
}
