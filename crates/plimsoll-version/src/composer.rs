//! Composer's version order, as [composer/semver][library] decides it: numbers, then a stability
//! (`dev` < `alpha` < `beta` < `RC` < stable < `patch`) with a number, then `-dev`, which makes a
//! version older; see [the manual][manual]. Four numbers are usual, missing ones are zero.
//!
//! `1.x-dev` is the tip of its branch, newer than every release on it. Branches with a name
//! (`dev-main`) have no place in the order. Build metadata and stability flags (`@beta`) have no
//! weight.
//!
//! [library]: https://github.com/composer/semver#readme
//! [manual]: https://getcomposer.org/doc/articles/versions.md

use std::cmp::Ordering;

use crate::digits;

/// Stability words with their rank.
const STABILITIES: [(&str, u8); 10] = [
    ("stable", STABLE),
    ("alpha", 1),
    ("beta", 2),
    ("patch", 5),
    ("dev", DEVELOPMENT),
    ("rc", 3),
    ("pl", 5),
    ("a", 1),
    ("b", 2),
    ("p", 5),
];

/// What may stand between numbers; a hyphen does in versions that are dates.
const SEPARATORS: [char; 2] = ['.', '-'];

const DEVELOPMENT: u8 = 0;
const STABLE: u8 = 4;

/// What Composer puts in place of a branch's `x`.
const BRANCH_TIP: &str = "9999999";

/// Orders two versions; what is not a version comes before all that are.
pub fn compare(left: &str, right: &str) -> Ordering {
    match (Version::parse(left), Version::parse(right)) {
        (Some(left), Some(right)) => left.compare(&right),
        (None, None) => left.cmp(right),
        (left, right) => left.is_some().cmp(&right.is_some()),
    }
}

/// Whether Composer takes this version as a number, not as a branch's name.
pub fn is_valid(version: &str) -> bool {
    Version::parse(version).is_some()
}

struct Version<'v> {
    numbers: &'v str,
    stability: u8,
    /// Numbers behind the stability's word.
    counter: &'v str,
    /// `-dev` behind all.
    is_development: bool,
}

impl<'v> Version<'v> {
    fn parse(version: &'v str) -> Option<Version<'v>> {
        let version = version.trim_ascii();
        let version = version.split(['+', '@']).next().unwrap_or(version);
        let version = version.strip_prefix(['v', 'V']).unwrap_or(version);
        let (numbers, rest) = split_numbers(version);
        let is_branch = numbers.ends_with(['x', 'X']);
        let (stability, rest) = match take_stability(rest) {
            Some((stability, behind)) => (Some(stability), behind),
            None => (None, rest),
        };
        let (counter, rest) = match stability {
            Some(_) => split_numbers(rest.strip_prefix(['.', '-']).unwrap_or(rest)),
            None => ("", rest),
        };
        let rest = rest.strip_prefix(['.', '-']).filter(|rest| !rest.is_empty()).unwrap_or(rest);
        let is_development = rest.eq_ignore_ascii_case("dev");
        let good = (rest.is_empty() || is_development)
            && numbers.starts_with(|sign: char| sign.is_ascii_digit())
            && !counter.contains(['x', 'X'])
            // Only the development of a branch is called by the branch's number.
            && (!is_branch || stability == Some(DEVELOPMENT));
        let stability = stability.unwrap_or(STABLE);
        good.then_some(Version { numbers, stability, counter, is_development })
    }

    fn compare(&self, other: &Version<'_>) -> Ordering {
        compare_numbers(self.numbers, other.numbers)
            .then_with(|| self.stability.cmp(&other.stability))
            .then_with(|| digits::compare_lists(separated(self.counter), separated(other.counter)))
            .then_with(|| other.is_development.cmp(&self.is_development))
    }
}

fn separated(numbers: &str) -> impl Iterator<Item = &str> {
    numbers.split(SEPARATORS).filter(|number| !number.is_empty())
}

/// Orders numbers of which each side goes on for ever: with zeros, or as the tip of its branch.
fn compare_numbers(left: &str, right: &str) -> Ordering {
    let longest = separated(left).count().max(separated(right).count());
    // One place more, where the two ways to go on differ.
    for (left, right) in filled(left).zip(filled(right)).take(longest + 1) {
        let order = digits::compare(left.as_bytes(), right.as_bytes());
        if order.is_ne() {
            return order;
        }
    }
    Ordering::Equal
}

fn filled(numbers: &str) -> impl Iterator<Item = &str> {
    let is_branch = numbers.ends_with(['x', 'X']);
    let number = |number| if matches!(number, "x" | "X") { BRANCH_TIP } else { number };
    let rest = if is_branch { BRANCH_TIP } else { "" };
    separated(numbers).map(number).chain(std::iter::repeat(rest))
}

/// Splits behind the numbers at the start, of which the last may be a branch's `x`.
fn split_numbers(text: &str) -> (&str, &str) {
    let mut end = 0;
    loop {
        let behind = &text[end..];
        let number = if end == 0 { behind } else { behind.strip_prefix(SEPARATORS).unwrap_or("") };
        let mut length = digits::split(number.as_bytes()).0.len();
        let is_tip = end > 0
            && number.starts_with(['x', 'X'])
            && !number[1..].starts_with(|sign: char| sign.is_ascii_alphanumeric());
        if is_tip {
            length = 1;
        }
        if length == 0 {
            return text.split_at(end);
        }
        end += length + usize::from(end > 0);
    }
}

/// Takes a stability with the sign before it off the start.
fn take_stability(rest: &str) -> Option<(u8, &str)> {
    let text = rest.strip_prefix(['.', '_', '-']).unwrap_or(rest);
    let end = text.find(|sign: char| !sign.is_ascii_alphabetic()).unwrap_or(text.len());
    let (word, behind) = text.split_at(end);
    let known = |(name, _): &&(&str, u8)| name.eq_ignore_ascii_case(word);
    STABILITIES.iter().find(known).map(|&(_, stability)| (stability, behind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::assert_ascending;

    #[test]
    fn stabilities_have_their_order() {
        assert_ascending(
            compare,
            &[
                "1.0.0-dev",
                "1.0.0-alpha",
                "1.0.0-alpha2",
                "1.0.0-beta1-dev",
                "1.0.0-beta1",
                "1.0.0-RC1",
                "1.0.0-RC10",
                "1.0.0",
                "1.0.0-p1",
                "1.0.0-patch2",
                "1.0.0.1",
                "1.0.1",
                "1.0.x-dev",
                "1.1",
                "1.x-dev",
                "2.0-dev",
            ],
        );
    }

    #[test]
    fn other_spellings_are_the_same() {
        for (left, right) in [
            ("v1.0", "1.0.0.0"),
            ("1.0b1", "1.0-beta.1"),
            ("1.0-pl1", "1.0.0-patch1"),
            ("1.0-stable", "1"),
            ("1.0.0+build5", "1.0.0@dev"),
            ("2010-01-02", "2010.01.02"),
        ] {
            assert_eq!(compare(left, right), Ordering::Equal, "{left} {right}");
            assert!(is_valid(left) && is_valid(right), "{left} {right}");
        }
        for version in ["", "dev-main", "1.x", "1.0-foo", "1.0-", "1..0", "x", "1.0-betax"] {
            assert!(!is_valid(version), "{version:?}");
        }
    }
}
