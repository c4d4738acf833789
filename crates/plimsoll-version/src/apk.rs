//! Alpine's version order, as `apk version --test` decides it.
//!
//! The grammar of [apk-package(5)][manual] is
//! `number{.number}…{letter}{_suffix{number}}…{~hash}{-rN}`. Two generations of apk-tools are in
//! use: version 2 up to Alpine 3.22 (and Wolfi until 2025), version 3 since. They differ in rare
//! forms; the choices here are
//!
//! * a number after a letter (`6.6.2p1`), which version 2 takes and version 3 refuses, is taken;
//! * a hash (`~1a2b3c`), which only version 3 takes, is taken;
//! * numbers after a point of which one starts with `0` are compared as text, as version 3 and
//!   Gentoo do: `1.041` < `1.05`;
//! * numbers may have any length, where apk overflows.
//!
//! [manual]: https://man.archlinux.org/man/extra/apk-tools/apk-package.5.en

use std::cmp::Ordering;

use crate::digits;

/// Suffixes in ascending order; those before [`RELEASE`] come before the version without suffix.
const SUFFIXES: [&[u8]; 9] =
    [b"alpha", b"beta", b"pre", b"rc", b"cvs", b"svn", b"git", b"hg", b"p"];

/// Index of the first suffix that makes a version newer.
const RELEASE: usize = 4;

/// Orders two versions.
///
/// Defined for every text: whatever does not follow the grammar sorts before everything else that
/// could stand in its place, as in apk.
pub fn compare(left: &str, right: &str) -> Ordering {
    let mut left = Tokens::new(left.as_bytes());
    let mut right = Tokens::new(right.as_bytes());
    loop {
        let (left_token, right_token) = (left.next_token(), right.next_token());
        let order = left_token.compare(&right_token);
        if order.is_ne() || matches!(left_token, Token::End | Token::Junk(_)) {
            return order;
        }
    }
}

/// Whether apk takes this version (see the module's text for the differences between its
/// generations).
pub fn is_valid(version: &str) -> bool {
    let mut tokens = Tokens::new(version.as_bytes());
    loop {
        match tokens.next_token() {
            Token::End => return true,
            Token::Junk(_) => return false,
            Token::Revision([]) => return false,
            _ => {}
        }
    }
}

/// One piece of a version.
#[derive(Debug)]
enum Token<'v> {
    /// The number at the start.
    First(&'v [u8]),
    /// A number behind a point, or behind a letter.
    Number(&'v [u8]),
    /// A letter behind the numbers.
    Letter(u8),
    /// Index into [`SUFFIXES`].
    Suffix(usize),
    /// The number behind a suffix.
    SuffixNumber(&'v [u8]),
    /// Hexadecimal digits behind `~`.
    Hash(&'v [u8]),
    /// The number behind `-r`; may be empty, which apk 2 reads as zero and is not valid.
    Revision(&'v [u8]),
    /// The regular end.
    End,
    /// The rest, from the first byte that fits nowhere.
    Junk(&'v [u8]),
}

impl Token<'_> {
    /// Orders two tokens that stand in the same place.
    fn compare(&self, other: &Token<'_>) -> Ordering {
        match (self, other) {
            (Token::Number(left), Token::Number(right))
                if left.starts_with(b"0") || right.starts_with(b"0") =>
            {
                left.cmp(right)
            }
            (Token::First(left), Token::First(right))
            | (Token::Number(left), Token::Number(right))
            | (Token::SuffixNumber(left), Token::SuffixNumber(right))
            | (Token::Revision(left), Token::Revision(right)) => digits::compare(left, right),
            (Token::Letter(left), Token::Letter(right)) => left.cmp(right),
            (Token::Suffix(left), Token::Suffix(right)) => left.cmp(right),
            (Token::Hash(left), Token::Hash(right)) => left.cmp(right),
            // apk gives up at a broken revision, but compares other broken texts.
            (Token::Junk([b'-', ..]), Token::Junk([b'-', ..])) => Ordering::Equal,
            (Token::Junk(left), Token::Junk(right)) => left.cmp(right),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    /// The order of different kinds in the same place: whatever could have come earlier in a
    /// version makes it newer, a suffix of a version before the release older.
    fn rank(&self) -> u8 {
        match self {
            Token::Suffix(index) if *index < RELEASE => 0,
            Token::Junk(_) => 1,
            Token::End => 2,
            Token::Revision(_) => 3,
            Token::Hash(_) => 4,
            Token::SuffixNumber(_) => 5,
            Token::Suffix(_) => 6,
            Token::Letter(_) => 7,
            Token::Number(_) => 8,
            Token::First(_) => 9,
        }
    }
}

/// How far a version has been read, in the order of the grammar.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Start,
    Number,
    Letter,
    Suffix,
    SuffixNumber,
    Hash,
    Revision,
}

/// Cuts a version into tokens.
struct Tokens<'v> {
    rest: &'v [u8],
    place: Place,
}

impl<'v> Tokens<'v> {
    fn new(version: &'v [u8]) -> Tokens<'v> {
        Tokens { rest: version, place: Place::Start }
    }

    fn next_token(&mut self) -> Token<'v> {
        match self.read() {
            Some((token, place, rest)) => {
                self.place = place;
                self.rest = rest;
                token
            }
            None => Token::Junk(self.rest),
        }
    }

    /// The next token, the place behind it and the text behind it.
    fn read(&self) -> Option<(Token<'v>, Place, &'v [u8])> {
        let Tokens { rest, place } = *self;
        let (number, behind_number) = digits::split(rest);
        Some(match (place, rest) {
            (Place::Start, _) if number.is_empty() => return None,
            (Place::Start, _) => (Token::First(number), Place::Number, behind_number),
            (_, []) => (Token::End, place, rest),
            (Place::Number, [letter @ b'a'..=b'z', behind @ ..]) => {
                (Token::Letter(*letter), Place::Letter, behind)
            }
            (Place::Letter, [b'0'..=b'9', ..]) => {
                (Token::Number(number), Place::Number, behind_number)
            }
            (Place::Suffix, [b'0'..=b'9', ..]) => {
                (Token::SuffixNumber(number), Place::SuffixNumber, behind_number)
            }
            (Place::Number, [b'.', behind @ ..]) => match digits::split(behind) {
                ([], _) => return None,
                (number, behind) => (Token::Number(number), Place::Number, behind),
            },
            (_, [b'_', behind @ ..]) if place <= Place::SuffixNumber => {
                let (word, behind) = digits::split_while(behind, |byte| byte.is_ascii_lowercase());
                let index = SUFFIXES.iter().position(|&suffix| suffix == word)?;
                (Token::Suffix(index), Place::Suffix, behind)
            }
            (_, [b'~', behind @ ..]) if place < Place::Hash => {
                let hexadecimal = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
                match digits::split_while(behind, hexadecimal) {
                    ([], _) => return None,
                    (hash, behind) => (Token::Hash(hash), Place::Hash, behind),
                }
            }
            (_, [b'-', b'r', behind @ ..]) if place < Place::Revision => {
                match digits::split(behind) {
                    ([], [other, ..]) if *other != b'-' => return None,
                    (number, behind) => (Token::Revision(number), Place::Revision, behind),
                }
            }
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_have_their_order() {
        let ascending = [
            "1.0_alpha",
            "1.0_alpha1",
            "1.0_beta",
            "1.0_pre",
            "1.0_rc1",
            "1.0",
            "1.0-r0",
            "1.0-r1",
            "1.0~0a1b",
            "1.0_cvs",
            "1.0_svn",
            "1.0_git20240101",
            "1.0_hg",
            "1.0_p",
            "1.0_p1",
            "1.0_p1_p1",
            "1.0a",
            "1.0b",
            "1.0.0",
            "1.0.1",
            "1.5",
            "1.10",
            "2",
        ];
        for pair in ascending.windows(2) {
            assert_eq!(compare(pair[0], pair[1]), Ordering::Less, "{pair:?}");
            assert_eq!(compare(pair[1], pair[0]), Ordering::Greater, "{pair:?}");
        }
    }

    #[test]
    fn leading_zeros_count_only_behind_a_point() {
        assert_eq!(compare("01.5", "1.5"), Ordering::Equal);
        assert_eq!(compare("1.041", "1.05"), Ordering::Less);
        assert_eq!(compare("1.0", "1.00"), Ordering::Less);
        assert_eq!(compare("1.09", "1.1"), Ordering::Less);
        assert_eq!(compare("1.0-r01", "1.0-r1"), Ordering::Equal);
    }

    #[test]
    fn only_the_grammar_is_valid() {
        for version in [
            "",
            "a",
            ".1",
            "1.",
            "1..2",
            "1.2A",
            "1.2_foo",
            "1.2_",
            "1-r",
            "1-1",
            "1-r1-r2",
            "1.2b.3",
            "1.2bc",
            "1~",
            "1~xyz",
            "1.0-r0_p1",
            "1 ",
            "v1",
        ] {
            assert!(!is_valid(version), "{version:?}");
        }
        for version in [
            "1",
            "1.2.3",
            "1.2b",
            "6.6.2p1",
            "1.2b_p3-r4",
            "1.0_rc1_p2",
            "1.4~a3f91c-r0",
            "1_git20240101-r0",
        ] {
            assert!(is_valid(version), "{version:?}");
        }
    }
}
