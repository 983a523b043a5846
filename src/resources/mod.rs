//! What a template names besides itself: fonts, images and stylesheets, loaded once and shared by
//! all workers.
//!
//! Nothing outside the campaign's folder is read, and nothing is fetched from the network unless the
//! campaign lists the host.

mod avif;
mod css;
mod drawable;
mod drawing;
mod drawn;
mod drawn_text;
mod faces;
mod fonts;
mod heif;
mod image;
mod images;
mod loader;
mod network;
mod srcset;
mod viewbox;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use blitz_traits::net::Url;
use resvg::usvg::fontdb;

use crate::diagnostic::{Diagnostic, Result};
use crate::display::Picture;

pub use self::image::Image;
pub use fonts::Fonts;
pub use network::Network;

pub(crate) use css::{font_faces, generates};
pub(crate) use loader::Loader;
pub(crate) use srcset::{CandidateSize, candidates, split_density, with_density};

use images::ImageStore;

/// Fonts, images and other files of one campaign (or of one page).
pub struct Resources {
    /// Canonical path of the folder that nothing may leave.
    root: PathBuf,
    fonts: Fonts,
    images: ImageStore,
    network: Network,
    /// For text in drawings: the fonts, and the faces that pages declare.
    drawn: Mutex<DrawnFonts>,
}

struct DrawnFonts {
    fonts: Arc<fontdb::Database>,
    known: HashSet<String>,
}

/// Where a picture, a stylesheet or a font comes from.
enum Location {
    File(PathBuf),
    /// The address, whose host is on the campaign's list.
    Remote(Url),
    /// The content of a `data:` URL.
    Inline(Vec<u8>),
}

impl Resources {
    /// Loads the fonts; images follow as they are asked for.
    pub fn new(root: &Path, fonts: Fonts, network: Network) -> Result<Arc<Self>> {
        let root = root.canonicalize().map_err(|error| {
            Diagnostic::error(
                "unreadable-folder",
                format!("cannot open the folder {}: {error}", root.display()),
            )
        })?;
        let drawn = Mutex::new(DrawnFonts { fonts: fonts.for_svg(), known: HashSet::new() });
        Ok(Arc::new(Self { root, fonts, images: ImageStore::default(), network, drawn }))
    }

    pub fn fonts(&self) -> &Fonts {
        &self.fonts
    }

    /// The decoded image at an absolute URL (which may name a density); decoded once, kept while there is
    /// room.
    pub fn image(&self, url: &str) -> Result<Arc<Image>, Arc<Diagnostic>> {
        let (own, density) = split_density(url);
        let image = self.images.get(own, || {
            let bytes = self.read(own)?;
            Image::decode(own, &bytes, &self.fonts.for_svg())
        })?;
        Ok(if density == 1.0 { image } else { Arc::new(image.at_density(density)) })
    }

    /// An inline SVG element as a picture of `width` × `height` device pixels; what it names is relative to
    /// `base`. The last ones are kept.
    pub fn drawing(
        &self,
        svg: &str,
        width: f64,
        height: f64,
        base: &Url,
    ) -> Result<Option<Picture>, Arc<Diagnostic>> {
        let key = format!("drawing:{}:{width}×{height}", blake3::hash(svg.as_bytes()).to_hex());
        let load = |href: &str| match base.join(href) {
            Ok(url) => self.read(url.as_str()),
            Err(error) => Err(Box::new(bad_address(href, &error))),
        };
        let image =
            self.images.get(&key, || Image::drawing(svg, width, height, &self.drawn_fonts(), &load))?;
        Ok(image.picture(width, height))
    }

    fn drawn_fonts(&self) -> Arc<fontdb::Database> {
        self.drawn.lock().unwrap_or_else(PoisonError::into_inner).fonts.clone()
    }

    /// Lets text in drawings have the faces that `text` (HTML or CSS) declares. `base` is what addresses
    /// are relative to. A face that cannot be read is left out: the document tells of it.
    pub(crate) fn declare_faces(&self, text: &str, base: &Url) {
        for face in faces::faces(text) {
            let key = format!("{base} {face:?}");
            let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
            if !drawn.known.insert(key) {
                continue;
            }
            let font = face.sources.iter().find_map(|source| {
                let bytes = self.read(base.join(source).ok()?.as_str()).ok()?;
                fonts::unpack_font(bytes)
            });
            if let Some(font) = font {
                fonts::add_face(Arc::make_mut(&mut drawn.fonts), font, &face);
            }
        }
    }

    /// The text of the style sheet at an absolute URL, if it can be read.
    pub(crate) fn stylesheet(&self, url: &str) -> Option<String> {
        self.read(url).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The bytes behind an absolute URL.
    fn read(&self, url: &str) -> Result<Vec<u8>> {
        match self.locate(url)? {
            Location::File(path) => std::fs::read(&path).map_err(|error| {
                Box::new(Diagnostic::error(
                    "missing-file",
                    format!("cannot read {}: {error}", path.display()),
                ))
            }),
            Location::Remote(url) => self.network.get(&url),
            Location::Inline(bytes) => Ok(bytes),
        }
    }

    /// Finds out where a URL leads, and refuses what leads outside.
    fn locate(&self, url: &str) -> Result<Location> {
        let parsed = Url::parse(url).map_err(|error| bad_address(url, &error))?;
        match parsed.scheme() {
            "file" => {
                let path = parsed.to_file_path().map_err(|()| {
                    Diagnostic::error(
                        "bad-address",
                        format!("`{}` is not the address of a file", shorten(url)),
                    )
                })?;
                if !path.starts_with(&self.root) {
                    return Err(outside(&path));
                }
                let real = path.canonicalize().map_err(|error| {
                    let shown = path.strip_prefix(&self.root).unwrap_or(&path).display();
                    let what = match error.kind() {
                        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
                        _ => error.to_string(),
                    };
                    Diagnostic::error("missing-file", format!("cannot read {shown}: {what}"))
                })?;
                if !real.starts_with(&self.root) {
                    return Err(outside(&path));
                }
                if real.is_dir() {
                    let shown = match real.strip_prefix(&self.root) {
                        Ok(inside) if inside.as_os_str().is_empty() => ".".to_owned(),
                        inside => inside.unwrap_or(&real).display().to_string(),
                    };
                    return Err(Box::new(Diagnostic::error(
                        "missing-file",
                        format!("`{shown}` is a folder, not a file"),
                    )));
                }
                Ok(Location::File(real))
            }
            "data" => decode_data_url(url).map(Location::Inline),
            "http" | "https" => {
                self.network.allow(&parsed)?;
                Ok(Location::Remote(parsed))
            }
            scheme => Err(Box::new(Diagnostic::error(
                "bad-address",
                format!("`{}`: addresses of the kind `{scheme}:` are not loaded", shorten(url)),
            ))),
        }
    }

    /// Feeds the content of the local files that `text` (HTML or CSS) names as literals to `hasher`,
    /// so that a changed picture or stylesheet changes the fingerprint. `base` is what relative
    /// addresses are relative to.
    pub fn fingerprint_text(&self, text: &str, base: &Url, hasher: &mut blake3::Hasher) {
        let mut seen = std::collections::BTreeSet::new();
        self.fingerprint_into(text, base, hasher, &mut seen);
    }

    fn fingerprint_into(
        &self,
        text: &str,
        base: &Url,
        hasher: &mut blake3::Hasher,
        seen: &mut std::collections::BTreeSet<PathBuf>,
    ) {
        for address in css::addresses(text) {
            let Ok(url) = base.join(&address) else { continue };
            let Ok(Location::File(path)) = self.locate(url.as_str()) else { continue };
            if !seen.insert(path.clone()) {
                continue;
            }
            hash_file(&path, hasher);
            if path.extension().is_some_and(|extension| extension == "css")
                && let Ok(css) = std::fs::read_to_string(&path)
            {
                self.fingerprint_into(&css, &url, hasher, seen);
            }
        }
    }

    /// Feeds the content of the local files that a record's `value` names to `hasher`: as an address of
    /// its own (`src`, `srcset`), or as CSS (`style`).
    pub fn fingerprint_value(&self, value: &str, base: &Url, hasher: &mut blake3::Hasher) {
        if value.contains("url(") || value.contains("@import") {
            self.fingerprint_text(value, base, hasher);
            return;
        }
        if value.len() > 2048 || !value.contains('.') {
            return;
        }
        // As one address, and as a `srcset`.
        let listed = candidates(value).into_iter().map(|candidate| candidate.url).filter(|url| *url != value);
        for address in std::iter::once(value).chain(listed) {
            let Ok(url) = base.join(address) else { continue };
            if url.scheme() == "file"
                && let Ok(Location::File(path)) = self.locate(url.as_str())
            {
                hash_file(&path, hasher);
            }
        }
    }
}

fn bad_address(address: &str, error: &impl std::fmt::Display) -> Diagnostic {
    Diagnostic::error("bad-address", format!("`{}` is not an address: {error}", shorten(address)))
}

/// Says nothing of whether there is such a file.
fn outside(path: &Path) -> Box<Diagnostic> {
    let message = format!("`{}` lies outside the campaign's folder", path.display());
    Box::new(
        Diagnostic::error("outside-folder", message).with_hint("copy the file into the campaign's folder"),
    )
}

fn hash_file(path: &Path, hasher: &mut blake3::Hasher) {
    match std::fs::read(path) {
        Ok(bytes) => hasher.update(&bytes),
        Err(_) => hasher.update(b"unreadable"),
    };
}

/// The content of a `data:` URL (RFC 2397).
fn decode_data_url(url: &str) -> Result<Vec<u8>> {
    let bad = |what: &str| Box::new(Diagnostic::error("bad-address", format!("`{}`: {what}", shorten(url))));
    let rest = url.strip_prefix("data:").ok_or_else(|| bad("not a data: address"))?;
    let (head, body) = rest.split_once(',').ok_or_else(|| bad("a data: address needs a comma"))?;
    let body = body.split('#').next().unwrap_or_default();
    let plain = percent_decode(body);
    match head.ends_with(";base64") {
        true => decode_base64(&plain).ok_or_else(|| bad("the base64 is broken")),
        false => Ok(plain),
    }
}

fn percent_decode(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = |b: u8| char::from(b).to_digit(16).map(|d| d as u8);
        if bytes[at] == b'%'
            && let Some(high) = bytes.get(at + 1).copied().and_then(hex)
            && let Some(low) = bytes.get(at + 2).copied().and_then(hex)
        {
            out.push(high << 4 | low);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    out
}

/// RFC 4648 base64, standard or URL-safe alphabet, padding optional, white space skipped.
fn decode_base64(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for &byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' | b' ' | b'\t' | b'\r' | b'\n' => continue,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    Some(out)
}

/// An address as messages show it.
fn shorten(url: &str) -> String {
    if url.chars().count() <= 80 {
        return url.to_owned();
    }
    let start: String = url.chars().take(77).collect();
    format!("{start}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_urls_decode() {
        assert_eq!(decode_data_url("data:image/svg+xml;utf8,%3Csvg/%3E").unwrap(), b"<svg/>");
        assert_eq!(decode_data_url("data:text/plain;base64,aGVsbG8=").unwrap(), b"hello");
        assert!(decode_data_url("data:text/plain;base64,§").is_err());
    }

    #[test]
    fn nothing_outside_the_folder_is_read() {
        let outer = std::env::temp_dir().join(format!("byname-resources-{}", std::process::id()));
        let root = outer.join("campaign");
        std::fs::create_dir_all(&root).unwrap();
        std::fs::write(outer.join("secret.txt"), "secret").unwrap();
        std::fs::write(root.join("open.txt"), "open").unwrap();
        let resources = Resources::new(&root, Fonts::built_in(), Network::default()).unwrap();
        let base = Url::from_directory_path(&resources.root).unwrap();
        let read = |path: &str| resources.read(base.join(path).unwrap().as_str());
        assert_eq!(read("open.txt").unwrap(), b"open");
        for path in ["../secret.txt", "%2e%2e/secret.txt", "/etc/hostname", "https://example.com/x.png", "."]
        {
            assert!(read(path).is_err(), "{path}");
        }
        std::fs::remove_dir_all(&outer).unwrap();
    }
}
