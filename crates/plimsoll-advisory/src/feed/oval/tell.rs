//! From the facts of a definition to the sink, for all dialects.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::facts::{Ask, Fact};
use super::read::read;
use super::{Cve, Definition, Document};
use crate::feed::identifier::{is_cve, rfc3339};
use crate::feed::ubuntu::NVD;
use crate::feed::{FileContext, Publisher, Speaker};
use crate::model::{Affected, Range, Severity, Status, Vulnerability};
use crate::sink::{Fate, Sink};

/// CVEs times packages: the largest kernel errata name some 1,000 CVEs and 100 packages.
const MOST_STATEMENTS: usize = 400_000;

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

/// What facts come to: statements without the vulnerability that they are about.
#[derive(Default)]
pub(super) struct Statements {
    /// All that tells one statement from another, and the architectures that it holds for.
    rows: BTreeMap<Row, BTreeSet<String>>,
}

/// Orders as its fields do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Row {
    pub(super) namespace: String,
    pub(super) package: String,
    pub(super) channel: Option<String>,
    pub(super) modularity: Option<String>,
    pub(super) status: Status,
    pub(super) raw_status: Option<String>,
    /// Introduced, after, fixed, last affected.
    pub(super) range: Option<[Option<String>; 4]>,
}

impl Statements {
    /// Adds a fact in one release. `raw_status` and `unfixed` are for a package that is affected
    /// without a fix.
    pub(super) fn add(
        &mut self,
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
            namespace: namespace.to_owned(),
            package: fact.package.to_owned(),
            channel: channel.map(str::to_owned),
            modularity: None,
            status,
            raw_status: raw_status.map(str::to_owned),
            range: range
                .cloned()
                .map(|range| [range.introduced, range.after, range.fixed, range.last_affected]),
        };
        let architectures = if fact.architectures.is_empty() {
            &fact.context.architectures
        } else {
            &fact.architectures
        };
        if fact.context.modules.is_empty() {
            self.put(row, architectures);
        } else {
            for module in &fact.context.modules {
                self.put(
                    Row { modularity: Some((*module).to_owned()), ..row.clone() },
                    architectures,
                );
            }
        }
    }

    /// The same statement for several architectures is one; one for all of them says no names.
    pub(super) fn put(&mut self, row: Row, architectures: &[&str]) {
        match self.rows.get_mut(&row) {
            Some(known) if known.is_empty() => {}
            Some(known) if architectures.is_empty() => known.clear(),
            Some(known) => known.extend(architectures.iter().map(|name| (*name).to_owned())),
            None => {
                let names = architectures.iter().map(|name| (*name).to_owned()).collect();
                self.rows.insert(row, names);
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Says all of it about each vulnerability. `like` has what all statements share.
    pub(super) fn say(
        &self,
        vulnerabilities: &[&str],
        like: &Affected,
        speaker: &mut Speaker,
    ) -> Result<(), String> {
        if self.rows.len().saturating_mul(vulnerabilities.len()) > MOST_STATEMENTS {
            return Err("more CVEs and packages than any real definition has".to_owned());
        }
        for vulnerability in vulnerabilities {
            for (row, architectures) in &self.rows {
                let row = row.clone();
                speaker.affected(Affected {
                    namespace: row.namespace,
                    package: row.package,
                    vulnerability: (*vulnerability).to_owned(),
                    status: row.status,
                    raw_status: row.raw_status,
                    ranges: row
                        .range
                        .map(|[introduced, after, fixed, last_affected]| Range {
                            introduced,
                            after,
                            fixed,
                            last_affected,
                        })
                        .into_iter()
                        .collect(),
                    architectures: architectures.iter().cloned().collect(),
                    modularity: row.modularity,
                    channel: row.channel,
                    ..like.clone()
                });
            }
        }
        Ok(())
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
            told.cvss.extend(cve.vectors.iter().map(|vector| bare(vector).to_owned()));
            told.weaknesses.extend(weaknesses(&cve.weaknesses));
            told.severity = Severity::from_word(&cve.impact).or(told.severity);
            told.published = compact_date(&cve.public).or(told.published);
        }
        told.references.append(&mut references);
        speaker.vulnerability(told);
        let cvss: Vec<String> = of_nvd
            .iter()
            .flat_map(|cve| &cve.vectors)
            .map(|vector| bare(vector).to_owned())
            .collect();
        if !cvss.is_empty() {
            let scored = Vulnerability { id: (*id).to_owned(), cvss, ..Vulnerability::default() };
            speaker.speak_for(&NVD).vulnerability(scored);
        }
    }
}

/// The lines of a description that are about one CVE: `* gupnp: DNS rebinding (CVE-2021-33516)`.
fn titles(description: &str) -> HashMap<&str, &str> {
    let mut titles = HashMap::new();
    for line in description.lines().filter_map(|line| line.trim().strip_prefix('*')) {
        let Some((title, rest)) = line.rsplit_once('(') else { continue };
        for cve in rest.split([',', ' ', ')']).filter(|word| is_cve(word)) {
            titles.entry(cve).or_insert(title.trim());
        }
    }
    titles
}

/// `CVSS:3.0/AV:N/…` of `5.7/CVSS:3.0/AV:N/…`; the score is ours to compute.
fn bare(vector: &str) -> &str {
    match vector.split_once('/') {
        Some((score, rest)) if score.parse::<f32>().is_ok() => rest,
        _ => vector,
    }
}

/// `CWE-20->CWE-119`, `(CWE-89|CWE-2)` and `CWE-532 CWE-200`.
fn weaknesses(text: &str) -> impl Iterator<Item = String> {
    text.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '-')
        .map(|word| word.trim_matches('-'))
        .filter(|word| {
            word.strip_prefix("CWE-").is_some_and(|number| {
                !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
            })
        })
        .map(str::to_owned)
}

/// `20191126` as RFC 3339.
fn compact_date(text: &str) -> Option<String> {
    let (year, rest) = text.split_at_checked(4)?;
    let (month, day) = rest.split_at_checked(2)?;
    rfc3339(&format!("{year}-{month}-{day}"))
}
