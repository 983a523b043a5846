//! Sources, schema and records: the table of people, read one row at a time.
//!
//! [`open`] gives the [`Records`] of a [`Source`], typed and checked by a [`Schema`] if there is one.
//! Nothing here grows with the number of records but 16 bytes for each key (and for each value of a
//! field that has to be unique).

mod check;
mod csv;
mod fingerprint;
mod input;
mod json;
mod json_array;
mod json_row;
mod kind;
mod ndjson;
mod part;
mod propose;
mod record;
mod records;
mod row;
mod schema;
mod seen;
mod source;
mod suggest;
#[cfg(test)]
mod tests;
mod untyped;

pub(crate) use check::compare;
pub use json::{record_from_json, to_json};
pub use kind::Kind;
pub use part::path_part_problem;
pub(crate) use part::{is_forbidden, is_reserved};
pub use propose::propose;
pub use record::{Fields, Record, Value};
pub use records::{Records, Rejected, open};
pub use schema::{Field, Pattern, Rule, Schema};
pub use seen::Seen;
pub(crate) use source::similar_file;
pub use source::{Layout, Place, Source};
pub use suggest::closest;
