//! Sources, schema and records: the table of people, read one row at a time.

mod record;

pub use record::{Fields, Record, Value};
