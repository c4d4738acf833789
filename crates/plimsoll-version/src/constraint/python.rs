//! Python's version specifiers.

use super::comparators::{Comparator, Operator};
use super::partial::{Partial, join};
use super::{Bound, Interval, InvalidConstraint};
use crate::Scheme;

/// Makes of a release's numbers the very first version with them.
const FIRST: &str = ".dev0";

/// The most numbers of a version of which some are left open.
const MOST_NUMBERS: usize = 32;

pub(super) fn expand(comparator: &Comparator<'_>) -> Result<Vec<Interval>, InvalidConstraint> {
    let (epoch, text) = match comparator.version.split_once('!') {
        Some((epoch, text)) => (format!("{epoch}!"), text),
        None => (String::new(), comparator.version),
    };
    let prefix = || Partial::parse(text, MOST_NUMBERS).ok_or_else(|| comparator.unknown());
    let end = |version: &Partial<'_>, index| match version.raised(index, 0) {
        Some(numbers) => Ok(format!("{epoch}{numbers}{FIRST}")),
        None => Err(comparator.unknown()),
    };
    match (comparator.operator, text.strip_suffix(".*")) {
        (Operator::Equal | Operator::Bare | Operator::NotEqual, Some(_)) => {
            let version = prefix()?;
            let Some(last) = version.numbers.len().checked_sub(1) else {
                return Err(comparator.unknown());
            };
            let first = format!("{epoch}{}{FIRST}", join(version.numbers.iter().copied()));
            let end = end(&version, last)?;
            Ok(if comparator.operator == Operator::NotEqual {
                vec![
                    Interval::up_to(Bound::exclusive(first)),
                    Interval::from(Bound::inclusive(end)),
                ]
            } else {
                vec![Interval::between(Bound::inclusive(first), Bound::exclusive(end))]
            })
        }
        (Operator::Compatible, None) => {
            let version = prefix()?;
            match version.numbers.len().checked_sub(2) {
                Some(index) if !version.is_wild => Ok(vec![Interval::between(
                    Bound::inclusive(comparator.version),
                    Bound::exclusive(end(&version, index)?),
                )]),
                _ => Err(comparator.unknown()),
            }
        }
        _ => comparator.plain(Scheme::Pep440),
    }
}
