//! Pictures on the page: pixels as images, drawings as the shapes that they are.

use std::sync::LazyLock;

use kurbo::{Affine, Rect};

use super::content::Content;
use super::file::Id;
use super::painter::Painter;
use crate::display::{Blend, DisplayList, Draw, Picture};

impl Painter<'_> {
    pub(super) fn picture(
        &mut self,
        picture: &Picture,
        transform: Affine,
        smooth: bool,
        content: &mut Content,
    ) {
        if transform.determinant() == 0.0 {
            return;
        }
        if let Some(list) = picture.drawing.as_ref().and_then(|drawing| LazyLock::force(drawing).as_ref()) {
            return self.drawing(list, transform, content);
        }
        if let Some(image) = self.store.images.picture(picture, smooth) {
            let object = self.document.image(&image);
            placed(object, (picture.width.into(), picture.height.into()), transform, content);
        }
    }

    /// A list as a form of its own, which `transform` maps to the page.
    fn drawing(&mut self, list: &DisplayList, transform: Affine, content: &mut Content) {
        let canvas = Rect::new(0.0, 0.0, list.width.into(), list.height.into());
        let mut inner = Content::new(Affine::IDENTITY);
        self.nested(list, canvas, &mut inner);
        if inner.bytes.is_empty() {
            return;
        }
        let form = self.document.form(&inner, canvas, blends(list));
        content.word("q");
        content.transform(transform);
        content.object(form);
        content.word("Q");
    }
}

/// Whether anything in a list blends with what is below it, which within a drawing is only the drawing.
fn blends(list: &DisplayList) -> bool {
    list.commands
        .iter()
        .any(|command| matches!(&command.draw, Draw::Push(layer) if layer.blend != Blend::Normal))
}

/// Draws an image object whose pixels are mapped by `place`.
pub(super) fn placed(object: Id, (width, height): (f64, f64), place: Affine, content: &mut Content) {
    content.word("q");
    content.transform(place * Affine::new([width, 0.0, 0.0, -height, 0.0, height]));
    content.object(object);
    content.word("Q");
}
