//! RubyGems' version order, as [`Gem::Version`][class] decides it; CocoaPods uses the same.
//!
//! A version is cut into numbers and words; a word comes before every number in its place, also
//! before one that is missing, so that `1.0.rc1` < `1.0`. A hyphen is `.pre.`. An empty text, which
//! RubyGems reads as `0`, is refused: a package without version is not an old one.
//!
//! [class]: https://docs.ruby-lang.org/en/master/Gem/Version.html

use std::cmp::Ordering;

use crate::digits;

/// Orders two versions.
pub fn compare(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (Segments::of(left), Segments::of(right));
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (left, right) => left.unwrap_or(ZERO).compare(right.unwrap_or(ZERO)),
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// Whether RubyGems takes this version.
pub fn is_valid(version: &str) -> bool {
    let version = version.trim_ascii();
    let (release, prerelease) = match version.split_once('-') {
        Some((release, prerelease)) => (release, Some(prerelease)),
        None => (version, None),
    };
    let is_segment =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_prerelease = |text: &str| {
        let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        text.split('.').all(|part| !part.is_empty() && part.bytes().all(good))
    };
    let first = release.split('.').next().unwrap_or_default();
    first.bytes().all(|byte| byte.is_ascii_digit())
        && release.split('.').all(is_segment)
        && prerelease.is_none_or(is_prerelease)
}

/// The numbers at the start of a version, before its first word.
pub(crate) fn leading_numbers(version: &str) -> impl Iterator<Item = &str> {
    let version = version.trim_ascii();
    let end = version.find(|sign: char| sign.is_ascii_alphabetic() || sign == '-');
    let release = &version[..end.unwrap_or(version.len())];
    release.split('.').filter(|number| !number.is_empty())
}

#[derive(Clone, Copy)]
enum Segment<'v> {
    Word(&'v [u8]),
    Number(&'v [u8]),
}

/// What stands in for a missing segment.
const ZERO: Segment<'static> = Segment::Number(b"");

impl Segment<'_> {
    fn compare(self, other: Segment<'_>) -> Ordering {
        match (self, other) {
            (Segment::Word(left), Segment::Word(right)) => left.cmp(right),
            (Segment::Word(_), Segment::Number(_)) => Ordering::Less,
            (Segment::Number(_), Segment::Word(_)) => Ordering::Greater,
            (Segment::Number(left), Segment::Number(right)) => digits::compare(left, right),
        }
    }
}

/// The segments of a version, without the zeros directly before its first word.
struct Segments<'v> {
    release: &'v [u8],
    /// From the first word, or the hyphen that is one.
    rest: &'v [u8],
}

impl<'v> Segments<'v> {
    fn of(version: &'v str) -> Segments<'v> {
        let bytes = version.trim_ascii().as_bytes();
        let begins_words = |byte: &u8| byte.is_ascii_alphabetic() || *byte == b'-';
        let end = bytes.iter().position(begins_words).unwrap_or(bytes.len());
        let (release, rest) = bytes.split_at(end);
        Segments { release: digits::without_trailing_zeros(release), rest }
    }
}

impl<'v> Iterator for Segments<'v> {
    type Item = Segment<'v>;

    fn next(&mut self) -> Option<Segment<'v>> {
        let is_gap = |byte: u8| !byte.is_ascii_alphanumeric();
        let text = digits::split_while(self.release, is_gap).1;
        if !text.is_empty() {
            let (number, behind) = digits::split(text);
            self.release = behind;
            return Some(Segment::Number(number));
        }
        self.release = &[];
        let text = digits::split_while(self.rest, |byte| is_gap(byte) && byte != b'-').1;
        if let [b'-', behind @ ..] = text {
            self.rest = behind;
            return Some(Segment::Word(b"pre"));
        }
        let (number, behind) = digits::split(text);
        if !number.is_empty() {
            self.rest = behind;
            return Some(Segment::Number(number));
        }
        let (word, behind) = digits::split_while(text, |byte| byte.is_ascii_alphabetic());
        self.rest = behind;
        if word.is_empty() { None } else { Some(Segment::Word(word)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::assert_ascending;

    #[test]
    fn the_classs_examples_hold() {
        assert_ascending(
            compare,
            &["1.0.a.2", "1.0.a10", "1.0.b1", "1.0-rc.1", "1.0-1", "1.0.rc1", "1", "1.0.1", "1.10"],
        );
        assert_eq!(compare("1.0.0", "1"), Ordering::Equal);
        assert_eq!(compare("1.0.0.a1", "1.a1"), Ordering::Equal);
        assert_eq!(compare("1.0-2", "1.0.pre.2"), Ordering::Equal);
        assert_eq!(compare("1.a0", "1.a"), Ordering::Equal);
        assert_eq!(compare("1.0a", "1.0.a"), Ordering::Equal);
    }

    #[test]
    fn what_rubygems_refuses_is_invalid() {
        for version in ["", "a", "1..2", "1.", "1.2_3", "1.2-", "v1", "1 2", "1.2-a..b"] {
            assert!(!is_valid(version), "{version:?}");
        }
        for version in ["1", "1.2.3.rc4", "1.2-x-y.z", " 1.2\n"] {
            assert!(is_valid(version), "{version:?}");
        }
    }
}
