//! The same inputs give the same bytes.

use proptest::prelude::*;
use serde_json::json;

use crate::support::{Folder, assert_same_assets, people};

const TYPES: [&str; 5] = ["--types", "png", "jpeg", "webp", "pdf"];

#[test]
fn neither_threads_nor_increments_change_a_byte() {
    let folder = Folder::campaign(people(20));
    let render = |out: &str, more: &[&'static str]| {
        folder.render(out, &[&TYPES, more].concat()).expect(0, [320, 0, 0, 0]);
    };
    render("one", &["--jobs", "1"]);
    render("three", &["--jobs", "3"]);
    render("whole", &["--no-incremental"]);
    for other in ["three", "whole"] {
        assert_same_assets(&folder, "one", other);
        assert_eq!(folder.read("one/manifest.ndjson"), folder.read(&format!("{other}/manifest.ndjson")));
    }
}

/// Effects that reach far beyond their boxes, so that what one record leaves behind would show in the next.
#[test]
fn shadows_transforms_and_moving_boxes_leave_nothing_behind() {
    let card = r#"<style>
body { margin: 0; font: 10px sans-serif; background: linear-gradient(35deg, #fde, #9bf) }
div { margin: {{ points / 40 }}px; border-radius: 6px; box-shadow: 2px 3px 7px #0008; background: #fffb; padding: 3px }
b { display: inline-block; transform: rotate({{ points / 9 }}deg); opacity: 0.7; text-shadow: 1px 1px 2px red }
</style><div><b>{{ name }}</b>{% for song in songs %}<p style="margin: 2px; filter: blur(1px)">{{ song }}</p>{% endfor %}</div>
<svg width="30" height="9"><circle cx="{{ points / 30 }}" cy="4" r="4" fill="{% if points > 300 %}red{% else %}blue{% endif %}"/></svg>"#;
    let folder = Folder::campaign(people(30));
    folder.write("card.html", card);
    let types = ["--types", "png", "jpeg", "webp"];
    folder.render("parts", &types).ran.expect(0, &[]);
    folder.render("whole", &[&types[..], &["--no-incremental", "--jobs", "1"]].concat()).ran.expect(0, &[]);
    assert_same_assets(&folder, "parts", "whole");
}

/// Renders records one after the other by one worker, and each from scratch: the pixels must be the same.
#[track_caller]
fn same_as_from_scratch(body: &str, records: &[serde_json::Value]) {
    let folder = Folder::plain(&format!("<style>body {{ font: 9px sans-serif }}</style><body>{body}"), "");
    folder.replace("campaign.toml", "people.csv", "people.ndjson");
    folder.replace("campaign.toml", "[80, 60]", "[160, 90]");
    let mut lines = String::new();
    for (i, record) in records.iter().enumerate() {
        let mut record = record.clone();
        record["id"] = i.into();
        lines.push_str(&format!("{record}\n"));
    }
    folder.write("people.ndjson", lines);
    let one_by_one = folder.render("parts", &["--jobs", "1"]);
    folder.render("whole", &["--no-incremental"]).expect(0, [records.len() as u64, 0, 0, 0]);
    one_by_one.expect(0, [records.len() as u64, 0, 0, 0]);
    assert_same_assets(&folder, "parts", "whole");
}

/// Percentages and the origin of a transform are of the box, whose size another box can change.
#[test]
fn a_transform_follows_the_size_of_its_box() {
    for transform in
        ["transform: rotate(10deg)", "transform: translateX(50%)", "rotate: 10deg", "translate: 50% 0"]
    {
        same_as_from_scratch(
            &format!(
                "<div style='width: {{{{ w }}}}px'><p style='background: red; {transform}'>text</p></div>"
            ),
            &[json!({ "w": 20 }), json!({ "w": 100 }), json!({ "w": 20 })],
        );
    }
    same_as_from_scratch(
        "<div style='display: flex'><b>{{ w }}</b><i style='flex: 1; background: red; transform: rotate(5deg)'>x</i></div>",
        &[json!({ "w": "Ana" }), json!({ "w": "Bartholomew" })],
    );
}

#[test]
fn a_name_can_be_centred_with_a_transform() {
    let names = [json!({ "w": "Ana" }), json!({ "w": "Bartholomew" }), json!({ "w": "Ćira" })];
    for inner in ["{{ w }}", "<b>{{ w }}</b>", "<div><p>{{ w }}</p></div>"] {
        same_as_from_scratch(
            &format!(
                "<div style='position: absolute; left: 50%; top: 50%; transform: translate(-50%, -50%)'>{inner}</div>"
            ),
            &names,
        );
    }
}

/// Letters, tabs, edges and directions that are set apart are set anew with each record.
#[test]
fn lines_that_are_set_apart_leave_nothing_behind() {
    let body = "<style>p, pre { margin: 0; font: 9px sans-serif } .d::first-letter { float: left; font-size: 20px }
.c { font-variant: small-caps } .k { box-decoration-break: clone; padding: 0 4px; background: #9cf } .e { text-emphasis: dot }
.m::marker { color: red; content: attr(title) }</style>
<p class='d'>{{ name }} lives</p><p class='c {{ kind }}'>{{ name }}</p>
<p>x <b style='padding: 0 {{ pad }}px; background: red'>{{ name }}</b> y <bdi>{{ name }}</bdi> 1<i>z</i></p>
<ul style='list-style: inside {% if pad > 4 %}square{% endif %}'><li class='{{ kind }}'>{{ name }}</li><li class='m' title='{{ kind }} '>{{ name }}</li></ul>
<pre>a\t{{ name }}\tb</pre><p style='width: 60px'><span class='k'>{{ name }} and others</span></p>
<p style='width: {{ 30 + pad * 9 }}px; margin-top: {{ pad }}px' class='e'>{{ name }} and others</p>
{% if pad > 3 %}<p class='{{ kind }}'>{{ name }} {{ kind }}</p>text<b style='padding: 1px'>q</b>{% endif %}";
    let record = |name: &str, pad: u32, kind: &str| json!({ "name": name, "pad": pad, "kind": kind });
    same_as_from_scratch(
        body,
        &[
            record("Ana Sofia", 4, "d"),
            record("אבג דה", 4, "d"),
            record("אבג דה", 0, ""),
            record("“Q”", 9, "e"),
            record("-", 9, "d e"),
            record("Ana Sofia", 4, "d"),
            record("Ana Sofia", 5, "c"),
        ],
    );
}

/// How many rows a cell may span follows from the rows that are there.
#[test]
fn cells_span_the_rows_of_their_group() {
    let body = "<style>td { background: #9cf; padding: 0 } table { float: left } b { padding: 0 2px }</style>
<table><thead><tr><td rowspan={{ span }}>A</td><td>b</td></tr>{% for row in rows %}<tr><td>{{ row }}</td></tr>{% endfor %}</thead>
<tr><td>c<br>d</td><td>e</td></tr></table><table><tbody><tr><td rowspan=3>A<br>B</td><td>b</td></tr>
{% for row in rows %}<tr><td>{{ row }}<br><b>x</b></td></tr>{% endfor %}</tbody></table>";
    let record = |span: u32, rows: &[&str]| json!({ "span": span, "rows": rows });
    let rows = ["x", "y", "z"];
    same_as_from_scratch(
        body,
        &[
            record(3, &rows[..1]),
            record(3, &rows),
            record(2, &rows[..1]),
            record(2, &rows),
            record(0, &rows[..2]),
            record(9, &rows[..0]),
            record(0, &rows),
        ],
    );
}

/// Text that CSS generates turns lines, too.
#[test]
fn directions_follow_what_is_generated() {
    let body =
        "<style>p { margin: 0 } p::before, i::before { content: attr(title) } b { padding: 0 2px }</style>
<p title='{{ name }}'><bdi>w 1</bdi> 2!</p><p title='{{ name }}'><b>q</b> <bdi>w 1</bdi> 2!</p>
<p><b>q</b><i title='{{ name }}'></i> <bdo dir=ltr>w 1</bdo> 2! <bdi>3 (4)</bdi></p>";
    let names = ["Ana", "אבג", "Bob", "אבג", "אבד", "", "אבג"].map(|name| json!({ "name": name }));
    same_as_from_scratch(body, &names);
}

/// Edges that are parts of a width, and those on each line, follow boxes that no style makes wider. So do tabs
/// after boxes.
#[test]
fn edges_follow_the_width_of_their_block() {
    let style = "<style>p, pre { margin: 0; font: 9px sans-serif } .k { box-decoration-break: clone; padding: 0 4px; background: #9cf }
i { padding: 0 5%; background: #fc9 } u { margin-left: 10% } s { display: inline-block; width: 20% } td { padding: 0 }
.l::first-letter { padding: 0 5%; color: red } .f { display: flex } .g { display: grid; grid-template-columns: auto 1fr }
.b { display: inline-block; max-width: 100px }</style>";
    let text = "<p><span class='k'>Ana and others of the ten <b>thousand</b></span></p><p>x <i>ab</i> y <u>cd</u> z</p>\
                <p class='l'>One <b style='padding: 0 2px'>two</b></p><pre>a <s></s>\tb\tc</pre>";
    let names = ["Ana", "Bartholomew", "Q", "Ana", "Maria of the Hill"].map(|name| json!({ "name": name }));
    let name = "<p><b style='padding: 0 1px'>{{ name }}</b></p>";
    for body in [
        format!("<div class='f'>{name}<div>{text}</div></div>"),
        format!("<div class='f'><div>{name}</div><div style='flex: 1'>{text}</div></div>"),
        format!("<div class='g'><div>{name}</div><div>{text}</div></div>"),
        format!("<div class='g'><div>{name}{text}</div><div>1</div></div>"),
        format!("<div class='b'>{name}{text}</div>"),
        format!("<table><tr><td>{name}<td>{text}</table>"),
        format!("<table style='width: 150px'><tr><td>{name}<td>{text}</table>"),
        format!("<table><tr><td>{name}<td><table><tr><td>{text}</table></table>"),
        format!("{{% if name != 'Q' %}}<div class='f'>{name}<div>{text}</div></div>{{% endif %}}"),
    ] {
        same_as_from_scratch(&format!("{style}{body}"), &names);
    }
}

/// Lines are set once more when a text was made to fit.
#[test]
fn edges_follow_text_that_was_made_to_fit() {
    let body = "<style>p { margin: 0 } .k { box-decoration-break: clone; padding: 0 3%; background: #9cf }</style>
<div style='display: flex'><p>{{ name }}</p><p data-fit='shrink ellipsis' style='height: 30px'><span class='k'>{{ name }} {{ name }} and others</span></p></div>";
    same_as_from_scratch(
        body,
        &["Ana", "Bartholomew of the Hill", "Q", "Ana"].map(|name| json!({ "name": name })),
    );
}

const FLOAT: &str = "<div style='float: right; width: 50px; height: 20px; background: red'></div>";

#[test]
fn text_flows_back_when_a_float_goes_away() {
    let body = format!(
        "{{% if on %}}{FLOAT}{{% endif %}}<p>some text here and there and everywhere in the card</p>"
    );
    same_as_from_scratch(&body, &[json!({ "on": true }), json!({ "on": false }), json!({ "on": true })]);
}

#[test]
fn text_flows_back_when_a_class_no_longer_floats() {
    same_as_from_scratch(
        "<style>.on { float: right; width: 50px } div { height: 20px }</style><div class='{{ c }}'></div><p>some text here and there and everywhere in the card</p>",
        &[json!({ "c": "on" }), json!({ "c": "" }), json!({ "c": "on" })],
    );
}

#[test]
fn a_float_that_changes_its_size_moves_the_text() {
    let body =
        FLOAT.replace("50px", "{{ w }}px") + "<p>some text here and there and everywhere in the card</p>";
    same_as_from_scratch(&body, &[json!({ "w": 10 }), json!({ "w": 60 }), json!({ "w": 10 })]);
}

#[test]
fn a_positioned_box_can_go_away_within_one_that_is_hidden() {
    same_as_from_scratch(
        "<style>.abs { position: absolute } .none { display: none }</style><div class='{{ c }}'>{% if on %}<p class='abs'>x</p>{% endif %}</div>",
        &[
            json!({ "c": "abs", "on": true }),
            json!({ "c": "none", "on": false }),
            json!({ "c": "abs", "on": true }),
        ],
    );
}

#[test]
fn a_wrong_size_of_a_drawing_leaves_nothing_of_the_size_before() {
    same_as_from_scratch(
        "<svg width='{{ w }}' height='30' viewBox='0 0 20 10'><circle cx='5' cy='5' r='5'/></svg><b>x</b>",
        &[json!({ "w": 20 }), json!({ "w": -5 }), json!({ "w": "abc" }), json!({ "w": 40 })],
    );
}

#[test]
fn a_code_can_be_the_first_thing_of_a_branch_or_a_round() {
    let records: Vec<_> = [("A", 1), ("B", 1), ("B", 0), ("C", 1), ("C", 2), ("D", 2)]
        .map(|(n, f)| json!({ "n": n, "f": f }))
        .into();
    same_as_from_scratch("{% if f %}{{ n | qr }}{% endif %}", &records);
    same_as_from_scratch("{% for i in range(f) %}{{ n | qr }}{{ i }}{% else %}{{ n }}{% endfor %}", &records);
}

fn record() -> impl Strategy<Value = (String, u16, Vec<String>)> {
    // Any printable characters at all, markup included; the endings keep names and songs from being blank,
    // which counts as missing.
    ("\\PC{0,16}[a-zA-Zé]", 0_u16..1000, prop::collection::vec("[^|\\[\\pC]{0,5}[a-zA-Zé]", 0..4))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 30, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_record_is_drawn_as_if_it_were_alone(
        records in prop::collection::vec(record(), 2..6).prop_shuffle(),
        png in any::<bool>(),
    ) {
        let mut table = csv::Writer::from_writer(Vec::new());
        table.write_record(["id", "name", "points", "songs"]).unwrap();
        for (i, (name, points, songs)) in records.iter().enumerate() {
            table.write_record([&format!("k{i}"), name, &points.to_string(), &songs.join("|")]).unwrap();
        }
        let folder = Folder::campaign(table.into_inner().unwrap());
        let types = if png { "png" } else { "jpeg" };
        let all = folder.render("all", &["--types", types]);
        all.expect(0, [records.len() as u64 * 4, 0, 0, 0]);
        for i in 0..records.len() {
            let alone = folder.render("alone", &["--types", types, "--only", &format!("k{i}")]);
            alone.expect(0, [4, 0, 0, 0]);
        }
        let (all, alone) = (folder.assets("all"), folder.assets("alone"));
        prop_assert_eq!(all.len(), records.len() * 4);
        for (path, bytes) in &all {
            prop_assert!(*bytes == alone[path], "{} is drawn otherwise beside {:?}", path, records);
        }
    }
}

#[test]
fn generated_blocks_and_boxes_in_inline_elements_leave_nothing_behind() {
    same_as_from_scratch(
        "<style>.bar::before { content: ''; display: block; height: 9px; background: red }
         span { position: relative } span::after { content: ''; position: absolute; left: 0; width: 50%; top: 0; height: 4px; background: blue }
         i { position: absolute; right: -8px; top: -4px; width: 8px; height: 8px; background: lime }</style>
         <p class='{{ kind }}'>{{ name }} <b>b</b></p><p>{{ name }} <span>{{ name }}<i></i></span>{% if kind == 'bar' %}<span>x</span>{% endif %}</p>",
        &[
            json!({ "name": "a", "kind": "bar" }),
            json!({ "name": "longer than that", "kind": "" }),
            json!({ "name": "and once more", "kind": "bar" }),
            json!({ "name": "a", "kind": "bar" }),
            json!({ "name": "", "kind": "" }),
        ],
    );
}
