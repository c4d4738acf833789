//! Rust: the list of crates that cargo-auditable leaves behind, or the source paths in messages.

mod auditable;
mod functions;
mod paths;

use plimsoll_language::{Input, Parsed, ProblemKind};

use crate::Program;
use crate::memory::section;

/// The row's name.
pub(crate) const ID: &str = "rust-binary";

pub(crate) fn read(_: Input<'_>, file: &object::File<'_>, parsed: &mut Parsed<Program>) {
    let components = match section(file, &[".dep-v0"]) {
        Some(own) => match auditable::read(own.data) {
            Ok(components) => components,
            Err(broken) => {
                let message = format!("the list of crates (.dep-v0) cannot be read: {broken}");
                return parsed.problem(ProblemKind::Malformed, message);
            }
        },
        None => paths::read(file),
    };
    if components.is_empty() {
        return;
    }
    parsed.value.add_part(ID, components);
    if let Some(symbols) = functions::symbols(file) {
        parsed.value.add_symbols(symbols);
    }
}
