//! FriendsOfPHP's advisories: `versions` of each branch, which must hold together.

use std::collections::BTreeMap;

use plimsoll_version::Syntax;
use serde::Deserialize;

use crate::support::{Tally, for_each_file};

#[derive(Deserialize)]
struct Advisory {
    branches: BTreeMap<String, Branch>,
}

#[derive(Deserialize)]
struct Branch {
    versions: Vec<String>,
}

#[test]
fn every_branch_can_be_read() {
    let mut tally = Tally::default();
    let found = for_each_file("php-security-advisories/friendsofphp.tar.zst", |path, text| {
        if !path.ends_with(".yaml") {
            return;
        }
        let advisory: Advisory = serde_saphyr::from_str(text).unwrap();
        for branch in advisory.branches.values() {
            tally.read(Syntax::Composer, &branch.versions.join(","), path);
        }
    });
    if found {
        tally.assert_unread("FriendsOfPHP", &[]);
        assert!(tally.read >= 5_682);
    }
}
