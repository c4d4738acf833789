//! One package, one problem, all records about it: the verdict.
//!
//! The rules, in their order:
//!
//! 1. Records of another product, architecture or module stream say nothing.
//! 2. With a subscription, its records replace the public ones; without, a fix from it that is
//!    nevertheless installed settles the matter, and one that is not is shown as what it is.
//! 3. "Not affected" settles the matter for the name it is said of; said of a source package it
//!    does not outweigh a record about the very binary.
//! 4. An rpm at or above the fix of its own minor release is clear, whatever the fix of a later one.
//! 5. Affected is who stands inside the ranges of at least one record that is left.
//! 6. The fix is the lowest version that a record offers as one and none of them calls affected.
//!    Where nothing is offered (a fix is planned, or exists upstream only) the end of a range is a
//!    bound and no fix.

use std::cmp::Ordering;

use plimsoll_advisory::model::{Affected, Status};
use plimsoll_inventory::Package;
use plimsoll_version::Scheme;

use crate::applies::{Applies, applies};
use crate::names::Key;
use crate::position::{Position, never_affected, position};
use crate::products::{Covers, Products};
use crate::{NameKind, Record, SubscriptionFix};

/// What decides beside the records.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting<'s> {
    pub(crate) scheme: Scheme,
    /// Whether the image gets its packages from extended support too.
    pub(crate) extended_support: bool,
    /// The products that its packages come from, where advisories are about products.
    pub(crate) products: Option<&'s Products>,
    /// Whether records about source packages have the architecture `src`.
    pub(crate) marks_sources: bool,
}

/// The verdict about one package and one problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision<'a> {
    Clear,
    /// Nobody can say, for this reason.
    Undecided(String),
    Affected(Verdict<'a>),
}

/// The details of [`Decision::Affected`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verdict<'a> {
    /// The record that decided, and the name under which it stands.
    pub(crate) record: &'a Record,
    pub(crate) key: &'a Key,
    pub(crate) status: Status,
    pub(crate) fixed_version: Option<String>,
    pub(crate) subscription_fix: Option<SubscriptionFix>,
    pub(crate) advisories: Vec<String>,
    pub(crate) comparison: String,
    pub(crate) notes: Vec<String>,
}

/// A record that is about this package, and where the installed version stands in it.
#[derive(Debug, Clone)]
struct Standing<'a> {
    record: &'a Record,
    key: &'a Key,
    position: Position,
}

impl<'a> Standing<'a> {
    fn affected(&self) -> &'a Affected {
        &self.record.affected
    }

    fn comparison(&self) -> Option<&str> {
        match &self.position {
            Position::Inside(comparison) => Some(comparison),
            Position::Outside { .. } | Position::Invalid(_) => None,
        }
    }
}

/// Weighs the records about one problem.
pub(crate) fn decide<'a>(
    setting: Setting<'_>,
    package: &Package,
    records: &[(&'a Record, &'a Key)],
) -> Decision<'a> {
    let mut public = Vec::new();
    let mut subscribed = Vec::new();
    let mut locked = Vec::new();
    let mut doubt = None;
    for &(record, key) in records {
        let affected = &record.affected;
        let place = position(setting.scheme, &key.version, affected);
        match applies(affected, package, key.kind, setting) {
            Applies::No => continue,
            Applies::Yes => {}
            Applies::StreamUnknown => {
                if matches!(place, Position::Inside(_)) {
                    doubt = Some(
                        "the module stream of the package or the advisory is not known".to_owned(),
                    );
                }
                continue;
            }
        }
        let standing = Standing { record, key, position: place };
        match affected.channel.as_deref() {
            None => public.push(standing),
            // The image gets its packages from just there.
            Some(_) if is_own_product(affected, setting) => public.push(standing),
            Some(channel) if !is_extended_support(channel) => {}
            Some(_) if setting.extended_support => subscribed.push(standing),
            // It is said of packages that this image does not get.
            Some(_) if affected.status == Status::NotAffected => {}
            Some(_) => locked.push(standing),
        }
    }
    let has_fix = Position::Outside { has_fix: true };
    if locked.iter().any(|standing| standing.position == has_fix) {
        return Decision::Clear;
    }
    let mut relevant = if subscribed.is_empty() { public } else { subscribed };
    drop_never_affected(&mut relevant, &mut locked);
    if setting.scheme == Scheme::Rpm
        && relevant.iter().any(|one| fixed_in_own_branch(one.affected(), &one.key.version))
    {
        return Decision::Clear;
    }

    let inside: Vec<_> = relevant.iter().filter(|one| one.comparison().is_some()).collect();
    let locked: Vec<_> = locked.iter().filter(|one| one.comparison().is_some()).collect();
    if inside.is_empty() && locked.is_empty() {
        let invalid = relevant.iter().find_map(|standing| match &standing.position {
            Position::Invalid(error) => Some(error.to_string()),
            Position::Inside(_) | Position::Outside { .. } => None,
        });
        return match invalid.or(doubt) {
            Some(reason) => Decision::Undecided(reason),
            None => Decision::Clear,
        };
    }
    Decision::Affected(verdict(setting.scheme, &relevant, &inside, &locked))
}

/// Ubuntu's names for it are `esm-infra` and `esm-apps`, Red Hat's is `els`, SUSE's is `ltss`. Other
/// channels (FIPS builds, real-time kernels, streams of minor releases) hold packages of their own,
/// whose versions say nothing about the usual ones.
fn is_extended_support(channel: &str) -> bool {
    channel.starts_with("esm") || matches!(channel, "els" | "ltss")
}

fn is_own_product(record: &Affected, setting: Setting<'_>) -> bool {
    setting.products.is_some_and(|products| {
        !record.cpes.is_empty() && products.covers(&record.cpes) == Covers::Yes
    })
}

/// Whether a record offers a fix for the minor release that this version was built for, and the
/// version has it.
///
/// Red Hat and its rebuilds fix one problem in several minor releases, each with an erratum of its
/// own: for CVE-2024-2961 glibc `2.28-236.el8_9.13` and `2.28-251.el8_10.1`. Seen by the second
/// alone the first looks affected.
fn fixed_in_own_branch(record: &Affected, version: &str) -> bool {
    let Some(branch) = minor_release(version) else { return false };
    record.status == Status::Fixed
        && record.ranges.iter().filter_map(|range| range.fixed.as_deref()).any(|fixed| {
            minor_release(fixed) == Some(branch)
                && Scheme::Rpm.compare(version, fixed).is_ok_and(Ordering::is_ge)
        })
}

/// `el8_9` of `2.28-236.el8_9.13`; nothing where the release does not name a minor one.
fn minor_release(version: &str) -> Option<&str> {
    let (_, release) = version.rsplit_once('-')?;
    release.split('.').find(|part| {
        let numbers = part.strip_prefix("el").and_then(|numbers| numbers.split_once('_'));
        numbers.is_some_and(|(major, minor)| {
            let is_number =
                |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            is_number(major) && is_number(minor)
        })
    })
}

fn drop_never_affected(relevant: &mut Vec<Standing<'_>>, locked: &mut Vec<Standing<'_>>) {
    let mut cleared = [false; 3];
    relevant.retain(|standing| {
        let record = standing.affected();
        let not_affected = record.status == Status::NotAffected;
        if never_affected(record) && (!not_affected || standing.comparison().is_some()) {
            cleared[standing.key.kind as usize] = true;
        }
        !not_affected
    });
    let [source, binary] = [cleared[NameKind::Source as usize], cleared[NameKind::Binary as usize]];
    let gone = |standing: &Standing<'_>| match standing.key.kind {
        NameKind::Source => source || binary,
        NameKind::Binary | NameKind::Cpe => binary,
    };
    relevant.retain(|standing| !gone(standing));
    locked.retain(|standing| !gone(standing));
}

fn verdict<'a>(
    scheme: Scheme,
    relevant: &[Standing<'a>],
    inside: &[&Standing<'a>],
    locked: &[&Standing<'a>],
) -> Verdict<'a> {
    let mut notes = Vec::new();
    let fix = lowest_sufficient(scheme, inside, relevant, &mut notes);
    let subscription_fix = lowest_sufficient(scheme, locked, &[], &mut Vec::new())
        .filter(|_| fix.is_none())
        .map(|(version, standing)| SubscriptionFix {
            channel: standing.affected().channel.clone().unwrap_or_default(),
            version,
        });
    if let Some(fix) = &subscription_fix {
        notes.push(format!("fixed in {} with a subscription to {}", fix.version, fix.channel));
    }
    // One of the lists has a first element, or there would be no verdict to give.
    let decisive = match &fix {
        Some((_, standing)) => *standing,
        None => *inside
            .iter()
            .chain(locked)
            .min_by_key(|one| weight(one))
            .expect("affected by at least one record"),
    };
    let status = match (&fix, decisive.affected().status) {
        (Some(_), _) => Status::Fixed,
        (None, Status::Fixed) => Status::Affected,
        (None, status) => status,
    };
    let mut advisories: Vec<String> = inside
        .iter()
        .chain(locked)
        .flat_map(|standing| standing.affected().advisories.iter().cloned())
        .collect();
    advisories.sort();
    advisories.dedup();
    for standing in relevant {
        if let Position::Invalid(error) = &standing.position {
            notes.push(format!("another record could not be compared: {error}"));
        }
    }
    Verdict {
        record: decisive.record,
        key: decisive.key,
        status,
        fixed_version: fix.map(|(version, _)| version),
        subscription_fix,
        advisories,
        comparison: decisive.comparison().unwrap_or_default().to_owned(),
        notes,
    }
}

/// Which of several records without a fix decides: the one that promises most, then the one about
/// the very package, then by name so that the order of records never matters.
fn weight<'s>(standing: &'s Standing<'_>) -> (bool, u8, bool, &'s str, &'s [String]) {
    let record = standing.affected();
    let rank = match record.status {
        Status::FixDeferred => 0,
        Status::Affected => 1,
        Status::UnderInvestigation => 2,
        Status::WillNotFix => 3,
        Status::EndOfLife => 4,
        Status::Fixed => 5,
        Status::NotAffected => 6,
    };
    let by_source = standing.key.kind == NameKind::Source;
    (record.channel.is_some(), rank, by_source, &standing.record.source.id, &record.advisories)
}

/// The lowest fix offered in `inside` that is above the installed version and in none of the affected
/// ranges of `inside` and `relevant`.
fn lowest_sufficient<'s, 'a>(
    scheme: Scheme,
    inside: &[&'s Standing<'a>],
    relevant: &'s [Standing<'a>],
    notes: &mut Vec<String>,
) -> Option<(String, &'s Standing<'a>)> {
    let mut candidates: Vec<(&str, &Standing<'_>)> = Vec::new();
    for &standing in inside {
        if standing.affected().status != Status::Fixed {
            continue;
        }
        for range in &standing.affected().ranges {
            if let Some(fixed) = range.fixed.as_deref()
                && scheme.compare(fixed, &standing.key.version).is_ok_and(Ordering::is_gt)
            {
                candidates.push((fixed, standing));
            }
        }
    }
    candidates.sort_by(|(left, a), (right, b)| {
        let order = scheme.compare(left, right).unwrap_or(Ordering::Equal);
        order.then_with(|| left.cmp(right)).then_with(|| weight(a).cmp(&weight(b)))
    });
    let still_affected = |version: &str| {
        let mut all = inside.iter().copied().chain(relevant);
        if scheme == Scheme::Rpm
            && all.clone().any(|one| fixed_in_own_branch(one.affected(), version))
        {
            return false;
        }
        all.any(|one| matches!(position(scheme, version, one.affected()), Position::Inside(_)))
    };
    let chosen = candidates.iter().position(|(version, _)| !still_affected(version));
    let lower = match (chosen, candidates.first()) {
        (None, Some((lowest, _))) => Some(*lowest),
        (Some(index), Some((lowest, _)))
            if scheme.compare(lowest, candidates[index].0) != Ok(Ordering::Equal) =>
        {
            Some(*lowest)
        }
        _ => None,
    };
    if let Some(lower) = lower {
        notes.push(format!("one record calls {lower} fixed, another still affected"));
    }
    chosen.map(|index| (candidates[index].0.to_owned(), candidates[index].1))
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
