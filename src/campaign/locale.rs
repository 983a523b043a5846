//! The language and region by which numbers, dates and plurals are written.

use super::file::Node;

/// A campaign's locale: one for all records, or told by a field of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locale {
    /// A BCP-47 tag; used where the field is empty, or not there.
    pub default: String,
    /// The field whose value is the record's own tag.
    pub field: Option<String>,
}

impl Default for Locale {
    fn default() -> Self {
        Self { default: "en".to_owned(), field: None }
    }
}

pub(super) fn read(node: &Node<'_>) -> Option<Locale> {
    if node.is_text() {
        return Some(Locale { default: tag(node)?, field: None });
    }
    let mut section = node.table()?;
    let field = section.require("field", "name the field: locale = { field = \"lang\", default = \"en\" }");
    let default = section.get("default");
    section.finish();
    let default = default.map_or_else(|| Some(Locale::default().default), |node| tag(&node))?;
    Some(Locale { default, field: Some(field?.text()?.to_owned()) })
}

/// A tag in its canonical form.
fn tag(node: &Node<'_>) -> Option<String> {
    canonical_tag(node.text()?)
        .map_err(|(problem, hint)| node.error_with_hint("unknown-locale", problem, hint))
        .ok()
}

/// A BCP-47 tag in its canonical form, or what is wrong with it and perhaps what to write.
pub fn canonical_tag(text: &str) -> Result<String, (String, Option<String>)> {
    match icu::locale::Locale::try_from_str(text) {
        Ok(locale) if !text.contains('_') => Ok(locale.to_string()),
        _ => Err((
            format!("must be a language tag like \"en-GB\", found \"{text}\""),
            text.contains('_').then(|| format!("write \"{}\"", text.replace('_', "-"))),
        )),
    }
}
