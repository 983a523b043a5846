//! Formatters are slow to make and quick to use, so each thread keeps those it has made.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::Hash;
use std::rc::Rc;

use minijinja::Error;

/// Formatters kept at most; records choose locales, so there is no other bound.
const MAX: usize = 256;

pub(super) struct Cache<K, V>(RefCell<HashMap<K, Rc<V>>>);

impl<K: Eq + Hash, V> Cache<K, V> {
    pub(super) fn new() -> Self {
        Self(RefCell::new(HashMap::new()))
    }

    pub(super) fn get(&self, key: K, make: impl FnOnce() -> Result<V, Error>) -> Result<Rc<V>, Error> {
        if let Some(known) = self.0.borrow().get(&key) {
            return Ok(known.clone());
        }
        let made = Rc::new(make()?);
        let mut map = self.0.borrow_mut();
        if map.len() >= MAX {
            map.clear();
        }
        map.insert(key, made.clone());
        Ok(made)
    }
}
