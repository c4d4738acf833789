//! Keeping a result to the kinds of packages that were asked for.

use plimsoll_inventory::{Inventory, Package};

use crate::{Matched, SystemCoverage};

/// Kinds of packages (`--pkg-types`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kinds {
    /// The operating system's.
    pub system: bool,
    /// Those of languages, and programs known by their looks.
    pub libraries: bool,
}

impl Kinds {
    /// A library that the operating system brought is none of its language's.
    fn wants(self, package: &Package) -> bool {
        match &package.library {
            None => self.system,
            Some(library) => self.libraries && (self.system || library.owner.is_none()),
        }
    }
}

impl Matched {
    /// Leaves out what is about other kinds of packages, here and in the inventory.
    ///
    /// Matching sees all kinds, because who owns a library decides about it.
    pub fn keep(&mut self, kinds: Kinds, inventory: &mut Inventory) {
        if kinds.system && kinds.libraries {
            return;
        }
        let places = inventory.retain(|package| kinds.wants(package));
        let place = |index: usize| places.get(index).copied().flatten().map(|place| place as usize);
        self.findings.retain_mut(|finding| match place(finding.package) {
            Some(index) => {
                finding.package = index;
                true
            }
            None => false,
        });
        self.undecided.retain_mut(|undecided| match place(undecided.package) {
            Some(index) => {
                undecided.package = index;
                true
            }
            None => false,
        });
        if !kinds.system {
            self.coverage.system = SystemCoverage::NotAsked;
        }
        if !kinds.libraries {
            self.coverage.libraries.clear();
        }
    }

    /// Leaves out everything about vulnerabilities, for scans that do not look for them.
    pub fn forget_vulnerabilities(&mut self) {
        self.findings.clear();
        self.undecided.clear();
        self.coverage.system = SystemCoverage::NotAsked;
        self.coverage.libraries.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{debian, fixed, inventory, package};
    use crate::{MatchOptions, match_inventory};

    #[test]
    fn findings_follow_their_packages() {
        let packages = vec![package("bash", "1-1"), package("curl", "1-1")];
        let mut image = inventory("debian", "12.5", packages);
        let database = debian(&[fixed("debian:12", "curl", "CVE-2024-1", "2-1")]);
        let matched = match_inventory(&image, &database, MatchOptions::default());
        assert_eq!(matched.findings.len(), 1, "{matched:?}");
        let mut none = matched.clone();
        none.keep(Kinds { system: false, libraries: true }, &mut image.clone());
        assert!(none.findings.is_empty());
        assert_eq!(none.coverage.system, SystemCoverage::NotAsked);
        assert!(none.coverage.is_complete());
        let mut same = matched.clone();
        same.keep(Kinds { system: true, libraries: false }, &mut image);
        assert_eq!(same.findings, matched.findings);
        assert_eq!(image.packages.len(), 2);
    }
}
