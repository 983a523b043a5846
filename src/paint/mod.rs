//! Resolved document to display list.
//!
//! The walk follows the paint tree that Blitz keeps (CSS 2.2, appendix E): each element's outer
//! shadows, background, inner shadows and border, then its own content, then its children, with those
//! of negative and positive `z-index` before and after.

mod background;
mod border;
mod boxes;
mod effects;
mod gradient;
mod image;
mod shadow;
mod style;
mod text;

use blitz_dom::{BaseDocument, Node as DomNode, NodeId};
use kurbo::{Affine, Rect, Vec2};

use crate::display::{DisplayList, Layer, Node, Paint, Picture, Recorder, Shape};

use boxes::Boxes;
use style::Styles;

/// Where pictures come from: decoded once, shared.
pub trait Images {
    /// The picture behind an absolute URL; a drawing (SVG) is rasterised at width × height device
    /// pixels. `None` when it is missing, which is then already reported.
    fn picture(&self, url: &str, width: f64, height: f64) -> Option<Picture>;
    /// Intrinsic size, in CSS pixels, of the image behind an absolute URL.
    fn size(&self, url: &str) -> Option<(f64, f64)>;
    /// An inline `<svg>` element, serialised, as a picture of width × height device pixels.
    fn drawing(&self, svg: &str, width: f64, height: f64) -> Option<Picture>;
}

/// Records what the document looks like. It must be resolved. `scale` is device pixels per CSS pixel;
/// `reuse` gives its memory.
pub fn paint(document: &BaseDocument, scale: f64, images: &dyn Images, reuse: DisplayList) -> DisplayList {
    let (width, height) = document.viewport().window_size;
    let mut painter = Painter { document, scale, images, recorder: Recorder::reusing(reuse), canvas: None };
    if let Some(root) = document.try_root_element() {
        painter.canvas_background(root, width, height);
        painter.element(root, Affine::IDENTITY);
    }
    painter.recorder.finish(width, height)
}

struct Painter<'a> {
    document: &'a BaseDocument,
    scale: f64,
    images: &'a dyn Images,
    recorder: Recorder,
    /// The element whose background was painted on the canvas already.
    canvas: Option<NodeId>,
}

/// What the parts of an element's painting need.
struct Element<'a> {
    node: &'a DomNode,
    style: Styles,
    boxes: Boxes,
    /// From the border box's corner to the frame.
    transform: Affine,
}

impl<'a> Painter<'a> {
    /// The root's background, or else the body's, covers the whole canvas (CSS Backgrounds 3, §2.11.2).
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
        let Some(styles) = source.primary_styles().map(|styles| (*styles).clone()) else { return };
        let canvas = Rect::new(0.0, 0.0, width.into(), height.into());
        self.recorder.set_node(Node(source.id.as_u64()));
        let element =
            Element { node: source, style: styles, boxes: Boxes::plain(canvas), transform: Affine::IDENTITY };
        self.background(&element);
    }

    fn element(&mut self, node: &'a DomNode, parent: Affine) {
        let Some(styles) = node.primary_styles().map(|styles| (*styles).clone()) else { return };
        if style::is_gone(node, &styles) {
            return;
        }
        let location = node.final_layout().location;
        let offset = Vec2::new(f64::from(location.x), f64::from(location.y)) * self.scale;
        let own = style::transform(node, &styles, self.scale);
        let transform = parent * Affine::translate(offset) * own;
        if !transform.is_finite() {
            return;
        }
        let boxes = Boxes::of(node, &styles, self.scale);
        let element = Element { node, style: styles, boxes, transform };
        let id = Node(node.id.as_u64());
        self.recorder.set_node(id);

        let group = effects::layer(&element, self.scale);
        let grouped = group.is_some();
        if let Some(group) = group {
            self.recorder.push(group);
        }
        if style::is_visible(&element.style) {
            self.outer_shadows(&element);
            if self.canvas != Some(node.id) {
                self.background(&element);
            }
            self.inner_shadows(&element);
            self.table_backgrounds(&element);
            self.border(&element);
            self.outline(&element);
        }
        let clip = effects::overflow_clip(&element, self.document);
        let clipped = clip.is_some();
        if let Some(clip) = clip {
            self.recorder.push(Layer { clip: Some(clip), ..Layer::default() });
        }
        if style::is_visible(&element.style) {
            self.replaced(&element);
            self.inline_text(&element);
            self.marker(&element);
        }
        self.children(&element);
        self.recorder.set_node(id);
        if clipped {
            self.recorder.pop();
        }
        self.link(&element);
        if grouped {
            self.recorder.pop();
        }
    }

    fn children(&mut self, element: &Element<'a>) {
        let node = element.node;
        let hoisted = |painter: &mut Self, child: &blitz_dom::HoistedPaintChild| {
            let position = child.position(node.tree(), node.id);
            let offset = Vec2::new(position.x.into(), position.y.into()) * painter.scale;
            if let Some(child) = painter.document.get_node(child.node_id) {
                painter.element(child, element.transform.pre_translate(offset));
            }
        };
        if let Some(context) = &node.stacking_context {
            for child in context.neg_z_hoisted_children() {
                hoisted(self, child);
            }
        }
        if let Some(children) = &*node.paint_children.borrow() {
            for &child in children {
                if let Some(child) = self.document.get_node(child) {
                    self.element(child, element.transform);
                }
            }
        }
        if let Some(context) = &node.stacking_context {
            for child in context.pos_z_hoisted_children() {
                hoisted(self, child);
            }
        }
    }

    fn fill(&mut self, element: &Element<'_>, shape: &Shape, paint: Paint) {
        self.recorder.fill(boxes::place(shape, element.transform), paint);
    }

    fn link(&mut self, element: &Element<'_>) {
        let Some(data) = element.node.element_data() else { return };
        if &*data.name.local != "a" {
            return;
        }
        if let Some(href) = data.attrs().iter().find(|attribute| &*attribute.name.local == "href") {
            let rect = element.transform.transform_rect_bbox(element.boxes.border);
            self.recorder.link(rect, href.value.as_str().into());
        }
    }
}
