//! Which drawings (SVG) are not drawn, because it would end the process, take for ever, or more memory than
//! there is.

use resvg::tiny_skia::Transform;
use resvg::usvg;

/// How far from its corner, in pixels, a drawing's shapes may reach.
const FARTHEST: f32 = 1e7;
/// How many shapes may be drawn for patterns, masks and clips, each as often as it is used: used within each
/// other a few times at each level, they would be drawn millions of times.
const MAX_USES: usize = 1 << 17;
/// Pixels that tiles of patterns within each other may have together.
const MAX_TILES: f64 = 32e6;

/// Whether a drawing can be drawn at so many pixels to a unit, across and down.
pub(super) fn is_drawable(tree: &usvg::Tree, x: f32, y: f32) -> bool {
    let most = FARTHEST / x.max(y).max(1.0);
    // At coordinates near the end of whole numbers tiny-skia panics, and once more when it drops what it was
    // at: that ends the process.
    is_within(tree.root(), most)
        && tree.clip_paths().iter().all(|clip| is_within(clip.root(), most))
        && tree.masks().iter().all(|mask| is_within(mask.root(), most))
        && tree.patterns().iter().all(|pattern| is_within(pattern.root(), most))
        && Walk { left: MAX_USES }.nodes(tree.root(), Place::root(Transform::from_scale(x, y)))
}

/// Whether no shape reaches too far.
fn is_within(group: &usvg::Group, most: f32) -> bool {
    group.children().iter().all(|node| match node {
        usvg::Node::Group(group) => is_within(group, most),
        usvg::Node::Text(text) => is_within(text.flattened(), most),
        node => {
            let bounds = [node.abs_stroke_bounding_box(), node.stroke_bounding_box()];
            bounds
                .iter()
                .all(|b| [b.left(), b.top(), b.right(), b.bottom()].iter().all(|side| side.abs() < most))
        }
    })
}

/// Goes through a drawing as drawing it does; each step is false when it is too much.
struct Walk {
    left: usize,
}

/// Where a group lies.
#[derive(Clone, Copy)]
struct Place {
    /// From the outermost group's units to pixels.
    transform: Transform,
    /// Pixels that tiles may still have.
    room: f64,
    /// Whether it is part of something that is used.
    is_used: bool,
}

impl Place {
    fn root(transform: Transform) -> Self {
        Self { transform, room: MAX_TILES, is_used: false }
    }

    fn used(self) -> Self {
        Self { is_used: true, ..self }
    }
}

impl Walk {
    fn nodes(&mut self, group: &usvg::Group, place: Place) -> bool {
        group.children().iter().all(|node| self.node(node, place))
    }

    fn node(&mut self, node: &usvg::Node, place: Place) -> bool {
        if place.is_used {
            let Some(left) = self.left.checked_sub(1) else { return false };
            self.left = left;
        }
        match node {
            usvg::Node::Group(group) => {
                let masks = std::iter::successors(group.mask(), |mask| mask.mask());
                let clips = std::iter::successors(group.clip_path(), |clip| clip.clip_path());
                let mut used = masks.map(usvg::Mask::root).chain(clips.map(usvg::ClipPath::root));
                used.all(|root| self.nodes(root, place.used())) && self.nodes(group, place)
            }
            usvg::Node::Path(path) => {
                let place = Place { transform: place.transform.pre_concat(path.abs_transform()), ..place };
                let paints = [path.fill().map(usvg::Fill::paint), path.stroke().map(usvg::Stroke::paint)];
                paints.into_iter().flatten().all(|paint| match paint {
                    usvg::Paint::Pattern(pattern) => self.pattern(pattern, place),
                    _ => true,
                })
            }
            usvg::Node::Image(image) => match image.kind() {
                usvg::ImageKind::SVG(tree) => self.nodes(tree.root(), place),
                _ => true,
            },
            usvg::Node::Text(text) => self.nodes(text.flattened(), place),
        }
    }

    /// A pattern's tile is drawn for each shape that has it, into pixels of its own.
    fn pattern(&mut self, pattern: &usvg::Pattern, place: Place) -> bool {
        let (x, y) = place.transform.pre_concat(pattern.transform()).get_scale();
        let rect = pattern.rect();
        let tile = f64::from(rect.width() * x) * f64::from(rect.height() * y);
        let room = place.room - tile;
        room >= 0.0
            && self
                .nodes(pattern.root(), Place { transform: Transform::from_scale(x, y), room, is_used: true })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A square of patterns within each other, each of which is used twelve times in the next.
    fn nested(levels: usize, tile: usize) -> usvg::Tree {
        let mut svg = "<svg xmlns='http://www.w3.org/2000/svg' width='100' height='100'>".to_owned();
        let mut fill = "red".to_owned();
        for level in 0..levels {
            let shapes: String = (0..12)
                .map(|at| format!("<rect x='{at}' y='{at}' width='4' height='4' fill='{fill}'/>"))
                .collect();
            svg += &format!(
                "<pattern id='p{level}' width='{tile}' height='{tile}' patternUnits='userSpaceOnUse'>{shapes}</pattern>"
            );
            fill = format!("url(#p{level})");
        }
        svg += &format!("<rect width='100' height='100' fill='{fill}'/></svg>");
        usvg::Tree::from_str(&svg, &usvg::Options::default()).expect("a drawing")
    }

    #[test]
    fn patterns_within_patterns_end() {
        assert!(is_drawable(&nested(0, 20), 1.0, 1.0));
        assert!(is_drawable(&nested(4, 20), 1.0, 1.0));
        assert!(!is_drawable(&nested(5, 20), 1.0, 1.0));
        // Tiles of 4 megapixels.
        assert!(is_drawable(&nested(1, 2000), 1.0, 1.0));
        assert!(!is_drawable(&nested(1, 2000), 4.0, 4.0));
        // Shapes without patterns are as many as they are.
        let many = "<path d='M0 0h1v1z'/>".repeat(MAX_USES + 1);
        let svg = format!("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>{many}</svg>");
        let tree = usvg::Tree::from_str(&svg, &usvg::Options::default()).expect("a drawing");
        assert!(is_drawable(&tree, 1.0, 1.0));
    }
}
