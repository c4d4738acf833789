//! Programs known by their looks.

use plimsoll_language::{Input, Parsed};

use crate::Program;

pub(crate) fn read(input: Input<'_>, parsed: &mut Parsed<Program>) {
    let _ = (input, parsed);
}
