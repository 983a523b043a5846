//! How much the stages can put into their working buffers.
//!
//! Their sizes cannot be known before a scene is drawn: stages take room as they need it, and note how
//! much they would have needed.

use vello::low_level::vello_encoding::{BufferSizes, BumpAllocators, ConfigUniform};

/// Elements that each of the working buffers holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Capacity {
    pub lines: u32,
    pub binning: u32,
    pub tiles: u32,
    pub seg_counts: u32,
    pub segments: u32,
    pub blend: u32,
    pub ptcl: u32,
}

/// Bytes of an element, as the shaders lay them out.
const BYTES: [u64; 7] = [24, 4, 8, 8, 24, 4, 4];

impl Capacity {
    /// Enough for pages of ordinary cards with that many pixels.
    pub fn for_pixels(pixels: u64) -> Self {
        let tiles = u32::try_from(pixels / 256).unwrap_or(u32::MAX);
        let at_least = |v: u32| v.max(1 << 16);
        Self {
            lines: at_least(tiles * 8),
            binning: at_least(tiles * 2),
            tiles: at_least(tiles * 24),
            seg_counts: at_least(tiles * 12),
            segments: at_least(tiles * 12),
            blend: at_least(tiles * 16),
            // Every tile has 64 words of commands from the start.
            ptcl: at_least(tiles * 192),
        }
    }

    /// Enough for nothing.
    pub fn none() -> Self {
        Self::from_values([1; 7])
    }

    fn values(self) -> [u32; 7] {
        let Self { lines, binning, tiles, seg_counts, segments, blend, ptcl } = self;
        [lines, binning, tiles, seg_counts, segments, blend, ptcl]
    }

    fn from_values([lines, binning, tiles, seg_counts, segments, blend, ptcl]: [u32; 7]) -> Self {
        Self { lines, binning, tiles, seg_counts, segments, blend, ptcl }
    }

    /// Room for what a scene was short of, with a margin: stages after the one that failed tell nothing.
    /// `None` when a buffer would pass `most` bytes.
    pub fn grown(self, bump: &BumpAllocators, initial_ptcl: u32, most: u64) -> Option<Self> {
        let needed = [
            bump.lines,
            bump.binning,
            bump.tile,
            bump.seg_counts,
            bump.segments,
            bump.blend,
            bump.ptcl.saturating_add(initial_ptcl),
        ];
        let mut values = self.values();
        let mut grew = false;
        for (value, needed) in values.iter_mut().zip(needed) {
            if needed > *value {
                *value = needed.saturating_add(needed / 2);
                grew = true;
            }
        }
        if !grew {
            // It did not say what it lacked: twice of everything.
            values = values.map(|value| value.saturating_mul(2));
        }
        // Every counted segment becomes one; only the counting looks whether there is room.
        values[4] = values[4].max(values[3]);
        let fits = values.iter().zip(BYTES).all(|(value, bytes)| u64::from(*value) * bytes <= most);
        fits.then(|| Self::from_values(values))
    }

    /// Tells the stages, and sizes the buffers.
    pub fn apply(self, config: &mut ConfigUniform, sizes: &mut BufferSizes, info: u32) {
        use vello::low_level::vello_encoding::BufferSize;
        config.lines_size = self.lines;
        config.binning_size = self.binning;
        config.tiles_size = self.tiles;
        config.seg_counts_size = self.seg_counts;
        config.segments_size = self.segments;
        config.blend_size = self.blend;
        config.ptcl_size = self.ptcl;
        sizes.lines = BufferSize::new(self.lines);
        // What draws are made of stands before the bins, in the same buffer.
        sizes.bin_data = BufferSize::new(self.binning + info);
        sizes.tiles = BufferSize::new(self.tiles);
        sizes.seg_counts = BufferSize::new(self.seg_counts);
        sizes.segments = BufferSize::new(self.segments);
        sizes.blend_spill = BufferSize::new(self.blend);
        sizes.ptcl = BufferSize::new(self.ptcl);
    }
}
