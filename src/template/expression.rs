//! Compiled expressions, and the environment of filters they run in.

use std::sync::{Arc, LazyLock};

use minijinja::value::Value as Jinja;
use minijinja::{Environment, ErrorKind, UndefinedBehavior};

use super::scope::Scope;
use super::source::{Place, Sources};
use super::{filters, value};
use crate::data;
use crate::diagnostic::Diagnostic;

/// Steps of the expression machine that one expression may take.
const FUEL: u64 = 1_000_000;

/// The filters and tests are the same for every template, so there is one environment.
static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    filters::register(&mut environment);
    environment
});

pub(super) struct Expression {
    pub place: Place,
    compiled: minijinja::Expression<'static, 'static>,
    /// The names that must come from the scope.
    pub names: Vec<String>,
}

impl std::fmt::Debug for Expression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Expression({})", self.names.join(", "))
    }
}

impl Expression {
    pub(super) fn compile(source: &str, place: Place, sources: &Sources) -> Result<Arc<Self>, Diagnostic> {
        if source.is_empty() {
            return Err(sources.error(place, "bad-expression", "there is no expression here"));
        }
        let compiled = ENVIRONMENT.compile_expression_owned(source.to_owned()).map_err(|error| {
            let offset = error.range().map_or(0, |range| range.start.min(source.len()));
            let place = Place { offset: place.offset + offset, ..place };
            sources.error(place, "bad-expression", format!("this expression has a mistake: {}", what(&error)))
        })?;
        let mut names: Vec<String> = compiled
            .undeclared_variables(false)
            .into_iter()
            .filter(|name| !ENVIRONMENT.globals().any(|(global, _)| global == name))
            .collect();
        names.sort();
        Ok(Arc::new(Self { place, compiled, names }))
    }

    pub(super) fn evaluate(&self, scope: &Arc<Scope>, sources: &Sources) -> Result<Jinja, Diagnostic> {
        self.compiled.eval(Jinja::from_dyn_object(scope.clone())).map_err(|error| match error.kind() {
            ErrorKind::UndefinedError => self.undefined(scope, sources, &error),
            ErrorKind::OutOfFuel => sources
                .error(self.place, "endless", "this expression takes too long")
                .with_hint("it loops over too much; prepare the value in the data"),
            ErrorKind::UnknownFilter | ErrorKind::UnknownTest | ErrorKind::UnknownFunction => {
                let asked =
                    error.detail().and_then(|detail| detail.split_whitespace().nth(1)).unwrap_or_default();
                let near = data::closest(asked, filters::NAMES.iter().copied());
                let problem = sources.error(self.place, "bad-expression", what(&error));
                match near {
                    Some(near) => problem.with_hint(format!("did you mean `{near}`?")),
                    None => problem.with_hint("docs/template.md lists the filters"),
                }
            }
            _ => self.with_values(scope, sources.error(self.place, "failed-expression", what(&error))),
        })
    }

    /// The error for a value that is not there.
    pub(super) fn undefined(
        &self,
        scope: &Scope,
        sources: &Sources,
        error: &dyn std::fmt::Display,
    ) -> Diagnostic {
        let Some(name) = self.names.iter().find(|name| !scope.knows(name)) else {
            return sources.error(self.place, "missing-value", format!("a value is not there: {error}"));
        };
        let message = format!("the record has no field `{name}`");
        let problem = sources.error(self.place, "missing-field", message).with_field(name.clone());
        match data::closest(name, scope.field_names()) {
            Some(near) => problem.with_hint(format!("did you mean `{near}`?")),
            None => problem.with_hint(format!(
                "add it to the data, or write `{name} | default(\"…\")` or `{{% if {name} is defined %}}`"
            )),
        }
    }

    /// The error for a field that is there and empty, where a text is to be shown.
    pub(super) fn empty(&self, scope: &Scope, sources: &Sources) -> Diagnostic {
        let name = self
            .names
            .iter()
            .find(|name| matches!(scope.field(name), Some(data::Value::Null)))
            .or_else(|| self.names.first());
        let Some(name) = name else {
            return sources.error(self.place, "missing-value", "this expression gives nothing to show");
        };
        sources
            .error(self.place, "missing-field", format!("`{name}` is empty, and there is nothing to show"))
            .with_field(name.clone())
            .with_hint(format!(
                "fill it, give it a default in [schema], or write `{{% if {name} %}}` around it or `{name} | default(\"…\")`"
            ))
    }

    /// Adds the values in play to a problem's message.
    fn with_values(&self, scope: &Arc<Scope>, mut problem: Diagnostic) -> Diagnostic {
        let values: Vec<String> = self
            .names
            .iter()
            .filter_map(|name| Some((name, scope.field(name)?)))
            .map(|(name, field)| {
                let mut shown = format!("{:?}", value::to_jinja(field));
                if shown.chars().count() > 40 {
                    shown = shown.chars().take(39).chain(['…']).collect();
                }
                format!("{name} = {shown}")
            })
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

fn what(error: &minijinja::Error) -> String {
    match error.detail() {
        Some(detail) => detail.to_owned(),
        None => error.kind().to_string(),
    }
}
