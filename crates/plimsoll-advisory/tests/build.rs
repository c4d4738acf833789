//! Builds of real feeds: the same bytes whatever the order of the inputs and the number of
//! threads, and true answers.

use std::path::PathBuf;

use plimsoll_advisory::build::{BuildOptions, build};
use plimsoll_advisory::model::Status;

/// The feeds that are read in seconds even without optimisation, or the one that is not there.
fn inputs() -> Result<Vec<PathBuf>, PathBuf> {
    let shared = std::env::var_os("PLIMSOLL_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let paths: Vec<PathBuf> = [
        "alpine-secdb/alpine-secdb-generated.tar.zst",
        "azurelinux-oval",
        "cisa-kev",
        "debian-security-tracker",
        "eol-dates",
    ]
    .iter()
    .map(|feed| shared.join("data").join(feed))
    .collect();
    match paths.iter().find(|path| !path.exists()) {
        Some(absent) => Err(absent.clone()),
        None => Ok(paths),
    }
}

#[test]
fn real_feeds_give_the_same_bytes_and_true_answers() {
    let mut paths = match inputs() {
        Ok(paths) => paths,
        Err(absent) => {
            println!("skipped: {} is not there", absent.display());
            return;
        }
    };
    let one = build(&paths, &BuildOptions { threads: 1, ..BuildOptions::default() }).unwrap();
    paths.reverse();
    let three = build(&paths, &BuildOptions { threads: 3, ..BuildOptions::default() }).unwrap();
    assert!(one.bytes == three.bytes && one.scores == three.scores);
    assert_eq!(one.problems, three.problems);

    let database = one.into_database().unwrap();
    database.verify().unwrap();
    let info = database.info();
    assert!(!info.starter && info.created.is_none());
    for id in ["alpine", "azure", "debian", "kev", "endoflife"] {
        let source = info.sources.iter().find(|source| source.source.id == id).unwrap();
        assert!(source.counts.read() > 100, "{id}: {:?}", source.counts);
        assert!(source.counts.rejected * 100 < source.counts.read(), "{id}: {:?}", source.counts);
    }

    let fixed = |namespace: &str, package: &str, id: &str| -> Vec<String> {
        let entries = database.affected(namespace, package);
        let entries = entries.filter(|entry| entry.vulnerability() == id);
        let fixes = entries.filter(|entry| entry.status() == Status::Fixed);
        fixes
            .flat_map(|entry| entry.ranges().filter_map(|range| range.fixed))
            .map(Into::into)
            .collect()
    };
    assert_eq!(fixed("debian:10", "sudo", "CVE-2021-3156"), ["1.8.27-1+deb10u3"]);
    assert_eq!(fixed("alpine:3.19", "openssl", "CVE-2024-0727"), ["3.1.4-r5"]);
    for namespace in ["debian:12", "alpine:edge", "azurelinux:3.0", "cbl-mariner:2.0"] {
        assert!(database.covers(namespace), "{namespace}");
    }
    assert!(!database.covers("fedora:40"));
    assert!(database.exploited("CVE-2021-44228").unwrap().ransomware);
    assert!(database.end_of_life("alpine-linux", "3.19").is_some());

    // Every package and every vulnerability can be read, and is found by its name.
    for (namespace, package, entries) in database.iter_packages() {
        assert_eq!(database.affected(namespace, package).count(), entries.count(), "{package}");
    }
    for entry in database.iter_vulnerabilities() {
        assert_eq!(database.resolve(entry.id()), Some(entry.id()));
    }
    assert!(database.damage().is_none());
}
