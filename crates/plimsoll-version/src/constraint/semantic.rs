//! npm's ranges and Cargo's requirements, which differ in little.

use super::comparators::{Comparator, Operator};
use super::partial::Partial;
use super::{Bound, Interval, InvalidConstraint};
use crate::Scheme;

/// Where the two differ.
pub(super) struct Flavour {
    scheme: Scheme,
    /// What a bare version means.
    bare: Operator,
    /// What stands behind the numbers of a lower bound of which some were missing: npm begins with
    /// the first pre-release when it is asked to take them, Cargo with the release.
    lowest: &'static str,
}

pub(super) const NPM: Flavour =
    Flavour { scheme: Scheme::Npm, bare: Operator::Equal, lowest: FIRST };

pub(super) const CARGO: Flavour =
    Flavour { scheme: Scheme::Semver, bare: Operator::Caret, lowest: "" };

/// Makes of a release's numbers the very first version with them.
const FIRST: &str = "-0";

/// Numbers of a semantic version.
const NUMBERS: usize = 3;

pub(super) fn expand(
    flavour: &Flavour,
    comparator: &Comparator<'_>,
) -> Result<Vec<Interval>, InvalidConstraint> {
    let Some(version) = Partial::parse(comparator.version, NUMBERS) else {
        // Four numbers and the like: the order knows them, operators that count numbers do not.
        return comparator.plain(flavour.scheme);
    };
    let is_full = version.is_full(NUMBERS);
    let operator = match comparator.operator {
        Operator::Bare if version.is_wild => Operator::Equal,
        Operator::Bare => flavour.bare,
        Operator::Pessimistic => Operator::Tilde,
        other => other,
    };
    if is_full && !matches!(operator, Operator::Tilde | Operator::Caret | Operator::From) {
        return comparator.plain_as(operator, flavour.scheme);
    }
    if !is_full && !version.suffix.is_empty() && !version.suffix.starts_with('+') {
        return comparator.plain_as(operator, flavour.scheme);
    }
    let Some(last) = version.numbers.len().checked_sub(1) else {
        return Ok(match operator {
            Operator::Less | Operator::Greater | Operator::NotEqual => Vec::new(),
            _ => vec![Interval::ALL],
        });
    };
    let floor = || {
        Bound::inclusive(if is_full {
            comparator.version.to_owned()
        } else {
            version.floor(NUMBERS) + flavour.lowest
        })
    };
    let behind = |index| version.raised(index, NUMBERS).ok_or_else(|| comparator.unknown());
    let end = |index| Ok::<_, InvalidConstraint>(Bound::exclusive(behind(index)? + FIRST));
    Ok(vec![match operator {
        Operator::Equal | Operator::Bare => Interval::between(floor(), end(last)?),
        Operator::Caret => Interval::between(floor(), end(version.leftmost())?),
        Operator::Tilde => Interval::between(floor(), end(last.min(1))?),
        // A hyphen's first version has its pre-releases with it.
        Operator::From if !version.suffix.starts_with('-') => {
            Interval::from(Bound::inclusive(version.floor(NUMBERS) + flavour.lowest))
        }
        Operator::GreaterEqual | Operator::From => Interval::from(floor()),
        Operator::Greater => Interval::from(Bound::inclusive(behind(last)? + flavour.lowest)),
        Operator::Less => {
            Interval::up_to(Bound::exclusive(version.floor(NUMBERS) + flavour.lowest))
        }
        Operator::LessEqual | Operator::Through => Interval::up_to(end(last)?),
        Operator::NotEqual => {
            let lower = Bound::exclusive(version.floor(NUMBERS) + flavour.lowest);
            let upper = Bound::inclusive(behind(last)? + FIRST);
            return Ok(vec![Interval::up_to(lower), Interval::from(upper)]);
        }
        Operator::Compatible | Operator::Pessimistic => return Err(comparator.unknown()),
    }])
}
