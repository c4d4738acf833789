//! From events to ranges, and which enumerated versions the ranges do not say already.
//!
//! The evaluation is that of <https://ossf.github.io/osv-schema/#evaluation>: the events, in the
//! order of their versions, switch between affected and not.

use plimsoll_version::{Bound, Interval, Scheme};

use super::super::identifier::is_word;
use super::schema::{Event, EventRange};
use crate::model::Range;

/// Events of one product; the most real ones are some 200 (of Bitnami, with every branch).
const MOST_EVENTS: usize = 10_000;

/// Versions times ranges that are compared; a kernel has thousands of the one and dozens of the
/// other. Beyond, all versions are kept.
const MOST_COMPARED: usize = 1 << 22;

/// What the ranges of one product say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Affected {
    pub(super) ranges: Vec<Range>,
    /// Whether a version has the fix; a `limit` ends a range as well.
    pub(super) has_fix: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Switch {
    Introduced,
    Fixed,
    LastAffected,
    Limit,
}

/// Ranges of versions; those of commits are left to [`commits`].
pub(super) fn of_versions<'r>(
    ranges: impl Iterator<Item = &'r EventRange>,
    scheme: Option<Scheme>,
) -> Result<Affected, String> {
    let mut affected = Affected::default();
    let mut events = 0;
    for range in ranges.filter(|range| !is_of_commits(range)) {
        events += range.events.len();
        if events > MOST_EVENTS {
            return Err(format!("ranges of more than {MOST_EVENTS} events"));
        }
        let mut switches = switches(&range.events)?;
        if !is_well_ordered(&switches)
            && let Some(scheme) = scheme
        {
            sort(&mut switches, scheme);
        }
        walk(&switches, &mut affected);
    }
    Ok(affected)
}

pub(super) fn is_of_commits(range: &EventRange) -> bool {
    range.kind.eq_ignore_ascii_case("GIT")
}

/// Ranges between commits, which have no order: each end is one of its own.
pub(super) fn commits(range: &EventRange) -> Result<Affected, String> {
    let mut affected = Affected::default();
    let mut introduced = None;
    let mut is_open = false;
    for (switch, commit) in switches(&range.events)? {
        if switch == Switch::Introduced {
            if is_open {
                affected.ranges.push(Range { introduced: introduced.take(), ..Range::default() });
            }
            introduced = beginning(commit);
            is_open = true;
            continue;
        }
        is_open = false;
        affected.has_fix |= switch == Switch::Fixed;
        affected.ranges.push(ended(introduced.clone(), switch, commit));
    }
    if is_open {
        affected.ranges.push(Range { introduced, ..Range::default() });
    }
    Ok(affected)
}

/// The events that say something, in their order.
fn switches(events: &[Event]) -> Result<Vec<(Switch, &str)>, String> {
    if events.len() > MOST_EVENTS {
        return Err(format!("a range of {} events", events.len()));
    }
    let mut switches = Vec::with_capacity(events.len());
    for event in events {
        let fields = [
            (Switch::Introduced, &event.introduced),
            (Switch::LastAffected, &event.last_affected),
            (Switch::Fixed, &event.fixed),
            (Switch::Limit, &event.limit),
        ];
        for (switch, version) in fields {
            let Some(version) = version.as_deref() else { continue };
            // OSV's word for "no limit", which is the default.
            if switch == Switch::Limit && version == "*" {
                continue;
            }
            if !is_word(version) {
                return Err(format!("{version:?} is no version"));
            }
            switches.push((switch, version));
        }
    }
    Ok(switches)
}

/// Whether each beginning has its end behind it, and the next one follows that.
fn is_well_ordered(switches: &[(Switch, &str)]) -> bool {
    switches
        .iter()
        .enumerate()
        .all(|(index, (switch, _))| (*switch == Switch::Introduced) == (index % 2 == 0))
}

/// Sorts by version where every one has a place in the order.
fn sort(switches: &mut [(Switch, &str)], scheme: Scheme) {
    if switches.iter().any(|(_, version)| !scheme.is_valid(version)) {
        return;
    }
    switches.sort_by(|left, right| {
        let starts = |(switch, version): &(Switch, &str)| {
            *switch == Switch::Introduced && beginning(version).is_none()
        };
        starts(right)
            .cmp(&starts(left))
            .then_with(|| scheme.compare(left.1, right.1).unwrap_or(std::cmp::Ordering::Equal))
    });
}

fn walk(switches: &[(Switch, &str)], affected: &mut Affected) {
    let mut introduced = None;
    // Some records leave out the first beginning.
    let mut is_open = switches.first().is_some_and(|(switch, _)| *switch != Switch::Introduced);
    for (switch, version) in switches {
        if *switch == Switch::Introduced {
            if !is_open {
                introduced = beginning(version);
                is_open = true;
            }
        } else if is_open {
            affected.has_fix |= *switch == Switch::Fixed;
            affected.push(ended(introduced.take(), *switch, version));
            is_open = false;
        }
    }
    if is_open {
        affected.push(Range { introduced, ..Range::default() });
    }
}

fn ended(introduced: Option<String>, switch: Switch, version: &str) -> Range {
    let version = Some(version.to_owned());
    match switch {
        Switch::LastAffected => Range { introduced, last_affected: version, ..Range::default() },
        _ => Range { introduced, fixed: version, ..Range::default() },
    }
}

/// OSV's and RustSec's words for the beginning are no versions.
fn beginning(version: &str) -> Option<String> {
    (!["0", "0.0.0-0"].contains(&version)).then(|| version.to_owned())
}

impl Affected {
    /// RustSec's records have ranges without a version in them (`1.2.0` to before `1.2.0`).
    fn push(&mut self, range: Range) {
        let is_empty = range.fixed.is_some() && range.introduced == range.fixed;
        if !is_empty && self.ranges.last() != Some(&range) {
            self.ranges.push(range);
        }
    }

    /// Ends the range that has no end where GitHub's text does: `<= 1.2`, `< 1.3`. A fix is not
    /// meant by it.
    pub(super) fn end_at(&mut self, text: &str) {
        let Some(last) = self.ranges.last_mut() else { return };
        if last.fixed.is_some() || last.last_affected.is_some() {
            return;
        }
        let text = text.trim();
        let inclusive = text.strip_prefix("<=").map(str::trim).filter(|version| is_word(version));
        let exclusive = text.strip_prefix('<').map(str::trim).filter(|version| is_word(version));
        match (inclusive, exclusive) {
            (Some(version), _) => last.last_affected = Some(version.to_owned()),
            (None, Some(version)) => last.fixed = Some(version.to_owned()),
            (None, None) => {}
        }
    }

    /// The enumerated versions that are in none of the ranges, or have no place in the order.
    pub(super) fn beside(&self, versions: &[String], scheme: Option<Scheme>) -> Vec<String> {
        if self.ranges.contains(&Range::default()) {
            return Vec::new();
        }
        let words = versions.iter().filter(|version| is_word(version));
        let compared = words.clone().count().saturating_mul(self.ranges.len());
        let Some(scheme) = scheme.filter(|_| (1..=MOST_COMPARED).contains(&compared)) else {
            return words.cloned().collect();
        };
        let intervals: Vec<Interval> = self.ranges.iter().map(interval).collect();
        words
            .filter(|version| {
                !intervals.iter().any(|interval| interval.contains(scheme, version) == Ok(true))
            })
            .cloned()
            .collect()
    }
}

fn interval(range: &Range) -> Interval {
    let bound = |version: &Option<String>, inclusive| {
        version.clone().map(|version| Bound { version, inclusive })
    };
    Interval {
        lower: bound(&range.introduced, true),
        upper: bound(&range.fixed, false).or(bound(&range.last_affected, true)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(kind: &str, events: &str) -> EventRange {
        let events = events
            .split_whitespace()
            .map(|word| {
                let (switch, version) = word.split_at(1);
                let version = Some(version.to_owned());
                match switch {
                    "I" => Event { introduced: version, ..Event::default() },
                    "F" => Event { fixed: version, ..Event::default() },
                    "L" => Event { last_affected: version, ..Event::default() },
                    "X" => Event { limit: version, ..Event::default() },
                    _ => Event::default(),
                }
            })
            .collect();
        EventRange { kind: kind.to_owned(), repo: String::new(), events }
    }

    fn words(affected: &Affected) -> String {
        let ranges = affected.ranges.iter().map(|range| {
            let text = |version: &Option<String>| version.clone().unwrap_or_default();
            let end = match &range.last_affected {
                Some(last) => format!("={last}"),
                None => text(&range.fixed),
            };
            format!("{}..{end}", text(&range.introduced))
        });
        ranges.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn events_become_ranges() {
        for (events, ranges, has_fix) in [
            ("I0 F1.2", "..1.2", true),
            ("I0 F1.18.6 I1.19.0-0 F1.19.1", "..1.18.6 1.19.0-0..1.19.1", true),
            ("I1 L1.5", "1..=1.5", false),
            ("I0.0.0-0", "..", false),
            ("I1.0.0 F1.2.0 I2.0.0", "1.0.0..1.2.0 2.0.0..", true),
            ("I0 X3", "..3", false),
            ("I0 X*", "..", false),
            // Without a beginning, out of order, with two fixes, with an empty event.
            ("F1.2.0", "..1.2.0", true),
            ("I2.0.0 F2.1.0 F1.1.0 I0", "..1.1.0 2.0.0..2.1.0", true),
            ("I0 F2.0.0 F1.0.0", "..1.0.0", true),
            ("I0 ?", "..", false),
            ("I0 F1.1.0 I1.2.0 F1.2.0", "..1.1.0", true),
        ] {
            let affected =
                of_versions([range("SEMVER", events)].iter(), Some(Scheme::Semver)).unwrap();
            assert_eq!(
                (words(&affected).as_str(), affected.has_fix),
                (ranges, has_fix),
                "{events}"
            );
        }
        assert!(of_versions([range("SEMVER", "F")].iter(), None).is_err());
    }

    #[test]
    fn commits_have_no_order() {
        let read = |events| words(&commits(&range("GIT", events)).unwrap());
        assert_eq!(read("Iaa Fbb Fcc"), "aa..bb aa..cc");
        assert_eq!(read("I0 Fbb Icc"), "..bb cc..");
        assert_eq!(read("Iaa Ibb"), "aa.. bb..");
        let none = of_versions([range("GIT", "Iaa Fbb")].iter(), None).unwrap();
        assert!(none.ranges.is_empty());
    }

    #[test]
    fn a_text_ends_what_has_no_end() {
        let ended = |events, text| {
            let mut affected = of_versions([range("ECOSYSTEM", events)].iter(), None).unwrap();
            affected.end_at(text);
            (words(&affected), affected.has_fix)
        };
        assert_eq!(ended("I0", "<= 1.2"), ("..=1.2".to_owned(), false));
        assert_eq!(ended("I1", "< 1.3"), ("1..1.3".to_owned(), false));
        assert_eq!(ended("I1 F2", "<= 1.9"), ("1..2".to_owned(), true));
        assert_eq!(ended("I1", "unknown"), ("1..".to_owned(), false));
    }

    #[test]
    fn only_versions_beside_the_ranges_are_kept() {
        let list = ["1.0", "1.5", "2.0.dev-r1", "3.0"].map(str::to_owned).to_vec();
        let affected = of_versions([range("ECOSYSTEM", "I0 F2.0")].iter(), None).unwrap();
        assert_eq!(affected.beside(&list, Some(Scheme::Pep440)), ["2.0.dev-r1", "3.0"]);
        assert_eq!(affected.beside(&list, None), list);
        let all = of_versions([range("ECOSYSTEM", "I0")].iter(), None).unwrap();
        assert!(all.beside(&list, Some(Scheme::Pep440)).is_empty());
        assert_eq!(Affected::default().beside(&list, Some(Scheme::Pep440)), list);
    }
}
