//! The file as a whole: what goes in comes out, the same input gives the same bytes, and damage
//! of any kind ends in an error or an early end, never in a panic.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::collector::Collector;
use crate::model::{
    Affected, EndOfLife, Epss, Exploited, Import, Range, Repository, Severity, Source, Status,
    Vulnerability,
};
use crate::sink::{Fate, Sink};

/// A call of a sink, so that sets of them can be shuffled.
#[derive(Debug, Clone)]
pub(crate) enum Call {
    Covers(&'static str),
    Vulnerability(Vulnerability),
    Affected(Affected),
    Exploited(Exploited),
    Epss(String, Epss),
    EndOfLife(EndOfLife),
    Repository(Repository),
}

fn source(id: &str) -> Source {
    Source {
        id: id.to_owned(),
        name: format!("Source {id}"),
        url: format!("https://{id}.example/"),
        license: "CC0-1.0".to_owned(),
    }
}

pub(crate) fn collect<'c>(calls: impl IntoIterator<Item = &'c (u8, Call)>) -> Collector {
    let mut sink = Collector::new();
    for (from, call) in calls {
        let id = sink.source(&source(["debian", "alpine", "nvd"][usize::from(from % 3)]));
        match call.clone() {
            Call::Covers(namespace) => sink.covers(id, namespace),
            Call::Vulnerability(record) => sink.vulnerability(id, record),
            Call::Affected(record) => sink.affected(id, record),
            Call::Exploited(record) => sink.exploited(id, record),
            Call::Epss(cve, score) => sink.epss(id, &cve, score),
            Call::EndOfLife(record) => sink.end_of_life(id, record),
            Call::Repository(record) => sink.repository(id, record),
        }
        sink.dated(id, &format!("2026-08-{:02}", from % 28 + 1));
        sink.count(id, Fate::Kept);
    }
    sink
}

pub(crate) fn compiled(collector: Collector) -> Vec<u8> {
    compile(collector, &WriteOptions::default()).unwrap().bytes
}

fn database(calls: &[(u8, Call)]) -> Database {
    Database::from_bytes(compiled(collect(calls))).unwrap()
}

pub(crate) fn affected(
    namespace: &str,
    package: &str,
    vulnerability: &str,
    fixed: &str,
) -> Affected {
    Affected {
        namespace: namespace.to_owned(),
        package: package.to_owned(),
        vulnerability: vulnerability.to_owned(),
        advisories: vec!["DSA-5865-1".to_owned()],
        ranges: vec![Range { fixed: Some(fixed.to_owned()), ..Range::default() }],
        severity: Some(Severity::High),
        ..Affected::with_status(Status::Fixed)
    }
}

fn repository(name: &str, cpes: &[&str]) -> Repository {
    let cpes = cpes.iter().map(|&cpe| cpe.to_owned()).collect();
    Repository { name: name.to_owned(), cpes }
}

fn heartbleed() -> Vulnerability {
    Vulnerability {
        id: "CVE-2014-0160".to_owned(),
        aliases: vec!["GHSA-5c4r-w7h9-h4wg".to_owned()],
        title: "Heartbleed".to_owned(),
        description: "The heartbeat extension reads beyond the buffer. ".repeat(40),
        severity: Some(Severity::High),
        cvss: vec!["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N".to_owned()],
        weaknesses: vec!["CWE-125".to_owned()],
        references: vec!["https://heartbleed.com/".to_owned()],
        published: Some("2014-04-07T22:55:03Z".to_owned()),
        ..Vulnerability::default()
    }
}

pub(crate) fn sample() -> Vec<(u8, Call)> {
    vec![
        (0, Call::Affected(affected("debian:7", "openssl", "CVE-2014-0160", "1.0.1e-2+deb7u5"))),
        (0, Call::Affected(affected("debian:8", "openssl", "CVE-2014-0160", "1.0.1g-1"))),
        (1, Call::Affected(affected("alpine:3.2", "openssl", "CVE-2014-0160", "1.0.1g-r0"))),
        (1, Call::Affected(affected("alpine:3.2", "xz", "CVE-2022-1271", "5.2.5-r1"))),
        (0, Call::Covers("debian:13")),
        (2, Call::Vulnerability(heartbleed())),
        (
            2,
            Call::Exploited(Exploited {
                id: "CVE-2014-0160".to_owned(),
                added: "2022-05-04".to_owned(),
                due: Some("2022-05-25".to_owned()),
                ransomware: true,
            }),
        ),
        (
            2,
            Call::Epss(
                "CVE-2014-0160".to_owned(),
                Epss { probability: 0.94464, percentile: 0.99992 },
            ),
        ),
        (
            2,
            Call::EndOfLife(EndOfLife {
                product: "debian".to_owned(),
                release: "7".to_owned(),
                end_of_life: Some("2016-04-25".to_owned()),
                extended_support: Some("2018-05-31".to_owned()),
            }),
        ),
        (0, Call::Repository(repository("rhel-8-baseos", &["cpe:/o:redhat:rhel:8::baseos"]))),
        (0, Call::Repository(repository("rhel-7-server", &["cpe:/o:redhat:rhel:7", "cpe:/b"]))),
    ]
}

#[test]
fn a_package_has_the_entries_of_its_own_release_only() {
    let database = database(&sample());
    let entries: Vec<_> = database.affected("debian:7", "openssl").collect();
    let [entry] = entries.as_slice() else { panic!("{entries:?}") };
    assert_eq!(
        entry.to_affected("debian:7", "openssl"),
        affected("debian:7", "openssl", "CVE-2014-0160", "1.0.1e-2+deb7u5"),
    );
    assert_eq!(entry.source().id(), "debian");
    assert_eq!(entry.details().unwrap().id(), "CVE-2014-0160");
    assert_eq!(database.affected("debian:7", "xz").count(), 0);
    assert_eq!(database.affected("debian:9", "openssl").count(), 0);
    assert!(database.damage().is_none());
}

#[test]
fn a_declared_namespace_is_covered_without_entries() {
    let database = database(&sample());
    assert!(database.covers("debian:7"));
    assert!(database.covers("debian:13"));
    assert!(!database.covers("debian:1"));
    assert!(!database.covers("zzz"));
    let info = database.info();
    let declared = info.namespaces.iter().find(|one| one.name == "debian:13").unwrap();
    assert_eq!((declared.packages, declared.sources.as_slice()), (0, &["debian".to_owned()][..]));
}

#[test]
fn a_vulnerability_is_found_by_every_name() {
    let database = database(&sample());
    assert_eq!(database.resolve("GHSA-5c4r-w7h9-h4wg"), Some("CVE-2014-0160"));
    assert_eq!(database.resolve("CVE-2014-0160"), Some("CVE-2014-0160"));
    assert_eq!(database.resolve("CVE-2014-0161"), None);

    let entry = database.vulnerability("GHSA-5c4r-w7h9-h4wg").unwrap();
    let detail = entry.detail("nvd").unwrap();
    assert_eq!(detail.to_vulnerability(&entry), heartbleed());
    assert_eq!(detail.cvss().map(|score| score.score).collect::<Vec<_>>(), [7.5]);
    // A vulnerability that only a package names is there as well.
    assert_eq!(database.vulnerability("CVE-2022-1271").unwrap().details().count(), 0);
}

#[test]
fn an_id_goes_before_an_alias() {
    let record = |id: &str, alias: &str| {
        let aliases = vec![alias.to_owned()];
        (0, Call::Vulnerability(Vulnerability { id: id.to_owned(), aliases, ..heartbleed() }))
    };
    let database =
        database(&[record("CVE-2020-0001", "CVE-2020-0002"), record("CVE-2020-0002", "GHSA-x")]);
    assert_eq!(database.resolve("CVE-2020-0002"), Some("CVE-2020-0002"));
}

/// GHSA-1 knows its CVE; RUSTSEC-1 and PYSEC-1 know only the GHSA; GO-1 has nothing but a GHSA
/// that nobody published; two CVEs share an alias.
#[test]
fn names_of_one_problem_are_joined_and_cves_are_kept_apart() {
    let record = |from: u8, id: &str, aliases: &[&str]| {
        let aliases = aliases.iter().map(|&alias| alias.to_owned()).collect();
        let record = Vulnerability { id: id.to_owned(), aliases, ..heartbleed() };
        (from, Call::Vulnerability(record))
    };
    let database = database(&[
        record(0, "RUSTSEC-1", &["GHSA-1"]),
        record(1, "GHSA-1", &["CVE-2020-0001"]),
        record(2, "PYSEC-1", &["GHSA-1"]),
        (2, Call::Affected(affected("pypi", "a", "PYSEC-1", "2.0"))),
        record(0, "GO-1", &["GHSA-9"]),
        (0, Call::Affected(affected("golang", "g", "GO-1", "2.0"))),
        record(0, "CVE-2020-0007", &["XSA-7"]),
        record(0, "CVE-2020-0008", &["XSA-7"]),
        record(1, "XSA-7", &[]),
        // Rejected by whoever assigned it; the advisory lives on.
        (
            1,
            Call::Vulnerability(Vulnerability {
                id: "CVE-2020-0001".to_owned(),
                withdrawn: Some("2021-01-01T00:00:00Z".to_owned()),
                ..Vulnerability::default()
            }),
        ),
    ]);
    let entry = database.vulnerability("RUSTSEC-1").unwrap();
    assert_eq!(entry.id(), "CVE-2020-0001");
    let aliases: BTreeSet<_> = entry.aliases().collect();
    assert_eq!(aliases, BTreeSet::from(["GHSA-1", "PYSEC-1", "RUSTSEC-1"]));
    assert!(!entry.is_withdrawn());
    let found: Vec<_> = database.affected("pypi", "a").map(|one| one.vulnerability()).collect();
    assert_eq!(found, ["CVE-2020-0001"]);
    let found: Vec<_> = database.affected("golang", "g").map(|one| one.vulnerability()).collect();
    assert_eq!(found, ["GHSA-9"]);
    assert_eq!(database.resolve("GO-1"), Some("GHSA-9"));
    for id in ["CVE-2020-0007", "CVE-2020-0008", "XSA-7"] {
        assert_eq!(database.resolve(id), Some(id));
    }
}

#[test]
fn enrichment_is_found_by_id() {
    let database = database(&sample());
    assert_eq!(
        database.epss("CVE-2014-0160"),
        Some(Epss { probability: 0.94464, percentile: 0.99992 })
    );
    assert_eq!(database.epss("CVE-2014-0161"), None);
    assert_eq!(database.epss_date(), Some("2026-08-03"));
    assert!(database.exploited("CVE-2014-0160").unwrap().ransomware);
    assert_eq!(database.exploited("CVE-2014-0159"), None);
    let end = database.end_of_life("debian", "7").unwrap();
    assert_eq!(end.extended_support.as_deref(), Some("2018-05-31"));
    assert_eq!(database.end_of_life("debian", "70"), None);
}

#[test]
fn products_of_repositories_are_found_by_name() {
    let database = database(&sample());
    let products: Vec<_> = database.repository("rhel-7-server").unwrap().collect();
    assert_eq!(products, ["cpe:/b", "cpe:/o:redhat:rhel:7"]);
    assert!(database.repository("rhel-9").is_none());
    assert_eq!(database.iter_repositories().count(), 2);
    assert_eq!(database.info().repositories, 2);
}

#[test]
fn one_source_speaking_twice_is_merged_and_counted() {
    let later = Vulnerability {
        title: "Later".to_owned(),
        modified: Some("2020-01-01T00:00:00Z".to_owned()),
        withdrawn: Some("2020-01-01T00:00:00Z".to_owned()),
        cvss: vec!["AV:N/AC:L/Au:N/C:P/I:N/A:N".to_owned()],
        ..heartbleed()
    };
    let database =
        database(&[(0, Call::Vulnerability(heartbleed())), (0, Call::Vulnerability(later))]);
    let entry = database.vulnerability("CVE-2014-0160").unwrap();
    let detail = entry.detail("debian").unwrap();
    assert_eq!(detail.text().title, "Later");
    assert_eq!(detail.vectors().count(), 2);
    assert!(!detail.is_withdrawn(), "one of the two records still stands");
    let counts = database.info().sources[0].counts;
    assert_eq!((counts.read(), counts.vulnerabilities, counts.merged), (2, 1, 1));
}

#[test]
fn many_texts_share_a_dictionary_and_come_back() {
    let words = ["overflow", "in the parser of", "allows", "remote", "attackers", "to read memory"];
    let record = |number: usize| Vulnerability {
        id: format!("CVE-2020-{number:04}"),
        description: (0..60).map(|word| words[(number * 31 + word * word) % 6]).collect(),
        references: vec![format!("https://example.org/{number}")],
        ..Vulnerability::default()
    };
    let calls: Vec<_> = (0..3000).map(|number| (0, Call::Vulnerability(record(number)))).collect();
    let bytes = compiled(collect(&calls));
    assert!(bytes == compiled(collect(calls.iter().rev())));
    let database = Database::from_bytes(bytes).unwrap();
    assert!(!database.section(Section::Dictionary).is_empty());
    let raw: usize = calls.len() * record(0).description.len();
    assert!(database.section(Section::Texts).len() < raw / 4);
    for entry in database.iter_vulnerabilities().step_by(7) {
        let detail = entry.details().next().unwrap();
        let number = entry.id()[9..].parse().unwrap();
        assert_eq!(detail.to_vulnerability(&entry), record(number));
    }
    assert!(database.damage().is_none());
}

#[test]
fn files_that_are_none_say_so() {
    for bytes in [&b""[..], b"PLIM", b"SQLite format 3\0", &[0; 4096]] {
        let error = Database::from_bytes(bytes.to_vec()).unwrap_err();
        assert!(matches!(error, DatabaseError::NotADatabase), "{error}");
    }
    let mut bytes = compiled(collect(&sample()));
    bytes[format::header::VERSION] = 9;
    let error = Database::from_bytes(bytes).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the database has format version 9, this program reads version 2"
    );
}

#[test]
fn a_saved_file_is_mapped_and_replaced() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("plimsoll.db");
    save(&path, &compiled(collect(&[]))).unwrap();
    let old = Database::open(&path).unwrap();
    save(&path, &compiled(collect(&sample()))).unwrap();
    let new = Database::open(&path).unwrap();
    assert_eq!(old.affected("debian:7", "openssl").count(), 0);
    assert_eq!(new.affected("debian:7", "openssl").count(), 1);
    assert!(old.verify().and(new.verify()).is_ok());
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    assert!(matches!(Database::open(directory.path()), Err(DatabaseError::Open { .. })));
}

/// Asks for everything that there is.
fn exhaust(database: &Database) -> usize {
    let mut seen = 0;
    let owned: Vec<(String, String)> = database
        .iter_packages()
        .map(|(namespace, package, _)| (namespace.to_owned(), package.to_owned()))
        .collect();
    for (namespace, package) in owned {
        for entry in database.affected(&namespace, &package) {
            let copy = entry.to_affected(&namespace, &package);
            seen += copy.ranges.len() + entry.source().id().len();
        }
    }
    for entry in database.iter_vulnerabilities() {
        seen += entry.aliases().filter_map(|alias| database.resolve(alias)).count();
        for detail in entry.details() {
            seen += detail.to_vulnerability(&entry).title.len() + detail.cvss().count();
        }
    }
    seen += database.iter_epss().count();
    seen += usize::from(database.exploited("CVE-2014-0160").is_some());
    seen += usize::from(database.end_of_life("debian", "7").is_some());
    seen += database.info().sources.len();
    seen
}

#[test]
fn every_truncation_is_refused() {
    let bytes = compiled(collect(&sample()));
    for length in 0..bytes.len() {
        assert!(Database::from_bytes(bytes[..length].to_vec()).is_err(), "{length}");
    }
}

#[test]
fn every_flipped_byte_is_noticed() {
    let bytes = compiled(collect(&sample()));

    for position in 0..bytes.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut bytes = bytes.clone();
            bytes[position] ^= flip;
            if let Ok(database) = Database::from_bytes(bytes) {
                exhaust(&database);
                assert!(database.verify().is_err(), "byte {position} is under no checksum");
            }
        }
    }
}

#[test]
fn a_flip_that_breaks_a_record_is_remembered_as_damage() {
    let bytes = compiled(collect(&sample()));
    let whole = Database::from_bytes(bytes.clone()).unwrap();
    let strings = whole.section(Section::Strings);
    let at = strings.as_ptr() as usize - whole.bytes.as_ptr() as usize;
    let mut broken = bytes;
    broken[at..at + strings.len()].fill(0xff);
    let database = Database::from_bytes(broken).unwrap();
    assert_eq!(database.affected("debian:7", "openssl").count(), 0);
    let damage = database.damage().unwrap().to_string();
    assert_eq!(
        damage,
        "the database is damaged: a record does not follow the format (Strings section)"
    );
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[a-c]{1,2}", "\\PC{0,6}"]
}

fn range() -> impl Strategy<Value = Range> {
    let one = || proptest::option::of(word());
    (one(), one(), one(), one()).prop_map(|(introduced, after, fixed, last_affected)| Range {
        introduced,
        after,
        fixed,
        last_affected,
    })
}

fn any_affected() -> impl Strategy<Value = Affected> {
    let list = || proptest::collection::btree_set(word(), 0..3);
    let one = || proptest::option::of(word());
    let names = ("(debian:[12]|alpine)", "[a-e]", "CVE-2020-000[1-4]");
    let status = (0u8..7).prop_map(|code| super::entry::status(code).unwrap());
    let severity = (0u8..6).prop_map(|code| super::entry::severity(code).unwrap());
    (
        names,
        (status, severity),
        (one(), one(), one()),
        (list(), list(), list(), list(), list()),
        (proptest::collection::vec(range(), 0..3), proptest::collection::btree_set(import(), 0..3)),
    )
        .prop_map(|(names, (status, severity), ones, lists, (ranges, imports))| Affected {
            namespace: names.0,
            package: names.1,
            vulnerability: names.2,
            advisories: lists.0.into_iter().collect(),
            status,
            raw_status: ones.0,
            ranges,
            versions: lists.1.into_iter().collect(),
            severity,
            architectures: lists.2.into_iter().collect(),
            modularity: ones.1,
            channel: ones.2,
            cpes: lists.3.into_iter().collect(),
            platforms: lists.4.into_iter().collect(),
            imports: imports.into_iter().collect(),
        })
}

fn import() -> impl Strategy<Value = Import> {
    let list = || proptest::collection::btree_set(word(), 0..3);
    (word(), list(), list(), list()).prop_map(|(path, symbols, systems, architectures)| Import {
        path,
        symbols: symbols.into_iter().collect(),
        systems: systems.into_iter().collect(),
        architectures: architectures.into_iter().collect(),
    })
}

fn any_vulnerability() -> impl Strategy<Value = Vulnerability> {
    let list = || proptest::collection::vec("[a-c]{1,3}", 0..3);
    let one = || proptest::option::of("[a-c]{1,2}");
    (
        "CVE-2020-000[1-4]",
        (list(), list(), list(), list(), list(), proptest::bool::ANY),
        (word(), "\\PC{0,200}"),
        (one(), one(), one(), one()),
    )
        .prop_map(|(id, lists, (title, description), dates)| Vulnerability {
            id,
            aliases: lists.0,
            title,
            description,
            severity: None,
            cvss: lists.1,
            weaknesses: lists.2,
            references: lists.3,
            related: lists.4,
            malicious: lists.5,
            published: dates.0,
            modified: dates.1,
            withdrawn: dates.2,
            exploitation: dates.3,
        })
}

pub(crate) fn any_calls() -> impl Strategy<Value = Vec<(u8, Call)>> {
    let call = prop_oneof![
        4 => any_affected().prop_map(Call::Affected),
        2 => any_vulnerability().prop_map(Call::Vulnerability),
        1 => ("CVE-20[12]0-000[1-9]", 0u32..1000, 0u32..1000).prop_map(|(id, first, second)| {
            let share = |value: u32| value as f32 / 1000.0;
            Call::Epss(id, Epss { probability: share(first), percentile: share(second) })
        }),
        1 => ("CVE-2020-000[1-9]", "[a-c]", proptest::option::of("[a-c]"), any::<bool>()).prop_map(
            |(id, added, due, ransomware)| Call::Exploited(Exploited { id, added, due, ransomware })
        ),
        1 => ("[ab]", "[ab]", proptest::option::of("[a-c]"), proptest::option::of("[a-c]")).prop_map(
            |(product, release, end_of_life, extended_support)| Call::EndOfLife(EndOfLife {
                product,
                release,
                end_of_life,
                extended_support,
            })
        ),
        1 => ("[ab]", proptest::collection::vec("[a-c]", 0..3))
            .prop_map(|(name, cpes)| Call::Repository(Repository { name, cpes })),
        1 => prop_oneof![Just("debian:1"), Just("wolfi")].prop_map(Call::Covers),
    ];
    proptest::collection::vec((0u8..3, call), 0..40)
}

proptest! {
    #[test]
    fn a_guess_only_saves_time(
        mut list in proptest::collection::vec(0u32..50, 0..80),
        wanted in 0u32..50,
        guess in 0usize..100,
    ) {
        list.sort_unstable();
        let before = |index: usize| list[index] < wanted;
        let found = partition_near(0..list.len(), guess, before);
        prop_assert_eq!(found, list.partition_point(|&probe| probe < wanted));
    }

    #[test]
    fn what_goes_in_comes_out(calls in any_calls()) {
        let database = database(&calls);
        for (_, call) in &calls {
            match call {
                Call::Affected(record) => {
                    let found = database
                        .affected(&record.namespace, &record.package)
                        .any(|entry| entry.to_affected(&record.namespace, &record.package) == *record);
                    prop_assert!(found, "{record:?}");
                }
                Call::Vulnerability(record) => {
                    let entry = database.vulnerability(&record.id).unwrap();
                    let aliases: Vec<_> = entry.aliases().collect();
                    prop_assert!(record.aliases.iter().all(|one| aliases.contains(&one.as_str())));
                    let vectors: Vec<_> = entry.details().flat_map(|one| one.vectors()).collect();
                    prop_assert!(record.cvss.iter().all(|one| vectors.contains(&one.as_str())));
                    let related: Vec<_> = entry.details().flat_map(|one| one.related()).collect();
                    prop_assert!(record.related.iter().all(|one| related.contains(&one.as_str())));
                    let malicious = entry.details().any(|one| one.is_malicious());
                    prop_assert!(malicious || !record.malicious);
                }
                Call::Covers(namespace) => prop_assert!(database.covers(namespace)),
                Call::Epss(id, _) => prop_assert!(database.epss(id).is_some()),
                Call::Exploited(record) => prop_assert!(database.exploited(&record.id).is_some()),
                Call::EndOfLife(record) => {
                    prop_assert!(database.end_of_life(&record.product, &record.release).is_some());
                }
                Call::Repository(record) => {
                    let found: Vec<_> = database.repository(&record.name).unwrap().collect();
                    prop_assert!(record.cpes.iter().all(|cpe| found.contains(&cpe.as_str())));
                }
            }
        }
        prop_assert!(database.verify().is_ok());
        exhaust(&database);
        prop_assert!(database.damage().is_none(), "{:?}", database.damage());
    }

    #[test]
    fn order_and_threads_do_not_change_a_byte(calls in any_calls(), split in 0usize..40) {
        let straight = compiled(collect(&calls));
        let backwards = compiled(collect(calls.iter().rev()));
        prop_assert!(straight == backwards);
        let (left, right) = calls.split_at(split.min(calls.len()));
        let mut merged = collect(right);
        merged.merge(collect(left));
        prop_assert!(straight == compiled(merged));
    }

    #[test]
    fn rewritten_content_never_panics(calls in any_calls(), at: usize, with in any::<[u8; 4]>()) {
        let mut bytes = compiled(collect(&calls));
        let start = format::HEADER_SIZE + Section::ALL.len() * format::SECTION_ROW;
        let at = start + at % (bytes.len() - start).max(1);
        for (place, byte) in bytes.iter_mut().skip(at).zip(with) {
            *place = byte;
        }
        exhaust(&Database::from_bytes(bytes).unwrap());
    }
}
