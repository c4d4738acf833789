//! OSV records of all databases at hand, and RustSec's own form.
//!
//! Besides the counts, every package of every record is looked for among what the parser said.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use plimsoll_advisory::build::{BuildOptions, build};
use plimsoll_advisory::model::Affected;
use serde::Deserialize;

use crate::support::{Counts, Watch, each_file, shared};

/// As much of a record as a test compares, read without the parser.
#[derive(Deserialize)]
struct Raw {
    id: String,
    #[serde(default)]
    withdrawn: Option<String>,
    #[serde(default)]
    affected: Vec<RawProduct>,
}

#[derive(Deserialize)]
struct RawProduct {
    package: Option<RawPackage>,
    #[serde(default)]
    ranges: serde_json::Value,
    #[serde(default)]
    versions: serde_json::Value,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawPackage {
    ecosystem: String,
    name: String,
}

/// Reads an archive whole; the records that are JSON are returned for a comparison.
fn read(archive: &str, is_record: fn(&str) -> bool) -> Option<(Watch, Vec<Raw>)> {
    let begun = Instant::now();
    let mut watch = Watch::all();
    let mut raw = Vec::new();
    let found = each_file(&format!("data/{archive}.tar.zst"), |path, bytes| {
        watch.read(path, bytes);
        if path.ends_with(".json") && is_record(path) {
            raw.push(
                serde_json::from_slice(bytes).unwrap_or_else(|error| panic!("{path}: {error}")),
            );
        }
    });
    watch.report(archive, begun);
    found.then_some((watch, raw))
}

/// One spelling for the names of all registries.
fn fold(name: &str) -> String {
    let mut folded = name.to_lowercase().replace(['_', '.'], "-");
    while folded.contains("--") {
        folded = folded.replace("--", "-");
    }
    folded
}

/// Asserts that each product of each record is said, with each bound and each version list. What a
/// problem was reported of is left to the test, which knows those.
fn nothing_is_lost(watch: &Watch, records: &[Raw]) {
    let mut said: BTreeMap<(&str, String), Vec<&Affected>> = BTreeMap::new();
    for affected in &watch.affected {
        for advisory in &affected.advisories {
            said.entry((advisory, fold(&affected.package))).or_default().push(affected);
        }
    }
    let described = watch.vulnerabilities.iter();
    let names: BTreeSet<&str> = described
        .flat_map(|(_, one)| one.aliases.iter().chain(&one.related).chain([&one.id]))
        .map(String::as_str)
        .chain(said.keys().map(|(id, _)| *id))
        .collect();
    let reported: BTreeSet<&str> =
        watch.problems.iter().map(|problem| problem.record.as_str()).collect();
    let mut compared = 0;
    for record in records {
        // An id that is its CVE with a mark is that CVE.
        let id = record.id.find("CVE-").map_or(&*record.id, |at| &record.id[at..]);
        assert!(names.contains(&*record.id) || names.contains(id), "{} is lost", record.id);
        if record.withdrawn.is_some() || reported.contains(&*record.id) {
            continue;
        }
        for product in &record.affected {
            let named = product.package.as_ref().filter(|package| !package.name.is_empty());
            let Some(package) = named else { continue };
            // Said of its binaries; a test of the parser has that.
            if package.ecosystem.starts_with("SUSE:") {
                continue;
            }
            // Where only commits are known, it is said of the repository.
            let ranges = product.ranges.as_array().map_or(&[][..], Vec::as_slice);
            let repository = ranges.iter().find_map(|range| range["repo"].as_str());
            let is_of_commits = ranges.iter().all(|range| range["type"] == "GIT")
                && product.versions.as_array().is_none_or(Vec::is_empty);
            let name = repository.filter(|_| is_of_commits).unwrap_or(&package.name);
            let Some(found) = said.get(&(&*record.id, fold(name))) else {
                panic!("{} {:?} {:?} is lost", record.id, package.ecosystem, package.name);
            };
            // Of several builds, the lowest fix is kept.
            if !package.ecosystem.starts_with("Rocky") {
                bounds_are_said(&record.id, product, found);
            }
            compared += 1;
        }
    }
    println!("  {compared} products found again");
}

fn bounds_are_said(id: &str, product: &RawProduct, said: &[&Affected]) {
    let ranges = || said.iter().flat_map(|affected| &affected.ranges);
    let list = |value: &serde_json::Value| value.as_array().cloned().unwrap_or_default();
    for range in list(&product.ranges).iter().filter(|range| range["type"] != "GIT") {
        let events = list(&range["events"]);
        let bounds = |name: &str| -> Vec<String> {
            let versions = events.iter().filter_map(|event| event[name].as_str());
            versions.map(str::to_owned).collect()
        };
        let (first, fixed) = (bounds("introduced"), bounds("fixed"));
        for version in &first {
            // From the beginning, or a range that ends where it begins.
            if !["0", "0.0.0-0"].contains(&&**version) && !fixed.contains(version) {
                let known = ranges().any(|range| range.introduced.as_ref() == Some(version));
                assert!(known, "{id}: from {version}");
            }
        }
        // A second end is none.
        if fixed.len() <= first.len() {
            for version in fixed.iter().filter(|version| !first.contains(version)) {
                let known = ranges().any(|range| range.fixed.as_ref() == Some(version));
                assert!(known, "{id}: below {version}");
            }
        }
        for version in bounds("last_affected") {
            let known = ranges().any(|range| range.last_affected.as_ref() == Some(&version));
            assert!(known, "{id}: to {version}");
        }
    }
    if ranges().next().is_none() {
        for version in list(&product.versions).iter().filter_map(|version| version.as_str()) {
            let known = |affected: &&Affected| affected.versions.iter().any(|one| one == version);
            assert!(said.iter().any(known), "{id}: {version}");
        }
    }
}

fn kept(kept: usize) -> Counts {
    Counts { kept, ..Counts::default() }
}

#[test]
fn osv_go() {
    let Some((watch, raw)) = read("go-vulndb/go-vulndb", |path| path.starts_with("data/osv/"))
    else {
        return;
    };
    assert_eq!(watch.counts("govulndb"), kept(4291));
    assert_eq!(watch.counts("cve"), kept(239));
    // Their sources, the reports, belong to no feed.
    assert_eq!((watch.files, watch.problems.len()), (4291 + 239, 0));
    nothing_is_lost(&watch, &raw);
    let http2 = watch
        .affected
        .iter()
        .find(|one| one.package == "golang.org/x/net" && one.vulnerability == "CVE-2022-27664")
        .unwrap();
    assert_eq!(http2.imports[0].path, "golang.org/x/net/http2");
    assert_eq!(http2.imports[0].symbols, ["Server.ServeConn", "serverConn.goAway"]);
    let with_symbols = watch
        .affected
        .iter()
        .filter(|one| one.imports.iter().any(|import| !import.symbols.is_empty()));
    let advisories: BTreeSet<_> = with_symbols.flat_map(|one| &one.advisories).collect();
    assert_eq!(advisories.len(), 879 - 11);
}

#[test]
fn osv_rustsec_in_both_forms() {
    let archive = "rustsec/rustsec-advisory-db";
    let Some((watch, raw)) = read(archive, |path| path.ends_with(".json")) else { return };
    // 1,206 as OSV, the same but one as Markdown, 20 of Rust itself, and the example.
    let counts = Counts { kept: 1206 + 1205 + 20, skipped: 1, rejected: 0 };
    assert_eq!((watch.counts("rustsec"), raw.len()), (counts, 1206));
    assert!(watch.problems.is_empty());
    nothing_is_lost(&watch, &raw);
    let mut forms: BTreeMap<(&str, &str), Vec<&Affected>> = BTreeMap::new();
    for affected in watch.affected.iter().filter(|affected| affected.namespace == "cargo") {
        let key = (&*affected.advisories[0], &*affected.vulnerability);
        forms.entry(key).or_default().push(affected);
    }
    for ((id, vulnerability), statements) in &forms {
        match statements[..] {
            [one, other] => assert_eq!(one, other),
            // Never was an advisory of its own.
            [_] => assert_eq!(*id, "RUSTSEC-2025-0000"),
            _ => panic!("{id} is said {} times of {vulnerability}", statements.len()),
        }
    }
    let outcome =
        build(&[shared(&format!("data/{archive}.tar.zst")).unwrap()], &BuildOptions::default());
    let sources = outcome.unwrap().sources;
    let (_, counts) = sources.iter().find(|(source, _)| source.id == "rustsec").unwrap();
    let rust = watch.affected.iter().filter(|affected| affected.namespace == "rust").count();
    assert_eq!(usize::try_from(counts.affected).unwrap(), forms.len() + rust);
    println!("{counts:?}");
}

#[test]
fn osv_pypa() {
    let Some((watch, _)) = read("pypa-advisory-db/pypa-advisory-db", |_| false) else { return };
    assert_eq!(watch.counts("pypa"), kept(2661));
    assert_eq!(watch.files, 2661);
}

#[test]
fn osv_bitnami() {
    let Some((watch, raw)) = read("bitnami-vulndb/bitnami-vulndb", |_| true) else { return };
    assert_eq!(watch.counts("bitnami"), kept(7444));
    nothing_is_lost(&watch, &raw);
}

#[test]
fn osv_malicious() {
    let Some((watch, raw)) = read("ossf-malicious-packages/ossf-malicious-packages", |_| true)
    else {
        return;
    };
    assert_eq!(watch.counts("ossf-malicious-packages"), kept(33_076));
    assert!(watch.vulnerabilities.iter().all(|(_, one)| one.malicious));
    assert_eq!(watch.vulnerabilities.iter().filter(|(_, one)| one.withdrawn.is_some()).count(), 56);
    nothing_is_lost(&watch, &raw);
}

#[test]
fn osv_k8s() {
    let is_record = |path: &str| path.contains("vulns/CVE") || path.contains("k8s/upstream");
    let Some((watch, raw)) = read("k8s-cves/k8s-cves", is_record) else { return };
    assert_eq!((watch.counts("k8s"), raw.len()), (kept(44 + 47), 44 + 47));
    // A line break within a text, in the test data of the feed.
    assert_eq!(watch.counts("osv"), Counts { rejected: 1, ..Counts::default() });
    nothing_is_lost(&watch, &raw);
    assert_eq!(watch.covered.iter().collect::<Vec<_>>(), ["k8s"]);
}

#[test]
fn osv_harvest() {
    let is_record = |path: &str| !path.starts_with("AlmaLinux") && !path.contains("Photon");
    let Some((watch, raw)) = read("osv-harvest/osv-harvest", is_record) else { return };
    nothing_is_lost(&watch, &raw);
    let rejected: Vec<&str> =
        watch.problems.iter().map(|problem| problem.record.as_str()).collect();
    assert_eq!(
        rejected,
        [
            // Packages without any version.
            "CPANSA-urxvt-bgdsl-2022-4170",
            "CVE-2026-0001",
            // Made up for tests of others, without ecosystem.
            "GO-0000-0001",
            "GO-0000-0002",
            "OSV-2023-0001",
            "PYSEC-2023-0001",
            "PYSEC-2026-89",
            // Without any version again.
            "OSV-2021-1658",
            "PHSA-2026-5.0-0785",
        ]
    );
    for namespace in [
        "alma:8",
        "alpaquita:stream",
        "alpine:3.18",
        "bellsoft hardened containers:23",
        "cargo",
        "cleanstart",
        "cpan",
        "cran",
        "debian:12",
        "echo",
        "echo:pypi",
        "gem",
        "generic",
        "git",
        "githubactions",
        "golang",
        "hackage",
        "hex",
        "julia",
        "linux",
        "mageia:9",
        "maven",
        "minimos",
        "npm",
        "nuget",
        "opam",
        "photon:4.0",
        "pub",
        "pypi",
        "redhat:9",
        "rocky:8",
        "root:npm",
        "sles:12.1",
        "swift",
        "ubuntu:22.04",
        "vscode",
    ] {
        assert!(watch.covered.contains(namespace), "{namespace}: {:?}", watch.covered);
    }
}

#[test]
fn osv_samples_in_their_archives() {
    let Some(path) = shared("data/upstream-feed-samples/upstream-feed-samples.tar.zst") else {
        return;
    };
    let outcome = build(&[path], &BuildOptions::default()).unwrap();
    let problems: Vec<String> = outcome
        .problems
        .iter()
        .filter(|problem| problem.file.contains("osv"))
        .map(|problem| format!("{}: {}", problem.file, problem.reason))
        .collect();
    assert_eq!(
        problems,
        [
            "osv.dev/combine-to-osv/cve5/CVE-2023-0001.json: product-c has neither ranges nor versions",
            "osv.dev/combine-to-osv/nvd/CVE-2023-0002.json: product-d has neither ranges nor versions",
            "vuls-data-update/npm/osv/all.zip/all/GSD-2022-1000008.json: faker.js has neither ranges nor versions",
        ]
    );
    let count = |id: &str| {
        let found = outcome.sources.iter().find(|(source, _)| source.id == id);
        found.map_or(0, |(_, counts)| counts.read())
    };
    for (id, records) in [("haskell", 2), ("julia", 1)] {
        assert_eq!(count(id), records, "{id}");
    }
}
