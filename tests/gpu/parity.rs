//! The GPU's pictures are the CPU's.

use std::path::Path;

use byname::raster::gpu::Parity;

use crate::records::Random;
use crate::support::{gpu, subjects};

/// BYNAME_CASES says how many records each template gets, BYNAME_PICTURES where pictures that differ go.
#[test]
fn random_records_look_the_same() {
    let cases = std::env::var("BYNAME_CASES").map_or(12, |cases| cases.parse().expect("a number"));
    let mut random = Random::new(5);
    for subject in subjects() {
        let mut all = Parity::default();
        for list in subject.lists(&mut random, cases) {
            let (parity, right, other) = gpu().compare(&list).expect("a list that the GPU can draw");
            all.add(&parity);
            if let Some(folder) = std::env::var_os("BYNAME_PICTURES").filter(|_| parity.largest() > 2) {
                for (backend, frame) in [("cpu", right), ("gpu", other)] {
                    let file = Path::new(&folder).join(format!("{}-{backend}.png", subject.name));
                    image::save_buffer(
                        file,
                        &frame.pixels,
                        frame.width,
                        frame.height,
                        image::ColorType::Rgba8,
                    )
                    .expect("a folder");
                }
            }
        }
        println!("{}: {all}", subject.name);
        for (difference, pixels) in all.pixels.iter().enumerate().filter(|(_, pixels)| **pixels > 0) {
            println!("  {difference}: {pixels}");
        }
        assert!(all.holds(), "{}: {all}", subject.name);
    }
}

#[test]
fn the_self_test_holds() {
    let parity = gpu().run().expect("a picture that the GPU can draw");
    assert!(parity.holds(), "{parity}");
}
