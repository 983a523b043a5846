//! The other commands: new, check, inspect, shot, schema.

use serde_json::Value;

use crate::support::{Folder, Problem, Ran, people};

#[test]
fn new_makes_a_campaign_that_renders_at_once() {
    let folder = Folder::new();
    folder
        .run(&["new", "a/mine"])
        .expect(0, &["byname check a/mine", "byname render a/mine --out a/mine/out"]);
    folder.run(&["check", "a/mine"]).expect(0, &["12 clean"]);
    folder
        .run(&["render", "a/mine", "--out", "a/mine/out", "--limit", "1"])
        .expect(0, &["4 assets rendered"]);
    folder.run(&["new", "a/mine"]).expect(2, &["a/mine is not empty", "nothing was written"]);
    folder.write("file", "");
    folder.run(&["new", "file"]).expect(2, &["file is a file"]);
}

/// Something for every severity: a row that is no record, a character without a glyph, an unused field.
fn with_findings() -> Folder {
    let folder =
        Folder::campaign("id,name,points,songs,shoe\na,Ana,1,x,41\nb,\u{378},2,y,40\na,Again,3,z,39\n");
    folder.replace("campaign.toml", "[80, 80]", "[80, 90]");
    folder
}

#[test]
fn the_demos_pass_their_own_check() {
    for demo in ["wrapped", "boarding-pass", "certificate"] {
        let campaign = format!("{}/assets/campaigns/{demo}", env!("CARGO_MANIFEST_DIR"));
        let ran = Folder::new().run(&["check", &campaign, "--limit", "200"]);
        ran.expect(0, &[" 0 with warnings, 0 with errors"]);
        let said = ran.stdout + &ran.stderr;
        assert!(!said.contains("warning: "), "{demo}: {said}");
    }
}

#[test]
fn check_says_all_well_with_0_and_findings_with_1() {
    let folder = Folder::campaign(people(30));
    folder.run(&["check", "."]).expect(0, &["30 records checked", "30 clean"]);
    let folder = with_findings();
    folder.run(&["check", "."]).expect(
        1,
        &[
            "missing-glyph, 2 times",
            "(record `b`)",
            "[square]",
            "[wide]",
            "duplicate-key, once",
            "nothing uses the field `shoe`",
            "no record takes this {% if %}",
            "card.html:9",
            "1 clean, 1 with warnings, 1 with errors",
        ],
    );
    folder.run(&["check", ".", "--only", "b"]).expect(1, &["missing-glyph", "1 record checked"]);
    folder.run(&["check", ".", "--limit", "1"]).expect(0, &["1 record checked"]);
    assert_eq!(folder.files("").len(), 3, "check writes nothing");
}

#[test]
fn hints_alone_are_no_reason_to_fail() {
    let folder = Folder::campaign(people(3));
    folder.run(&["check", "."]).expect(0, &["unreached-branch", "no record takes this {% if %}"]);
}

#[test]
fn text_that_does_not_fit_is_found_by_check() {
    let folder =
        Folder::campaign(people(30) + &format!("long,{},999,x\n", "Wolfeschlegelsteinhausen ".repeat(9)));
    folder.run(&["check", "."]).expect(1, &["text-cut, 2 times", "(record `long`)", "1 with warnings"]);
}

#[test]
fn a_json_report_is_one_document() {
    let folder = with_findings();
    folder.run(&["check", ".", "--report", "report.json", "--jobs", "3"]).expect(1, &[]);
    let report: Value = serde_json::from_slice(&folder.read("report.json")).unwrap();
    assert_eq!(report["totals"], serde_json::json!({ "checked": 3, "clean": 1, "failed": 1 }));
    Problem::find(&report["problems"], "duplicate-key", "a").says(&["line 2"]).at("people.csv", 4);
    Problem::find(&report["problems"], "missing-glyph", "b").says(&["U+0378", "add a font"]);
    Problem::find(&report["problems"], "unused-field", "").says(&["`shoe`"]);
    let records = report["records"].as_array().unwrap();
    assert_eq!(records.len(), 2, "one for each record with a finding");
    let b = records.iter().find(|record| record["key"] == "b").unwrap();
    assert_eq!((b["line"].as_u64(), b["problems"].as_array().unwrap().len()), (Some(3), 2));
    // Without findings it is a document as well.
    folder.run(&["check", ".", "--limit", "1", "--report", "report.json"]).expect(0, &[]);
    let report: Value = serde_json::from_slice(&folder.read("report.json")).unwrap();
    assert_eq!(report["records"], serde_json::json!([]));
}

#[test]
fn an_ndjson_report_is_a_line_a_record() {
    let folder = with_findings();
    let ran = folder.run(&["check", ".", "--report", "report.ndjson", "--progress", "json"]);
    ran.expect(1, &[]);
    let text = String::from_utf8(folder.read("report.ndjson")).unwrap();
    let mut lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    lines.sort_by_key(|line| line["line"].as_u64());
    assert_eq!(lines.len(), 2);
    assert_eq!((lines[0]["key"].as_str(), lines[0]["line"].as_u64()), (Some("b"), Some(3)));
    Problem(lines[1]["problems"][0].clone()).says(&["line 2 has `a`"]).at("people.csv", 4);
    let summary: Value = serde_json::from_str(ran.stdout.lines().last().unwrap()).unwrap();
    assert_eq!((summary["records"].as_u64(), summary["clean"].as_u64()), (Some(3), Some(1)));
    folder
        .run(&["check", ".", "--report", "no/where.json"])
        .expect(2, &["cannot write the report no/where.json"]);
}

#[test]
fn inspect_draws_what_render_draws_and_tells_what_was_bound() {
    let folder = Folder::campaign(people(3));
    let inspect = ["inspect", ".", "--key", "p1", "--format", "wide"];
    let ran =
        folder.run(&[&inspect[..], &["--colorway", "day", "--out", "x.png", "--display-list"]].concat());
    let told = [
        "record p1 (line 3) as wide-day",
        "points = 37",
        "text \"Bartholomew 1\"",
        "condition, branch 2",
        "loop of 2",
    ];
    ran.expect(0, &told);
    folder.render("out", &[]).expect(0, [12, 0, 0, 0]);
    assert!(folder.read("x.png") == folder.read("out/p1/wide-day.png"));
    folder.run(&inspect).expect(0, &["as wide-night", "p1-wide.png"]);
    assert!(folder.read("p1-wide.png") == folder.read("out/p1/wide-night.png"));
    folder
        .run(&["inspect", ".", "--key", "no", "--format", "wide"])
        .expect(2, &["no record has the key `no`"]);
    folder.run(&["inspect", ".", "--key", "p1", "--format", "wid"]).expect(2, &["did you mean `wide`?"]);
    folder.run(&["inspect", ".", "--key", "../p1", "--format", "wide"]).expect(2, &["--out"]);
    folder.replace("people.csv", "1,37", "1,many");
    folder.run(&[&inspect[..], &["--out", "y.png"]].concat()).expect(2, &["`many`", "people.csv:3"]);
    assert!(!folder.path("y.png").exists());
}

#[test]
fn shot_draws_one_page_in_each_type() {
    let folder = Folder::new();
    folder.write(
        "page.html",
        "<title>x</title><body style=\"margin: 0\"><b style=\"line-height: 1\">{{ name }}</b>",
    );
    folder.write("ana.json", r#"{"name": "Ana"}"#);
    let shot = |more: &[&str]| folder.run(&[&["shot", "page.html", "--size", "60x40"], more].concat());
    for (file, format) in [
        ("a.png", image::ImageFormat::Png),
        ("a.jpg", image::ImageFormat::Jpeg),
        ("deep/a.jpeg", image::ImageFormat::Jpeg),
        ("a.webp", image::ImageFormat::WebP),
    ] {
        shot(&["--out", file, "--data", "ana.json", "--scale", "2"]).expect(0, &[]);
        let bytes = folder.read(file);
        assert_eq!(image::guess_format(&bytes).unwrap(), format);
        let picture = image::load_from_memory(&bytes).unwrap();
        assert_eq!((picture.width(), picture.height()), (120, 80));
        assert!(picture.to_luma8().pixels().any(|pixel| pixel.0[0] < 60), "{file} shows the name");
    }
    shot(&["--out", "a.pdf", "--data", "ana.json"]).expect(0, &[]);
    assert!(folder.read("a.pdf").starts_with(b"%PDF-"));
    shot(&["--out", "t.png", "--data", "ana.json", "--background", "transparent"]).expect(0, &[]);
    assert!(image::load_from_memory(&folder.read("t.png")).unwrap().color().has_alpha());
}

#[test]
fn shot_says_what_it_cannot_do() {
    let folder = Folder::new();
    folder.write("page.html", "<p>\n  {{ name }}</p>");
    folder.write("list.json", "[1]");
    let shot = |page: &str, more: &[&str]| folder.run(&[&["shot", page, "--size", "60x40"], more].concat());
    shot("page.html", &["--out", "a.png"]).expect(2, &["no field `name`", "page.html:2:6"]);
    shot("page.html", &["--out", "a.gif"]).expect(2, &["`a.gif` must end in .png, .jpg, .webp or .pdf"]);
    shot("no.html", &["--out", "a.png"]).expect(2, &["cannot read the template", "no.html"]);
    shot("page.html", &["--out", "a.png", "--data", "no.json"])
        .expect(2, &["cannot read the record no.json"]);
    shot("page.html", &["--out", "a.png", "--data", "list.json"]).expect(2, &["record"]);
    shot("page.html", &["--out", "a.png", "--scale", "9"]).expect(2, &["`9` is not a scale"]);
    shot("page.html", &["--out", "a.png", "--background", "blou"]).expect(2, &["blou"]);
    folder.run(&["shot", "page.html", "--size", "60", "--out", "a.png"]).expect(2, &["`60` is not a size"]);
    assert_eq!(folder.files(""), ["list.json", "page.html"]);
    folder.write("page.html", "<img src=\"none.png\">");
    shot("page.html", &["--out", "a.png"]).expect(1, &["none.png"]);
    assert!(folder.path("a.png").exists(), "the rest of the page is drawn");
}

/// Puts the proposal in the place of the campaign's own schema.
fn paste(folder: &Folder) -> toml::Table {
    let ran = folder.run(&["schema", "."]);
    ran.expect(0, &["[schema]"]);
    folder.append("campaign.toml", &ran.stdout);
    ran.stdout.parse().unwrap_or_else(|error| panic!("{error}\n{}", ran.stdout))
}

#[test]
fn schema_proposes_types_that_hold_for_the_data() {
    let folder = Folder::plain(
        "<p>{{ day | date }} {{ n + 1 }}</p>",
        "id,day,n,mail,on,tags\na,2026-01-02,7,a@x.org,true,x|y\nb,2026-02-03,-3,b@x.org,false,z|x|y\n",
    );
    let proposal = paste(&folder);
    let kind = |field: &str| proposal["schema"][field]["type"].as_str().unwrap();
    assert_eq!(["day", "n", "mail", "on", "tags"].map(kind), ["date", "integer", "email", "boolean", "list"]);
    folder.run(&["check", ".", "--progress", "json"]).expect(0, &["\"records\":2", "\"failed\":0"]);
}

#[test]
fn schema_survives_odd_names_and_values() {
    let folder = Folder::plain(
        "<p>{{ id }}</p>",
        "id,First Name,a.b,\"q\"\"x\",é,\"new\nline\",[x]\n1,\"v\nw\",\"]\"\"#\",\\,\"'''\",\u{7f},#\n2,x,,\\u,,,\n",
    );
    let proposal = paste(&folder);
    let names: Vec<&String> = proposal["schema"].as_table().unwrap().keys().collect();
    for name in ["First Name", "a.b", "q\"x", "é", "new\nline", "[x]"] {
        assert!(names.iter().any(|known| *known == name), "{name:?} in {names:?}");
    }
    folder.run(&["check", "."]).expect(0, &["2 records checked", "2 clean"]);
}

#[test]
fn schema_tells_of_rows_that_are_no_records() {
    let folder = Folder::campaign(people(5) + "p0,Twice,1,x\nshort,row\n");
    folder
        .run(&["schema", "."])
        .expect(0, &["5 records", "2 rows that are not records", "name = { required = true"]);
    folder.write("people.csv", "");
    folder.run(&["schema", "."]).expect(2, &["empty"]);
}

#[test]
fn help_and_wrong_commands_end_as_expected() {
    let folder = Folder::new();
    folder.run(&["--version"]).expect(0, &["byname 0."]);
    folder.run(&["help", "render"]).expect(0, &["--only", "--strict", "--no-incremental"]);
    folder.run(&["rendr"]).expect(2, &["render"]);
    folder.run(&["render"]).expect(2, &["CAMPAIGN"]);
    folder.run(&["render", "."]).expect(2, &["--out"]);
}

/// As in `byname check . | head -1`.
#[test]
#[cfg(target_os = "linux")]
fn a_reader_that_goes_away_is_no_panic() {
    let folder = with_findings();
    let inspect = ["inspect", ".", "--key", "a", "--format", "wide", "--out", "a.png"];
    for arguments in [&["check", "."][..], &["schema", "."], &inspect] {
        let mut command = folder.command(arguments);
        command.stdout(std::fs::File::create("/dev/full").unwrap());
        let ran = Ran::of(command.output().unwrap());
        assert!(matches!(ran.code, Some(0..=2)), "{arguments:?}: {:?}", ran.code);
        assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    }
}

#[test]
fn fitting_asked_for_in_css_is_no_text() {
    let folder = Folder::new();
    folder.write("a.html", "<p style='width:100px;-webkit-line-clamp:2'>The quick brown fox jumps over it all</p><p>line-clamp: 2; is CSS</p>");
    folder.write("b.html", "<p style='width:100px;-webkit-line-clamp:2;'>The quick brown fox jumps over it all</p><p>line&#45;clamp: 2; is CSS</p>");
    folder.write("c.html", "<p style='width:100px;-webkit-line-clamp:{{ n }}'>The quick brown fox jumps over it all</p><p>line&#45;clamp: 2; is CSS</p>");
    folder.write("c.json", "{\"n\": 2}");
    for page in ["a", "b", "c"] {
        let (html, png) = (format!("{page}.html"), format!("{page}.png"));
        folder
            .run(&["shot", &html, "--size", "300x200", "--out", &png, "--data", "c.json"])
            .expect(0, &["was cut to fit"]);
    }
    assert!(folder.read("a.png") == folder.read("b.png") && folder.read("b.png") == folder.read("c.png"));
}

#[test]
#[cfg(unix)]
fn a_terminal_that_goes_away_does_not_end_the_work() {
    let folder = Folder::campaign(people(3));
    let mut command = folder.command(&["render", ".", "--out", "out", "--progress", "plain"]);
    let mut child = command.stderr(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    assert_eq!(crate::support::code_of(&mut child), Some(0));
}
