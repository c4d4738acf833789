//! C and C++: Conan and vcpkg.
//!
//! [`conan.lock`][conan] has two forms: Conan 1 wrote a graph of nodes, Conan 2 writes lists of
//! [references][reference]. vcpkg keeps a [database][vcpkg] in the form of dpkg's beside what it
//! installed.
//!
//! [conan]: https://docs.conan.io/2/tutorial/versioning/lockfiles.html
//! [reference]: https://docs.conan.io/2/reference/conanfile/attributes.html
//! [vcpkg]: https://learn.microsoft.com/en-us/vcpkg/reference/installation-tree-layout

mod conan;
mod vcpkg;

use plimsoll_version::Ecosystem;

use crate::{Evidence, Extractor, Parser};

/// The files that are read.
pub(crate) const EXTRACTORS: &[Extractor] = &[
    Extractor {
        id: "conan-lock",
        ecosystem: Ecosystem::Conan,
        type_name: "conan",
        evidence: Evidence::Locked,
        files: &["conan.lock"],
        limit: 16 << 20,
        parser: Parser::Alone(conan::parse),
        defined_by: "https://docs.conan.io/2/tutorial/versioning/lockfiles.html",
    },
    Extractor {
        id: "vcpkg-status",
        ecosystem: Ecosystem::Generic,
        type_name: "vcpkg",
        evidence: Evidence::Installed,
        files: &["vcpkg/status"],
        limit: 64 << 20,
        parser: Parser::Alone(vcpkg::parse),
        defined_by: "https://learn.microsoft.com/en-us/vcpkg/reference/installation-tree-layout",
    },
];
