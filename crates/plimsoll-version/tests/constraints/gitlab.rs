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
        tally.assert_unread(kind, &[]);
    }
}
