//! The one loop.

use std::collections::BTreeMap;
use std::rc::Rc;

use plimsoll_inventory::{Inventory, Package, PackageKind};
use plimsoll_version::Distribution;

use crate::decide::{Decision, Setting, Verdict, decide};
use crate::names::{Key, keys, marks_sources};
use crate::products::Products;
use crate::third_party::is_third_party;
use crate::{Advisories, Coverage, Evidence, Finding, Matched, Ratings, Record, Undecided};
use crate::{coverage, severity};

/// Finds the known vulnerabilities of an inventory.
pub fn match_inventory(inventory: &Inventory, advisories: &(impl Advisories + ?Sized)) -> Matched {
    let (distribution, coverage) = coverage::of(inventory, advisories);
    let end_of_life = end_of_life(inventory, distribution, advisories);
    let mut matched =
        Matched { findings: Vec::new(), coverage, undecided: Vec::new(), end_of_life };
    let (Some(distribution), Coverage::Covered { namespace }) = (distribution, &matched.coverage)
    else {
        return matched;
    };
    // Whose habits the advisories follow.
    let (advisor, release) = match namespace.split_once(':') {
        Some((id, release)) => (Distribution::from_id(id).unwrap_or(distribution), release),
        None => (distribution, ""),
    };
    let products = Products::of(inventory, advisor, release, advisories);
    let setting = Setting {
        scheme: distribution.scheme(),
        extended_support: inventory.os.as_ref().is_some_and(|os| os.extended_support),
        products: products.as_ref(),
        marks_sources: marks_sources(advisor),
    };
    // What is known of packages of products that are built for no release in particular.
    let unreleased = products.is_some().then(|| advisor.id());
    let mut lookups = Lookups::new(advisories, namespace, unreleased);
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
        let (findings, undecided) = one_package(index, package, &keys, setting, &mut lookups);
        matched.findings.extend(findings);
        matched.undecided.extend(undecided);
    }
    sort(inventory, &mut matched);
    matched
}

fn one_package(
    index: usize,
    package: &Package,
    keys: &[Key],
    setting: Setting<'_>,
    lookups: &mut Lookups<'_, impl Advisories + ?Sized>,
) -> (Vec<Finding>, Vec<Undecided>) {
    let (mut findings, mut undecided) = (Vec::new(), Vec::new());
    let found: Vec<(Rc<[Listed]>, &Key)> =
        keys.iter().map(|key| (lookups.records(&key.name), key)).collect();
    let mut problems = Problems::new();
    for (records, key) in &found {
        for (id, record) in records.iter() {
            problems.entry(id).or_default().push((record, key));
        }
    }
    join_names(&mut problems, lookups.advisories);
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
                let names = names_of(id, records, lookups);
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

/// Records about one package, by the problem that they are about.
type Problems<'r> = BTreeMap<&'r str, Vec<(&'r Record, &'r Key)>>;

/// Joins what stands under several names of one problem, under the CVE where there is one.
///
/// Two CVEs are two problems, whatever somebody calls an alias. Nearly always all names are CVEs,
/// and nothing has to be looked up.
fn join_names(problems: &mut Problems<'_>, advisories: &(impl Advisories + ?Sized)) {
    if problems.len() < 2 || problems.keys().all(|id| is_cve(id)) {
        return;
    }
    let mut ids: Vec<&str> = problems.keys().copied().collect();
    ids.sort_by_key(|id| (!is_cve(id), *id));
    for id in ids {
        for alias in advisories.aliases(id) {
            let (Some((&alias, _)), true) =
                (problems.get_key_value(alias.as_str()), problems.contains_key(id))
            else {
                continue;
            };
            let (kept, joined) = match (is_cve(id), is_cve(alias)) {
                (true, true) => continue,
                (false, true) => (alias, id),
                (true, false) | (false, false) => (id, alias),
            };
            if kept != joined
                && let Some(records) = problems.remove(joined)
            {
                problems.entry(kept).or_default().extend(records);
            }
        }
    }
}

fn is_cve(id: &str) -> bool {
    id.starts_with("CVE-")
}

/// Every name of a problem but the one under which it is reported.
fn names_of(
    id: &str,
    records: &[(&Record, &Key)],
    lookups: &Lookups<'_, impl Advisories + ?Sized>,
) -> Vec<String> {
    let mut names = lookups.advisories.aliases(id);
    names.extend(records.iter().map(|(record, _)| record.affected.vulnerability.clone()));
    names.sort();
    names.dedup();
    names.retain(|name| name != id);
    names
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
fn belongs(distribution: Distribution, package: &Package) -> bool {
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

/// A record with the id under which its problem is reported.
type Listed = (String, Record);

/// Answers of the database, each asked for once: many binary packages share a source, and many
/// packages share a problem.
struct Lookups<'a, A: ?Sized> {
    advisories: &'a A,
    namespace: &'a str,
    unreleased: Option<&'a str>,
    /// By package name.
    records: BTreeMap<String, Rc<[Listed]>>,
    ratings: BTreeMap<String, Ratings>,
}

impl<'a, A: Advisories + ?Sized> Lookups<'a, A> {
    fn new(advisories: &'a A, namespace: &'a str, unreleased: Option<&'a str>) -> Self {
        Lookups {
            advisories,
            namespace,
            unreleased,
            records: BTreeMap::new(),
            ratings: BTreeMap::new(),
        }
    }

    fn records(&mut self, name: &str) -> Rc<[Listed]> {
        if let Some(known) = self.records.get(name) {
            return Rc::clone(known);
        }
        let with_id = |record: Record| {
            let id = &record.affected.vulnerability;
            (self.advisories.resolve(id).unwrap_or_else(|| id.clone()), record)
        };
        let namespaces = [self.namespace].into_iter().chain(self.unreleased);
        let found = namespaces.flat_map(|namespace| self.advisories.affected(namespace, name));
        let records: Vec<_> = found.map(with_id).collect();
        let records: Rc<[Listed]> = records.into();
        self.records.insert(name.to_owned(), Rc::clone(&records));
        records
    }

    /// How bad and how likely, with the severity that counts for this record.
    fn ratings(&mut self, id: &str, record: &Record) -> Ratings {
        let mut ratings = match self.ratings.get(id) {
            Some(known) => known.clone(),
            None => {
                let fresh = self.ask(id);
                self.ratings.insert(id.to_owned(), fresh.clone());
                fresh
            }
        };
        (ratings.severity, ratings.severity_source) = severity::choose(record, &ratings.severities);
        if let Some(own) = record.affected.severity {
            ratings.severities.insert(record.source.id.clone(), own);
        }
        ratings
    }

    fn ask(&self, id: &str) -> Ratings {
        let opinions = self.advisories.opinions(id);
        let mut ratings = Ratings {
            severities: severity::by_source(&opinions),
            epss: self.advisories.epss(id),
            exploited: self.advisories.exploited(id),
            ..Ratings::default()
        };
        for opinion in opinions {
            if opinion.withdrawn {
                ratings.withdrawn.push(opinion.source.clone());
            }
            if opinion.exploitation.is_some() {
                ratings.exploitation = opinion.exploitation;
            }
            if !opinion.cvss.is_empty() {
                ratings.cvss.entry(opinion.source).or_default().extend(opinion.cvss);
            }
        }
        ratings.withdrawn.sort();
        ratings.withdrawn.dedup();
        ratings
    }
}

#[cfg(test)]
#[path = "engine_tests.rs"]
mod tests;
