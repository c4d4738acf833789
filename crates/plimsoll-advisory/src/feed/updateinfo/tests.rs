//! Errata of our own, for each distributor.

use super::super::testing::{Memory, read};
use crate::model::Severity;

fn update(from: &str, id: &str, kind: &str, body: &str) -> String {
    format!(
        r#"<?xml version="1.0"?><updates><update from="{from}" status="final" type="{kind}" version="2"><id>{id}</id>
        <title>Important: httpd:2.4 security update</title><issued date="2022-06-06 17:58"/><updated date="2022-11-17 19:23"/>
        <severity>important</severity><description>Words.
CVE-2024-1111:
	The first.
</description>{body}</update></updates>"#
    )
}

fn packages(short: &str, builds: &[(&str, &str, &str)]) -> String {
    let builds: String = builds
        .iter()
        .map(|(name, release, architecture)| {
            format!(
                r#"<package name="{name}" version="1.2" release="{release}" epoch="1" arch="{architecture}"><filename>x</filename><reboot_suggested>1</reboot_suggested></package>"#
            )
        })
        .collect();
    format!(
        r#"<references><reference href="https://cve.mitre.org/CVE-2024-1111" id="CVE-2024-1111" title="" type="cve"/>
        <reference href="https://rhn.redhat.com/errata/RHSA-2011:1245.html" id="RHSA-2011:1245" title="" type="redhat"/></references>
        <pkglist><collection short="{short}"><name>{short}</name>{builds}</collection></pkglist>"#
    )
}

fn amazon(id: &str, short: &str) -> Memory {
    let body = packages(short, &[("kernel", "3.amzn2", "x86_64"), ("kernel", "3.amzn2", "src")]);
    read("updateinfo.xml", update("linux-security@amazon.com", id, "security", &body))
}

#[test]
fn amazon_says_release_and_repository_in_the_collection() {
    for (id, short, namespace, channel) in [
        ("ALAS-2011-1", "amazon-linux-ami", "amazon:1", None),
        ("ALAS2-2018-939", "amazon-linux-2", "amazon:2", None),
        ("ALAS2022-2021-001", "amazon-linux-2022", "amazon:2022", None),
        (
            "ALAS2KERNEL-5.15-2022-001",
            "amazon-linux-2---kernel-5.15",
            "amazon:2",
            Some("kernel-5.15"),
        ),
        (
            "ALAS2023LIVEPATCH-2023-001",
            "amazon-linux-2023---kernel-livepatch",
            "amazon:2023",
            Some("kernel-livepatch"),
        ),
        ("ALAS2DOCKER-2021-001", "", "amazon:2", Some("docker")),
    ] {
        let read = amazon(id, short);
        assert_eq!(read.counts(), (1, 0, 0), "{id}: {:?}", read.problems);
        let record = read.only(namespace, "kernel");
        assert_eq!(record.channel.as_deref(), channel, "{id}");
        assert_eq!(record.ranges[0].fixed.as_deref(), Some("1:1.2-3.amzn2"));
        assert_eq!(record.architectures, ["x86_64"]);
        assert_eq!(record.advisories, [id]);
        assert_eq!(record.severity, Some(Severity::High));
    }
    let told = &amazon("ALAS2-2018-939", "amazon-linux-2").vulnerabilities[0];
    assert_eq!((&*told.id, &*told.description), ("CVE-2024-1111", "The first."));
    assert_eq!(told.references.len(), 2);
}

#[test]
fn a_module_of_rocky_stands_in_the_title() {
    let release = "3.module+el8.5.0+1+a";
    let body = packages("RL8", &[("httpd", release, "x86_64"), ("httpd", release, "aarch64")]);
    let text = update("releng@rockylinux.org", "RLSA-2022:1", "security", &body);
    let text = text.replace("<severity>", "<release>Rocky Linux 8</release><severity>");
    let read = read("rocky/8/AppStream/x86_64/os/repodata/updateinfo.xml", text);
    let record = read.only("rocky:8", "httpd");
    assert_eq!(record.modularity.as_deref(), Some("httpd:2.4"));
    assert_eq!(record.architectures, ["aarch64", "x86_64"]);
}

#[test]
fn the_path_says_what_the_document_does_not() {
    let body = packages("x", &[("zlib", "3.el9", "x86_64")]);
    let text = update("releng@rockylinux.org", "RLSA-2022:1", "security", &body);
    assert_eq!(read("pub/rocky/9.2/BaseOS/updateinfo.xml", &text).covered.len(), 0);
    assert_eq!(
        read("pub/rocky/9.2/BaseOS/updateinfo.xml", &text).rows(),
        ["rocky:9 zlib CVE-2024-1111 fixed 1:1.2-3.el9"]
    );
    let nowhere = read("updateinfo.xml", &text);
    assert_eq!(nowhere.counts(), (0, 0, 1));
    assert_eq!(nowhere.problems[0].reason, "nothing says the release");
}

#[test]
fn fedora_names_its_cves_in_words_and_epel_apart() {
    let body = r#"<references><reference href="https://bugzilla.redhat.com/1" id="1" type="bugzilla" title="TRIAGE CVE-2024-24989 nginx: flaw"/></references>
        <pkglist><collection short="F43"><name>Fedora 43</name><module name="nginx" stream="mainline"/>
        <package name="nginx" version="1.25.4" release="1.fc43" epoch="1" arch="noarch"/></collection>
        <collection short="EL-6"><name>Fedora EPEL 6</name></collection></pkglist>"#;
    let text = update("updates@fedoraproject.org", "FEDORA-2024-1", "security", body);
    let text = text.replace("CVE-2024-1111", "").replace("httpd:2.4", "httpd");
    let read_one = read("updateinfo.xml", &text);
    assert_eq!(read_one.rows(), ["fedora:43 nginx CVE-2024-24989 fixed 1:1.25.4-1.fc43"]);
    assert_eq!(read_one.affected[0].modularity.as_deref(), Some("nginx:mainline"));
    let epel = text.replace("<severity>", "<release>Fedora EPEL 6</release><severity>");
    assert_eq!(read("updateinfo.xml", epel).affected[0].namespace, "epel:6");
}

#[test]
fn what_is_no_security_erratum_is_skipped_and_what_is_none_at_all_rejected() {
    let body = packages("amazon-linux-2", &[("kernel", "3", "x86_64")]);
    let bugs = update("linux-security@amazon.com", "ALAS2-2018-1", "bugfix", &body);
    let without = bugs.replace("CVE-2024-1111", "");
    assert_eq!(read("updateinfo.xml", without).counts(), (0, 1, 0));
    assert_eq!(read("updateinfo.xml", &bugs).counts(), (1, 0, 0));
    let alien = bugs.replace("ALAS2-2018-1", "NO-ID");
    assert_eq!(read("updateinfo.xml", alien).counts(), (0, 0, 1));
    let cut = &bugs[..bugs.len() - 20];
    assert_eq!(read("updateinfo.xml", cut).rejected, 1);
}

#[test]
fn the_smaller_distributors_are_told_apart() {
    for (from, id, path, short, release, row) in [
        (
            "x",
            "BRSA-1bwujdrkn6nc",
            "",
            "bottlerocket",
            "1.br1",
            "bottlerocket p CVE-2024-1111 fixed 1:1.2-1.br1",
        ),
        (
            "openeuler.org",
            "openEuler-SA-2023-1",
            "",
            "x",
            "1.oe2203sp1",
            "openeuler:22.03-LTS-SP1 p CVE-2024-1111 fixed 1:1.2-1.oe2203sp1",
        ),
        (
            "openeuler.org",
            "openEuler-SA-2023-1",
            "openEuler-24.03-LTS/update/",
            "x",
            "1.oe1",
            "openeuler:24.03-LTS p CVE-2024-1111 fixed 1:1.2-1.oe1",
        ),
        ("x", "PHSA-2024-4.0-1", "", "x", "1.ph4", "photon:4.0 p CVE-2024-1111 fixed 1:1.2-1.ph4"),
        (
            "maint-coord@suse.de",
            "SUSE-SLE-Module-Basesystem-15-SP4-2022-1",
            "",
            "x",
            "1",
            "sles:15.4 p CVE-2024-1111 fixed 1:1.2-1",
        ),
        (
            "packager@almalinux.org",
            "ALSA-2023:1",
            "",
            "almalinux-9-for-x86_64-baseos",
            "1.el9",
            "alma:9 p CVE-2024-1111 fixed 1:1.2-1.el9",
        ),
    ] {
        let body = packages(short, &[("p", release, "x86_64")]);
        let path = format!("{path}updateinfo.xml");
        let read = read(&path, update(from, id, "security", &body));
        assert_eq!(read.rows(), [row], "{:?}", read.problems);
    }
}
