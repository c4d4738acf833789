//! Debian version order, as `dpkg --compare-versions` decides it.
//!
//! Defined by [Debian policy 5.6.12][policy] and [deb-version(7)][manual]: an optional epoch, an
//! upstream version and an optional revision, each compared by runs of non-digits and digits.
//!
//! Like dpkg, both functions ignore white space around a version and take a version with unusual
//! characters, or one that does not start with a digit: dpkg only warns about them, and packages
//! outside Debian have them.
//!
//! [policy]: https://www.debian.org/doc/debian-policy/ch-controlfields.html#version
//! [manual]: https://manpages.debian.org/stable/dpkg-dev/deb-version.7.en.html

use std::cmp::Ordering;

use crate::digits;

/// dpkg keeps an epoch in a C `int`.
const LARGEST_EPOCH: &[u8] = b"2147483647";

/// Orders two versions of the form `[epoch:]upstream[-revision]`.
///
/// Defined for every text; what it says of invalid ones ([`is_valid`]) has no meaning.
pub fn compare(left: &str, right: &str) -> Ordering {
    let left = Parts::of(left.as_bytes());
    let right = Parts::of(right.as_bytes());
    digits::compare(left.epoch.unwrap_or_default(), right.epoch.unwrap_or_default())
        .then_with(|| compare_part(left.upstream, right.upstream))
        .then_with(|| {
            compare_part(left.revision.unwrap_or_default(), right.revision.unwrap_or_default())
        })
}

/// Whether dpkg can compare this version, with or without a warning.
///
/// It refuses an empty version, white space inside it, an epoch that is not a number or does not
/// fit an `int`, an empty upstream version, and an empty revision after a hyphen.
pub fn is_valid(version: &str) -> bool {
    let parts = Parts::of(version.as_bytes());
    let epoch_is_good = parts.epoch.is_none_or(|epoch| {
        !epoch.is_empty()
            && epoch.iter().all(u8::is_ascii_digit)
            && digits::compare(epoch, LARGEST_EPOCH).is_le()
    });
    epoch_is_good
        && !parts.upstream.is_empty()
        && parts.revision.is_none_or(|revision| !revision.is_empty())
        && !trim(version.as_bytes()).iter().any(|&byte| is_space(byte))
}

/// The three parts of a version, where they are written.
struct Parts<'v> {
    epoch: Option<&'v [u8]>,
    upstream: &'v [u8],
    revision: Option<&'v [u8]>,
}

impl<'v> Parts<'v> {
    fn of(version: &'v [u8]) -> Parts<'v> {
        let version = trim(version);
        let (epoch, rest) = match version.iter().position(|&byte| byte == b':') {
            // dpkg reads the epoch with strtol, which takes a sign.
            Some(colon) => {
                let epoch = &version[..colon];
                (Some(epoch.strip_prefix(b"+").unwrap_or(epoch)), &version[colon + 1..])
            }
            None => (None, version),
        };
        match rest.iter().rposition(|&byte| byte == b'-') {
            Some(hyphen) => {
                Parts { epoch, upstream: &rest[..hyphen], revision: Some(&rest[hyphen + 1..]) }
            }
            None => Parts { epoch, upstream: rest, revision: None },
        }
    }
}

/// Compares alternately a run of non-digits and a run of digits. The end of a part weighs as much
/// as a digit, so that `1.0` comes before `1.0a` and after `1.0~rc1`.
pub(crate) fn compare_part(mut left: &[u8], mut right: &[u8]) -> Ordering {
    while !left.is_empty() || !right.is_empty() {
        let mut index = 0;
        loop {
            let (left_weight, right_weight) = (weight(left.get(index)), weight(right.get(index)));
            if left_weight != right_weight {
                return left_weight.cmp(&right_weight);
            }
            // Equal weights of zero: both stand at a digit or at their end.
            if left_weight == 0 {
                break;
            }
            index += 1;
        }
        let (left_number, left_rest) = digits::split(left.get(index..).unwrap_or_default());
        let (right_number, right_rest) = digits::split(right.get(index..).unwrap_or_default());
        match digits::compare(left_number, right_number) {
            Ordering::Equal => (left, right) = (left_rest, right_rest),
            unequal => return unequal,
        }
    }
    Ordering::Equal
}

/// `~` sorts before the end of a part, letters before all other signs.
fn weight(byte: Option<&u8>) -> i32 {
    match byte {
        None => 0,
        Some(b'~') => -1,
        Some(digit) if digit.is_ascii_digit() => 0,
        Some(letter) if letter.is_ascii_alphabetic() => i32::from(*letter),
        // C's `char` has a sign where dpkg is mostly built, which puts bytes above 127 between the
        // letters and the other signs.
        Some(other) => i32::from(other.cast_signed()) + 256,
    }
}

fn trim(version: &[u8]) -> &[u8] {
    let start = digits::split_while(version, is_space).1;
    let end = start.iter().rposition(|&byte| !is_space(byte)).map_or(0, |last| last + 1);
    &start[..end]
}

/// C's `isspace`, which has the vertical tab that Rust's has not.
fn is_space(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0x0b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_policy_hold() {
        let ascending = ["1~~", "1~~a", "1~", "1", "1a"];
        for pair in ascending.windows(2) {
            assert_eq!(compare(pair[0], pair[1]), Ordering::Less, "{pair:?}");
        }
    }

    #[test]
    fn real_versions_have_their_order() {
        for (lower, higher) in [
            ("1:1.2.11.dfsg-2+deb11u1", "1:1.2.11.dfsg-2+deb11u2"),
            ("5.6.1-1", "5.6.1+really5.4.5-1"),
            ("1.0.1e-2+deb7u5", "1.0.1e-2+deb7u10"),
            ("2.7.4+reloaded2-13ubuntu1", "2.7.4+reloaded2-13+deb9u1"),
            ("9.9.9", "1:0.1"),
            ("1.8.19p1-2.1ubuntu2.1~esm1", "1.8.19p1-2.1ubuntu2.1"),
        ] {
            assert_eq!(compare(lower, higher), Ordering::Less, "{lower} {higher}");
            assert_eq!(compare(higher, lower), Ordering::Greater, "{higher} {lower}");
        }
        for (one, other) in [("0:1.0-0", "1.0"), ("1.02", "1.2"), (" 1.0\n", "1.0")] {
            assert_eq!(compare(one, other), Ordering::Equal, "{one} {other}");
        }
    }

    #[test]
    fn what_dpkg_refuses_is_invalid() {
        for version in [
            "",
            " ",
            "1:",
            ":1",
            "1.0-",
            "1-2-",
            "1 0",
            "a:1",
            "2147483648:1",
            "1:-1",
            "1.0-1:2",
            "-1:1",
        ] {
            assert!(!is_valid(version), "{version:?}");
        }
        for version in [
            "1.0",
            "a1",
            "1.0_1",
            "1:2:3",
            "+1:1",
            "01:1",
            "2147483647:1",
            "~1",
            "1.0--1",
            " 1.0 ",
            "1é",
        ] {
            assert!(is_valid(version), "{version:?}");
        }
    }
}
