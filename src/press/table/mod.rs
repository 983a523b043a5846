//! Lays tables out as browsers do: widths of columns, heights of rows, shared borders, captions.
//!
//! The engine lays a table out as a grid. Here the tracks of that grid are worked out and given to it: the
//! cells are measured (innermost tables first), columns get their widths (outermost tables first), and
//! rows their heights (innermost first again). For each of these steps the document is laid out once;
//! what did not change answers from its cache. Styles in which cells have no sizes of their own stand in
//! for theirs meanwhile.

mod columns;
mod measure;
mod rows;
mod spans;
mod stand_in;
mod tracks;
mod wrap;

use std::ops::Range;

use blitz_dom::node::SpecialElementData;
use blitz_dom::{BaseDocument, Node, NodeId};
use style::computed_values::border_collapse::T as BorderCollapse;
use style::computed_values::caption_side::T as CaptionSide;
use style::computed_values::table_layout::T as TableLayout;
use style::properties::ComputedValues;
use style::selector_parser::RestyleDamage;
use style::servo_arc::Arc;
use style::values::computed::{Length, MaxSize, Percentage, Size};
use style::values::specified::box_::DisplayInside;

use super::generate::REBUILD;
use crate::paint::{Cell, Grid, SharedBorders, is_caption};
use columns::Wish;
use rows::{Row, Tall};
use stand_in::StandIns;
use wrap::Wrapped;

/// Tables deeper within others stay as the engine lays them out.
const MAX_DEPTH: usize = 8;

/// No box is longer, in CSS pixels: as in Chromium.
const MAX_LENGTH: f32 = 33_554_431.0;

/// A table while it is laid out. Lengths are CSS pixels.
struct Table {
    node: NodeId,
    /// In how many tables it lies.
    depth: usize,
    style: Arc<ComputedValues>,
    grid: Grid,
    /// Half of the shared borders around each cell.
    halves: Vec<[f32; 4]>,
    /// Padding and border: top, right, bottom, left.
    around: [f32; 4],
    spacing: (f32, f32),
    /// Its captions, and whether they lie below it.
    captions: Vec<(NodeId, bool)>,
    wishes: Vec<Wish>,
    /// How wide the engine made it.
    assigned: f32,
    width: f32,
    /// How far the content of each cell is lowered.
    drops: Vec<f32>,
}

/// Makes the next layout start afresh where tables were.
pub(super) fn forget(document: &mut BaseDocument) {
    wrap::forget(document);
    for id in roots(document) {
        let Some(node) = document.get_node_mut(id) else { continue };
        node.insert_damage(REBUILD);
        let parts: Vec<NodeId> = node.layout_children.borrow().iter().flatten().copied().collect();
        for part in parts {
            if let Some(node) = document.get_node_mut(part) {
                node.invalidate_layout_cache();
            }
        }
    }
}

/// Lays out all tables of a document that was resolved. The answer is whether there are any.
pub(super) fn lay_out(document: &mut BaseDocument) -> bool {
    if roots(document).is_empty() {
        return false;
    }
    let mut wrapped = Wrapped::default();
    let mut found = Vec::new();
    // Tables in what was wrapped are found only then.
    for _ in 0..=MAX_DEPTH {
        found.clear();
        if let Some(root) = document.try_root_element() {
            find(document, root.id, 0, &mut found);
        }
        if !wrapped.wrap(document, found.iter().map(|(id, _)| *id)) {
            break;
        }
    }
    let mut stand_ins = StandIns::default();
    let all = |document: &BaseDocument| -> Vec<Table> {
        found.iter().filter_map(|(id, depth)| Table::new(document, *id, *depth)).collect()
    };
    let mut tables = all(document);
    let cut = spans::cut(document, tables.iter().map(|table| &table.grid));
    if !cut.is_empty() {
        rebuild(document, &tables);
        tables = all(document);
    }
    for table in &tables {
        table.stand_in(document, &mut stand_ins);
    }
    rebuild(document, &tables);
    let deepest = tables.iter().map(|table| table.depth).max().unwrap_or(0);
    for depth in (0..=deepest).rev() {
        relayout(document, &tables);
        for table in tables.iter_mut().filter(|table| table.depth == depth) {
            table.measure(document, &stand_ins);
            tracks::between(document, table);
        }
    }
    for depth in 0..=deepest {
        relayout(document, &tables);
        for table in tables.iter_mut().filter(|table| table.depth == depth) {
            table.widen(document, &mut stand_ins);
        }
    }
    for depth in (0..=deepest).rev() {
        relayout(document, &tables);
        for table in tables.iter_mut().filter(|table| table.depth == depth) {
            table.raise(document, &stand_ins);
        }
    }
    wrapped.put_back(document);
    for table in &tables {
        if let Some(node) = document.get_node_mut(table.node) {
            node.insert_damage(RELAYOUT);
        }
    }
    document.resolve(0.0);
    for table in &tables {
        table.place_captions(document);
        table.drop_content(document);
    }
    stand_ins.put_back(document);
    spans::put_back(document, cut);
    true
}

const RELAYOUT: RestyleDamage = RestyleDamage::from_bits_retain(0b1111);

/// All nodes that lay out a table, or did when they were last shown.
fn roots(document: &BaseDocument) -> Vec<NodeId> {
    let is_root = |node: &Node| node.flags.is_table_root() && node.flags.is_in_document();
    document.tree().iter().filter(|(_, node)| is_root(node)).map(|(id, _)| id).collect()
}

/// The tables among the boxes below a node, the outer before the inner, with their depths.
fn find(document: &BaseDocument, id: NodeId, depth: usize, found: &mut Vec<(NodeId, usize)>) {
    let Some(node) = document.get_node(id) else { return };
    let is_table = node.flags.is_table_root();
    if is_table && depth < MAX_DEPTH {
        found.push((id, depth));
    }
    for &child in node.layout_children.borrow().iter().flatten() {
        find(document, child, depth + usize::from(is_table), found);
    }
}

/// Has the boxes of tables made anew, of the styles that stand in.
fn rebuild(document: &mut BaseDocument, tables: &[Table]) {
    for table in tables {
        for id in table.captions.iter().map(|(id, _)| *id).chain([table.node]) {
            if let Some(node) = document.get_node_mut(id) {
                node.insert_damage(REBUILD);
            }
        }
        for cell in &table.grid.cells {
            if let Some(node) = document.get_node_mut(cell.node) {
                node.invalidate_layout_cache();
            }
        }
    }
    document.resolve_layout_children();
    document.resolve_deferred_tasks();
    for table in tables {
        tracks::open(document, table);
    }
}

/// Lays out what the tracks of tables changed.
fn relayout(document: &mut BaseDocument, tables: &[Table]) {
    for table in tables {
        relayout_above(document, table.node);
    }
    document.resolve_layout();
}

/// Has the next layout look at a box again, and at all around it.
fn relayout_above(document: &mut BaseDocument, id: NodeId) {
    let mut next = Some(id);
    while let Some(node) = next.and_then(|id| document.get_node_mut(id)) {
        node.invalidate_layout_cache();
        next = node.layout_parent.get().or(node.parent);
    }
}

impl Table {
    fn new(document: &BaseDocument, id: NodeId, depth: usize) -> Option<Self> {
        let node = document.get_node(id)?;
        let style = node.primary_styles().map(|styles| (*styles).clone())?;
        let grid = Grid::of(document, node)?;
        let is_collapsed = style.clone_border_collapse() == BorderCollapse::Collapse;
        let (halves, around, spacing) = if is_collapsed {
            let borders = SharedBorders::of(document, node, &grid, 1.0);
            let half = |rows: &Range<usize>, columns: &Range<usize>| {
                borders.halves(rows, columns).map(|width| width as f32)
            };
            let halves = grid.cells.iter().map(|cell| half(&cell.rows, &cell.columns)).collect();
            (halves, half(&(0..grid.rows), &(0..grid.columns)), (0.0, 0.0))
        } else {
            let layout = node.unrounded_layout();
            let (b, p) = (layout.border, layout.padding);
            let around = [b.top + p.top, b.right + p.right, b.bottom + p.bottom, b.left + p.left];
            let spacing = style.clone_border_spacing().0;
            (Vec::new(), around, (spacing.width.px(), spacing.height.px()))
        };
        let captions = node.children.iter().filter_map(|&id| {
            let styles = document.get_node(id)?.primary_styles()?;
            is_caption(&styles).then(|| (id, styles.clone_caption_side() == CaptionSide::Bottom))
        });
        let captions = captions.collect();
        let assigned = node.unrounded_layout().size.width;
        Some(Self {
            node: id,
            depth,
            style,
            grid,
            halves,
            around,
            spacing,
            captions,
            wishes: Vec::new(),
            assigned,
            width: 0.0,
            drops: Vec::new(),
        })
    }

    fn is_collapsed(&self) -> bool {
        self.style.clone_border_collapse() == BorderCollapse::Collapse
    }

    /// Room in a row that no column has.
    fn beside_columns(&self) -> f32 {
        let [_, right, _, left] = self.around;
        right + left + self.spacing.0 * (self.grid.columns as f32 + 1.0)
    }

    fn stand_in(&self, document: &mut BaseDocument, stand_ins: &mut StandIns) {
        for (index, cell) in self.grid.cells.iter().enumerate() {
            stand_ins.change(document, cell.node, |styles| {
                stand_in::unsized_box(styles);
                if let Some(halves) = self.halves.get(index) {
                    stand_in::bordered(styles, *halves);
                }
            });
        }
        if self.is_collapsed() {
            stand_ins.change(document, self.node, |styles| {
                stand_in::unpadded(styles);
                stand_in::bordered(styles, self.around);
            });
        }
        for (caption, _) in &self.captions {
            stand_ins.change(document, *caption, stand_in::caption);
        }
    }

    /// Finds what columns ask for.
    fn measure(&mut self, document: &mut BaseDocument, stand_ins: &StandIns) {
        if let Some(node) = document.get_node(self.node) {
            self.assigned = node.unrounded_layout().size.width;
        }
        let is_fixed = self.is_fixed();
        let mut own: Vec<Option<Wish>> = column_wishes(document, self.node, is_fixed);
        own.resize(self.grid.columns, None);
        let mut cells: Vec<Option<Wish>> = vec![None; self.grid.columns];
        let mut wide = Vec::new();
        for (index, cell) in self.grid.cells.iter().enumerate() {
            // Only the first row counts in a fixed layout.
            if is_fixed && cell.rows.start > 0 {
                continue;
            }
            let Some(style) = stand_ins.own(document, cell.node) else { continue };
            let Some(node) = document.get_node(cell.node) else { continue };
            let layout = node.unrounded_layout();
            let padding = layout.padding.left + layout.padding.right;
            let border = match self.halves.get(index) {
                Some([_, right, _, left]) => right + left,
                None => layout.border.left + layout.border.right,
            };
            let content = measure::widths(document, cell.node);
            let wish = cell_wish(&style, padding + border, content, is_fixed);
            if cell.columns.len() == 1 {
                match &mut cells[cell.columns.start] {
                    Some(known) => known.encompass(&wish),
                    empty => *empty = Some(wish),
                }
            } else {
                wide.push(columns::Wide { columns: cell.columns.clone(), wish });
            }
        }
        self.wishes = own
            .into_iter()
            .zip(cells)
            .map(|(own, cell)| match (own, cell) {
                // In a fixed layout, a column's own width comes first.
                (Some(own), Some(_)) if is_fixed && (own.is_fixed || own.percent.is_some()) => own,
                (Some(mut own), Some(cell)) => {
                    own.encompass(&cell);
                    own
                }
                (own, cell) => own.or(cell).unwrap_or_default(),
            })
            .collect();
        columns::spread(&mut self.wishes, &mut wide, units(self.spacing.0));
    }

    /// Whether only the first row and the table itself say how wide columns are.
    fn is_fixed(&self) -> bool {
        self.style.clone_table_layout() == TableLayout::Fixed
            && !matches!(self.style.clone_width(), Size::Auto)
    }

    /// Gives the table and its columns their widths.
    fn widen(&mut self, document: &mut BaseDocument, stand_ins: &mut StandIns) {
        let beside = self.beside_columns();
        let (min, max) = columns::bounds(&self.wishes, true);
        let (min, max) = (pixels(min) + beside, pixels(max) + beside);
        let mut width = self.used_width(document, min, max);
        for (caption, _) in &self.captions {
            width = width.max(measure::widths(document, *caption).min);
        }
        self.width = width.max(min);
        let room = units(self.width - beside);
        let sizes = if self.is_fixed() {
            columns::share_out_fixed(room, &self.wishes)
        } else {
            columns::share_out(room, &self.wishes, true)
        };
        self.width = self.width.max(pixels(sizes.iter().sum()) + beside);
        stand_ins.change(document, self.node, |styles| {
            stand_in::unsized_box(styles);
            stand_in::as_wide_as(styles, self.width);
        });
        for (caption, _) in &self.captions {
            stand_ins.change(document, *caption, |styles| {
                if matches!(styles.clone_width(), Size::Auto) {
                    stand_in::as_wide_as(styles, self.width);
                }
            });
        }
        let sizes: Vec<f32> = sizes.into_iter().map(pixels).collect();
        tracks::columns(document, self, &sizes);
    }

    /// The width of the table's border box (CSS 2.2, §17.5.2), between what its columns need and want.
    fn used_width(&self, document: &BaseDocument, min: f32, max: f32) -> f32 {
        let Some(node) = document.get_node(self.node) else { return min };
        let parent = node.layout_parent.get().or(node.parent).and_then(|id| document.get_node(id));
        let Some(parent) = parent else { return min };
        let assigns = parent.primary_styles().is_some_and(|styles| {
            matches!(styles.clone_display().inside(), DisplayInside::Flex | DisplayInside::Grid)
        });
        let position = self.style.clone_position();
        if assigns || position.is_absolutely_positioned() {
            let own =
                matches!(self.style.clone_width(), Size::Auto).then_some(node.unrounded_layout().size.width);
            return own.unwrap_or(self.assigned);
        }
        let outer = parent.unrounded_layout();
        let sides = |rect: &taffy::Rect<f32>| rect.left + rect.right;
        let room = outer.size.width - sides(&outer.padding) - sides(&outer.border);
        let outside = match self.style.clone_box_sizing() {
            style::computed_values::box_sizing::T::BorderBox => 0.0,
            style::computed_values::box_sizing::T::ContentBox => self.around[1] + self.around[3],
        };
        let given = |size: &Size| match size {
            Size::LengthPercentage(length) => Some(length.0.resolve(Length::new(room)).px() + outside),
            _ => None,
        };
        let margins = sides(&node.unrounded_layout().margin);
        let is_auto = matches!(self.style.clone_width(), Size::Auto);
        let margins = if is_auto { margins.min(room) } else { 0.0 };
        let mut width =
            given(&self.style.clone_width()).unwrap_or_else(|| max.min((room - margins).max(min)));
        if let MaxSize::LengthPercentage(length) = &self.style.clone_max_width() {
            width = width.min(length.0.resolve(Length::new(room)).px() + outside);
        }
        width.max(given(&self.style.clone_min_width()).unwrap_or(0.0)).max(min)
    }

    /// Gives rows their heights. The cells are as tall as their content.
    fn raise(&mut self, document: &mut BaseDocument, stand_ins: &StandIns) {
        let spacing = units(self.spacing.1);
        let mut rows = vec![Row::default(); self.grid.rows];
        let mut tall = Vec::new();
        self.drops = self.drops(document, stand_ins);
        for (index, cell) in self.grid.cells.iter().enumerate() {
            let Some(node) = document.get_node(cell.node) else { continue };
            let layout = node.unrounded_layout();
            let mut height = layout.size.height + self.drops[index];
            let style = stand_ins.own(document, cell.node);
            let given = style.and_then(|style| given_height(&style).map(|own| (own, style)));
            if let Some((own, style)) = &given {
                let border = match self.halves.get(index) {
                    Some([top, _, bottom, _]) => top + bottom,
                    None => layout.border.top + layout.border.bottom,
                };
                let around = layout.padding.top + layout.padding.bottom + border;
                let is_border_box =
                    style.clone_box_sizing() == style::computed_values::box_sizing::T::BorderBox;
                height = height.max(if is_border_box { *own } else { own + around });
            }
            if cell.rows.len() > 1 {
                rows[cell.rows.start].begins_tall = true;
                tall.push(Tall { rows: cell.rows.clone(), height: units(height) });
            } else if let Some(row) = rows.get_mut(cell.rows.start) {
                row.height = row.height.max(units(height));
                row.is_fixed |= given.is_some();
            }
        }
        for (row, node) in rows.iter_mut().zip(self.row_nodes(document)) {
            let style = document.get_node(node).and_then(Node::primary_styles);
            if let Some(own) = style.and_then(|style| given_height(&style)) {
                row.height = row.height.max(units(own));
                row.is_fixed = true;
            }
        }
        rows::spread(&mut rows, &mut tall, spacing);
        if let Some(height) = self.given_height(document) {
            let [top, _, bottom, _] = self.around;
            rows::fill(&mut rows, units(height - top - bottom - 2.0 * self.spacing.1), spacing);
        }
        let heights: Vec<f32> = rows.iter().map(|row| pixels(row.height)).collect();
        let captions = self.caption_heights(document);
        tracks::rows(document, self, &heights, captions);
    }

    fn row_nodes(&self, document: &BaseDocument) -> Vec<NodeId> {
        match document.get_node(self.node).and_then(Node::element_data).map(|data| &data.special_data) {
            Some(SpecialElementData::TableRoot(context)) => {
                context.rows.iter().map(|row| row.node_id).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The height that the table was given, without its captions.
    fn given_height(&self, document: &BaseDocument) -> Option<f32> {
        let around = match self.style.clone_box_sizing() {
            style::computed_values::box_sizing::T::BorderBox => 0.0,
            style::computed_values::box_sizing::T::ContentBox => self.around[0] + self.around[2],
        };
        let resolve = |size: &Size| match size {
            Size::LengthPercentage(length) => match length.0.to_length() {
                Some(length) => Some(length.px() + around),
                None => {
                    let node = document.get_node(self.node)?;
                    let parent = document.get_node(node.layout_parent.get().or(node.parent)?)?;
                    // A part of a height that comes from the content is none.
                    let height = parent.primary_styles()?.clone_height();
                    let is_definite = matches!(height, Size::LengthPercentage(_));
                    let outer = parent.final_layout().content_box_height();
                    is_definite.then(|| length.0.resolve(Length::new(outer)).px() + around)
                }
            },
            _ => None,
        };
        let min = resolve(&self.style.clone_min_height());
        resolve(&self.style.clone_height()).into_iter().chain(min).reduce(f32::max)
    }

    /// How far the content of each cell lies lower, so that the first lines of a row stand on one baseline.
    fn drops(&self, document: &BaseDocument, stand_ins: &StandIns) -> Vec<f32> {
        let baselines: Vec<Option<f32>> = self
            .grid
            .cells
            .iter()
            .map(|cell| {
                let style = stand_ins.own(document, cell.node)?;
                if is_on_baseline(&style) { first_baseline(document, cell.node) } else { None }
            })
            .collect();
        let mut lowest = vec![0.0_f32; self.grid.rows];
        for (cell, baseline) in self.grid.cells.iter().zip(&baselines) {
            let row = &mut lowest[cell.rows.start];
            *row = row.max(baseline.unwrap_or(0.0));
        }
        let drop = |(cell, baseline): (&Cell, &Option<f32>)| {
            baseline.map_or(0.0, |baseline| (lowest[cell.rows.start] - baseline).round())
        };
        self.grid.cells.iter().zip(&baselines).map(drop).collect()
    }

    /// Lowers what is in cells.
    fn drop_content(&self, document: &mut BaseDocument) {
        for (cell, drop) in self.grid.cells.iter().zip(&self.drops) {
            let Some(node) = document.get_node_mut(cell.node).filter(|_| *drop > 0.0) else { continue };
            if let Some(text) =
                node.element_data_mut().and_then(|data| data.inline_layout_data.as_deref_mut())
            {
                text.block_offset += drop;
            }
            let children: Vec<NodeId> = node.layout_children.borrow().iter().flatten().copied().collect();
            for child in children {
                if let Some(child) = document.get_node_mut(child).filter(|child| !child.is_out_of_flow()) {
                    child.final_layout_mut().location.y += drop;
                }
            }
        }
    }

    /// How much room captions take above and below.
    fn caption_heights(&self, document: &BaseDocument) -> (f32, f32) {
        let mut heights = (0.0, 0.0);
        for (caption, is_below) in &self.captions {
            let Some(node) = document.get_node(*caption) else { continue };
            let layout = node.unrounded_layout();
            let height = layout.size.height + layout.margin.top + layout.margin.bottom;
            *if *is_below { &mut heights.1 } else { &mut heights.0 } += height;
        }
        heights
    }

    /// Moves captions to where they belong: the engine laid them out apart from the flow.
    fn place_captions(&self, document: &mut BaseDocument) {
        let (_, below) = self.caption_heights(document);
        let Some(table) = document.get_node(self.node) else { return };
        let mut tops = (0.0, table.final_layout().size.height - below.round());
        for (caption, is_below) in &self.captions {
            let Some(node) = document.get_node_mut(*caption) else { continue };
            let top = if *is_below { &mut tops.1 } else { &mut tops.0 };
            let layout = node.final_layout_mut();
            layout.location = taffy::Point { x: layout.margin.left, y: *top + layout.margin.top };
            *top += layout.size.height + layout.margin.top + layout.margin.bottom;
            if let Some(container) = node.oof_containing_block.take()
                && let Some(container) = document.get_node(container)
            {
                container.hoisted_children.borrow_mut().retain(|id| id != caption);
                if let Some(children) = container.paint_children.borrow_mut().as_mut() {
                    children.retain(|id| id != caption);
                }
            }
            if let Some(table) = document.get_node(self.node)
                && let Some(children) = table.paint_children.borrow_mut().as_mut()
                && !children.contains(caption)
            {
                children.push(*caption);
            }
        }
    }
}

/// What the columns' own elements ask for.
fn column_wishes(document: &BaseDocument, table: NodeId, is_fixed: bool) -> Vec<Option<Wish>> {
    let mut wishes = Vec::new();
    let children = |id: NodeId| document.get_node(id).map(|node| node.children.clone()).unwrap_or_default();
    let part = |id: NodeId| {
        let node = document.get_node(id)?;
        let styles = node.primary_styles().map(|styles| (*styles).clone())?;
        let span = node.attrs()?.iter().find(|a| &*a.name.local == "span");
        let span = span.and_then(|a| a.value.trim().parse::<usize>().ok()).unwrap_or(1).clamp(1, 1000);
        Some((styles.clone_display().inside(), styles, span))
    };
    for child in children(table) {
        match part(child) {
            Some((DisplayInside::TableColumn, styles, span)) => {
                wishes.extend(std::iter::repeat_n(column_wish(&styles, None), span));
            }
            Some((DisplayInside::TableColumnGroup, group, span)) => {
                let before = wishes.len();
                for column in children(child) {
                    if let Some((DisplayInside::TableColumn, styles, span)) = part(column) {
                        let group = (!is_fixed).then_some(&*group);
                        wishes.extend(std::iter::repeat_n(column_wish(&styles, group), span));
                    }
                }
                if wishes.len() == before {
                    wishes.extend(std::iter::repeat_n(column_wish(&group, None), span));
                }
            }
            _ => {}
        }
    }
    wishes
}

/// Of a whole table, and no more than all of it.
fn hundredths(percent: Percentage) -> f32 {
    (percent.0 * 100.0).min(100.0)
}

fn column_wish(styles: &ComputedValues, group: Option<&ComputedValues>) -> Option<Wish> {
    let width = [Some(styles), group].into_iter().flatten().map(|styles| styles.clone_width());
    let width = width.into_iter().find(|width| !matches!(width, Size::Auto))?;
    let Size::LengthPercentage(length) = &width else { return None };
    if let Some(percent) = length.0.to_percentage() {
        return Some(Wish { percent: Some(hundredths(percent)), ..Wish::default() });
    }
    let width = units(length.0.to_length()?.px());
    (width > 0).then_some(Wish { min: 0, max: width, is_fixed: true, ..Wish::default() })
}

/// What a cell asks for, its padding and border included.
fn cell_wish(styles: &ComputedValues, around: f32, content: measure::Widths, is_fixed: bool) -> Wish {
    let is_border_box = styles.clone_box_sizing() == style::computed_values::box_sizing::T::BorderBox;
    let outer = |length: Length| {
        if is_border_box { length.px().max(around) } else { length.px() + around }
    };
    let of = |size: &Size| match size {
        Size::LengthPercentage(length) => length.0.to_length().map(outer),
        _ => None,
    };
    let width = of(&styles.clone_width());
    let percent = match &styles.clone_width() {
        Size::LengthPercentage(length) => length.0.to_percentage().map(hundredths),
        _ => None,
    };
    let least = of(&styles.clone_min_width()).unwrap_or(0.0);
    let mut min = if is_fixed { 0.0 } else { content.min.max(least) };
    let mut max = width.unwrap_or(content.max);
    if let MaxSize::LengthPercentage(length) = &styles.clone_max_width()
        && let Some(most) = length.0.to_length().map(outer)
    {
        min = min.min(most.max(least));
        max = max.min(most.max(least));
    }
    // The engine's lines must not break for want of a rounding error.
    let (min, max) = (up(min), up(max.max(min)));
    let percent = percent.filter(|percent| *percent > 0.0);
    let beside = if is_fixed && !is_border_box { up(around) } else { 0 };
    Wish { min, max, percent, is_fixed: width.is_some(), around: beside }
}

fn given_height(styles: &ComputedValues) -> Option<f32> {
    match &styles.clone_height() {
        Size::LengthPercentage(length) => length.0.to_length().map(|length| length.px()),
        _ => None,
    }
}

/// Whether the content of a cell stands on the baseline of its row.
fn is_on_baseline(styles: &ComputedValues) -> bool {
    use style::values::computed::{AlignmentBaseline, BaselineShift};
    let own = styles.get_box();
    own.clone_alignment_baseline() == AlignmentBaseline::Baseline
        && !matches!(own.clone_baseline_shift(), BaselineShift::Keyword(_))
}

/// Where the first line of a box stands, below its top.
fn first_baseline(document: &BaseDocument, id: NodeId) -> Option<f32> {
    let node = document.get_node(id)?;
    let layout = node.unrounded_layout();
    if let Some(text) = node.element_data()?.inline_layout_data.as_deref() {
        let line = text.layout.lines().next()?;
        let top = layout.border.top + layout.padding.top + text.block_offset;
        return Some(top + line.metrics().baseline / text.layout.scale());
    }
    let children = node.layout_children.borrow();
    children.iter().flatten().find_map(|&child| {
        let top = document.get_node(child)?.unrounded_layout().location.y;
        Some(top + first_baseline(document, child)?)
    })
}

fn units(pixels: f32) -> i64 {
    (pixels.min(MAX_LENGTH) * 64.0).round() as i64
}

fn up(pixels: f32) -> i64 {
    ((pixels.min(MAX_LENGTH) + 0.001) * 64.0).ceil() as i64
}

fn pixels(units: i64) -> f32 {
    units as f32 / 64.0
}
