//! CVE records, version 5, as the CVE programme and CISA's vulnrichment publish them:
//! <https://github.com/CVEProject/cve-schema>, <https://github.com/cisagov/vulnrichment>.
//!
//! One JSON file per CVE. The numbering authority (CNA) describes the problem in one container;
//! others add containers of their own (ADP). CISA's has the scores that the CNA left out, and its
//! SSVC decision, of which `Exploitation` (`none`, `poc`, `active`) is kept. Who scored what stays
//! apart: the CNA's word is the source `cve`, that of CISA `cisa`. What a container says of products
//! are statements where it can be told which product is meant; see `affected`.
//!
//! Quirks: a `REJECTED` record has a reason and nothing else. It becomes a withdrawn vulnerability
//! of this source, and says nothing about what other sources hold under the same id. The "CVE
//! Program Container" only repeats references of before 2024. One metric carries one vector, under
//! a key that names its version. CVSS 2 vectors have no prefix.

mod affected;

use std::borrow::Cow;
use std::collections::HashSet;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::identifier::{is_cve, is_ghsa, rfc3339};
use super::{FileContext, Publisher, Speaker, contains};
use crate::model::{Severity, Vulnerability};
use crate::sink::Sink;

pub(super) use affected::statements as product_statements;

pub(super) static CVE: Publisher = Publisher {
    id: "cve",
    name: "CVE Program",
    url: "https://www.cve.org/",
    license: "CVE Terms of Use",
};

pub(super) static CISA: Publisher = Publisher {
    id: "cisa",
    name: "CISA Vulnrichment",
    url: "https://github.com/cisagov/vulnrichment",
    license: "CC0-1.0",
};

/// The date of a withdrawal that has none: that a record was withdrawn must not get lost with it.
pub(super) const WITHDRAWN_ON_AN_UNKNOWN_DAY: &str = "1999-01-01T00:00:00Z";

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
    // Free in form, as is `affected` in bad records: neither may cost the rest.
    #[serde(borrow)]
    source: Option<&'a RawValue>,
    #[serde(borrow)]
    affected: Vec<&'a RawValue>,
    #[serde(borrow)]
    cpe_applicability: Vec<&'a RawValue>,
}

/// Where the authority took it from: GitHub names its own advisory.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Origin<'a> {
    #[serde(borrow)]
    advisory: Option<Cow<'a, str>>,
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
pub(super) struct Words<'a> {
    #[serde(borrow, default)]
    lang: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) value: Cow<'a, str>,
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

pub(super) fn recognises(_: &str, head: &[u8]) -> bool {
    // Which of the keys come early depends on who wrote the file.
    contains(head, "\"CVE_RECORD\"")
        || contains(head, "\"cveMetadata\"")
        || (contains(head, "\"containers\"") && contains(head, "\"cna\""))
        || (contains(head, "\"containers\"") && contains(head, "\"adp\""))
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
            let fallback = || modified.clone().or_else(|| own.published.clone());
            let withdrawn = date(&metadata.date_rejected).or_else(fallback);
            own.withdrawn = withdrawn.or_else(|| Some(WITHDRAWN_ON_AN_UNKNOWN_DAY.to_owned()));
        }
        "RESERVED" => return speaker.skipped(),
        state => return speaker.rejected(&metadata.cve_id, format!("state {state:?} is unknown")),
    }
    own.modified = modified;
    let withdrawn = own.withdrawn.is_some();
    for container in record.containers.adp.iter().filter(|container| !is_cisa(container)) {
        merge(&mut own, read(&metadata.cve_id, container));
    }
    own.aliases.extend(github_advisory(&record.containers.cna));
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
    let mut problems = Vec::new();
    if !withdrawn {
        for container in std::iter::once(&record.containers.cna).chain(&record.containers.adp) {
            let voice = if is_cisa(container) { &CISA } else { &CVE };
            let Container { affected, cpe_applicability, .. } = container;
            let said = product_statements(&metadata.cve_id, affected, cpe_applicability);
            let mut speaker = speaker.speak_for(voice);
            said.affected.into_iter().for_each(|statement| speaker.affected(statement));
            problems.extend(said.problems);
        }
    }
    if problems.is_empty() {
        return speaker.kept();
    }
    speaker.rejected_in_part();
    problems.into_iter().for_each(|problem| speaker.problem(&metadata.cve_id, problem));
}

/// The GHSA of a record that GitHub numbered.
fn github_advisory(container: &Container) -> Option<String> {
    let origin: Origin = serde_json::from_str(container.source?.get()).ok()?;
    let id = origin.advisory.filter(|id| is_ghsa(id))?;
    Some(id.into_owned())
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
pub(super) fn tidy(own: &mut Vulnerability) {
    for list in [&mut own.references, &mut own.cvss, &mut own.weaknesses] {
        let mut known = HashSet::new();
        list.retain(|text| !text.is_empty() && known.insert(text.clone()));
    }
}

/// The English words, or else the first.
pub(super) fn english(words: &[Words]) -> String {
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
    use crate::model::Status;

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

    /// A published record whose CNA says this of products.
    fn products(affected: &str) -> super::super::testing::Memory {
        let record = format!(
            r#"{{"dataType":"CVE_RECORD","cveMetadata":{{"cveId":"CVE-2023-0001","state":"PUBLISHED"}},
            "containers":{{"cna":{{"source":{{"advisory":"GHSA-g4mx-q9vg-27p4"}},"affected":[{affected}]}}}}}}"#
        );
        read_file("CVE-2023-0001.json", record)
    }

    #[test]
    fn products_of_registries_are_statements() {
        let read = products(
            r#"{"vendor":"a","product":"b","collectionURL":"https://pypi.python.org/","packageName":"apache-airflow","defaultStatus":"unaffected",
                "versions":[{"version":"0","lessThan":"4.1.1","status":"affected","versionType":"semver"},{"version":"abc1234","status":"affected","versionType":"git"}]},
               {"packageURL":"pkg:maven/org.x/y","versions":[{"version":"2.0-beta9","lessThan":"log4j-core*","status":"affected","changes":[
                {"at":"2.3.1","status":"unaffected"},{"at":"2.4","status":"affected"},{"at":"2.12.2","status":"unaffected"}]}]},
               {"packageURL":"pkg:deb/debian/x","versions":[{"version":"1","status":"affected"}]},
               {"product":"words only","versions":[{"version":"1","status":"affected"}]},
               {"collectionURL":"https://crates.io","packageName":"x","versions":[{"version":">= 1.0, < 2.0","status":"affected"},{"version":"<= 0.5","status":"affected"},{"version":"of 2023","status":"affected"}]}"#,
        );
        assert_eq!(read.counts(), (1, 0, 0));
        assert_eq!(read.vulnerabilities[0].aliases, ["GHSA-g4mx-q9vg-27p4"]);
        assert_eq!(
            read.rows(),
            [
                "cargo x CVE-2023-0001 fixed 2.0",
                "maven org.x:y CVE-2023-0001 fixed 2.3.1",
                "pypi apache-airflow CVE-2023-0001 fixed 4.1.1",
            ]
        );
        let log4j = read.only("maven", "org.x:y");
        assert_eq!(log4j.ranges[1].introduced.as_deref(), Some("2.4"));
        assert_eq!(log4j.ranges[1].fixed.as_deref(), Some("2.12.2"));
        assert_eq!(log4j.ranges.len(), 2);
        assert_eq!(read.only("cargo", "x").ranges[1].last_affected.as_deref(), Some("0.5"));
    }

    #[test]
    fn products_with_cpe_names_are_statements() {
        let read = products(
            r#"{"cpes":["cpe:2.3:a:x:one:*:*:*:*:*:*:*:*"],"defaultStatus":"unknown","versions":[{"version":"5.10","lessThanOrEqual":"5.10.*","status":"affected"}]},
               {"cpes":["cpe:/a:x:two:3.1"]},
               {"cpes":["cpe:/a:x:three:3.1"],"defaultStatus":"affected","versions":[{"version":"4.0.2","lessThan":"*","status":"unaffected"}]},
               {"cpes":["cpe:/a:x:four"],"versions":[{"version":"23.3","status":"unaffected"}]},
               {"cpes":["cpe:/a:x:five"],"defaultStatus":"affected"},
               {"cpes":["cpe:/o:redhat:enterprise_linux:8"],"packageName":"openssl","collectionURL":"https://access.redhat.com/","defaultStatus":"affected"},
               {"cpes":["cpe:/a:x:six"],"versions":[{"version":"n/a","lessThanOrEqual":"1.2","status":"affected","changes":[{"at":"1.3","status":"unaffected"}]},{"version":"9","status":"unknown"}]}"#,
        );
        assert_eq!(
            read.rows(),
            [
                "cpe x:five CVE-2023-0001 affected -",
                "cpe x:four CVE-2023-0001 not_affected -",
                "cpe x:one CVE-2023-0001 affected 5.11",
                "cpe x:six CVE-2023-0001 fixed 1.3",
                "cpe x:three CVE-2023-0001 fixed 4.0.2",
                "cpe x:two CVE-2023-0001 affected -",
            ]
        );
        assert_eq!(read.only("cpe", "x:four").versions, ["23.3"]);
        assert_eq!(read.only("cpe", "x:six").ranges.len(), 1);
        assert_eq!(read.only("cpe", "x:two").versions, ["3.1"]);
    }

    #[test]
    fn applicability_is_read_and_a_broken_product_costs_itself() {
        let read = read_file(
            "CVE-2023-0001.json",
            r#"{"dataType":"CVE_RECORD","cveMetadata":{"cveId":"CVE-2023-0001","state":"PUBLISHED"},"containers":{"cna":{
              "affected":[{"versions":7}],"source":[1],
              "cpeApplicability":[{"nodes":[{"operator":"OR","negate":false,"cpeMatch":[{"vulnerable":true,"criteria":"cpe:2.3:a:x:y:*:*:*:*:*:*:*:*","versionEndExcluding":"2"}]}]}]}}}"#,
        );
        assert_eq!(read.counts(), (0, 0, 1));
        assert_eq!(read.rows(), ["cpe x:y CVE-2023-0001 fixed 2"]);
        assert!(read.has(Status::Fixed));
    }
}
