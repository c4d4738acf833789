//! Which severity counts, of all that were given.
//!
//! The distributor knows how the package is built and used, so its word comes first: about this
//! package, then about the problem. After it come those who rate for everybody, by their word or
//! by their CVSS base score.

use std::collections::BTreeMap;

use plimsoll_advisory::model::Severity;

use crate::{Cvss, Opinion, Record};

/// Whose word is taken after the distributor's, the first that has one.
const GENERAL_SOURCES: &[&str] = &["nvd", "cisa", "vulnrichment", "ghsa"];

/// CVSS versions by how much their base scores are used for severity words today.
const CVSS_VERSIONS: &[&str] = &["3.1", "4.0", "3.0", "2.0"];

/// The severity word of a CVSS version 3 or 4 base score.
///
/// <https://www.first.org/cvss/v3.1/specification-document#Qualitative-Severity-Rating-Scale>
pub fn word_of_score(score: f64) -> Severity {
    match score {
        score if score >= 9.0 => Severity::Critical,
        score if score >= 7.0 => Severity::High,
        score if score >= 4.0 => Severity::Medium,
        score if score > 0.0 => Severity::Low,
        _ => Severity::Unknown,
    }
}

/// Every source's severity: its own word, else the one that its scores amount to.
pub(crate) fn by_source(opinions: &[Opinion]) -> BTreeMap<String, Severity> {
    let mut severities = BTreeMap::new();
    for opinion in opinions {
        if let Some(severity) = said(opinion.severity).or_else(|| scored(&opinion.cvss)) {
            let entry = severities.entry(opinion.source.clone()).or_insert(severity);
            *entry = (*entry).max(severity);
        }
    }
    severities
}

/// Chooses from the record's own severity and those of [`by_source`].
pub(crate) fn choose(
    record: &Record,
    severities: &BTreeMap<String, Severity>,
) -> (Severity, Option<String>) {
    let distributor = record.source.id.as_str();
    if let Some(severity) = said(record.affected.severity) {
        return (severity, Some(distributor.to_owned()));
    }
    let general = GENERAL_SOURCES.iter().copied();
    let others = severities.keys().map(String::as_str);
    for source in [distributor].into_iter().chain(general).chain(others) {
        if let Some(&severity) = severities.get(source) {
            return (severity, Some(source.to_owned()));
        }
    }
    (Severity::Unknown, None)
}

/// "Untriaged" is not a severity, and leaves the word to others.
fn said(severity: Option<Severity>) -> Option<Severity> {
    severity.filter(|&severity| severity != Severity::Unknown)
}

fn scored(cvss: &[Cvss]) -> Option<Severity> {
    CVSS_VERSIONS.iter().find_map(|version| {
        let scores = cvss.iter().filter(|one| one.version() == *version).map(|one| one.score);
        said(scores.map(word_of_score).max())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{record, unfixed};
    use plimsoll_advisory::model::Status;

    fn opinion(source: &str, severity: Option<Severity>, cvss: &[(&str, f64)]) -> Opinion {
        let cvss = cvss.iter().map(|&(vector, score)| Cvss { vector: vector.into(), score });
        Opinion { source: source.into(), severity, cvss: cvss.collect(), ..Opinion::default() }
    }

    #[test]
    fn scores_become_words_at_the_published_borders() {
        for (score, expected) in [
            (0.0, Severity::Unknown),
            (0.1, Severity::Low),
            (3.9, Severity::Low),
            (4.0, Severity::Medium),
            (6.9, Severity::Medium),
            (7.0, Severity::High),
            (8.9, Severity::High),
            (9.0, Severity::Critical),
            (10.0, Severity::Critical),
        ] {
            assert_eq!(word_of_score(score), expected, "{score}");
        }
    }

    #[test]
    fn the_distributors_word_comes_first() {
        let nvd = opinion("nvd", None, &[("CVSS:3.1/AV:N", 9.8)]);
        let debian = opinion("debian", Some(Severity::Low), &[]);
        let untriaged = opinion("debian", Some(Severity::Unknown), &[]);
        let cisa = opinion("vulnrichment", None, &[("CVSS:3.1/AV:L", 5.5)]);
        let ghsa = opinion("ghsa", Some(Severity::High), &[]);
        let other = opinion("azure", Some(Severity::Medium), &[]);
        for (own, opinions, expected) in [
            (Some(Severity::Medium), vec![&nvd, &debian], (Severity::Medium, Some("debian"))),
            (None, vec![&nvd, &debian], (Severity::Low, Some("debian"))),
            (Some(Severity::Unknown), vec![&nvd, &untriaged], (Severity::Critical, Some("nvd"))),
            (None, vec![&ghsa, &cisa], (Severity::Medium, Some("vulnrichment"))),
            (None, vec![&other], (Severity::Medium, Some("azure"))),
            (None, vec![], (Severity::Unknown, None)),
        ] {
            let mut affected = unfixed("debian:12", "a", "CVE-1", Status::Affected);
            affected.severity = own;
            let opinions: Vec<_> = opinions.into_iter().cloned().collect();
            let (severity, source) = choose(&record(affected), &by_source(&opinions));
            assert_eq!((severity, source.as_deref()), expected);
        }
    }

    #[test]
    fn the_newest_widely_used_cvss_version_decides() {
        let both = opinion("nvd", None, &[("AV:N/AC:L", 10.0), ("CVSS:3.1/AV:N", 7.5)]);
        assert_eq!(by_source(&[both])["nvd"], Severity::High);
        let four = opinion("nvd", None, &[("CVSS:3.0/AV:N", 9.9), ("CVSS:4.0/AV:N", 5.0)]);
        assert_eq!(by_source(&[four])["nvd"], Severity::Medium);
    }
}
