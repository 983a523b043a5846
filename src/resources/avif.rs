//! AVIF: a still image coded as a frame of AV1, and its alpha as another (AVIF 1.1). avif-parse finds the
//! frames in the container, re_rav1d decodes them; here they become sRGB.

use avif_parse::{AV1Metadata, AvifData};
use image::{DynamicImage, RgbaImage};
use moxcms::{CicpColorPrimaries, CicpProfile, ColorProfile, TransferCharacteristics};
use re_rav1d::dav1d::pixel::YUVRange;
use re_rav1d::dav1d::{self, Decoder, Picture, PixelLayout, PlanarImageComponent, Settings};

use super::heif::{CodePoints, Properties};
use super::image::{convert, profile};

pub(super) fn is_avif(bytes: &[u8]) -> bool {
    let brands = &bytes[..bytes.len().min(64)];
    brands.get(4..8) == Some(b"ftyp") && brands.windows(4).any(|brand| brand == b"avif")
}

/// A file, with width and height before anything is decoded.
pub(super) struct Avif<'a> {
    data: AvifData,
    properties: Properties<'a>,
    pub width: u32,
    pub height: u32,
}

impl<'a> Avif<'a> {
    pub fn open(bytes: &'a [u8]) -> Result<Self, String> {
        let data = AvifData::from_reader(&mut &*bytes).map_err(|error| error.to_string())?;
        let AV1Metadata { max_frame_width, max_frame_height, .. } =
            data.primary_item_metadata().map_err(|error| error.to_string())?;
        let (width, height) = (max_frame_width.get(), max_frame_height.get());
        Ok(Self { data, properties: Properties::of(bytes), width, height })
    }

    /// The pixels, upright and with straight alpha; at most so many of them.
    pub fn decode(self, most: u32) -> Result<RgbaImage, String> {
        let Self { data, properties, .. } = self;
        let color = decode(&data.primary_item, most)?;
        let coded = properties.code_points.unwrap_or_else(|| code_points(&color));
        let source = match properties.icc {
            Some(icc) => profile(icc),
            None => described(coded)?,
        };
        let samples = self::samples(&color);
        let frame = Frame::of(&color, &samples, coded);
        let mut pixels = RgbaImage::new(frame.luma.width as u32, frame.luma.height as u32);
        for (x, y, pixel) in pixels.enumerate_pixels_mut() {
            let [r, g, b] = frame.rgb(x as usize, y as usize).map(byte);
            pixel.0 = [r, g, b, 255];
        }
        // One frame at a time is in memory.
        drop((samples, color));
        if let Some(item) = &data.alpha_item {
            let alpha = decode(item, most)?;
            let samples = self::samples(&alpha);
            let alpha = Frame::of(&alpha, &samples, code_points(&alpha)).luma;
            for (x, y, pixel) in pixels.enumerate_pixels_mut() {
                let a = alpha.at(x as usize, y as usize);
                if data.premultiplied_alpha && a > 0.0 {
                    pixel.0 = pixel.0.map(|v| byte(f32::from(v) / 255.0 / a));
                }
                pixel.0[3] = byte(a);
            }
        }
        if let Some(source) = source {
            convert(&mut pixels, &source);
        }
        let mut image = DynamicImage::ImageRgba8(pixels);
        let aperture =
            properties.aperture.and_then(|aperture| aperture.within(image.width(), image.height()));
        if let Some([x, y, width, height]) = aperture {
            image = image.crop_imm(x, y, width, height);
        }
        properties.turns.into_iter().for_each(|turn| image.apply_orientation(turn));
        Ok(image.into_rgba8())
    }
}

fn byte(value: f32) -> u8 {
    (value * 255.0 + 0.5).clamp(0.0, 255.0) as u8
}

fn decode(item: &[u8], most: u32) -> Result<Picture, String> {
    let told = |error: dav1d::Error| error.to_string();
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
    decoder.get_picture().map_err(told)
}

/// Of luma and both colour differences; only luma has any in a grey frame.
fn samples(picture: &Picture) -> [dav1d::Plane; 3] {
    use PlanarImageComponent::{U, V, Y};
    [Y, U, V].map(|component| picture.plane(component))
}

/// What the frame itself says, which counts where the container says nothing.
fn code_points(picture: &Picture) -> CodePoints {
    CodePoints {
        primaries: picture.color_primaries() as u8,
        transfer: picture.transfer_characteristic() as u8,
        matrix: picture.matrix_coefficients() as u8,
        full_range: picture.color_range() == YUVRange::Full,
    }
}

/// The colour space that code points describe; `None` for sRGB, or where nothing is said.
fn described(coded: CodePoints) -> Result<Option<ColorProfile>, String> {
    let transfer = match coded.transfer {
        16 | 18 => return Err("its colours are HDR (PQ or HLG), and only sRGB can be made".to_owned()),
        // BT.709's curve, and those like it: shown as sRGB's, as in browsers.
        0..=3 | 6 | 7 | 11..=15 => TransferCharacteristics::Srgb,
        other @ (4 | 5 | 8) => TransferCharacteristics::try_from(other).map_err(|error| error.to_string())?,
        other => return Err(format!("its transfer characteristics ({other}) are not supported")),
    };
    let primaries = match CicpColorPrimaries::try_from(coded.primaries) {
        Ok(known) if known != CicpColorPrimaries::Reserved && known != CicpColorPrimaries::Unspecified => {
            known
        }
        _ => CicpColorPrimaries::Bt709,
    };
    let is_srgb = primaries == CicpColorPrimaries::Bt709 && transfer == TransferCharacteristics::Srgb;
    Ok((!is_srgb).then(|| {
        ColorProfile::new_from_cicp(CicpProfile {
            color_primaries: primaries,
            transfer_characteristics: transfer,
            matrix_coefficients: moxcms::MatrixCoefficients::Identity,
            full_range: true,
        })
    }))
}

/// A decoded frame of AV1.
struct Frame<'a> {
    luma: Plane<'a>,
    /// Differences of blue and red from luma, if there are any.
    chroma: Option<[Plane<'a>; 2]>,
    /// Whether these have half the samples, across and down.
    halved: (bool, bool),
    /// The parts of red and blue in luma; `None` when the planes are green, blue and red.
    weights: Option<(f32, f32)>,
}

/// The samples of one component, as they were decoded: as numbers they would take several times the memory.
struct Plane<'a> {
    samples: &'a [u8],
    stride: usize,
    is_wide: bool,
    /// The sample that is 0, and how much one step is.
    zero: f32,
    step: f32,
    width: usize,
    height: usize,
}

impl<'a> Frame<'a> {
    fn of(picture: &Picture, samples: &'a [dav1d::Plane; 3], coded: CodePoints) -> Self {
        let halved = match picture.pixel_layout() {
            PixelLayout::I420 => (true, true),
            PixelLayout::I422 => (true, false),
            PixelLayout::I400 | PixelLayout::I444 => (false, false),
        };
        let weights = match coded.matrix {
            0 => None,
            1 => Some((0.2126, 0.0722)),
            7 => Some((0.212, 0.087)),
            9 | 10 => Some((0.2627, 0.0593)),
            // BT.601, also where nothing is said.
            _ => Some((0.299, 0.114)),
        };
        let bits = picture.bit_depth();
        let [luma, blue, red] = samples;
        let plane = |samples: &'a dav1d::Plane, is_luma: bool, (width, height): (usize, usize)| {
            let unit = (1_u32 << (bits - 8)) as f32;
            let most = ((1_u32 << bits) - 1) as f32;
            let (zero, range) = match (!is_luma && weights.is_some(), coded.full_range) {
                (false, true) => (0.0, most),
                (false, false) => (16.0 * unit, 219.0 * unit),
                (true, true) => (128.0 * unit, most),
                (true, false) => (128.0 * unit, 224.0 * unit),
            };
            let stride = if is_luma { PlanarImageComponent::Y } else { PlanarImageComponent::U };
            let stride = picture.stride(stride) as usize;
            Plane { samples, stride, is_wide: bits > 8, zero, step: 1.0 / range, width, height }
        };
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let half = |size: usize, halved: bool| if halved { size.div_ceil(2) } else { size };
        let half = (half(width, halved.0), half(height, halved.1));
        let has_chroma = picture.pixel_layout() != PixelLayout::I400;
        Self {
            luma: plane(luma, true, (width, height)),
            chroma: has_chroma.then(|| [blue, red].map(|samples| plane(samples, false, half))),
            halved,
            weights,
        }
    }

    /// Red, green and blue in 0..1, or a little outside.
    fn rgb(&self, x: usize, y: usize) -> [f32; 3] {
        let luma = self.luma.at(x, y);
        let Some([blue, red]) = &self.chroma else { return [luma; 3] };
        let (blue, red) = (blue.between(x, y, self.halved), red.between(x, y, self.halved));
        let Some((of_red, of_blue)) = self.weights else { return [red, luma, blue] };
        let of_green = 1.0 - of_red - of_blue;
        let r = luma + 2.0 * (1.0 - of_red) * red;
        let b = luma + 2.0 * (1.0 - of_blue) * blue;
        [r, (luma - of_red * r - of_blue * b) / of_green, b]
    }
}

impl Plane<'_> {
    /// Luma in 0..1, a colour difference in -0.5..0.5; of a pixel beyond the edge, the edge's.
    fn at(&self, x: usize, y: usize) -> f32 {
        let (x, row) = (x.min(self.width - 1), y.min(self.height - 1) * self.stride);
        let sample = if self.is_wide {
            u16::from_ne_bytes([self.samples[row + 2 * x], self.samples[row + 2 * x + 1]])
        } else {
            self.samples[row + x].into()
        };
        (f32::from(sample) - self.zero) * self.step
    }

    /// The value at a pixel of luma. Samples for two pixels lie between them.
    fn between(&self, x: usize, y: usize, halved: (bool, bool)) -> f32 {
        if halved == (false, false) {
            return self.at(x, y);
        }
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
        Avif::open(bytes).expect("a file").decode(1 << 20).expect("an image")
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

    const TURNED: &[u8] = include_bytes!("../../tests/main/avif/turned.avif");

    fn find(bytes: &[u8], wanted: &[u8]) -> usize {
        bytes.windows(wanted.len()).position(|part| part == wanted).expect("is there")
    }

    /// The file with its frame before all that describes it.
    fn frame_first(bytes: &[u8]) -> Vec<u8> {
        let (meta, mdat) = (find(bytes, b"meta") - 4, find(bytes, b"mdat") - 4);
        let mut file = [&bytes[..meta], &bytes[mdat..], &bytes[meta..mdat]].concat();
        let (before, after) = (mdat as u32 + 8, meta as u32 + 8);
        let at = find(&file, &before.to_be_bytes());
        file[at..at + 4].copy_from_slice(&after.to_be_bytes());
        file
    }

    /// The file, which has its frame first, with another property.
    fn with_property(bytes: &[u8], name: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let mut file = bytes.to_vec();
        let size = 8 + body.len() as u32;
        let grow = |file: &mut Vec<u8>, name: &[u8; 4], more: u32| {
            let at = find(file, name) - 4;
            let size = u32::from_be_bytes(file[at..at + 4].try_into().expect("four bytes")) + more;
            file[at..at + 4].copy_from_slice(&size.to_be_bytes());
            at + size as usize
        };
        grow(&mut file, b"meta", size + 1);
        grow(&mut file, b"iprp", size + 1);
        grow(&mut file, b"ipma", 1);
        // Version, number of images, the image's number, and how many properties it has; all are its own.
        let count = find(&file, b"ipma") + 14;
        file[count] += 1;
        let index = file[count];
        file.push(index);
        let end = grow(&mut file, b"ipco", size) - size as usize;
        file.splice(end..end, [&size.to_be_bytes(), &name[..], body].concat());
        file
    }

    #[test]
    fn properties_count_wherever_they_stand() {
        let turned = decoded(TURNED);
        let first = frame_first(TURNED);
        assert_eq!(decoded(&first), turned);
        // 20 of 32 and 10 of 24 pixels, one farther to the left and three farther down than the middle.
        let aperture = [20, 1, 10, 1, -1, 1, 3, 1].map(i32::to_be_bytes).concat();
        let cut = decoded(&with_property(&first, b"clap", &aperture));
        assert_eq!(cut.dimensions(), (10, 20));
        // The image is cut as it lies, and then turned clockwise: the left lower corner becomes the left upper.
        let corner = image::imageops::crop_imm(&turned, 24 - 20, 5, 10, 20).to_image();
        assert_eq!(cut, corner);
        let outside = [40, 1, 10, 1, 0, 1, 0, 1].map(i32::to_be_bytes).concat();
        assert_eq!(decoded(&with_property(&first, b"clap", &outside)), turned);
    }

    #[test]
    fn colours_become_srgb() {
        let mut wide = include_bytes!("../../tests/main/avif/eight.avif").to_vec();
        let own = decoded(&wide);
        let at = find(&wide, b"nclx") + 4;
        // Display P3.
        wide[at + 1] = 12;
        let converted = decoded(&wide);
        near(&own, (29, 20), [232, 200, 75, 139]);
        near(&converted, (29, 20), [238, 199, 34, 139]);
        // As a profile.
        let file = frame_first(TURNED);
        let profile = [b"prof", &ColorProfile::new_display_p3().encode().expect("a profile")[..]].concat();
        let mut wide = file.clone();
        wide[find(&file, b"nclx") + 5] = 12;
        let (profiled, named) = (decoded(&with_property(&file, b"colr", &profile)), decoded(&wide));
        assert_ne!(named, decoded(&file));
        for (a, b) in profiled.as_raw().iter().zip(named.as_raw()) {
            assert!(a.abs_diff(*b) < 3, "{a} {b}");
        }
        // PQ and HLG.
        for transfer in [16, 18] {
            wide[find(&file, b"nclx") + 7] = transfer;
            let refused = Avif::open(&wide).expect("a file").decode(1 << 20);
            assert!(refused.expect_err("refused").contains("HDR"));
        }
    }

    #[test]
    fn a_cut_file_is_no_image() {
        let bytes = include_bytes!("../../tests/main/avif/eight.avif");
        for end in [20, 100, 300, 500] {
            let cut = &bytes[..end];
            assert!(Avif::open(cut).and_then(|avif| avif.decode(1 << 20)).is_err(), "{end}");
        }
        let whole = Avif::open(bytes).expect("a file");
        assert_eq!((whole.width, whole.height), (32, 24));
        assert!(whole.decode(100).is_err());
    }
}
