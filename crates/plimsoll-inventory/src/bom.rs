//! From a bill of materials to an inventory, as if what it describes had been scanned.
//!
//! What a document cannot carry is lost: lists of owned files, functions linked into programs, and,
//! in documents of others, whatever they have no place for.

use std::collections::HashMap;

use plimsoll_language::Component;
use plimsoll_sbom::{Bom, BomPackage, BomSystem, Purl};
use plimsoll_version::{Distribution, Ecosystem};

use crate::assemble::order;
use crate::{
    Inventory, Library, Location, OperatingSystem, Package, PackageKind, SourcePackage, os,
};

/// [`plimsoll_language::Extractor::id`] of packages whose document does not say what proved them.
const UNKNOWN_EXTRACTOR: &str = "sbom";

/// Turns a bill of materials into an inventory. Packages of distributions come first, each once, as
/// in the inventory of an image.
pub fn from_bom(bom: Bom) -> Inventory {
    let mut names: HashMap<String, String> = HashMap::new();
    let mut owners: Vec<(String, usize)> = Vec::new();
    let mut entries: Vec<(Package, String, Vec<String>, Option<String>)> = Vec::new();
    for mut listed in bom.packages {
        let reference = std::mem::take(&mut listed.reference);
        let needed = std::mem::take(&mut listed.depends_on);
        let owner = listed.owner.take();
        let package = package(listed);
        if package.library.is_some() && !reference.is_empty() {
            let id = plimsoll_language::component_id(&package.name, &package.version);
            names.insert(reference.clone(), id);
        }
        entries.push((package, reference, needed, owner));
    }
    entries.sort_by(|(left, ..), (right, ..)| order(left).cmp(&order(right)));
    entries.dedup_by(|(left, ..), (right, ..)| match left.kind {
        PackageKind::Library => {
            order(left).cmp(&order(right)).is_eq() && ecosystem(left) == ecosystem(right)
        }
        _ => crate::assemble::identity(left) == crate::assemble::identity(right),
    });
    let mut inventory = Inventory {
        os: bom.system.as_ref().map(operating_system),
        repositories: bom.repositories,
        busybox: bom.busybox,
        ..Inventory::default()
    };
    inventory.repositories.sort();
    inventory.repositories.dedup();
    let mut indices: HashMap<String, u32> = HashMap::new();
    for (index, (mut package, reference, needed, owner)) in entries.into_iter().enumerate() {
        if let Some(library) = &mut package.library {
            let known = needed.iter().filter_map(|reference| names.get(reference).cloned());
            library.depends_on = known.collect();
            library.depends_on.sort();
            library.depends_on.dedup();
            owners.extend(owner.map(|owner| (owner, index)));
        }
        if let Ok(index) = u32::try_from(index) {
            indices.entry(reference).or_insert(index);
        }
        inventory.packages.push(package);
    }
    for (owner, index) in owners {
        let found = indices.get(&owner).copied();
        let is_of_system = found.and_then(|found| inventory.packages.get(found as usize));
        let is_of_system = is_of_system.is_some_and(|owner| owner.library.is_none());
        if let Some(library) =
            inventory.packages.get_mut(index).and_then(|one| one.library.as_mut())
        {
            library.owner = found.filter(|_| is_of_system);
        }
    }
    inventory
}

fn ecosystem(package: &Package) -> Option<Ecosystem> {
    package.library.as_ref().map(|library| library.ecosystem)
}

fn package(listed: BomPackage) -> Package {
    let purl = listed.purl.clone().unwrap_or_default();
    let kind = match purl.purl_type.as_str() {
        "deb" => PackageKind::Deb,
        "rpm" => PackageKind::Rpm,
        "apk" => PackageKind::Apk,
        "alpm" => PackageKind::Alpm,
        _ => PackageKind::Library,
    };
    let (name, version) = match kind {
        PackageKind::Library => {
            listed.library().map(|(_, name, version)| (name, version)).unwrap_or_default()
        }
        _ => (system_name(&listed, &purl), system_version(kind, &listed, &purl)),
    };
    let source = (kind != PackageKind::Library).then(|| source(&listed, &purl, kind, &version));
    let mut package = Package {
        architecture: purl.qualifier("arch").unwrap_or_default().to_owned(),
        source: source.flatten(),
        licenses: listed.licenses.clone(),
        maintainer: listed.maintainer.clone(),
        modularity: listed
            .modularity
            .clone()
            .or_else(|| purl.qualifier("modularitylabel").map(str::to_owned)),
        found_in: Location {
            path: listed.path.clone(),
            layer: listed.evidence_layer.or(listed.layer).unwrap_or(0),
        },
        layer: listed.layer,
        code: listed.code,
        ..Package::new(kind, name, version)
    };
    if kind == PackageKind::Library {
        package.architecture.clear();
        package.library = Some(Box::new(library(listed)));
    }
    package
}

/// The document's own spelling of a name, where it is the same name: package URLs are lower case.
fn system_name(listed: &BomPackage, purl: &Purl) -> String {
    let same = listed.name.eq_ignore_ascii_case(&purl.name);
    if same { listed.name.clone() } else { purl.name.clone() }
}

fn system_version(kind: PackageKind, listed: &BomPackage, purl: &Purl) -> String {
    let version = if purl.version.is_empty() { &listed.version } else { &purl.version };
    let has_epoch = version.split_once(':').is_some_and(|(epoch, _)| epoch.parse::<u32>().is_ok());
    let epoch = purl.qualifier("epoch").filter(|epoch| *epoch != "0" && !has_epoch);
    match epoch {
        Some(epoch) => format!("{epoch}:{version}"),
        None if kind == PackageKind::Rpm => {
            version.strip_prefix("0:").unwrap_or(version).to_owned()
        }
        None => version.clone(),
    }
}

/// The source package, from wherever the document has it. `upstream` is a name with or without a
/// version, or the file name of a source rpm.
fn source(
    listed: &BomPackage,
    purl: &Purl,
    kind: PackageKind,
    version: &str,
) -> Option<SourcePackage> {
    let stated = listed.source.clone().or_else(|| {
        let upstream = purl.qualifier("upstream")?;
        if upstream.ends_with(".src.rpm") {
            let stem = upstream.strip_suffix(".src.rpm")?;
            let (rest, release) = stem.rsplit_once('-')?;
            let (name, version) = rest.rsplit_once('-')?;
            return Some((name.to_owned(), format!("{version}-{release}")));
        }
        let (name, version) = upstream.split_once('@').unwrap_or((upstream, ""));
        Some((name.to_owned(), version.to_owned()))
    });
    let (name, stated_version) = stated?;
    // A source without a version has the package's; that of a source rpm is never known otherwise.
    let own = if kind == PackageKind::Rpm { "" } else { version };
    let version = if stated_version.is_empty() { own.to_owned() } else { stated_version };
    (!name.is_empty()).then_some(SourcePackage { name, version })
}

fn library(listed: BomPackage) -> Library {
    let ecosystem = listed.library().map_or(Ecosystem::Generic, |(ecosystem, ..)| ecosystem);
    // Whatever has an ecosystem is never matched by CPE names, which others guess.
    let cpes = match ecosystem {
        Ecosystem::Generic | Ecosystem::Cpe => listed.cpes,
        _ => Vec::new(),
    };
    let extractor = listed.extractor.as_deref().unwrap_or(UNKNOWN_EXTRACTOR);
    let file = listed.file.unwrap_or_else(|| listed.path.clone());
    let component = Component {
        relationship: listed.relationship,
        dev: listed.dev,
        lines: listed.lines,
        digests: listed.digests,
        cpes,
        doubt: listed.doubt,
        ..Component::new(ecosystem, "", "")
    };
    Library::new(extractor, &file, component)
}

/// The operating system by id and version, in os-release's or other scanners' words.
fn operating_system(stated: &BomSystem) -> OperatingSystem {
    // Trivy's families are the ids of our table, and so are package URLs' namespaces, nearly.
    let other = match stated.id.as_str() {
        "suse" | "suse linux enterprise server" => Some(("sles", "")),
        "opensuse.leap" => Some(("opensuse-leap", "")),
        "opensuse.tumbleweed" => Some(("opensuse-tumbleweed", "")),
        "centos-stream" => Some(("centos", "CentOS Stream")),
        "amazonlinux" => Some(("amzn", "")),
        _ => None,
    };
    let by_table = || {
        let known = Distribution::from_os_release_id(&stated.id).is_none();
        known.then(|| Distribution::from_id(&stated.id)?.os_release_id()).flatten()
    };
    let (id, name) = match (other, by_table()) {
        (Some((id, name)), _) => (id.to_owned(), name),
        (None, Some(id)) => (id.to_owned(), ""),
        (None, None) => (stated.id.clone(), stated.pretty_name.as_str()),
    };
    OperatingSystem {
        extended_support: stated.extended_support,
        ..os::named(&id, name, &stated.version, &stated.codename, &stated.pretty_name)
    }
}

#[cfg(test)]
#[path = "bom_tests.rs"]
mod tests;
