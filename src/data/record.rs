//! One recipient's typed data.

use std::sync::Arc;

/// One recipient: a key and named values, in the order of the source.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Unique within the campaign and safe as one part of a path.
    pub key: Arc<str>,
    /// The line of the source where the record starts, from 1.
    pub line: usize,
    pub fields: Fields,
}

/// Named values in the order in which the source (or the schema) gives them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fields(pub Vec<(Arc<str>, Value)>);

impl Fields {
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(n, _)| &**n == name).map(|(_, value)| value)
    }
}

/// A typed value of a field.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Absent, or JSON's null.
    Null,
    /// text, url, email, and the path or address of an image.
    Text(Arc<str>),
    Boolean(bool),
    Integer(i64),
    Number(f64),
    Date(jiff::civil::Date),
    /// A moment. One without an offset in the source is taken as UTC.
    DateTime(jiff::Zoned),
    /// A CSS colour as the source wrote it, checked to be one.
    Color(Arc<str>),
    List(Arc<[Value]>),
    Object(Arc<Fields>),
}
