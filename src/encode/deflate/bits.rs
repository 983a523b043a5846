//! Bits, least significant first, as RFC 1951 §3.1.1 packs them.

/// Writes bits into a buffer that is already long enough.
pub(super) struct BitWriter<'a> {
    out: &'a mut [u8],
    at: usize,
    bits: u64,
    count: u32,
}

impl<'a> BitWriter<'a> {
    /// `out` needs room for all bits, and eight bytes more.
    pub fn new(out: &'a mut [u8]) -> Self {
        Self { out, at: 0, bits: 0, count: 0 }
    }

    /// Appends the low `count` bits of `bits`; the others must be 0. At most 56 at once.
    #[inline(always)]
    pub fn put(&mut self, bits: u64, count: u32) {
        debug_assert!(count <= 56 && bits >> count == 0);
        self.bits |= bits << self.count;
        self.count += count;
        // Always eight bytes, of which only the whole ones are kept: no branch.
        self.out[self.at..self.at + 8].copy_from_slice(&self.bits.to_le_bytes());
        let whole = self.count / 8;
        self.at += whole as usize;
        self.bits >>= whole * 8;
        self.count %= 8;
    }

    /// Fills the last byte with zeros and returns how many bytes there are.
    pub fn finish(self) -> usize {
        self.at + usize::from(self.count > 0)
    }
}
