//! The `byname` command.

fn main() {}
