//! The same people in every layout give the same files.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::support::{Folder, PLAIN, assert_same_assets, code_of};

const CARD: &str =
    "<p style=\"white-space: pre-line; font-size: 9px; margin: 0\">{{ name }}</p><b>{{ team }}</b>";
const TABLE: &str = "id,name,team\na,\"Smith, \"\"Jo\"\"\",x\nb,\"two\nlines\",\"y z\"\nc,Ćira,\n";

/// A campaign whose default output is made of [`TABLE`], for comparison.
fn folder() -> Folder {
    let folder = Folder::of(PLAIN, &CARD.replace("{{ team }}", "{{ team | default('-') }}"), TABLE);
    folder.render("csv", &[]).expect(0, [3, 0, 0, 0]);
    folder
}

#[track_caller]
fn same_from(folder: &Folder, source: &str, content: impl AsRef<[u8]>) {
    folder.write(source, content);
    folder.write("campaign.toml", PLAIN.replace("people.csv", source));
    let out = format!("out-{source}");
    folder.render(&out, &[]).expect(0, [3, 0, 0, 0]);
    assert_same_assets(folder, "csv", &out);
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_name() {
    let folder = folder();
    same_from(&folder, "bom.csv", format!("\u{feff}{TABLE}"));
    same_from(&folder, "bom.json", format!("\u{feff}{}", json()));
}

#[test]
fn line_endings_do_not_matter() {
    let folder = folder();
    same_from(&folder, "crlf.csv", TABLE.replace('\n', "\r\n").replace("two\r\n", "two\n"));
    same_from(&folder, "open-end.csv", TABLE.trim_end());
    same_from(&folder, "empty-lines.csv", TABLE.replace("\nc,", "\n\n\r\nc,"));
}

#[test]
fn a_quoted_line_break_counts_as_a_line_and_not_as_a_row() {
    let folder = folder();
    folder.write("people.csv", format!("{TABLE}short,row\n"));
    let rendered = folder.render("more", &[]);
    rendered.expect(1, [3, 0, 0, 1]);
    rendered.problem("wrong-columns", "").at("people.csv", 6);
    assert_eq!(rendered.manifest["c/card.png"]["line"], 5);
}

fn json() -> String {
    serde_json::json!([
        { "id": "a", "name": "Smith, \"Jo\"", "team": "x" },
        { "id": "b", "name": "two\nlines", "team": "y z" },
        { "id": "c", "name": "Ćira", "team": null },
    ])
    .to_string()
}

#[test]
fn every_layout_gives_the_same_bytes() {
    let folder = folder();
    same_from(&folder, "people.json", json());
    let records: Vec<serde_json::Value> = serde_json::from_str(&json()).unwrap();
    let lines: String = records.iter().map(|record| format!("{record}\n")).collect();
    same_from(&folder, "people.ndjson", &lines);
    same_from(&folder, "people.jsonl", lines.replace('\n', "\r\n").trim_end());
    same_from(
        &folder,
        "people.tsv",
        "id\tname\tteam\na\t\"Smith, \"\"Jo\"\"\"\tx\nb\t\"two\nlines\"\ty z\nc\tĆira\t\n",
    );
}

#[test]
fn another_delimiter_can_be_said() {
    let folder = folder();
    folder.write("people.csv", "id;name;team\na;\"Smith, \"\"Jo\"\"\";x\nb;\"two\nlines\";y z\nc;Ćira;\n");
    folder.replace("campaign.toml", "key =", "delimiter = \";\"\nkey =");
    folder.render("out", &[]).expect(0, [3, 0, 0, 0]);
    assert_same_assets(&folder, "csv", "out");
}

#[test]
fn standard_input_is_a_source() {
    let folder = folder();
    folder.replace("campaign.toml", "\"people.csv\"", "\"-\"");
    folder.run(&["render", ".", "--out", "out"]).expect(2, &["campaign.toml:4:10", "format = \"csv\""]);
    folder.replace("campaign.toml", "\"-\"", "\"-\"\nformat = \"csv\"");
    folder.render_input("stdin", "people.csv").expect(0, [3, 0, 0, 0]);
    assert_same_assets(&folder, "csv", "stdin");
    let mut command = folder.command(&["check", "."]);
    command.stdin(std::fs::File::open(folder.path("people.csv")).unwrap());
    crate::support::Ran::of(command.output().unwrap()).expect(0, &["3 records checked"]);
}

#[test]
fn broken_json_costs_what_cannot_be_read() {
    let folder = folder();
    folder.write("people.ndjson", "{\"id\":\"a\",\"name\":\"A\",\"team\":\"x\"}\n{\"id\":\"b\",\n[1]\n{\"id\":\"c\",\"name\":\"C\",\"team\":\"x\"}\n");
    folder.replace("campaign.toml", "people.csv", "people.ndjson");
    let rendered = folder.render("out", &[]);
    rendered.expect(1, [2, 0, 0, 2]);
    rendered.problem("broken-json", "").at("people.ndjson", 2);
    assert_eq!(folder.rendered_keys("out"), ["a", "c"]);
    folder.write("people.json", "[{\"id\":\"a\",\"name\":\"A\",\"team\":\"x\"}, {\"id\":\"b\"");
    folder.replace("campaign.toml", "people.ndjson", "people.json");
    let rendered = folder.render("cut", &[]);
    rendered.expect(1, [1, 0, 0, 1]);
    assert_eq!(folder.rendered_keys("cut"), ["a"]);
}

/// 2,000 rows, more than one read of a pipe gives.
#[cfg(unix)]
fn long_table() -> String {
    (0..2000).fold("id,note\n".to_owned(), |table, i| table + &format!("k{i},{}\n", "x".repeat(200)))
}

/// A source that can be read only once must not be read by the counter of rows as well.
#[test]
#[cfg(unix)]
fn no_row_of_a_pipe_is_lost() {
    let folder = Folder::plain("<p>{{ id }}</p>", "");
    folder.write("rows", long_table());
    folder.remove("people.csv");
    assert!(Command::new("mkfifo").arg(folder.path("people.csv")).status().unwrap().success());
    let mut writer = Command::new("sh")
        .args(["-c", "cat rows > people.csv"])
        .current_dir(folder.path(""))
        .spawn()
        .unwrap();
    let mut child = folder.command(&["render", ".", "--out", "out"]).stderr(Stdio::null()).spawn().unwrap();
    let code = code_of(&mut child);
    let _ = writer.kill();
    writer.wait().unwrap();
    assert_eq!((code, folder.assets("out").len()), (Some(0), 2000));
}

#[test]
#[cfg(target_os = "linux")]
fn no_row_of_dev_stdin_is_lost() {
    let folder = Folder::plain("<p>{{ id }}</p>", "");
    folder.replace("campaign.toml", "\"people.csv\"", "\"/dev/stdin\"\nformat = \"csv\"");
    let mut command = folder.command(&["render", ".", "--out", "out"]);
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(long_table().as_bytes()).unwrap();
    assert_eq!((code_of(&mut child), folder.assets("out").len()), (Some(0), 2000));
}
