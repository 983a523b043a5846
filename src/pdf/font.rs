//! Fonts, parsed once for all documents.

use std::collections::HashMap;
use std::sync::Arc;

use krilla::text::{Font, Tag};
use skrifa::MetadataProvider as _;

use crate::display::GlyphRun;

/// Fonts that are kept at most.
const MAX_FONTS: usize = 256;

#[derive(Default)]
pub(super) struct Fonts {
    known: HashMap<Key, Option<Font>>,
}

/// The file, the face within it, the place in its design space.
type Key = (u64, u32, Arc<[i16]>);

/// A font's bytes, shared.
struct Bytes(peniko::Blob<u8>);

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        self.0.data()
    }
}

impl Fonts {
    /// `None` for a font that cannot be embedded.
    pub(super) fn get(&mut self, run: &GlyphRun) -> Option<Font> {
        let data = &run.font.data;
        if self.known.len() >= MAX_FONTS {
            self.known.clear();
        }
        let key = (data.data.id(), data.index, run.coords.clone());
        let load = || {
            let bytes: Arc<dyn AsRef<[u8]> + Send + Sync> = Arc::new(Bytes(data.data.clone()));
            Font::new_variable(bytes.into(), data.index, &settings(run)?)
        };
        self.known.entry(key).or_insert_with(load).clone()
    }
}

/// The design space's place in the units of the axes, which is how krilla asks for it.
fn settings(run: &GlyphRun) -> Option<Vec<(Tag, f32)>> {
    let data = &run.font.data;
    let font = skrifa::FontRef::from_index(data.data.data(), data.index).ok()?;
    let axes = font.axes();
    let place = |(at, axis): (usize, skrifa::Axis)| {
        let wanted = run.coords.get(at).copied().unwrap_or(0);
        // Normalising (with the font's own `avar` map) only ever grows, so halving finds the way back.
        let (mut low, mut high) = (axis.min_value(), axis.max_value());
        for _ in 0..32 {
            let middle = f32::midpoint(low, high);
            let found = axes.location([(axis.tag(), middle)]).coords()[at].to_bits();
            match found.cmp(&wanted) {
                std::cmp::Ordering::Less => low = middle,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => (low, high) = (middle, middle),
            }
        }
        (Tag::new(&axis.tag().to_be_bytes()), f32::midpoint(low, high))
    };
    Some(axes.iter().enumerate().map(place).collect())
}
