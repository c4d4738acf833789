//! R's version order, as [`package_version`][manual] decides it: numbers between points and
//! hyphens, which mean the same, compared as lists; `1.0` < `1.0-1` = `1.0.1`.
//!
//! [manual]: https://stat.ethz.ch/R-manual/R-devel/library/base/html/numeric_version.html

use std::cmp::Ordering;

use crate::digits;

/// Orders two versions.
pub fn compare(left: &str, right: &str) -> Ordering {
    digits::compare_lists(left.split(['.', '-']), right.split(['.', '-']))
}

/// Whether R takes this version; one number alone is taken too, which R allows for its own.
pub fn is_valid(version: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    version.split(['.', '-']).all(is_number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::assert_ascending;

    #[test]
    fn hyphens_are_points() {
        assert_ascending(compare, &["0.1-3", "1.0", "1.0-1", "1.0-9", "1.0-10", "1.0.10.1", "1.2"]);
        assert_eq!(compare("1.0-1", "1.0.1"), Ordering::Equal);
        assert!(is_valid("3.4-5") && !is_valid("1.0-") && !is_valid("1.0a"));
    }
}
