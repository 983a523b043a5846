//! `duration`: a number of seconds as people say it.

use icu::experimental::duration::options::{BaseStyle, DurationFormatterOptions, FieldDisplay};
use icu::experimental::duration::{Duration, DurationFormatter, ValidatedDurationFormatterOptions};
use minijinja::value::{Kwargs, Value};
use minijinja::{Error, State};

use super::cache::Cache;
use super::call::{icu_error, invalid, parse, tag_of};
use super::numbers::to_decimal;

thread_local! {
    static FORMATTERS: Cache<(String, String, Shown), DurationFormatter> = Cache::new();
}

/// Units that are shown though they are zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Shown {
    None,
    Seconds,
    MinutesAndSeconds,
    All,
}

/// `{{ 12300 | duration }}`: 3 hr, 25 min. `style` is short, long, narrow or clock; `units=1` shows only
/// the largest unit; `from="minutes"` says what the value counts (seconds, minutes, hours).
pub(super) fn duration(state: &State, value: &Value, arguments: Kwargs) -> Result<String, Error> {
    let tag = tag_of(state, &arguments)?;
    let style = arguments.get::<Option<String>>("style")?.unwrap_or_else(|| "short".to_owned());
    let units = arguments.get::<Option<usize>>("units")?.unwrap_or(2);
    let from = arguments.get::<Option<String>>("from")?.unwrap_or_else(|| "seconds".to_owned());
    arguments.assert_all_used()?;
    let scale = match from.as_str() {
        "seconds" => 1.0,
        "minutes" => 60.0,
        "hours" => 3600.0,
        _ => return Err(invalid(format!("`{from}` is not a unit; from is seconds, minutes or hours"))),
    };
    let count: f64 = to_decimal(value)?.to_string().parse().map_err(|_| invalid("not a number"))?;
    let seconds = (count * scale).round();
    if !(0.0..=1e12).contains(&seconds) {
        return Err(invalid(format!("`{value}` is not a duration: it must be 0 or more")));
    }
    let seconds = seconds as u64;
    let clock = style == "clock";
    let sizes = if clock { [u64::MAX, 3600, 60, 1] } else { [86_400, 3600, 60, 1] };
    let mut rest = seconds;
    let mut parts = sizes.map(|size| {
        let part = rest / size;
        rest %= size;
        part
    });
    if !clock {
        // Only the largest units, from the first that is not zero.
        let first = parts.iter().position(|part| *part > 0).unwrap_or(3);
        for (index, part) in parts.iter_mut().enumerate() {
            if index >= first + units.max(1) {
                *part = 0;
            }
        }
    }
    // A clock has all of its digits, and nothing at all is zero seconds.
    let zeros = match (clock, parts) {
        (true, [_, 0, _, _]) => Shown::MinutesAndSeconds,
        (true, _) => Shown::All,
        (false, [0, 0, 0, 0]) => Shown::Seconds,
        (false, _) => Shown::None,
    };
    let formatter = FORMATTERS.with(|cache| {
        cache.get((tag.clone(), style.clone(), zeros), || {
            let mut options = DurationFormatterOptions::default();
            let always = |shown: bool| shown.then_some(FieldDisplay::Always);
            options.hour_visibility = always(zeros == Shown::All);
            options.minute_visibility = always(matches!(zeros, Shown::All | Shown::MinutesAndSeconds));
            options.second_visibility = always(zeros != Shown::None);
            options.base = match style.as_str() {
                "short" => BaseStyle::Short,
                "long" => BaseStyle::Long,
                "narrow" => BaseStyle::Narrow,
                "clock" => BaseStyle::Digital,
                _ => {
                    return Err(invalid(format!(
                        "`{style}` is not a style; it is short, long, narrow or clock"
                    )));
                }
            };
            let options = ValidatedDurationFormatterOptions::validate(options)
                .map_err(|error| invalid(format!("{error:?}")))?;
            DurationFormatter::try_new((&parse(&tag)?).into(), options).map_err(icu_error)
        })
    })?;
    let [days, hours, minutes, seconds] = parts;
    let shown =
        formatter.format(&Duration { days, hours, minutes, seconds, ..Duration::default() }).to_string();
    // The first unit of a clock is not padded: 3:25, not 03:25.
    match shown.strip_prefix('0') {
        Some(rest) if zeros == Shown::MinutesAndSeconds && rest.starts_with(char::is_numeric) => {
            Ok(rest.to_owned())
        }
        _ => Ok(shown),
    }
}
