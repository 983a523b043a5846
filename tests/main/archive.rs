//! PDF/A-2b (ISO 19005-2), by the rules that a writer like this one can break.

use std::path::Path;

use lopdf::{Dictionary, Document, Object, Stream};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, GlyphId, MetadataProvider as _};

use crate::support::Folder;

/// An object as what it is, through a reference if need be.
fn follow<'a>(document: &'a Document, object: &'a Object) -> &'a Object {
    document.dereference(object).unwrap().1
}

fn entry<'a>(document: &'a Document, dictionary: &'a Dictionary, name: &str) -> &'a Object {
    let found = dictionary.get(name.as_bytes());
    follow(document, found.unwrap_or_else(|_| panic!("no {name} in {dictionary:?}")))
}

fn text(bytes: &[u8]) -> String {
    match bytes.strip_prefix(&[0xfe, 0xff]) {
        Some(units) => {
            let units: Vec<u16> =
                units.as_chunks::<2>().0.iter().map(|unit| u16::from_be_bytes(*unit)).collect();
            String::from_utf16(&units).unwrap()
        }
        None => String::from_utf8(bytes.to_vec()).unwrap(),
    }
}

#[track_caller]
fn assert_archivable(bytes: &[u8]) {
    // 6.1.2: the header, and a comment of bytes beyond ASCII.
    assert!(bytes.starts_with(b"%PDF-1.7\n%") && bytes[10..14].iter().all(|byte| *byte > 127));
    assert!(bytes.ends_with(b"%%EOF\n") || bytes.ends_with(b"%%EOF"));
    let document = Document::load_mem(bytes).unwrap();
    // 6.1.3: identified, and not encrypted.
    assert_eq!(entry(&document, &document.trailer, "ID").as_array().unwrap().len(), 2);
    assert!(!document.trailer.has(b"Encrypt"));
    let catalog = document.catalog().unwrap();
    for forbidden in [&b"AA"[..], b"OpenAction", b"AcroForm", b"Names", b"OCProperties", b"NeedsRendering"] {
        assert!(!catalog.has(forbidden), "{catalog:?}");
    }
    metadata(&document, catalog);
    output_intent(&document, catalog);
    for object in document.objects.values() {
        walk(object);
        if let Ok(stream) = object.as_stream() {
            stream_rules(&document, stream);
        }
        if let Ok(dictionary) = object.as_dict()
            && dictionary.get(b"Type").and_then(Object::as_name).ok() == Some(b"Font")
            && dictionary.get(b"Subtype").and_then(Object::as_name).ok() == Some(b"Type0")
        {
            font(&document, dictionary);
        }
    }
    for page in document.get_pages().into_values() {
        let dictionary = document.get_dictionary(page).unwrap();
        assert!(!dictionary.has(b"AA"));
        // 6.2.10: what is transparent is blended in a known space.
        let group = entry(&document, dictionary, "Group").as_dict().unwrap();
        assert_eq!(group.get(b"CS").and_then(Object::as_name).unwrap(), b"DeviceRGB");
        for link in document.get_page_annotations(page).unwrap() {
            // 6.3.2: printed, and hidden nowhere. 6.5.1: an address is all that may be opened.
            let flags = link.get(b"F").and_then(Object::as_i64).unwrap();
            assert_eq!(flags & 0b10_0111, 0b100);
            assert!(!link.has(b"AA"));
            let action = entry(&document, link, "A").as_dict().unwrap();
            assert_eq!(action.get(b"S").and_then(Object::as_name).unwrap(), b"URI");
        }
    }
}

/// 6.6: XMP that is not compressed, says which standard, and the same as the information dictionary.
fn metadata(document: &Document, catalog: &Dictionary) {
    let stream = entry(document, catalog, "Metadata").as_stream().unwrap();
    assert!(!stream.dict.has(b"Filter"));
    let xmp = std::str::from_utf8(&stream.content).unwrap();
    assert!(xmp.starts_with("<?xpacket begin=") && xmp.ends_with("<?xpacket end=\"r\"?>"));
    let between = |before: &str, after: &str| -> Option<String> {
        let rest = &xmp[xmp.find(before)? + before.len()..];
        Some(html_escape::decode_html_entities(&rest[..rest.find(after)?]).into_owned())
    };
    assert_eq!(between("<pdfaid:part>", "<").as_deref(), Some("2"));
    assert_eq!(between("<pdfaid:conformance>", "<").as_deref(), Some("B"));
    let info = entry(document, &document.trailer, "Info").as_dict().unwrap();
    for (name, before) in [
        ("Title", "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">"),
        ("Author", "<dc:creator><rdf:Seq><rdf:li>"),
        ("Producer", "<pdf:Producer>"),
    ] {
        let told = info.get(name.as_bytes()).and_then(Object::as_str).ok().map(text);
        // Only an author need not be given.
        assert!(told.is_some() || name == "Author", "no {name}");
        assert_eq!(told, between(before, "<"), "{name}");
    }
    for (name, _) in info {
        assert!(["Title", "Author", "Producer"].map(str::as_bytes).contains(&name.as_slice()));
    }
}

/// 6.2.3: an ICC profile of RGB, by which the colours of the device are meant.
fn output_intent(document: &Document, catalog: &Dictionary) {
    let intents = entry(document, catalog, "OutputIntents").as_array().unwrap();
    let [intent] = &intents[..] else { panic!("{intents:?}") };
    let intent = follow(document, intent).as_dict().unwrap();
    assert_eq!(intent.get(b"S").and_then(Object::as_name).unwrap(), b"GTS_PDFA1");
    let profile = entry(document, intent, "DestOutputProfile").as_stream().unwrap();
    assert_eq!(profile.dict.get(b"N").and_then(Object::as_i64).unwrap(), 3);
    let icc = profile.decompressed_content().unwrap();
    assert_eq!((&icc[16..20], &icc[36..40]), (&b"RGB "[..], &b"acsp"[..]));
    assert!(icc[8] <= 4 && u32::from_be_bytes(icc[..4].try_into().unwrap()) as usize == icc.len());
}

/// What no dictionary may hold.
fn walk(object: &Object) {
    let dictionary = match object {
        Object::Array(all) => return all.iter().for_each(walk),
        Object::Dictionary(dictionary) => dictionary,
        Object::Stream(stream) => &stream.dict,
        _ => return,
    };
    for (name, value) in dictionary {
        let forbidden = ["JS", "TR", "TR2", "HTP", "PS", "Alternates", "OPI", "Ref", "XFA", "EF"];
        assert!(!forbidden.map(str::as_bytes).contains(&name.as_slice()), "{dictionary:?}");
        if name == b"S" {
            let kind = value.as_name().unwrap_or_default();
            let actions = ["JavaScript", "Launch", "Sound", "Movie", "ResetForm", "ImportData", "SubmitForm"];
            assert!(!actions.map(str::as_bytes).contains(&kind), "{dictionary:?}");
        }
        if name == b"Interpolate" {
            assert!(!value.as_bool().unwrap(), "6.2.8: {dictionary:?}");
        }
        walk(value);
    }
}

/// 6.1.7 and 6.2.11.8.
fn stream_rules(document: &Document, stream: &Stream) {
    for outside in ["F", "FFilter", "FDecodeParms"] {
        assert!(!stream.dict.has(outside.as_bytes()), "{:?}", stream.dict);
    }
    for filter in stream.filters().unwrap_or_default() {
        assert!(matches!(filter, b"FlateDecode" | b"DCTDecode"), "{:?}", stream.dict);
    }
    let is_form = stream.dict.get(b"Subtype").and_then(Object::as_name).ok() == Some(b"Form");
    let is_page = document.get_pages().into_values().any(|page| {
        let contents = document.get_page_contents(page);
        contents
            .iter()
            .any(|id| document.get_object(*id).and_then(Object::as_stream).is_ok_and(|s| s == stream))
    });
    if !is_form && !is_page {
        return;
    }
    let content = stream.decompressed_content().unwrap_or_else(|_| stream.content.clone());
    let mut depth = 0_i32;
    for operation in lopdf::content::Content::decode(&content).unwrap().operations {
        depth += match operation.operator.as_str() {
            "q" => 1,
            "Q" => -1,
            "TJ" => {
                for part in operation.operands[0].as_array().unwrap() {
                    let codes = part.as_str().unwrap_or_default();
                    assert!(codes.as_chunks::<2>().0.iter().all(|code| *code != [0, 0]), ".notdef is shown");
                }
                0
            }
            _ => 0,
        };
        // 6.1.13.
        assert!((0..=28).contains(&depth));
    }
    assert_eq!(depth, 0);
}

/// 6.2.11: embedded, as wide as they say, and readable.
fn font(document: &Document, font: &Dictionary) {
    assert_eq!(font.get(b"Encoding").and_then(Object::as_name).unwrap(), b"Identity-H");
    entry(document, font, "ToUnicode").as_stream().unwrap();
    let descendants = entry(document, font, "DescendantFonts").as_array().unwrap();
    let descendant = follow(document, &descendants[0]).as_dict().unwrap();
    let descriptor = entry(document, descendant, "FontDescriptor").as_dict().unwrap();
    assert_eq!(font.get(b"BaseFont").unwrap(), descriptor.get(b"FontName").unwrap());
    if descriptor.has(b"FontFile3") {
        let program = entry(document, descriptor, "FontFile3").as_stream().unwrap();
        assert_eq!(program.dict.get(b"Subtype").and_then(Object::as_name).unwrap(), b"CIDFontType0C");
        return;
    }
    assert_eq!(descendant.get(b"CIDToGIDMap").and_then(Object::as_name).unwrap(), b"Identity");
    let program = entry(document, descriptor, "FontFile2").as_stream().unwrap();
    let program = program.decompressed_content().unwrap();
    let program = FontRef::new(&program).unwrap();
    let units = f32::from(program.metrics(Size::unscaled(), LocationRef::default()).units_per_em);
    let advances = program.glyph_metrics(Size::unscaled(), LocationRef::default());
    let widths = entry(document, descendant, "W").as_array().unwrap();
    let [first, widths] = &widths[..] else { panic!("{widths:?}") };
    assert_eq!(first.as_i64().unwrap(), 0);
    for (code, width) in widths.as_array().unwrap().iter().enumerate() {
        let own = advances.advance_width(GlyphId::new(code as u32)).unwrap() / units * 1000.0;
        assert!((own - width.as_float().unwrap()).abs() <= 1.0, "glyph {code}: {own}, not {width:?}");
    }
}

#[test]
fn archives_keep_the_rules() {
    let folder = Folder::of(
        "name = \"archive\"\ntemplate = \"card.html\"\ndata = { source = \"people.csv\", key = \"id\" }\n\
         formats.card = [400, 300]\n\
         output = { types = [\"pdf\"], pdf = { standard = \"a-2b\", author = \"Vega & Söhne\", crop_marks = true } }\n",
        "<html lang='de'><title>Für <{{ name }}> & alle</title><style>
body { font: 20px sans-serif; background: linear-gradient(red, #00f4) } p { box-shadow: 0 4px 20px #0008; opacity: 0.9 }
i { filter: blur(2px) } b { mix-blend-mode: multiply; background: conic-gradient(red, #0f04); text-shadow: 2px 2px 3px red }
</style><p>{{ name }} <i>{{ name }}</i> <b>fi</b> <a href='https://example.com/{{ id }}'>hin</a> {{ id | qr }}</p></html>",
        "id,name\na,Zoe\u{301} E\u{308}lodie\nb,\u{13000} hat kein Bild\nc,Ada\n",
    );
    folder.render("out", &[]);
    for key in ["a", "b", "c"] {
        let pdf = folder.read(&format!("out/{key}/card.pdf"));
        assert_archivable(&pdf);
        let said = String::from_utf8_lossy(&pdf);
        assert!(said.contains("<dc:creator><rdf:Seq><rdf:li>Vega &amp; Söhne<"), "{said}");
    }
    folder.run(&["book", ".", "--out", "book.pdf"]);
    assert_archivable(&folder.read("book.pdf"));
}

#[test]
fn demos_can_be_archived() {
    let folder = Folder::new();
    for demo in ["wrapped", "boarding-pass", "certificate"] {
        let campaign = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/campaigns").join(demo);
        let copied = std::process::Command::new("cp").arg("-r").arg(campaign).arg(folder.path(demo)).status();
        assert!(copied.unwrap().success());
        // The certificate is one already.
        if demo != "certificate" {
            let file = format!("{demo}/campaign.toml");
            folder.replace(&file, "[output]\n", "[output]\npdf.standard = \"a-2b\"\n");
        }
        let ran = folder.run(&["render", demo, "--out", "out", "--types", "pdf", "--limit", "3"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let files = folder.files("out");
        let mut count = 0;
        for file in files.iter().filter(|file| file.ends_with(".pdf")) {
            assert_archivable(&folder.read(&format!("out/{file}")));
            count += 1;
        }
        assert!(count >= 3, "{files:?}");
        std::fs::remove_dir_all(folder.path("out")).unwrap();
    }
}
