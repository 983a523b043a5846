//! One block of deflate: literals and repeats, and the code that suits them (RFC 1951 §3.2.3 to 3.2.7).

use std::sync::LazyLock;

use super::{bits::BitWriter, prefix};

/// Symbols for literals, the end and lengths; and for distances.
const LITERALS: usize = 286;
const DISTANCES: usize = 30;
const END_OF_BLOCK: usize = 256;
/// The lengths of one repeat.
const SHORTEST: usize = 3;
const LONGEST: usize = 258;
/// The longest code.
const LIMIT: usize = 15;

/// In a token: this is a repeat, with its length − 3 from bit 16 on, and below it its distance − 1.
const REPEAT: u32 = 1 << 31;

/// The first length of each length symbol, from 257 on, less 3; and how many extra bits follow.
const LENGTH_BASE: [u8; 29] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192,
    224, 255,
];
const LENGTH_EXTRA: [u8; 29] =
    [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];

/// Which length symbol, less 257, a length − 3 has.
const LENGTH_SYMBOL: [u8; 256] = {
    let mut symbols = [0; 256];
    let mut symbol = 0;
    while symbol < 29 {
        let mut length = LENGTH_BASE[symbol] as usize;
        while length < 256 {
            symbols[length] = symbol as u8;
            length += 1;
        }
        symbol += 1;
    }
    symbols
};

/// The order in which the lengths of the code for code lengths are written.
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// The symbol, the number of extra bits and the first distance − 1 of a distance − 1.
#[inline(always)]
fn distance_symbol(distance: u32) -> (usize, u32, u32) {
    if distance < 4 {
        return (distance as usize, 0, distance);
    }
    let extra = 30 - distance.leading_zeros();
    let high = distance >> extra;
    ((2 * extra + high) as usize, extra, high << extra)
}

#[derive(Clone)]
pub(super) struct Block {
    tokens: Vec<u32>,
    literals: [u32; LITERALS],
    distances: [u32; DISTANCES],
    /// A buffer.
    table: Vec<TableSymbol>,
}

impl Default for Block {
    fn default() -> Self {
        let (literals, distances) = ([0; LITERALS], [0; DISTANCES]);
        Self { tokens: Vec::new(), literals, distances, table: Vec::new() }
    }
}

impl Block {
    pub fn clear(&mut self) {
        self.tokens.clear();
        self.literals.fill(0);
        self.distances.fill(0);
    }

    #[inline(always)]
    pub fn literal(&mut self, byte: u8) {
        self.tokens.push(u32::from(byte));
        self.literals[usize::from(byte)] += 1;
    }

    /// Adds a repeat of any length from 3 on, as several if need be.
    #[inline(always)]
    pub fn repeat(&mut self, mut length: usize, distance: usize) {
        while length > 0 {
            // Never leave a rest too short to be a repeat.
            let part = if length > LONGEST { LONGEST.min(length - SHORTEST) } else { length };
            length -= part;
            let (length, distance) = ((part - SHORTEST) as u32, distance as u32 - 1);
            self.tokens.push(REPEAT | length << 16 | distance);
            self.literals[257 + usize::from(LENGTH_SYMBOL[length as usize])] += 1;
            self.distances[distance_symbol(distance).0] += 1;
        }
    }

    /// Appends the block, in whichever of the fixed code and its own is shorter, and an empty stored
    /// block that ends on a byte.
    pub fn write(&mut self, out: &mut Vec<u8>) {
        self.literals[END_OF_BLOCK] = 1;
        let own = Codes::of(&self.literals, &self.distances);
        let table = CodeTable::new(&own, &mut self.table);
        let own_size = table.size() + own.size(&self.literals, &self.distances);
        let fixed = &*FIXED;
        let fixed_size = fixed.size(&self.literals, &self.distances);

        let start = out.len();
        // The kind of block, rounding, the stored block's five bytes, and room for the bit writer.
        out.resize(start + own_size.min(fixed_size) / 8 + 16, 0);
        let mut bits = BitWriter::new(&mut out[start..]);
        if own_size < fixed_size {
            bits.put(0b100, 3);
            table.write(&mut bits);
            own.write(&self.tokens, &mut bits);
        } else {
            bits.put(0b010, 3);
            fixed.write(&self.tokens, &mut bits);
        }
        bits.put(0b000, 3);
        let end = start + bits.finish();
        out.truncate(end);
        out.extend_from_slice(&[0x00, 0x00, 0xFF, 0xFF]);
    }
}

static FIXED: LazyLock<Codes> = LazyLock::new(Codes::fixed);

/// The two codes of a block.
struct Codes {
    literal_lengths: [u8; 288],
    literals: [u16; 288],
    distance_lengths: [u8; 32],
    distances: [u16; 32],
}

impl Codes {
    fn new(literal_lengths: [u8; 288], distance_lengths: [u8; 32]) -> Self {
        let (mut literals, mut distances) = ([0; 288], [0; 32]);
        prefix::codes(&literal_lengths, &mut literals);
        prefix::codes(&distance_lengths, &mut distances);
        Self { literal_lengths, literals, distance_lengths, distances }
    }

    fn of(literals: &[u32; LITERALS], distances: &[u32; DISTANCES]) -> Self {
        let (mut literal_lengths, mut distance_lengths) = ([0; 288], [0; 32]);
        prefix::lengths(literals, LIMIT, &mut literal_lengths[..LITERALS]);
        prefix::lengths(distances, LIMIT, &mut distance_lengths[..DISTANCES]);
        Self::new(literal_lengths, distance_lengths)
    }

    /// The code of §3.2.6.
    fn fixed() -> Self {
        let mut lengths = [8; 288];
        lengths[144..256].fill(9);
        lengths[256..280].fill(7);
        Self::new(lengths, [5; 32])
    }

    /// How many bits tokens with these counts take.
    fn size(&self, literals: &[u32; LITERALS], distances: &[u32; DISTANCES]) -> usize {
        let literals = literals.iter().enumerate().map(|(symbol, &count)| {
            let extra = if symbol > END_OF_BLOCK { LENGTH_EXTRA[symbol - 257] } else { 0 };
            count as usize * usize::from(self.literal_lengths[symbol] + extra)
        });
        let distances = distances.iter().enumerate().map(|(symbol, &count)| {
            count as usize * (usize::from(self.distance_lengths[symbol]) + (symbol / 2).saturating_sub(1))
        });
        literals.sum::<usize>() + distances.sum::<usize>()
    }

    fn write(&self, tokens: &[u32], bits: &mut BitWriter<'_>) {
        for &token in tokens {
            if token & REPEAT == 0 {
                let symbol = (token & 0xFF) as usize;
                bits.put(u64::from(self.literals[symbol]), u32::from(self.literal_lengths[symbol]));
                continue;
            }
            let (length, distance) = (token >> 16 & 0xFF, token & 0x7FFF);
            let symbol = usize::from(LENGTH_SYMBOL[length as usize]);
            let mut code = u64::from(self.literals[257 + symbol]);
            let mut count = u32::from(self.literal_lengths[257 + symbol]);
            code |= u64::from(length - u32::from(LENGTH_BASE[symbol])) << count;
            count += u32::from(LENGTH_EXTRA[symbol]);

            let (symbol, extra, base) = distance_symbol(distance);
            code |= u64::from(self.distances[symbol]) << count;
            count += u32::from(self.distance_lengths[symbol]);
            code |= u64::from(distance - base) << count;
            bits.put(code, count + extra);
        }
        let end = END_OF_BLOCK;
        bits.put(u64::from(self.literals[end]), u32::from(self.literal_lengths[end]));
    }
}

/// A symbol of the code for code lengths, with the value and number of its extra bits.
type TableSymbol = (u8, u8, u8);

/// The code lengths of a block's codes, as they are written before it (§3.2.7).
struct CodeTable<'a> {
    literal_count: usize,
    distance_count: usize,
    symbols: &'a [TableSymbol],
    lengths: [u8; 19],
    codes: [u16; 19],
    /// How many of `lengths` are written.
    count: usize,
}

impl<'a> CodeTable<'a> {
    fn new(codes: &Codes, symbols: &'a mut Vec<TableSymbol>) -> Self {
        let used =
            |lengths: &[u8], least| lengths.iter().rposition(|&l| l > 0).map_or(0, |i| i + 1).max(least);
        let literal_count = used(&codes.literal_lengths, 257);
        let distance_count = used(&codes.distance_lengths, 1);
        let mut all = [0; 288 + 32];
        all[..literal_count].copy_from_slice(&codes.literal_lengths[..literal_count]);
        all[literal_count..][..distance_count].copy_from_slice(&codes.distance_lengths[..distance_count]);

        // Runs: 16 repeats the length before 3 to 6 times, 17 and 18 are 3 to 10 and 11 to 138 zeros.
        symbols.clear();
        for run in all[..literal_count + distance_count].chunk_by(|a, b| a == b) {
            let mut left = run.len();
            if run[0] > 0 {
                symbols.push((run[0], 0, 0));
                left -= 1;
            }
            while left >= 3 {
                let (symbol, part, base, extra) = match (run[0], left) {
                    (0, 11..) => (18, left.min(138), 11, 7),
                    (0, _) => (17, left, 3, 3),
                    _ => (16, left.min(6), 3, 2),
                };
                symbols.push((symbol, (part - base) as u8, extra));
                left -= part;
            }
            symbols.extend(std::iter::repeat_n((run[0], 0, 0), left));
        }
        let mut counts = [0; 19];
        symbols.iter().for_each(|&(symbol, ..)| counts[usize::from(symbol)] += 1);
        let (mut lengths, mut codes) = ([0; 19], [0; 19]);
        prefix::lengths(&counts, 7, &mut lengths);
        prefix::codes(&lengths, &mut codes);
        let count = ORDER.iter().rposition(|&symbol| lengths[symbol] > 0).map_or(0, |i| i + 1).max(4);
        Self { literal_count, distance_count, symbols, lengths, codes, count }
    }

    /// In bits.
    fn size(&self) -> usize {
        let symbols =
            self.symbols.iter().map(|&(s, _, extra)| usize::from(self.lengths[usize::from(s)] + extra));
        14 + 3 * self.count + symbols.sum::<usize>()
    }

    fn write(&self, bits: &mut BitWriter<'_>) {
        bits.put(self.literal_count as u64 - 257, 5);
        bits.put(self.distance_count as u64 - 1, 5);
        bits.put(self.count as u64 - 4, 4);
        for &symbol in &ORDER[..self.count] {
            bits.put(u64::from(self.lengths[symbol]), 3);
        }
        for &(symbol, value, extra) in self.symbols {
            let symbol = usize::from(symbol);
            bits.put(u64::from(self.codes[symbol]), u32::from(self.lengths[symbol]));
            bits.put(u64::from(value), u32::from(extra));
        }
    }
}
