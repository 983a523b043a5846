//! Pictures, those of the document and those that the rasteriser makes.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use krilla::image::{BitsPerComponent, CustomImage, Image, ImageColorspace};

use crate::display::{DisplayList, IRect, Picture};
use crate::raster::{CpuRasteriser, Frame};

/// Bytes of pixels that are kept from one document to the next.
const MAX_BYTES: usize = 64 << 20;

#[derive(Default)]
pub(super) struct Images {
    known: HashMap<(u64, bool), Image>,
    bytes: usize,
}

impl Images {
    pub(super) fn get(&mut self, picture: &Picture, smooth: bool) -> Option<Image> {
        if let Some(image) = self.known.get(&(picture.id, smooth)) {
            return Some(image.clone());
        }
        let passed =
            picture.jpeg.as_ref().and_then(|jpeg| Image::from_jpeg(jpeg.clone().into(), smooth).ok());
        let image = match passed {
            Some(image) if image.size() == (picture.width, picture.height) => image,
            _ => from_pixels(&picture.pixels, (picture.width, picture.height), smooth)?,
        };
        if self.bytes > MAX_BYTES {
            self.known.clear();
            self.bytes = 0;
        }
        self.bytes += picture.pixels.len();
        self.known.insert((picture.id, smooth), image.clone());
        Some(image)
    }
}

/// What the list shows within `area`; `None` where that is nothing.
pub(super) fn draw(list: &DisplayList, area: IRect, rasteriser: &mut CpuRasteriser) -> Option<Image> {
    if area.is_empty() {
        return None;
    }
    let mut frame = Frame::new(list.width, list.height);
    rasteriser.render_rects(list, &mut frame, &[area]);
    let mut pixels = Vec::with_capacity(area.area() as usize * 4);
    for y in area.y0..area.y1 {
        let start = ((y * list.width + area.x0) * 4) as usize;
        pixels.extend_from_slice(&frame.pixels[start..start + area.width() as usize * 4]);
    }
    if pixels.iter().all(|value| *value == 0) {
        return None;
    }
    from_pixels(&pixels, (area.width(), area.height()), true)
}

fn from_pixels(premultiplied: &[u8], size: (u32, u32), smooth: bool) -> Option<Image> {
    let mut color = Vec::with_capacity(premultiplied.len() / 4 * 3);
    let mut alpha = Vec::with_capacity(premultiplied.len() / 4);
    for &[r, g, b, a] in premultiplied.as_chunks::<4>().0 {
        let straight = |value: u8| match a {
            0 => 0,
            255 => value,
            a => ((u32::from(value) * 255 + u32::from(a) / 2) / u32::from(a)).min(255) as u8,
        };
        color.extend([straight(r), straight(g), straight(b)]);
        alpha.push(a);
    }
    let opaque = alpha.iter().all(|a| *a == 255);
    let mut hasher = blake3::Hasher::new();
    hasher.update(&color).update(&alpha).update(&size.0.to_le_bytes());
    let id = *hasher.finalize().as_bytes();
    let pixels = Pixels { id, size, color: color.into(), alpha: (!opaque).then(|| alpha.into()) };
    Image::from_custom(pixels, smooth).ok()
}

/// Straight pixels, cheap to clone and to hash.
#[derive(Clone)]
struct Pixels {
    id: [u8; 32],
    size: (u32, u32),
    color: Arc<[u8]>,
    alpha: Option<Arc<[u8]>>,
}

impl Hash for Pixels {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

impl CustomImage for Pixels {
    fn color_channel(&self) -> &[u8] {
        &self.color
    }

    fn alpha_channel(&self) -> Option<&[u8]> {
        self.alpha.as_deref()
    }

    fn bits_per_component(&self) -> BitsPerComponent {
        BitsPerComponent::Eight
    }

    fn size(&self) -> (u32, u32) {
        self.size
    }

    fn icc_profile(&self) -> Option<&[u8]> {
        None
    }

    fn color_space(&self) -> ImageColorspace {
        ImageColorspace::Rgb
    }
}
