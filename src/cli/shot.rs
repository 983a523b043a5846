//! `byname shot`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::{Outcome, parse_type, print_problems, wrong};
use crate::campaign::{AssetType, Background, Format, Locale, Output, Variant, canonical_tag, size_problem};
use crate::data::{Fields, Record, record_from_json};
use crate::diagnostic::{Diagnostic, Severity};
use crate::pdf::Info;
use crate::pipeline::{draw_one, parse_color};
use crate::press::Press;
use crate::resources::{Fonts, Network, Resources};
use crate::template::Template;

#[derive(Args)]
pub(super) struct Shot {
    /// The page
    #[arg(value_name = "PAGE.html")]
    page: PathBuf,
    /// Width and height in CSS pixels
    #[arg(long, value_name = "WxH", value_parser = parse_size)]
    size: (f64, f64),
    /// The file to write; its ending says the type
    #[arg(long, short, value_name = "FILE")]
    out: PathBuf,
    /// A record (one JSON object) for the page's slots
    #[arg(long, value_name = "RECORD.json")]
    data: Option<PathBuf>,
    /// Device pixels for each CSS pixel
    #[arg(long, default_value_t = 1.0, value_parser = parse_scale)]
    scale: f64,
    /// A CSS colour under the page, or "transparent" [default: white]
    #[arg(long, value_name = "COLOUR")]
    background: Option<String>,
    /// JPEG and WebP quality, 1 to 100
    #[arg(long, value_name = "Q", default_value_t = 90, value_parser = clap::value_parser!(u8).range(1..=100))]
    quality: u8,
    /// The language of numbers and dates
    #[arg(long, value_name = "TAG", default_value = "en", value_parser = parse_locale)]
    locale: String,
}

impl Shot {
    pub(super) fn run(self) -> Result<Outcome, Vec<Diagnostic>> {
        let ending = self.out.extension().unwrap_or_default().to_string_lossy();
        let kind = parse_type(&ending).map_err(|_| {
            wrong("unknown-type", format!("`{}` must end in .png, .jpg, .webp or .pdf", self.out.display()))
        })?;
        let background = match self.background.as_deref() {
            None => Background::Page,
            Some("transparent") => Background::Transparent,
            Some(css) if parse_color(css).is_some() => Background::Color(css.to_owned()),
            Some(css) => return Err(wrong("bad-color", format!("`{css}` is not a CSS colour"))),
        };
        let folder = match self.page.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let locale = Locale { default: self.locale.clone(), field: None };
        let template = Arc::new(Template::load(&self.page, folder, &locale)?);
        let record = self.record()?;
        // A page sees the installed fonts, as in a browser.
        let fonts = Fonts::load(&[], true)?;
        let resources =
            Resources::new(folder, fonts, Network::default()).map_err(|problem| vec![*problem])?;
        let format = Format { name: "shot".to_owned(), width: self.size.0, height: self.size.1 };
        if let Some(problem) = size_problem(&format, self.scale, kind) {
            return Err(wrong("too-large", format!("this cannot be drawn: {problem}")));
        }
        let variant = Variant { format, colorway: None };
        let mut press = Press::new(template.clone(), resources, &variant, self.scale)?;
        print_problems(press.warnings());
        let binding = template.evaluate(&record)?;
        let composed = press.compose(&binding)?;
        print_problems(&composed.problems);
        let output = Output::single(kind, self.scale, background, self.quality);
        let title = press.title();
        let language = press.language();
        let info = Info { title: title.as_deref(), language: language.as_deref().unwrap_or(&locale.default) };
        let bytes =
            draw_one(composed.list, kind, &output, self.size, &info).map_err(|problem| vec![*problem])?;
        write(&self.out, &bytes)?;
        let broken = composed.problems.iter().any(|problem| problem.severity == Severity::Error);
        Ok(if broken { Outcome::Some } else { Outcome::Well })
    }

    fn record(&self) -> Result<Record, Vec<Diagnostic>> {
        let Some(path) = &self.data else {
            return Ok(Record { key: "shot".into(), line: 0, fields: Fields::default() });
        };
        let text = std::fs::read_to_string(path).map_err(|error| {
            wrong("missing-record", format!("cannot read the record {}: {error}", path.display()))
        })?;
        record_from_json(&text).map_err(|problem| vec![*problem])
    }
}

/// Writes a file whole: beside its place first, then renamed.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Vec<Diagnostic>> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let name =
        path.file_name().ok_or_else(|| wrong("bad-path", format!("`{}` is no file", path.display())))?;
    let store = crate::pipeline::Store::open(folder).map_err(|problem| vec![*problem])?;
    store.write(Path::new(name), bytes).map_err(|error| vec![*error.into_diagnostic()])
}

fn parse_size(text: &str) -> Result<(f64, f64), String> {
    let sides = text.split_once(['x', 'X', '×']);
    let side = |text: &str| text.trim().parse().ok().filter(|side| (1.0..=20_000.0).contains(side));
    sides
        .and_then(|(width, height)| Some((side(width)?, side(height)?)))
        .ok_or_else(|| format!("`{text}` is not a size like 1080x1350 (1 to 20000 each)"))
}

fn parse_scale(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|scale| (0.1..=8.0).contains(scale))
        .ok_or_else(|| format!("`{text}` is not a scale from 0.1 to 8"))
}

fn parse_locale(text: &str) -> Result<String, String> {
    canonical_tag(text).map_err(|(problem, hint)| match hint {
        Some(hint) => format!("it {problem}; {hint}"),
        None => format!("it {problem}"),
    })
}

/// The type that a file's ending says.
pub(super) fn type_of(path: &Path) -> Option<AssetType> {
    AssetType::parse(&path.extension()?.to_string_lossy())
}
