//! The GPU's pictures are the CPU's.

use byname::raster::gpu::Parity;

use crate::records::Random;
use crate::support::{gpu, subjects};

/// BYNAME_CASES says how many records each template gets.
#[test]
fn random_records_look_the_same() {
    let cases = std::env::var("BYNAME_CASES").map_or(12, |cases| cases.parse().expect("a number"));
    let mut random = Random::new(5);
    for subject in subjects() {
        let mut all = Parity::default();
        for list in subject.lists(&mut random, cases) {
            let (parity, ..) = gpu().compare(&list).expect("a list that the GPU can draw");
            all.add(&parity);
        }
        println!("{}: {all}", subject.name);
        assert!(all.holds(), "{}: {all}", subject.name);
    }
}

#[test]
fn the_self_test_holds() {
    let parity = gpu().run().expect("a picture that the GPU can draw");
    assert!(parity.holds(), "{parity}");
}
