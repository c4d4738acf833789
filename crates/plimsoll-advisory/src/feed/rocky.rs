//! Rocky Linux: pages of advisories from Apollo, `api/v3/advisories`,
//! <https://errata.rockylinux.org/api/v3/docs>, and single advisories of the same form.
//!
//! An advisory lists its builds by product ("Rocky Linux 8 x86_64"), each with its module where it
//! is of one. The word `UNKNOWN` stands for what is not known.

use plimsoll_version::Distribution;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::erratum::{Build, Erratum, Flaw, is_source, nevra};
use super::identifier::{is_cve, rfc3339};
use super::prose::{bare_vector, weaknesses};
use super::{FileContext, Publisher, Speaker, contains, first_sign};
use crate::model::Severity;
use crate::sink::{Fate, Sink};

pub(super) static ROCKY: Publisher = Publisher {
    id: "rocky",
    name: "Rocky Linux updateinfo",
    url: "https://errata.rockylinux.org/",
    license: "BSD-3-Clause",
};

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    advisories: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Advisory {
    name: String,
    #[serde(default)]
    synopsis: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    severity: String,
    #[serde(default)]
    published_at: Option<String>,
    #[serde(default)]
    updated_at: Option<String>,
    #[serde(default)]
    cves: Vec<Cve>,
    #[serde(default)]
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Cve {
    cve: String,
    #[serde(default)]
    cvss3_scoring_vector: Option<String>,
    #[serde(default)]
    cwe: Option<String>,
}

#[derive(Deserialize)]
struct Package {
    nevra: String,
    #[serde(default)]
    product_name: String,
    #[serde(default)]
    module_name: Option<String>,
    #[serde(default)]
    module_stream: Option<String>,
}

pub(super) fn recognises(_: &str, head: &[u8]) -> bool {
    first_sign(head) == Some(b'{')
        && contains(head, "\"red_hat_advisory_id\"")
        && contains(head, "\"synopsis\"")
}

pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let mut speaker = Speaker::new(sink, &ROCKY, file);
    let page = match serde_json::from_slice::<Page>(bytes) {
        Ok(page) => Ok(page.advisories),
        Err(_) => serde_json::from_slice(bytes).map(|one| vec![one]),
    };
    let advisories = match page {
        Ok(advisories) => advisories,
        Err(error) => return speaker.rejected("", error),
    };
    for raw in advisories {
        let advisory: Advisory = match serde_json::from_str(raw.get()) {
            Ok(advisory) => advisory,
            Err(error) => {
                speaker.rejected("", error);
                continue;
            }
        };
        match tell(&advisory, &mut speaker) {
            Ok(Fate::Skipped) => speaker.skipped(),
            Ok(_) => speaker.kept(),
            Err(reason) => speaker.rejected(&advisory.name, reason),
        }
    }
}

fn tell(advisory: &Advisory, speaker: &mut Speaker) -> Result<Fate, String> {
    let modified = advisory.updated_at.as_deref().and_then(rfc3339);
    if let Some(date) = &modified {
        speaker.dated(date);
    }
    let flaws: Vec<Flaw> = advisory.cves.iter().filter(|one| is_cve(&one.cve)).map(flaw).collect();
    if flaws.is_empty() && advisory.kind != "Security" {
        return Ok(Fate::Skipped);
    }
    let mut builds = Vec::new();
    for package in &advisory.packages {
        let wrong = || format!("{:?} is no build", package.nevra);
        let (name, version, architecture) = nevra(&package.nevra).ok_or_else(wrong)?;
        if is_source(architecture) {
            continue;
        }
        let module = package.module_name.as_ref().zip(package.module_stream.as_ref());
        builds.push(Build {
            namespace: release(&package.product_name)
                .ok_or_else(|| format!("{:?} is no release", package.product_name))?,
            channel: None,
            package: name.to_owned(),
            version,
            architecture: architecture.to_owned(),
            modularity: module.map(|(name, stream)| format!("{name}:{stream}")),
        });
    }
    Erratum {
        id: advisory.name.clone(),
        title: advisory.synopsis.clone(),
        description: advisory.description.clone(),
        severity: Severity::from_word(&advisory.severity)
            .filter(|severity| *severity != Severity::Unknown),
        published: advisory.published_at.as_deref().and_then(rfc3339),
        modified,
        references: vec![format!("https://errata.rockylinux.org/{}", advisory.name)],
        flaws,
        builds,
    }
    .tell(speaker)?;
    Ok(Fate::Kept)
}

fn flaw(cve: &Cve) -> Flaw {
    let vector = cve.cvss3_scoring_vector.as_deref().filter(|vector| vector.contains("AV:"));
    Flaw {
        id: cve.cve.clone(),
        vectors: vector.map(|vector| bare_vector(vector).to_owned()).into_iter().collect(),
        weaknesses: cve.cwe.iter().flat_map(|text| weaknesses(text)).collect(),
        ..Flaw::default()
    }
}

/// `rocky:8` of `Rocky Linux 8 aarch64`.
fn release(product: &str) -> Option<String> {
    let version = product.strip_prefix("Rocky Linux ")?.split(' ').next()?;
    let plain = version.bytes().next().is_some_and(|byte| byte.is_ascii_digit());
    plain.then(|| Distribution::Rocky.namespace(version))
}

#[cfg(test)]
mod tests {
    use super::super::testing::read;

    const ADVISORY: &str = r#"{"id":1,"name":"RLSA-2023:3319","synopsis":"Important: go-toolset security update","description":"x\n* golang: one thing (CVE-2023-24540)","kind":"Security","severity":"Important","red_hat_advisory_id":1,
        "published_at":"2023-05-25T17:22:28.202430+00:00","updated_at":"2023-05-25T17:23:40.399839+00:00",
        "cves":[{"cve":"CVE-2023-24540","cvss3_scoring_vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H","cwe":"CWE-94"},{"cve":"CVE-2023-1111","cvss3_scoring_vector":"UNKNOWN","cwe":"UNKNOWN"}],
        "packages":[{"nevra":"golang-0:1.19.9-1.module+el8.8.0.aarch64.rpm","module_name":"go-toolset","module_stream":"rhel8","product_name":"Rocky Linux 8 aarch64"},
        {"nevra":"golang-0:1.19.9-1.module+el8.8.0.src.rpm","product_name":"Rocky Linux 8 aarch64"}]}"#;

    #[test]
    fn pages_and_single_advisories() {
        for text in [ADVISORY.to_owned(), format!("{{\"advisories\":[{ADVISORY}]}}")] {
            let read = read("page1.json", text);
            assert_eq!(read.counts(), (1, 0, 0), "{:?}", read.problems);
            let record = &read.affected[0];
            assert_eq!((&*record.namespace, &*record.package), ("rocky:8", "golang"));
            assert_eq!(record.modularity.as_deref(), Some("go-toolset:rhel8"));
            assert_eq!(record.ranges[0].fixed.as_deref(), Some("1.19.9-1.module+el8.8.0"));
            let told = read.vulnerabilities.iter().find(|one| one.id == "CVE-2023-24540").unwrap();
            assert_eq!((&*told.title, told.cvss.len()), ("golang: one thing", 1));
            assert!(read.vulnerabilities.iter().any(|one| one.cvss.is_empty()));
        }
    }

    #[test]
    fn what_is_no_build_costs_the_advisory() {
        let bad = ADVISORY.replace("golang-0:1.19.9-1.module+el8.8.0.aarch64.rpm", "golang");
        let read = read("page1.json", format!("{{\"advisories\":[{ADVISORY},{bad}]}}"));
        assert_eq!(read.counts(), (1, 0, 1));
    }
}
