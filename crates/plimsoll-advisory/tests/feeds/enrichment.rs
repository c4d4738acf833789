//! KEV, EPSS, CVE records and support dates.

use std::collections::BTreeMap;
use std::time::Instant;

use plimsoll_advisory::feed::{HEAD, detect};

use crate::support::{Counts, Watch, each_file, shared};

#[test]
fn known_exploited() {
    let mut watch = Watch::of(&[]);
    let mut entries = 0;
    let found = each_file("data/cisa-kev/cisa-kev.tar.zst", |path, bytes| {
        if watch.read(path, bytes) {
            let document: serde_json::Value = serde_json::from_slice(bytes).unwrap();
            entries = document["vulnerabilities"].as_array().unwrap().len();
        }
    });
    if !found {
        return;
    }
    let counts = watch.counts("kev");
    assert_eq!((counts.all(), counts.kept), (entries, entries));
    assert_eq!(watch.exploited.len(), 1662);
    assert_eq!(watch.exploited.values().filter(|entry| entry.ransomware).count(), 338);
    let log4shell = &watch.exploited["CVE-2021-44228"];
    assert_eq!((&*log4shell.added, log4shell.ransomware), ("2021-12-10", true));
}

#[test]
fn epss_in_both_forms() {
    let begun = Instant::now();
    let mut years = Watch::of(&[]);
    let mut rows = 0;
    let found = each_file("data/epss/epss.tar.zst", |path, bytes| {
        if years.read(path, bytes) {
            rows +=
                bytes.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"CVE-")).count();
        }
    });
    let Some(live) = shared("data/epss/epss_scores-2026-08-16.rebuilt.csv.gz").filter(|_| found)
    else {
        return;
    };
    years.report("EPSS by year", begun);
    assert_eq!(years.counts("epss").kept, rows);
    assert_eq!(years.counts("epss").rejected, 0);
    let begun = Instant::now();
    let mut whole = Watch::of(&[]);
    assert!(whole.read("epss_scores-2026-08-16.rebuilt.csv.gz", &std::fs::read(live).unwrap()));
    whole.report("EPSS", begun);
    assert_eq!(whole.counts("epss").kept, 360_142);
    assert_eq!(whole.latest["epss"], "2026-08-16T00:00:00Z");
    assert!(whole.epss["CVE-2021-44228"].probability > 0.9);
    for (id, score) in &whole.epss {
        let same = years
            .epss
            .get(id)
            .is_some_and(|other| (other.probability - score.probability).abs() < 1e-4);
        assert!(same, "{id}");
    }
}

#[test]
fn samples_in_every_layout() {
    // Files, and records kept, skipped and rejected, by the feed that takes them.
    let mut read: BTreeMap<&str, (usize, Counts)> = BTreeMap::new();
    let archive = "data/upstream-feed-samples/upstream-feed-samples.tar.zst";
    let mut paths = Vec::new();
    let mut watch = Watch::of(&[]);
    let found = each_file(archive, |path, bytes| {
        let feed = detect(path, &bytes[..bytes.len().min(HEAD)]);
        let source = match feed.map(|feed| feed.id) {
            Some("known-exploited") => "kev",
            Some("epss") => "epss",
            Some("endoflife-api") => "endoflife",
            _ => return,
        };
        paths.push(path.to_owned());
        watch.read(path, bytes);
        let entry = read.entry(source).or_default();
        entry.0 += 1;
        entry.1 = watch.counts(source);
    });
    if !found {
        return;
    }
    let kept = |kept| Counts { kept, ..Counts::default() };
    assert_eq!(read["kev"], (7, kept(11)), "{paths:?}");
    assert_eq!(read["epss"], (8, kept(74)), "{paths:?}");
    assert_eq!(read["endoflife"], (4, kept(23)), "{paths:?}");
    assert_eq!(watch.problems, []);
    for path in [
        "vuln-list-update/kevc/golden/kevc/2014/CVE-2014-0160.json",
        "vunnel/kev/single-entry/example1.json",
        "vuls-data-update/epss/epss_scores-2021-04-14.csv.gz",
        "vunnel/epss/missing-date.csv",
        "vunnel/eol/valid-eol-response.json",
        "vuln-list-update/eoldates/happy/eoldates.json",
    ] {
        assert!(paths.iter().any(|known| known == path), "{path}");
    }
    let photon = watch.end_of_life.iter().find(|(_, one)| one.product == "photon").expect("it");
    assert_eq!((&*photon.1.release, &photon.1.end_of_life), ("5.0", &None));
}

/// Registries that records of the large set name packages of, and `cpe`.
const VULNRICHMENT_NAMESPACES: [&str; 10] =
    ["cargo", "composer", "cpan", "cpe", "gem", "golang", "maven", "npm", "nuget", "pypi"];

#[test]
fn vulnrichment() {
    let begun = Instant::now();
    let mut watch = Watch::of(&["CVE-2024-3094", "CVE-2024-6387", "CVE-2023-46215"]);
    let (mut records, mut rejected) = (0, 0);
    let found = each_file("data/cisa-vulnrichment/vulnrichment.tar.zst", |path, bytes| {
        let is_record = path.contains("/CVE-");
        records += usize::from(is_record);
        rejected += usize::from(
            is_record && memchr::memmem::find(bytes, b"\"state\": \"REJECTED\"").is_some(),
        );
        assert_eq!(watch.read(path, bytes), is_record, "{path}");
    });
    if !found {
        return;
    }
    watch.report("vulnrichment", begun);
    let counts = watch.counts("cve");
    assert_eq!(records, 44_130);
    assert_eq!((counts.all(), counts.kept), (records, records));
    assert_eq!(rejected, 104);
    let said = |source: &str, id: &str| {
        &watch
            .vulnerabilities
            .iter()
            .find(|(by, one)| by == source && one.id == id)
            .expect("a record")
            .1
    };
    assert_eq!(said("cve", "CVE-2024-3094").cvss, ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"]);
    assert_eq!(said("cve", "CVE-2024-3094").weaknesses, ["CWE-506"]);
    let celery = &watch.affected[0];
    assert_eq!((&*celery.namespace, &*celery.package), ("pypi", "apache-airflow-providers-celery"));
    assert_eq!(celery.ranges[0].last_affected.as_deref(), Some("3.4.0"));
    assert_eq!(watch.covered, VULNRICHMENT_NAMESPACES.map(str::to_owned).into());
    assert_eq!(said("cisa", "CVE-2024-3094").exploitation.as_deref(), Some("none"));
    assert!(said("cve", "CVE-2024-6387").references.len() > 20);
}

#[test]
fn support_dates() {
    let begun = Instant::now();
    let mut watch = Watch::of(&[]);
    let mut releases = 0;
    let found = each_file("data/eol-dates/eol-dates.tar.zst", |path, bytes| {
        let taken = watch.read(path, bytes);
        if taken && path.ends_with(".md") {
            let text = std::str::from_utf8(bytes).unwrap();
            let front = text.split("\n---").next().unwrap();
            releases += front
                .lines()
                .filter(|line| line.trim_start().starts_with("- releaseCycle:"))
                .count();
        }
        assert!(taken || !(path.contains("/products/") || path.ends_with(".csv")), "{path}");
    });
    if !found {
        return;
    }
    watch.report("support dates", begun);
    assert_eq!(watch.counts("distro-info").rejected, 0);
    assert_eq!(watch.counts("endoflife").rejected, 0);
    assert!(watch.counts("endoflife").all() >= releases, "{releases}");
    let date = |source: &str, product: &str, release: &str| {
        let found = watch
            .end_of_life
            .iter()
            .find(|(by, one)| by == source && one.product == product && one.release == release);
        found.and_then(|(_, one)| one.end_of_life.clone()).unwrap_or_default()
    };
    assert_eq!(date("endoflife", "alpine-linux", "3.23"), "2027-11-01");
    assert_eq!(date("endoflife", "debian", "12"), "2026-07-11");
    assert_eq!(date("endoflife", "ubuntu", "25.10"), "2026-07-01");
    assert_eq!(date("distro-info", "ubuntu", "25.10"), "2026-07-09");
}
