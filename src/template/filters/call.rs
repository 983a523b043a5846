//! The locale of a filter call, and what filters fail with.

use icu::locale::Locale;
use minijinja::value::Kwargs;
use minijinja::{Error, ErrorKind, State};

use crate::template::scope::LOCALE;

/// For a value that is not there or is empty: the expression knows which, and says so.
pub(super) fn missing() -> Error {
    Error::from(ErrorKind::UndefinedError)
}

pub(super) fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

/// The tag in force: the call's own `locale="…"`, or else the record's.
pub(super) fn tag_of(state: &State, arguments: &Kwargs) -> Result<String, Error> {
    if let Some(tag) = arguments.get::<Option<String>>("locale")? {
        return Ok(tag);
    }
    let tag = state.lookup(LOCALE).and_then(|value| value.as_str().map(str::to_owned));
    Ok(tag.unwrap_or_else(|| "en".to_owned()))
}

pub(super) fn parse(tag: &str) -> Result<Locale, Error> {
    Locale::try_from_str(tag).map_err(|_| invalid(format!("`{tag}` is not a language tag like \"en-GB\"")))
}

/// For ICU's own errors, which can only mean that data for the locale is missing.
pub(super) fn icu_error(error: impl std::fmt::Display) -> Error {
    invalid(format!("the locale cannot be used here: {error}"))
}
