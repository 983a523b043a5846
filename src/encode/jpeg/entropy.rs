//! Huffman coding of blocks (T.81, F.1.2).

use super::tables::{Huffman, ZIGZAG};

/// The symbols for the end of a block and for sixteen zeros.
const END: usize = 0x00;
const ZEROS: usize = 0xF0;

/// Writes bits, most significant first, with a zero byte after each 0xFF.
pub(super) struct Bits<'a> {
    out: &'a mut Vec<u8>,
    /// The last `count` bits of it are not written yet.
    bits: u64,
    count: u32,
}

impl<'a> Bits<'a> {
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out, bits: 0, count: 0 }
    }

    /// Appends the low `count` bits of `bits`, at most 32; the others must be 0.
    #[inline(always)]
    fn put(&mut self, bits: u32, count: u32) {
        self.bits = self.bits << count | u64::from(bits);
        self.count += count;
        if self.count >= 32 {
            self.count -= 32;
            let word = (self.bits >> self.count) as u32;
            // Adding one to every byte clears a top bit that was set only where there is a 0xFF.
            if word & 0x8080_8080 & !word.wrapping_add(0x0101_0101) == 0 {
                self.out.extend_from_slice(&word.to_be_bytes());
            } else {
                word.to_be_bytes().into_iter().for_each(|byte| self.byte(byte));
            }
        }
    }

    #[inline(always)]
    fn byte(&mut self, byte: u8) {
        self.out.push(byte);
        if byte == 0xFF {
            self.out.push(0);
        }
    }

    /// Fills the last byte with ones.
    pub fn finish(mut self) {
        let fill = (8 - self.count % 8) % 8;
        self.put((1 << fill) - 1, fill);
        while self.count > 0 {
            self.count -= 8;
            self.byte((self.bits >> self.count) as u8);
        }
    }
}

/// The codes of a component's blocks, with their lengths.
#[derive(Clone)]
pub(super) struct Codes {
    dc: [(u16, u8); 16],
    ac: [(u16, u8); 256],
}

impl Codes {
    pub fn new(dc: &Huffman, ac: &Huffman) -> Self {
        Self { dc: codes(dc), ac: codes(ac) }
    }

    /// Appends a block, whose coefficients stand column by column. `mean` is the first coefficient of
    /// the block before, and becomes this one's.
    #[inline(always)]
    pub fn block(&self, coefficients: &[i16; 64], mean: &mut i16, bits: &mut Bits<'_>) {
        self.mean(coefficients[0], mean, bits);
        let mut not_zero = 0u64;
        for (index, &coefficient) in coefficients.iter().enumerate() {
            not_zero |= u64::from(coefficient != 0) << index;
        }
        not_zero &= !1;
        // The same bits in the order they are coded in: most blocks have few.
        let mut set = 0u64;
        while not_zero != 0 {
            set |= 1 << CODED_AT[not_zero.trailing_zeros() as usize];
            not_zero &= not_zero - 1;
        }
        let mut last = 0;
        while set != 0 {
            let at = set.trailing_zeros();
            set &= set - 1;
            let mut zeros = at - last - 1;
            last = at;
            while zeros > 15 {
                let (code, length) = self.ac[ZEROS];
                bits.put(u32::from(code), u32::from(length));
                zeros -= 16;
            }
            let (value, size) = magnitude(coefficients[usize::from(PLACE[at as usize])]);
            let (code, length) = self.ac[(zeros << 4 | size) as usize & 0xFF];
            bits.put(u32::from(code) << size | value, u32::from(length) + size);
        }
        if last < 63 {
            self.end(bits);
        }
    }

    /// [`block`](Self::block) for one that has only its first coefficient.
    #[inline(always)]
    pub fn flat_block(&self, first: i16, mean: &mut i16, bits: &mut Bits<'_>) {
        self.mean(first, mean, bits);
        self.end(bits);
    }

    #[inline(always)]
    fn mean(&self, first: i16, mean: &mut i16, bits: &mut Bits<'_>) {
        let (value, size) = magnitude(first - *mean);
        *mean = first;
        let (code, length) = self.dc[size as usize];
        bits.put(u32::from(code) << size | value, u32::from(length) + size);
    }

    #[inline(always)]
    fn end(&self, bits: &mut Bits<'_>) {
        let (code, length) = self.ac[END];
        bits.put(u32::from(code), u32::from(length));
    }
}

/// Where each coefficient stands, column by column, in the order they are coded in.
const PLACE: [u8; 64] = {
    let mut places = [0; 64];
    let mut at = 0;
    while at < 64 {
        places[at] = ZIGZAG[at] % 8 * 8 + ZIGZAG[at] / 8;
        at += 1;
    }
    places
};

/// The inverse of [`PLACE`].
const CODED_AT: [u8; 64] = {
    let mut coded = [0; 64];
    let mut at = 0;
    while at < 64 {
        coded[PLACE[at] as usize] = at as u8;
        at += 1;
    }
    coded
};

/// A number's own bits, and how many there are: negative ones are less one, without the top bit.
#[inline(always)]
fn magnitude(value: i16) -> (u32, u32) {
    let value = i32::from(value);
    let size = 32 - value.unsigned_abs().leading_zeros();
    ((value + (value >> 31)) as u32 & ((1 << size) - 1), size)
}

/// The code of each symbol (T.81, Annex C).
fn codes<const N: usize>(table: &Huffman) -> [(u16, u8); N] {
    let mut codes = [(0, 0); N];
    let mut symbols = table.symbols.iter();
    let mut code = 0u32;
    for (length, &count) in (1..).zip(&table.counts) {
        for &symbol in symbols.by_ref().take(usize::from(count)) {
            codes[usize::from(symbol)] = (code as u16, length);
            code += 1;
        }
        code <<= 1;
    }
    codes
}
