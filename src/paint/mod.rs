//! Resolved document to display list.
//!
//! The walk follows the paint tree that Blitz keeps (CSS 2.2, appendix E): each element's outer
//! shadows, background, inner shadows and border, then its own content, then its children, with those
//! of negative and positive `z-index` before and after.

mod background;
mod border;
mod border_image;
mod boxes;
mod decoration;
mod effects;
mod emphasis;
mod gradient;
mod hang;
mod image;
mod inline;
mod link;
mod marker;
mod mask;
mod shadow;
mod stacking;
mod sticky;
mod style;
mod table;
mod text;
mod transform;
mod vector;

use std::collections::{HashMap, HashSet};

use blitz_dom::{BaseDocument, Node as DomNode, NodeId};
use kurbo::{Affine, Rect, Vec2};

use crate::display::{DisplayList, Filter, Layer, Node, Paint, Picture, Recorder, Shape};

pub(crate) use background::url_of;
use boxes::Boxes;
pub(crate) use emphasis::em_box;
pub(crate) use marker::bullet_room;
use style::Styles;
pub(crate) use table::{Cell, Grid, SharedBorders, is_caption};
use transform::Transform;

/// Where pictures come from: decoded once, shared.
pub trait Images {
    /// The picture behind an absolute URL; a drawing (SVG) is rasterised at width × height device
    /// pixels. `None` when it is missing, which is then already reported.
    fn picture(&self, url: &str, width: f64, height: f64) -> Option<Picture>;
    /// Intrinsic size, in CSS pixels, of the image behind an absolute URL.
    fn size(&self, url: &str) -> Option<(f64, f64)>;
    /// Whether that size is nothing but a ratio: a drawing with a `viewBox` alone.
    fn is_ratio(&self, url: &str) -> bool;
    /// An inline `<svg>` element, serialised, as a picture of width × height device pixels.
    fn drawing(&self, svg: &str, width: f64, height: f64) -> Option<Picture>;
}

/// Records what the document looks like. It must be resolved. `scale` is device pixels per CSS pixel;
/// `reuse` gives its memory.
pub fn paint(document: &BaseDocument, scale: f64, images: &dyn Images, reuse: DisplayList) -> DisplayList {
    let (width, height) = document.viewport().window_size;
    let mut painter = Painter::new(document, scale, images, Recorder::reusing(reuse));
    painter.isolating = stacking::isolating(document);
    if let Some(root) = document.try_root_element() {
        painter.canvas_background(root, width, height);
        painter.element(root, Affine::IDENTITY);
    }
    painter.recorder.finish(width, height)
}

/// The padding box of an inline element, from its first to its last line, in CSS pixels from the corner of the
/// box whose lines it stands on. `scale` and `images` are those that it is painted with.
pub(crate) fn inline_area(
    document: &BaseDocument,
    scale: f64,
    images: &dyn Images,
    root: &DomNode,
    id: NodeId,
) -> Option<Rect> {
    let painter = Painter::new(document, scale, images, Recorder::default());
    let style = root.primary_styles().map(|styles| (*styles).clone())?;
    let boxes = Boxes::of(root, &style, scale);
    let root = Element { node: root, style, boxes, transform: Affine::IDENTITY, pieces: None };
    Some(painter.inline_area(&root, id)?.scale_from_origin(1.0 / scale))
}

struct Painter<'a> {
    document: &'a BaseDocument,
    scale: f64,
    images: &'a dyn Images,
    recorder: Recorder,
    /// The element whose background was painted on the canvas already.
    canvas: Option<NodeId>,
    /// Stacking contexts in which something blends with what lies below it.
    isolating: HashSet<NodeId>,
    /// Positioned boxes met so far that the stacking context paints after its flow.
    deferred: Vec<NodeId>,
    /// How far boxes on a line were moved aside by the padding of inline boxes before them.
    shifts: HashMap<NodeId, f64>,
    /// Paint text, all of it opaque, and nothing else: the shape that `background-clip: text` cuts out.
    only_text: bool,
}

/// What the parts of an element's painting need.
struct Element<'a> {
    node: &'a DomNode,
    style: Styles,
    boxes: Boxes,
    /// From the border box's corner to the frame.
    transform: Affine,
    /// The text of an inline box on this line; of others, it is found in the document.
    pieces: Option<Vec<text::Text>>,
}

impl<'a> Painter<'a> {
    fn new(document: &'a BaseDocument, scale: f64, images: &'a dyn Images, recorder: Recorder) -> Self {
        Self {
            document,
            scale,
            images,
            recorder,
            canvas: None,
            isolating: HashSet::new(),
            deferred: Vec::new(),
            shifts: HashMap::new(),
            only_text: false,
        }
    }

    /// The root's background, or else the body's, covers the whole canvas, and lies as on the root
    /// (CSS Backgrounds 3, §2.11.2).
    fn canvas_background(&mut self, root: &'a DomNode, width: u32, height: u32) {
        let body = root
            .children
            .iter()
            .filter_map(|&id| self.document.get_node(id))
            .find(|node| node.element_data().is_some_and(|element| &*element.name.local == "body"));
        let source = [Some(root), body].into_iter().flatten().find(|node| {
            node.primary_styles().is_some_and(|styles| {
                let styles: Styles = (*styles).clone();
                style::has_background(&styles)
            })
        });
        let Some(source) = source else { return };
        self.canvas = Some(source.id);
        let Some(style) = source.primary_styles().map(|styles| (*styles).clone()) else { return };
        let Some(root_style) = root.primary_styles().map(|styles| (*styles).clone()) else { return };
        let location = root.final_layout().location;
        let offset = Vec2::new(f64::from(location.x), f64::from(location.y)) * self.scale;
        let canvas = Rect::new(0.0, 0.0, width.into(), height.into()) - offset;
        self.recorder.set_node(Node(source.id.as_u64()));
        let boxes = Boxes::of(root, &root_style, self.scale);
        let transform = Affine::translate(offset);
        let element = Element { node: source, style, boxes, transform, pieces: None };
        self.background(&element, Some(canvas));
    }

    fn element(&mut self, node: &'a DomNode, parent: Affine) {
        let Some(style) = node.primary_styles().map(|styles| (*styles).clone()) else { return };
        if style::is_gone(node, &style) {
            return;
        }
        let mut offset = self.location(node);
        if !self.shifts.is_empty() {
            offset.x += self.shifts.get(&node.id).copied().unwrap_or(0.0);
        }
        let above = node.containing_block().and_then(|id| self.document.get_node(id));
        let Some(own) = transform::of(node, &style, above, self.scale) else { return };
        let flow = parent * Affine::translate(offset);
        let (transform, projection) = match own {
            Transform::Affine(own) => (flow * own, None),
            Transform::Perspective(own) => (flow, own.within(flow)),
        };
        if !transform.is_finite() {
            return;
        }
        let boxes = self.without_captions(node, &style, Boxes::of(node, &style, self.scale));
        let element = Element { node, style, boxes, transform, pieces: None };
        if self.only_text {
            self.content(&element);
            return;
        }
        let id = Node(node.id.as_u64());
        self.recorder.set_node(id);

        if let Some(projection) = projection {
            let filters = vec![Filter::Project(projection)];
            self.recorder.push(Layer { filters, ..Layer::default() });
        }
        let count = self.open_groups(&element) + usize::from(projection.is_some());
        if style::is_visible(&element.style) {
            self.box_of(&element);
        }
        let clip = effects::overflow_clip(&element, self.document);
        let clipped = clip.is_some();
        if let Some(clip) = clip {
            self.recorder.push(Layer { clip: Some(clip), ..Layer::default() });
        }
        if style::is_visible(&element.style) {
            self.replaced(&element);
        }
        self.content(&element);
        self.recorder.set_node(id);
        self.collapsed_borders(&element);
        if clipped {
            self.recorder.pop();
        }
        if style::is_visible(&element.style) {
            self.outline(&element);
        }
        self.link(&element);
        for _ in 0..count {
            self.recorder.pop();
        }
    }

    /// Where the box lies in the one that contains it.
    fn location(&self, node: &DomNode) -> Vec2 {
        let location = node.final_layout().location;
        let flow = Vec2::new(location.x.into(), location.y.into());
        (flow + sticky::shift(self.document, node)) * self.scale
    }

    /// Shadows, background and border. The outline comes after the content.
    fn box_of(&mut self, element: &Element<'_>) {
        if self.is_hidden_cell(element) {
            return;
        }
        self.outer_shadows(element);
        if self.canvas != Some(element.node.id) {
            self.background(element, None);
        }
        self.inner_shadows(element);
        self.table_backgrounds(element);
        if !self.border_image(element) {
            self.border(element);
        }
    }

    fn fill(&mut self, element: &Element<'_>, shape: &Shape, paint: Paint) {
        self.recorder.fill(boxes::place(shape, element.transform), paint);
    }
}
