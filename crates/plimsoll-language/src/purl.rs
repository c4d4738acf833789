//! Package URLs of language packages, both ways.
//!
//! <https://github.com/package-url/purl-spec>: each type says what its namespace is. Here a name is
//! one text; it is split as its type wants it.

use packageurl::PackageUrl;
use plimsoll_version::Ecosystem;

/// The package URL of a component: `pkg:npm/%40babel/core@7.1.0`. Empty for one without a name.
pub fn purl(ecosystem: Ecosystem, name: &str, version: &str) -> String {
    build(ecosystem, name, version).unwrap_or_default()
}

fn build(ecosystem: Ecosystem, name: &str, version: &str) -> packageurl::Result<String> {
    let (namespace, name) = split(ecosystem, name);
    let mut url = PackageUrl::new(ecosystem.purl_type(), name)?;
    if !namespace.is_empty() {
        url.with_namespace(namespace)?;
    }
    if !version.is_empty() {
        url.with_version(version)?;
    }
    Ok(url.to_string())
}

/// Namespace and name, as the type of package URL divides a name.
fn split(ecosystem: Ecosystem, name: &str) -> (&str, &str) {
    match ecosystem {
        Ecosystem::Maven => name.split_once(':').unwrap_or(("", name)),
        Ecosystem::CocoaPods => ("", name),
        _ => name.rsplit_once('/').unwrap_or(("", name)),
    }
}

/// The name of a component as advisories and reports have it, from the parts of a package URL.
pub fn name_of(ecosystem: Ecosystem, namespace: Option<&str>, name: &str) -> String {
    match (ecosystem, namespace.filter(|text| !text.is_empty())) {
        (Ecosystem::Maven, Some(group)) => format!("{group}:{name}"),
        (_, Some(namespace)) => format!("{namespace}/{name}"),
        (_, None) => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_and_joined() {
        for (ecosystem, name, version, expected) in [
            (Ecosystem::Npm, "@babel/core", "7.1.0", "pkg:npm/%40babel/core@7.1.0"),
            (Ecosystem::Maven, "org.slf4j:slf4j-api", "1.7", "pkg:maven/org.slf4j/slf4j-api@1.7"),
            (
                Ecosystem::Golang,
                "github.com/a/b/v2",
                "v2.0.1",
                "pkg:golang/github.com/a/b/v2@v2.0.1",
            ),
            (Ecosystem::PyPi, "Django", "", "pkg:pypi/django"),
            (Ecosystem::PyPi, "", "", ""),
        ] {
            assert_eq!(purl(ecosystem, name, version), expected);
        }
        assert_eq!(
            name_of(Ecosystem::Maven, Some("org.slf4j"), "slf4j-api"),
            "org.slf4j:slf4j-api"
        );
        assert_eq!(name_of(Ecosystem::Npm, Some("@babel"), "core"), "@babel/core");
        assert_eq!(name_of(Ecosystem::Npm, None, "express"), "express");
    }
}
