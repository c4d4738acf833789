//! OCaml's version order, as the [opam manual][manual] defines it: Debian's comparison of an
//! upstream version ([`crate::deb`]), applied to the whole text, without epoch or revision.
//!
//! [manual]: https://opam.ocaml.org/doc/Manual.html#Version-ordering

use std::cmp::Ordering;

use crate::deb;

/// Orders two versions.
pub fn compare(left: &str, right: &str) -> Ordering {
    deb::compare_part(left.as_bytes(), right.as_bytes())
}

/// Whether opam takes this version: letters, digits and `-_+.~`, at least one.
pub fn is_valid(version: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b"-_+.~".contains(&byte);
    !version.is_empty() && version.bytes().all(good)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::assert_ascending;

    #[test]
    fn the_manuals_examples_hold() {
        assert_ascending(
            compare,
            &[
                "~~", "~", "~beta2", "~beta10", "0.1", "1.0~beta", "1.0", "1.0-test", "1.0.1",
                "1.0.10",
            ],
        );
        assert_eq!(compare("1.00", "1.0"), Ordering::Equal);
        assert!(is_valid("v0.16.1") && is_valid("dev") && !is_valid("") && !is_valid("1:2"));
    }
}
