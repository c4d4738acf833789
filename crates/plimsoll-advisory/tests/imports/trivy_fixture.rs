//! A `trivy.db` with every kind of bucket, and what must come of each record.

use plimsoll_bolt::Tree;

/// Path of a record, its JSON, and the statements that it must become.
pub(crate) struct Record {
    pub(crate) path: &'static [&'static str],
    pub(crate) json: &'static str,
    pub(crate) rows: &'static [&'static str],
}

/// Source of each root bucket.
pub(crate) const SOURCES: &[(&str, &str)] = &[
    (
        "alpine 3.10",
        r#"{"ID":"alpine","Name":"Alpine Secdb","URL":"https://secdb.alpinelinux.org/"}"#,
    ),
    (
        "debian 9",
        r#"{"ID":"debian","Name":"Debian Security Tracker","URL":"https://salsa.debian.org/"}"#,
    ),
    (
        "ubuntu 18.04",
        r#"{"ID":"ubuntu","Name":"Ubuntu CVE Tracker","URL":"https://git.launchpad.net/ubuntu-cve-tracker"}"#,
    ),
    (
        "Red Hat",
        r#"{"ID":"redhat","Name":"Red Hat OVAL v2","URL":"https://www.redhat.com/security/data/oval/v2/"}"#,
    ),
    (
        "rocky 8",
        r#"{"ID":"rocky","Name":"Rocky Linux updateinfo","URL":"https://download.rockylinux.org/"}"#,
    ),
    (
        "Oracle Linux 8",
        r#"{"ID":"oracle-oval","Name":"Oracle Linux OVAL definitions","URL":"https://linux.oracle.com/"}"#,
    ),
    (
        "pip::GitHub Security Advisory pip",
        r#"{"ID":"ghsa","Name":"GitHub Security Advisory pip","URL":"https://github.com/advisories"}"#,
    ),
    (
        "rubygems::Ruby Advisory Database",
        r#"{"ID":"ruby-advisory-db","Name":"Ruby Advisory Database","URL":"https://github.com/rubysec/ruby-advisory-db"}"#,
    ),
    (
        "root.io debian 12",
        r#"{"ID":"rootio","Name":"Root.io","URL":"https://root.io","BaseID":"debian"}"#,
    ),
];

macro_rules! records {
    ($($root:literal / $package:literal / $id:literal : $json:literal => [$($row:literal),* $(,)?];)*) => {
        /// Records about packages.
        pub(crate) const RECORDS: &[Record] = &[$(Record {
            path: &[$root, $package, $id],
            json: $json,
            rows: &[$($row),*],
        }),*];
    };
}

records! {
    "alpine 3.10" / "openssl" / "CVE-2019-1549": r#"{"FixedVersion":"1.1.1d-r0"}"# =>
        ["alpine alpine:3.10 openssl CVE-2019-1549 fixed [<1.1.1d-r0]"];
    "alpine 3.10" / "musl" / "CVE-2000-0001": r#"{"FixedVersion":"0"}"# =>
        ["alpine alpine:3.10 musl CVE-2000-0001 not_affected []"];
    "debian 9" / "bash" / "CVE-2019-18276": r#"{"Severity":1,"Status":7}"# =>
        ["debian debian:9 bash CVE-2019-18276 end_of_life [] raw=end_of_life severity=LOW"];
    "debian 9" / "openssl" / "CVE-2019-1563": r#"{"FixedVersion":"1.1.0l-1~deb9u1","VendorIDs":["DSA-4539-1"]}"# =>
        ["debian debian:9 openssl CVE-2019-1563 fixed [<1.1.0l-1~deb9u1] advisories=DSA-4539-1"];
    "ubuntu 18.04" / "bash" / "CVE-2019-18276": r#"{}"# =>
        ["ubuntu ubuntu:18.04 bash CVE-2019-18276 affected []"];
    "ubuntu 16.04-ESM" / "bash" / "CVE-2019-18276": r#"{"FixedVersion":"4.3-14ubuntu1.4+esm1"}"# =>
        ["ubuntu ubuntu:16.04 bash CVE-2019-18276 fixed [<4.3-14ubuntu1.4+esm1] channel=esm"];
    "rocky 8" / "openssl-libs" / "CVE-2021-3712": r#"{"FixedVersion":"1:1.1.1k-5.el8_5","Entries":[{"FixedVersion":"1:1.1.1k-5.el8_5","Arches":["x86_64"],"VendorIDs":["RLSA-2021:4647"]},{"FixedVersion":"1:1.1.1k-6.el8_5","Arches":["aarch64"],"VendorIDs":["RLSA-2021:4648"]}]}"# => [
        "rocky rocky:8 openssl-libs CVE-2021-3712 fixed [<1:1.1.1k-5.el8_5] advisories=RLSA-2021:4647 arches=x86_64",
        "rocky rocky:8 openssl-libs CVE-2021-3712 fixed [<1:1.1.1k-6.el8_5] advisories=RLSA-2021:4648 arches=aarch64",
    ];
    "Oracle Linux 8" / "nodejs:12::npm" / "CVE-2021-22930": r#"{"FixedVersion":"1:6.14.14","Entries":[{"FixedVersion":"1:6.14.14-1.12.22.5.1.module+el8.4.0+1","VendorIDs":["ELSA-2021-3623"]}]}"# =>
        ["oracle-oval oracle:8 npm CVE-2021-22930 fixed [<1:6.14.14-1.12.22.5.1.module+el8.4.0+1] advisories=ELSA-2021-3623 module=nodejs:12"];
    "Oracle Linux 8" / "openssl" / "CVE-2021-3712": r#"{"Entries":[{"FixedVersion":"1:1.1.1k-5.ksplice1.el8","VendorIDs":["ELSA-2021-1"]}]}"# =>
        ["oracle-oval oracle:8 openssl CVE-2021-3712 fixed [<1:1.1.1k-5.ksplice1.el8] advisories=ELSA-2021-1 channel=ksplice"];
    "amazon linux 2" / "curl" / "CVE-2018-14618": r#"{"FixedVersion":"7.61.1-1.amzn2.0.1"}"# =>
        ["amazon-linux amazon:2 curl CVE-2018-14618 fixed [<7.61.1-1.amzn2.0.1]"];
    "alma 8" / "dnsmasq" / "CVE-2020-25681": r#"{"FixedVersion":"2.79-13.el8_3.1","VendorIDs":["ALSA-2021:0150"]}"# =>
        ["alma alma:8 dnsmasq CVE-2020-25681 fixed [<2.79-13.el8_3.1] advisories=ALSA-2021:0150"];
    "SUSE Linux Enterprise 15.1" / "libopenssl1_1" / "SUSE-SU-2019:0777-1": r#"{"FixedVersion":"1.1.0i-14.3.1"}"# =>
        ["suse-linux-enterprise sles:15.1 libopenssl1_1 SUSE-SU-2019:0777-1 fixed [<1.1.0i-14.3.1]"];
    "openSUSE Leap 15.1" / "bind" / "openSUSE-SU-2019:1533-1": r#"{"FixedVersion":"9.11.2-lp151.11.3.1"}"# =>
        ["opensuse-leap opensuse-leap:15.1 bind openSUSE-SU-2019:1533-1 fixed [<9.11.2-lp151.11.3.1]"];
    "Photon OS 3.0" / "curl" / "CVE-2019-5481": r#"{"FixedVersion":"7.61.1-5.ph3"}"# =>
        ["photon-os photon:3.0 curl CVE-2019-5481 fixed [<7.61.1-5.ph3]"];
    "Azure Linux 3.0" / "php" / "CVE-2023-0568": r#"{"FixedVersion":"0:8.3.6-1.azl3"}"# =>
        ["azure-linux azurelinux:3.0 php CVE-2023-0568 fixed [<0:8.3.6-1.azl3]"];
    "CBL-Mariner 2.0" / "vim" / "CVE-2022-0261": r#"{"FixedVersion":"0:8.2.4081-1.cm2","Severity":3}"# =>
        ["cbl-mariner cbl-mariner:2.0 vim CVE-2022-0261 fixed [<0:8.2.4081-1.cm2] severity=HIGH"];
    "bottlerocket" / "containerd" / "CVE-2023-1": r#"{"FixedVersion":"1.6.1-1"}"# =>
        ["bottlerocket bottlerocket containerd CVE-2023-1 fixed [<1.6.1-1]"];
    "wolfi" / "curl" / "CVE-2023-38545": r#"{"FixedVersion":"8.4.0-r0"}"# =>
        ["wolfi wolfi curl CVE-2023-38545 fixed [<8.4.0-r0]"];
    "chainguard" / "curl" / "CVE-2023-38545": r#"{"FixedVersion":"8.4.0-r0"}"# =>
        ["chainguard chainguard curl CVE-2023-38545 fixed [<8.4.0-r0]"];
    "minimos" / "curl" / "CVE-2023-38545": r#"{"FixedVersion":"8.4.0-r1"}"# =>
        ["minimos minimos curl CVE-2023-38545 fixed [<8.4.0-r1]"];
    "echo" / "curl" / "CVE-2023-38545": r#"{"FixedVersion":"7.88.1-10+e1"}"# =>
        ["echo echo curl CVE-2023-38545 fixed [<7.88.1-10+e1]"];
    "archlinux" / "curl" / "CVE-2023-38545": r#"{"AffectedVersion":"7.69.0-1","FixedVersion":"8.4.0-1","Severity":3}"# =>
        ["archlinux arch curl CVE-2023-38545 fixed [>=7.69.0-1 <8.4.0-1] severity=HIGH"];
    "Red Hat" / "bash" / "CVE-2019-18276": r#"{"Entries":[{"Affected":[596,869],"Cves":[{"Severity":1}],"Arches":["x86_64"],"Status":5}]}"# => [
        "redhat redhat:7 bash CVE-2019-18276 will_not_fix [] raw=will_not_fix severity=LOW arches=x86_64 cpes=cpe:/o:redhat:enterprise_linux:7::server",
        "redhat redhat:8 bash CVE-2019-18276 will_not_fix [] raw=will_not_fix severity=LOW arches=x86_64 cpes=cpe:/o:redhat:enterprise_linux:8::baseos",
    ];
    "Red Hat" / "openssl" / "RHSA-2019:2304": r#"{"Entries":[{"FixedVersion":"1:1.0.2k-19.el7","Affected":[869,7000],"Cves":[{"ID":"CVE-2018-0734","Severity":1},{"ID":"CVE-2019-1559","Severity":2}]}]}"# => [
        "redhat redhat:7 openssl CVE-2018-0734 fixed [<1:1.0.2k-19.el7] advisories=RHSA-2019:2304 severity=LOW cpes=cpe:/o:redhat:enterprise_linux:7::server,trivy-db:7000",
        "redhat redhat:7 openssl CVE-2019-1559 fixed [<1:1.0.2k-19.el7] advisories=RHSA-2019:2304 severity=MEDIUM cpes=cpe:/o:redhat:enterprise_linux:7::server,trivy-db:7000",
    ];
    "Red Hat" / "nodejs:12::npm" / "RHSA-2020:0598": r#"{"Entries":[{"FixedVersion":"1:6.13.4-1.12.16.1.module+el8.1.0+1","Affected":[596],"Cves":[{"ID":"CVE-2019-16776","Severity":3}]}]}"# =>
        ["redhat redhat:8 npm CVE-2019-16776 fixed [<1:6.13.4-1.12.16.1.module+el8.1.0+1] advisories=RHSA-2020:0598 severity=HIGH module=nodejs:12 cpes=cpe:/o:redhat:enterprise_linux:8::baseos"];
    "pip::GitHub Security Advisory pip" / "werkzeug" / "CVE-2019-14806": r#"{"PatchedVersions":["0.15.3"],"VulnerableVersions":["< 0.15.3"],"VendorIDs":["GHSA-gq9m-qvpx-68hc"]}"# =>
        ["ghsa pypi werkzeug CVE-2019-14806 fixed [<0.15.3] advisories=GHSA-gq9m-qvpx-68hc"];
    "maven::GitHub Security Advisory Maven" / "org.apache.logging.log4j:log4j-core" / "CVE-2021-44228": r#"{"PatchedVersions":["2.15.0","2.3.1"],"VulnerableVersions":[">= 2.4.0, < 2.15.0","< 2.3.1"]}"# =>
        ["maven-github-security-advisory-maven maven org.apache.logging.log4j:log4j-core CVE-2021-44228 fixed [>=2.4.0 <2.15.0 or <2.3.1]"];
    "npm::GitHub Security Advisory npm" / "lodash" / "CVE-2019-10744": r#"{"PatchedVersions":["4.17.12"],"VulnerableVersions":["< 4.17.12"],"Severity":4}"# =>
        ["npm-github-security-advisory-npm npm lodash CVE-2019-10744 fixed [<4.17.12] severity=CRITICAL"];
    "composer::PHP Security Advisories Database" / "symfony/symfony" / "CVE-2019-10909": r#"{"VulnerableVersions":[">=2.7.0,<2.7.51"]}"# =>
        ["composer-php-security-advisories-database composer symfony/symfony CVE-2019-10909 affected [>=2.7.0 <2.7.51]"];
    "go::Go Vulnerability Database" / "github.com/gin-gonic/gin" / "CVE-2020-28483": r#"{"PatchedVersions":["1.7.7"],"VulnerableVersions":["< 1.7.7"]}"# =>
        ["go-go-vulnerability-database golang github.com/gin-gonic/gin CVE-2020-28483 fixed [<1.7.7]"];
    "nuget::GitHub Security Advisory NuGet" / "newtonsoft.json" / "CVE-2024-21907": r#"{"PatchedVersions":["13.0.1"],"VulnerableVersions":["< 13.0.1"]}"# =>
        ["nuget-github-security-advisory-nuget nuget newtonsoft.json CVE-2024-21907 fixed [<13.0.1]"];
    "rubygems::Ruby Advisory Database" / "activesupport" / "CVE-2020-8165": r#"{"PatchedVersions":["~> 5.2.4, >= 5.2.4.3",">= 6.0.3.1"],"UnaffectedVersions":["< 4.0.0"]}"# =>
        ["ruby-advisory-db gem activesupport CVE-2020-8165 fixed [>=4.0.0 <5.2.4.3 or >=5.3.A <6.0.3.1]"];
    "cargo::GitHub Security Advisory Rust" / "smallvec" / "CVE-2021-25900": r#"{"PatchedVersions":["0.6.14","1.6.1"],"VulnerableVersions":[">= 0.6.3, < 0.6.14",">= 1.0.0, < 1.6.1"]}"# =>
        ["cargo-github-security-advisory-rust cargo smallvec CVE-2021-25900 fixed [>=0.6.3 <0.6.14 or >=1.0.0 <1.6.1]"];
    "erlang::GitHub Security Advisory Erlang" / "plug" / "CVE-2018-1000883": r#"{"PatchedVersions":["1.3.5"],"VulnerableVersions":["< 1.3.5"]}"# =>
        ["erlang-github-security-advisory-erlang hex plug CVE-2018-1000883 fixed [<1.3.5]"];
    "pub::GitHub Security Advisory Pub" / "dio" / "CVE-2021-31402": r#"{"PatchedVersions":["5.0.0"],"VulnerableVersions":["< 5.0.0"]}"# =>
        ["pub-github-security-advisory-pub pub dio CVE-2021-31402 fixed [<5.0.0]"];
    "swift::GitHub Security Advisory Swift" / "github.com/apple/swift-nio" / "CVE-2022-3215": r#"{"PatchedVersions":["2.29.1"],"VulnerableVersions":[">= 2.0.0, <= 2.29.0"]}"# =>
        ["swift-github-security-advisory-swift swift github.com/apple/swift-nio CVE-2022-3215 fixed [>=2.0.0 <2.29.1 <=2.29.0]"];
    "cocoapods::GitHub Security Advisory Cocoapods" / "Alamofire" / "CVE-2020-1": r#"{"VulnerableVersions":["= 1.0.0"]}"# =>
        ["cocoapods-github-security-advisory-cocoapods cocoapods Alamofire CVE-2020-1 affected [>=1.0.0 <=1.0.0]"];
    "conan::GitLab Advisory Database Community" / "bzip2" / "CVE-2019-12900": r#"{"PatchedVersions":["1.0.8"],"VulnerableVersions":["<1.0.7"]}"# =>
        ["conan-gitlab-advisory-database-community conan bzip2 CVE-2019-12900 fixed [<1.0.7]"];
    "julia::Julia Ecosystem Security Advisories" / "HTTP" / "CVE-2025-52479": r#"{"PatchedVersions":["1.10.17"],"VulnerableVersions":[">=0.9.2, <1.10.17"]}"# =>
        ["julia-julia-ecosystem-security-advisories julia HTTP CVE-2025-52479 fixed [>=0.9.2 <1.10.17]"];
    "bitnami::Bitnami Vulnerability Database" / "wordpress" / "CVE-2023-2745": r#"{"PatchedVersions":["6.2.1"],"VulnerableVersions":["<6.2.1"]}"# =>
        ["bitnami-bitnami-vulnerability-database bitnami wordpress CVE-2023-2745 fixed [<6.2.1]"];
    "k8s::Official Kubernetes CVE Feed" / "k8s.io/kubelet" / "CVE-2023-2431": r#"{"PatchedVersions":["1.24.14"],"VulnerableVersions":["<1.24.14"]}"# =>
        ["k8s-official-kubernetes-cve-feed k8s k8s.io/kubelet CVE-2023-2431 fixed [<1.24.14]"];
    "rapidfort ubuntu 22.04" / "curl" / "CVE-2023-38545": r#"{"VulnerableVersions":["< 7.81.0-1ubuntu1.14+rf1"],"PatchedVersions":["7.81.0-1ubuntu1.14+rf1"]}"# =>
        ["rapidfort-ubuntu rapidfort:ubuntu:22.04 curl CVE-2023-38545 fixed [<7.81.0-1ubuntu1.14+rf1]"];
    "root.io debian 12" / "curl" / "CVE-2023-38545": r#"{"VulnerableVersions":["<7.88.1-10+deb12u4.root.io.1"],"PatchedVersions":["7.88.1-10+deb12u4.root.io.1"]}"# =>
        ["rootio root.io:debian:12 curl CVE-2023-38545 fixed [<7.88.1-10+deb12u4.root.io.1]"];
    "seal pip::Seal Security Database" / "PyYAML" / "CVE-2020-14343": r#"{"VulnerableVersions":[">=5.1, <5.3.1+sp1"],"PatchedVersions":["5.3.1+sp1"]}"# =>
        ["seal-pip-seal-security-database seal:pypi pyyaml CVE-2020-14343 fixed [>=5.1 <5.3.1+sp1]"];
    "seal Red Hat 6" / "openssl" / "CVE-2016-2108": r#"{"VulnerableVersions":["<1.0.1e-58.sp2.el6"],"PatchedVersions":["1.0.1e-58.sp2.el6"]}"# =>
        ["seal-red-hat seal:redhat:6 openssl CVE-2016-2108 fixed [<1.0.1e-58.sp2.el6]"];
}

/// Values besides those about packages.
pub(crate) const OTHERS: &[(&[&str], &str)] = &[
    (
        &["vulnerability", "CVE-2019-1549"],
        r#"{"Title":"openssl: information disclosure in fork()","Description":"OpenSSL 1.1.1 introduced a rewritten random number generator.","Severity":"MEDIUM","CweIDs":["CWE-330"],"VendorSeverity":{"nvd":2,"redhat":1},"CVSS":{"nvd":{"V2Vector":"AV:N/AC:L/Au:N/C:P/I:N/A:N","V3Vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N","V2Score":5,"V3Score":5.3},"ghsa":{"V40Vector":"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N","V40Score":6.9}},"References":["https://example.org/1"],"PublishedDate":"2019-09-10T17:15:00Z","LastModifiedDate":"2020-10-20T22:15:00Z"}"#,
    ),
    (
        &["vulnerability", "SUSE-SU-2019:0777-1"],
        r#"{"Title":"Security update for openssl","References":null}"#,
    ),
    (&["Red Hat CPE", "cpe", "596"], r#""cpe:/o:redhat:enterprise_linux:8::baseos""#),
    (&["Red Hat CPE", "cpe", "869"], r#""cpe:/o:redhat:enterprise_linux:7::server""#),
    (&["Red Hat CPE", "repository", "rhel-7-server-rpms"], "[869]"),
    (&["Red Hat CPE", "nvr", "ubi7-container-7.7-140-x86_64"], "[869,7001]"),
];

/// The whole file's content.
pub(crate) fn tree() -> Tree {
    let mut tree = Tree::default();
    for (root, json) in SOURCES {
        tree.bucket("data-source").put(*root, *json);
    }
    let records = RECORDS.iter().map(|record| (record.path, record.json));
    for (path, json) in records.chain(OTHERS.iter().copied()) {
        let (key, buckets) = path.split_last().unwrap();
        let bucket = buckets.iter().fold(&mut tree, |tree, name| tree.bucket(*name));
        bucket.put(*key, json);
    }
    tree
}
