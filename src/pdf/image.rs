//! Pictures, those of the document and those that the rasteriser makes.

use std::collections::HashMap;
use std::io::Write as _;
use std::rc::Rc;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use crate::display::{DisplayList, IRect, Picture};
use crate::raster::{CpuRasteriser, Frame};

/// Bytes of pictures that are kept from one document to the next.
const MAX_BYTES: usize = 64 << 20;

/// A picture as it stands in the file.
pub(super) struct Image {
    /// Of its dictionary.
    pub entries: String,
    pub data: Vec<u8>,
    /// Its alpha.
    pub mask: Option<Box<Image>>,
    /// Whether its pixels run into each other where they are enlarged.
    pub smooth: bool,
    /// A hash of all that.
    pub id: u64,
}

#[derive(Default)]
pub(super) struct Images {
    known: HashMap<(u64, bool), Option<Rc<Image>>>,
    bytes: usize,
}

impl Images {
    pub(super) fn picture(&mut self, picture: &Picture, smooth: bool) -> Option<Rc<Image>> {
        self.made(picture.id ^ u64::from(picture.width) << 32 ^ u64::from(picture.height), smooth, || {
            let passed = picture
                .jpeg
                .as_ref()
                .and_then(|jpeg| passed_through(jpeg, (picture.width, picture.height), smooth));
            Some(
                passed
                    .unwrap_or_else(|| from_pixels(&picture.pixels, (picture.width, picture.height), smooth)),
            )
        })
    }

    /// What the list shows within `area`; `None` where that is nothing. `key` says what it is.
    pub(super) fn drawn(
        &mut self,
        key: u64,
        list: &DisplayList,
        area: IRect,
        rasteriser: &mut CpuRasteriser,
    ) -> Option<Rc<Image>> {
        if area.is_empty() {
            return None;
        }
        self.made(key, true, || {
            let mut frame = Frame::new(list.width, list.height);
            rasteriser.render_rects(list, &mut frame, &[area]);
            let mut pixels = Vec::with_capacity(area.area() as usize * 4);
            for y in area.y0..area.y1 {
                let start = ((y * list.width + area.x0) * 4) as usize;
                pixels.extend_from_slice(&frame.pixels[start..start + area.width() as usize * 4]);
            }
            let shows = pixels.iter().any(|value| *value != 0);
            shows.then(|| from_pixels(&pixels, (area.width(), area.height()), true))
        })
    }

    fn made(&mut self, key: u64, smooth: bool, make: impl FnOnce() -> Option<Image>) -> Option<Rc<Image>> {
        if let Some(image) = self.known.get(&(key, smooth)) {
            return image.clone();
        }
        if self.bytes > MAX_BYTES {
            self.known.clear();
            self.bytes = 0;
        }
        let image = make().map(Rc::new);
        self.bytes += 64 + image.as_ref().map_or(0, |image| image.data.len());
        self.known.insert((key, smooth), image.clone());
        image
    }
}

fn image(space: &str, (width, height): (u32, u32), rest: &str, data: Vec<u8>, smooth: bool) -> Image {
    let entries = format!(
        "/Type/XObject/Subtype/Image/Width {width}/Height {height}/ColorSpace/{space}/BitsPerComponent 8{rest}"
    );
    let hash =
        blake3::Hasher::new().update(entries.as_bytes()).update(&[smooth.into()]).update(&data).finalize();
    let id = u64::from_le_bytes(hash.as_bytes()[..8].try_into().expect("eight bytes"));
    Image { entries, data, mask: None, smooth, id }
}

/// A JPEG's own bytes, if PDF takes them as they are.
fn passed_through(jpeg: &[u8], size: (u32, u32), smooth: bool) -> Option<Image> {
    let (components, own) = frame_of(jpeg)?;
    let space = match components {
        1 => "DeviceGray",
        3 => "DeviceRGB",
        _ => return None,
    };
    (own == size).then(|| image(space, size, "/Filter/DCTDecode", jpeg.to_vec(), smooth))
}

/// Components and size in a JPEG's frame header (ITU-T T.81, B.2.2).
fn frame_of(jpeg: &[u8]) -> Option<(u8, (u32, u32))> {
    let mut rest = jpeg.strip_prefix(&[0xff, 0xd8])?;
    loop {
        let [0xff, marker, tail @ ..] = rest else { return None };
        if *marker == 0xff {
            rest = &rest[1..];
            continue;
        }
        let [high, low, ..] = tail else { return None };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let segment = tail.get(2..length)?;
        match marker {
            // SOF0 to SOF2: what readers know. 12 bits a sample are not for PDF.
            0xc0..=0xc2 => {
                let [8, h, i, w, j, components, ..] = segment else { return None };
                let side = |a: &u8, b: &u8| u32::from(u16::from_be_bytes([*a, *b]));
                return Some((*components, (side(w, j), side(h, i))));
            }
            0xda | 0xd9 => return None,
            _ => rest = &tail[length..],
        }
    }
}

fn from_pixels(premultiplied: &[u8], size: (u32, u32), smooth: bool) -> Image {
    let pixels = premultiplied.as_chunks::<4>().0;
    let mut color = Vec::with_capacity(pixels.len() * 3);
    for &[r, g, b, a] in pixels {
        let straight = |value: u8| match a {
            0 => 0,
            255 => value,
            a => ((u32::from(value) * 255 + u32::from(a) / 2) / u32::from(a)).min(255) as u8,
        };
        color.extend([straight(r), straight(g), straight(b)]);
    }
    let grey = color.as_chunks::<3>().0.iter().all(|[r, g, b]| r == g && g == b);
    let mut image = if grey {
        let grey: Vec<u8> = color.iter().copied().step_by(3).collect();
        packed("DeviceGray", size, &grey, 1, smooth)
    } else {
        packed("DeviceRGB", size, &color, 3, smooth)
    };
    if pixels.iter().any(|pixel| pixel[3] < 255) {
        let alpha: Vec<u8> = pixels.iter().map(|pixel| pixel[3]).collect();
        let mask = packed("DeviceGray", size, &alpha, 1, smooth);
        image.id ^= mask.id.rotate_left(1);
        image.mask = Some(Box::new(mask));
    }
    image
}

/// Rows with the filters of PNG, deflated.
fn packed(space: &str, size: (u32, u32), samples: &[u8], channels: usize, smooth: bool) -> Image {
    let row = size.0 as usize * channels;
    let mut lines = Vec::with_capacity(samples.len() + size.1 as usize);
    let zero = vec![0; row];
    let mut above = &zero[..];
    let (mut sub, mut up, mut paeth) = (vec![0; row], vec![0; row], vec![0; row]);
    for line in samples.chunks_exact(row.max(1)) {
        for at in 0..row {
            let (left, corner) =
                if at < channels { (0, 0) } else { (line[at - channels], above[at - channels]) };
            sub[at] = line[at].wrapping_sub(left);
            up[at] = line[at].wrapping_sub(above[at]);
            paeth[at] = line[at].wrapping_sub(predicted(left, above[at], corner));
        }
        // The one with the smallest differences, as encoders of PNG choose it.
        let cost =
            |line: &[u8]| line.iter().map(|value| u64::from(value.cast_signed().unsigned_abs())).sum::<u64>();
        let filters = [(0, line), (1, &sub[..]), (2, &up[..]), (4, &paeth[..])];
        let (filter, best) = filters.into_iter().min_by_key(|(_, line)| cost(line)).expect("four filters");
        lines.push(filter);
        lines.extend_from_slice(best);
        above = line;
    }
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(6));
    // Memory takes all that is written.
    let data = encoder.write_all(&lines).and_then(|()| encoder.finish()).unwrap_or_default();
    let rest =
        format!("/Filter/FlateDecode/DecodeParms<</Predictor 15/Colors {channels}/Columns {}>>", size.0);
    image(space, size, &rest, data, smooth)
}

/// Paeth's predictor (Portable Network Graphics, §9.4).
fn predicted(left: u8, above: u8, corner: u8) -> u8 {
    let [a, b, c] = [left, above, corner].map(i16::from);
    let estimate = a + b - c;
    let [to_a, to_b, to_c] = [a, b, c].map(|value| (estimate - value).abs());
    if to_a <= to_b && to_a <= to_c {
        left
    } else if to_b <= to_c {
        above
    } else {
        corner
    }
}
