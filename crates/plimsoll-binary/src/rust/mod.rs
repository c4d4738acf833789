//! Rust: the list of crates that cargo-auditable leaves behind, or the source paths in messages.

use plimsoll_language::{Input, Parsed};

use crate::Program;

/// The row's name.
pub(crate) const ID: &str = "rust-binary";

pub(crate) fn read(input: Input<'_>, file: &object::File<'_>, parsed: &mut Parsed<Program>) {
    let _ = (input, file, parsed);
}
