//! Deflate (RFC 1951) for bands: every piece of data becomes blocks that refer to nothing before it (or
//! only to so much before it as is said) and end on a byte, so that pieces coded at different times can
//! stand behind one another.
//!
//! What makes it fast here: the data are filtered rows of pixels, a few tens of kilobytes at once,
//! so one block with its own code for each piece is right, repeats are long, and one pass can find
//! them all before the code is made.

mod adler;
mod bits;
mod block;
mod chains;
mod latest;
mod prefix;
mod repeat;
mod zlib;

pub(super) use adler::Adler;
use block::Block;
use chains::Chains;
use latest::Latest;
pub(crate) use zlib::Zlib;

/// How thoroughly repeats are looked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Search {
    /// One place is tried, and taken whenever it is good.
    Quick,
    /// As `Quick`, but a repeat waits for a longer one that starts a byte later.
    Lazy,
    /// The best of many places, and lazily too.
    Thorough,
}

/// Buffers of the compressor.
#[derive(Clone)]
pub(super) struct Deflate {
    repeats: Repeats,
    block: Block,
}

#[derive(Clone)]
enum Repeats {
    Latest(Latest),
    Chains(Chains),
}

impl Deflate {
    pub fn new(search: Search) -> Self {
        let repeats = match search {
            Search::Quick => Repeats::Latest(Latest::new(false)),
            Search::Lazy => Repeats::Latest(Latest::new(true)),
            Search::Thorough => Repeats::Chains(Chains::new()),
        };
        Self { repeats, block: Block::default() }
    }

    /// Appends `data` from `start` on as blocks, none of them the last, and ends on a byte (what zlib calls
    /// a flush). What lies before `start` must be what stands before in the stream; repeats refer to
    /// nothing else. The data are rows of `row` bytes, of pixels of `pixel` bytes: long repeats are to be
    /// expected there.
    pub fn piece(&mut self, data: &[u8], start: usize, row: usize, pixel: usize, out: &mut Vec<u8>) {
        self.block.start(data.len() - start);
        match &mut self.repeats {
            Repeats::Latest(latest) => latest.find(data, start, row, pixel, &mut self.block),
            Repeats::Chains(chains) => chains.find(data, start, row, pixel, &mut self.block),
        }
        self.block.write(out);
    }
}

/// The empty last block that ends a deflate stream.
pub(super) const END: [u8; 2] = [0x03, 0x00];

#[cfg(test)]
mod tests {
    use std::io::Read;

    use proptest::prelude::*;

    use super::*;

    /// Data with repeats of all lengths and distances: parts are noise, or an earlier part again.
    fn data() -> impl Strategy<Value = Vec<u8>> {
        let part = (any::<u32>(), 1usize..3000, 0usize..60_000, any::<bool>());
        prop::collection::vec(part, 0..40).prop_map(|parts| {
            let mut data = Vec::new();
            for (seed, length, back, fresh) in parts {
                let back = back.min(data.len());
                for index in 0..length {
                    let noise = (index as u32).wrapping_mul(0x9E37_79B1).wrapping_add(seed) >> 20;
                    let byte = if fresh || back == 0 { noise as u8 } else { data[data.len() - back] };
                    data.push(byte);
                }
            }
            data
        })
    }

    proptest! {
        #[test]
        fn pieces_inflate_to_what_they_were(pieces in prop::collection::vec(data(), 1..4), row in 9usize..40_000, known in 0usize..5000) {
            for search in [Search::Quick, Search::Lazy, Search::Thorough] {
                let mut deflate = Deflate::new(search);
                let mut stream = Vec::new();
                let mut above: &[u8] = &[];
                for piece in &pieces {
                    let start = stream.len();
                    let data = [above, piece].concat();
                    deflate.piece(&data, above.len(), row, 3, &mut stream);
                    // What came before leaves no trace.
                    let mut alone = Vec::new();
                    Deflate::new(search).piece(&data, above.len(), row, 3, &mut alone);
                    prop_assert!(stream[start..] == alone);
                    above = &piece[piece.len() - piece.len().min(known)..];
                }
                stream.extend_from_slice(&END);
                let mut inflated = Vec::new();
                flate2::read::DeflateDecoder::new(stream.as_slice()).read_to_end(&mut inflated).unwrap();
                prop_assert!(inflated == pieces.concat());
            }
        }
    }
}
