//! Runs a template's steps over one record.

use std::sync::Arc;

use minijinja::value::{Object, Value as Jinja, ValueKind};

use super::binding::{Binding, Slot};
use super::css;
use super::expression::Expression;
use super::mirror::mirrored;
use super::program::{Alternative, Condition, Piece, Step};
use super::pseudo::renamed;
use super::scope::Scope;
use super::source::Sources;
use super::value::{Markup, whole};
use crate::diagnostic::Diagnostic;

/// Rounds that one loop may have.
const MAX_ITEMS: usize = 10_000;
/// Rounds of all loops together, for one record.
const MAX_ROUNDS: usize = 100_000;
/// Bytes that one value may have.
const MAX_VALUE: usize = 1 << 20;
/// Problems that are told of one record; a mistake in a loop would tell as many as it has rounds.
const MAX_PROBLEMS: usize = 50;

/// One record's evaluation. It goes on after a mistake, so that all of a record's problems come at once.
pub(super) struct Evaluation<'a> {
    sources: &'a Sources,
    rounds: usize,
    pub problems: Vec<Diagnostic>,
}

impl<'a> Evaluation<'a> {
    pub(super) fn new(sources: &'a Sources) -> Self {
        Self { sources, rounds: 0, problems: Vec::new() }
    }

    pub(super) fn steps(&mut self, steps: &[Step], scope: &mut Arc<Scope>) -> Binding {
        let mut slots = Vec::with_capacity(steps.len());
        for step in steps {
            let (id, slot) = match step {
                Step::Set { names, value } => {
                    self.set(names, value, scope);
                    continue;
                }
                Step::Text { id, value } => (*id, self.text(value, scope)),
                Step::Attribute { id, css, alternatives } => {
                    (*id, Slot::Attribute(self.attribute(alternatives, *css, scope)))
                }
                Step::Raw { id, css, pieces } => {
                    let mut out = String::new();
                    self.pieces(pieces, *css, scope, &mut out);
                    (*id, Slot::Raw(if *css { renamed(&mirrored(&out)).into() } else { out.into() }))
                }
                Step::If { id, branches } => {
                    let taken = branches.iter().position(|branch| match &branch.condition {
                        Some(condition) => self.holds(condition, scope),
                        None => true,
                    });
                    let inner =
                        taken.map(|taken| self.steps(&branches[taken].steps, scope)).unwrap_or_default();
                    (*id, Slot::If { branch: taken, inner })
                }
                Step::For { id, names, items, body, otherwise } => {
                    let rounds = self.items(names.len(), items, scope);
                    let count = rounds.len();
                    let mut bindings = Vec::with_capacity(count);
                    for (index, item) in rounds.iter().enumerate() {
                        let mut inner = self.round(names, items, &rounds, index, item, scope);
                        bindings.push(self.steps(body, &mut inner));
                    }
                    let otherwise =
                        otherwise.as_ref().filter(|_| count == 0).map(|steps| self.steps(steps, scope));
                    (*id, Slot::For { items: bindings, otherwise })
                }
            };
            slots.push((id, slot));
        }
        Binding { slots }
    }

    fn evaluate(&mut self, expression: &Expression, scope: &Arc<Scope>) -> Option<Jinja> {
        match expression.evaluate(scope, self.sources) {
            Ok(value) if value.is_undefined() => {
                self.problem(expression.missing(scope, self.sources));
                None
            }
            Ok(value) => Some(value),
            Err(problem) => {
                self.problem(*problem);
                None
            }
        }
    }

    fn problem(&mut self, problem: Diagnostic) {
        if self.problems.len() < MAX_PROBLEMS && !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    fn holds(&mut self, expression: &Expression, scope: &Arc<Scope>) -> bool {
        self.evaluate(expression, scope).is_some_and(|value| value.is_true())
    }

    fn set(&mut self, names: &[Arc<str>], expression: &Expression, scope: &mut Arc<Scope>) {
        let Some(value) = self.evaluate(expression, scope) else { return };
        self.assign(names, value, expression, Arc::make_mut(scope));
    }

    /// Gives one or several names their values.
    fn assign(&mut self, names: &[Arc<str>], value: Jinja, expression: &Expression, scope: &mut Scope) {
        if let [name] = names {
            scope.set(name, value);
            return;
        }
        let parts: Vec<Jinja> = match value.kind() {
            ValueKind::Seq | ValueKind::Iterable => {
                // One more than there is room for is enough to tell that they are too many.
                value.try_iter().map(|items| items.take(names.len() + 1).collect()).unwrap_or_default()
            }
            _ => vec![value],
        };
        if parts.len() != names.len() {
            let count = match parts.len() {
                1 => "one value".to_owned(),
                many if many > names.len() => "more values".to_owned(),
                few => format!("{few} values"),
            };
            let message = format!("{} names stand here for {count}", names.len());
            self.problem(self.sources.error(expression.place, "failed-expression", message));
            return;
        }
        for (name, part) in names.iter().zip(parts) {
            scope.set(name, part);
        }
    }

    /// What a loop goes over. With two names or more, the items of an object are its pairs.
    fn items(&mut self, names: usize, expression: &Expression, scope: &Arc<Scope>) -> Vec<Jinja> {
        let Some(value) = self.evaluate(expression, scope) else { return Vec::new() };
        if value.is_none() {
            return Vec::new();
        }
        if self.rounds > MAX_ROUNDS {
            // Said already; the loops around this one just run out.
            return Vec::new();
        }
        if value.kind() == ValueKind::String {
            let problem = self
                .sources
                .error(expression.place, "failed-expression", "this loops over a text, letter by letter")
                .with_hint("declare the field as a list in [schema], or use `| split(\",\")`");
            self.problem(problem);
            return Vec::new();
        }
        match value.try_iter() {
            Ok(items) => {
                let mut items: Vec<Jinja> = items.take(MAX_ITEMS + 1).collect();
                if names > 1 && value.kind() == ValueKind::Map {
                    for item in &mut items {
                        let inner = value.get_item(item).unwrap_or_default();
                        *item = Jinja::from(vec![item.clone(), inner]);
                    }
                }
                self.rounds += items.len();
                if items.len() > MAX_ITEMS || self.rounds > MAX_ROUNDS {
                    let message = format!(
                        "this loop does not end: more than {MAX_ITEMS} rounds (or {MAX_ROUNDS} in all loops together)"
                    );
                    self.problem(
                        self.sources
                            .error(expression.place, "endless", message)
                            .with_hint("an asset cannot show that many; cut the list"),
                    );
                    return Vec::new();
                }
                items
            }
            Err(_) => {
                let message = format!("a {} cannot be looped over", value.kind());
                self.problem(self.sources.error(expression.place, "failed-expression", message));
                Vec::new()
            }
        }
    }

    /// The scope of one round of a loop.
    fn round(
        &mut self,
        names: &[Arc<str>],
        expression: &Expression,
        items: &[Jinja],
        index: usize,
        item: &Jinja,
        scope: &Arc<Scope>,
    ) -> Arc<Scope> {
        let mut inner = (**scope).clone();
        self.assign(names, item.clone(), expression, &mut inner);
        let state = Loop {
            index,
            length: items.len(),
            previous: index.checked_sub(1).map(|i| items[i].clone()),
            next: items.get(index + 1).cloned(),
        };
        inner.set(&Arc::from("loop"), Jinja::from_object(state));
        Arc::new(inner)
    }

    fn text(&mut self, expression: &Expression, scope: &Arc<Scope>) -> Slot {
        let Some(value) = self.evaluate(expression, scope) else { return Slot::Text("".into()) };
        match value.downcast_object_ref::<Markup>() {
            Some(markup) => Slot::Markup(markup.0.clone()),
            None => Slot::Text(self.shown(&value, expression, scope).into()),
        }
    }

    /// A value as the characters that are shown.
    fn shown(&mut self, value: &Jinja, expression: &Expression, scope: &Arc<Scope>) -> String {
        if value.is_none() {
            self.problem(expression.missing(scope, self.sources));
            return String::new();
        }
        if matches!(value.kind(), ValueKind::Seq | ValueKind::Map | ValueKind::Iterable) {
            let problem = self
                .sources
                .error(
                    expression.place,
                    "failed-expression",
                    format!("a {} cannot be shown as text", value.kind()),
                )
                .with_hint("loop over it with {% for %}, or use `| join(\", \")`");
            self.problem(problem);
            return String::new();
        }
        let number = (value.is_number() && !value.is_integer())
            .then(|| f64::try_from(value.clone()).ok().and_then(whole))
            .flatten();
        let text = number.map_or_else(|| clean(value.to_string()), |whole| whole.to_string());
        if text.len() > MAX_VALUE {
            let message = format!("this value has {} bytes; {MAX_VALUE} can be shown at most", text.len());
            let mut problem = self.sources.error(expression.place, "too-long", message);
            if let [name] = &expression.names[..] {
                problem = problem.with_field(name.clone());
            }
            self.problem(problem.with_hint("give the field a max_length in [schema]"));
            return String::new();
        }
        text
    }

    fn attribute(
        &mut self,
        alternatives: &[Alternative],
        css: bool,
        scope: &mut Arc<Scope>,
    ) -> Option<Arc<str>> {
        for alternative in alternatives {
            if !alternative.conditions.iter().all(|condition| self.condition(condition, scope)) {
                continue;
            }
            if let [Piece::Value(expression)] = &alternative.pieces[..] {
                // An attribute that is nothing but a value can be switched by it.
                let value = self.evaluate(expression, scope)?;
                if let Some(markup) = value.downcast_object_ref::<Markup>() {
                    return Some(data_url(&markup.0).into());
                }
                match value.kind() {
                    ValueKind::None => return None,
                    ValueKind::Bool => return value.is_true().then(|| "".into()),
                    _ => {}
                }
            }
            let mut out = String::new();
            self.pieces(&alternative.pieces, css, scope, &mut out);
            return Some(if css { mirrored(&out).into() } else { out.into() });
        }
        None
    }

    fn condition(&mut self, condition: &Condition, scope: &Arc<Scope>) -> bool {
        condition.not.iter().all(|expression| !self.holds(expression, scope))
            && condition.yes.as_ref().is_none_or(|expression| self.holds(expression, scope))
    }

    fn pieces(&mut self, pieces: &[Piece], css: bool, scope: &mut Arc<Scope>, out: &mut String) {
        for piece in pieces {
            match piece {
                Piece::Literal(text) => out.push_str(text),
                Piece::Value(expression) => {
                    let Some(value) = self.evaluate(expression, scope) else { continue };
                    let text = match value.downcast_object_ref::<Markup>() {
                        Some(markup) => data_url(&markup.0),
                        None => self.shown(&value, expression, scope),
                    };
                    if css {
                        let escaped = css::escape(&text, css::Within::of(out));
                        out.push_str(&escaped);
                    } else {
                        out.push_str(&text);
                    }
                }
                Piece::Set { names, value } => self.set(names, value, scope),
                Piece::If(branches) => {
                    for (condition, pieces) in branches {
                        if condition.as_ref().is_none_or(|condition| self.holds(condition, scope)) {
                            self.pieces(pieces, css, scope, out);
                            break;
                        }
                    }
                }
                Piece::For { names, items, body, otherwise } => {
                    let rounds = self.items(names.len(), items, scope);
                    for (index, item) in rounds.iter().enumerate() {
                        let mut inner = self.round(names, items, &rounds, index, item, scope);
                        self.pieces(body, css, &mut inner, out);
                    }
                    if rounds.is_empty() {
                        self.pieces(otherwise, css, scope, out);
                    }
                }
            }
        }
    }
}

/// Text without the characters that XML cannot hold, in which inline SVG is kept (XML 1.0, §2.2).
fn clean(text: String) -> String {
    let unfit =
        |c: char| (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}');
    if text.contains(unfit) { text.replace(unfit, "\u{fffd}") } else { text }
}

/// An SVG document as an address, for `src` and `url(…)`.
fn data_url(svg: &str) -> String {
    let mut out = "data:image/svg+xml,".to_owned();
    for c in svg.chars() {
        match c {
            '%' => out.push_str("%25"),
            '#' => out.push_str("%23"),
            '"' => out.push('\''),
            '<' => out.push_str("%3C"),
            '>' => out.push_str("%3E"),
            _ => out.push(c),
        }
    }
    out
}

/// `loop`, within a loop.
#[derive(Debug)]
struct Loop {
    index: usize,
    length: usize,
    previous: Option<Jinja>,
    next: Option<Jinja>,
}

impl Object for Loop {
    fn get_value(self: &Arc<Self>, key: &Jinja) -> Option<Jinja> {
        Some(match key.as_str()? {
            "index" => Jinja::from(self.index + 1),
            "index0" => Jinja::from(self.index),
            "revindex" => Jinja::from(self.length - self.index),
            "revindex0" => Jinja::from(self.length - self.index - 1),
            "first" => Jinja::from(self.index == 0),
            "last" => Jinja::from(self.index + 1 == self.length),
            "length" => Jinja::from(self.length),
            "previtem" => self.previous.clone().unwrap_or_else(|| Jinja::from(())),
            "nextitem" => self.next.clone().unwrap_or_else(|| Jinja::from(())),
            _ => return None,
        })
    }

    fn call_method(
        self: &Arc<Self>,
        _: &mut minijinja::State<'_, '_>,
        method: &str,
        arguments: &[Jinja],
    ) -> Result<Jinja, minijinja::Error> {
        if method != "cycle" || arguments.is_empty() {
            return Err(minijinja::Error::from(minijinja::ErrorKind::UnknownMethod));
        }
        Ok(arguments[self.index % arguments.len()].clone())
    }
}
