//! A database of a few records, and packages in one line each.

use std::collections::BTreeMap;

use plimsoll_advisory::model::{
    Affected, EndOfLife, Epss, Exploited, Range, Source, Status, Vulnerability,
};
use plimsoll_inventory::{
    FileList, Inventory, Library, Location, OperatingSystem, Package, PackageKind, Relationship,
    SourcePackage,
};
use plimsoll_version::{Distribution, Ecosystem};

use crate::{Advisories, Opinion, Record};

/// A database of hand-made records.
#[derive(Debug, Default)]
pub(crate) struct Records {
    pub(crate) namespaces: Vec<String>,
    pub(crate) affected: Vec<Affected>,
    /// Records of somebody in particular.
    pub(crate) records: Vec<Record>,
    pub(crate) opinions: BTreeMap<String, Vec<Opinion>>,
    pub(crate) aliases: Vec<(String, Vec<String>)>,
    /// Whether an alias leads to the id that has it.
    pub(crate) resolves: bool,
    pub(crate) epss: BTreeMap<String, Epss>,
    pub(crate) exploited: Vec<Exploited>,
    pub(crate) end_of_life: Vec<EndOfLife>,
    pub(crate) repositories: Vec<(String, Vec<String>)>,
}

impl Advisories for Records {
    fn covers(&self, namespace: &str) -> bool {
        self.namespaces.iter().any(|one| one == namespace)
    }

    fn affected(&self, namespace: &str, package: &str) -> Vec<Record> {
        let hits =
            self.affected.iter().filter(|one| one.namespace == namespace && one.package == package);
        let is_hit =
            |one: &&Record| one.affected.namespace == namespace && one.affected.package == package;
        hits.cloned().map(record).chain(self.records.iter().filter(is_hit).cloned()).collect()
    }

    fn opinions(&self, vulnerability: &str) -> Vec<Opinion> {
        self.opinions.get(vulnerability).cloned().unwrap_or_default()
    }

    fn texts(&self, _vulnerability: &str) -> Vec<(Source, Vulnerability)> {
        Vec::new()
    }

    fn aliases(&self, vulnerability: &str) -> Vec<String> {
        let own = self.aliases.iter().find(|(id, _)| id == vulnerability);
        own.map(|(_, names)| names.clone()).unwrap_or_default()
    }

    fn resolve(&self, name: &str) -> Option<String> {
        if !self.resolves {
            return None;
        }
        let hit = self.aliases.iter().find(|(_, names)| names.iter().any(|one| one == name));
        hit.map(|(id, _)| id.clone())
    }

    fn epss(&self, vulnerability: &str) -> Option<Epss> {
        self.epss.get(vulnerability).copied()
    }

    fn exploited(&self, vulnerability: &str) -> Option<Exploited> {
        self.exploited.iter().find(|one| one.id == vulnerability).cloned()
    }

    fn repository(&self, name: &str) -> Option<Vec<String>> {
        let hit = self.repositories.iter().find(|(known, _)| known == name);
        hit.map(|(_, cpes)| cpes.clone())
    }

    fn end_of_life(&self, product: &str, release: &str) -> Option<EndOfLife> {
        let hit =
            self.end_of_life.iter().find(|one| one.product == product && one.release == release);
        hit.cloned()
    }
}

/// Debian 12 with these records.
pub(crate) fn debian(affected: &[Affected]) -> Records {
    Records {
        namespaces: vec!["debian:12".to_owned()],
        affected: affected.to_vec(),
        ..Records::default()
    }
}

/// A record with the source that its namespace implies.
pub(crate) fn record(affected: Affected) -> Record {
    let id = affected.namespace.split(':').next().unwrap_or("").to_owned();
    let source = Source { id, name: String::new(), url: String::new(), license: String::new() };
    Record { affected, source }
}

/// A record of somebody in particular.
pub(crate) fn by(source: &str, affected: Affected) -> Record {
    let mut record = record(affected);
    record.source.id = source.to_owned();
    record
}

/// A package of a language, as its file says.
pub(crate) fn library(ecosystem: Ecosystem, name: &str, version: &str) -> Package {
    let library = Library {
        ecosystem,
        extractor: "test".to_owned(),
        file: "srv/app".to_owned(),
        relationship: Relationship::Unknown,
        dev: false,
        depends_on: Vec::new(),
        lines: Vec::new(),
        digests: Vec::new(),
        cpes: Vec::new(),
        doubt: None,
        symbols: None,
        owner: None,
    };
    Package {
        library: Some(Box::new(library)),
        ..Package::new(PackageKind::Library, name.to_owned(), version.to_owned())
    }
}

pub(crate) fn unfixed(namespace: &str, package: &str, id: &str, status: Status) -> Affected {
    Affected {
        namespace: namespace.to_owned(),
        package: package.to_owned(),
        vulnerability: id.to_owned(),
        advisories: Vec::new(),
        status,
        raw_status: None,
        ranges: Vec::new(),
        versions: Vec::new(),
        severity: None,
        architectures: Vec::new(),
        modularity: None,
        channel: None,
        cpes: Vec::new(),
        platforms: Vec::new(),
        imports: Vec::new(),
    }
}

pub(crate) fn fixed(namespace: &str, package: &str, id: &str, version: &str) -> Affected {
    Affected {
        ranges: vec![range(None, Some(version), None)],
        ..unfixed(namespace, package, id, Status::Fixed)
    }
}

pub(crate) fn range(introduced: Option<&str>, fixed: Option<&str>, last: Option<&str>) -> Range {
    Range {
        introduced: introduced.map(str::to_owned),
        after: None,
        fixed: fixed.map(str::to_owned),
        last_affected: last.map(str::to_owned),
    }
}

/// A Debian package.
pub(crate) fn package(name: &str, version: &str) -> Package {
    Package {
        kind: PackageKind::Deb,
        name: name.to_owned(),
        version: version.to_owned(),
        architecture: "amd64".to_owned(),
        source: None,
        licenses: Vec::new(),
        maintainer: None,
        modularity: None,
        files: FileList::default(),
        found_in: Location { path: "var/lib/dpkg/status".to_owned(), layer: 0 },
        layer: Some(0),
        code: None,
        library: None,
    }
}

pub(crate) fn with_source(mut package: Package, name: &str, version: &str) -> Package {
    package.source = Some(SourcePackage { name: name.to_owned(), version: version.to_owned() });
    package
}

pub(crate) fn inventory(id: &str, version: &str, packages: Vec<Package>) -> Inventory {
    let os = OperatingSystem {
        distribution: Distribution::from_os_release_id(id),
        id: id.to_owned(),
        version: version.to_owned(),
        codename: None,
        pretty_name: None,
        extended_support: false,
        found_in: Location { path: "etc/os-release".to_owned(), layer: 0 },
    };
    Inventory { os: Some(os), packages, ..Inventory::default() }
}
