//! Counters and their scopes (CSS Lists 3, §4).

use std::collections::HashMap;

use style::Atom;

/// The counters in scope at one place of the document.
#[derive(Debug, Default)]
pub(super) struct Counters {
    /// Of each name, innermost last.
    scopes: HashMap<Atom, Vec<Counter>>,
}

#[derive(Debug)]
struct Counter {
    /// How deep the element lies that made it: it is in scope until that element's parent ends.
    depth: usize,
    value: i32,
}

impl Counters {
    /// `counter-reset` on an element at `depth`: a counter of its own, in place of one that a sibling made.
    pub(super) fn reset(&mut self, name: &Atom, value: i32, depth: usize) {
        let scope = self.scopes.entry(name.clone()).or_default();
        if scope.last().is_some_and(|counter| counter.depth == depth) {
            scope.pop();
        }
        scope.push(Counter { depth, value });
    }

    /// `counter-increment`.
    pub(super) fn increment(&mut self, name: &Atom, by: i32, depth: usize) {
        let counter = self.innermost(name, depth);
        counter.value = counter.value.saturating_add(by);
    }

    /// `counter-set`.
    pub(super) fn set(&mut self, name: &Atom, value: i32, depth: usize) {
        self.innermost(name, depth).value = value;
    }

    fn innermost(&mut self, name: &Atom, depth: usize) -> &mut Counter {
        let scope = self.scopes.entry(name.clone()).or_default();
        if scope.is_empty() {
            scope.push(Counter { depth, value: 0 });
        }
        scope.last_mut().expect("one is there")
    }

    /// The value of the innermost counter of that name; 0 where there is none.
    pub(super) fn value(&self, name: &Atom) -> i32 {
        self.values(name).last().unwrap_or(0)
    }

    /// The values of all counters of that name, outermost first.
    pub(super) fn values(&self, name: &Atom) -> impl Iterator<Item = i32> {
        self.scopes.get(name).into_iter().flatten().map(|counter| counter.value)
    }

    /// Ends what elements at `depth` made, when their parent ends.
    pub(super) fn end(&mut self, depth: usize) {
        for scope in self.scopes.values_mut() {
            while scope.last().is_some_and(|counter| counter.depth >= depth) {
                scope.pop();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_lives_as_long_as_its_siblings() {
        let item = Atom::from("item");
        let mut counters = Counters::default();
        counters.reset(&item, 0, 1);
        counters.increment(&item, 2, 2);
        counters.reset(&item, 5, 3);
        counters.increment(&item, 1, 4);
        assert_eq!(counters.values(&item).collect::<Vec<_>>(), [2, 6]);
        counters.reset(&item, 0, 3);
        assert_eq!(counters.values(&item).collect::<Vec<_>>(), [2, 0]);
        counters.end(3);
        assert_eq!(counters.value(&item), 2);
        counters.end(1);
        assert_eq!(counters.value(&item), 0);
        counters.set(&item, 9, 1);
        counters.increment(&item, i32::MAX, 1);
        assert_eq!(counters.value(&item), i32::MAX);
    }
}
