//! Whether the database can judge an image at all, kind of package by kind of package.
//!
//! An empty list of findings means "nothing known" only where [`Coverage::is_complete`]. What there
//! is to judge are the packages of the distribution, and those of languages and recognised programs
//! by the namespaces that their advisories stand in. Either may be missing: a Debian image without
//! any language, or a Go program in an image that has nothing else.

use std::collections::BTreeMap;

use plimsoll_inventory::{Inventory, Package, PackageKind};
use plimsoll_version::{Distribution, Ecosystem};

use crate::Advisories;

/// What the list of findings is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// What it is worth for the packages of the distribution.
    pub system: SystemCoverage,
    /// What it is worth for packages of languages and recognised programs, by namespace, sorted.
    /// Those that are the distribution's business are not counted.
    pub libraries: Vec<LibraryCoverage>,
}

/// What the list of findings is worth for the packages of the distribution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SystemCoverage {
    /// The database has the advisories of this release.
    Covered {
        /// Key of the release: `debian:12`.
        namespace: String,
    },
    /// It has not, or nobody knows which ones would be needed.
    NotCovered {
        /// Key of the release, where the distribution is known.
        namespace: Option<String>,
        /// A sentence fragment for a person.
        reason: String,
    },
    /// Nobody asked for it.
    NotAsked,
    /// There is no installed package to match: scratch, busybox, or a removed package database.
    NoPackages {
        /// A sentence fragment for a person.
        reason: String,
        /// Whether there ought to be some: a distribution without its package database, or busybox
        /// by itself. A program in an otherwise empty image needs none.
        missing: bool,
    },
}

/// What the list of findings is worth for the packages of one ecosystem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LibraryCoverage {
    /// Where advisories about them stand: `npm`.
    pub namespace: String,
    /// How many packages there are.
    pub packages: usize,
    /// Whether the database has any advisories of it.
    pub covered: bool,
}

impl Coverage {
    /// Nothing but the distribution's packages.
    pub fn of_system(system: SystemCoverage) -> Coverage {
        Coverage { system, libraries: Vec::new() }
    }

    /// Whether "no finding" may be read as "nothing known".
    pub fn is_complete(&self) -> bool {
        self.reason().is_none()
    }

    /// Whether anything at all was judged.
    pub fn is_partial(&self) -> bool {
        self.namespace().is_some() || self.libraries.iter().any(|one| one.covered)
    }

    /// The release whose advisories were used.
    pub fn namespace(&self) -> Option<&str> {
        match &self.system {
            SystemCoverage::Covered { namespace } => Some(namespace),
            SystemCoverage::NotCovered { .. }
            | SystemCoverage::NotAsked
            | SystemCoverage::NoPackages { .. } => None,
        }
    }

    /// Why "no finding" may not be read as "nothing known", as sentence fragments.
    pub fn reasons(&self) -> Vec<String> {
        let mut reasons = Vec::new();
        match &self.system {
            SystemCoverage::Covered { .. } | SystemCoverage::NotAsked => {}
            SystemCoverage::NotCovered { reason, .. } => reasons.push(reason.clone()),
            SystemCoverage::NoPackages { reason, missing } => {
                if *missing || self.libraries.is_empty() {
                    reasons.push(reason.clone());
                }
            }
        }
        let uncovered: Vec<_> = self.libraries.iter().filter(|one| !one.covered).collect();
        if !uncovered.is_empty() {
            let names: Vec<_> = uncovered.iter().map(|one| one.words()).collect();
            reasons.push(format!("the database has no advisories for {}", names.join(", ")));
        }
        reasons
    }

    /// [`Coverage::reasons`] in one.
    pub fn reason(&self) -> Option<String> {
        let reasons = self.reasons();
        (!reasons.is_empty()).then(|| reasons.join("; "))
    }
}

impl LibraryCoverage {
    /// `conda (3 packages)`.
    fn words(&self) -> String {
        let name = match Ecosystem::from_id(&self.namespace) {
            Some(Ecosystem::Generic) => "programs and files outside of every registry",
            Some(Ecosystem::Cpe) => "programs by their CPE names",
            Some(ecosystem) => ecosystem.name(),
            None => &self.namespace,
        };
        let plural = if self.packages == 1 { "" } else { "s" };
        format!("{name} ({} package{plural})", self.packages)
    }
}

/// Counts packages of languages by namespace.
#[derive(Debug, Default)]
pub(crate) struct Tally(BTreeMap<String, (usize, bool)>);

impl Tally {
    /// Counts a package that was looked for in a namespace which the database has, or not.
    pub(crate) fn count(&mut self, namespace: &str, covered: bool) {
        let entry = self.0.entry(namespace.to_owned()).or_insert((0, true));
        entry.0 += 1;
        entry.1 &= covered;
    }

    pub(crate) fn finish(self) -> Vec<LibraryCoverage> {
        let one =
            |(namespace, (packages, covered))| LibraryCoverage { namespace, packages, covered };
        self.0.into_iter().map(one).collect()
    }
}

/// The distribution whose rules apply, and what the database is worth for it.
pub(crate) fn of_system(
    inventory: &Inventory,
    advisories: &(impl Advisories + ?Sized),
) -> (Option<Distribution>, SystemCoverage) {
    let of_system = |package: &&Package| package.kind != PackageKind::Library;
    let count = inventory.packages.iter().filter(of_system).count();
    let Some(os) = &inventory.os else {
        let coverage = if count == 0 {
            // Busybox that was recognised is a package like others, and judged as such.
            let busybox = inventory.busybox
                && !inventory.packages.iter().any(|package| package.name == "busybox");
            let reason = if busybox {
                "busybox without a package database: what was copied into it is not matched"
            } else {
                "neither an operating system nor a package database was found \
                 (scratch, or everything built from source)"
            };
            SystemCoverage::NoPackages { reason: reason.to_owned(), missing: busybox }
        } else {
            let reason = format!("nothing says which distribution the {count} packages come from");
            SystemCoverage::NotCovered { namespace: None, reason }
        };
        return (None, coverage);
    };
    let Some(distribution) = os.distribution else {
        let reason = format!("{:?} is not a distribution that Plimsoll knows", os.id);
        return (None, SystemCoverage::NotCovered { namespace: None, reason });
    };
    if count == 0 {
        let reason = format!("{} without a package database", distribution.name());
        return (Some(distribution), SystemCoverage::NoPackages { reason, missing: true });
    }
    let mut namespace = distribution.namespace(&os.version);
    // CentOS has no advisories of its own; it is built from what Red Hat speaks of.
    if matches!(distribution, Distribution::CentOs | Distribution::CentOsStream)
        && !advisories.covers(&namespace)
    {
        let red_hat = Distribution::RedHat.namespace(&os.version);
        if advisories.covers(&red_hat) {
            namespace = red_hat;
        }
    }
    if !advisories.covers(&namespace) {
        let release = distribution.release(&os.version);
        let reason = match release {
            "" => format!("the database has no advisories for {}", distribution.name()),
            _ => format!("the database has no advisories for {} {release}", distribution.name()),
        };
        let namespace = Some(namespace);
        return (Some(distribution), SystemCoverage::NotCovered { namespace, reason });
    }
    (Some(distribution), SystemCoverage::Covered { namespace })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Records, debian, inventory, package};

    fn reason(inventory: &Inventory, database: &Records) -> String {
        Coverage::of_system(of_system(inventory, database).1).reason().unwrap_or_default()
    }

    #[test]
    fn a_release_without_advisories_is_not_covered() {
        let (distribution, coverage) =
            of_system(&inventory("debian", "7.11", vec![package("bash", "4.2-1")]), &debian(&[]));
        assert_eq!(distribution, Some(Distribution::Debian));
        let SystemCoverage::NotCovered { namespace, reason } = coverage else {
            panic!("{coverage:?}");
        };
        assert_eq!(namespace.as_deref(), Some("debian:7"));
        assert_eq!(reason, "the database has no advisories for Debian 7");
    }

    #[test]
    fn unknown_systems_and_bare_images_say_so() {
        let database = Records::default();
        let unknown = inventory("nixos", "24.05", vec![]);
        assert_eq!(
            reason(&unknown, &database),
            "\"nixos\" is not a distribution that Plimsoll knows"
        );
        let scratch = Inventory::default();
        assert!(matches!(of_system(&scratch, &database).1, SystemCoverage::NoPackages { .. }));
        assert!(reason(&scratch, &database).starts_with("neither an operating system"));
        let busybox = Inventory { busybox: true, ..Inventory::default() };
        assert!(reason(&busybox, &database).starts_with("busybox without"));
        let nameless =
            Inventory { packages: vec![package("a", "1"), package("b", "1")], ..scratch };
        assert_eq!(
            reason(&nameless, &database),
            "nothing says which distribution the 2 packages come from"
        );
        let stripped = inventory("debian", "12.5", vec![]);
        assert_eq!(reason(&stripped, &debian(&[])), "Debian without a package database");
    }

    #[test]
    fn a_covered_release_is_complete() {
        let covered = inventory("debian", "12.5", vec![package("bash", "5.2.15-2")]);
        let (_, system) = of_system(&covered, &debian(&[]));
        let coverage = Coverage::of_system(system);
        assert!(coverage.is_complete());
        assert_eq!(coverage.namespace(), Some("debian:12"));
    }

    #[test]
    fn each_kind_of_package_has_its_own_coverage() {
        let library = |namespace: &str, packages, covered| LibraryCoverage {
            namespace: namespace.to_owned(),
            packages,
            covered,
        };
        let none = |missing| SystemCoverage::NoPackages { reason: "none".to_owned(), missing };
        let debian = || SystemCoverage::Covered { namespace: "debian:12".to_owned() };
        for (system, libraries, expected) in [
            (none(false), vec![], Some("none")),
            (none(false), vec![library("golang", 3, true)], None),
            (none(true), vec![library("golang", 3, true)], Some("none")),
            (
                none(false),
                vec![library("conda", 1, false), library("golang", 3, true)],
                Some("the database has no advisories for conda (1 package)"),
            ),
            (
                debian(),
                vec![library("cran", 2, false), library("npm", 1, false)],
                Some("the database has no advisories for CRAN (2 packages), npm (1 package)"),
            ),
            (debian(), vec![library("npm", 1, true)], None),
        ] {
            let coverage = Coverage { system, libraries };
            assert_eq!(coverage.reason().as_deref(), expected, "{coverage:?}");
        }
    }
}
