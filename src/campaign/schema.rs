//! `[schema]`: the fields' types and rules.

use crate::data::{Field, Kind, Pattern, Rule, Schema, Value};

use super::file::{Node, Section};

const KINDS: [&str; 12] = [
    "text", "integer", "number", "boolean", "date", "datetime", "color", "url", "email", "image", "list",
    "object",
];

pub(super) fn read(section: Section<'_>) -> Option<Schema> {
    Some(Schema { fields: read_fields(section) })
}

fn read_fields(section: Section<'_>) -> Vec<Field> {
    section
        .into_entries()
        .iter()
        .filter_map(|entry| Some(Field { name: entry.name.into(), rule: read_rule(&entry.node)? }))
        .collect()
}

/// `"integer"`, or a table with a type and rules.
fn read_rule(node: &Node<'_>) -> Option<Rule> {
    if node.is_text() {
        return Some(Rule::of(read_kind(node)?));
    }
    let mut section = node.table()?;
    let kind = section.get("type");
    let required = section.get("required");
    let default = section.get("default");
    let min = section.get("min");
    let max = section.get("max");
    let max_length = section.get("max_length");
    let pattern = section.get("pattern");
    let one_of = section.get("one_of");
    let unique = section.get("unique");
    let items = section.get("items");
    let fields = section.get("fields");
    section.finish();

    let mut rule = Rule::of(match &kind {
        Some(node) => read_kind(node)?,
        None => Kind::Text,
    });
    let kind = rule.kind;
    let fits = |node: &Option<Node<'_>>, fits: bool, which: &str| {
        if let Some(node) = node.as_ref().filter(|_| !fits) {
            node.error("misplaced-rule", format!("is a rule for {which}, and the type is {}", kind.name()));
        }
        fits
    };
    let ordered = "integer, number, date, datetime and list";
    let textual = "text, color, url, email and image";
    let required = required.and_then(|node| node.boolean());
    let unique = unique.and_then(|node| node.boolean());
    rule.required = required.unwrap_or(false);
    rule.unique = unique.unwrap_or(false);
    if fits(&min, kind.is_ordered(), ordered) {
        rule.min = min.as_ref().and_then(|node| read_bound(kind, node));
    }
    if fits(&max, kind.is_ordered(), ordered) {
        rule.max = max.as_ref().and_then(|node| read_bound(kind, node));
    }
    if fits(&max_length, kind.is_textual(), textual) {
        rule.max_length =
            max_length.and_then(|node| node.integer(1..=i64::MAX)).map(|length| length as usize);
    }
    if fits(&pattern, kind.is_textual(), textual) {
        rule.pattern = pattern.and_then(|node| match Pattern::new(node.text()?) {
            Ok(pattern) => Some(pattern),
            Err(error) => {
                node.error("bad-pattern", format!("is not a regular expression: {error}"));
                None
            }
        });
    }
    if fits(&items, kind == Kind::List, "list") {
        rule.items = items.and_then(|node| read_rule(&node)).map(Box::new);
    }
    if fits(&fields, kind == Kind::Object, "object") {
        rule.fields = fields.and_then(|node| node.table()).map(read_fields).unwrap_or_default();
    }
    if let Some(node) = one_of {
        // Each of them has to be of the type; the other rules are not theirs.
        let bare = Rule::of(kind);
        let nodes = node.list().unwrap_or_default();
        rule.one_of = nodes.iter().filter_map(|node| read_value(&bare, node)).collect();
        if nodes.is_empty() {
            node.error("unknown-value", "must have at least one value");
        }
    }
    if let (Some(low), Some(high)) = (&rule.min, &rule.max)
        && crate::data::compare(low, high).is_some_and(|order| order.is_gt())
        && let Some(node) = &min
    {
        node.error("unknown-value", "must not be greater than max");
    }
    if let Some(node) = default {
        rule.default = read_value(&rule, &node);
    }
    Some(rule)
}

fn read_kind(node: &Node<'_>) -> Option<Kind> {
    node.choice(&KINDS, |name| Kind::ALL.into_iter().find(|kind| kind.name() == name))
}

/// The bound of a list is a number of items, of anything else a value of its kind.
fn read_bound(kind: Kind, node: &Node<'_>) -> Option<Value> {
    let rule = match kind {
        Kind::List => Rule { min: Some(Value::Integer(0)), ..Rule::of(Kind::Integer) },
        kind => Rule::of(kind),
    };
    read_value(&rule, node)
}

fn read_value(rule: &Rule, node: &Node<'_>) -> Option<Value> {
    // In a record an empty text counts as absent; here it was written to be one.
    if rule.kind == Kind::Text && node.json() == "" {
        return Some(Value::Text("".into()));
    }
    match rule.value(node.json()) {
        Ok(Value::Null) => {
            node.error("wrong-type", format!("must be {}, found nothing", rule.kind.described()));
            None
        }
        Ok(value) => Some(value),
        Err(problems) => {
            problems.iter().for_each(|problem| node.error("wrong-type", problem));
            None
        }
    }
}
