//! The bullets of list items, and the numbers outside of them.

use blitz_dom::node::{ListItemLayoutPosition, Marker, TextLayout};
use blitz_dom::{Node, NodeId};
use kurbo::{Affine, BezPath, Point, Rect, Stroke, Vec2};
use parley::PositionedLayoutItem;
use skrifa::MetadataProvider as _;
use style::computed_values::direction::T as Direction;
use style::computed_values::list_style_position::T as ListStylePosition;
use style::counter_style::CounterStyle;
use style::values::computed::counters::Content;
use style::values::specified::box_::DisplayInside;

use super::background::url_of;
use super::boxes::{ellipse, place, polygon};
use super::style::color;
use super::{Element, Painter, Styles};
use crate::display::{Paint, Shape};
use crate::template::{LIST_MARKER, MARKER_MADE};

/// Between a picture and the item, in CSS pixels: as in Chromium.
const PICTURE_GAP: f64 = 7.0;

impl<'a> Painter<'a> {
    pub(super) fn marker(&mut self, element: &Element<'_>) {
        let Some(data) = element.node.element_data() else { return };
        if self.picture_marker(element) {
            return;
        }
        let Some(item) = data.list_item_data.as_deref() else { return };
        let style: Styles = data
            .stylo_element_data
            .get()
            .and_then(|data| data.styles.pseudos.get(&LIST_MARKER).cloned())
            .unwrap_or_else(|| element.style.clone());
        let item_style = element.style.clone();
        let element = Element {
            node: element.node,
            style,
            boxes: element.boxes.clone(),
            transform: element.transform,
            pieces: None,
        };
        let size = |style: &Styles| f64::from(style.clone_font_size().computed_size().px());
        let larger = size(&element.style) / size(&item_style).max(f64::MIN_POSITIVE);
        let text = self.first_text(element.node.id);
        let ListItemLayoutPosition::Outside(layout) = &item.position else {
            self.bullet_inside(&element, &item_style, &item.marker, larger);
            return;
        };
        let own = standing(layout).unwrap_or(0.0);
        let baseline = self.baseline(&element).unwrap_or_else(|| (element.boxes.content.y0 + own).round());
        let border = element.boxes.border;
        let rtl = element.style.clone_direction() == Direction::Rtl;
        if let (Marker::Char(_), CounterStyle::Name(name)) =
            (&item.marker, &element.style.get_list().list_style_type.0)
        {
            let ascent = text.and_then(|(_, text)| ascent(&text.layout)).unwrap_or(own);
            let ascent = (ascent * larger / self.scale).round();
            let (size, start) = bullet_outside(&name.0, size(&element.style), ascent);
            let left =
                if rtl { border.x1 / self.scale + start - size } else { border.x0 / self.scale - start };
            self.bullet(&element, &name.0, ascent, Point::new(left, baseline), rtl);
            return;
        }
        let said = match &item.marker {
            Marker::Char(c) => c.to_string(),
            Marker::String(text) => text.trim_end_matches(MARKER_MADE).to_owned(),
        };
        // Layout leaves white space at the end out.
        let gap = if said.ends_with(' ') { space(layout).unwrap_or(0.0) } else { 0.0 };
        let left = if rtl { border.x1 + gap } else { border.x0 - f64::from(layout.full_width()) - gap };
        let transform = element.transform * Affine::translate(Vec2::new(left, baseline - own));
        self.lines(layout, &said, transform, element.node.id, &element);
    }

    /// The picture of `list-style-image`, on the first line's baseline. Whether there is one.
    fn picture_marker(&mut self, element: &Element<'_>) -> bool {
        let list = element.style.get_list();
        let is_outside = element.style.clone_list_style_position() == ListStylePosition::Outside;
        let Some(url) = url_of(&list.list_style_image).filter(|_| is_outside) else { return false };
        let styles = element.node.try_stylo_element_data().and_then(|data| data.get());
        let marker = styles.as_ref().and_then(|data| data.styles.pseudos.get(&LIST_MARKER));
        let has_own = marker.is_some_and(|marker| matches!(marker.get_counters().content, Content::Items(_)));
        if has_own || !element.style.clone_display().is_list_item() {
            return false;
        }
        let Some((width, height)) = self.images.size(url) else {
            // Asking for it reports it; the bullet stands for it.
            let _ = self.images.picture(url, 1.0, 1.0);
            return false;
        };
        let (width, height) = (width * self.scale, height * self.scale);
        let gap = PICTURE_GAP * self.scale;
        let (border, content) = (element.boxes.border, element.boxes.content);
        let rtl = element.style.clone_direction() == Direction::Rtl;
        let left = if rtl { border.x1 + gap } else { border.x0 - gap - width };
        let bottom = self.baseline(element).unwrap_or(content.y0 + height);
        let area = Rect::new(left, bottom - height, left + width, bottom);
        self.picture(element, url, area, element.transform);
        true
    }

    /// The baseline of an item's first line, on a whole pixel as glyphs are drawn; in device pixels.
    fn baseline(&self, item: &Element<'_>) -> Option<f64> {
        let (top, text) = self.first_text(item.node.id)?;
        Some((top * self.scale + standing(&text.layout)?).round())
    }

    /// The first text of an item, which may lie in a block of the item, and how far below the item's top,
    /// in CSS pixels.
    fn first_text(&self, item: NodeId) -> Option<(f64, &'a TextLayout)> {
        let mut top = 0.0;
        let mut node = self.document.get_node(item)?;
        loop {
            if let Some(text) = node.element_data()?.inline_layout_data.as_deref() {
                let layout = node.final_layout();
                let inset = layout.border.top + layout.padding.top + text.block_offset;
                return Some((top + f64::from(inset), text));
            }
            let is_flow = |node: &Node| {
                let styles = node.primary_styles();
                styles.is_some_and(|styles| {
                    matches!(styles.clone_display().inside(), DisplayInside::Flow | DisplayInside::FlowRoot)
                })
            };
            if !is_flow(node) {
                return None;
            }
            let children = node.layout_children.borrow();
            let mut children = children.iter().flatten().filter_map(|&id| self.document.get_node(id));
            let child = children.find(|child| !child.is_out_of_flow())?;
            top += f64::from(child.final_layout().location.y);
            node = child;
        }
    }

    /// The bullet of an item whose text has room for one at its start.
    fn bullet_inside(&mut self, element: &Element<'_>, item: &Styles, marker: &Marker, larger: f64) {
        let CounterStyle::Name(name) = &item.get_list().list_style_type.0 else { return };
        let is_left_out = matches!(marker, Marker::String(text) if text.is_empty())
            && item.get_list().list_style_type.0.is_bullet()
            && !matches!(element.style.get_counters().content, Content::Items(_) | Content::None);
        let Some(text) = element.node.element_data().and_then(|data| data.inline_layout_data.as_deref())
        else {
            return;
        };
        let rtl = item.clone_direction() == Direction::Rtl;
        let mut runs = text.layout.lines().next().into_iter().flat_map(|line| {
            line.items().filter_map(|item| match item {
                PositionedLayoutItem::GlyphRun(run) => Some(run),
                PositionedLayoutItem::InlineBox(_) => None,
            })
        });
        let first = if rtl { runs.last() } else { runs.next() };
        let Some(run) = first.filter(|_| is_left_out) else {
            return;
        };
        let Some(baseline) = self.baseline(element) else { return };
        let font_size = f64::from(element.style.clone_font_size().computed_size().px());
        let of_item = f64::from(item.clone_font_size().computed_size().px()) * self.scale;
        let whole = f64::from(run.run().font_metrics().ascent) / f64::from(run.run().font_size());
        let ascent = (whole * of_item * larger / self.scale).round();
        let (size, _) = bullet_outside(&name.0, font_size, ascent);
        let start = (element.boxes.content.x0 + f64::from(run.offset())) / self.scale;
        let left = if rtl { start + f64::from(run.advance()) / self.scale - size } else { start };
        self.bullet(element, &name.0, ascent, Point::new(left, baseline), rtl);
    }

    /// A bullet of the size that Chromium gives it. `ascent` and the left of `at` are in CSS pixels, the
    /// baseline in device pixels.
    fn bullet(&mut self, element: &Element<'_>, name: &str, ascent: f64, at: Point, rtl: bool) {
        let font_size = f64::from(element.style.clone_font_size().computed_size().px());
        let (size, _) = bullet_outside(name, font_size, ascent);
        let top = if name.starts_with("disclosure") {
            ascent - size
        } else {
            (3.0 * (ascent - (ascent * 2.0 / 3.0).floor()) / 2.0).floor()
        };
        let top = at.y / self.scale - ascent + top;
        let area = Rect::new(at.x, top, at.x + size, top + size);
        let rect =
            Rect::new(area.x0 * self.scale, area.y0 * self.scale, area.x1 * self.scale, area.y1 * self.scale);
        let paint = Paint::Solid(color(&element.style.clone_color()));
        let disc = |rect: Rect| ellipse(rect.center(), rect.width() / 2.0, rect.width() / 2.0);
        let shape = match name {
            "square" => Shape::Rect(rect),
            "circle" => {
                let ring = disc(rect.inset(-self.scale / 2.0));
                let stroke = Stroke::new(self.scale);
                self.recorder.stroke((element.transform * ring).into(), stroke, paint);
                return;
            }
            "disc" => Shape::Path(disc(rect).into(), false),
            name => Shape::Path(triangle(rect, name == "disclosure-open", rtl).into(), false),
        };
        self.recorder.fill(place(&shape, element.transform), paint);
    }
}

/// The size of a bullet, and how far before the item it begins, in CSS pixels.
fn bullet_outside(name: &str, font_size: f64, ascent: f64) -> (f64, f64) {
    let offset = (ascent * 2.0 / 3.0).floor();
    if name.starts_with("disclosure") {
        (font_size * 0.66, font_size * 0.4 + 8.0)
    } else {
        (((offset + 1.0) / 2.0).floor(), offset + 7.0)
    }
}

/// How much room a bullet inside of an item takes, in CSS pixels.
pub(crate) fn bullet_room(name: &str, font_size: f64, ascent: f64) -> f64 {
    let (size, _) = bullet_outside(name, font_size, ascent);
    size + if name.starts_with("disclosure") { font_size * 0.4 } else { font_size + 1.0 }
}

/// The sign of a disclosure widget.
fn triangle(rect: Rect, open: bool, rtl: bool) -> BezPath {
    let points = match (open, rtl) {
        (true, _) => [(0.0, 0.07), (0.5, 0.93), (1.0, 0.07)],
        (false, false) => [(0.0, 0.0), (0.86, 0.5), (0.0, 1.0)],
        (false, true) => [(1.0, 0.0), (0.14, 0.5), (1.0, 1.0)],
    };
    polygon(&points.map(|(x, y)| rect.origin() + Vec2::new(x * rect.width(), y * rect.height())))
}

/// The baseline of the first line of a layout that has text.
fn standing<B: parley::Brush>(layout: &parley::Layout<B>) -> Option<f64> {
    let line = layout.lines().next()?;
    line.runs().next()?;
    Some(f64::from(line.metrics().baseline))
}

/// How far the first text of a layout reaches above its baseline, in device pixels.
fn ascent<B: parley::Brush>(layout: &parley::Layout<B>) -> Option<f64> {
    layout.lines().next()?.items().find_map(|item| match item {
        PositionedLayoutItem::GlyphRun(run) => Some(f64::from(run.run().font_metrics().ascent)),
        PositionedLayoutItem::InlineBox(_) => None,
    })
}

/// How wide a space is in the font of a layout's text, in device pixels.
fn space<B: parley::Brush>(layout: &parley::Layout<B>) -> Option<f64> {
    let run = layout.lines().next()?.runs().last()?;
    let font = run.font();
    let font_ref = skrifa::FontRef::from_index(font.data.as_ref(), font.index).ok()?;
    let glyph = font_ref.charmap().map(' ')?;
    let size = skrifa::instance::Size::new(run.font_size());
    let coords: Vec<_> = run
        .normalized_coords()
        .iter()
        .map(|coord| skrifa::raw::types::F2Dot14::from_bits(coord.to_bits()))
        .collect();
    font_ref.glyph_metrics(size, coords.as_slice()).advance_width(glyph).map(f64::from)
}
