//! What the marker of a list item needs on the item's first line, as in Chromium: a bullet inside of it room of
//! its own, and one larger than the text a higher line.

use blitz_dom::node::{ListItemLayoutPosition, Marker as Made};
use blitz_dom::{BaseDocument, Node};
use style::computed_values::list_style_position::T as ListStylePosition;
use style::counter_style::CounterStyle;
use style::properties::ComputedValues;
use style::values::computed::Image;
use style::values::computed::counters::Content;
use style::values::computed::font::LineHeight;

use super::super::generate::Generated;
use super::passage::Passage;
use super::plan::{Look, Part, Rise};
use super::{Styles, initial};
use crate::paint::bullet_room;
use crate::template::{LIST_MARKER, SIGN};

/// A marker that needs something.
pub(super) struct Marker {
    /// Its own style.
    pub styles: Styles,
    /// The style of the item.
    item: Styles,
    inside: Option<Inside>,
}

/// What stands inside of an item.
enum Inside {
    /// A kind of bullet.
    Bullet(String),
    Text(String),
}

/// The marker that the first of a box's lines has.
pub(super) fn find(document: &BaseDocument, root: &Node, generated: &Generated) -> Option<Marker> {
    let is_item =
        |node: &&Node| node.primary_styles().is_some_and(|styles| styles.clone_display().is_list_item());
    initial::begun(document, root).find(is_item).and_then(|item| of(item, root, generated))
}

fn of(item: &Node, root: &Node, generated: &Generated) -> Option<Marker> {
    let styles = (*item.primary_styles()?).clone();
    let list = styles.get_list();
    let own = item.try_stylo_element_data()?.get()?.styles.pseudos.get(&LIST_MARKER).cloned();
    let content = own.as_ref().map(|own| own.get_counters().content.clone());
    let has_own = matches!(content, Some(Content::Items(_)));
    let is_shown = has_own || list.list_style_type.0 != CounterStyle::None;
    if matches!(content, Some(Content::None)) || !is_shown || !matches!(list.list_style_image, Image::None) {
        return None;
    }
    let own = own.unwrap_or_else(|| styles.clone());
    if styles.clone_list_style_position() == ListStylePosition::Outside {
        let is_larger = font_size(&own) > font_size(&styles);
        return is_larger.then_some(Marker { styles: own, item: styles, inside: None });
    }
    let made = item.element_data()?.list_item_data.as_deref()?;
    let is_left_out = matches!(made.position, ListItemLayoutPosition::Inside)
        && matches!(&made.marker, Made::String(text) if text.is_empty());
    let inside = match (generated.marker_text(item.id), &list.list_style_type.0) {
        (Some(text), _) => Inside::Text(text.to_owned()),
        (None, CounterStyle::Name(name)) if !has_own && list.list_style_type.0.is_bullet() => {
            Inside::Bullet(name.0.to_string())
        }
        _ => return None,
    };
    (item.id == root.id && is_left_out).then(|| Marker {
        styles: own,
        item: styles.clone(),
        inside: Some(inside),
    })
}

fn font_size(styles: &ComputedValues) -> f32 {
    styles.clone_font_size().computed_size().px()
}

impl Marker {
    /// The kind of its bullet, or its text.
    pub(super) fn said(&self) -> &str {
        match &self.inside {
            Some(Inside::Bullet(said) | Inside::Text(said)) => said,
            None => "",
        }
    }

    /// What stands on the line before its text.
    pub(super) fn part(&self, document: &BaseDocument, passage: &Passage) -> Option<Part> {
        if let Some(Inside::Text(text)) = &self.inside {
            return Some(Part::Initial { text: text.clone(), styles: self.styles.clone() });
        }
        let root = document.get_node(passage.root)?;
        let lines = &root.element_data()?.inline_layout_data.as_deref()?.layout;
        let run = lines.lines().next()?.runs().min_by_key(|run| run.text_range().start)?;
        let metrics = run.font_metrics();
        // How far a font of some style reaches up and down, and its line.
        let extents = |styles: &ComputedValues| {
            let size = font_size(styles) * lines.scale();
            let larger = size / run.font_size();
            let (ascent, descent) = ((metrics.ascent * larger).round(), (metrics.descent * larger).round());
            let height = match styles.get_font().line_height {
                LineHeight::Normal => ascent + descent,
                LineHeight::Number(number) => number.0 * size,
                LineHeight::Length(length) => length.0.px() * lines.scale(),
            };
            let over = ascent + ((height - ascent - descent) / 2.0).floor();
            (ascent, descent, over, height - over)
        };
        let (ascent, descent, own_over, own_under) = extents(&self.item);
        let (marker_ascent, _, over, under) = extents(&self.styles);
        let under = if self.inside.is_some() { under.max(own_under) } else { own_under.min(descent) };
        let middle = (over - ascent - under + descent) / 2.0;
        let rise = (over > own_over)
            .then(|| Rise { height: (over + under) / lines.scale(), shift: middle / lines.scale() });
        let spacing = self.inside.is_some().then(|| {
            let ascent = f64::from(marker_ascent / lines.scale());
            bullet_room(self.said(), f64::from(font_size(&self.styles)), ascent) as f32
        });
        let look = Look { rise, spacing, ..Look::default() };
        (rise.is_some() || spacing.is_some()).then(|| Part::piece(SIGN, look))
    }
}
