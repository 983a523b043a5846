//! Fonts that the template asks for and nobody has.

use std::collections::BTreeMap;

use blitz_dom::BaseDocument;
use style::values::computed::font::SingleFontFamily;

use super::measure::describe;
use crate::diagnostic::Diagnostic;
use crate::resources::Fonts;

/// For each `font-family` of which no named family is there, a warning with the first element that has it.
/// `declared` are the families of `@font-face` rules.
pub(super) fn unknown(document: &BaseDocument, fonts: &Fonts, declared: &[String]) -> Vec<Diagnostic> {
    let mut missing: BTreeMap<Vec<String>, String> = BTreeMap::new();
    let mut stack = vec![document.root_node().id];
    while let Some(node) = stack.pop().and_then(|id| document.get_node(id)) {
        stack.extend(node.children.iter().rev());
        let Some(styles) = node.element_data().and_then(|_| node.primary_styles()) else { continue };
        let names: Vec<String> = styles
            .get_font()
            .font_family
            .families
            .iter()
            .filter_map(|family| match family {
                SingleFontFamily::FamilyName(name) => Some(name.name.to_string()),
                SingleFontFamily::Generic(_) => None,
            })
            .collect();
        let known = |name: &String| {
            fonts.has_family(name) || declared.iter().any(|other| other.eq_ignore_ascii_case(name))
        };
        if !names.is_empty() && !names.iter().any(known) {
            missing.entry(names).or_insert_with(|| describe(document, node.id));
        }
    }
    let warnings = missing.into_iter().map(|(names, element)| {
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let message =
            format!("no font is called {}: {element} is drawn with a built-in one", names.join(" or "));
        Diagnostic::warning("unknown-font", message)
            .with_hint("add its file under [fonts], or check the name")
    });
    warnings.collect()
}
