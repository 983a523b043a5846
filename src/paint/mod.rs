//! Resolved document to display list.

use crate::display::{DisplayList, Picture};

/// Where pictures come from: decoded once, shared.
pub trait Images {
    /// The picture behind an absolute URL; a drawing (SVG) is rasterised at width × height device
    /// pixels. `None` when it is missing, which is then already reported.
    fn picture(&self, url: &str, width: f64, height: f64) -> Option<Picture>;
    /// Intrinsic size, in CSS pixels, of the image behind an absolute URL.
    fn size(&self, url: &str) -> Option<(f64, f64)>;
    /// An inline `<svg>` element, serialised, as a picture of width × height device pixels.
    fn drawing(&self, svg: &str, width: f64, height: f64) -> Option<Picture>;
}

pub fn paint(_: &blitz_dom::BaseDocument, _: f64, _: &dyn Images, _: DisplayList) -> DisplayList {
    DisplayList::default()
}
