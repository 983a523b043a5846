//! Problems grouped for people: by kind, counted, with a few examples.

use std::collections::BTreeMap;
use std::fmt;

use crate::diagnostic::{Diagnostic, Severity};

/// How many examples of one kind are shown, of those that records have.
const EXAMPLES: usize = 3;

/// Counts diagnostics by severity and code. Its size does not grow with their number.
#[derive(Debug, Default)]
pub struct Problems {
    groups: BTreeMap<(std::cmp::Reverse<Severity>, &'static str), Group>,
}

#[derive(Debug, Default)]
struct Group {
    count: u64,
    /// The first ones by record line, so that the number of threads does not change them.
    examples: Vec<(usize, Diagnostic)>,
}

impl Problems {
    /// `line` is that of the record in the source.
    pub fn add(&mut self, line: usize, diagnostic: &Diagnostic) {
        let key = (std::cmp::Reverse(diagnostic.severity), diagnostic.code);
        let group = self.groups.entry(key).or_default();
        group.count += 1;
        let place = group.examples.partition_point(|(other, _)| *other <= line);
        // One mistake often shows in every format; the same sentence twice is no second example.
        let known = group.examples.iter().any(|(_, other)| other == diagnostic);
        // What is wrong with the campaign itself is told in full: there is an end to it.
        let in_full = |line: usize| line == 0 && diagnostic.severity > Severity::Hint;
        let shown = |group: &Group| EXAMPLES + group.examples.partition_point(|(other, _)| in_full(*other));
        if !known && (in_full(line) || place < shown(group)) {
            group.examples.insert(place, (line, diagnostic.clone()));
            let most = shown(group);
            group.examples.truncate(most);
        }
    }

    pub fn count(&self, severity: Severity) -> u64 {
        self.groups.iter().filter(|((s, _), _)| s.0 == severity).map(|(_, group)| group.count).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for ((_, code), group) in &self.groups {
            let times = if group.count == 1 { "once".to_owned() } else { format!("{} times", group.count) };
            writeln!(f, "{code}, {times}")?;
            for (_, example) in &group.examples {
                for line in example.to_string().lines() {
                    writeln!(f, "  {line}")?;
                }
            }
            let more = group.count - group.examples.len() as u64;
            if more > 0 {
                writeln!(f, "  … and {more} more")?;
            }
        }
        Ok(())
    }
}

impl serde::Serialize for Problems {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(serde::Serialize)]
        struct Row<'a> {
            code: &'static str,
            severity: Severity,
            count: u64,
            examples: Vec<&'a Diagnostic>,
        }
        serializer.collect_seq(self.groups.iter().map(|((severity, code), group)| Row {
            code,
            severity: severity.0,
            count: group.count,
            examples: group.examples.iter().map(|(_, example)| example).collect(),
        }))
    }
}
