//! Rust: Cargo's lock files. Programs are read by `plimsoll-binary`.

use crate::Extractor;

/// The files that are read.
pub(crate) const EXTRACTORS: &[Extractor] = &[];
