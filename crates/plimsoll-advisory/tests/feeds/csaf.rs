//! CSAF, VEX, and the rest of what Red Hat publishes.

use std::time::Instant;

use crate::support::{Watch, each_file};

#[test]
fn csaf_harvest() {
    let begun = Instant::now();
    let mut watch = Watch::of(&["CVE-2024-7348", "CVE-2024-6923"]);
    each_file("data/csaf-harvest/csaf-harvest.tar.zst", |path, bytes| {
        let before = watch.affected_total;
        let p = watch.problems.len();
        if !watch.read(path, bytes) {
            println!("no feed: {path}");
            return;
        }
        println!("{path} {} -> {}", bytes.len(), watch.affected_total - before);
        for p in watch.problems[p..].iter().take(4) {
            println!("    {p:?}");
        }
    });
    watch.report("CSAF", begun);
    println!("{:?}", watch.covered);
    for a in &watch.affected {
        println!(
            "{} {} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
            a.namespace,
            a.package,
            a.status,
            a.raw_status,
            a.ranges.first().and_then(|r| r.fixed.clone()),
            a.versions,
            a.modularity,
            a.channel,
            a.architectures,
            a.cpes,
            a.advisories,
            a.severity
        );
    }
}
