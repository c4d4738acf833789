//! What every order must keep, on any text: it answers, it answers the same when turned round, and
//! it does not run in circles.

use std::cmp::Ordering;

use plimsoll_version::{
    Scheme, apk, bitnami, composer, cpan, cran, deb, generic, go, hackage, maven, npm, nuget, opam,
    pacman, pep440, rpm, rubygems, semver,
};
use proptest::prelude::*;

/// Short texts of few signs, so that equal beginnings are common.
const CLOSE: &str = "[019]{1,2}([.~^_+:a-]|rc|_p|_git|-r|00|[0-9]){0,5}";

fn text() -> impl Strategy<Value = String> {
    prop_oneof![4 => CLOSE, 1 => any::<String>(), 1 => "[ -~]{0,12}"]
}

/// The same for languages: stages, hyphens, builds, letters, prefixes.
const LANGUAGE: &str = "(v|=|go|1!)?[019]{1,2}([.~_+-]|\\.0|\\.x|rc|a|b|-0|-alpha|\\.post|\\.dev|-ga|-sp|-SNAPSHOT|k|[0-9]){0,6}";

fn language_text() -> impl Strategy<Value = String> {
    prop_oneof![4 => LANGUAGE, 1 => any::<String>(), 1 => "[ -~]{0,12}"]
}

type Order = fn(&str, &str) -> Ordering;

/// The orders of languages, as functions that answer for every text.
const LANGUAGES: [(&str, Order); 15] = [
    ("bitnami", bitnami::compare),
    ("composer", composer::compare),
    ("cpan", cpan::compare),
    ("cran", cran::compare),
    ("generic", generic::compare),
    ("go", go::compare),
    ("hackage", hackage::compare),
    ("maven", maven::compare),
    ("npm", npm::compare),
    ("nuget", nuget::compare),
    ("opam", opam::compare),
    ("pep440", pep440::compare),
    ("rubygems", rubygems::compare),
    ("semver", semver::compare),
    ("semverbuild", semver::compare_with_build),
];

fn turned_round(order: fn(&str, &str) -> Ordering, left: &str, right: &str) -> bool {
    order(left, left).is_eq() && order(left, right) == order(right, left).reverse()
}

/// Sorts three and looks at all pairs: a circle shows as a pair out of order.
fn no_circle(order: fn(&str, &str) -> Ordering, three: &[String; 3]) -> bool {
    let [a, b, c] = three.each_ref().map(String::as_str);
    for (a, b, c) in [(a, b, c), (b, c, a), (c, a, b), (a, c, b), (c, b, a), (b, a, c)] {
        if order(a, b).is_le() && order(b, c).is_le() {
            let strict = order(a, b).is_lt() || order(b, c).is_lt();
            let outer = order(a, c);
            if outer.is_gt() || strict != outer.is_lt() {
                return false;
            }
        }
    }
    true
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4_000) })]

    #[test]
    fn orders_are_the_same_when_turned_round(left in text(), right in text()) {
        for order in [apk::compare, deb::compare, pacman::compare, rpm::compare] {
            prop_assert!(turned_round(order, &left, &right));
        }
    }

    #[test]
    fn orders_have_no_circle(a in text(), b in text(), c in text()) {
        let three = [a, b, c];
        prop_assert!(no_circle(deb::compare, &three), "deb");
        prop_assert!(no_circle(rpm::compare, &three), "rpm");
        prop_assert!(no_circle(apk::compare, &three), "apk");
    }

    // pacman's own order has circles where separators come twice or at the end ("1..a" < "1." <
    // "1.5" < "1..a"), and where only some versions have a release.
    #[test]
    fn pacman_has_no_circle_among_tidy_versions(
        a in "([12]:)?[019a]([._+]?[0-9ab]){0,4}-[12]",
        b in "([12]:)?[019a]([._+]?[0-9ab]){0,4}-[12]",
        c in "([12]:)?[019a]([._+]?[0-9ab]){0,4}-[12]",
    ) {
        prop_assert!(no_circle(pacman::compare, &[a, b, c]));
    }

    #[test]
    fn languages_are_the_same_when_turned_round(left in language_text(), right in language_text()) {
        for (name, order) in LANGUAGES {
            prop_assert!(turned_round(order, &left, &right), "{}", name);
        }
    }

    #[test]
    fn languages_have_no_circle(
        a in language_text(),
        b in language_text(),
        c in language_text(),
    ) {
        let three = [a, b, c];
        for (name, order) in LANGUAGES.into_iter().filter(|(name, _)| *name != "maven") {
            prop_assert!(no_circle(order, &three), "{}", name);
        }
    }

    // Maven's own order has circles among versions that do not begin with a number ("0-alpha" < "" <
    // "v9" < "0-alpha"), and ours copies it.
    #[test]
    fn maven_has_no_circle_among_tidy_versions(
        a in "[0-9]{1,2}([.][0-9]){0,3}(-(alpha|beta|milestone|rc|snapshot|sp)(-?[0-9])?)?",
        b in "[0-9]{1,2}([.][0-9]){0,3}(-(alpha|beta|milestone|rc|snapshot|sp)(-?[0-9])?)?",
        c in "[0-9]{1,2}([.][0-9]){0,3}(-(alpha|beta|milestone|rc|snapshot|sp)(-?[0-9])?)?",
    ) {
        prop_assert!(no_circle(maven::compare, &[a, b, c]));
    }

    #[test]
    fn a_scheme_orders_exactly_the_valid_versions(
        left in prop_oneof![text(), language_text()],
        right in prop_oneof![text(), language_text()],
    ) {
        for scheme in Scheme::ALL {
            let both = scheme.is_valid(&left) && scheme.is_valid(&right);
            prop_assert_eq!(scheme.compare(&left, &right).is_ok(), both);
        }
    }
}
