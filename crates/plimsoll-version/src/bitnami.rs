//! Versions of Bitnami's packages: [Semantic Versioning](crate::semver) with a revision behind it
//! that makes a version newer.
//!
//! The metadata inside an image counts revisions as `1.2.3-4`, tags write `1.2.3-debian-12-r4`, and
//! [the vulnerability database][database] leaves revisions out: `1.2.3` is `1.2.3-0`. A hyphen
//! with anything else behind it (`1.2.3-rc.1`) begins a pre-release.
//!
//! [database]: https://github.com/bitnami/vulndb#readme

use std::cmp::Ordering;

use crate::{digits, semver};

/// Orders two versions.
pub fn compare(left: &str, right: &str) -> Ordering {
    let ((left, left_revision), (right, right_revision)) = (split(left), split(right));
    semver::compare(left, right)
        .then_with(|| digits::compare(left_revision.as_bytes(), right_revision.as_bytes()))
}

/// Whether this is a semantic version with or without a revision.
pub fn is_valid(version: &str) -> bool {
    semver::is_valid(split(version).0)
}

/// The version of the upstream project, and the digits of Bitnami's revision.
fn split(version: &str) -> (&str, &str) {
    let Some((upstream, last)) = version.rsplit_once('-') else { return (version, "") };
    let revision = last.strip_prefix('r').unwrap_or(last);
    if revision.is_empty() || !revision.bytes().all(|byte| byte.is_ascii_digit()) {
        return (version, "");
    }
    // The distribution that a tag names, `-debian-12`.
    let upstream = match upstream.rsplit_once('-') {
        Some((front, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => {
            match front.rsplit_once('-') {
                Some((front, "debian" | "ol" | "photon")) => front,
                _ => upstream,
            }
        }
        _ => upstream,
    };
    (upstream, revision)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::assert_ascending;

    #[test]
    fn revisions_make_a_version_newer() {
        assert_ascending(
            compare,
            &[
                "1.2.2",
                "1.2.3-rc.1",
                "1.2.3",
                "1.2.3-1",
                "1.2.3-debian-12-r2",
                "1.2.3-r10",
                "1.2.4",
            ],
        );
        assert_eq!(compare("1.2.3-0", "1.2.3"), Ordering::Equal);
        assert!(is_valid("10.11.6-debian-12-r0") && !is_valid("latest-r1"));
    }
}
