//! One frame on both the GPU and the CPU, compared.

use std::time::{Duration, Instant};

use super::adapter::Found;
use super::device::Device;
use super::output::Want;
use super::painter::{Painter, Part, Request};
use super::parity::Parity;
use super::pictures::Pictures;
use super::sample::sample;
use super::scene::SceneWriter;
use crate::display::DisplayList;
use crate::raster::{CpuRasteriser, Frame, IRect};

/// A GPU that draws one list at a time, to compare.
pub struct SelfTest {
    painter: Painter,
    writer: SceneWriter,
    /// How long opening it and compiling its shaders took.
    pub start_up: Duration,
    /// Bytes that drawing the last list took to the GPU.
    pub uploaded: u64,
}

impl SelfTest {
    /// Opens a GPU for frames of at most `side` pixels across and down. The error is the driver's.
    pub fn open(found: &Found, side: u32) -> Result<Self, String> {
        let began = Instant::now();
        let painter = Painter::new(Device::open(found)?, side);
        if let Some(trouble) = painter.device.trouble() {
            return Err(trouble);
        }
        let writer = SceneWriter::new(Pictures::new());
        Ok(Self { painter, writer, start_up: began.elapsed(), uploaded: 0 })
    }

    /// The list as the GPU draws it.
    pub fn draw(&mut self, list: &DisplayList) -> Result<Frame, String> {
        let mut frame = Frame::new(list.width, list.height);
        let mut results = self.make(list, vec![Want::Pixels { opaque: false }])?;
        frame.pixels = results.pop().expect("one for each want");
        Ok(frame)
    }

    /// What is wanted of the whole list, as the GPU makes it.
    pub fn make(&mut self, list: &DisplayList, wants: Vec<Want>) -> Result<Vec<Vec<u8>>, String> {
        let rect = IRect::new(0, 0, list.width, list.height);
        let list = self.writer.write(list, &[rect]).map_err(|lacks| format!("it lacks {lacks:?}"))?;
        let request = Request { parts: vec![Part { rect, wants }], list };
        self.uploaded = 0;
        let mut page = self.painter.page();
        let place = page.place(rect.width(), rect.height()).ok_or("the frame is too large")?;
        loop {
            let submission = self
                .painter
                .submit(&[&request], &[place], page.used(), None)
                .map_err(|trouble| format!("{trouble:?}"))?;
            let (ranges, encoded) = (submission.places[0].clone(), submission.encoded);
            self.uploaded += encoded.uploaded;
            let (mapped, outcome) = submission.wait()?;
            if outcome.bump.failed == 0 {
                return Ok(ranges.into_iter().map(|range| mapped.bytes()[range].to_vec()).collect());
            }
            if !self.painter.grow(&encoded, &outcome.bump) {
                return Err(format!("the scene is too much for it: {:?}", outcome.bump));
            }
        }
    }

    /// Draws a picture with something of everything on both and compares.
    pub fn run(&mut self) -> Result<Parity, String> {
        Ok(self.compare(&sample())?.0)
    }

    /// Draws the list on both and compares.
    pub fn compare(&mut self, list: &DisplayList) -> Result<(Parity, Frame, Frame), String> {
        let other = self.draw(list)?;
        let mut right = Frame::new(list.width, list.height);
        CpuRasteriser::new().render(list, &mut right);
        Ok((Parity::of(&right, &other), right, other))
    }
}
