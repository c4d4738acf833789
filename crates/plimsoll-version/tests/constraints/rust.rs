//! RustSec's advisories: `patched`, `unaffected`, and the versions of affected functions.

use std::collections::BTreeMap;

use plimsoll_version::constraint::complement;
use plimsoll_version::{Scheme, Syntax};
use serde::Deserialize;

use crate::support::{Tally, for_each_file};

#[derive(Deserialize)]
struct Advisory {
    versions: Versions,
    #[serde(default)]
    affected: Affected,
}

#[derive(Deserialize)]
struct Versions {
    patched: Vec<String>,
    #[serde(default)]
    unaffected: Vec<String>,
}

#[derive(Deserialize, Default)]
struct Affected {
    #[serde(default)]
    functions: BTreeMap<String, Vec<String>>,
}

#[test]
fn every_requirement_can_be_read() {
    let mut tally = Tally::default();
    let mut affected = 0;
    let mut files = 0;
    let found = for_each_file("rustsec/rustsec-advisory-db.tar.zst", |path, text| {
        let Some(front) = text.strip_prefix("```toml\n") else { return };
        files += 1;
        let front = front.split_once("\n```").unwrap().0;
        let advisory: Advisory = toml::from_str(front).unwrap();
        let mut good = Vec::new();
        for text in advisory.versions.patched.iter().chain(&advisory.versions.unaffected) {
            good.extend(tally.read(Syntax::Cargo, text, path));
        }
        affected += usize::from(!complement(Scheme::Semver, &good).is_empty());
        for text in advisory.affected.functions.values().flatten() {
            tally.read(Syntax::Cargo, text, path);
        }
    });
    if !found {
        return;
    }
    println!("{affected} of {files} advisories affect a version");
    tally.assert_unread("RustSec", &[]);
    assert_eq!(affected, files);
    assert!(tally.read >= 1_955);
}
