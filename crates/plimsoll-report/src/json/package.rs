//! `Packages`.

use plimsoll_image::Digest;
use plimsoll_inventory::PackageKind;
use serde::Serialize;

use super::ours;
use crate::identity::{self, Evr};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Package<'a> {
    #[serde(rename = "ID")]
    id: String,
    name: &'a str,
    identifier: Identifier,
    version: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    release: &'a str,
    #[serde(skip_serializing_if = "is_zero")]
    epoch: u64,
    #[serde(skip_serializing_if = "str::is_empty")]
    arch: &'a str,
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
    repository: Repository,
    layer: Layer,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    installed_files: Vec<String>,
    analyzed_by: &'static str,
    plimsoll: ours::Package<'a>,
}

#[derive(Serialize)]
pub(super) struct Identifier {
    #[serde(rename = "PURL")]
    purl: String,
    #[serde(rename = "UID")]
    uid: String,
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

/// `name@version`, by which other parts of the document name a package.
pub(super) fn id(package: &plimsoll_inventory::Package) -> String {
    format!("{}@{}", package.name, package.version)
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
        package: &'a plimsoll_inventory::Package,
    ) -> Package<'a> {
        let own = Evr::of(package.kind, &package.version);
        let source = package.source.as_ref();
        let of_source = source.map(|source| Evr::of(package.kind, &source.version));
        let third_party = plimsoll_match::is_third_party(package);
        Package {
            id: id(package),
            name: &package.name,
            identifier: Identifier::of(report, package),
            version: own.version,
            release: own.release,
            epoch: own.epoch,
            arch: &package.architecture,
            src_name: source.map_or("", |source| &source.name),
            src_version: of_source.map_or("", |version| version.version),
            src_release: of_source.map_or("", |version| version.release),
            src_epoch: of_source.map_or(0, |version| version.epoch),
            licenses: &package.licenses,
            maintainer: package.maintainer.as_deref(),
            modularity: package.modularity.as_deref(),
            repository: Repository { class: if third_party { "third-party" } else { "official" } },
            layer: Layer::of(report, package),
            installed_files: files(package),
            analyzed_by: match package.kind {
                PackageKind::Apk => "apk",
                PackageKind::Deb => "dpkg",
                PackageKind::Rpm => "rpm",
                PackageKind::Alpm => "pacman",
                PackageKind::Library => "library",
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
