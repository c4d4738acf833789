//! RubyGems' requirements.

use super::comparators::{Comparator, Operator};
use super::partial::join;
use super::{Bound, Interval, InvalidConstraint};
use crate::{Scheme, rubygems};

/// Behind the numbers of a release: a word before all that pre-releases are called by.
const FIRST: &str = ".A";

pub(super) fn expand(comparator: &Comparator<'_>) -> Result<Vec<Interval>, InvalidConstraint> {
    if comparator.operator != Operator::Pessimistic {
        return comparator.plain(Scheme::RubyGems);
    }
    // `~> 5.2.4` goes up to 5.3, `~> 5` up to 6.
    let numbers: Option<Vec<u64>> =
        rubygems::leading_numbers(comparator.version).map(|number| number.parse().ok()).collect();
    let mut numbers = numbers.ok_or_else(|| comparator.unknown())?;
    if numbers.len() > 1 {
        numbers.pop();
    }
    let raised = numbers.last_mut().and_then(|last| Some((last.checked_add(1)?, last)));
    let (raised, last) = raised.ok_or_else(|| comparator.unknown())?;
    *last = raised;
    let end = join(numbers.into_iter()) + FIRST;
    Ok(vec![Interval::between(Bound::inclusive(comparator.version), Bound::exclusive(end))])
}
