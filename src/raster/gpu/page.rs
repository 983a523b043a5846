//! Rectangles side by side on one texture.

/// Places are whole tiles of vello's, so that no tile has to do with two rectangles.
const TILE: u32 = 16;

/// The largest side: vello's bins are 256 pixels wide and high, and a page has at most 256 of them.
pub(super) const LARGEST: u32 = 4096;

/// Puts rectangles into shelves, each as high as its first.
#[derive(Debug, Clone)]
pub(super) struct Page {
    width: u32,
    height: u32,
    shelves: Vec<Shelf>,
    used_height: u32,
    used_width: u32,
}

#[derive(Debug, Clone)]
struct Shelf {
    y: u32,
    height: u32,
    used: u32,
}

impl Page {
    pub fn new(width: u32, height: u32) -> Self {
        Self { width, height, shelves: Vec::new(), used_height: 0, used_width: 0 }
    }

    /// A place for a rectangle of that size, if there is one left.
    pub fn place(&mut self, width: u32, height: u32) -> Option<(u32, u32)> {
        let (wide, high) = (width.next_multiple_of(TILE), height.next_multiple_of(TILE));
        if wide > self.width {
            return None;
        }
        let fits = |shelf: &&mut Shelf| {
            // A shelf much higher than the rectangle is left for others.
            shelf.height >= high && shelf.height <= high * 2 && self.width - shelf.used >= wide
        };
        let shelf = match self.shelves.iter_mut().filter(fits).min_by_key(|shelf| shelf.height) {
            Some(shelf) => shelf,
            None => {
                if self.height - self.used_height < high {
                    return None;
                }
                self.shelves.push(Shelf { y: self.used_height, height: high, used: 0 });
                self.used_height += high;
                self.shelves.last_mut().expect("just pushed")
            }
        };
        let place = (shelf.used, shelf.y);
        shelf.used += wide;
        self.used_width = self.used_width.max(shelf.used);
        Some(place)
    }

    /// The part that has rectangles.
    pub fn used(&self) -> (u32, u32) {
        (self.used_width, self.used_height)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn places_lie_on_the_page_and_apart(sizes in prop::collection::vec((1u32..300, 1u32..200), 1..60)) {
            let mut page = Page::new(1024, 512);
            let mut placed: Vec<[u32; 4]> = Vec::new();
            for (width, height) in sizes {
                let Some((x, y)) = page.place(width, height) else { continue };
                prop_assert!(x + width <= page.used().0 && page.used().0 <= 1024);
                prop_assert!(y + height <= page.used().1 && page.used().1 <= 512);
                for &[x0, y0, x1, y1] in &placed {
                    let tile = |v: u32| v / TILE;
                    let apart = tile(x) > tile(x1 - 1) || tile(x + width - 1) < tile(x0)
                        || tile(y) > tile(y1 - 1) || tile(y + height - 1) < tile(y0);
                    prop_assert!(apart, "({x}, {y}) shares a tile with ({x0}, {y0})");
                }
                placed.push([x, y, x + width, y + height]);
            }
            prop_assert!(!placed.is_empty());
        }
    }
}
