//! The filters of this trade, beside those of MiniJinja. Numbers, dates and words follow the locale of
//! the campaign or of the record (ICU4X's data); `locale="fr"` overrides it in one place.

mod barcode;
mod cache;
mod call;
mod dates;
mod duration;
mod numbers;
mod ordinal;
mod qr;
mod text;

use minijinja::Environment;

/// All filters that a template may use.
pub(super) const FILTERS: &[&str] = &[
    "abs",
    "attr",
    "barcode",
    "batch",
    "bool",
    "chain",
    "compact",
    "count",
    "currency",
    "date",
    "datetime",
    "default",
    "d",
    "dictsort",
    "duration",
    "first",
    "float",
    "format",
    "groupby",
    "initials",
    "int",
    "items",
    "join",
    "last",
    "length",
    "lines",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "number",
    "ordinal",
    "percent",
    "plural",
    "pprint",
    "qr",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "select",
    "selectattr",
    "slice",
    "sort",
    "split",
    "string",
    "sum",
    "time",
    "title",
    "trim",
    "truncate",
    "unique",
    "upper",
    "urlencode",
    "zip",
];

/// All tests that a template may use: `x is defined`.
pub(super) const TESTS: &[&str] = &[
    "boolean",
    "defined",
    "divisibleby",
    "endingwith",
    "eq",
    "equalto",
    "even",
    "false",
    "filter",
    "float",
    "ge",
    "greaterthan",
    "gt",
    "in",
    "int",
    "integer",
    "iterable",
    "le",
    "lessthan",
    "lower",
    "lt",
    "mapping",
    "ne",
    "none",
    "number",
    "odd",
    "sameas",
    "sequence",
    "startingwith",
    "string",
    "test",
    "true",
    "undefined",
    "upper",
];

pub(super) fn register(environment: &mut Environment<'static>) {
    // A value is data wherever it stands; there is nothing to escape, and no way to call it markup.
    for name in ["safe", "escape", "e", "tojson"] {
        environment.remove_filter(name);
    }
    environment.add_filter("number", numbers::number);
    environment.add_filter("int", numbers::int);
    environment.add_filter("float", numbers::float);
    environment.add_filter("compact", numbers::compact);
    environment.add_filter("currency", numbers::currency);
    environment.add_filter("percent", numbers::percent);
    environment.add_filter("ordinal", ordinal::ordinal);
    environment.add_filter("plural", ordinal::plural);
    environment.add_filter("date", dates::date);
    environment.add_filter("time", dates::time);
    environment.add_filter("datetime", dates::datetime);
    environment.add_filter("duration", duration::duration);
    environment.add_filter("title", text::title);
    environment.add_filter("upper", text::upper);
    environment.add_filter("lower", text::lower);
    environment.add_filter("initials", text::initials);
    environment.add_filter("truncate", text::truncate);
    environment.add_filter("default", text::default);
    environment.add_filter("d", text::default);
    environment.add_filter("qr", qr::qr);
    environment.add_filter("barcode", barcode::barcode);
}
