//! The names an expression can see: loop variables and `set`s, then the record's fields.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Enumerator, Object, Value as Jinja};

use super::value::{Map, to_jinja};
use crate::data::{Fields, Value};

/// The name under which filters find the record's locale; no field can have it.
pub(super) const LOCALE: &str = "\u{f0000}locale";

/// All of the record's fields, for those whose names are no identifiers: `record["First Name"]`. A field
/// or a `set` of this name hides it.
pub(super) const RECORD: &str = "record";

/// An immutable scope; a `set` or a round of a loop makes a new one.
#[derive(Clone)]
pub(super) struct Scope {
    fields: Arc<Fields>,
    locale: Arc<str>,
    names: Vec<(Arc<str>, Jinja)>,
}

impl Scope {
    pub(super) fn new(fields: Arc<Fields>, locale: Arc<str>) -> Self {
        Self { fields, locale, names: Vec::new() }
    }

    pub(super) fn set(&mut self, name: &Arc<str>, value: Jinja) {
        match self.names.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => self.names.push((name.clone(), value)),
        }
    }

    pub(super) fn value(&self, name: &str) -> Option<Jinja> {
        if let Some((_, value)) = self.names.iter().find(|(known, _)| **known == *name) {
            return Some(value.clone());
        }
        match self.fields.get(name) {
            Some(value) => Some(to_jinja(value)),
            None if name == RECORD => Some(Jinja::from_object(Map(self.fields.clone()))),
            None if name == LOCALE => Some(Jinja::from(self.locale.clone())),
            None => None,
        }
    }

    pub(super) fn knows(&self, name: &str) -> bool {
        self.names.iter().any(|(known, _)| **known == *name) || self.fields.get(name).is_some()
    }

    pub(super) fn field(&self, name: &str) -> Option<&Value> {
        self.fields.get(name)
    }

    /// All names, those of the template first.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let own = self.names.iter().map(|(name, _)| &**name);
        own.chain(self.fields.0.iter().map(|(name, _)| &**name))
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

impl Object for Scope {
    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Jinja> {
        self.value(key)
    }

    fn get_value(self: &Arc<Self>, key: &Jinja) -> Option<Jinja> {
        self.value(key.as_str()?)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.names().map(Jinja::from).collect())
    }
}
