//! Packages of languages, and programs that were recognised by their looks.

mod decide;
mod keys;
mod linkage;
mod sources;

use plimsoll_advisory::model::{Import, Severity};
use plimsoll_inventory::{Evidence as Proof, Inventory, Library, Package, Relationship, extractor};
use plimsoll_version::{Distribution, Ecosystem};

use decide::{Decision, Verdict, decide};
use keys::{LibraryKey, keys};
use linkage::{Code, linkage};

use crate::coverage::Tally;
use crate::engine::belongs;
use crate::lookups::{Lookups, Problems, join_names, names_of};
use crate::third_party::is_third_party;
use crate::{
    Advisories, Confidence, Evidence, Finding, MatchOptions, NameKind, Priority, Ratings, Record,
    SystemCoverage, Undecided,
};

/// Matches all packages that no operating system's package manager installed.
pub(crate) struct Libraries<'a> {
    pub(crate) inventory: &'a Inventory,
    pub(crate) system: &'a SystemCoverage,
    pub(crate) distribution: Option<Distribution>,
    pub(crate) options: MatchOptions,
}

/// What one package yields.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) findings: Vec<Finding>,
    pub(crate) undecided: Vec<Undecided>,
}

impl Libraries<'_> {
    pub(crate) fn one(
        &self,
        index: usize,
        package: &Package,
        tally: &mut Tally,
        lookups: &mut Lookups<'_, impl Advisories + ?Sized>,
    ) -> Found {
        let mut found = Found::default();
        let Some(library) = package.library.as_deref() else { return found };
        let owner = library.owner.and_then(|index| {
            let index = usize::try_from(index).ok()?;
            Some((index, self.inventory.packages.get(index)?))
        });
        if let Some((_, owner)) = owner
            && self.is_spoken_for(owner)
        {
            return found;
        }
        let keys = keys(package, library);
        let records: Vec<_> =
            keys.iter().map(|key| (lookups.records(key.namespace, &key.name), key)).collect();
        count(
            tally,
            library,
            &keys,
            records.iter().any(|(list, _)| !list.is_empty()),
            |namespace| lookups.covers(namespace),
        );
        let mut problems: Problems<'_, LibraryKey> = Problems::new();
        for (list, key) in &records {
            for (id, record) in list.iter() {
                problems.entry(id).or_default().push((record, key));
            }
        }
        join_names(&mut problems, lookups.advisories());
        let unreadable =
            keys.iter().find(|key| !key.scheme.is_valid(&key.version)).map(|key| &key.version);
        let mut uncompared = 0_usize;
        for (&id, records) in &problems {
            match decide(records, self.options.priority, || lookups.ratings_of(id)) {
                Decision::Clear => {}
                Decision::Undecided(_) if unreadable.is_some() => uncompared += 1,
                Decision::Undecided(reason) => found.undecided.push(Undecided {
                    package: index,
                    vulnerability: Some(id.to_owned()),
                    reason,
                }),
                Decision::Affected(verdict) => {
                    let aliases = names_of(id, records.iter().map(|(one, _)| *one), lookups);
                    let ratings = lookups.ratings(id, verdict.record);
                    let subject = Subject { index, package, library, owner };
                    found.findings.extend(self.finding(subject, id, aliases, *verdict, ratings));
                }
            }
        }
        if let Some(version) = unreadable.filter(|_| uncompared > 0) {
            let why = match version.as_str() {
                "" => "no version is known".to_owned(),
                version => format!("{version:?} is not a valid version"),
            };
            let reason = format!("{why}, so {uncompared} advisories could not be compared");
            found.undecided.push(Undecided { package: index, vulnerability: None, reason });
        }
        found
    }

    /// Whether the advisories of the distribution speak for what a package of it brought. They do
    /// not where the database has none, or where somebody else built the package.
    fn is_spoken_for(&self, owner: &Package) -> bool {
        self.options.priority == Priority::Precise
            && matches!(self.system, SystemCoverage::Covered { .. })
            && self.distribution.is_some_and(|distribution| belongs(distribution, owner))
            && !is_third_party(owner)
    }

    fn finding(
        &self,
        subject: Subject<'_>,
        id: &str,
        aliases: Vec<String>,
        verdict: Verdict<'_>,
        mut ratings: Ratings,
    ) -> Option<Finding> {
        let Subject { index, package, library, owner } = subject;
        let record = &verdict.record.affected;
        let mut confidence = verdict.confidence;
        let mut notes = verdict.notes;
        let accuser = verdict.claims.iter().map(|one| &one.source.id);
        let accuser = accuser.filter(|source| ratings.malicious.contains(source)).min();
        if let Some(source) = accuser {
            // What somebody uploaded under the name of a project is not the project itself.
            if matches!(library.relationship, Relationship::Root | Relationship::Workspace)
                && library.ecosystem != Ecosystem::Golang
            {
                return None;
            }
            ratings.severity = Severity::Critical;
            ratings.severity_source = Some(source.clone());
            notes.push(format!("{source} calls the package itself malicious: remove it"));
        }
        notes.extend(how_found(package, library, verdict.key, verdict.record));
        if verdict.key.cpe.is_some() || library.doubt.is_some() {
            confidence = Confidence::Doubtful;
        }
        if let Some((_, owner)) = owner {
            confidence = Confidence::Doubtful;
            notes.push(format!(
                "installed by the package {}, whose makers may have fixed it without changing \
                 this version{}",
                owner.name,
                match self.system {
                    SystemCoverage::Covered { .. } => "",
                    _ => "; the database has no advisories of theirs",
                }
            ));
        }
        notes.extend(about_record(verdict.record));
        if !ratings.withdrawn.is_empty() {
            notes.push(format!("withdrawn by {}", ratings.withdrawn.join(", ")));
        }
        let symbols = library.symbols.and_then(|index| usize::try_from(index).ok());
        let code = symbols.and_then(|index| self.inventory.symbols.get(index));
        let imports = verdict.claims.iter().flat_map(|one| one.affected.imports.iter());
        let linkage = linkage(library.ecosystem, imports, code.map(|code| code as &dyn Code));
        let advisories = verdict.advisories.into_iter().filter(|name| name != id).collect();
        Some(Finding {
            package: index,
            vulnerability: id.to_owned(),
            aliases,
            status: verdict.status,
            raw_status: record.raw_status.clone(),
            fixed_version: verdict.fixed_version,
            subscription_fix: None,
            advisories,
            source: verdict.record.source.clone(),
            ratings,
            third_party: false,
            malicious: accuser.is_some(),
            confidence,
            linkage,
            code: package.code,
            owner: owner.map(|(index, _)| index),
            evidence: Evidence {
                namespace: record.namespace.clone(),
                name: verdict.key.name.clone(),
                name_kind: verdict.key.kind(),
                comparison: verdict.comparison,
                notes,
            },
        })
    }
}

/// What a finding is about.
#[derive(Clone, Copy)]
struct Subject<'a> {
    index: usize,
    package: &'a Package,
    library: &'a Library,
    owner: Option<(usize, &'a Package)>,
}

/// Counts a package under the namespace where most is known of it.
///
/// Of what has no registry nobody keeps a complete list: `generic` covers a package if anybody
/// speaks of it at all.
fn count(
    tally: &mut Tally,
    library: &Library,
    keys: &[LibraryKey],
    is_known: bool,
    covers: impl Fn(&str) -> bool,
) {
    let others = keys.iter().find(|key| key.cpe.is_some() && covers(key.namespace));
    let others = others
        .or_else(|| keys.iter().find(|key| key.namespace == "bitnami" && covers(key.namespace)))
        .or_else(|| keys.iter().find(|key| key.cpe.is_some()));
    match (others, library.ecosystem) {
        (Some(key), _) => tally.count(key.namespace, covers(key.namespace)),
        (None, Ecosystem::Generic) => tally.count("generic", is_known),
        (None, ecosystem) => tally.count(ecosystem.id(), covers(ecosystem.id())),
    }
}

/// How the package and the record came together, where that is not by a registry's name.
fn how_found(
    package: &Package,
    library: &Library,
    key: &LibraryKey,
    record: &Record,
) -> Vec<String> {
    let mut notes = Vec::new();
    let proof = extractor(&library.extractor).map(|row| row.evidence);
    let recognised = proof == Some(Proof::Fingerprint);
    if recognised {
        notes.push(format!("found by the fingerprint {}", library.extractor));
    }
    match key.kind() {
        NameKind::Cpe => {
            let criteria = record.affected.cpes.join(", ");
            notes.push(format!("matched by the CPE name {} ({criteria})", key.name));
        }
        NameKind::Binary | NameKind::Source if key.namespace != library.ecosystem.id() => {
            notes.push(format!("matched by the name {} of {}", key.name, key.namespace));
        }
        NameKind::Binary | NameKind::Source => {}
    }
    if recognised || key.cpe.is_some() {
        notes.push("whoever built it may have fixed it without changing the version".to_owned());
    }
    if let Some(doubt) = &library.doubt {
        notes.push(format!("not certain of {}: {doubt}", package.name));
    }
    notes
}

/// What a record says of itself that a reader must know.
fn about_record(record: &Record) -> Vec<String> {
    let affected = &record.affected;
    let mut notes = Vec::new();
    match affected.raw_status.as_deref() {
        Some("UNREVIEWED") => notes.push("not reviewed by the source".to_owned()),
        Some(word) if record.source.id == "rustsec" => notes.push(format!("informational: {word}")),
        _ => {}
    }
    if !affected.platforms.is_empty() {
        notes.push(format!("only together with {}", some(affected.platforms.iter())));
    }
    let of = |list: fn(&Import) -> &Vec<String>| {
        // An import without restriction concerns all.
        let lists: Vec<_> = affected.imports.iter().map(list).collect();
        let restricted = !lists.is_empty() && lists.iter().all(|list| !list.is_empty());
        let mut words: Vec<_> = lists.into_iter().flatten().filter(|_| restricted).collect();
        words.sort();
        words.dedup();
        words
    };
    for (what, words) in [
        ("operating systems", of(|import| &import.systems)),
        ("architectures", of(|import| &import.architectures)),
    ] {
        if !words.is_empty() {
            notes.push(format!("concerns only the {what} {}", some(words.into_iter())));
        }
    }
    notes
}

/// The first of some names.
fn some<'n>(names: impl ExactSizeIterator<Item = &'n String>) -> String {
    const MOST: usize = 8;
    let more = names.len().saturating_sub(MOST);
    let mut text = names.take(MOST).map(String::as_str).collect::<Vec<_>>().join(", ");
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    text
}

#[cfg(test)]
#[path = "../library_tests.rs"]
mod tests;
