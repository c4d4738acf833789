//! Findings by what is updated together.
//!
//! Binary packages of one source, in one version, from one layer get their fixes together: `perl`,
//! `perl-base` and `libperl5.36` are one thing to do, and one list of problems.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use plimsoll_advisory::model::Severity;
use plimsoll_inventory::Package;
use plimsoll_match::Finding;

use crate::Report;
use crate::report::is_fixable;
use crate::results::{Part, path};

/// From this EPSS probability on, a fix is worth installing whatever the severity, which new
/// vulnerabilities often do not have yet.
const LIKELY: f32 = 0.1;

/// Packages that are updated together, and their problems, worst first and each once.
pub(super) struct Group<'r> {
    pub(super) name: &'r str,
    pub(super) version: &'r str,
    pub(super) layer: Option<u32>,
    /// Names of the installed packages.
    pub(super) packages: Vec<&'r str>,
    /// Where a package of a language is, if its part does not say so.
    pub(super) places: Vec<&'r str>,
    /// Its index, for a package of a language; of several copies the first one's.
    pub(super) library: Option<usize>,
    pub(super) findings: Vec<&'r Finding>,
}

/// How many problems there are to solve, and in how many packages: what one source package brings
/// in several binary packages counts once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) problems: usize,
    pub(super) packages: usize,
}

impl Tally {
    pub(super) fn of(report: &Report, select: impl Fn(&Finding) -> bool) -> Tally {
        let selected = report.outcome.findings.iter().filter(|finding| select(finding));
        let problems: BTreeSet<_> = selected
            .filter_map(|finding| {
                let package = report.package(finding)?;
                let ecosystem = package.library.as_ref().map(|library| library.ecosystem);
                Some(((ecosystem, name(package)), &finding.vulnerability))
            })
            .collect();
        let packages: BTreeSet<_> = problems.iter().map(|(package, _)| package).collect();
        Tally { problems: problems.len(), packages: packages.len() }
    }
}

/// The name under which a package is updated.
pub(super) fn name(package: &Package) -> &str {
    package.source.as_ref().map_or(package.name.as_str(), |source| &source.name)
}

/// Groups findings; the group with the worst finding comes first.
pub(super) fn groups<'r>(
    report: &'r Report,
    part: &Part<'r>,
    findings: impl Iterator<Item = &'r Finding>,
) -> Vec<Group<'r>> {
    type Key<'k> = (&'k str, &'k str, Option<u32>);
    let mut groups: BTreeMap<Key<'r>, Vec<(&'r Package, &'r Finding)>> = BTreeMap::new();
    for finding in findings {
        let Some(package) = report.package(finding) else { continue };
        // Copies of a package of a language are one thing to know, wherever they are.
        let layer = package.layer.filter(|_| package.library.is_none());
        groups
            .entry((name(package), &package.version, layer))
            .or_default()
            .push((package, finding));
    }
    let mut groups: Vec<_> = groups
        .into_iter()
        .map(|((name, version, layer), members)| {
            let mut packages: Vec<_> =
                members.iter().map(|(package, _)| package.name.as_str()).collect();
            packages.sort_unstable();
            packages.dedup();
            let mut places: Vec<_> =
                members.iter().filter_map(|(package, _)| path(package, part)).collect();
            places.sort_unstable();
            places.dedup();
            let first = members.iter().min_by_key(|(_, finding)| finding.package);
            let library = first
                .filter(|(package, _)| package.library.is_some())
                .map(|(_, finding)| finding.package);
            let layer = match library {
                Some(_) => first.and_then(|(package, _)| package.layer),
                None => layer,
            };
            let mut findings: Vec<_> = members.into_iter().map(|(_, finding)| finding).collect();
            findings.sort_by_key(|finding| rank(finding));
            // What has code comes first, and stands for its documentation too.
            let mut seen = BTreeSet::new();
            findings.retain(|finding| {
                let Finding { vulnerability, fixed_version, status, .. } = finding;
                seen.insert((vulnerability, fixed_version, status.word()))
            });
            Group { name, version, layer, packages, places, library, findings }
        })
        .collect();
    groups.sort_by_key(|group| {
        let worst = group.findings.first().map(|finding| rank(finding));
        (
            worst.map(|(idle, exploited, fixable, severity, ..)| {
                (idle, exploited, fixable, severity)
            }),
            Reverse(group.findings.len()),
            group.name,
            group.version,
            group.layer,
        )
    });
    groups
}

type Rank<'f> = (bool, Reverse<bool>, Reverse<bool>, Reverse<Severity>, Reverse<u32>, &'f str);

/// The order in which to act: exploited, fixable, severe, likely. What has nothing that runs comes
/// last; a malicious package is removed, which is a fix.
fn rank(finding: &Finding) -> Rank<'_> {
    let ratings = &finding.ratings;
    // Millionths, because numbers with a point have no total order.
    let likely = ratings.epss.map_or(0, |epss| (epss.probability * 1e6) as u32);
    (
        finding.code == Some(false),
        Reverse(ratings.exploited.is_some() || finding.malicious),
        Reverse(is_fixable(finding)),
        Reverse(ratings.severity),
        Reverse(likely),
        &finding.vulnerability,
    )
}

/// Whether somebody should look at a finding now.
pub(super) fn is_actionable(finding: &Finding) -> bool {
    let severity = finding.ratings.severity;
    let likely = finding.ratings.epss.is_some_and(|epss| epss.probability >= LIKELY);
    let fixable = is_fixable(finding);
    finding.ratings.exploited.is_some()
        || finding.malicious
        || (fixable && likely)
        || (fixable && severity >= Severity::Medium)
        || severity == Severity::Critical
}
