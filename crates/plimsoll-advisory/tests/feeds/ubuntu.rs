//! Ubuntu's CVE tracker.

use std::time::Instant;

use plimsoll_advisory::model::{Severity, Status};

use crate::support::{Watch, each_file};

#[test]
fn tracker() {
    let begun = Instant::now();
    let mut watch = Watch::of(&[
        "CVE-2022-0778",
        "CVE-2021-3156",
        "CVE-2016-2781",
        "CVE-2023-4911",
        "CVE-2014-0160",
    ]);
    let mut files = 0;
    let found = each_file("data/ubuntu-cve-tracker/ubuntu-cve-tracker.tar.zst", |path, bytes| {
        let is_record = path.contains("active/CVE-") || path.contains("retired/CVE-");
        files += usize::from(is_record);
        assert_eq!(watch.read(path, bytes), is_record, "{path}");
    });
    if !found {
        return;
    }
    watch.report("Ubuntu", begun);
    let counts = watch.counts("ubuntu");
    assert_eq!(files, 46_773);
    assert_eq!(counts.all(), files);
    assert!(counts.rejected < 300, "{counts:?}");
    assert_eq!(watch.fixed_in("ubuntu:20.04", "openssl", "CVE-2022-0778"), ["1.1.1f-1ubuntu2.12"]);
    assert_eq!(watch.fixed_in("ubuntu:22.04", "glibc", "CVE-2023-4911"), ["2.35-0ubuntu3.4"]);
    assert_eq!(watch.fixed_in("ubuntu:18.04", "sudo", "CVE-2021-3156"), ["1.8.21p2-3ubuntu1.4"]);
    assert_eq!(watch.fixed_in("ubuntu:12.04", "openssl", "CVE-2014-0160"), ["1.0.1-4ubuntu5.12"]);
    let esm = watch.affected.iter().find(|record| {
        record.namespace == "ubuntu:14.04"
            && record.package == "sudo"
            && record.channel.is_some()
            && record.vulnerability == "CVE-2021-3156"
    });
    let esm = esm.unwrap();
    assert_eq!((esm.channel.as_deref(), esm.status), (Some("esm-infra"), Status::Fixed));
    assert_eq!(esm.severity, Some(Severity::High));
    assert!(watch.statuses.values().all(|count| *count > 1000), "{:?}", watch.statuses);
    let nvd = watch
        .vulnerabilities
        .iter()
        .find(|(source, one)| source == "nvd" && one.id == "CVE-2022-0778");
    assert_eq!(nvd.unwrap().1.cvss, ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"]);
}
