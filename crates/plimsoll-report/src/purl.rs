//! Package URLs of installed packages.
//!
//! <https://github.com/package-url/purl-spec>, with the qualifiers that Trivy gives them: `arch`,
//! `distro`, `epoch`. The type and namespace come from the table of distributions.

use plimsoll_inventory::{OperatingSystem, Package, PackageKind};

use crate::identity::Evr;

/// The purl of a package. On an unknown distribution the namespace is os-release's id.
pub(crate) fn of(package: &Package, os: Option<&OperatingSystem>) -> String {
    let distribution = os.and_then(|os| os.distribution);
    let kind = match package.kind {
        PackageKind::Apk => "apk",
        PackageKind::Deb => "deb",
        PackageKind::Rpm => "rpm",
        PackageKind::Alpm => "alpm",
    };
    let namespace = match (distribution, os) {
        (Some(distribution), _) => distribution.purl_namespace(),
        (None, Some(os)) => os.id.as_str(),
        (None, None) => "",
    };
    let mut purl = format!("pkg:{kind}/");
    if !namespace.is_empty() {
        encode(&mut purl, &namespace.to_lowercase());
        purl.push('/');
    }
    encode(&mut purl, &package.name);
    let evr = Evr::of(package.kind, &package.version);
    purl.push('@');
    let epoch = evr.epoch.to_string();
    encode(&mut purl, evr.without_epoch);
    let distro = os.map(|os| match package.kind {
        PackageKind::Apk => os.version.clone(),
        PackageKind::Deb | PackageKind::Rpm | PackageKind::Alpm => {
            format!("{}-{}", distribution.map_or(os.id.as_str(), |known| known.id()), os.version)
        }
    });
    let mut separator = '?';
    for (key, value) in [
        ("arch", package.architecture.as_str()),
        ("distro", distro.as_deref().unwrap_or("")),
        ("epoch", if evr.epoch == 0 { "" } else { &epoch }),
    ] {
        if !value.is_empty() {
            purl.push(separator);
            purl.push_str(key);
            purl.push('=');
            encode(&mut purl, value);
            separator = '&';
        }
    }
    purl
}

/// Percent-encodes all but what a purl may hold as it is.
fn encode(purl: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b'~' | b':' => {
                purl.push(char::from(byte));
            }
            _ => purl.push_str(&format!("%{byte:02X}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn purls_are_those_of_other_tools() {
        for (id, version, kind, name, package_version, expected) in [
            (
                "debian",
                "12.15",
                PackageKind::Deb,
                "passwd",
                "1:4.13+dfsg1-1+deb12u2",
                "pkg:deb/debian/passwd@4.13%2Bdfsg1-1%2Bdeb12u2?arch=amd64&distro=debian-12.15&epoch=1",
            ),
            (
                "debian",
                "12.15",
                PackageKind::Deb,
                "libstdc++6",
                "12.2.0-14",
                "pkg:deb/debian/libstdc%2B%2B6@12.2.0-14?arch=amd64&distro=debian-12.15",
            ),
            (
                "alpine",
                "3.19.1",
                PackageKind::Apk,
                "musl",
                "1.2.4-r2",
                "pkg:apk/alpine/musl@1.2.4-r2?arch=amd64&distro=3.19.1",
            ),
            (
                "almalinux",
                "9.2",
                PackageKind::Rpm,
                "openssl-libs",
                "1:3.0.7-17.el9_2",
                "pkg:rpm/almalinux/openssl-libs@3.0.7-17.el9_2?arch=amd64&distro=alma-9.2&epoch=1",
            ),
        ] {
            let mut package = sample::package(name, package_version);
            package.kind = kind;
            assert_eq!(of(&package, sample::system(id, version).as_ref()), expected);
        }
        let package = sample::package("a", "1");
        assert_eq!(of(&package, None), "pkg:deb/a@1?arch=amd64");
    }
}
