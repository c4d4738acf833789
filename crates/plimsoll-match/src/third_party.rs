//! Packages that were not built by the distribution they are installed on.
//!
//! Their versions are numbered by somebody else, so comparing them with the distribution's fixes
//! may mislead either way. They are matched all the same and marked: an unmarked guess and a
//! silent omission are both worse.

use plimsoll_inventory::{Package, PackageKind};

/// How the vendors of distributions that use rpm sign their packages, as far as they matter here:
/// the beginning of the `Vendor` tag.
const RPM_VENDORS: &[&str] = &[
    "AlmaLinux",
    "Amazon Linux",
    "Amazon.com",
    "CentOS",
    "CloudLinux",
    "Fedora Project",
    "Microsoft Corporation",
    "Oracle America",
    "Red Hat",
    "Rocky",
    "SUSE",
    "VMware",
    "http://openeuler.org",
    "openEuler",
    "openSUSE",
];

/// How well-known third parties mark the version of their Debian and Ubuntu packages. Maintainers
/// tell nothing: half of Debian's own write from private addresses.
const DEB_VERSION_MARKS: &[&str] =
    &[".pgdg", "+pgdg", "deb.sury.org", "nodesource", "~ppa", "+ppa", "~nginx", ".bpo.oem"];

/// Maintainers of well-known third-party Debian packages.
const DEB_MAINTAINERS: &[&str] = &[
    "@docker.com",
    "@nodesource.com",
    "@google.com>",
    "@microsoft.com",
    "@gitlab.com",
    "@elastic.co",
];

/// Whether a package is known to come from somebody else.
///
/// An rpm without vendor is not held to be foreign: Azure Linux, Photon and rebuilt images leave
/// the tag out.
pub fn is_third_party(package: &Package) -> bool {
    let maintainer = package.maintainer.as_deref().unwrap_or("");
    match package.kind {
        PackageKind::Rpm => {
            !maintainer.is_empty()
                && !RPM_VENDORS.iter().any(|vendor| maintainer.starts_with(vendor))
        }
        PackageKind::Deb => {
            DEB_VERSION_MARKS.iter().any(|mark| package.version.contains(mark))
                || DEB_MAINTAINERS.iter().any(|name| maintainer.contains(name))
        }
        PackageKind::Apk | PackageKind::Alpm | PackageKind::Library => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::package;

    #[test]
    fn builders_are_told_apart() {
        for (kind, version, maintainer, expected) in [
            (PackageKind::Rpm, "1-1", "AlmaLinux Packaging Team <packager@almalinux.org>", false),
            (PackageKind::Rpm, "1-1", "Red Hat, Inc.", false),
            (PackageKind::Rpm, "1-1", "SUSE LLC <https://www.suse.com/>", false),
            (PackageKind::Rpm, "1-1", "", false),
            (PackageKind::Rpm, "1-1", "NodeSource", true),
            (PackageKind::Deb, "5.36.0-7+deb12u3", "Niko Tyni <ntyni@debian.org>", false),
            (PackageKind::Deb, "1.2-1", "Thorsten Glaser <tg@mirbsd.de>", false),
            (PackageKind::Deb, "16.2-1.pgdg120+1", "Debian PostgreSQL Maintainers", true),
            (PackageKind::Deb, "20.11.1-1nodesource1", "Ivan Iguaran", true),
            (PackageKind::Deb, "5:26.0.0-1~debian.12", "Docker <support@docker.com>", true),
            (PackageKind::Apk, "1-r0", "somebody", false),
        ] {
            let mut one = package("a", version);
            one.kind = kind;
            one.maintainer = Some(maintainer.to_owned());
            assert_eq!(is_third_party(&one), expected, "{version} {maintainer}");
        }
    }
}
