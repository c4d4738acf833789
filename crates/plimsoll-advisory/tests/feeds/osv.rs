//! OSV records of all databases at hand.

use std::collections::BTreeSet;
use std::time::Instant;

use crate::support::{Watch, each_file};

fn read(archive: &str, title: &str) -> Option<Watch> {
    let begun = Instant::now();
    let mut watch = Watch::of(&[]);
    let mut passed = BTreeSet::new();
    let found = each_file(&format!("data/{archive}"), |path, bytes| {
        if !watch.read(path, bytes) {
            passed.insert(path.to_owned());
        }
    });
    watch.report(title, begun);
    for path in passed.iter().take(40) {
        println!("    passed over: {path}");
    }
    found.then_some(watch)
}

#[test]
fn osv_all() {
    for (a, t) in [
        ("go-vulndb/go-vulndb.tar.zst", "go"),
        ("rustsec/rustsec-advisory-db.tar.zst", "rustsec"),
        ("pypa-advisory-db/pypa-advisory-db.tar.zst", "pypa"),
        ("osv-harvest/osv-harvest.tar.zst", "harvest"),
        ("ossf-malicious-packages/ossf-malicious-packages.tar.zst", "mal"),
        ("bitnami-vulndb/bitnami-vulndb.tar.zst", "bitnami"),
        ("k8s-cves/k8s-cves.tar.zst", "k8s"),
    ] {
        read(a, t);
    }
}
