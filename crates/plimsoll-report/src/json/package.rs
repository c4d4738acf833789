//! `Packages`.

use std::borrow::Cow;

use plimsoll_image::Digest;
use plimsoll_inventory::{Library, PackageKind, Relationship};
use plimsoll_version::Ecosystem;
use serde::Serialize;

use super::ours;
use crate::identity::{self, Evr};
use crate::results::{self, Part, type_name};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Package<'a> {
    #[serde(rename = "ID")]
    id: String,
    name: &'a str,
    identifier: Identifier,
    version: Cow<'a, str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    release: &'a str,
    #[serde(skip_serializing_if = "is_zero")]
    epoch: u64,
    #[serde(skip_serializing_if = "str::is_empty")]
    arch: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dev: bool,
    #[serde(skip_serializing_if = "str::is_empty")]
    src_name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    src_version: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    src_release: &'a str,
    #[serde(skip_serializing_if = "is_zero")]
    src_epoch: u64,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    licenses: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    maintainer: Option<&'a str>,
    /// Trivy spells it so.
    #[serde(rename = "Modularitylabel", skip_serializing_if = "Option::is_none")]
    modularity: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repository: Option<Repository>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    indirect: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    relationship: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    depends_on: Vec<String>,
    layer: Layer,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Lines>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    installed_files: Vec<String>,
    analyzed_by: &'a str,
    plimsoll: ours::Package<'a>,
}

#[derive(Serialize)]
pub(super) struct Identifier {
    #[serde(rename = "PURL")]
    purl: String,
    #[serde(rename = "UID")]
    uid: String,
}

/// Lines of a file.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Lines {
    start_line: u32,
    end_line: u32,
}

#[derive(Serialize)]
struct Repository {
    #[serde(rename = "Class")]
    class: &'static str,
}

/// The layer that brought a package; empty for a directory.
#[derive(Serialize)]
pub(super) struct Layer {
    #[serde(rename = "Digest", skip_serializing_if = "Option::is_none")]
    digest: Option<Digest>,
    #[serde(rename = "DiffID", skip_serializing_if = "Option::is_none")]
    diff_id: Option<Digest>,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// By which other parts of the document name a package: `name@version`, with Trivy's signs in
/// between.
pub(super) fn id(package: &plimsoll_inventory::Package) -> String {
    match package.library.as_deref() {
        Some(library) => library_id(library, &package.name, &package.version),
        None => format!("{}@{}", package.name, package.version),
    }
}

/// The version as Trivy writes it: Go's with a `v`.
pub(super) fn version(package: &plimsoll_inventory::Package) -> Cow<'_, str> {
    match package.library.as_deref() {
        Some(library) => with_mark(library.ecosystem, &package.version),
        None => Cow::Borrowed(&package.version),
    }
}

fn with_mark(ecosystem: Ecosystem, version: &str) -> Cow<'_, str> {
    if ecosystem == Ecosystem::Golang && version.starts_with(|sign: char| sign.is_ascii_digit()) {
        Cow::Owned(format!("v{version}"))
    } else {
        Cow::Borrowed(version)
    }
}

fn library_id(library: &Library, name: &str, version: &str) -> String {
    if version.is_empty() {
        return name.to_owned();
    }
    let sign = match library.ecosystem {
        Ecosystem::Maven => ':',
        Ecosystem::Conan => '/',
        Ecosystem::NuGet if type_name(library) == "dotnet-core" => '/',
        _ => '@',
    };
    format!("{name}{sign}{}", with_mark(library.ecosystem, version))
}

/// What a package needs, by the ids of this document.
fn depends_on(library: &Library) -> Vec<String> {
    let renamed = |id: &String| match id.rsplit_once('@') {
        Some((name, version)) if !name.is_empty() => library_id(library, name, version),
        _ => id.clone(),
    };
    library.depends_on.iter().map(renamed).collect()
}

impl Identifier {
    pub(super) fn of(report: &crate::Report, package: &plimsoll_inventory::Package) -> Identifier {
        Identifier {
            purl: plimsoll_inventory::purl(package, report.inventory.os.as_ref()),
            uid: identity::package_uid(package),
        }
    }
}

impl Layer {
    pub(super) fn of(report: &crate::Report, package: &plimsoll_inventory::Package) -> Layer {
        let index = package.layer.and_then(|index| usize::try_from(index).ok());
        let layer = index.and_then(|index| report.image.layers.get(index));
        Layer {
            digest: layer.and_then(|layer| layer.digest),
            diff_id: layer.and_then(|layer| layer.diff_id),
        }
    }
}

impl<'a> Package<'a> {
    pub(super) fn of(
        report: &'a crate::Report,
        part: &Part<'a>,
        package: &'a plimsoll_inventory::Package,
    ) -> Package<'a> {
        let library = package.library.as_deref();
        let own = match library {
            // Only distributions cut versions into parts.
            Some(_) => Evr { epoch: 0, version: &package.version, release: "" },
            None => Evr::of(package.kind, &package.version),
        };
        let source = package.source.as_ref();
        let of_source = source.map(|source| Evr::of(package.kind, &source.version));
        let third_party = plimsoll_match::is_third_party(package);
        Package {
            id: id(package),
            name: &package.name,
            identifier: Identifier::of(report, package),
            version: match library {
                Some(_) => version(package),
                None => Cow::Borrowed(own.version),
            },
            release: own.release,
            epoch: own.epoch,
            arch: &package.architecture,
            dev: library.is_some_and(|library| library.dev),
            src_name: source.map_or("", |source| &source.name),
            src_version: of_source.map_or("", |version| version.version),
            src_release: of_source.map_or("", |version| version.release),
            src_epoch: of_source.map_or(0, |version| version.epoch),
            licenses: &package.licenses,
            maintainer: package.maintainer.as_deref(),
            modularity: package.modularity.as_deref(),
            repository: library.is_none().then_some(Repository {
                class: if third_party { "third-party" } else { "official" },
            }),
            indirect: library.is_some_and(|one| one.relationship == Relationship::Indirect),
            relationship: library
                .map(|library| library.relationship)
                .filter(|relationship| *relationship != Relationship::Unknown)
                .map(Relationship::word),
            depends_on: library.map(depends_on).unwrap_or_default(),
            layer: Layer::of(report, package),
            file_path: results::path(package, part),
            digest: library.and_then(|library| library.digests.first()).map(String::as_str),
            locations: library
                .map(|library| library.lines.as_slice())
                .unwrap_or_default()
                .iter()
                .map(|lines| Lines { start_line: lines.start, end_line: lines.end })
                .collect(),
            installed_files: files(package),
            analyzed_by: match package.kind {
                PackageKind::Apk => "apk",
                PackageKind::Deb => "dpkg",
                PackageKind::Rpm => "rpm",
                PackageKind::Alpm => "pacman",
                PackageKind::Library => library.map_or("library", |library| &library.extractor),
            },
            plimsoll: ours::Package::of(report, package),
        }
    }
}

/// Absolute paths, but for apk, where Trivy leaves the `/` out.
fn files(package: &plimsoll_inventory::Package) -> Vec<String> {
    let root = if package.kind == PackageKind::Apk { "" } else { "/" };
    let path = |path: &[u8]| format!("{root}{}", String::from_utf8_lossy(path));
    package.files.iter().map(path).collect()
}
