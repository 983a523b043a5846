//! CSS that is not rendered is told, with its place, and nothing else is.

use crate::support::Folder;

const PAGE: &str = r#"<!doctype html>
<html>
<head>
<link rel="stylesheet" href="linked.css">
<style>
  @import "imported.css";
  p { float: left; shape-outside: circle(50%); colr: red }
  b { display: run-in; width: 10foo; --shape-outside: 1; height: {{ id }}px }
  i { width: fit-content; grid-auto-flow: sparse; grid-auto-flow: row; -webkit-shape-outside: none }
  a { {% if id %}color: red{% else %}color: blue{% endif %}; animation: spin 1s; cursor: pointer; mso-line-height-rule: exactly }
  u { -ms-transform: none; -webkit-transform: none; transform: none; & em { shape-margin: 1px; } &:hover { color: red } }
  @media print { p { shape-outside: none; nonsense: 1 } }
  @media screen { q { object-view-box: none } }
  @supports (shape-outside: none) { p { shape-outside: none } } @supports (display: grid) { p { shape-margin: 0 } } @supports not (top: 0) { p { zoom: 2 } }
  @container (min-width: 1px) { p { color: red } }
  @keyframes spin { from { shape-outside: none } }
  {% include "part.css" %}
</style>
<style media="print">p { nonsense: 1 }</style>
</head>
<body><!-- <p style="nonsense: 1"> --><p style="color: red; anchor-name: --a">Hi</p>
{% include "part.html" %}
</body></html>
"#;

#[test]
fn what_is_not_rendered_is_told_with_its_place() {
    let folder = Folder::plain(PAGE, "id\nana\n");
    folder.write("linked.css", "p { color: red }\nq { string: 1 }\n");
    folder.write("imported.css", "@import url(deep.css) screen;\n@import url(paper.css) print;\n");
    folder.write("deep.css", "\n\np { reading-flow: normal }\nq::first-line { color: red }\n");
    folder.write("paper.css", "p { nonsense: 1 }\n");
    folder.write(
        "part.css",
        "s {\n  offset-path: none }\nu { content: url(a.png) 'x' }\nu { list-style: url(a.png) inside }\n\
         b, b::after { content: url(a.png) }\nb::before, b:after { content: url(a.png) / 'a' }\n\
         u { list-style-position: inside; list-style-image: url(a.png) }\n\
         u { list-style-image: url(a.png); list-style: inside }\ntr { visibility: collapse }\n\
         p { text-overflow: '-' }\n",
    );
    folder.write("part.html", "<s\n  style=\"color: red; ruby-align: center\">Ho</s>\n");
    let ran = folder.run(&["check", "."]);
    let mut expected = [
        ("card.html:7:20", "`shape-outside` is not rendered"),
        ("card.html:7:48", "`colr` is not known to CSS"),
        ("card.html:8:7", "`run-in`, a value of `display`, is not rendered"),
        ("card.html:8:24", "`10foo` is not understood as a value of `width`"),
        ("card.html:9:72", "`-webkit-shape-outside` is not known to CSS"),
        ("card.html:11:77", "`shape-margin` is not rendered"),
        ("card.html:13:23", "`object-view-box` is not rendered"),
        ("card.html:14:3", "`@supports (shape-outside: none)` does not hold"),
        ("card.html:14:97", "`shape-margin` is not rendered"),
        ("card.html:15:3", "`@container` is not rendered"),
        ("card.html:21:61", "`anchor-name` is not rendered"),
        ("part.css:2:3", "`offset-path` is not rendered"),
        ("part.css:3:5", "`url()` beside other content, in `content`, is not rendered"),
        ("part.css:4:5", "`url()` inside of an item, in `list-style`, is not rendered"),
        ("part.css:5:15", "`url()` as the `content` of an element itself is not rendered"),
        ("part.css:7:34", "`url()` inside of an item, in `list-style-image`, is not rendered"),
        ("part.css:9:6", "`collapse`, a value of `visibility`, is not rendered"),
        ("part.css:10:5", "a string, as a value of `text-overflow`, is not rendered"),
        ("part.html:2:22", "`ruby-align` is not rendered"),
        ("linked.css:2:5", "`string` is not known to CSS"),
        ("deep.css:3:5", "`reading-flow` is not rendered"),
        ("deep.css:4:2", "`::first-line` is not rendered"),
    ];
    ran.expect(1, &["did you mean `color`?"]);
    let lines: Vec<&str> = ran.stdout.lines().map(str::trim).collect();
    let mut found: Vec<(&str, &str)> = lines
        .windows(2)
        .filter_map(|pair| Some((pair[1].strip_prefix("--> ")?, pair[0].strip_prefix("warning: ")?)))
        .collect();
    found.sort_unstable();
    expected.sort_unstable();
    for ((place, message), (wanted_place, wanted)) in found.iter().zip(&expected) {
        assert!(place.ends_with(wanted_place) && message.starts_with(wanted), "{}", ran.stdout);
    }
    assert_eq!(found.len(), expected.len(), "{}", ran.stdout);
    // A run tells it once; the asset is made.
    let rendered = folder.render("out", &[]);
    rendered.expect(0, [1, 0, 0, 0]);
    assert_eq!(rendered.summary["problems"][0]["code"], "unknown-css");
}

#[test]
fn broken_css_is_no_trouble() {
    for css in [
        "p {",
        "}}}{",
        "p { color",
        "@",
        "@media",
        "@import",
        "/*",
        "\u{0}",
        "p{a:b;;;:c}",
        "é { é: é }",
        "{% if id %}p {",
    ] {
        let end = if css.contains("{%") { "}{% endif %}" } else { "" };
        let folder = Folder::plain(&format!("<style>{css}{end}</style><p style='{{'>x"), "id\nana\n");
        let ran = folder.run(&["check", "."]);
        assert!(matches!(ran.code, Some(0 | 1)), "{css}: {}{}", ran.stdout, ran.stderr);
    }
}

#[test]
fn what_is_rendered_but_for_some_keywords_is_told_for_these_alone() {
    let page = "<style>p { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2 }\n\
                b { transform-style: preserve-3d; image-orientation: none; font-kerning: none }\n\
                i { transform-style: flat; image-orientation: from-image; font-kerning: normal; empty-cells: hide }\n\
                </style><p>{{ id }}</p>";
    let ran = Folder::plain(page, "id\nana\n").run(&["check", "."]);
    let told: Vec<&str> =
        ran.stdout.lines().filter(|line| line.trim_start().starts_with("warning: `")).collect();
    for (line, value) in told.iter().zip(["preserve-3d", "none", "none"]) {
        assert!(line.contains(&format!("`{value}`, a value of")), "{}", ran.stdout);
    }
    assert_eq!(told.len(), 3, "{}", ran.stdout);
}

#[test]
fn clones_of_a_part_of_a_text_are_told() {
    let css = "<style>p { width: 100px } b { box-decoration-break: clone; padding: 0 8px; background: red }</style>";
    let told = |html: &str| {
        let ran = Folder::plain(&format!("{css}{html}{{{{ id }}}}"), "id\nana\n").run(&["check", "."]);
        ran.stdout.contains("`box-decoration-break: clone` is not rendered on <b>")
    };
    assert!(told("<p>some words <b>and a box over several lines</b></p>"));
    assert!(!told("<p><b>nothing but a box over several lines</b></p>"));
    assert!(!told("<p>some words over lines <b>short</b></p>"));
}

#[test]
fn text_that_is_cut_elsewhere_than_in_browsers_is_told() {
    let css =
        "<style>p { width: 100px; overflow: hidden; white-space: nowrap; text-overflow: ellipsis }</style>";
    let told = |html: &str| {
        let ran = Folder::plain(&format!("{css}{html}{{{{ id }}}}"), "id\nana\n").run(&["check", "."]);
        ran.stdout.contains("it has text of both directions")
    };
    assert!(told("<p dir=rtl>\u{5d0} some words that go on and on</p>"));
    assert!(!told("<p dir=rtl>some words that go on and on</p>"));
    assert!(!told("<p>some words that go on and on \u{5d0}</p>"));
}
