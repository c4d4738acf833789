//! What a person sees.

use insta::assert_snapshot;
use plimsoll_advisory::model::Severity;
use plimsoll_image::SourceKind;
use plimsoll_match::{Coverage, Gate, GateReason, LibraryCoverage, Outcome, SystemCoverage};

use super::*;
use crate::sample;
use crate::text::width;

fn table(reports: &[Report], options: TableOptions) -> String {
    let mut out = Vec::new();
    write(&mut out, reports, &sample::texts, options).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_report_at_80_columns() {
    assert_snapshot!(table(&[sample::report()], TableOptions::default()), @r#"
    FAIL     2 fixable CRITICAL or HIGH in 2 packages, 1 exploited in the wild
             shop/web:1.4 (debian 12.1), 5 packages, 2 layers
             END OF LIFE: debian 12.1 has had no regular security updates since
             2026-06-10; what is not fixed stays so. Extended support until
             2028-06-30.

    glibc 2.36-9  (libc6)  layer 1
      HIGH      CVE-2023-4911  → 2.36-9+deb12u3  EXPLOITED  71%  glibc: Looney Tuna…
      LOW       CVE-2010-4756  affected

    curl 7.88.1-10  (curl, libcurl4)  layer 2
      CRITICAL  CVE-2023-38545  → 7.88.1-10+deb12u4   26%  curl: heap based buffer …

    zlib 1:1.2.13.dfsg-1  (zlib1g)  layer 1
      CRITICAL  CVE-2023-45853  will not fix  0.9%

    Layer 1     ADD file:bdca0f3cf5cab875 in /
    Layer 2     RUN apt-get update && apt-get install -y --no-install-recommends
                curl ca-certificates && rm -rf /var/lib/apt/lists/*
    Left out    1 by ignore files
    Expired     .trivyignore:2 no longer ignores CVE-2023-4911, since 2024-01-01
    Not checked mystery: "not a version" is not a valid version, so 2 advisories
                could not be compared
    Not checked var/lib/dpkg/status.d/broken (layer 2): paragraph without a Package
                field, left out
    Legend      EXPLOITED: in CISA's catalogue (KEV). Percent: the chance of
                exploitation within 30 days (EPSS).
    Database    built on 2026-11-20, 61234 vulnerabilities: debian 2026-11-20
    "#);
}

#[test]
fn several_images_end_in_a_summary() {
    let reports = [sample::report(), sample::bare()];
    let text = table(&reports, TableOptions::default());
    let tail: Vec<_> = text.lines().skip_while(|line| !line.starts_with("NOT COVERED")).collect();
    assert_snapshot!(tail.join("\n"), @r#"
    NOT COVERED  not judged: no package database was found
             ./scratch.tar, 0 packages, 2 layers
             STARTER DATABASE: it knows only 150 of the best-known vulnerabilities.
             Get a full one for a verdict: plimsoll db pull.

    Not checked no package database was found
    Database    the starter inside the program, 150 vulnerabilities

    ────────────────────────────────────────────────────────────────────────────────

    Summary
    FAIL         shop/web:1.4   2 fixable CRITICAL or HIGH in 2 packages, 1 exploit…
    NOT COVERED  ./scratch.tar  not judged: no package database was found
    "#);
}

#[test]
fn no_line_is_wider_than_the_page() {
    let mut report = sample::report();
    report.inventory.packages[0].name = "漢字".repeat(60);
    report.inventory.packages[1].version = "9".repeat(300);
    report.outcome.findings[0].vulnerability = "CVE-".repeat(40);
    report.image.name = "registry.example.com/".repeat(9);
    for columns in [0, 40, 57, 80, 132, 200] {
        let options = TableOptions { width: columns, detail: Detail::All, color: false };
        let text = table(&[report.clone(), sample::bare()], options);
        let widest = text.lines().map(width).max().unwrap();
        assert!(widest <= columns.max(40), "{widest} > {columns}\n{text}");
        assert!(text.lines().all(|line| line == line.trim_end()), "no trailing space");
    }
}

#[test]
fn hostile_names_cannot_act_on_the_terminal() {
    let mut report = sample::report();
    let evil = "a\x1b]0;owned\x07\x1b[2J\nPASS\u{202e}";
    report.image.name = evil.to_owned();
    report.image.layers[1].created_by = Some(evil.to_owned());
    report.inventory.packages[0].name = evil.to_owned();
    report.inventory.packages[0].version = evil.to_owned();
    report.inventory.os.as_mut().unwrap().version = evil.to_owned();
    report.inventory.problems[0].1.path = Some(evil.to_owned());
    report.inventory.problems[0].1.message = evil.to_owned();
    report.outcome.findings[0].vulnerability = evil.to_owned();
    report.outcome.findings[0].fixed_version = Some(evil.to_owned());
    report.undecided[0].reason = evil.to_owned();
    report.coverage = Coverage::of_system(SystemCoverage::NotCovered {
        namespace: None,
        reason: evil.to_owned(),
    });
    report.notes = vec![evil.to_owned()];
    report.database.sources[0].id = evil.to_owned();
    report.gate = Gate::Failed(vec![GateReason::NotJudged(evil.to_owned())]);
    report.database.starter = true;
    let text = table(&[report.clone(), report], TableOptions::default());
    assert!(!text.contains(['\x1b', '\x07', '\u{202e}']), "{text}");
    assert!(!text.lines().any(|line| line.trim_start().starts_with("PASS")), "{text}");
}

#[test]
fn colour_is_only_there_when_told() {
    let options = TableOptions { color: true, ..TableOptions::default() };
    let colored = table(&[sample::report()], options);
    assert!(colored.contains("\x1b["));
    let mut plain = String::new();
    let mut rest = colored.as_str();
    while let Some((before, after)) = rest.split_once('\x1b') {
        plain.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    plain.push_str(rest);
    assert_eq!(plain, table(&[sample::report()], TableOptions::default()));
}

/// The verdict's line for a report.
fn verdict(change: impl Fn(&mut Report)) -> String {
    let mut report = sample::report();
    report.gate = Gate::Off;
    change(&mut report);
    let text = table(&[report], TableOptions::default());
    text.lines().next().unwrap().to_owned()
}

#[test]
fn the_verdict_says_what_to_do() {
    let keep = |report: &mut Report, ids: &[&str]| {
        report.outcome.findings.retain(|one| ids.contains(&one.vulnerability.as_str()));
    };
    assert_eq!(
        verdict(|_| {}),
        "ACT      2 fixable CRITICAL or HIGH in 2 packages, 1 exploited in the wild"
    );
    assert_eq!(
        verdict(|report| {
            keep(report, &["CVE-2023-4911"]);
            report.outcome.findings[0].ratings.severity = Severity::Medium;
            report.outcome.findings[0].ratings.exploited = None;
        }),
        "UPDATE   1 fixable, none rated above MEDIUM, in 1 package"
    );
    assert_eq!(
        verdict(|report| keep(report, &["CVE-2010-4756", "CVE-2023-45853"])),
        "WATCH    nothing to update: 2 without a fix"
    );
    assert_eq!(
        verdict(|report| report.outcome = Outcome::default()),
        "CLEAN    no known vulnerability in 5 packages"
    );
    assert_eq!(
        verdict(|report| keep(report, &[])),
        "CLEAN    nothing that counts: 1 finding left out by filters"
    );
    let uncovered = |report: &mut Report| {
        let reason = "the database has no advisories for Debian 12".to_owned();
        let system = SystemCoverage::NotCovered { namespace: None, reason };
        report.coverage = Coverage::of_system(system);
        report.outcome = Outcome::default();
    };
    assert_eq!(
        verdict(uncovered),
        "NOT COVERED  not judged: the database has no advisories for Debian 12"
    );
    assert_eq!(
        verdict(|report| {
            uncovered(report);
            report.gate = Gate::Passed;
        }),
        "NOT COVERED  not judged: the database has no advisories for Debian 12"
    );
}

#[test]
fn many_findings_are_summarised_and_all_are_shown_when_told() {
    let mut report = sample::report();
    for number in 0..20 {
        let id = format!("CVE-2020-{number:04}");
        report.outcome.findings.push(sample::finding(2, "glibc", &id, Severity::Low, None));
    }
    let text = table(&[report.clone()], TableOptions::default());
    assert!(!text.contains("CVE-2020-0001"));
    assert!(
        text.contains("Not listed  21 without a fix (21 LOW); --table-mode detailed lists them")
    );
    let all = table(&[report], TableOptions { detail: Detail::All, ..TableOptions::default() });
    assert!(all.contains("CVE-2020-0001"));
    assert!(!all.contains("Not listed"));
}

#[test]
fn a_directory_has_no_layers() {
    let mut report = sample::report();
    report.image.source = SourceKind::Directory;
    let text = table(&[report], TableOptions::default());
    assert!(!text.contains("layer"), "{text}");
}

#[test]
fn licences_that_ask_for_something_are_listed() {
    let mut report = sample::report();
    for package in &mut report.inventory.packages {
        package.licenses = vec!["GPL-2+".to_owned(), "MIT".to_owned()];
    }
    let policy = plimsoll_license::Policy::default();
    report.license_findings = Some(crate::license_findings(&report.inventory, &policy));
    let page = table(&[report], TableOptions::default());
    assert!(page.contains("Licences    5 restricted (HIGH), 5 notice (LOW)"), "{page}");
    assert!(
        page.contains("restricted  GPL-2.0-or-later: curl, libcurl4, libc6, zlib1g, mystery"),
        "{page}"
    );
    assert!(!page.contains("MIT"), "{page}");
}

#[test]
fn languages_have_parts_of_their_own() {
    let mut report = sample::languages();
    report.dependency_tree = true;
    assert_snapshot!(table(&[report], TableOptions::default()), @r#"
    FAIL     1 malicious package to remove, 4 fixable CRITICAL or HIGH in 4
             packages, 1 exploited in the wild
             shop/web:1.4 (debian 12.1), 11 packages, 6 of languages, 2 layers
             END OF LIFE: debian 12.1 has had no regular security updates since
             2026-06-10; what is not fixed stays so. Extended support until
             2028-06-30.

                                           CRIT HIGH  MED  LOW  UNK
    debian 12.1                               2    1    -    1    -
    opt/reqeusts.dist-info/METADATA (pypi)    1    -    -    -    -
    srv/app/package-lock.json (npm)           -    1    -    -    -
    usr/bin/tool (golang)                     -    1    -    -    -

    glibc 2.36-9  (libc6)  layer 1
      HIGH      CVE-2023-4911  → 2.36-9+deb12u3  EXPLOITED  71%  glibc: Looney Tuna…
      LOW       CVE-2010-4756  affected

    curl 7.88.1-10  (curl, libcurl4)  layer 2
      CRITICAL  CVE-2023-38545  → 7.88.1-10+deb12u4   26%  curl: heap based buffer …

    zlib 1:1.2.13.dfsg-1  (zlib1g)  layer 1
      CRITICAL  CVE-2023-45853  will not fix  0.9%

    ── opt/reqeusts.dist-info/METADATA (pypi), 1 package ───────────────────────────

    reqeusts 1.0  layer 2
      CRITICAL  MAL-2024-1  remove it  MALICIOUS doubtful

    ── srv/app/package-lock.json (npm), 3 packages ─────────────────────────────────

    lodash 4.17.4  indirect  layer 2
      HIGH      CVE-2018-16487  → 4.17.11
      └── grunt@1.0.1 (direct)
          └── shop@1.0.0 (root)

    ── usr/bin/tool (golang), 1 package ────────────────────────────────────────────

    golang.org/x/net v0.10.0  layer 2
      HIGH      CVE-2023-39325  → 0.17.0  not seen

    Layer 1     ADD file:bdca0f3cf5cab875 in /
    Layer 2     RUN apt-get update && apt-get install -y --no-install-recommends
                curl ca-certificates && rm -rf /var/lib/apt/lists/*
    Left out    1 by ignore files
    Expired     .trivyignore:2 no longer ignores CVE-2023-4911, since 2024-01-01
    Judged      debian:12, golang (1 package), npm (3 packages), pypi (1 package)
    Not checked mystery: "not a version" is not a valid version, so 2 advisories
                could not be compared
    Not checked var/lib/dpkg/status.d/broken (layer 2): paragraph without a Package
                field, left out
    Legend      EXPLOITED: in CISA's catalogue (KEV). Percent: the chance of
                exploitation within 30 days (EPSS).
    Legend      MALICIOUS: the package itself was published to do harm. not seen: no
                vulnerable function among those of the program; a hint, not a proof.
                doubtful: something speaks against it; --format json says what.
    Database    built on 2026-11-20, 61234 vulnerabilities: debian 2026-11-20
    "#);
}

#[test]
fn parts_that_could_not_be_judged_are_told_apart() {
    let library = |namespace: &str, covered| LibraryCoverage {
        namespace: namespace.to_owned(),
        packages: 2,
        covered,
    };
    let scratch = |libraries: Vec<LibraryCoverage>| {
        verdict(|report| {
            report.outcome = Outcome::default();
            let reason = "nothing was found".to_owned();
            let system = SystemCoverage::NoPackages { reason, missing: false };
            report.coverage = Coverage { system, libraries: libraries.clone() };
        })
    };
    assert_eq!(
        scratch(vec![library("golang", true)]),
        "CLEAN    no known vulnerability in 5 packages"
    );
    assert_eq!(
        scratch(vec![library("conda", false), library("golang", true)]),
        "PARTIAL  no known vulnerability in what was judged; not judged: the database has"
    );
    assert_eq!(
        scratch(vec![library("conda", false)]),
        "NOT COVERED  not judged: the database has no advisories for conda (2 packages)"
    );
    assert_eq!(scratch(vec![]), "NOT COVERED  not judged: nothing was found");
}

#[test]
fn many_places_are_summarised_and_cut() {
    let mut report = sample::languages();
    let lodash = report.inventory.packages[7].clone();
    let finding = report.outcome.findings[5].clone();
    for number in 0..40 {
        let mut copy = lodash.clone();
        let library = copy.library.as_mut().unwrap();
        library.file = format!("srv/{}/{number}/package-lock.json", "long-directory/".repeat(9));
        copy.found_in.path.clone_from(&library.file);
        report.inventory.packages.push(copy);
        let package = report.inventory.packages.len() - 1;
        report.outcome.findings.push(plimsoll_match::Finding { package, ..finding.clone() });
    }
    for columns in [40, 80, 132] {
        let options = TableOptions { width: columns, ..TableOptions::default() };
        let text = table(&[report.clone()], options);
        assert!(text.lines().all(|line| width(line) <= columns), "{text}");
        assert!(text.contains("and 29 more places with problems"), "{text}");
    }
}
