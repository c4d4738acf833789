//! Composer's constraints.

use super::comparators::{Comparator, Operator};
use super::partial::Partial;
use super::{Bound, Interval, InvalidConstraint};
use crate::Scheme;

/// Composer has four numbers.
const NUMBERS: usize = 4;

/// Makes of a release's numbers the very first version with them.
const FIRST: &str = "-dev";

/// Fewer numbers than these at the end of a hyphen's range stand for all that begin with them.
const NUMBERS_OF_ONE_VERSION: usize = 3;

pub(super) fn expand(comparator: &Comparator<'_>) -> Result<Vec<Interval>, InvalidConstraint> {
    let plain = || comparator.plain(Scheme::Composer);
    let Some(version) = Partial::parse(comparator.version, NUMBERS) else { return plain() };
    let Some(last) = version.numbers.len().checked_sub(1) else { return plain() };
    let first = || {
        let named = comparator.version.trim_end_matches(['.', '*', 'x', 'X']);
        let first = if version.suffix.is_empty() { FIRST } else { "" };
        Bound::inclusive(format!("{named}{first}"))
    };
    let end = |index| match version.raised(index, 0) {
        Some(numbers) => Ok(Bound::exclusive(numbers + FIRST)),
        None => Err(comparator.unknown()),
    };
    let ends_open = version.numbers.len() < NUMBERS_OF_ONE_VERSION && version.suffix.is_empty();
    Ok(vec![match comparator.operator {
        Operator::Bare | Operator::Equal if version.is_wild && version.suffix.is_empty() => {
            Interval::between(first(), end(last)?)
        }
        Operator::Tilde => Interval::between(first(), end(last.saturating_sub(1))?),
        Operator::Caret => Interval::between(first(), end(version.leftmost())?),
        Operator::Through if ends_open => Interval::up_to(end(last)?),
        _ => return plain(),
    }])
}
