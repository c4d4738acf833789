//! The loop as a whole, on hand-made inventories and databases.

use super::*;
use crate::testing::{Records, debian, fixed, inventory, package, record, unfixed, with_source};
use crate::{Cvss, NameKind, Opinion};
use plimsoll_advisory::model::{Affected, EndOfLife, Epss, Exploited, Severity, Status};

fn matched_with(inventory: &Inventory, database: &Records) -> Matched {
    match_inventory(inventory, database, MatchOptions::default())
}

fn ids(matched: &Matched) -> Vec<(usize, &str)> {
    matched
        .findings
        .iter()
        .map(|finding| (finding.package, finding.vulnerability.as_str()))
        .collect()
}

#[test]
fn a_finding_says_how_it_was_found() {
    let mut fix = fixed("debian:12", "openssl", "CVE-2023-0464", "3.0.11-1");
    fix.advisories = vec!["DSA-5417-1".to_owned()];
    fix.raw_status = Some("resolved".to_owned());
    let libssl = with_source(package("libssl3", "3.0.9-1"), "openssl", "3.0.9-1");
    let matched = matched_with(&inventory("debian", "12.5", vec![libssl]), &debian(&[fix]));
    let [finding] = matched.findings.as_slice() else { panic!("{matched:?}") };
    assert_eq!(finding.fixed_version.as_deref(), Some("3.0.11-1"));
    assert_eq!(finding.status, Status::Fixed);
    assert_eq!(finding.raw_status.as_deref(), Some("resolved"));
    assert_eq!(finding.advisories, ["DSA-5417-1"]);
    assert_eq!(finding.source.id, "debian");
    assert_eq!(
        finding.evidence,
        Evidence {
            namespace: "debian:12".to_owned(),
            name: "openssl".to_owned(),
            name_kind: NameKind::Source,
            comparison: "3.0.9-1 < 3.0.11-1 by deb".to_owned(),
            notes: Vec::new(),
        }
    );
    assert!(matched.coverage.is_complete());
}

#[test]
fn findings_are_sorted_by_package_then_worst_first() {
    let severe = |package, id, severity| Affected {
        severity: Some(severity),
        ..unfixed("debian:12", package, id, Status::Affected)
    };
    let database = debian(&[
        severe("a", "CVE-9", Severity::Low),
        severe("a", "CVE-2", Severity::Critical),
        severe("a", "CVE-1", Severity::Low),
        severe("b", "CVE-3", Severity::Critical),
    ]);
    // Two architectures of one package keep the inventory's order.
    let packages = vec![package("a", "1"), package("a", "1"), package("b", "1")];
    let matched = matched_with(&inventory("debian", "12", packages), &database);
    assert_eq!(
        ids(&matched),
        [
            (0, "CVE-2"),
            (0, "CVE-1"),
            (0, "CVE-9"),
            (1, "CVE-2"),
            (1, "CVE-1"),
            (1, "CVE-9"),
            (2, "CVE-3")
        ]
    );
}

#[test]
fn one_problem_under_several_names_is_one_finding() {
    let mut database = Records {
        namespaces: vec!["wolfi".to_owned()],
        resolves: true,
        affected: vec![
            fixed("wolfi", "openssl", "CVE-2024-0727", "3.2.0-r4"),
            fixed("wolfi", "openssl", "GHSA-9v9h-cgj8-h64p", "3.2.0-r5"),
            fixed("wolfi", "libcrypto3", "CGA-aaaa-bbbb-cccc", "3.2.0-r4"),
        ],
        ..Records::default()
    };
    let names = ["CGA-aaaa-bbbb-cccc", "GHSA-9v9h-cgj8-h64p"].map(str::to_owned);
    database.aliases = vec![("CVE-2024-0727".to_owned(), names.to_vec())];
    let mut crypto = with_source(package("libcrypto3", "3.2.0-r1"), "openssl", "3.2.0-r1");
    crypto.kind = PackageKind::Apk;
    let matched = matched_with(&inventory("wolfi", "20230201", vec![crypto]), &database);
    let [finding] = matched.findings.as_slice() else { panic!("{matched:?}") };
    assert_eq!(finding.vulnerability, "CVE-2024-0727");
    assert_eq!(finding.aliases, names);
    assert_eq!(finding.fixed_version.as_deref(), Some("3.2.0-r5"));
}

#[test]
fn names_are_joined_by_the_aliases_of_either() {
    let names = |list: &[&str]| list.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    let problem = |id| unfixed("debian:12", "a", id, Status::Affected);
    let all = ["CVE-1", "CVE-2", "CVE-3", "GHSA-1", "GHSA-2", "GHSA-3", "RUSTSEC-3"];
    let mut database = debian(&all.map(problem));
    database.aliases = vec![
        ("CVE-1".to_owned(), names(&["GHSA-1"])),
        ("GHSA-2".to_owned(), names(&["CVE-2"])),
        ("RUSTSEC-3".to_owned(), names(&["GHSA-3"])),
        // Not one problem, whatever it says.
        ("CVE-3".to_owned(), names(&["CVE-1"])),
    ];
    let image = inventory("debian", "12", vec![package("a", "1")]);
    // The database knows each name by itself, so that resolving one gives that one again.
    database.resolves = false;
    let matched = matched_with(&image, &database);
    let found: Vec<_> = matched
        .findings
        .iter()
        .map(|one| (one.vulnerability.as_str(), one.aliases.join(" ")))
        .collect();
    let expected =
        [("CVE-1", "GHSA-1"), ("CVE-2", "GHSA-2"), ("CVE-3", "CVE-1"), ("RUSTSEC-3", "GHSA-3")];
    assert_eq!(found, expected.map(|(id, names)| (id, names.to_owned())));
}

#[test]
fn ratings_come_with_their_sources() {
    let mut record = unfixed("debian:12", "a", "CVE-1", Status::Affected);
    record.severity = Some(Severity::Low);
    let mut database = debian(&[record, unfixed("debian:12", "a", "CVE-2", Status::Affected)]);
    let vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
    let nvd = Opinion {
        source: "nvd".to_owned(),
        cvss: vec![Cvss { vector: vector.to_owned(), score: 9.8 }],
        withdrawn: true,
        exploitation: Some("active".to_owned()),
        ..Opinion::default()
    };
    for id in ["CVE-1", "CVE-2"] {
        database.opinions.insert(id.to_owned(), vec![nvd.clone()]);
        database.epss.insert(id.to_owned(), Epss { probability: 0.9, percentile: 0.99 });
    }
    database.exploited.push(Exploited {
        id: "CVE-1".to_owned(),
        added: "2024-01-01".to_owned(),
        due: None,
        ransomware: true,
    });
    let matched = matched_with(&inventory("debian", "12", vec![package("a", "1")]), &database);
    let of = |id| &matched.findings.iter().find(|one| one.vulnerability == id).unwrap().ratings;
    assert_eq!(of("CVE-1").severity, Severity::Low);
    assert_eq!(of("CVE-1").severity_source.as_deref(), Some("debian"));
    assert_eq!(of("CVE-1").severities["nvd"], Severity::Critical);
    assert!(of("CVE-1").exploited.as_ref().is_some_and(|one| one.ransomware));
    assert_eq!(of("CVE-2").severity, Severity::Critical);
    assert_eq!(of("CVE-2").severity_source.as_deref(), Some("nvd"));
    assert_eq!(of("CVE-2").cvss["nvd"][0].score, 9.8);
    assert_eq!(of("CVE-2").exploitation.as_deref(), Some("active"));
    assert!(of("CVE-2").exploited.is_none());
    // NVD took its record back; Debian did not.
    assert_eq!(of("CVE-2").withdrawn, ["nvd"]);
}

#[test]
fn an_unreadable_installed_version_is_undecided_once() {
    let database = debian(&[
        fixed("debian:12", "a", "CVE-1", "2"),
        fixed("debian:12", "a", "CVE-2", "3"),
        unfixed("debian:12", "a", "CVE-3", Status::Affected),
    ]);
    let packages = vec![package("a", "not a version"), package("b", "also not")];
    let matched = matched_with(&inventory("debian", "12", packages), &database);
    assert_eq!(ids(&matched), [(0, "CVE-3")], "a problem of every version needs no comparison");
    let reason = "\"not a version\" is not a valid version, so 2 advisories could not be compared";
    let expected = Undecided { package: 0, vulnerability: None, reason: reason.to_owned() };
    assert_eq!(matched.undecided, [expected]);
}

#[test]
fn an_unreadable_advisory_is_undecided() {
    let database = debian(&[fixed("debian:12", "a", "CVE-1", "x y")]);
    let matched = matched_with(&inventory("debian", "12", vec![package("a", "1")]), &database);
    assert!(matched.findings.is_empty());
    assert_eq!(matched.undecided[0].vulnerability.as_deref(), Some("CVE-1"));
}

#[test]
fn foreign_kinds_of_packages_are_undecided_not_dropped() {
    let mut rpm = package("bash", "5.1-1");
    rpm.kind = PackageKind::Rpm;
    let database = debian(&[unfixed("debian:12", "bash", "CVE-1", Status::Affected)]);
    let matched = matched_with(&inventory("debian", "12", vec![rpm]), &database);
    assert!(matched.findings.is_empty());
    assert_eq!(matched.undecided[0].reason, "a foreign kind of package on Debian");
}

#[test]
fn third_party_packages_are_matched_and_marked() {
    let mut postgres = package("postgresql-16", "16.1-1.pgdg120+1");
    postgres.maintainer = Some("Debian PostgreSQL Maintainers".to_owned());
    let database = debian(&[fixed("debian:12", "postgresql-16", "CVE-1", "16.2-1")]);
    let matched = matched_with(&inventory("debian", "12", vec![postgres]), &database);
    assert!(matched.findings[0].third_party);
    assert_eq!(
        matched.findings[0].evidence.notes,
        ["the package is not the distribution's own but from Debian PostgreSQL Maintainers"]
    );
}

#[test]
fn nothing_is_matched_without_coverage_but_the_end_of_life_is_known() {
    let mut database = debian(&[unfixed("debian:12", "a", "CVE-1", Status::Affected)]);
    database.end_of_life.push(EndOfLife {
        product: "debian".to_owned(),
        release: "7".to_owned(),
        end_of_life: Some("2016-04-25".to_owned()),
        extended_support: None,
    });
    let matched = matched_with(&inventory("debian", "7.11", vec![package("a", "1")]), &database);
    assert!(matched.findings.is_empty());
    assert!(!matched.coverage.is_complete());
    assert_eq!(matched.end_of_life.unwrap().end_of_life.as_deref(), Some("2016-04-25"));
}

#[test]
fn extended_support_is_read_from_the_image() {
    let esm = Affected {
        channel: Some("esm-infra".to_owned()),
        ..fixed("ubuntu:18.04", "a", "CVE-1", "1.0-1ubuntu1~esm1")
    };
    let database = Records {
        namespaces: vec!["ubuntu:18.04".to_owned()],
        affected: vec![esm],
        ..Records::default()
    };
    let mut attached = inventory("ubuntu", "18.04", vec![package("a", "1.0-1")]);
    let without = matched_with(&attached, &database);
    assert_eq!(without.findings[0].status, Status::Affected);
    assert_eq!(without.findings[0].fixed_version, None);
    assert_eq!(without.findings[0].subscription_fix.as_ref().unwrap().channel, "esm-infra");
    attached.os.as_mut().unwrap().extended_support = true;
    let with = matched_with(&attached, &database);
    assert_eq!(with.findings[0].fixed_version.as_deref(), Some("1.0-1ubuntu1~esm1"));
    assert_eq!(with.findings[0].subscription_fix, None);
}

#[test]
fn records_are_asked_for_by_the_distributions_names() {
    // Guards the wiring of names, not their rules: AlmaLinux speaks of binary packages.
    let database = Records {
        namespaces: vec!["alma:9".to_owned()],
        affected: vec![
            fixed("alma:9", "openssl-libs", "CVE-1", "1:3.0.7-18.el9_2"),
            fixed("alma:9", "openssl", "CVE-2", "1:3.0.7-18.el9_2"),
        ],
        ..Records::default()
    };
    let mut libs =
        with_source(package("openssl-libs", "1:3.0.7-17.el9_2"), "openssl", "3.0.7-17.el9_2");
    libs.kind = PackageKind::Rpm;
    let matched = matched_with(&inventory("almalinux", "9.2", vec![libs]), &database);
    assert_eq!(ids(&matched), [(0, "CVE-1")]);
    assert_eq!(matched.findings[0].source, record(database.affected[0].clone()).source);
}

/// A Red Hat package of `x86_64`, built from `bash`.
fn red_hat_package(name: &str, version: &str) -> plimsoll_inventory::Package {
    let mut package = with_source(package(name, version), "bash", version);
    package.kind = plimsoll_inventory::PackageKind::Rpm;
    package.architecture = "x86_64".to_owned();
    package
}

#[test]
fn records_about_products_hold_where_the_image_has_the_product() {
    let about = |cpe: &str, channel: Option<&str>, architecture: &str, record: Affected| Affected {
        cpes: vec![cpe.to_owned()],
        channel: channel.map(str::to_owned),
        architectures: vec![architecture.to_owned()],
        ..record
    };
    let fix = |id, version| fixed("redhat:9", "bash", id, version);
    let base = "cpe:/o:redhat:enterprise_linux:9::baseos";
    let updates = "cpe:/o:redhat:rhel_eus:9.2::baseos";
    let elsewhere = unfixed("redhat", "bash", "CVE-4", Status::WillNotFix);
    let layered = about("cpe:/a:redhat:openshift:4", None, "src", elsewhere);
    let extended = unfixed("redhat:9", "bash", "CVE-5", Status::WillNotFix);
    let database = Records {
        namespaces: vec!["redhat:9".to_owned()],
        affected: vec![
            about(base, None, "src", fix("CVE-1", "5.1-9.el9")),
            about(updates, Some("eus"), "src", fix("CVE-1", "5.1-6.el9_2.1")),
            about(base, None, "x86_64", fix("CVE-2", "5.1-9.el9")),
            about(updates, Some("eus"), "src", fix("CVE-3", "5.1-6.el9_2.1")),
            layered,
            about("cpe:/o:redhat:rhel_els:9", Some("els"), "src", extended),
        ],
        repositories: vec![
            ("baseos".to_owned(), vec![base.to_owned()]),
            ("baseos-eus".to_owned(), vec![updates.to_owned()]),
            ("ocp".to_owned(), vec!["cpe:/a:redhat:openshift:4.14".to_owned()]),
        ],
        ..Records::default()
    };
    let judge = |id: &str, repositories: &[&str]| {
        let packages = ["bash", "bash-doc"].map(|name| red_hat_package(name, "5.1-6.el9"));
        let mut image = inventory(id, "9.2", packages.to_vec());
        image.repositories = repositories.iter().map(|&name| name.to_owned()).collect();
        let matched = matched_with(&image, &database);
        assert!(matched.coverage.is_complete(), "{matched:?}");
        let line = |one: &Finding| {
            let fix = one.fixed_version.as_deref().unwrap_or("-");
            format!("{} {} {fix}", one.package, one.vulnerability)
        };
        matched.findings.iter().map(line).collect::<Vec<_>>()
    };
    // Only bash itself is named as a binary package; its documentation is built from its source.
    let of_base =
        ["0 CVE-1 5.1-9.el9", "0 CVE-2 5.1-9.el9", "0 CVE-5 -", "1 CVE-1 5.1-9.el9", "1 CVE-5 -"];
    assert_eq!(judge("rhel", &["baseos"]), of_base);
    assert_eq!(judge("rhel", &[]), of_base);
    assert_eq!(judge("centos", &[]), of_base);
    assert_eq!(
        judge("rhel", &["baseos-eus"]),
        [
            "0 CVE-1 5.1-6.el9_2.1",
            "0 CVE-3 5.1-6.el9_2.1",
            "1 CVE-1 5.1-6.el9_2.1",
            "1 CVE-3 5.1-6.el9_2.1"
        ]
    );
    assert_eq!(judge("rhel", &["ocp"]), ["0 CVE-4 -", "1 CVE-4 -"]);
}
