//! Programs packed by UPX.

use plimsoll_language::{Input, Parsed};

use crate::Program;

pub(crate) fn unpack(input: Input<'_>, parsed: &mut Parsed<Program>) -> Option<Vec<u8>> {
    let _ = (input, parsed);
    None
}
