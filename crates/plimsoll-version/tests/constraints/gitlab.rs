//! GitLab's community advisories: `affected_range` in the syntax of the package's ecosystem.

use std::collections::BTreeMap;

use plimsoll_version::{Ecosystem, Syntax};
use serde::Deserialize;

use crate::support::{Tally, for_each_file};

#[derive(Deserialize)]
struct Advisory {
    package_slug: String,
    affected_range: String,
}

/// Advisories whose range is wrong: no version of the ecosystem, no brackets, a missing number, or a
/// condition that nothing fulfils.
const BROKEN: [(&str, &str); 15] = [
    ("go", "minio/CVE-2020-11012.yml"),
    ("go", "pritunl-client-electron/CVE-2022-25372.yml"),
    ("maven", "jenkins-core/CVE-2020-2220.yml"),
    ("nuget", "Microsoft.ChakraCore/CVE-2017-11894.yml"),
    ("nuget", "Microsoft.ChakraCore/CVE-2017-11895.yml"),
    ("packagist", "zencart/CVE-2020-6578.yml"),
    ("pypi", "Django/CVE-2019-14233.yml"),
    ("pypi", "Weblate/CVE-2022-24727.yml"),
    ("pypi", "binderhub/CVE-2021-39159.yml"),
    ("pypi", "neutron/CVE-2017-7543.yml"),
    ("pypi", "paramiko/CVE-2018-7750.yml"),
    ("pypi", "pyspark/CVE-2020-27218.yml"),
    ("pypi", "pywin32/CVE-2021-32559.yml"),
    ("pypi", "tensorflow-cpu/CVE-2020-26269.yml"),
    ("pypi", "tensorflow-gpu/CVE-2020-26269.yml"),
];

#[test]
fn every_affected_range_can_be_read() {
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    let mut every_version = 0;
    let found = for_each_file(
        "gitlab-advisories-community/gitlab-advisories-community.tar.zst",
        |path, text| {
            if !path.ends_with(".yml") {
                return;
            }
            let advisory: Advisory = serde_saphyr::from_str(text).unwrap();
            let kind = advisory.package_slug.split('/').next().unwrap();
            let ecosystem = match kind {
                "packagist" => Some(Ecosystem::Composer),
                "go" => Some(Ecosystem::Golang),
                other => Ecosystem::from_id(other),
            };
            let syntax = ecosystem.unwrap_or_else(|| panic!("{kind} of {path}")).syntax();
            if advisory.affected_range.is_empty() && syntax != Syntax::Npm {
                every_version += 1;
                return;
            }
            let tally = tallies.entry(kind.to_owned()).or_default();
            tally.read(syntax, &advisory.affected_range, path);
        },
    );
    if !found {
        return;
    }
    let read: usize = tallies.values().map(|tally| tally.read).sum();
    let unread: usize = tallies.values().map(|tally| tally.unread.len()).sum();
    println!("{read} read, {unread} not, {every_version} empty");
    for (kind, tally) in &tallies {
        let broken = BROKEN.iter().filter(|(ecosystem, _)| ecosystem == kind);
        tally.assert_unread(kind, &broken.map(|(_, place)| *place).collect::<Vec<_>>());
    }
    assert!(read + unread + every_version >= 13_581);
    assert_eq!(unread, BROKEN.len());
}
