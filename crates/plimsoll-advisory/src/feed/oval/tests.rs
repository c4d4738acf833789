//! The reader and the dialects over it, on definitions of our own.

use super::super::testing::{Memory, read};
use crate::model::{Severity, Status};

/// A file with one definition, whose tests are written as `package operation version`.
struct File<'a> {
    product: &'a str,
    definition: &'a str,
    metadata: &'a str,
    criteria: &'a str,
    /// Number, element, package, operation, version, architectures.
    tests: &'a [(u32, &'a str, &'a str, &'a str, &'a str)],
}

impl File<'_> {
    fn text(&self) -> String {
        let tests: String = self
            .tests
            .iter()
            .map(|(n, kind, _, operation, _)| {
                let state = match *operation {
                    "" => String::new(),
                    _ => format!(r#"<state state_ref="ste:{n}"/>"#),
                };
                format!(
                    r#"<{kind}_test id="tst:{n}" check="at least one"><object object_ref="obj:{n}"/>{state}</{kind}_test>"#
                )
            })
            .collect();
        let objects: String = self
            .tests
            .iter()
            .map(|(n, kind, package, ..)| {
                format!(r#"<{kind}_object id="obj:{n}"><name>{package}</name></{kind}_object>"#)
            })
            .collect();
        let states: String = self
            .tests
            .iter()
            .map(|(n, kind, _, operation, version)| {
                format!(
                    r#"<{kind}_state id="ste:{n}"><arch operation="pattern match">(aarch64|x86_64)</arch><evr operation="{operation}">{version}</evr></{kind}_state>"#
                )
            })
            .collect();
        format!(
            r#"<oval_definitions><generator><oval:product_name>{}</oval:product_name><oval:timestamp>2024-05-06T07:08:09</oval:timestamp></generator>
            <definitions><definition {}><metadata>{}</metadata>{}</definition></definitions>
            <tests>{tests}</tests><objects>{objects}</objects><states>{states}</states></oval_definitions>"#,
            self.product, self.definition, self.metadata, self.criteria
        )
    }

    fn read(&self, path: &str) -> Memory {
        read(path, self.text())
    }
}

const RED_HAT: File = File {
    product: "Red Hat OVAL Patch Definition Merger",
    definition: r#"class="patch" id="oval:com.redhat.rhsa:def:20240001""#,
    metadata: r#"<title>RHSA-2024:0001: nodejs:12 security update (Important)</title>
        <reference ref_id="RHSA-2024:0001" ref_url="https://access.redhat.com/errata/RHSA-2024:0001" source="RHSA"/>
        <reference ref_id="CVE-2024-1111" ref_url="https://access.redhat.com/security/cve/CVE-2024-1111" source="CVE"/>
        <description>Fixes:

* nodejs: one thing (CVE-2024-1111)</description>
        <advisory><severity>Important</severity><updated date="2024-01-02"/>
        <cve cvss3="5.7/CVSS:3.0/AV:N/AC:L/PR:L/UI:R/S:U/C:H/I:N/A:N" cwe="CWE-20-&gt;CWE-119" href="https://access.redhat.com/security/cve/CVE-2024-1111" impact="moderate" public="20231231">CVE-2024-1111</cve>
        <cve href="https://access.redhat.com/security/cve/CVE-2024-2222">CVE-2024-2222</cve>
        <affected_cpe_list><cpe>cpe:/a:redhat:enterprise_linux:8</cpe><cpe>cpe:/a:redhat:enterprise_linux:8::appstream</cpe></affected_cpe_list></advisory>"#,
    criteria: r#"<criteria operator="OR"><criterion comment="Red Hat Enterprise Linux must be installed" test_ref="no"/>
        <criteria operator="AND"><criterion comment="Red Hat Enterprise Linux 8 is installed" test_ref="no"/>
        <criterion comment="Module nodejs:12 is enabled" test_ref="no"/><criteria operator="OR">
        <criteria operator="AND"><criterion comment="npm is earlier than 1:6-1.el8" test_ref="tst:1"/><criterion comment="npm is signed with Red Hat key" test_ref="no"/></criteria>
        <criteria operator="AND"><criterion comment="nodejs is earlier than 1:12-1.el8" test_ref="tst:2"/></criteria>
        </criteria></criteria></criteria>"#,
    tests: &[
        (1, "rpminfo", "npm", "less than", "1:6-1.el8"),
        (2, "rpminfo", "nodejs", "less than", "1:12-1.el8"),
    ],
};

#[test]
fn an_erratum_of_red_hat_has_module_products_and_words_for_each_cve() {
    let read = RED_HAT.read("rhel-8.oval.xml");
    assert_eq!(read.counts(), (1, 0, 0), "{:?}", read.problems);
    assert_eq!(
        read.rows(),
        [
            "redhat:8 nodejs CVE-2024-1111 fixed 1:12-1.el8",
            "redhat:8 nodejs CVE-2024-2222 fixed 1:12-1.el8",
            "redhat:8 npm CVE-2024-1111 fixed 1:6-1.el8",
            "redhat:8 npm CVE-2024-2222 fixed 1:6-1.el8",
        ]
    );
    let first = &read.affected[0];
    assert_eq!(first.modularity.as_deref(), Some("nodejs:12"));
    assert_eq!(first.cpes.len(), 2);
    assert_eq!(first.architectures, ["aarch64", "x86_64"]);
    assert_eq!(first.advisories, ["RHSA-2024:0001"]);
    assert_eq!(first.severity, Some(Severity::High));
    assert_eq!(first.channel, None);
    let told = &read.vulnerabilities[0];
    assert_eq!(told.title, "nodejs: one thing");
    assert_eq!(told.cvss, ["CVSS:3.0/AV:N/AC:L/PR:L/UI:R/S:U/C:H/I:N/A:N"]);
    assert_eq!(told.weaknesses, ["CWE-20", "CWE-119"]);
    assert_eq!(told.published.as_deref(), Some("2023-12-31T00:00:00Z"));
    assert_eq!(told.severity, Some(Severity::Medium));
    assert_eq!(told.references.len(), 2);
}

#[test]
fn longer_support_is_a_channel() {
    let cpes = "<cpe>cpe:/o:redhat:rhel_eus:8.4::baseos</cpe>";
    let at = RED_HAT.metadata.find("<cpe>").unwrap();
    let metadata = format!("{}{cpes}</affected_cpe_list></advisory>", &RED_HAT.metadata[..at]);
    let eus = File { metadata: &metadata, ..RED_HAT }.read("x.xml");
    assert_eq!(eus.affected[0].channel.as_deref(), Some("eus"));
    let by_name = RED_HAT.read("oval/rhel-8.2-aus.oval.xml");
    assert_eq!(by_name.affected[0].channel.as_deref(), Some("aus"));
}

#[test]
fn what_red_hat_will_not_fix_keeps_its_word() {
    let metadata = r#"<title>CVE-2005-2541 tar: does not warn (moderate)</title><reference ref_id="CVE-2005-2541" source="CVE"/>
        <advisory><severity>Moderate</severity><cve>CVE-2005-2541</cve><affected>
        <resolution state="Will not fix"><component>tar</component></resolution>
        <resolution state="Under investigation"><component>nodejs:12/npm</component></resolution></affected></advisory>"#;
    let criteria = r#"<criteria operator="AND"><criterion comment="Red Hat Enterprise Linux 9 is installed" test_ref="no"/>
        <criteria operator="OR"><criterion comment="tar is installed" test_ref="tst:1"/><criterion comment="npm is installed" test_ref="tst:2"/></criteria></criteria>"#;
    let tests = [(1, "rpminfo", "tar", "", ""), (2, "rpminfo", "npm", "", "")];
    let definition = r#"class="vulnerability" id="oval:com.redhat.cve:def:20052541""#;
    let file = File { definition, metadata, criteria, tests: &tests, ..RED_HAT };
    let read = file.read("rhel-9.oval.xml");
    assert_eq!(read.counts(), (1, 0, 0), "{:?}", read.problems);
    let tar = read.only("redhat:9", "tar");
    assert_eq!((tar.status, tar.raw_status.as_deref()), (Status::WillNotFix, Some("Will not fix")));
    assert_eq!(read.only("redhat:9", "npm").status, Status::UnderInvestigation);
    assert_eq!(read.vulnerabilities[0].title, "tar: does not warn");
    let definition = r#"class="vulnerability" id="oval:com.redhat.unaffected:def:20052541""#;
    let unaffected = File { definition, ..file }.read("rhel-9.oval.xml");
    assert!(unaffected.affected.iter().all(|record| record.status == Status::NotAffected));
}

#[test]
fn builds_of_oracle_are_kept_apart() {
    let metadata = r#"<title>
        ELSA-2021-9151:  openssl security update (IMPORTANT) </title><affected><platform>Oracle Linux 8</platform></affected>
        <reference source="elsa" ref_id="ELSA-2021-9151" ref_url="https://linux.oracle.com/errata/ELSA-2021-9151.html"/>
        <advisory><severity>IMPORTANT</severity><cve>CVE-2021-3449</cve></advisory>"#;
    let criteria = r#"<criteria operator="AND"><criterion comment="Oracle Linux 8 is installed" test_ref="no"/><criteria operator="OR">
        <criteria operator="AND"><criterion comment="Oracle Linux arch is x86_64" test_ref="no"/><criteria operator="OR">
        <criteria operator="AND"><criterion comment="openssl is earlier than" test_ref="tst:1"/><criterion comment="openssl is ksplice-based" test_ref="no"/></criteria>
        <criterion comment="openssl is earlier than" test_ref="tst:2"/><criterion comment="openssl is earlier than" test_ref="tst:3"/></criteria></criteria></criteria></criteria>"#;
    let tests = [
        (1, "rpminfo", "openssl", "less than", "2:1-1.ksplice1.el8"),
        (2, "rpminfo", "openssl", "less than", "10:1-1.el8_fips"),
        (3, "rpminfo", "openssl", "less than", "1:1-1.el8"),
    ];
    let definition = r#"class="patch" id="oval:com.oracle.elsa:def:20219151""#;
    let file =
        File { product: "Oracle Errata System", definition, metadata, criteria, tests: &tests };
    let read = file.read("com.oracle.elsa-all.xml");
    assert_eq!(read.counts(), (1, 0, 0), "{:?}", read.problems);
    let channels: Vec<_> =
        read.affected.iter().map(|record| record.channel.as_deref().unwrap_or("")).collect();
    assert_eq!(channels, ["", "fips", "ksplice"]);
    assert!(read.affected.iter().all(|record| record.namespace == "oracle:8"));
}

#[test]
fn one_package_of_suse_has_a_statement_for_each_release() {
    let metadata = r#"<title>CVE-2021-29154</title><reference ref_id="SUSE CVE-2021-29154" source="SUSE CVE"/><description>BPF.</description>
        <advisory><severity>Important</severity>
        <cve impact="high" cvss3="7/CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:H/I:H/A:H" href="https://www.suse.com/security/cve/CVE-2021-29154/">CVE-2021-29154 at SUSE</cve>
        <cve impact="high" cvss3="7.8/CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H" href="https://nvd.nist.gov/vuln/detail/CVE-2021-29154">CVE-2021-29154 at NVD</cve></advisory>"#;
    let criteria = r#"<criteria operator="OR"><criteria operator="AND"><criteria operator="OR">
        <criterion comment="SUSE Linux Enterprise Server 15-LTSS is installed" test_ref="no"/>
        <criterion comment="SUSE Linux Enterprise Module for Basesystem 15 SP3 is installed" test_ref="no"/>
        <criterion comment="SUSE Manager Server 4.3 is installed" test_ref="no"/></criteria>
        <criterion comment="kernel-default-4.12-1 is installed" test_ref="tst:1"/></criteria>
        <criteria operator="AND"><criterion comment="openSUSE Leap 15.2 is installed" test_ref="no"/>
        <criteria operator="OR"><criterion comment="kernel-source is not affected" test_ref="tst:2"/><criterion comment="kernel-docs is affected" test_ref="tst:3"/></criteria></criteria></criteria>"#;
    let tests = [
        (1, "rpminfo", "kernel-default", "less than", "0:4.12-1"),
        (2, "rpminfo", "kernel-source", "equals", "0:0-0"),
        (3, "rpminfo", "kernel-docs", "greater than or equal", "0:0-0"),
    ];
    let definition = r#"class="vulnerability" id="oval:org.opensuse.security:def:202129154""#;
    let file = File {
        product: "Marcus Updateinfo to OVAL Converter",
        definition,
        metadata,
        criteria,
        tests: &tests,
    };
    let read = file.read("suse.linux.enterprise.server.15.xml");
    assert_eq!(read.counts(), (1, 0, 0), "{:?}", read.problems);
    assert_eq!(
        read.rows(),
        [
            "opensuse-leap:15.2 kernel-docs CVE-2021-29154 affected -",
            "opensuse-leap:15.2 kernel-source CVE-2021-29154 not_affected -",
            "sles:15 kernel-default CVE-2021-29154 fixed 0:4.12-1",
            "sles:15.3 kernel-default CVE-2021-29154 fixed 0:4.12-1",
        ]
    );
    assert_eq!(read.only("sles:15", "kernel-default").channel.as_deref(), Some("ltss"));
    assert_eq!(read.only("sles:15.3", "kernel-default").channel, None);
    let sources: Vec<_> = read.sources.iter().map(|source| &*source.id).collect();
    assert_eq!(sources, ["suse-oval", "nvd"]);
    assert_eq!(read.vulnerabilities[0].cvss.len(), 1);
}

#[test]
fn debian_means_never_by_zero() {
    let metadata = r#"<title>CVE-2016-5416 389-ds-base</title><reference ref_id="CVE-2016-5416" source="CVE"/><debian><dsa>DSA-1</dsa></debian>"#;
    let criteria = r#"<criteria operator="AND"><criterion comment="Debian 11 is installed" test_ref="no"/>
        <criterion comment="389-ds-base DPKG is earlier than 0" test_ref="tst:1"/><criterion comment="php7.4 DPKG is earlier than 7" test_ref="tst:2"/></criteria>"#;
    let tests = [
        (1, "dpkginfo", "389-ds-base", "less than", "0:0"),
        (2, "dpkginfo", "php7.4", "less than", "0:7.4.30-1+deb11u1"),
    ];
    let definition = r#"class="vulnerability" id="oval:org.debian:def:1""#;
    let read = File { product: "Debian", definition, metadata, criteria, tests: &tests }
        .read("oval-definitions-bullseye.xml");
    assert_eq!(
        read.rows(),
        [
            "debian:11 389-ds-base CVE-2016-5416 not_affected -",
            "debian:11 php7.4 CVE-2016-5416 fixed 0:7.4.30-1+deb11u1",
        ]
    );
    assert_eq!(read.affected[0].advisories, ["DSA-1"]);
}

#[test]
fn photon_counts_its_releases_with_a_point() {
    let metadata = r#"<title>PHSA-2024:00001 ansible Security Update. (Important)</title><advisory><severity>Important</severity><cve>CVE-2023-5115</cve></advisory>"#;
    let criteria = r#"<criteria operator="AND"><criterion comment="Photon OS 5 is installed" test_ref="no"/><criterion comment="ansible is earlier than 0:2" test_ref="tst:1"/></criteria>"#;
    let tests = [(1, "rpminfo", "ansible", "less than", "0:2.14.12-1.ph5")];
    let definition = r#"class="patch" id="oval:com.vmware.phsa:def:2024500001""#;
    let file = File {
        product: "Photon OS OVAL Patch definition Updater",
        definition,
        metadata,
        criteria,
        tests: &tests,
    };
    let read = file.read("com.vmware.phsa-photon5.xml");
    assert_eq!(read.rows(), ["photon:5.0 ansible CVE-2023-5115 fixed 0:2.14.12-1.ph5"]);
}

#[test]
fn what_is_missing_costs_the_definition_and_is_named() {
    let criteria = RED_HAT.criteria.replace("nodejs is earlier than 1:12-1.el8", "a riddle");
    let file = File { tests: &RED_HAT.tests[..1], ..RED_HAT };
    let by_its_words = file.read("rhel-8.oval.xml");
    assert_eq!((by_its_words.counts(), by_its_words.affected.len()), ((1, 0, 0), 4));
    let read = File { criteria: &criteria, ..file }.read("rhel-8.oval.xml");
    assert_eq!(read.counts(), (0, 0, 1));
    assert_eq!(read.affected.len(), 2, "the other package is kept");
    assert!(read.problems[0].reason.contains("tst:2"), "{:?}", read.problems);
}

#[test]
fn negation_turns_bounds_and_groups_round() {
    let criteria = r#"<criteria operator="AND"><criterion comment="Red Hat Enterprise Linux 8 is installed" test_ref="no"/>
        <criterion comment="npm is earlier than 2" test_ref="tst:1"/><criterion comment="npm is not earlier than 1" test_ref="tst:2" negate="true"/></criteria>"#;
    let tests =
        [(1, "rpminfo", "npm", "less than", "2-1"), (2, "rpminfo", "npm", "less than", "1-1")];
    let read = File { criteria, tests: &tests, ..RED_HAT }.read("rhel-8.oval.xml");
    let range = &read.affected[0].ranges[0];
    assert_eq!((range.introduced.as_deref(), range.fixed.as_deref()), (Some("1-1"), Some("2-1")));
}

#[test]
fn depth_is_bounded() {
    let deep = "<criteria>".repeat(5000);
    let read = File { criteria: &deep, ..RED_HAT }.read("rhel-8.oval.xml");
    assert!(read.rejected > 0);
    assert!(read.problems.iter().any(|problem| problem.reason.contains("nested deeper")));
}
