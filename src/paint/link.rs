//! Links: the areas of `<a href>`, which an output can make into links of its own.

use std::sync::Arc;

use blitz_dom::Node as DomNode;
use kurbo::{Affine, Rect};

use super::{Element, Painter};

/// What a link may open: pages, a letter, a call. All else (scripts, files, places of this page) is no link.
const SCHEMES: [&str; 4] = ["http", "https", "mailto", "tel"];

impl Painter<'_> {
    /// The link of an element that has a box of its own.
    pub(super) fn link(&mut self, element: &Element<'_>) {
        if let Some(href) = target(element.node) {
            self.link_over(element.boxes.border, element.transform, href);
        }
    }

    /// A link over `rect`, which `transform` maps to the frame.
    pub(super) fn link_over(&mut self, rect: Rect, transform: Affine, href: Arc<str>) {
        self.recorder.link(transform.transform_rect_bbox(rect), href);
    }
}

/// Where an element leads, if it is a link.
pub(super) fn target(node: &DomNode) -> Option<Arc<str>> {
    let data = node.element_data().filter(|data| &*data.name.local == "a")?;
    let href = data.attrs().iter().find(|attribute| &*attribute.name.local == "href")?;
    let href = href.value.as_str().trim_matches(|c: char| c.is_ascii_control() || c == ' ');
    let (scheme, _) = href.split_once(':')?;
    SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known)).then(|| href.into())
}
