//! `[output]`: the types of files, their settings and their paths.

use serde::{Deserialize, Serialize};

use super::file::{Node, Section};
use super::variant::variants;
use super::{Colorway, Format, PathPattern, Variant, format};

/// What is written for each record and variant.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// At least one, each once.
    pub types: Vec<AssetType>,
    pub path: PathPattern,
    pub jpeg: JpegOptions,
    pub webp: WebpOptions,
    pub png: PngOptions,
    pub pdf: PdfOptions,
    /// Device pixels for each CSS pixel, from 0.1 to 8.
    pub scale: f64,
    pub background: Background,
}

/// The type of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AssetType {
    Png,
    Jpeg,
    Webp,
    Pdf,
}

impl AssetType {
    pub const ALL: [Self; 4] = [Self::Png, Self::Jpeg, Self::Webp, Self::Pdf];

    /// The name in campaign.toml and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpeg",
            Self::Webp => "webp",
            Self::Pdf => "pdf",
        }
    }

    /// The ending of its files.
    pub fn ext(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            other => other.name(),
        }
    }

    /// By its name or its ending, whatever the case.
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        Self::ALL.into_iter().find(|kind| kind.name() == name || kind.ext() == name)
    }

    /// The most device pixels that a side can have: the file format's limit, or the rasteriser's.
    fn max_side(self) -> Option<f64> {
        match self {
            Self::Png => Some(65_535.0),
            Self::Jpeg => Some(65_500.0),
            Self::Webp => Some(16_383.0),
            Self::Pdf => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct JpegOptions {
    /// From 1 to 100.
    pub quality: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct WebpOptions {
    /// From 0 to 100; of no effect when lossless.
    pub quality: f32,
    pub lossless: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PngOptions {
    pub effort: Effort,
}

/// What is special to PDFs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PdfOptions {
    /// Formats whose pages, in this order, are one file for each person; without any, each format is a
    /// file of its own.
    pub pages: Vec<String>,
    /// What is printed beyond each edge and cut off, in CSS pixels.
    pub bleed: f64,
    /// Marks that show where to cut.
    pub crop_marks: bool,
    pub standard: PdfStandard,
    pub author: Option<String>,
}

/// A standard that PDFs keep to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PdfStandard {
    /// PDF 1.7 and nothing beyond.
    #[default]
    Plain,
    /// PDF/A-2b (ISO 19005-2): for archives.
    A2b,
}

impl PdfOptions {
    /// Whether a format's PDF is a file of its own, or begins one of several pages.
    pub fn begins(&self, format: &str) -> bool {
        self.pages.first().is_none_or(|first| first == format)
    }
}

/// How much time goes into a smaller file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effort {
    Fast,
    Balanced,
    Small,
}

impl Effort {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "fast" => Self::Fast,
            "balanced" => Self::Balanced,
            "small" => Self::Small,
            _ => return None,
        })
    }
}

impl Output {
    /// For one asset of one type, outside of any campaign; `quality` is for JPEG and WebP.
    pub(crate) fn single(kind: AssetType, scale: f64, background: Background, quality: u8) -> Self {
        Self {
            types: vec![kind],
            path: PathPattern::standard(false),
            jpeg: JpegOptions { quality },
            webp: WebpOptions { quality: quality.into(), lossless: false },
            png: PngOptions::default(),
            pdf: PdfOptions::default(),
            scale,
            background,
        }
    }
}

impl Output {
    /// The variants that have files of their own in these types.
    pub(super) fn made(&self, variants: &[Variant], types: &[AssetType]) -> Vec<Variant> {
        let only_pdf = types.iter().all(|kind| *kind == AssetType::Pdf);
        variants
            .iter()
            .filter(|variant| !only_pdf || self.pdf.begins(&variant.format.name))
            .cloned()
            .collect()
    }
}

impl Default for JpegOptions {
    fn default() -> Self {
        Self { quality: 90 }
    }
}

impl Default for WebpOptions {
    fn default() -> Self {
        Self { quality: 90.0, lossless: false }
    }
}

impl Default for PngOptions {
    fn default() -> Self {
        Self { effort: Effort::Balanced }
    }
}

/// What lies below the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Background {
    /// A CSS colour.
    Color(String),
    /// Nothing: the page's own background, where it has one, over transparency.
    Transparent,
    /// White, as in a browser.
    Page,
}

impl Output {
    /// PNG, at the standard path.
    pub(super) fn standard(colorways: &[Colorway]) -> Self {
        Self {
            types: vec![AssetType::Png],
            path: PathPattern::standard(!colorways.is_empty()),
            jpeg: JpegOptions::default(),
            webp: WebpOptions::default(),
            png: PngOptions::default(),
            pdf: PdfOptions::default(),
            scale: 1.0,
            background: Background::Page,
        }
    }
}

/// `None` when the path cannot be used; that and every other mistake is reported.
pub(super) fn read(mut section: Section<'_>, formats: &[Format], colorways: &[Colorway]) -> Option<Output> {
    let types = section.get("types");
    let path = section.get("path");
    let jpeg = section.get("jpeg").and_then(|node| node.table());
    let webp = section.get("webp").and_then(|node| node.table());
    let png = section.get("png").and_then(|node| node.table());
    let pdf = section.get("pdf").and_then(|node| node.table());
    let scale = section.get("scale");
    let background = section.get("background");
    section.finish();

    let mut output = Output::standard(colorways);
    if let Some(node) = &types {
        output.types = read_types(node).unwrap_or(output.types);
    }
    if let Some(mut section) = jpeg {
        let quality = section.get("quality").and_then(|node| node.integer(1..=100));
        section.finish();
        output.jpeg.quality = quality.map_or(output.jpeg.quality, |quality| quality as u8);
    }
    if let Some(mut section) = webp {
        let quality = section.get("quality").and_then(|node| node.number(0.0..=100.0));
        let lossless = section.get("lossless").and_then(|node| node.boolean());
        section.finish();
        output.webp.quality = quality.map_or(output.webp.quality, |quality| quality as f32);
        output.webp.lossless = lossless.unwrap_or(output.webp.lossless);
    }
    if let Some(mut section) = png {
        let effort =
            section.get("effort").and_then(|node| node.choice(&["fast", "balanced", "small"], Effort::parse));
        section.finish();
        output.png.effort = effort.unwrap_or(output.png.effort);
    }
    if let Some(section) = pdf {
        output.pdf = read_pdf(section, formats);
    }
    if let Some(node) = &scale {
        output.scale = node.number(0.1..=8.0).unwrap_or(output.scale);
    }
    if let Some(node) = &types.or(scale) {
        check_sizes(node, &output, formats);
    }
    if let Some(node) = background {
        output.background = read_background(&node).unwrap_or(output.background);
    }
    if let Some(node) = path {
        match PathPattern::parse(
            node.text()?,
            &output.made(&variants(formats, colorways), &output.types),
            &output.types,
        ) {
            Ok(pattern) => output.path = pattern,
            Err((message, hint)) => {
                node.error_with_hint("bad-path", message, hint);
                return None;
            }
        }
    }
    Some(output)
}

fn read_pdf(mut section: Section<'_>, formats: &[Format]) -> PdfOptions {
    let mut pdf = PdfOptions::default();
    let names: Vec<&str> = formats.iter().map(|format| format.name.as_str()).collect();
    for node in section.get("pages").and_then(|node| node.list()).into_iter().flatten() {
        let known = |name: &str| names.contains(&name).then(|| name.to_owned());
        pdf.pages.extend(node.choice(&names, known));
    }
    let bleed = section.get("bleed").and_then(|node| format::length(&node, 0.0..=200.0));
    let crop_marks = section.get("crop_marks").and_then(|node| node.boolean());
    let standard = section.get("standard").and_then(|node| {
        node.choice(&["plain", "a-2b"], |name| match name {
            "plain" => Some(PdfStandard::Plain),
            "a-2b" => Some(PdfStandard::A2b),
            _ => None,
        })
    });
    pdf.author = section.get("author").and_then(|node| node.text()).map(str::to_owned);
    section.finish();
    pdf.bleed = bleed.unwrap_or_default();
    pdf.crop_marks = crop_marks.unwrap_or_default();
    pdf.standard = standard.unwrap_or_default();
    pdf
}

fn read_types(node: &Node<'_>) -> Option<Vec<AssetType>> {
    let nodes = node.list()?;
    let mut types = Vec::new();
    for node in &nodes {
        let names = AssetType::ALL.map(AssetType::name);
        let Some(kind) = node.choice(&names, AssetType::parse) else { continue };
        if !types.contains(&kind) {
            types.push(kind);
        }
    }
    if nodes.is_empty() {
        node.error("missing-setting", "must have at least one type, like \"png\"");
    }
    (!types.is_empty()).then_some(types)
}

fn read_background(node: &Node<'_>) -> Option<Background> {
    match node.text()? {
        "transparent" => Some(Background::Transparent),
        color if peniko::color::parse_color(color).is_ok() => {
            Some(Background::Color(color.trim().to_owned()))
        }
        other => {
            let message = format!("must be a CSS color or \"transparent\", found \"{other}\"");
            node.error("not-a-value", message);
            None
        }
    }
}

/// Sizes that a file format cannot hold, or no memory.
fn check_sizes(node: &Node<'_>, output: &Output, formats: &[Format]) {
    for kind in &output.types {
        for problem in formats.iter().filter_map(|format| size_problem(format, output.scale, *kind)) {
            node.error("too-large", format!("cannot be done: {problem}"));
        }
    }
}

/// Device pixels of one asset: 400 MB while it is drawn.
const MAX_PIXELS: f64 = 1e8;

/// Why no asset of this type can have this size.
pub(crate) fn size_problem(format: &Format, scale: f64, kind: AssetType) -> Option<String> {
    let (width, height) = (format.width * scale, format.height * scale);
    let (name, side) = (&format.name, width.max(height));
    match kind.max_side() {
        Some(limit) if side > limit => {
            Some(format!("`{name}` is {side} device pixels, and {} holds {limit} a side", kind.name()))
        }
        Some(_) if width * height > MAX_PIXELS => {
            let millions = width * height / 1e6;
            Some(format!("`{name}` has {millions:.0} million device pixels, and 100 million are the limit"))
        }
        _ => None,
    }
}
