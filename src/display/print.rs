//! A display list as text, for people: `byname inspect --display-list`.

use std::fmt::{self, Display, Formatter};

use kurbo::{Affine, Point, Rect};

use super::{Blend, Color, Command, DisplayList, Draw, Filter, Gradient, GradientKind, Layer, Paint, Shape};

/// Stops of a gradient that are named; those of interpolated colour spaces are many.
const MAX_STOPS: usize = 6;

/// One command a line, what is inside groups, masks and patterns indented below them.
impl Display for DisplayList {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "display list {}×{}, {} commands", self.width, self.height, self.commands.len())?;
        write_list(self, 1, f)
    }
}

fn write_list(list: &DisplayList, indent: usize, f: &mut Formatter<'_>) -> fmt::Result {
    let mut depth = indent;
    for Command { draw, bounds, node, .. } in &list.commands {
        if matches!(draw, Draw::Pop) {
            depth = depth.saturating_sub(1).max(indent);
        }
        write!(f, "{:1$}", "", depth * 2)?;
        let mut inner: Vec<(&str, &DisplayList)> = Vec::new();
        if let Draw::Fill { paint: Paint::Pattern(pattern), .. } = draw {
            inner.push(("tile", &*pattern.list));
        }
        match draw {
            Draw::Fill { shape, paint } => write!(f, "fill {} {paint}", Named(shape))?,
            Draw::Stroke { stroke, paint, .. } => {
                write!(f, "stroke {} px", Short(stroke.width))?;
                if !stroke.dash_pattern.is_empty() {
                    let dashes: Vec<String> =
                        stroke.dash_pattern.iter().map(|length| Short(*length).to_string()).collect();
                    write!(f, " dashes {}", dashes.join(" "))?;
                }
                write!(f, " {paint}")?;
            }
            Draw::Glyphs(run) => {
                write!(f, "text {:?} {} px", run.text, Short(run.size.into()))?;
                if let Some(stroke) = &run.stroke {
                    write!(f, " outlined {} px", Short(stroke.width))?;
                }
                if run.embolden > 0.0 {
                    write!(f, " emboldened")?;
                }
                if run.skew != 0.0 {
                    write!(f, " slanted {}°", Short(run.skew.into()))?;
                }
                write!(f, " {}{}", run.paint, Turned(run.transform))?;
            }
            Draw::Picture { picture, transform, smooth } => {
                let pixelated = if *smooth { "" } else { " pixelated" };
                write!(f, "picture {}×{}{pixelated}{}", picture.width, picture.height, Turned(*transform))?;
            }
            Draw::Shadow { sigma, color, inset, .. } => {
                write!(f, "{}shadow sigma {} {color}", if *inset { "inset " } else { "" }, Short(*sigma))?;
            }
            Draw::Push(layer) => {
                write!(f, "{layer}")?;
                if let Some(mask) = &layer.mask {
                    inner.push(("mask", &*mask.list));
                }
            }
            Draw::Pop => {
                writeln!(f, "end")?;
                continue;
            }
            Draw::Link { rect, href } => write!(f, "link {href} over {}", Place(*rect))?,
        }
        writeln!(f, "  {} node {}", Place(*bounds), node.0 as u32)?;
        for (what, list) in inner {
            writeln!(f, "{:1$}{what}", "", depth * 2 + 2)?;
            write_list(list, depth + 2, f)?;
        }
        if matches!(draw, Draw::Push(_)) {
            depth += 1;
        }
    }
    Ok(())
}

impl Display for Layer {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "layer")?;
        if self.opacity < 1.0 {
            write!(f, " opacity {}", Short(self.opacity.into()))?;
        }
        if self.blend != Blend::Normal {
            write!(f, " blend {}", words(&format!("{:?}", self.blend)))?;
        }
        if self.isolated {
            write!(f, " isolated")?;
        }
        if let Some(clip) = &self.clip {
            write!(f, " clip {}", Named(clip))?;
        }
        if let Some(mask) = &self.mask {
            write!(f, " mask by {}", words(&format!("{:?}", mask.kind)))?;
        }
        for filter in &self.filters {
            write!(f, " filter {filter}")?;
        }
        for filter in &self.backdrop {
            write!(f, " backdrop {filter}")?;
        }
        Ok(())
    }
}

impl Display for Filter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Blur(sigma) => write!(f, "blur sigma {}", Short(f64::from(*sigma))),
            Self::DropShadow { dx, dy, sigma, color } => {
                let [dx, dy, sigma] = [*dx, *dy, *sigma].map(|v| Short(v.into()));
                write!(f, "drop-shadow {dx} {dy} sigma {sigma} {color}")
            }
            Self::Matrix(matrix) => {
                let rows: Vec<String> = matrix
                    .chunks(5)
                    .map(|row| {
                        row.iter().map(|v| Short((*v).into()).to_string()).collect::<Vec<_>>().join(" ")
                    })
                    .collect();
                write!(f, "matrix({})", rows.join(", "))
            }
            Self::Project(projection) => {
                let values = projection.0.map(|v| Short(v).to_string());
                write!(f, "projection({})", values.join(" "))
            }
        }
    }
}

impl Display for Color {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let [r, g, b, a] = self.0.map(|v| (v * 255.0).round().clamp(0.0, 255.0) as u8);
        if a == 255 {
            write!(f, "#{r:02x}{g:02x}{b:02x}")
        } else {
            write!(f, "#{r:02x}{g:02x}{b:02x}{a:02x}")
        }
    }
}

impl Display for Paint {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Solid(color) => write!(f, "{color}"),
            Self::Gradient(gradient) => write!(f, "{gradient}"),
            Self::Pattern(pattern) => {
                let (width, height) = (Short(pattern.tile.width()), Short(pattern.tile.height()));
                write!(f, "pattern of {width}×{height}{}", Turned(pattern.transform))
            }
        }
    }
}

impl Display for Gradient {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.repeat {
            write!(f, "repeating ")?;
        }
        let at = |point: Point| {
            let point = self.transform * point;
            format!("({} {})", Short(point.x), Short(point.y))
        };
        match self.kind {
            GradientKind::Linear { start, end } => write!(f, "linear {} to {}", at(start), at(end))?,
            GradientKind::Radial { center, radius } => {
                let [a, b, c, d, ..] = self.transform.as_coeffs();
                let (x, y) = (Short(radius * a.hypot(b)), Short(radius * c.hypot(d)));
                write!(f, "radial {} radii {x} {y}", at(center))?;
            }
            GradientKind::Conic { center, start, end } => {
                let [a, b, ..] = self.transform.as_coeffs();
                let (from, turn) = (start + b.atan2(a), end - start);
                let degrees = |angle: f64| Short(angle.to_degrees());
                write!(f, "conic {} from {}° over {}°", at(center), degrees(from), degrees(turn))?;
            }
        }
        for stop in self.stops.iter().take(MAX_STOPS) {
            write!(f, ", {} {}%", stop.color, Short(f64::from(stop.offset) * 100.0))?;
        }
        match self.stops.len().checked_sub(MAX_STOPS) {
            Some(more) if more > 0 => write!(f, " and {more} more stops"),
            _ => Ok(()),
        }
    }
}

/// A number with at most two digits after its point.
struct Short(f64);

impl Display for Short {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", (self.0 * 100.0).round() / 100.0 + 0.0)
    }
}

/// A rectangle by its edges.
struct Place(Rect);

impl Display for Place {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Rect { x0, y0, x1, y1 } = self.0;
        write!(f, "[{x0:.1} {y0:.1} {x1:.1} {y1:.1}]")
    }
}

/// A shape by its kind and what tells it from others of that kind.
struct Named<'a>(&'a Shape);

impl Display for Named<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Shape::Rect(rect) => write!(f, "rect {}", Place(*rect)),
            Shape::Rounded(rounded) => {
                let radii = rounded.radii();
                let corners = [radii.top_left, radii.top_right, radii.bottom_right, radii.bottom_left];
                write!(f, "rounded rect {} radius", Place(rounded.rect()))?;
                let same = corners.iter().all(|radius| *radius == corners[0]);
                for radius in &corners[..if same { 1 } else { 4 }] {
                    write!(f, " {}", Short(*radius))?;
                }
                Ok(())
            }
            Shape::Path(path, even_odd) => {
                let rule = if *even_odd { " even-odd" } else { "" };
                write!(f, "path of {} elements{rule} in {}", path.elements().len(), Place(self.0.bounds()))
            }
        }
    }
}

/// What a transform does besides moving.
struct Turned(Affine);

impl Display for Turned {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, ..] = self.0.as_coeffs();
        if [a, b, c, d] == [1.0, 0.0, 0.0, 1.0] {
            return Ok(());
        }
        if [b, c] == [0.0, 0.0] {
            return write!(f, " scaled {} {}", Short(a), Short(d));
        }
        write!(f, " matrix({} {} {} {})", Short(a), Short(b), Short(c), Short(d))
    }
}

/// `ColorDodge` as `color-dodge`.
fn words(name: &str) -> String {
    let mut out = String::new();
    for (index, c) in name.char_indices() {
        if c.is_ascii_uppercase() && index > 0 {
            out.push('-');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}
