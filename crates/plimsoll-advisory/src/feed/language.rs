//! What feeds about packages of programming languages share: the ids that a record is filed under,
//! and ranges as the model has them.

use plimsoll_version::constraint::{self, Interval, InvalidConstraint};
use plimsoll_version::{Bound, Ecosystem, Scheme, Syntax};

use super::Speaker;
use super::identifier::{is_cve, is_ghsa, is_id};
use crate::model::{Affected, Range, Status, Vulnerability};

/// The names of one record.
///
/// It is filed under each of its CVEs, else under the GHSA, else under its own id. What else names
/// the problem is an alias; where there are several CVEs it cannot be told whose, and it is only
/// related.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Names {
    own: String,
    filed: Vec<String>,
    aliases: Vec<String>,
    related: Vec<String>,
}

/// More names than this in one record are none: real ones have a handful, some have twenty.
const MOST_NAMES: usize = 64;

/// Ranges and versions of one record, times the problems that it is filed under.
const MOST_PARTS: usize = 1 << 20;

impl Names {
    /// From the record's own id and all that it names besides. What is no id is passed over.
    pub(super) fn new(own: &str, others: impl IntoIterator<Item = String>) -> Names {
        let mut all: Vec<String> = Vec::new();
        for id in std::iter::once(own.to_owned()).chain(others).take(MOST_NAMES) {
            if is_id(&id) && !all.contains(&id) {
                all.push(id);
            }
        }
        let (mut filed, mut aliases): (Vec<_>, Vec<_>) = all.into_iter().partition(|id| is_cve(id));
        if filed.is_empty() {
            let ghsa = aliases.iter().position(|id| is_ghsa(id));
            if !aliases.is_empty() {
                filed.push(aliases.remove(ghsa.unwrap_or(0)));
            }
        }
        let related = if filed.len() > 1 { std::mem::take(&mut aliases) } else { Vec::new() };
        Names { own: own.to_owned(), filed, aliases, related }
    }

    /// The id that findings show first; nothing where no name was an id.
    pub(super) fn first(&self) -> Option<&str> {
        self.filed.first().map(String::as_str)
    }

    /// Says the same about every problem that the record is filed under.
    pub(super) fn tell(
        &self,
        speaker: &mut Speaker,
        vulnerability: &Vulnerability,
        statements: &[Affected],
    ) -> Result<(), String> {
        let parts = statements.iter().map(|one| one.ranges.len() + one.versions.len() + 1);
        if parts.sum::<usize>().saturating_mul(self.filed.len()) > MOST_PARTS {
            return Err("it has too many names and versions".to_owned());
        }
        for id in &self.filed {
            speaker.vulnerability(Vulnerability {
                id: id.clone(),
                aliases: self.aliases.clone(),
                related: [&*self.related, &*vulnerability.related].concat(),
                ..vulnerability.clone()
            });
            for statement in statements {
                speaker.affected(Affected {
                    vulnerability: id.clone(),
                    advisories: vec![self.own.clone()],
                    ..statement.clone()
                });
            }
        }
        Ok(())
    }
}

/// A statement about a package, its name as the ecosystem compares it.
pub(super) fn statement(ecosystem: Ecosystem, package: &str) -> Affected {
    Affected {
        namespace: ecosystem.id().to_owned(),
        package: ecosystem.normalize(package).into_owned(),
        ..Affected::with_status(Status::Affected)
    }
}

/// Reads a constraint in the ecosystem's own syntax.
pub(super) fn ranges(syntax: Syntax, text: &str) -> Result<Vec<Range>, InvalidConstraint> {
    Ok(constraint::parse(syntax, text)?.into_iter().map(range).collect())
}

/// What is in none of the intervals.
pub(super) fn gaps(scheme: Scheme, intervals: &[Interval]) -> Vec<Range> {
    constraint::complement(scheme, intervals).into_iter().map(range).collect()
}

/// An interval as the model has it.
pub(super) fn range(interval: Interval) -> Range {
    let mut range = Range::default();
    match interval.lower {
        Some(Bound { version, inclusive: true }) => range.introduced = Some(version),
        Some(Bound { version, inclusive: false }) => range.after = Some(version),
        None => {}
    }
    match interval.upper {
        Some(Bound { version, inclusive: true }) => range.last_affected = Some(version),
        Some(Bound { version, inclusive: false }) => range.fixed = Some(version),
        None => {}
    }
    range
}

/// The versions from which intervals begin: those to install, where the intervals are patched.
pub(super) fn beginnings(intervals: &[Interval]) -> Vec<String> {
    let lower = intervals.iter().filter_map(|interval| interval.lower.as_ref());
    lower.filter(|bound| bound.inclusive).map(|bound| bound.version.clone()).collect()
}

/// Every range is held against every fix; real records have some ten of each.
const MOST_FIXES: usize = 1024;

/// Gives the ranges, and versions to install, to a statement.
///
/// A range that ends with its last affected version gets the first of the fixes behind it. The
/// statement has a fix if one of its ranges ends at one; other ends only bound what is affected.
pub(super) fn conclude(
    statement: &mut Affected,
    scheme: Scheme,
    mut ranges: Vec<Range>,
    fixes: &[String],
) {
    let fixes = &fixes[..fixes.len().min(MOST_FIXES)];
    let is_before =
        |left: &str, right: &str| scheme.compare(left, right).is_ok_and(std::cmp::Ordering::is_lt);
    for range in &mut ranges {
        let Range { fixed: fixed @ None, last_affected: Some(last), .. } = range else { continue };
        let behind = fixes.iter().filter(|fix| is_before(last, fix));
        *fixed =
            behind.reduce(|first, next| if is_before(next, first) { next } else { first }).cloned();
    }
    let is_fix = |range: &Range| range.fixed.as_ref().is_some_and(|fixed| fixes.contains(fixed));
    statement.status = if ranges.iter().any(is_fix) { Status::Fixed } else { Status::Affected };
    statement.ranges = ranges;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(own: &str, others: &[&str]) -> Names {
        Names::new(own, others.iter().map(|id| (*id).to_owned()))
    }

    #[test]
    fn a_record_is_filed_under_the_best_of_its_names() {
        let one = names("GMS-2022-20", &["GHSA-qq97-vm5h-rrhg", "CVE-2022-0001", "CVE-2022-0001"]);
        assert_eq!(one.filed, ["CVE-2022-0001"]);
        assert_eq!(one.aliases, ["GMS-2022-20", "GHSA-qq97-vm5h-rrhg"]);
        let none = names("GMS-2022-20", &["GHSA-qq97-vm5h-rrhg"]);
        assert_eq!(
            (&*none.filed, &*none.aliases),
            (&["GHSA-qq97-vm5h-rrhg".to_owned()][..], &["GMS-2022-20".to_owned()][..])
        );
        let several = names("GHSA-a-1", &["CVE-2022-0001", "CVE-2022-0002", "a b"]);
        assert_eq!((several.filed.len(), several.aliases.len()), (2, 0));
        assert_eq!(several.related, ["GHSA-a-1"]);
        assert_eq!(names("a b", &[]).first(), None);
    }

    #[test]
    fn a_last_affected_version_gets_the_first_fix_behind_it() {
        let mut affected = statement(Ecosystem::Npm, "left-pad");
        let read = ranges(Syntax::Npm, "<=1.0.0 || >=2.0.0 <=2.1.0 || ^3.0.0").unwrap();
        let fixes = ["9.0.0", "2.1.1", "1.0.1"].map(str::to_owned);
        conclude(&mut affected, Scheme::Npm, read, &fixes);
        let bounds: Vec<_> =
            affected.ranges.iter().map(|range| range.fixed.as_deref().unwrap()).collect();
        assert_eq!(bounds, ["1.0.1", "2.1.1", "4.0.0-0"]);
        assert_eq!(affected.status, Status::Fixed);
        conclude(&mut affected, Scheme::Npm, ranges(Syntax::Npm, "^3.0.0").unwrap(), &[]);
        assert_eq!(affected.status, Status::Affected);
    }
}
