//! Styles that stand in for others while a table is laid out.

use std::collections::HashMap;

use blitz_dom::{BaseDocument, Node, NodeId};
use style::computed_values::border_collapse::T as BorderCollapse;
use style::computed_values::box_sizing::T as BoxSizing;
use style::properties::ComputedValues;
use style::servo_arc::Arc;
use style::values::computed::border::BorderSideWidth;
use style::values::computed::{Au, Length, LengthPercentage, MaxSize, Size};
use style::values::generics::NonNegative;
use style::values::generics::position::GenericInset;
use style::values::specified::BorderStyle;

type Styles = Arc<ComputedValues>;

/// The styles that others stand in for.
#[derive(Default)]
pub(super) struct StandIns(HashMap<NodeId, Styles>);

impl StandIns {
    /// Changes the style of a node for the time being.
    pub(super) fn change(
        &mut self,
        document: &mut BaseDocument,
        id: NodeId,
        change: impl FnOnce(&mut ComputedValues),
    ) {
        let Some(node) = document.get_node_mut(id) else { return };
        let Some(own) = node.primary_styles().map(|styles| (*styles).clone()) else { return };
        let mut styles = (*own).clone();
        change(&mut styles);
        set(node, Arc::new(styles));
        self.0.entry(id).or_insert(own);
    }

    /// The style that a node has by its cascade.
    pub(super) fn own(&self, document: &BaseDocument, id: NodeId) -> Option<Styles> {
        match self.0.get(&id) {
            Some(own) => Some(own.clone()),
            None => document.get_node(id)?.primary_styles().map(|styles| (*styles).clone()),
        }
    }

    pub(super) fn put_back(self, document: &mut BaseDocument) {
        for (id, own) in self.0 {
            if let Some(node) = document.get_node_mut(id) {
                set(node, own);
            }
        }
    }
}

fn set(node: &mut Node, styles: Styles) {
    if let Some(data) = node.try_stylo_element_data_mut()
        && let Some(mut data) = data.get_mut()
    {
        data.styles.primary = Some(styles);
    }
}

/// As large as its content. A table gives cells their sizes.
pub(super) fn unsized_box(styles: &mut ComputedValues) {
    let position = styles.mutate_position();
    position.width = Size::Auto;
    position.height = Size::Auto;
    unbounded(styles);
}

fn unbounded(styles: &mut ComputedValues) {
    let position = styles.mutate_position();
    position.min_width = Size::Auto;
    position.min_height = Size::Auto;
    position.max_width = MaxSize::None;
    position.max_height = MaxSize::None;
}

/// With borders of these widths: top, right, bottom, left.
pub(super) fn bordered(styles: &mut ComputedValues, widths: [f32; 4]) {
    let [top, right, bottom, left] = widths.map(|width| BorderSideWidth(Au::from_f32_px(width)));
    let border = styles.mutate_border();
    border.border_top_width = top;
    border.border_right_width = right;
    border.border_bottom_width = bottom;
    border.border_left_width = left;
    border.border_top_style = BorderStyle::Solid;
    border.border_right_style = BorderStyle::Solid;
    border.border_bottom_style = BorderStyle::Solid;
    border.border_left_style = BorderStyle::Solid;
}

/// A table that shares borders with its cells has no padding.
pub(super) fn unpadded(styles: &mut ComputedValues) {
    styles.mutate_inherited_table().border_collapse = BorderCollapse::Separate;
    let padding = styles.mutate_padding();
    padding.padding_top = NonNegative(length(0.0));
    padding.padding_right = NonNegative(length(0.0));
    padding.padding_bottom = NonNegative(length(0.0));
    padding.padding_left = NonNegative(length(0.0));
}

/// As wide as this in all.
pub(super) fn as_wide_as(styles: &mut ComputedValues, width: f32) {
    let position = styles.mutate_position();
    position.width = Size::LengthPercentage(NonNegative(length(width)));
    position.box_sizing = BoxSizing::BorderBox;
}

/// Out of the flow, which a caption is not, but there alone the engine lays it out.
pub(super) fn caption(styles: &mut ComputedValues) {
    styles.mutate_box().position = style::values::computed::PositionProperty::Absolute;
    let position = styles.mutate_position();
    position.top = GenericInset::Auto;
    position.right = GenericInset::Auto;
    position.bottom = GenericInset::Auto;
    position.left = GenericInset::Auto;
}

fn length(pixels: f32) -> LengthPercentage {
    LengthPercentage::new_length(Length::new(pixels))
}
