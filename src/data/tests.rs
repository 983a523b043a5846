//! Sources as people have them, read through the public interface.

use std::io::{Cursor, Read};
use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;

use crate::diagnostic::Diagnostic;

use super::*;

const CSV: Layout = Layout::Csv { delimiter: b',' };

/// Gives one byte at a time, as a slow pipe may.
struct Trickle(Cursor<Vec<u8>>);

impl Read for Trickle {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let one = buffer.len().min(1);
        self.0.read(&mut buffer[..one])
    }
}

fn records(source: &[u8], layout: Layout, schema: Option<&Schema>) -> Records {
    let reader = Box::new(Cursor::new(source.to_vec()));
    Records::from_reader(reader, Path::new("people"), layout, "id", schema).unwrap()
}

/// One line a row: the line and the fields of a record, or the line and codes of what is wrong.
fn told(records: impl Iterator<Item = Result<Record, Rejected>>) -> Vec<String> {
    records
        .map(|record| match record {
            Ok(record) => format!("{} {} {}", record.line, record.key, record.to_json()),
            Err(rejected) => {
                for problem in &rejected.problems {
                    let span = problem.span.as_ref().unwrap();
                    assert_eq!((span.file.as_path(), span.line), (Path::new("people"), rejected.line));
                }
                let codes: Vec<_> = rejected.problems.iter().map(|problem| problem.code).collect();
                format!("{} {}", rejected.line, codes.join(" "))
            }
        })
        .collect()
}

fn refusal(source: &[u8], layout: Layout) -> Diagnostic {
    let reader = Box::new(Cursor::new(source.to_vec()));
    *Records::from_reader(reader, Path::new("people"), layout, "id", None).err().unwrap()
}

fn schema(fields: &[(&str, Rule)]) -> Schema {
    let field = |(name, rule): &(&str, Rule)| Field { name: Arc::from(*name), rule: rule.clone() };
    Schema { fields: fields.iter().map(field).collect() }
}

#[test]
fn a_table_as_spreadsheets_write_it() {
    let source = b"\xEF\xBB\xBFid, name ,note\r\n\r\n1,Ann,\"two\r\nlines, \"\"quoted\"\"\"\r\n2,,last\n\n3,\xC3\xA9,\"\"";
    let expected = [
        r#"3 1 {"id":"1","name":"Ann","note":"two\r\nlines, \"quoted\""}"#,
        r#"5 2 {"id":"2","name":null,"note":"last"}"#,
        r#"7 3 {"id":"3","name":"é","note":null}"#,
    ];
    assert_eq!(told(records(source, CSV, None)), expected);
    let slow = Box::new(Trickle(Cursor::new(source.to_vec())));
    let slow = Records::from_reader(slow, Path::new("people"), CSV, "id", None).unwrap();
    assert_eq!(
        slow.field_names().unwrap().iter().map(|name| &**name).collect::<Vec<_>>(),
        ["id", "name", "note"]
    );
    assert_eq!(told(slow), expected);
}

#[test]
fn a_bad_row_does_not_stop_the_others() {
    let source = b"id,name\n1\n2,b,c\n\xFF,\xE9\n,e\n../x,f\n7,g\nA,h\na,i\n\"8\n8,j\n";
    assert_eq!(
        told(records(source, CSV, None)),
        [
            "2 wrong-columns",
            "3 wrong-columns",
            "4 not-utf8 not-utf8",
            "5 missing-key",
            "6 unsafe-key",
            r#"7 7 {"id":"7","name":"g"}"#,
            r#"8 A {"id":"A","name":"h"}"#,
            "9 duplicate-key",
            "10 wrong-columns",
        ]
    );
}

#[test]
fn json_says_what_it_would_otherwise_lose() {
    let source = br#"{"id":1,"a":1,"b":2,"a":3}
{"id":2,"n":12345678901234567890123}
{"id":3,"s":"1234567890123456789012","n":-9223372036854775808,"f":12345678901234567890.5}
[1]
"#;
    assert_eq!(
        told(records(source, Layout::Ndjson, None))[..3],
        [
            "1 duplicate-field",
            "2 wrong-type",
            r#"3 3 {"id":3,"s":"1234567890123456789012","n":-9223372036854775808,"f":1.2345678901234567e+19}"#,
        ]
    );
}

#[test]
fn a_source_that_is_no_table_is_refused() {
    assert_eq!(refusal(b"", CSV).code, "empty-source");
    assert_eq!(refusal(b"\n\n", CSV).code, "empty-source");
    assert_eq!(refusal(b"id,a,a\n", CSV).code, "duplicate-column");
    assert_eq!(refusal(b"id,\n", CSV).code, "unnamed-column");
    assert_eq!(refusal(b"Id,a\n", CSV).hint.as_deref(), Some("did you mean `Id`?"));
    assert!(refusal(b"id;a\n", CSV).hint.unwrap().contains("delimiter"));
    assert_eq!(refusal(b"\xFF\xFEi\0d\0", CSV).code, "not-utf8");
    assert_eq!(refusal(b"PK\x03\x04", CSV).code, "not-utf8");
}

#[test]
fn a_record_beyond_the_limit_is_refused_and_the_next_is_read() {
    let large = "x".repeat(row::MAX_RECORD + 1);
    let csv = format!("id,name\n1,{large}\n2,b\n");
    let array = format!("[{{\"id\":1,\"name\":\"{large}\"}},\n{{\"id\":2,\"name\":\"b\"}}]");
    let lines = format!("{{\"id\":1,\"name\":\"{large}\"}}\n{{\"id\":2,\"name\":\"b\"}}\n");
    assert_eq!(
        told(records(csv.as_bytes(), CSV, None)),
        ["2 record-too-large", r#"3 2 {"id":"2","name":"b"}"#]
    );
    let expected = ["1 record-too-large", r#"2 2 {"id":2,"name":"b"}"#];
    assert_eq!(told(records(array.as_bytes(), Layout::Json, None)), expected);
    assert_eq!(told(records(lines.as_bytes(), Layout::Ndjson, None)), expected);
    let fits = format!("id,name\n1,{}\n", "é".repeat(25 << 20));
    assert!(records(fits.as_bytes(), CSV, None).all(|record| record.is_ok()));
}

#[test]
fn json_is_read_up_to_where_it_breaks() {
    let read = |source: &str| told(records(source.as_bytes(), Layout::Json, None));
    let one = r#"1 1 {"id":1}"#;
    assert_eq!(read(" [ ] \n"), [""; 0]);
    assert_eq!(
        read("[{\"id\":1},\n{\"id\":,},\n{\"a\":\"]}\\\"\",\"id\":\"b\"}]"),
        [one, "2 broken-json", r#"3 b {"a":"]}\"","id":"b"}"#]
    );
    assert_eq!(read("[{\"id\":1},\n7, \"x\"]"), [one, "2 broken-json", "2 broken-json"]);
    for (cut, line) in [
        ("[{\"id\":1},", 1),
        ("[{\"id\":1}\n", 2),
        ("[{\"id\":1},\n{\"id\"", 2),
        ("[{\"id\":1}]\nx", 2),
        ("[{\"id\":1},\n]", 2),
        ("[{\"id\":1},\n{\"id\":\"\n\"}]", 2),
        ("[{\"id\":1}{}]", 1),
    ] {
        assert_eq!(read(cut), [one.to_owned(), format!("{line} broken-source")], "{cut}");
    }
    assert_eq!(read("{\"id\":1}"), ["1 broken-source"]);
    let lines = "{\"id\":1}\r\n\r\n  {\"id\":[]}\n{\"id\":\n{\"id\":2.5}\n{}";
    assert_eq!(
        told(records(lines.as_bytes(), Layout::Ndjson, None)),
        [one, "3 missing-key", "4 broken-json", "5 missing-key", "6 missing-key"]
    );
}

#[test]
fn every_violation_of_a_record_is_told_at_once() {
    let rule = |kind, change: fn(&mut Rule)| {
        let mut rule = Rule::of(kind);
        change(&mut rule);
        rule
    };
    let schema = schema(&[
        (
            "name",
            rule(Kind::Text, |rule| {
                rule.required = true;
                rule.max_length = Some(3);
                rule.pattern = Pattern::new("[a-z👩‍🚀]+|x").ok();
            }),
        ),
        (
            "points",
            rule(Kind::Integer, |rule| {
                rule.min = Some(Value::Integer(0));
                rule.default = Some(Value::Integer(7));
            }),
        ),
        (
            "tier",
            rule(Kind::Text, |rule| {
                rule.one_of = vec![Value::Text("gold".into()), Value::Text("basic".into())]
            }),
        ),
        (
            "songs",
            rule(Kind::List, |rule| {
                rule.max = Some(Value::Integer(2));
                rule.items = Some(Box::new(Rule::of(Kind::Integer)));
            }),
        ),
        ("mail", rule(Kind::Email, |rule| rule.unique = true)),
    ]);
    let source = "id,name,points,tier,songs,mail,extra\n\
        1,abc,,gold,1|2,a@b.cd,x\n\
        2,Abcd,-1,golden,1|b|3,a@b.cd,\n\
        3,,1.5,basic,\"[1, \"\"x\"\"]\",a b,\n\
        4,👩‍🚀👩‍🚀👩‍🚀,3,,,,\n";
    let told = told(records(source.as_bytes(), CSV, Some(&schema)));
    assert_eq!(
        told,
        [
            r#"2 1 {"id":"1","name":"abc","points":7,"tier":"gold","songs":[1,2],"mail":"a@b.cd","extra":"x"}"#,
            "3 not-unique too-long pattern-mismatch out-of-range not-one-of wrong-type out-of-range",
            "4 missing-value wrong-type wrong-type wrong-type",
            r#"5 4 {"id":"4","name":"👩‍🚀👩‍🚀👩‍🚀","points":3,"tier":null,"songs":null,"mail":null,"extra":null}"#,
        ]
    );
    let rejected = records(source.as_bytes(), CSV, Some(&schema)).find_map(Result::err).unwrap();
    assert_eq!(
        rejected.problems[3].to_string(),
        "error: `points` must be at least 0 (min), found `-1` (record `2`, field `points`)\n  --> people:3"
    );
    assert_eq!(rejected.problems[5].field.as_deref(), Some("songs[1]"));
}

#[test]
fn a_schema_gives_json_values_their_types() {
    let schema = schema(&[
        ("id", Rule::of(Kind::Text)),
        ("at", Rule::of(Kind::DateTime)),
        ("n", Rule::of(Kind::Number)),
        ("flag", Rule { default: Some(Value::Boolean(true)), ..Rule::of(Kind::Boolean) }),
    ]);
    let source = br#"{"id":12,"n":3,"at":"2026-07-01T18:30[Asia/Tokyo]","more":{"a":[1,null]}}
{"id":13,"n":"3","at":5}"#;
    assert_eq!(
        told(records(source, Layout::Ndjson, Some(&schema))),
        [
            r#"1 12 {"id":"12","n":3.0,"at":"2026-07-01T18:30:00+09:00[Asia/Tokyo]","more":{"a":[1,null]},"flag":true}"#,
            "2 wrong-type wrong-type",
        ]
    );
}

#[test]
fn a_missing_column_of_the_schema_is_told_before_the_rows() {
    let required = Rule { required: true, ..Rule::of(Kind::Text) };
    let open = |rule: &Rule| {
        let schema = schema(&[("first_name", rule.clone())]);
        let reader = Box::new(Cursor::new(b"id,firstname\n1,a\n".to_vec()));
        Records::from_reader(reader, Path::new("people"), CSV, "id", Some(&schema))
    };
    assert_eq!(open(&required).err().unwrap().hint.as_deref(), Some("did you mean `firstname`?"));
    assert_eq!(open(&Rule::of(Kind::Text)).unwrap().warnings()[0].code, "missing-column");
}

#[test]
fn a_pattern_has_to_match_the_whole() {
    assert!(Pattern::new("a|ab").unwrap().matches("ab"));
    assert!(!Pattern::new("a|b").unwrap().matches("ab"));
    assert!(!Pattern::new("^a$").unwrap().matches("a\n"));
    assert!(Pattern::new("(?x) a # first").unwrap().matches("a"));
    assert!(Pattern::new(")(").is_err());
}

#[test]
fn the_fingerprint_tells_values_and_types_apart() {
    let of = |json: &str| {
        let mut hasher = blake3::Hasher::new();
        record_from_json(json).unwrap().fingerprint(&mut hasher);
        hasher.finalize()
    };
    let texts = [
        r#"{"a":"1"}"#,
        r#"{"a":1}"#,
        r#"{"a":1.0}"#,
        r#"{"a":["1"]}"#,
        r#"{"a":"1","b":null}"#,
        r#"{"b":"1"}"#,
        r#"{"a":["1","2"]}"#,
        r#"{"a":["12"]}"#,
    ];
    let all: std::collections::HashSet<_> = texts.iter().map(|text| of(text)).collect();
    assert_eq!(all.len(), texts.len());
    assert_eq!(of(texts[0]), of(r#" { "a" : "1" } "#));
    assert_eq!(&*record_from_json(r#"{"id":"../x"}"#).unwrap().key, "record");
    assert!(record_from_json("[1]").is_err());
}

fn name() -> impl Strategy<Value = String> {
    "[a-zA-Z_é \"',;.]{1,8}"
        .prop_map(|name| name.trim().to_owned())
        .prop_filter("a name", |name| !name.is_empty() && name != "id")
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::vec((any::<String>(), inner), 0..4)
                .prop_map(|fields| serde_json::Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn a_table_comes_back_as_it_was_written(
        names in prop::collection::hash_set(name(), 1..5),
        cells in prop::collection::vec(prop::collection::vec(any::<String>(), 5), 0..8),
        delimiter in prop_oneof![Just(b','), Just(b'\t'), Just(b';')],
        crlf in any::<bool>(),
        slow in any::<bool>(),
    ) {
        let names: Vec<String> = names.into_iter().collect();
        let terminator = if crlf { ::csv::Terminator::CRLF } else { ::csv::Terminator::Any(b'\n') };
        let mut writer = ::csv::WriterBuilder::new().delimiter(delimiter).terminator(terminator).from_writer(Vec::new());
        writer.write_record(std::iter::once("id").chain(names.iter().map(String::as_str))).unwrap();
        for (row, cells) in cells.iter().enumerate() {
            let id = row.to_string();
            writer.write_record(std::iter::once(&id).chain(&cells[..names.len()])).unwrap();
        }
        let source = writer.into_inner().unwrap();
        let reader: Box<dyn Read + Send> =
            if slow { Box::new(Trickle(Cursor::new(source))) } else { Box::new(Cursor::new(source)) };
        let records = Records::from_reader(reader, Path::new("people"), Layout::Csv { delimiter }, "id", None).unwrap();
        let mut count = 0;
        for (record, cells) in records.zip(&cells) {
            let record = record.map_err(|rejected| TestCaseError::fail(format!("{rejected:?}")))?;
            prop_assert_eq!(&*record.key, count.to_string());
            for (name, cell) in names.iter().zip(cells) {
                let expected = if cell.is_empty() { Value::Null } else { Value::Text(cell.as_str().into()) };
                prop_assert_eq!(record.fields.get(name), Some(&expected));
            }
            count += 1;
        }
        prop_assert_eq!(count, cells.len());
    }

    #[test]
    fn an_array_and_lines_are_the_same_records(
        rows in prop::collection::vec(prop::collection::vec((any::<String>(), json()), 0..4), 0..6),
        pretty in any::<bool>(),
        slow in any::<bool>(),
    ) {
        let rows: Vec<serde_json::Value> = rows
            .into_iter()
            .enumerate()
            .map(|(index, fields)| {
                let mut object: serde_json::Map<String, serde_json::Value> = fields.into_iter().collect();
                object.insert("id".into(), index.into());
                object.into()
            })
            .collect();
        let array = if pretty { serde_json::to_vec_pretty(&rows) } else { serde_json::to_vec(&rows) }.unwrap();
        let lines: String = rows.iter().map(|row| format!("{row}\n")).collect();
        let read = |source: Vec<u8>, layout| {
            let reader: Box<dyn Read + Send> =
                if slow { Box::new(Trickle(Cursor::new(source))) } else { Box::new(Cursor::new(source)) };
            let records = Records::from_reader(reader, Path::new("people"), layout, "id", None).unwrap();
            records.map(|record| record.unwrap().to_json()).collect::<Vec<_>>()
        };
        prop_assert_eq!(&read(array, Layout::Json), &rows);
        if !rows.is_empty() {
            prop_assert_eq!(&read(lines.into_bytes(), Layout::Ndjson), &rows);
        }
    }

    #[test]
    fn no_bytes_make_a_reader_fail_or_hang(bytes in prop::collection::vec(any::<u8>(), 1..200), text in "[\\[\\]{},\":a\\\\\r\n ]{0,60}") {
        for source in [bytes, text.into_bytes()] {
            for layout in [CSV, Layout::Json, Layout::Ndjson] {
                let reader = Box::new(Cursor::new(source.clone()));
                if let Ok(records) = Records::from_reader(reader, Path::new("people"), layout, "id", None) {
                    prop_assert!(records.count() <= source.len() + 1);
                }
            }
        }
    }
}
