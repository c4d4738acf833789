//! Samples of OpenVEX, Red Hat's data API, Root and Echo.

use std::time::Instant;

use plimsoll_advisory::model::Status;

use crate::support::{Counts, Watch, each_file};

const SAMPLES: &str = "data/upstream-feed-samples/upstream-feed-samples.tar.zst";

/// What the feeds say of the samples below some directories.
fn samples(directories: &[&str]) -> Option<Watch> {
    let mut watch = Watch::everything();
    let found = each_file(SAMPLES, |path, bytes| {
        if directories.iter().any(|start| path.starts_with(start)) {
            // One of Echo's samples has a name of its own.
            let path = path.replace("echo/valid.json", "echo/data.json");
            watch.read(&path.replace("echo/invalid.json", "echo/data.json"), bytes);
        }
    });
    found.then_some(watch)
}

fn counts(kept: usize, skipped: usize, rejected: usize) -> Counts {
    Counts { kept, skipped, rejected }
}

#[test]
fn openvex() {
    let begun = Instant::now();
    let Some(watch) = samples(&["vunnel/ubuntu/vex", "vunnel/chainguard_libraries"]) else {
        return;
    };
    watch.report("OpenVEX", begun);
    assert_eq!(watch.problems, []);
    assert_eq!(watch.counts("chainguard-vex"), counts(3, 0, 0));
    // What Canonical calls fixed stands in its other feeds, with the version of the fix.
    assert_eq!(watch.counts("ubuntu"), counts(4, 1, 0));
    let all = [(Status::WillNotFix, String::new())];
    assert_eq!(watch.verdicts("ubuntu:22.04", "glibc", "CVE-2016-20013"), all);
    let end = [(Status::EndOfLife, String::new())];
    assert_eq!(watch.verdicts("ubuntu:16.04", "curl", "CVE-2023-38545"), end);
    let curl: Vec<_> = watch
        .affected
        .iter()
        .filter(|one| one.package == "curl" && one.channel.is_some())
        .map(|one| (&*one.namespace, one.status, one.raw_status.as_deref()))
        .collect();
    let clear = |namespace| (namespace, Status::NotAffected, Some("vulnerable_code_not_present"));
    assert_eq!(curl, ["ubuntu:14.04", "ubuntu:16.04", "ubuntu:18.04", "ubuntu:20.04"].map(clear));
    let urllib = watch.affected.iter().find(|one| one.package == "urllib3").unwrap();
    assert_eq!(urllib.namespace, "pypi");
    assert_eq!(urllib.versions, ["1.26.16+cgr.0", "1.26.16+cgr.1"]);
}

#[test]
fn redhat_data_api() {
    let begun = Instant::now();
    let Some(watch) = samples(&[
        "vuln-list-update/redhat/securitydataapi/",
        "vulnerablecode/redhat",
        "vuls-data-update/redhat/cve/",
        "vunnel/rhel/csaf/hydra/",
        "vunnel/rhel/csaf/input/",
        "vunnel/rhel/oval/input/",
    ]) else {
        return;
    };
    watch.report("Red Hat data API", begun);
    assert_eq!(watch.counts("redhat-api"), counts(57, 0, 1));
    // A sample of an id with an underscore, as in a file's name.
    assert_eq!(watch.problems[0].record, "CVE-2024_11255");
    assert_eq!(
        watch.verdicts("redhat:9", "python3.9", "CVE-2024-8088"),
        [
            (Status::Fixed, "3.9.18-3.el9_4.5".to_owned()),
            (Status::Fixed, "3.9.19-8.el9".to_owned())
        ]
    );
    assert_eq!(
        watch.verdicts("redhat", "elasticsearch", "CVE-2019-7614"),
        [(Status::Affected, String::new()), (Status::EndOfLife, String::new())]
    );
    let (_, pidgin) =
        watch.vulnerabilities.iter().find(|(_, one)| one.id == "CVE-2009-2694").unwrap();
    assert_eq!(pidgin.cvss, ["AV:N/AC:L/Au:N/C:P/I:P/A:P"]);
    assert_eq!(pidgin.weaknesses, ["CWE-228", "CWE-119"]);
    assert!(pidgin.title.starts_with("pidgin: insufficient input validation"), "{}", pidgin.title);
}

#[test]
fn root_and_echo() {
    let begun = Instant::now();
    let directories = [
        "vuln-list-update/rootio/",
        "vuls-data-update/rootio/",
        "vuln-list-update/echo/",
        "vuls-data-update/echo/data/",
        "vunnel/echo/",
    ];
    let Some(watch) = samples(&directories) else { return };
    watch.report("Root and Echo", begun);
    // Each has a broken file.
    assert_eq!(watch.counts("rootio"), counts(8, 0, 1));
    assert_eq!(watch.counts("echo"), counts(31, 0, 1));
    assert_eq!(watch.problems.len(), 2, "{:?}", watch.problems);
    let libxml = watch.affected.iter().find(|one| one.package == "libxml2").unwrap();
    assert_eq!(libxml.namespace, "rootio:debian:12");
    assert_eq!(libxml.ranges.len(), 2);
    assert_eq!(libxml.ranges[1].after.as_deref(), Some("2.9.14+dfsg-1.3~deb12u1.root.io.3"));
    assert_eq!(watch.fixed_in("echo", "nginx", "CVE-2021-3618"), ["1.21.0"]);
    let never = [(Status::NotAffected, String::new())];
    assert_eq!(watch.verdicts("echo", "firefox-esr", "CVE-2025-4084"), never);
    let unfixed = [(Status::Affected, String::new())];
    assert_eq!(watch.verdicts("echo", "firefox", "CVE-2025-4091"), unfixed);
}
