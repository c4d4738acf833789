//! One test for each rule of [`super::decide`].

use super::*;
use crate::testing::{by, fixed, range, unfixed};
use plimsoll_version::{Ecosystem, Scheme};

fn key(ecosystem: Ecosystem, version: &str) -> LibraryKey {
    LibraryKey {
        namespace: ecosystem.id(),
        name: "a".to_owned(),
        version: version.to_owned(),
        scheme: ecosystem.scheme(),
        cpe: None,
    }
}

/// The verdict in one line: status, fix, source, and `?` where it is doubtful.
fn judge(key: &LibraryKey, records: &[Record], priority: Priority, withdrawn: &[&str]) -> String {
    let pairs: Vec<_> = records.iter().map(|record| (record, key)).collect();
    let withdrawn = withdrawn.iter().map(|&source| source.to_owned()).collect();
    let ratings = Ratings { withdrawn, ..Ratings::default() };
    match decide(&pairs, priority, || ratings) {
        Decision::Clear => "clear".to_owned(),
        Decision::Undecided(reason) => format!("undecided: {reason}"),
        Decision::Affected(verdict) => {
            let doubt = if verdict.confidence == Confidence::Doubtful { "?" } else { "" };
            let fix = verdict.fixed_version.as_deref().unwrap_or("-");
            format!("{} {fix} {}{doubt}", verdict.status.word(), verdict.record.source.id)
        }
    }
}

fn precise(key: &LibraryKey, records: &[Record]) -> String {
    judge(key, records, Priority::Precise, &[])
}

fn npm(fix: &str) -> Affected {
    fixed("npm", "a", "CVE-1", fix)
}

#[test]
fn nobodys_narrower_range_takes_back_anothers_claim() {
    let mut none = unfixed("npm", "a", "CVE-1", Status::NotAffected);
    none.versions = vec!["1.5.0".to_owned()];
    let installed = key(Ecosystem::Npm, "1.5.0");
    for narrower in [by("project-kb", none.clone()), by("nvd", npm("1.2.0"))] {
        let records = [by("ghsa", npm("2.0.0")), narrower];
        assert_eq!(precise(&installed, &records), "fixed 2.0.0 ghsa");
    }
    // But a source knows what it says.
    let own = [by("nvd", npm("2.0.0")), by("nvd", none)];
    assert_eq!(precise(&installed, &own), "clear");
}

#[test]
fn a_copy_against_the_primary_source_is_doubtful() {
    let installed = key(Ecosystem::Npm, "1.5.0");
    let records = [by("ghsa", npm("1.2.0")), by("gitlab", npm("2.0.0"))];
    assert_eq!(precise(&installed, &records), "clear");
    let kept = judge(&installed, &records, Priority::Comprehensive, &[]);
    assert_eq!(kept, "fixed 2.0.0 gitlab?");
    // Where the primary source is silent, others decide.
    assert_eq!(precise(&installed, &records[1..]), "fixed 2.0.0 gitlab");
    // Go's own database goes before GitHub's, RustSec's too, but not what it only copied.
    let go = |raw: Option<&str>| {
        let own = Affected {
            raw_status: raw.map(str::to_owned),
            ..fixed("golang", "a", "CVE-1", "1.2.0")
        };
        [by("govulndb", own), by("ghsa", fixed("golang", "a", "CVE-1", "2.0.0"))]
    };
    let installed = key(Ecosystem::Golang, "v1.5.0");
    assert_eq!(precise(&installed, &go(None)), "clear");
    assert_eq!(precise(&installed, &go(Some("UNREVIEWED"))), "fixed 2.0.0 ghsa");
    // FriendsOfPHP lists the lines that are looked after, and says nothing of the others.
    let php = [
        by("php-security-advisories", fixed("composer", "a", "CVE-1", "1.2.0")),
        by("gitlab", fixed("composer", "a", "CVE-1", "2.0.0")),
    ];
    assert_eq!(precise(&key(Ecosystem::Composer, "1.5.0"), &php), "fixed 2.0.0 gitlab");
    // Of two primary sources one is enough.
    let installed = key(Ecosystem::PyPi, "1.5.0");
    let two = ["ghsa", "pypa"].map(|source| {
        let fix = if source == "ghsa" { "1.2.0" } else { "2.0.0" };
        by(source, fixed("pypi", "a", "CVE-1", fix))
    });
    assert_eq!(precise(&installed, &two), "fixed 2.0.0 pypa");
}

#[test]
fn what_its_source_took_back_is_no_claim() {
    let installed = key(Ecosystem::Npm, "1.5.0");
    let ghsa = [by("ghsa", npm("2.0.0"))];
    assert_eq!(judge(&installed, &ghsa, Priority::Comprehensive, &["ghsa"]), "clear");
    assert_eq!(judge(&installed, &ghsa, Priority::Precise, &["nvd"]), "fixed 2.0.0 ghsa");
    let copy = [by("gitlab", npm("2.0.0"))];
    assert_eq!(judge(&installed, &copy, Priority::Precise, &["ghsa"]), "clear");
    let kept = judge(&installed, &copy, Priority::Comprehensive, &["ghsa"]);
    assert_eq!(kept, "fixed 2.0.0 gitlab?");
}

#[test]
fn the_fix_is_of_the_installed_branch_and_a_release() {
    let mut branches = npm("1.9.1");
    branches.ranges =
        vec![range(Some("1.0.0"), Some("1.9.1"), None), range(Some("2.0.0"), Some("2.0.5"), None)];
    for (installed, expected) in [
        ("1.5.0", "fixed 1.9.1 ghsa"),
        ("2.0.0", "fixed 2.0.5 ghsa"),
        ("2.0.0-rc.1", "clear"),
        ("1.9.1-beta.1", "fixed 1.9.1 ghsa"),
        ("2.1.0", "clear"),
    ] {
        let records = [by("ghsa", branches.clone())];
        assert_eq!(precise(&key(Ecosystem::Npm, installed), &records), expected, "{installed}");
    }
    let installed = key(Ecosystem::Npm, "3.1.0");
    let mut line = npm("4.0.0-0");
    line.ranges[0].introduced = Some("3.0.0".to_owned());
    assert_eq!(precise(&installed, &[by("gitlab", line)]), "affected - gitlab");
    // A copy's wider range does not spoil the fix of the primary source.
    let records = [by("ghsa", npm("3.2.0")), by("gitlab", npm("9.0.0"))];
    assert_eq!(precise(&installed, &records), "fixed 3.2.0 ghsa");
}

#[test]
fn what_has_no_place_in_the_order_is_undecided() {
    let records = [by("ghsa", npm("2.0.0"))];
    let reason = "undecided: \"\" is not a valid Npm version";
    assert_eq!(precise(&key(Ecosystem::Npm, ""), &records), reason);
    let everything = [by("ghsa", {
        let mut all = unfixed("npm", "a", "CVE-1", Status::Affected);
        all.ranges = vec![range(Some("0"), None, None)];
        all
    })];
    assert_eq!(precise(&key(Ecosystem::Npm, ""), &everything), "affected - ghsa");
    // The primary source could be compared, and that is enough.
    let broken = [by("ghsa", npm("1.0.0")), by("gitlab", npm("x"))];
    assert_eq!(precise(&key(Ecosystem::Npm, "1.5.0"), &broken), "clear");
    assert!(precise(&key(Ecosystem::Npm, "1.5.0"), &broken[1..]).starts_with("undecided"));
}

#[test]
fn criteria_are_about_variants_and_versions() {
    let own = Name::parse("cpe:2.3:a:redis:redis:7.0.0:*:*:*:*:*:*:*").unwrap();
    let installed = LibraryKey { cpe: Some(own), ..key(Ecosystem::Cpe, "7.0.0") };
    let about = |criterion: &str, versions: &[&str]| {
        let mut record = unfixed("cpe", "redis:redis", "CVE-1", Status::Affected);
        record.cpes = vec![criterion.to_owned()];
        record.versions = versions.iter().map(|&version| version.to_owned()).collect();
        [by("nvd", record)]
    };
    let plain = "cpe:2.3:a:redis:redis:*:*:*:*:*:*:*:*";
    let enterprise = "cpe:2.3:a:redis:redis:*:*:*:*:enterprise:*:*:*";
    for (records, priority, expected) in [
        (about(plain, &["7.0.0"]), Priority::Precise, "affected - nvd"),
        (about(plain, &["7.0.0-rc1"]), Priority::Precise, "clear"),
        (about(plain, &["-"]), Priority::Precise, "clear"),
        (about(plain, &[]), Priority::Precise, "affected - nvd"),
        (about(enterprise, &["7.0.0"]), Priority::Precise, "clear"),
        (about(enterprise, &["7.0.0"]), Priority::Comprehensive, "affected - nvd?"),
    ] {
        assert_eq!(judge(&installed, &records, priority, &[]), expected, "{records:?}");
    }
    assert_eq!(installed.scheme, Scheme::Generic);
}
