//! Font files of every kind that `@font-face` may name.

use crate::support::Folder;

/// A font as the only one of a collection: offsets in it count from the collection's start.
fn collection(font: &[u8]) -> Vec<u8> {
    const HEADER: u32 = 16;
    let mut out = [&b"ttcf"[..], &[0, 1, 0, 0, 0, 0, 0, 1], &HEADER.to_be_bytes()].concat();
    let mut font = font.to_vec();
    let tables = usize::from(u16::from_be_bytes([font[4], font[5]]));
    for record in font[12..12 + 16 * tables].chunks_exact_mut(16) {
        let offset = u32::from_be_bytes(record[8..12].try_into().unwrap());
        record[8..12].copy_from_slice(&(offset + HEADER).to_be_bytes());
    }
    out.extend(font);
    out
}

#[test]
fn a_face_may_be_a_collection_whatever_it_is_called() {
    let folder = Folder::new();
    let drawn = |family: &str, src: &str| {
        let page = format!(
            "<style>@font-face{{font-family:Mine;src:{src}}}p{{margin:0;font:40px {family}}}</style><p>Wide"
        );
        folder.write("page.html", page);
        folder.run(&["shot", "page.html", "--size", "160x60", "--out", "page.png"]).expect(0, &[]);
        folder.read("page.png")
    };
    let font = dejavu::sans_mono::regular();
    folder.write("mine.ttf", font);
    folder.write("mine.ttc", collection(font));
    folder.write("mine.otc", collection(font));
    let expected = drawn("Mine", "url(mine.ttf)");
    assert_ne!(expected, drawn("sans-serif", "url(mine.ttf)"));
    for src in
        ["url(mine.ttc)", "url(mine.otc)", "url(mine.ttc) format('collection')", "url('mine.ttc#Mono')"]
    {
        assert_eq!(drawn("Mine", src), expected, "{src}");
    }
    let encoded: String = font.iter().map(|byte| format!("%{byte:02x}")).collect();
    for media in ["font/ttf", "application/font-sfnt", "application/x-font-otf"] {
        assert_eq!(drawn("Mine", &format!("url('data:{media},{encoded}')")), expected, "{media}");
    }
}
