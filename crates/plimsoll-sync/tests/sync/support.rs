//! Small databases, and a web server for directories.

use std::path::{Path, PathBuf};
use std::time::Duration;

use plimsoll_advisory::database::{WriteOptions, compile};
use plimsoll_advisory::model::{Epss, Source as Feed, Vulnerability};
use plimsoll_advisory::{Collector, Database, Sink as _, SourceId};
use plimsoll_attest::{PrivateKey, TrustedKeys};
use plimsoll_image::{Digest, RegistryOptions, RetryPolicy};
use plimsoll_loopback::{Received, Reply, Server};
use plimsoll_sync::{
    Outcome, Part, Release, SignatureStatus, Source, UpdateError, UpdateOptions, update,
};

/// A file of the format, of a day of January, with what `fill` puts into it.
fn file(day: u32, scores: bool, fill: impl FnOnce(&mut Collector, SourceId)) -> Vec<u8> {
    let mut collector = Collector::new();
    let source = collector.source(&Feed {
        id: "test".to_owned(),
        name: "Test".to_owned(),
        url: "https://test.example/".to_owned(),
        license: "CC0-1.0".to_owned(),
    });
    fill(&mut collector, source);
    let created = Some(format!("2026-01-{day:02}T00:00:00Z"));
    compile(collector, &WriteOptions { created, scores, ..WriteOptions::default() }).unwrap().bytes
}

/// A database with so many vulnerabilities, and one more for each day. Their texts are noise, so
/// that compression does not make them nothing.
fn vulnerabilities(day: u32, count: u32) -> Vec<u8> {
    file(day, false, |collector, source| {
        collector.covers(source, "debian:12");
        for number in 0..count + day {
            let vulnerability = Vulnerability {
                id: format!("CVE-2026-{number:05}"),
                title: Digest::sha256(&number.to_le_bytes()).hex(),
                ..Vulnerability::default()
            };
            collector.vulnerability(source, vulnerability);
        }
    })
}

/// The database of a day of January.
pub(crate) fn database(day: u32) -> Vec<u8> {
    vulnerabilities(day, 1_000)
}

/// The same, with some MB.
pub(crate) fn large_database(day: u32) -> Vec<u8> {
    vulnerabilities(day, 30_000)
}

/// The overlay of a day.
pub(crate) fn overlay(day: u32) -> Vec<u8> {
    file(day, true, |collector, source| {
        for number in 0..1_000 + day {
            let share = (number.wrapping_mul(40_503) % 9_973) as f32 / 10_000.0;
            let score = Epss { probability: share, percentile: share };
            collector.epss(source, &format!("CVE-2026-{number:05}"), score);
        }
    })
}

/// What leads from one database to another.
pub(crate) fn delta(old: &[u8], new: &[u8]) -> Vec<u8> {
    let open = |bytes: &[u8]| Database::from_bytes(bytes.to_vec()).unwrap();
    plimsoll_advisory::delta::make(&open(old), &open(new)).unwrap()
}

/// A release of a day with deltas from the days before.
pub(crate) fn release(day: u32, from: &[u32]) -> Release {
    let new = database(day);
    let deltas = from.iter().map(|day| delta(&database(*day), &new)).collect();
    Release { database: new, overlay: Some(overlay(day)), deltas }
}

/// A directory for a local database, and settings to update it.
pub(crate) struct Local {
    pub(crate) directory: tempfile::TempDir,
    pub(crate) options: UpdateOptions,
}

impl Local {
    pub(crate) fn new(sources: Vec<Source>, key: Option<&PrivateKey>) -> Local {
        let directory = tempfile::tempdir().unwrap();
        let options = options(&directory.path().join("plimsoll.db"), sources, key);
        Local { directory, options }
    }

    pub(crate) fn update(&self) -> Result<Outcome, UpdateError> {
        update(&self.options)
    }

    /// The database and overlay on disk are those of these days, and nothing else lies there.
    pub(crate) fn check(&self, day: u32, overlay_day: u32) {
        assert!(std::fs::read(&self.options.database).unwrap() == database(day), "not day {day}");
        let overlay = std::fs::read(self.options.overlay.as_ref().unwrap()).unwrap();
        assert!(overlay == self::overlay(overlay_day), "not the overlay of day {overlay_day}");
        let mut names: Vec<_> = std::fs::read_dir(self.directory.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        let expected =
            ["plimsoll.db", "plimsoll.db.lock", "plimsoll.db.state.json", "plimsoll.scores.db"];
        assert_eq!(names, expected);
    }
}

/// Settings with short waits.
pub(crate) fn options(
    database: &Path,
    sources: Vec<Source>,
    key: Option<&PrivateKey>,
) -> UpdateOptions {
    let mut keys = TrustedKeys::new();
    keys.extend(key.map(PrivateKey::public_key));
    let retry = RetryPolicy {
        retries: 2,
        first_wait: Duration::from_millis(5),
        longest_wait: Duration::from_millis(20),
        ..RetryPolicy::default()
    };
    UpdateOptions {
        keys,
        registry: RegistryOptions { retry, ..RegistryOptions::default() },
        lock_wait: Duration::from_secs(60),
        ..UpdateOptions::new(database, sources)
    }
}

/// The status of a signature by this key.
pub(crate) fn by(key: &PrivateKey) -> SignatureStatus {
    SignatureStatus::Verified { key: key.public_key().fingerprint() }
}

pub(crate) fn is_current(part: &Part) -> bool {
    matches!(part, Part::Current { .. })
}

pub(crate) fn is_updated(part: &Part) -> bool {
    matches!(part, Part::Updated { .. })
}

/// Serves a directory under `/db`, with tags.
pub(crate) fn web(directory: PathBuf) -> Server {
    Server::plain(move |received| serve(&directory, received))
}

pub(crate) fn serve(directory: &Path, received: &Received) -> Reply {
    let name = received.target.strip_prefix("/db/").unwrap_or_default();
    let Ok(content) = std::fs::read(directory.join(name)) else { return Reply::new(404, "") };
    let etag = format!("\"{}\"", Digest::sha256(&content).hex());
    if received.header("if-none-match") == Some(&etag) {
        return Reply::new(304, "");
    }
    let range = received
        .header("range")
        .and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
    let reply = match range.filter(|_| received.header("if-range") == Some(&etag)) {
        Some(first) => {
            let (last, total) = (content.len() - 1, content.len());
            Reply::new(206, content[first..].to_vec())
                .header("content-range", format!("bytes {first}-{last}/{total}"))
        }
        None => Reply::new(200, content),
    };
    reply.header("etag", etag)
}

pub(crate) fn web_source(server: &Server) -> Source {
    format!("http://{}/db/", server.host()).parse().unwrap()
}
