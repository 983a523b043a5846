//! Compiled expressions, and the environment of filters they run in.

use std::sync::{Arc, LazyLock};

use minijinja::value::{Value as Jinja, ValueKind};
use minijinja::{Environment, ErrorKind, UndefinedBehavior};

use super::filters;
use super::scope::{RECORD, Scope};
use super::source::{Place, Sources};
use super::words::{CallKind, calls, comparisons, paths};
use crate::data;
use crate::diagnostic::{Diagnostic, Result};

/// Steps of the expression machine that one expression may take.
const FUEL: u64 = 1_000_000;

/// Characters of a value that a message shows.
const SHOWN: usize = 40;

/// The filters and tests are the same for every template, so there is one environment.
pub(super) static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    filters::register(&mut environment);
    environment
});

pub(super) struct Expression {
    pub place: Place,
    source: String,
    comparisons: Vec<Compared>,
    compiled: minijinja::Expression<'static, 'static>,
    /// The names that must come from the scope, `record` not among them.
    pub names: Vec<String>,
}

/// A value, by name, that the expression compares with a literal.
struct Compared {
    path: Vec<String>,
    literal: String,
    is_number: bool,
}

impl std::fmt::Debug for Expression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Expression({})", self.source)
    }
}

/// Minus signs that may stand one behind the other.
const MAX_SIGNS: usize = 100;

impl Expression {
    pub(super) fn compile(source: &str, place: Place, sources: &Sources) -> Result<Arc<Self>> {
        if source.is_empty() {
            return Err(sources.error(place, "bad-expression", "there is no expression here").into());
        }
        // The engine goes down such a chain by calling itself.
        if source
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect::<Vec<_>>()
            .chunk_by(|a, b| a == b)
            .any(|run| run[0] == '-' && run.len() > MAX_SIGNS)
        {
            let message = "this expression has a mistake: too many signs in a row";
            return Err(sources.error(place, "bad-expression", message).into());
        }
        let compiled = ENVIRONMENT.compile_expression_owned(source.to_owned()).map_err(|error| {
            let offset = error.range().map_or(0, |range| range.start.min(source.len()));
            let place = Place { offset: place.offset + offset, ..place };
            sources.error(place, "bad-expression", format!("this expression has a mistake: {}", what(&error)))
        })?;
        for call in calls(source) {
            let place = Place { offset: place.offset + call.offset, ..place };
            check_call(call.kind, call.name)
                .map_err(|(message, hint)| sources.error(place, "bad-expression", message).with_hint(hint))?;
        }
        let mut names: Vec<String> = compiled
            .undeclared_variables(false)
            .into_iter()
            .filter(|name| name != RECORD && !ENVIRONMENT.globals().any(|(global, _)| global == name))
            .collect();
        names.sort();
        let comparisons = comparisons(source)
            .into_iter()
            .map(|comparison| Compared {
                path: comparison.path.into_iter().map(str::to_owned).collect(),
                literal: comparison.literal.to_owned(),
                is_number: comparison.is_number,
            })
            .collect();
        Ok(Arc::new(Self { place, source: source.to_owned(), comparisons, compiled, names }))
    }

    /// The fields that it asks for through `record`: `record["First Name"]`.
    pub(super) fn record_fields(&self) -> impl Iterator<Item = String> {
        paths(&self.source)
            .into_iter()
            .filter(|path| path[0] == RECORD && path.len() > 1)
            .map(|path| path[1].to_owned())
            .collect::<Vec<_>>()
            .into_iter()
    }

    pub(super) fn evaluate(&self, scope: &Arc<Scope>, sources: &Sources) -> Result<Jinja> {
        for comparison in &self.comparisons {
            if let Some(problem) = self.mismatch(comparison, scope, sources) {
                return Err(Box::new(problem));
            }
        }
        self.compiled.eval(Jinja::from_dyn_object(scope.clone())).map_err(|error| {
            Box::new(match error.kind() {
                ErrorKind::UndefinedError => self.missing(scope, sources),
                ErrorKind::OutOfFuel => sources
                    .error(self.place, "endless", "this expression takes too long")
                    .with_hint("it loops over too much; prepare the value in the data"),
                _ => self.with_values(scope, sources.error(self.place, "failed-expression", what(&error))),
            })
        })
    }

    /// The error for a text that is compared with a number, or the other way round: that has an answer,
    /// and a wrong one.
    fn mismatch(&self, compared: &Compared, scope: &Arc<Scope>, sources: &Sources) -> Option<Diagnostic> {
        let path: Vec<&str> = compared.path.iter().map(String::as_str).collect();
        let mut value = scope.value(path[0])?;
        for name in &path[1..] {
            value = value.get_attr(name).ok()?;
        }
        let kind = match (value.kind(), compared.is_number) {
            (ValueKind::String, true) => "text",
            (ValueKind::Number, false) => "number",
            (ValueKind::Plain, _) if value.as_object().is_some() => "date",
            _ => return None,
        };
        let name = path.join(".");
        let literal = &compared.literal;
        let message =
            format!("`{name}` is the {kind} {} and cannot be compared with {literal}", shown(&value));
        let problem = sources.error(self.place, "failed-expression", message);
        let problem = if scope.field(path[0]).is_some() { problem.with_field(path[0]) } else { problem };
        Some(problem.with_hint(match kind {
            "text" => format!("declare it as a number in [schema], or write `{name} | float`"),
            "number" => format!("compare it with a number, or write `{name} | string`"),
            _ => format!("compare its parts, as `{name}.year`, or write `{name} | string`"),
        }))
    }

    /// The error for a value that is not there, or is empty where something is to be made of it.
    pub(super) fn missing(&self, scope: &Arc<Scope>, sources: &Sources) -> Diagnostic {
        if let Some(name) = self.names.iter().find(|name| !scope.knows(name)) {
            let problem = sources
                .error(self.place, "missing-field", format!("the record has no field `{name}`"))
                .with_field(name.clone());
            return match data::closest(name, scope.names()) {
                Some(near) => problem.with_hint(format!("did you mean `{near}`?")),
                None => problem.with_hint(format!(
                    "add it to the data, or write `{name} | default(\"…\")` or `{{% if {name} is defined %}}`"
                )),
            };
        }
        let mut empty = None;
        for path in paths(&self.source) {
            match walk(&path, scope) {
                Walk::Empty(depth) if empty.is_none() => empty = Some(path[..depth].join(".")),
                Walk::Missing { depth, parent } => return self.no_member(&path, depth, &parent, sources),
                _ => {}
            }
        }
        let Some(name) = empty else {
            let message = format!("`{}` gives nothing to show", excerpt(&self.source));
            return sources.error(self.place, "missing-value", message);
        };
        let problem = sources.error(
            self.place,
            "missing-field",
            format!("`{name}` is empty, and there is nothing to show"),
        );
        let problem = match name.split('.').next().filter(|root| scope.field(root).is_some()) {
            Some(root) => problem.with_field(root),
            None => problem,
        };
        problem.with_hint(format!(
            "fill it, give it a default in [schema], or write `{{% if {name} %}}` around it or `{name} | default(\"…\")`"
        ))
    }

    /// The error for a name that a value does not have: `path[depth]`.
    fn no_member(&self, path: &[&str], depth: usize, parent: &Jinja, sources: &Sources) -> Diagnostic {
        let name = path[depth];
        if path[0] == RECORD && depth == 1 {
            let problem = sources
                .error(self.place, "missing-field", format!("the record has no field `{name}`"))
                .with_field(name);
            return match near_key(name, parent) {
                Some(near) => problem.with_hint(format!("did you mean `{near}`?")),
                None => problem,
            };
        }
        let owner = path[..depth].join(".");
        let problem = sources.error(self.place, "missing-value", format!("`{owner}` has no `{name}`"));
        match near_key(name, parent) {
            Some(near) => problem.with_hint(format!("did you mean `{near}`?")),
            None if parent.kind() == ValueKind::Map => {
                let keys: Vec<String> = keys(parent).take(8).collect();
                problem.with_hint(format!("it has {}", keys.join(", ")))
            }
            None => problem.with_hint(format!("it is a {}: {}", parent.kind(), shown(parent))),
        }
    }

    /// Adds the values in play to a problem's message.
    fn with_values(&self, scope: &Arc<Scope>, mut problem: Diagnostic) -> Diagnostic {
        let values: Vec<String> = self
            .names
            .iter()
            .filter_map(|name| Some(format!("{name} = {}", shown(&scope.value(name)?))))
            .collect();
        if !values.is_empty() {
            problem.message = format!("{} [{}]", problem.message, values.join(", "));
        }
        if let [name] = &self.names[..]
            && scope.field(name).is_some()
        {
            problem = problem.with_field(name.clone());
        }
        problem
    }
}

/// Whether the filter, test or function is one that there is; or else a message and a hint.
fn check_call(kind: CallKind, name: &str) -> Result<(), (String, String)> {
    let (what, known): (&str, Vec<&str>) = match kind {
        CallKind::Filter => ("filter", filters::FILTERS.to_vec()),
        CallKind::Test => ("test", filters::TESTS.to_vec()),
        CallKind::Function => ("function", vec!["range", "dict"]),
    };
    if known.contains(&name) {
        return Ok(());
    }
    let message = format!("there is no {what} `{name}`");
    let hint = match (kind, data::closest(name, known.iter().copied())) {
        (CallKind::Filter, _) if matches!(name, "safe" | "escape" | "e" | "tojson") => {
            "a value is always plain text, wherever it stands: there is nothing to escape or to declare safe"
                .to_owned()
        }
        (_, Some(near)) => format!("did you mean `{near}`?"),
        (CallKind::Function, None) if filters::FILTERS.contains(&name) => {
            format!("it is a filter: value | {name}")
        }
        (_, None) => format!("docs/template.md lists the {what}s"),
    };
    Err((message, hint))
}

/// Where following a path ends.
enum Walk {
    /// All of it is there.
    Whole,
    /// The first `depth` names lead to a value that is none.
    Empty(usize),
    /// The name at `depth` is not in its parent.
    Missing { depth: usize, parent: Jinja },
}

fn walk(path: &[&str], scope: &Arc<Scope>) -> Walk {
    let Some(mut value) = scope.value(path[0]) else { return Walk::Whole };
    for (depth, name) in path.iter().enumerate().skip(1) {
        if value.is_none() {
            return Walk::Empty(depth);
        }
        match value.get_attr(name) {
            Ok(inner) if !inner.is_undefined() => value = inner,
            _ => return Walk::Missing { depth, parent: value },
        }
    }
    if value.is_none() { Walk::Empty(path.len()) } else { Walk::Whole }
}

fn keys(parent: &Jinja) -> impl Iterator<Item = String> {
    parent
        .try_iter()
        .ok()
        .filter(|_| parent.kind() == ValueKind::Map)
        .into_iter()
        .flatten()
        .map(|key| key.to_string())
}

fn near_key(name: &str, parent: &Jinja) -> Option<String> {
    let keys: Vec<String> = keys(parent).take(1000).collect();
    data::closest(name, keys.iter().map(String::as_str)).map(str::to_owned)
}

/// A value as a message shows it.
fn shown(value: &Jinja) -> String {
    match value.as_str() {
        Some(text) => format!("{:?}", excerpt(text)),
        None if value.kind() == ValueKind::Plain => excerpt(&value.to_string()),
        None => excerpt(&format!("{value:?}")),
    }
}

/// The beginning of a text, on one line.
pub(super) fn excerpt(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.pop();
        shown.push('…');
    }
    shown
}

fn what(error: &minijinja::Error) -> String {
    match error.detail() {
        Some(detail) => detail.to_owned(),
        None => error.kind().to_string(),
    }
}
