//! The document's way to its resources: answers Blitz's requests on the spot.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use blitz_traits::net::{Bytes, NetHandler, NetProvider, Request, Url};

use super::{Resources, font_faces, fonts, generates, shorten};
use crate::diagnostic::Diagnostic;
use crate::template::{mirrored, renamed};

/// What the template writes where a value will come; an address that holds it is not an address yet.
const MARKER: &str = "%F3%B0%80%80";

/// Answers the requests of one document from the shared resources.
///
/// Images are answered with an empty drawing of the same size: layout needs no more, and the pixels
/// live once, in the shared store, where painting finds them. A request that fails is answered with
/// nothing, since a stylesheet left unanswered would stall the document for ever; why is kept for
/// whoever composes (for images painting finds out by itself).
pub(crate) struct Loader {
    resources: Arc<Resources>,
    answered: AtomicUsize,
    problems: Mutex<Vec<Diagnostic>>,
    /// The families that loaded stylesheets declare.
    families: Mutex<Vec<String>>,
    generates: AtomicBool,
}

impl Loader {
    pub(crate) fn new(resources: Arc<Resources>) -> Arc<Self> {
        Arc::new(Self {
            resources,
            answered: AtomicUsize::new(0),
            problems: Mutex::default(),
            families: Mutex::default(),
            generates: AtomicBool::new(false),
        })
    }

    pub(crate) fn resources(&self) -> &Arc<Resources> {
        &self.resources
    }

    /// How many requests were answered so far: when it grows, the document has news to take in.
    pub(crate) fn answered(&self) -> usize {
        self.answered.load(Ordering::Relaxed)
    }

    /// What could not be loaded since this was last asked: stylesheets and fonts.
    pub(crate) fn problems(&self) -> Vec<Diagnostic> {
        std::mem::take(&mut *self.problems.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The families that `@font-face` rules of loaded stylesheets declare.
    pub(crate) fn families(&self) -> Vec<String> {
        self.families.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether a loaded stylesheet may ask for generated text.
    pub(crate) fn generates(&self) -> bool {
        self.generates.load(Ordering::Relaxed)
    }

    fn read(&self, what: &str, url: &str) -> Option<Vec<u8>> {
        let problem = match self.resources.read(url) {
            Ok(bytes) => return Some(bytes),
            Err(problem) => problem,
        };
        let mut problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
        let problem = Diagnostic { message: format!("a {what}: {}", problem.message), ..*problem };
        if !problems.contains(&problem) {
            problems.push(problem);
        }
        None
    }

    fn answer(&self, url: &str) -> Option<Bytes> {
        if url.contains(MARKER) {
            return None;
        }
        match kind_of(url).as_str() {
            "css" | "css2" => {
                let css = self.read("stylesheet", url)?;
                let css = String::from_utf8_lossy(&css);
                self.families.lock().unwrap_or_else(PoisonError::into_inner).extend(font_faces(&css));
                if let Ok(base) = Url::parse(url) {
                    self.resources.declare_faces(&css, &base);
                }
                if generates(&css) {
                    self.generates.store(true, Ordering::Relaxed);
                }
                Some(Bytes::from(renamed(&mirrored(&css)).into_owned()))
            }
            "ttf" | "otf" | "ttc" | "otc" | "woff" | "woff2" | "collection" | "x-font-ttf" | "x-font-otf"
            | "x-font-woff" | "font-woff" | "font-woff2" | "sfnt" | "font-sfnt" => {
                let font = fonts::unpack_font(self.read("font", url)?);
                if font.is_none() {
                    let message = format!("a font: `{}` is broken", shorten(url));
                    let problem = Diagnostic::error("broken-font", message);
                    self.problems.lock().unwrap_or_else(PoisonError::into_inner).push(problem);
                }
                font.map(fonts::first_of_collection).map(Bytes::from)
            }
            "html" | "htm" | "js" => None,
            _ => self.resources.image(url).ok().map(|image| Bytes::from(image.stub())),
        }
    }
}

/// The ending of an address in lower case, or the subtype of a `data:` address.
fn kind_of(url: &str) -> String {
    if let Some(inline) = url.strip_prefix("data:") {
        let media = inline.split([',', ';']).next().unwrap_or_default();
        return media.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    }
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase()
}

impl NetProvider for Loader {
    fn fetch(&self, _document: usize, request: Request, handler: Box<dyn NetHandler>) {
        let url = request.url.as_str();
        let bytes = self.answer(url).unwrap_or_default();
        self.answered.fetch_add(1, Ordering::Relaxed);
        handler.bytes(url.to_owned(), bytes);
    }
}
