//! The one test of whether a version is affected, for ranges as advisories keep them.
//!
//! The fields are those of [OSV's events][osv], and one for what lies behind a version without it.
//!
//! [osv]: https://ossf.github.io/osv-schema/#affectedrangesevents-fields

use std::cmp::Ordering;

use crate::{Interval, InvalidVersion, Scheme, pep440};

/// A range of versions. What is not given does not bound it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Range<'r> {
    /// The first version in the range; `0` is the beginning of all versions, as OSV writes it.
    pub introduced: Option<&'r str>,
    /// The last version before the range.
    pub after: Option<&'r str>,
    /// The first version behind the range.
    pub fixed: Option<&'r str>,
    /// The last version in the range.
    pub last_affected: Option<&'r str>,
}

/// Where a version stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Older than the range.
    Before,
    /// In the range.
    Within,
    /// Newer than the range.
    Behind,
}

impl Range<'_> {
    /// Where a version stands to the range, by the scheme's order.
    ///
    /// As in [Python's specifiers][local], the local part of a version counts only for bounds that
    /// have one: `1.0+cu118` is not behind `last_affected` 1.0.
    ///
    /// [local]: https://packaging.python.org/en/latest/specifications/version-specifiers/#inclusive-ordered-comparison
    pub fn place(&self, scheme: Scheme, version: &str) -> Result<Place, InvalidVersion> {
        let introduced = self.introduced.filter(|introduced| *introduced != "0");
        Range { introduced, ..*self }.place_by_order(scheme, version)
    }

    /// The same with `0` as a version like others, which has pre-releases before it.
    pub(crate) fn place_by_order(
        &self,
        scheme: Scheme,
        version: &str,
    ) -> Result<Place, InvalidVersion> {
        scheme.check(version)?;
        let order = |bound: &str| match scheme {
            Scheme::Pep440 if !bound.contains('+') => {
                scheme.compare(pep440::public(version), bound)
            }
            _ => scheme.compare(version, bound),
        };
        let within = |bound: Option<&str>, good: fn(Ordering) -> bool| {
            bound.map_or(Ok(true), |bound| order(bound).map(good))
        };
        if !within(self.introduced, Ordering::is_ge)? || !within(self.after, Ordering::is_gt)? {
            return Ok(Place::Before);
        }
        if !within(self.fixed, Ordering::is_lt)? || !within(self.last_affected, Ordering::is_le)? {
            return Ok(Place::Behind);
        }
        Ok(Place::Within)
    }

    /// Whether a version is in the range.
    pub fn contains(&self, scheme: Scheme, version: &str) -> Result<bool, InvalidVersion> {
        Ok(self.place(scheme, version)? == Place::Within)
    }
}

impl<'i> From<&'i Interval> for Range<'i> {
    fn from(interval: &'i Interval) -> Range<'i> {
        let (lower, upper) = (interval.lower.as_ref(), interval.upper.as_ref());
        let version = |bound: Option<&'i crate::Bound>, inclusive: bool| {
            bound.filter(|bound| bound.inclusive == inclusive).map(|bound| bound.version.as_str())
        };
        Range {
            introduced: version(lower, true),
            after: version(lower, false),
            fixed: version(upper, false),
            last_affected: version(upper, true),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bound_has_its_side() {
        let range = Range { introduced: Some("1.0"), fixed: Some("2.0"), ..Range::default() };
        for (version, place) in [
            ("0.9", Place::Before),
            ("1.0-rc1", Place::Before),
            ("1.0", Place::Within),
            ("2.0-rc1", Place::Within),
            ("2.0", Place::Behind),
        ] {
            assert_eq!(range.place(Scheme::Semver, version), Ok(place), "{version}");
        }
        let range = Range { after: Some("1.0"), last_affected: Some("2.0"), ..Range::default() };
        for (version, place) in
            [("1.0", Place::Before), ("1.0.1", Place::Within), ("2.0", Place::Within)]
        {
            assert_eq!(range.place(Scheme::Semver, version), Ok(place), "{version}");
        }
        assert_eq!(range.place(Scheme::Semver, "2.0.1"), Ok(Place::Behind));
    }

    #[test]
    fn the_beginning_of_all_versions_is_no_version() {
        let range = Range { introduced: Some("0"), ..Range::default() };
        assert_eq!(range.contains(Scheme::Semver, "0.0.0-alpha"), Ok(true));
        assert_eq!(range.contains(Scheme::Deb, "0~1"), Ok(true));
        assert!(range.contains(Scheme::Semver, "unknown").is_err());
    }
}
