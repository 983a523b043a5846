//! What a record puts into the slots: plain values that can be compared with what is shown already.

use std::sync::Arc;

/// A slot's number, unique within its template and growing in document order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlotId(pub u32);

/// The content of one slot.
#[derive(Debug, Clone, PartialEq)]
pub enum Slot {
    /// Characters, for a place in text.
    Text(Arc<str>),
    /// An SVG element of our own making (a QR code, a barcode) in place of text. Never a record's value.
    Markup(Arc<str>),
    /// A whole attribute value; `None` takes the attribute away.
    Attribute(Option<Arc<str>>),
    /// The whole text of a `<style>`, `<title>` or `<textarea>`.
    Raw(Arc<str>),
    /// A condition: which branch is there, and what it holds.
    If { branch: Option<usize>, inner: Binding },
    /// A loop: what each round holds; or, without any round, what its `else` holds.
    For { items: Vec<Binding>, otherwise: Option<Binding> },
}

/// The slots of one level: of the whole document, of a branch taken, or of one round of a loop. In
/// growing order of their numbers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Binding {
    pub slots: Vec<(SlotId, Slot)>,
}

impl Binding {
    pub fn get(&self, id: SlotId) -> Option<&Slot> {
        self.slots.binary_search_by_key(&id, |(id, _)| *id).ok().map(|at| &self.slots[at].1)
    }

    /// Calls `visit` for every slot, at every level.
    pub fn walk(&self, visit: &mut dyn FnMut(SlotId, &Slot)) {
        for (id, slot) in &self.slots {
            visit(*id, slot);
            match slot {
                Slot::If { inner, .. } => inner.walk(visit),
                Slot::For { items, otherwise } => {
                    items.iter().chain(otherwise).for_each(|inner| inner.walk(visit));
                }
                _ => {}
            }
        }
    }
}
