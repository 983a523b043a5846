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
        Value::Text(text) | Value::Color(text) => Jinja::from(clean(text)),
        Value::Boolean(value) => Jinja::from(*value),
        Value::Integer(value) => Jinja::from(*value),
        Value::Number(value) => Jinja::from(*value),
        Value::Date(date) => Jinja::from_object(Date(*date)),
        Value::DateTime(moment) => Jinja::from_object(Moment(moment.clone())),
        Value::List(items) => items.iter().map(to_jinja).collect(),
        Value::Object(fields) => Jinja::from_object(Map(fields.clone())),
    }
}

/// Text without the one character that HTML cannot hold.
fn clean(text: &Arc<str>) -> Arc<str> {
    if text.contains('\0') { text.replace('\0', "\u{fffd}").into() } else { text.clone() }
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
            "zone" => Jinja::from(self.0.time_zone().iana_name().unwrap_or("UTC").to_owned()),
            "date" => Jinja::from_object(Date(self.0.date())),
            _ => return date_part(self.0.date(), key),
        })
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        other.downcast_ref::<Self>().map(|other| self.0.cmp(&other.0))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.0.datetime(), self.0.offset())
    }
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

/// A field that holds named values.
#[derive(Debug)]
struct Map(Arc<Fields>);

impl Object for Map {
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
