//! An inline `<svg>` as a document of its own: what the page's CSS says of its elements stands in their
//! `style` attributes, in the words of SVG.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write as _;

use blitz_dom::{BaseDocument, Node, NodeData, NodeId};
use style::properties::{ComputedValues, LonghandId, PropertyDeclarationId};
use style::shared_lock::SharedRwLockReadGuard;
use style::values::computed::SVGPaint;
use style::values::generics::svg::SVGPaintKind;
use style_traits::ToCss as _;

use super::style::{color, custom, custom_color, resolve};
use crate::display::Color;
use crate::template::mirror;

/// Properties that the engine computes and that inherit: the page's reach into the drawing.
const INHERITED: [LonghandId; 19] = [
    LonghandId::Color,
    LonghandId::Fill,
    LonghandId::FillOpacity,
    LonghandId::FillRule,
    LonghandId::Stroke,
    LonghandId::StrokeWidth,
    LonghandId::StrokeOpacity,
    LonghandId::StrokeLinecap,
    LonghandId::StrokeLinejoin,
    LonghandId::StrokeMiterlimit,
    LonghandId::StrokeDasharray,
    LonghandId::StrokeDashoffset,
    LonghandId::FontFamily,
    LonghandId::FontSize,
    LonghandId::FontWeight,
    LonghandId::FontStyle,
    LonghandId::LetterSpacing,
    LonghandId::WordSpacing,
    LonghandId::Visibility,
];

/// Those that do not: on the drawing's own element they are the business of its box.
const OWN: [LonghandId; 6] = [
    LonghandId::Opacity,
    LonghandId::Display,
    LonghandId::Filter,
    LonghandId::ClipPath,
    LonghandId::MaskImage,
    LonghandId::MixBlendMode,
];

/// Geometry, which is written as attributes.
const GEOMETRY: [LonghandId; 9] = [
    LonghandId::X,
    LonghandId::Y,
    LonghandId::Cx,
    LonghandId::Cy,
    LonghandId::R,
    LonghandId::Rx,
    LonghandId::Ry,
    LonghandId::Width,
    LonghandId::Height,
];

/// What SVG has and the engine does not know.
const CARRIED: [(&str, &mirror::Carrier); 6] = [
    ("text-anchor", &mirror::TEXT_ANCHOR),
    ("dominant-baseline", &mirror::DOMINANT_BASELINE),
    ("stop-opacity", &mirror::STOP_OPACITY),
    ("flood-opacity", &mirror::FLOOD_OPACITY),
    ("stop-color", &mirror::STOP_COLOR),
    ("flood-color", &mirror::FLOOD_COLOR),
];

/// The markup of an `<svg>` element that is `width` × `height` CSS pixels large.
pub(super) fn markup(document: &BaseDocument, svg: &Node, width: f64, height: f64) -> String {
    let guard = document.guard().read();
    let mut writer =
        Writer { document, guard: &guard, out: String::new(), ids: HashSet::new(), wanted: Vec::new() };
    let has = |name: &str| svg.attrs().is_some_and(|all| all.iter().any(|a| &*a.name.local == name));
    writer
        .out
        .push_str("<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\"");
    write!(writer.out, " width=\"{width}\" height=\"{height}\"").expect("a string takes all");
    if !has("viewBox") {
        write!(writer.out, " viewBox=\"0 0 {width} {height}\"").expect("a string takes all");
    }
    writer.attributes(svg, true);
    writer.out.push('>');
    writer.children(svg);
    writer.borrowed();
    writer.out.push_str("</svg>");
    writer.out
}

struct Writer<'a> {
    document: &'a BaseDocument,
    guard: &'a SharedRwLockReadGuard<'a>,
    out: String,
    /// The ids of what was written.
    ids: HashSet<String>,
    /// The ids that are named.
    wanted: Vec<String>,
}

impl Writer<'_> {
    fn children(&mut self, node: &Node) {
        for child in node.children.iter().filter_map(|&id| self.document.get_node(id)) {
            match &child.data {
                NodeData::Text(text) => escape(&text.content, &mut self.out),
                NodeData::Element(_) => self.element(child),
                _ => {}
            }
        }
    }

    fn element(&mut self, node: &Node) {
        let Some(data) = node.element_data() else { return };
        let name = &*data.name.local;
        if matches!(name, "foreignObject" | "script") {
            return;
        }
        self.out.push('<');
        self.out.push_str(name);
        self.attributes(node, false);
        self.out.push('>');
        self.children(node);
        write!(self.out, "</{name}>").expect("a string takes all");
    }

    fn attributes(&mut self, node: &Node, root: bool) {
        let Some(data) = node.element_data() else { return };
        let styles = node.primary_styles().map(|styles| (*styles).clone());
        let styles = styles.as_deref();
        let declared = styles.map(|styles| declared(styles, self.guard)).unwrap_or_default();
        let geometry: Vec<(&str, String)> = match styles {
            Some(styles) if !root => GEOMETRY
                .iter()
                .filter(|id| declared.longhands.contains(id))
                .filter_map(|id| Some((id.name(), length(styles, *id)?)))
                .collect(),
            _ => Vec::new(),
        };
        let mut own_style = "";
        for attribute in data.attrs() {
            let (name, value) = (&*attribute.name.local, attribute.value.as_str());
            match name {
                "style" => own_style = value,
                "data-byname-drawn" | "xmlns" | "xmlns:xlink" => continue,
                "width" | "height" if root => continue,
                _ if geometry.iter().any(|(known, _)| *known == name) => continue,
                "id" => _ = self.ids.insert(value.to_owned()),
                _ => {}
            }
            if name == "style" {
                continue;
            }
            let value = match styles {
                Some(styles) if value.contains("var(") => Cow::Owned(with_variables(value, styles)),
                _ => Cow::Borrowed(value),
            };
            if let Some(id) = reference(name, &value) {
                self.wanted.push(id.to_owned());
            }
            let link = matches!(attribute.name.prefix.as_deref(), Some("xlink"));
            write!(self.out, " {}{name}=\"", if link { "xlink:" } else { "" }).expect("a string takes all");
            escape(&value, &mut self.out);
            self.out.push('"');
        }
        for (name, value) in geometry {
            write!(self.out, " {name}=\"{value}\"").expect("a string takes all");
        }
        let style = styles.map(|styles| style(styles, &declared, own_style, root)).unwrap_or_default();
        if !style.is_empty() {
            self.out.push_str(" style=\"");
            escape(&style, &mut self.out);
            self.out.push('"');
        }
    }

    /// What is named and stands elsewhere in the page: symbols, gradients and the like that drawings share.
    fn borrowed(&mut self) {
        let mut rounds = 0;
        while let Some(id) = self.wanted.pop() {
            rounds += 1;
            if self.ids.contains(&id) || rounds > 1000 {
                continue;
            }
            self.ids.insert(id.clone());
            let found = find(self.document, self.document.root_node().id, &id);
            if let Some(node) = found.and_then(|id| self.document.get_node(id)) {
                self.out.push_str("<defs>");
                self.element(node);
                self.out.push_str("</defs>");
            }
        }
    }
}

/// The SVG element of an id.
fn find(document: &BaseDocument, from: NodeId, id: &str) -> Option<NodeId> {
    let mut stack = vec![from];
    while let Some(node) = stack.pop().and_then(|id| document.get_node(id)) {
        stack.extend(node.children.iter().rev());
        let Some(data) = node.element_data() else { continue };
        if data.name.ns == blitz_dom::ns!(svg)
            && data.attrs().iter().any(|a| &*a.name.local == "id" && a.value == id)
        {
            return Some(node.id);
        }
    }
    None
}

/// The id that an attribute names.
fn reference<'a>(name: &str, value: &'a str) -> Option<&'a str> {
    match name {
        "href" => value.trim().strip_prefix('#'),
        _ => {
            let rest = value.split_once("url(")?.1.trim_start_matches(['"', '\'', ' ']);
            rest.strip_prefix('#')?.split(['"', '\'', ')', ' ']).next()
        }
    }
}

/// What the page's style sheets, and the element's own style, declare.
#[derive(Default)]
struct Declared {
    longhands: HashSet<LonghandId>,
    carried: HashSet<String>,
}

fn declared(styles: &ComputedValues, guard: &SharedRwLockReadGuard<'_>) -> Declared {
    let mut out = Declared::default();
    let Some(rules) = &styles.rules else { return out };
    for rule in rules.self_and_ancestors() {
        let Some(source) = rule.style_source() else { continue };
        if !rule.cascade_level().origin().is_author_origin() {
            continue;
        }
        for declaration in source.read(guard).declarations() {
            match declaration.id() {
                PropertyDeclarationId::Longhand(id) => _ = out.longhands.insert(id),
                PropertyDeclarationId::Custom(name) => _ = out.carried.insert(name.to_string()),
            }
        }
    }
    out
}

fn style(styles: &ComputedValues, declared: &Declared, own: &str, root: bool) -> String {
    let mut out = String::new();
    if !root {
        // What neither the engine nor this file knows stays as it is written.
        for declaration in own.split(';') {
            let name = declaration.split(':').next().unwrap_or_default().trim();
            let known = name.is_empty()
                || name.starts_with("--")
                || CARRIED.iter().any(|(carried, _)| *carried == name)
                || INHERITED.iter().chain(&OWN).chain(&GEOMETRY).any(|id| id.name() == name);
            if !known && !declaration.contains("var(") {
                write!(out, "{};", declaration.trim()).expect("a string takes all");
            }
        }
    }
    let own_too = OWN.iter().filter(|_| !root);
    for id in INHERITED.iter().chain(own_too) {
        if root && INHERITED.contains(id) || declared.longhands.contains(id) {
            let name = if *id == LonghandId::MaskImage { "mask" } else { id.name() };
            write!(out, "{name}:{};", value(styles, *id)).expect("a string takes all");
        }
    }
    for (name, carrier) in CARRIED {
        if (root || declared.carried.contains(&***carrier))
            && let Some(value) = custom(styles, carrier)
        {
            let value =
                if name.ends_with("color") { written(custom_color(styles, carrier)).into() } else { value };
            write!(out, "{name}:{value};").expect("a string takes all");
        }
    }
    out
}

/// A computed value as SVG writes it.
fn value(styles: &ComputedValues, id: LonghandId) -> String {
    match id {
        LonghandId::Color => written(color(&styles.clone_color())),
        LonghandId::Fill => paint(&styles.get_inherited_svg().fill, styles),
        LonghandId::Stroke => paint(&styles.get_inherited_svg().stroke, styles),
        _ => {
            let text = styles.computed_value_to_string(PropertyDeclarationId::Longhand(id));
            local(&text.replace('"', "'")).into_owned()
        }
    }
}

fn paint(paint: &SVGPaint, styles: &ComputedValues) -> String {
    match &paint.kind {
        SVGPaintKind::Color(color) => written(resolve(color, styles)),
        SVGPaintKind::PaintServer(url) => local(&url.to_css_string().replace('"', "'")).into_owned(),
        SVGPaintKind::None | SVGPaintKind::ContextFill | SVGPaintKind::ContextStroke => "none".to_owned(),
    }
}

fn written(Color([red, green, blue, alpha]): Color) -> String {
    let [red, green, blue] = [red, green, blue].map(|part| (part * 255.0).round());
    format!("rgba({red},{green},{blue},{alpha})")
}

/// A length as an attribute; `None` for `auto`.
fn length(styles: &ComputedValues, id: LonghandId) -> Option<String> {
    let text = styles.computed_value_to_string(PropertyDeclarationId::Longhand(id));
    (text.ends_with('%') || text.ends_with("px")).then_some(text)
}

/// Addresses within the page, which the engine has made absolute, as they were: `url(#id)`.
fn local(value: &str) -> Cow<'_, str> {
    let Some((before, rest)) = value.split_once("url(") else { return Cow::Borrowed(value) };
    let Some((address, after)) = rest.split_once(')') else { return Cow::Borrowed(value) };
    match address.rsplit_once('#') {
        Some((_, id)) => Cow::Owned(format!("{before}url(#{}){}", id.trim_end_matches('\''), local(after))),
        None => Cow::Owned(format!("{before}url({address}){}", local(after))),
    }
}

/// A presentation attribute with the values of the custom properties that it names.
fn with_variables(value: &str, styles: &ComputedValues) -> String {
    let mut out = value.to_owned();
    // A property's value may name others; they are computed already, so each is replaced once.
    for _ in 0..8 {
        let Some(start) = out.find("var(") else { break };
        let Some(end) = out[start..].find(')').map(|end| start + end) else { break };
        let (name, other) = match out[start + 4..end].split_once(',') {
            Some((name, other)) => (name.trim(), Some(other.trim().to_owned())),
            None => (out[start + 4..end].trim(), None),
        };
        let name = style::Atom::from(name.strip_prefix("--").unwrap_or(name));
        let value = custom(styles, &name).map(Cow::into_owned).or(other).unwrap_or_default();
        out.replace_range(start..=end, &value);
    }
    out
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // Characters that XML does not have.
            '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                out.push('\u{fffd}')
            }
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_within_the_page_are_short() {
        assert_eq!(local("url('file:///a/b.html#x') none url('#y')"), "url(#x) none url(#y)");
        assert_eq!(local("blur(2px)"), "blur(2px)");
        assert_eq!(reference("fill", "url(#a)"), Some("a"));
        assert_eq!(reference("href", "#a b"), Some("a b"));
        assert_eq!(reference("x", "3"), None);
    }
}
