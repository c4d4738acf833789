//! OCaml: packages that opam installed, and its lock files.
//!
//! A switch keeps the [description][opam] of each installed package in
//! `.opam-switch/packages/NAME.VERSION/`; [`opam lock`][lock] writes a description whose
//! dependencies are exact.
//!
//! [opam]: https://opam.ocaml.org/doc/Manual.html#opam
//! [lock]: https://opam.ocaml.org/doc/man/opam-lock.html

mod installed;
mod locked;

use plimsoll_version::Ecosystem;

use crate::{Evidence, Extractor, Parser};

/// The files that are read.
pub(crate) const EXTRACTORS: &[Extractor] = &[
    Extractor {
        id: "opam-installed",
        ecosystem: Ecosystem::Opam,
        type_name: "opam",
        evidence: Evidence::Installed,
        files: &[".opam-switch/packages/*/opam"],
        limit: 1 << 20,
        parser: Parser::Alone(installed::parse),
        defined_by: "https://opam.ocaml.org/doc/Manual.html",
    },
    Extractor {
        id: "opam-locked",
        ecosystem: Ecosystem::Opam,
        type_name: "opam",
        evidence: Evidence::Locked,
        files: &["*.opam.locked", "opam.locked"],
        limit: 4 << 20,
        parser: Parser::Alone(locked::parse),
        defined_by: "https://opam.ocaml.org/doc/man/opam-lock.html",
    },
];
