//! An installed package.

use serde::{Deserialize, Serialize};

use crate::{FileList, Library};

/// A package and where the evidence for it lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// Which package manager installed it.
    pub kind: PackageKind,
    /// Name as the package manager has it.
    pub name: String,
    /// Full version as the package manager prints it: `1:2.3-4`, `8.5.0-r0`, `0:5.1.8-6.el9`
    /// without a zero epoch.
    pub version: String,
    /// Architecture in the package manager's words; empty if it gives none.
    pub architecture: String,
    /// The source package, where it is known. Its name or version may equal the package's own.
    pub source: Option<SourcePackage>,
    /// Licences as the package states them.
    pub licenses: Vec<String>,
    /// Maintainer (dpkg, apk, pacman) or vendor (rpm).
    pub maintainer: Option<String>,
    /// RPM modularity label, `name:stream:version:context:arch`.
    pub modularity: Option<String>,
    /// Files that it owns: absolute paths without the leading `/`.
    pub files: FileList,
    /// The database or metadata file that proves the package.
    pub found_in: Location,
    /// Index of the layer that brought this version of the package (bottom is 0).
    pub layer: Option<u32>,
    /// Whether it has anything that can be run or linked: headers and documentation have not.
    /// Nothing where its files are not known.
    pub code: Option<bool>,
    /// What only packages of languages and recognised programs have.
    pub library: Option<Box<Library>>,
}

impl Package {
    /// A package of which only this is known; the other fields are empty.
    pub fn new(kind: PackageKind, name: String, version: String) -> Package {
        Package {
            kind,
            name,
            version,
            architecture: String::new(),
            source: None,
            licenses: Vec::new(),
            maintainer: None,
            modularity: None,
            files: FileList::default(),
            found_in: Location { path: String::new(), layer: 0 },
            layer: None,
            code: None,
            library: None,
        }
    }
}

/// The package that was built into one or more binary packages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SourcePackage {
    /// Source package (dpkg), origin (apk) or source rpm's name.
    pub name: String,
    /// Its version, with epoch where that is recorded.
    pub version: String,
}

/// The package manager a package belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PackageKind {
    /// Alpine Package Keeper.
    Apk,
    /// Debian packages, also without dpkg (distroless, Chisel).
    Deb,
    /// RPM.
    Rpm,
    /// Arch Linux's pacman.
    Alpm,
    /// None: a language's own, or a program known by its looks. [`Package::library`] says more.
    Library,
}

/// A file inside an image.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Location {
    /// Path from the root of the image, without leading `/`.
    pub path: String,
    /// Index of the layer that holds these bytes (bottom is 0).
    pub layer: u32,
}
