//! To be written by the version work.

use std::cmp::Ordering;

/// Orders two versions.
pub fn compare(left: &str, right: &str) -> Ordering {
    left.cmp(right)
}

/// Whether the version has the scheme's form.
pub fn is_valid(version: &str) -> bool {
    !version.is_empty()
}
