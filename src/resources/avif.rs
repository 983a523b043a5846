//! AVIF: a still image coded as a frame of AV1, and its alpha as another (AVIF 1.1). avif-parse reads the
//! container, re_rav1d decodes the frames; here they become sRGB.

use avif_parse::{AV1Metadata, AvifData};
use image::metadata::Orientation;
use image::{DynamicImage, RgbaImage};
use re_rav1d::dav1d::pixel::{MatrixCoefficients, YUVRange};
use re_rav1d::dav1d::{Decoder, PixelLayout, PlanarImageComponent, Settings};

pub(super) fn is_avif(bytes: &[u8]) -> bool {
    let brands = &bytes[..bytes.len().min(64)];
    brands.get(4..8) == Some(b"ftyp") && brands.windows(4).any(|brand| brand == b"avif")
}

/// Width and height, before anything is decoded.
pub(super) struct Avif(AvifData, pub u32, pub u32);

impl Avif {
    pub fn open(bytes: &[u8]) -> Result<Self, String> {
        let data = AvifData::from_reader(&mut &*bytes).map_err(|error| error.to_string())?;
        let AV1Metadata { max_frame_width, max_frame_height, .. } =
            data.primary_item_metadata().map_err(|error| error.to_string())?;
        Ok(Self(data, max_frame_width.get(), max_frame_height.get()))
    }

    /// The pixels, upright and with straight alpha. `bytes` is the file, `most` the pixels that it may have.
    pub fn decode(self, bytes: &[u8], most: u32) -> Result<RgbaImage, String> {
        let color = Frame::decode(&self.0.primary_item, most)?;
        let (width, height) = (color.planes[0].width, color.planes[0].height);
        let alpha = match &self.0.alpha_item {
            Some(item) => Some(Frame::decode(item, most)?),
            None => None,
        };
        let premultiplied = self.0.premultiplied_alpha;
        let mut pixels = RgbaImage::new(width as u32, height as u32);
        for (x, y, pixel) in pixels.enumerate_pixels_mut() {
            let mut rgb = color.rgb(x as usize, y as usize);
            let a = alpha.as_ref().map_or(1.0, |alpha| alpha.luma(x as usize, y as usize));
            if premultiplied && a > 0.0 {
                rgb = rgb.map(|v| v / a);
            }
            pixel.0 = [rgb[0], rgb[1], rgb[2], a].map(|v| (v * 255.0 + 0.5).clamp(0.0, 255.0) as u8);
        }
        let mut image = DynamicImage::ImageRgba8(pixels);
        orientations(bytes).into_iter().for_each(|turn| image.apply_orientation(turn));
        Ok(image.into_rgba8())
    }
}

/// How the image is turned (`irot`) and then mirrored (`imir`; HEIF, §6.5.10 and §6.5.12). The container has
/// its properties before the data, each once for all of the image's parts.
fn orientations(bytes: &[u8]) -> Vec<Orientation> {
    let end = bytes.windows(4).position(|name| name == b"mdat").unwrap_or(bytes.len());
    let property = |name: &[u8; 4]| {
        let boxed = [&[0, 0, 0, 9], &name[..]].concat();
        let at = bytes[..end].windows(8).position(|start| start == boxed)?;
        bytes.get(at + 8).copied()
    };
    let turn = match property(b"irot").map(|quarters| quarters & 3) {
        Some(1) => Some(Orientation::Rotate270),
        Some(2) => Some(Orientation::Rotate180),
        Some(3) => Some(Orientation::Rotate90),
        _ => None,
    };
    let flip = property(b"imir").map(|axis| match axis & 1 {
        0 => Orientation::FlipVertical,
        _ => Orientation::FlipHorizontal,
    });
    turn.into_iter().chain(flip).collect()
}

/// A decoded frame of AV1.
struct Frame {
    /// Luma, and both colour differences if there are any.
    planes: Vec<Plane>,
    /// Whether the colour differences have half the samples, across and down.
    halved: (bool, bool),
    /// The parts of red and blue in luma; `None` when the planes are green, blue and red.
    weights: Option<(f32, f32)>,
}

struct Plane {
    /// Luma in 0..1, colour differences in -0.5..0.5.
    values: Vec<f32>,
    width: usize,
    height: usize,
}

impl Frame {
    fn decode(item: &[u8], most: u32) -> Result<Self, String> {
        let told = |error: re_rav1d::dav1d::Error| error.to_string();
        let mut settings = Settings::new();
        settings.set_n_threads(1);
        settings.set_max_frame_delay(1);
        settings.set_frame_size_limit(most);
        let mut decoder = Decoder::with_settings(&settings).map_err(told)?;
        match decoder.send_data(item.to_vec(), None, None, None) {
            Ok(()) => {}
            Err(error) if error.is_again() => {}
            Err(error) => return Err(told(error)),
        }
        let picture = decoder.get_picture().map_err(told)?;
        let halved = match picture.pixel_layout() {
            PixelLayout::I420 => (true, true),
            PixelLayout::I422 => (true, false),
            PixelLayout::I400 | PixelLayout::I444 => (false, false),
        };
        let weights = match picture.matrix_coefficients() {
            MatrixCoefficients::Identity => None,
            MatrixCoefficients::BT709 => Some((0.2126, 0.0722)),
            MatrixCoefficients::BT2020NonConstantLuminance | MatrixCoefficients::BT2020ConstantLuminance => {
                Some((0.2627, 0.0593))
            }
            MatrixCoefficients::ST240M => Some((0.212, 0.087)),
            // BT.601, also where nothing is said.
            _ => Some((0.299, 0.114)),
        };
        let bits = picture.bit_depth();
        let full = picture.color_range() == YUVRange::Full;
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let plane = |component: PlanarImageComponent, width: usize, height: usize, differs: bool| {
            let (data, stride) = (picture.plane(component), picture.stride(component) as usize);
            let bytes = if bits > 8 { 2 } else { 1 };
            let step = (1_u32 << (bits - 8)) as f32;
            let most = ((1_u32 << bits) - 1) as f32;
            let (zero, range) = match (differs, full) {
                (false, true) => (0.0, most),
                (false, false) => (16.0 * step, 219.0 * step),
                (true, true) => (128.0 * step, most),
                (true, false) => (128.0 * step, 224.0 * step),
            };
            let mut values = Vec::with_capacity(width * height);
            for row in data.chunks(stride.max(1)).take(height) {
                values.extend(row[..width * bytes].chunks_exact(bytes).map(|sample| {
                    let value = match *sample {
                        [low, high] => u16::from_ne_bytes([low, high]),
                        _ => sample[0].into(),
                    };
                    (f32::from(value) - zero) / range
                }));
            }
            Plane { values, width, height }
        };
        let mut planes = vec![plane(PlanarImageComponent::Y, width, height, false)];
        if picture.pixel_layout() != PixelLayout::I400 {
            let half = |size: usize, halved: bool| if halved { size.div_ceil(2) } else { size };
            let (width, height) = (half(width, halved.0), half(height, halved.1));
            let differs = weights.is_some();
            planes.push(plane(PlanarImageComponent::U, width, height, differs));
            planes.push(plane(PlanarImageComponent::V, width, height, differs));
        }
        Ok(Self { planes, halved, weights })
    }

    /// Of a pixel that may lie beyond the edge, which then goes on.
    fn luma(&self, x: usize, y: usize) -> f32 {
        self.planes[0].at(x, y)
    }

    /// Red, green and blue in 0..1, or a little outside.
    fn rgb(&self, x: usize, y: usize) -> [f32; 3] {
        let luma = self.luma(x, y);
        let [_, blue, red] = &self.planes[..] else { return [luma; 3] };
        let (blue, red) = (blue.between(x, y, self.halved), red.between(x, y, self.halved));
        let Some((of_red, of_blue)) = self.weights else { return [red, luma, blue] };
        let of_green = 1.0 - of_red - of_blue;
        let r = luma + 2.0 * (1.0 - of_red) * red;
        let b = luma + 2.0 * (1.0 - of_blue) * blue;
        [r, (luma - of_red * r - of_blue * b) / of_green, b]
    }
}

impl Plane {
    fn at(&self, x: usize, y: usize) -> f32 {
        self.values[y.min(self.height - 1) * self.width + x.min(self.width - 1)]
    }

    /// The value at a pixel of luma. Samples for two pixels lie between them.
    fn between(&self, x: usize, y: usize, halved: (bool, bool)) -> f32 {
        // The nearer and the farther sample: three quarters and one.
        let taps = |at: usize, halved: bool| match (halved, at % 2) {
            (false, _) => (at, at),
            (true, 0) => (at / 2, (at / 2).saturating_sub(1)),
            (true, _) => (at / 2, at / 2 + 1),
        };
        let ((near_x, far_x), (near_y, far_y)) = (taps(x, halved.0), taps(y, halved.1));
        let row = |y: usize| 0.75 * self.at(near_x, y) + 0.25 * self.at(far_x, y);
        0.75 * row(near_y) + 0.25 * row(far_y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> RgbaImage {
        assert!(is_avif(bytes));
        Avif::open(bytes).expect("a file").decode(bytes, 1 << 20).expect("an image")
    }

    fn near(image: &RgbaImage, (x, y): (u32, u32), wanted: [u8; 4]) {
        let found = image.get_pixel(x, y).0;
        let off = found.iter().zip(wanted).map(|(a, b)| a.abs_diff(b)).max();
        assert!(off < Some(9), "({x}, {y}): {found:?}, not {wanted:?}");
    }

    #[test]
    fn depths_layouts_and_alpha_are_decoded() {
        // Red grows to the right, green downwards, and what is right is the more translucent.
        let eight = decoded(include_bytes!("../../tests/main/avif/eight.avif"));
        assert_eq!(eight.dimensions(), (32, 24));
        near(&eight, (2, 3), [16, 30, 75, 247]);
        near(&eight, (29, 20), [232, 200, 75, 139]);
        let ten = decoded(include_bytes!("../../tests/main/avif/ten.avif"));
        near(&ten, (2, 3), [16, 33, 75, 243]);
        near(&ten, (29, 20), [239, 222, 75, 76]);
        let grey = decoded(include_bytes!("../../tests/main/avif/grey.avif"));
        near(&grey, (16, 4), [128, 128, 128, 255]);
        near(&grey, (30, 20), [240, 240, 240, 255]);
    }

    #[test]
    fn an_image_is_turned_as_it_asks() {
        let turned = decoded(include_bytes!("../../tests/main/avif/turned.avif"));
        assert_eq!(turned.dimensions(), (24, 32));
        near(&turned, (1, 1), [8, 220, 75, 255]);
        near(&turned, (20, 30), [240, 30, 75, 255]);
    }

    #[test]
    fn a_cut_file_is_no_image() {
        let bytes = include_bytes!("../../tests/main/avif/eight.avif");
        for end in [20, 100, 300, 500] {
            let cut = &bytes[..end];
            assert!(Avif::open(cut).and_then(|avif| avif.decode(cut, 1 << 20)).is_err(), "{end}");
        }
        let whole = Avif::open(bytes).expect("a file");
        assert_eq!((whole.1, whole.2), (32, 24));
        assert!(whole.decode(bytes, 100).is_err());
    }
}
