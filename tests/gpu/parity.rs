//! The GPU's pictures are the CPU's.

use std::path::Path;

use byname::display::{Command, DisplayList, Draw};
use byname::raster::Frame;
use byname::raster::gpu::Parity;

use crate::compose::Composer;
use crate::corpus;
use crate::records::Random;
use crate::support::{gpu, subjects};

/// What comparing the lists of one template or chapter came to.
#[derive(Default)]
struct Comparison {
    all: Parity,
    /// The largest difference of a list whose pictures were kept.
    worst: usize,
    /// What is wrong with lists.
    wrong: Vec<String>,
}

impl Comparison {
    fn add(&mut self, name: &str, list: &DisplayList) {
        let (parity, right, other) = gpu().compare(list).expect("a list that the GPU can draw");
        if parity.largest() > self.worst.max(2) {
            self.worst = parity.largest();
            keep(name, &right, &other);
        }
        if parity.wrong > 0 {
            self.wrong.push(format!("{name}: {parity}"));
        }
        self.all.add(&parity);
    }

    /// Tells how many pixels differ by how much; what is wrong.
    fn tell(mut self, name: &str) -> Vec<String> {
        println!("{name}: {}", self.all);
        for (difference, pixels) in self.all.pixels.iter().enumerate().filter(|(_, pixels)| **pixels > 0) {
            println!("  {difference}: {pixels}");
        }
        if !self.all.holds() && self.wrong.is_empty() {
            self.wrong.push(format!("{name}: {}", self.all));
        }
        self.wrong
    }
}

/// Writes both pictures and eight times their difference to the folder BYNAME_PICTURES, if it is set.
fn keep(name: &str, right: &Frame, other: &Frame) {
    let Some(folder) = std::env::var_os("BYNAME_PICTURES") else { return };
    let differences = right.pixels.chunks_exact(4).zip(other.pixels.chunks_exact(4)).flat_map(|(a, b)| {
        let difference = |channel: usize| a[channel].abs_diff(b[channel]).saturating_mul(8);
        [difference(0), difference(1), difference(2), 255 - difference(3)]
    });
    let difference = Frame { pixels: differences.collect(), ..right.clone() };
    for (kind, frame) in [("cpu", right), ("gpu", other), ("difference", &difference)] {
        let file = Path::new(&folder).join(format!("{name}-{kind}.png"));
        image::save_buffer(file, &frame.pixels, frame.width, frame.height, image::ColorType::Rgba8)
            .expect("a folder");
    }
}

/// BYNAME_CASES says how many records each template gets.
#[test]
fn random_records_look_the_same() {
    let cases = std::env::var("BYNAME_CASES").map_or(12, |cases| cases.parse().expect("a number"));
    let (mut random, mut wrong) = (Random::new(5), Vec::new());
    for subject in subjects() {
        let mut comparison = Comparison::default();
        for list in subject.lists(&mut random, cases) {
            comparison.add(&subject.name, &list);
        }
        wrong.extend(comparison.tell(&subject.name));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The corpus that is compared with Chromium.
#[test]
fn every_feature_looks_the_same() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cases = corpus::all(root).expect("in the repository");
    let composer = Composer::new(root).expect("built-in fonts");
    let mut wrong = Vec::new();
    for chapter in cases.chunk_by(|a, b| a.chapter == b.chapter) {
        let mut comparison = Comparison::default();
        for case in chapter {
            let composed = composer.compose(case).expect("a page");
            let filters_below =
                |command: &Command| matches!(&command.draw, Draw::Push(layer) if !layer.backdrop.is_empty());
            // What filters what lies below it is the CPU's; there is a test for that.
            if !composed.list.commands.iter().any(filters_below) {
                comparison.add(case.file_name().trim_end_matches(".png"), &composed.list);
            }
        }
        wrong.extend(comparison.tell(&chapter[0].chapter));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_self_test_holds() {
    let parity = gpu().run().expect("a picture that the GPU can draw");
    assert!(parity.holds(), "{parity}");
}
