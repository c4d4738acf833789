//! Haskell's version order: dotted numbers, compared as lists, as the [Package Versioning
//! Policy][policy] asks; `1.0` < `1.0.0`. The compiler's versions (GHC) have the same form.
//!
//! [policy]: https://pvp.haskell.org/#version-numbers

use std::cmp::Ordering;

use crate::digits;

/// Orders two versions.
pub fn compare(left: &str, right: &str) -> Ordering {
    digits::compare_lists(left.split('.'), right.split('.'))
}

/// Whether this is dotted numbers.
pub fn is_valid(version: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    version.split('.').all(is_number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::assert_ascending;

    #[test]
    fn longer_lists_come_behind() {
        assert_ascending(compare, &["0.9", "1", "1.0", "1.0.0", "1.0.1", "1.2", "1.10"]);
        assert!(is_valid("9.4.7") && !is_valid("9.4.7-rc1") && !is_valid("1..2") && !is_valid(""));
    }
}
