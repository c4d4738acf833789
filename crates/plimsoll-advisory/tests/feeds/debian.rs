//! Debian's lists and tracker.

use std::time::Instant;

use plimsoll_advisory::model::Status;

use crate::support::{Watch, each_file};

const LISTS: &str = "data/debian-security-tracker/debian-security-tracker.tar.zst";

#[test]
fn lists() {
    let begun = Instant::now();
    let mut watch = Watch::of(&[
        "CVE-2021-3156",
        "CVE-2014-0160",
        "CVE-2014-6271",
        "CVE-2024-6387",
        "CVE-2023-4911",
        "CVE-2015-5307",
        "DLA-4038-2",
    ]);
    let mut entries = 0;
    let found = each_file(LISTS, |path, bytes| {
        if watch.read(path, bytes) {
            let text = String::from_utf8_lossy(bytes);
            entries += text.lines().filter(|line| line.starts_with('[')).count();
        }
    });
    if !found {
        return;
    }
    watch.report("Debian lists", begun);
    assert_eq!(watch.files, 6, "three copies of two lists");
    let counts = watch.counts("debian");
    assert_eq!(counts.all(), entries);
    assert!(counts.rejected < 20, "{counts:?}");
    assert_eq!(watch.fixed_in("debian:10", "sudo", "CVE-2021-3156"), ["1.8.27-1+deb10u3"]);
    assert_eq!(watch.fixed_in("debian:9", "sudo", "CVE-2021-3156"), ["1.8.19p1-2.1+deb9u3"]);
    assert_eq!(watch.fixed_in("debian:7", "openssl", "CVE-2014-0160"), ["1.0.1e-2+deb7u5"]);
    assert_eq!(watch.fixed_in("debian:12", "openssh", "CVE-2024-6387"), ["1:9.2p1-2+deb12u3"]);
    assert_eq!(watch.fixed_in("debian:12", "glibc", "CVE-2023-4911"), ["2.36-9+deb12u3"]);
    let shellshock = watch.fixed_in("debian:7", "bash", "CVE-2014-6271");
    assert_eq!(shellshock, ["4.2+dfsg-0.1+deb7u1"]);
    assert_eq!(watch.fixed_in("debian:11", "dcmtk", "DLA-4038-2"), ["3.6.5-1+deb11u3"]);
    assert_eq!(watch.latest["debian"], "2026-08-21");
    // The same entry of several copies says the same thing word by word.
    let mut sudo: Vec<_> =
        watch.affected.iter().filter(|record| record.vulnerability == "CVE-2021-3156").collect();
    let all = sudo.len();
    sudo.dedup_by(|left, right| left == right);
    sudo.sort_by_key(|record| record.namespace.clone());
    sudo.dedup_by(|left, right| left == right);
    assert_eq!(sudo.len() * 2, all, "of both whole copies");
}

#[test]
fn samples_of_the_tracker_and_the_cve_list() {
    let begun = Instant::now();
    let mut watch =
        Watch::of(&["CVE-2008-7220", "CVE-2021-36373", "CVE-2023-5849", "CVE-2012-0833"]);
    let mut issues = 0;
    let found =
        each_file("data/upstream-feed-samples/upstream-feed-samples.tar.zst", |path, bytes| {
            let tracker = [
                "vunnel/debian/input/debian.json",
                "tracker/api/advisory.json",
                "debian_security_tracker_mock.json",
            ];
            if tracker.iter().any(|end| path.ends_with(end)) {
                let before = watch.counts("debian").all();
                if watch.read(path, bytes) {
                    let document: serde_json::Value = serde_json::from_slice(bytes).unwrap();
                    let here: usize = document
                        .as_object()
                        .unwrap()
                        .values()
                        .map(|package| package.as_object().map_or(0, serde_json::Map::len))
                        .sum();
                    assert_eq!(watch.counts("debian").all() - before, here, "{path}");
                    issues += here;
                }
            } else if path.ends_with("data/CVE/list") {
                assert!(watch.read(path, bytes));
            }
        });
    if !found {
        return;
    }
    watch.report("Debian tracker", begun);
    assert!(issues > 10, "{issues}");
    // One sample has a list where the releases should be.
    assert_eq!(watch.counts("debian").rejected, 1);
    assert_eq!(watch.fixed_in("debian:8", "prototypejs", "CVE-2008-7220"), ["1.6.0.2-1"]);
    assert_eq!(
        watch.verdicts("debian:11", "389-ds-base", "CVE-2012-0833"),
        [(Status::NotAffected, String::new())]
    );
    assert_eq!(
        watch.verdicts("debian:sid", "ant", "CVE-2021-36373"),
        [(Status::Affected, String::new())]
    );
}
