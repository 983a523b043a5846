//! The document's way to its resources: answers Blitz's requests on the spot.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use blitz_traits::net::{Bytes, NetHandler, NetProvider, Request};

use super::{Location, Resources, fonts, prepare_css};

/// What the template writes where a value will come; an address that holds it is not an address yet.
const MARKER: &str = "%F3%B0%80%80";

/// Answers the requests of one document from the shared resources.
///
/// Images are answered with an empty drawing of the same size: layout needs no more, and the pixels
/// live once, in the shared store, where painting finds them. A request that fails is answered with
/// nothing, since a stylesheet left unanswered would stall the document for ever.
pub(crate) struct Loader {
    resources: Arc<Resources>,
    answered: AtomicUsize,
}

impl Loader {
    pub(crate) fn new(resources: Arc<Resources>) -> Arc<Self> {
        Arc::new(Self { resources, answered: AtomicUsize::new(0) })
    }

    /// How many requests were answered so far: when it grows, the document has news to take in.
    pub(crate) fn answered(&self) -> usize {
        self.answered.load(Ordering::Relaxed)
    }

    fn answer(&self, url: &str) -> Option<Bytes> {
        if url.contains(MARKER) {
            return None;
        }
        let location = self.resources.locate(url).ok()?;
        let kind = match &location {
            Location::File(path) => {
                path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase()
            }
            Location::Remote(url) => url.path().rsplit('.').next().unwrap_or_default().to_ascii_lowercase(),
            Location::Inline(kind, _) => kind.rsplit('/').next().unwrap_or_default().to_owned(),
        };
        match kind.as_str() {
            "css" => {
                let css = self.resources.read(url).ok()?;
                let css = String::from_utf8_lossy(&css);
                Some(Bytes::from(prepare_css(&css).into_owned()))
            }
            "ttf" | "otf" | "ttc" | "woff" | "woff2" | "x-font-ttf" | "x-font-woff" | "font-woff"
            | "sfnt" => fonts::unpack_font(self.resources.read(url).ok()?).map(Bytes::from),
            "html" | "htm" | "js" => None,
            _ => self.resources.image(url).ok().map(|image| Bytes::from(image.stub())),
        }
    }
}

impl NetProvider for Loader {
    fn fetch(&self, _document: usize, request: Request, handler: Box<dyn NetHandler>) {
        let url = request.url.as_str();
        let bytes = self.answer(url).unwrap_or_default();
        self.answered.fetch_add(1, Ordering::Relaxed);
        handler.bytes(url.to_owned(), bytes);
    }
}
