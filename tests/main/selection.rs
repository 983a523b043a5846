//! Which records, formats, colorways and types.

use crate::support::{Folder, assert_same_assets, people};

#[test]
fn limit_takes_the_first_records() {
    let folder = Folder::campaign(people(9));
    folder.render("out", &["--limit", "3"]).expect(0, [12, 0, 0, 0]);
    assert_eq!(folder.rendered_keys("out"), ["p0", "p1", "p2"]);
    folder.render("none", &["--limit", "0"]).expect(0, [0; 4]);
}

#[test]
fn only_takes_these_keys_and_tells_of_those_that_nobody_has() {
    let folder = Folder::campaign(people(9));
    folder.render("two", &["--only", "p5", "p7"]).expect(0, [8, 0, 0, 0]);
    folder.render("comma", &["--only", "p7,p5"]).expect(0, [8, 0, 0, 0]);
    assert_same_assets(&folder, "two", "comma");
    let some = folder.render("some", &["--only", "p5", "nobody"]);
    some.expect(1, [4, 0, 0, 0]);
    assert_eq!(some.summary["unknown_keys"], serde_json::json!(["nobody"]));
    let ran = folder.run(&["render", ".", "--out", "text", "--only", "nobody"]);
    ran.expect(1, &["no record has the key `nobody`"]);
}

#[test]
fn a_sample_is_drawn_by_its_seed() {
    let folder = Folder::campaign(people(60));
    folder.render("a", &["--sample", "5", "--seed", "7"]).expect(0, [20, 0, 0, 0]);
    folder.render("b", &["--sample", "5", "--seed", "7", "--jobs", "1"]).expect(0, [20, 0, 0, 0]);
    assert_same_assets(&folder, "a", "b");
    folder.render("c", &["--sample", "5", "--seed", "8"]).expect(0, [20, 0, 0, 0]);
    assert_ne!(folder.rendered_keys("a"), folder.rendered_keys("c"));
    folder.render("all", &["--sample", "100"]).expect(0, [240, 0, 0, 0]);
}

#[test]
fn formats_colorways_and_types_narrow_what_is_made() {
    let folder = Folder::campaign(people(2));
    let more = ["--formats", "wide", "--colorways", "day", "--types", "jpg", "webp", "--only", "p1"];
    folder.render("out", &more).expect(0, [2, 0, 0, 0]);
    assert_eq!(folder.assets("out").into_keys().collect::<Vec<_>>(), ["p1/wide-day.jpg", "p1/wide-day.webp"]);
    folder.render("all", &["--types", "png,jpeg,webp"]).expect(0, [24, 0, 0, 0]);
    let (some, all) = (folder.assets("out"), folder.assets("all"));
    assert!(some.iter().all(|(path, bytes)| all[path] == *bytes));
}

#[test]
fn a_wrong_name_gets_a_suggestion() {
    let folder = Folder::campaign(people(1));
    let cases: [(&[&str], &[&str]); 6] = [
        (&["--formats", "wid"], &["no format `wid`", "did you mean `wide`?"]),
        (&["--formats", "poster"], &["no format `poster`", "it has square, wide"]),
        (&["--colorways", "nigth"], &["no colorway `nigth`", "did you mean `night`?"]),
        (&["--formats", "wid", "--colorways", "dya"], &["`wide`", "`day`"]),
        (&["--types", "gif"], &["`gif` is not a type", "png, jpeg, webp and pdf"]),
        (&["--jobs", "0"], &["--jobs", "0"]),
    ];
    for (more, words) in cases {
        folder.run(&[&["render", ".", "--out", "out"], more].concat()).expect(2, words);
        assert!(!folder.path("out").exists());
    }
    folder.run(&["check", ".", "--formats", "wid"]).expect(2, &["did you mean `wide`?"]);
    let plain = Folder::plain("<p>x</p>", "id\na\n");
    plain.run(&["render", ".", "--out", "out", "--colorways", "day"]).expect(2, &["no colorways at all"]);
}

#[test]
fn strict_leaves_out_records_with_any_problem() {
    // No font has this character: it is not assigned.
    let folder = Folder::campaign("id,name,points,songs\na,Ana,1,x\nb,\u{378}\u{378},2,y\nc,Cem,3,z\n");
    let lax = folder.render("lax", &[]);
    lax.expect(0, [12, 0, 0, 0]);
    lax.problem("missing-glyph", "b").says(&["U+0378", "add a font"]);
    assert_eq!(lax.manifest["b/wide-day.png"]["warnings"][0]["code"], "missing-glyph");
    let strict = folder.render("strict", &["--strict"]);
    strict.expect(1, [8, 0, 0, 4]);
    assert_eq!(strict.summary["failed_keys"], serde_json::json!(["b"]));
    assert_eq!(strict.manifest["b/wide-day.png"]["status"], "skipped");
    assert_eq!(strict.manifest["b/wide-day.png"]["reasons"][0]["code"], "missing-glyph");
    assert_eq!(folder.rendered_keys("strict"), ["a", "c"]);
    folder.run(&["render", ".", "--out", "text", "--strict"]).expect(1, &["not rendered: b", "4 skipped"]);
}
