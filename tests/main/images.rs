//! Pictures that records name: read only from the campaign's folder, and a bad one costs its record only.

use crate::support::{Folder, svg};

const CARD: &str = r#"<body><img src="{{ photo }}" width="9" height="9"><p>{{ id }}</p></body>"#;

/// A campaign within a folder that holds a secret.
fn campaign(photos: &[(&str, &str)], card: &str) -> Folder {
    let folder = Folder::new();
    folder.write("in/campaign.toml", crate::support::PLAIN);
    folder.write("in/card.html", card);
    let mut table = "id,photo\n".to_owned();
    photos.iter().for_each(|(key, photo)| table.push_str(&format!("{key},{photo}\n")));
    folder.write("in/people.csv", table);
    folder.write("in/ok.svg", svg("blue"));
    folder.write("secret.svg", svg("red"));
    folder
}

fn render(folder: &Folder) -> Vec<serde_json::Value> {
    folder.run(&["render", "in", "--out", "out"]);
    folder.manifest_lines("out")
}

/// The code of the reason why a record was not rendered.
fn reason(lines: &[serde_json::Value], key: &str) -> String {
    let line = lines.iter().find(|line| line["key"] == key).unwrap();
    assert_eq!(line["status"], "failed", "{line}");
    assert!(line.get("blake3").is_none());
    line["reasons"][0]["code"].as_str().unwrap().to_owned()
}

#[test]
fn a_missing_or_corrupt_picture_costs_one_record() {
    let folder = campaign(
        &[("a", "ok.svg"), ("none", "none.png"), ("bad", "bad.png"), ("cut", "cut.png"), ("z", "ok.svg")],
        CARD,
    );
    folder.write("in/bad.png", b"\x89PNG\r\n\x1a\n but then nothing");
    let mut png = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_fn(64, 64, |x, y| image::Rgb([x as u8 * 3, y as u8 * 5, (x * y) as u8]))
        .write_to(&mut png, image::ImageFormat::Png)
        .unwrap();
    let png = png.into_inner();
    folder.write("in/cut.png", &png[..png.len() / 2]);
    let ran = folder.run(&["render", "in", "--out", "out"]);
    ran.expect(
        1,
        &[
            "missing-file, once",
            "none.png",
            "broken-image, 2 times",
            "`bad.png` cannot be decoded",
            "2 assets",
        ],
    );
    let lines = folder.manifest_lines("out");
    assert_eq!(reason(&lines, "none"), "missing-file");
    assert_eq!(reason(&lines, "bad"), "broken-image");
    assert_eq!(reason(&lines, "cut"), "broken-image");
    assert_eq!(folder.rendered_keys("out"), ["a", "z"]);
    // Once it is mended, that record and no other is rendered.
    folder.write("in/bad.png", &png);
    folder
        .run(&["render", "in", "--out", "out"])
        .expect(1, &["1 asset rendered", "2 up to date", "2 failed"]);
}

#[test]
fn nothing_outside_the_campaigns_folder_is_read() {
    let outside =
        ["../secret.svg", "x/../../secret.svg", "/etc/passwd", "file:///etc/passwd", "..%2Fsecret.svg"];
    let photos: Vec<(String, &str)> =
        outside.iter().enumerate().map(|(i, photo)| (format!("k{i}"), *photo)).collect();
    let mut photos: Vec<(&str, &str)> = photos.iter().map(|(key, photo)| (&**key, *photo)).collect();
    photos.push(("ok", "ok.svg"));
    let cards = [CARD, r#"<div style="width: 9px; height: 9px; background: url({{ photo }})"></div>"#];
    for card in cards {
        let folder = campaign(&photos, card);
        let lines = render(&folder);
        for (key, photo) in &photos[..4] {
            assert_eq!(reason(&lines, key), "outside-folder", "{photo} in {card}");
        }
        let last = reason(&lines, "k4");
        assert!(["outside-folder", "missing-file"].contains(&&*last), "{last}");
        assert_eq!(folder.rendered_keys("out"), ["ok"]);
    }
}

#[test]
fn an_image_field_of_a_schema_is_refused_before_anything_is_drawn() {
    let folder = campaign(&[("ok", "ok.svg"), ("out", "../secret.svg")], CARD);
    folder.append("in/campaign.toml", "[schema]\nphoto = \"image\"\n");
    folder.run(&["render", "in", "--out", "out"]).expect(
        1,
        &[
            "wrong-type, once",
            "people.csv:3",
            "`../secret.svg`",
            "an image cannot lie outside the campaign's folder",
        ],
    );
    assert_eq!(folder.rendered_keys("out"), ["ok"]);
}

#[test]
#[cfg(unix)]
fn a_link_that_leads_out_of_the_folder_is_not_followed() {
    let folder = campaign(&[("ok", "ok.svg"), ("file", "link.svg"), ("folder", "up/secret.svg")], CARD);
    std::os::unix::fs::symlink("../secret.svg", folder.path("in/link.svg")).unwrap();
    std::os::unix::fs::symlink("..", folder.path("in/up")).unwrap();
    let lines = render(&folder);
    assert_eq!(reason(&lines, "file"), "outside-folder");
    assert_eq!(reason(&lines, "folder"), "outside-folder");
    assert_eq!(folder.rendered_keys("out"), ["ok"]);
}

#[test]
fn a_picture_within_a_picture_stays_in_the_folder_too() {
    let folder = campaign(&[("ok", "ok.svg"), ("a", "a.svg")], CARD);
    let of = |href: &str| {
        format!(
            "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' width='9' height='9'><image href='{href}' xlink:href='{href}' width='9' height='9'/></svg>"
        )
    };
    let drawn = |href: &str| {
        folder.write("in/a.svg", of(href));
        let _ = std::fs::remove_dir_all(folder.path("out"));
        render(&folder);
        std::fs::read(folder.path("out/a/card.png")).ok()
    };
    let nothing = drawn("none.svg");
    assert_eq!(drawn("../secret.svg"), nothing);
    let absolute = folder.path("secret.svg");
    assert_eq!(drawn(absolute.to_str().unwrap()), nothing);
}

#[test]
fn an_inline_drawing_shows_the_pictures_it_names() {
    let card = "<body style='margin: 0'><svg width='80' height='60'><image href='{{ photo }}' width='80' height='60'/></svg>";
    let mut png = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(8, 6, image::Rgb([250, 0, 0]))
        .write_to(&mut png, image::ImageFormat::Png)
        .unwrap();
    let folder = campaign(&[("a", "red.png"), ("none", "none.png"), ("out", "../secret.svg")], card);
    folder.write("in/red.png", png.into_inner());
    let lines = render(&folder);
    assert_eq!(reason(&lines, "none"), "missing-file");
    assert_eq!(reason(&lines, "out"), "outside-folder");
    let drawn = image::load_from_memory(&folder.read("out/a/card.png")).unwrap().to_rgb8();
    assert_eq!(drawn.get_pixel(40, 30).0, [250, 0, 0]);
}

#[test]
fn an_image_too_large_to_be_decoded_is_refused() {
    let folder = campaign(&[("ok", "ok.svg"), ("big", "big.png")], CARD);
    // Only the head is read before its size is.
    let mut png = std::io::Cursor::new(Vec::new());
    image::GrayImage::new(9000, 9000).write_to(&mut png, image::ImageFormat::Png).unwrap();
    folder.write("in/big.png", png.into_inner());
    let lines = render(&folder);
    assert_eq!(reason(&lines, "big"), "image-too-large");
    assert_eq!(folder.rendered_keys("out"), ["ok"]);
}

/// A PNG of one colour.
fn plain_png(width: u32, height: u32, color: [u8; 3]) -> Vec<u8> {
    let mut png = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(width, height, image::Rgb(color))
        .write_to(&mut png, image::ImageFormat::Png)
        .unwrap();
    png.into_inner()
}

const CHOICE: &str = r#"<body style="margin: 0; font-size: 0">
<picture><source media="(orientation: landscape)" srcset="{{ photo }}-wide.png">
<source type="image/x-unknown" srcset="none.png"><img src="{{ photo }}-tall.png"></picture>
<img srcset="small.png 40w, {{ photo }}-large.png 400w" sizes="(orientation: landscape) 200px, 20px"></body>"#;

#[test]
fn each_format_shows_the_picture_that_is_meant_for_it() {
    let folder = Folder::of(
        "name = \"c\"\ntemplate = \"card.html\"\n[data]\nsource = \"people.csv\"\nkey = \"id\"\n\
         [formats]\nwide = [300, 200]\ntall = [200, 300]\n[output]\npath = \"{key}-{format}.{ext}\"\n",
        CHOICE,
        "id,photo\na,a\nb,b\n",
    );
    let (red, green, blue, gray) = ([250, 0, 0], [0, 200, 0], [0, 0, 250], [90, 90, 90]);
    for (name, size, color) in [
        ("a-wide", (60, 10), red),
        ("a-tall", (10, 60), green),
        ("a-large", (400, 40), blue),
        ("small", (40, 40), gray),
        ("b-wide", (60, 10), green),
        ("b-tall", (10, 60), red),
        ("b-large", (400, 40), gray),
    ] {
        folder.write(&format!("{name}.png"), plain_png(size.0, size.1, color));
    }
    folder.run(&["render", ".", "--out", "out"]).expect(0, &["4 assets rendered"]);
    let colors = |asset: &str, points: [(u32, u32); 2]| {
        let drawn = image::load_from_memory(&folder.read(&format!("out/{asset}.png"))).unwrap().to_rgb8();
        points.map(|(x, y)| drawn.get_pixel(x, y).0)
    };
    // 400 pixels for 200 CSS pixels: half as large as the file.
    assert_eq!(colors("a-wide", [(59, 19), (259, 19)]), [red, blue]);
    assert_eq!(colors("a-tall", [(5, 5), (29, 59)]), [green, gray]);
    assert_eq!(colors("b-wide", [(59, 19), (259, 19)]), [green, gray]);

    // What is chosen counts for the fingerprint, whether the template names it or a record.
    folder.run(&["render", ".", "--out", "out"]).expect(0, &["4 up to date"]);
    folder.write("a-large.png", plain_png(400, 40, green));
    folder.run(&["render", ".", "--out", "out"]);
    assert_eq!(colors("a-wide", [(59, 19), (259, 19)]), [red, green]);
    folder.write("small.png", plain_png(40, 40, blue));
    folder.run(&["render", ".", "--out", "out"]).expect(0, &["4 assets rendered"]);
    assert_eq!(colors("a-tall", [(5, 5), (29, 59)]), [green, blue]);

    folder.remove("b-wide.png");
    let lines = {
        folder.run(&["render", ".", "--out", "out"]);
        folder.manifest_lines("out")
    };
    let failed = |line: &&serde_json::Value| line["status"] == "failed";
    let failed: Vec<_> = lines.iter().filter(failed).map(|line| line["variant"].clone()).collect();
    assert_eq!(failed, ["wide"]);
}

#[test]
fn the_page_reaches_into_its_drawings() {
    let folder = Folder::new();
    let pixel = |page: &str, x: u32, y: u32| {
        folder.write("page.html", format!("<!doctype html><body style='margin: 0'>{page}"));
        folder.run(&["shot", "page.html", "--size", "100x60", "--out", "page.png"]).expect(0, &[]);
        image::load_from_memory(&folder.read("page.png")).unwrap().to_rgb8().get_pixel(x, y).0
    };
    for page in [
        "<style>.a{fill:#c00}</style><svg width=100 height=60><rect class=a fill=blue width=100 height=60 /></svg>",
        "<style>body{fill:#c00}</style><svg width=100 height=60><rect width=100 height=60 /></svg>",
        "<style>svg{color:#c00}</style><svg width=100 height=60><rect fill=currentColor width=100 height=60 /></svg>",
        "<style>:root{--c:#c00}</style><svg width=100 height=60><rect fill='var(--c)' width=100 height=60 /></svg>",
        "<style>stop{stop-color:#c00}</style><svg width=100 height=60><linearGradient id=g><stop/></linearGradient>\
         <rect fill='url(#g)' width=100 height=60 /></svg>",
        "<style>rect{width:100px;height:60px;fill:#c00}</style><svg width=100 height=60><rect /></svg>",
        "<svg style='position:absolute;width:0;height:0'><symbol id=s><rect fill=#c00 width=100 height=60 /></symbol></svg>\
         <svg width=100 height=60><use href='#s'/></svg>",
    ] {
        assert_eq!(pixel(page, 50, 30), [204, 0, 0], "{page}");
    }
    // Text has the page's font, its own families too.
    let text = |family: &str| {
        let page = format!(
            "<style>@font-face{{font-family:Mine;src:url(mine.woff2)}}svg{{font:40px {family}}}</style>\
             <svg width=100 height=60><text y=40>Wide</text></svg>"
        );
        folder.write("page.html", page);
        folder.run(&["shot", "page.html", "--size", "100x60", "--out", "page.png"]).expect(0, &[]);
        folder.read("page.png")
    };
    folder.write("mine.woff2", dejavu::sans_mono::regular());
    assert_eq!(text("Mine"), text("monospace"));
    assert_ne!(text("Mine"), text("sans-serif"));
}
