//! Python: installed distributions and the lock files of its package managers.

use crate::Extractor;

/// The files that are read.
pub(crate) const EXTRACTORS: &[Extractor] = &[];
