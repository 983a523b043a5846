//! Whole zlib streams (RFC 1950), for data that is small and comes often: nothing is set up or cleared for
//! a stream, as zlib does.

use super::{Adler, Deflate, END, Search};

/// That the stream is deflate with the largest window, coded by default means (RFC 1950 §2.2).
const HEADER: [u8; 2] = [0x78, 0x9c];
/// Bytes that share a code; they are not compared with those before.
const PIECE: usize = 1 << 16;
/// Rows are for pixels; from as far back as this nothing is repeated.
const NO_ROW: usize = usize::MAX / 2;

pub(crate) struct Zlib(Deflate);

impl Default for Zlib {
    fn default() -> Self {
        // Most of such data are outlines of glyphs, in which a longer search finds next to nothing.
        Self(Deflate::new(Search::Quick))
    }
}

impl Zlib {
    pub fn stream(&mut self, data: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(data.len() / 2 + 64);
        out.extend_from_slice(&HEADER);
        data.chunks(PIECE).for_each(|piece| self.0.piece(piece, 0, NO_ROW, 1, &mut out));
        out.extend_from_slice(&END);
        out.extend_from_slice(&Adler::of(data).value().to_be_bytes());
        out
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn streams_inflate_to_what_they_were(parts in prop::collection::vec((any::<u8>(), 0usize..40_000), 0..6)) {
            let data: Vec<u8> =
                parts.iter().flat_map(|&(seed, length)| (0..length).map(move |at| (at * at / 7) as u8 ^ seed)).collect();
            let mut zlib = Zlib::default();
            let stream = zlib.stream(&data);
            let mut inflated = Vec::new();
            flate2::read::ZlibDecoder::new(stream.as_slice()).read_to_end(&mut inflated).unwrap();
            prop_assert!(inflated == data);
            prop_assert!(zlib.stream(&data) == stream);
        }
    }
}
