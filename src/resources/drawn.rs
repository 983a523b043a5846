//! What a drawing was drawn as last, so that it is not drawn again for each record.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::display::Picture;

/// Bytes of a drawing's pixels that are kept with it.
pub(super) const MAX_KEPT: usize = 2 << 20;
/// Sizes at which it is known.
const MAX_SIZES: usize = 8;

/// A drawing at some sizes.
#[derive(Default)]
pub(super) struct Drawn(Mutex<Vec<Known>>);

struct Known {
    size: (u64, u64),
    /// Without its pixels where these are large: they are kept only as long as others need them.
    picture: Picture,
    pixels: Weak<Vec<u8>>,
}

impl Drawn {
    /// What was drawn before at this size, or else what `draw` makes now. Nobody waits for it meanwhile.
    pub fn at(&self, width: f64, height: f64, draw: impl FnOnce() -> Option<Picture>) -> Option<Picture> {
        let size = (width.to_bits(), height.to_bits());
        if let Some(picture) = find(&self.lock(), size) {
            return Some(picture);
        }
        let picture = draw()?;
        let mut known = self.lock();
        // Somebody else can have been faster.
        if let Some(picture) = find(&known, size) {
            return Some(picture);
        }
        let kept = if picture.pixels.len() > MAX_KEPT { Arc::default() } else { picture.pixels.clone() };
        known.retain(|known| known.pixels.strong_count() > 0 && known.size != size);
        let pixels = Arc::downgrade(&picture.pixels);
        known.push(Known { size, picture: Picture { pixels: kept, ..picture.clone() }, pixels });
        while known.len() > MAX_SIZES
            || known.iter().map(|known| known.picture.pixels.len()).sum::<usize>() > MAX_KEPT
        {
            known.remove(0);
        }
        Some(picture)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn find(known: &[Known], size: (u64, u64)) -> Option<Picture> {
    let known = known.iter().find(|known| known.size == size)?;
    Some(Picture { pixels: known.pixels.upgrade()?, ..known.picture.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(bytes: usize) -> Option<Picture> {
        let pixels = Arc::new(vec![0; bytes]);
        Some(Picture { width: 1, height: 1, pixels, opaque: false, id: 0, jpeg: None, drawing: None })
    }

    #[test]
    fn sizes_take_turns_without_being_drawn_again() {
        let (drawn, mut count) = (Drawn::default(), 0);
        for width in [10.0, 20.0, 10.0, 20.0, 30.0] {
            drawn.at(width, 10.0, || {
                count += 1;
                picture(400)
            });
        }
        assert_eq!(count, 3);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let drawn = Drawn::default();
        for width in 0..40_u32 {
            drawn.at(width.into(), 10.0, || picture(MAX_KEPT / 3));
            let kept: usize = drawn.lock().iter().map(|known| known.picture.pixels.len()).sum();
            assert!(kept <= MAX_KEPT, "{kept}");
        }
        // A large one is shared while somebody has it.
        let large = drawn.at(50.0, 50.0, || picture(MAX_KEPT + 1));
        assert!(drawn.at(50.0, 50.0, || None).is_some());
        drop(large);
        assert!(drawn.at(50.0, 50.0, || None).is_none());
    }
}
