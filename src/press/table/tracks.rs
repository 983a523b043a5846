//! The grid that the engine lays a table out as, and what it is told.

use std::sync::Arc;

use blitz_dom::node::SpecialElementData;
use blitz_dom::{Atom, BaseDocument, Node};
use taffy::prelude::{TaffyAuto as _, length, max_content, min_content, minmax, zero};
use taffy::{AlignItems, GridTemplateComponent, Style};

use super::{Table, pixels};

/// Columns as wide as their content asks for, rows as tall.
pub(super) fn open(document: &mut BaseDocument, table: &Table) {
    let Some(style) = style_of(document, table) else { return };
    let [top, right, bottom, left] = table.around;
    let (across, down) = table.spacing;
    // Layout needs the sum of padding and border only.
    style.border = zero();
    style.padding = taffy::Rect {
        top: length(top + down),
        right: length(right + across),
        bottom: length(bottom + down),
        left: length(left + across),
    };
    style.gap = taffy::Size { width: length(across), height: length(down) };
    style.align_items = AlignItems::START;
    style.grid_template_columns = vec![minmax(min_content(), max_content()); table.grid.columns];
    style.grid_template_rows = vec![taffy::prelude::auto(); table.grid.rows];
}

/// Columns as wide as their table allows, between what they need and what they want.
pub(super) fn between(document: &mut BaseDocument, table: &Table) {
    let columns = table.wishes.iter().map(|wish| minmax(length(pixels(wish.min)), length(pixels(wish.max))));
    let columns: Vec<GridTemplateComponent<Atom>> = columns.collect();
    if let Some(style) = style_of(document, table) {
        style.grid_template_columns = columns;
    }
}

/// Columns of these widths.
pub(super) fn columns(document: &mut BaseDocument, table: &Table, widths: &[f32]) {
    if let Some(style) = style_of(document, table) {
        style.grid_template_columns = widths.iter().map(|width| length(*width)).collect();
        style.size = taffy::Size { width: length(table.width), height: taffy::Dimension::AUTO };
        style.min_size = taffy::Size::auto();
        style.max_size = taffy::Size::auto();
        style.box_sizing = taffy::BoxSizing::BorderBox;
    }
}

/// Rows of these heights, with room for captions above and below.
pub(super) fn rows(document: &mut BaseDocument, table: &Table, heights: &[f32], captions: (f32, f32)) {
    if let Some(style) = style_of(document, table) {
        let [top, _, bottom, _] = table.around;
        style.grid_template_rows = heights.iter().map(|height| length(*height)).collect();
        style.align_items = AlignItems::STRETCH;
        style.padding.top = length(top + table.spacing.1 + captions.0);
        style.padding.bottom = length(bottom + table.spacing.1 + captions.1);
    }
}

fn style_of<'a>(document: &'a mut BaseDocument, table: &Table) -> Option<&'a mut Style<Atom>> {
    let data = document.get_node_mut(table.node).and_then(Node::element_data_mut)?;
    let SpecialElementData::TableRoot(context) = &mut data.special_data else { return None };
    Some(&mut Arc::get_mut(context)?.style)
}
