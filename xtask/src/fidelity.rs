//! `cargo xtask fidelity`: every case of tests/fidelity drawn by Byname and by Chromium, and compared.

mod causes;
mod chromium;
#[path = "../../tests/fidelity/compare.rs"]
mod compare;
#[path = "../../tests/fidelity/compose.rs"]
mod compose;
#[path = "../../tests/fidelity/corpus.rs"]
mod corpus;
#[path = "../../tests/fidelity/draw.rs"]
mod draw;
mod page;
mod report;

use std::path::{Path, PathBuf};

use image::RgbImage;

use causes::Causes;
use chromium::Chromium;
use compare::{Difference, Verdict};
use corpus::Case;
use draw::{Artist, Drawn};

const USAGE: &str = "usage: cargo xtask fidelity [--only TEXT]

--only     only the cases whose chapter/feature has TEXT in it; docs/css.md is then left as it is

Needs Chromium; CHROMIUM=path names another than the installed one.";

/// A case and what came of it.
pub struct Shown {
    case: Case,
    verdict: Verdict,
    share: f64,
    /// What Byname says about it: why there is no picture, or what is not rendered.
    problem: Option<String>,
}

/// Runs the job with the arguments that follow its name.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let only = match arguments {
        [] => None,
        [flag, text] if flag == "--only" => Some(text.as_str()),
        _ => return Err(USAGE.to_owned()),
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the repository");
    let work = root.join("target/fidelity");
    let told = |error: std::io::Error| error.to_string();
    for folder in ["byname", "chromium", "difference", "cache"] {
        std::fs::create_dir_all(work.join(folder)).map_err(told)?;
    }
    let causes = Causes::load(root)?;
    let mut cases = corpus::all(root).map_err(told)?;
    cases.retain(|case| only.is_none_or(|text| case.id().contains(text)));
    let mut references = References::open(root, &work)?;
    let mut artist = Artist::new(root)?;
    let mut shown = Vec::new();
    for case in cases {
        let reference = references.get(&case)?;
        let one = compare(&work, &mut artist, case, &reference).map_err(|error| error.to_string())?;
        if one.verdict != Verdict::Pass {
            let problem = one.problem.as_deref().unwrap_or_default();
            println!("{:?}  {}  {:.2} %  {problem}", one.verdict, one.case.id(), one.share * 100.0);
        }
        shown.push(one);
    }
    page::write(&work, &shown, &causes).map_err(told)?;
    println!("\n{}", report::table(&shown));
    if only.is_some() {
        return Ok(());
    }
    references.store(root, &shown).map_err(told)?;
    let document = report::document(&shown, &causes, &references.version);
    std::fs::write(root.join("docs/css.md"), document).map_err(told)?;
    let problems = causes.problems(&shown);
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}

/// Draws a case, compares it, and keeps the pictures for the page.
fn compare(work: &Path, artist: &mut Artist, case: Case, reference: &RgbImage) -> image::ImageResult<Shown> {
    let file = case.file_name();
    reference.save(work.join("chromium").join(&file))?;
    let Drawn { picture, warnings } = match artist.draw(&case) {
        Ok(drawn) => drawn,
        Err(problem) => {
            let nothing = RgbImage::new(case.width, case.height);
            nothing.save(work.join("byname").join(&file))?;
            nothing.save(work.join("difference").join(&file))?;
            return Ok(Shown { case, verdict: Verdict::Fail, share: 1.0, problem: Some(problem) });
        }
    };
    let difference = Difference::between(reference, &picture);
    picture.save(work.join("byname").join(&file))?;
    page::picture_of(&difference, reference).save(work.join("difference").join(&file))?;
    let problem = Some(warnings.join("; ")).filter(|problem| !problem.is_empty());
    Ok(Shown { case, verdict: difference.verdict(), share: difference.share, problem })
}

/// Chromium's pictures, kept until a page, what pages share, or the browser changes.
struct References {
    browser: PathBuf,
    version: String,
    /// Hash of the browser and of the files that pages name.
    shared: blake3::Hash,
    cache: PathBuf,
    /// Started for the first picture that is not kept.
    running: Option<Chromium>,
}

impl References {
    fn open(root: &Path, work: &Path) -> Result<Self, String> {
        let browser = chromium::find()?;
        let version = chromium::version(&browser)?;
        let mut hasher = blake3::Hasher::new();
        hasher.update(version.as_bytes()).update(chromium::FLAGS.concat().as_bytes());
        hasher.update(chromium::FONTS.as_bytes());
        let folder = root.join("tests/fidelity/files");
        let files = std::fs::read_dir(&folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let mut files = files.map_err(|error| format!("{}: {error}", folder.display()))?;
        files.sort_by_key(std::fs::DirEntry::path);
        for file in files {
            hasher.update(file.file_name().as_encoded_bytes());
            hasher.update(&std::fs::read(file.path()).map_err(|error| error.to_string())?);
        }
        Ok(Self { browser, version, shared: hasher.finalize(), cache: work.join("cache"), running: None })
    }

    fn get(&mut self, case: &Case) -> Result<RgbImage, String> {
        let told = |error: String| format!("{}: {error}", case.id());
        let html = std::fs::read(&case.path).map_err(|error| told(error.to_string()))?;
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.shared.as_bytes()).update(case.id().as_bytes()).update(&html);
        let kept = self.cache.join(format!("{}.png", hasher.finalize().to_hex()));
        let png = match std::fs::read(&kept) {
            Ok(png) => png,
            Err(_) => {
                if self.running.is_none() {
                    self.running = Some(Chromium::start(&self.browser, &self.cache)?);
                }
                let png = self.running.as_mut().expect("started").picture(case).map_err(told)?;
                std::fs::write(&kept, &png).map_err(|error| told(error.to_string()))?;
                png
            }
        };
        Ok(image::load_from_memory(&png).map_err(|error| told(error.to_string()))?.to_rgb8())
    }

    /// Refreshes the references that tests/fidelity/references has. A case is among the fixed ones when a
    /// file of its name lies there.
    fn store(&self, root: &Path, shown: &[Shown]) -> std::io::Result<()> {
        for one in shown {
            let file = root.join("tests/fidelity/references").join(one.case.file_name());
            if file.exists() {
                let picture = self.cache.with_file_name("chromium").join(one.case.file_name());
                std::fs::copy(picture, file)?;
            }
        }
        Ok(())
    }
}
