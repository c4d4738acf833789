//! CVE records, version 5, as the CVE programme and CISA's vulnrichment publish them:
//! <https://github.com/CVEProject/cve-schema>, <https://github.com/cisagov/vulnrichment>.
//!
//! One JSON file per CVE. The numbering authority (CNA) describes the problem in one container;
//! others add containers of their own (ADP). CISA's has the scores that the CNA left out, and its
//! SSVC decision, of which `Exploitation` (`none`, `poc`, `active`) is kept. Who scored what stays
//! apart: the CNA's word is the source `cve`, that of CISA `cisa`.
//!
//! Quirks: a `REJECTED` record has a reason and nothing else. It becomes a withdrawn vulnerability
//! of this source, and says nothing about what other sources hold under the same id. The "CVE
//! Program Container" only repeats references of before 2024. One metric carries one vector, under
//! a key that names its version. CVSS 2 vectors have no prefix.

use std::borrow::Cow;
use std::collections::HashSet;

use serde::Deserialize;

use super::identifier::{is_cve, rfc3339};
use super::{FileContext, Publisher, Speaker, contains, file_name};
use crate::model::{Severity, Vulnerability};
use crate::sink::Sink;

pub(super) static CVE: Publisher = Publisher {
    id: "cve",
    name: "CVE Program",
    url: "https://www.cve.org/",
    license: "CVE Terms of Use",
};

static CISA: Publisher = Publisher {
    id: "cisa",
    name: "CISA Vulnrichment",
    url: "https://github.com/cisagov/vulnrichment",
    license: "CC0-1.0",
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    #[serde(borrow)]
    cve_metadata: Metadata<'a>,
    #[serde(borrow, default)]
    containers: Containers<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata<'a> {
    #[serde(borrow)]
    cve_id: Cow<'a, str>,
    /// Go's records do not have it.
    #[serde(borrow, default)]
    state: Cow<'a, str>,
    #[serde(borrow, default)]
    date_published: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    date_updated: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    date_rejected: Option<Cow<'a, str>>,
}

#[derive(Deserialize, Default)]
struct Containers<'a> {
    #[serde(borrow, default)]
    cna: Container<'a>,
    #[serde(borrow, default)]
    adp: Vec<Container<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Container<'a> {
    #[serde(borrow)]
    title: Option<Cow<'a, str>>,
    #[serde(borrow)]
    provider_metadata: Provider<'a>,
    #[serde(borrow)]
    descriptions: Vec<Words<'a>>,
    #[serde(borrow)]
    rejected_reasons: Vec<Words<'a>>,
    #[serde(borrow)]
    metrics: Vec<Metric<'a>>,
    #[serde(borrow)]
    problem_types: Vec<ProblemType<'a>>,
    #[serde(borrow)]
    references: Vec<Reference<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Provider<'a> {
    #[serde(borrow)]
    short_name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    date_updated: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Words<'a> {
    #[serde(borrow, default)]
    lang: Cow<'a, str>,
    #[serde(borrow, default)]
    value: Cow<'a, str>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Metric<'a> {
    #[serde(borrow, rename = "cvssV2_0")]
    cvss_2: Option<Score<'a>>,
    #[serde(borrow, rename = "cvssV3_0")]
    cvss_3: Option<Score<'a>>,
    #[serde(borrow, rename = "cvssV3_1")]
    cvss_3_1: Option<Score<'a>>,
    #[serde(borrow, rename = "cvssV4_0")]
    cvss_4: Option<Score<'a>>,
    #[serde(borrow)]
    other: Option<Other<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Score<'a> {
    #[serde(borrow, default)]
    vector_string: Cow<'a, str>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Other<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    content: serde_json::Value,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ProblemType<'a> {
    #[serde(borrow)]
    descriptions: Vec<Weakness<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Weakness<'a> {
    #[serde(borrow, default)]
    cwe_id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    description: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Reference<'a> {
    #[serde(borrow, default)]
    url: Cow<'a, str>,
}

pub(super) fn recognises(path: &str, head: &[u8]) -> bool {
    // Which of the keys come early depends on who wrote the file.
    let name = file_name(path);
    contains(head, "\"CVE_RECORD\"")
        || contains(head, "\"cveMetadata\"")
        || (name.starts_with("CVE-") && name.ends_with(".json") && contains(head, "\"containers\""))
}

pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let mut speaker = Speaker::new(sink, &CVE, file);
    let record: Record = match serde_json::from_slice(bytes) {
        Ok(record) => record,
        Err(error) => return speaker.rejected("", error),
    };
    let metadata = &record.cve_metadata;
    if !is_cve(&metadata.cve_id) {
        return speaker.rejected(&metadata.cve_id, "the id is no CVE");
    }
    let date = |date: &Option<Cow<str>>| date.as_deref().and_then(rfc3339);
    let modified = date(&metadata.date_updated);
    if let Some(date) = &modified {
        speaker.dated(date);
    }
    let mut own = read(&metadata.cve_id, &record.containers.cna);
    own.published = date(&metadata.date_published);
    match &*metadata.state {
        "PUBLISHED" | "" => {}
        "REJECTED" => {
            own.description = english(&record.containers.cna.rejected_reasons);
            // The date may be missing; that it was withdrawn must not be.
            let fallback = || modified.clone().or_else(|| own.published.clone());
            let withdrawn = date(&metadata.date_rejected).or_else(fallback);
            own.withdrawn = withdrawn.or_else(|| Some("1999-01-01T00:00:00Z".to_owned()));
        }
        "RESERVED" => return speaker.skipped(),
        state => return speaker.rejected(&metadata.cve_id, format!("state {state:?} is unknown")),
    }
    own.modified = modified;
    for container in record.containers.adp.iter().filter(|container| !is_cisa(container)) {
        merge(&mut own, read(&metadata.cve_id, container));
    }
    speaker.vulnerability(own);
    for container in record.containers.adp.iter().filter(|container| is_cisa(container)) {
        let mut added = read(&metadata.cve_id, container);
        added.exploitation = exploitation(&container.metrics);
        added.modified = date(&container.provider_metadata.date_updated);
        let mut cisa = speaker.speak_for(&CISA);
        if let Some(date) = &added.modified {
            cisa.dated(date);
        }
        cisa.vulnerability(added);
    }
    speaker.kept();
}

fn is_cisa(container: &Container) -> bool {
    container.provider_metadata.short_name.as_deref() == Some("CISA-ADP")
}

/// What one container says.
fn read(id: &str, container: &Container) -> Vulnerability {
    let mut read = Vulnerability { id: id.to_owned(), ..Vulnerability::default() };
    // Containers of others are titled after themselves, not after the problem.
    if container
        .title
        .as_deref()
        .is_some_and(|title| !title.starts_with("CISA ADP") && title != "CVE Program Container")
    {
        read.title = container.title.as_deref().unwrap_or("").to_owned();
    }
    read.description = english(&container.descriptions);
    for metric in &container.metrics {
        for score in
            [&metric.cvss_4, &metric.cvss_3_1, &metric.cvss_3, &metric.cvss_2].into_iter().flatten()
        {
            read.cvss.push(score.vector_string.clone().into_owned());
        }
        if let Some(other) =
            metric.other.as_ref().filter(|other| other.kind == "Red Hat severity rating")
        {
            let word = other.content.get("value").and_then(|value| value.as_str());
            read.severity = word.and_then(Severity::from_word).or(read.severity);
        }
    }
    for weakness in container.problem_types.iter().flat_map(|kind| &kind.descriptions) {
        let id = weakness.cwe_id.as_deref().or(weakness.description.as_deref()).unwrap_or("");
        let id = id.split([' ', ':']).next().unwrap_or("");
        let number = id.strip_prefix("CWE-").unwrap_or("");
        if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) {
            read.weaknesses.push(id.to_owned());
        }
    }
    let references = container.references.iter();
    read.references = references.map(|reference| reference.url.clone().into_owned()).collect();
    tidy(&mut read);
    read
}

/// Adds what another container says.
fn merge(own: &mut Vulnerability, other: Vulnerability) {
    own.references.extend(other.references);
    own.cvss.extend(other.cvss);
    own.weaknesses.extend(other.weaknesses);
    if own.description.is_empty() {
        own.description = other.description;
    }
    tidy(own);
}

/// Leaves out what is empty or has been said.
fn tidy(own: &mut Vulnerability) {
    for list in [&mut own.references, &mut own.cvss, &mut own.weaknesses] {
        let mut known = HashSet::new();
        list.retain(|text| !text.is_empty() && known.insert(text.clone()));
    }
}

/// The English words, or else the first.
fn english(words: &[Words]) -> String {
    let english =
        words.iter().find(|words| words.lang.starts_with("en") && !words.value.is_empty());
    english.or(words.first()).map_or_else(String::new, |words| words.value.clone().into_owned())
}

/// The SSVC decision point `Exploitation`.
fn exploitation(metrics: &[Metric]) -> Option<String> {
    let decisions = metrics
        .iter()
        .filter_map(|metric| metric.other.as_ref())
        .filter(|other| other.kind == "ssvc");
    let options = decisions.filter_map(|other| other.content.get("options")?.as_array()).flatten();
    let word = options.filter_map(|option| option.get("Exploitation")?.as_str()).next()?;
    ["none", "poc", "active"].contains(&word).then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::testing::read as read_file;

    const XZ: &str = r#"{"dataType":"CVE_RECORD","containers":{"adp":[
        {"title":"CVE Program Container","references":[{"url":"https://lwn.net/Articles/967180/","tags":["x_transferred"]}],"providerMetadata":{"orgId":"af8","shortName":"CVE"}},
        {"title":"CISA ADP Vulnrichment","metrics":[{"other":{"type":"ssvc","content":{"id":"CVE-2024-3094","options":[{"Exploitation":"poc"},{"Automatable":"yes"}]}}},
          {"cvssV3_1":{"vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}],
          "problemTypes":[{"descriptions":[{"type":"CWE","cweId":"CWE-507","lang":"en","description":"CWE-507 Trojan Horse"}]}],
          "providerMetadata":{"shortName":"CISA-ADP","dateUpdated":"2024-04-29T18:42:23.582Z"}}],
        "cna":{"title":"Xz: malicious code in distributed source","metrics":[{"other":{"type":"Red Hat severity rating","content":{"value":"Critical"}}},
          {"format":"CVSS","cvssV3_1":{"version":"3.1","baseScore":10,"vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"}}],
          "affected":[{"versions":[{"status":"affected","version":"5.6.0"}]}],
          "references":[{"url":"http://www.openwall.com/lists/oss-security/2024/03/29/10"}],
          "descriptions":[{"lang":"en","value":"Malicious code was discovered.\nYes."}],
          "problemTypes":[{"descriptions":[{"lang":"en","cweId":"CWE-506","description":"Embedded Malicious Code"}]}],
          "providerMetadata":{"shortName":"redhat"}}},
        "cveMetadata":{"cveId":"CVE-2024-3094","state":"PUBLISHED","dateUpdated":"2024-08-20T17:24:56.165Z","datePublished":"2024-03-29T16:51:12.588Z"},"dataVersion":"5.1"}"#;

    #[test]
    fn the_words_of_authority_and_agency_stay_apart() {
        let read = read_file("2024/3xxx/CVE-2024-3094.json", XZ);
        assert_eq!(read.counts(), (1, 0, 0));
        let [own, added] = read.vulnerabilities.as_slice() else { panic!("two voices") };
        assert_eq!(own.title, "Xz: malicious code in distributed source");
        assert_eq!(own.cvss, ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"]);
        assert_eq!(own.weaknesses, ["CWE-506"]);
        assert_eq!(own.references.len(), 2);
        assert_eq!(own.published.as_deref(), Some("2024-03-29T16:51:12Z"));
        assert_eq!(own.severity, Some(crate::model::Severity::Critical));
        assert_eq!(own.exploitation, None);
        assert_eq!(added.exploitation.as_deref(), Some("poc"));
        assert_eq!(added.cvss, ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"]);
        assert_eq!(added.title, "");
        assert_eq!(
            read.sources.iter().map(|source| &*source.id).collect::<Vec<_>>(),
            ["cve", "cisa"]
        );
    }

    #[test]
    fn a_rejected_record_is_withdrawn_by_this_source() {
        let read = read_file(
            "CVE-2023-0001.json",
            r#"{"dataType":"CVE_RECORD","cveMetadata":{"cveId":"CVE-2023-0001","state":"REJECTED","dateRejected":"2024-01-02T00:00:00Z"},
            "containers":{"cna":{"rejectedReasons":[{"lang":"en","value":"Not used."}]}}}"#,
        );
        assert_eq!(read.vulnerabilities[0].withdrawn.as_deref(), Some("2024-01-02T00:00:00Z"));
        assert_eq!(read.vulnerabilities[0].description, "Not used.");
        assert!(read.affected.is_empty());
    }

    #[test]
    fn what_is_no_record_is_reported() {
        let read = read_file(
            "CVE-2023-0001.json",
            r#"{"dataType":"CVE_RECORD","cveMetadata":{"cveId":"CVE-2023-0001","state":7}}"#,
        );
        assert_eq!(read.counts(), (0, 0, 1));
    }
}
