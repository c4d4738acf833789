//! What a record says about packages: one statement for each product and problem.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use plimsoll_version::{Distribution, MatchBy, Scheme};

use super::super::alma::{is_modular, modules};
use super::super::identifier::{is_cve, is_name, is_word};
use super::names::Names;
use super::place::{self, Kind, Place};
use super::ranges::{self, Affected as Versions};
use super::schema::{EcosystemNotes, Known, Product, Rating, Record};
use crate::model::{Affected, Import, Range, Severity, Status};

/// SUSE's products have the longest names, of some eighty letters.
const LONGEST_ECOSYSTEM: usize = 200;

/// Problems, with the severity of each where it has one of its own.
pub(super) type Rated = Vec<(String, Option<Severity>)>;

/// A statement before it is said of each problem.
pub(super) struct Statement {
    pub(super) affected: Affected,
    /// The problems that it is said of, with the severity of each, where those are not the record's.
    pub(super) only: Option<Rated>,
}

/// The statements of a record, and what could not be understood.
pub(super) fn of(record: &mut Record, names: &Names) -> (Vec<Statement>, Vec<String>) {
    let mut maker = Maker {
        statements: Vec::new(),
        wrong: Vec::new(),
        template: Affected {
            advisories: vec![record.id.clone()],
            raw_status: unreviewed(&record.database_specific.0.review_status.0),
            ..Affected::with_status(Status::Affected)
        },
        project: std::mem::take(&mut record.database_specific.0.package.0),
        modules: Vec::new(),
        with_versions: record
            .affected
            .iter()
            .filter(|product| !product.ranges.is_empty() || !product.versions.is_empty())
            .map(key)
            .collect(),
    };
    if names.is_fix {
        maker.template.severity = record.summary.split(':').next().and_then(Severity::from_word);
        maker.modules = modules(&record.summary).into_iter().map(str::to_owned).collect();
    }
    for product in std::mem::take(&mut record.affected) {
        if let Err(reason) = maker.product(product) {
            maker.wrong.push(reason);
        }
    }
    let mut statements = maker.statements;
    if names.is_fix {
        keep_lowest_fixes(&mut statements);
    }
    (statements, maker.wrong)
}

/// How many statements these become for so many problems, and of how many parts.
pub(super) fn size(statements: &[Statement], problems: usize) -> (usize, usize) {
    statements.iter().fold((0, 0), |(count, parts), Statement { affected, only }| {
        let times = only.as_ref().map_or(problems, Vec::len);
        let symbols: usize = affected.imports.iter().map(|import| 1 + import.symbols.len()).sum();
        let own = 1 + affected.ranges.len() + affected.versions.len() + symbols;
        (count + times, times.saturating_mul(own).saturating_add(parts))
    })
}

/// Go's word for what was copied and not looked at.
fn unreviewed(status: &str) -> Option<String> {
    (status == "UNREVIEWED").then(|| status.to_owned())
}

fn key(product: &Product) -> (String, String) {
    product
        .package
        .as_ref()
        .map(|package| (package.ecosystem.clone(), package.name.clone()))
        .unwrap_or_default()
}

struct Maker {
    statements: Vec<Statement>,
    wrong: Vec<String>,
    template: Affected,
    /// The project that a record without packages is about (curl).
    project: String,
    /// Modules of an erratum.
    modules: Vec<String>,
    /// Packages of which versions are said somewhere in the record.
    with_versions: BTreeSet<(String, String)>,
}

impl Maker {
    fn product(&mut self, product: Product) -> Result<(), String> {
        let key = key(&product);
        let (ecosystem, package) = (&*key.0, &*key.1);
        let has_commits = product.ranges.iter().any(ranges::is_of_commits);
        if has_commits && let Err(reason) = self.commits(&product) {
            self.wrong.push(reason);
        }
        let (place, package) = match ecosystem {
            "" if package.is_empty() && !self.project.is_empty() => {
                (place::of("OSS-Fuzz", ""), self.project.clone())
            }
            "" if package.is_empty() && has_commits => return Ok(()),
            "" => return Err(format!("package {package:?} has no ecosystem")),
            _ if ecosystem.len() > LONGEST_ECOSYSTEM || ecosystem.contains(char::is_control) => {
                return Err(format!("{ecosystem:?} is no ecosystem"));
            }
            _ => {
                let place = place::of(ecosystem, package);
                let name = place.normalize(package).into_owned();
                (place, name)
            }
        };
        if !is_name(&package) {
            return Err(format!("{package:?} is no package"));
        }
        let scheme = place.scheme();
        let notes = product.ecosystem_specific.0;
        let all = product.ranges.iter().chain(&notes.custom_ranges.0);
        let mut versions = ranges::of_versions(all, scheme)
            .map_err(|reason| format!("{reason} (of {package})"))?;
        versions.end_at(&product.database_specific.0.last_known_affected_version_range.0);
        let listed = versions.beside(&product.versions, scheme);
        if versions.ranges.is_empty() && listed.is_empty() {
            // Photon names its packages once more without versions.
            return if has_commits || self.with_versions.contains(&key) {
                Ok(())
            } else {
                Err(format!("{package} has neither ranges nor versions"))
            };
        }
        let rated = rated(&product.severity.0);
        let only = only(product.database_specific.0.cves_map.0.cves.0);
        let affected = Affected {
            severity: own_severity(&notes).or(rated).or(self.template.severity),
            channel: channel(&place, &notes.availability.0),
            modularity: Some(notes.rpm_modularity.0.clone()).filter(|module| is_word(module)),
            imports: imports(&package, &notes),
            versions: listed,
            status: if versions.has_fix { Status::Fixed } else { Status::Affected },
            raw_status: Some(product.database_specific.0.informational.0)
                .filter(|word| !word.is_empty())
                .or_else(|| self.template.raw_status.clone()),
            namespace: place.namespace.clone(),
            cpes: place.cpes.clone(),
            package,
            ..self.template.clone()
        };
        self.of_binaries(&place, affected, versions, &notes, only);
        Ok(())
    }

    /// The same for each binary package, where the distribution's advisories are about those and
    /// the record names them below the source.
    fn of_binaries(
        &mut self,
        place: &Place,
        affected: Affected,
        versions: Versions,
        notes: &EcosystemNotes,
        only: Option<Rated>,
    ) {
        let Kind::Distribution(distribution) = place.kind else {
            return self.say(Affected { ranges: versions.ranges, ..affected }, only);
        };
        let mut binaries: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
        if distribution.match_by() == MatchBy::Binary {
            for Known(fixed) in &notes.binaries.0 {
                for (name, Known(version)) in fixed {
                    if is_word(name) && is_word(version) {
                        binaries.entry((name, version)).or_default();
                    }
                }
            }
            for (architecture, files) in architectures(notes) {
                for name in files.iter().filter_map(|file| name_of_file(file)) {
                    binaries.entry((name, "")).or_default().insert(architecture);
                }
            }
        }
        if binaries.is_empty() {
            return self.say(Affected { ranges: versions.ranges, ..affected }, only);
        }
        for ((name, version), architectures) in binaries {
            let mut ranges = versions.ranges.clone();
            if let [range] = &mut ranges[..]
                && range.fixed.is_some()
                && !version.is_empty()
            {
                range.fixed = Some(version.to_owned());
            }
            let everywhere = architectures.contains("noarch");
            let architectures = architectures.into_iter().filter(|_| !everywhere);
            let affected = Affected {
                package: name.to_owned(),
                architectures: architectures.map(str::to_owned).collect(),
                ranges,
                ..affected.clone()
            };
            self.say(affected, only.clone());
        }
    }

    /// Says it once, or for each module of the erratum that the package may be of.
    fn say(&mut self, affected: Affected, only: Option<Rated>) {
        let fixed = affected.ranges.first().and_then(|range| range.fixed.as_deref());
        let is_modular = affected.modularity.is_none() && fixed.is_some_and(is_modular);
        if !is_modular || self.modules.is_empty() {
            self.statements.push(Statement { affected, only });
            return;
        }
        for module in &self.modules {
            let affected = Affected { modularity: Some(module.clone()), ..affected.clone() };
            self.statements.push(Statement { affected, only: only.clone() });
        }
    }

    /// What a record says of repositories: ranges between commits, and the tags in them where
    /// there is no package that they are versions of.
    fn commits(&mut self, product: &Product) -> Result<(), String> {
        let mut repositories: BTreeMap<&str, Versions> = BTreeMap::new();
        for range in product.ranges.iter().filter(|range| ranges::is_of_commits(range)) {
            if !is_word(&range.repo) {
                return Err(format!("{:?} is no repository", range.repo));
            }
            let read = ranges::commits(range)?;
            let known = repositories.entry(&range.repo).or_default();
            known.has_fix |= read.has_fix;
            known.ranges.extend(read.ranges);
        }
        let tags = match product.package {
            Some(_) => Vec::new(),
            None => product.versions.iter().filter(|tag| is_word(tag)).cloned().collect(),
        };
        for (repository, versions) in repositories {
            let affected = Affected {
                namespace: Place::git().namespace,
                package: repository.to_owned(),
                status: if versions.has_fix { Status::Fixed } else { Status::Affected },
                ranges: versions.ranges,
                versions: tags.clone(),
                ..self.template.clone()
            };
            self.statements.push(Statement { affected, only: None });
        }
        Ok(())
    }
}

/// The severity that the source gives to this package.
fn own_severity(notes: &EcosystemNotes) -> Option<Severity> {
    [&notes.ubuntu_priority.0, &notes.urgency.0, &notes.severity.0]
        .into_iter()
        .find_map(|word| Severity::from_word(word.trim_end_matches('*')))
}

/// A word among the ratings (Ubuntu's), where vectors stand otherwise.
pub(super) fn rated(ratings: &[Rating]) -> Option<Severity> {
    ratings
        .iter()
        .filter(|rating| !rating.kind.starts_with("CVSS"))
        .find_map(|rating| Severity::from_word(&rating.score))
}

/// The CVEs that a notice names for this product, with Ubuntu's severity of each.
fn only(cves: Vec<super::schema::RatedCve>) -> Option<Rated> {
    let known = cves.into_iter().filter(|cve| is_cve(&cve.id));
    let only: Vec<_> = known.map(|cve| (cve.id, rated(&cve.severity.0))).collect();
    (!only.is_empty()).then_some(only)
}

/// Which repository of a subscription has the fix, as far as it is said.
fn channel(place: &Place, availability: &str) -> Option<String> {
    let channel = place.channel.as_deref()?;
    if channel != "pro" || place.kind != Kind::Distribution(Distribution::Ubuntu) {
        return Some(channel.to_owned());
    }
    let channel = if availability.contains("Legacy") {
        "esm-infra-legacy"
    } else if availability.contains("Infra-only") {
        "esm-infra"
    } else if availability.contains("Ubuntu Pro") {
        "esm-apps"
    } else {
        channel
    };
    Some(channel.to_owned())
}

/// The vulnerable code.
fn imports(package: &str, notes: &EcosystemNotes) -> Vec<Import> {
    let go = notes.imports.0.iter().filter(|import| !import.path.is_empty()).map(|import| Import {
        path: import.path.clone(),
        symbols: import.symbols.clone(),
        systems: import.goos.clone(),
        architectures: import.goarch.clone(),
    });
    let rust = &notes.affects.0;
    let symbols = [&notes.symbols.0, &rust.functions, &notes.affected_functions.0]
        .into_iter()
        .find(|symbols| !symbols.is_empty());
    let own = (symbols.is_some() || !rust.os.is_empty() || !rust.arch.is_empty()).then(|| Import {
        path: package.to_owned(),
        symbols: symbols.cloned().unwrap_or_default(),
        systems: rust.os.clone(),
        architectures: rust.arch.clone(),
    });
    go.chain(own).collect()
}

/// openEuler's files, by architecture; sources are left out.
fn architectures(notes: &EcosystemNotes) -> [(&'static str, &[String]); 5] {
    [
        ("aarch64", &notes.aarch64.0),
        ("loongarch64", &notes.loongarch64.0),
        ("noarch", &notes.noarch.0),
        ("riscv64", &notes.riscv64.0),
        ("x86_64", &notes.x86_64.0),
    ]
}

/// `openssl-libs` of `openssl-libs-1.1.1m-2.oe2203.x86_64.rpm`.
fn name_of_file(file: &str) -> Option<&str> {
    let mut parts = file.strip_suffix(".rpm")?.rsplitn(3, '-');
    let (_, _, name) = (parts.next()?, parts.next()?, parts.next()?);
    is_word(name).then_some(name)
}

/// An erratum may list a package with several fixed versions: builds of one source for several
/// minor releases. Each of them has the fix, so the lowest is where the affected range ends.
fn keep_lowest_fixes(statements: &mut Vec<Statement>) {
    type Key = (String, String, Option<String>, Option<String>, Vec<String>, Vec<String>);
    let mut lowest: HashMap<Key, usize> = HashMap::new();
    let mut kept: Vec<Statement> = Vec::with_capacity(statements.len());
    for statement in std::mem::take(statements) {
        let affected = &statement.affected;
        let [Range { introduced: None, fixed: Some(fixed), .. }] = &affected.ranges[..] else {
            kept.push(statement);
            continue;
        };
        let key = (
            affected.namespace.clone(),
            affected.package.clone(),
            affected.channel.clone(),
            affected.modularity.clone(),
            affected.cpes.clone(),
            affected.architectures.clone(),
        );
        match lowest.get(&key) {
            Some(&index) => {
                let known = &mut kept[index];
                let bound = known.affected.ranges[0].fixed.as_deref().unwrap_or("");
                let is_rpm = is_of_rpm(&affected.namespace);
                if !is_rpm || statement.only != known.only {
                    kept.push(statement);
                } else if Scheme::Rpm.compare(fixed, bound).is_ok_and(std::cmp::Ordering::is_lt) {
                    *known = statement;
                }
            }
            None => {
                lowest.insert(key, kept.len());
                kept.push(statement);
            }
        }
    }
    *statements = kept;
}

fn is_of_rpm(namespace: &str) -> bool {
    let id = namespace.split(':').next().unwrap_or(namespace);
    Distribution::from_id(id).is_some_and(|distribution| distribution.scheme() == Scheme::Rpm)
}
