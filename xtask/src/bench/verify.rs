//! Whether a tool made the files it was asked for, and what is in them.

use std::path::Path;

use image::RgbImage;

use super::row::Row;

/// How far a tool's picture may lie from Byname's: the mean difference of all channels, of 255. Glyph
/// edges, blurs and gradients differ from tool to tool by less; a missing card or text by much more.
const NEAR: f64 = 4.0;

/// The files' average size, and what is wrong with them. The first few are looked at, and compared with
/// the pictures that the group's first row (Byname's) left in `work`.
pub fn files(out: &Path, row: &Row, count: usize, work: &Path) -> (f64, Option<String>) {
    let mut sizes = Vec::new();
    let mut looked_at: Vec<RgbImage> = Vec::new();
    for index in 0..count {
        let key = format!("p{index:05}");
        let path = out.join(format!("{key}.{}", row.ending()));
        let Ok(facts) = path.metadata() else {
            return (0.0, Some(format!("{key} is missing")));
        };
        sizes.push(facts.len() as f64);
        if index >= 3 {
            continue;
        }
        let picture = match image::open(&path) {
            Ok(picture) => picture.to_rgb8(),
            Err(error) => return (0.0, Some(format!("{key} cannot be read: {error}"))),
        };
        if picture.dimensions() != (1080, 1080) {
            return (0.0, Some(format!("{key} is {:?}", picture.dimensions())));
        }
        if looked_at.iter().any(|other| distance(other, &picture) == 0.0) {
            return (0.0, Some(format!("{key} is the picture of somebody else")));
        }
        let model = work.join(format!("{}-{key}.png", row.template));
        match image::open(&model) {
            Ok(model) => {
                let distance = distance(&model.to_rgb8(), &picture);
                if distance > NEAR {
                    return (0.0, Some(format!("{key} is not the card: it differs by {distance:.1} of 255")));
                }
            }
            Err(_) => {
                if let Err(error) = picture.save(&model) {
                    return (0.0, Some(format!("{}: {error}", model.display())));
                }
            }
        }
        looked_at.push(picture);
    }
    (sizes.iter().sum::<f64>() / sizes.len() as f64, None)
}

fn distance(a: &RgbImage, b: &RgbImage) -> f64 {
    let sum: u64 = a.as_raw().iter().zip(b.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.as_raw().len() as f64
}
