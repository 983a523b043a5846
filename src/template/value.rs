//! Record values as the expression language sees them.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{DynObject, Enumerator, Object, ObjectRepr, Value as Jinja};

use crate::data::{Fields, Value};

/// A record's value for an expression.
pub(super) fn to_jinja(value: &Value) -> Jinja {
    match value {
        Value::Null => Jinja::from(()),
        Value::Text(text) | Value::Color(text) => Jinja::from(text.clone()),
        Value::Boolean(value) => Jinja::from(*value),
        Value::Integer(value) => Jinja::from(*value),
        Value::Number(value) => whole(*value).map_or_else(|| Jinja::from(*value), Jinja::from),
        Value::Date(date) => Jinja::from_object(Date(*date)),
        Value::DateTime(moment) => Jinja::from_object(Moment(moment.clone())),
        Value::List(items) => Jinja::from_object(List(items.clone())),
        Value::Object(fields) => Jinja::from_object(Map(fields.clone())),
    }
}

/// A number without a fraction as an integer: what a table has as `12` is shown as 12, not as 12.0.
pub(super) fn whole(number: f64) -> Option<i64> {
    // Beyond 2^53 a float no longer tells neighbouring integers apart.
    (number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0).then_some(number as i64)
}

/// A day: `{{ since.year }}`; printed as ISO 8601.
#[derive(Debug)]
pub(super) struct Date(pub jiff::civil::Date);

impl Object for Date {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Jinja) -> Option<Jinja> {
        date_part(self.0, key.as_str()?)
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        other.downcast_ref::<Self>().map(|other| self.0.cmp(&other.0))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A moment: `{{ departs.hour }}`; printed as ISO 8601.
#[derive(Debug)]
pub(super) struct Moment(pub jiff::Zoned);

impl Object for Moment {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Jinja) -> Option<Jinja> {
        let key = key.as_str()?;
        Some(match key {
            "hour" => Jinja::from(self.0.hour()),
            "minute" => Jinja::from(self.0.minute()),
            "second" => Jinja::from(self.0.second()),
            "timestamp" => Jinja::from(self.0.timestamp().as_second()),
            "zone" => Jinja::from(match self.0.time_zone().iana_name() {
                Some(name) => name.to_owned(),
                None => offset(&self.0),
            }),
            "date" => Jinja::from_object(Date(self.0.date())),
            _ => return date_part(self.0.date(), key),
        })
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        other.downcast_ref::<Self>().map(|other| self.0.cmp(&other.0))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.0.datetime(), offset(&self.0))
    }
}

/// `+01:00`
fn offset(moment: &jiff::Zoned) -> String {
    moment.strftime("%:z").to_string()
}

fn date_part(date: jiff::civil::Date, key: &str) -> Option<Jinja> {
    Some(match key {
        "year" => Jinja::from(date.year()),
        "month" => Jinja::from(date.month()),
        "day" => Jinja::from(date.day()),
        // Monday is 1.
        "weekday" => Jinja::from(date.weekday().to_monday_one_offset()),
        "day_of_year" => Jinja::from(date.day_of_year()),
        _ => return None,
    })
}

/// A field that holds a list.
#[derive(Debug)]
struct List(Arc<[Value]>);

impl Object for List {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Jinja) -> Option<Jinja> {
        self.0.get(key.as_usize()?).map(to_jinja)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.0.len())
    }
}

/// Named values: a field that holds some, or all of a record's fields.
#[derive(Debug)]
pub(super) struct Map(pub Arc<Fields>);

impl Object for Map {
    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Jinja> {
        self.0.get(key).map(to_jinja)
    }

    fn get_value(self: &Arc<Self>, key: &Jinja) -> Option<Jinja> {
        self.0.get(key.as_str()?).map(to_jinja)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.0.0.iter().map(|(name, _)| Jinja::from(name.clone())).collect())
    }
}

/// An SVG element of our own making. Only filters make it, so no record can.
#[derive(Debug)]
pub(super) struct Markup(pub Arc<str>);

impl Object for Markup {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}
