//! Which of its pictures an `<img>` shows: those of `srcset` and of the `<source>`s of a `<picture>`
//! (HTML, §4.8.4.3), chosen for the format and the scale of the press.

use blitz_dom::{BaseDocument, NodeId};
use style::context::QuirksMode;
use style::device::Device;
use style::media_queries::MediaList;
use style::parser::ParserContext;
use style::stylesheets::{CssRuleType, CustomMediaEvaluator, Origin, UrlExtraData};
use style::values::specified::source_size_list::SourceSizeList;
use style_traits::ParsingMode;

use super::bind::{self, Context};
use super::document::plain_name;
use crate::resources::{CandidateSize, candidates, with_density};

/// Where the `src` of an `<img>` stands that has other pictures, too.
const OWN: &str = "data-byname-src";

/// Types of pictures that can be shown.
const TYPES: [&str; 7] =
    ["image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp", "image/svg+xml", "image/avif"];

/// The images of the document that have a choice.
#[derive(Debug, Default)]
pub(super) struct Sources(Vec<NodeId>);

/// Puts the `src` of images with a choice aside: what is shown takes its place.
pub(super) fn set_aside(document: &mut BaseDocument) {
    for image in responsive(document) {
        let own = document.get_node(image).and_then(|node| attribute(node, "src")).map(str::to_owned);
        let mut mutator = document.mutate();
        mutator.clear_attribute(image, plain_name("src"));
        if let Some(own) = own {
            mutator.set_attribute(image, plain_name(OWN), &own);
        }
    }
}

impl Sources {
    /// Finds the images, after elements came or went.
    pub(super) fn rescan(&mut self, document: &BaseDocument) {
        self.0 = responsive(document);
    }

    /// Shows the pictures that the document as it stands asks for. `scale` is device pixels per CSS pixel.
    pub(super) fn choose(&self, document: &mut BaseDocument, scale: f64, context: &Context<'_>) {
        for &image in &self.0 {
            let Some(lists) = Lists::of(document, image) else { continue };
            let chosen = lists.choose(document.stylist_device(), scale, context);
            let shown = document.get_node(image).and_then(|node| attribute(node, "src"));
            if shown != chosen.as_deref() {
                let mut mutator = document.mutate();
                bind::set_attribute(&mut mutator, image, &plain_name("src"), chosen.as_deref(), context);
            }
        }
    }
}

/// `<img>` elements with a `srcset` or in a `<picture>`, in document order.
fn responsive(document: &BaseDocument) -> Vec<NodeId> {
    let mut out = Vec::new();
    let mut stack = vec![document.root_node().id];
    while let Some(node) = stack.pop().and_then(|id| document.get_node(id)) {
        stack.extend(node.children.iter().rev());
        if is(node, "img")
            && (attribute(node, "srcset").is_some()
                || node
                    .parent
                    .and_then(|id| document.get_node(id))
                    .is_some_and(|parent| is(parent, "picture")))
        {
            out.push(node.id);
        }
    }
    out
}

fn is(node: &blitz_dom::Node, name: &str) -> bool {
    node.element_data().is_some_and(|element| &*element.name.local == name)
}

fn attribute<'a>(node: &'a blitz_dom::Node, name: &str) -> Option<&'a str> {
    node.attrs()?.iter().find(|a| &*a.name.local == name).map(|a| a.value.as_str())
}

/// What an image may show: lists of pictures, the first that applies counts.
struct Lists(Vec<List>);

struct List {
    media: Option<String>,
    kind: Option<String>,
    srcset: String,
    sizes: String,
    /// The picture that stands last, at its own size.
    own: Option<String>,
}

impl Lists {
    fn of(document: &BaseDocument, image: NodeId) -> Option<Self> {
        let node = document.get_node(image)?;
        let list = |node: &blitz_dom::Node, own: Option<&str>| List {
            media: attribute(node, "media").map(str::to_owned),
            kind: attribute(node, "type").map(str::to_owned),
            srcset: attribute(node, "srcset").unwrap_or_default().to_owned(),
            sizes: attribute(node, "sizes").unwrap_or("100vw").to_owned(),
            own: own.map(str::to_owned),
        };
        let picture = node.parent.and_then(|id| document.get_node(id)).filter(|parent| is(parent, "picture"));
        let before = picture.map_or([].as_slice(), |picture| &picture.children);
        let mut lists: Vec<List> = before
            .iter()
            .take_while(|&&id| id != image)
            .filter_map(|&id| document.get_node(id))
            .filter(|node| is(node, "source"))
            .map(|node| list(node, None))
            .collect();
        lists.push(List { media: None, kind: None, ..list(node, attribute(node, OWN)) });
        Some(Self(lists))
    }

    fn choose(&self, device: &Device, scale: f64, context: &Context<'_>) -> Option<String> {
        let url = UrlExtraData::from(context.base.clone());
        let mut parser_context = ParserContext::new(
            Origin::Author,
            &url,
            Some(CssRuleType::Media),
            ParsingMode::DEFAULT,
            QuirksMode::NoQuirks,
            Default::default(),
            None,
            None,
            Default::default(),
        );
        self.0.iter().find_map(|list| {
            if let Some(kind) = &list.kind
                && !TYPES.contains(
                    &kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str(),
                )
            {
                return None;
            }
            if let Some(media) = &list.media {
                let media = MediaList::parse(&mut parser_context, &mut cssparser::Parser::new(media));
                let mut custom = CustomMediaEvaluator::none();
                if !media.evaluate(device, QuirksMode::NoQuirks, &mut custom) {
                    return None;
                }
            }
            list.choose(device, scale, &parser_context)
        })
    }
}

impl List {
    fn choose(&self, device: &Device, scale: f64, context: &ParserContext<'_>) -> Option<String> {
        let listed = candidates(&self.srcset);
        let mut across = None;
        let mut pictures: Vec<(&str, f64)> = listed
            .iter()
            .map(|candidate| {
                let density = match candidate.size {
                    CandidateSize::Density(density) => density,
                    CandidateSize::Width(width) => {
                        let across = across.get_or_insert_with(|| {
                            let sizes =
                                SourceSizeList::parse(context, &mut cssparser::Parser::new(&self.sizes));
                            sizes.evaluate(device, QuirksMode::NoQuirks).to_f64_px()
                        });
                        width / across.max(f64::MIN_POSITIVE)
                    }
                };
                (candidate.url, density)
            })
            .collect();
        let has_widths = listed.iter().any(|candidate| matches!(candidate.size, CandidateSize::Width(_)));
        let own = self.own.as_deref().filter(|own| !own.is_empty());
        if let Some(own) = own
            && !has_widths
            && !pictures.iter().any(|(_, density)| *density == 1.0)
        {
            pictures.push((own, 1.0));
        }
        pictures.sort_by(|a, b| a.1.total_cmp(&b.1));
        pictures.dedup_by(|later, first| later.1 == first.1);
        let (url, density) = pick(&pictures, scale)?;
        Some(with_density(url, density))
    }
}

/// The picture with enough pixels, unless the next smaller one is nearer: what Chromium chooses.
fn pick<'a>(pictures: &[(&'a str, f64)], scale: f64) -> Option<(&'a str, f64)> {
    for pair in pictures.windows(2) {
        let ((_, smaller), (_, larger)) = (pair[0], pair[1]);
        if larger < scale {
            continue;
        }
        let near = scale >= (smaller * larger).sqrt() || scale <= 1.0 && scale > smaller;
        return Some(if near { pair[1] } else { pair[0] });
    }
    pictures.last().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_with_enough_pixels_is_picked() {
        let pictures = [("a", 0.5), ("b", 1.0), ("c", 2.0), ("d", 4.0)];
        for (scale, expected) in
            [(0.3, "a"), (0.6, "b"), (1.0, "b"), (1.2, "b"), (1.5, "c"), (2.0, "c"), (3.0, "d"), (9.0, "d")]
        {
            assert_eq!(pick(&pictures, scale).unwrap().0, expected, "{scale}");
        }
        assert_eq!(pick(&[], 1.0), None);
    }
}
