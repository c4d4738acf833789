//! Alpine and Wolfi.

use std::time::Instant;

use plimsoll_advisory::model::Status;

use crate::support::{Watch, each_file};

/// The strings of ids in a secdb document, counted without the parser under test.
fn strings_of(document: &serde_json::Value) -> usize {
    let packages = document["packages"].as_array().map_or(&[][..], Vec::as_slice);
    let fixes = packages.iter().filter_map(|package| package["pkg"]["secfixes"].as_object());
    fixes.flat_map(|fixes| fixes.values()).map(|ids| ids.as_array().map_or(0, Vec::len)).sum()
}

#[test]
fn alpine() {
    let begun = Instant::now();
    let mut watch =
        Watch::of(&["CVE-2024-0727", "CVE-2022-1271", "CVE-2022-37434", "CVE-2018-3620"]);
    let mut strings = 0;
    let found = each_file("data/alpine-secdb/alpine-secdb-generated.tar.zst", |path, bytes| {
        if watch.read(path, bytes) {
            strings += strings_of(&serde_json::from_slice(bytes).unwrap());
        }
    });
    if !found {
        return;
    }
    watch.report("Alpine", begun);
    let counts = watch.counts("alpine");
    assert_eq!(counts.all(), strings);
    assert!(counts.rejected < 60, "{counts:?}");
    assert_eq!(watch.fixed_in("alpine:3.19", "openssl", "CVE-2024-0727"), ["3.1.4-r5"]);
    assert_eq!(watch.fixed_in("alpine:3.19", "xz", "CVE-2022-1271"), ["5.2.5-r1"]);
    assert_eq!(watch.fixed_in("alpine:edge", "zlib", "CVE-2022-37434"), ["1.2.12-r2"]);
    assert!(
        watch.covered.contains("alpine:3.2") && watch.covered.len() == 19,
        "{:?}",
        watch.covered
    );
    assert!(watch.statuses[&Status::NotAffected] > 100, "{:?}", watch.statuses);
    assert!(
        watch
            .affected
            .iter()
            .any(|record| record.vulnerability == "CVE-2018-3620"
                && record.advisories == ["XSA-273"])
    );
}

#[test]
fn alpine_of_2020() {
    let begun = Instant::now();
    let mut watch = Watch::of(&["CVE-2018-16859"]);
    let mut strings = 0;
    let found =
        each_file("data/alpine-secdb/alpine-secdb-upstream-2020-06.tar.zst", |path, bytes| {
            if watch.read(path, bytes) {
                let text = std::str::from_utf8(bytes).unwrap();
                // Besides the ids, the packages and the architectures are list items.
                let items = text.lines().map(str::trim).filter_map(|line| line.strip_prefix("- "));
                let others =
                    ["pkg:", "x86_64", "x86", "armhf", "armv7", "aarch64", "ppc64le", "s390x"];
                strings += items.filter(|item| !others.contains(item)).count();
            } else {
                assert!(!path.ends_with(".yaml"), "{path}");
            }
        });
    if !found {
        return;
    }
    watch.report("Alpine of 2020", begun);
    assert_eq!(watch.counts("alpine").all(), strings);
    assert_eq!(watch.fixed_in("alpine:3.9", "ansible", "CVE-2018-16859"), ["2.7.3-r0"]);
}

#[test]
fn wolfi() {
    let begun = Instant::now();
    let mut watch = Watch::of(&["CVE-2024-5535", "CVE-2024-3094", "CVE-2024-12797"]);
    let mut advisories = 0;
    let found =
        each_file("data/wolfi-advisories/wolfi-advisories-2025-05-07.tar.zst", |path, bytes| {
            if watch.read(path, bytes) {
                let text = std::str::from_utf8(bytes).unwrap();
                advisories += text.lines().filter(|line| line.starts_with("  - id: CGA-")).count();
            } else {
                assert!(!path.ends_with(".yaml"), "{path}");
            }
        });
    if !found {
        return;
    }
    watch.report("Wolfi", begun);
    let counts = watch.counts("wolfi");
    assert_eq!(counts.all(), advisories);
    assert_eq!(advisories, 20_770);
    assert_eq!(counts.rejected, 0);
    assert_eq!(watch.fixed_in("wolfi", "openssl", "CVE-2024-5535"), ["3.3.1-r3"]);
    let aliases = watch.vulnerabilities.iter().find(|(_, one)| one.id == "CVE-2024-5535").unwrap();
    assert_eq!(aliases.1.aliases, ["GHSA-4fc7-mvrr-wv2c"]);
    assert!(
        watch.statuses[&Status::NotAffected] > 1000 && watch.statuses[&Status::WillNotFix] > 100
    );
}
