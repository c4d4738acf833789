//! Java: archives, builds of Maven, Gradle and sbt, and runtimes.

use crate::Extractor;

/// The files that are read.
pub(crate) const EXTRACTORS: &[Extractor] = &[];
