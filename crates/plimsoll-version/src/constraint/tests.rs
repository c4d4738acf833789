//! What each syntax reads, in its own words.

use super::*;

/// The intervals as `[1,2)` or `(,3]`.
fn read(syntax: Syntax, text: &str) -> String {
    let intervals = match parse(syntax, text) {
        Ok(intervals) => intervals,
        Err(error) => return format!("! {error}"),
    };
    let words: Vec<String> = intervals.iter().map(written).collect();
    words.join(" ")
}

fn written(interval: &Interval) -> String {
    let version =
        |bound: &Option<Bound>| bound.as_ref().map_or(String::new(), |bound| bound.version.clone());
    let inclusive = |bound: &Option<Bound>| bound.as_ref().is_some_and(|bound| bound.inclusive);
    format!(
        "{}{},{}{}",
        if inclusive(&interval.lower) { '[' } else { '(' },
        version(&interval.lower),
        version(&interval.upper),
        if inclusive(&interval.upper) { ']' } else { ')' },
    )
}

fn hold(syntax: Syntax, cases: &[(&str, &str)]) {
    for (text, intervals) in cases {
        assert_eq!(read(syntax, text), *intervals, "{text}");
    }
}

#[test]
fn npm_ranges() {
    hold(
        Syntax::Npm,
        &[
            (">=1.2.0 <2.0.0 || ^3.1.4", "[1.2.0,2.0.0) [3.1.4,4.0.0-0)"),
            (">=1.2 <2", "[1.2.0-0,2.0.0-0)"),
            ("~1.2.3", "[1.2.3,1.3.0-0)"),
            ("~1.2", "[1.2.0-0,1.3.0-0)"),
            ("~1", "[1.0.0-0,2.0.0-0)"),
            ("~>1.2.3", "[1.2.3,1.3.0-0)"),
            ("^0.2.3", "[0.2.3,0.3.0-0)"),
            ("^0.0.3-beta", "[0.0.3-beta,0.0.4-0)"),
            ("^0.0", "[0.0.0-0,0.1.0-0)"),
            ("^0.x", "[0.0.0-0,1.0.0-0)"),
            ("1.2.x", "[1.2.0-0,1.3.0-0)"),
            ("1", "[1.0.0-0,2.0.0-0)"),
            ("=v1.2.3", "[v1.2.3,v1.2.3]"),
            ("*", "(,)"),
            ("", "(,)"),
            ("1.2.3 - 2.3", "[1.2.3-0,2.4.0-0)"),
            ("1.2 - 2.3.4", "[1.2.0-0,2.3.4]"),
            (">1.2", "[1.3.0-0,)"),
            ("<=1.2", "(,1.3.0-0)"),
            ("< 1.5.2, >= 1.0.0", "[1.0.0,1.5.2)"),
            ("=1.0.0||=1.0.1", "[1.0.0,1.0.0] [1.0.1,1.0.1]"),
            (">2.0.0 <1.0.0", "! no version can be in the constraint"),
            (">=", "! no version stands behind \">=\""),
            ("latest", "! \"latest\" is not a valid Npm version"),
        ],
    );
}

#[test]
fn ruby_requirements() {
    hold(
        Syntax::Ruby,
        &[
            ("~> 5.2.4", "[5.2.4,5.3.A)"),
            ("~> 5.2.4, >= 5.2.4.3", "[5.2.4.3,5.3.A)"),
            ("~> 5", "[5,6.A)"),
            ("~> 2.0.0.rc1", "[2.0.0.rc1,2.1.A)"),
            ("!= 1.0", "(,1.0) (1.0,)"),
            (">=1 <2||>=3", "[1,2) [3,)"),
            ("1.0", "[1.0,1.0]"),
        ],
    );
}

#[test]
fn composer_constraints() {
    hold(
        Syntax::Composer,
        &[
            (">=2.0,<2.0.17|>=3", "[2.0,2.0.17) [3,)"),
            ("^1.2", "[1.2-dev,2-dev)"),
            ("^0.3.1", "[0.3.1-dev,0.4-dev)"),
            ("~1.2", "[1.2-dev,2-dev)"),
            ("~1.2.3-beta", "[1.2.3-beta,1.3-dev)"),
            ("1.0.*", "[1.0-dev,1.1-dev)"),
            ("1.0 - 2.0", "[1.0,2.1-dev)"),
            ("1.0.0 - 2.1.0", "[1.0.0,2.1.0]"),
            ("*", "(,)"),
            ("=3.2.7||<1", "[3.2.7,3.2.7] (,1)"),
            ("dev-main", "! \"dev-main\" is not a valid Composer version"),
        ],
    );
}

#[test]
fn maven_and_nuget_brackets() {
    hold(
        Syntax::Maven,
        &[
            ("[1.0,2.0)", "[1.0,2.0)"),
            ("(,1.5]", "(,1.5]"),
            ("[1.2]", "[1.2,1.2]"),
            ("(,1.0), [1.2,)||[3]", "(,1.0) [1.2,) [3,3]"),
            ("(,)", "(,)"),
            ("[2,1]", "! no version can be in the constraint"),
            ("[1,2", "! \"[1,2\" is no range in brackets"),
            ("[1,2,3]", "! \"[1,2,3]\" is no range in brackets"),
            ("(1)", "! \"(1)\" is no range in brackets"),
            (">=1.0,<2.0", "[1.0,2.0)"),
        ],
    );
    hold(
        Syntax::Nuget,
        &[
            ("[1.0.0-beta,2.0)(,0.5]", "[1.0.0-beta,2.0) (,0.5]"),
            ("1.0", "[1.0,)"),
            ("1.*", "[1-0,2-0)"),
            ("1.2.*", "[1.2-0,1.3-0)"),
            ("*", "(,)"),
        ],
    );
}

#[test]
fn python_specifiers() {
    hold(
        Syntax::Pep440,
        &[
            (">=1,<2", "[1,2)"),
            ("==1.*", "[1.dev0,2.dev0)"),
            ("!=1.4.*", "(,1.4.dev0) [1.5.dev0,)"),
            ("~=1.4.2", "[1.4.2,1.5.dev0)"),
            ("~=2.2.post3", "[2.2.post3,3.dev0)"),
            ("~=1", "! \"~=\" cannot be read before \"1\""),
            (">=1,!=1.5,<2", "[1,1.5) (1.5,2)"),
            ("==1!2.*", "[1!2.dev0,1!3.dev0)"),
            ("<2.5.3||>=2.6.0,<2.6.3||==2.7.0", "(,2.5.3) [2.6.0,2.6.3) [2.7.0,2.7.0]"),
        ],
    );
}

#[test]
fn cargo_requirements() {
    hold(
        Syntax::Cargo,
        &[
            (">= 1.0, < 2.0", "[1.0.0,2.0.0)"),
            ("^1.2", "[1.2.0,2.0.0-0)"),
            ("1.2.3", "[1.2.3,2.0.0-0)"),
            ("~1", "[1.0.0,2.0.0-0)"),
            ("=1.2.3", "[1.2.3,1.2.3]"),
            ("1.*", "[1.0.0,2.0.0-0)"),
            ("> 1.2", "[1.3.0,)"),
        ],
    );
}

#[test]
fn comparators() {
    hold(
        Syntax::Go,
        &[(">=v1.2.0 <v1.3.0||=v1.4.0", "[v1.2.0,v1.3.0) [v1.4.0,v1.4.0]"), ("*", "(,)")],
    );
    hold(
        Syntax::Comparators(Scheme::Generic),
        &[
            (">=1.1.1 <1.1.1k", "[1.1.1,1.1.1k)"),
            ("<9d", "(,9d)"),
            ("= 1.0", "[1.0,1.0]"),
            (">= 1.0, < 1.2", "[1.0,1.2)"),
            ("^1.0", "! \"^\" cannot be read before \"1.0\""),
            ("", "! the constraint is empty"),
            ("<1 ||", "! the constraint is empty"),
        ],
    );
}

#[test]
fn complements_fill_the_gaps() {
    let gaps = |text: &str| -> String {
        let intervals = parse(Syntax::Ruby, text).unwrap();
        let gaps: Vec<_> = complement(Scheme::RubyGems, &intervals).iter().map(written).collect();
        gaps.join(" ")
    };
    assert_eq!(gaps("~> 2.3.5 || >= 2.4.1 || < 1.0"), "[1.0,2.3.5) [2.4.A,2.4.1)");
    assert_eq!(gaps(">= 0"), "(,0)");
    assert_eq!(gaps("*"), "");
    assert_eq!(gaps("!= 1.5"), "[1.5,1.5]");
    assert_eq!(gaps(">= 1, < 5 || >= 2, < 3 || > 5"), "(,1) [5,5]");
    assert_eq!(complement(Scheme::Semver, &[]), [Interval::ALL]);
}

#[test]
fn a_version_is_in_an_interval_or_invalid() {
    let range = &parse(Syntax::Pep440, ">=1.0,<=2.0").unwrap()[0];
    assert_eq!(range.contains(Scheme::Pep440, "2.0+cu118"), Ok(true));
    assert_eq!(range.contains(Scheme::Pep440, "2.0.1"), Ok(false));
    assert_eq!(range.contains(Scheme::Pep440, "1.0rc1"), Ok(false));
    assert!(range.contains(Scheme::Pep440, "unknown").is_err());
    let zero = &parse(Syntax::Maven, "[0]").unwrap()[0];
    assert_eq!(zero.contains(Scheme::Maven, "0-alpha-1"), Ok(false));
    assert!(Interval::ALL.contains(Scheme::Pep440, "unknown").is_err());
}

#[test]
fn limits_hold() {
    let long = format!("<{}", "1".repeat(MAX_LENGTH));
    assert_eq!(
        parse(Syntax::Npm, &long),
        Err(InvalidConstraint::TooLong { length: MAX_LENGTH + 1 })
    );
    for text in ["!=1 ".repeat(MAX_TOGETHER + 1), "||".repeat(MAX_PARTS + 1)] {
        assert_eq!(parse(Syntax::Npm, &text), Err(InvalidConstraint::TooManyParts));
    }
    let many: String = (0..MAX_TOGETHER).map(|number| format!("!={number} ")).collect();
    assert_eq!(parse(Syntax::Ruby, &many).unwrap().len(), MAX_TOGETHER + 1);
    assert_eq!(
        parse(Syntax::Maven, &"[1]".repeat(MAX_PARTS + 1)),
        Err(InvalidConstraint::TooManyParts)
    );
}
