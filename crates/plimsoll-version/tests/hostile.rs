//! Whatever is written, reading a range ends soon and with an answer that holds.

use std::cmp::Ordering;
use std::time::{Duration, Instant};

use plimsoll_version::constraint::{self, MAX_LENGTH, MAX_PARTS, MAX_TOGETHER, complement};
use plimsoll_version::{Interval, Scheme, Syntax};
use proptest::prelude::*;

/// Every syntax, with one of each form of comparators.
const SYNTAXES: [Syntax; 11] = [
    Syntax::Npm,
    Syntax::Ruby,
    Syntax::Composer,
    Syntax::Maven,
    Syntax::Pep440,
    Syntax::Nuget,
    Syntax::Cargo,
    Syntax::Go,
    Syntax::Comparators(Scheme::Generic),
    Syntax::Comparators(Scheme::Opam),
    Syntax::Comparators(Scheme::Deb),
];

/// The longest that the worst text may take in a build without optimisation, on a busy machine.
const LONGEST: Duration = Duration::from_secs(60);

/// Texts of the signs that ranges are made of.
const RANGE: &str =
    "([<>=!~^|\\[\\](), *x.-]|\\|\\||>=|<=|~>|~=|!=| - |[0-3]|1\\.2|\\.0|-rc\\.1|a|v|1!){0,16}";

/// Whether the order goes in a circle among these versions. Maven's does for texts that nobody
/// releases, `(` < `-rc.1` < `0` < `(`, and then no interval has two sides.
fn has_cycle(scheme: Scheme, intervals: &[Interval], version: &str) -> bool {
    let bounds = intervals.iter().flat_map(|one| one.lower.iter().chain(&one.upper));
    let mut versions: Vec<&str> = bounds.map(|bound| bound.version.as_str()).collect();
    versions.push(version);
    let less = |left: &str, right: &str| scheme.compare(left, right) == Ok(Ordering::Less);
    versions.iter().any(|a| {
        versions.iter().any(|b| less(a, b) && versions.iter().any(|c| less(b, c) && less(c, a)))
    })
}

#[test]
fn a_circle_is_seen() {
    let intervals = constraint::parse(Syntax::Maven, ">=(!=-rc.1").unwrap();
    assert!(has_cycle(Scheme::Maven, &intervals, "0"), "{intervals:?}");
    assert!(!has_cycle(Scheme::Maven, &intervals[..0], "1.0"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(3_000) })]

    #[test]
    fn every_text_has_an_answer(
        text in prop_oneof![8 => RANGE, 1 => any::<String>(), 1 => "[ -~]{0,20}"],
        version in "[0-3](\\.[0-3]){0,2}(-rc1|a1|\\.dev1)?",
    ) {
        for syntax in SYNTAXES {
            let scheme = syntax.scheme();
            let Ok(intervals) = constraint::parse(syntax, &text) else { continue };
            prop_assert!(!intervals.is_empty());
            let rest = complement(scheme, &intervals);
            if !scheme.is_valid(&version) || has_cycle(scheme, &intervals, &version) {
                continue;
            }
            let is_in = |intervals: &[Interval]| {
                intervals.iter().any(|interval| interval.contains(scheme, &version).unwrap())
            };
            prop_assert!(is_in(&intervals) != is_in(&rest), "{:?} {} {}", syntax, text, version);
            prop_assert_eq!(
                is_in(&complement(scheme, &rest)),
                is_in(&intervals),
                "{:?} {} {}", syntax, text, version
            );
        }
    }
}

#[test]
fn the_worst_texts_end_soon() {
    let start = Instant::now();
    for piece in [
        "!=1 ", "1.", "1-", "0.", "a1", "[1]", "(,1),", "||", ">=", "^1 ", "~", "1a", ".0-",
        "1 - 2 ",
    ] {
        let text = piece.repeat(MAX_LENGTH / piece.len());
        for syntax in SYNTAXES {
            // Whether it can be read is not the question.
            let _ = constraint::parse(syntax, &text);
            let _ = constraint::parse(syntax, &format!(">={text}"));
        }
        for scheme in Scheme::ALL {
            let _ = scheme.compare(&text, &format!("{text}1"));
        }
    }
    for syntax in SYNTAXES {
        let together: String = (0..MAX_TOGETHER).map(|n| format!("!={n}.0.0 ")).collect();
        let intervals = constraint::parse(syntax, &together).unwrap();
        assert_eq!(complement(syntax.scheme(), &intervals).len(), MAX_TOGETHER);
        let many = [together.as_str(); MAX_PARTS / MAX_TOGETHER].join("||");
        let intervals = constraint::parse(syntax, &many).unwrap();
        assert_eq!(complement(syntax.scheme(), &intervals).len(), MAX_TOGETHER);
    }
    assert!(start.elapsed() < LONGEST, "it took {:?}", start.elapsed());
}
