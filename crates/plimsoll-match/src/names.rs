//! Under which names, and with which version, a package's advisories are looked up.

use plimsoll_inventory::{Package, PackageKind};
use plimsoll_version::{Distribution, MatchBy};

use crate::NameKind;

/// A name to look up and the version to compare with what stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) kind: NameKind,
}

/// The keys of a package by its distribution's habit, the more telling one first.
///
/// Wolfi, Chainguard and MinimOS write advisories for the origin, but some for a subpackage by its
/// own name; both are looked up.
pub(crate) fn keys(distribution: Distribution, package: &Package) -> Vec<Key> {
    let binary = || Key {
        name: package.name.clone(),
        version: package.version.clone(),
        kind: NameKind::Binary,
    };
    match distribution.match_by() {
        MatchBy::Binary if marks_sources(distribution) => {
            let others = source(package).into_iter().chain(module(package));
            [binary()].into_iter().chain(others).collect()
        }
        MatchBy::Binary => vec![binary()],
        MatchBy::Source => {
            let Some(source) = source(package) else { return vec![binary()] };
            let by_own_name = matches!(
                distribution,
                Distribution::Wolfi | Distribution::Chainguard | Distribution::MinimOs
            );
            if by_own_name && source.name != package.name {
                vec![source, binary()]
            } else {
                vec![source]
            }
        }
    }
}

/// Whether a distribution has advisories about binary packages, and others about source packages,
/// which are marked by the architecture `src`.
pub(crate) fn marks_sources(distribution: Distribution) -> bool {
    distribution == Distribution::RedHat
}

/// The module that a package was built in, as a whole: `python39:3.9` in version
/// `3.9-8100020240826142629.d47b87a4`.
fn module(package: &Package) -> Option<Key> {
    let mut parts = package.modularity.as_deref()?.split(':');
    let (name, stream) = (parts.next()?, parts.next()?);
    let (version, context) = (parts.next()?, parts.next()?);
    Some(Key {
        name: format!("{name}:{stream}"),
        version: format!("{stream}-{version}.{context}"),
        kind: NameKind::Source,
    })
}

/// The source package's name and version.
///
/// The file name of a source rpm carries no epoch, while advisories do; a package is built with
/// its source's epoch, so it is taken from there.
fn source(package: &Package) -> Option<Key> {
    let source = package.source.as_ref().filter(|source| !source.name.is_empty())?;
    let version = if source.version.is_empty() {
        package.version.clone()
    } else {
        match package.version.split_once(':') {
            Some((epoch, _))
                if package.kind == PackageKind::Rpm && !source.version.contains(':') =>
            {
                format!("{epoch}:{}", source.version)
            }
            _ => source.version.clone(),
        }
    };
    Some(Key { name: source.name.clone(), version, kind: NameKind::Source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{package, with_source};

    fn names(distribution: Distribution, package: &Package) -> Vec<(String, String)> {
        keys(distribution, package).into_iter().map(|key| (key.name, key.version)).collect()
    }

    fn pair(name: &str, version: &str) -> (String, String) {
        (name.to_owned(), version.to_owned())
    }

    #[test]
    fn each_distribution_names_packages_by_its_habit() {
        let bash = with_source(package("bash", "5.2.15-2+b13"), "bash", "5.2.15-2");
        let libssl = with_source(package("libssl3", "3.0.11-1"), "openssl", "3.0.11-1");
        let mut crypto = with_source(package("libcrypto3", "3.1.4-r5"), "openssl", "3.1.4-r5");
        crypto.kind = PackageKind::Apk;
        for (distribution, package, expected) in [
            // A rebuild has a version of its own; advisories speak of the source's.
            (Distribution::Debian, &bash, vec![pair("bash", "5.2.15-2")]),
            (Distribution::Ubuntu, &libssl, vec![pair("openssl", "3.0.11-1")]),
            (Distribution::Alpine, &crypto, vec![pair("openssl", "3.1.4-r5")]),
            (
                Distribution::Wolfi,
                &crypto,
                vec![pair("openssl", "3.1.4-r5"), pair("libcrypto3", "3.1.4-r5")],
            ),
            (Distribution::Alma, &libssl, vec![pair("libssl3", "3.0.11-1")]),
            (Distribution::Debian, &package_alone(), vec![pair("dash", "0.5.12-2")]),
        ] {
            assert_eq!(names(distribution, package), expected, "{distribution:?}");
        }
    }

    fn package_alone() -> Package {
        package("dash", "0.5.12-2")
    }

    #[test]
    fn a_source_rpm_gets_the_epoch_of_its_package() {
        let mut package =
            with_source(package("bind-libs", "32:9.16.50-1.cm2"), "bind", "9.16.50-1.cm2");
        package.kind = PackageKind::Rpm;
        assert_eq!(names(Distribution::Mariner, &package), [pair("bind", "32:9.16.50-1.cm2")]);
        package.source.as_mut().unwrap().version = "31:9.16.50-1.cm2".to_owned();
        assert_eq!(names(Distribution::Mariner, &package), [pair("bind", "31:9.16.50-1.cm2")]);
        package.source.as_mut().unwrap().version.clear();
        assert_eq!(names(Distribution::Mariner, &package), [pair("bind", "32:9.16.50-1.cm2")]);
    }
}
