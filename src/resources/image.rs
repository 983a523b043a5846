//! One image file, decoded: upright, in sRGB, with premultiplied alpha; an SVG stays a drawing.

use std::io::Cursor;
use std::sync::{Arc, Mutex, PoisonError};

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageReader, Limits};
use kurbo::Affine;
use moxcms::{ColorProfile, Layout, TransformOptions};
use resvg::{tiny_skia, usvg};
use usvg::fontdb;

use super::avif::{Avif, is_avif};
use super::drawable::is_drawable;
use super::drawn::{Drawn, MAX_KEPT};
use super::viewbox::ViewBox;
use super::{drawing, shorten};
use crate::defect::guarded;
use crate::diagnostic::{Diagnostic, Result};
use crate::display::{Drawing, Picture};

/// Pixels that an image may have: more than any camera's, and 256 MB.
const MAX_PIXELS: u64 = 64 << 20;
/// Bytes that decoding one image may take.
const MAX_ALLOC: u64 = 5 * MAX_PIXELS;
/// Pixels that a drawing is made of at most; a larger one is enlarged from these.
const MAX_DRAWN: f64 = 16e6;
/// Bytes that a drawing takes for each of its file's.
const TREE: usize = 8;

/// A decoded image.
pub struct Image {
    /// Intrinsic size in CSS pixels.
    pub width: f64,
    pub height: f64,
    content: Content,
}

#[derive(Clone)]
enum Content {
    Raster(Picture),
    Vector {
        tree: Arc<usvg::Tree>,
        bytes: usize,
        id: u64,
        stub: Arc<str>,
        view: Option<ViewBox>,
        /// Whether the file gives a length across or down.
        is_sized: bool,
        drawn: Arc<Drawn>,
    },
}

impl Image {
    /// Decodes PNG, JPEG, WebP, AVIF, GIF (its first frame), BMP or SVG. `url` is only for messages.
    pub fn decode(url: &str, bytes: &[u8], fonts: &Arc<fontdb::Database>) -> Result<Self> {
        let id = u64::from_le_bytes(blake3::hash(bytes).as_bytes()[..8].try_into().expect("eight bytes"));
        let broken = |what: String| {
            Diagnostic::error(
                "broken-image",
                format!("the image {} cannot be decoded: {}", name_of(url), what.replace('\n', " ")),
            )
            .with_hint("PNG, JPEG, WebP, AVIF, GIF, BMP and SVG work; open the file and save it again")
        };
        if bytes.is_empty() {
            return Err(Box::new(broken("the file is empty".to_owned())));
        }
        if looks_like_svg(bytes) {
            return Self::parse_svg(bytes, id, fonts).map_err(|error| Box::new(broken(error.to_string())));
        }
        let too_large = |width: u32, height: u32| {
            let message = format!("the image {} is too large: {width}×{height} pixels", name_of(url));
            let hint = "save it at the size at which it is shown; 64 megapixels are the limit";
            Box::new(Diagnostic::error("image-too-large", message).with_hint(hint))
        };
        let is_large = |width: u32, height: u32| u64::from(width) * u64::from(height) > MAX_PIXELS;
        if is_avif(bytes) {
            let decoded = guarded("an image", || {
                let avif = Avif::open(bytes)?;
                let (width, height) = (avif.width, avif.height);
                let pixels = (!is_large(width, height)).then(|| avif.decode(MAX_PIXELS as u32));
                Ok((width, height, pixels.transpose()?))
            });
            let (width, height, pixels) = decoded
                .unwrap_or_else(|problem| Err(problem.message))
                .map_err(|error: String| Box::new(broken(error)))?;
            let pixels = pixels.ok_or_else(|| too_large(width, height))?;
            return Ok(Self::raster(pixels, id, None));
        }
        let mut reader = ImageReader::new(Cursor::new(bytes))
            .with_guessed_format()
            .map_err(|error| Box::new(broken(error.to_string())))?;
        if reader.format().is_none() {
            return Err(Box::new(broken("the format is not known".to_owned())));
        }
        let is_jpeg = reader.format() == Some(image::ImageFormat::Jpeg);
        let mut limits = Limits::default();
        limits.max_alloc = Some(MAX_ALLOC);
        reader.limits(limits);
        let mut decoder = reader.into_decoder().map_err(|error| Box::new(broken(error.to_string())))?;
        let (width, height) = decoder.dimensions();
        if is_large(width, height) {
            return Err(too_large(width, height));
        }
        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let source = decoder.icc_profile().ok().flatten().and_then(|icc| profile(&icc));
        let mut image =
            DynamicImage::from_decoder(decoder).map_err(|error| Box::new(broken(error.to_string())))?;
        image.apply_orientation(orientation);
        let mut pixels = image.into_rgba8();
        let converted = source.is_some_and(|source| convert(&mut pixels, &source));
        let untouched = is_jpeg && orientation == Orientation::NoTransforms && !converted;
        Ok(Self::raster(pixels, id, untouched.then(|| Arc::new(bytes.to_vec()))))
    }

    fn raster(pixels: image::RgbaImage, id: u64, jpeg: Option<Arc<Vec<u8>>>) -> Self {
        let (width, height) = pixels.dimensions();
        let mut pixels = pixels.into_raw();
        let opaque = premultiply(&mut pixels);
        let picture = Picture { width, height, pixels: Arc::new(pixels), opaque, id, jpeg, drawing: None };
        Self { width: width.into(), height: height.into(), content: Content::Raster(picture) }
    }

    /// An SVG element, drawn at once at its size in device pixels. `load` gets the bytes of the pictures
    /// that it names.
    pub fn drawing(
        svg: &str,
        width: f64,
        height: f64,
        fonts: &Arc<fontdb::Database>,
        load: &(dyn Fn(&str) -> Result<Vec<u8>> + Sync),
    ) -> Result<Self> {
        let failed = Mutex::new(None);
        let tree = parse_svg(svg.as_bytes(), fonts, &|href| match load(href) {
            Ok(bytes) => Some(bytes),
            Err(problem) => {
                failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(problem);
                None
            }
        })
        .map_err(|error| {
            Diagnostic::error("broken-image", format!("an inline <svg> cannot be drawn: {error}"))
        })?;
        if let Some(problem) = failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(problem);
        }
        let id =
            u64::from_le_bytes(blake3::hash(svg.as_bytes()).as_bytes()[..8].try_into().expect("eight bytes"));
        let picture = rasterise_svg(&Arc::new(tree), None, id, width, height).ok_or_else(|| {
            Diagnostic::error(
                "broken-image",
                format!("an inline <svg> of {width:.0}×{height:.0} pixels cannot be drawn"),
            )
        })?;
        Ok(Self { width, height, content: Content::Raster(picture) })
    }

    fn parse_svg(bytes: &[u8], id: u64, fonts: &Arc<fontdb::Database>) -> Result<Self, usvg::Error> {
        // As in a browser, a picture of its own loads no others.
        let tree = parse_svg(bytes, fonts, &|_| None)?;
        let size = tree.size();
        let (width, height) = (f64::from(size.width()), f64::from(size.height()));
        let text = String::from_utf8_lossy(bytes);
        let root = text.find("<svg").map_or("", |at| {
            let rest = &text[at + 4..];
            &rest[..rest.find('>').unwrap_or(rest.len())]
        });
        // Layout needs to know which of width, height and ratio the file itself gives.
        let attribute = |name: &str| {
            let value = svg_attribute(root, name)?;
            Some(format!(" {name}=\"{}\"", value.replace(['"', '<', '&'], "")))
        };
        let mut stub = "<svg xmlns=\"http://www.w3.org/2000/svg\"".to_owned();
        for name in ["width", "height", "viewBox", "preserveAspectRatio"] {
            stub.extend(attribute(name));
        }
        stub.push_str("/>");
        let gives = |name: &str| {
            svg_attribute(root, name).is_some_and(|value| value.trim_end().ends_with(|c: char| c != '%'))
        };
        let is_sized = gives("width") || gives("height");
        let view = svg_attribute(root, "viewBox")
            .and_then(|view| ViewBox::parse(view, svg_attribute(root, "preserveAspectRatio")));
        Ok(Self {
            width,
            height,
            content: Content::Vector {
                tree: Arc::new(tree),
                bytes: bytes.len(),
                id,
                stub: stub.into(),
                view,
                is_sized,
                drawn: Arc::default(),
            },
        })
    }

    /// A tiny SVG of the same intrinsic size and ratio: what layout gets to see.
    pub(super) fn stub(&self) -> String {
        match &self.content {
            Content::Raster(_) => {
                let Self { width, height, .. } = self;
                format!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\"/>")
            }
            Content::Vector { stub, .. } => stub.to_string(),
        }
    }

    /// The same picture with that many of its pixels on a CSS pixel; a drawing has none.
    pub(super) fn at_density(&self, density: f64) -> Self {
        let density = if self.pixels().is_some() { density } else { 1.0 };
        Self { width: self.width / density, height: self.height / density, content: self.content.clone() }
    }

    /// Whether width and height are a ratio and nothing more: a drawing with a `viewBox` alone.
    pub fn is_ratio(&self) -> bool {
        matches!(self.content, Content::Vector { view: Some(_), is_sized: false, .. })
    }

    /// Width and height in pixels; `None` for a drawing, which has none of its own.
    pub fn pixels(&self) -> Option<(u32, u32)> {
        match &self.content {
            Content::Raster(picture) => Some((picture.width, picture.height)),
            Content::Vector { .. } => None,
        }
    }

    /// The pixels: a raster image's own; a drawing's at `width` × `height` device pixels.
    pub fn picture(&self, width: f64, height: f64) -> Option<Picture> {
        match &self.content {
            Content::Raster(picture) => Some(picture.clone()),
            Content::Vector { tree, id, view, drawn, .. } => {
                drawn.at(width, height, || rasterise_svg(tree, *view, *id, width, height))
            }
        }
    }

    /// Memory that the image takes, in bytes.
    pub(super) fn bytes(&self) -> usize {
        match &self.content {
            Content::Raster(picture) => {
                picture.pixels.len() + picture.jpeg.as_ref().map_or(0, |source| source.len())
            }
            // A tree has no size to ask for; the pixels come later, and are counted as all that they may be.
            Content::Vector { bytes, .. } => bytes * TREE + MAX_KEPT,
        }
    }
}

/// Parses an SVG document with the campaign's fonts; `load` gets the bytes of the pictures it names.
fn parse_svg(
    bytes: &[u8],
    fonts: &Arc<fontdb::Database>,
    load: &(dyn Fn(&str) -> Option<Vec<u8>> + Sync),
) -> Result<usvg::Tree, usvg::Error> {
    let mut options =
        usvg::Options { fontdb: fonts.clone(), font_family: "Noto Sans".to_owned(), ..Default::default() };
    let sniff = usvg::ImageHrefResolver::default_data_resolver();
    options.image_href_resolver.resolve_string =
        Box::new(move |href, options| sniff("text/plain", Arc::new(load(href)?), options));
    // It panics at some sizes.
    guarded("a drawing", || usvg::Tree::from_data(bytes, &options)).unwrap_or(Err(usvg::Error::InvalidSize))
}

/// A drawing as pixels of the given size, or of its ratio when that is too large; `None` when it cannot be
/// drawn: when it has shapes without end or in endless numbers, or tiny-skia panics. One without a view box
/// is stretched.
fn rasterise_svg(
    tree: &Arc<usvg::Tree>,
    view: Option<ViewBox>,
    id: u64,
    width: f64,
    height: f64,
) -> Option<Picture> {
    let (area_width, area_height) = (width.clamp(1.0, 1e6), height.clamp(1.0, 1e6));
    let part = (MAX_DRAWN / (area_width * area_height)).sqrt().min(1.0);
    let (width, height) = ((area_width * part).ceil() as u32, (area_height * part).ceil() as u32);
    let size = tree.size();
    let own = (f64::from(size.width()), f64::from(size.height()));
    let to_area = match view {
        Some(view) => view.fit(area_width, area_height) * view.fit(own.0, own.1).inverse(),
        None => Affine::scale_non_uniform(area_width / own.0, area_height / own.1),
    };
    let to_pixels =
        Affine::scale_non_uniform(f64::from(width) / area_width, f64::from(height) / area_height) * to_area;
    let [x, _, _, y, left, top] = to_pixels.as_coeffs().map(|part| part as f32);
    if !is_drawable(tree, x, y) {
        return None;
    }
    let finer = finer(tree, x).filter(|finer| {
        f64::from(width * height) * f64::from(finer * finer) < MAX_DRAWN
            && is_drawable(tree, x * finer, y * finer)
    });
    let finer = finer.unwrap_or(1.0);
    let side = |pixels: u32| (pixels as f32 * finer).ceil() as u32;
    let mut pixmap = tiny_skia::Pixmap::new(side(width), side(height))?;
    let transform = tiny_skia::Transform::from_row(x * finer, 0.0, 0.0, y * finer, left * finer, top * finer);
    guarded("a drawing", || resvg::render(tree, transform, &mut pixmap.as_mut())).ok()?;
    if finer > 1.0 {
        let mut shown = tiny_skia::Pixmap::new(width, height)?;
        let paint =
            tiny_skia::PixmapPaint { quality: tiny_skia::FilterQuality::Bilinear, ..Default::default() };
        let back = tiny_skia::Transform::from_scale(1.0 / finer, 1.0 / finer);
        shown.draw_pixmap(0, 0, pixmap.as_ref(), &paint, back, None);
        pixmap = shown;
    }
    let opaque = pixmap.data().chunks_exact(4).all(|pixel| pixel[3] == 255);
    let id = id ^ (u64::from(width) << 32 | u64::from(height)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let tree = tree.clone();
    let commands = move || guarded("a drawing", || drawing::commands(&tree, to_pixels, width, height)).ok();
    let drawing = Some(Arc::new(Drawing::new(Box::new(commands))));
    Some(Picture { width, height, pixels: Arc::new(pixmap.take()), opaque, id, jpeg: None, drawing })
}

/// How many times larger a drawing has to be drawn for the tiles of its pattern to be whole pixels, if they are
/// not: resvg rounds them, and the rounding adds up from tile to tile. `scale` is pixels to a unit.
fn finer(tree: &usvg::Tree, scale: f32) -> Option<f32> {
    let size =
        |pattern: &Arc<usvg::Pattern>| pattern.rect().width() * pattern.transform().get_scale().0 * scale;
    let tile = tree.patterns().iter().map(size).find(|tile| (tile - tile.round()).abs() > 0.01)?;
    Some(((2.0 * tile).ceil() / tile).min(4.0))
}

/// The colours that an ICC profile describes; `None` when it is of no use.
pub(super) fn profile(icc: &[u8]) -> Option<ColorProfile> {
    let profile = ColorProfile::new_from_slice(icc).ok()?;
    (profile.color_space == moxcms::DataColorSpace::Rgb).then_some(profile)
}

/// Converts to sRGB in place; false when nothing changed.
pub(super) fn convert(pixels: &mut image::RgbaImage, source: &ColorProfile) -> bool {
    let target = ColorProfile::new_srgb();
    let Ok(transform) =
        source.create_transform_8bit(Layout::Rgba, &target, Layout::Rgba, TransformOptions::default())
    else {
        return false;
    };
    let bytes = pixels.width() as usize * 4;
    let mut out = vec![0; bytes];
    let mut changed = false;
    for row in pixels.chunks_exact_mut(bytes.max(4)) {
        // One row is like another: where it can be done, it is done for all.
        if transform.transform(row, &mut out).is_err() {
            return false;
        }
        changed |= *row != *out;
        row.copy_from_slice(&out);
    }
    changed
}

/// Premultiplies in place; true when every pixel is opaque.
fn premultiply(pixels: &mut [u8]) -> bool {
    let mut opaque = true;
    for pixel in pixels.chunks_exact_mut(4) {
        let alpha = u32::from(pixel[3]);
        if alpha < 255 {
            opaque = false;
            for channel in &mut pixel[..3] {
                *channel = ((u32::from(*channel) * alpha + 127) / 255) as u8;
            }
        }
    }
    opaque
}

fn looks_like_svg(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(2048)];
    let gzip = head.starts_with(&[0x1f, 0x8b]);
    gzip || (!head.contains(&0) && head.windows(4).any(|window| window == b"<svg"))
}

fn svg_attribute<'a>(root: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = root;
    while let Some(at) = rest.find(name) {
        let before = rest[..at].chars().next_back();
        let after = rest[at + name.len()..].trim_start();
        if before.is_some_and(char::is_whitespace)
            && let Some(value) = after.strip_prefix('=')
        {
            let value = value.trim_start();
            let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            return value[1..].split(quote).next();
        }
        rest = &rest[at + name.len()..];
    }
    None
}

/// The last part of an address: what people call the file.
fn name_of(url: &str) -> String {
    if url.starts_with("data:") {
        return "in a data: address".to_owned();
    }
    format!("`{}`", shorten(url.rsplit('/').next().unwrap_or(url)))
}
