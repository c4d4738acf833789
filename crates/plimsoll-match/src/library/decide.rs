//! One package of a language or one recognised program, one problem, all records about it.
//!
//! The rules, in their order:
//!
//! 1. Each record is tested by itself, by the order of versions of its namespace: nobody's
//!    narrower range, and nobody's "not affected", takes back what somebody else claims. Only the
//!    same source's "not affected" does.
//! 2. What its own source took back is no claim.
//! 3. What only others claim against a primary source is doubtful ([`super::sources`]).
//! 4. The fix is the lowest version that one of the claims offers and none of them, and no primary
//!    source, calls affected.
//! 5. A version that has no place in the order is neither inside nor outside. That leaves the
//!    problem undecided, unless a primary source could be compared.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use plimsoll_advisory::model::{Affected, Status};

use super::keys::LibraryKey;
use super::sources::{is_primary, is_primary_source, may_deny, rank};
use crate::cpe::{About, Name};
use crate::position::{Position, position};
use crate::{Confidence, Priority, Ratings, Record};

/// The verdict about one package and one problem.
#[derive(Debug)]
pub(super) enum Decision<'a> {
    Clear,
    /// Nobody can say, for this reason.
    Undecided(String),
    Affected(Box<Verdict<'a>>),
}

/// The details of [`Decision::Affected`].
#[derive(Debug)]
pub(super) struct Verdict<'a> {
    /// The record that weighs most, and the name under which it stands.
    pub(super) record: &'a Record,
    pub(super) key: &'a LibraryKey,
    /// All records that claim it.
    pub(super) claims: Vec<&'a Record>,
    pub(super) status: Status,
    pub(super) fixed_version: Option<String>,
    pub(super) advisories: Vec<String>,
    pub(super) comparison: String,
    pub(super) confidence: Confidence,
    pub(super) notes: Vec<String>,
}

/// A record, and where the installed version stands in it.
#[derive(Debug, Clone)]
struct Standing<'a> {
    record: &'a Record,
    key: &'a LibraryKey,
    position: Position,
    /// The variant of the product that a CPE criterion is about.
    variant: Option<String>,
}

impl<'a> Standing<'a> {
    fn affected(&self) -> &'a Affected {
        &self.record.affected
    }

    fn source(&self) -> &'a str {
        &self.record.source.id
    }

    fn is_inside(&self) -> bool {
        matches!(self.position, Position::Inside(_))
    }

    /// Whether it claims the problem.
    fn claims(&self) -> bool {
        self.is_inside() && self.affected().status != Status::NotAffected
    }

    /// Whether it says that this version does not have the problem.
    fn denies(&self) -> bool {
        match self.affected().status {
            Status::NotAffected => self.is_inside(),
            _ => matches!(self.position, Position::Outside { .. }),
        }
    }

    fn comparison(&self) -> &str {
        match &self.position {
            Position::Inside(comparison) => comparison,
            Position::Outside { .. } | Position::Invalid(_) => "",
        }
    }
}

/// Weighs the records about one problem. `ratings` are asked for only if one of them claims it.
pub(super) fn decide<'a>(
    records: &[(&'a Record, &'a LibraryKey)],
    priority: Priority,
    ratings: impl FnOnce() -> Ratings,
) -> Decision<'a> {
    let mut standings: Vec<_> =
        records.iter().filter_map(|&(record, key)| standing(record, key, priority)).collect();
    let excepted: BTreeSet<(&str, &str)> = standings
        .iter()
        .filter(|one| one.affected().status == Status::NotAffected && one.is_inside())
        .map(|one| (one.source(), one.affected().package.as_str()))
        .collect();
    standings.retain(|one| {
        !(one.claims() && excepted.contains(&(one.source(), one.affected().package.as_str())))
    });
    if !standings.iter().any(Standing::claims) {
        return without_claims(&standings);
    }
    let ratings = ratings();
    let is_withdrawn = |source: &str| ratings.withdrawn.iter().any(|one| one == source);
    standings.retain(|one| !is_withdrawn(one.source()));
    let claims: Vec<_> = standings.iter().filter(|one| one.claims()).collect();
    if claims.is_empty() {
        return Decision::Clear;
    }
    let mut notes = Vec::new();
    let mut confidence = Confidence::Usual;
    let claimed_by_primary = claims.iter().any(|one| is_primary(one.record));
    let denying: BTreeSet<&str> = standings
        .iter()
        .filter(|one| may_deny(one.record) && one.denies())
        .map(Standing::source)
        // One record of a source may be about one line of releases and the next about another.
        .filter(|source| !claims.iter().any(|claim| claim.source() == *source))
        .collect();
    let namespaces: BTreeSet<&str> = records.iter().map(|(_, key)| key.namespace).collect();
    let withdrawing: Vec<&str> = ratings
        .withdrawn
        .iter()
        .map(String::as_str)
        .filter(|source| namespaces.iter().any(|one| is_primary_source(one, source)))
        .collect();
    let is_contradicted = !denying.is_empty() || !withdrawing.is_empty();
    if is_contradicted && !claimed_by_primary {
        if priority == Priority::Precise {
            return Decision::Clear;
        }
        confidence = Confidence::Doubtful;
    }
    for source in denying {
        notes.push(format!("{source} has this version outside of the affected ones"));
    }
    Decision::Affected(Box::new(verdict(&standings, &claims, confidence, notes)))
}

fn standing<'a>(
    record: &'a Record,
    key: &'a LibraryKey,
    priority: Priority,
) -> Option<Standing<'a>> {
    let affected = &record.affected;
    // A channel's packages are builds of their own, which have names of their own too.
    if affected.channel.is_some() {
        return None;
    }
    let mut variant = None;
    let position = match &key.cpe {
        None => position(key.scheme, &key.version, affected),
        Some(own) => {
            match about(own, &affected.cpes) {
                About::This => {}
                About::Other => return None,
                About::Variant(_) if priority == Priority::Precise => return None,
                About::Variant(words) => variant = Some(words),
            }
            // `-` is a product that has no version, and this one has.
            let mut affected = affected.clone();
            affected.versions.retain(|version| version != "-");
            if affected.versions.is_empty() && affected.ranges.is_empty() && !has_no_bounds(record)
            {
                return None;
            }
            position(key.scheme, &key.version, &affected)
        }
    };
    Some(Standing { record, key, position, variant })
}

/// Whether a record means all versions because it states none.
fn has_no_bounds(record: &Record) -> bool {
    record.affected.versions.is_empty() && record.affected.ranges.is_empty()
}

/// Whether one of the criteria is about a program; none of them means that the name says it all.
fn about(own: &Name, criteria: &[String]) -> About {
    let mut best = if criteria.is_empty() { About::This } else { About::Other };
    for criterion in criteria.iter().filter_map(|text| Name::parse(text)) {
        match own.compare(&criterion) {
            About::This => return About::This,
            About::Variant(words) => best = About::Variant(words),
            About::Other => {}
        }
    }
    best
}

fn without_claims<'a>(standings: &[Standing<'a>]) -> Decision<'a> {
    let invalid = |primary: bool| {
        standings
            .iter()
            .filter(|one| one.affected().status != Status::NotAffected)
            .filter(|one| is_primary(one.record) == primary)
            .find_map(|one| match &one.position {
                Position::Invalid(error) => Some(error.to_string()),
                Position::Inside(_) | Position::Outside { .. } => None,
            })
    };
    if let Some(reason) = invalid(true) {
        return Decision::Undecided(reason);
    }
    let cleared = standings.iter().any(|one| may_deny(one.record) && one.denies());
    match invalid(false).filter(|_| !cleared) {
        Some(reason) => Decision::Undecided(reason),
        None => Decision::Clear,
    }
}

fn verdict<'a>(
    standings: &[Standing<'a>],
    claims: &[&Standing<'a>],
    mut confidence: Confidence,
    mut notes: Vec<String>,
) -> Verdict<'a> {
    // Where a primary source speaks, a copy's wider range does not spoil its fix.
    let judges: Vec<_> = if claims.iter().any(|one| is_primary(one.record)) {
        standings.iter().filter(|one| is_primary(one.record)).collect()
    } else {
        claims.to_vec()
    };
    let fix = lowest_sufficient(claims, &judges, &mut notes);
    let decisive = claims.iter().copied().min_by_key(|one| weight(one)).unwrap_or(claims[0]);
    let status = match (&fix, decisive.affected().status) {
        (Some(_), _) => Status::Fixed,
        (None, Status::Fixed) => Status::Affected,
        (None, status) => status,
    };
    let mut advisories: Vec<String> =
        claims.iter().flat_map(|one| one.affected().advisories.iter().cloned()).collect();
    advisories.sort();
    advisories.dedup();
    if let Some(variant) = &decisive.variant {
        confidence = Confidence::Doubtful;
        notes.push(format!("the record is about {variant}, which was not recognised"));
    }
    for standing in standings {
        if let Position::Invalid(error) = &standing.position {
            notes.push(format!("a record of {} could not be compared: {error}", standing.source()));
        }
    }
    Verdict {
        record: decisive.record,
        key: decisive.key,
        claims: claims.iter().map(|one| one.record).collect(),
        status,
        fixed_version: fix,
        advisories,
        comparison: decisive.comparison().to_owned(),
        confidence,
        notes,
    }
}

/// Which of several claims is told: the best source's, then by name so that the order of records
/// never matters.
fn weight<'s>(standing: &'s Standing<'_>) -> (bool, bool, usize, bool, &'s str, &'s [String]) {
    let record = standing.record;
    (
        standing.variant.is_some(),
        !is_primary(record),
        rank(record),
        record.affected.status != Status::Fixed,
        &record.source.id,
        &record.affected.advisories,
    )
}

/// The lowest version offered by a claim that is above the installed one and that none of the
/// `judges` calls affected.
fn lowest_sufficient(
    claims: &[&Standing<'_>],
    judges: &[&Standing<'_>],
    notes: &mut Vec<String>,
) -> Option<String> {
    let mut bound = None;
    let mut candidates: Vec<(&str, &Standing<'_>)> = Vec::new();
    for &claim in claims.iter().filter(|one| one.affected().status == Status::Fixed) {
        for fixed in claim.affected().ranges.iter().filter_map(|range| range.fixed.as_deref()) {
            if !claim.key.scheme.compare(fixed, &claim.key.version).is_ok_and(Ordering::is_gt) {
                continue;
            }
            if is_bound(fixed) {
                bound = Some(fixed);
            } else {
                candidates.push((fixed, claim));
            }
        }
    }
    candidates.sort_by(|(left, a), (right, b)| {
        let order = a.key.scheme.compare(left, right).unwrap_or(Ordering::Equal);
        order.then_with(|| weight(a).cmp(&weight(b))).then_with(|| left.cmp(right))
    });
    let still_affected = |version: &str| {
        judges.iter().any(|one| {
            let place = position(one.key.scheme, version, one.affected());
            one.affected().status != Status::NotAffected && matches!(place, Position::Inside(_))
        })
    };
    let chosen = candidates.iter().find(|(version, _)| !still_affected(version));
    if let (None, Some((lowest, _))) = (chosen, candidates.first()) {
        notes.push(format!("one record calls {lowest} fixed, another still affected"));
    }
    if let (true, Some(bound)) = (candidates.is_empty(), bound) {
        notes.push(format!("versions from {bound} on are not affected; none is named as the fix"));
    }
    chosen.map(|(version, _)| (*version).to_owned())
}

/// Whether the end of a range is no release: `4.0.0-0` is the first thing that could come before
/// 4.0.0, and Retire.js writes `2.999.999` for the end of a line.
fn is_bound(version: &str) -> bool {
    version.ends_with("-0")
        || version.split('.').any(|part| part.len() >= 3 && part.bytes().all(|byte| byte == b'9'))
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
