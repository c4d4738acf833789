//! Packages of languages against real advisories, through the real database.
//!
//! The data is not part of the repository. It is looked for in `PLIMSOLL_SHARED`, else beside the
//! workspace; without it the tests say that they were skipped.

#![expect(clippy::unwrap_used, reason = "a test fails where its data is not as expected")]

use std::path::PathBuf;
use std::sync::OnceLock;

use plimsoll_advisory::Database;
use plimsoll_advisory::build::{BuildOptions, build};
use plimsoll_advisory::model::Severity;
use plimsoll_inventory::{Inventory, Library, Package, PackageKind, Relationship};
use plimsoll_match::{Finding, MatchOptions, Matched, Priority, match_inventory};
use plimsoll_version::Ecosystem;

/// Archives with records about languages and programs.
const ARCHIVES: &[&str] = &[
    "bitnami-vulndb/bitnami-vulndb.tar.zst",
    "gitlab-advisories-community/gitlab-advisories-community.tar.zst",
    "go-vulndb/go-vulndb.tar.zst",
    "nodejs-security-wg/nodejs-security-wg.tar.zst",
    "osv-harvest/osv-harvest.tar.zst",
    "php-security-advisories/friendsofphp.tar.zst",
    "pypa-advisory-db/pypa-advisory-db.tar.zst",
    "retirejs/retirejs.tar.zst",
    "ruby-advisory-db/ruby-advisory-db.tar.zst",
    "rustsec/rustsec-advisory-db.tar.zst",
    "sap-project-kb/sap-project-kb-statements.tar.zst",
];

const PRECISE: MatchOptions = MatchOptions { priority: Priority::Precise };

#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn database() -> Option<&'static Database> {
    static DATABASE: OnceLock<Option<Database>> = OnceLock::new();
    let open = || {
        let data = shared()?.join("data");
        let archives: Vec<_> = ARCHIVES.iter().map(|name| data.join(name)).collect();
        let built = build(&archives, &BuildOptions::default()).unwrap();
        Some(Database::from_bytes(built.bytes).unwrap())
    };
    let database = DATABASE.get_or_init(open).as_ref();
    if database.is_none() {
        eprintln!("skipped: there is no shared data");
    }
    database
}

fn shared() -> Option<PathBuf> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let directory = std::env::var_os("PLIMSOLL_SHARED").map_or_else(beside, PathBuf::from);
    directory.is_dir().then_some(directory)
}

fn package(ecosystem: Ecosystem, name: &str, version: &str) -> Package {
    let library = Library {
        ecosystem,
        extractor: "test".to_owned(),
        file: "srv/app".to_owned(),
        relationship: Relationship::Unknown,
        dev: false,
        depends_on: Vec::new(),
        lines: Vec::new(),
        digests: Vec::new(),
        cpes: Vec::new(),
        doubt: None,
        symbols: None,
        owner: None,
    };
    Package {
        library: Some(Box::new(library)),
        ..Package::new(PackageKind::Library, name.to_owned(), version.to_owned())
    }
}

fn matched(database: &Database, packages: Vec<Package>, options: MatchOptions) -> Matched {
    let image = Inventory { packages, ..Inventory::default() };
    match_inventory(&image, database, options)
}

fn find<'m>(matched: &'m Matched, name: &str) -> Option<&'m Finding> {
    matched.findings.iter().find(|finding| finding.is_called(name))
}

/// Ecosystem, package, version; the name of a problem; its fix, `-` where there is none, nothing
/// where the version is not affected. Looked up in the advisories' own pages.
type Row = (Ecosystem, &'static str, &'static str, &'static str, Option<&'static str>);

#[rustfmt::skip]
const ROWS: &[Row] = &[
    (Ecosystem::PyPi, "Django", "2.2.0", "CVE-2019-19844", Some("2.2.9")),
    (Ecosystem::PyPi, "django", "2.2.9", "CVE-2019-19844", None),
    (Ecosystem::PyPi, "django", "3.0rc1", "CVE-2019-19844", None),
    (Ecosystem::PyPi, "requests", "2.19.1", "CVE-2018-18074", Some("2.20.0")),
    (Ecosystem::PyPi, "requests", "2.20.0", "CVE-2018-18074", None),
    (Ecosystem::Npm, "lodash", "4.17.4", "CVE-2018-16487", Some("4.17.11")),
    (Ecosystem::Npm, "lodash", "4.17.21", "CVE-2018-16487", None),
    (Ecosystem::Maven, "org.apache.logging.log4j:log4j-core", "2.14.1", "CVE-2021-44228", Some("2.15.0")),
    (Ecosystem::Maven, "org.apache.logging.log4j:log4j-core", "2.17.1", "CVE-2021-44228", None),
    (Ecosystem::Golang, "golang.org/x/net", "v0.0.0-20210405180319-a5a99cb37ef4", "CVE-2022-27664", Some("0.0.0-20220906165146-f3363e06e74c")),
    (Ecosystem::Golang, "golang.org/x/net", "v0.10.0", "CVE-2023-39325", Some("0.17.0")),
    (Ecosystem::Golang, "golang.org/x/net", "v0.17.0", "CVE-2023-39325", None),
    (Ecosystem::Golang, "stdlib", "1.21.2", "CVE-2023-39325", Some("1.21.3")),
    (Ecosystem::Golang, "stdlib", "1.20.9", "CVE-2023-39325", Some("1.20.10")),
    (Ecosystem::Golang, "github.com/docker/distribution", "v2.7.1+incompatible", "GO-2022-0379", Some("2.8.0+incompatible")),
    (Ecosystem::Golang, "github.com/docker/distribution", "v2.8.1+incompatible", "GO-2022-0379", None),
    (Ecosystem::Gem, "rack", "2.2.2", "CVE-2020-8184", Some("2.2.3")),
    (Ecosystem::Gem, "rack", "2.2.3", "CVE-2020-8184", None),
    (Ecosystem::Cargo, "time", "0.1.43", "RUSTSEC-2020-0071", Some("0.2.0")),
    // 0.2.0 to 0.2.6 do not have it, 0.2.7 has it again.
    (Ecosystem::Cargo, "time", "0.2.3", "RUSTSEC-2020-0071", None),
    (Ecosystem::Cargo, "time", "0.2.10", "RUSTSEC-2020-0071", Some("0.2.23")),
    (Ecosystem::Cargo, "time", "0.2.23", "RUSTSEC-2020-0071", None),
    (Ecosystem::Composer, "Symfony/http-foundation", "v4.4.6", "CVE-2020-5255", Some("4.4.7")),
    (Ecosystem::Bitnami, "redis", "7.0.4", "CVE-2022-35951", Some("7.0.5")),
];

#[test]
fn real_advisories_hold() {
    let Some(database) = database() else { return };
    let mut wrong = Vec::new();
    for &(ecosystem, name, version, problem, expected) in ROWS {
        let matched = matched(database, vec![package(ecosystem, name, version)], PRECISE);
        assert!(matched.coverage.is_complete(), "{name}: {:?}", matched.coverage);
        let found = find(&matched, problem);
        let fix = found.map(|one| one.fixed_version.as_deref().unwrap_or("-"));
        if fix != expected {
            wrong.push(format!("{name} {version} {problem}: {fix:?} instead of {expected:?}"));
        }
        // One problem is one finding, whatever its names.
        let named = matched.findings.iter().filter(|one| one.is_called(problem)).count();
        assert!(named <= 1, "{name} {version} {problem}: {:?}", matched.findings);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn joined_findings_name_their_sources() {
    let Some(database) = database() else { return };
    let packages = vec![
        package(Ecosystem::Cargo, "time", "0.1.43"),
        package(Ecosystem::Golang, "golang.org/x/net", "v0.10.0"),
    ];
    let matched = matched(database, packages, PRECISE);
    let time = find(&matched, "RUSTSEC-2020-0071").unwrap();
    assert_eq!((&*time.vulnerability, &*time.source.id), ("CVE-2020-26235", "rustsec"));
    let notes = time.evidence.notes.join("; ");
    assert!(notes.contains("operating systems android, freebsd"), "{notes}");
    let reset = find(&matched, "GO-2023-2102").unwrap();
    assert_eq!(&*reset.source.id, "govulndb");
    let code = &reset.linkage.as_ref().unwrap().code;
    assert!(code.iter().any(|name| name.starts_with("golang.org/x/net/http2.Server.")), "{code:?}");
}

#[test]
fn withdrawn_records_are_no_findings() {
    let Some(database) = database() else { return };
    let withdrawn = database.iter_vulnerabilities().filter(|one| one.is_withdrawn()).count();
    assert!(withdrawn > 5, "{withdrawn}");
    for (namespace, name, entries) in database.iter_packages() {
        let Some(ecosystem) = Ecosystem::from_id(namespace) else { continue };
        for entry in entries {
            let source = entry.source().id();
            let vulnerability = database.vulnerability(entry.vulnerability());
            let detail = vulnerability.and_then(|one| one.detail(source));
            if detail.is_some_and(|detail| detail.is_withdrawn()) {
                let matched = matched(database, vec![package(ecosystem, name, "0.0.1")], PRECISE);
                let found = find(&matched, entry.vulnerability());
                assert!(found.is_none_or(|one| one.source.id != source), "{name}");
            }
        }
    }
}

#[test]
fn malicious_packages_are_critical() {
    let Some(database) = database() else { return };
    let malicious = database.iter_packages().find_map(|(namespace, name, entries)| {
        let ecosystem = Ecosystem::from_id(namespace)?;
        let entry = entries.into_iter().find(|entry| {
            let vulnerability = database.vulnerability(entry.vulnerability());
            vulnerability.is_some_and(|one| {
                let id = entry.source().id();
                one.detail(id).is_some_and(|detail| detail.is_malicious())
            })
        })?;
        let record = entry.to_affected(namespace, name);
        let version = record.versions.first().cloned().unwrap_or_else(|| "1.0.0".to_owned());
        Some((package(ecosystem, name, &version), record.vulnerability))
    });
    let (package, id) = malicious.unwrap();
    let matched = matched(database, vec![package], PRECISE);
    let finding = find(&matched, &id).unwrap();
    assert!(finding.malicious, "{finding:?}");
    assert_eq!(finding.ratings.severity, Severity::Critical);
}

/// Fixes of a package that are looked at; those with hundreds of problems take long otherwise.
const MOST_FIXES: usize = 4;

#[test]
fn fixes_are_fixed_and_precise_is_part_of_comprehensive() {
    const COMPREHENSIVE: MatchOptions = MatchOptions { priority: Priority::Comprehensive };
    let Some(database) = database() else { return };
    let mut fixes = 0;
    for (index, (namespace, name, entries)) in database.iter_packages().enumerate() {
        let Some(ecosystem) = Ecosystem::from_id(namespace) else { continue };
        if index % 50 != 0 {
            continue;
        }
        let first = entries.into_iter().next().map(|entry| entry.to_affected(namespace, name));
        let mut bounds = first.iter().flat_map(|record| &record.ranges);
        let bound = bounds.find_map(|range| {
            let ends = [&range.introduced, &range.last_affected];
            ends.into_iter().flatten().find(|bound| *bound != "0").cloned()
        });
        let version = bound.unwrap_or_else(|| "0.0.1".to_owned());
        let of = |version: &str, options| {
            matched(database, vec![package(ecosystem, name, version)], options)
        };
        let (precise, all) = (of(&version, PRECISE), of(&version, COMPREHENSIVE));
        for finding in &precise.findings {
            assert!(find(&all, &finding.vulnerability).is_some(), "{name} {version}");
        }
        for finding in precise.findings.iter().take(MOST_FIXES) {
            let Some(fix) = &finding.fixed_version else { continue };
            let fixed = of(fix, PRECISE);
            assert!(find(&fixed, &finding.vulnerability).is_none(), "{name} {version} {fix}");
            fixes += 1;
        }
    }
    assert!(fixes > 100, "{fixes}");
}
