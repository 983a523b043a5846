//! What CSS generates: counters, the `content` of `::before` and `::after`, quotation marks, the markers
//! of list items.
//!
//! A walk over the styled document finds what each of these should say. Where that is not what the boxes
//! say, it is written into the computed styles that the boxes are made of (as a plain string, which is
//! all that layout understands), and the boxes are made anew.

mod blocks;
mod boxes;
mod counters;
mod numerals;
mod quotes;

use std::collections::HashMap;

use blitz_dom::node::{ListItemLayout, ListItemLayoutPosition, Marker};
use blitz_dom::{BaseDocument, Node, NodeId};
use style::Atom;
use style::computed_values::list_style_position::T as ListStylePosition;
use style::counter_style::CounterStyle;
use style::properties::ComputedValues;
use style::selector_parser::{PseudoElement, RestyleDamage};
use style::servo_arc::Arc;
use style::values::computed::counters::{Content, ContentItem};
use style::values::computed::list::Quotes;
use style::values::computed::{Display, Image, Length, LengthPercentage, Size};
use style::values::generics::NonNegative;
use style::values::generics::counters::GenericContentItems;
use style::values::specified::font::FontVariantNumeric;
use style::values::specified::list::ListStyleType;

use self::counters::Counters;

use crate::paint::url_of;
use crate::template::{LIST_MARKER, MARKER_MADE, mirror};

pub(super) type Styles = Arc<ComputedValues>;

/// Asks for an element's boxes to be made anew, and laid out.
pub(super) const REBUILD: RestyleDamage = RestyleDamage::from_bits_retain(0b1110_1111);

/// What was generated for the document as it stands.
#[derive(Default)]
pub(super) struct Generated {
    /// Styles with text in place of what it was made of, by the pseudo-element's owner.
    texts: HashMap<(NodeId, bool), Written>,
    /// The styles that markers were made with.
    markers: HashMap<NodeId, Styles>,
    /// The styles of items with markers inside, and those in which the markers' texts stand.
    inside: HashMap<NodeId, Written>,
    /// The texts of markers inside that have a style of their own: they are left to typesetting.
    said: HashMap<NodeId, String>,
}

struct Written {
    original: Styles,
    written: Styles,
}

/// What an element's marker should be.
struct MarkerWish {
    item: NodeId,
    /// `None` where it is the engine's own.
    text: Option<String>,
    /// What is left to typesetting.
    said: Option<String>,
    /// The style of `::marker`, if a rule has it.
    style: Option<Styles>,
}

impl Generated {
    /// Writes what changed. The answer is what has to be put back once the document has been resolved
    /// again; `None` when nothing changed.
    /// `size` tells how large the picture behind an address is, in CSS pixels.
    pub(super) fn write(
        &mut self,
        document: &mut BaseDocument,
        size: &dyn Fn(&str) -> Option<(f64, f64)>,
    ) -> Option<Vec<(NodeId, Styles)>> {
        let mut walk = Walk {
            document,
            generated: self,
            counters: Counters::default(),
            quotes: 0,
            texts: Vec::new(),
            pictures: Vec::new(),
            gone: Vec::new(),
            blocks: Vec::new(),
            markers: Vec::new(),
        };
        if let Some(root) = document.try_root_element() {
            walk.element(root, 0, None);
        }
        let Walk { texts, pictures, gone, blocks, markers, .. } = walk;
        let nothing = texts.is_empty() && pictures.is_empty() && gone.is_empty() && blocks.is_empty();
        if nothing && markers.is_empty() {
            return None;
        }
        for (owner, wanted) in blocks {
            if wanted { blocks::put(document, owner) } else { blocks::take(document, owner) }
        }
        for (owner, before) in gone {
            boxes::remove(document, owner, before);
        }
        for (owner, before, text) in texts {
            let items = std::iter::once(ContentItem::String(text.as_str().to_owned().into())).collect();
            self.write_box(document, owner, before, text, |written| {
                written.mutate_counters().content =
                    Content::Items(GenericContentItems { items, alt_start: 1 });
            });
        }
        for (owner, before, image) in pictures {
            let size = url_of(&image).and_then(size);
            // Without a string, the engine makes no box.
            let items = [ContentItem::Image(image), ContentItem::String(String::new().into())];
            let items = items.into_iter().collect();
            self.write_box(document, owner, before, String::new(), |written| {
                written.mutate_counters().content =
                    Content::Items(GenericContentItems { items, alt_start: 2 });
                hold_picture(written, size);
            });
        }
        Some(markers.into_iter().filter_map(|wish| self.write_marker(document, wish)).collect())
    }

    /// Forgets what was generated for elements that are gone.
    pub(super) fn forget_gone(&mut self, document: &BaseDocument) {
        self.texts.retain(|(owner, _), _| document.get_node(*owner).is_some());
        self.markers.retain(|item, _| document.get_node(*item).is_some());
        self.inside.retain(|item, _| document.get_node(*item).is_some());
        self.said.retain(|item, _| document.get_node(*item).is_some());
    }

    /// The text of an item's marker that typesetting is to set.
    pub(super) fn marker_text(&self, item: NodeId) -> Option<&str> {
        self.said.get(&item).map(String::as_str)
    }

    /// Has the markers inside of items stand in their styles again, for when their lists are made anew. What
    /// the styles were is the answer.
    pub(super) fn stand_in(&self, document: &mut BaseDocument) -> Vec<(NodeId, Styles)> {
        let mut stood_in = Vec::new();
        for (item, Written { original, written }) in &self.inside {
            let Some(node) = document.get_node_mut(*item) else { continue };
            let is_own = node.primary_styles().is_some_and(|styles| Arc::ptr_eq(&styles, original));
            if is_own
                && let Some(mut data) = node.try_stylo_element_data_mut().and_then(|data| data.get_mut())
            {
                data.styles.primary = Some(written.clone());
                stood_in.push((*item, original.clone()));
            }
        }
        stood_in
    }

    fn write_box(
        &mut self,
        document: &mut BaseDocument,
        owner: NodeId,
        before: bool,
        text: String,
        change: impl FnOnce(&mut ComputedValues),
    ) {
        let Some(node) = document.get_node_mut(owner) else { return };
        let Some(original) = self.original(node, before) else { return };
        let mut written = (*original).clone();
        change(&mut written);
        let written = Arc::new(written);
        if let Some(data) = node.try_stylo_element_data_mut()
            && let Some(mut data) = data.get_mut()
        {
            data.styles.pseudos.set(&pseudo(before), written.clone());
        }
        boxes::show(document, owner, before, &written, text);
        self.texts.insert((owner, before), Written { original, written });
    }

    /// Has a marker made: from the item's own style, in which for the time being the marker's text and
    /// font stand. What the style was is the answer.
    fn write_marker(&mut self, document: &mut BaseDocument, wish: MarkerWish) -> Option<(NodeId, Styles)> {
        let node = document.get_node_mut(wish.item)?;
        let parent = node.parent?;
        let inside = node.primary_styles()?.clone_list_style_position() == ListStylePosition::Inside;
        if inside {
            node.insert_damage(REBUILD);
        }
        document.get_node_mut(parent)?.insert_damage(REBUILD);
        let node = document.get_node_mut(wish.item)?;
        match wish.said {
            Some(said) => self.said.insert(wish.item, said),
            None => self.said.remove(&wish.item),
        };
        let Some(text) = wish.text else {
            self.markers.remove(&wish.item);
            self.inside.remove(&wish.item);
            return None;
        };
        let own = (**node.primary_styles().as_ref()?).clone();
        let mut styles = (*own).clone();
        // An inside marker is part of the item's text.
        if !inside {
            if let Some(marker) = &wish.style {
                *styles.mutate_font() = marker.get_font().clone();
            }
            // Digits below each other (CSS Lists 3, §A).
            styles.mutate_font().font_variant_numeric |= FontVariantNumeric::TABULAR_NUMS;
        }
        styles.mutate_list().list_style_type = ListStyleType(CounterStyle::String(text.as_str().into()));
        let written = Arc::new(styles);
        node.try_stylo_element_data_mut()?.get_mut()?.styles.primary = Some(written.clone());
        if inside {
            self.inside.insert(wish.item, Written { original: own.clone(), written });
        } else {
            self.inside.remove(&wish.item);
        }
        self.markers.insert(wish.item, wish.style.unwrap_or_else(|| own.clone()));
        Some((wish.item, own))
    }

    /// Whether a pseudo-element has the style that was written for it.
    fn is_written(&self, node: &Node, before: bool) -> bool {
        let data = node.try_stylo_element_data().and_then(|data| data.get());
        let current = data.as_ref().and_then(|data| data.styles.pseudos.get(&pseudo(before)));
        let written = self.texts.get(&(node.id, before)).map(|known| &known.written);
        current.zip(written).is_some_and(|(current, written)| Arc::ptr_eq(current, written))
    }

    /// The style of a pseudo-element as the cascade made it.
    fn original(&self, node: &Node, before: bool) -> Option<Styles> {
        let data = node.try_stylo_element_data()?.get()?;
        let current = data.styles.pseudos.get(&pseudo(before))?;
        Some(match self.texts.get(&(node.id, before)) {
            Some(known) if Arc::ptr_eq(&known.written, current) => known.original.clone(),
            _ => current.clone(),
        })
    }
}

/// Puts styles back that stood in for others while the document was resolved.
pub(super) fn put_back(document: &mut BaseDocument, styles: Vec<(NodeId, Styles)>) {
    for (item, own) in styles {
        let Some(data) = document.get_node_mut(item).and_then(Node::element_data_mut) else { continue };
        // Made in a font of its own, it must be told from one that the engine makes later.
        if let Some(ListItemLayout {
            marker: Marker::String(text),
            position: ListItemLayoutPosition::Outside(_),
        }) = data.list_item_data.as_deref_mut()
        {
            text.push(MARKER_MADE);
        }
        if let Some(mut data) = data.stylo_element_data.get_mut() {
            data.styles.primary = Some(own);
        }
    }
}

fn pseudo(before: bool) -> PseudoElement {
    if before { PseudoElement::Before } else { PseudoElement::After }
}

struct Walk<'a> {
    document: &'a BaseDocument,
    generated: &'a Generated,
    counters: Counters,
    /// How many quotations are open.
    quotes: usize,
    texts: Vec<(NodeId, bool, String)>,
    pictures: Vec<(NodeId, bool, Image)>,
    /// Pseudo-elements that no rule asks for any more.
    gone: Vec<(NodeId, bool)>,
    /// Elements that need an empty block among their children, or need it no more.
    blocks: Vec<(NodeId, bool)>,
    markers: Vec<MarkerWish>,
}

/// The list that items are in.
#[derive(Clone, Copy)]
struct List {
    reversed: bool,
}

impl<'a> Walk<'a> {
    fn element(&mut self, node: &'a Node, depth: usize, list: Option<List>) {
        let Some(data) = node.element_data() else { return };
        let Some(styles) = node.primary_styles().map(|styles| (*styles).clone()) else { return };
        if styles.get_box().clone_display().is_none() || &*data.name.local == "svg" {
            return;
        }
        let name = &*data.name.local;
        let number = |key: &str| {
            let value = data.attrs().iter().find(|a| &*a.name.local == key)?;
            value.value.trim().parse::<i32>().ok()
        };
        let mut list = list;
        if matches!(name, "ol" | "ul" | "menu" | "dir") {
            let reversed = name == "ol" && data.attrs().iter().any(|a| &*a.name.local == "reversed");
            let start = number("start").filter(|_| name == "ol");
            let first = match (start, reversed) {
                (Some(start), true) => start.saturating_add(1),
                (Some(start), false) => start.saturating_sub(1),
                (None, true) => self.items(node).saturating_add(1),
                (None, false) => 0,
            };
            self.counters.reset(&list_item(), first, depth);
            list = Some(List { reversed });
        }
        self.count(&styles, depth);
        if styles.get_box().clone_display().is_list_item() {
            let step = if list.is_some_and(|list| list.reversed) { -1 } else { 1 };
            let own = styles.get_counters().counter_increment.iter().any(|pair| pair.name.0 == list_item());
            if !own {
                self.counters.increment(&list_item(), step, depth);
            }
            if let Some(value) = number("value").filter(|_| name == "li") {
                self.counters.set(&list_item(), value, depth);
            }
            self.marker(node, &styles);
        }
        self.generated_text(node, true, depth + 1);
        for child in &node.children {
            if let Some(child) = self.document.get_node(*child) {
                self.element(child, depth + 1, list);
            }
        }
        self.generated_text(node, false, depth + 1);
        let stands = blocks::standing(self.document, node).is_some();
        let pseudos = [true, false].map(|before| self.generated.original(node, before));
        if stands || pseudos.iter().any(Option::is_some) {
            let wanted = blocks::is_wanted(self.document, node, &styles, pseudos);
            if wanted != stands {
                self.blocks.push((node.id, wanted));
            }
        }
        self.counters.end(depth + 1);
    }

    /// `counter-reset`, `counter-increment` and `counter-set`, in this order.
    fn count(&mut self, styles: &ComputedValues, depth: usize) {
        let own = styles.get_counters();
        for pair in own.counter_reset.iter() {
            // The lists of HTML have set up theirs already.
            if pair.name.0 != list_item() {
                self.counters.reset(&pair.name.0, pair.value.max(i32::MIN + 1), depth);
            }
        }
        for pair in own.counter_increment.iter() {
            self.counters.increment(&pair.name.0, pair.value, depth);
        }
        for (name, value) in counter_set(styles) {
            self.counters.set(&name, value, depth);
        }
    }

    /// The items of a list, those of lists within it left out.
    fn items(&self, list: &Node) -> i32 {
        let children = list.children.iter().filter_map(|&id| self.document.get_node(id));
        children
            .map(|child| {
                let Some(data) = child.element_data() else { return 0 };
                let Some(display) = child.primary_styles().map(|styles| styles.get_box().clone_display())
                else {
                    return 0;
                };
                if display.is_none() || matches!(&*data.name.local, "ol" | "ul" | "menu" | "dir") {
                    return 0;
                }
                i32::from(display.is_list_item()) + self.items(child)
            })
            .sum()
    }

    fn generated_text(&mut self, node: &'a Node, before: bool, depth: usize) {
        let Some(styles) = self.generated.original(node, before) else {
            if boxes::shown(self.document, node, before).is_some() {
                self.gone.push((node.id, before));
            }
            return;
        };
        self.count(&styles, depth);
        let Content::Items(content) = &styles.get_counters().content else { return };
        let items = &content.items[..content.alt_start.min(content.items.len())];
        if let [ContentItem::Image(image)] = items {
            if boxes::shown(self.document, node, before).is_none() || !self.generated.is_written(node, before)
            {
                self.pictures.push((node.id, before, image.clone()));
            }
            return;
        }
        let text = self.text(items, &styles);
        if boxes::shown(self.document, node, before) != Some(&text) {
            self.texts.push((node.id, before, text));
        }
    }

    fn text(&mut self, items: &[ContentItem], styles: &ComputedValues) -> String {
        let mut text = String::new();
        for item in items {
            match item {
                ContentItem::String(string) => text.push_str(string),
                ContentItem::Counter(name, style) => {
                    text.push_str(&numerals::numeral(style, self.counters.value(&name.0)));
                }
                ContentItem::Counters(name, between, style) => {
                    let values: Vec<String> =
                        self.counters.values(&name.0).map(|value| numerals::numeral(style, value)).collect();
                    match values.is_empty() {
                        true => text.push_str(&numerals::numeral(style, 0)),
                        false => text.push_str(&values.join(between)),
                    }
                }
                ContentItem::OpenQuote => {
                    text.push_str(&quote(styles, self.quotes, 0));
                    self.quotes += 1;
                }
                ContentItem::CloseQuote if self.quotes > 0 => {
                    self.quotes -= 1;
                    text.push_str(&quote(styles, self.quotes, 1));
                }
                ContentItem::NoOpenQuote => self.quotes += 1,
                ContentItem::NoCloseQuote => self.quotes = self.quotes.saturating_sub(1),
                ContentItem::CloseQuote | ContentItem::Image(_) => {}
            }
        }
        text
    }

    fn marker(&mut self, node: &'a Node, styles: &Styles) {
        let style = node
            .try_stylo_element_data()
            .and_then(|data| data.get()?.styles.pseudos.get(&LIST_MARKER).cloned());
        let kind = &styles.get_list().list_style_type.0;
        let own = match style.as_ref().map(|style| &style.get_counters().content) {
            Some(Content::None) => Some(String::new()),
            Some(Content::Items(content)) => {
                let items = &content.items[..content.alt_start.min(content.items.len())];
                style.as_ref().map(|style| self.text(items, style))
            }
            _ => None,
        };
        let made =
            node.element_data().and_then(|data| data.list_item_data.as_deref()).map(|data| &data.marker);
        // The engine keeps the text of an item whose inside marker changes.
        let inside = styles.clone_list_style_position() == ListStylePosition::Inside;
        let shown = node.element_data().and_then(|data| data.inline_layout_data.as_deref());
        let begins_with = |text: &str| !inside || shown.is_none_or(|shown| shown.text.starts_with(text));
        let text = match own {
            Some(text) => text,
            // Bullets inside stand in room that typesetting makes.
            None if inside && kind.is_bullet() && has_room(node) => String::new(),
            // Bullets are drawn as shapes, with the style of their marker.
            None if kind.is_bullet() || *kind == CounterStyle::None => {
                let is_made = match made {
                    Some(Marker::Char(made)) => {
                        kind.is_bullet() && begins_with(made.encode_utf8(&mut [0; 4]))
                    }
                    Some(Marker::String(_)) => false,
                    None => !kind.is_bullet(),
                };
                if !is_made {
                    self.markers.push(MarkerWish { item: node.id, text: None, said: None, style });
                }
                return;
            }
            None => numerals::marker(kind, self.counters.value(&list_item())),
        };
        let is_left = inside && style.is_some() && !text.is_empty() && has_room(node);
        let (text, said) = if is_left { (String::new(), Some(text)) } else { (text, None) };
        let font = style.as_ref().unwrap_or(styles).get_font();
        let is_made = match made {
            Some(Marker::String(made)) => match made.strip_suffix(MARKER_MADE) {
                Some(made) => {
                    made == text
                        && self.generated.markers.get(&node.id).is_some_and(|known| known.get_font() == font)
                }
                // An inside one, or the engine's own.
                None => inside && *made == text && begins_with(text.trim_end()),
            },
            Some(Marker::Char(_)) => false,
            None => text.is_empty(),
        };
        if !is_made || self.generated.marker_text(node.id) != said.as_deref() {
            self.markers.push(MarkerWish { item: node.id, text: Some(text), said, style });
        }
    }
}

/// Whether a marker can be set before the text of an item.
fn has_room(item: &Node) -> bool {
    let lines = item.element_data().is_some_and(|data| data.inline_layout_data.is_some());
    lines && item.before().is_none() && !item.children.is_empty()
}

/// Gives a pseudo-element the size of the picture that is its content.
fn hold_picture(styles: &mut ComputedValues, size: Option<(f64, f64)>) {
    let (width, height) = size.unwrap_or_default();
    let length = |pixels: f64| {
        Size::LengthPercentage(NonNegative(LengthPercentage::new_length(Length::new(pixels as f32))))
    };
    let is_inline = styles.clone_display() == Display::Inline;
    if is_inline {
        styles.mutate_box().display = Display::InlineBlock;
    }
    let position = styles.mutate_position();
    if is_inline || matches!(position.width, Size::Auto) {
        position.width = length(width);
    }
    if is_inline || matches!(position.height, Size::Auto) {
        position.height = length(height);
    }
}

/// The computed value of `counter-set`, which the engine does not know.
fn counter_set(styles: &ComputedValues) -> Vec<(Atom, i32)> {
    use style_traits::values::ToCss as _;
    let Some(value) = styles.custom_properties().get_for_cssom(&mirror::COUNTER_SET) else {
        return Vec::new();
    };
    let value = value.to_css_string();
    let mut out: Vec<(Atom, i32)> = Vec::new();
    for word in value.split_ascii_whitespace() {
        match (word.parse::<i32>(), out.last_mut()) {
            (Ok(number), Some((_, value))) => *value = number,
            (Err(_), _) if word != "none" => out.push((Atom::from(word), 0)),
            _ => {}
        }
    }
    out
}

fn list_item() -> Atom {
    Atom::from("list-item")
}

/// A quotation mark at a depth: the opening one (0) or the closing one (1).
fn quote(styles: &ComputedValues, depth: usize, side: usize) -> String {
    match &styles.get_list().quotes {
        Quotes::QuoteList(list) => {
            let Some(last) = list.0.len().checked_sub(1) else { return String::new() };
            let pair = &list.0[depth.min(last)];
            if side == 0 { pair.opening.to_string() } else { pair.closing.to_string() }
        }
        Quotes::Auto => {
            let marks = quotes::of(&styles.get_font()._x_lang.0);
            marks[depth.min(1) * 2 + side].to_owned()
        }
    }
}
