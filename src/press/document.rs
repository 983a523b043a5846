//! Makes the live document: parses the compiled template for one variant and finds its slots.

use std::fmt::Write as _;
use std::sync::{Arc, Once};

use blitz_dom::{DocumentConfig, NodeId, QualName, StyleThreading, UserAgentStylesheet, local_name, ns};
use blitz_html::{HtmlDocument, HtmlProvider};
use blitz_traits::net::Url;
use blitz_traits::shell::{ColorScheme, Viewport};

use super::Live;
use super::anchored::Anchored;
use super::bind::Scope;
use super::fit::Fitting;
use super::generate::Generated;
use super::sources::{self, Sources};
use super::spans;
use super::typeset::Typeset;
use crate::campaign::Variant;
use crate::diagnostic::{Diagnostic, Result, Span};
use crate::resources::{Loader, Resources, generates};
use crate::template::{Template, mirror};

/// An asset is a still: a transition would show the record before, half way.
const STILL: &str = "*, *::before, *::after { transition: none !important; animation: none !important; }";

/// Attributes that say how elements look.
const HINTS: &str = include_str!("../../assets/hints.css");

pub(super) fn open(
    template: &Template,
    resources: &Arc<Resources>,
    variant: &Variant,
    scale: f64,
) -> Result<Live, Vec<Diagnostic>> {
    static PREFERENCES: Once = Once::new();
    PREFERENCES.call_once(|| {
        stylo_static_prefs::set_pref!("layout.css.has-selector.enabled", true);
        stylo_static_prefs::set_pref!("layout.css.nth-child-of.enabled", true);
        stylo_static_prefs::set_pref!("layout.unimplemented", true);
    });

    let path = template.path();
    let absolute = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let base = Url::from_file_path(&absolute).map_err(|()| {
        vec![Diagnostic::error("bad-path", "the template's path is not absolute").with_span(Span::file(path))]
    })?;
    resources.declare_faces(template.html(), &base);
    let loader = Loader::new(resources.clone());
    let (width, height) = (variant.format.width * scale, variant.format.height * scale);
    let viewport = Viewport::new(
        width.round().max(1.0) as u32,
        height.round().max(1.0) as u32,
        scale as f32,
        ColorScheme::Light,
    );
    let config = DocumentConfig {
        viewport: Some(viewport),
        base_url: Some(base.to_string()),
        ua_stylesheets: vec![
            UserAgentStylesheet::default_sheet(),
            UserAgentStylesheet::parse(STILL),
            UserAgentStylesheet::parse(mirror::REGISTERED),
            UserAgentStylesheet::parse(HINTS),
        ],
        net_provider: Some(loader.clone()),
        html_parser_provider: Some(Arc::new(HtmlProvider)),
        font_ctx: Some(resources.fonts().context()),
        style_threading: StyleThreading::Sequential,
        ..DocumentConfig::default()
    };
    let mut document = HtmlDocument::from_html(template.html(), config);
    let root = document.try_root_element().map(|root| root.id);
    let Some(root) = root else {
        return Err(vec![
            Diagnostic::error("empty-template", "the template is empty").with_span(Span::file(path)),
        ]);
    };
    let root_style = root_style(variant);
    mark_variant(&mut document, root, variant, &root_style);
    sources::set_aside(&mut document);
    let top = document.root_node().id;
    let mut mutator = document.mutate();
    let scope = Scope::scan(&mut mutator, &[top]).map_err(|block| {
        let message = "the parser put this block's ends into different elements";
        let span = template.slot(block).map_or_else(|| Span::file(path), |slot| slot.span.clone());
        vec![Diagnostic::error("unbalanced-block", message).with_span(span).with_hint(
            "HTML moved one of them (a <div> in a <p>, or text directly in a <table>): close elements yourself",
        )]
    })?;
    drop(mutator);
    let mut fitting = Fitting::default();
    fitting.rescan(&document);
    let generates = generates(template.html());
    let mut sources = Sources::default();
    sources.rescan(&document);
    Ok(Live {
        document,
        loader,
        base,
        scope,
        root,
        root_style,
        fitting,
        sources,
        generated: Generated::default(),
        typeset: Typeset::default(),
        anchored: Anchored::default(),
        generates,
        spans: spans::has_any(template.html()),
        shown: None,
        floats: false,
        tables: false,
    })
}

/// The colorway's custom properties as declarations.
fn root_style(variant: &Variant) -> String {
    let mut style = String::new();
    for (name, value) in variant.colorway.iter().flat_map(|colorway| &colorway.properties) {
        write!(style, "{name}: {value};").expect("a string takes all");
    }
    style
}

fn mark_variant(document: &mut HtmlDocument, root: NodeId, variant: &Variant, style: &str) {
    let own_style = document
        .get_node(root)
        .and_then(|node| node.attr(local_name!("style")).map(str::to_owned))
        .unwrap_or_default();
    let mut mutator = document.mutate();
    mutator.set_attribute(root, plain_name("data-format"), &variant.format.name);
    if let Some(colorway) = &variant.colorway {
        mutator.set_attribute(root, plain_name("data-colorway"), &colorway.name);
    }
    if !style.is_empty() {
        let style = if own_style.is_empty() { style.to_owned() } else { format!("{own_style};{style}") };
        mutator.set_attribute(root, plain_name("style"), &style);
    }
}

pub(super) fn plain_name(name: &str) -> QualName {
    QualName { prefix: None, ns: ns!(), local: name.into() }
}
