//! CSAF, VEX, and the rest of what Red Hat publishes.

use std::time::Instant;

use crate::support::{Watch, each_file};

#[test]
fn csaf_samples() {
    let begun = Instant::now();
    let mut watch = Watch::everything();
    let wanted = [
        "claircore/rhel/",
        "vuln-list-update/redhat/csaf",
        "vuln-list-update/redhat/securitydataapi",
        "vuln-list-update/rootio",
        "vuln-list-update/echo",
        "vulnerablecode/redhat",
        "vuls-data-update/redhat",
        "vuls-data-update/rootio",
        "vuls-data-update/echo",
        "vuls-data-update/ubuntu",
        "vunnel/hummingbird",
        "vunnel/rhel",
        "vunnel/ubuntu/vex",
        "vunnel/chainguard_libraries",
        "vunnel/echo",
    ];
    each_file("data/upstream-feed-samples/upstream-feed-samples.tar.zst", |path, bytes| {
        if !wanted.iter().any(|w| path.contains(w)) {
            return;
        }
        let before = watch.affected_total;
        let c: usize = watch.counts.values().map(|c| c.rejected).sum();
        let p = watch.problems.len();
        let f =
            plimsoll_advisory::feed::detect(path, &bytes[..bytes.len().min(4096)]).map(|f| f.id);
        if !watch.read(path, bytes) {
            println!("no feed: {path}");
            return;
        }
        let c2: usize = watch.counts.values().map(|c| c.rejected).sum();
        println!(
            "{path} {f:?} {} -> {} rejected {}",
            bytes.len(),
            watch.affected_total - before,
            c2 - c
        );
        for p in watch.problems[p..].iter().take(4) {
            println!("    {p:?}");
        }
    });
    each_file("data/oval-documents/redhat-photon-oval.tar.zst", |path, bytes| {
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
}
