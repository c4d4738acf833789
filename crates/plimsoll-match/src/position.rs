//! Where an installed version stands in the ranges of a record.

use std::cmp::Ordering;

use plimsoll_advisory::model::{Affected, Range, Status};
use plimsoll_version::{InvalidVersion, Place, Scheme};

/// Where a version stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Position {
    /// Among those that the record's status is about, by this comparison.
    Inside(String),
    /// Not among them.
    Outside {
        /// At or behind a fix, not before the beginning.
        has_fix: bool,
    },
    /// A version has no place in the order.
    Invalid(InvalidVersion),
}

/// Whether the record says that the package never had the problem: Alpine writes a fix in version
/// `0` for that, Debian a status or the same `0`.
pub(crate) fn never_affected(record: &Affected) -> bool {
    record.status == Status::NotAffected
        || record.ranges.iter().any(|range| range.fixed.as_deref() == Some("0"))
}

/// Finds the place of `installed` in a record's versions and ranges.
pub(crate) fn position(scheme: Scheme, installed: &str, record: &Affected) -> Position {
    if record.ranges.is_empty() && record.versions.is_empty() {
        return Position::Inside("every version is affected".to_owned());
    }
    // A range that holds decides even when another one cannot be read.
    let mut invalid = None;
    let mut has_fix = false;
    for version in &record.versions {
        match scheme.compare(installed, version) {
            Ok(Ordering::Equal) => {
                return Position::Inside(format!("{installed} is one of the versions listed"));
            }
            Ok(_) => {}
            Err(error) => invalid = Some(error),
        }
    }
    for range in &record.ranges {
        // All of them are, also one that cannot be read.
        if is_everything(range) {
            return Position::Inside("every version is affected".to_owned());
        }
        match within(scheme, installed, range) {
            Ok(Place::Within) => return Position::Inside(words(scheme, installed, range)),
            Ok(Place::Before) => {}
            Ok(Place::Behind) => has_fix = true,
            Err(error) => invalid = Some(error),
        }
    }
    match invalid {
        Some(error) => Position::Invalid(error),
        None => Position::Outside { has_fix },
    }
}

fn is_everything(range: &Range) -> bool {
    beginning(range).is_none()
        && range.after.is_none()
        && range.fixed.is_none()
        && range.last_affected.is_none()
}

fn within(scheme: Scheme, installed: &str, range: &Range) -> Result<Place, InvalidVersion> {
    let bounds = plimsoll_version::Range {
        introduced: range.introduced.as_deref(),
        after: range.after.as_deref(),
        fixed: range.fixed.as_deref(),
        last_affected: range.last_affected.as_deref(),
    };
    bounds.place(scheme, installed)
}

/// OSV writes the beginning of all versions as `0`, which is not a version in every scheme.
fn beginning(range: &Range) -> Option<&str> {
    range.introduced.as_deref().filter(|introduced| *introduced != "0")
}

/// `1.0-1 <= 1.2-3 < 1.2-4 by deb`.
fn words(scheme: Scheme, installed: &str, range: &Range) -> String {
    let mut words = String::new();
    if let Some(introduced) = beginning(range) {
        words.push_str(introduced);
        words.push_str(" <= ");
    } else if let Some(after) = &range.after {
        words.push_str(after);
        words.push_str(" < ");
    }
    words.push_str(installed);
    match (&range.fixed, &range.last_affected) {
        (Some(fixed), _) => words.push_str(&format!(" < {fixed}")),
        (None, Some(last)) => words.push_str(&format!(" <= {last}")),
        (None, None) if words == installed => return "every version is affected".to_owned(),
        (None, None) => {}
    }
    words.push_str(" by ");
    words.push_str(scheme.id());
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fixed, range, unfixed};

    fn inside(words: &str) -> Position {
        Position::Inside(words.to_owned())
    }

    #[test]
    fn ranges_are_tested_by_the_scheme_and_said_in_words() {
        let before = Position::Outside { has_fix: false };
        let behind = Position::Outside { has_fix: true };
        for (installed, ranges, expected) in [
            ("1.2-3", vec![range(None, Some("1.2-4"), None)], inside("1.2-3 < 1.2-4 by deb")),
            ("1.2-4", vec![range(None, Some("1.2-4"), None)], behind.clone()),
            (
                "1.2~rc1-1",
                vec![range(None, Some("1.2-1"), None)],
                inside("1.2~rc1-1 < 1.2-1 by deb"),
            ),
            ("1.2-3", vec![range(Some("0"), Some("1.2-4"), None)], inside("1.2-3 < 1.2-4 by deb")),
            ("0.9-1", vec![range(Some("1.0-1"), Some("1.2-4"), None)], before),
            (
                "1.1-1",
                vec![range(Some("1.0-1"), Some("1.2-4"), None)],
                inside("1.0-1 <= 1.1-1 < 1.2-4 by deb"),
            ),
            ("2.0-1", vec![range(None, None, Some("2.0-1"))], inside("2.0-1 <= 2.0-1 by deb")),
            ("2.0-2", vec![range(None, None, Some("2.0-1"))], behind.clone()),
            (
                "2.1-1",
                vec![range(None, Some("1.5-1"), None), range(Some("2.0-1"), Some("2.2-1"), None)],
                inside("2.0-1 <= 2.1-1 < 2.2-1 by deb"),
            ),
            ("1:1.0-1", vec![range(None, Some("2.0-1"), None)], behind),
            ("1.0-1", vec![range(Some("0"), None, None)], inside("every version is affected")),
        ] {
            let mut record = unfixed("debian:12", "a", "CVE-1", Status::Affected);
            record.ranges = ranges.clone();
            assert_eq!(
                position(Scheme::Deb, installed, &record),
                expected,
                "{installed} {ranges:?}"
            );
        }
    }

    #[test]
    fn enumerated_versions_are_compared_not_spelled() {
        let mut record = unfixed("alma:9", "a", "CVE-1", Status::Affected);
        record.versions = vec!["0:1.0-1".to_owned()];
        let found = position(Scheme::Rpm, "1.0-1", &record);
        assert_eq!(found, inside("1.0-1 is one of the versions listed"));
        let found = position(Scheme::Rpm, "1.0-2", &record);
        assert_eq!(found, Position::Outside { has_fix: false });
    }

    #[test]
    fn an_unreadable_version_is_neither_inside_nor_outside() {
        let record = fixed("debian:12", "a", "CVE-1", "not a version");
        assert!(matches!(position(Scheme::Deb, "1.0-1", &record), Position::Invalid(_)));
        let mut two = fixed("debian:12", "a", "CVE-1", "not a version");
        two.ranges.push(range(None, Some("2.0-1"), None));
        assert_eq!(position(Scheme::Deb, "1.0-1", &two), inside("1.0-1 < 2.0-1 by deb"));
    }

    #[test]
    fn a_fix_in_version_zero_means_never_affected() {
        assert!(never_affected(&fixed("alpine:3.19", "a", "CVE-1", "0")));
        assert!(never_affected(&unfixed("debian:12", "a", "CVE-1", Status::NotAffected)));
        assert!(!never_affected(&fixed("alpine:3.19", "a", "CVE-1", "1.0-r0")));
    }
}
