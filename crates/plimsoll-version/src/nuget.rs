//! NuGet's version order, as [package versioning][versioning] describes it: Semantic Versioning
//! with up to four numbers, and words of a pre-release without regard to case.
//!
//! Advisories write a leading `v` now and then, which is skipped.
//!
//! [versioning]: https://learn.microsoft.com/en-us/nuget/concepts/package-versioning

use std::cmp::Ordering;

use crate::semver::{self, Parts};

/// NuGet has a revision behind major, minor and patch.
const MOST_NUMBERS: usize = 4;

/// Orders two versions.
pub fn compare(left: &str, right: &str) -> Ordering {
    let (left, right) = (Parts::of(left), Parts::of(right));
    semver::compare_numbers(left.numbers, right.numbers).then_with(|| {
        semver::compare_prerelease(left.prerelease, right.prerelease, |left, right| {
            semver::compare_identifiers_by(left, right, semver::is_number, without_case)
        })
    })
}

/// Whether NuGet could read this version, or would without its `v`.
pub fn is_valid(version: &str) -> bool {
    let parts = Parts::of(version);
    parts.are_valid() && parts.numbers.split('.').count() <= MOST_NUMBERS
}

/// .NET compares by upper-case letters.
fn without_case(left: &str, right: &str) -> Ordering {
    let upper = |text: &str| -> Vec<u8> { text.to_ascii_uppercase().into_bytes() };
    if left.eq_ignore_ascii_case(right) { Ordering::Equal } else { upper(left).cmp(&upper(right)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::assert_ascending;

    #[test]
    fn the_fourth_number_counts_and_case_does_not() {
        assert_ascending(
            compare,
            &["1.0.1-alpha", "1.0.1-beta", "1.0.1-rc.2", "1.0.1-rc.10", "1.0.1", "1.0.1.1", "1.1"],
        );
        assert_eq!(compare("1.0.0-RC1", "1.0-rc1+sha"), Ordering::Equal);
        assert_eq!(compare("1.00.0.0", "1"), Ordering::Equal);
        assert!(is_valid("1.2.3.4-beta") && !is_valid("1.2.3.4.5") && !is_valid("1.2.x"));
    }
}
