//! The page with the pictures side by side.

use std::fmt::Write as _;
use std::path::Path;

use image::{Rgb, RgbImage};

use super::Shown;
use super::causes::Causes;
use super::compare::{Difference, Verdict};

const HEAD: &str = "<!doctype html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<title>Byname and Chromium</title>
<style>
  body { font: 14px/1.4 sans-serif; margin: 24px; background: #f4f4f2; color: #222; }
  section { display: flex; flex-wrap: wrap; gap: 20px; }
  figure { margin: 0; padding: 12px; background: #fff; border-left: 6px solid #3a9d5d; }
  .near { border-color: #e0a020; }
  .fail { border-color: #d04030; }
  img { max-width: 420px; margin-right: 6px; outline: 1px solid #ccc; }
  figcaption { margin-bottom: 8px; }
</style>
<p>For each case: Byname, Chromium, and where they differ.</p>
";

/// Writes `index.html`; the pictures of Byname and Chromium lie in `work` already.
pub fn write(work: &Path, shown: &[Shown], causes: &Causes) -> std::io::Result<()> {
    let mut html = HEAD.to_owned();
    let mut sorted: Vec<&Shown> = shown.iter().collect();
    sorted.sort_by_key(|one| (&one.case.chapter, std::cmp::Reverse(one.verdict)));
    for chapter in sorted.chunk_by(|a, b| a.case.chapter == b.case.chapter) {
        let _ = writeln!(html, "<h2>{}</h2>\n<section>", chapter[0].case.chapter);
        for one in chapter {
            let class = match one.verdict {
                Verdict::Pass => "pass",
                Verdict::Near => "near",
                Verdict::Fail => "fail",
            };
            let cause = causes.of(one).or(one.problem.as_deref()).unwrap_or_default();
            let cause = cause.replace('&', "&amp;").replace('<', "&lt;");
            let file = one.case.file_name();
            let _ = writeln!(
                html,
                "<figure class=\"{class}\"><figcaption><b>{}</b> {:.2} % {cause}</figcaption>\
                 <img src=\"byname/{file}\"><img src=\"chromium/{file}\"><img src=\"difference/{file}\"></figure>",
                one.case.name,
                one.share * 100.0
            );
        }
        html.push_str("</section>\n");
    }
    std::fs::write(work.join("index.html"), html)
}

/// The reference, pale, with what differs in red.
pub fn picture_of(difference: &Difference, reference: &RgbImage) -> RgbImage {
    let mut picture = reference.clone();
    for (pixel, differs) in picture.pixels_mut().zip(&difference.differs) {
        *pixel = if *differs { Rgb([230, 0, 0]) } else { Rgb(pixel.0.map(|channel| 200 + channel / 5)) };
    }
    picture
}
