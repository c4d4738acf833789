//! Package URLs, the names of packages that other tools understand.
//!
//! Types `deb`, `rpm`, `apk` and `alpm` of <https://github.com/package-url/purl-spec>: the namespace
//! is the distribution, qualifiers say architecture, distribution release and (rpm) epoch. For deb
//! the epoch is part of the version.

use packageurl::PackageUrl;

use crate::{OperatingSystem, Package, PackageKind};

/// The package URL of a package, such as `pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12.5`.
///
/// The operating system counts only if it uses that kind of package: a `.deb` unpacked into an
/// Alpine image is not of Alpine. It is empty for a package without a name.
pub fn purl(package: &Package, os: Option<&OperatingSystem>) -> String {
    let kind = match package.kind {
        PackageKind::Apk => "apk",
        PackageKind::Deb => "deb",
        PackageKind::Rpm => "rpm",
        PackageKind::Alpm => "alpm",
        PackageKind::Library => return library_purl(package).unwrap_or_default(),
    };
    let os = os.filter(|os| os.distribution.is_none_or(|known| known.purl_type() == kind));
    let (epoch, version) = match package.kind {
        PackageKind::Rpm => match package.version.split_once(':') {
            Some((epoch, version)) => (Some(epoch), version),
            None => (None, &*package.version),
        },
        _ => (None, &*package.version),
    };
    build(package, kind, os, epoch, version).unwrap_or_default()
}

fn library_purl(package: &Package) -> Option<String> {
    let library = package.library.as_ref()?;
    Some(plimsoll_language::purl(library.ecosystem, &package.name, &package.version))
}

fn build(
    package: &Package,
    kind: &str,
    os: Option<&OperatingSystem>,
    epoch: Option<&str>,
    version: &str,
) -> packageurl::Result<String> {
    let mut url = PackageUrl::new(kind, &*package.name)?;
    url.with_version(version)?;
    if let Some(os) = os {
        let namespace = match os.distribution {
            Some(known) => known.purl_namespace().to_owned(),
            None => os.id.to_lowercase(),
        };
        if !namespace.is_empty() {
            url.with_namespace(namespace)?;
        }
        let distro = match os.version.as_str() {
            "" => os.id.clone(),
            version => format!("{}-{version}", os.id),
        };
        if !distro.is_empty() {
            url.add_qualifier("distro", distro)?;
        }
    }
    if !package.architecture.is_empty() {
        url.add_qualifier("arch", &*package.architecture)?;
    }
    if let Some(epoch) = epoch.filter(|epoch| *epoch != "0") {
        url.add_qualifier("epoch", epoch)?;
    }
    Ok(url.to_string())
}

#[cfg(test)]
mod tests {
    use plimsoll_version::Distribution;

    use super::*;
    use crate::Location;

    fn os(distribution: Option<Distribution>, id: &str, version: &str) -> OperatingSystem {
        OperatingSystem {
            distribution,
            id: id.into(),
            version: version.into(),
            codename: None,
            pretty_name: None,
            extended_support: false,
            found_in: Location { path: "etc/os-release".into(), layer: 0 },
        }
    }

    #[test]
    fn each_kind_has_its_form() {
        let debian = os(Some(Distribution::Debian), "debian", "12.5");
        let alpine = os(Some(Distribution::Alpine), "alpine", "3.19.4");
        let redhat = os(Some(Distribution::RedHat), "rhel", "9.3");
        let arch = os(Some(Distribution::Arch), "arch", "");
        let kali = os(None, "kali", "2024.1");
        use PackageKind::{Alpm, Apk, Deb, Rpm};
        for (kind, name, version, architecture, os, expected) in [
            (
                Deb,
                "libc6",
                "2.36-9",
                "amd64",
                Some(&debian),
                "pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12.5",
            ),
            (
                Deb,
                "libstdc++6",
                "1:12.2+b1~rc-14",
                "amd64",
                Some(&debian),
                "pkg:deb/debian/libstdc%2B%2B6@1:12.2%2Bb1~rc-14?arch=amd64&distro=debian-12.5",
            ),
            (
                Apk,
                "musl",
                "1.2.4-r2",
                "x86_64",
                Some(&alpine),
                "pkg:apk/alpine/musl@1.2.4-r2?arch=x86_64&distro=alpine-3.19.4",
            ),
            (
                Rpm,
                "openssl-libs",
                "1:3.0.7-24.el9",
                "x86_64",
                Some(&redhat),
                "pkg:rpm/redhat/openssl-libs@3.0.7-24.el9?arch=x86_64&distro=rhel-9.3&epoch=1",
            ),
            (
                Rpm,
                "bash",
                "0:5.1.8-6.el9",
                "",
                Some(&redhat),
                "pkg:rpm/redhat/bash@5.1.8-6.el9?distro=rhel-9.3",
            ),
            (
                Alpm,
                "pacman",
                "6.0.2-7",
                "x86_64",
                Some(&arch),
                "pkg:alpm/arch/pacman@6.0.2-7?arch=x86_64&distro=arch",
            ),
            (
                Deb,
                "wget",
                "1.21",
                "amd64",
                Some(&kali),
                "pkg:deb/kali/wget@1.21?arch=amd64&distro=kali-2024.1",
            ),
            (Deb, "stray", "1", "all", Some(&alpine), "pkg:deb/stray@1?arch=all"),
            (Deb, "stray", "1", "", None, "pkg:deb/stray@1"),
            (Deb, "", "1", "", None, ""),
        ] {
            let package = Package::new(kind, name.into(), version.into());
            let package = Package { architecture: architecture.into(), ..package };
            assert_eq!(purl(&package, os), expected);
        }
    }
}
