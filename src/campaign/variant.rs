//! One format in one colorway.

use std::borrow::Cow;

use super::{Campaign, Colorway, Format};

/// One format in one colorway: what a record has an asset of, for each type.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Variant {
    pub format: Format,
    pub colorway: Option<Colorway>,
}

impl Variant {
    /// `square-night`, or `square` without a colorway.
    pub fn name(&self) -> Cow<'_, str> {
        match &self.colorway {
            Some(colorway) => Cow::Owned(format!("{}-{}", self.format.name, colorway.name)),
            None => Cow::Borrowed(&self.format.name),
        }
    }
}

impl Campaign {
    /// All variants: for each format, in the file's order, each colorway.
    pub fn variants(&self) -> Vec<Variant> {
        variants(&self.formats, &self.colorways)
    }
}

pub(super) fn variants(formats: &[Format], colorways: &[Colorway]) -> Vec<Variant> {
    let variants = |format: &Format| {
        let variant =
            |colorway: Option<&Colorway>| Variant { format: format.clone(), colorway: colorway.cloned() };
        if colorways.is_empty() {
            vec![variant(None)]
        } else {
            colorways.iter().map(|colorway| variant(Some(colorway))).collect()
        }
    };
    formats.iter().flat_map(variants).collect()
}
