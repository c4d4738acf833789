//! Packages of languages through the whole loop.

use plimsoll_advisory::model::{Affected, Import, Severity, Status};
use plimsoll_inventory::{Inventory, Package, Relationship, Symbols};
use plimsoll_version::Ecosystem;

use crate::testing::{Records, by, debian, fixed, inventory, library, package, range, unfixed};
use crate::{
    Confidence, LinkState, MatchOptions, Matched, NameKind, Opinion, Priority, Record,
    match_inventory,
};

const COMPREHENSIVE: MatchOptions = MatchOptions { priority: Priority::Comprehensive };

fn database(records: Vec<Record>) -> Records {
    let mut namespaces: Vec<String> =
        records.iter().map(|record| record.affected.namespace.clone()).collect();
    namespaces.dedup();
    Records { namespaces, records, resolves: true, ..Records::default() }
}

fn scratch(packages: Vec<Package>) -> Inventory {
    Inventory { packages, ..Inventory::default() }
}

fn precise(image: &Inventory, database: &Records) -> Matched {
    match_inventory(image, database, MatchOptions::default())
}

fn lines(matched: &Matched) -> Vec<String> {
    let line = |one: &crate::Finding| {
        let fix = one.fixed_version.as_deref().unwrap_or("-");
        format!("{} {} {fix}", one.package, one.vulnerability)
    };
    matched.findings.iter().map(line).collect()
}

#[test]
fn several_sources_are_one_finding_with_all_names() {
    let ranged = |id, first: &str, fix| {
        let mut record = fixed("pypi", "django", id, fix);
        record.ranges = vec![range(Some(first), Some(fix), None)];
        record.advisories = vec![id.to_owned()];
        record
    };
    let mut records = database(vec![
        by("ghsa", ranged("CVE-2019-19844", "2.2", "2.2.9")),
        by("pypa", ranged("PYSEC-2019-16", "2.2a1", "2.2.9")),
        by("gitlab", ranged("CVE-2019-19844", "2.2.0", "2.2.9")),
    ]);
    records.aliases = vec![("CVE-2019-19844".to_owned(), vec!["PYSEC-2019-16".to_owned()])];
    let matched = precise(&scratch(vec![library(Ecosystem::PyPi, "Django", "2.2.0")]), &records);
    assert_eq!(lines(&matched), ["0 CVE-2019-19844 2.2.9"]);
    let finding = &matched.findings[0];
    assert_eq!((finding.source.id.as_str(), finding.status), ("ghsa", Status::Fixed));
    assert_eq!(finding.aliases, ["PYSEC-2019-16"]);
    assert_eq!(finding.advisories, ["PYSEC-2019-16"]);
    assert_eq!(finding.evidence.comparison, "2.2 <= 2.2.0 < 2.2.9 by pep440");
    assert_eq!((&*finding.evidence.namespace, &*finding.evidence.name), ("pypi", "django"));
    assert!(matched.coverage.is_complete(), "{:?}", matched.coverage);
}

#[test]
fn what_the_database_does_not_know_is_said() {
    let records = database(vec![by("ghsa", fixed("npm", "a", "CVE-1", "2.0.0"))]);
    let image = scratch(vec![
        library(Ecosystem::Npm, "a", "2.0.0"),
        library(Ecosystem::Cran, "b", "1"),
        library(Ecosystem::Generic, "weights", "1"),
    ]);
    let matched = precise(&image, &records);
    assert!(matched.findings.is_empty());
    assert_eq!(
        matched.coverage.reason().unwrap(),
        "the database has no advisories for CRAN (1 package), \
         programs and files outside of every registry (1 package)"
    );
    let bare = precise(&scratch(Vec::new()), &records);
    assert!(!bare.coverage.is_complete());
}

#[test]
fn the_distribution_speaks_for_what_its_packages_brought() {
    let mut records = debian(&[]);
    records.records = vec![by("ghsa", fixed("pypi", "requests", "CVE-2018-18074", "2.20.0"))];
    records.namespaces.push("pypi".to_owned());
    let image = |release: &str, maintainer: &str| {
        let mut owner = package("python3-requests", "2.19.1-1");
        owner.maintainer = Some(maintainer.to_owned());
        let mut requests = library(Ecosystem::PyPi, "requests", "2.19.1");
        requests.library.as_mut().unwrap().owner = Some(0);
        inventory("debian", release, vec![owner, requests])
    };
    let matched = precise(&image("12", ""), &records);
    assert!(matched.findings.is_empty() && matched.coverage.libraries.is_empty(), "{matched:?}");
    // Nobody speaks for it: its own advisories do, with a mark.
    let uncovered = precise(&image("7", ""), &records);
    assert_eq!(lines(&uncovered), ["1 CVE-2018-18074 2.20.0"]);
    let finding = &uncovered.findings[0];
    assert_eq!((finding.owner, finding.confidence), (Some(0), Confidence::Doubtful));
    assert!(finding.evidence.notes[0].contains("python3-requests"), "{:?}", finding.evidence);
    // Debian says nothing of what Docker built.
    let foreign = precise(&image("12", "Docker <support@docker.com>"), &records);
    assert_eq!(lines(&foreign), ["1 CVE-2018-18074 2.20.0"]);
    let all = match_inventory(&image("12", ""), &records, COMPREHENSIVE);
    assert_eq!(lines(&all), ["1 CVE-2018-18074 2.20.0"]);
}

#[test]
fn malicious_packages_are_critical_but_no_project_is_one() {
    let mut everything = unfixed("npm", "acme-tools", "MAL-2024-1", Status::Affected);
    everything.ranges = vec![range(Some("0"), None, None)];
    let mut records = database(vec![by("ossf-malicious-packages", everything)]);
    let opinion = Opinion {
        source: "ossf-malicious-packages".to_owned(),
        malicious: true,
        ..Opinion::default()
    };
    records.opinions.insert("MAL-2024-1".to_owned(), vec![opinion]);
    let mut image = scratch(vec![library(Ecosystem::Npm, "acme-tools", "")]);
    let matched = precise(&image, &records);
    let finding = &matched.findings[0];
    assert!(finding.malicious && finding.ratings.severity == Severity::Critical, "{finding:?}");
    assert_eq!(finding.ratings.severity_source.as_deref(), Some("ossf-malicious-packages"));
    assert!(matched.undecided.is_empty());
    image.packages[0].library.as_mut().unwrap().relationship = Relationship::Root;
    assert!(precise(&image, &records).findings.is_empty());
}

#[test]
fn versions_without_a_place_are_undecided_once() {
    let records = database(vec![
        by("govulndb", fixed("golang", "example.com/a", "GO-1", "1.2.0")),
        by("govulndb", fixed("golang", "example.com/a", "GO-2", "1.3.0")),
    ]);
    for (version, reason) in [
        ("", "no version is known, so 2 advisories could not be compared"),
        ("(devel)", "\"(devel)\" is not a valid version, so 2 advisories could not be compared"),
    ] {
        let image = scratch(vec![library(Ecosystem::Golang, "example.com/a", version)]);
        let matched = precise(&image, &records);
        assert!(matched.findings.is_empty());
        assert_eq!(matched.undecided.len(), 1);
        assert_eq!(matched.undecided[0].reason, reason);
    }
    // Of one's own program nobody says anything, and so there is nothing to decide.
    let own = scratch(vec![library(Ecosystem::Golang, "example.com/own", "(devel)")]);
    assert!(precise(&own, &records).undecided.is_empty());
}

#[test]
fn go_versions_of_all_forms_are_compared() {
    let record = |package, fix| by("govulndb", fixed("golang", package, "CVE-1", fix));
    let records = database(vec![
        record("golang.org/x/net", "0.0.0-20220906165146-f3363e06e74c"),
        record("github.com/docker/distribution", "2.8.0+incompatible"),
        record("stdlib", "1.22.5"),
        record("stdlib", "1.21.12"),
    ]);
    for (name, version, affected) in [
        ("golang.org/x/net", "v0.0.0-20210405180319-a5a99cb37ef4", true),
        ("golang.org/x/net", "v0.0.0-20220906165146-f3363e06e74c", false),
        ("golang.org/x/net", "v0.17.0", false),
        ("github.com/docker/distribution", "v2.7.1+incompatible", true),
        ("github.com/docker/distribution", "v2.8.2+incompatible", false),
        ("stdlib", "1.21.0", true),
        ("stdlib", "go1.22rc1", true),
        ("stdlib", "v1.22.5", false),
    ] {
        let matched = precise(&scratch(vec![library(Ecosystem::Golang, name, version)]), &records);
        assert_eq!(!matched.findings.is_empty(), affected, "{name} {version}");
        assert!(matched.undecided.is_empty(), "{name} {version}");
    }
}

#[test]
fn functions_that_are_not_found_hide_nothing() {
    let mut record = fixed("golang", "golang.org/x/net", "CVE-1", "0.17.0");
    record.imports = vec![Import {
        path: "golang.org/x/net/http2".to_owned(),
        symbols: vec!["Server.ServeConn".to_owned()],
        ..Import::default()
    }];
    let records = database(vec![by("govulndb", record)]);
    let mut image = scratch(vec![library(Ecosystem::Golang, "golang.org/x/net", "v0.10.0")]);
    let state = |image: &Inventory| {
        let matched = precise(image, &records);
        matched.findings[0].linkage.as_ref().map(|linkage| linkage.state)
    };
    assert_eq!(state(&image), Some(LinkState::Unknown));
    image.symbols = vec![Symbols::default()];
    image.packages[0].library.as_mut().unwrap().symbols = Some(0);
    // An empty set is none that could be read.
    assert_eq!(state(&image), Some(LinkState::Unknown));
}

#[test]
fn platforms_and_kinds_of_advisories_are_told() {
    let mut localtime = fixed("cargo", "time", "CVE-2020-26235", "0.2.23");
    localtime.imports = vec![Import {
        path: "time".to_owned(),
        symbols: vec!["time::at".to_owned()],
        systems: vec!["linux".to_owned(), "macos".to_owned()],
        ..Import::default()
    }];
    let unmaintained = Affected {
        raw_status: Some("unmaintained".to_owned()),
        ..unfixed("cargo", "time", "RUSTSEC-2021-1", Status::Affected)
    };
    let records = database(vec![by("rustsec", localtime), by("rustsec", unmaintained)]);
    let matched = precise(&scratch(vec![library(Ecosystem::Cargo, "time", "0.1.43")]), &records);
    assert_eq!(lines(&matched), ["0 CVE-2020-26235 0.2.23", "0 RUSTSEC-2021-1 -"]);
    let notes = |index: usize| matched.findings[index].evidence.notes.join("; ");
    assert_eq!(notes(0), "concerns only the operating systems linux, macos");
    assert_eq!(notes(1), "informational: unmaintained");
}

#[test]
fn only_recognised_programs_are_matched_by_cpe() {
    let cpe = "cpe:2.3:a:redis:redis:7.0.4:*:*:*:*:*:*:*".to_owned();
    let mut by_cpe = fixed("cpe", "redis:redis", "CVE-2022-35977", "7.0.8");
    by_cpe.cpes = vec!["cpe:2.3:a:redis:redis:*:*:*:*:*:*:*:*".to_owned()];
    let records = database(vec![
        by("nvd", by_cpe.clone()),
        by("bitnami", fixed("bitnami", "redis", "CVE-2022-35977", "7.0.8")),
        by("nvd", Affected { vulnerability: "CVE-2022-2".to_owned(), ..by_cpe }),
    ]);
    let with_cpe = |ecosystem| {
        let mut redis = library(ecosystem, "redis", "7.0.4");
        redis.library.as_mut().unwrap().cpes = vec![cpe.clone()];
        scratch(vec![redis])
    };
    let matched = precise(&with_cpe(Ecosystem::Generic), &records);
    assert_eq!(lines(&matched), ["0 CVE-2022-2 7.0.8", "0 CVE-2022-35977 7.0.8"]);
    let [by_cpe, by_name] = matched.findings.as_slice() else { panic!("{matched:?}") };
    assert_eq!(by_cpe.evidence.name_kind, NameKind::Cpe);
    assert_eq!(by_cpe.confidence, Confidence::Doubtful);
    assert!(by_cpe.evidence.notes[0].starts_with("matched by the CPE name redis:redis (cpe:2.3:"));
    assert_eq!((&*by_name.source.id, by_name.confidence), ("bitnami", Confidence::Usual));
    assert_eq!(by_name.evidence.notes[0], "matched by the name redis of bitnami");
    assert!(matched.coverage.is_complete(), "{:?}", matched.coverage);
    let of_registry = precise(&with_cpe(Ecosystem::PyPi), &records);
    assert!(of_registry.findings.is_empty());
}

#[test]
fn packages_without_code_are_marked_and_stay() {
    let mut headers = package("linux-libc-dev", "6.1.1-1");
    headers.code = Some(false);
    let records = debian(&[fixed("debian:12", "linux-libc-dev", "CVE-1", "6.1.2-1")]);
    let matched = precise(&inventory("debian", "12", vec![headers]), &records);
    assert_eq!(matched.findings[0].code, Some(false));
    assert_eq!(matched.findings[0].evidence.notes, ["the package has nothing that runs"]);
}
