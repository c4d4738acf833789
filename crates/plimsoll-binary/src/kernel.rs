//! The Linux kernel and its modules.

use plimsoll_language::{Input, Parsed};

use crate::Program;

pub(crate) fn read_image(input: Input<'_>, parsed: &mut Parsed<Program>) {
    let _ = (input, parsed);
}

pub(crate) fn read_module(input: Input<'_>, file: &object::File<'_>, parsed: &mut Parsed<Program>) {
    let _ = (input, file, parsed);
}
