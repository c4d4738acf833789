//! AlmaLinux and Azure Linux.

use std::time::Instant;

use plimsoll_advisory::model::{Severity, Status};

use crate::support::{Watch, each_file};

#[test]
fn almalinux() {
    let begun = Instant::now();
    let mut watch = Watch::of(&[
        "CVE-2022-3602",
        "CVE-2024-6387",
        "CVE-2021-3156",
        "CVE-2019-5736",
        "CVE-2021-4034",
    ]);
    let (mut security, mut others) = (0, 0);
    let found = each_file("data/almalinux-osv/almalinux-osv.tar.zst", |path, bytes| {
        if watch.read(path, bytes) {
            if path.contains("/ALSA-") { security += 1 } else { others += 1 }
        } else {
            assert!(!path.ends_with(".json"), "{path} has no feed");
        }
    });
    if !found {
        return;
    }
    watch.report("AlmaLinux", begun);
    let counts = watch.counts("alma");
    assert_eq!(counts.all(), security + others);
    assert_eq!(counts.rejected, 0);
    assert_eq!((security, others), (4480, 1200));
    // Three errata that are no security errata fix a CVE all the same.
    assert_eq!(counts.kept, security + 3);
    assert_eq!(watch.covered.iter().collect::<Vec<_>>(), ["alma:10", "alma:8", "alma:9"]);
    assert_eq!(watch.fixed_in("alma:9", "openssl", "CVE-2022-3602"), ["1:3.0.1-43.el9_0"]);
    assert_eq!(watch.fixed_in("alma:9", "openssl-libs", "CVE-2022-3602"), ["1:3.0.1-43.el9_0"]);
    assert_eq!(watch.fixed_in("alma:9", "openssh", "CVE-2024-6387"), ["8.7p1-38.el9_4.1"]);
    assert_eq!(watch.fixed_in("alma:8", "polkit", "CVE-2021-4034"), ["0.115-13.el8_5.2"]);
    let openssl =
        watch.affected.iter().find(|record| record.vulnerability == "CVE-2022-3602").unwrap();
    assert_eq!(openssl.severity, Some(Severity::High));
    assert_eq!(openssl.advisories, ["ALSA-2022:7288"]);
    let (_, described) =
        watch.vulnerabilities.iter().find(|(_, one)| one.id == "CVE-2022-3602").unwrap();
    assert_eq!(described.title, "OpenSSL: X.509 Email Address Buffer Overflow");
    let umount = watch
        .affected
        .iter()
        .find(|record| record.vulnerability == "CVE-2019-5736" && record.package == "oci-umount");
    let stream = umount.unwrap().modularity.as_deref().unwrap();
    assert!(stream.starts_with("container-tools:"), "{stream}");
}

#[test]
fn azure_linux() {
    let begun = Instant::now();
    let mut watch = Watch::of(&["CVE-2024-47191", "CVE-2023-44487", "CVE-2024-45773"]);
    let mut definitions = 0;
    let found = each_file("data/azurelinux-oval/azurelinux-oval.tar.zst", |path, bytes| {
        let text = std::str::from_utf8(bytes).unwrap();
        definitions += text.matches("<definition ").count();
        assert_eq!(watch.read(path, bytes), path.ends_with(".xml"), "{path}");
    });
    if !found {
        return;
    }
    watch.report("Azure Linux", begun);
    let counts = watch.counts("azure");
    assert_eq!(counts.all(), definitions);
    assert_eq!(definitions, 1222 + 2252 + 2436);
    assert_eq!(counts.rejected, 0);
    assert_eq!(watch.statuses[&Status::Fixed], 1221 + 2048 + 2144);
    assert_eq!(watch.statuses[&Status::NotAffected], 1 + 78 + 132);
    assert_eq!(watch.statuses[&Status::Affected], 126 + 160);
    assert_eq!(
        watch.fixed_in("azurelinux:3.0", "oath-toolkit", "CVE-2024-47191"),
        ["0:2.6.7-3.azl3"]
    );
    assert_eq!(
        watch.verdicts("cbl-mariner:2.0", "nghttp2", "CVE-2023-44487"),
        [(Status::NotAffected, String::new())]
    );
    assert_eq!(
        watch.covered.iter().collect::<Vec<_>>(),
        ["azurelinux:3.0", "cbl-mariner:1.0", "cbl-mariner:2.0"]
    );
}
