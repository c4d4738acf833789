//! Where a database can be had, as a user writes it: Plimsoll's own in a registry, on a web server
//! or in a directory, or another scanner's.

use std::fmt;

use plimsoll_image::Reference;
use plimsoll_sync::Source;

/// Trivy's published database, at its two public places. Until there is one of Plimsoll's own, a
/// machine without a database gets its data from here.
pub(crate) const PUBLIC: [&str; 2] =
    ["trivy:mirror.gcr.io/aquasec/trivy-db:2", "trivy:ghcr.io/aquasecurity/trivy-db:2"];

/// One place that offers a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DatabaseSource {
    /// Plimsoll's own form.
    Own(Source),
    /// Trivy's artifact: `trivy:HOST/NAME:TAG`.
    Trivy(Reference),
    /// Trivy's index of Java archives: `trivy-java:HOST/NAME:TAG`.
    TrivyJava(Reference),
    /// The address of Grype's `latest.json`: `grype:https://…`.
    Grype(String),
}

impl DatabaseSource {
    /// Reads what a user wrote.
    pub(crate) fn parse(text: &str) -> Result<DatabaseSource, String> {
        let reference = |text: &str| {
            text.parse::<Reference>().map_err(|error| format!("{text:?} is no image name: {error}"))
        };
        if let Some(name) = text.strip_prefix("trivy:") {
            return Ok(DatabaseSource::Trivy(reference(name)?));
        }
        if let Some(name) = text.strip_prefix("trivy-java:") {
            return Ok(DatabaseSource::TrivyJava(reference(name)?));
        }
        if let Some(address) = text.strip_prefix("grype:") {
            let address =
                if address.is_empty() { plimsoll_sync::foreign::GRYPE_LATEST } else { address };
            return Ok(DatabaseSource::Grype(address.to_owned()));
        }
        // Scripts for Trivy name its database in `--db-repository` without more.
        let last = text.split(['/', ':', '@']).rfind(|part| part.ends_with("-db"));
        match last {
            Some("trivy-db") => Ok(DatabaseSource::Trivy(reference(text)?)),
            Some("trivy-java-db") => Ok(DatabaseSource::TrivyJava(reference(text)?)),
            _ => {
                text.parse().map(DatabaseSource::Own).map_err(|error| format!("{text:?}: {error}"))
            }
        }
    }

    /// Whether a text names a source rather than a file.
    pub(crate) fn is_written(text: &str) -> bool {
        let prefixes = ["trivy:", "trivy-java:", "grype:", "oci:", "https://", "http://", "file:"];
        prefixes.iter().any(|prefix| text.starts_with(prefix))
    }
}

impl fmt::Display for DatabaseSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DatabaseSource::Own(source) => source.fmt(formatter),
            DatabaseSource::Trivy(reference) => write!(formatter, "trivy:{reference}"),
            DatabaseSource::TrivyJava(reference) => write!(formatter, "trivy-java:{reference}"),
            DatabaseSource::Grype(address) => write!(formatter, "grype:{address}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_read_and_shown() {
        for (text, shown) in [
            ("trivy:ghcr.io/aquasecurity/trivy-db:2", "trivy:ghcr.io/aquasecurity/trivy-db:2"),
            // What scripts for Trivy pass.
            ("ghcr.io/aquasecurity/trivy-db:2", "trivy:ghcr.io/aquasecurity/trivy-db:2"),
            ("registry.example/mirror/trivy-db", "trivy:registry.example/mirror/trivy-db:latest"),
            (
                "public.ecr.aws/aquasecurity/trivy-java-db:1",
                "trivy-java:public.ecr.aws/aquasecurity/trivy-java-db:1",
            ),
            ("grype:", "grype:https://grype.anchore.io/databases/v6/latest.json"),
            ("ghcr.io/plimsoll-scanner/db:2", "oci:ghcr.io/plimsoll-scanner/db:2"),
            ("./mirror", "file:./mirror"),
            ("https://db.example/plimsoll", "https://db.example/plimsoll"),
        ] {
            assert_eq!(DatabaseSource::parse(text).unwrap().to_string(), shown);
        }
        assert!(DatabaseSource::parse("trivy:Not A Name").is_err());
        assert!(DatabaseSource::is_written("trivy:x") && !DatabaseSource::is_written("a/b.db"));
        PUBLIC.iter().for_each(|text| assert!(DatabaseSource::parse(text).is_ok(), "{text}"));
    }
}
