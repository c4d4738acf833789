//! The names of what our own documents carry beyond the standard fields, so that scanning one
//! finds what scanning the image found.
//!
//! In CycloneDX they are properties, in SPDX annotations `NAME=VALUE`.

/// Name of the source package.
pub const SOURCE_NAME: &str = "plimsoll:source:name";
/// Its version, with epoch.
pub const SOURCE_VERSION: &str = "plimsoll:source:version";
/// Maintainer or vendor, which tells third parties' packages.
pub const MAINTAINER: &str = "plimsoll:maintainer";
/// RPM modularity label.
pub const MODULARITY: &str = "plimsoll:modularity";
/// Path of the evidence.
pub const PATH: &str = "plimsoll:path";
/// The file of which `plimsoll:path` is a part.
pub const FILE: &str = "plimsoll:file";
/// Index of the layer that brought the package, from the bottom.
pub const LAYER: &str = "plimsoll:layer";
/// Index of the layer that holds the evidence, where it is another.
pub const EVIDENCE_LAYER: &str = "plimsoll:evidence-layer";
/// Id of the kind of file that proved the package.
pub const EXTRACTOR: &str = "plimsoll:extractor";
/// `root`, `workspace`, `direct` or `indirect`.
pub const RELATIONSHIP: &str = "plimsoll:relationship";
/// `true` for what is there for development only.
pub const DEVELOPMENT: &str = "plimsoll:development";
/// Reference of the distribution's package that brought a library.
pub const OWNER: &str = "plimsoll:owner";
/// `false` for packages without anything that can be run.
pub const CODE: &str = "plimsoll:code";
/// What is not certain about the package.
pub const DOUBT: &str = "plimsoll:doubt";
/// `FIRST-LAST`, one for each run of lines.
pub const LINES: &str = "plimsoll:lines";
/// A CPE name beyond the first.
pub const CPE: &str = "plimsoll:cpe";
/// Digest of the image's configuration.
pub const IMAGE_ID: &str = "plimsoll:image:id";
/// A `name:tag` of the image.
pub const REPO_TAG: &str = "plimsoll:image:tag";
/// A `name@digest` of the image.
pub const REPO_DIGEST: &str = "plimsoll:image:digest";
/// Digest as stored and digest of the contents of one layer, `-` for an unknown one; bottom first.
pub const IMAGE_LAYER: &str = "plimsoll:image:layer";
/// A repository that packages come from.
pub const REPOSITORY: &str = "plimsoll:repository";
/// `true` where programs are busybox's.
pub const BUSYBOX: &str = "plimsoll:busybox";
/// `ID` of os-release.
pub const SYSTEM_ID: &str = "plimsoll:os:id";
/// The version as precise as the image tells it.
pub const SYSTEM_VERSION: &str = "plimsoll:os:version";
/// `VERSION_CODENAME`.
pub const SYSTEM_CODENAME: &str = "plimsoll:os:codename";
/// `PRETTY_NAME`.
pub const SYSTEM_PRETTY_NAME: &str = "plimsoll:os:pretty-name";
/// `true` where the image is attached to extended support.
pub const EXTENDED_SUPPORT: &str = "plimsoll:os:extended-support";
