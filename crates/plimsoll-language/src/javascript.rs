//! JavaScript: installed packages and the lock files of npm, Yarn, pnpm, Bun and Deno.

use crate::Extractor;

/// The files that are read.
pub(crate) const EXTRACTORS: &[Extractor] = &[];
