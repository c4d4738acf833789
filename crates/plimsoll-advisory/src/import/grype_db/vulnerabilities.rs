//! Providers, handles of vulnerabilities, and their aliases.

use std::collections::BTreeMap;

use super::blob::VulnerabilityBlob;
use super::{Import, Outcome, any_text, number, text};
use crate::feed::identifier::{is_cve, rfc3339};
use crate::import::account::LICENSE;
use crate::model::{Source, Vulnerability};
use crate::sink::SourceId;

impl Import<'_, '_, '_> {
    /// The source of a provider's words.
    pub(super) fn provider(&mut self, id: &str) -> SourceId {
        if id.is_empty() {
            return self.own;
        }
        let source = Source {
            id: id.to_owned(),
            name: id.to_owned(),
            url: super::URL.to_owned(),
            license: LICENSE.to_owned(),
        };
        // What comes from one provider too many counts for the whole.
        self.account.source(&source).unwrap_or(self.own)
    }

    /// Reads when each provider's data was taken.
    pub(super) fn providers(&mut self) {
        self.each("providers", &mut |import, table, row| {
            let id = text(table, row, "id")?;
            if id.is_empty() {
                return Ok(Outcome::Rejected(import.own, "it has no id".to_owned()));
            }
            let source = import.provider(id);
            if let Some(date) = rfc3339(any_text(table, row, &["date_captured"])?) {
                import.account.dated(source, &date);
            }
            Ok(Outcome::Kept(source))
        });
    }

    /// Reads when the database was built.
    pub(super) fn build(&mut self) {
        self.each("db_metadata", &mut |import, table, row| {
            if let Some(date) = rfc3339(any_text(table, row, &["build_timestamp"])?) {
                import.account.dated(import.own, &date);
            }
            Ok(Outcome::Kept(import.own))
        });
    }

    /// Reads what is said about vulnerabilities themselves.
    pub(super) fn vulnerabilities(&mut self) {
        self.each("vulnerability_handles", &mut |import, table, row| {
            let source = import.provider(text(table, row, "provider_id")?);
            let name = text(table, row, "name")?;
            if name.is_empty() {
                return Ok(Outcome::Rejected(source, "it has no name".to_owned()));
            }
            let blob: VulnerabilityBlob = match import.lookup.blob(number(table, row, "blob_id")?) {
                Ok(blob) => blob,
                Err(reason) => {
                    return Ok(Outcome::Rejected(source, format!("{name}: {reason}")));
                }
            };
            let date = |column| any_text(table, row, &[column]).map(rfc3339);
            let (published, modified) = (date("published_date")?, date("modified_date")?);
            let rejected = any_text(table, row, &["status"])? == "rejected";
            // One that was rejected may have no date for that.
            let withdrawn = date("withdrawn_date")?.or_else(|| {
                let known = modified.clone().or_else(|| published.clone());
                rejected.then(|| known.unwrap_or_else(|| "1970-01-01T00:00:00Z".to_owned()))
            });
            let (severity, cvss) = (blob.severity(), blob.vectors());
            let names = names(name, blob.aliases);
            import.account.vulnerability(
                source,
                Vulnerability {
                    id: names.id,
                    aliases: names.aliases,
                    related: names.related,
                    description: blob.description,
                    severity,
                    cvss,
                    references: blob.refs.into_iter().map(|reference| reference.url).collect(),
                    published,
                    modified,
                    withdrawn,
                    ..Vulnerability::default()
                },
            );
            Ok(Outcome::Kept(source))
        });
    }

    /// Reads the table of aliases, which has what single handles do not know of.
    pub(super) fn aliases(&mut self) {
        let mut by_name: BTreeMap<String, Vec<String>> = BTreeMap::new();
        self.each("vulnerability_aliases", &mut |import, table, row| {
            let (name, alias) = (text(table, row, "name")?, text(table, row, "alias")?);
            if name.is_empty() || alias.is_empty() {
                return Ok(Outcome::Rejected(import.own, "a name is missing".to_owned()));
            }
            by_name.entry(name.to_owned()).or_default().push(alias.to_owned());
            Ok(Outcome::Kept(import.own))
        });
        for (name, aliases) in by_name {
            let names = names(&name, aliases);
            self.account.vulnerability(
                self.own,
                Vulnerability {
                    id: names.id,
                    aliases: names.aliases,
                    related: names.related,
                    ..Vulnerability::default()
                },
            );
        }
    }
}

struct Names {
    id: String,
    aliases: Vec<String>,
    related: Vec<String>,
}

/// Sorts out the names of a vulnerability. With one CVE, that is the id. An id with several CVEs is
/// a fix for them, and not their alias.
fn names(name: &str, mut aliases: Vec<String>) -> Names {
    aliases.retain(|alias| alias != name && !alias.is_empty());
    aliases.sort();
    aliases.dedup();
    if is_cve(name) {
        // Two CVEs are two problems.
        let (related, aliases) = aliases.into_iter().partition(|alias| is_cve(alias));
        return Names { id: name.to_owned(), aliases, related };
    }
    let (cves, mut others): (Vec<_>, Vec<_>) = aliases.into_iter().partition(|alias| is_cve(alias));
    match <[String; 1]>::try_from(cves) {
        Ok([cve]) => {
            others.insert(0, name.to_owned());
            Names { id: cve, aliases: others, related: Vec::new() }
        }
        Err(cves) => Names { id: name.to_owned(), aliases: others, related: cves },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_cve_is_the_id_and_several_are_not() {
        let list = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let one = names("GHSA-1", list(&["CVE-2024-1234", "GO-2024-1"]));
        assert_eq!((one.id.as_str(), one.aliases.len()), ("CVE-2024-1234", 2));
        let several = names("ELSA-1", list(&["CVE-2024-1234", "CVE-2024-1235"]));
        assert_eq!((several.id.as_str(), several.related.len()), ("ELSA-1", 2));
        let cve = names("CVE-2024-1234", list(&["CVE-2024-1234", "GHSA-1"]));
        assert_eq!(cve.aliases, ["GHSA-1"]);
    }

    #[test]
    fn times_of_go_are_read() {
        assert_eq!(
            rfc3339("2024-08-20 17:24:56.165+00:00").as_deref(),
            Some("2024-08-20T17:24:56+00:00")
        );
    }
}
