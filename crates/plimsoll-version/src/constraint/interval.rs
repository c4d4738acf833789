//! Sets of versions between two bounds.

use std::cmp::Ordering;

use crate::{InvalidVersion, Place, Range, Scheme};

/// All versions between two bounds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Interval {
    /// Where it begins; nothing for the very first version.
    pub lower: Option<Bound>,
    /// Where it ends; nothing for the very last version.
    pub upper: Option<Bound>,
}

/// One end of an interval.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Bound {
    /// The version.
    pub version: String,
    /// Whether the version itself is in the interval.
    pub inclusive: bool,
}

impl Bound {
    pub(super) fn inclusive(version: impl Into<String>) -> Bound {
        Bound { version: version.into(), inclusive: true }
    }

    pub(super) fn exclusive(version: impl Into<String>) -> Bound {
        Bound { version: version.into(), inclusive: false }
    }

    /// The bound of what lies on the other side of this one.
    fn turned(&self) -> Bound {
        Bound { version: self.version.clone(), inclusive: !self.inclusive }
    }
}

impl Interval {
    /// Every version.
    pub const ALL: Interval = Interval { lower: None, upper: None };

    pub(super) fn from(bound: Bound) -> Interval {
        Interval { lower: Some(bound), upper: None }
    }

    pub(super) fn up_to(bound: Bound) -> Interval {
        Interval { lower: None, upper: Some(bound) }
    }

    pub(super) fn between(lower: Bound, upper: Bound) -> Interval {
        Interval { lower: Some(lower), upper: Some(upper) }
    }

    pub(super) fn exactly(version: &str) -> Interval {
        Interval::between(Bound::inclusive(version), Bound::inclusive(version))
    }

    /// Whether a version is in the interval; see [`Range::place`]. Here `0` is a version like others,
    /// and has pre-releases before it.
    pub fn contains(&self, scheme: Scheme, version: &str) -> Result<bool, InvalidVersion> {
        Ok(Range::from(self).place_by_order(scheme, version)? == Place::Within)
    }

    /// Whether no version can be in the interval.
    pub(super) fn is_empty(&self, scheme: Scheme) -> bool {
        let (Some(lower), Some(upper)) = (&self.lower, &self.upper) else { return false };
        match scheme.order(&lower.version, &upper.version) {
            Ordering::Less => false,
            Ordering::Equal => !(lower.inclusive && upper.inclusive),
            Ordering::Greater => true,
        }
    }

    fn intersection(&self, other: &Interval, scheme: Scheme) -> Option<Interval> {
        let later =
            |left, right| if compare_lower(scheme, left, right).is_lt() { right } else { left };
        let sooner =
            |left, right| if compare_upper(scheme, left, right).is_gt() { right } else { left };
        let both = Interval {
            lower: later(&self.lower, &other.lower).clone(),
            upper: sooner(&self.upper, &other.upper).clone(),
        };
        (!both.is_empty(scheme)).then_some(both)
    }
}

/// What is in an interval of both lists.
pub(super) fn intersect(scheme: Scheme, left: &[Interval], right: &[Interval]) -> Vec<Interval> {
    left.iter()
        .flat_map(|left| right.iter().filter_map(|right| left.intersection(right, scheme)))
        .collect()
}

/// Everything that is in none of the intervals, in ascending order: what is affected, when the
/// intervals are what is patched and what never was affected.
pub fn complement(scheme: Scheme, intervals: &[Interval]) -> Vec<Interval> {
    let mut sorted: Vec<&Interval> =
        intervals.iter().filter(|interval| !interval.is_empty(scheme)).collect();
    sorted.sort_by(|left, right| compare_lower(scheme, &left.lower, &right.lower));
    let mut gaps = Vec::new();
    // Where the gap begins that is open now; nothing once an interval has no end.
    let mut open = Some(None);
    for interval in sorted {
        let Some(lower) = open else { break };
        if let Some(end) = &interval.lower {
            let gap = Interval { lower: lower.clone(), upper: Some(end.turned()) };
            if !gap.is_empty(scheme) {
                gaps.push(gap);
            }
        }
        open = match &interval.upper {
            None => None,
            Some(upper) => {
                let next = Some(upper.turned());
                Some(if compare_lower(scheme, &lower, &next).is_lt() { next } else { lower })
            }
        };
    }
    if let Some(lower) = open {
        gaps.push(Interval { lower, upper: None });
    }
    gaps
}

/// Orders where intervals begin.
fn compare_lower(scheme: Scheme, left: &Option<Bound>, right: &Option<Bound>) -> Ordering {
    match (left, right) {
        (Some(left), Some(right)) => scheme
            .order(&left.version, &right.version)
            .then_with(|| right.inclusive.cmp(&left.inclusive)),
        _ => left.is_some().cmp(&right.is_some()),
    }
}

/// Orders where intervals end.
fn compare_upper(scheme: Scheme, left: &Option<Bound>, right: &Option<Bound>) -> Ordering {
    match (left, right) {
        (Some(left), Some(right)) => scheme
            .order(&left.version, &right.version)
            .then_with(|| left.inclusive.cmp(&right.inclusive)),
        _ => right.is_some().cmp(&left.is_some()),
    }
}
