//! npm's version order, as [node-semver][library] decides it: [Semantic Versioning](crate::semver),
//! with any number of leading `v`, `=` and spaces, as its loose mode takes them.
//!
//! [library]: https://github.com/npm/node-semver#versions

use std::cmp::Ordering;

use crate::semver;

/// Orders two versions.
pub fn compare(left: &str, right: &str) -> Ordering {
    semver::compare(bare(left), bare(right))
}

/// Whether npm would take this version in loose mode; fewer than three numbers are taken as well.
pub fn is_valid(version: &str) -> bool {
    semver::is_valid(bare(version))
}

fn bare(version: &str) -> &str {
    let start = version.trim_start_matches(|sign: char| sign.is_ascii_whitespace() || sign == '=');
    start.trim_start_matches(['v', '=', ' ']).trim_ascii_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_have_no_weight() {
        assert_eq!(compare("v1.2.3", " =v1.2.3 "), Ordering::Equal);
        assert_eq!(compare("1.2.3-0", "1.2.3-beta"), Ordering::Less);
        assert!(is_valid("= v1.2.3") && is_valid("1.2.3beta") && !is_valid("latest"));
    }
}
