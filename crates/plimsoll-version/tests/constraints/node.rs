//! The Node.js security working group's advisories, for npm packages and for Node.js itself.

use plimsoll_version::Syntax;
use serde::Deserialize;

use crate::support::{Tally, for_each_file};

#[derive(Deserialize)]
struct Advisory {
    #[serde(alias = "vulnerable")]
    vulnerable_versions: Option<String>,
    #[serde(alias = "patched")]
    patched_versions: Option<String>,
}

#[test]
fn every_range_can_be_read() {
    let mut tally = Tally::default();
    let found = for_each_file("nodejs-security-wg/nodejs-security-wg.tar.zst", |path, text| {
        if !path.ends_with(".json") {
            return;
        }
        let Ok(advisory) = serde_json::from_str::<Advisory>(text) else {
            panic!("{path}");
        };
        for range in [advisory.vulnerable_versions, advisory.patched_versions].iter().flatten() {
            tally.read(Syntax::Npm, range, path);
        }
    });
    if found {
        tally.assert_unread("Node.js working group", &[]);
        assert!(tally.read >= 1_221);
    }
}
