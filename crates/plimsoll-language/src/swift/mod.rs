//! Swift and Objective-C: Swift Package Manager and CocoaPods.

use crate::Extractor;

/// The files that are read.
pub(crate) const EXTRACTORS: &[Extractor] = &[];
