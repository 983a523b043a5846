//! PDFs as other programs read them: poppler, MuPDF and qpdf.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::{Folder, assert_same_assets};

/// Runs a reader of PDFs, which has nothing to complain about.
#[track_caller]
fn reader(package: &str, program: &str, arguments: &[&str], folder: &Folder) -> Output {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder.path(""))
        .output()
        .unwrap_or_else(|error| panic!("{program} cannot be run ({error}): install Debian's {package}"));
    let told = String::from_utf8_lossy(&output.stderr);
    // This build of MuPDF has no colour management, and says so of every page that asks for it.
    let told: Vec<&str> = told
        .lines()
        .filter(|line| !line.contains("ICC support is not available") && !line.starts_with("page "))
        .collect();
    assert!(output.status.success() && told.is_empty(), "{program} {arguments:?}: {told:?}");
    output
}

/// qpdf finds the file sound, and two readers draw it without a word.
#[track_caller]
fn assert_sound(folder: &Folder, file: &str) {
    reader("qpdf", "qpdf", &["--check", file], folder);
    reader("poppler-utils", "pdftoppm", &["-r", "20", file, "poppler"], folder);
    reader("mupdf-tools", "mutool", &["draw", "-r", "20", "-o", "mupdf%d.png", file], folder);
}

/// The text of each page.
fn pages(folder: &Folder, file: &str) -> Vec<String> {
    let text = reader("poppler-utils", "pdftotext", &["-enc", "UTF-8", file, "-"], folder).stdout;
    let text = String::from_utf8(text).unwrap();
    // Marks of direction are the reader's own.
    let text = text.replace(|c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'), "");
    text.strip_suffix('\u{c}').unwrap_or(&text).split('\u{c}').map(|page| page.trim().to_owned()).collect()
}

/// A campaign of names in the demo's fonts.
fn names(template: &str, names: &[String]) -> Folder {
    let fonts = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/campaigns/wrapped/fonts");
    let campaign = format!(
        "name = \"Names\"\ntemplate = \"card.html\"\nlocale = \"en-GB\"\n\
         data = {{ source = \"people.csv\", key = \"id\" }}\nschema.name = \"text\"\n\
         formats.card = [\"600mm\", \"40mm\"]\nfonts.files = [{:?}]\noutput.types = [\"pdf\"]\n",
        fonts.to_str().unwrap()
    );
    let mut table = "id,name\n".to_owned();
    for (index, name) in names.iter().enumerate() {
        table.push_str(&format!("r{index},\"{}\"\n", name.replace('"', "\"\"")));
    }
    Folder::of(&campaign, template, table)
}

const NAME: &str =
    "<!doctype html><html lang='en'><style>body { margin: 20px; font: 700 40px/60px Geologica }
p { margin: 0; white-space: nowrap }</style><p>{{ name }}</p></html>";

/// What is hard to find again: parts joined into one glyph, one part drawn as two, marks, letters that
/// share an outline, both directions.
const HARD: &[&str] = &[
    "Zoe\u{301} E\u{308}lodie",
    "office fi ffi fl",
    "محمد رضا",
    "سَلْمَى",
    "لا إله",
    "علی\u{200c}رضا",
    "یاسمین ياسمين",
    "פייגה בָּרוּךְ",
    "เก้า น้ำ ก้ำ",
    "कृष्ण श्रीमती",
    "Nguyễn Thị Ánh",
    "Ἀριστοτέλης",
    "Ōtani 大谷翔平",
    "O’Brien",
    "Łukasz Żółć",
    "Ґалаґан Їжак",
    "(a) \\ <b> #c",
];

/// The hard ones, and those that the demo's generator made.
fn five_hundred() -> Vec<String> {
    let listeners = include_str!("../../assets/campaigns/wrapped/listeners.csv");
    let mut seen = BTreeSet::new();
    let generated = csv::Reader::from_reader(listeners.as_bytes())
        .into_records()
        .map(|row| row.unwrap()[1].to_owned())
        .filter(|name| seen.insert(name.clone()));
    HARD.iter().map(|name| (*name).to_owned()).chain(generated).take(500).collect()
}

#[test]
fn every_name_is_found_as_it_was_written() {
    let all = five_hundred();
    let folder = names(NAME, &all);
    let ran = folder.run(&["book", ".", "--out", "book.pdf"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(pages(&folder, "book.pdf"), all);
}

#[test]
fn a_file_of_its_own_says_the_same() {
    let hard: Vec<String> = HARD.iter().map(|name| (*name).to_owned()).collect();
    let folder = names(NAME, &hard);
    folder.render("out", &[]);
    for (index, name) in hard.iter().enumerate() {
        assert_eq!(pages(&folder, &format!("out/r{index}/card.pdf")), [name.as_str()]);
    }
}

#[test]
fn letters_far_apart_are_still_one_word() {
    let folder = names(
        &NAME.replace("nowrap", "nowrap; letter-spacing: 0.3em"),
        &["Zoë Müller".to_owned(), "Łukasz".to_owned(), "王小明".to_owned()],
    );
    folder.run(&["book", ".", "--out", "book.pdf"]);
    assert_eq!(pages(&folder, "book.pdf"), ["Zoë Müller", "Łukasz", "王小明"]);
}

#[test]
fn a_shadow_of_text_is_not_found_and_filtered_text_is() {
    let folder = names(
        &NAME
            .replace(
                "nowrap }",
                "nowrap; text-shadow: 30px 40px red, 4px 4px 6px red } p + p { filter: blur(2px) }",
            )
            .replace("</html>", "<p>{{ name | upper }}</p></html>"),
        &["Ada".to_owned()],
    );
    folder.run(&["book", ".", "--out", "book.pdf"]);
    assert_eq!(pages(&folder, "book.pdf"), ["Ada\nADA"]);
}

/// Each demo's first records, alone and as a book.
#[test]
fn the_demos_are_sound() {
    let folder = Folder::new();
    let campaigns = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/campaigns");
    for (demo, format) in [("wrapped", "square"), ("boarding-pass", "print"), ("certificate", "certificate")]
    {
        let campaign = campaigns.join(demo);
        let campaign = campaign.to_str().unwrap();
        let ran = folder.run(&["render", campaign, "--out", demo, "--types", "pdf", "--limit", "2"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        for file in folder.files(demo).iter().filter(|file| file.ends_with(".pdf")) {
            assert_sound(&folder, &format!("{demo}/{file}"));
        }
        let book = format!("{demo}.pdf");
        let ran = folder.run(&["book", campaign, "--format", format, "--out", &book, "--limit", "90"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert_sound(&folder, &book);
        assert_eq!(pages(&folder, &book).len(), 90);
    }
}

/// The pages are drawn by poppler as the rasteriser draws them, but for the edges of glyphs and shapes.
#[test]
fn pages_look_as_pictures_do() {
    let folder = Folder::of(
        "name = \"looks\"\ntemplate = \"card.html\"\ndata = { source = \"people.csv\", key = \"id\" }\n\
         formats.card = [400, 300]\noutput.types = [\"png\", \"pdf\"]\n",
        LOOKS,
        "id\na\n",
    );
    folder.write("leaf.svg", crate::support::svg("seagreen"));
    folder.render("out", &[]);
    reader(
        "poppler-utils",
        "pdftoppm",
        &["-r", "96", "-png", "-singlefile", "out/a/card.pdf", "pdf"],
        &folder,
    );
    let [drawn, read] =
        ["out/a/card.png", "pdf.png"].map(|file| image::open(folder.path(file)).unwrap().to_rgb8());
    assert_eq!(drawn.dimensions(), read.dimensions());
    // By squares of 10 pixels: an edge that falls differently moves a square little, a thing that is
    // missing or misplaced moves it much.
    let mut worst = (0, 0, 0);
    for y in (0..300).step_by(10) {
        for x in (0..400).step_by(10) {
            for channel in 0..3 {
                let sum = |picture: &image::RgbImage| -> i64 {
                    let square = (y..y + 10).flat_map(|y| (x..x + 10).map(move |x| (x, y)));
                    square.map(|(x, y)| i64::from(picture.get_pixel(x, y).0[channel])).sum()
                };
                worst = worst.max(((sum(&drawn) - sum(&read)).abs() / 100, x, y));
            }
        }
    }
    assert!(worst.0 <= 40, "the square at {}, {} differs by {} of 255", worst.1, worst.2, worst.0);
}

const LOOKS: &str = "<!doctype html><style>
body { margin: 0; width: 400px; height: 300px; background: #f4efe6; position: relative; font: 20px sans-serif }
div { position: absolute; width: 80px; height: 80px }
</style>
<div style='left: 10px; top: 10px; background: linear-gradient(90deg, red, #00f8 60%, gold)'></div>
<div style='left: 110px; top: 10px; background: repeating-radial-gradient(circle, #204060 0 8px, #fff 8px 16px)'></div>
<div style='left: 210px; top: 10px; border-radius: 40px; background: conic-gradient(red 25%, lime 0 50%, #00f4 0)'></div>
<div style='left: 310px; top: 10px; background: seagreen; border-radius: 12px; box-shadow: 0 8px 20px #0008, inset 0 0 12px #fff'></div>
<div style='left: 10px; top: 110px; background: tomato; mix-blend-mode: multiply; transform: rotate(20deg)'></div>
<div style='left: 60px; top: 120px; background: royalblue; opacity: 0.5'><div style='left: 40px; top: 20px; background: gold'></div></div>
<div style='left: 210px; top: 110px; background: url(leaf.svg) 0 0 / 20px 20px; border: 4px dashed navy'></div>
<div style='left: 310px; top: 110px; overflow: hidden; border-radius: 40px'><div style='background: purple; left: -20px'></div></div>
<div style='left: 10px; top: 220px; width: 380px; text-shadow: 2px 2px 4px #06c'>Text, with <b>weight</b> and a shadow</div>
<div style='left: 10px; top: 250px; width: 380px; filter: drop-shadow(4px 4px 3px tomato)'>dropped</div>";

#[test]
fn sizes_are_physical_and_links_stay_links() {
    let folder = Folder::of(
        "name = \"cards\"\ntemplate = \"card.html\"\ndata = { source = \"people.csv\", key = \"id\" }\nlocale = \"de-AT\"\n\
         formats = { a4 = \"A4 landscape\", card = [\"85mm\", \"5.5cm\"], note = [\"3in\", \"144pt\"], px = [\"96px\", 96] }\n\
         output = { types = [\"pdf\"], pdf = { author = \"Vega Institut\", standard = \"a-2b\" } }\n",
        "<html lang='de'><title>Für {{ id }}</title><body><a style='display: inline-block' href='https://example.com/ä?q=a b'>hin</a></body></html>",
        "id\nada\n",
    );
    folder.render("out", &[]);
    for (format, size) in [
        ("a4", "841.89 x 595.276 pts (A4)"),
        ("card", "240.945 x 155.906 pts"),
        ("note", "216 x 144 pts"),
        ("px", "72 x 72 pts"),
    ] {
        let file = format!("out/ada/{format}.pdf");
        assert_sound(&folder, &file);
        let told = reader("poppler-utils", "pdfinfo", &[&file], &folder).stdout;
        let told = String::from_utf8(told).unwrap();
        for (name, value) in [("Page size:", size), ("Title:", "Für ada"), ("Author:", "Vega Institut")] {
            let line = told.lines().find(|line| line.starts_with(name)).unwrap_or_default();
            assert_eq!(line.trim_start_matches(name).trim(), value);
        }
        let links = reader("poppler-utils", "pdfinfo", &["-url", &file], &folder).stdout;
        assert!(String::from_utf8(links).unwrap().contains("https://example.com/%C3%A4?q=a"), "{format}");
    }
    let pdf = String::from_utf8_lossy(&folder.read("out/ada/px.pdf")).into_owned();
    assert!(pdf.contains("<pdfaid:part>2</pdfaid:part>"));
}

#[test]
fn backgrounds_go_on_into_the_bleed_and_marks_show_where_to_cut() {
    let folder = Folder::of(
        "name = \"bleed\"\ntemplate = \"card.html\"\ndata = { source = \"people.csv\", key = \"id\" }\nformats.card = [96, 96]\n\
         output = { types = [\"pdf\"], pdf = { bleed = \"3mm\", crop_marks = true } }\n",
        "<body style='margin: 0; background: #2060a0'></body>",
        "id\nada\n",
    );
    folder.render("out", &[]);
    assert_sound(&folder, "out/ada/card.pdf");
    let told = reader("poppler-utils", "pdfinfo", &["-box", "out/ada/card.pdf"], &folder).stdout;
    let told = String::from_utf8(told).unwrap();
    let box_of = |name: &str| -> Vec<f64> {
        let line = told.lines().find(|line| line.starts_with(name)).unwrap();
        line[name.len()..].split_whitespace().map(|side| side.parse().unwrap()).collect()
    };
    let (trim, bleed) = (box_of("TrimBox:"), box_of("BleedBox:"));
    assert!((trim[2] - trim[0] - 72.0).abs() < 0.02, "{trim:?}");
    assert!((trim[0] - bleed[0] - 8.504).abs() < 0.02, "{bleed:?}");
    reader(
        "poppler-utils",
        "pdftoppm",
        &["-r", "72", "-png", "-singlefile", "out/ada/card.pdf", "page"],
        &folder,
    );
    let page = image::open(folder.path("page.png")).unwrap().to_rgb8();
    let at = |x: f64, y: f64| page.get_pixel(x as u32, y as u32).0;
    let blue = at(trim[0] + 36.0, trim[1] + 36.0);
    assert_eq!(at(bleed[0] + 2.0, bleed[1] + 36.0), blue);
    assert_eq!(at(bleed[0] - 3.0, trim[1] + 36.0), [255; 3]);
    let marked = (0..bleed[0] as u32 - 1)
        .any(|x| page.get_pixel(x, (page.height() as f64 - trim[1]) as u32).0 != [255; 3]);
    assert!(marked);
}

#[test]
fn several_formats_are_pages_of_one_file() {
    let folder = Folder::of(
        "name = \"pages\"\ntemplate = \"card.html\"\ndata = { source = \"people.csv\", key = \"id\" }\n\
         formats = { inside = [300, 200], cover = [200, 200] }\n\
         output = { types = [\"png\", \"pdf\"], pdf = { pages = [\"cover\", \"inside\"] } }\n",
        "<style>b { display: none } :root[data-format=inside] b { display: inline }</style><p>{{ id }} <b>inside</b></p>",
        "id\nada\nbo\n",
    );
    let first = folder.render("out", &[]);
    assert_eq!(first.summary["rendered"], 6);
    assert_eq!(folder.files("out/ada"), ["cover.pdf", "cover.png", "inside.png"]);
    assert_eq!(pages(&folder, "out/ada/cover.pdf"), ["ada", "ada inside"]);
    assert_eq!(folder.render("out", &[]).summary["current"], 6);
    // Another order is another file.
    folder.replace("campaign.toml", "[\"cover\", \"inside\"]", "[\"cover\", \"inside\", \"cover\"]");
    assert_eq!(folder.render("out", &[]).summary["rendered"], 2);
}

#[test]
fn threads_do_not_change_a_byte() {
    let all: Vec<String> = five_hundred().into_iter().take(60).collect();
    let folder = names(NAME, &all);
    folder.render("one", &["--jobs", "1"]);
    folder.render("many", &["--jobs", "5"]);
    assert_same_assets(&folder, "one", "many");
    for (jobs, file) in [("1", "one.pdf"), ("4", "many.pdf")] {
        folder.run(&["book", ".", "--out", file, "--jobs", jobs]);
    }
    assert!(folder.read("one.pdf") == folder.read("many.pdf"));
}

#[test]
fn a_book_is_in_the_order_of_the_data_without_its_bad_records() {
    let mut all: Vec<String> = (0..150).map(|index| format!("Name {index}")).collect();
    let folder = names(&NAME.replace("{{ name }}", "{{ 7 // (name | length) }}{{ name }}"), &all);
    folder.replace("people.csv", "\"Name 77\"", "");
    let ran = folder.run(&["book", ".", "--out", "book.pdf", "--jobs", "3"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("r77"), "{}", ran.stderr);
    assert_sound(&folder, "book.pdf");
    all.remove(77);
    let read = pages(&folder, "book.pdf");
    assert_eq!(read.len(), all.len());
    assert!(read.iter().zip(&all).all(|(page, name)| page.ends_with(name.as_str())), "{read:?}");
    assert!(folder.files("").iter().all(|file| !file.contains("tmp")));
}

#[test]
fn cards_are_put_on_sheets() {
    let all: Vec<String> = (0..20).map(|index| format!("N{index}")).collect();
    let folder = names(NAME, &all);
    folder.replace("campaign.toml", "[\"600mm\", \"40mm\"]", "[\"85mm\", \"54mm\"]");
    let ran = folder.run(&["book", ".", "--out", "sheets.pdf", "--nup", "2x4"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_sound(&folder, "sheets.pdf");
    let sheets = pages(&folder, "sheets.pdf");
    assert_eq!(sheets.len(), 3);
    assert!(sheets[2].contains("N19") && !sheets[2].contains("N15"));
    let ran = folder.run(&["book", ".", "--out", "no.pdf", "--nup", "9x9"]);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr.contains("sheet-too-small") || ran.stderr.contains("take a larger sheet"),
        "{}",
        ran.stderr
    );
}

#[test]
fn each_recipient_is_a_document_part() {
    let folder = names(NAME, &["Ada".to_owned(), "Bo".to_owned()]);
    let ran = folder.run(&["book", ".", "--out", "vt.pdf", "--vt"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_sound(&folder, "vt.pdf");
    let document = lopdf::Document::load(folder.path("vt.pdf")).unwrap();
    let follow = |dictionary: &lopdf::Dictionary, name: &str| {
        document
            .get_dictionary(dictionary.get(name.as_bytes()).unwrap().as_reference().unwrap())
            .unwrap()
            .clone()
    };
    let top = follow(&follow(document.catalog().unwrap(), "DPartRoot"), "DPartRootNode");
    let leaves = top.get(b"DParts").unwrap().as_array().unwrap()[0].as_array().unwrap().clone();
    let pages: Vec<_> = document.get_pages().into_values().collect();
    let keys: Vec<String> = leaves
        .iter()
        .zip(&pages)
        .map(|(leaf, page)| {
            let leaf_id = leaf.as_reference().unwrap();
            let leaf = document.get_dictionary(leaf_id).unwrap();
            assert_eq!(leaf.get(b"Start").unwrap().as_reference().unwrap(), *page);
            let page = document.get_dictionary(*page).unwrap();
            assert_eq!(page.get(b"DPart").unwrap().as_reference().unwrap(), leaf_id);
            let metadata = leaf.get(b"DPM").and_then(|dpm| dpm.as_dict()).unwrap();
            format!("{metadata:?}")
        })
        .collect();
    assert_eq!(keys.len(), 2);
    assert!(keys[0].contains("r0") && keys[1].contains("r1"), "{keys:?}");
}
