//! Red Hat's security data API:
//! <https://docs.redhat.com/en/documentation/red_hat_security_data_api/1.0/html/red_hat_security_data_api/cve>.
//!
//! `cve/CVE-….json` is one CVE: `affected_release` lists the source packages with the fix by product,
//! `package_state` those without. `cve.json?page=…` lists CVEs in short, with no word about products.
//! The VEX documents say the same in more detail; where both are read, this is a second opinion, so
//! it has a source of its own.
//!
//! Quirks: one element stands where a list is meant; `cwe` joins several (`CWE-228->CWE-119`,
//! `(CWE-1|CWE-2)`); modules are `nodejs:18-8080020231116.63b34585` with a fix and
//! `nodejs:18/nodejs` without one; containers are named by their path in the registry.

use std::borrow::Cow;

use plimsoll_version::Distribution;
use serde::Deserialize;

use super::csaf::component::{Component, Kind};
use super::csaf::document::{OneOrMore, Text};
use super::csaf::redhat::stream;
use super::identifier::{is_cve, is_id, is_word, rfc3339};
use super::{FileContext, Publisher, Speaker, contains, first_sign};
use crate::model::{Affected, Range, Severity, Status, Vulnerability};
use crate::sink::Sink;

pub(super) static API: Publisher = Publisher {
    id: "redhat-api",
    name: "Red Hat security data API",
    url: "https://access.redhat.com/hydra/rest/securitydata/",
    license: "CC-BY-4.0",
};

#[derive(Deserialize, Default)]
#[serde(default)]
struct Record<'a> {
    #[serde(borrow, alias = "CVE")]
    name: Text<'a>,
    #[serde(borrow, alias = "severity")]
    threat_severity: Text<'a>,
    #[serde(borrow)]
    public_date: Text<'a>,
    #[serde(borrow)]
    bugzilla: Bugzilla<'a>,
    #[serde(borrow)]
    bugzilla_description: Text<'a>,
    #[serde(borrow)]
    cvss3: Cvss3<'a>,
    #[serde(borrow)]
    cvss: Cvss<'a>,
    #[serde(borrow)]
    cvss3_scoring_vector: Text<'a>,
    #[serde(borrow)]
    cvss_scoring_vector: Text<'a>,
    #[serde(borrow, alias = "CWE")]
    cwe: Text<'a>,
    #[serde(borrow)]
    details: OneOrMore<Text<'a>>,
    #[serde(borrow)]
    references: OneOrMore<Text<'a>>,
    #[serde(borrow)]
    affected_release: OneOrMore<Release<'a>>,
    #[serde(borrow)]
    package_state: OneOrMore<State<'a>>,
}

/// An object in a CVE's own document, a number in a list.
#[derive(Deserialize)]
#[serde(untagged)]
enum Bugzilla<'a> {
    Described {
        #[serde(borrow, default)]
        description: Text<'a>,
    },
    Number(serde::de::IgnoredAny),
}

impl Default for Bugzilla<'_> {
    fn default() -> Self {
        Bugzilla::Described { description: Text::default() }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Cvss3<'a> {
    #[serde(borrow)]
    cvss3_scoring_vector: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Cvss<'a> {
    #[serde(borrow)]
    cvss_scoring_vector: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Release<'a> {
    #[serde(borrow)]
    advisory: Text<'a>,
    #[serde(borrow)]
    package: Text<'a>,
    #[serde(borrow)]
    cpe: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct State<'a> {
    #[serde(borrow)]
    fix_state: Text<'a>,
    #[serde(borrow)]
    package_name: Text<'a>,
    #[serde(borrow)]
    cpe: Text<'a>,
}

pub(super) fn recognises(_: &str, head: &[u8]) -> bool {
    let is_cve = contains(head, "\"threat_severity\"") && contains(head, "\"public_date\"");
    let is_list = contains(head, "\"CVE\"") && contains(head, "\"bugzilla_description\"");
    // A document may begin with long details; the API's first key is one of these.
    let is_late = contains(head, "\"bugzilla\"") && contains(head, "\"cvss3_scoring_vector\"");
    matches!(first_sign(head), Some(b'{' | b'[')) && (is_cve || is_list || is_late)
}

pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let mut speaker = Speaker::new(sink, &API, file);
    let records: Vec<Record> = match first_sign(bytes) {
        Some(b'[') => match serde_json::from_slice(bytes) {
            Ok(records) => records,
            Err(error) => return speaker.rejected("", error),
        },
        _ => match serde_json::from_slice(bytes) {
            Ok(record) => vec![record],
            Err(error) => return speaker.rejected("", error),
        },
    };
    for record in &records {
        one(record, &mut speaker);
    }
}

fn one(record: &Record, speaker: &mut Speaker) {
    let id = &*record.name;
    if !is_cve(id) {
        return speaker.rejected(id, "the id is no CVE");
    }
    let mut wrong = 0;
    let mut said = Vec::new();
    for release in &record.affected_release {
        // Whole products are named without a package.
        if !release.package.is_empty() {
            match fixed(id, release) {
                Ok(affected) => said.extend(affected),
                Err(reason) => {
                    speaker.problem(id, reason);
                    wrong += 1;
                }
            }
        }
    }
    for state in &record.package_state {
        match unfixed(id, state) {
            Ok(affected) => said.push(affected),
            Err(reason) => {
                speaker.problem(id, reason);
                wrong += 1;
            }
        }
    }
    speaker.vulnerability(describe(record));
    said.into_iter().for_each(|affected| speaker.affected(affected));
    if wrong == 0 { speaker.kept() } else { speaker.rejected_in_part() }
}

/// The statement about a package with the fix; nothing for a container, whose tags have no order.
fn fixed(id: &str, release: &Release) -> Result<Option<Affected>, String> {
    let Some((component, package)) = package(&release.package) else {
        return Ok(None);
    };
    let version = component.version.filter(|version| is_word(version));
    let version = version.ok_or_else(|| format!("{:?} has no version", &*release.package))?;
    Ok(Some(Affected {
        advisories: Some(release.advisory.to_string()).into_iter().filter(|id| is_id(id)).collect(),
        ranges: vec![Range { fixed: Some(version), ..Range::default() }],
        modularity: component.module,
        ..placed(id, package, &release.cpe, Status::Fixed)
    }))
}

fn unfixed(id: &str, state: &State) -> Result<Affected, String> {
    let status = match &*state.fix_state {
        "Affected" | "New" => Status::Affected,
        "Under investigation" => Status::UnderInvestigation,
        "Will not fix" => Status::WillNotFix,
        "Fix deferred" => Status::FixDeferred,
        "Out of support scope" => Status::EndOfLife,
        "Not affected" => Status::NotAffected,
        word => return Err(format!("state {word:?} of {:?} is unknown", &*state.package_name)),
    };
    let raw_status = Some(state.fix_state.to_string());
    match package(&state.package_name) {
        Some((component, package)) => Ok(Affected {
            raw_status,
            modularity: component.module,
            ..placed(id, package, &state.cpe, status)
        }),
        None if is_word(&state.package_name) => Ok(Affected {
            namespace: "redhat-products".to_owned(),
            architectures: Vec::new(),
            raw_status,
            ..placed(id, state.package_name.to_string(), &state.cpe, status)
        }),
        None => Err(format!("{:?} is no package", &*state.package_name)),
    }
}

/// The package that a text names, and how it is called in the database; nothing for a container.
fn package(text: &str) -> Option<(Component<'_>, String)> {
    // `nodejs:18-8080020231116.63b34585` is a whole module.
    if let Some((name, rest)) = text.split_once(':')
        && let Some((stream, version)) = rest.split_once('-')
        && !name.contains(['-', '/'])
        && version.contains('.')
    {
        let label = format!("{name}:{stream}");
        let component = Component {
            kind: Kind::Module,
            name: Cow::Borrowed(name),
            version: Some(rest.to_owned()),
            module: Some(label.clone()),
            ..Component::default()
        };
        return is_word(&label).then_some((component, label));
    }
    let component = Component::from_name(text);
    if !is_word(&component.name) || component.name.contains('/') {
        return None;
    }
    let package = match (&component.kind, &component.module) {
        (Kind::Module, Some(label)) => label.clone(),
        _ => component.name.clone().into_owned(),
    };
    Some((component, package))
}

fn placed(id: &str, package: String, cpe: &str, status: Status) -> Affected {
    let (major, channel) = stream(cpe);
    Affected {
        namespace: match major {
            Some(major) => Distribution::RedHat.namespace(major),
            None => Distribution::RedHat.id().to_owned(),
        },
        package,
        vulnerability: id.to_owned(),
        architectures: vec!["src".to_owned()],
        channel: channel.map(str::to_owned),
        cpes: Some(cpe.to_owned()).into_iter().filter(|cpe| is_word(cpe)).collect(),
        ..Affected::with_status(status)
    }
}

fn describe(record: &Record) -> Vulnerability {
    let title = match &record.bugzilla {
        Bugzilla::Described { description } => description.trim(),
        Bugzilla::Number(_) => "",
    };
    let title = if title.is_empty() { record.bugzilla_description.trim() } else { title };
    let vectors = [
        &record.cvss3.cvss3_scoring_vector,
        &record.cvss3_scoring_vector,
        &record.cvss.cvss_scoring_vector,
        &record.cvss_scoring_vector,
    ];
    let links = record.references.iter().flat_map(|text| text.lines().map(str::trim));
    let weaknesses = record
        .cwe
        .split(['-', '>', '(', ')', '|'])
        .filter(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    Vulnerability {
        id: record.name.to_string(),
        title: title.strip_prefix(&*record.name).unwrap_or(title).trim().to_owned(),
        // The first text is that of the CVE, Red Hat's own follows.
        description: record.details.last().map_or("", |text| text.trim()).to_owned(),
        severity: Severity::from_word(&record.threat_severity),
        cvss: vectors.iter().filter(|text| !text.is_empty()).map(|text| text.to_string()).collect(),
        weaknesses: weaknesses.map(|number| format!("CWE-{number}")).collect(),
        references: links.filter(|link| link.starts_with("http")).map(str::to_owned).collect(),
        published: rfc3339(&record.public_date),
        ..Vulnerability::default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::read;
    use super::*;

    const CVE: &str = r#"{"threat_severity":"Moderate","public_date":"2023-11-22T00:00:00Z",
        "bugzilla":{"description":"CVE-2023-48161 giflib: overflow","id":"2251025"},
        "cvss3":{"cvss3_scoring_vector":"CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:N/A:N"},
        "cwe":"CWE-228->CWE-119","details":["Of the CVE.","Of Red Hat."],
        "affected_release":[
          {"product_name":"Red Hat Enterprise Linux 9","advisory":"RHSA-2024:1","cpe":"cpe:/a:redhat:enterprise_linux:9","package":"giflib-0:5.2.1-9.el9"},
          {"advisory":"RHSA-2024:2","cpe":"cpe:/a:redhat:rhel_eus:8.8","package":"nodejs:18-8080020231116.63b34585"},
          {"advisory":"RHSA-2024:3","cpe":"cpe:/a:redhat:quay:3","package":"quay/quay-rhel8:v3"},
          {"advisory":"RHSA-2024:4","cpe":"cpe:/a:redhat:jboss_fuse:7"}],
        "package_state":{"fix_state":"Out of support scope","package_name":"giflib","cpe":"cpe:/o:redhat:enterprise_linux:6"},
        "references":["https://a.example/1\nhttps://a.example/2"],"name":"CVE-2023-48161"}"#;

    #[test]
    fn releases_and_states_become_statements() {
        let read = read("hydra/cve/CVE-2023-48161.json", CVE);
        assert_eq!(read.counts(), (1, 0, 0));
        assert_eq!(
            read.rows(),
            [
                "redhat:6 giflib CVE-2023-48161 end_of_life -",
                "redhat:8 nodejs:18 CVE-2023-48161 fixed 18-8080020231116.63b34585",
                "redhat:9 giflib CVE-2023-48161 fixed 5.2.1-9.el9",
            ]
        );
        assert_eq!(read.only("redhat:8", "nodejs:18").channel.as_deref(), Some("eus"));
        let described = &read.vulnerabilities[0];
        assert_eq!(described.title, "giflib: overflow");
        assert_eq!(described.description, "Of Red Hat.");
        assert_eq!(described.weaknesses, ["CWE-228", "CWE-119"]);
        assert_eq!(described.references.len(), 2);
        assert_eq!(described.severity, Some(Severity::Medium));
    }

    #[test]
    fn lists_describe() {
        let read = read(
            "cve.json",
            r#"[{"CVE":"CVE-2020-16588","severity":"low","public_date":"2020-12-10T00:00:00Z","bugzilla":"1929315",
                "bugzilla_description":"OpenEXR: null pointer","CWE":"CWE-476","cvss3_scoring_vector":"CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:N/I:N/A:H","package_state":null},
               {"CVE":"CVE-2024_11255","severity":"low","public_date":"2020-12-10T00:00:00Z","bugzilla_description":"x"}]"#,
        );
        assert_eq!(read.counts(), (1, 0, 1));
        assert_eq!(read.vulnerabilities[0].title, "OpenEXR: null pointer");
        assert_eq!(read.vulnerabilities[0].weaknesses, ["CWE-476"]);
        assert_eq!(read.vulnerabilities[0].cvss.len(), 1);
    }
}
