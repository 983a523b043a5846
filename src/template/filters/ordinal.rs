//! `ordinal` and `plural`: words that depend on a number.

use icu::plurals::{PluralCategory, PluralRuleType, PluralRules, PluralRulesOptions};
use minijinja::value::{Kwargs, Value};
use minijinja::{Error, State};

use super::cache::Cache;
use super::call::{icu_error, invalid, parse, tag_of};
use super::numbers::{format_decimal, to_decimal};

thread_local! {
    static RULES: Cache<(String, bool), PluralRules> = Cache::new();
}

fn category(value: &Value, tag: &str, ordinal: bool) -> Result<PluralCategory, Error> {
    let decimal = to_decimal(value)?;
    let rules = RULES.with(|cache| {
        cache.get((tag.to_owned(), ordinal), || {
            let kind = if ordinal { PluralRuleType::Ordinal } else { PluralRuleType::Cardinal };
            let options = PluralRulesOptions::default().with_type(kind);
            PluralRules::try_new((&parse(tag)?).into(), options).map_err(icu_error)
        })
    })?;
    Ok(rules.category_for(&decimal))
}

/// `{{ 21 | ordinal }}`: 21st. Languages whose form depends on gender get the masculine one.
pub(super) fn ordinal(state: &State, value: &Value, arguments: Kwargs) -> Result<String, Error> {
    let tag = tag_of(state, &arguments)?;
    arguments.assert_all_used()?;
    let number = format_decimal(&to_decimal(value)?, &tag, true)?;
    let category = category(value, &tag, true)?;
    Ok(match parse(&tag)?.id.language.as_str() {
        "en" => {
            let ending = match category {
                PluralCategory::One => "st",
                PluralCategory::Two => "nd",
                PluralCategory::Few => "rd",
                _ => "th",
            };
            format!("{number}{ending}")
        }
        "fr" => format!("{number}{}", if category == PluralCategory::One { "er" } else { "e" }),
        "nl" => format!("{number}e"),
        "sv" => format!("{number}{}", if category == PluralCategory::One { ":a" } else { ":e" }),
        "es" | "gl" => format!("{number}.º"),
        "it" | "pt" => format!("{number}º"),
        "zh" | "ja" => format!("第{number}"),
        "ko" => format!("{number}번째"),
        "ar" | "he" | "fa" | "hi" | "th" => number,
        _ => format!("{number}."),
    })
}

/// `{{ 3 | plural(one="song", other="songs") }}`: songs. The forms are zero, one, two, few, many, other.
pub(super) fn plural(state: &State, value: &Value, arguments: Kwargs) -> Result<Value, Error> {
    let tag = tag_of(state, &arguments)?;
    let mut forms = Vec::new();
    for name in ["zero", "one", "two", "few", "many", "other"] {
        forms.push((name, arguments.get::<Option<Value>>(name)?));
    }
    arguments.assert_all_used()?;
    let name = match category(value, &tag, false)? {
        PluralCategory::Zero => "zero",
        PluralCategory::One => "one",
        PluralCategory::Two => "two",
        PluralCategory::Few => "few",
        PluralCategory::Many => "many",
        PluralCategory::Other => "other",
    };
    let form = |name: &str| forms.iter().find(|(known, _)| *known == name).and_then(|(_, form)| form.clone());
    form(name).or_else(|| form("other")).ok_or_else(|| {
        invalid(format!("plural needs a form for {value}: plural(one=\"song\", other=\"songs\")"))
    })
}
