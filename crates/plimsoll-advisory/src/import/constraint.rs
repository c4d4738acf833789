//! Ranges as others write them, as ranges of the model.
//!
//! Trivy holds a version for vulnerable when it is in one of `VulnerableVersions` (or when there are
//! none) and in none of `PatchedVersions` and `UnaffectedVersions`
//! (<https://github.com/aquasecurity/trivy/blob/main/pkg/detector/library/compare/compare.go>).

use plimsoll_version::constraint::{complement, parse};
use plimsoll_version::{Interval, InvalidConstraint, Scheme, Syntax};

use crate::model::Range;

/// More ranges of one record than this are an attack: what is patched is subtracted from what is
/// vulnerable, and each subtraction goes through all of both.
const MOST_CONSTRAINTS: usize = 2000;

/// The affected versions of a record of Trivy's.
pub(super) fn ranges(
    syntax: Syntax,
    vulnerable: &[String],
    patched: &[String],
    unaffected: &[String],
) -> Result<Vec<Range>, String> {
    if vulnerable.len() + patched.len() + unaffected.len() > MOST_CONSTRAINTS {
        return Err("it has too many ranges".to_owned());
    }
    let (vulnerable, mut scheme) = intervals(syntax, vulnerable)?;
    let vulnerable = vulnerable.unwrap_or_else(|| vec![Interval::ALL]);
    let (fixes, others): (Vec<_>, Vec<_>) = patched.iter().partition(|text| is_version(text));
    let others: Vec<String> = others.into_iter().chain(unaffected).cloned().collect();
    let mut affected = vulnerable;
    // A lone version in `PatchedVersions` names the fix; it need not be cut out of the ranges
    // unless they say nothing themselves.
    if let (Some(secure), order) = intervals(syntax, &others)? {
        scheme = if order == Scheme::Generic { order } else { scheme };
        affected = without(scheme, &affected, &secure);
    }
    if affected == [Interval::ALL] && !fixes.is_empty() {
        // Only the first fix is known, and nothing says where the problem begins.
        let fixed = fixes
            .iter()
            .min_by(|left, right| scheme.compare(left, right).unwrap_or(std::cmp::Ordering::Equal));
        let fixed = fixed.map(|text| text.trim().to_owned());
        return Ok(vec![Range { fixed, ..Range::default() }]);
    }
    if affected.is_empty() {
        return Err("no version is left that is vulnerable".to_owned());
    }
    Ok(affected.into_iter().map(|interval| with_fix(scheme, range(interval), &fixes)).collect())
}

/// The versions of one of Grype's constraints; nothing stands for none at all.
pub(super) fn one(syntax: Syntax, constraint: &str) -> Result<Vec<Range>, String> {
    let texts = [constraint.to_owned()];
    let (found, _) = intervals(syntax, &texts)?;
    Ok(match found {
        None => Vec::new(),
        Some(found) if found == [Interval::ALL] => Vec::new(),
        Some(found) => found.into_iter().map(range).collect(),
    })
}

/// Whether a constraint says that no version is meant: nothing is below the first version.
pub(super) fn is_never(constraint: &str) -> bool {
    let compact: String = constraint.chars().filter(|sign| !sign.is_whitespace()).collect();
    matches!(&*compact, "<0" | "<v0" | "<0.0.0" | "<0:0")
}

/// The union of constraints, and the order in which it was read; nothing if one of them is empty
/// or there is none, which stands for every version.
fn intervals(
    syntax: Syntax,
    constraints: &[String],
) -> Result<(Option<Vec<Interval>>, Scheme), String> {
    let read = |syntax| {
        let mut found = Vec::new();
        for text in constraints {
            let text = text.trim();
            if text.is_empty() {
                return Ok(None);
            }
            let exact = format!("={text}");
            match parse(syntax, if is_version(text) { &exact } else { text }) {
                Ok(mut intervals) => found.append(&mut intervals),
                // Others may hold.
                Err(InvalidConstraint::MatchesNothing) if constraints.len() > 1 => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Some(found).filter(|found| !found.is_empty()))
    };
    match read(syntax) {
        Ok(found) => Ok((found, syntax.scheme())),
        // A version that its ecosystem cannot order keeps its text, so that whoever has the package
        // is told that nothing could be decided.
        Err(InvalidConstraint::Version(invalid)) => read(Syntax::Comparators(Scheme::Generic))
            .map(|found| (found, Scheme::Generic))
            .map_err(|_| invalid.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

/// Whether this is a version without any operator.
fn is_version(text: &str) -> bool {
    let text = text.trim();
    text.starts_with(|sign: char| sign.is_ascii_alphanumeric())
        && !text.contains([' ', ',', '|', '*', '<', '>', '=', '^'])
        && !text.ends_with(".x")
}

/// What is in the first and not in the second.
fn without(scheme: Scheme, set: &[Interval], other: &[Interval]) -> Vec<Interval> {
    let mut outside = complement(scheme, set);
    outside.extend_from_slice(other);
    complement(scheme, &outside)
}

fn range(interval: Interval) -> Range {
    let mut range = Range::default();
    if let Some(lower) = interval.lower {
        match lower.inclusive {
            // Before version 0 there is nothing.
            true if lower.version == "0" => {}
            true => range.introduced = Some(lower.version),
            false => range.after = Some(lower.version),
        }
    }
    if let Some(upper) = interval.upper {
        match upper.inclusive {
            true => range.last_affected = Some(upper.version),
            false => range.fixed = Some(upper.version),
        }
    }
    range
}

/// A range that ends with its last affected version gets the first fix behind that.
fn with_fix(scheme: Scheme, mut range: Range, fixes: &[&String]) -> Range {
    if let (Some(last), None) = (&range.last_affected, &range.fixed) {
        let is_behind = |fix: &&&String| scheme.compare(fix, last).is_ok_and(|order| order.is_gt());
        range.fixed = fixes
            .iter()
            .filter(is_behind)
            .min_by(|left, right| scheme.compare(left, right).unwrap_or(std::cmp::Ordering::Equal))
            .map(|fix| fix.trim().to_owned());
    }
    range
}

#[cfg(test)]
mod tests {
    use plimsoll_version::Ecosystem;

    use super::*;

    /// `introduced|after|fixed|last` of each range.
    fn shown(ranges: &[Range]) -> Vec<String> {
        let one = |text: &Option<String>| text.clone().unwrap_or_default();
        ranges
            .iter()
            .map(|range| {
                [&range.introduced, &range.after, &range.fixed, &range.last_affected]
                    .map(one)
                    .join("|")
            })
            .collect()
    }

    fn trivy(ecosystem: Ecosystem, lists: [&[&str]; 3]) -> Vec<String> {
        let [vulnerable, patched, unaffected] =
            lists.map(|list| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        shown(&ranges(ecosystem.syntax(), &vulnerable, &patched, &unaffected).unwrap())
    }

    #[test]
    fn githubs_ranges_and_fixes() {
        assert_eq!(trivy(Ecosystem::PyPi, [&["< 0.15.3"], &["0.15.3"], &[]]), ["||0.15.3|"]);
        assert_eq!(
            trivy(Ecosystem::Npm, [&[">= 1.0.0, < 1.2.0", "< 0.9.1"], &["1.2.0", "0.9.1"], &[]]),
            ["1.0.0||1.2.0|", "||0.9.1|"]
        );
        assert_eq!(trivy(Ecosystem::Maven, [&["<= 2.3"], &["3.0", "2.4"], &[]]), ["||2.4|2.3"]);
        assert_eq!(trivy(Ecosystem::Cargo, [&["= 1.2.0"], &[], &[]]), ["1.2.0|||1.2.0"]);
        assert_eq!(trivy(Ecosystem::Golang, [&["> 1.0.0, < 1.5.0"], &[], &[]]), ["|1.0.0|1.5.0|"]);
        assert_eq!(trivy(Ecosystem::Npm, [&[""], &[], &[]]), ["|||"]);
    }

    #[test]
    fn rubys_fixes_are_turned_around() {
        assert_eq!(
            trivy(Ecosystem::Gem, [&[], &["~> 4.2.11", ">= 5.0.1"], &["< 3.0.0"]]),
            ["3.0.0||4.2.11|", "4.3.A||5.0.1|"]
        );
        assert_eq!(trivy(Ecosystem::Gem, [&[], &[">= 1.5"], &[]]), ["||1.5|"]);
    }

    #[test]
    fn what_is_patched_is_cut_out() {
        assert_eq!(
            trivy(Ecosystem::Npm, [&["<3.0.0"], &[">=1.5.0 <2.0.0"], &[]]),
            ["||1.5.0|", "2.0.0||3.0.0|"]
        );
        assert_eq!(trivy(Ecosystem::Npm, [&[], &["1.2.3"], &[]]), ["||1.2.3|"]);
    }

    #[test]
    fn constraints_of_grype() {
        let deb = Syntax::Comparators(Scheme::Deb);
        assert_eq!(shown(&one(deb, "< 1.2-3").unwrap()), ["||1.2-3|"]);
        assert_eq!(shown(&one(deb, "").unwrap()), Vec::<String>::new());
        assert_eq!(
            shown(&one(Syntax::Npm, ">=1.0.0,<2.0.0 || =3.0.0").unwrap()),
            ["1.0.0||2.0.0|", "3.0.0|||3.0.0"]
        );
        assert!(is_never("< 0") && !is_never("< 0.1"));
    }

    #[test]
    fn a_version_without_order_keeps_its_text() {
        let syntax = Syntax::Comparators(Scheme::Semver);
        assert_eq!(shown(&one(syntax, "< release_7").unwrap()), ["||release_7|"]);
        assert!(one(syntax, "<").is_err());
    }
}
