//! `date`, `time`, `datetime`.

use icu::datetime::DateTimeFormatter;
use icu::datetime::fieldsets::enums::CompositeDateTimeFieldSet;
use icu::datetime::fieldsets::{E, M, MD, T, Y, YM, YMD, YMDE};
use icu::datetime::input::{Date as IcuDate, DateTime, Time};
use jiff::Zoned;
use jiff::civil;
use minijinja::value::{Kwargs, Value};
use minijinja::{Error, State};

use super::cache::Cache;
use super::call::{icu_error, invalid, missing, parse, tag_of};
use crate::template::value::{Date, Moment};

thread_local! {
    static FORMATTERS: Cache<(String, String), DateTimeFormatter<CompositeDateTimeFieldSet>> = Cache::new();
}

const FORMATS: &str =
    "short, medium, long, full, year, month, weekday, month-year, day-month, or a strftime pattern";

/// A day or a moment, whatever type it came in.
enum When {
    Day(civil::Date),
    Moment(Zoned),
}

fn when(value: &Value) -> Result<When, Error> {
    if let Some(Date(date)) = value.downcast_object_ref::<Date>() {
        return Ok(When::Day(*date));
    }
    if let Some(Moment(moment)) = value.downcast_object_ref::<Moment>() {
        return Ok(When::Moment(moment.clone()));
    }
    if value.is_undefined() || value.is_none() {
        return Err(missing());
    }
    let text = value.as_str().unwrap_or_default().trim();
    if let Ok(moment) = text.parse::<Zoned>() {
        return Ok(When::Moment(moment));
    }
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        return Ok(When::Moment(with_written_offset(text, moment)));
    }
    if let Ok(date) = text.parse::<civil::Date>()
        && !text.contains([':', 'T'])
    {
        return Ok(When::Day(date));
    }
    if let Ok(moment) = text.parse::<civil::DateTime>() {
        return moment
            .to_zoned(jiff::tz::TimeZone::UTC)
            .map(When::Moment)
            .map_err(|e| invalid(e.to_string()));
    }
    Err(invalid(format!("`{value}` is not a date like 2026-11-30 or 2026-11-30T18:45:00+01:00")))
}

/// The moment at the UTC offset that its text ends with, so that the hour shown is the one written.
fn with_written_offset(text: &str, moment: jiff::Timestamp) -> Zoned {
    let zone = text
        .rfind(['+', '-'])
        .filter(|at| text[..*at].contains([':', 'T', ' ']))
        .and_then(|at| {
            let sign = if text[at..].starts_with('-') { -1 } else { 1 };
            let digits: String = text[at + 1..].chars().filter(char::is_ascii_digit).collect();
            let hours: i32 = digits.get(..2)?.parse().ok()?;
            let minutes: i32 = digits.get(2..4).map_or(Some(0), |m| m.parse().ok())?;
            jiff::tz::Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
        })
        .map_or(jiff::tz::TimeZone::UTC, jiff::tz::TimeZone::fixed);
    moment.to_zoned(zone)
}

/// `{{ since | date }}`: 30 Nov 2026. `format="long"` and others.
pub(super) fn date(state: &State, value: &Value, arguments: Kwargs) -> Result<String, Error> {
    let tag = tag_of(state, &arguments)?;
    let format = arguments.get::<Option<String>>("format")?.unwrap_or_else(|| "medium".to_owned());
    let zone = arguments.get::<Option<String>>("tz")?;
    arguments.assert_all_used()?;
    let moment = match (when(value)?, zone) {
        (When::Moment(moment), Some(zone)) => in_zone(&moment, &zone)?,
        (When::Moment(moment), None) => moment,
        (When::Day(date), _) => {
            date.to_zoned(jiff::tz::TimeZone::UTC).map_err(|error| invalid(error.to_string()))?
        }
    };
    show(&moment, &tag, &format, "date")
}

/// `{{ departs | time(tz="Europe/Paris") }}`: 18:45.
pub(super) fn time(state: &State, value: &Value, arguments: Kwargs) -> Result<String, Error> {
    moment_filter(state, value, arguments, "time")
}

/// `{{ departs | datetime(tz="Europe/Paris") }}`: 30 Nov 2026, 18:45.
pub(super) fn datetime(state: &State, value: &Value, arguments: Kwargs) -> Result<String, Error> {
    moment_filter(state, value, arguments, "datetime")
}

fn moment_filter(state: &State, value: &Value, arguments: Kwargs, kind: &str) -> Result<String, Error> {
    let tag = tag_of(state, &arguments)?;
    let default = if kind == "time" { "short" } else { "medium" };
    let format = arguments.get::<Option<String>>("format")?.unwrap_or_else(|| default.to_owned());
    let zone = arguments.get::<Option<String>>("tz")?;
    arguments.assert_all_used()?;
    let When::Moment(moment) = when(value)? else {
        return Err(invalid(format!("`{value}` is a day without a time")));
    };
    let moment = match zone {
        Some(zone) => in_zone(&moment, &zone)?,
        None => moment,
    };
    show(&moment, &tag, &format, kind)
}

fn in_zone(moment: &Zoned, zone: &str) -> Result<Zoned, Error> {
    moment.in_tz(zone).map_err(|_| invalid(format!("`{zone}` is not a time zone like \"Europe/Paris\"")))
}

fn show(moment: &Zoned, tag: &str, format: &str, kind: &str) -> Result<String, Error> {
    if format.contains('%') {
        return jiff::fmt::strtime::format(format, moment)
            .map_err(|error| invalid(format!("the pattern `{format}` cannot be used: {error}")));
    }
    let formatter = FORMATTERS.with(|cache| {
        cache.get((tag.to_owned(), format!("{kind} {format}")), || {
            let locale = parse(tag)?;
            macro_rules! formatter {
                ($fields:expr) => {
                    DateTimeFormatter::try_new((&locale).into(), $fields)
                        .map_err(icu_error)?
                        .cast_into_fset::<CompositeDateTimeFieldSet>()
                };
            }
            Ok(match (kind, format) {
                ("date", "short") => formatter!(YMD::short()),
                ("date", "medium") => formatter!(YMD::medium()),
                ("date", "long") => formatter!(YMD::long()),
                ("date", "full") => formatter!(YMDE::long()),
                ("date", "year") => formatter!(Y::long()),
                ("date", "month") => formatter!(M::long()),
                ("date", "weekday") => formatter!(E::long()),
                ("date", "month-year") => formatter!(YM::long()),
                ("date", "day-month") => formatter!(MD::long()),
                ("time", "short") => formatter!(T::hm()),
                ("time", "medium" | "long") => formatter!(T::hms()),
                ("datetime", "short") => formatter!(YMD::short().with_time_hm()),
                ("datetime", "medium") => formatter!(YMD::medium().with_time_hm()),
                ("datetime", "long") => formatter!(YMD::long().with_time_hm()),
                ("datetime", "full") => formatter!(YMDE::long().with_time_hm()),
                _ => return Err(invalid(format!("{kind} has no format `{format}`; it knows {FORMATS}"))),
            })
        })
    })?;
    let (day, clock) = (moment.date(), moment.time());
    let input = DateTime {
        date: IcuDate::try_new_iso(i32::from(day.year()), day.month() as u8, day.day() as u8)
            .map_err(icu_error)?,
        time: Time::try_new(clock.hour() as u8, clock.minute() as u8, clock.second() as u8, 0)
            .map_err(icu_error)?,
    };
    Ok(formatter.format(&input).to_string())
}
