//! One test for each rule of [`super::decide`].

use super::*;
use crate::testing::{fixed, package, range, record, unfixed};

const DEB: Setting<'_> =
    Setting { scheme: Scheme::Deb, extended_support: false, products: None, marks_sources: false };

/// The verdict in one line, for a package named by its source.
fn judge(setting: Setting<'_>, installed: &str, records: Vec<Affected>) -> String {
    let key = Key { name: "openssl".into(), version: installed.into(), kind: NameKind::Source };
    let records: Vec<_> = records.into_iter().map(record).collect();
    let pairs: Vec<_> = records.iter().map(|record| (record, &key)).collect();
    let forward = in_words(decide(setting, &package("libssl3", installed), &pairs));
    let backward: Vec<_> = pairs.into_iter().rev().collect();
    let backward = in_words(decide(setting, &package("libssl3", installed), &backward));
    assert_eq!(forward, backward, "the order of records must not matter");
    forward
}

fn in_words(decision: Decision<'_>) -> String {
    match decision {
        Decision::Clear => "clear".to_owned(),
        Decision::Undecided(reason) => format!("undecided: {reason}"),
        Decision::Affected(verdict) => {
            let mut words = verdict.status.word().to_owned();
            if let Some(version) = verdict.fixed_version {
                words.push_str(&format!(" in {version}"));
            }
            words.push_str(&format!(" ({})", verdict.comparison));
            for note in verdict.notes {
                words.push_str(&format!("; {note}"));
            }
            words
        }
    }
}

fn deb_fixed(version: &str) -> Affected {
    fixed("debian:12", "openssl", "CVE-1", version)
}

fn deb(status: Status) -> Affected {
    unfixed("debian:12", "openssl", "CVE-1", status)
}

fn esm(version: &str) -> Affected {
    Affected { channel: Some("esm-infra".into()), ..deb_fixed(version) }
}

#[test]
fn below_the_fix_is_affected_and_at_it_is_not() {
    assert_eq!(
        judge(DEB, "3.0-1", vec![deb_fixed("3.0-2")]),
        "fixed in 3.0-2 (3.0-1 < 3.0-2 by deb)"
    );
    assert_eq!(judge(DEB, "3.0-2", vec![deb_fixed("3.0-2")]), "clear");
}

#[test]
fn problems_without_a_fix_are_kept_with_the_distributors_status() {
    for (status, expected) in [
        (Status::Affected, "affected (every version is affected)"),
        (Status::WillNotFix, "will_not_fix (every version is affected)"),
        (Status::FixDeferred, "fix_deferred (every version is affected)"),
        (Status::UnderInvestigation, "under_investigation (every version is affected)"),
        (Status::EndOfLife, "end_of_life (every version is affected)"),
        (Status::NotAffected, "clear"),
        // A fix that nobody names cannot be installed.
        (Status::Fixed, "affected (every version is affected)"),
    ] {
        assert_eq!(judge(DEB, "3.0-1", vec![deb(status)]), expected);
    }
}

#[test]
fn never_affected_settles_the_matter() {
    assert_eq!(judge(DEB, "3.0-1", vec![deb_fixed("0")]), "clear");
    assert_eq!(judge(DEB, "3.0-1", vec![deb_fixed("0"), deb_fixed("3.0-2")]), "clear");
    assert_eq!(judge(DEB, "3.0-1", vec![deb(Status::NotAffected), deb(Status::Affected)]), "clear");
    // … but only for the versions of which it is said.
    let mut older = deb(Status::NotAffected);
    older.ranges = vec![range(None, Some("2.0-1"), None)];
    assert_eq!(
        judge(DEB, "3.0-1", vec![older, deb_fixed("3.0-2")]),
        "fixed in 3.0-2 (3.0-1 < 3.0-2 by deb)"
    );
}

#[test]
fn a_word_about_the_source_does_not_outweigh_one_about_the_binary() {
    let installed = package("libssl3", "3.0-r1");
    let source = Key { name: "openssl".into(), version: "3.0-r1".into(), kind: NameKind::Source };
    let binary = Key { name: "libssl3".into(), version: "3.0-r1".into(), kind: NameKind::Binary };
    let apk = Setting { scheme: Scheme::Apk, ..DEB };
    let clear = record(fixed("wolfi", "a", "CVE-1", "0"));
    let affected = record(fixed("wolfi", "a", "CVE-1", "3.0-r2"));
    let words = in_words(decide(apk, &installed, &[(&clear, &source), (&affected, &binary)]));
    assert_eq!(words, "fixed in 3.0-r2 (3.0-r1 < 3.0-r2 by apk)");
    let words = in_words(decide(apk, &installed, &[(&affected, &source), (&clear, &binary)]));
    assert_eq!(words, "clear");
}

#[test]
fn the_fix_is_the_lowest_that_satisfies_every_record() {
    // The first fix was not enough.
    assert_eq!(
        judge(DEB, "3.0-1", vec![deb_fixed("3.0-2"), deb_fixed("3.0-10")]),
        "fixed in 3.0-10 (3.0-1 < 3.0-10 by deb); \
         one record calls 3.0-2 fixed, another still affected"
    );
    assert_eq!(
        judge(DEB, "3.0-2", vec![deb_fixed("3.0-2"), deb_fixed("3.0-10")]),
        "fixed in 3.0-10 (3.0-2 < 3.0-10 by deb)"
    );
    // Two branches: the fix of one's own.
    let mut branches = deb_fixed("1.1-5");
    branches.ranges.push(range(Some("3.0-0"), Some("3.0-7"), None));
    assert_eq!(
        judge(DEB, "3.0-1", vec![branches.clone()]),
        "fixed in 3.0-7 (3.0-0 <= 3.0-1 < 3.0-7 by deb)"
    );
    assert_eq!(judge(DEB, "1.1-1", vec![branches]), "fixed in 1.1-5 (1.1-1 < 1.1-5 by deb)");
}

#[test]
fn a_fix_that_another_record_denies_is_not_promised() {
    assert_eq!(
        judge(DEB, "3.0-1", vec![deb_fixed("3.0-2"), deb(Status::WillNotFix)]),
        "will_not_fix (every version is affected); \
         one record calls 3.0-2 fixed, another still affected"
    );
}

#[test]
fn a_fix_behind_a_subscription_is_not_promised_without_it() {
    let locked = "affected (every version is affected); \
                  fixed in 3.0-1esm2 with a subscription to esm-infra";
    assert_eq!(judge(DEB, "3.0-1", vec![deb(Status::Affected), esm("3.0-1esm2")]), locked);
    assert_eq!(
        judge(DEB, "3.0-1", vec![esm("3.0-1esm2")]),
        "affected (3.0-1 < 3.0-1esm2 by deb); fixed in 3.0-1esm2 with a subscription to esm-infra"
    );
    let attached = Setting { extended_support: true, ..DEB };
    assert_eq!(
        judge(attached, "3.0-1", vec![deb(Status::WillNotFix), esm("3.0-1esm2")]),
        "fixed in 3.0-1esm2 (3.0-1 < 3.0-1esm2 by deb)"
    );
    // However it got there, it is there.
    for setting in [DEB, attached] {
        assert_eq!(
            judge(setting, "3.0-1esm2", vec![deb(Status::Affected), esm("3.0-1esm2")]),
            "clear"
        );
    }
    // "Not affected" in the channel is said of the channel's packages.
    let channel_only = |status| Affected { channel: Some("esm-infra".into()), ..deb(status) };
    let records = vec![deb(Status::WillNotFix), channel_only(Status::NotAffected)];
    assert_eq!(judge(DEB, "3.0-1", records.clone()), "will_not_fix (every version is affected)");
    assert_eq!(judge(attached, "3.0-1", records), "clear");
    assert_eq!(judge(DEB, "3.0-1", vec![channel_only(Status::NotAffected)]), "clear");
    // Other channels hold other builds.
    let fips = Affected { channel: Some("fips-updates".into()), ..deb_fixed("3.0-0.fips") };
    assert_eq!(
        judge(DEB, "3.0-1", vec![deb(Status::Affected), fips]),
        "affected (every version is affected)"
    );
}

#[test]
fn what_cannot_be_compared_is_undecided_unless_something_else_decides() {
    let broken = deb_fixed("not a version");
    assert_eq!(
        judge(DEB, "3.0-1", vec![broken.clone()]),
        "undecided: \"not a version\" is not a valid Deb version"
    );
    assert_eq!(
        judge(DEB, "3.0-1", vec![broken, deb_fixed("3.0-2")]),
        "fixed in 3.0-2 (3.0-1 < 3.0-2 by deb); another record could not be compared: \
         \"not a version\" is not a valid Deb version"
    );
}

#[test]
fn an_unknown_module_stream_is_a_doubt_not_a_pass() {
    let mut installed = package("nodejs", "1:14.1-1.module_el8.5.0+1+a");
    installed.kind = plimsoll_inventory::PackageKind::Rpm;
    let key =
        Key { name: "nodejs".into(), version: installed.version.clone(), kind: NameKind::Binary };
    let fix = Affected {
        modularity: Some("nodejs:14".into()),
        ..fixed("alma:8", "nodejs", "CVE-1", "1:14.2-1.module_el8.7.0+2+b")
    };
    let fix = record(fix);
    let rpm = Setting { scheme: Scheme::Rpm, ..DEB };
    let doubt = in_words(decide(rpm, &installed, &[(&fix, &key)]));
    assert_eq!(doubt, "undecided: the module stream of the package or the advisory is not known");
    installed.modularity = Some("nodejs:14:8050020:c:x86_64".into());
    let certain = in_words(decide(rpm, &installed, &[(&fix, &key)]));
    assert!(certain.starts_with("fixed in 1:14.2-1.module"), "{certain}");
}

#[test]
fn advisories_of_all_records_are_collected() {
    let key = Key { name: "openssl".into(), version: "3.0-1".into(), kind: NameKind::Source };
    let records = [("DSA-2-1", "3.0-2"), ("DSA-1-1", "3.0-2"), ("DSA-2-1", "3.0-3")].map(
        |(advisory, version)| {
            record(Affected { advisories: vec![advisory.into()], ..deb_fixed(version) })
        },
    );
    let pairs: Vec<_> = records.iter().map(|record| (record, &key)).collect();
    let Decision::Affected(verdict) = decide(DEB, &package("libssl3", "3.0-1"), &pairs) else {
        panic!("affected");
    };
    assert_eq!(verdict.advisories, ["DSA-1-1", "DSA-2-1"]);
}

#[test]
fn the_end_of_a_range_is_a_fix_only_where_one_is_offered() {
    // Ubuntu's `pending (3.0-2)`: the version is chosen, but nobody can install it yet.
    let mut pending = deb_fixed("3.0-2");
    pending.status = Status::FixDeferred;
    assert_eq!(judge(DEB, "3.0-1", vec![pending.clone()]), "fix_deferred (3.0-1 < 3.0-2 by deb)");
    assert_eq!(judge(DEB, "3.0-2", vec![pending]), "clear");
}

#[test]
fn an_rpm_with_the_fix_of_its_own_minor_release_is_clear() {
    const RPM: Setting<'_> = Setting { scheme: Scheme::Rpm, ..DEB };
    // CVE-2024-2961 in AlmaLinux 8: ALSA-2024:2722 for 8.9 and ALSA-2024:3269 for 8.10.
    let errata = || {
        let fix = |version| fixed("alma:8", "glibc", "CVE-2024-2961", version);
        vec![fix("2.28-236.el8_9.13"), fix("2.28-251.el8_10.1")]
    };
    for clear in
        ["2.28-236.el8_9.13", "2.28-236.el8_9.14", "2.28-251.el8_10.1", "2.28-251.el8_10.5"]
    {
        assert_eq!(judge(RPM, clear, errata()), "clear", "{clear}");
    }
    for (affected, fix) in [
        ("2.28-225.el8", "2.28-236.el8_9.13"),
        ("2.28-236.el8_9.12", "2.28-236.el8_9.13"),
        ("2.28-240.el8_8.1", "2.28-251.el8_10.1"),
        ("2.28-251.el8", "2.28-251.el8_10.1"),
    ] {
        let words = judge(RPM, affected, errata());
        assert_eq!(words, format!("fixed in {fix} ({affected} < {fix} by rpm)"));
    }
    assert_eq!(minor_release("2.28-236.el8_9.13"), Some("el8_9"));
    for none in ["2.28-236.el8", "2.28", "1-2.module_el8.6.0+1", "1-2.el8_", "1-2.el_9"] {
        assert_eq!(minor_release(none), None, "{none}");
    }
}
