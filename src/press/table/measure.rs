//! How wide the content of a cell wants to be. Lengths are CSS pixels.

use blitz_dom::{BaseDocument, Node, NodeId};
use style::values::computed::{Float, Margin, Size};
use style::values::specified::box_::DisplayInside;
use taffy::{AvailableSpace, Line, RequestedAxis, RunMode, SizingMode};

/// Outer widths: of the longest word, and of everything on one line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Widths {
    pub min: f32,
    pub max: f32,
}

/// The widths of a box that was laid out in a table whose columns ask for them.
pub(super) fn widths(document: &mut BaseDocument, id: NodeId) -> Widths {
    let asked = Widths {
        min: answer(document, id, AvailableSpace::MinContent),
        max: answer(document, id, AvailableSpace::MaxContent),
    };
    match exact(document, id) {
        // The engine rounds up what it answers.
        Some(exact) if exact.min <= asked.min + 1.0 && exact.max <= asked.max + 1.0 => exact,
        _ => asked,
    }
}

/// What the engine answered when the table asked, or else how wide the box became.
fn answer(document: &mut BaseDocument, id: NodeId, available: AvailableSpace) -> f32 {
    let question = taffy::LayoutInput {
        run_mode: RunMode::ComputeSize,
        sizing_mode: SizingMode::InherentSize,
        axis: RequestedAxis::Horizontal,
        known_dimensions: taffy::Size::NONE,
        known_dimensions_are_definite: taffy::Size { width: true, height: true },
        parent_size: taffy::Size::NONE,
        available_space: taffy::Size { width: available, height: available },
        vertical_margins_are_collapsible: Line::FALSE,
    };
    let Some(node) = document.get_node_mut(id) else { return 0.0 };
    match node.cache_mut().get(&question) {
        Some(answer) => answer.size.width,
        None => node.unrounded_layout().size.width,
    }
}

/// The widths of text, and of blocks of text, without the rounding.
fn exact(document: &BaseDocument, id: NodeId) -> Option<Widths> {
    let node = document.get_node(id)?;
    let styles = node.primary_styles()?;
    if styles.clone_float() != Float::None
        || !matches!(
            styles.clone_display().inside(),
            DisplayInside::Flow | DisplayInside::FlowRoot | DisplayInside::TableCell
        )
        || matches!(&*node.element_data()?.name.local, "img" | "svg" | "canvas" | "input" | "textarea")
    {
        return None;
    }
    let around = around(node);
    let given = |size: &Size| match size {
        Size::LengthPercentage(length) => length.0.to_length().map(|length| Some(length.px())),
        Size::Auto => Some(None),
        _ => None,
    };
    if let Some(width) = given(&styles.clone_width())? {
        let border_box = styles.clone_box_sizing() == style::computed_values::box_sizing::T::BorderBox;
        let width = if border_box { width.max(around) } else { width + around };
        return Some(Widths { min: width, max: width });
    }
    let content = if node.flags.is_inline_root() {
        let text = node.element_data()?.inline_layout_data.as_deref()?;
        let scale = text.layout.scale();
        let widths = text.layout.calculate_content_widths();
        Widths { min: widths.min / scale, max: widths.max / scale }
    } else {
        let mut content = Widths { min: 0.0, max: 0.0 };
        for &child in node.layout_children.borrow().iter().flatten() {
            let node = document.get_node(child)?;
            if node.is_out_of_flow() {
                continue;
            }
            let styles = node.primary_styles()?;
            let margin = |margin: &Margin| match margin {
                Margin::LengthPercentage(length) => length.to_length().map(|length| length.px()),
                Margin::Auto => Some(0.0),
                _ => None,
            };
            let margins = margin(&styles.clone_margin_left())? + margin(&styles.clone_margin_right())?;
            let own = exact(document, child)?;
            content.min = content.min.max(own.min + margins);
            content.max = content.max.max(own.max + margins);
        }
        content
    };
    Some(Widths { min: content.min + around, max: content.max + around })
}

/// Horizontal padding and border, percentages left aside.
fn around(node: &Node) -> f32 {
    let Some(styles) = node.primary_styles() else { return 0.0 };
    let border = styles.get_border();
    let line =
        |width: style::values::computed::Au, is_drawn: bool| if is_drawn { width.to_f32_px() } else { 0.0 };
    let padding = |length: Option<style::values::computed::Length>| length.map_or(0.0, |length| length.px());
    line(border.border_left_width.0, !border.border_left_style.none_or_hidden())
        + line(border.border_right_width.0, !border.border_right_style.none_or_hidden())
        + padding(styles.clone_padding_left().0.to_length())
        + padding(styles.clone_padding_right().0.to_length())
}
