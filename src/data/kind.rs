//! The types of fields, and how their values are written as text.

use std::sync::LazyLock;

use jiff::Zoned;
use jiff::civil::Date;
use jiff::fmt::temporal::{DateTimeParser, Pieces};
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::Value;

/// The type of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    Text,
    Integer,
    Number,
    Boolean,
    Date,
    DateTime,
    Color,
    Url,
    Email,
    Image,
    List,
    Object,
}

impl Kind {
    pub const ALL: [Self; 12] = [
        Self::Text,
        Self::Integer,
        Self::Number,
        Self::Boolean,
        Self::Date,
        Self::DateTime,
        Self::Color,
        Self::Url,
        Self::Email,
        Self::Image,
        Self::List,
        Self::Object,
    ];

    /// The name in `[schema]`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::DateTime => "datetime",
            Self::Color => "color",
            Self::Url => "url",
            Self::Email => "email",
            Self::Image => "image",
            Self::List => "list",
            Self::Object => "object",
        }
    }

    /// The name with its article, for messages.
    pub(crate) fn described(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::Boolean => "a boolean",
            Self::Date => "a date",
            Self::DateTime => "a datetime",
            Self::Color => "a CSS color",
            Self::Url => "a url",
            Self::Email => "an email address",
            Self::Image => "an image",
            Self::List => "a list",
            Self::Object => "an object",
        }
    }

    /// Whether values are kept as text, so that `max_length` and `pattern` make sense.
    pub fn is_textual(self) -> bool {
        matches!(self, Self::Text | Self::Color | Self::Url | Self::Email | Self::Image)
    }

    /// Whether values have an order (for a list that of its length), so that `min` and `max` make sense.
    pub fn is_ordered(self) -> bool {
        matches!(self, Self::Integer | Self::Number | Self::Date | Self::DateTime | Self::List)
    }

    /// A value from its text; the error says what the text should have been.
    ///
    /// Lists and objects have no single text form: see [`super::check`].
    pub(super) fn parse(self, text: &str) -> Result<Value, &'static str> {
        let trimmed = text.trim();
        match self {
            Self::Text => Ok(Value::Text(text.into())),
            Self::Integer => {
                // "+5" is not what any program writes, and "1 000" or "1,000" is ambiguous between countries.
                trimmed.parse().map(Value::Integer).map_err(|_| "write digits only, like 1250 or -3")
            }
            Self::Number => match trimmed.parse::<f64>() {
                Ok(number) if number.is_finite() => Ok(Value::Number(number)),
                _ => Err("write digits with a decimal point, like 1250.5"),
            },
            Self::Boolean => match &*trimmed.to_ascii_lowercase() {
                "true" | "yes" | "1" => Ok(Value::Boolean(true)),
                "false" | "no" | "0" => Ok(Value::Boolean(false)),
                _ => Err("write true or false (or yes, no, 1, 0)"),
            },
            Self::Date => parse_date(trimmed).map(Value::Date),
            Self::DateTime => parse_datetime(trimmed).map(Value::DateTime),
            Self::Color => match peniko::color::parse_color(trimmed) {
                Ok(_) => Ok(Value::Color(trimmed.into())),
                Err(_) => Err("write a CSS color, like #ff8800, rgb(255 136 0) or orange"),
            },
            Self::Url => parse_url(trimmed).map(|()| Value::Text(trimmed.into())),
            Self::Email => {
                if is_email(trimmed) {
                    Ok(Value::Text(trimmed.into()))
                } else {
                    Err("write one address, like ada@example.org")
                }
            }
            Self::Image => check_image(trimmed).map(|()| Value::Text(trimmed.into())),
            Self::List | Self::Object => Err("write JSON"),
        }
    }
}

/// ISO 8601's calendar date, in its long or short form.
fn parse_date(text: &str) -> Result<Date, &'static str> {
    const HINT: &str = "write a date of ISO 8601, like 2026-11-23";
    // jiff takes the date of a whole datetime too, which would drop the time unsaid.
    if !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
        return Err(HINT);
    }
    text.parse().map_err(|_| HINT)
}

/// RFC 3339, or RFC 9557 with a time zone's name; without either the time is UTC.
fn parse_datetime(text: &str) -> Result<Zoned, &'static str> {
    const HINT: &str =
        "write a time of RFC 3339, like 2026-11-23T18:30:00+01:00 or 2026-11-23T18:30[Europe/Berlin]";
    // The zones come from the program, not from the host, so that every host computes the same.
    static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);
    let pieces = Pieces::parse(text).map_err(|_| HINT)?;
    let time = pieces.time().ok_or(HINT)?;
    if pieces.time_zone_annotation().is_some() {
        return DateTimeParser::new()
            .parse_zoned_with(&ZONES, text)
            .map_err(|_| "the time zone is unknown, or the offset is not the one it has at that time");
    }
    let zone = pieces.to_numeric_offset().map_or(TimeZone::UTC, |offset| offset.to_time_zone());
    pieces.date().to_datetime(time).to_zoned(zone).map_err(|_| HINT)
}

fn parse_url(text: &str) -> Result<(), &'static str> {
    const HINT: &str = "write a whole address that begins with https://, http:// or mailto:";
    // The URL standard drops tabs and line breaks inside; what is checked must be what is used.
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err("an address has no spaces in it; write %20");
    }
    let url = url::Url::parse(text).map_err(|_| HINT)?;
    match url.scheme() {
        "http" | "https" if url.has_host() => Ok(()),
        "mailto" if is_email(url.path()) => Ok(()),
        _ => Err(HINT),
    }
}

/// One `local@domain`: loose where mail servers differ, strict about what would break a link or a header.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let forbidden = |c: char| c.is_whitespace() || c.is_control() || "<>()[],;:\\\"@".contains(c);
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-' || !c.is_ascii())
    };
    text.len() <= 254
        && !local.is_empty()
        && local.len() <= 64
        && !text.chars().any(char::is_control)
        && !local.contains(forbidden)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && !domain.contains(forbidden)
        && domain.contains('.')
        && domain.split('.').all(label)
}

/// A path below the campaign's folder, or the address of an image on the web.
fn check_image(text: &str) -> Result<(), &'static str> {
    const HINT: &str =
        "write a path inside the campaign's folder, like photos/ada.png, or an https:// address";
    let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    if lower.starts_with("http://") || lower.starts_with("https://") {
        return parse_url(text);
    }
    // The URL standard reads `\` as `/`, `%2e` as `.`, and drops tabs and line breaks.
    if text.chars().any(char::is_control) || text.contains('\\') {
        return Err(HINT);
    }
    let decoded = text.replace("%2e", ".").replace("%2E", ".");
    if decoded.starts_with('/') || decoded.split(['/', '?', '#']).any(|part| part == "..") {
        return Err("an image cannot lie outside the campaign's folder");
    }
    // A colon before any slash makes a scheme (file:, data:) or a drive.
    if text.split('/').next().unwrap_or_default().contains(':') {
        return Err(HINT);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(kind: Kind, good: &[&str], bad: &[&str]) {
        for text in good {
            assert!(kind.parse(text).is_ok(), "{} {text:?}", kind.name());
        }
        for text in bad {
            assert!(kind.parse(text).is_err(), "{} {text:?}", kind.name());
        }
    }

    #[test]
    fn each_kind_takes_its_own() {
        accepts(
            Kind::Integer,
            &["0", "-12", " 7 ", "9223372036854775807"],
            &["", "1.0", "1,000", "9223372036854775808"],
        );
        accepts(Kind::Number, &["0", "-1.5", "1e3"], &["inf", "NaN", "1e999", "1,5", "x"]);
        accepts(Kind::Boolean, &["true", "No", "1"], &["2", "maybe"]);
        accepts(
            Kind::Date,
            &["2026-11-23", "20261123", "2024-02-29"],
            &["2025-02-29", "23.11.2026", "2026-11-23T10:00"],
        );
        accepts(
            Kind::Color,
            &["#fff", "orange", "rgb(1 2 3 / 50%)", "oklch(0.7 0.1 30)"],
            &["#ff", "url(x)", "red;x", "red blue"],
        );
        accepts(
            Kind::Url,
            &["https://example.org/a?b#c", "http://localhost:80", "mailto:ada@example.org"],
            &[
                "example.org",
                "javascript:alert(1)",
                "file:///etc",
                "https://",
                "https://a b",
                "java\tscript:x",
            ],
        );
        accepts(
            Kind::Email,
            &["ada@example.org", "ünï.cöde@bücher.example"],
            &["ada", "ada@", "@b.c", "a b@c.d", "a@b@c.d", "a@b", "a@b..c", "a@b.c>", "a@b.c, d@e.f"],
        );
        accepts(
            Kind::Image,
            &[
                "a.png",
                "photos/a b.jpg",
                "./a.png",
                "https://example.org/a.png",
                "a:b/../c".split(':').next().unwrap(),
            ],
            &[
                "../a.png",
                "a/../../b",
                "a/%2E%2e/b",
                "/etc/passwd",
                "//host/a",
                "file:///a",
                "data:image/png,x",
                "C:\\a.png",
                "a\\..\\b",
                ".\t./a",
                "https://",
            ],
        );
    }

    #[test]
    fn a_datetime_keeps_its_zone() {
        let text = |text| match Kind::DateTime.parse(text) {
            Ok(Value::DateTime(zoned)) => zoned.to_string(),
            other => format!("{other:?}"),
        };
        assert_eq!(text("2026-07-01T18:30:00Z"), "2026-07-01T18:30:00+00:00[UTC]");
        assert_eq!(text("2026-07-01 18:30"), "2026-07-01T18:30:00+00:00[UTC]");
        assert_eq!(text("2026-07-01T18:30:00-05:00"), "2026-07-01T18:30:00-05:00[-05:00]");
        assert_eq!(text("2026-07-01T18:30[Europe/Berlin]"), "2026-07-01T18:30:00+02:00[Europe/Berlin]");
        accepts(
            Kind::DateTime,
            &[],
            &["2026-07-01", "18:30", "2026-07-01T18:30[Mars/Base]", "2026-07-01T18:30+05:00[Europe/Berlin]"],
        );
    }
}
