//! Room for the padding, borders and margins of inline boxes: signs that take it, at which no line breaks
//! where none would break without them.

use blitz_dom::BaseDocument;
use style::computed_values::direction::T as Direction;
use style::properties::ComputedValues;
use style::values::computed::{CSSPixelLength, LengthPercentage};
use style::values::generics::length::GenericMargin;

use super::passage::Item;
use super::plan::{Look, Part};
use super::styles;
use crate::template::{CLOSING, OPENING};

/// Whether an inline box has edges that take room.
pub(super) fn apply(styles: &ComputedValues) -> bool {
    let border = styles.get_border();
    let padding = styles.get_padding();
    let margin = styles.get_margin();
    let is_margin = |margin: &style::values::computed::Margin| matches!(margin, GenericMargin::LengthPercentage(length) if !is_zero(length));
    !is_zero(&padding.padding_left.0)
        || !is_zero(&padding.padding_right.0)
        || (!border.border_left_style.none_or_hidden() && border.border_left_width.0.to_f64_px() > 0.0)
        || (!border.border_right_style.none_or_hidden() && border.border_right_width.0.to_f64_px() > 0.0)
        || is_margin(&margin.margin_left)
        || is_margin(&margin.margin_right)
}

/// Whether edges of an inline box depend on the width of the box that its lines are in.
pub(super) fn has_percentages(styles: &ComputedValues) -> bool {
    let (padding, margin) = (styles.get_padding(), styles.get_margin());
    let is_margin = |margin: &style::values::computed::Margin| matches!(margin, GenericMargin::LengthPercentage(length) if length.to_length().is_none());
    padding.padding_left.0.to_length().is_none()
        || padding.padding_right.0.to_length().is_none()
        || is_margin(&margin.margin_left)
        || is_margin(&margin.margin_right)
}

fn is_zero(length: &LengthPercentage) -> bool {
    length.to_length().is_some_and(|length| length.px() == 0.0)
}

/// Margin, border and padding of a side in CSS pixels; `room` is the width that percentages are of.
pub(super) fn width(styles: &ComputedValues, left: bool, room: f32) -> f32 {
    let length = |length: &LengthPercentage| length.resolve(CSSPixelLength::new(room)).px();
    let (padding, border, margin) = (styles.get_padding(), styles.get_border(), styles.get_margin());
    let (padding, line, kind, margin) = if left {
        (&padding.padding_left, &border.border_left_width, border.border_left_style, &margin.margin_left)
    } else {
        (&padding.padding_right, &border.border_right_width, border.border_right_style, &margin.margin_right)
    };
    let line = if kind.none_or_hidden() { 0.0 } else { line.0.to_f64_px() as f32 };
    let margin = match margin {
        GenericMargin::LengthPercentage(margin) => length(margin),
        _ => 0.0,
    };
    length(&padding.0) + line + margin
}

/// The width of the edge at which a box opens or closes.
pub(super) fn width_at(styles: &ComputedValues, opens: bool, room: f32) -> f32 {
    let rtl = styles.clone_direction() == Direction::Rtl;
    width(styles, opens != rtl, room)
}

/// The sign for the edge at which a box opens or closes.
pub(super) fn edge(styles: &ComputedValues, opens: bool, room: f32) -> Option<Part> {
    let width = width_at(styles, opens, room);
    // It is two characters long.
    let look = Look { spacing: Some(width / 2.0), ..Look::default() };
    let text = if opens { OPENING } else { CLOSING };
    (width != 0.0).then(|| Part::piece(text, look))
}

/// Whether a box with an edge closes directly after a text.
pub(super) fn closes(document: &BaseDocument, rest: &[Item], room: f32) -> bool {
    rest.iter()
        .map_while(|item| if let Item::Close(id) = item { Some(*id) } else { None })
        .any(|id| styles(document, id).is_some_and(|styles| edge(&styles, false, room).is_some()))
}
