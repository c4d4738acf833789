//! Whether the database can judge an image at all.
//!
//! An empty list of findings means "nothing known" only for an image that is [`Coverage::Covered`].

use plimsoll_inventory::Inventory;
use plimsoll_version::Distribution;

use crate::Advisories;

/// What the list of findings is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Coverage {
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
    /// There is no installed package to match: scratch, busybox, or a removed package database.
    NoPackages {
        /// A sentence fragment for a person.
        reason: String,
    },
}

impl Coverage {
    /// Whether "no finding" may be read as "nothing known".
    pub fn is_complete(&self) -> bool {
        matches!(self, Coverage::Covered { .. })
    }

    /// Why it may not.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Coverage::Covered { .. } => None,
            Coverage::NotCovered { reason, .. } | Coverage::NoPackages { reason } => Some(reason),
        }
    }
}

/// The distribution whose rules apply, and what the database is worth for it.
pub(crate) fn of(
    inventory: &Inventory,
    advisories: &(impl Advisories + ?Sized),
) -> (Option<Distribution>, Coverage) {
    let count = inventory.packages.len();
    let Some(os) = &inventory.os else {
        let coverage = if count == 0 {
            let reason = if inventory.busybox {
                "busybox without a package database: what was copied into it is not matched"
            } else {
                "neither an operating system nor a package database was found \
                 (scratch, or everything built from source)"
            };
            Coverage::NoPackages { reason: reason.to_owned() }
        } else {
            let reason = format!("nothing says which distribution the {count} packages come from");
            Coverage::NotCovered { namespace: None, reason }
        };
        return (None, coverage);
    };
    let Some(distribution) = os.distribution else {
        let reason = format!("{:?} is not a distribution that Plimsoll knows", os.id);
        return (None, Coverage::NotCovered { namespace: None, reason });
    };
    if count == 0 {
        let reason = format!("{} without a package database", distribution.name());
        return (None, Coverage::NoPackages { reason });
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
        return (Some(distribution), Coverage::NotCovered { namespace: Some(namespace), reason });
    }
    (Some(distribution), Coverage::Covered { namespace })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Records, debian, inventory, package};

    #[test]
    fn a_release_without_advisories_is_not_covered() {
        let (distribution, coverage) =
            of(&inventory("debian", "7.11", vec![package("bash", "4.2-1")]), &debian(&[]));
        assert_eq!(distribution, Some(Distribution::Debian));
        let Coverage::NotCovered { namespace, reason } = coverage else {
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
            of(&unknown, &database).1.reason(),
            Some("\"nixos\" is not a distribution that Plimsoll knows")
        );
        let scratch = Inventory::default();
        assert!(matches!(of(&scratch, &database).1, Coverage::NoPackages { .. }));
        let busybox = Inventory { busybox: true, ..Inventory::default() };
        let (_, coverage) = of(&busybox, &database);
        assert!(coverage.reason().is_some_and(|reason| reason.starts_with("busybox without")));
        let nameless =
            Inventory { packages: vec![package("a", "1"), package("b", "1")], ..scratch };
        assert_eq!(
            of(&nameless, &database).1.reason(),
            Some("nothing says which distribution the 2 packages come from")
        );
        let stripped = inventory("debian", "12.5", vec![]);
        assert_eq!(
            of(&stripped, &debian(&[])).1,
            Coverage::NoPackages { reason: "Debian without a package database".to_owned() }
        );
    }

    #[test]
    fn a_covered_release_is_complete() {
        let covered = inventory("debian", "12.5", vec![package("bash", "5.2.15-2")]);
        let (_, coverage) = of(&covered, &debian(&[]));
        assert!(coverage.is_complete());
        assert_eq!(coverage, Coverage::Covered { namespace: "debian:12".to_owned() });
    }
}
