//! Maven's and NuGet's intervals in brackets.

use super::comparators::Comparator;
use super::partial::Partial;
use super::{Bound, Interval, InvalidConstraint, MAX_PARTS};
use crate::Scheme;

/// Reads intervals one behind the other, with commas, bars or nothing between them.
pub(super) fn parse(text: &str) -> Result<Vec<Interval>, InvalidConstraint> {
    let mut intervals = Vec::new();
    let mut rest = text;
    loop {
        rest =
            rest.trim_start_matches(|sign: char| sign.is_whitespace() || matches!(sign, ',' | '|'));
        if rest.is_empty() {
            return Ok(intervals);
        }
        if intervals.len() == MAX_PARTS {
            return Err(InvalidConstraint::TooManyParts);
        }
        let wrong = || InvalidConstraint::Brackets { text: rest.to_owned() };
        let from_inclusive = rest.starts_with('[');
        let inside = rest.strip_prefix(['[', '(']).ok_or_else(wrong)?;
        let end = inside.find([']', ')']).ok_or_else(wrong)?;
        let to_inclusive = inside[end..].starts_with(']');
        let versions = &inside[..end];
        if versions.contains(['[', '(']) {
            return Err(wrong());
        }
        let bound = |version: &str, inclusive| {
            let version = version.trim();
            (!version.is_empty()).then(|| Bound { version: version.to_owned(), inclusive })
        };
        intervals.push(match versions.split_once(',') {
            Some((_, upper)) if upper.contains(',') => return Err(wrong()),
            Some((lower, upper)) => {
                Interval { lower: bound(lower, from_inclusive), upper: bound(upper, to_inclusive) }
            }
            None if from_inclusive && to_inclusive && !versions.trim().is_empty() => {
                Interval::exactly(versions.trim())
            }
            None => return Err(wrong()),
        });
        rest = &inside[end + 1..];
    }
}

/// NuGet's bare versions: `1.0` is that or any later one, `1.*` every one that begins so.
pub(super) fn floating(comparator: &Comparator<'_>) -> Result<Vec<Interval>, InvalidConstraint> {
    /// NuGet has four numbers.
    const NUMBERS: usize = 4;

    match Partial::parse(comparator.version, NUMBERS) {
        Some(version) if version.is_wild && version.suffix.is_empty() => {
            let last = version.numbers.len().checked_sub(1);
            let end = last.and_then(|last| version.raised(last, 0));
            let end = end.ok_or_else(|| comparator.unknown())?;
            let first = version.floor(version.numbers.len());
            Ok(vec![Interval::between(
                Bound::inclusive(first + "-0"),
                Bound::exclusive(end + "-0"),
            )])
        }
        _ => {
            Scheme::NuGet.check(comparator.version)?;
            Ok(vec![Interval::from(Bound::inclusive(comparator.version))])
        }
    }
}
