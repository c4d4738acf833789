//! From the facts of a definition to the sink, for all dialects.

use std::collections::{BTreeSet, HashMap};

use super::facts::{Ask, Fact};
use super::read::read;
use super::{Cve, Definition, Document};
use crate::feed::identifier::{is_cve, rfc3339};
use crate::feed::prose::{bare_vector, compact_date, titles, weaknesses};
use crate::feed::statements::{Row, Statements};
use crate::feed::ubuntu::NVD;
use crate::feed::{FileContext, Publisher, Speaker};
use crate::model::{Severity, Status, Vulnerability};
use crate::sink::{Fate, Sink};

/// Reads a file, and hands each definition on.
pub(super) fn each_definition(
    file: &FileContext,
    bytes: &[u8],
    publisher: &Publisher,
    sink: &mut dyn Sink,
    mut tell: impl FnMut(&Definition, &Document, &mut Speaker) -> Result<Fate, String>,
) {
    let mut speaker = Speaker::new(sink, publisher, file);
    let (document, outcome) = read(bytes);
    if let Err(reason) = outcome {
        speaker.rejected("", reason);
    }
    if let Some(date) = rfc3339(&document.timestamp) {
        speaker.dated(&date);
    }
    for definition in &document.definitions {
        match tell(definition, &document, &mut speaker) {
            Ok(Fate::Kept) => speaker.kept(),
            Ok(Fate::Skipped) => speaker.skipped(),
            Ok(Fate::Rejected) => speaker.rejected_in_part(),
            Err(reason) => speaker.rejected(&definition.id, reason),
        }
    }
}

/// The CVEs of a definition, each once, in its order.
pub(super) fn cves(definition: &Definition) -> Vec<&str> {
    let texts = definition.cves.iter().map(|cve| &*cve.text);
    let references = definition.references.iter().map(|reference| &*reference.id);
    let mut known = BTreeSet::new();
    texts.chain(references).filter_map(cve_in).filter(|cve| known.insert(*cve)).collect()
}

/// `CVE-2023-5115` of `CVE:00001:CVE-2023-5115`, `Mitre CVE-2001-1267` or `CVE-1999-0077 at SUSE`.
fn cve_in(text: &str) -> Option<&str> {
    text.split([' ', ':']).find(|word| is_cve(word))
}

/// Adds a fact in one release. `unfixed` is the status, and the vendor's word for it, of a package
/// that is affected without a fix.
pub(super) fn add(
    statements: &mut Statements,
    fact: &Fact,
    namespace: &str,
    channel: Option<&str>,
    unfixed: (Status, Option<&str>),
) {
    let (status, raw_status, range) = match &fact.ask {
        Ask::Absent => return,
        Ask::Impossible => (Status::NotAffected, None, None),
        Ask::Installed => (unfixed.0, unfixed.1, None),
        Ask::Within(range) if range.fixed.is_some() => (Status::Fixed, None, Some(range)),
        Ask::Within(range) => (Status::Affected, None, Some(range)),
    };
    let row = Row {
        channel: channel.map(str::to_owned),
        raw_status: raw_status.map(str::to_owned),
        range: range.map(|range| Row::bounds(range.clone())),
        ..Row::new(namespace, fact.package, status)
    };
    let own = if fact.architectures.is_empty() {
        &fact.context.architectures
    } else {
        &fact.architectures
    };
    if fact.context.modules.is_empty() {
        statements.put(row, own);
    } else {
        for module in &fact.context.modules {
            statements.put(Row { modularity: Some((*module).to_owned()), ..row.clone() }, own);
        }
    }
}

/// The severity of a definition; `None` is a word of bug-fix errata.
pub(super) fn severity(definition: &Definition) -> Option<Severity> {
    Severity::from_word(&definition.severity).filter(|severity| *severity != Severity::Unknown)
}

/// Says what a definition says about its CVEs themselves. `own` is what it says of all of them.
///
/// Scores that link to the NVD are the NVD's word.
pub(super) fn describe(
    definition: &Definition,
    vulnerabilities: &[&str],
    own: &Vulnerability,
    speaker: &mut Speaker,
) {
    let titles = titles(&definition.description);
    let mut cves: HashMap<&str, Vec<&Cve>> = HashMap::new();
    for cve in &definition.cves {
        if let Some(id) = cve_in(&cve.text) {
            cves.entry(id).or_default().push(cve);
        }
    }
    for id in vulnerabilities {
        let (of_nvd, of_publisher): (Vec<&Cve>, Vec<&Cve>) = cves
            .remove(id)
            .unwrap_or_default()
            .into_iter()
            .partition(|cve| cve.link.contains("nvd.nist.gov") && !cve.vectors.is_empty());
        let links = definition.references.iter().filter(|reference| {
            cve_in(&reference.id).is_none_or(|cve| cve == *id) && !reference.url.is_empty()
        });
        let mut references: Vec<String> = links.map(|reference| reference.url.clone()).collect();
        let mut told = own.clone();
        (*id).clone_into(&mut told.id);
        if let Some(title) = titles.get(*id).filter(|_| told.title.is_empty()) {
            (*title).clone_into(&mut told.title);
        }
        for cve in of_publisher {
            if !cve.link.is_empty() && !references.contains(&cve.link) {
                references.push(cve.link.clone());
            }
            told.cvss.extend(cve.vectors.iter().map(|vector| bare_vector(vector).to_owned()));
            told.weaknesses.extend(weaknesses(&cve.weaknesses));
            told.severity = Severity::from_word(&cve.impact).or(told.severity);
            told.published = compact_date(&cve.public).or(told.published);
        }
        told.references.append(&mut references);
        speaker.vulnerability(told);
        let cvss: Vec<String> = of_nvd
            .iter()
            .flat_map(|cve| &cve.vectors)
            .map(|vector| bare_vector(vector).to_owned())
            .collect();
        if !cvss.is_empty() {
            let scored = Vulnerability { id: (*id).to_owned(), cvss, ..Vulnerability::default() };
            speaker.speak_for(&NVD).vulnerability(scored);
        }
    }
}
