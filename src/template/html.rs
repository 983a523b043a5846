//! A scanner that knows, character by character, where in HTML it stands. It reads what designers
//! write, not all that the HTML standard recovers from; the document itself is parsed by html5ever.

/// Where the scanner stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    /// Between tags.
    Data,
    /// After `<`.
    TagOpen,
    /// Within a start tag's or an end tag's name.
    TagName,
    /// Within a tag, between attributes.
    BeforeAttribute,
    AttributeName,
    /// After a name, before `=` or the next attribute.
    AfterAttributeName,
    /// After `=`.
    BeforeValue,
    /// Within a value; the quote that ends it, if there is one.
    Value(Option<char>),
    /// Within an element that holds nothing but text.
    RawText(String),
    /// Within `<!-- … -->`.
    Comment,
    /// Within `<!doctype …>` and the like.
    Declaration,
}

/// Elements that never have content.
pub(super) fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "source"
            | "track"
            | "wbr"
    )
}

/// Elements whose content is text whatever it looks like.
pub(super) fn is_raw_text(name: &str) -> bool {
    matches!(name, "style" | "script" | "title" | "textarea" | "xmp" | "iframe" | "noembed" | "noframes")
}

/// Elements whose text is seen, though it is nothing but text.
pub(super) fn holds_slots(name: &str) -> bool {
    matches!(name, "style" | "title" | "textarea")
}

/// Elements from which HTML moves text away.
pub(super) fn is_table_part(name: &str) -> bool {
    matches!(name, "table" | "thead" | "tbody" | "tfoot" | "tr" | "colgroup")
}

/// Whether a start tag ends the element `last`, whose end tag was left out.
pub(super) fn ends(name: &str, last: &str) -> bool {
    match name {
        "li" | "option" => last == name,
        "dt" | "dd" => matches!(last, "dt" | "dd"),
        "td" | "th" => matches!(last, "td" | "th"),
        "tr" => matches!(last, "td" | "th" | "tr"),
        "thead" | "tbody" | "tfoot" => {
            matches!(last, "td" | "th" | "tr" | "thead" | "tbody" | "tfoot" | "caption" | "colgroup")
        }
        _ => false,
    }
}

/// Start tags that end a `<p>` they stand in (HTML, §13.2.6.4.7).
pub(super) fn ends_paragraph(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "center"
            | "dd"
            | "details"
            | "dialog"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hgroup"
            | "hr"
            | "li"
            | "main"
            | "menu"
            | "nav"
            | "ol"
            | "p"
            | "pre"
            | "search"
            | "section"
            | "summary"
            | "table"
            | "ul"
    )
}

/// Start tags before which no `<body>` is implied.
pub(super) fn belongs_to_head(name: &str) -> bool {
    matches!(
        name,
        "html"
            | "head"
            | "body"
            | "base"
            | "link"
            | "meta"
            | "title"
            | "style"
            | "script"
            | "noscript"
            | "template"
            | "noframes"
    )
}

/// Elements whose end tag may be left out.
pub(super) fn may_stay_open(name: &str) -> bool {
    matches!(
        name,
        "html"
            | "head"
            | "body"
            | "p"
            | "li"
            | "dt"
            | "dd"
            | "option"
            | "optgroup"
            | "thead"
            | "tbody"
            | "tfoot"
            | "tr"
            | "td"
            | "th"
            | "colgroup"
            | "caption"
            | "rt"
            | "rp"
    )
}

/// Attributes whose values are CSS declarations.
pub(super) fn holds_css(name: &str) -> bool {
    name == "style"
}
