//! Perl: CPAN distributions as installed and as locked.

use crate::Extractor;

/// The files that are read.
pub(crate) const EXTRACTORS: &[Extractor] = &[];
