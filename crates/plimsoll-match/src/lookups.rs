//! Answers of the database, each asked for once: many binary packages share a source, and many
//! packages share a problem.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::{Advisories, Ratings, Record, severity};

/// A record with the id under which its problem is reported.
pub(crate) type Listed = (String, Record);

/// Records about one package, by the problem that they are about; each with the name (`K`) under
/// which it stands.
pub(crate) type Problems<'r, K> = BTreeMap<&'r str, Vec<(&'r Record, &'r K)>>;

/// A database, and what it said already.
pub(crate) struct Lookups<'a, A: ?Sized> {
    advisories: &'a A,
    /// By namespace and package name.
    records: BTreeMap<(String, String), Rc<[Listed]>>,
    ratings: BTreeMap<String, Ratings>,
    covered: BTreeMap<String, bool>,
}

impl<'a, A: Advisories + ?Sized> Lookups<'a, A> {
    pub(crate) fn new(advisories: &'a A, namespaces: &[&str]) -> Self {
        let covered = |namespace: &&str| ((*namespace).to_owned(), advisories.covers(namespace));
        Lookups {
            advisories,
            records: BTreeMap::new(),
            ratings: BTreeMap::new(),
            covered: namespaces.iter().map(covered).collect(),
        }
    }

    pub(crate) fn advisories(&self) -> &'a A {
        self.advisories
    }

    pub(crate) fn covers(&self, namespace: &str) -> bool {
        let known = self.covered.get(namespace).copied();
        known.unwrap_or_else(|| self.advisories.covers(namespace))
    }

    pub(crate) fn records(&mut self, namespace: &str, name: &str) -> Rc<[Listed]> {
        let key = (namespace.to_owned(), name.to_owned());
        if let Some(known) = self.records.get(&key) {
            return Rc::clone(known);
        }
        let with_id = |record: Record| {
            let id = &record.affected.vulnerability;
            (self.advisories.resolve(id).unwrap_or_else(|| id.clone()), record)
        };
        let found = self.advisories.affected(namespace, name);
        let records: Vec<_> = found.into_iter().map(with_id).collect();
        let records: Rc<[Listed]> = records.into();
        self.records.insert(key, Rc::clone(&records));
        records
    }

    /// How bad and how likely, with the severity that counts for this record.
    pub(crate) fn ratings(&mut self, id: &str, record: &Record) -> Ratings {
        let mut ratings = self.ratings_of(id);
        (ratings.severity, ratings.severity_source) = severity::choose(record, &ratings.severities);
        if let Some(own) = record.affected.severity {
            ratings.severities.insert(record.source.id.clone(), own);
        }
        ratings
    }

    /// The same before a severity is chosen.
    pub(crate) fn ratings_of(&mut self, id: &str) -> Ratings {
        if let Some(known) = self.ratings.get(id) {
            return known.clone();
        }
        let fresh = self.ask(id);
        self.ratings.insert(id.to_owned(), fresh.clone());
        fresh
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
            if opinion.malicious {
                ratings.malicious.push(opinion.source.clone());
            }
            if opinion.exploitation.is_some() {
                ratings.exploitation = opinion.exploitation;
            }
            if !opinion.cvss.is_empty() {
                ratings.cvss.entry(opinion.source).or_default().extend(opinion.cvss);
            }
        }
        for list in [&mut ratings.withdrawn, &mut ratings.malicious] {
            list.sort();
            list.dedup();
        }
        ratings
    }
}

/// Joins what stands under several names of one problem, under the CVE where there is one.
///
/// Two CVEs are two problems, whatever somebody calls an alias. Nearly always all names are CVEs,
/// and nothing has to be looked up.
pub(crate) fn join_names<K>(
    problems: &mut Problems<'_, K>,
    advisories: &(impl Advisories + ?Sized),
) {
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
pub(crate) fn names_of<'r>(
    id: &str,
    records: impl Iterator<Item = &'r Record>,
    lookups: &Lookups<'_, impl Advisories + ?Sized>,
) -> Vec<String> {
    let mut names = lookups.advisories.aliases(id);
    names.extend(records.map(|record| record.affected.vulnerability.clone()));
    names.sort();
    names.dedup();
    names.retain(|name| name != id);
    names
}
