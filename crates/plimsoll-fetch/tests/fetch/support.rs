//! A directory to fetch into, and the files to fetch.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use flate2::Compression;
use flate2::write::GzEncoder;
use plimsoll_fetch::{FeedReport, FeedState, FetchError, FetchOptions, Outcome, Selection, State};
use plimsoll_image::RetryPolicy;
use tempfile::TempDir;

use crate::server::Server;

/// A directory, and the settings with which it is fetched into.
pub(crate) struct Place {
    pub(crate) directory: TempDir,
    pub(crate) options: FetchOptions,
}

impl Place {
    /// For one feed that is on a server.
    pub(crate) fn new(feed: &str, server: &Server) -> Place {
        let mut place = Place::of(&[feed]);
        place.mirror(feed, &server.base());
        place
    }

    pub(crate) fn of(feeds: &[&str]) -> Place {
        let options = FetchOptions {
            selection: Selection::Named(feeds.iter().map(|feed| (*feed).to_owned()).collect()),
            retry: RetryPolicy {
                retries: 3,
                first_wait: Duration::from_millis(2),
                longest_wait: Duration::from_millis(10),
                longest_retry_after: Duration::from_secs(5),
            },
            read_timeout: Duration::from_secs(5),
            longest_delay: Duration::ZERO,
            now: Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600)),
            ..FetchOptions::default()
        };
        Place { directory: tempfile::tempdir().unwrap(), options }
    }

    pub(crate) fn mirror(&mut self, feed: &str, base: &str) {
        self.options.mirrors.insert(feed.to_owned(), base.to_owned());
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn try_fetch(&self) -> Result<Vec<FeedReport>, FetchError> {
        plimsoll_fetch::fetch(self.path(), &self.options, Arc::new(|_| {}))
    }

    /// Fetches the one feed.
    pub(crate) fn fetch(&self) -> FeedReport {
        let mut reports = self.try_fetch().unwrap();
        assert_eq!(reports.len(), 1);
        reports.remove(0)
    }

    /// Fetches the one feed, of which everything is to be had.
    pub(crate) fn fetch_all(&self) -> Outcome {
        let report = self.fetch();
        assert_eq!(report.problems, [] as [&str; 0], "{report:?}");
        report.outcome
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        let path = self.path().join(name);
        std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    pub(crate) fn state(&self, feed: &str) -> FeedState {
        State::read(self.path()).unwrap().feeds[feed].clone()
    }

    /// All files, without the notes.
    pub(crate) fn files(&self) -> Vec<String> {
        let mut files = Vec::new();
        let mut waiting = vec![self.path().to_owned()];
        while let Some(directory) = waiting.pop() {
            for entry in std::fs::read_dir(directory).unwrap() {
                let entry = entry.unwrap();
                let path: PathBuf = entry.path();
                if entry.file_name() == ".fetch" {
                    continue;
                }
                if path.is_dir() {
                    waiting.push(path);
                } else {
                    let name = path.strip_prefix(self.path()).unwrap();
                    files.push(name.to_str().unwrap().to_owned());
                }
            }
        }
        files.sort();
        files
    }

    /// What is not finished.
    pub(crate) fn parts(&self) -> Vec<String> {
        let parts = std::fs::read_dir(self.path().join(".fetch/parts")).unwrap();
        let names = parts.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }
}

/// The reason of an outcome that is none.
pub(crate) fn reason(outcome: &Outcome) -> &str {
    match outcome {
        Outcome::Kept { reason } | Outcome::Failed { reason } => reason,
        other => panic!("{other:?} must not be"),
    }
}

pub(crate) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn gunzip(content: &[u8]) -> String {
    std::io::read_to_string(flate2::read::MultiGzDecoder::new(content)).unwrap()
}

/// The members of a packed tarball.
pub(crate) fn members(packed: &[u8]) -> Vec<(String, String)> {
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(packed));
    let entries = archive.entries().unwrap().map(|entry| {
        let entry = entry.unwrap();
        let name = entry.path().unwrap().to_str().unwrap().to_owned();
        (name, std::io::read_to_string(entry).unwrap())
    });
    entries.collect()
}

/// SHA-256 in hexadecimal.
pub(crate) fn sha256(content: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}
