//! The operating system of an image.

mod bottlerocket;
mod fields;
mod interpret;
mod older;

use plimsoll_image::{Problem, ProblemKind};
use plimsoll_version::Distribution;
use serde::{Deserialize, Serialize};

pub use bottlerocket::parse_bottlerocket_inventory;

use crate::{Location, Parsed};
use fields::Fields;

/// What the image says it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatingSystem {
    /// The distribution, if Plimsoll knows it.
    pub distribution: Option<Distribution>,
    /// `ID` of os-release as written (`debian`, `rhel`, or something unknown).
    pub id: String,
    /// Version as precise as the image tells it: `12.5`, `3.19.4`, `22.04`, `sid`; may be empty.
    pub version: String,
    /// `VERSION_CODENAME`, such as `bookworm`.
    pub codename: Option<String>,
    /// `PRETTY_NAME`, for people.
    pub pretty_name: Option<String>,
    /// Whether the image is attached to extended support (Ubuntu Pro ESM).
    pub extended_support: bool,
    /// The file that says so.
    pub found_in: Location,
}

/// How a file says what the operating system is.
type Reader = fn(&[u8]) -> Fields;

/// Files that name the operating system, best first: os-release in both its places, and of older
/// releases first those that only one distribution has, then those that clones have too.
const NAMING: &[(&str, Reader)] = &[
    ("etc/os-release", fields::os_release),
    ("usr/lib/os-release", fields::os_release),
    ("x86_64-bottlerocket-linux-gnu/sys-root/usr/lib/os-release", fields::os_release),
    ("aarch64-bottlerocket-linux-gnu/sys-root/usr/lib/os-release", fields::os_release),
    ("etc/alpine-release", older::alpine_release),
    ("etc/mariner-release", older::release_line),
    ("etc/azurelinux-release", older::release_line),
    ("etc/photon-release", older::release_line),
    ("etc/openEuler-release", older::release_line),
    ("etc/oracle-release", older::release_line),
    ("etc/centos-release", older::release_line),
    ("etc/fedora-release", older::release_line),
    ("etc/redhat-release", older::release_line),
    ("etc/system-release", older::release_line),
    ("etc/SuSE-release", older::suse_release),
    ("etc/lsb-release", older::lsb_release),
    ("etc/debian_version", older::debian_version),
];

const LSB_RELEASE: &str = "etc/lsb-release";
const DEBIAN_VERSION: &str = "etc/debian_version";
const CENTOS_RELEASE: &str = "etc/centos-release";
const APK_REPOSITORIES: &str = "etc/apk/repositories";
const APT_SOURCES: [&str; 2] = ["etc/apt/sources.list", "etc/apt/sources.list.d/debian.sources"];
const UBUNTU_PRO: &str = "var/lib/ubuntu-advantage/status.json";

/// Every file that [`detect`] wants to see, where it exists.
pub const OS_FILES: &[&str] = &[
    "etc/os-release",
    "usr/lib/os-release",
    "x86_64-bottlerocket-linux-gnu/sys-root/usr/lib/os-release",
    "aarch64-bottlerocket-linux-gnu/sys-root/usr/lib/os-release",
    "etc/alpine-release",
    "etc/mariner-release",
    "etc/azurelinux-release",
    "etc/photon-release",
    "etc/openEuler-release",
    "etc/oracle-release",
    CENTOS_RELEASE,
    "etc/fedora-release",
    "etc/redhat-release",
    "etc/system-release",
    "etc/SuSE-release",
    LSB_RELEASE,
    DEBIAN_VERSION,
    APK_REPOSITORIES,
    APT_SOURCES[0],
    APT_SOURCES[1],
    UBUNTU_PRO,
];

/// Finds out what an image is, from those of [`OS_FILES`] that a container would see, each with
/// the index of its layer and its contents.
///
/// A derivative is only what it says it is: neither `ID_LIKE` nor a `debian_version` makes Kali a
/// Debian, whose advisories would be wrong for it. Nothing, if no file names a system.
pub fn detect(files: &[(&str, u32, &[u8])]) -> Parsed<Option<OperatingSystem>> {
    let mut parsed = Parsed::clean(None);
    let present = Files(files);
    let mut unnamed = None;
    for (path, read) in NAMING {
        let Some((layer, content)) = present.get(path) else { continue };
        let found_in = Location { path: (*path).to_owned(), layer };
        let fields = read(content);
        if !fields.id.is_empty() {
            parsed.value = Some(interpret::interpret(fields, &present, found_in));
            break;
        }
        // An empty file names nothing and hides nothing.
        if !content.trim_ascii().is_empty() && unnamed.is_none() {
            unnamed = Some((fields, found_in));
        }
    }
    if let Some((fields, found_in)) = unnamed {
        parsed.problems.push(Problem {
            path: Some(found_in.path.clone()),
            kind: ProblemKind::Malformed,
            message: "the file does not name the operating system".into(),
        });
        if parsed.value.is_none() && fields != Fields::default() {
            // os-release(5) has this default.
            let fields = Fields { id: "linux".into(), ..fields };
            parsed.value = Some(interpret::interpret(fields, &present, found_in));
        }
    }
    if let Some((_, content)) = present.get(UBUNTU_PRO)
        && serde_json::from_slice::<serde::de::IgnoredAny>(content).is_err()
    {
        parsed.problems.push(Problem {
            path: Some(UBUNTU_PRO.into()),
            kind: ProblemKind::Malformed,
            message: "whether the image is attached to Ubuntu Pro cannot be read; it is taken as \
                      not attached"
                .into(),
        });
    }
    parsed
}

/// What a bill of materials says of the operating system, by os-release's id, understood as if an
/// os-release had said it.
pub(crate) fn named(
    id: &str,
    name: &str,
    version: &str,
    codename: &str,
    pretty_name: &str,
) -> OperatingSystem {
    let fields = Fields {
        id: fields::clean(id.as_bytes()),
        name: fields::clean(name.as_bytes()),
        version: fields::clean(version.as_bytes()),
        version_id: fields::clean(version.as_bytes()),
        codename: fields::clean(codename.as_bytes()),
        pretty_name: fields::clean(pretty_name.as_bytes()),
    };
    let found_in = Location { path: String::new(), layer: 0 };
    interpret::interpret(fields, &Files(&[]), found_in)
}

/// Whether a root file system without any package database is that of a busybox image: `exists`
/// tells which paths are there.
pub fn is_busybox(exists: impl Fn(&str) -> bool) -> bool {
    ["bin/busybox", "usr/bin/busybox", "sbin/busybox", "bin/["].into_iter().any(exists)
}

/// The files at hand.
struct Files<'a>(&'a [(&'a str, u32, &'a [u8])]);

impl<'a> Files<'a> {
    fn get(&self, wanted: &str) -> Option<(u32, &'a [u8])> {
        let found = self.0.iter().find(|(path, ..)| *path == wanted);
        found.map(|(_, layer, content)| (*layer, *content))
    }

    fn content(&self, wanted: &str) -> &'a [u8] {
        self.get(wanted).map(|(_, content)| content).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_naming_file_is_asked_for() {
        for (path, _) in NAMING {
            assert!(OS_FILES.contains(path), "{path}");
        }
    }
}
