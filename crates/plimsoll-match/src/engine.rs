//! The one loop.

use std::rc::Rc;

use plimsoll_inventory::{Inventory, Package, PackageKind};
use plimsoll_version::Distribution;

use crate::coverage::{Tally, of_system};
use crate::decide::{Decision, Setting, Verdict, decide};
use crate::library::Libraries;
use crate::lookups::{Listed, Lookups, Problems, join_names, names_of};
use crate::names::{Key, keys, marks_sources};
use crate::products::Products;
use crate::third_party::is_third_party;
use crate::{
    Advisories, Confidence, Coverage, Evidence, Finding, MatchOptions, Matched, Ratings,
    SystemCoverage, Undecided,
};

/// Finds the known vulnerabilities of an inventory.
pub fn match_inventory(
    inventory: &Inventory,
    advisories: &(impl Advisories + ?Sized),
    options: MatchOptions,
) -> Matched {
    let (distribution, system) = of_system(inventory, advisories);
    let end_of_life = end_of_life(inventory, distribution, advisories);
    let ecosystems: Vec<&str> = plimsoll_version::Ecosystem::all().map(|one| one.id()).collect();
    let mut lookups = Lookups::new(advisories, &ecosystems);
    let mut matched = Matched {
        findings: Vec::new(),
        coverage: Coverage::of_system(system.clone()),
        undecided: Vec::new(),
        end_of_life,
    };
    if let (Some(distribution), SystemCoverage::Covered { namespace }) = (distribution, &system) {
        match_system(inventory, distribution, namespace, &mut lookups, &mut matched);
    }
    let libraries = Libraries { inventory, system: &system, distribution, options };
    let mut tally = Tally::default();
    for (index, package) in inventory.packages.iter().enumerate() {
        if package.kind == PackageKind::Library {
            let found = libraries.one(index, package, &mut tally, &mut lookups);
            matched.findings.extend(found.findings);
            matched.undecided.extend(found.undecided);
        }
    }
    matched.coverage.libraries = tally.finish();
    sort(inventory, &mut matched);
    matched
}

/// Matches the packages of a distribution whose advisories the database has.
fn match_system(
    inventory: &Inventory,
    distribution: Distribution,
    namespace: &str,
    lookups: &mut Lookups<'_, impl Advisories + ?Sized>,
    matched: &mut Matched,
) {
    // Whose habits the advisories follow.
    let (advisor, release) = match namespace.split_once(':') {
        Some((id, release)) => (Distribution::from_id(id).unwrap_or(distribution), release),
        None => (distribution, ""),
    };
    let products = Products::of(inventory, advisor, release, lookups.advisories());
    let setting = Setting {
        scheme: distribution.scheme(),
        extended_support: inventory.os.as_ref().is_some_and(|os| os.extended_support),
        products: products.as_ref(),
        marks_sources: marks_sources(advisor),
    };
    let mut namespaces = vec![namespace];
    // What is known of packages of products that are built for no release in particular.
    namespaces.extend(products.is_some().then(|| advisor.id()));
    for (index, package) in inventory.packages.iter().enumerate() {
        if package.kind == PackageKind::Library {
            continue;
        }
        if !belongs(distribution, package) {
            let reason = format!("a foreign kind of package on {}", distribution.name());
            matched.undecided.push(Undecided { package: index, vulnerability: None, reason });
            continue;
        }
        let keys = keys(advisor, package);
        let (findings, undecided) =
            one_package(index, package, &keys, setting, &namespaces, lookups);
        matched.findings.extend(findings);
        matched.undecided.extend(undecided);
    }
}

fn one_package(
    index: usize,
    package: &Package,
    keys: &[Key],
    setting: Setting<'_>,
    namespaces: &[&str],
    lookups: &mut Lookups<'_, impl Advisories + ?Sized>,
) -> (Vec<Finding>, Vec<Undecided>) {
    let (mut findings, mut undecided) = (Vec::new(), Vec::new());
    let mut found: Vec<(Rc<[Listed]>, &Key)> = Vec::new();
    for key in keys {
        for namespace in namespaces {
            found.push((lookups.records(namespace, &key.name), key));
        }
    }
    let mut problems: Problems<'_, Key> = Problems::new();
    for (records, key) in &found {
        for (id, record) in records.iter() {
            problems.entry(id).or_default().push((record, key));
        }
    }
    join_names(&mut problems, lookups.advisories());
    let unreadable = keys.iter().find(|key| !setting.scheme.is_valid(&key.version));
    let mut uncompared = 0_usize;
    for (&id, records) in &problems {
        match decide(setting, package, records) {
            Decision::Clear => {}
            Decision::Undecided(_) if unreadable.is_some() => uncompared += 1,
            Decision::Undecided(reason) => undecided.push(Undecided {
                package: index,
                vulnerability: Some(id.to_owned()),
                reason,
            }),
            Decision::Affected(verdict) => {
                let names = names_of(id, records.iter().map(|(one, _)| *one), lookups);
                let ratings = lookups.ratings(id, verdict.record);
                findings.push(finding(index, package, id, names, verdict, ratings));
            }
        }
    }
    if let Some(key) = unreadable
        && uncompared > 0
    {
        let version = &key.version;
        let reason = format!(
            "{version:?} is not a valid version, so {uncompared} advisories could not be compared"
        );
        undecided.push(Undecided { package: index, vulnerability: None, reason });
    }
    (findings, undecided)
}

fn finding(
    index: usize,
    package: &Package,
    id: &str,
    aliases: Vec<String>,
    verdict: Verdict<'_>,
    ratings: Ratings,
) -> Finding {
    let record = &verdict.record.affected;
    let third_party = is_third_party(package);
    let mut notes = verdict.notes;
    if third_party {
        let maintainer = package.maintainer.as_deref().unwrap_or("somebody else");
        notes.push(format!("the package is not the distribution's own but from {maintainer}"));
    }
    if package.code == Some(false) {
        notes.push("the package has nothing that runs".to_owned());
    }
    if !ratings.withdrawn.is_empty() {
        notes
            .push(format!("withdrawn by {}, not by the distributor", ratings.withdrawn.join(", ")));
    }
    Finding {
        package: index,
        vulnerability: id.to_owned(),
        aliases,
        status: verdict.status,
        raw_status: record.raw_status.clone(),
        fixed_version: verdict.fixed_version,
        subscription_fix: verdict.subscription_fix,
        advisories: verdict.advisories,
        source: verdict.record.source.clone(),
        ratings,
        third_party,
        malicious: false,
        confidence: Confidence::Usual,
        linkage: None,
        code: package.code,
        owner: None,
        evidence: Evidence {
            namespace: record.namespace.clone(),
            name: verdict.key.name.clone(),
            name_kind: verdict.key.kind,
            comparison: verdict.comparison,
            notes,
        },
    }
}

/// Whether a package was installed by the distribution's package manager.
pub(crate) fn belongs(distribution: Distribution, package: &Package) -> bool {
    let purl_type = match package.kind {
        PackageKind::Apk => "apk",
        PackageKind::Deb => "deb",
        PackageKind::Rpm => "rpm",
        PackageKind::Alpm => "alpm",
        PackageKind::Library => return false,
    };
    purl_type == distribution.purl_type()
}

fn end_of_life(
    inventory: &Inventory,
    distribution: Option<Distribution>,
    advisories: &(impl Advisories + ?Sized),
) -> Option<plimsoll_advisory::model::EndOfLife> {
    let distribution = distribution?;
    let cycle = distribution.end_of_life_cycle(&inventory.os.as_ref()?.version);
    advisories.end_of_life(distribution.end_of_life_product()?, &cycle)
}

/// Packages stand in the inventory's order, which is by name; so do findings, the worst of a
/// package first.
fn sort(inventory: &Inventory, matched: &mut Matched) {
    let name = |index: usize| inventory.packages.get(index).map(|package| package.name.as_str());
    matched.findings.sort_by(|left, right| {
        (name(left.package), left.package)
            .cmp(&(name(right.package), right.package))
            .then_with(|| right.ratings.severity.cmp(&left.ratings.severity))
            .then_with(|| left.vulnerability.cmp(&right.vulnerability))
    });
    matched.undecided.sort();
    matched.undecided.dedup();
}

#[cfg(test)]
#[path = "engine_tests.rs"]
mod tests;
