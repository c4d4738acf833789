//! Go: build information and functions.

mod buildinfo;
mod modules;
mod pclntab;
mod version;

#[cfg(test)]
mod tests;

use plimsoll_language::{Input, Parsed, ProblemKind};

use crate::Program;
use crate::memory::Memory;
pub(crate) use buildinfo::number;

use buildinfo::Found;

/// The row's name.
pub(crate) const ID: &str = "go-binary";

pub(crate) fn read(_: Input<'_>, file: &object::File<'_>, parsed: &mut Parsed<Program>) {
    let memory = Memory::of(file);
    let info = match buildinfo::find(file, &memory) {
        Found::Nothing => return,
        Found::Broken => {
            let message = "the build information of Go cannot be read; its modules are unknown";
            return parsed.problem(ProblemKind::Malformed, message);
        }
        Found::Info(info) => info,
    };
    let modules = modules::read(&info.modules, parsed);
    let components = modules.components(&info.version);
    parsed.value.add_part(ID, components);
    if let Some(symbols) = pclntab::symbols(file, &memory, modules.package()) {
        parsed.value.add_symbols(symbols);
    }
}
