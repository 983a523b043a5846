//! Pixels to the blocks of an MCU (T.871, clause 7).

use super::block::Samples;
use crate::raster::Frame;

/// The samples of one MCU, around zero.
#[derive(Default)]
pub(super) struct Mcu {
    /// One block, or four in reading order when colours are halved.
    pub luma: [Samples; 4],
    /// Cb and Cr.
    pub chroma: [Samples; 2],
}

/// Eight pixels' red, green and blue on white.
type Rgb = [[f32; 8]; 3];

impl Mcu {
    /// Reads the 8×8 pixels from (x, y) on, repeating the frame's last ones where it ends.
    #[inline(always)]
    pub fn read(&mut self, frame: &Frame, x: usize, y: usize) {
        let [cb, cr] = &mut self.chroma;
        for line in 0..8 {
            let rgb = pixels(frame, x, y + line);
            self.luma[0][line] = luma(&rgb);
            [cb[line], cr[line]] = chroma(&rgb);
        }
    }

    /// The samples of the 8×8 pixels from (x, y) on, if all of them are the same and inside the frame.
    #[inline(always)]
    pub fn flat(frame: &Frame, x: usize, y: usize) -> Option<[f32; 3]> {
        let (width, height) = (frame.width as usize, frame.height as usize);
        if x + 8 > width || y + 8 > height {
            return None;
        }
        let line = |line: usize| -> &[u8; 32] {
            frame.pixels[((y + line) * width + x) * 4..][..32].try_into().expect("32 bytes")
        };
        let first = line(0);
        let pixel: [u8; 4] = [first[0], first[1], first[2], first[3]];
        let mut differs = 0;
        for row in 0..8 {
            for (index, byte) in line(row).iter().enumerate() {
                differs |= byte ^ pixel[index % 4];
            }
        }
        if differs != 0 {
            return None;
        }
        let rgb = on_white(first);
        let [cb, cr] = chroma(&rgb);
        Some([luma(&rgb)[0], cb[0], cr[0]])
    }

    /// Reads 16×16 pixels and halves their colours.
    #[inline(always)]
    pub fn read_halved(&mut self, frame: &Frame, x: usize, y: usize) {
        let [cb, cr] = &mut self.chroma;
        for line in 0..8 {
            // Colours turn to Cb and Cr by sums alone, so the mean may be taken before.
            let mut sums: Rgb = [[0.0; 8]; 3];
            for part in 0..2 {
                let line = 2 * line + part;
                for half in 0..2 {
                    let rgb = pixels(frame, x + 8 * half, y + line);
                    self.luma[line / 8 * 2 + half][line % 8] = luma(&rgb);
                    for (sums, values) in sums.iter_mut().zip(&rgb) {
                        let pairs = values.as_chunks::<2>().0;
                        for (sum, [a, b]) in sums[4 * half..][..4].iter_mut().zip(pairs) {
                            *sum += (a + b) * 0.25;
                        }
                    }
                }
            }
            [cb[line], cr[line]] = chroma(&sums);
        }
    }
}

#[inline(always)]
fn pixels(frame: &Frame, x: usize, y: usize) -> Rgb {
    let (width, height) = (frame.width as usize, frame.height as usize);
    let row = &frame.pixels[y.min(height - 1) * width * 4..][..width * 4];
    let mut edge = [0; 32];
    let eight: &[u8; 32] = match row.get(x * 4..(x + 8) * 4) {
        Some(inside) => inside.try_into().expect("32 bytes"),
        None => {
            for (index, pixel) in edge.as_chunks_mut::<4>().0.iter_mut().enumerate() {
                let x = (x + index).min(width - 1);
                pixel.copy_from_slice(&row[x * 4..(x + 1) * 4]);
            }
            &edge
        }
    };
    on_white(eight)
}

#[inline(always)]
fn on_white(eight: &[u8; 32]) -> Rgb {
    let mut rgb = [[0.0; 8]; 3];
    for (index, &pixel) in eight.as_chunks::<4>().0.iter().enumerate() {
        let pixel = u32::from_le_bytes(pixel);
        // Premultiplied colour on white.
        let white = 255 - (pixel >> 24);
        for (channel, values) in rgb.iter_mut().enumerate() {
            values[index] = ((pixel >> (8 * channel) & 0xFF) + white) as i32 as f32;
        }
    }
    rgb
}

#[inline(always)]
fn luma([r, g, b]: &Rgb) -> [f32; 8] {
    std::array::from_fn(|i| 0.299 * r[i] + 0.587 * g[i] + 0.114 * b[i] - 128.0)
}

#[inline(always)]
fn chroma([r, g, b]: &Rgb) -> [[f32; 8]; 2] {
    [
        std::array::from_fn(|i| 0.5 * b[i] - 0.168_735_9 * r[i] - 0.331_264_1 * g[i]),
        std::array::from_fn(|i| 0.5 * r[i] - 0.418_687_6 * g[i] - 0.081_312_4 * b[i]),
    ]
}
