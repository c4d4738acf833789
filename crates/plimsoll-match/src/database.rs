//! The compiled database as the engine sees it.

use plimsoll_advisory::model::{EndOfLife, Epss, Exploited, Source, Vulnerability};
use plimsoll_advisory::{Database, SourceRef};

use crate::{Advisories, Cvss, Opinion, Record};

impl Advisories for Database {
    fn covers(&self, namespace: &str) -> bool {
        Database::covers(self, namespace)
    }

    fn affected(&self, namespace: &str, package: &str) -> Vec<Record> {
        Database::affected(self, namespace, package)
            .map(|entry| Record {
                affected: entry.to_affected(namespace, package),
                source: owned(&entry.source()),
            })
            .collect()
    }

    fn opinions(&self, vulnerability: &str) -> Vec<Opinion> {
        let Some(entry) = self.vulnerability(vulnerability) else { return Vec::new() };
        entry
            .details()
            .map(|detail| Opinion {
                source: detail.source().id().to_owned(),
                severity: detail.severity(),
                cvss: detail
                    .cvss()
                    .map(|score| Cvss { vector: score.vector.to_owned(), score: score.score })
                    .collect(),
                exploitation: detail.exploitation().map(str::to_owned),
                withdrawn: detail.is_withdrawn(),
                malicious: detail.is_malicious(),
            })
            .collect()
    }

    fn texts(&self, vulnerability: &str) -> Vec<(Source, Vulnerability)> {
        let Some(entry) = self.vulnerability(vulnerability) else { return Vec::new() };
        let details = entry.details();
        details.map(|one| (owned(&one.source()), one.to_vulnerability(&entry))).collect()
    }

    fn aliases(&self, vulnerability: &str) -> Vec<String> {
        let entry = self.vulnerability(vulnerability);
        entry.map(|entry| entry.aliases().map(str::to_owned).collect()).unwrap_or_default()
    }

    fn resolve(&self, name: &str) -> Option<String> {
        // Feeds file everything under its CVE, so a CVE is nobody's alias.
        if name.starts_with("CVE-") {
            return None;
        }
        Database::resolve(self, name).map(str::to_owned)
    }

    fn epss(&self, vulnerability: &str) -> Option<Epss> {
        Database::epss(self, vulnerability)
    }

    fn exploited(&self, vulnerability: &str) -> Option<Exploited> {
        Database::exploited(self, vulnerability)
    }

    fn repository(&self, name: &str) -> Option<Vec<String>> {
        Some(Database::repository(self, name)?.map(str::to_owned).collect())
    }

    fn end_of_life(&self, product: &str, release: &str) -> Option<EndOfLife> {
        Database::end_of_life(self, product, release)
    }
}

fn owned(source: &SourceRef<'_>) -> Source {
    Source {
        id: source.id().to_owned(),
        name: source.name().to_owned(),
        url: source.url().to_owned(),
        license: source.license().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{inventory, package, with_source};
    use crate::{MatchOptions, match_inventory};
    use plimsoll_advisory::model::{Severity, Status};

    /// The embedded database is the one at hand in every build.
    #[test]
    fn the_embedded_database_is_matched() {
        let libssl = with_source(package("libssl1.1", "1.1.1k-1"), "openssl", "1.1.1k-1");
        let fixed =
            with_source(package("openssl", "1.1.1w-0+deb11u1"), "openssl", "1.1.1w-0+deb11u1");
        let image = inventory("debian", "11.3", vec![libssl, fixed]);
        let matched = match_inventory(&image, Database::starter(), MatchOptions::default());
        let infinite_loop =
            matched.findings.iter().find(|one| one.vulnerability == "CVE-2022-0778").unwrap();
        assert_eq!(infinite_loop.package, 0);
        assert_eq!(infinite_loop.status, Status::Fixed);
        assert!(infinite_loop.ratings.severity >= Severity::Medium);
        assert!(infinite_loop.evidence.comparison.starts_with("1.1.1k-1 < 1.1.1k-1+deb11u"));
        assert!(!matched.findings.iter().any(|one| one.package == 1), "{:?}", matched.findings);
        let texts = Advisories::texts(Database::starter(), "CVE-2022-0778");
        assert!(texts.iter().any(|(_, text)| !text.title.is_empty()), "{texts:?}");
    }
}
