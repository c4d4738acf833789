//! Swift and CocoaPods.
//!
//! [`Package.resolved`][resolved] has three versions: the first one lists `object.pins`, the others
//! `pins`. Packages have no names of their own but their repositories' addresses, which is how
//! [advisories][osv] name them. [`Podfile.lock`][podfile] is YAML.
//!
//! [resolved]: https://github.com/swiftlang/swift-package-manager/blob/main/Documentation/Usage.md#resolving-versions-packageresolved-file
//! [osv]: https://ossf.github.io/osv-schema/#affectedpackage-field
//! [podfile]: https://guides.cocoapods.org/using/using-cocoapods.html#what-is-podfilelock

mod pods;
mod resolved;

use plimsoll_version::Ecosystem;

use crate::{Evidence, Extractor, Parser};

/// The files that are read.
pub(crate) const EXTRACTORS: &[Extractor] = &[
    Extractor {
        id: "swift-resolved",
        ecosystem: Ecosystem::Swift,
        type_name: "swift",
        evidence: Evidence::Locked,
        files: &["Package.resolved"],
        limit: 8 << 20,
        parser: Parser::Alone(resolved::parse),
        defined_by: "https://github.com/swiftlang/swift-package-manager/blob/main/Documentation/Usage.md",
    },
    Extractor {
        id: "podfile-lock",
        ecosystem: Ecosystem::CocoaPods,
        type_name: "cocoapods",
        evidence: Evidence::Locked,
        files: &["Podfile.lock"],
        limit: 8 << 20,
        parser: Parser::Alone(pods::parse),
        defined_by: "https://guides.cocoapods.org/using/using-cocoapods.html",
    },
];
