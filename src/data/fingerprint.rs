//! What tells one record's data from another's, the same on every host and in every release.

use super::{Fields, Record, Value};

impl Record {
    /// Hashes the key and all values; not the line, which says nothing about the recipient.
    pub fn fingerprint(&self, hasher: &mut blake3::Hasher) {
        text(hasher, &self.key);
        self.fields.fingerprint(hasher);
    }
}

impl Fields {
    fn fingerprint(&self, hasher: &mut blake3::Hasher) {
        length(hasher, self.0.len());
        for (name, value) in &self.0 {
            text(hasher, name);
            value.fingerprint(hasher);
        }
    }
}

impl Value {
    /// Hashes the type and the value. Every part has its length before it, so that no two values run
    /// into each other.
    pub fn fingerprint(&self, hasher: &mut blake3::Hasher) {
        let tag = |hasher: &mut blake3::Hasher, tag: u8| {
            hasher.update(&[tag]);
        };
        match self {
            Self::Null => tag(hasher, 0),
            Self::Text(value) => {
                tag(hasher, 1);
                text(hasher, value);
            }
            Self::Boolean(value) => {
                tag(hasher, 2);
                tag(hasher, u8::from(*value));
            }
            Self::Integer(value) => {
                tag(hasher, 3);
                hasher.update(&value.to_le_bytes());
            }
            Self::Number(value) => {
                tag(hasher, 4);
                hasher.update(&value.to_bits().to_le_bytes());
            }
            Self::Date(value) => {
                tag(hasher, 5);
                text(hasher, &value.to_string());
            }
            Self::DateTime(value) => {
                tag(hasher, 6);
                text(hasher, &value.to_string());
            }
            Self::Color(value) => {
                tag(hasher, 7);
                text(hasher, value);
            }
            Self::List(items) => {
                tag(hasher, 8);
                length(hasher, items.len());
                for item in items.iter() {
                    item.fingerprint(hasher);
                }
            }
            Self::Object(fields) => {
                tag(hasher, 9);
                fields.fingerprint(hasher);
            }
        }
    }
}

fn length(hasher: &mut blake3::Hasher, length: usize) {
    hasher.update(&(length as u64).to_le_bytes());
}

fn text(hasher: &mut blake3::Hasher, text: &str) {
    length(hasher, text.len());
    hasher.update(text.as_bytes());
}
