//! Sticky boxes (CSS Positioned Layout 3, §3.4). Nothing scrolls in a picture: they lie where they would
//! before anyone does.

use blitz_dom::{BaseDocument, Node};
use kurbo::{Point, Rect, Size, Vec2};
use style::values::computed::position::Inset;
use style::values::computed::{CSSPixelLength, Overflow, PositionProperty};
use style::values::generics::position::GenericInset;

/// How far a box lies from its place in the flow, in CSS pixels.
pub(super) fn shift(document: &BaseDocument, node: &Node) -> Vec2 {
    let Some(styles) = node.primary_styles() else { return Vec2::ZERO };
    if styles.clone_position() != PositionProperty::Sticky {
        return Vec2::ZERO;
    }
    let Some(block) = node.containing_block().and_then(|id| document.get_node(id)) else { return Vec2::ZERO };
    let layout = node.final_layout();
    let place = Point::new(layout.location.x.into(), layout.location.y.into());
    let size = Size::new(layout.size.width.into(), layout.size.height.into());
    let (port, from_port) = scroll_port(document, block);
    let at = place + from_port;
    let inset = |inset: &Inset, full: f64| match inset {
        GenericInset::LengthPercentage(length) => {
            Some(f64::from(length.resolve(CSSPixelLength::new(full as f32)).px()))
        }
        _ => None,
    };
    let own = styles.get_position();
    let (left, right) = (inset(&own.left, port.width), inset(&own.right, port.width));
    let (top, bottom) = (inset(&own.top, port.height), inset(&own.bottom, port.height));
    // It does not leave the box that it stands in.
    let content = content_box(block);
    let margin = layout.margin;
    let [above, after, below, before] = [margin.top, margin.right, margin.bottom, margin.left].map(f64::from);
    Vec2::new(
        stuck(at.x, size.width, left, right, port.width).clamp(
            (content.x0 + before - place.x).min(0.0),
            (content.x1 - after - size.width - place.x).max(0.0),
        ),
        stuck(at.y, size.height, top, bottom, port.height).clamp(
            (content.y0 + above - place.y).min(0.0),
            (content.y1 - below - size.height - place.y).max(0.0),
        ),
    )
}

/// How far a box moves along one axis to keep its distances; when it cannot keep both, the first one counts.
fn stuck(at: f64, size: f64, start: Option<f64>, end: Option<f64>, port: f64) -> f64 {
    let held = end.map_or(at, |end| at.min(port - end - size));
    start.map_or(held, |start| held.max(start)) - at
}

/// The size of what would scroll a block's content, and how far the block lies from its corner.
fn scroll_port(document: &BaseDocument, block: &Node) -> (Size, Vec2) {
    let mut offset = Vec2::ZERO;
    let mut at = Some(block);
    while let Some(node) = at {
        let layout = node.final_layout();
        let scrolls = |overflow: Overflow| !matches!(overflow, Overflow::Visible | Overflow::Clip);
        let is_port = node.primary_styles().is_some_and(|styles| scrolls(styles.clone_overflow_y()))
            && document.try_root_element().is_none_or(|root| root.id != node.id);
        if is_port {
            let border = layout.border;
            let size = Size::new(
                (layout.size.width - border.left - border.right).into(),
                (layout.size.height - border.top - border.bottom).into(),
            );
            return (size, offset - Vec2::new(border.left.into(), border.top.into()));
        }
        offset += Vec2::new(layout.location.x.into(), layout.location.y.into());
        at = node.containing_block().and_then(|id| document.get_node(id));
    }
    let viewport = document.viewport();
    let (width, height) = viewport.window_size;
    let scale = f64::from(viewport.scale());
    (Size::new(f64::from(width) / scale, f64::from(height) / scale), offset)
}

/// A box's content box, from the corner of its border box.
fn content_box(node: &Node) -> Rect {
    let layout = node.final_layout();
    let (border, padding) = (layout.border, layout.padding);
    Rect::new(
        (border.left + padding.left).into(),
        (border.top + padding.top).into(),
        (layout.size.width - border.right - padding.right).into(),
        (layout.size.height - border.bottom - padding.bottom).into(),
    )
}
