//! Semantic Versioning, as [its version 2][spec] defines it: Cargo, Hex, Swift, Kubernetes, GitHub
//! Actions, Visual Studio Code, and with ordered build metadata Julia and Pub.
//!
//! Advisories are less strict than the document, and so is this:
//!
//! * a leading `v`, `V` or `=` is skipped;
//! * missing numbers are zero (`1.2` = `1.2.0`), more than three are compared as well, and leading
//!   zeros do not count;
//! * letters may follow the numbers without a hyphen, or behind a point (`1.2.3rc1`, `1.2.3.beta`).
//!
//! Build metadata has no weight in Semantic Versioning. [Julia][julia] and [Pub][pub] give it one:
//! `1.2.3` < `1.2.3+1` < `1.2.3+2`.
//!
//! [spec]: https://semver.org/spec/v2.0.0.html
//! [julia]: https://docs.julialang.org/en/v1/manual/strings/#man-version-number-literals
//! [pub]: https://pub.dev/documentation/pub_semver/latest/pub_semver/Version/compareTo.html

use std::cmp::Ordering;

use crate::digits;

/// Orders two versions; build metadata has no weight.
pub fn compare(left: &str, right: &str) -> Ordering {
    let (left, right) = (Parts::of(left), Parts::of(right));
    compare_numbers(left.numbers, right.numbers)
        .then_with(|| compare_prerelease(left.prerelease, right.prerelease, compare_identifiers))
}

/// Orders two versions; what has build metadata comes behind what has none.
pub fn compare_with_build(left: &str, right: &str) -> Ordering {
    compare(left, right).then_with(|| {
        let (left, right) = (Parts::of(left).build, Parts::of(right).build);
        match (left, right) {
            (Some(left), Some(right)) => compare_all(left, right, compare_identifiers),
            _ => left.is_some().cmp(&right.is_some()),
        }
    })
}

/// Whether this is a version, with the leniency that the module's text names.
pub fn is_valid(version: &str) -> bool {
    Parts::of(version).are_valid()
}

/// The parts of a version, where they are written.
pub(crate) struct Parts<'v> {
    /// Digits and points.
    pub(crate) numbers: &'v str,
    /// What comes before the release, without its hyphen.
    pub(crate) prerelease: Option<&'v str>,
    /// What follows `+`.
    pub(crate) build: Option<&'v str>,
}

impl<'v> Parts<'v> {
    pub(crate) fn of(version: &'v str) -> Parts<'v> {
        let version = version.strip_prefix('=').unwrap_or(version);
        Parts::of_bare(version.strip_prefix(['v', 'V']).unwrap_or(version))
    }

    /// The parts of a version that has no prefix.
    pub(crate) fn of_bare(version: &'v str) -> Parts<'v> {
        let (version, build) = match version.split_once('+') {
            Some((version, build)) => (version, Some(build)),
            None => (version, None),
        };
        let end = version.find(|sign: char| !sign.is_ascii_digit() && sign != '.');
        let (numbers, rest) = version.split_at(end.unwrap_or(version.len()));
        if rest.is_empty() {
            return Parts { numbers, prerelease: None, build };
        }
        let (numbers, prerelease) = match rest.strip_prefix('-') {
            Some(prerelease) => (numbers, prerelease),
            // `1.2.x` is no version.
            None if rest.starts_with(['x', 'X']) => (numbers, rest),
            None => (numbers.strip_suffix('.').unwrap_or(numbers), rest),
        };
        Parts { numbers, prerelease: Some(prerelease), build }
    }

    pub(crate) fn are_valid(&self) -> bool {
        self.numbers.split('.').all(|number| !number.is_empty())
            && self.prerelease.is_none_or(are_identifiers)
            && self.build.is_none_or(are_identifiers)
    }
}

fn are_identifiers(text: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    text.split('.').all(|identifier| !identifier.is_empty() && identifier.bytes().all(good))
}

/// Orders dotted numbers; a missing one is zero.
pub(crate) fn compare_numbers(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.split('.'), right.split('.'));
    loop {
        let (left, right) = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (left, right) => (left.unwrap_or_default(), right.unwrap_or_default()),
        };
        let order = digits::compare(left.as_bytes(), right.as_bytes());
        if order.is_ne() {
            return order;
        }
    }
}

/// Orders what stands before a release: nothing is the release itself, and newest.
pub(crate) fn compare_prerelease(
    left: Option<&str>,
    right: Option<&str>,
    identifiers: fn(&str, &str) -> Ordering,
) -> Ordering {
    match (left, right) {
        (Some(left), Some(right)) => compare_all(left, right, identifiers),
        _ => right.is_some().cmp(&left.is_some()),
    }
}

/// Orders dotted identifiers one by one; more of them come behind fewer.
fn compare_all(left: &str, right: &str, identifiers: fn(&str, &str) -> Ordering) -> Ordering {
    let (mut left, mut right) = (left.split('.'), right.split('.'));
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(left), Some(right)) => identifiers(left, right),
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// Orders two identifiers: numbers by value and before words.
fn compare_identifiers(left: &str, right: &str) -> Ordering {
    compare_identifiers_by(left, right, is_number, str::cmp)
}

/// The same, with another idea of what a number is, and of the order of words.
pub(crate) fn compare_identifiers_by(
    left: &str,
    right: &str,
    is_number: fn(&str) -> bool,
    words: fn(&str, &str) -> Ordering,
) -> Ordering {
    match (is_number(left), is_number(right)) {
        (true, true) => digits::compare(left.as_bytes(), right.as_bytes()),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => words(left, right),
    }
}

pub(crate) fn is_number(identifier: &str) -> bool {
    identifier.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::assert_ascending;

    #[test]
    fn the_documents_examples_hold() {
        assert_ascending(compare, &["1.9.0", "1.10.0", "1.11.0", "2.0.0", "2.1.0", "2.1.1"]);
        assert_ascending(
            compare,
            &[
                "1.0.0-alpha",
                "1.0.0-alpha.1",
                "1.0.0-alpha.beta",
                "1.0.0-beta",
                "1.0.0-beta.2",
                "1.0.0-beta.11",
                "1.0.0-rc.1",
                "1.0.0",
            ],
        );
        assert_eq!(compare("1.0.0+20130313144700", "1.0.0+21AF26D3"), Ordering::Equal);
    }

    #[test]
    fn advisories_are_taken_as_they_write() {
        for (left, right) in
            [("1.2", "v1.2.0"), ("=1.2.3", "1.2.3"), ("1.2.3rc1", "1.2.3-rc1"), ("01.2", "1.2.0.0")]
        {
            assert_eq!(compare(left, right), Ordering::Equal, "{left} {right}");
            assert!(is_valid(left) && is_valid(right), "{left} {right}");
        }
        assert_eq!(compare("1.2.3.beta", "1.2.3-beta"), Ordering::Equal);
        for version in ["", "v", "1.", ".1", "1..2", "1.2.3-", "1.2.3-a..b", "1.2.3+", "1 2", "*"] {
            assert!(!is_valid(version), "{version:?}");
        }
    }

    #[test]
    fn builds_count_where_they_are_asked_for() {
        assert_ascending(
            compare_with_build,
            &["1.0.0-rc.1+9", "1.0.0", "1.0.0+1", "1.0.0+2", "1.0.0+10", "1.0.0+a", "1.0.1"],
        );
    }
}
