//! Runs that do not come to their end: killed, interrupted, out of space, without permission.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::support::{Folder, Ran, assert_same_assets, code_of, people};

/// The files whose names are those of finished assets.
fn finished(folder: &Folder) -> Vec<(String, Vec<u8>)> {
    folder.assets("out").into_iter().filter(|(path, _)| path.ends_with(".png")).collect()
}

fn assert_all_whole(folder: &Folder) {
    for (path, bytes) in finished(folder) {
        assert!(image::load_from_memory(&bytes).is_ok(), "{path} is not whole");
    }
}

/// Waits until a run has noted some assets.
fn wait_for_lines(folder: &Folder, child: &mut Child) {
    let manifest = folder.path("out/manifest.ndjson");
    let lines = |text: Vec<u8>| text.iter().filter(|byte| **byte == b'\n').count();
    while !std::fs::read(&manifest).is_ok_and(|text| lines(text) > 20) {
        assert!(child.try_wait().unwrap().is_none(), "the run was over too soon");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[cfg(unix)]
fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

/// A second run renders the rest only, and the whole is as if nothing had happened.
fn go_on(folder: &Folder, assets: u64) {
    let done = folder.manifest("out").len() as u64;
    assert!(done > 20 && done < assets, "{done} of {assets}");
    folder.render("out", &[]).expect(0, [assets - done, done, 0, 0]);
    assert_eq!(folder.assets("out").len() as u64, assets, "no half-written file is left");
    folder.render("fresh", &[]).expect(0, [assets, 0, 0, 0]);
    assert_same_assets(folder, "out", "fresh");
    assert_eq!(folder.read("out/manifest.ndjson"), folder.read("fresh/manifest.ndjson"));
}

#[test]
#[cfg(unix)]
fn a_killed_run_loses_nothing_that_was_done() {
    let folder = Folder::campaign(people(300));
    // The source is a pipe that stays open, so that the run cannot end before it is killed.
    folder.replace("campaign.toml", "\"people.csv\"", "\"-\"\nformat = \"csv\"");
    let mut command = folder.command(&["render", ".", "--out", "out", "--jobs", "2"]);
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(people(299).as_bytes()).unwrap();
    wait_for_lines(&folder, &mut child);
    child.kill().unwrap();
    assert_eq!(child.wait().unwrap().code(), None);
    drop(input);
    assert_all_whole(&folder);
    folder.replace("campaign.toml", "\"-\"\nformat = \"csv\"", "\"people.csv\"");
    go_on(&folder, 1200);
}

#[test]
fn a_torn_last_line_of_the_manifest_is_dropped() {
    let folder = Folder::campaign(people(8));
    folder.render("out", &[]).expect(0, [32, 0, 0, 0]);
    let whole = folder.read("out/manifest.ndjson");
    for cut in [1, 2, 100, 200] {
        folder.write("out/manifest.ndjson", &whole[..whole.len() - cut]);
        folder.render("out", &[]).expect(0, [1, 31, 0, 0]);
        assert_eq!(folder.read("out/manifest.ndjson"), whole);
    }
    // A crash of the whole machine can leave anything there.
    for torn in [b"{\"status\":\"ok\",\"key\":\"p9".as_slice(), b"\0\0\0\0\0", b"{\"status\":\"\xff"] {
        folder.append("out/manifest.ndjson", torn);
        folder.render("out", &[]).expect(0, [0, 32, 0, 0]);
        assert_eq!(folder.read("out/manifest.ndjson"), whole);
    }
}

#[test]
#[cfg(unix)]
fn an_interrupted_run_finishes_what_is_in_flight_and_ends_with_130() {
    for name in ["-INT", "-TERM"] {
        let folder = Folder::campaign(people(800));
        let mut command = folder.command(&["render", ".", "--out", "out", "--jobs", "2"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        wait_for_lines(&folder, &mut child);
        signal(&child, name);
        let ran = Ran::of(child.wait_with_output().unwrap());
        ran.expect(130, &["finishing what is in flight", "interrupted: run the same command again"]);
        let done = folder.manifest("out");
        assert_eq!(
            folder.assets("out").len(),
            done.len(),
            "every file is in the manifest, and no other is there"
        );
        assert_all_whole(&folder);
        let rest = 3200 - done.len() as u64;
        assert!(rest > 0);
        if name == "-INT" {
            folder.render("out", &[]).expect(0, [rest, done.len() as u64, 0, 0]);
        }
    }
}

#[test]
#[cfg(unix)]
fn a_run_whose_source_says_nothing_can_be_interrupted() {
    let folder = Folder::campaign("");
    folder.replace("campaign.toml", "\"people.csv\"", "\"-\"\nformat = \"csv\"");
    let mut command = folder.command(&["render", ".", "--out", "out"]);
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(people(10).as_bytes()).unwrap();
    wait_for_lines(&folder, &mut child);
    signal(&child, "-INT");
    assert_eq!(code_of(&mut child), Some(130));
    drop(input);
}

#[test]
fn a_folder_that_cannot_be_written_is_one_error() {
    let folder = Folder::campaign(people(3));
    folder.write("file", "mine");
    for out in ["file/out", "file"] {
        folder.run(&["render", ".", "--out", out]).expect(2, &["cannot write file"]).expect_one_error();
    }
    assert_eq!(folder.read("file"), b"mine");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let closed = folder.path("closed");
        std::fs::create_dir(&closed).unwrap();
        std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o555)).unwrap();
        // Whoever may write everywhere cannot try this.
        if std::fs::write(closed.join("x"), "").is_err() {
            let ran = folder.run(&["render", ".", "--out", "closed/out"]);
            ran.expect(2, &["no permission", "name another folder with --out"]).expect_one_error();
        }
    }
}

#[test]
fn something_in_the_way_of_one_record_costs_that_record() {
    let folder = Folder::campaign(people(3));
    folder.write("out/p1", "mine");
    std::fs::create_dir_all(folder.path("out/p2/wide-day.png")).unwrap();
    let rendered = folder.render("out", &[]);
    rendered.expect(1, [7, 0, 5, 0]);
    assert_eq!(folder.read("out/p1"), b"mine");
    folder.remove("out/p1");
    std::fs::remove_dir(folder.path("out/p2/wide-day.png")).unwrap();
    folder.render("out", &[]).expect(0, [5, 7, 0, 0]);
}

/// A limit on the size of files stands in for a full disk.
#[test]
#[cfg(unix)]
fn a_file_that_cannot_grow_stops_the_run_and_loses_nothing() {
    let folder = Folder::campaign(people(200));
    let script = format!(
        "trap '' XFSZ; ulimit -f 64; exec '{}' render . --out out --progress none",
        env!("CARGO_BIN_EXE_byname")
    );
    let ran = Command::new("sh").args(["-c", &script]).current_dir(folder.path("")).output().unwrap();
    Ran::of(ran).expect(1, &["cannot write", "out", "hint:"]).expect_one_error();
    assert_all_whole(&folder);
    go_on(&folder, 800);
}

/// A small disk of its own, where the system lets us have one.
#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_stops_the_run_and_loses_nothing() {
    let folder = Folder::campaign(people(200));
    // The disk goes away with the shell; so what is to be looked at is copied out of it.
    let script = format!(
        "mkdir out copy && mount -t tmpfs -o size=512k none out || exit 77
         '{byname}' render . --out out --progress none; code=$?
         cp -r out/. copy; mount -o remount,size=64m out
         '{byname}' render . --out out --progress json > second || exit 78
         find out -name '*.png' | wc -l > count
         exit $code",
        byname = env!("CARGO_BIN_EXE_byname")
    );
    let root = Command::new("unshare").args(["-m", "true"]).status().is_ok_and(|status| status.success());
    let unshare = if root { "-m" } else { "-rm" };
    let ran =
        Command::new("unshare").args([unshare, "sh", "-c", &script]).current_dir(folder.path("")).output();
    let Ok(ran) = ran.map(Ran::of) else { return };
    if ran.code == Some(77) || folder.files("").iter().all(|path| path != "second") {
        eprintln!("no disk could be made: {}", ran.stderr);
        return;
    }
    ran.expect(1, &["the disk is full", "free some space and run the same command again"]).expect_one_error();
    let done = folder.manifest("copy").len() as u64;
    assert!(done > 20 && done < 800, "{done}");
    assert!(folder.files("copy").iter().all(|path| !path.ends_with("-tmp")), "no half-written file is left");
    let second: serde_json::Value =
        serde_json::from_slice(folder.read("second").split(|byte| *byte == b'\n').rev().nth(1).unwrap())
            .unwrap();
    assert_eq!((second["current"].as_u64(), second["rendered"].as_u64()), (Some(done), Some(800 - done)));
    assert_eq!(folder.read("count").trim_ascii(), b"800");
}
