//! What a program says of itself: ELF, PE and Mach-O → components and symbols.
//!
//! [`examine`] offers a program to every kind of evidence in turn; each is a module with one
//! function and a row in [`EXTRACTORS`].

mod fingerprint;
mod go;
mod graal;
mod kernel;
mod memory;
mod notes;
mod rust;
mod symbols;
#[cfg(test)]
mod testing;
mod universal;
mod upx;
mod windows;

use std::collections::HashSet;

use plimsoll_language::{Component, Evidence, Extractor, Input, Parsed, Parser};
use plimsoll_version::Ecosystem;
use serde::{Deserialize, Serialize};

pub use fingerprint::{Product, products};
pub use symbols::Symbols;

/// Kinds of evidence in programs; [`examine`] is their parser.
pub const EXTRACTORS: &[Extractor] = &[
    fingerprint::EXTRACTOR,
    notes::EXTRACTOR,
    windows::EXTRACTOR,
    graal::EXTRACTOR,
    kernel::IMAGE_EXTRACTOR,
    kernel::MODULE_EXTRACTOR,
    Extractor {
        id: go::ID,
        ecosystem: Ecosystem::Golang,
        type_name: "gobinary",
        evidence: Evidence::Embedded,
        files: &[],
        limit: MAX_PROGRAM,
        parser: Parser::Program,
        defined_by: "https://pkg.go.dev/debug/buildinfo",
    },
    Extractor {
        id: rust::ID,
        ecosystem: Ecosystem::Cargo,
        type_name: "rustbinary",
        evidence: Evidence::Embedded,
        files: &[],
        limit: MAX_PROGRAM,
        parser: Parser::Program,
        defined_by: "https://github.com/rust-secure-code/cargo-auditable/blob/master/PARSING.md",
    },
];

/// Programs are read up to this size; the largest known ones have half of it.
const MAX_PROGRAM: u64 = 512 << 20;

/// What one program says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// Its components, by the [`Extractor::id`] of the evidence.
    pub parts: Vec<(String, Vec<Component>)>,
    /// Names of functions that are linked in; nothing where it could not be told.
    pub symbols: Option<Symbols>,
}

impl Program {
    /// Adds what one kind of evidence says; the parts of a universal program say the same again.
    pub(crate) fn add_part(&mut self, id: &str, components: Vec<Component>) {
        match self.parts.iter_mut().find(|(known, _)| known == id) {
            Some((_, known)) => {
                let ids: HashSet<String> = known.iter().map(Component::id).collect();
                known.extend(components.into_iter().filter(|new| !ids.contains(&new.id())));
            }
            None => self.parts.push((id.to_owned(), components)),
        }
    }

    /// Adds functions to those that are known.
    pub(crate) fn add_symbols(&mut self, symbols: Symbols) {
        self.symbols = Some(match self.symbols.take() {
            Some(known) => known.merge(&symbols),
            None => symbols,
        });
    }
}

/// Whether a file with these first bytes (some kilobytes) is a program, library or kernel module.
pub fn is_program(head: &[u8]) -> bool {
    match head {
        [0x7f, b'E', b'L', b'F', ..] => true,
        // Mach-O, 32 and 64 bits, little and big endian. Universal binaries share their magic
        // number with Java classes, whose version (from 45 on) stands where the count of
        // architectures does.
        [0xce | 0xcf, 0xfa, 0xed, 0xfe, ..] | [0xfe, 0xed, 0xfa, 0xce | 0xcf, ..] => true,
        [0xca, 0xfe, 0xba, 0xbe | 0xbf, 0, 0, 0, 1..=16, ..] => true,
        [b'M', b'Z', ..] => true,
        _ => kernel::is_image(head),
    }
}

/// Reads a program. What is no program after all, or one of a form that cannot be read, has no
/// parts; a problem is told only where evidence was there and could not be read.
pub fn examine(input: Input<'_>) -> Parsed<Program> {
    let mut parsed = Parsed::clean(Program::default());
    kernel::read_image(input, &mut parsed);
    let unpacked = upx::unpack(input, &mut parsed);
    if unpacked.is_some()
        && let Ok(file) = object::File::parse(input.content)
    {
        // Packed programs keep their resources as they were.
        windows::read(input, &file, &mut parsed);
    }
    let content = unpacked.as_deref().unwrap_or(input.content);
    let input = Input { content, ..input };
    fingerprint::read(input, &mut parsed);
    for content in universal::parts(content) {
        let part = Input { content, ..input };
        let Ok(file) = object::File::parse(content) else { continue };
        go::read(part, &file, &mut parsed);
        rust::read(part, &file, &mut parsed);
        notes::read(part, &file, &mut parsed);
        if unpacked.is_none() {
            windows::read(part, &file, &mut parsed);
        }
        graal::read(part, &file, &mut parsed);
        kernel::read_module(part, &file, &mut parsed);
        fingerprint::read_banners(part, &file, &mut parsed);
    }
    parsed
}
