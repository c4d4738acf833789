//! ELF package notes.

use plimsoll_language::{Input, Parsed};

use crate::Program;

pub(crate) fn read(input: Input<'_>, file: &object::File<'_>, parsed: &mut Parsed<Program>) {
    let _ = (input, file, parsed);
}
