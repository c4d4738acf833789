//! Bottlerocket: the advisories of its kits as TOML,
//! <https://github.com/bottlerocket-os/bottlerocket-core-kit/tree/develop/advisories>, from which
//! `updateinfo.xml` is made at a release.
//!
//! Bottlerocket has one release after the other and no lines of them. Quirk: `patched-version` may
//! be the name of a build of Amazon Linux (`kernel-5.15.160-104.158.amzn2`). What lies in `staging`
//! is not released and is skipped.

use plimsoll_version::Distribution;
use serde::Deserialize;

use super::erratum::{Build, Erratum, Flaw, evr};
use super::identifier::is_cve;
use super::{FileContext, Speaker, contains, directory, file_name, updateinfo};
use crate::model::Severity;
use crate::sink::Sink;

#[derive(Deserialize)]
struct Document {
    advisory: Advisory,
    #[serde(default)]
    updateinfo: Updateinfo,
}

#[derive(Deserialize)]
struct Advisory {
    id: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    cve: Option<String>,
    #[serde(default)]
    ghsa: Option<String>,
    #[serde(default)]
    severity: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    products: Vec<Product>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Product {
    package_name: String,
    patched_version: String,
    #[serde(default)]
    patched_release: String,
    #[serde(default)]
    patched_epoch: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
struct Updateinfo {
    #[serde(default)]
    issue_date: Option<toml::Value>,
    #[serde(default)]
    arches: Vec<String>,
}

pub(super) fn recognises(path: &str, head: &[u8]) -> bool {
    file_name(path).ends_with(".toml") && contains(head, "[advisory]") && contains(head, "\"BRSA-")
}

pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let mut speaker = Speaker::new(sink, updateinfo::BOTTLEROCKET.publisher, file);
    let document: Document = match toml::from_str(&String::from_utf8_lossy(bytes)) {
        Ok(document) => document,
        Err(error) => return speaker.rejected("", error.message()),
    };
    if directory(file.path) == "staging" {
        return speaker.skipped();
    }
    let advisory = document.advisory;
    let published = document.updateinfo.issue_date.map(|date| date.to_string());
    let published = published.as_deref().and_then(super::identifier::rfc3339);
    if let Some(date) = &published {
        speaker.dated(date);
    }
    let arches = match &*document.updateinfo.arches {
        [] => vec![String::new()],
        arches => arches.to_vec(),
    };
    let mut builds = Vec::new();
    for product in &advisory.products {
        for architecture in &arches {
            builds.push(Build {
                namespace: Distribution::Bottlerocket.namespace(""),
                channel: None,
                package: product.package_name.clone(),
                version: evr(
                    &product.patched_epoch,
                    without_name(&product.patched_version),
                    &product.patched_release,
                ),
                architecture: architecture.clone(),
                modularity: None,
            });
        }
    }
    let severity =
        Severity::from_word(&advisory.severity).filter(|severity| *severity != Severity::Unknown);
    let names = [advisory.cve.as_deref(), advisory.ghsa.as_deref()];
    let id = names.into_iter().flatten().find(|id| is_cve(id) || id.starts_with("GHSA-"));
    let erratum = Erratum {
        title: advisory.title,
        severity,
        published: published.clone(),
        flaws: id
            .map(|id| Flaw {
                id: id.to_owned(),
                description: advisory.description.clone(),
                severity,
                ..Flaw::default()
            })
            .into_iter()
            .collect(),
        description: advisory.description,
        builds,
        id: advisory.id,
        ..Erratum::default()
    };
    match erratum.tell(&mut speaker) {
        Ok(()) => speaker.kept(),
        Err(reason) => speaker.rejected(&erratum.id, reason),
    }
}

/// `5.15.160-104.158.amzn2` of `kernel-5.15.160-104.158.amzn2`.
fn without_name(version: &str) -> &str {
    let starts = |text: &str| text.bytes().next().is_some_and(|byte| byte.is_ascii_digit());
    if starts(version) {
        return version;
    }
    let mut dashes = version.match_indices('-').map(|(at, _)| &version[at + 1..]);
    dashes.find(|rest| starts(rest)).unwrap_or(version)
}

#[cfg(test)]
mod tests {
    use super::super::testing::read;

    const ADVISORY: &str = r#"[advisory]
id = "BRSA-r8uf9b2maepy"
title = "toolkit CVE-2024-0132"
cve = "CVE-2024-0132"
severity = "high"
description = "A flaw."

[[advisory.products]]
package-name = "toolkit"
patched-version = "1.16.2"
patched-release = "0"
patched-epoch = "1"

[[advisory.products]]
package-name = "kernel-5.15"
patched-version = "kernel-5.15.160-104.158.amzn2"

[updateinfo]
author = "somebody"
issue-date = 2024-09-27T11:24:11Z
arches = ["x86_64", "aarch64"]
version = "2.8.1"
"#;

    #[test]
    fn an_advisory_has_products() {
        let read = read("advisories/2.8.1/BRSA-r8uf9b2maepy.toml", ADVISORY);
        assert_eq!(read.counts(), (1, 0, 0), "{:?}", read.problems);
        assert_eq!(
            read.rows(),
            [
                "bottlerocket kernel-5.15 CVE-2024-0132 fixed 5.15.160-104.158.amzn2",
                "bottlerocket toolkit CVE-2024-0132 fixed 1:1.16.2-0",
            ]
        );
        assert_eq!(read.affected[0].architectures, ["aarch64", "x86_64"]);
        assert_eq!(read.dates, ["2024-09-27T11:24:11Z"]);
        assert_eq!(read.vulnerabilities[0].description, "A flaw.");
    }

    #[test]
    fn what_is_staged_or_broken_is_not_kept() {
        let staged = read("advisories/staging/BRSA-r8uf9b2maepy.toml", ADVISORY);
        assert_eq!(staged.counts(), (0, 1, 0));
        let broken = read("a/b.toml", ADVISORY.replace("severity =", "severity"));
        assert_eq!(broken.counts(), (0, 0, 1));
    }
}
