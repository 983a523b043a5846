//! Campaign files as people write them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::data::{Fields, Kind, Layout, Place, Record, Value, propose};
use crate::diagnostic::Diagnostic;

use super::*;

/// A folder with a campaign.toml and what it names, gone after the test.
struct Folder(PathBuf);

impl Folder {
    fn new(campaign: &str) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("byname-campaign-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(folder.join("fonts")).unwrap();
        for file in ["card.html", "people.csv", "fonts/b.ttf", "fonts/a.WOFF2", "fonts/license.txt"] {
            fs::write(folder.join(file), "").unwrap();
        }
        fs::write(folder.join("campaign.toml"), campaign).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}

fn load(campaign: &str) -> Result<Campaign, Vec<Diagnostic>> {
    Campaign::load(&Folder::new(campaign).0)
}

const HEAD: &str =
    "name = \"holiday\"\ntemplate = \"card.html\"\ndata = { source = \"people.csv\", key = \"id\" }\n";

/// What is wrong with the campaign of `HEAD` and `rest`, a line each: place, code, hint.
fn wrong(rest: &str) -> Vec<String> {
    let problems = load(&format!("{HEAD}{rest}")).err().unwrap_or_default();
    let line = |problem: &Diagnostic| {
        let span = problem.span.as_ref().unwrap();
        let hint = problem.hint.as_deref().unwrap_or_default();
        format!("{}:{} {} {hint}", span.line, span.column, problem.code).trim_end().to_owned()
    };
    problems.iter().map(line).collect()
}

#[test]
fn the_whole_of_a_campaign() {
    let folder = Folder::new(
        r##"
        name = "holiday"
        template = "card.html"
        locale = { field = "lang", default = "en-gb" }
        [data]
        source = "people.csv"
        key = "id"
        delimiter = ";"
        [schema]
        zebra = { type = "text", max_length = 24 }
        points = { type = "integer", min = 0, default = 0 }
        day = { type = "date", min = 2026-01-01 }
        songs = { type = "list", max = 5, items = { type = "object", fields = { title = "text" } } }
        flag = "boolean"
        twin = { default = "" }
        [formats]
        square = [1080, 1080]
        a4 = [793.7, 1122.5]
        [colorways.night]
        "--paper" = "#101014"
        "--ink" = "white"
        [colorways.day]
        "--paper" = "#fff8ee"
        [fonts]
        files = ["fonts/", "fonts/b.ttf"]
        [network]
        hosts = ["Images.Example.com"]
        timeout = 2.5
        [output]
        types = ["png", "jpg"]
        path = "{campaign}/{format}/{colorway}/{city}-{key}.{ext}"
        jpeg = { quality = 80 }
        webp = { lossless = true }
        png = { effort = "small" }
        scale = 2
        background = "transparent"
        "##,
    );
    let campaign = Campaign::load(&folder.0).unwrap();
    assert_eq!(campaign.locale, Locale { default: "en-GB".into(), field: Some("lang".into()) });
    assert_eq!(campaign.data.source.layout, Layout::Csv { delimiter: b';' });
    assert_eq!(campaign.data.source.place, Place::File(folder.0.join("people.csv")));
    let schema = campaign.schema.as_ref().unwrap();
    assert_eq!(
        schema.fields.iter().map(|field| &*field.name).collect::<Vec<_>>(),
        ["zebra", "points", "day", "songs", "flag", "twin"]
    );
    assert_eq!(schema.fields[1].rule.default, Some(Value::Integer(0)));
    assert_eq!(schema.fields[5].rule.default, Some(Value::Text("".into())));
    assert_eq!(schema.fields[3].rule.items.as_ref().unwrap().fields[0].rule.kind, Kind::Text);
    assert_eq!(campaign.fonts.files, [folder.0.join("fonts/a.WOFF2"), folder.0.join("fonts/b.ttf")]);
    assert_eq!(campaign.network.hosts, ["images.example.com"]);
    assert_eq!(campaign.output.types, [AssetType::Png, AssetType::Jpeg]);
    assert_eq!(campaign.output.background, Background::Transparent);
    let variants = campaign.variants();
    let names: Vec<_> = variants.iter().map(Variant::name).collect();
    assert_eq!(names, ["square-night", "square-day", "a4-night", "a4-day"]);
    assert_eq!(variants[0].colorway.as_ref().unwrap().properties[1], ("--ink".into(), "white".into()));

    let path = |city: Value| {
        let fields = Fields(vec![("city".into(), city)]);
        let record = Record { key: "7".into(), line: 1, fields };
        campaign.output.path.path(&campaign.name, &record, &variants[3], AssetType::Jpeg)
    };
    assert_eq!(path(Value::Text("Rome".into())).unwrap(), Path::new("holiday/a4/day/Rome-7.jpg"));
    assert_eq!(
        path(Value::Text("../../etc\\x\0".into())).unwrap(),
        Path::new("holiday/a4/day/.._.._etc_x_-7.jpg")
    );
    assert_eq!(path(Value::Null).unwrap_err().code, "missing-field");
}

#[test]
fn a_small_campaign_has_sensible_defaults() {
    let campaign = load(&format!("{HEAD}[formats]\nsquare = [10, 20]\n")).unwrap();
    assert_eq!(campaign.locale, Locale::default());
    assert_eq!(campaign.output.path.to_string(), "{key}/{format}.{ext}");
    assert_eq!(campaign.variants()[0].name(), "square");
    assert!(campaign.schema.is_none() && !campaign.fonts.system && campaign.network.hosts.is_empty());
}

#[test]
fn every_mistake_is_told_where_it_is() {
    assert_eq!(
        wrong(
            r#"localle = "en"
[formts]
square = [1080, 1080]
[schema]
points = { type = "integr", mn = 0 }
name = { pattern = "(", max_length = 0 }
age = { type = "integer", min = 5, max = 2, pattern = "x", default = 1, one_of = ["a"] }
[colorways.night]
paper = "red"
"--a" = 5
"--b" = "red; }"
[output]
types = ["gif"]
jpeg = { qualty = 5 }
scale = 100
"#
        ),
        [
            "4:1 unknown-setting did you mean `locale`?",
            "5:2 unknown-setting did you mean `formats`?",
            "8:19 unknown-value did you mean \"integer\"?",
            "8:29 unknown-setting did you mean `min`?",
            "9:20 bad-pattern",
            "9:38 wrong-type",
            "10:33 unknown-value",
            "10:55 misplaced-rule",
            "10:70 wrong-type",
            "10:83 wrong-type",
            "12:1 not-a-property",
            "13:9 wrong-type",
            "14:9 not-a-value",
            "16:10 unknown-value",
            "17:10 unknown-setting did you mean `quality`?",
            "18:9 wrong-type",
        ]
    );
}

#[test]
fn a_path_tells_all_assets_apart() {
    let path = |head: &str, path: &str| wrong(&format!("{head}\n[output]\npath = \"{path}\""));
    let one = "[formats]\nsquare = [10, 10]";
    let two = "[formats]\nsquare = [10, 10]\nx-square = [10, 20]";
    let many = "[formats]\na = [1, 1]\na-b = [1, 1]\n[colorways]\nc = {}\nb-c = {}";
    for good in ["{key}.png", "{first name}/{key}.{ext}", "{format}-{key}.{ext}", "a/{variant}/{key}.{ext}"] {
        assert_eq!(path(one, good), [""; 0], "{good}");
    }
    for bad in [
        "x.png",
        "/{key}.png",
        "../{key}.png",
        "a//{key}",
        "a\\\\{key}",
        "{key",
        "{{key}}",
        "{}{key}",
        "{key}:x",
        "C:/{key}",
    ] {
        assert!(path(one, bad).iter().any(|problem| problem.contains("bad-path")), "{bad}");
    }
    for (good, bad) in [
        ("{key}/{format}.{ext}", "{key}.{ext}"),
        ("{format}/{key}", "{key}-{format}"),
        ("{key}_{variant}", "{key}/x"),
    ] {
        assert_eq!(path(two, good), [""; 0]);
        assert_eq!(path(two, bad).len(), 1, "{bad}");
    }
    // The standard path itself, when the names are unlucky.
    assert_eq!(wrong(many).len(), 1);
    assert_eq!(path(many, "{key}/{format}/{colorway}.png"), [""; 0]);
    assert_eq!(
        wrong("formats = { a = [1, 1] }\noutput = { types = [\"png\", \"pdf\"], path = \"{key}\" }").len(),
        1
    );
}

#[test]
fn what_cannot_be_read_is_told() {
    let code =
        |campaign: &str| load(campaign).unwrap_err().iter().map(|problem| problem.code).collect::<Vec<_>>();
    assert_eq!(code("name = \"a\nb = [1,"), ["broken-toml", "broken-toml"]);
    assert_eq!(code(""), ["missing-setting"; 4]);
    let folder = Folder::new(
        "name = 1\ntemplate = \"cart.html\"\ndata = { source = \"x.xlsx\", key = \"id\" }\nformats = {}\nfonts = { files = [\"none\", \"card.html\"] }",
    );
    let problems = Campaign::load(&folder.0).unwrap_err();
    let codes: Vec<_> = problems.iter().map(|problem| problem.code).collect();
    assert_eq!(
        codes,
        [
            "wrong-type",
            "missing-template",
            "missing-source",
            "unknown-format",
            "missing-setting",
            "missing-font",
            "missing-font"
        ]
    );
    assert_eq!(Campaign::load(&folder.0.join("no.toml")).unwrap_err()[0].code, "missing-campaign");
}

#[test]
fn a_proposed_schema_fits_its_data() {
    let csv = "id,name,points,share,zip,born,seen,tier,mail,site,photo,ink,tags,songs,on,\"odd \"\"name\n\"\"\u{7f}\"\n".to_owned()
        + &(0..30)
            .map(|n| {
                format!(
                    "{n},N\u{e4}me {n},{points},{n}.5,0{n:04},2026-01-{day:02},2026-01-01T10:00Z,{tier},a{n}@b.cd,https://b.cd/{n},\
                     p/{n}.png,#ff00{n:02},a|b{n},\"[{{\"\"title\"\":\"\"x\"\",\"\"plays\"\":{n}}}]\",{on},\n",
                    points = n * 10,
                    day = n + 1,
                    tier = ["gold", "si\\l\"ver"][n % 2].replace('"', ""),
                    on = n % 2 == 0,
                )
            })
            .collect::<String>();
    let read = |schema: Option<&Schema>| {
        let reader = Box::new(std::io::Cursor::new(csv.clone().into_bytes()));
        crate::data::Records::from_reader(
            reader,
            Path::new("x"),
            Layout::Csv { delimiter: b',' },
            "id",
            schema,
        )
        .unwrap()
    };
    let toml = propose(read(None));
    let campaign = load(&format!("{HEAD}formats = {{ a = [1, 1] }}\n{toml}")).unwrap();
    let schema = campaign.schema.unwrap();
    assert!(read(Some(&schema)).all(|record| record.is_ok()), "{toml}");
    let kinds: Vec<_> = schema.fields.iter().map(|field| field.rule.kind).collect();
    use Kind::*;
    assert_eq!(
        kinds,
        [
            Text, Integer, Number, Text, Date, DateTime, Text, Email, Url, Image, Color, List, List, Boolean,
            Text
        ],
        "{toml}"
    );
    assert_eq!(schema.fields[5].rule.one_of, [], "{toml}");
    assert_eq!(schema.fields[6].rule.one_of.len(), 2, "{toml}");
    assert_eq!(schema.fields[12].rule.items.as_ref().unwrap().fields[1].rule.kind, Integer);
}

#[test]
fn a_proposed_schema_fits_json_too() {
    let lines = r#"{"id":1,"ticket":"00123","pin":"55","n":1,"x":1,"mixed":1,"flags":"yes","at":{"tz":"7","day":"2026-01-01"},"songs":[{"n":1}]}
{"id":2,"ticket":"77","pin":"66","n":-2,"x":1.5,"mixed":"b","flags":"no","at":{"tz":"8","day":"2026-01-02"},"songs":[]}
"#;
    let read = |schema: Option<&Schema>| {
        let reader = Box::new(std::io::Cursor::new(lines));
        crate::data::Records::from_reader(reader, Path::new("x"), Layout::Ndjson, "id", schema).unwrap()
    };
    let toml = propose(read(None));
    let campaign = load(&format!("{HEAD}formats = {{ a = [1, 1] }}\n{toml}")).unwrap();
    let schema = campaign.schema.unwrap();
    assert!(read(Some(&schema)).all(|record| record.is_ok()), "{toml}");
    let kinds: Vec<_> = schema.fields.iter().map(|field| field.rule.kind).collect();
    assert_eq!(
        kinds,
        [Kind::Text, Kind::Text, Kind::Integer, Kind::Number, Kind::Text, Kind::Object, Kind::List]
    );
    assert!(toml.contains("# mixed: its values are of several types"), "{toml}");
}
