//! RubySec's advisories: `patched_versions` and `unaffected_versions`.

use plimsoll_version::constraint::complement;
use plimsoll_version::{Scheme, Syntax};
use serde::Deserialize;

use crate::support::{Tally, for_each_file};

#[derive(Deserialize)]
struct Advisory {
    #[serde(default)]
    patched_versions: Vec<String>,
    #[serde(default)]
    unaffected_versions: Vec<String>,
}

#[test]
fn every_requirement_can_be_read() {
    let mut tally = Tally::default();
    let mut affected = 0;
    let mut files = 0;
    let found = for_each_file("ruby-advisory-db/ruby-advisory-db.tar.zst", |path, text| {
        if !path.ends_with(".yml") {
            return;
        }
        files += 1;
        let advisory: Advisory = serde_saphyr::from_str(text).unwrap();
        let mut good = Vec::new();
        for text in advisory.patched_versions.iter().chain(&advisory.unaffected_versions) {
            good.extend(tally.read(Syntax::Ruby, text, path));
        }
        affected += usize::from(!complement(Scheme::RubyGems, &good).is_empty());
    });
    if !found {
        return;
    }
    println!("{affected} of {files} advisories affect a version");
    tally.assert_unread("RubySec", &[]);
    // Two contradict themselves: what they call unaffected and patched is everything.
    assert_eq!(files - affected, 2);
    assert!(tally.read >= 2_571);
}
