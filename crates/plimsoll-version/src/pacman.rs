//! Arch Linux's version order, as `vercmp` decides it.
//!
//! Defined by [vercmp(8)][manual] and [PKGBUILD(5)][pkgbuild]: `[epoch:]pkgver[-pkgrel]`. The
//! release counts only where both versions have one, so `1.0` equals `1.0-1` and `1.0-2`: among
//! versions with a release, and among those without, the order is total.
//!
//! It looks like rpm's order and is not: the number of separators counts, letters at the end sort
//! before the end (`1.0rc1` < `1.0`), and `~` and `^` are mere separators.
//!
//! [manual]: https://man.archlinux.org/man/vercmp.8
//! [pkgbuild]: https://man.archlinux.org/man/PKGBUILD.5

use std::cmp::Ordering;

use crate::digits;
use crate::rpm::Parts;

/// Orders two versions of the form `[epoch:]pkgver[-pkgrel]`.
pub fn compare(left: &str, right: &str) -> Ordering {
    let left = Parts::of(left.as_bytes());
    let right = Parts::of(right.as_bytes());
    digits::compare(left.epoch.unwrap_or_default(), right.epoch.unwrap_or_default())
        .then_with(|| compare_part(left.version, right.version))
        .then_with(|| match (left.release, right.release) {
            (Some(left), Some(right)) => compare_part(left, right),
            _ => Ordering::Equal,
        })
}

/// Whether `makepkg` could have made a package of this version: a `pkgver` with a letter or digit
/// in it and without `:`, `/`, `-` or white space, and a `pkgrel` that is a number or a decimal
/// fraction.
pub fn is_valid(version: &str) -> bool {
    let parts = Parts::of(version.as_bytes());
    let release_is_good = parts.release.is_none_or(|release| {
        let (whole, rest) = digits::split(release);
        let fraction_is_good = match rest {
            [] => true,
            [b'.', fraction @ ..] => {
                !fraction.is_empty() && fraction.iter().all(u8::is_ascii_digit)
            }
            _ => false,
        };
        !whole.is_empty() && fraction_is_good
    });
    let forbidden = |byte: &u8| matches!(byte, b':' | b'/' | b'-') || !byte.is_ascii_graphic();
    parts.epoch.is_none_or(|epoch| !epoch.is_empty())
        && parts.version.iter().any(u8::is_ascii_alphanumeric)
        && !parts.version.iter().any(forbidden)
        && release_is_good
}

/// Orders two epochs, versions or releases by their segments.
fn compare_part(mut left: &[u8], mut right: &[u8]) -> Ordering {
    let separates = |byte: u8| !byte.is_ascii_alphanumeric();
    if left == right {
        return Ordering::Equal;
    }
    while !left.is_empty() && !right.is_empty() {
        let (left_separators, left_text) = digits::split_while(left, separates);
        let (right_separators, right_text) = digits::split_while(right, separates);
        (left, right) = (left_text, right_text);
        let (Some(&first), Some(_)) = (left.first(), right.first()) else { break };
        if left_separators.len() != right_separators.len() {
            return left_separators.len().cmp(&right_separators.len());
        }
        let order = if first.is_ascii_digit() {
            let (left_number, left_rest) = digits::split(left);
            let (right_number, right_rest) = digits::split(right);
            // A number is newer than letters in its place.
            if right_number.is_empty() {
                return Ordering::Greater;
            }
            (left, right) = (left_rest, right_rest);
            digits::compare(left_number, right_number)
        } else {
            let letters = |byte: u8| byte.is_ascii_alphabetic();
            let (left_word, left_rest) = digits::split_while(left, letters);
            let (right_word, right_rest) = digits::split_while(right, letters);
            if right_word.is_empty() {
                return Ordering::Less;
            }
            (left, right) = (left_rest, right_rest);
            left_word.cmp(right_word)
        };
        if order.is_ne() {
            return order;
        }
    }
    // What is left over makes a version newer, unless it starts with a letter.
    match (left.first(), right.first()) {
        (None, None) => Ordering::Equal,
        (Some(byte), _) if byte.is_ascii_alphabetic() => Ordering::Less,
        (None, Some(byte)) if !byte.is_ascii_alphabetic() => Ordering::Less,
        _ => Ordering::Greater,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_manual_hold() {
        for ascending in [
            &["1.0a", "1.0b", "1.0beta", "1.0p", "1.0pre", "1.0rc", "1.0", "1.0.a", "1.0.1"][..],
            &["1", "1.0", "1.1", "1.1.1", "1.2", "2.0", "3.0.0"],
            &["1.0-1", "1.0-2", "2:0.1-1"],
        ] {
            for pair in ascending.windows(2) {
                assert_eq!(compare(pair[0], pair[1]), Ordering::Less, "{pair:?}");
                assert_eq!(compare(pair[1], pair[0]), Ordering::Greater, "{pair:?}");
            }
        }
    }

    #[test]
    fn a_release_counts_only_when_both_have_one() {
        assert_eq!(compare("1.0", "1.0-2"), Ordering::Equal);
        assert_eq!(compare("0:1.0-2", "1.0-2"), Ordering::Equal);
        assert_eq!(compare("1..0-1", "1.0-1"), Ordering::Greater);
    }

    #[test]
    fn what_makepkg_refuses_is_invalid() {
        for version in ["", "-1", "1.0-", "1.0-a", "1.0-1.", "1-2-3", ":1", "1:2:3-1", "1 0-1"] {
            assert!(!is_valid(version), "{version:?}");
        }
        for version in ["1.0-1", "1:2.3.r5.gabc-1.1", "20240101", "1.0+2_3-1"] {
            assert!(is_valid(version), "{version:?}");
        }
    }
}
