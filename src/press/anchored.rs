//! Positioned boxes whose containing block is an inline element.
//!
//! The engine lays them out in the block around it (blitz-dom 0.3.0-beta.4 has no boxes of inline elements).
//! So their insets and sizes are made to say there what they say of the inline element, once it is known
//! where its text stands.

use std::collections::HashMap;

use blitz_dom::{BaseDocument, Node, NodeId};
use kurbo::Rect;
use style::properties::ComputedValues;
use style::selector_parser::RestyleDamage;
use style::servo_arc::Arc;
use style::values::computed::position::Inset;
use style::values::computed::{CSSPixelLength, Length, LengthPercentage, MaxSize, PositionProperty, Size};
use style::values::generics::NonNegative;
use style::values::generics::position::GenericInset;
use style::values::specified::box_::{DisplayInside, DisplayOutside};

use super::measure::border_box;
use crate::paint::{Images, inline_area};

type Styles = Arc<ComputedValues>;

/// The boxes that were placed, as they stand.
#[derive(Default)]
pub(super) struct Anchored(HashMap<NodeId, Placed>);

struct Placed {
    /// By the cascade, and with lengths of ours.
    original: Styles,
    written: Styles,
    lengths: Lengths,
}

/// Left, top, right, bottom; then width and height with their least and greatest. In CSS pixels, where they
/// are not as the cascade has them.
#[derive(Debug, Clone, PartialEq, Default)]
struct Lengths {
    insets: [Option<f32>; 4],
    sizes: [Option<f32>; 6],
}

impl Anchored {
    /// Places all of them in the laid out document; true when any moved: it has to be laid out again.
    pub(super) fn place(&mut self, document: &mut BaseDocument, scale: f64, images: &dyn Images) -> bool {
        let found: Vec<(NodeId, NodeId)> =
            document.tree().iter().filter_map(|(id, node)| Some((id, anchor(document, node)?))).collect();
        if found.is_empty() {
            self.0.clear();
            return false;
        }
        self.0.retain(|id, _| found.iter().any(|(known, _)| known == id));
        let mut moved = false;
        for (id, inline) in found {
            let Some((area, around)) = areas(document, scale, images, id, inline) else { continue };
            let Some(node) = document.get_node_mut(id) else { continue };
            let Some(current) = node.primary_styles().map(|styles| (*styles).clone()) else { continue };
            let known = self.0.get(&id).filter(|known| Arc::ptr_eq(&known.written, &current));
            let original = known.map_or(&current, |known| &known.original).clone();
            let lengths = lengths(&original, area, around);
            if known.is_some_and(|known| known.lengths == lengths) {
                continue;
            }
            let mut written = (*original).clone();
            write(&mut written, &lengths);
            let written = Arc::new(written);
            if let Some(data) = node.try_stylo_element_data_mut()
                && let Some(mut data) = data.get_mut()
            {
                data.styles.primary = Some(written.clone());
            }
            node.insert_damage(RestyleDamage::RELAYOUT);
            self.0.insert(id, Placed { original, written, lengths });
            moved = true;
        }
        moved
    }
}

/// The inline element that contains a box.
fn anchor(document: &BaseDocument, node: &Node) -> Option<NodeId> {
    let is_absolute = |styles: &ComputedValues| styles.clone_position() == PositionProperty::Absolute;
    if !node.flags.is_in_document() || !node.primary_styles().is_some_and(|styles| is_absolute(&styles)) {
        return None;
    }
    let around =
        std::iter::successors(document.get_node(node.parent?), |node| document.get_node(node.parent?));
    for node in around {
        let styles = node.primary_styles()?;
        let display = styles.clone_display();
        if display.outside() != DisplayOutside::Inline || display.inside() != DisplayInside::Flow {
            return None;
        }
        if styles.clone_position() == PositionProperty::Relative {
            return Some(node.id);
        }
    }
    None
}

/// The areas of the inline element and of the block that the engine takes in its place, in the page.
fn areas(
    document: &BaseDocument,
    scale: f64,
    images: &dyn Images,
    id: NodeId,
    inline: NodeId,
) -> Option<(Rect, Rect)> {
    let root = document.get_node(inline)?.inline_root_ancestor()?;
    let at = border_box(root);
    let area = inline_area(document, scale, images, root, inline)?;
    let area = area + kurbo::Vec2::new(at.left.into(), at.top.into());
    let around = document.get_node(document.get_node(id)?.containing_block()?)?;
    let (outer, border) = (border_box(around), around.final_layout().border);
    let around = Rect::new(
        f64::from(outer.left + border.left),
        f64::from(outer.top + border.top),
        f64::from(outer.right - border.right),
        f64::from(outer.bottom - border.bottom),
    );
    Some((area, around))
}

/// What lengths that refer to `area` are in `around`.
fn lengths(styles: &ComputedValues, area: Rect, around: Rect) -> Lengths {
    let position = styles.get_position();
    let (width, height) = (area.width() as f32, area.height() as f32);
    let resolve = |length: &LengthPercentage, full: f32| length.resolve(CSSPixelLength::new(full)).px();
    let inset = |inset: &Inset, full: f32, before: f64| match inset {
        GenericInset::LengthPercentage(length) => Some(resolve(length, full) + before as f32),
        _ => None,
    };
    let size = |size: &Size, full: f32| match size {
        Size::LengthPercentage(length) => Some(resolve(&length.0, full)),
        _ => None,
    };
    let most = |size: &MaxSize, full: f32| match size {
        MaxSize::LengthPercentage(length) => Some(resolve(&length.0, full)),
        _ => None,
    };
    Lengths {
        insets: [
            inset(&position.left, width, area.x0 - around.x0),
            inset(&position.top, height, area.y0 - around.y0),
            inset(&position.right, width, around.x1 - area.x1),
            inset(&position.bottom, height, around.y1 - area.y1),
        ],
        sizes: [
            size(&position.width, width),
            size(&position.min_width, width),
            most(&position.max_width, width),
            size(&position.height, height),
            size(&position.min_height, height),
            most(&position.max_height, height),
        ],
    }
}

fn write(styles: &mut ComputedValues, lengths: &Lengths) {
    let length = |pixels: f32| LengthPercentage::new_length(Length::new(pixels));
    let position = styles.mutate_position();
    let insets = [&mut position.left, &mut position.top, &mut position.right, &mut position.bottom];
    for (inset, own) in insets.into_iter().zip(lengths.insets) {
        if let Some(own) = own {
            *inset = GenericInset::LengthPercentage(length(own));
        }
    }
    let [width, min_width, max_width, height, min_height, max_height] =
        lengths.sizes.map(|own| own.map(|own| NonNegative(length(own.max(0.0)))));
    let set = |size: &mut Size, own: Option<NonNegative<LengthPercentage>>| {
        if let Some(own) = own {
            *size = Size::LengthPercentage(own);
        }
    };
    set(&mut position.width, width);
    set(&mut position.min_width, min_width);
    set(&mut position.height, height);
    set(&mut position.min_height, min_height);
    for (size, own) in [(&mut position.max_width, max_width), (&mut position.max_height, max_height)] {
        if let Some(own) = own {
            *size = MaxSize::LengthPercentage(own);
        }
    }
}
