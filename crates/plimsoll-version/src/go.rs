//! Versions of Go modules, of the standard library and of the toolchain.
//!
//! Modules follow [Semantic Versioning with a `v`][modules], which the vulnerability database
//! leaves out; pseudo-versions are pre-releases, `+incompatible` has no weight. A toolchain has
//! [its own form][toolchain] (`go1.21.3`, `go1.21rc2`), which the [database][database] writes as a
//! semantic version (`1.21.3`, `1.21.0-rc.2`). All of them stand in one order here. As Go has it
//! since 1.21, `go1.21` is the language, older than each of its releases, while `go1.20` and what
//! came before are releases.
//!
//! The database cuts some pseudo-versions behind their time (`0.0.0-20220724015452`). As a semantic
//! version that is older than every whole one; here it stands at its time.
//!
//! [modules]: https://go.dev/ref/mod#versions
//! [toolchain]: https://go.dev/doc/toolchain#version
//! [database]: https://go.dev/doc/security/vuln/database

use std::cmp::Ordering;

use crate::digits;
use crate::semver::{self, Parts};

/// The first minor version whose bare number names the language and not a release.
const FIRST_WITH_LANGUAGE_VERSION: &[u8] = b"21";

/// Digits of the time in a pseudo-version.
const TIME_DIGITS: usize = 14;

/// Orders two versions.
pub fn compare(left: &str, right: &str) -> Ordering {
    let (left, right) = (Version::of(left), Version::of(right));
    semver::compare_numbers(left.numbers, right.numbers)
        .then_with(|| left.stage.compare(&right.stage))
}

/// Whether this is a module version, with or without its `v`, or a released toolchain's. `(devel)`
/// and toolchains that were built from no release are not.
pub fn is_valid(version: &str) -> bool {
    let version = Version::of(version);
    version.numbers.split('.').all(|number| !number.is_empty())
        && match version.stage {
            Stage::Module(ref parts) => parts.are_valid(),
            Stage::Language => true,
            Stage::Toolchain { word, number } => {
                matches!(word, "alpha" | "beta" | "rc")
                    && !number.is_empty()
                    && number.bytes().all(|byte| byte.is_ascii_digit())
            }
        }
}

struct Version<'v> {
    numbers: &'v str,
    stage: Stage<'v>,
}

/// What stands behind the numbers.
enum Stage<'v> {
    /// A semantic version's pre-release, or none.
    Module(Parts<'v>),
    /// The language that a toolchain implements; the database's `-0`.
    Language,
    /// `rc2`: the database's `-rc.2`.
    Toolchain { word: &'v str, number: &'v str },
}

impl<'v> Version<'v> {
    fn of(version: &'v str) -> Version<'v> {
        let (version, is_toolchain) = match version.strip_prefix("go") {
            // Behind the version stand a vendor's suffix, or experiments: `go1.22.1 X:boringcrypto`.
            Some(rest) => (rest.split([' ', '-', '+']).next().unwrap_or(rest), true),
            None => (version.strip_prefix('v').unwrap_or(version), false),
        };
        let end = version.find(|sign: char| !sign.is_ascii_digit() && sign != '.');
        let (numbers, rest) = version.split_at(end.unwrap_or(version.len()));
        let stage = match rest.bytes().next() {
            Some(letter) if letter.is_ascii_lowercase() => {
                let end = rest.find(|sign: char| sign.is_ascii_digit()).unwrap_or(rest.len());
                let (word, number) = rest.split_at(end);
                Stage::Toolchain { word, number }
            }
            None if is_toolchain && is_language(numbers) => Stage::Language,
            _ => Stage::Module(Parts::of_bare(version)),
        };
        Version { numbers, stage }
    }
}

/// Whether these are two numbers of which the second is 21 or more.
fn is_language(numbers: &str) -> bool {
    numbers.split_once('.').is_some_and(|(_, minor)| {
        !minor.contains('.')
            && digits::compare(minor.as_bytes(), FIRST_WITH_LANGUAGE_VERSION).is_ge()
    })
}

impl Stage<'_> {
    fn compare(&self, other: &Stage<'_>) -> Ordering {
        self.identifiers(|left| {
            other.identifiers(|right| semver::compare_prerelease(left, right, compare_identifiers))
        })
    }

    /// Hands over the pre-release in its semantic form.
    fn identifiers(&self, then: impl Fn(Option<&str>) -> Ordering) -> Ordering {
        match self {
            Stage::Module(parts) => then(parts.prerelease),
            Stage::Language => then(Some("0")),
            Stage::Toolchain { word, number } => then(Some(&format!("{word}.{number}"))),
        }
    }
}

/// Orders two identifiers of a pre-release, times as text.
fn compare_identifiers(left: &str, right: &str) -> Ordering {
    let is_number = |text: &str| text.len() != TIME_DIGITS && semver::is_number(text);
    semver::compare_identifiers_by(left, right, is_number, str::cmp)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::assert_ascending;

    #[test]
    fn modules_and_toolchains_have_one_order() {
        assert_ascending(
            compare,
            &[
                "v0.0.0-20190101000000-aaaaaaaaaaaa",
                "0.0.0-20200101000000",
                "v0.0.0-20200101000000-000000000000",
                "0.0.0-20200101000001",
                "0.0.0",
                "v1.2.3-rc.1",
                "v1.2.3-rc.1.0.20200101000000-000000000000",
                "v1.2.3",
                "go1.19",
                "go1.20rc1",
                "go1.20",
                "go1.20.1",
                "go1.21",
                "go1.21rc2",
                "1.21.0-rc.3",
                "go1.21.0",
                "1.21.1",
                "v2.0.0+incompatible",
                "v2.0.1",
            ],
        );
        assert_eq!(compare("v2.0.0+incompatible", "2.0.0"), Ordering::Equal);
        assert_eq!(compare("go1.21rc2", "1.21.0-rc.2"), Ordering::Equal);
        assert_eq!(compare("1.21rc2", "go1.21rc2"), Ordering::Equal);
        assert_eq!(compare("go1.20", "1.20.0"), Ordering::Equal);
        assert_eq!(compare("go1.22.1 X:boringcrypto", "1.22.1"), Ordering::Equal);
        assert_eq!(compare("go1.22.1-custom", "go1.22.1"), Ordering::Equal);
    }

    #[test]
    fn what_has_no_number_is_invalid() {
        for version in ["", "(devel)", "devel go1.22-4d8", "v", "go", "1.2x3", "go1.2rc", "v1.2.3-"]
        {
            assert!(!is_valid(version), "{version:?}");
        }
        for version in ["v1.2.3", "1.2", "0", "go1.21.3", "1.21rc2", "v0.0.0-20190101000000-abcdef"]
        {
            assert!(is_valid(version), "{version:?}");
        }
    }
}
