//! RPM version order: `[epoch:]version[-release]`, as rpm itself compares installed packages.
//!
//! Defined by [rpm-version(7)][manual]. Each part is a list of segments of letters or of digits;
//! everything between them only separates. `~` sorts before the end of a part, `^` after it but
//! before anything else that may follow.
//!
//! A missing epoch is zero. A missing release sorts before every release, which keeps this a total
//! order; rpm's dependency solver instead lets a version without release stand for all of them,
//! and so has no order. Installed packages always have a release, so the difference shows only
//! where an advisory names the last affected version without one.
//!
//! [manual]: https://rpm-software-management.github.io/rpm/man/rpm-version.7

use std::cmp::Ordering;

use crate::digits;

/// Orders two versions of the form `[epoch:]version[-release]`.
pub fn compare(left: &str, right: &str) -> Ordering {
    let left = Parts::of(left.as_bytes());
    let right = Parts::of(right.as_bytes());
    digits::compare(left.epoch.unwrap_or_default(), right.epoch.unwrap_or_default())
        .then_with(|| compare_segments(left.version, right.version))
        .then_with(|| match (left.release, right.release) {
            (Some(left), Some(right)) => compare_segments(left, right),
            (left, right) => left.is_some().cmp(&right.is_some()),
        })
}

/// Whether the version can be that of a package.
///
/// rpm compares any text that is not empty. Packages cannot be built with white space in their
/// version or without a single letter or digit in it, so such a text is a damaged record.
pub fn is_valid(version: &str) -> bool {
    Parts::of(version.as_bytes()).version.iter().any(u8::is_ascii_alphanumeric)
        && !version.bytes().any(|byte| byte.is_ascii_whitespace() || byte.is_ascii_control())
}

/// The three parts of a version, where they are written.
pub(crate) struct Parts<'v> {
    pub(crate) epoch: Option<&'v [u8]>,
    pub(crate) version: &'v [u8],
    pub(crate) release: Option<&'v [u8]>,
}

impl<'v> Parts<'v> {
    /// Splits as rpm and pacman both do: only digits before the first colon are an epoch, and the
    /// release starts behind the last hyphen.
    pub(crate) fn of(text: &'v [u8]) -> Parts<'v> {
        let (number, rest) = digits::split(text);
        let (epoch, rest) = match rest.strip_prefix(b":") {
            Some(rest) => (Some(number), rest),
            None => (None, text),
        };
        match rest.iter().rposition(|&byte| byte == b'-') {
            Some(hyphen) => {
                Parts { epoch, version: &rest[..hyphen], release: Some(&rest[hyphen + 1..]) }
            }
            None => Parts { epoch, version: rest, release: None },
        }
    }
}

/// What comes next in a part, in ascending order: `1.0~a` < `1.0` < `1.0^a` < `1.0a` < `1.0.1`.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Tilde,
    End,
    Caret,
    Letters,
    Digits,
}

/// Orders two versions, or two releases, by their segments: rpm's `rpmvercmp`.
fn compare_segments(mut left: &[u8], mut right: &[u8]) -> Ordering {
    loop {
        let (left_kind, left_segment, left_rest) = next_segment(left);
        let (right_kind, right_segment, right_rest) = next_segment(right);
        let order = left_kind.cmp(&right_kind).then_with(|| match left_kind {
            Kind::Letters => left_segment.cmp(right_segment),
            Kind::Digits => digits::compare(left_segment, right_segment),
            Kind::Tilde | Kind::End | Kind::Caret => Ordering::Equal,
        });
        if order.is_ne() || left_kind == Kind::End {
            return order;
        }
        (left, right) = (left_rest, right_rest);
    }
}

/// The next segment behind any separators, and what follows it.
fn next_segment(text: &[u8]) -> (Kind, &[u8], &[u8]) {
    let separates = |byte: u8| !byte.is_ascii_alphanumeric() && byte != b'~' && byte != b'^';
    let text = digits::split_while(text, separates).1;
    match text {
        [] => (Kind::End, text, text),
        [b'~', rest @ ..] => (Kind::Tilde, b"", rest),
        [b'^', rest @ ..] => (Kind::Caret, b"", rest),
        [first, ..] if first.is_ascii_digit() => {
            let (segment, rest) = digits::split(text);
            (Kind::Digits, segment, rest)
        }
        _ => {
            let (segment, rest) = digits::split_while(text, |byte| byte.is_ascii_alphabetic());
            (Kind::Letters, segment, rest)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_tilde_and_caret_have_their_order() {
        let ascending =
            ["1.0~rc1", "1.0", "1.0^", "1.0^20240101git", "1.0a", "1.0.1", "1.5", "1.10", "1:0.1"];
        for pair in ascending.windows(2) {
            assert_eq!(compare(pair[0], pair[1]), Ordering::Less, "{pair:?}");
            assert_eq!(compare(pair[1], pair[0]), Ordering::Greater, "{pair:?}");
        }
    }

    #[test]
    fn real_versions_have_their_order() {
        for (lower, higher) in [
            ("1:1.1.1k-6.el8_5", "1:1.1.1k-7.el8_6"),
            ("5.1.8-6.el9", "0:5.1.8-6.el9_1"),
            ("2.4.37-43.module_el8.5.0+2597+c4b14997", "2.4.37-47.module_el8.6.0+2935+fb177b09.2"),
            ("1.0", "1.0-1"),
        ] {
            assert_eq!(compare(lower, higher), Ordering::Less, "{lower} {higher}");
        }
        for (one, other) in
            [("0:1.0-1", "1.0-1"), ("1.0_1", "1.0.1"), ("1.05", "1.5"), ("1a1", "1.a.1")]
        {
            assert_eq!(compare(one, other), Ordering::Equal, "{one} {other}");
        }
    }

    #[test]
    fn damaged_versions_are_invalid() {
        for version in ["", "-1", "1:-1", "1 0", "1.0\n", "..", "1:"] {
            assert!(!is_valid(version), "{version:?}");
        }
        for version in ["1", "a", "1:1-1", "1.0~rc1^git-1.el9", "1-2-3"] {
            assert!(is_valid(version), "{version:?}");
        }
    }
}
