//! Python's version order, as the [version specifiers specification][spec] (once PEP 440) defines
//! it: `[epoch!]release[{a|b|rc}N][.postN][.devN][+local]`, in all the spellings that its section
//! on normalisation takes. Versions of before that specification have no place in the order.
//!
//! [spec]: https://packaging.python.org/en/latest/specifications/version-specifiers/

use std::cmp::Ordering;

use crate::digits;

/// Orders two versions; what is not a version comes before all that are.
pub fn compare(left: &str, right: &str) -> Ordering {
    match (Version::parse(left), Version::parse(right)) {
        (Some(left), Some(right)) => left.compare(&right),
        (None, None) => left.cmp(right),
        (left, right) => left.is_some().cmp(&right.is_some()),
    }
}

/// Whether Python's `packaging` takes this version.
pub fn is_valid(version: &str) -> bool {
    Version::parse(version).is_some()
}

/// The version without its local part: what a specifier without one compares with.
pub(crate) fn public(version: &str) -> &str {
    version.split_once('+').map_or(version, |(public, _)| public)
}

/// The words for the stages before a release, longest first where one begins another.
const STAGES: [(&str, u8); 8] = [
    ("alpha", 1),
    ("a", 1),
    ("beta", 2),
    ("b", 2),
    ("preview", 3),
    ("pre", 3),
    ("rc", 3),
    ("c", 3),
];

/// Words for what comes after a release, longest first.
const POSTS: [(&str, u8); 3] = [("post", 0), ("rev", 0), ("r", 0)];

const DEVELOPMENT: [(&str, u8); 1] = [("dev", 0)];

/// Stage of a development release that has no other stage: before all of them.
const BEFORE_STAGES: u8 = 0;

/// Stage of a release and of what follows it.
const RELEASE: u8 = 4;

struct Version<'v> {
    epoch: &'v [u8],
    release: &'v str,
    stage: Option<(u8, &'v [u8])>,
    post: Option<&'v [u8]>,
    development: Option<&'v [u8]>,
    local: Option<&'v str>,
}

impl<'v> Version<'v> {
    fn parse(version: &'v str) -> Option<Version<'v>> {
        let version = version.trim();
        let version = version.strip_prefix(['v', 'V']).unwrap_or(version);
        let (version, local) = match version.split_once('+') {
            Some((version, local)) => (version, Some(local)),
            None => (version, None),
        };
        let (epoch, version) = match version.split_once('!') {
            Some((epoch, version)) => (Some(epoch), version),
            None => (None, version),
        };
        let (release, rest) = split_release(version);
        let (stage, rest) = take_word(rest, &STAGES);
        let (post, rest) = match take_word(rest, &POSTS) {
            (None, _) => take_implicit_post(rest),
            (found, rest) => (found.map(|(_, number)| number), rest),
        };
        let (development, rest) = take_word(rest, &DEVELOPMENT);
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let is_label =
            |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric());
        let good = rest.is_empty()
            && !release.is_empty()
            && epoch.is_none_or(is_number)
            && local.is_none_or(|local| local.split(['.', '-', '_']).all(is_label));
        good.then(|| Version {
            epoch: epoch.unwrap_or_default().as_bytes(),
            release,
            stage,
            post,
            development: development.map(|(_, number)| number),
            local,
        })
    }

    fn compare(&self, other: &Version<'_>) -> Ordering {
        digits::compare(self.epoch, other.epoch)
            .then_with(|| crate::semver::compare_numbers(self.release, other.release))
            .then_with(|| {
                let ((left, left_number), (right, right_number)) = (self.stage(), other.stage());
                left.cmp(&right).then_with(|| digits::compare(left_number, right_number))
            })
            .then_with(|| compare_optional(self.post, other.post))
            .then_with(|| match (self.development, other.development) {
                (Some(left), Some(right)) => digits::compare(left, right),
                (left, right) => right.is_some().cmp(&left.is_some()),
            })
            .then_with(|| compare_local(self.local, other.local))
    }

    fn stage(&self) -> (u8, &'v [u8]) {
        match self.stage {
            Some(stage) => stage,
            None if self.post.is_none() && self.development.is_some() => (BEFORE_STAGES, b""),
            None => (RELEASE, b""),
        }
    }
}

/// The dotted numbers at the start, and the rest.
fn split_release(version: &str) -> (&str, &str) {
    let mut end = 0;
    loop {
        let number = &version[end..];
        let number = if end == 0 { number } else { number.strip_prefix('.').unwrap_or_default() };
        let length = digits::split(number.as_bytes()).0.len();
        if length == 0 {
            return version.split_at(end);
        }
        end += length + usize::from(end > 0);
    }
}

/// Takes `[-_.]?word[-_.]?number?` off the start: the word's value and the number's digits.
fn take_word<'v>(rest: &'v str, words: &[(&str, u8)]) -> (Option<(u8, &'v [u8])>, &'v str) {
    let text = rest.strip_prefix(['-', '_', '.']).unwrap_or(rest);
    for &(word, value) in words {
        let starts = text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        if starts {
            let behind = &text[word.len()..];
            let number = behind.strip_prefix(['-', '_', '.']).unwrap_or(behind);
            let (digits, _) = digits::split(number.as_bytes());
            return (Some((value, digits)), &number[digits.len()..]);
        }
    }
    (None, rest)
}

/// `1.0-5` is `1.0.post5`.
fn take_implicit_post(rest: &str) -> (Option<&[u8]>, &str) {
    if let Some(number) = rest.strip_prefix('-') {
        let (digits, _) = digits::split(number.as_bytes());
        if !digits.is_empty() {
            return (Some(digits), &number[digits.len()..]);
        }
    }
    (None, rest)
}

/// Nothing comes before any number.
fn compare_optional(left: Option<&[u8]>, right: Option<&[u8]>) -> Ordering {
    match (left, right) {
        (Some(left), Some(right)) => digits::compare(left, right),
        _ => left.is_some().cmp(&right.is_some()),
    }
}

/// Words without regard to case, before numbers; more segments come behind fewer.
fn compare_local(left: Option<&str>, right: Option<&str>) -> Ordering {
    let (Some(left), Some(right)) = (left, right) else {
        return left.is_some().cmp(&right.is_some());
    };
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let lower = |text: &str| text.to_ascii_lowercase();
    let (mut left, mut right) = (left.split(['.', '-', '_']), right.split(['.', '-', '_']));
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(left), Some(right)) => match (is_number(left), is_number(right)) {
                (true, true) => digits::compare(left.as_bytes(), right.as_bytes()),
                (false, false) => lower(left).cmp(&lower(right)),
                (left, right) => left.cmp(&right),
            },
        };
        if order.is_ne() {
            return order;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::assert_ascending;

    #[test]
    fn the_specifications_examples_hold() {
        assert_ascending(
            compare,
            &[
                "1.dev0",
                "1.0.dev456",
                "1.0a1",
                "1.0a2.dev456",
                "1.0a12.dev456",
                "1.0a12",
                "1.0b1.dev456",
                "1.0b2",
                "1.0b2.post345.dev456",
                "1.0b2.post345",
                "1.0rc1.dev456",
                "1.0rc1",
                "1.0",
                "1.0+abc.5",
                "1.0+abc.7",
                "1.0+5",
                "1.0.post456.dev34",
                "1.0.post456",
                "1.0.15",
                "1.1.dev1",
                "1!0.1",
            ],
        );
    }

    #[test]
    fn other_spellings_are_the_same() {
        for (left, right) in [
            ("1.1RC1", "1.1rc1"),
            ("1.0-alpha.1", "1.0a1"),
            ("1.0_beta", "1.0b0"),
            ("1.0preview2", "1.0rc2"),
            ("1.0-1", "1.0.post1"),
            ("1.0.rev3", "1.0.post3"),
            (" v1.0\n", "1"),
            ("1.0+ubuntu-1", "1.0+UBUNTU.1"),
            ("00!1.00", "1"),
            ("1.7.b1", "1.7b1"),
        ] {
            assert!(is_valid(left) && is_valid(right), "{left} {right}");
            assert_eq!(compare(left, right), Ordering::Equal, "{left} {right}");
        }
        for version in
            ["", "a", "1.", "1.0x", "1.0+", "1.0+a..b", "!1", "1.0--1", "1 .0", "2004d-x"]
        {
            assert!(!is_valid(version), "{version:?}");
        }
    }
}
