//! What is done is done: a second run renders only what is missing or has changed.

use crate::support::{Folder, assert_same_assets, people, svg};

#[test]
fn a_second_run_renders_nothing() {
    let folder = Folder::campaign(people(6));
    folder.render("out", &[]).expect(0, [24, 0, 0, 0]);
    let manifest = folder.read("out/manifest.ndjson");
    folder.render("out", &[]).expect(0, [0, 24, 0, 0]);
    folder.render("out", &["--no-incremental", "--jobs", "3"]).expect(0, [0, 24, 0, 0]);
    folder.render("out", &["--limit", "2"]).expect(0, [0, 8, 0, 0]);
    assert_eq!(manifest, folder.read("out/manifest.ndjson"));
    folder.run(&["render", ".", "--out", "out"]).expect(0, &["0 assets rendered", "24 up to date"]);
}

#[test]
fn three_changed_records_are_three_rendered_records() {
    let folder = Folder::campaign(people(10));
    folder.render("out", &[]).expect(0, [40, 0, 0, 0]);
    folder.replace("people.csv", "p3,Ωmega", "p3,Omega");
    folder.replace("people.csv", "p4,Ivan 4,148", "p4,Ivan 4,149");
    folder.replace("people.csv", "296,d|e|f", "296,d|e");
    let rendered = folder.render("out", &[]);
    rendered.expect(0, [12, 28, 0, 0]);
    folder.render("fresh", &[]).expect(0, [40, 0, 0, 0]);
    assert_same_assets(&folder, "out", "fresh");
    assert_eq!(folder.read("out/manifest.ndjson"), folder.read("fresh/manifest.ndjson"));
}

#[test]
fn a_changed_template_is_rendered_all_over() {
    let folder = Folder::campaign(people(5));
    folder.replace("card.html", "</body>", "{% include \"foot.html\" %}</body>");
    folder.write("foot.html", "<i>foot</i>");
    folder.render("out", &[]).expect(0, [20, 0, 0, 0]);
    folder.replace("card.html", "Silver", "Bronze");
    folder.render("out", &[]).expect(0, [20, 0, 0, 0]);
    folder.replace("foot.html", "foot", "feet");
    folder.render("out", &[]).expect(0, [20, 0, 0, 0]);
    assert_eq!(folder.manifest_lines("out").len(), 20, "no old lines are left");
    folder.render("fresh", &[]).expect(0, [20, 0, 0, 0]);
    assert_same_assets(&folder, "out", "fresh");
}

#[test]
fn a_changed_colorway_is_part_of_its_variants_only() {
    let folder = Folder::campaign(people(5));
    folder.render("out", &[]).expect(0, [20, 0, 0, 0]);
    folder.replace("campaign.toml", "#fff8ee", "#ffffff");
    folder.render("out", &[]).expect(0, [10, 10, 0, 0]);
    folder.replace("campaign.toml", "[120, 60]", "[120, 61]");
    folder.render("out", &[]).expect(0, [10, 10, 0, 0]);
    folder.append("campaign.toml", "[output]\njpeg = { quality = 50 }\n");
    folder.render("out", &["--types", "png", "jpeg"]).ran.expect(0, &[]);
}

#[test]
fn a_deleted_or_cut_file_is_made_again() {
    let folder = Folder::campaign(people(3));
    folder.render("out", &[]).expect(0, [12, 0, 0, 0]);
    let good = folder.assets("out");
    folder.remove("out/p1/wide-day.png");
    folder.write("out/p2/wide-day.png", "cut off");
    folder.render("out", &[]).expect(0, [2, 10, 0, 0]);
    assert!(folder.assets("out") == good);
    folder.remove("out/manifest.ndjson");
    folder.render("out", &[]).expect(0, [12, 0, 0, 0]);
    assert!(folder.assets("out") == good);
}

#[test]
fn a_changed_picture_or_sheet_is_a_change() {
    let folder = Folder::plain(
        "<link rel=\"stylesheet\" href=\"more.css\"><img src=\"img/{{ photo }}\" width=\"9\"><div style=\"width: 9px; height: 9px; background: url(img/{{ photo }})\"></div>",
        "id,photo\na,a.svg\nb,b.svg\n",
    );
    folder.write("more.css", "img { border: 1px solid red }");
    folder.write("img/a.svg", svg("red"));
    folder.write("img/b.svg", svg("blue"));
    folder.render("out", &[]).expect(0, [2, 0, 0, 0]);
    folder.write("img/b.svg", svg("green"));
    folder.render("out", &[]).expect(0, [1, 1, 0, 0]);
    folder.write("more.css", "img { border: 2px solid red }");
    folder.render("out", &[]).expect(0, [2, 0, 0, 0]);
}

#[test]
fn what_is_added_is_all_that_is_rendered() {
    let folder = Folder::campaign(people(3));
    folder.render("out", &["--formats", "wide"]).expect(0, [6, 0, 0, 0]);
    folder.render("out", &[]).expect(0, [6, 6, 0, 0]);
    folder.append("people.csv", "new,Nora,3,x\n");
    folder.render("out", &[]).expect(0, [4, 12, 0, 0]);
    folder.render("out", &["--types", "png", "webp"]).expect(0, [16, 16, 0, 0]);
    // A record that is gone leaves its files and its lines.
    folder.write("people.csv", people(2));
    folder.render("out", &[]).expect(0, [0, 8, 0, 0]);
    assert_eq!(folder.assets("out").len(), 32);
    assert_eq!(folder.manifest("out").len(), 32);
}

#[test]
fn a_failure_takes_the_place_of_what_was_there() {
    let folder = Folder::campaign(people(3));
    folder.replace("card.html", "{{ name }}", "{{ (name ~ '') | replace('Bart', '') }}{{ 10 // points if points == 5 else '' }}{% if name == 'bad' %}{{ name | int }}{% endif %}");
    folder.render("out", &[]).expect(0, [12, 0, 0, 0]);
    let good = folder.assets("out");
    folder.replace("people.csv", "p1,Bartholomew 1", "p1,bad");
    let failed = folder.render("out", &[]);
    failed.expect(1, [0, 8, 4, 0]);
    failed.problem("failed-expression", "p1").at("card.html", 7);
    assert_eq!(failed.manifest["p1/wide-day.png"]["status"], "failed");
    folder.replace("people.csv", "p1,bad", "p1,Bartholomew 1");
    folder.render("out", &[]).expect(0, [4, 8, 0, 0]);
    assert!(folder.assets("out") == good);
}

#[test]
fn two_runs_do_not_write_into_one_folder() {
    let folder = Folder::campaign(people(3));
    folder.render("out", &[]).expect(0, [12, 0, 0, 0]);
    let manifest = std::fs::File::open(folder.path("out/manifest.ndjson")).unwrap();
    manifest.lock().unwrap();
    folder.run(&["render", ".", "--out", "out"]).expect(2, &["another run is writing", "another folder"]);
    manifest.unlock().unwrap();
    folder.render("out", &[]).expect(0, [0, 12, 0, 0]);
}
