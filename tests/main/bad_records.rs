//! A bad record never stops the good ones, and is told with its line, key, field and value.

use crate::support::{Folder, people};

#[test]
fn a_key_that_comes_twice_is_told_and_the_first_record_keeps_it() {
    let folder = Folder::campaign(people(2) + "p0,Again,1,x\nP1,Case,1,x\n");
    let rendered = folder.render("out", &[]);
    rendered.expect(1, [8, 0, 0, 2]);
    rendered.problem("duplicate-key", "p0").says(&["line 2 has `p0`", "unique"]).at("people.csv", 4);
    rendered.problem("duplicate-key", "P1").says(&["line 3", "upper and lower case"]).at("people.csv", 5);
    folder.write("people.csv", people(2));
    folder.render("alone", &[]);
    crate::support::assert_same_assets(&folder, "out", "alone");
}

#[test]
fn an_empty_key_is_told_with_its_line() {
    let folder = Folder::campaign(people(2) + ",Nobody,1,x\n  ,Spaces,1,x\n");
    let rendered = folder.render("out", &[]);
    rendered.expect(1, [8, 0, 0, 2]);
    rendered.problem("missing-key", "").says(&["`id` is the key, and it is empty"]).at("people.csv", 4);
    assert_eq!(rendered.summary["failed_keys"], serde_json::json!(["line 4", "line 5"]));
}

#[test]
fn a_key_cannot_leave_the_output_folder() {
    let keys = ["../../evil", "..", ".", "/tmp/evil", "a/b", "a\\b", "con", "nul.txt", "x:y", "dot."];
    let mut table = people(1);
    keys.iter().for_each(|key| table.push_str(&format!("{key},Eve,1,x\n")));
    let folder = Folder::new();
    for (name, content) in [
        ("campaign.toml", crate::support::CAMPAIGN),
        ("card.html", crate::support::CARD),
        ("people.csv", &table),
    ] {
        folder.write(&format!("deep/campaign/{name}"), content);
    }
    let ran = folder.run(&["render", "deep/campaign", "--out", "deep/a/out"]);
    ran.expect(1, &["unsafe-key, 10 times", "`../../evil` cannot be part of a path", "people.csv:3"]);
    assert_eq!(folder.rendered_keys("deep/a/out"), ["p0"]);
    let strays: Vec<String> = folder
        .files("")
        .into_iter()
        .filter(|path| !path.starts_with("deep/a/out/") && !path.starts_with("deep/campaign/"))
        .collect();
    assert!(strays.is_empty(), "{strays:?}");
}

#[test]
fn a_field_in_a_path_cannot_leave_the_output_folder() {
    let folder = Folder::plain("<p>{{ team }}</p>", "id,team\na,../../evil\nb,/tmp\nc,..\nd,red\n");
    folder.append("campaign.toml", "[output]\npath = \"{team}/{key}/{format}.{ext}\"\n");
    let rendered = folder.render("out/deep", &[]);
    rendered.ran.expect(0, &[]);
    assert_eq!(rendered.counts()[0], 4);
    assert_eq!(folder.assets("out/deep").len(), 4, "all are inside");
    assert!(folder.path("out/deep/red/d/card.png").exists());
    assert!(!folder.path("evil").exists() && !folder.path("out/evil").exists());
}

#[test]
fn a_row_with_too_few_columns_is_told_with_what_it_lacks() {
    let folder = Folder::campaign(people(2) + "few,Fay\nmany,May,1,x,y,z\nlast,Lea,1,x\n");
    let rendered = folder.render("out", &[]);
    rendered.expect(1, [12, 0, 0, 2]);
    rendered
        .problem("wrong-columns", "")
        .says(&["2 columns", "names 4", "`few`", "nothing for `points`, `songs`"])
        .at("people.csv", 4);
    assert_eq!(folder.rendered_keys("out"), ["last", "p0", "p1"]);
}

#[test]
fn bytes_that_are_not_utf8_cost_one_record() {
    let mut table = people(2).into_bytes();
    table.extend_from_slice(b"utf,M\xfcller,1,x\nlast,Lea,1,x\n");
    let folder = Folder::campaign(table);
    let rendered = folder.render("out", &[]);
    rendered.expect(1, [12, 0, 0, 1]);
    rendered
        .problem("not-utf8", "")
        .says(&["0xFC", "after `M`", "Windows-1252", "`ü`", "save the source as UTF-8"])
        .at("people.csv", 4);
    assert_eq!(folder.rendered_keys("out"), ["last", "p0", "p1"]);
}

#[test]
fn values_that_break_the_schema_are_told_with_line_key_field_value_and_rule() {
    let folder = Folder::campaign(people(1) + "hi,Hi,1000,x\nno,,1,x\nty,Ty,many,x\nlast,Lea,,\n");
    let rendered = folder.render("out", &[]);
    rendered.expect(1, [8, 0, 0, 3]);
    rendered
        .problem("out-of-range", "hi")
        .says(&["`points` must be at most 999 (max), found `1000`"])
        .at("people.csv", 3);
    rendered.problem("missing-value", "no").says(&["`name` is required"]).at("people.csv", 4);
    rendered
        .problem("wrong-type", "ty")
        .says(&["`points`", "must be an integer", "`many`"])
        .at("people.csv", 5);
}

#[test]
fn a_field_of_50_megabytes_costs_one_record_and_is_not_repeated() {
    let folder = Folder::campaign(format!("{}big,{},1,x\nz,Zoe,1,x\n", people(1), "w".repeat(50 << 20)));
    let rendered = folder.render("out", &[]);
    rendered.expect(1, [8, 0, 4, 0]);
    rendered.problem("too-long", "big").says(&["52428800 bytes", "max_length"]).at("card.html", 7);
    assert!(rendered.ran.stdout.len() + rendered.ran.stderr.len() < 10_000);
    assert!(folder.read("out/manifest.ndjson").len() < 20_000);
    // A quote that is never closed swallows the rest of the table, but no more memory than that.
    folder.write("people.csv", format!("{}big,\"{},1,x\n", people(1), "w\n".repeat(35 << 20)));
    let rendered = folder.render("quote", &[]);
    rendered.expect(1, [4, 0, 0, 1]);
    rendered.problem("record-too-large", "").says(&["is a quote not closed?"]).at("people.csv", 3);
}

#[test]
fn a_loop_without_end_is_ended() {
    let loops = [
        ("{% for a in range(points * 100000000) %}x{% endfor %}", "failed-expression", "range"),
        (
            "{% for a in range(points * 99) %}{% for b in range(9999) %}{% for c in range(9999) %}x{% endfor %}{% endfor %}{% endfor %}",
            "endless",
            "this loop does not end",
        ),
    ];
    for (body, code, words) in loops {
        let folder = Folder::campaign(people(2));
        folder.replace("card.html", "<div", &format!("{body}<div"));
        // The first record has 0 points.
        let rendered = folder.render("out", &[]);
        rendered.expect(1, [4, 0, 4, 0]);
        rendered.problem(code, "p1").says(&[words]).at("card.html", 8);
        assert_eq!(folder.rendered_keys("out"), ["p0"]);
    }
}

#[test]
fn a_field_that_a_record_lacks_costs_that_record() {
    let folder = Folder::plain("<p>\n{{ nick }}</p>", "");
    folder.replace("campaign.toml", "people.csv", "people.ndjson");
    folder.write(
        "people.ndjson",
        "{\"id\":1,\"nick\":\"A\"}\n{\"id\":2,\"nik\":\"B\"}\n{\"id\":3,\"nick\":null}\n",
    );
    let rendered = folder.render("out", &[]);
    rendered.expect(1, [1, 0, 2, 0]);
    rendered
        .problem("missing-field", "2")
        .says(&["no field `nick`", "did you mean `nik`?"])
        .at("card.html", 2);
}

#[test]
fn a_column_that_the_template_wants_and_nobody_has_is_told_with_a_suggestion() {
    let folder = Folder::plain("<p>{{ frist_name }}</p>", "id,first_name\na,Ana\n");
    let rendered = folder.render("out", &[]);
    rendered.expect(1, [0, 0, 1, 0]);
    rendered
        .problem("unknown-field", "")
        .says(&["frist_name", "did you mean `first_name`?"])
        .at("card.html", 1);
}

/// Which of the two wins must not depend on the threads, and the winner's line must stay.
#[test]
fn two_records_that_meet_in_one_file_cost_the_second_only() {
    let folder = Folder::plain("<p>{{ name }}</p>", "id,name\na,b-c\na-b,c\n");
    folder.append("campaign.toml", "[output]\npath = \"{key}-{name}/{format}.{ext}\"\n");
    let rendered = folder.render("out", &["--jobs", "1"]);
    rendered.expect(1, [1, 0, 0, 1]);
    rendered.problem("duplicate-path", "a-b").says(&["a-b-c/card.png", "line 2", "{key}"]);
    let keys: Vec<_> = folder
        .manifest_lines("out")
        .iter()
        .map(|line| (line["key"].as_str().unwrap().to_owned(), line["status"].as_str().unwrap().to_owned()))
        .collect();
    assert!(keys.contains(&("a".to_owned(), "ok".to_owned())), "{keys:?}");
    folder.render("out", &["--jobs", "1"]).expect(1, [0, 1, 0, 1]);
}

#[test]
fn the_same_findings_come_from_check() {
    let folder = Folder::campaign(people(2) + "p0,Again,1,x\nfew,Fay\n");
    let ran = folder.run(&["check", "."]);
    ran.expect(
        1,
        &[
            "duplicate-key, once",
            "people.csv:4",
            "wrong-columns, once",
            "people.csv:5",
            "2 clean",
            "2 with errors",
        ],
    );
    assert!(!folder.path("out").exists());
}
