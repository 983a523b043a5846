//! What a user could see go wrong, through the binary.

mod archive;
mod bad_campaigns;
mod bad_records;
mod commands;
mod css;
mod fonts;
mod generated;
mod images;
mod interruptions;
mod lines;
mod output;
mod painting;
mod pdf;
mod reruns;
mod same_bytes;
mod selection;
mod sources;
mod support;
mod values;
