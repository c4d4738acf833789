//! OSV records of every database and ecosystem: <https://ossf.github.io/osv-schema/>, 1.0 to 1.7.
//!
//! One file is one record, as JSON or (Python's advisories, OSS-Fuzz, R) as YAML. RustSec's
//! Markdown is read into the same shape, see [`rustsec`]. What each part becomes is said in the
//! modules: [`names`] for the ids, [`place`] for ecosystems, [`ranges`] for versions, [`statement`]
//! for what databases add.
//!
//! Not read:
//! * Go's `reports/*.yaml` and `excluded/*.yaml`, from which `osv/*.json` is made.
//! * The bucket's `modified_id.csv`, which are indices.
//! * Commits are kept as the bounds of statements in the namespace `git`, whose package is the
//!   repository; nothing orders them.
//!
//! Quirks:
//! * Go writes `0001-01-01` where a date is unknown, and gives `custom_ranges` of real versions to
//!   modules whose versions its proxy does not know, beside a range of all versions. Both count.
//! * A withdrawn record is filed under its own id, so that it does not speak against the CVE that
//!   another record of its source may still be about.
//! * Malicious packages: the version list counts besides ranges, as everywhere; most records have
//!   one of them.

mod head;
mod names;
mod place;
mod publisher;
mod ranges;
pub(super) mod rustsec;
mod schema;
mod statement;

use names::{Names, cve_within};
use schema::{Rating, Record};

use super::erratum::Words;
use super::identifier::{is_id, rfc3339};
use super::{FileContext, Publisher, Speaker, file_name, tree};
use crate::model::{Affected, Severity, Vulnerability};
use crate::sink::Sink;

pub(super) use publisher::{OSV, RUSTSEC};

/// Problems times products: SUSE's largest kernel advisories have some hundred thousand.
const MOST_STATEMENTS: usize = 1 << 20;

/// The ranges, versions and symbols in those. Records about many problems have one range each, and
/// those with thousands of versions are about one problem.
const MOST_PARTS: usize = 1 << 24;

/// Bytes of text that a record about several problems repeats for each. Ten problems and a hundred
/// kilobytes are a lot.
const MOST_REPEATED: usize = 1 << 26;

/// A record with more names is no advisory; SUSE's largest kernel advisories have 2,000.
const MOST_NAMES: usize = 20_000;

/// Links of a record; those of large advisories name every CVE.
const MOST_LINKS: usize = 200;

/// Vectors of a record: versions 2, 3 and 4 by a few raters.
const MOST_VECTORS: usize = 16;

pub(super) fn recognises(path: &str, head: &[u8]) -> bool {
    file_name(path).ends_with(".json") && head::is_json(head)
}

pub(super) fn recognises_yaml(path: &str, head: &[u8]) -> bool {
    let name = file_name(path);
    (name.ends_with(".yaml") || name.ends_with(".yml")) && head::is_yaml(head)
}

pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    say_or_reject(serde_json::from_slice(bytes).map_err(|error| error.to_string()), file, sink);
}

pub(super) fn parse_yaml(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string());
    say_or_reject(text.and_then(tree::yaml), file, sink);
}

fn say_or_reject(record: Result<Record, String>, file: &FileContext, sink: &mut dyn Sink) {
    match record {
        Ok(record) => {
            let (ecosystem, package) = first_package(&record);
            let publisher = publisher::of(&record.id, ecosystem, package);
            say(record, publisher, file, sink);
        }
        Err(reason) => {
            let publisher = publisher::of(file_name(file.path), "", "");
            Speaker::new(sink, publisher, file).rejected("", reason);
        }
    }
}

/// Ecosystem and name of the first package; nothing where there is none.
fn first_package(record: &Record) -> (&str, &str) {
    let first = record.affected.iter().find_map(|product| product.package.as_ref());
    first.map_or(("", ""), |package| (&*package.ecosystem, &*package.name))
}

/// Says all that a record says.
fn say(mut record: Record, publisher: &'static Publisher, file: &FileContext, sink: &mut dyn Sink) {
    let mut speaker = Speaker::new(sink, publisher, file);
    // An error message got into the names of some of SUSE's: `SUSE-SU-403 Forbidden-1`.
    if !is_id(&record.id.replace(' ', "-")) {
        return speaker.rejected(&record.id, "the id is none");
    }
    if [&record.aliases, &record.upstream, &record.related]
        .iter()
        .any(|names| names.len() > MOST_NAMES)
    {
        return speaker.rejected(&record.id, "more names than any real record has");
    }
    if let Some(date) = date(&record.modified).or_else(|| date(&record.published)) {
        speaker.dated(&date);
    }
    if let Some(withdrawn) = &record.withdrawn {
        let withdrawn = rfc3339(withdrawn).unwrap_or_else(|| withdrawn.clone());
        speaker.vulnerability(taken_back(&record, withdrawn));
        return speaker.kept();
    }
    let (ecosystem, package) = first_package(&record);
    let is_distribution = !ecosystem.is_empty() && !place::of(ecosystem, package).is_language();
    let names = names::of(&record, is_distribution);
    if !names.is_fix && names.ids.len().saturating_mul(text_size(&record)) > MOST_REPEATED {
        return speaker.rejected(&record.id, "more problems than any real record is about");
    }
    let descriptions = descriptions(&record, &names);
    let id = record.id.clone();
    let (statements, wrong) = statement::of(&mut record, &names);
    let (count, parts) = statement::size(&statements, names.ids.len());
    if count > MOST_STATEMENTS || parts > MOST_PARTS {
        return speaker.rejected(&id, "more problems and packages than any real record has");
    }
    for description in descriptions {
        speaker.vulnerability(description);
    }
    for statement::Statement { affected, only } in statements {
        let each = only.unwrap_or_else(|| names.ids.iter().map(|id| (id.clone(), None)).collect());
        for (vulnerability, severity) in each {
            let severity = severity.or(affected.severity);
            speaker.affected(Affected { vulnerability, severity, ..affected.clone() });
        }
    }
    for reason in &wrong {
        speaker.problem(&id, reason);
    }
    if wrong.is_empty() { speaker.kept() } else { speaker.rejected_in_part() }
}

/// About as many bytes does a description take.
fn text_size(record: &Record) -> usize {
    let names = record.aliases.iter().chain(&record.upstream).chain(&record.related);
    let links = record.references.iter().map(|link| link.url.len());
    let lists: usize = names.map(String::len).chain(links).sum();
    lists + record.summary.len() + record.details.len()
}

/// A date, unless it is Go's for none.
fn date(text: &Option<String>) -> Option<String> {
    rfc3339(text.as_deref()?).filter(|date| !date.starts_with("0001-"))
}

/// What is known of the problems of a record.
fn descriptions(record: &Record, names: &Names) -> Vec<Vulnerability> {
    if names.is_fix && names.ids != [record.id.as_str()] {
        let links = record.references.iter().map(|link| (&*link.url, &*link.kind));
        let words = Words::of(&record.details, links);
        let only_one = names.ids.len() == 1;
        let cvss = if only_one { vectors(record) } else { Vec::new() };
        return names
            .ids
            .iter()
            .map(|id| Vulnerability { cvss: cvss.clone(), ..words.about(id) })
            .collect();
    }
    let described = Vulnerability {
        aliases: names.aliases.clone(),
        related: names.related.clone(),
        severity: severity(record),
        cvss: vectors(record),
        weaknesses: weaknesses(record),
        malicious: is_malicious(record),
        ..describe(record)
    };
    names.ids.iter().map(|id| Vulnerability { id: id.clone(), ..described.clone() }).collect()
}

fn describe(record: &Record) -> Vulnerability {
    let links = record.references.iter().map(|link| link.url.clone());
    Vulnerability {
        title: record.summary.clone(),
        description: record.details.clone(),
        references: links.filter(|link| !link.is_empty()).take(MOST_LINKS).collect(),
        published: date(&record.published),
        modified: date(&record.modified),
        ..Vulnerability::default()
    }
}

fn taken_back(record: &Record, withdrawn: String) -> Vulnerability {
    let own = cve_within(&record.id).filter(|cve| *cve == record.id);
    let others = record.aliases.iter().chain(&record.upstream).chain(&record.related);
    let mut related: Vec<String> = others.filter(|name| is_id(name)).cloned().collect();
    related.sort();
    related.dedup();
    Vulnerability {
        id: own.unwrap_or(&record.id).to_owned(),
        related,
        withdrawn: Some(withdrawn),
        malicious: is_malicious(record),
        ..describe(record)
    }
}

fn ratings(record: &Record) -> impl Iterator<Item = &Rating> {
    let of_products = record.affected.iter().flat_map(|product| &product.severity.0);
    record.severity.0.iter().chain(of_products)
}

/// CVSS vectors, each once.
fn vectors(record: &Record) -> Vec<String> {
    let mut vectors: Vec<String> = Vec::new();
    for rating in ratings(record).filter(|rating| rating.kind.starts_with("CVSS")) {
        let is_vector = rating.score.contains(':') && super::identifier::is_word(&rating.score);
        if is_vector && !vectors.contains(&rating.score) && vectors.len() < MOST_VECTORS {
            vectors.push(rating.score.clone());
        }
    }
    vectors
}

/// The word of the database. What RustSec calls informational is no vulnerability and has none.
fn severity(record: &Record) -> Option<Severity> {
    Severity::from_word(&record.database_specific.0.severity.0)
        .or_else(|| statement::rated(&record.severity.0))
}

fn weaknesses(record: &Record) -> Vec<String> {
    let notes = &record.database_specific.0;
    let of_products = record
        .affected
        .iter()
        .flat_map(|product| product.database_specific.0.cwes.0.iter().map(|weakness| &weakness.id));
    let listed = notes.cwe_ids.0.iter().chain(&notes.cwe.0).chain([&notes.curl_cwe.0.id]);
    let mut weaknesses: Vec<String> =
        listed.chain(of_products).filter(|id| id.starts_with("CWE-")).cloned().collect();
    weaknesses.sort();
    weaknesses.dedup();
    weaknesses
}

fn is_malicious(record: &Record) -> bool {
    let categories = record.affected.iter().flat_map(|one| &one.database_specific.0.categories.0);
    record.id.starts_with("MAL-") || categories.into_iter().any(|word| word == "malicious")
}

#[cfg(test)]
mod tests;
