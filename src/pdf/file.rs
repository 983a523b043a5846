//! The file itself: numbered objects, packed into object streams, and where each of them is.
//!
//! Objects are written as they come, and what is written can be taken away at any time
//! ([`File::take`]); only the place of every object is kept to the end (ISO 32000-1, §7.5.7 and §7.5.8).

use std::cell::RefCell;
use std::fmt::Write as _;
use std::rc::Rc;

use crate::encode::Zlib;

/// The number of an object.
pub(super) type Id = u32;

/// Objects to an object stream.
const PACK: usize = 128;
/// Streams shorter than this are not compressed: it would not make them shorter.
const SHORT: usize = 48;

/// What compresses the streams of all files of a worker.
pub(super) type Packer = Rc<RefCell<Zlib>>;

pub(super) struct File {
    out: Vec<u8>,
    /// Bytes taken away already.
    taken: u64,
    hasher: blake3::Hasher,
    places: Vec<Place>,
    /// Objects that wait for their stream: their number and their start.
    waiting: Vec<(Id, usize)>,
    packed: Vec<u8>,
    zlib: Packer,
}

#[derive(Clone, Copy)]
enum Place {
    /// Reserved, and not written yet.
    Nowhere,
    /// At a byte of the file.
    At(u64),
    /// In an object stream.
    In(Id, u8),
}

impl File {
    /// `version` is that of PDF: `1.7`.
    pub(super) fn new(version: &str, zlib: Packer) -> Self {
        let mut out = format!("%PDF-{version}\n%").into_bytes();
        out.extend([0xe2, 0xe3, 0xcf, 0xd3, b'\n']);
        Self {
            out,
            taken: 0,
            hasher: blake3::Hasher::new(),
            // Number 0 heads the list of free objects.
            places: vec![Place::Nowhere],
            waiting: Vec::new(),
            packed: Vec::new(),
            zlib,
        }
    }

    /// The number of an object that is written later.
    pub(super) fn reserve(&mut self) -> Id {
        self.places.push(Place::Nowhere);
        self.places.len() as Id - 1
    }

    /// An object that is no stream.
    pub(super) fn add(&mut self, body: &[u8]) -> Id {
        let id = self.reserve();
        self.put(id, body);
        id
    }

    pub(super) fn put(&mut self, id: Id, body: &[u8]) {
        self.waiting.push((id, self.packed.len()));
        self.packed.extend_from_slice(body);
        self.packed.push(b'\n');
        if self.waiting.len() == PACK {
            self.pack();
        }
    }

    /// A stream, compressed where that makes it shorter. `entries` are those of its dictionary, but for
    /// its length and filter.
    pub(super) fn add_stream(&mut self, entries: &str, data: &[u8]) -> Id {
        let id = self.reserve();
        self.put_stream(id, entries, data);
        id
    }

    pub(super) fn put_stream(&mut self, id: Id, entries: &str, data: &[u8]) {
        if data.len() >= SHORT {
            let packed = self.zlib.borrow_mut().stream(data);
            if packed.len() < data.len() {
                return self.put_raw(id, &format!("{entries}/Filter/FlateDecode"), &packed);
            }
        }
        self.put_raw(id, entries, data);
    }

    /// A stream whose data are as its dictionary says.
    pub(super) fn put_raw(&mut self, id: Id, entries: &str, data: &[u8]) {
        self.places[id as usize] = Place::At(self.position());
        let head = format!("{id} 0 obj\n<<{entries}/Length {}>>\nstream\n", data.len());
        self.out.extend_from_slice(head.as_bytes());
        self.out.extend_from_slice(data);
        self.out.extend_from_slice(b"\nendstream\nendobj\n");
    }

    fn position(&self) -> u64 {
        self.taken + self.out.len() as u64
    }

    /// Writes the waiting objects as an object stream.
    fn pack(&mut self) {
        if self.waiting.is_empty() {
            return;
        }
        let stream = self.reserve();
        let mut data = String::new();
        for (index, (id, start)) in self.waiting.iter().enumerate() {
            self.places[*id as usize] = Place::In(stream, index as u8);
            let _ = write!(data, "{id} {start} ");
        }
        let entries = format!("/Type/ObjStm/N {}/First {}", self.waiting.len(), data.len());
        self.waiting.clear();
        let mut data = data.into_bytes();
        data.append(&mut self.packed);
        self.put_stream(stream, &entries, &data);
    }

    /// What has been written since it was last asked for.
    pub(super) fn take(&mut self) -> Vec<u8> {
        self.hasher.update(&self.out);
        self.taken += self.out.len() as u64;
        std::mem::take(&mut self.out)
    }

    /// Where all objects are, and the end. The rest of the file is returned.
    pub(super) fn finish(mut self, root: Id, info: Id) -> Vec<u8> {
        self.pack();
        let id = self.reserve();
        let position = self.position();
        self.places[id as usize] = Place::At(position);
        self.hasher.update(&self.out);
        let hash = self.hasher.finalize().to_hex();
        let unique = &hash.as_str()[..32];
        // A line is a kind, eight bytes and one; each is told as the difference from the one above, which
        // is a PNG's filter 2.
        const LINE: usize = 10;
        let mut data = Vec::with_capacity(self.places.len() * (LINE + 1));
        let mut above = [0; LINE];
        for place in &self.places {
            let mut line = [0; LINE];
            let (kind, value, last) = match *place {
                Place::Nowhere => (0, 0, 0),
                Place::At(at) => (1, at, 0),
                Place::In(stream, index) => (2, u64::from(stream), index),
            };
            line[0] = kind;
            line[1..9].copy_from_slice(&value.to_be_bytes());
            line[9] = last;
            data.push(2);
            data.extend(line.iter().zip(&above).map(|(new, old)| new.wrapping_sub(*old)));
            above = line;
        }
        let entries = format!(
            "/Type/XRef/Size {}/W[1 8 1]/Root {root} 0 R/Info {info} 0 R/ID[<{unique}><{unique}>]\
             /Filter/FlateDecode/DecodeParms<</Predictor 12/Columns {LINE}>>",
            self.places.len()
        );
        let packed = self.zlib.borrow_mut().stream(&data);
        self.put_raw(id, &entries, &packed);
        self.out.extend_from_slice(format!("startxref\n{position}\n%%EOF\n").as_bytes());
        self.out
    }
}
