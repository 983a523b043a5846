//! `number`, `compact`, `currency`, `percent`.

use std::str::FromStr;

use fixed_decimal::{Decimal, SignedRoundingMode, UnsignedRoundingMode};
use icu::decimal::{CompactDecimalFormatter, DecimalFormatter};
use icu::experimental::dimension::currency::formatter::CurrencyFormatter;
use icu::experimental::dimension::percent::formatter::PercentFormatter;
use minijinja::value::{Kwargs, Value, ValueKind};
use minijinja::{Error, State};

use super::cache::Cache;
use super::call::{icu_error, invalid, missing, parse, tag_of};

thread_local! {
    static DECIMAL: Cache<(String, bool), DecimalFormatter> = Cache::new();
    static COMPACT: Cache<(String, bool), CompactDecimalFormatter> = Cache::new();
    static PERCENT: Cache<String, PercentFormatter<DecimalFormatter>> = Cache::new();
    static CURRENCY: Cache<(String, String), CurrencyFormatter<DecimalFormatter>> = Cache::new();
}

/// Digits after the point when the caller does not say.
const MAX_DECIMALS: i16 = 3;

/// A number, whatever type it came in.
pub(super) fn to_decimal(value: &Value) -> Result<Decimal, Error> {
    let text = match value.kind() {
        ValueKind::Number => value.to_string(),
        ValueKind::String => value.as_str().unwrap_or_default().trim().to_owned(),
        ValueKind::Undefined | ValueKind::None => return Err(missing()),
        kind => return Err(invalid(format!("a {kind} is not a number"))),
    };
    Decimal::from_str(&text).map_err(|_| invalid(format!("`{text}` is not a number")))
}

fn round(decimal: &mut Decimal, decimals: i16) {
    decimal.round_with_mode(-decimals, SignedRoundingMode::Unsigned(UnsignedRoundingMode::HalfExpand));
}

/// Rounds to `decimals` digits and shows them all; without a wish, to three, without trailing zeros.
fn to_precision(decimal: &mut Decimal, decimals: Option<i16>) -> Result<(), Error> {
    match decimals {
        Some(count @ 0..=20) => {
            round(decimal, count);
            decimal.absolute.pad_end(-count);
        }
        Some(_) => return Err(invalid("decimals must be from 0 to 20")),
        None => {
            round(decimal, MAX_DECIMALS);
            decimal.absolute.trim_end();
        }
    }
    Ok(())
}

pub(super) fn format_decimal(decimal: &Decimal, tag: &str, grouping: bool) -> Result<String, Error> {
    let formatter = DECIMAL.with(|cache| {
        cache.get((tag.to_owned(), grouping), || {
            let mut options = icu::decimal::options::DecimalFormatterOptions::default();
            if !grouping {
                options.grouping_strategy = Some(icu::decimal::options::GroupingStrategy::Never);
            }
            DecimalFormatter::try_new((&parse(tag)?).into(), options).map_err(icu_error)
        })
    })?;
    Ok(formatter.format_to_string(decimal))
}

/// `{{ 84312 | number }}`: 84,312. `decimals=2`, `grouping=false`.
pub(super) fn number(state: &State, value: &Value, arguments: Kwargs) -> Result<String, Error> {
    let tag = tag_of(state, &arguments)?;
    let decimals = arguments.get::<Option<i16>>("decimals")?;
    let grouping = arguments.get::<Option<bool>>("grouping")?.unwrap_or(true);
    arguments.assert_all_used()?;
    let mut decimal = to_decimal(value)?;
    to_precision(&mut decimal, decimals)?;
    format_decimal(&decimal, &tag, grouping)
}

/// MiniJinja's `int`, with an error that shows the value.
pub(super) fn int(
    state: &State,
    value: &Value,
    default: Option<Value>,
    base: Option<u32>,
    arguments: Kwargs,
) -> Result<Value, Error> {
    minijinja::filters::int(state, value, default, base, arguments).map_err(|_| not_a_number(value))
}

/// MiniJinja's `float`, with an error that shows the value.
pub(super) fn float(
    state: &State,
    value: &Value,
    default: Option<Value>,
    arguments: Kwargs,
) -> Result<Value, Error> {
    minijinja::filters::float(state, value, default, arguments).map_err(|_| not_a_number(value))
}

fn not_a_number(value: &Value) -> Error {
    to_decimal(value).err().unwrap_or_else(|| invalid(format!("`{value}` is not a number")))
}

/// `{{ 1234567 | compact }}`: 1.2M. `long=true`: 1.2 million.
pub(super) fn compact(state: &State, value: &Value, arguments: Kwargs) -> Result<String, Error> {
    let tag = tag_of(state, &arguments)?;
    let long = arguments.get::<Option<bool>>("long")?.unwrap_or(false);
    arguments.assert_all_used()?;
    let decimal = to_decimal(value)?;
    let formatter = COMPACT.with(|cache| {
        cache.get((tag.clone(), long), || {
            let locale = parse(&tag)?;
            let formatter = if long {
                CompactDecimalFormatter::try_new_long((&locale).into(), Default::default())
            } else {
                CompactDecimalFormatter::try_new_short((&locale).into(), Default::default())
            };
            formatter.map_err(icu_error)
        })
    })?;
    Ok(formatter.format_to_string(&decimal))
}

/// `{{ 0.984 | percent }}`: 98%. `decimals=1`: 98.4%.
pub(super) fn percent(state: &State, value: &Value, arguments: Kwargs) -> Result<String, Error> {
    let tag = tag_of(state, &arguments)?;
    let decimals = arguments.get::<Option<i16>>("decimals")?.unwrap_or(0);
    arguments.assert_all_used()?;
    let mut decimal = to_decimal(value)?;
    decimal.absolute.multiply_pow10(2);
    to_precision(&mut decimal, Some(decimals))?;
    decimal.absolute.trim_start();
    let formatter = PERCENT.with(|cache| {
        cache.get(tag.clone(), || {
            PercentFormatter::try_new((&parse(&tag)?).into(), Default::default()).map_err(icu_error)
        })
    })?;
    Ok(formatter.format(&decimal).to_string())
}

/// `{{ 12.5 | currency("EUR") }}`: €12.50. `decimals=0`: €13.
pub(super) fn currency(state: &State, value: &Value, code: &str, arguments: Kwargs) -> Result<String, Error> {
    let tag = tag_of(state, &arguments)?;
    let decimals = arguments.get::<Option<i16>>("decimals")?;
    arguments.assert_all_used()?;
    let decimal = to_decimal(value)?;
    let code = code.to_ascii_uppercase();
    let formatter = CURRENCY.with(|cache| {
        cache.get((tag.clone(), code.clone()), || {
            let locale = parse(&tag)?;
            let currency = code
                .to_ascii_lowercase()
                .parse()
                .map_err(|_| invalid(format!("`{code}` is not a currency code like \"EUR\"")))?;
            CurrencyFormatter::try_new_symbol((&locale).into(), currency, Default::default())
                .map_err(icu_error)
        })
    })?;
    let shown = formatter.format_fixed_decimal(&decimal).to_string();
    let Some(decimals) = decimals else { return Ok(shown) };
    // The formatter always uses the currency's own number of digits, so the digits are put in here.
    let mut rounded = decimal.clone();
    to_precision(&mut rounded, Some(decimals))?;
    rounded.sign = fixed_decimal::Sign::None;
    let digits = format_decimal(&rounded, &tag, true)?;
    let first = shown.find(|c: char| c.is_numeric()).unwrap_or(0);
    let last = shown
        .rfind(|c: char| c.is_numeric())
        .map_or(shown.len(), |at| at + shown[at..].chars().next().map_or(0, char::len_utf8));
    Ok(format!("{}{digits}{}", &shown[..first], &shown[last..]))
}
