//! An order for versions that nobody has defined: CPE and NVD, C and C++ projects (curl, OpenSSL),
//! Conan, conda, LuaRocks. A heuristic, and these are its rules:
//!
//! * letters before the first digit are skipped with what separates them: `v1.2`, `curl-7.64.0`;
//! * a version is cut into numbers and words; every other sign only separates;
//! * missing numbers are zero, and zeros directly before a word of a pre-release have no
//!   weight: `1.0` = `1.0.0`, `1.0-rc1` = `1-rc1`;
//! * in one place stand, from old to new: `~`, a word of a pre-release (`alpha`, `rc`), the end, any
//!   other word (`1.0.2k` of OpenSSL, `7.4p1` of OpenSSH, `1.0-post2`), a number above zero;
//! * `a` and `b` are alpha and beta when a number follows directly (`1.0b2`), and letters of a
//!   release else (`9b` of libjpeg);
//! * words are compared without regard to case, and longer ones come behind those they begin with:
//!   `1.0.2z` < `1.0.2za`.

use std::cmp::Ordering;

use crate::digits;

/// Words that stand for something before the release, with their rank.
const STAGES: [(&str, u8); 18] = [
    ("dev", 0),
    ("devel", 0),
    ("snapshot", 0),
    ("nightly", 0),
    ("canary", 0),
    ("git", 0),
    ("ea", 1),
    ("alpha", 1),
    ("beta", 2),
    ("m", 3),
    ("milestone", 3),
    ("pre", 4),
    ("preview", 4),
    ("prerelease", 4),
    ("rc", 5),
    ("cr", 5),
    ("candidate", 5),
    ("test", 0),
];

/// Ranks of `a` and `b` before a number.
const ALPHA: u8 = 1;
const BETA: u8 = 2;

/// Orders two versions.
pub fn compare(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (Tokens::of(left), Tokens::of(right));
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (left, right) => left.unwrap_or(END).compare(right.unwrap_or(END)),
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// Whether there is a digit, and nothing but visible ASCII signs.
pub fn is_valid(version: &str) -> bool {
    version.bytes().all(|byte| byte.is_ascii_graphic())
        && version.bytes().any(|byte| byte.is_ascii_digit())
}

#[derive(Clone, Copy)]
enum Token<'v> {
    Tilde,
    Stage(u8),
    Number(&'v [u8]),
    Word(&'v [u8]),
}

/// What stands in for a missing token.
const END: Token<'static> = Token::Number(b"");

impl Token<'_> {
    fn compare(self, other: Token<'_>) -> Ordering {
        match (self, other) {
            (Token::Stage(left), Token::Stage(right)) => left.cmp(&right),
            (Token::Number(left), Token::Number(right)) => digits::compare(left, right),
            (Token::Word(left), Token::Word(right)) => {
                let lower = |word: &[u8]| word.to_ascii_lowercase();
                lower(left).cmp(&lower(right))
            }
            _ => self.rank().cmp(&other.rank()),
        }
    }

    fn rank(self) -> u8 {
        match self {
            Token::Tilde => 0,
            Token::Stage(_) => 1,
            Token::Number(number) if digits::compare(number, b"").is_eq() => 2,
            Token::Word(_) => 3,
            Token::Number(_) => 4,
        }
    }
}

/// Cuts a version into tokens.
struct Tokens<'v> {
    /// The numbers before the first word, without zeros at their end if a pre-release follows.
    release: &'v [u8],
    rest: &'v [u8],
}

impl<'v> Tokens<'v> {
    fn of(version: &'v str) -> Tokens<'v> {
        let bytes = version.as_bytes();
        let first = bytes.iter().position(u8::is_ascii_digit).unwrap_or_default();
        let bytes = &bytes[first..];
        let begins_words = |byte: &u8| byte.is_ascii_alphabetic() || *byte == b'~';
        let end = bytes.iter().position(begins_words).unwrap_or(bytes.len());
        let (release, rest) = bytes.split_at(end);
        let mut tokens = Tokens { release: &[], rest };
        tokens.release = match tokens.next() {
            Some(Token::Tilde | Token::Stage(_)) => digits::without_trailing_zeros(release),
            _ => release,
        };
        tokens.rest = rest;
        tokens
    }
}

impl<'v> Iterator for Tokens<'v> {
    type Item = Token<'v>;

    fn next(&mut self) -> Option<Token<'v>> {
        let separates = |byte: u8| !byte.is_ascii_alphanumeric() && byte != b'~';
        let release = digits::split_while(self.release, separates).1;
        if !release.is_empty() {
            let (number, behind) = digits::split(release);
            self.release = behind;
            return Some(Token::Number(number));
        }
        self.release = &[];
        let text = digits::split_while(self.rest, separates).1;
        if let [b'~', behind @ ..] = text {
            self.rest = behind;
            return Some(Token::Tilde);
        }
        let (number, behind) = digits::split(text);
        if !number.is_empty() {
            self.rest = behind;
            return Some(Token::Number(number));
        }
        let (word, behind) = digits::split_while(text, |byte| byte.is_ascii_alphabetic());
        self.rest = behind;
        let before_number = behind.first().is_some_and(u8::is_ascii_digit);
        match word {
            [] => None,
            [b'a' | b'A'] if before_number => Some(Token::Stage(ALPHA)),
            [b'b' | b'B'] if before_number => Some(Token::Stage(BETA)),
            _ => Some(stage(word).map_or(Token::Word(word), Token::Stage)),
        }
    }
}

fn stage(word: &[u8]) -> Option<u8> {
    let known = |(name, _): &&(&str, u8)| name.as_bytes().eq_ignore_ascii_case(word);
    STAGES.iter().find(known).map(|&(_, rank)| rank)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::assert_ascending;

    #[test]
    fn projects_keep_their_own_order() {
        assert_ascending(compare, &["0.9.8zh", "1.0.1f", "1.0.2", "1.0.2k", "1.0.2zb", "1.1.0"]);
        assert_ascending(compare, &["3.0.0-alpha17", "3.0.0-beta1", "3.0.0", "3.0.1"]);
        assert_ascending(compare, &["7.3p1", "7.4", "7.4p1", "7.4p2", "7.10"]);
        assert_ascending(compare, &["8c", "9", "9a", "9b", "9d"]);
        assert_ascending(compare, &["1.0a1", "1.0b2", "1.0-rc1", "1.0", "1.0-post2", "1.0.1"]);
        assert_ascending(compare, &["4.2.8", "4.2.8p10", "4.2.9"]);
        assert_ascending(compare, &["2.0~beta", "2.0", "2.0-1", "2.0-2"]);
    }

    #[test]
    fn spelling_has_no_weight() {
        for (left, right) in [
            ("v1.2", "1.2.0"),
            ("curl-7.64.0", "curl-7_64"),
            ("OpenSSL_1_1_1K", "1.1.1k"),
            ("1.0-rc1", "1-RC.1"),
        ] {
            assert_eq!(compare(left, right), Ordering::Equal, "{left} {right}");
        }
        for version in ["", "-", "*", "latest", "1 2", "1\u{e9}"] {
            assert!(!is_valid(version), "{version:?}");
        }
    }
}
