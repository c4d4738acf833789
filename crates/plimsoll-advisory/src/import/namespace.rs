//! Where others' names of distributions, ecosystems and packages belong in our own.

use std::borrow::Cow;

use plimsoll_version::{Distribution, Ecosystem, Scheme, Syntax};

/// Whether versions are those of a distribution's packages or of a language's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Distribution,
    Language,
}

/// Where the statements of a bucket belong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) namespace: String,
    pub(super) family: Family,
    /// A subscription that the fixes need.
    pub(super) channel: Option<String>,
    /// How ranges are written, and versions ordered.
    pub(super) syntax: Syntax,
}

/// Trivy's prefixes of roots, in lower case, and the distributions.
const TRIVY_DISTRIBUTIONS: &[(&str, Distribution)] = &[
    ("alpine", Distribution::Alpine),
    ("alma", Distribution::Alma),
    ("amazon linux", Distribution::Amazon),
    ("amazon", Distribution::Amazon),
    ("arch-linux", Distribution::Arch),
    ("archlinux", Distribution::Arch),
    ("azure linux", Distribution::AzureLinux),
    ("bottlerocket", Distribution::Bottlerocket),
    ("cbl-mariner", Distribution::Mariner),
    ("centos", Distribution::CentOs),
    ("chainguard", Distribution::Chainguard),
    ("debian", Distribution::Debian),
    ("fedora", Distribution::Fedora),
    ("minimos", Distribution::MinimOs),
    ("openeuler", Distribution::OpenEuler),
    ("opensuse leap", Distribution::OpenSuseLeap),
    ("opensuse tumbleweed", Distribution::OpenSuseTumbleweed),
    ("oracle linux", Distribution::Oracle),
    ("photon os", Distribution::Photon),
    ("photon", Distribution::Photon),
    ("red hat", Distribution::RedHat),
    ("rocky", Distribution::Rocky),
    ("suse linux enterprise micro", Distribution::SleMicro),
    ("suse linux enterprise server", Distribution::Sles),
    ("suse linux enterprise", Distribution::Sles),
    ("ubuntu", Distribution::Ubuntu),
    ("wolfi", Distribution::Wolfi),
];

/// Distributions that are in Trivy DB and have no row of their own in our table; all of them have
/// Debian's packages.
const OTHER_DISTRIBUTIONS: &[&str] = &["echo"];

/// Ecosystems as Trivy's roots and Grype's packages name them, and ours, which are purl types.
const ECOSYSTEMS: &[(&str, &str)] = &[
    ("composer", "composer"),
    ("go", "golang"),
    ("maven", "maven"),
    ("npm", "npm"),
    ("nuget", "nuget"),
    ("pip", "pypi"),
    ("rubygems", "gem"),
    ("cargo", "cargo"),
    ("erlang", "hex"),
    ("pub", "pub"),
    ("swift", "swift"),
    ("cocoapods", "cocoapods"),
    ("conan", "conan"),
    ("julia", "julia"),
    ("bitnami", "bitnami"),
    ("k8s", "k8s"),
    // Grype's own words: types of packages.
    ("php-composer", "composer"),
    ("go-module", "golang"),
    ("java-archive", "maven"),
    ("jenkins-plugin", "maven"),
    ("dotnet", "nuget"),
    ("python", "pypi"),
    ("gem", "gem"),
    ("rust-crate", "cargo"),
    ("rust", "cargo"),
    ("hex", "hex"),
    ("erlang-otp", "hex"),
    ("dart-pub", "pub"),
    ("pod", "cocoapods"),
    ("hackage", "hackage"),
    ("r-package", "cran"),
    ("github-action", "githubactions"),
    ("github-action-workflow", "githubactions"),
    ("wordpress-plugin", "wordpress"),
    ("opam", "opam"),
    ("luarocks", "luarocks"),
    ("lua-rocks", "luarocks"),
];

/// Names under which Grype knows distributions besides those of os-release and ours.
const GRYPE_DISTRIBUTIONS: &[(&str, Distribution)] = &[
    ("almalinux", Distribution::Alma),
    ("amazonlinux", Distribution::Amazon),
    ("archlinux", Distribution::Arch),
    ("mariner", Distribution::Mariner),
    ("opensuseleap", Distribution::OpenSuseLeap),
    ("opensusetumbleweed", Distribution::OpenSuseTumbleweed),
    ("oraclelinux", Distribution::Oracle),
    ("redhat", Distribution::RedHat),
    ("rockylinux", Distribution::Rocky),
    ("sle", Distribution::Sles),
];

/// Where the records of one of Trivy's root buckets belong; nothing if it is an unknown one.
///
/// Packages that a supplier built for a distribution, or for a language, are others than those of
/// the same name there, and are kept apart: `rapidfort ubuntu 22.04` is `rapidfort:ubuntu:22.04`.
pub(super) fn trivy_root(root: &str) -> Option<Place> {
    if let Some((supplier, rest)) = ["rapidfort", "root.io", "seal"]
        .iter()
        .find_map(|supplier| Some((supplier, root.strip_prefix(supplier)?.strip_prefix(' ')?)))
    {
        let place = plain_root(rest)?;
        return Some(Place { namespace: format!("{supplier}:{}", place.namespace), ..place });
    }
    plain_root(root)
}

fn plain_root(root: &str) -> Option<Place> {
    if let Some((ecosystem, _)) = root.split_once("::") {
        let id = ecosystem_id(ecosystem)?;
        return Some(Place {
            namespace: id.to_owned(),
            family: Family::Language,
            channel: None,
            syntax: ecosystem_syntax(id),
        });
    }
    let lower = root.to_ascii_lowercase();
    let after = |prefix: &str| match lower.strip_prefix(prefix)? {
        "" => Some(""),
        rest => rest.strip_prefix(' ').filter(|release| !release.contains(' ')),
    };
    for (prefix, distribution) in TRIVY_DISTRIBUTIONS {
        let Some(release) = after(prefix) else { continue };
        // Ubuntu's extended maintenance is a release of its own there.
        let (release, channel) = match release.strip_suffix("-esm") {
            Some(release) => (release, Some("esm".to_owned())),
            None => (release, None),
        };
        return Some(Place {
            namespace: distribution.namespace(release),
            family: Family::Distribution,
            channel,
            syntax: Syntax::Comparators(distribution.scheme()),
        });
    }
    let other = OTHER_DISTRIBUTIONS.iter().find_map(|name| Some((name, after(name)?)))?;
    let namespace = match other {
        (name, "") => (*name).to_owned(),
        (name, release) => format!("{name}:{release}"),
    };
    Some(Place {
        namespace,
        family: Family::Distribution,
        channel: None,
        syntax: Syntax::Comparators(Scheme::Deb),
    })
}

/// Our id of an ecosystem.
pub(super) fn ecosystem_id(name: &str) -> Option<&'static str> {
    ECOSYSTEMS.iter().find(|(theirs, _)| *theirs == name).map(|(_, ours)| *ours)
}

/// How ranges of an ecosystem are written.
pub(super) fn ecosystem_syntax(id: &str) -> Syntax {
    Ecosystem::from_id(id).map_or(Syntax::Comparators(Scheme::Generic), Ecosystem::syntax)
}

/// A package's name as its registry compares it.
pub(super) fn normalised<'n>(ecosystem: &str, name: &'n str) -> Cow<'n, str> {
    match Ecosystem::from_id(ecosystem) {
        Some(ecosystem) => ecosystem.normalize(name),
        None => Cow::Borrowed(name),
    }
}

/// The distribution by one of the names that Grype has for it.
pub(super) fn grype_distribution(name: &str) -> Option<Distribution> {
    let name = name.to_ascii_lowercase();
    GRYPE_DISTRIBUTIONS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, distribution)| *distribution)
        .or_else(|| Distribution::from_os_release_id(&name))
        .or_else(|| Distribution::from_id(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trivys_roots_find_their_place() {
        for (root, expected) in [
            ("alpine 3.19", "alpine:3.19"),
            ("alpine edge", "alpine:edge"),
            ("debian 12", "debian:12"),
            ("ubuntu 22.04", "ubuntu:22.04"),
            ("ubuntu 16.04-ESM", "ubuntu:16.04"),
            ("amazon linux 2", "amazon:2"),
            ("alma 9", "alma:9"),
            ("rocky 8", "rocky:8"),
            ("Oracle Linux 8", "oracle:8"),
            ("Photon OS 4.0", "photon:4.0"),
            ("Azure Linux 3.0", "azurelinux:3.0"),
            ("CBL-Mariner 2.0", "cbl-mariner:2.0"),
            ("SUSE Linux Enterprise 15.5", "sles:15.5"),
            ("SUSE Linux Enterprise Micro 5.3", "slem:5.3"),
            ("openSUSE Leap 15.5", "opensuse-leap:15.5"),
            ("openSUSE Tumbleweed", "opensuse-tumbleweed"),
            ("wolfi", "wolfi"),
            ("chainguard", "chainguard"),
            ("minimos", "minimos"),
            ("echo", "echo"),
            ("bottlerocket", "bottlerocket"),
            ("archlinux", "arch"),
            ("pip::GitHub Security Advisory pip", "pypi"),
            ("go::Go Vulnerability Database", "golang"),
            ("erlang::GitHub Security Advisory Erlang", "hex"),
            ("rapidfort ubuntu 22.04", "rapidfort:ubuntu:22.04"),
            ("rapidfort Red Hat 9", "rapidfort:redhat:9"),
            ("rapidfort ubuntu", "rapidfort:ubuntu"),
            ("root.io debian 12", "root.io:debian:12"),
            ("seal debian", "seal:debian"),
            ("seal pip::Seal Security Database", "seal:pypi"),
        ] {
            assert_eq!(trivy_root(root).map(|place| place.namespace).as_deref(), Some(expected));
        }
        let esm = trivy_root("ubuntu 16.04-ESM").unwrap();
        assert_eq!(esm.channel.as_deref(), Some("esm"));
        for root in ["debianish 3", "tenable", "cobol::x", "alpine 3.19 community", "root.io"] {
            assert_eq!(trivy_root(root), None, "{root}");
        }
    }

    #[test]
    fn grypes_names_find_their_distribution() {
        for (name, expected) in [
            ("rhel", Distribution::RedHat),
            ("redhat", Distribution::RedHat),
            ("amzn", Distribution::Amazon),
            ("amazonlinux", Distribution::Amazon),
            ("ol", Distribution::Oracle),
            ("Wolfi", Distribution::Wolfi),
        ] {
            assert_eq!(grype_distribution(name), Some(expected), "{name}");
        }
        assert_eq!(grype_distribution("windows"), None);
    }
}
