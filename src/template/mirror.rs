//! Properties that the style engine does not know, mirrored as custom properties, which its cascade then
//! carries to the painter and to text fitting.

use std::borrow::Cow;
use std::sync::LazyLock;

use cssparser::{Parser, Token};
use style::Atom;

/// The name of a custom property that carries another one, without its dashes.
pub(crate) type Carrier = LazyLock<Atom>;

/// A custom property that carries another one.
macro_rules! carriers {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        $($(#[$doc])* pub(crate) static $name: Carrier = LazyLock::new(|| Atom::from($text));)*
    };
}

carriers! {
    /// `line-clamp`.
    LINE_CLAMP = "byname-line-clamp";
    /// `background-clip`: for each layer `text`, or something else.
    BACKGROUND_CLIP = "byname-background-clip";
    /// `-webkit-text-fill-color`.
    TEXT_FILL = "byname-text-fill";
    /// `-webkit-text-stroke-width`, computed to pixels.
    STROKE_WIDTH = "byname-text-stroke-width";
    /// `-webkit-text-stroke-color`.
    STROKE_COLOR = "byname-text-stroke-color";
    /// `paint-order`.
    PAINT_ORDER = "byname-paint-order";
    /// `text-decoration-skip-ink`.
    SKIP_INK = "byname-skip-ink";
    /// `text-emphasis-style`.
    EMPHASIS_STYLE = "byname-emphasis-style";
    /// `text-emphasis-color`.
    EMPHASIS_COLOR = "byname-emphasis-color";
    /// `text-emphasis-position`.
    EMPHASIS_POSITION = "byname-emphasis-position";
    /// `counter-set`.
    COUNTER_SET = "byname-counter-set";
    /// `text-wrap-style`: `balance`, `pretty` …
    WRAP_STYLE = "byname-wrap-style";
    /// `hyphens`.
    HYPHENS = "byname-hyphens";
    /// SVG's `text-anchor`.
    TEXT_ANCHOR = "byname-text-anchor";
    /// SVG's `dominant-baseline`.
    DOMINANT_BASELINE = "byname-dominant-baseline";
    /// SVG's `stop-color`.
    STOP_COLOR = "byname-stop-color";
    /// SVG's `stop-opacity`.
    STOP_OPACITY = "byname-stop-opacity";
    /// SVG's `flood-color`.
    FLOOD_COLOR = "byname-flood-color";
    /// SVG's `flood-opacity`.
    FLOOD_OPACITY = "byname-flood-opacity";
}

/// Rules for a style sheet of the user agent. The properties that are not named inherit, as all that are
/// not registered do.
pub(crate) const REGISTERED: &str = "
@property --byname-line-clamp { syntax: \"*\"; inherits: false; }
@property --byname-counter-set { syntax: \"*\"; inherits: false; }
@property --byname-stop-color { syntax: \"*\"; inherits: false; }
@property --byname-stop-opacity { syntax: \"*\"; inherits: false; }
@property --byname-flood-color { syntax: \"*\"; inherits: false; }
@property --byname-flood-opacity { syntax: \"*\"; inherits: false; }
@property --byname-background-clip { syntax: \"*\"; inherits: false; }
@property --byname-text-stroke-width { syntax: \"<length>\"; inherits: true; initial-value: 0px; }";

/// CSS (a style sheet, or the value of a `style` attribute) in which each declaration of a property that
/// the engine does not know is preceded by one of the custom property that carries it.
pub(crate) fn mirrored(css: &str) -> Cow<'_, str> {
    let mut edits = Vec::new();
    walk(&mut Parser::new(css), &mut edits);
    if edits.is_empty() {
        return Cow::Borrowed(css);
    }
    let mut out = String::with_capacity(css.len() + edits.len() * 64);
    let mut done = 0;
    for edit in edits {
        out.push_str(&css[done..edit.start]);
        out.push_str(&edit.text);
        done = edit.end;
    }
    out.push_str(&css[done..]);
    Cow::Owned(out)
}

/// A stretch of the source, in bytes, and what takes its place.
struct Edit {
    start: usize,
    end: usize,
    text: String,
}

/// Reads rules and declarations up to the end of the block.
fn walk(parser: &mut Parser<'_>, edits: &mut Vec<Edit>) {
    // A declaration begins a block or follows another or a rule; what stands elsewhere is a selector.
    let mut may_begin = true;
    loop {
        parser.skip_whitespace();
        let start = parser.position().byte_index();
        let Ok(token) = parser.next() else { return };
        match token {
            Token::Ident(name) if may_begin => {
                let name = name.to_ascii_lowercase();
                may_begin = false;
                if is_mirrored(&name) && parser.try_parse(Parser::expect_colon).is_ok() {
                    declaration(&name, start, parser, edits);
                    may_begin = true;
                }
            }
            Token::CurlyBracketBlock => {
                nested(parser, |inner| walk(inner, edits));
                may_begin = true;
            }
            Token::Semicolon => may_begin = true,
            token if opens(token) => {
                nested(parser, |_| {});
                may_begin = false;
            }
            _ => may_begin = false,
        }
    }
}

fn opens(token: &Token<'_>) -> bool {
    matches!(token, Token::Function(_) | Token::ParenthesisBlock | Token::SquareBracketBlock)
}

/// Reads the block that has just been opened, to its end.
fn nested(parser: &mut Parser<'_>, read: impl FnOnce(&mut Parser<'_>)) {
    let _ = parser.parse_nested_block(|inner| {
        read(inner);
        while inner.next().is_ok() {}
        Ok::<(), cssparser::ParseError<()>>(())
    });
}

/// Reads a value up to its semicolon or the end of the block, and mirrors it.
fn declaration(name: &str, start: usize, parser: &mut Parser<'_>, edits: &mut Vec<Edit>) {
    let from = parser.position();
    let (mut to, mut important) = (from, false);
    while let Ok(token) = parser.next_including_whitespace_and_comments() {
        match token {
            Token::Semicolon => break,
            Token::CurlyBracketBlock => {
                // A selector after all.
                nested(parser, |inner| walk(inner, edits));
                return;
            }
            Token::Delim('!') => important = true,
            Token::WhiteSpace(_) | Token::Comment(_) => {}
            token => {
                if opens(token) {
                    nested(parser, |_| {});
                }
                if !important {
                    to = parser.position();
                }
            }
        }
    }
    let value = parser.slice(from..to).trim();
    let (from, to) = (from.byte_index(), to.byte_index());
    let mut carried = String::new();
    for (carrier, value) in carriers_of(name, value) {
        let important = if important { "!important" } else { "" };
        carried.push_str(&format!("--{}:{value}{important};", &**carrier));
    }
    edits.push(Edit { start, end: start, text: carried });
    if name == "background"
        && let Some(rest) = without_text(value)
    {
        edits.push(Edit { start: from, end: to, text: rest });
    }
}

fn is_mirrored(name: &str) -> bool {
    matches!(
        name,
        "line-clamp"
            | "-webkit-line-clamp"
            | "background"
            | "background-clip"
            | "-webkit-background-clip"
            | "-webkit-text-fill-color"
            | "-webkit-text-stroke"
            | "-webkit-text-stroke-width"
            | "-webkit-text-stroke-color"
            | "paint-order"
            | "counter-set"
            | "text-wrap"
            | "text-wrap-style"
            | "hyphens"
            | "-webkit-hyphens"
            | "text-anchor"
            | "dominant-baseline"
            | "stop-color"
            | "stop-opacity"
            | "flood-color"
            | "flood-opacity"
            | "text-decoration-skip-ink"
            | "text-emphasis"
            | "text-emphasis-style"
            | "text-emphasis-color"
            | "text-emphasis-position"
            | "-webkit-text-emphasis"
            | "-webkit-text-emphasis-style"
            | "-webkit-text-emphasis-color"
            | "-webkit-text-emphasis-position"
    )
}

type Carried = Vec<(&'static Carrier, String)>;

/// The custom properties that carry a declaration, with their values.
fn carriers_of(name: &str, value: &str) -> Carried {
    let own = |carrier| vec![(carrier, value.to_owned())];
    match name.trim_start_matches("-webkit-") {
        "line-clamp" => own(&LINE_CLAMP),
        "background-clip" => own(&BACKGROUND_CLIP),
        "background" => vec![(&BACKGROUND_CLIP, clips(value))],
        "text-fill-color" => own(&TEXT_FILL),
        "text-stroke-width" => vec![(&STROKE_WIDTH, line_width(value).to_owned())],
        "text-stroke-color" => own(&STROKE_COLOR),
        "text-stroke" => stroke(value),
        "paint-order" => own(&PAINT_ORDER),
        "counter-set" => own(&COUNTER_SET),
        // The shorthand's other half the engine knows.
        "text-wrap" | "text-wrap-style" => own(&WRAP_STYLE),
        "hyphens" => own(&HYPHENS),
        "text-anchor" => own(&TEXT_ANCHOR),
        "dominant-baseline" => own(&DOMINANT_BASELINE),
        "stop-color" => own(&STOP_COLOR),
        "stop-opacity" => own(&STOP_OPACITY),
        "flood-color" => own(&FLOOD_COLOR),
        "flood-opacity" => own(&FLOOD_OPACITY),
        "text-decoration-skip-ink" => own(&SKIP_INK),
        "text-emphasis-style" => own(&EMPHASIS_STYLE),
        "text-emphasis-color" => own(&EMPHASIS_COLOR),
        "text-emphasis-position" => own(&EMPHASIS_POSITION),
        _ => emphasis(value),
    }
}

/// A component of a value: its text, and what tells components apart.
struct Component<'a> {
    text: &'a str,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Ident,
    /// A number, a length or a calculation.
    Number,
    String,
    Comma,
    /// `var()`, whose value is not known yet.
    Variable,
    Other,
}

fn components(value: &str) -> Vec<Component<'_>> {
    let mut parser = Parser::new(value);
    let mut out = Vec::new();
    loop {
        parser.skip_whitespace();
        let start = parser.position();
        let Ok(token) = parser.next() else { return out };
        let is = |names: &[&str], name: &str| names.iter().any(|known| name.eq_ignore_ascii_case(known));
        let (kind, opens) = match token {
            Token::Ident(_) => (Kind::Ident, false),
            Token::Number { .. } | Token::Dimension { .. } => (Kind::Number, false),
            Token::QuotedString(_) => (Kind::String, false),
            Token::Comma => (Kind::Comma, false),
            Token::Function(name) if is(&["calc", "min", "max", "clamp"], name) => (Kind::Number, true),
            Token::Function(name) if is(&["var"], name) => (Kind::Variable, true),
            token => (Kind::Other, opens(token)),
        };
        if opens {
            nested(&mut parser, |_| {});
        }
        out.push(Component { text: parser.slice_from(start), kind });
    }
}

/// `inherit`, `initial` and their like, which stand for a whole value.
fn is_wide(value: &str) -> bool {
    ["inherit", "initial", "unset", "revert", "revert-layer"]
        .iter()
        .any(|word| value.trim().eq_ignore_ascii_case(word))
}

fn is_text(component: &Component<'_>) -> bool {
    component.kind == Kind::Ident && component.text.eq_ignore_ascii_case("text")
}

/// The clips of a `background` shorthand's layers.
fn clips(value: &str) -> String {
    if is_wide(value) {
        return value.to_owned();
    }
    let components = components(value);
    if !components.iter().any(is_text) {
        return "initial".to_owned();
    }
    components
        .split(|component| component.kind == Kind::Comma)
        .map(|layer| if layer.iter().any(is_text) { "text" } else { "border-box" })
        .collect::<Vec<_>>()
        .join(",")
}

/// A `background` shorthand as the engine knows it, if it says something that the engine does not know.
fn without_text(value: &str) -> Option<String> {
    let components = components(value);
    components.iter().any(is_text).then(|| {
        let known: Vec<&str> = components.iter().filter(|c| !is_text(c)).map(|c| c.text).collect();
        known.join(" ")
    })
}

fn line_width(value: &str) -> &str {
    match value.to_ascii_lowercase().as_str() {
        "thin" => "1px",
        "medium" => "3px",
        "thick" => "5px",
        "0" => "0px",
        _ => value,
    }
}

fn stroke(value: &str) -> Carried {
    if is_wide(value) {
        return vec![(&STROKE_WIDTH, value.to_owned()), (&STROKE_COLOR, value.to_owned())];
    }
    let components = components(value);
    let is_width = |component: &&Component<'_>| {
        component.kind == Kind::Number || line_width(component.text) != component.text
    };
    // A variable is the width only where nothing else can be.
    let width = components
        .iter()
        .find(is_width)
        .or_else(|| components.iter().find(|component| component.kind == Kind::Variable));
    let color = components.iter().find(|component| width.is_none_or(|w| !std::ptr::eq(w, *component)));
    vec![
        (&STROKE_WIDTH, width.map_or("0px", |width| line_width(width.text)).to_owned()),
        (&STROKE_COLOR, color.map_or("currentcolor", |color| color.text).to_owned()),
    ]
}

fn emphasis(value: &str) -> Carried {
    if is_wide(value) {
        return vec![(&EMPHASIS_STYLE, value.to_owned()), (&EMPHASIS_COLOR, value.to_owned())];
    }
    const WORDS: [&str; 8] =
        ["none", "filled", "open", "dot", "circle", "double-circle", "triangle", "sesame"];
    let (style, color): (Vec<_>, Vec<_>) = components(value).into_iter().partition(|component| {
        component.kind == Kind::String || WORDS.iter().any(|word| component.text.eq_ignore_ascii_case(word))
    });
    let joined = |components: &[Component<'_>], none: &str| match components {
        [] => none.to_owned(),
        some => some.iter().map(|component| component.text).collect::<Vec<_>>().join(" "),
    };
    vec![(&EMPHASIS_STYLE, joined(&style, "none")), (&EMPHASIS_COLOR, joined(&color, "currentcolor"))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_clamp_is_also_a_custom_property() {
        let css = mirrored("p{-webkit-line-clamp: 2;color:red} q{line-clamp:var(--n)}");
        assert!(css.contains("--byname-line-clamp:2;-webkit-line-clamp: 2;"), "{css}");
        assert!(css.contains("--byname-line-clamp:var(--n);line-clamp:var(--n)}"), "{css}");
        assert_eq!(mirrored("line-clamp: 3"), "--byname-line-clamp:3;line-clamp: 3");
    }

    #[test]
    fn shorthands_reach_each_carrier() {
        let css = mirrored("-webkit-text-stroke: var(--ink) calc(1px + 2px) !important");
        assert!(css.contains("--byname-text-stroke-width:calc(1px + 2px)!important;"), "{css}");
        assert!(css.contains("--byname-text-stroke-color:var(--ink)!important;"), "{css}");
        let css = mirrored("text-emphasis: open circle rgb(1, 2, 3)");
        assert!(css.contains("--byname-emphasis-style:open circle;"), "{css}");
        assert!(css.contains("--byname-emphasis-color:rgb(1, 2, 3);"), "{css}");
    }

    #[test]
    fn the_engine_never_sees_a_clip_to_text_in_a_shorthand() {
        let css =
            mirrored("a{background: url(text) text, linear-gradient(red, text) ; x:y}b{background:red}");
        assert!(css.contains("--byname-background-clip:text,border-box;"), "{css}");
        assert!(css.contains("background:url(text) , linear-gradient(red, text) ; x:y"), "{css}");
        assert!(css.contains("b{--byname-background-clip:initial;background:red}"), "{css}");
    }

    #[test]
    fn selectors_strings_and_comments_stay() {
        for css in [
            ".background:hover{color:red}",
            "background:hover{color:red}",
            "a{content:\"background: text\"}",
            "/* background: red */ a{}",
            "@media (min-width: 1px) { a { color: red } }",
            "a[b=\"line-clamp:3\"]{}",
        ] {
            assert_eq!(mirrored(css), css);
        }
    }
}
