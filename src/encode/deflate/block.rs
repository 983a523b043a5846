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

/// In a token: how many bits from the lowest on hold the symbol, distances counting from [`LITERALS`] on.
/// Above stand the extra bits that follow it.
const SYMBOL: u32 = 9;

/// How many extra bits the length symbols have, from 257 on, and those of distances.
const LENGTH_EXTRA: [u8; 29] =
    [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_EXTRA: [u8; DISTANCES] =
    [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];

/// The token of each length − 3.
const LENGTH_TOKEN: [u32; 256] = {
    let mut tokens = [0; 256];
    let (mut symbol, mut first) = (0, 0);
    while symbol < 29 {
        let mut extra = 0;
        while extra < 1 << LENGTH_EXTRA[symbol] && first + extra < 256 {
            tokens[first + extra] = (257 + symbol as u32) | ((extra as u32) << SYMBOL);
            extra += 1;
        }
        // The longest length has a symbol of its own, though the one before could say it.
        first = if symbol == 27 { 255 } else { first + extra };
        symbol += 1;
    }
    tokens
};

/// The token of a distance − 1.
#[inline(always)]
fn distance_token(distance: u32) -> u32 {
    if distance < 4 {
        return LITERALS as u32 + distance;
    }
    let extra = 30 - distance.leading_zeros();
    let high = distance >> extra;
    (LITERALS as u32 + 2 * extra + high) | ((distance - (high << extra)) << SYMBOL)
}

/// The order in which the lengths of the code for code lengths are written.
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// Literals, and repeats as a length and a distance. All of them are tokens of one kind, so that writing
/// them takes no decision, which for pixels could not be foreseen.
#[derive(Clone)]
pub(super) struct Block {
    /// Room for all that may come; `used` of them are there.
    tokens: Vec<u32>,
    used: usize,
    /// How often each symbol occurs.
    counts: [u32; 1 << SYMBOL],
    /// A buffer.
    table: Vec<TableSymbol>,
}

impl Default for Block {
    fn default() -> Self {
        Self { tokens: Vec::new(), used: 0, counts: [0; 1 << SYMBOL], table: Vec::new() }
    }
}

impl Block {
    /// Starts a block of no more than so many bytes.
    pub fn start(&mut self, bytes: usize) {
        // A repeat is two tokens and at least three bytes.
        if self.tokens.len() < bytes {
            self.tokens.resize(bytes, 0);
        }
        self.used = 0;
        self.counts.fill(0);
    }

    #[inline(always)]
    pub fn literal(&mut self, byte: u8) {
        self.add(u32::from(byte));
    }

    /// Adds a repeat of any length from 3 on, as several if need be.
    #[inline(always)]
    pub fn repeat(&mut self, mut length: usize, distance: usize) {
        let distance = distance_token(distance as u32 - 1);
        while length > 0 {
            // Never leave a rest too short to be a repeat.
            let part = if length > LONGEST { LONGEST.min(length - SHORTEST) } else { length };
            length -= part;
            self.add(LENGTH_TOKEN[part - SHORTEST]);
            self.add(distance);
        }
    }

    #[inline(always)]
    fn add(&mut self, token: u32) {
        self.tokens[self.used] = token;
        self.used += 1;
        self.counts[(token % (1 << SYMBOL)) as usize] += 1;
    }

    /// Appends the block, in whichever of the fixed code and its own is shorter, and an empty stored
    /// block that ends on a byte.
    pub fn write(&mut self, out: &mut Vec<u8>) {
        self.counts[END_OF_BLOCK] = 1;
        let (tokens, counts) = (&self.tokens[..self.used], &self.counts[..LITERALS + DISTANCES]);
        let own = Codes::of(counts);
        let table = CodeTable::new(&own, &mut self.table);
        let own_size = table.size() + own.size(counts);
        let fixed_size = FIXED.size(counts);

        let start = out.len();
        // The kind of block, rounding, the stored block's five bytes, and room for the bit writer.
        out.resize(start + own_size.min(fixed_size) / 8 + 16, 0);
        let mut bits = BitWriter::new(&mut out[start..]);
        if own_size < fixed_size {
            bits.put(0b100, 3);
            table.write(&mut bits);
            own.write(tokens, &mut bits);
        } else {
            bits.put(0b010, 3);
            FIXED.write(tokens, &mut bits);
        }
        bits.put(0b000, 3);
        let end = start + bits.finish();
        out.truncate(end);
        out.extend_from_slice(&[0x00, 0x00, 0xFF, 0xFF]);
    }
}

/// The two codes of a block, that of distances behind that of literals.
struct Codes {
    lengths: [u8; LITERALS + DISTANCES],
    codes: [u16; LITERALS + DISTANCES],
}

/// The code of §3.2.6.
static FIXED: LazyLock<Codes> = LazyLock::new(|| {
    let mut lengths = [8; LITERALS + DISTANCES];
    lengths[144..256].fill(9);
    lengths[256..280].fill(7);
    lengths[LITERALS..].fill(5);
    let mut fixed = Codes::new(lengths);
    // Two literals that never occur have codes too, which those of nine bits come behind.
    let mut all = [8; LITERALS + 2];
    all[..LITERALS].copy_from_slice(&lengths[..LITERALS]);
    let mut codes = [0; LITERALS + 2];
    prefix::codes(&all, &mut codes);
    fixed.codes[..LITERALS].copy_from_slice(&codes[..LITERALS]);
    fixed
});

impl Codes {
    fn new(lengths: [u8; LITERALS + DISTANCES]) -> Self {
        let mut codes = [0; LITERALS + DISTANCES];
        let (literals, distances) = codes.split_at_mut(LITERALS);
        prefix::codes(&lengths[..LITERALS], literals);
        prefix::codes(&lengths[LITERALS..], distances);
        Self { lengths, codes }
    }

    fn of(counts: &[u32]) -> Self {
        let mut lengths = [0; LITERALS + DISTANCES];
        prefix::lengths(&counts[..LITERALS], LIMIT, &mut lengths[..LITERALS]);
        prefix::lengths(&counts[LITERALS..], LIMIT, &mut lengths[LITERALS..]);
        Self::new(lengths)
    }

    /// How many bits tokens with these counts take.
    fn size(&self, counts: &[u32]) -> usize {
        let codes =
            self.lengths.iter().zip(counts).map(|(&length, &count)| u64::from(count) * u64::from(length));
        let extra = |extra: &[u8], counts: &[u32]| {
            extra.iter().zip(counts).map(|(&extra, &count)| u64::from(count) * u64::from(extra)).sum::<u64>()
        };
        let (literals, distances) = counts.split_at(LITERALS);
        let extra = extra(&LENGTH_EXTRA, &literals[257..]) + extra(&DISTANCE_EXTRA, distances);
        (codes.sum::<u64>() + extra) as usize
    }

    fn write(&self, tokens: &[u32], bits: &mut BitWriter<'_>) {
        // The code, from bit 16 on its length, and from 24 on its length and that of the extra bits.
        let mut table = [0u32; 1 << SYMBOL];
        for (symbol, entry) in table[..LITERALS + DISTANCES].iter_mut().enumerate() {
            let extra = match symbol {
                LITERALS.. => DISTANCE_EXTRA[symbol - LITERALS],
                257.. => LENGTH_EXTRA[symbol - 257],
                _ => 0,
            };
            let length = u32::from(self.lengths[symbol]);
            *entry = u32::from(self.codes[symbol]) | length << 16 | (length + u32::from(extra)) << 24;
        }
        let coded = |token: u32| {
            let entry = table[(token % (1 << SYMBOL)) as usize];
            (u64::from(entry & 0xFFFF) | u64::from(token >> SYMBOL) << (entry >> 16 & 0xFF), entry >> 24)
        };
        let (pairs, last) = tokens.as_chunks::<2>();
        for &[first, second] in pairs {
            let ((first, length), (second, other)) = (coded(first), coded(second));
            bits.put(first | second << length, length + other);
        }
        for &token in last.iter().chain(&[END_OF_BLOCK as u32]) {
            let (value, length) = coded(token);
            bits.put(value, length);
        }
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
        let (literals, distances) = codes.lengths.split_at(LITERALS);
        let (literal_count, distance_count) = (used(literals, 257), used(distances, 1));
        // One behind the other.
        let mut all = codes.lengths;
        all.copy_within(LITERALS..LITERALS + distance_count, literal_count);

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
