//! What a document says about a vulnerability itself.

use std::collections::HashSet;

use super::document::{Document, List, Note, Vulnerability};
use crate::feed::identifier::{is_cve, is_id, rfc3339};
use crate::model::{Severity, Vulnerability as Described};

/// More links than this are a mirror of the whole web.
const MOST_LINKS: usize = 200;

/// The id under which a vulnerability of a document is filed: its CVE, else an id of its own, else
/// the document's.
pub(super) fn id<'d>(document: &'d Document, vulnerability: &'d Vulnerability) -> Option<&'d str> {
    if is_cve(&vulnerability.cve) {
        return Some(&vulnerability.cve);
    }
    let mut own = vulnerability.ids.iter().map(|id| &*id.text);
    own.find(|id| is_cve(id)).or_else(|| {
        Some(&*document.document.tracking.id).filter(|id| is_id(id) && id.contains('-'))
    })
}

/// The vulnerability in the database's words.
pub(super) fn describe(
    id: &str,
    document: &Document,
    vulnerability: &Vulnerability,
    is_vex: bool,
) -> Described {
    let tracking = &document.document.tracking;
    let impact = vulnerability.threats.iter().filter(|threat| &*threat.category == "impact");
    let rated = impact.filter_map(|threat| Severity::from_word(threat.details.trim())).max();
    let aggregate = || Severity::from_word(document.document.aggregate_severity.text.trim());
    let vectors = vulnerability.scores.iter().flat_map(|score| {
        let scored = [&score.cvss_v4, &score.cvss_v3, &score.cvss_v2];
        scored.map(|cvss| cvss.vector_string.to_string())
    });
    let links = vulnerability.references.iter().map(|reference| reference.url.to_string());
    // An advisory's date is that of the fix, not of what is known about the problem.
    let date = |text: &str| rfc3339(text).filter(|_| is_vex);
    Described {
        id: id.to_owned(),
        title: title(id, document, vulnerability, is_vex).to_owned(),
        description: description(&vulnerability.notes).to_owned(),
        severity: rated.or_else(aggregate),
        cvss: each_once(vectors),
        weaknesses: each_once([vulnerability.cwe.id.to_string()]),
        references: each_once(links.filter(|link| link.starts_with("http")).take(MOST_LINKS)),
        published: rfc3339(&vulnerability.release_date)
            .or_else(|| date(&tracking.initial_release_date)),
        modified: date(&tracking.current_release_date),
        exploitation: is_exploited(vulnerability).then(|| "active".to_owned()),
        ..Described::default()
    }
}

/// A title that only repeats the id says nothing.
fn title<'d>(
    id: &str,
    document: &'d Document,
    vulnerability: &'d Vulnerability,
    is_vex: bool,
) -> &'d str {
    let own = vulnerability.title.trim();
    let is_about_this = is_vex && document.vulnerabilities.len() == 1;
    let title = if own.is_empty() && is_about_this { document.document.title.trim() } else { own };
    if title == id { "" } else { title }
}

fn description<'d>(notes: &'d List<Note>) -> &'d str {
    let text = |category: &str| {
        let note = notes.iter().find(|note| &*note.category == category && !note.text.is_empty());
        note.map(|note| note.text.trim())
    };
    text("description").or_else(|| text("summary")).or_else(|| text("general")).unwrap_or("")
}

/// Red Hat points to CISA's catalogue: `CISA: https://www.cisa.gov/known-exploited-…`.
fn is_exploited(vulnerability: &Vulnerability) -> bool {
    let mut threats = vulnerability.threats.iter();
    threats.any(|threat| {
        &*threat.category == "exploit_status" && threat.details.trim_start().starts_with("CISA:")
    })
}

fn each_once(texts: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut known = HashSet::new();
    let mut once: Vec<String> = texts.into_iter().filter(|text| !text.is_empty()).collect();
    once.retain(|text| known.insert(text.clone()));
    once
}
