//! What an AVIF's container says of its image: which colours it has, and how it is cut and turned (HEIF,
//! ISO 23008-12, §6.5; the boxes around them: ISO 14496-12, §8.11).

use image::metadata::Orientation;

/// Properties of the primary image.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Properties<'a> {
    /// An ICC profile.
    pub icc: Option<&'a [u8]>,
    pub code_points: Option<CodePoints>,
    /// The middle that is seen.
    pub aperture: Option<Aperture>,
    /// What is done then, in order.
    pub turns: Vec<Orientation>,
}

/// How colours are coded, by the numbers of ITU-T H.273.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct CodePoints {
    pub primaries: u8,
    pub transfer: u8,
    pub matrix: u8,
    pub full_range: bool,
}

/// `clap`: width and height, and how far its middle lies from the image's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Aperture {
    pub size: [f64; 2],
    pub offset: [f64; 2],
}

impl<'a> Properties<'a> {
    /// Of a file; none where it is broken.
    pub fn of(file: &'a [u8]) -> Self {
        let mut properties = Self::default();
        for (name, body) in of_primary(file).unwrap_or_default() {
            match (&name, body.first()) {
                (b"colr", _) => properties.color(body),
                (b"clap", _) => properties.aperture = Aperture::read(body),
                (b"irot", Some(quarters)) => properties.turns.extend(turn(quarters & 3)),
                (b"imir", Some(axis)) => properties.turns.push(match axis & 1 {
                    0 => Orientation::FlipVertical,
                    _ => Orientation::FlipHorizontal,
                }),
                _ => {}
            }
        }
        properties
    }

    fn color(&mut self, body: &'a [u8]) {
        match body.split_at_checked(4) {
            Some((b"prof" | b"rICC", profile)) => self.icc = Some(profile),
            Some((b"nclx", &[_, primaries, _, transfer, _, matrix, full, ..])) => {
                let full_range = full & 0x80 != 0;
                self.code_points = Some(CodePoints { primaries, transfer, matrix, full_range });
            }
            _ => {}
        }
    }
}

impl Aperture {
    fn read(body: &[u8]) -> Option<Self> {
        let number = |index: usize| {
            let bytes = body.get(index * 4..index * 4 + 4)?;
            Some(i32::from_be_bytes(bytes.try_into().expect("four bytes")))
        };
        let part = |index: usize| {
            let below = number(index + 1).filter(|below| *below > 0)?;
            Some(f64::from(number(index)?) / f64::from(below))
        };
        Some(Self { size: [part(0)?, part(2)?], offset: [part(4)?, part(6)?] })
    }

    /// Left and upper edge, width and height in an image of this size; `None` where they do not lie in it.
    pub fn within(&self, width: u32, height: u32) -> Option<[u32; 4]> {
        let along = |axis: usize, all: u32| {
            let (all, size) = (f64::from(all), self.size[axis]);
            let from = (all - size) / 2.0 + self.offset[axis];
            let is_inside = from >= 0.0 && size >= 1.0 && from + size <= all;
            is_inside.then(|| (from.floor() as u32, size.floor() as u32))
        };
        let ((x, width), (y, height)) = (along(0, width)?, along(1, height)?);
        Some([x, y, width, height])
    }
}

/// Anticlockwise, as `irot` counts.
fn turn(quarters: u8) -> Option<Orientation> {
    match quarters {
        1 => Some(Orientation::Rotate270),
        2 => Some(Orientation::Rotate180),
        3 => Some(Orientation::Rotate90),
        _ => None,
    }
}

type Box<'a> = ([u8; 4], &'a [u8]);

/// The properties that belong to the primary image, in their order.
fn of_primary(file: &[u8]) -> Option<Vec<Box<'_>>> {
    // After version and flags, as in `pitm` and `ipma`.
    let meta = child(file, b"meta")?.get(4..)?;
    let mut pitm = Reader(child(meta, b"pitm")?);
    let version = pitm.number(4)? >> 24;
    let primary = pitm.number(if version == 0 { 2 } else { 4 })?;
    let iprp = child(meta, b"iprp")?;
    let known: Vec<_> = boxes(child(iprp, b"ipco")?).collect();
    let mut found = Vec::new();
    for (_, body) in boxes(iprp).filter(|(name, _)| name == b"ipma") {
        let mut ipma = Reader(body);
        let head = ipma.number(4)?;
        let (version, is_long) = (head >> 24, head & 1 == 1);
        for _ in 0..ipma.number(4)? {
            let item = ipma.number(if version == 0 { 2 } else { 4 })?;
            for _ in 0..ipma.number(1)? {
                // The highest bit says whether a reader must know the property; they count from 1.
                let index = if is_long { ipma.number(2)? & 0x7fff } else { ipma.number(1)? & 0x7f } as usize;
                if item == primary {
                    found.extend(index.checked_sub(1).and_then(|index| known.get(index)).copied());
                }
            }
        }
    }
    Some(found)
}

fn child<'a>(parent: &'a [u8], wanted: &[u8; 4]) -> Option<&'a [u8]> {
    boxes(parent).find(|(name, _)| name == wanted).map(|(_, body)| body)
}

/// Boxes that lie one after another, up to the first that is broken.
fn boxes(bytes: &[u8]) -> impl Iterator<Item = Box<'_>> {
    let mut rest = Reader(bytes);
    std::iter::from_fn(move || {
        let all = rest.0;
        let size = rest.number(4)?;
        let name = rest.take(4)?.try_into().expect("four bytes");
        let (head, size) = match size {
            0 => (8, all.len()),
            1 => (16, usize::try_from(rest.number(8)?).ok()?),
            size => (8, size as usize),
        };
        let body = all.get(head..size)?;
        rest = Reader(&all[size..]);
        Some((name, body))
    })
}

/// Bytes still to be read, the most significant first.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self, count: usize) -> Option<u64> {
        Some(self.take(count)?.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }
}
