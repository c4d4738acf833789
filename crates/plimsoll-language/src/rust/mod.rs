//! Rust: Cargo's lock files. Programs are read by `plimsoll-binary`.

mod lock;
mod manifest;

use plimsoll_version::Ecosystem;

use crate::{Evidence, Extractor, Parser};

/// The largest real lock files have half a megabyte.
const LIMIT: u64 = 16 << 20;

/// The files that are read.
pub(crate) const EXTRACTORS: &[Extractor] = &[
    Extractor {
        id: "cargo-lock",
        ecosystem: Ecosystem::Cargo,
        type_name: "cargo",
        evidence: Evidence::Locked,
        files: &["Cargo.lock"],
        limit: LIMIT,
        parser: Parser::WithOthers(lock::read),
        defined_by: "https://doc.rust-lang.org/cargo/guide/cargo-toml-vs-cargo-lock.html",
    },
    Extractor {
        id: "cargo-toml",
        ecosystem: Ecosystem::Cargo,
        type_name: "cargo",
        evidence: Evidence::Locked,
        files: &["Cargo.toml"],
        limit: LIMIT,
        parser: Parser::Companion,
        defined_by: "https://doc.rust-lang.org/cargo/reference/manifest.html",
    },
];
