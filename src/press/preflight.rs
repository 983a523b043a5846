//! What is wrong with a composition that would still come out as a picture.

use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::Arc;

use blitz_dom::{BaseDocument, Node, NodeData, NodeId};
use blitz_traits::net::Url;
use kurbo::Rect;

use super::bind::image_source;
use super::measure::{
    border_box, content_box, describe, excerpt, inline_roots, lines, opted_out, self_and_ancestors,
};
use crate::diagnostic::Diagnostic;
use crate::display::{DisplayList, Draw, GlyphRun, Picture};
use crate::paint::Images;
use crate::resources::{Resources, split_density};

/// A picture enlarged more than this looks soft.
const MAX_ENLARGEMENT: f64 = 1.25;
/// Ink that may lie outside, in CSS pixels: rounding and the soft edges of glyphs.
const TOLERANCE: f64 = 1.5;

/// The shared images as painting sees them, noting what is missing or too small.
pub(super) struct Pictures<'a> {
    resources: &'a Arc<Resources>,
    base: &'a Url,
    problems: RefCell<Vec<Diagnostic>>,
}

impl<'a> Pictures<'a> {
    pub(super) fn new(resources: &'a Arc<Resources>, base: &'a Url) -> Self {
        Self { resources, base, problems: RefCell::default() }
    }

    pub(super) fn problems(self) -> Vec<Diagnostic> {
        self.problems.into_inner()
    }

    fn note(&self, problem: Diagnostic) {
        let mut problems = self.problems.borrow_mut();
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
}

impl Images for Pictures<'_> {
    fn picture(&self, url: &str, width: f64, height: f64) -> Option<Picture> {
        match self.resources.image(url) {
            Ok(image) => {
                if let Some((across, down)) = image.pixels()
                    && (width / f64::from(across)).min(height / f64::from(down)) > MAX_ENLARGEMENT
                {
                    self.note(
                        Diagnostic::warning(
                            "image-too-small",
                            format!(
                                "the image {} has {across}×{down} pixels and is shown at {width:.0}×{height:.0}",
                                short_name(split_density(url).0),
                            ),
                        )
                        .with_hint("use a larger picture"),
                    );
                }
                let picture = image.picture(width, height);
                if picture.is_none() {
                    let message = format!("the image {} cannot be drawn", short_name(url));
                    self.note(Diagnostic::error("broken-image", message));
                }
                picture
            }
            Err(problem) => {
                self.note((*problem).clone());
                None
            }
        }
    }

    fn size(&self, url: &str) -> Option<(f64, f64)> {
        self.resources.image(url).ok().map(|image| (image.width, image.height))
    }

    fn is_ratio(&self, url: &str) -> bool {
        self.resources.image(url).is_ok_and(|image| image.is_ratio())
    }

    fn drawing(&self, svg: &str, width: f64, height: f64) -> Option<Picture> {
        match self.resources.drawing(svg, width, height, self.base) {
            Ok(picture) => picture,
            Err(problem) => {
                self.note((*problem).clone());
                None
            }
        }
    }
}

fn short_name(url: &str) -> String {
    format!("`{}`", url.rsplit('/').next().unwrap_or(url).chars().take(60).collect::<String>())
}

/// Checks images that take no room because they are missing, and all text but that below the nodes of
/// which was `told` already.
pub(super) fn check(
    document: &BaseDocument,
    list: &DisplayList,
    scale: f64,
    resources: &Resources,
    base: &Url,
    problems: &mut Vec<Diagnostic>,
    mut told: HashSet<NodeId>,
) {
    missing_images(document, resources, base, problems);
    text_in_list(document, list, scale, problems, &mut told);
    text_in_boxes(document, problems, &mut told);
}

fn missing_images(
    document: &BaseDocument,
    resources: &Resources,
    base: &Url,
    problems: &mut Vec<Diagnostic>,
) {
    let mut stack = vec![document.root_node().id];
    while let Some(node) = stack.pop().and_then(|id| document.get_node(id)) {
        stack.extend(node.children.iter().rev());
        let Some(source) = image_source(node) else {
            if has_only_a_choice(document, node) {
                let message = format!("{} has no picture to show here", describe(document, node.id));
                let hint = "add a src: it is shown where no picture of srcset or of a <source> applies";
                problems.push(Diagnostic::error("missing-image", message).with_hint(hint));
            }
            continue;
        };
        let problem = match base.join(source) {
            _ if source.is_empty() => Diagnostic::error(
                "missing-image",
                format!("{} has an empty address", describe(document, node.id)),
            ),
            Ok(url) => match resources.image(url.as_str()) {
                Ok(_) => continue,
                Err(problem) => (*problem).clone(),
            },
            Err(error) => Diagnostic::error("bad-address", format!("`{source}` is not an address: {error}")),
        };
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
}

/// An `<img>` that names its pictures with `srcset` or `<source>` alone.
fn has_only_a_choice(document: &BaseDocument, node: &Node) -> bool {
    let has =
        |node: &Node, name: &str| node.attrs().is_some_and(|all| all.iter().any(|a| &*a.name.local == name));
    let is =
        |node: &Node, name: &str| node.element_data().is_some_and(|element| &*element.name.local == name);
    let siblings =
        node.parent.and_then(|id| document.get_node(id)).map_or([].as_slice(), |node| &node.children);
    is(node, "img")
        && (has(node, "srcset")
            || siblings.iter().filter_map(|&id| document.get_node(id)).any(|node| is(node, "source")))
}

/// What the display list shows: glyphs that no font has, and ink that is cut off.
fn text_in_list(
    document: &BaseDocument,
    list: &DisplayList,
    scale: f64,
    problems: &mut Vec<Diagnostic>,
    told: &mut HashSet<NodeId>,
) {
    let frame = Rect::new(0.0, 0.0, f64::from(list.width), f64::from(list.height));
    // Each group's clip within those around it; `None` for a group that clips nothing.
    let mut clips: Vec<Rect> = vec![Rect::new(f64::MIN, f64::MIN, f64::MAX, f64::MAX)];
    let mut missing: Vec<char> = Vec::new();
    for command in &list.commands {
        match &command.draw {
            Draw::Push(layer) => {
                let outer = *clips.last().expect("the first stays");
                clips.push(layer.clip.as_ref().map_or(outer, |clip| outer.intersect(clip.bounds())));
            }
            Draw::Pop if clips.len() > 1 => {
                clips.pop();
            }
            Draw::Pop => {}
            // A shadow of text says nothing; the text itself is told of.
            Draw::Glyphs(run) if !run.text.is_empty() => {
                missing_glyphs(run, &mut missing);
                let Some(ink) = run.ink() else { continue };
                let node = NodeId::from_u64(command.node.0);
                let slack = TOLERANCE * scale;
                let lies_within = |outer: Rect| {
                    ink.x0 >= outer.x0 - slack
                        && ink.y0 >= outer.y0 - slack
                        && ink.x1 <= outer.x1 + slack
                        && ink.y1 <= outer.y1 + slack
                };
                let clip = *clips.last().expect("the first stays");
                if lies_within(frame) && lies_within(clip)
                    || is_told(document, node, told)
                    || opted_out(document, node)
                {
                    continue;
                }
                told.insert(node);
                let (code, what) = if !lies_within(frame) && ink.intersect(frame).area() <= 0.0 {
                    ("text-off-canvas", "lies outside the picture")
                } else if !lies_within(frame) {
                    ("text-off-canvas", "reaches over the edge of the picture")
                } else {
                    ("text-clipped", "is cut off by the box around it")
                };
                problems.push(
                    Diagnostic::warning(
                        code,
                        format!("“{}” in {} {what}", excerpt(&run.text), describe(document, node)),
                    )
                    .with_hint("use data-fit=\"shrink\", or data-overflow=\"ignore\" if it is meant"),
                );
            }
            _ => {}
        }
    }
    missing.sort_unstable();
    missing.dedup();
    for c in missing {
        problems.push(
            Diagnostic::warning(
                "missing-glyph",
                format!("no font has the character “{c}” (U+{:04X})", u32::from(c)),
            )
            .with_hint("add a font that has it under [fonts]"),
        );
    }
}

/// Characters that show nothing, so no font needs to have them.
fn shows_nothing(c: char) -> bool {
    c.is_control()
        || c.is_whitespace()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

fn missing_glyphs(run: &GlyphRun, missing: &mut Vec<char>) {
    if run.glyphs.iter().all(|glyph| glyph.id != 0) {
        return;
    }
    for cluster in &run.clusters {
        let glyphs = run.glyphs.get(cluster.glyphs.start as usize..cluster.glyphs.end as usize);
        let text = run.text.get(cluster.text.start as usize..cluster.text.end as usize);
        if let (Some(glyphs), Some(text)) = (glyphs, text)
            && glyphs.iter().any(|glyph| glyph.id == 0)
        {
            missing.extend(text.chars().filter(|c| !shows_nothing(*c)));
        }
    }
}

/// Text that is taller or wider than the boxes it stands in, though nothing cuts it off.
fn text_in_boxes(document: &BaseDocument, problems: &mut Vec<Diagnostic>, told: &mut HashSet<NodeId>) {
    inline_roots(document, document.root_node().id, &mut |root| {
        let Some(lines) = lines(root) else { return };
        let mut bounds = lines.bounds;
        // Line boxes may be tighter than a font; only the width, and whole lines, count.
        let slack = (bounds.bottom - bounds.top) / lines.count.max(1) as f32 * 0.25;
        bounds.top += slack;
        bounds.bottom -= slack;
        let mut room = content_box(root);
        let mut at = root;
        loop {
            if !room.holds(&bounds) {
                let node = element_of(document, root.id);
                if !opted_out(document, node) && !is_told(document, node, told) {
                    told.insert(node);
                    let mut text = root.element_data().map_or(String::new(), |e| {
                        e.inline_layout_data.as_ref().map_or(String::new(), |layout| layout.text.clone())
                    });
                    text.truncate(text.floor_char_boundary(500));
                    if excerpt(&text).is_empty() {
                        // Only pictures and boxes: no text to fit.
                        return;
                    }
                    let own = describe(document, node);
                    let outer = match element_of(document, at.id) {
                        outer if outer == node => "its box".to_owned(),
                        outer => describe(document, outer),
                    };
                    let message = format!("“{}” in {own} is larger than {outer}", excerpt(&text));
                    problems
                        .push(Diagnostic::warning("text-overflow", message).with_hint(
                            "use data-fit=\"shrink\", or data-overflow=\"ignore\" if it is meant",
                        ));
                }
                return;
            }
            if at.is_out_of_flow() {
                return;
            }
            let Some(parent) = at.layout_parent.get().and_then(|id| document.get_node(id)) else { return };
            // The page itself is what the frame is checked against.
            if parent.element_data().is_none_or(|e| matches!(&*e.name.local, "html" | "body")) {
                return;
            }
            room = border_box(parent);
            at = parent;
        }
    });
}

/// The element that a box without element of its own belongs to.
fn element_of(document: &BaseDocument, id: NodeId) -> NodeId {
    let mut at = id;
    while let Some(node) = document.get_node(at) {
        match (&node.data, node.layout_parent.get()) {
            (NodeData::AnonymousBlock(_), Some(parent)) => at = parent,
            _ => break,
        }
    }
    at
}

/// Whether something was said of the node or of one around it.
fn is_told(document: &BaseDocument, id: NodeId, told: &HashSet<NodeId>) -> bool {
    !told.is_empty() && self_and_ancestors(document, id).any(|node| told.contains(&node.id))
}
