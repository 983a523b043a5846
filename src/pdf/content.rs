//! A content stream under way: its operators, and the resources that they name.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use kurbo::{Affine, BezPath, PathEl, Point, Rect, Shape as _};

use super::file::Id;
use super::syntax::{fine, integer, number, numbers};
use crate::display::Shape;

/// The kinds of named resources: the letter of their names, and their place in the dictionary.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Font,
    Object,
    State,
    Pattern,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Font, Self::Object, Self::State, Self::Pattern];

    fn letter(self) -> char {
        match self {
            Self::Font => 'F',
            Self::Object => 'X',
            Self::State => 'G',
            Self::Pattern => 'P',
        }
    }

    fn entry(self) -> &'static str {
        match self {
            Self::Font => "Font",
            Self::Object => "XObject",
            Self::State => "ExtGState",
            Self::Pattern => "Pattern",
        }
    }
}

pub(super) struct Content {
    pub bytes: Vec<u8>,
    /// From device pixels to the stream's own first coordinate system: where patterns are placed.
    pub base: Affine,
    used: BTreeSet<(Kind, Id)>,
}

impl Content {
    pub(super) fn new(base: Affine) -> Self {
        Self { bytes: Vec::new(), base, used: BTreeSet::new() }
    }

    /// An operator after its numbers.
    pub(super) fn op(&mut self, values: &[f64], operator: &str) {
        numbers(&mut self.bytes, values);
        self.word(operator);
    }

    /// An operator that takes nothing, or any text of whole operators.
    pub(super) fn word(&mut self, operator: &str) {
        self.bytes.extend_from_slice(operator.as_bytes());
        self.bytes.push(b'\n');
    }

    /// A resource's name. It is the number of its object, so that it is the same in every stream.
    pub(super) fn name(&mut self, kind: Kind, id: Id) {
        self.used.insert((kind, id));
        self.bytes.extend([b'/', kind.letter() as u8]);
        integer(&mut self.bytes, id.into());
        self.bytes.push(b' ');
    }

    pub(super) fn transform(&mut self, affine: Affine) {
        if affine == Affine::IDENTITY {
            return;
        }
        let [a, b, c, d, e, f] = affine.as_coeffs();
        for value in [a, b, c, d] {
            fine(&mut self.bytes, value);
            self.bytes.push(b' ');
        }
        self.op(&[e, f], "cm");
    }

    pub(super) fn state(&mut self, id: Id) {
        self.name(Kind::State, id);
        self.word("gs");
    }

    pub(super) fn object(&mut self, id: Id) {
        self.name(Kind::Object, id);
        self.word("Do");
    }

    /// Adds a path; what is done with it comes next. `fill` leaves out pieces without a length, which
    /// only a stroke would show.
    pub(super) fn path(&mut self, path: &BezPath, fill: bool) {
        let (mut at, mut start) = (Point::ZERO, Point::ZERO);
        for element in path.elements() {
            let stays =
                |points: &[Point]| fill && points.iter().all(|point| point.distance_squared(at) < 1e-12);
            match *element {
                PathEl::MoveTo(p) => {
                    self.op(&[p.x, p.y], "m");
                    (at, start) = (p, p);
                }
                PathEl::LineTo(p) if stays(&[p]) => {}
                PathEl::CurveTo(a, b, p) if stays(&[a, b, p]) => {}
                PathEl::LineTo(p) => {
                    self.op(&[p.x, p.y], "l");
                    at = p;
                }
                PathEl::QuadTo(q, p) => {
                    // The cubic that is the same curve.
                    let (a, b) = (at.lerp(q, 2.0 / 3.0), p.lerp(q, 2.0 / 3.0));
                    self.op(&[a.x, a.y, b.x, b.y, p.x, p.y], "c");
                    at = p;
                }
                PathEl::CurveTo(a, b, p) => {
                    self.op(&[a.x, a.y, b.x, b.y, p.x, p.y], "c");
                    at = p;
                }
                PathEl::ClosePath => {
                    self.word("h");
                    at = start;
                }
            }
        }
    }

    pub(super) fn rect(&mut self, rect: Rect) {
        self.op(&[rect.x0, rect.y0, rect.width(), rect.height()], "re");
    }

    /// Adds a shape; true when it is to be filled by the even-odd rule.
    pub(super) fn shape(&mut self, shape: &Shape) -> bool {
        match shape {
            Shape::Rect(rect) => self.rect(rect.abs()),
            Shape::Rounded(rounded) => self.path(&rounded.to_path(0.05), true),
            Shape::Path(path, even_odd) => {
                self.path(path, true);
                return *even_odd;
            }
        }
        false
    }

    /// Cuts all that follows, up to the next restore.
    pub(super) fn clip(&mut self, shape: &Shape) {
        let even_odd = self.shape(shape);
        self.word(if even_odd { "W* n" } else { "W n" });
    }

    /// The dictionary of the resources that were named. `rgb` is what RGB means, if it is told.
    pub(super) fn resources(&self, rgb: Option<Id>) -> String {
        let mut out = String::from("<<");
        if let Some(rgb) = rgb {
            let _ = write!(out, "/ColorSpace<</DefaultRGB {rgb} 0 R>>");
        }
        for kind in Kind::ALL {
            let mut ids = self.used.iter().filter(|(other, _)| *other == kind).peekable();
            if ids.peek().is_none() {
                continue;
            }
            let _ = write!(out, "/{}<<", kind.entry());
            for (_, id) in ids {
                let _ = write!(out, "/{}{id} {id} 0 R", kind.letter());
            }
            out.push_str(">>");
        }
        out.push_str(">>");
        out
    }
}

/// `[x0 y0 x1 y1]`.
pub(super) fn rectangle(rect: Rect) -> String {
    list(&[rect.x0, rect.y0, rect.x1, rect.y1])
}

pub(super) fn matrix(affine: Affine) -> String {
    let mut out = vec![b'['];
    for value in affine.as_coeffs() {
        fine(&mut out, value);
        out.push(b' ');
    }
    *out.last_mut().expect("six numbers") = b']';
    String::from_utf8(out).expect("digits")
}

pub(super) fn list(values: &[f64]) -> String {
    let mut out = vec![b'['];
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        number(&mut out, *value);
    }
    out.push(b']');
    String::from_utf8(out).expect("digits")
}
