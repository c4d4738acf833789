//! Packages that no package manager of an operating system installed.

mod collect;
mod java;
mod owners;
mod selection;

use plimsoll_language::{Component, Extractor, Lines, Relationship};
use plimsoll_version::Ecosystem;
use serde::{Deserialize, Serialize};

pub(crate) use collect::{Collected, collect, drop_listed_twice};
pub use java::{JavaName, JavaNames, settle_java};
pub(crate) use owners::{attribute, mark_code};
pub use selection::{Scope, Selection};

/// What a package of a language, or a program known by its looks, has beyond every package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Library {
    /// Whose rules its name and version follow.
    pub ecosystem: Ecosystem,
    /// [`Extractor::id`] of the kind of file that proves it; [`extractor`] has the row.
    pub extractor: String,
    /// The file that proves it, without what is inside of it (see [`crate::Package::found_in`]).
    pub file: String,
    /// How it is related to what the file belongs to.
    pub relationship: Relationship,
    /// Whether it is there for development or tests only.
    pub dev: bool,
    /// `name@version` of the packages of the same file that it needs.
    pub depends_on: Vec<String>,
    /// Where in the file it stands.
    pub lines: Vec<Lines>,
    /// Checksums of its archive: `sha256:` and hexadecimal digits, likewise `sha1:` and others.
    pub digests: Vec<String>,
    /// CPE names by which advisories know it; only for what has no ecosystem of its own.
    pub cpes: Vec<String>,
    /// What is not certain about name or version.
    pub doubt: Option<String>,
    /// Index in [`crate::Inventory::symbols`] of the functions linked into the program that it is
    /// part of.
    pub symbols: Option<u32>,
    /// Index in [`crate::Inventory::packages`] of the distribution's package that brought the file:
    /// advisories of the distribution speak for it.
    pub owner: Option<u32>,
}

impl Library {
    /// Takes over what a component says besides name, version and licences.
    pub(crate) fn new(extractor: &str, file: &str, component: Component) -> Library {
        Library {
            ecosystem: component.ecosystem,
            extractor: extractor.to_owned(),
            file: file.to_owned(),
            relationship: component.relationship,
            dev: component.dev,
            depends_on: component.depends_on,
            lines: component.lines,
            digests: component.digests,
            cpes: component.cpes,
            doubt: component.doubt,
            symbols: None,
            owner: None,
        }
    }
}

/// Every kind of file, program and bill of materials that packages are read from.
pub fn extractors() -> impl Iterator<Item = &'static Extractor> {
    plimsoll_language::extractors()
        .chain(plimsoll_binary::EXTRACTORS)
        .chain(plimsoll_sbom::EXTRACTORS)
}

/// The row with this [`Extractor::id`].
pub fn extractor(id: &str) -> Option<&'static Extractor> {
    extractors().find(|row| row.id == id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn ids_are_unique_across_crates() {
        let mut ids = BTreeSet::new();
        for row in super::extractors() {
            assert!(ids.insert(row.id), "{}", row.id);
        }
    }
}
