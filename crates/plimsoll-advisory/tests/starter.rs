//! The starter database: well-formed by its own rules, and true by the upstream data where that is
//! at hand.

use std::collections::BTreeSet;
use std::path::PathBuf;

use plimsoll_advisory::build::{BuildOptions, build};
use plimsoll_advisory::model::Status;
use plimsoll_advisory::{AffectedEntry, Database};
use plimsoll_version::Scheme;

#[test]
fn it_announces_itself_and_is_whole() {
    let starter = Database::starter();
    let info = starter.info();
    assert!(info.starter);
    assert!(info.vulnerabilities >= 150, "{}", info.vulnerabilities);
    starter.verify().unwrap();
    assert!(starter.damage().is_none());
}

#[test]
fn the_best_known_names_are_in_it() {
    let starter = Database::starter();
    for id in [
        "CVE-2014-0160",
        "CVE-2014-6271",
        "CVE-2015-0235",
        "CVE-2019-3462",
        "CVE-2019-5736",
        "CVE-2020-28928",
        "CVE-2021-3156",
        "CVE-2021-4034",
        "CVE-2021-44228",
        "CVE-2022-22965",
        "CVE-2022-37434",
        "CVE-2022-42889",
        "CVE-2023-38545",
        "CVE-2023-44487",
        "CVE-2023-4863",
        "CVE-2023-4911",
        "CVE-2024-21626",
        "CVE-2024-2961",
        "CVE-2024-3094",
        "CVE-2024-6387",
    ] {
        let entry = starter.vulnerability(id).unwrap_or_else(|| panic!("{id} is missing"));
        let detail = entry.details().next().unwrap();
        let text = detail.text();
        assert!(!text.title.is_empty() && !text.references.is_empty(), "{id}");
    }
    assert_eq!(starter.resolve("GHSA-jfh8-c2jp-5v3q"), Some("CVE-2021-44228"));
    assert!(starter.exploited("CVE-2021-3156").is_some());
    let end = starter.end_of_life("debian", "12").unwrap();
    assert_eq!(end.end_of_life.as_deref(), Some("2026-07-11"));
}

#[test]
fn every_vulnerability_has_a_severity_and_every_vector_a_score() {
    for entry in Database::starter().iter_vulnerabilities() {
        let detail = entry.details().next().unwrap();
        assert!(detail.severity().is_some() || detail.vectors().count() > 0, "{}", entry.id());
        assert_eq!(detail.cvss().count(), detail.vectors().count(), "{}", entry.id());
    }
}

#[test]
fn every_fact_has_a_valid_version_of_a_known_release() {
    for (namespace, package, entries) in Database::starter().iter_packages() {
        for entry in entries {
            let what = format!("{namespace} {package} {}", entry.vulnerability());
            assert_eq!(entry.status(), Status::Fixed, "{what}");
            let ranges: Vec<_> = entry.ranges().collect();
            let [range] = ranges.as_slice() else { panic!("{what}: {ranges:?}") };
            let fixed = range.fixed.unwrap_or_else(|| panic!("{what} has no fixed version"));
            let scheme = Scheme::of_namespace(namespace);
            assert!(scheme.is_some_and(|scheme| scheme.is_valid(fixed)), "{what}: {fixed}");
        }
    }
}

/// Each fact again in the data of the distribution or the language that it is about.
#[test]
fn facts_agree_with_the_publishers() {
    let shared = std::env::var_os("PLIMSOLL_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let feeds = [
        "almalinux-osv",
        "alpine-secdb/alpine-secdb-generated.tar.zst",
        "debian-security-tracker",
        "go-vulndb",
        "pypa-advisory-db",
        "ruby-advisory-db",
        "rustsec",
        "ubuntu-cve-tracker",
        "wolfi-advisories",
    ];
    let paths: Vec<PathBuf> = feeds.iter().map(|feed| shared.join("data").join(feed)).collect();
    if let Some(absent) = paths.iter().find(|path| !path.exists()) {
        println!("skipped: {} is not there", absent.display());
        return;
    }
    let outcome = build(&paths, &BuildOptions::default()).unwrap();
    let full = outcome.into_database().unwrap();

    let fixed = |entry: &AffectedEntry<'_>| -> BTreeSet<String> {
        entry.ranges().filter_map(|range| range.fixed).map(str::to_owned).collect()
    };
    let mut checked = 0;
    let mut wrong = Vec::new();
    for (namespace, package, entries) in Database::starter().iter_packages() {
        // Their records among the feeds are of others than those who have fixed it.
        if matches!(namespace, "maven" | "npm" | "nuget" | "composer" | "debian:sid") {
            continue;
        }
        for entry in entries {
            let id = entry.vulnerability();
            let upstream: BTreeSet<String> = full
                .affected(namespace, package)
                .filter(|other| other.vulnerability() == id && other.status() == Status::Fixed)
                .flat_map(|other| fixed(&other))
                .collect();
            checked += 1;
            if !fixed(&entry).is_subset(&upstream) {
                wrong.push(format!("{namespace} {package} {id}: {:?} {upstream:?}", fixed(&entry)));
            }
        }
    }
    assert!(checked > 3000, "{checked}");
    assert!(wrong.is_empty(), "{} of {checked}:\n{}", wrong.len(), wrong.join("\n"));
}
