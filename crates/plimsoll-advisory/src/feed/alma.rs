//! AlmaLinux errata in OSV form: <https://github.com/AlmaLinux/osv-database>, schema
//! <https://ossf.github.io/osv-schema/>.
//!
//! One file is one erratum. It names *binary* packages and the versions that fix them, and lists
//! its CVEs under `related`; unfixed problems are not in this feed. Each CVE becomes a record with
//! the erratum as the vendor's advisory. An erratum for security (`ALSA`) without a CVE keeps its
//! own id; one for bugs (`ALBA`) or enhancements (`ALEA`) without a CVE is nothing to scan for.
//!
//! Quirks:
//! * The severity is the first word of the summary: `Important: openssl security update`.
//! * A module's stream stands only in the summary (`container-tools:rhel8`), and a package is of a
//!   module when its release says `.module_el8…`. `virt:rhel and virt-devel:rhel` are two modules
//!   of one erratum; which of them a package is of is not said, so it is recorded for both.
//! * A package may be listed with several fixed versions: builds of one source for several minor
//!   releases. Each of them has the fix, so the lowest is where the affected range ends.

use std::collections::{BTreeMap, HashSet};

use plimsoll_version::{Distribution, Scheme};
use serde::Deserialize;

use super::erratum::Words;
use super::identifier::{ids, is_cve, is_id, is_word, rfc3339};
use super::{FileContext, Publisher, Speaker, contains, file_name};
use crate::model::{Affected, Range, Severity, Status, Vulnerability};
use crate::sink::Sink;

pub(super) static ALMA: Publisher = Publisher {
    id: "alma",
    name: "AlmaLinux errata",
    url: "https://errata.almalinux.org/",
    license: "MIT",
};

/// CVEs times packages: the largest kernel erratum so far names 111 CVEs and 74 packages.
const MOST_STATEMENTS: usize = 200_000;

/// An erratum is about one module, or one and its development files.
const MOST_MODULES: usize = 4;

#[derive(Deserialize)]
struct Erratum {
    id: String,
    #[serde(default)]
    summary: String,
    #[serde(default)]
    details: String,
    published: Option<String>,
    modified: Option<String>,
    withdrawn: Option<String>,
    #[serde(default)]
    related: Vec<String>,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    upstream: Vec<String>,
    #[serde(default)]
    affected: Vec<AffectedPackage>,
    #[serde(default)]
    references: Vec<Reference>,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(default)]
    url: String,
    #[serde(default, rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct AffectedPackage {
    package: Package,
    #[serde(default)]
    ranges: Vec<EventRange>,
}

#[derive(Deserialize)]
struct Package {
    ecosystem: String,
    name: String,
}

#[derive(Deserialize)]
struct EventRange {
    #[serde(default)]
    events: Vec<Event>,
}

#[derive(Deserialize)]
struct Event {
    introduced: Option<String>,
    fixed: Option<String>,
}

/// What an erratum says of one package in one release.
struct Fix {
    introduced: Option<String>,
    fixed: String,
}

pub(super) fn recognises(path: &str, head: &[u8]) -> bool {
    let name = file_name(path);
    ["ALSA-", "ALBA-", "ALEA-"].iter().any(|start| name.starts_with(start))
        && name.ends_with(".json")
        && contains(head, "\"affected\"")
}

pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let mut speaker = Speaker::new(sink, &ALMA, file);
    let erratum: Erratum = match serde_json::from_slice(bytes) {
        Ok(erratum) => erratum,
        Err(error) => return speaker.rejected("", error),
    };
    if !is_id(&erratum.id) {
        return speaker.rejected(&erratum.id, "the id is none");
    }
    for ecosystem in erratum.affected.iter().map(|affected| &affected.package.ecosystem) {
        if let Some(namespace) = namespace(ecosystem) {
            speaker.covers(&namespace);
        }
    }
    if let Some(date) = erratum.modified.as_deref().and_then(rfc3339) {
        speaker.dated(&date);
    }
    let cves = cves(&erratum);
    if cves.is_empty() && !erratum.id.starts_with("ALSA-") || erratum.withdrawn.is_some() {
        return speaker.skipped();
    }
    let (fixes, wrong) = fixes(&erratum);
    for reason in &wrong {
        speaker.problem(&erratum.id, reason);
    }
    if fixes.is_empty() {
        return speaker.rejected(&erratum.id, "no package with a fixed version");
    }
    let severity = erratum.summary.split(':').next().and_then(Severity::from_word);
    let modules = modules(&erratum.summary);
    if cves.len().max(1).saturating_mul(fixes.len()) > MOST_STATEMENTS {
        return speaker.rejected(&erratum.id, "more CVEs and packages than any real erratum has");
    }
    let names = if cves.is_empty() {
        speaker.vulnerability(describe(&erratum, severity));
        vec![erratum.id.clone()]
    } else {
        let links = erratum.references.iter().map(|link| (&*link.url, &*link.kind));
        let words = Words::of(&erratum.details, links);
        cves.iter().for_each(|cve| speaker.vulnerability(words.about(cve)));
        cves
    };
    for name in &names {
        for ((namespace, package), fix) in &fixes {
            let record = Affected {
                namespace: namespace.clone(),
                package: package.clone(),
                vulnerability: name.clone(),
                advisories: vec![erratum.id.clone()],
                ranges: vec![Range {
                    introduced: fix.introduced.clone(),
                    fixed: Some(fix.fixed.clone()),
                    ..Range::default()
                }],
                severity,
                ..Affected::with_status(Status::Fixed)
            };
            if !is_modular(&fix.fixed) || modules.is_empty() {
                speaker.affected(record);
                continue;
            }
            for module in &modules {
                speaker.affected(Affected {
                    modularity: Some((*module).to_owned()),
                    ..record.clone()
                });
            }
        }
    }
    if wrong.is_empty() {
        speaker.kept();
    } else {
        speaker.rejected_in_part();
    }
}

/// The CVEs of an erratum, each once, in its order.
fn cves(erratum: &Erratum) -> Vec<String> {
    let texts = erratum.aliases.iter().chain(&erratum.upstream).chain(&erratum.related);
    let mut known = HashSet::new();
    let mut found = Vec::new();
    for text in texts {
        for id in ids(text) {
            if is_cve(&id) && known.insert(id.clone()) {
                found.push(id.into_owned());
            }
        }
    }
    found
}

/// The lowest fixed version of each (namespace, package), and what could not be read.
fn fixes(erratum: &Erratum) -> (BTreeMap<(String, String), Fix>, Vec<String>) {
    let mut fixes: BTreeMap<(String, String), Fix> = BTreeMap::new();
    let mut wrong = Vec::new();
    for affected in &erratum.affected {
        let package = &affected.package;
        let Some(namespace) = namespace(&package.ecosystem) else {
            wrong.push(format!("ecosystem {:?} is no release of AlmaLinux", package.ecosystem));
            continue;
        };
        if !is_word(&package.name) {
            wrong.push(format!("{:?} is no package", package.name));
            continue;
        }
        for range in &affected.ranges {
            let fixed = range.events.iter().find_map(|event| event.fixed.clone());
            let Some(fixed) = fixed.filter(|version| is_word(version)) else {
                wrong.push(format!("a range of {} has no fixed version", package.name));
                continue;
            };
            let introduced = range.events.iter().find_map(|event| event.introduced.clone());
            let introduced = introduced.filter(|version| version != "0");
            let key = (namespace.clone(), package.name.clone());
            match fixes.get_mut(&key) {
                Some(known) => {
                    if Scheme::Rpm
                        .compare(&fixed, &known.fixed)
                        .is_ok_and(std::cmp::Ordering::is_lt)
                    {
                        known.fixed = fixed;
                    }
                }
                None => {
                    fixes.insert(key, Fix { introduced, fixed });
                }
            }
        }
    }
    (fixes, wrong)
}

/// `alma:9` for `AlmaLinux:9`.
fn namespace(ecosystem: &str) -> Option<String> {
    let release = ecosystem.strip_prefix("AlmaLinux:")?;
    let plain =
        !release.is_empty() && release.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    plain.then(|| Distribution::Alma.namespace(release))
}

/// Whether a version was built in a module.
pub(super) fn is_modular(version: &str) -> bool {
    version.contains(".module_el") || version.contains(".module+el")
}

/// The `name:stream` words of a summary, after the severity: `Low: virt:rhel and virt-devel:rhel
/// security update`.
pub(super) fn modules(summary: &str) -> Vec<&str> {
    summary
        .split(|sign: char| sign.is_whitespace() || sign == ',')
        .filter(|word| {
            let Some((name, stream)) = word.split_once(':') else { return false };
            is_word(name) && is_word(stream) && !stream.contains(':')
        })
        .take(MOST_MODULES)
        .collect()
}

/// What an erratum without a CVE says about itself.
fn describe(erratum: &Erratum, severity: Option<Severity>) -> Vulnerability {
    Vulnerability {
        id: erratum.id.clone(),
        title: erratum.summary.clone(),
        description: erratum.details.clone(),
        severity,
        references: erratum.references.iter().map(|reference| reference.url.clone()).collect(),
        published: erratum.published.as_deref().and_then(rfc3339),
        modified: erratum.modified.as_deref().and_then(rfc3339),
        ..Vulnerability::default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::read;
    use super::*;

    const PATH: &str = "advisories/almalinux8/ALSA-2021:2363.json";

    fn erratum(id: &str, summary: &str, related: &str, packages: &[(&str, &str)]) -> String {
        let affected: Vec<String> = packages
            .iter()
            .map(|(name, fixed)| {
                format!(
                    r#"{{"package":{{"ecosystem":"AlmaLinux:8","name":"{name}"}},"ranges":[{{"type":"ECOSYSTEM","events":[{{"introduced":"0"}},{{"fixed":"{fixed}"}}]}}]}}"#
                )
            })
            .collect();
        format!(
            r#"{{"id":"{id}","summary":"{summary}","affected":[{}],"related":[{related}],"published":"2021-06-09T12:54:08Z","modified":"2021-11-12T10:20:56Z","details":"GUPnP is a framework.\n\nSecurity Fix(es):\n\n* gupnp: allows DNS rebinding (CVE-2021-33516)","references":[{{"url":"https://access.redhat.com/security/cve/CVE-2021-33516","type":"REPORT"}},{{"url":"https://access.redhat.com/security/cve/CVE-2021-1","type":"REPORT"}},{{"url":"https://errata.almalinux.org/8/{id}.html","type":"ADVISORY"}}]}}"#,
            affected.join(",")
        )
    }

    #[test]
    fn each_cve_of_an_erratum_is_a_record() {
        let text = erratum(
            "ALSA-2021:2363",
            "Important: gupnp security update",
            r#""CVE-2021-33516","CVE-2021-9999""#,
            &[("gupnp", "1.0.6-2.el8_4"), ("gupnp-devel", "1.0.6-2.el8_4")],
        );
        let read = read(PATH, text);
        assert_eq!(read.counts(), (1, 0, 0));
        assert_eq!(read.affected.len(), 4);
        assert_eq!(read.covered, ["alma:8"]);
        assert_eq!(read.dates, ["2021-11-12T10:20:56Z"]);
        let first = &read.affected[0];
        assert_eq!(first.advisories, ["ALSA-2021:2363"]);
        assert_eq!(first.severity, Some(Severity::High));
        let described = &read.vulnerabilities[0];
        assert_eq!(described.id, "CVE-2021-33516");
        assert_eq!(described.title, "gupnp: allows DNS rebinding");
        assert_eq!(described.references.len(), 2);
    }

    #[test]
    fn builds_of_several_minor_releases_share_the_lowest_fix_and_the_stream() {
        let text = erratum(
            "ALSA-2019:0975",
            "Important: container-tools:rhel8 security and bug fix update",
            r#""CVE-2019-5736""#,
            &[
                ("runc", "1.0.0-55.rc5.dev.git2abd837.module_el8.5.0+119+9a9ec082"),
                ("runc", "1.0.0-55.rc5.dev.git2abd837.module_el8.3.0+2044+12421f43"),
                ("not-in-a-module", "1-1.el8"),
            ],
        );
        let read = read(PATH, text);
        let runc = read.only("alma:8", "runc");
        assert_eq!(runc.modularity.as_deref(), Some("container-tools:rhel8"));
        let fixed = runc.ranges[0].fixed.as_deref().unwrap();
        assert!(fixed.ends_with("module_el8.3.0+2044+12421f43"), "{fixed}");
        assert_eq!(read.only("alma:8", "not-in-a-module").modularity, None);
    }

    #[test]
    fn two_modules_of_one_erratum_are_both_recorded() {
        let text = erratum(
            "ALSA-2021:1064",
            "Moderate: virt:rhel and virt-devel:rhel security update",
            r#""CVE-2021-20295""#,
            &[("qemu-kvm", "15:4.2.0-34.module_el8.3.0+2048+e7a0a3ea")],
        );
        let read = read(PATH, text);
        let modules: Vec<_> =
            read.affected.iter().filter_map(|record| record.modularity.as_deref()).collect();
        assert_eq!(modules, ["virt:rhel", "virt-devel:rhel"]);
    }

    #[test]
    fn errata_without_cve_are_kept_for_security_only() {
        let packages = [("zlib", "1.2.11-17.el8")];
        let security =
            read(PATH, erratum("ALSA-2021:1", "Low: zlib security update", "", &packages));
        assert_eq!(security.affected[0].vulnerability, "ALSA-2021:1");
        assert_eq!(security.vulnerabilities[0].severity, Some(Severity::Low));
        let bugs = read(PATH, erratum("ALBA-2021:1", "zlib bug fix update", "", &packages));
        assert_eq!(bugs.counts(), (0, 1, 0));
        assert!(bugs.affected.is_empty());
        let both = read(
            PATH,
            erratum("ALBA-2021:2", "zlib bug fix update", r#""CVE-2021-40438""#, &packages),
        );
        assert_eq!(both.affected.len(), 1);
    }

    #[test]
    fn a_wrong_package_costs_only_itself() {
        let text = erratum(
            "ALSA-2021:3",
            "Low: x security update",
            r#""CVE-2021-1234""#,
            &[("zlib", "1-1.el8"), ("", "1-1"), ("pcre", "")],
        );
        let read = read(PATH, text);
        assert_eq!(read.counts(), (0, 0, 1));
        assert_eq!(read.affected.len(), 1);
        assert_eq!(read.problems.len(), 2);
    }
}
