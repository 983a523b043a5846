//! What lies in the output folder: the kinds of files, the manifest, the paths.

use crate::support::{Folder, people};

/// Width, height and colour type of a PNG.
fn png(bytes: &[u8]) -> (u32, u32, png::ColorType) {
    let reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
    let info = reader.info();
    assert!(info.srgb.is_some(), "it says that it is sRGB");
    (info.width, info.height, info.color_type)
}

#[test]
fn a_png_has_alpha_only_where_the_page_is_transparent() {
    let card = "<style>html, body { margin: 0 }</style><p>{{ id }}</p>";
    let folder = Folder::plain(card, "id\na\n");
    folder.render("page", &[]).expect(0, [1, 0, 0, 0]);
    assert_eq!(png(&folder.read("page/a/card.png")), (80, 60, png::ColorType::Rgb));
    folder.append("campaign.toml", "[output]\nbackground = \"transparent\"\n");
    folder.render("none", &[]).expect(0, [1, 0, 0, 0]);
    let transparent = folder.read("none/a/card.png");
    assert_eq!(png(&transparent), (80, 60, png::ColorType::Rgba));
    let pixels = image::load_from_memory(&transparent).unwrap().into_rgba8();
    assert_eq!(pixels.get_pixel(79, 59).0[3], 0, "a corner lets everything through");
    assert!(pixels.pixels().any(|pixel| pixel.0[3] == 255), "the text does not");
    // A page that covers everything needs no alpha.
    folder.write("card.html", format!("{card}<style>html {{ background: #123456 }}</style>"));
    folder.render("covered", &[]).expect(0, [1, 0, 0, 0]);
    let covered = folder.read("covered/a/card.png");
    assert_eq!(png(&covered), (80, 60, png::ColorType::Rgb));
    let pixels = image::load_from_memory(&covered).unwrap().into_rgb8();
    assert_eq!(pixels.get_pixel(79, 59).0, [0x12, 0x34, 0x56]);
}

#[test]
fn the_background_and_the_scale_are_the_campaigns() {
    let folder = Folder::plain("<p>{{ id }}</p>", "id\na\n");
    folder.append("campaign.toml", "[output]\nbackground = \"#336699\"\nscale = 2\n");
    folder.render("out", &[]).expect(0, [1, 0, 0, 0]);
    let bytes = folder.read("out/a/card.png");
    assert_eq!(png(&bytes), (160, 120, png::ColorType::Rgb));
    let pixels = image::load_from_memory(&bytes).unwrap().into_rgb8();
    assert_eq!(pixels.get_pixel(159, 119).0, [0x33, 0x66, 0x99]);
}

#[test]
fn every_type_is_what_its_ending_says() {
    let folder = Folder::campaign(people(2));
    folder.render("out", &["--types", "png", "jpeg", "webp", "pdf"]).expect(0, [32, 0, 0, 0]);
    for (path, bytes) in folder.assets("out") {
        let Some(format) = image::ImageFormat::from_path(&path).ok() else {
            assert!(path.ends_with(".pdf") && bytes.starts_with(b"%PDF-"), "{path}");
            continue;
        };
        assert_eq!(image::guess_format(&bytes).unwrap(), format, "{path}");
        let picture = image::load_from_memory(&bytes).unwrap();
        let size = if path.contains("wide") { (120, 60) } else { (80, 80) };
        assert_eq!((picture.width(), picture.height()), size, "{path}");
        // The paper of the colorway, at a place that nothing else covers.
        let corner = picture.to_rgb8().get_pixel(size.0 - 1, size.1 - 1).0;
        let paper: [u8; 3] = if path.contains("night") { [0x10, 0x10, 0x14] } else { [0xff, 0xf8, 0xee] };
        assert!(corner.iter().zip(paper).all(|(a, b)| a.abs_diff(b) <= 4), "{path}: {corner:?}");
    }
}

#[test]
fn the_manifest_has_a_line_for_each_asset_in_the_order_of_the_source() {
    let folder = Folder::campaign("id,name,points,songs\nz,Zoe,1,x\n,Nobody,1,x\na,Ana,2,y\n");
    folder.append("campaign.toml", "[output]\ntypes = [\"png\", \"jpeg\"]\n");
    folder.render("out", &[]).expect(1, [16, 0, 0, 1]);
    let lines = folder.manifest_lines("out");
    let keys: Vec<_> = lines.iter().map(|line| line["key"].as_str()).collect();
    assert_eq!(keys, [[Some("z"); 8].as_slice(), &[None], &[Some("a"); 8]].concat());
    for line in lines.iter().filter(|line| line["status"] == "ok") {
        let mut names: Vec<_> = line.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        let documented = [
            "blake3",
            "bytes",
            "fingerprint",
            "height",
            "key",
            "line",
            "path",
            "status",
            "type",
            "variant",
            "width",
        ];
        assert_eq!(names, documented);
    }
    // Folder::render has compared bytes and BLAKE3 with the files.
    let first = &lines[0];
    assert_eq!((first["path"].as_str(), first["line"].as_u64()), (Some("z/square-day.jpg"), Some(2)));
    assert_eq!((first["variant"].as_str(), first["type"].as_str()), (Some("square-day"), Some("jpeg")));
    assert_eq!((first["width"].as_u64(), first["height"].as_u64()), (Some(80), Some(80)));
    assert_eq!(first["fingerprint"].as_str().unwrap().len(), 64);
    let skipped = &lines[8];
    assert_eq!((skipped["status"].as_str(), skipped["line"].as_u64()), (Some("skipped"), Some(3)));
    assert_eq!(skipped["reasons"][0]["code"], "missing-key");
    assert!(skipped.get("path").is_none());
}

#[test]
fn paths_follow_the_pattern() {
    let folder = Folder::campaign("id,name,points,songs\na,Ana / Bo: *,1,x\nb,Ćira,2,y\n");
    folder.append("campaign.toml", "[output]\npath = \"{campaign}/{variant}/{key}/{name}.{ext}\"\n");
    folder.render("out", &["--formats", "wide"]).expect(0, [4, 0, 0, 0]);
    let paths: Vec<String> = folder.assets("out").into_keys().collect();
    assert_eq!(paths.len(), 4);
    assert!(paths.contains(&"test/wide-night/b/Ćira.png".to_owned()), "{paths:?}");
    assert!(paths.iter().all(|path| path.split('/').count() == 4), "{paths:?}");
    let folder = Folder::campaign(people(1));
    folder.append("campaign.toml", "[output]\npath = \"{key}/{format}.{ext}\"\n");
    folder.run(&["render", ".", "--out", "out"]).expect(2, &["campaign.toml:18", "colorway"]);
}

#[test]
fn an_asset_cannot_take_the_place_of_the_manifest() {
    let folder = Folder::plain("<p>{{ id }}</p>", "id\nmanifest.ndjson\nx\n");
    folder.append("campaign.toml", "[output]\npath = \"{key}\"\n");
    let ran = folder.run(&["render", ".", "--out", "out"]);
    assert!(matches!(ran.code, Some(1 | 2)), "{}", ran.stderr);
    for line in folder.manifest_lines("out").iter().filter(|line| line["status"] == "ok") {
        assert_ne!(line["path"], "manifest.ndjson");
    }
}
