//! What the tests of several orders share.

use std::cmp::Ordering;

/// Holds that each version comes before all those behind it, and after all those before it.
pub(crate) fn assert_ascending(order: fn(&str, &str) -> Ordering, versions: &[&str]) {
    for (index, left) in versions.iter().enumerate() {
        assert_eq!(order(left, left), Ordering::Equal, "{left} and itself");
        for right in &versions[index + 1..] {
            assert_eq!(order(left, right), Ordering::Less, "{left} {right}");
            assert_eq!(order(right, left), Ordering::Greater, "{right} {left}");
        }
    }
}
