//! Perl's version order, as [`version`][module] decides it.
//!
//! A version with a `v` or two points is dotted: `v1.2.3`. Any other is a decimal fraction, whose
//! digits behind the point count in groups of three: `1.002003` is `v1.2.3`, and `1.10` is
//! `v1.100`, older than `1.9`, which is `v1.900`. An underscore marks a trial release and has no
//! weight.
//!
//! [module]: https://perldoc.perl.org/version

use std::cmp::Ordering;

use crate::digits;

/// Digits that make one number of a decimal version's fraction.
const GROUP: usize = 3;

/// Orders two versions.
pub fn compare(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (Numbers::of(left), Numbers::of(right));
    loop {
        let (left, right) = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (left, right) => (left.unwrap_or_default(), right.unwrap_or_default()),
        };
        let order = digits::compare(&left, &right);
        if order.is_ne() {
            return order;
        }
    }
}

/// Whether Perl takes this version.
pub fn is_valid(version: &str) -> bool {
    let bare = version.strip_prefix('v').unwrap_or(version);
    let is_number = |text: &str| {
        text.starts_with(|sign: char| sign.is_ascii_digit())
            && text.ends_with(|sign: char| sign.is_ascii_digit())
            && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
    };
    bare.split('.').all(is_number)
}

/// The numbers of a version in its dotted form, each as digits.
struct Numbers<'v> {
    rest: &'v str,
    is_fraction: bool,
    is_decimal: bool,
}

impl<'v> Numbers<'v> {
    fn of(version: &'v str) -> Numbers<'v> {
        let bare = version.strip_prefix('v').unwrap_or(version);
        let is_decimal = bare.len() == version.len() && bare.matches('.').count() < 2;
        Numbers { rest: bare, is_fraction: false, is_decimal }
    }
}

impl Iterator for Numbers<'_> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        if self.rest.is_empty() {
            return None;
        }
        let bytes = |text: &str| text.bytes().filter(|byte| *byte != b'_').collect::<Vec<u8>>();
        if !(self.is_decimal && self.is_fraction) {
            let (number, behind) = self.rest.split_once('.').unwrap_or((self.rest, ""));
            self.rest = behind;
            self.is_fraction = true;
            return Some(bytes(number));
        }
        let end = self
            .rest
            .char_indices()
            .filter(|(_, sign)| *sign != '_')
            .nth(GROUP)
            .map_or(self.rest.len(), |(at, _)| at);
        let (group, behind) = self.rest.split_at(end);
        self.rest = behind;
        let mut group = bytes(group);
        // A fraction has zeros at its end as numbers have them at their start.
        group.resize(group.len().max(GROUP), b'0');
        Some(group)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::assert_ascending;

    #[test]
    fn decimal_and_dotted_versions_stand_in_one_order() {
        assert_ascending(
            compare,
            &["0.1", "1.002", "v1.2.3", "1.00203", "1.09", "1.10", "1.9", "v1.901", "2", "2.0.1"],
        );
        for (left, right) in
            [("1.002003", "v1.2.3"), ("1.2", "v1.200"), ("1.02_03", "1.0203"), ("1.2.0", "v1.2")]
        {
            assert_eq!(compare(left, right), Ordering::Equal, "{left} {right}");
        }
        assert!(is_valid("1.02_03") && is_valid("v5.36.0") && !is_valid("1.") && !is_valid("1.0a"));
    }
}
