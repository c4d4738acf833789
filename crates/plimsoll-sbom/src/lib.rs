//! Bills of materials: CycloneDX, SPDX and others → components.

use plimsoll_language::Extractor;

/// The bills of materials that come along in images.
pub const EXTRACTORS: &[Extractor] = &[];
