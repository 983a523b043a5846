//! Templates and records in, HTML and bindings out.

use std::path::Path;

use super::*;
use crate::data::record_from_json;

fn template(source: &str) -> Result<Template, Vec<Diagnostic>> {
    let mut sources = Sources::default();
    let file = sources.add(Path::new("card.html"), source.to_owned());
    Template::build(sources, file, Path::new("."), &Locale::default())
}

fn bind(source: &str, record: &str) -> Binding {
    let template = template(source).unwrap_or_else(|problems| panic!("{source}: {}", problems[0]));
    let record = record_from_json(record).unwrap();
    template.evaluate(&record).unwrap_or_else(|problems| panic!("{source}: {}", problems[0]))
}

/// All texts, attributes and raw texts that a binding holds, in order.
fn shown(binding: &Binding) -> Vec<String> {
    let mut out = Vec::new();
    binding.walk(&mut |_, slot| match slot {
        Slot::Text(text) | Slot::Markup(text) | Slot::Raw(text) => out.push(text.to_string()),
        Slot::Attribute(value) => out.push(value.as_deref().unwrap_or("(none)").to_owned()),
        _ => {}
    });
    out
}

fn text(expression: &str, record: &str) -> String {
    shown(&bind(&format!("<p>{{{{ {expression} }}}}"), record)).concat()
}

#[test]
fn slots_leave_markers_in_the_html() {
    let template =
        template("<p class=\"a {{ b }}\">{{ c }}{% if d %}<i>e</i>{% else %}f{% endif %}</p>").unwrap();
    let marker = |n: u32| format!("{MARKER_START}{n}{MARKER_END}");
    let expected = format!(
        "<p class=\"{}\">{}<!--byname:2--><i>e</i><!--byname:2|1-->f<!--/byname:2--></p>",
        marker(0),
        marker(1)
    );
    assert_eq!(template.html(), expected);
    let names: Vec<&str> = template.fields().iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["b", "c", "d"]);
    assert_eq!(template.branches().len(), 2);
}

#[test]
fn attributes_can_hold_and_be_conditions() {
    let source = r#"<li{% if loop_first %} class="first"{% else %} class="rest"{% endif %} title="{% if a %}A{% else %}B &amp; {{ b }}{% endif %}" hidden="{{ h }}">"#;
    let shown = shown(&bind(source, r#"{"loop_first": false, "a": false, "b": "<C>", "h": false}"#));
    assert_eq!(shown, ["rest", "B & <C>", "(none)"]);
}

#[test]
fn loops_have_their_variables_and_an_else() {
    let source = "{% for s in songs %}<li>{{ loop.index }}/{{ loop.length }} {{ s }}</li>{% else %}<li>none</li>{% endfor %}";
    assert_eq!(shown(&bind(source, r#"{"songs": ["a", "b"]}"#)), ["1", "2", "a", "2", "2", "b"]);
    let empty = bind(source, r#"{"songs": []}"#);
    assert!(matches!(&empty.slots[0].1, Slot::For { items, otherwise: Some(_) } if items.is_empty()));
}

#[test]
fn a_set_holds_from_then_on_but_not_beyond_its_loop() {
    let source = "{% set x = 1 %}{% if true %}{% set x = 2 %}{% endif %}<p>{{ x }}</p>{% for i in [5] %}{% set x = i %}<b>{{ x }}</b>{% endfor %}<p>{{ x }}</p>";
    assert_eq!(shown(&bind(source, "{}")), ["2", "5", "2"]);
}

#[test]
fn values_in_css_stay_values() {
    let source = "<style>p { color: {{ c }}; width: {{ w }}% }</style><p style=\"color: {{ c }}\">";
    let shown = shown(&bind(source, r#"{"c": "red;background:url(x)}</style>", "w": 12.5}"#));
    let escaped = "red\\3b background\\3a url\\28 x\\29 \\7d \\3c \\2f style\\3e ";
    assert_eq!(shown, [format!("p {{ color: {escaped}; width: 12.5% }}"), format!("color: {escaped}")]);
}

#[test]
fn mistakes_name_their_place() {
    for (source, line, column, words) in [
        ("<p>\n  {% if a %}x", 2, 6, "no {% endif %}"),
        ("<p>{{ a +  }}", 1, 9, "mistake"),
        ("<div>{% if a %}</div>{% endif %}", 1, 16, "opened outside"),
        ("{% if a %}<div>{% endif %}", 1, 11, "not closed"),
        ("{% endfor %}", 1, 4, "ends no"),
        ("<p>{{ a", 1, 4, "never closed"),
        ("{% macro x() %}", 1, 4, "no tag {% macro %}"),
        ("<iframe srcdoc=\"{{ a }}\">", 1, 9, "srcdoc"),
        ("{% for x %}{% endfor %}", 1, 8, "needs a name"),
        ("<p>{{ x | nubmer }}", 1, 11, "no filter `nubmer`"),
        ("<p>{{ x is dfined }}", 1, 12, "no test `dfined`"),
    ] {
        let problems = template(source).err().unwrap_or_else(|| panic!("{source} compiles"));
        let span = problems[0].span.clone().unwrap();
        assert!(problems[0].message.contains(words), "{source}: {}", problems[0].message);
        assert_eq!((span.line, span.column), (line, column), "{source}: {}", problems[0]);
    }
}

#[test]
fn missing_and_empty_fields_are_told_together() {
    let template = template("<p>{{ nme }} {{ city }} {{ songs.tpo }}").unwrap();
    let record = record_from_json(r#"{"name": "Ada", "city": null, "songs": {"top": 1}}"#).unwrap();
    let problems = template.evaluate(&record).unwrap_err();
    assert_eq!(problems.len(), 3);
    assert_eq!(problems[0].hint.as_deref(), Some("did you mean `name`?"));
    assert!(problems[1].message.contains("`city` is empty"));
    assert_eq!(problems[2].hint.as_deref(), Some("did you mean `top`?"));
}

#[test]
fn text_is_not_compared_with_numbers() {
    let record = record_from_json(r#"{"n": "9", "m": 12, "p": {"q": "7"}, "e": null}"#).unwrap();
    for (expression, words) in [
        ("n > 10", "`n` is the text \"9\""),
        ("3 <= p.q", "`p.q` is the text"),
        ("m == \"12\"", "`m` is the number 12"),
        ("missing | number", "no field `missing`"),
        ("e | number", "`e` is empty"),
        ("e | date", "`e` is empty"),
    ] {
        let template = template(&format!("<p>{{{{ {expression} }}}}")).unwrap();
        let problems = template.evaluate(&record).unwrap_err();
        assert!(problems[0].message.contains(words), "{expression}: {}", problems[0]);
    }
    assert_eq!(text("n | int > 10", r#"{"n": "9"}"#), "False");
    assert_eq!(text("n == \"9\" and m > 3", r#"{"n": "9", "m": 12}"#), "True");
}

#[test]
fn endless_loops_end() {
    for source in [
        "{% for i in range(1000000000) %}x{% endfor %}",
        "{% for i in range(20000) %}x{% endfor %}",
        "{% for i in range(9000) %}{% for j in range(9000) %}{{ j }}{% endfor %}{% endfor %}",
    ] {
        let template = template(source).unwrap();
        assert!(template.evaluate(&record_from_json("{}").unwrap()).is_err(), "{source}");
    }
}

#[test]
fn filters_follow_the_locale() {
    for (expression, expected) in [
        ("84312 | number", "84,312"),
        ("84312 | number(locale=\"de\")", "84.312"),
        ("8431200 | number(locale=\"en-IN\")", "84,31,200"),
        ("2.5 | number(decimals=2)", "2.50"),
        ("1234567 | compact", "1.2M"),
        ("963 | compact", "963"),
        ("0.984 | percent", "98%"),
        ("0.984 | percent(decimals=1, locale=\"de\")", "98,4\u{a0}%"),
        ("12.5 | currency(\"EUR\")", "€12.50"),
        ("1234.5 | currency(\"USD\", decimals=0)", "$1,235"),
        ("21 | ordinal", "21st"),
        ("12 | ordinal", "12th"),
        ("1 | ordinal(locale=\"fr\")", "1er"),
        ("1 | plural(one=\"song\", other=\"songs\")", "song"),
        ("0 | plural(one=\"song\", other=\"songs\")", "songs"),
        ("3 | plural(one=\"pieseň\", few=\"piesne\", other=\"piesní\", locale=\"sk\")", "piesne"),
        ("\"2026-11-30\" | date(format=\"long\")", "November 30, 2026"),
        ("\"2026-11-30\" | date(format=\"long\", locale=\"de\")", "30. November 2026"),
        ("\"2026-11-30\" | date(format=\"%d/%m/%y\")", "30/11/26"),
        ("\"2026-11-30T18:45:00+01:00\" | time(locale=\"fr\")", "18:45"),
        ("\"2026-11-30T18:45:00Z\" | time(tz=\"Asia/Tokyo\", locale=\"fr\")", "03:45"),
        ("\"jean-luc PICARD McKay\" | title", "Jean-Luc Picard McKay"),
        ("\"istanbul\" | upper(locale=\"tr\")", "İSTANBUL"),
        ("\"Ana María Ruiz\" | initials", "AR"),
        ("\"👩‍👩‍👧 family\" | truncate(3)", "👩‍👩‍👧…"),
        ("none | default(\"x\")", "x"),
        ("missing | default(\"x\")", "x"),
        ("12300 | duration", "3 hr, 25 min"),
        ("12300 | duration(style=\"long\", units=1)", "3 hours"),
        ("0 | duration(locale=\"de\", style=\"long\")", "0 Sekunden"),
        ("12300 | duration(style=\"clock\")", "3:25:00"),
        ("3600 | duration(style=\"clock\")", "1:00:00"),
        ("60 | duration(style=\"clock\")", "1:00"),
        ("0 | duration(style=\"clock\")", "0:00"),
    ] {
        assert_eq!(text(expression, "{}").replace('\u{202f}', " "), expected, "{expression}");
    }
}

#[test]
fn codes_are_svg_and_bad_ones_are_told() {
    assert!(text("\"https://example.com\" | qr", "{}").starts_with("<svg"));
    assert!(text("\"AB-12\" | barcode(\"code128\")", "{}").contains("<path"));
    assert!(text("\"4006381333931\" | barcode(\"ean13\")", "{}").contains("<path"));
    let template = template("<p>{{ \"4006381333932\" | barcode(\"ean13\") }}").unwrap();
    let problems = template.evaluate(&record_from_json("{}").unwrap()).unwrap_err();
    assert!(problems[0].message.contains("should be 1"), "{}", problems[0]);
    // A record's value is never markup, whatever it holds.
    let binding = bind("<p>{{ a }}<img src=\"{{ b | qr }}\">", r#"{"a": "<svg>", "b": "x"}"#);
    assert!(matches!(&binding.slots[0].1, Slot::Text(text) if &**text == "<svg>"));
    assert!(
        matches!(&binding.slots[1].1, Slot::Attribute(Some(url)) if url.starts_with("data:image/svg+xml,"))
    );
}
