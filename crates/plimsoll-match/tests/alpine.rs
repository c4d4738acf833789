//! Real Alpine root file systems against Alpine's own security database, held against a second,
//! plain reading of that database: every fix above an installed version is a finding, and nothing
//! else is.
//!
//! The data is not part of the repository. It is looked for in `PLIMSOLL_SHARED`, else beside the
//! workspace; without it the test says that it was skipped.

#![expect(clippy::unwrap_used, reason = "a test fails where its data is not as expected")]

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use plimsoll_advisory::Database;
use plimsoll_advisory::build::{BuildOptions, build};
use plimsoll_inventory::{Inventory, Location, OperatingSystem, Package, apk};
use plimsoll_match::{MatchOptions, SystemCoverage, match_inventory};
use plimsoll_version::{Distribution, Scheme};

/// Package, its version, vulnerability.
type Line = (String, String, String);

#[test]
fn real_root_file_systems_agree_with_a_plain_reading_of_the_secdb() {
    let Some(shared) = shared() else {
        eprintln!("skipped: there is no shared data");
        return;
    };
    let archive = shared.join("data/alpine-secdb/alpine-secdb-generated.tar.zst");
    let built = build(std::slice::from_ref(&archive), &BuildOptions::default()).unwrap();
    let database = Database::from_bytes(built.bytes).unwrap();
    let secdb = secdb(&archive);
    let mut findings = 0;
    for entry in std::fs::read_dir(shared.join("rootfs/alpine")).unwrap() {
        let path = entry.unwrap().path();
        let (version, packages) = root_file_system(&path);
        let inventory = Inventory {
            os: Some(system(&version)),
            packages: packages.clone(),
            ..Inventory::default()
        };
        let matched = match_inventory(&inventory, &database, MatchOptions::default());
        let release = Distribution::Alpine.release(&version);
        let expected = expected(&secdb, release, &packages);
        if secdb.iter().all(|(of, _)| of != release) {
            assert!(
                matches!(matched.coverage.system, SystemCoverage::NotCovered { .. }),
                "{path:?}"
            );
            continue;
        }
        let found: BTreeSet<Line> = matched
            .findings
            .iter()
            .map(|one| {
                let package = &packages[one.package];
                let ids = (package.name.clone(), package.version.clone());
                (ids.0, ids.1, one.vulnerability.clone())
            })
            .collect();
        assert_eq!(found, expected, "{path:?}");
        assert!(matched.undecided.is_empty(), "{path:?}: {:?}", matched.undecided);
        findings += found.len();
    }
    assert!(findings >= 10, "only {findings} findings on all of them together");
}

/// What the database says, read without any of our engine but the order of versions.
fn expected(
    secdb: &[(String, serde_json::Value)],
    release: &str,
    packages: &[Package],
) -> BTreeSet<Line> {
    let mut lines = BTreeSet::new();
    for (_, document) in secdb.iter().filter(|(of, _)| of == release) {
        for entry in document["packages"].as_array().into_iter().flatten() {
            let fixes = entry["pkg"]["secfixes"].as_object().into_iter().flatten();
            for (fixed, ids) in fixes.filter(|(fixed, _)| *fixed != "0") {
                for package in packages {
                    let origin = package.source.as_ref().unwrap();
                    if Some(origin.name.as_str()) != entry["pkg"]["name"].as_str()
                        || !Scheme::Apk.compare(&package.version, fixed).unwrap().is_lt()
                    {
                        continue;
                    }
                    // Some entries hold several names of one problem: `CVE-… XSA-…`.
                    for id in ids.as_array().into_iter().flatten().filter_map(|id| id.as_str()) {
                        let id = id.split_whitespace().next().unwrap_or(id);
                        let names = (package.name.clone(), package.version.clone());
                        lines.insert((names.0, names.1, id.to_owned()));
                    }
                }
            }
        }
    }
    lines
}

fn shared() -> Option<PathBuf> {
    let root = std::env::var_os("PLIMSOLL_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    root.join("rootfs/alpine").is_dir().then_some(root)
}

/// The release and document of every file.
fn secdb(archive: &Path) -> Vec<(String, serde_json::Value)> {
    let inflated = zstd::Decoder::new(File::open(archive).unwrap()).unwrap();
    let mut documents = Vec::new();
    for entry in tar::Archive::new(inflated).entries().unwrap() {
        let mut entry = entry.unwrap();
        if entry.path().unwrap().extension().is_some_and(|extension| extension == "json") {
            let document: serde_json::Value = serde_json::from_reader(&mut entry).unwrap();
            let release = document["distroversion"].as_str().unwrap_or_default();
            documents.push((release.trim_start_matches('v').to_owned(), document));
        }
    }
    documents
}

/// Version and packages of a root file system.
fn root_file_system(path: &Path) -> (String, Vec<Package>) {
    let inflated = flate2::read::GzDecoder::new(File::open(path).unwrap());
    let mut version = String::new();
    let mut packages = Vec::new();
    for entry in tar::Archive::new(inflated).entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().to_string_lossy().trim_start_matches("./").to_owned();
        let mut content = Vec::new();
        if name == "etc/alpine-release" {
            entry.read_to_string(&mut version).unwrap();
        } else if name == "lib/apk/db/installed" || name == "usr/lib/apk/db/installed" {
            entry.read_to_end(&mut content).unwrap();
            packages = apk::parse_installed(&content).value;
        }
    }
    assert!(!packages.is_empty(), "{path:?}");
    let version = version.trim();
    // A snapshot of edge calls itself by its day.
    let is_edge = version.contains("_alpha");
    (if is_edge { "edge".to_owned() } else { version.to_owned() }, packages)
}

fn system(version: &str) -> OperatingSystem {
    OperatingSystem {
        distribution: Some(Distribution::Alpine),
        id: "alpine".to_owned(),
        version: version.to_owned(),
        codename: None,
        pretty_name: None,
        extended_support: false,
        found_in: Location { path: "etc/os-release".to_owned(), layer: 0 },
    }
}
