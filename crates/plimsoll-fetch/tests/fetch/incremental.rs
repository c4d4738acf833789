//! Feeds of which only what has changed comes: CSAF, OSV, the interface of the NVD.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use plimsoll_fetch::Outcome;
use plimsoll_image::Secret;

use crate::server::{Reply, Server};
use crate::support::{Place, gunzip, reason};

/// Files on a server that change between fetches.
#[derive(Clone, Default)]
struct Files(Arc<Mutex<BTreeMap<String, Vec<u8>>>>);

impl Files {
    fn put(&self, path: &str, content: impl Into<Vec<u8>>) {
        self.0.lock().unwrap().insert(path.to_owned(), content.into());
    }

    fn remove(&self, path: &str) {
        self.0.lock().unwrap().remove(path).unwrap();
    }

    /// Each file's tag is its content's length and first bytes, which suffices here.
    fn serve(&self) -> Server {
        let files = self.clone();
        Server::new(move |received| {
            let files = files.0.lock().unwrap();
            let Some(content) = files.get(&received.target) else { return Reply::missing() };
            let tag = format!("\"{}\"", crate::support::sha256(content));
            if received.header("if-none-match") == Some(&tag) {
                return Reply::new(304, "");
            }
            Reply::ok(content.clone())
                .header("etag", tag)
                .header("last-modified", "Thu, 01 Jan 2026 12:00:00 GMT")
        })
    }
}

const TABLES: [&str; 3] = ["/changes.csv", "/deletions.csv", "/archive_latest.txt"];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd, 1];

fn red_hat() -> Files {
    let files = Files::default();
    files.put("/archive_latest.txt", "csaf_vex_2025-12-20.tar.zst\n");
    files.put("/csaf_vex_2025-12-20.tar.zst", ZSTD);
    files.put(
        "/changes.csv",
        "\"2025/cve-2025-2.json\",\"2025-12-21T10:00:00+00:00\"\n\
         \"2025/cve-2025-1.json\",\"2025-12-01T10:00:00+00:00\"\n\
         \"2024/cve-2024-3.json\",\"2024-12-01T10:00:00+00:00\"\n",
    );
    files.put("/deletions.csv", "\"2024/cve-2024-9.json\",\"2025-12-22T10:00:00+00:00\"\n");
    files.put("/2025/cve-2025-2.json", r#"{"document":2}"#);
    files
}

#[test]
fn red_hats_archive_comes_once_and_then_what_changed() {
    let files = red_hat();
    let server = files.serve();
    let place = Place::new("redhat-vex", &server);
    assert_eq!(place.fetch_all(), Outcome::Updated);
    assert_eq!(
        place.files(),
        [
            "redhat-vex/archive.tar.zst",
            "redhat-vex/changed/2024/cve-2024-9.json",
            "redhat-vex/changed/2025/cve-2025-2.json",
        ],
        "what changed after the archive's day"
    );
    assert_eq!(place.read("redhat-vex/changed/2024/cve-2024-9.json"), b"", "taken back");
    server.take();
    assert_eq!(place.fetch_all(), Outcome::Unchanged);
    assert_eq!(server.targets(), TABLES);

    // One is new, one is taken back, one that was taken back is there again, one cannot be had.
    files.put(
        "/changes.csv",
        "\"2024/cve-2024-9.json\",\"2025-12-23T10:00:00+00:00\"\n\
         \"2025/cve-2025-4.json\",\"2025-12-23T10:00:00+00:00\"\n\
         \"2025/cve-2025-5.json\",\"2025-12-23T10:00:00+00:00\"\n\
         \"2025/cve-2025-2.json\",\"2025-12-21T10:00:00+00:00\"\n\
         \"2025/cve-2025-1.json\",\"2025-12-01T10:00:00+00:00\"\n\
         \"2024/cve-2024-3.json\",\"2024-12-01T10:00:00+00:00\"\n",
    );
    files.put(
        "/deletions.csv",
        "\"2025/cve-2025-2.json\",\"2025-12-24T10:00:00+00:00\"\n\
         \"2024/cve-2024-9.json\",\"2025-12-22T10:00:00+00:00\"\n",
    );
    files.put("/2025/cve-2025-4.json", r#"{"document":4}"#);
    files.put("/2024/cve-2024-9.json", r#"{"document":9}"#);
    files.put("/2025/cve-2025-5.json", "<html>");
    let report = place.fetch();
    assert_eq!((report.outcome, report.files), (Outcome::Updated, 3));
    assert_eq!(report.problems.len(), 1, "{:?}", report.problems);
    assert_eq!(place.read("redhat-vex/changed/2025/cve-2025-2.json"), b"");
    assert_eq!(place.read("redhat-vex/changed/2024/cve-2024-9.json"), br#"{"document":9}"#);
    assert_eq!(place.read("redhat-vex/changed/2025/cve-2025-4.json"), br#"{"document":4}"#);

    // What could not be had is tried again, and nothing else.
    files.put("/2025/cve-2025-5.json", r#"{"document":5}"#);
    server.take();
    assert_eq!(place.fetch_all(), Outcome::Updated);
    assert_eq!(server.targets(), [&TABLES[..], &["/2025/cve-2025-5.json"]].concat());
}

#[test]
fn much_that_changed_comes_as_a_new_archive() {
    let files = red_hat();
    let server = files.serve();
    let mut place = Place::new("redhat-vex", &server);
    place.options.most_changes = 50;
    assert_eq!(place.fetch_all(), Outcome::Updated);
    let rows: String = (0..60)
        .map(|number| format!("\"2026/cve-2026-{number}.json\",\"2025-12-30T10:00:00+00:00\"\n"))
        .collect();
    files.put("/changes.csv", rows);
    files.put("/deletions.csv", "");
    files.put("/archive_latest.txt", "csaf_vex_2025-12-31.tar.zst");
    files.put("/csaf_vex_2025-12-31.tar.zst", [ZSTD, b"new"].concat());
    server.take();
    assert_eq!(place.fetch_all(), Outcome::Updated);
    assert_eq!(place.files(), ["redhat-vex/archive.tar.zst"]);
    assert!(place.read("redhat-vex/archive.tar.zst").ends_with(b"new"));
    assert_eq!(server.take().len(), 4);
    assert_eq!(place.fetch_all(), Outcome::Unchanged);

    // Where there is no newer archive, the documents come, and those that are here stay.
    let mut place = Place::new("redhat-vex", &server);
    place.options.most_changes = 50;
    files.put("/archive_latest.txt", "csaf_vex_2025-12-20.tar.zst");
    let document = |number: u32| format!("2026/cve-2026-{number}.json");
    for number in 0..60 {
        files.put(&format!("/{}", document(number)), "{}");
    }
    assert_eq!(place.fetch_all(), Outcome::Updated);
    assert_eq!(place.files().len(), 61);
    server.take();
    let row = format!("\"{}\",\"2025-12-31T10:00:00+00:00\"\n", document(7));
    let rows: String = (0..60)
        .filter(|number| *number != 7)
        .map(|number| format!("\"{}\",\"2025-12-30T10:00:00+00:00\"\n", document(number)))
        .collect();
    files.put("/changes.csv", format!("{row}{rows}"));
    assert_eq!(place.fetch().files, 1);
    let asked = server.targets();
    assert_eq!(asked[..3], TABLES);
    assert_eq!(asked[3..], ["/csaf_vex_2025-12-20.tar.zst", "/2026/cve-2026-7.json"]);
    assert_eq!(place.files().len(), 61);
}

#[test]
fn an_odd_archive_or_table_changes_nothing() {
    for (path, content) in [
        ("/archive_latest.txt", "../../../etc/passwd"),
        ("/archive_latest.txt", "http://127.0.0.1:1/x.tar.zst"),
        ("/archive_latest.txt", ""),
        ("/changes.csv", "<html>\n<body>\n"),
        ("/csaf_vex_2025-12-20.tar.zst", "<html>"),
    ] {
        let files = red_hat();
        files.put(path, content);
        let server = files.serve();
        let place = Place::new("redhat-vex", &server);
        let outcome = place.fetch().outcome;
        assert!(matches!(outcome, Outcome::Failed { .. }), "{path}: {outcome:?}");
        assert_eq!(place.files(), [] as [&str; 0], "{path}");
    }
}

#[test]
fn a_directory_without_archive_is_read_by_its_index() {
    let files = Files::default();
    files.put("/index.txt", "2025/a.json\n2025/b.json\n../c.json\n");
    files.put("/2025/a.json", "{}");
    files.put("/2025/b.json", "");
    let server = files.serve();
    let place = Place::new("openeuler", &server);
    let report = place.fetch();
    assert_eq!(report.outcome, Outcome::Updated);
    assert_eq!(report.problems, ["index.txt: 1 lines are not the path of a document"]);
    assert_eq!(place.read("openeuler/changed/2025/a.json"), b"{}");
    server.take();
    assert_eq!(place.fetch().outcome, Outcome::Unchanged);
    assert_eq!(server.targets(), ["/index.txt"]);
}

const ZIP: &[u8] = b"PK\x03\x04";

/// A bucket with one ecosystem that has something, `PyPI`, and the others with one old record.
fn bucket() -> Files {
    let files = Files::default();
    let feed = plimsoll_fetch::feeds().iter().find(|feed| feed.id == "osv").unwrap();
    for ecosystem in &feed.paths {
        let ecosystem = ecosystem.replace(' ', "%20");
        files.put(&format!("/{ecosystem}/all.zip"), ZIP);
        files.put(&format!("/{ecosystem}/modified_id.csv"), "2020-01-01T00:00:00Z,X-1\n");
    }
    let rows: String =
        (0..30).map(|number| format!("2025-01-01T00:00:{number:02}Z,PYSEC-{number}\n")).collect();
    files.put("/PyPI/modified_id.csv", format!("2026-01-01T11:00:00Z,PYSEC-99\n{rows}"));
    files.put("/PyPI/PYSEC-99.json", r#"{"id":"PYSEC-99"}"#);
    files
}

#[test]
fn osv_archives_come_once_and_then_single_records() {
    let files = bucket();
    let server = files.serve();
    let place = Place::new("osv", &server);
    assert_eq!(place.fetch_all(), Outcome::Updated);
    let there = place.files();
    assert!(there.contains(&"osv/GitHub Actions/all.zip".to_owned()), "{there:?}");
    // It may be too new for the archive, so it came by itself.
    assert_eq!(place.read("osv/PyPI/changed/PYSEC-99.json"), br#"{"id":"PYSEC-99"}"#);
    assert_eq!(there.len(), 18 + 1);
    server.take();
    let report = place.fetch();
    assert_eq!((report.outcome, report.bytes), (Outcome::Unchanged, 0));
    assert_eq!(server.take().len(), 18, "one question for each list");

    // One has changed, a late one appears under an early time, one is not listed any more, one is
    // listed and gone.
    let rows: String =
        (1..30).map(|number| format!("2025-01-01T00:00:{number:02}Z,PYSEC-{number}\n")).collect();
    files.put(
        "/PyPI/modified_id.csv",
        format!(
            "2026-01-02T00:00:00Z,PYSEC-100\n2026-01-01T11:30:00Z,PYSEC-99\n{rows}\
             2024-01-01T00:00:00Z,PYSEC-50\n"
        ),
    );
    files.put("/PyPI/PYSEC-99.json", r#"{"id":"PYSEC-99","new":1}"#);
    files.put("/PyPI/PYSEC-50.json", r#"{"id":"PYSEC-50"}"#);
    server.take();
    assert_eq!(place.fetch_all(), Outcome::Updated);
    let mut asked = server.targets();
    asked.retain(|path| path.starts_with("/PyPI/"));
    asked.sort();
    assert_eq!(
        asked,
        [
            "/PyPI/PYSEC-100.json",
            "/PyPI/PYSEC-50.json",
            "/PyPI/PYSEC-99.json",
            "/PyPI/modified_id.csv",
        ]
    );
    let changed = |id: &str| place.read(&format!("osv/PyPI/changed/{id}.json"));
    assert!(changed("PYSEC-99").ends_with(b"\"new\":1}"));
    assert_eq!(changed("PYSEC-50"), br#"{"id":"PYSEC-50"}"#);
    assert_eq!((changed("PYSEC-0"), changed("PYSEC-100")), (Vec::new(), Vec::new()));
    assert_eq!(place.fetch_all(), Outcome::Unchanged);
}

#[test]
fn a_list_that_lost_much_is_a_problem_and_changes_nothing() {
    let files = bucket();
    let server = files.serve();
    let place = Place::new("osv", &server);
    assert_eq!(place.fetch_all(), Outcome::Updated);
    let before = place.files();
    files.put("/PyPI/modified_id.csv", "2025-01-01T00:00:01Z,PYSEC-1\n");
    files.remove("/npm/modified_id.csv");
    let report = place.fetch();
    assert_eq!(report.outcome, Outcome::Unchanged);
    assert_eq!(report.problems.len(), 2, "{:?}", report.problems);
    assert!(report.problems.iter().any(|problem| problem.contains("30 of 31 documents")));
    assert_eq!(place.files(), before);
}

/// The interface of the NVD with some records, of which it gives two at a time. It breaks where
/// `broken` says.
fn nvd(records: Vec<(&'static str, &'static str)>, broken: Arc<Mutex<Option<usize>>>) -> Server {
    Server::new(move |received| {
        assert_eq!(received.header("apikey"), Some("hunter2"));
        assert_eq!(received.query("resultsPerPage"), Some("2000"));
        let start: usize = received.query("startIndex").unwrap().parse().unwrap();
        if *broken.lock().unwrap() == Some(start) {
            return Reply::new(403, "");
        }
        let modified: Vec<_> = match received.query("lastModStartDate") {
            None => records.clone(),
            Some(_) => vec![("CVE-2024-1", "modified"), ("CVE-2025-9", "new")],
        };
        let items: Vec<_> = modified
            .iter()
            .skip(start)
            .take(2)
            .map(|(id, text)| format!("{{\"cve\":{{\"id\":\"{id}\",\n\"text\":\"{text}\"}}}}"))
            .collect();
        Reply::ok(format!(
            r#"{{"resultsPerPage":{},"startIndex":{start},"totalResults":{},"format":"NVD_CVE",
            "version":"2.0","vulnerabilities":[{}]}}"#,
            items.len(),
            modified.len(),
            items.join(",")
        ))
    })
}

#[test]
fn the_nvd_is_read_in_pages_and_then_in_windows() {
    let broken = Arc::new(Mutex::new(Some(4)));
    let records = vec![
        ("CVE-1999-1", "old"),
        ("CVE-2002-1", "a"),
        ("CVE-2024-1", "b"),
        ("CVE-2024-2", "c"),
        ("CVE-2025-1", "d"),
    ];
    let server = nvd(records, Arc::clone(&broken));
    let mut place = Place::new("nvd-api", &server);
    place.options.nvd_key = Some(Secret::new("hunter2"));
    let report = place.fetch();
    assert!(reason(&report.outcome).contains("403"), "{report:?}");
    assert_eq!(place.files(), [] as [&str; 0]);
    assert_eq!(server.take().len(), 3);

    // Goes on at the page that failed.
    *broken.lock().unwrap() = None;
    assert_eq!(place.fetch_all(), Outcome::Updated);
    assert_eq!(server.targets(), ["/?resultsPerPage=2000&startIndex=4"]);
    let year = |year: u32| gunzip(&place.read(&format!("nvd-api/nvdcve-2.0-{year}.json.gz")));
    assert_eq!(place.files().len(), 3);
    assert!(year(2002).contains("CVE-1999-1") && year(2002).contains("CVE-2002-1"));
    assert!(year(2024).contains("\"b\"") && year(2024).contains("\"c\""));
    let parsed: serde_json::Value = serde_json::from_str(&year(2024)).unwrap();
    assert_eq!(parsed["vulnerabilities"].as_array().unwrap().len(), 2);

    // 200 days later: two windows.
    let now = place.options.now.unwrap() + Duration::from_secs(200 * 86_400);
    place.options.now = Some(now);
    assert_eq!(place.fetch_all(), Outcome::Updated);
    let asked = server.take();
    let windows: Vec<_> = asked
        .iter()
        .map(|one| (one.query("lastModStartDate").unwrap(), one.query("lastModEndDate").unwrap()))
        .collect();
    assert_eq!(
        windows,
        [
            ("2025-12-31T23%3A30%3A00.000", "2026-04-30T23%3A30%3A00.000"),
            ("2026-04-30T23%3A00%3A00.000", "2026-07-20T00%3A00%3A00.000"),
        ]
    );
    let year = |year: u32| gunzip(&place.read(&format!("nvd-api/nvdcve-2.0-{year}.json.gz")));
    assert!(year(2024).contains("modified") && !year(2024).contains("\"b\""));
    assert!(year(2024).contains("\"c\"") && year(2025).contains("CVE-2025-9"));
    assert_eq!(place.fetch_all(), Outcome::Unchanged);
    let state = std::fs::read_to_string(place.path().join(".fetch/state.json")).unwrap();
    assert!(!state.contains("hunter2"));
}

#[test]
fn pages_of_the_nvd_that_lead_nowhere_end() {
    for page in [
        r#"{"startIndex":0,"totalResults":9,"vulnerabilities":[]}"#,
        r#"{"startIndex":5,"totalResults":9,"vulnerabilities":[{"cve":{"id":"CVE-2024-1"}}]}"#,
        "[]",
    ] {
        let server = Server::new(move |_| Reply::ok(page));
        let outcome = Place::new("nvd-api", &server).fetch().outcome;
        assert!(reason(&outcome).contains("the page at 0"), "{outcome:?}");
        assert_eq!(server.take().len(), 1);
    }
}
