//! Reading computed values.

use std::borrow::Cow;

use blitz_dom::Node;
use cssparser::Parser;
use style::Atom;
use style::color::AbsoluteColor;
use style::computed_values::visibility::T as Visibility;
use style::context::QuirksMode;
use style::parser::ParserContext;
use style::properties::ComputedValues;
use style::stylesheets::{CssRuleType, Origin, UrlExtraData};
use style::values::computed::Color as ComputedColor;
use style::values::generics::image::GenericImage;
use style::values::specified::Color as SpecifiedColor;
use style_traits::{ParsingMode, ToCss as _};

use crate::display::Color;

pub(super) type Styles = style::servo_arc::Arc<ComputedValues>;

/// In sRGB; what lies outside of it is clipped, as browsers do on an sRGB screen.
pub(super) fn color(color: &AbsoluteColor) -> Color {
    let components = *color.to_color_space(style::color::ColorSpace::Srgb).raw_components();
    // A missing component (`none`) counts as 0.
    Color(components.map(|v| if v.is_nan() { 0.0 } else { v.clamp(0.0, 1.0) }))
}

/// A colour that may be `currentColor`.
pub(super) fn resolve(value: &ComputedColor, styles: &ComputedValues) -> Color {
    color(&value.resolve_to_absolute(&styles.clone_color()))
}

pub(super) fn background_color(styles: &ComputedValues) -> Color {
    resolve(&styles.get_background().background_color, styles)
}

pub(super) fn has_background(styles: &ComputedValues) -> bool {
    background_color(styles).alpha() > 0.0
        || styles.get_background().background_image.0.iter().any(|image| !matches!(image, GenericImage::None))
}

/// Neither the element nor anything in it shows.
pub(super) fn is_gone(node: &Node, styles: &ComputedValues) -> bool {
    styles.get_effects().opacity <= 0.0 || styles.get_box().clone_display().is_none() || {
        node.element_data().is_some_and(|element| {
            &*element.name.local == "input"
                && element
                    .attrs()
                    .iter()
                    .any(|a| &*a.name.local == "type" && a.value.eq_ignore_ascii_case("hidden"))
        })
    }
}

pub(super) fn is_visible(styles: &ComputedValues) -> bool {
    styles.get_inherited_box().visibility == Visibility::Visible
}

/// The text of a custom property, if the element has it.
pub(super) fn custom<'a>(styles: &'a ComputedValues, name: &Atom) -> Option<Cow<'a, str>> {
    let value = styles.custom_properties().get_for_cssom(name)?;
    Some(match value.as_universal() {
        Some(text) => Cow::Borrowed(text.css_text().trim()),
        None => Cow::Owned(value.to_css_string()),
    })
}

/// The colour in a custom property. Where it is absent or no colour, the element's own `color` counts.
pub(super) fn custom_color(styles: &ComputedValues, name: &Atom) -> Color {
    let current = styles.clone_color();
    let Some(text) = custom(styles, name) else { return color(&current) };
    if text.eq_ignore_ascii_case("currentcolor") {
        return color(&current);
    }
    if text.eq_ignore_ascii_case("transparent") {
        return Color::TRANSPARENT;
    }
    thread_local! {
        static BLANK: UrlExtraData =
            UrlExtraData::from(url::Url::parse("about:blank").expect("a valid address"));
    }
    BLANK.with(|blank| {
        let context = ParserContext::new(
            Origin::Author,
            blank,
            Some(CssRuleType::Style),
            ParsingMode::DEFAULT,
            QuirksMode::NoQuirks,
            Default::default(),
            None,
            None,
            Default::default(),
        );
        let parsed = SpecifiedColor::parse_and_compute(&context, &mut Parser::new(&text), None);
        color(&parsed.map_or(current, |parsed| parsed.resolve_to_absolute(&current)))
    })
}
