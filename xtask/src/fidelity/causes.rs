//! Why cases differ: tests/fidelity/causes.toml, a table for each chapter.

use std::collections::BTreeMap;
use std::path::Path;

use super::Shown;
use super::compare::Verdict;

/// Causes by `chapter/feature`.
pub struct Causes(BTreeMap<String, String>);

impl Causes {
    pub fn load(root: &Path) -> Result<Self, String> {
        let path = root.join("tests/fidelity/causes.toml");
        let told = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let text = std::fs::read_to_string(&path).map_err(|error| told(&error))?;
        let chapters: BTreeMap<String, BTreeMap<String, String>> =
            toml::from_str(&text).map_err(|error| told(&error))?;
        let named = chapters.into_iter().flat_map(|(chapter, causes)| {
            causes.into_iter().map(move |(name, cause)| (format!("{chapter}/{name}"), cause))
        });
        Ok(Self(named.collect()))
    }

    pub fn of(&self, shown: &Shown) -> Option<&str> {
        self.0.get(&shown.case.id()).map(String::as_str)
    }

    /// Failing cases without a cause, and causes of what passes or is not there.
    pub fn problems(&self, shown: &[Shown]) -> Vec<String> {
        let missing = shown
            .iter()
            .filter(|one| one.verdict == Verdict::Fail && self.of(one).is_none())
            .map(|one| format!("{} fails, and causes.toml does not say why", one.case.id()));
        let stale = self.0.keys().filter_map(|id| match shown.iter().find(|one| one.case.id() == *id) {
            None => Some(format!("causes.toml has {id}, which is no case")),
            Some(one) if one.verdict == Verdict::Pass => Some(format!("causes.toml has {id}, which passes")),
            Some(_) => None,
        });
        missing.chain(stale).collect()
    }
}
