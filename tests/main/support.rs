//! Small campaigns in folders of their own, and the binary run on them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Two formats in two colorways.
pub const CAMPAIGN: &str = r##"name = "test"
template = "card.html"
[data]
source = "people.csv"
key = "id"
[schema]
name = { required = true }
points = { type = "integer", min = 0, max = 999, default = 0 }
songs = "list"
[formats]
square = [80, 80]
wide = [120, 60]
[colorways.night]
"--paper" = "#101014"
[colorways.day]
"--paper" = "#fff8ee"
"##;

/// Text that is fitted, a changing style sheet, a condition and a loop.
pub const CARD: &str = r#"<!doctype html>
<html><head><style>
body { margin: 0; background: var(--paper); color: #d9562b; font: 10px/1.2 sans-serif }
p { margin: 0; height: 12px }
.bar { height: 4px; background: linear-gradient(90deg, #d9562b, #ffa24a); width: {{ points / 10 }}% }
</style></head><body>
<p data-fit="shrink ellipsis">{{ name }}</p>
<div class="bar"></div>
{% if points > 500 %}<b>Gold</b>{% else %}<i>Silver</i>{% endif %}
{% for song in songs %}<span>{{ song }}</span> {% endfor %}
</body></html>
"#;

/// One small format, no colorways, no schema: `key` is `id`, everything else is as the test wants it.
pub const PLAIN: &str = r#"name = "test"
template = "card.html"
[data]
source = "people.csv"
key = "id"
[formats]
card = [80, 60]
"#;

/// A picture of 9 by 9 pixels.
pub fn svg(color: &str) -> String {
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><rect width='9' height='9' fill='{color}'/></svg>"
    )
}

/// `count` people, the first of them on line 2 with the key `p0`.
pub fn people(count: usize) -> String {
    let mut table = "id,name,points,songs\n".to_owned();
    for i in 0..count {
        let name = ["Ana", "Bartholomew", "Ćira", "Ωmega", "Ivan"][i % 5];
        table.push_str(&format!("p{i},{name} {i},{},{}\n", i * 37 % 1000, ["a", "b|c", "d|e|f"][i % 3]));
    }
    table
}

/// A folder that goes away with the test.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("byname-test-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path.canonicalize().unwrap())
    }

    /// [`CAMPAIGN`] with [`CARD`]: four assets a record.
    pub fn campaign(people: impl AsRef<[u8]>) -> Self {
        Self::of(CAMPAIGN, CARD, people)
    }

    /// [`PLAIN`] with a template of the test's own: one asset a record.
    pub fn plain(template: &str, people: impl AsRef<[u8]>) -> Self {
        Self::of(PLAIN, template, people)
    }

    pub fn of(campaign: &str, template: &str, people: impl AsRef<[u8]>) -> Self {
        let folder = Self::new();
        folder.write("campaign.toml", campaign);
        folder.write("card.html", template);
        folder.write("people.csv", people);
        folder
    }

    pub fn path(&self, relative: &str) -> PathBuf {
        self.0.join(relative)
    }

    pub fn write(&self, relative: &str, content: impl AsRef<[u8]>) {
        let path = self.path(relative);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    pub fn append(&self, relative: &str, content: impl AsRef<[u8]>) {
        let mut bytes = self.read(relative);
        bytes.extend_from_slice(content.as_ref());
        self.write(relative, bytes);
    }

    pub fn read(&self, relative: &str) -> Vec<u8> {
        std::fs::read(self.path(relative)).unwrap_or_else(|error| panic!("{relative}: {error}"))
    }

    pub fn replace(&self, relative: &str, from: &str, to: &str) {
        let text = String::from_utf8(self.read(relative)).unwrap();
        assert!(text.contains(from), "{relative} has no {from:?}");
        self.write(relative, text.replace(from, to));
    }

    pub fn remove(&self, relative: &str) {
        std::fs::remove_file(self.path(relative)).unwrap();
    }

    /// The binary within the folder, still to be run.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_byname"));
        command.args(arguments).current_dir(&self.0).stdin(Stdio::null());
        command.env("XDG_CACHE_HOME", self.path(".cache"));
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    /// Renders into the folder `out`, and checks that the manifest says what is there.
    pub fn render(&self, out: &str, more: &[&str]) -> Rendered {
        self.finish(self.command(&render_arguments(out, more)), out)
    }

    /// Renders with a file of the folder as standard input.
    pub fn render_input(&self, out: &str, input: &str) -> Rendered {
        let mut command = self.command(&render_arguments(out, &[]));
        command.stdin(std::fs::File::open(self.path(input)).unwrap());
        self.finish(command, out)
    }

    fn finish(&self, mut command: Command, out: &str) -> Rendered {
        let ran = Ran::of(command.output().unwrap());
        let last = ran.stdout.lines().last().unwrap_or_else(|| panic!("no summary:\n{}", ran.stderr));
        let summary: Value = serde_json::from_str(last).unwrap();
        assert_eq!(summary["event"], "summary");
        Rendered { ran, summary, manifest: self.manifest(out) }
    }

    /// The whole lines of the manifest.
    pub fn manifest_lines(&self, out: &str) -> Vec<Value> {
        let text = std::fs::read_to_string(self.path(out).join("manifest.ndjson")).unwrap_or_default();
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        whole.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The newest line of each asset, after checking that its file is what it says.
    pub fn manifest(&self, out: &str) -> BTreeMap<String, Value> {
        let lines = self.manifest_lines(out).into_iter();
        let lines: BTreeMap<_, _> =
            lines.filter_map(|line| Some((line["path"].as_str()?.to_owned(), line))).collect();
        for (path, line) in lines.iter().filter(|(_, line)| line["status"] == "ok") {
            let bytes = self.read(&format!("{out}/{path}"));
            assert_eq!(line["bytes"], bytes.len(), "{path}");
            assert_eq!(line["blake3"], blake3::hash(&bytes).to_hex().as_str(), "{path}");
        }
        lines
    }

    /// The paths of all files below a folder, sorted.
    pub fn files(&self, below: &str) -> Vec<String> {
        let root = self.path(below);
        let mut files = Vec::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.push(path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned());
                }
            }
        }
        files.sort();
        files
    }

    /// All files of an output folder but the manifest, with their bytes.
    pub fn assets(&self, out: &str) -> BTreeMap<String, Vec<u8>> {
        let files = self.files(out).into_iter().filter(|path| path != "manifest.ndjson");
        files.map(|path| (path.clone(), self.read(&format!("{out}/{path}")))).collect()
    }

    /// The keys that have any asset in an output folder with the standard paths.
    pub fn rendered_keys(&self, out: &str) -> Vec<String> {
        let mut keys: Vec<String> =
            self.assets(out).keys().filter_map(|path| Some(path.split_once('/')?.0.to_owned())).collect();
        keys.dedup();
        keys
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn render_arguments<'a>(out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["render", ".", "--out", out, "--progress", "json"], more].concat()
}

/// Two output folders with the same files and the same bytes in them.
#[track_caller]
pub fn assert_same_assets(folder: &Folder, one: &str, other: &str) {
    let (a, b) = (folder.assets(one), folder.assets(other));
    assert!(!a.is_empty(), "{one} is empty");
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    for (path, bytes) in &a {
        assert!(*bytes == b[path], "{path} is not the same in {one} and {other}");
    }
}

/// Waits for a run that might hang, and gives its exit code; `None` when it had to be killed.
#[cfg(unix)]
pub fn code_of(child: &mut Child) -> Option<i32> {
    // Far more than any run of a test takes.
    let end = Instant::now() + Duration::from_secs(20);
    while child.try_wait().unwrap().is_none() && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(5));
    }
    let code = child.try_wait().unwrap().and_then(|status| status.code());
    let _ = child.kill();
    child.wait().unwrap();
    code
}

/// What a command said, and its exit code.
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The exit code, and words that the messages must have.
    #[track_caller]
    pub fn expect(&self, code: i32, words: &[&str]) -> &Self {
        assert_eq!(self.code, Some(code), "{}{}", self.stdout, self.stderr);
        for word in words {
            let found = self.stdout.contains(word) || self.stderr.contains(word);
            assert!(found, "no {word:?} in:\n{}{}", self.stdout, self.stderr);
        }
        self
    }

    #[track_caller]
    pub fn expect_one_error(&self) -> &Self {
        assert_eq!(self.stderr.matches("error:").count(), 1, "{}", self.stderr);
        self
    }
}

/// What came of a render.
pub struct Rendered {
    pub ran: Ran,
    pub summary: Value,
    pub manifest: BTreeMap<String, Value>,
}

impl Rendered {
    /// Exit code, then assets rendered, up to date, failed and skipped.
    #[track_caller]
    pub fn expect(&self, code: i32, counts: [u64; 4]) -> &Self {
        self.ran.expect(code, &[]);
        assert_eq!(self.counts(), counts, "{}", self.summary);
        self
    }

    pub fn counts(&self) -> [u64; 4] {
        ["rendered", "current", "failed", "skipped"].map(|name| self.summary[name].as_u64().unwrap())
    }

    /// A problem told about record `key` (or about no record, when it is empty).
    #[track_caller]
    pub fn problem(&self, code: &str, key: &str) -> Problem {
        Problem::find(&self.summary["problems"], code, key)
    }
}

/// One finding.
pub struct Problem(pub Value);

impl Problem {
    /// In groups of findings, as summaries and reports have them.
    #[track_caller]
    pub fn find(groups: &Value, code: &str, key: &str) -> Self {
        let group = groups.as_array().unwrap().iter().find(|group| group["code"] == code);
        let group = group.unwrap_or_else(|| panic!("no {code} in {groups}"));
        let mut examples = group["examples"].as_array().unwrap().iter();
        let example = examples.find(|example| example["key"].as_str().unwrap_or_default() == key);
        Self(example.unwrap_or_else(|| panic!("no {code} about `{key}` in {group}")).clone())
    }

    /// Words of the message or the hint.
    #[track_caller]
    pub fn says(&self, words: &[&str]) -> &Self {
        let text = format!("{}\n{}", self.0["message"].as_str().unwrap(), self.0["hint"]);
        for word in words {
            assert!(text.contains(word), "no {word:?} in {}", self.0);
        }
        self
    }

    /// The file's name and the line.
    #[track_caller]
    pub fn at(&self, file: &str, line: u64) -> &Self {
        let name = Path::new(self.0["span"]["file"].as_str().unwrap()).file_name().unwrap();
        assert_eq!((name.to_str(), self.0["span"]["line"].as_u64()), (Some(file), Some(line)), "{}", self.0);
        self
    }
}
