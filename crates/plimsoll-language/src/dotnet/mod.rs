//! .NET: NuGet as locked and as deployed.

use crate::Extractor;

/// The files that are read.
pub(crate) const EXTRACTORS: &[Extractor] = &[];
