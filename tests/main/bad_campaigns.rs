//! A campaign that is wrong as a whole: exit code 2, one clear message, nothing written.

use crate::support::{Folder, people};

/// Spoils a good campaign and expects every command to refuse it with these words.
#[track_caller]
fn refused(spoil: impl Fn(&Folder), words: &[&str]) {
    let folder = Folder::campaign(people(3));
    spoil(&folder);
    folder.run(&["render", ".", "--out", "out"]).expect(2, words);
    assert!(!folder.path("out").exists(), "nothing is written");
    folder.run(&["check", "."]).expect(2, words);
    folder.run(&["inspect", ".", "--key", "p1", "--format", "wide", "--out", "x.png"]).expect(2, words);
    assert!(!folder.path("x.png").exists());
}

#[test]
fn a_missing_template_is_named_with_its_place() {
    refused(|f| f.remove("card.html"), &["campaign.toml:2:12", "`template`", "does not exist", "card.html"]);
}

#[test]
fn broken_toml_is_shown_where_it_breaks() {
    refused(
        |f| f.replace("campaign.toml", "key = \"id\"", "key = \"id"),
        &["not TOML", "campaign.toml:5:10", "5 | key = \"id"],
    );
}

#[test]
fn an_unknown_setting_gets_a_suggestion() {
    refused(
        |f| f.replace("campaign.toml", "[data]", "fromats = 1\n[data]"),
        &["unknown setting `fromats`", "campaign.toml:3:1", "did you mean `formats`?"],
    );
    refused(
        |f| f.append("campaign.toml", "[output]\njpeg = { qualty = 3 }\n"),
        &["unknown setting `qualty`", "did you mean `quality`?"],
    );
    refused(
        |f| f.replace("campaign.toml", "max = 999", "maxx = 999"),
        &["campaign.toml:8", "maxx", "did you mean `max`?"],
    );
}

#[test]
fn all_mistakes_of_a_campaign_are_told_at_once() {
    refused(
        |f| {
            f.replace("campaign.toml", "[data]", "fromats = 1\n[data]");
            f.replace("campaign.toml", "[80, 80]", "[80]");
            f.append("campaign.toml", "[fonts]\nfiles = [\"none.ttf\"]\n");
        },
        &["fromats", "formats.square", "none.ttf"],
    );
}

#[test]
fn a_missing_source_is_named_with_its_place() {
    refused(|f| f.remove("people.csv"), &["campaign.toml:4:10", "people.csv", "does not exist"]);
}

#[test]
fn a_mistyped_source_gets_a_suggestion() {
    refused(|f| f.replace("campaign.toml", "people.csv", "peple.csv"), &["did you mean", "people.csv"]);
}

#[test]
fn a_source_that_is_no_table_of_people_is_refused() {
    refused(|f| f.write("people.csv", ""), &["people.csv", "empty"]);
    refused(|f| f.replace("people.csv", "id,", "Id ,"), &["no column `id`", "did you mean `Id`?"]);
    refused(|f| f.replace("people.csv", ",", ";"), &["no column `id`", "delimiter = \";\""]);
    refused(|f| f.write("people.csv", b"\xff\xfei\0d\0"), &["UTF-16", "save it as UTF-8"]);
    refused(|f| f.write("people.csv", b"PK\x03\x04 and so on"), &["spreadsheet", "export it as CSV"]);
    refused(|f| f.replace("people.csv", "id,name", "id,id"), &["people.csv:1", "both named `id`"]);
}

#[test]
fn a_missing_or_broken_font_is_named() {
    let fonts = "[fonts]\nfiles = [\"mine.ttf\"]\n";
    refused(|f| f.append("campaign.toml", fonts), &["campaign.toml:18:10", "mine.ttf", "does not exist"]);
    refused(
        |f| {
            f.append("campaign.toml", fonts);
            f.write("mine.ttf", "not a font");
        },
        &["mine.ttf", "not a font"],
    );
}

#[test]
fn an_unbalanced_block_is_shown_with_line_and_column() {
    refused(
        |f| f.replace("card.html", "{% endif %}", ""),
        &["this {% if %} has no {% endif %}", "card.html:9:4", "9 | {% if points > 500 %}"],
    );
    refused(|f| f.replace("card.html", "{% endfor %}", ""), &["{% for %}", "card.html:10:4"]);
    refused(|f| f.replace("card.html", "<b>Gold</b>{% else %}", "<b>Gold{% else %}</b>"), &["card.html:9"]);
    refused(|f| f.replace("card.html", "{% if points > 500 %}", ""), &["card.html:9", "{% else %}"]);
}

#[test]
fn the_cause_of_an_unbalanced_block_is_told_before_what_follows_from_it() {
    let folder = Folder::campaign(people(1));
    folder.replace("card.html", "{% endif %}", "");
    folder.run(&["check", "."]).expect(2, &["has no {% endif %}"]).expect_one_error();
}

#[test]
fn a_mistake_in_an_expression_is_shown_with_line_and_column() {
    refused(|f| f.replace("card.html", "{{ name }}", "{{ name"), &["card.html:7"]);
    refused(
        |f| f.replace("card.html", "{{ name }}", "{{ name | uper }}"),
        &["card.html:7:41", "no filter `uper`", "did you mean `upper`?"],
    );
}

#[test]
fn a_campaign_that_is_not_there_is_refused() {
    let folder = Folder::new();
    folder.run(&["render", "nowhere", "--out", "out"]).expect(2, &["nowhere", "campaign.toml"]);
    folder.run(&["render", ".", "--out", "out"]).expect(2, &["campaign.toml"]);
    assert!(!folder.path("out").exists());
}

#[test]
fn a_template_that_is_nested_too_deeply_is_no_crash() {
    let folder = Folder::plain("", "id\na\n");
    for depth in [300, 1000, 20_000] {
        folder.write("card.html", format!("{}{{{{ id }}}}{}", "<div>".repeat(depth), "</div>".repeat(depth)));
        let ran = folder.run(&["render", ".", "--out", "out"]);
        assert!(matches!(ran.code, Some(0..=2)), "{depth}: {:?} {}", ran.code, ran.stderr);
    }
}

#[test]
fn a_block_can_be_the_first_thing_of_a_page_without_a_body_tag() {
    let folder =
        Folder::plain("<style>p { margin: 0 }</style>{% if id %}<p>{{ id }}</p>{% endif %}", "id\na\n");
    folder.render("out", &[]).expect(0, [1, 0, 0, 0]);
}

#[test]
fn blocks_may_stand_where_html_leaves_tags_out() {
    for body in [
        "<table>{% for c in [id, id] %}<tr><td>{{ c }}</td></tr>{% endfor %}</table>",
        "<table><tr><th>head</th></tr>{% for c in [id, id] %}<tr><td>{{ c }}{% endfor %}</table>",
        "<ul>{% for c in [id, id] %}<li>{{ c }}{% endfor %}</ul>",
        "<div>{% if id %}<p>one<p>two{% endif %}<p>three</div>",
        "<html><body><p>x</p></body></html>\n{% if id %}<p>{{ id }}</p>{% endif %}",
        "<table><thead><tr><th>h</thead>{% if id %}<tbody><tr><td>x</tbody>{% else %}<tr><td>y{% endif %}</table>",
        "<table>{% if id %}<tr><td>x{% endif %}{% if id %}<tfoot><tr><td>f</tfoot>{% endif %}</table>",
        "<title>x</title>{% if id %}<link rel=\"x\"><div>{{ id }}</div>{% endif %}",
    ] {
        let folder = Folder::plain(body, "id\na\n");
        folder.render("out", &[]).expect(0, [1, 0, 0, 0]);
    }
    let folder = Folder::plain("<p>\n{% if id %}<div>x</div>{% endif %}</p>", "id\na\n");
    folder.run(&["check", "."]).expect(2, &["card.html:2", "`<div>` cannot stand in a `<p>`"]);
}

#[test]
fn a_stylesheet_or_font_that_is_not_there_is_told_before_anything_is_drawn() {
    for (head, words) in [
        ("<link rel='stylesheet' href='no.css'>", "a stylesheet: cannot read no.css"),
        ("<style>@import 'no.css';</style>", "a stylesheet: cannot read no.css"),
        (
            "<style>@font-face { font-family: F; src: url(no.woff2) } p { font-family: F }</style>",
            "a font: cannot read no.woff2",
        ),
        (
            "<link rel='stylesheet' href='https://fonts.example.com/css2?family=F'>",
            "does not list the host `fonts.example.com`",
        ),
    ] {
        let folder = Folder::plain(&format!("{head}<p>{{{{ id }}}}</p>"), "id\na\n");
        folder.run(&["render", ".", "--out", "out"]).expect(2, &[words]);
        assert!(!folder.path("out").exists());
    }
}

#[test]
fn a_wish_that_fitting_does_not_know_is_told() {
    for (attribute, words) in [
        ("data-fit=\"shrnk\"", "`data-fit` cannot be `shrnk`"),
        ("data-fit=shrink data-fit-min=\"1em\"", "`data-fit-min` cannot be `1em`"),
        ("data-lines=\"two\"", "`data-lines` cannot be `two`"),
    ] {
        let folder = Folder::plain(&format!("<p>\n<b {attribute}>{{{{ id }}}}</b></p>"), "id\na\n");
        folder.run(&["check", "."]).expect(2, &[words, "card.html:2", "it takes"]);
    }
}

#[test]
fn types_asked_for_need_paths_of_their_own() {
    let folder = Folder::plain("<p>{{ id }}</p>", "id\na\n");
    folder.append("campaign.toml", "[output]\npath = \"{key}.png\"\n");
    folder.run(&["render", ".", "--out", "out", "--types", "png", "jpeg"]).expect(2, &["must contain {ext}"]);
    assert!(!folder.path("out").exists());
}

#[test]
fn a_size_that_no_memory_holds_is_refused() {
    refused(|f| f.replace("campaign.toml", "[80, 80]", "[12000, 12000]"), &["`square`", "100 million"]);
    let folder = Folder::plain("<p>x</p>", "id\na\n");
    let shot = ["shot", "card.html", "--size", "20000x20000", "--scale", "8", "--out", "x.png"];
    folder.run(&shot).expect(2, &["65535 a side"]);
}

#[test]
fn a_source_without_records_is_no_success() {
    let folder = Folder::plain("<p>{{ id }}</p>", "id\n");
    folder.run(&["check", "."]).expect(1, &["no-records", "the source has no records"]);
    folder.run(&["render", ".", "--out", "out"]).expect(1, &["no-records"]);
}

#[test]
fn a_font_that_nobody_has_is_told_once() {
    let style = "<style>p { font-family: Figtre, Gill } b { font-family: Nope, sans-serif } @font-face { font-family: Mine; src: local(x) } i { font-family: mine }</style>";
    let folder = Folder::plain(&format!("{style}<p>{{{{ id }}}}</p><i>x</i><u>y</u>"), "id\na\nb\n");
    folder
        .run(&["check", "."])
        .expect(1, &["unknown-font, once", "no font is called `Figtre` or `Gill`: <p>"]);
}
