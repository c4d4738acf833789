//! What a bill of materials says, whatever its format.

use plimsoll_language::{Lines, Relationship, name_of};
use plimsoll_version::Ecosystem;

use crate::{Purl, PurlKind};

/// A bill of materials.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bom {
    /// What it is written in.
    pub format: BomFormat,
    /// Version of the format: `1.6`, `SPDX-2.3`.
    pub version: String,
    /// What it is about: an image's name, a path, an application.
    pub name: String,
    /// Digest of the configuration of the image that it is about, `sha256:` and digits.
    pub image_id: Option<String>,
    /// `name:tag` names of that image.
    pub repo_tags: Vec<String>,
    /// `name@digest` names of that image.
    pub repo_digests: Vec<String>,
    /// The layers of that image, bottom first; empty where the document names none.
    pub layers: Vec<BomLayer>,
    /// The operating system.
    pub system: Option<BomSystem>,
    /// Repositories that the packages come from (Red Hat's content sets).
    pub repositories: Vec<String>,
    /// Whether the image's programs are busybox's.
    pub busybox: bool,
    /// The packages, in the document's order.
    pub packages: Vec<BomPackage>,
}

/// What a bill of materials is written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BomFormat {
    /// <https://cyclonedx.org/docs/latest/json/>.
    #[default]
    CycloneDx,
    /// <https://spdx.github.io/spdx-spec/>.
    Spdx,
    /// <https://github.com/anchore/syft/tree/main/schema/json>.
    Syft,
    /// <https://trivy.dev/latest/docs/configuration/reporting/#json>, and ours, which is a superset.
    Trivy,
}

/// A layer of the image that a bill of materials is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BomLayer {
    /// Digest as stored.
    pub digest: Option<String>,
    /// Digest of the uncompressed tar.
    pub diff_id: Option<String>,
}

/// The operating system that a bill of materials states.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BomSystem {
    /// `ID` of os-release, or another scanner's word for the distribution.
    pub id: String,
    /// Version as precise as it is stated.
    pub version: String,
    /// `VERSION_CODENAME`.
    pub codename: String,
    /// `PRETTY_NAME`.
    pub pretty_name: String,
    /// Whether the image is attached to extended support.
    pub extended_support: bool,
}

/// A package in a bill of materials.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BomPackage {
    /// By which other parts of the document refer to it.
    pub reference: String,
    /// What it is. Nothing for one that has only CPE names.
    pub purl: Option<Purl>,
    /// Name as the document writes it, without the group.
    pub name: String,
    /// Version as the document writes it.
    pub version: String,
    /// Name and version of the source package.
    pub source: Option<(String, String)>,
    /// Licences, each a name or an expression.
    pub licenses: Vec<String>,
    /// Maintainer or vendor.
    pub maintainer: Option<String>,
    /// RPM modularity label.
    pub modularity: Option<String>,
    /// CPE names.
    pub cpes: Vec<String>,
    /// `sha256:` and digits, likewise others.
    pub digests: Vec<String>,
    /// Where the evidence for it lies, without leading `/`.
    pub path: String,
    /// Index in [`Bom::layers`] of the layer that brought it.
    pub layer: Option<u32>,
    /// Index in [`Bom::layers`] of the layer that holds the evidence, where that is another.
    pub evidence_layer: Option<u32>,
    /// How it is related to what the file belongs to.
    pub relationship: Relationship,
    /// Whether it is there for development or tests only.
    pub dev: bool,
    /// References of what it needs.
    pub depends_on: Vec<String>,
    /// Reference of the distribution's package that brought it.
    pub owner: Option<String>,
    /// Whether it has anything that can be run.
    pub code: Option<bool>,
    /// Our id of the kind of file that proved it.
    pub extractor: Option<String>,
    /// The file that proved it, where `path` goes on inside of it.
    pub file: Option<String>,
    /// What is not certain about it.
    pub doubt: Option<String>,
    /// Where in the file it stands.
    pub lines: Vec<Lines>,
}

impl BomPackage {
    /// Ecosystem, name and version by the ecosystem's rules, for what is no distribution's. A
    /// package that has CPE names only is generic.
    pub fn library(&self) -> Option<(Ecosystem, String, String)> {
        let Some(purl) = &self.purl else {
            return Some((Ecosystem::Generic, self.name.clone(), self.version.clone()));
        };
        let version = if purl.version.is_empty() { &self.version } else { &purl.version };
        let ecosystem = match purl.kind() {
            PurlKind::Library(ecosystem) => ecosystem,
            PurlKind::Unknown => {
                return Some((Ecosystem::Generic, self.name.clone(), version.clone()));
            }
            PurlKind::System | PurlKind::Image => return None,
        };
        let name = name_of(ecosystem, Some(&purl.namespace), &purl.name);
        // A package URL of Python is lower case, the name it stands for need not be.
        let same = ecosystem.normalize(&self.name) == ecosystem.normalize(&name);
        Some((ecosystem, if same { self.name.clone() } else { name }, version.clone()))
    }
}

impl BomFormat {
    /// The name for people.
    pub fn name(self) -> &'static str {
        match self {
            BomFormat::CycloneDx => "CycloneDX",
            BomFormat::Spdx => "SPDX",
            BomFormat::Syft => "Syft JSON",
            BomFormat::Trivy => "Trivy JSON",
        }
    }
}
