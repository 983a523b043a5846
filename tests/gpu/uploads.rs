//! What the GPU has is not sent to it again.

use crate::records::Random;
use crate::support::{gpu, subjects};

#[test]
fn outlines_and_pictures_go_to_the_gpu_once() {
    let mut subjects = subjects();
    let demo = subjects.iter_mut().find(|subject| subject.name == "boarding-pass").expect("a demo");
    // No other test has outlines of this size.
    demo.plan.campaign.output.scale = 0.2371;
    let lists = demo.lists(&mut Random::new(3), 3);
    let mut gpu = gpu();
    let mut sent = |list| {
        gpu.draw(list).expect("a list that the GPU can draw");
        gpu.uploaded
    };
    let first = sent(&lists[0]);
    // What is seen twice is kept from then on.
    sent(&lists[0]);
    let again = sent(&lists[0]);
    assert!(again * 4 < first, "{again} bytes for what is there, {first} for what was not");
    // Another record has letters of its own, and the rest is there.
    let other = sent(&lists[1]);
    assert!(other < first, "{other} bytes for another record, {first} for the first");
}
