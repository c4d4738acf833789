//! What is remembered from one fetch to the next: `.fetch/state.json`.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::FetchError;

/// The directory for what fetching itself needs, inside the directory of feeds. Builds pass over
/// hidden directories.
pub(crate) const NOTES: &str = ".fetch";

/// Version of the file's layout.
const VERSION: u32 = 1;

/// A few hundred bytes for each file of a feed; the largest feed has some thousands.
const MAX_STATE: u64 = 64 << 20;

/// What is known about all feeds of a directory.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct State {
    /// Version of the layout.
    pub version: u32,
    /// Feeds by id.
    pub feeds: BTreeMap<String, FeedState>,
}

/// What is known about one feed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct FeedState {
    /// Its files, by path in the feed's directory.
    pub files: BTreeMap<String, FileState>,
    /// How far it was read, for feeds that are read in steps.
    pub cursors: BTreeMap<String, String>,
    /// When it was last tried, as RFC 3339.
    pub attempted: Option<String>,
    /// When it was last fetched without a problem, as RFC 3339.
    pub succeeded: Option<String>,
    /// What went wrong the last time.
    pub failure: Option<String>,
}

/// What is known about one file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct FileState {
    /// Where it came from.
    pub url: String,
    /// Its tag, as the server said it.
    pub etag: Option<String>,
    /// Its date, as the server said it.
    pub last_modified: Option<String>,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
    /// Its size in bytes.
    pub size: u64,
    /// When it was fetched, as RFC 3339.
    pub fetched: String,
    /// The commit that it is a copy of, where it says so.
    pub commit: Option<String>,
}

impl State {
    /// Where the state of a directory is kept.
    pub fn path(directory: &Path) -> PathBuf {
        directory.join(NOTES).join("state.json")
    }

    /// Reads the state of a directory; one that was never fetched into has an empty one.
    pub fn read(directory: &Path) -> Result<State, FetchError> {
        let path = State::path(directory);
        let mut content = Vec::new();
        let read =
            File::open(&path).and_then(|file| file.take(MAX_STATE + 1).read_to_end(&mut content));
        match read {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(State { version: VERSION, ..State::default() });
            }
            Err(source) => return Err(FetchError::Directory { path, source }),
        }
        let damaged = |reason: String| FetchError::State { path: path.clone(), reason };
        if content.len() as u64 > MAX_STATE {
            return Err(damaged(format!("it is longer than {MAX_STATE} bytes")));
        }
        let state: State =
            serde_json::from_slice(&content).map_err(|error| damaged(error.to_string()))?;
        if state.version != VERSION {
            return Err(damaged(format!("version {} is not known", state.version)));
        }
        Ok(state)
    }

    /// Writes the state whole or not at all.
    pub(crate) fn write(&self, directory: &Path) -> io::Result<()> {
        let content = serde_json::to_vec_pretty(self)?;
        let path = State::path(directory);
        write_atomically(&path.with_extension("json~"), &path, &content)
    }
}

/// Writes a file whole or not at all, by way of a temporary one in the notes, where no build looks.
pub(crate) fn write_atomically(temporary: &Path, path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = File::create(temporary)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(temporary, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_survives() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(State::read(directory.path()).unwrap().feeds.len(), 0);
        fs::create_dir(directory.path().join(NOTES)).unwrap();
        let mut state = State { version: VERSION, ..State::default() };
        let feed = state.feeds.entry("epss".to_owned()).or_default();
        feed.files.insert("a.csv".to_owned(), FileState { size: 7, ..FileState::default() });
        feed.cursors.insert("since".to_owned(), "2026-01-01".to_owned());
        state.write(directory.path()).unwrap();
        assert_eq!(State::read(directory.path()).unwrap(), state);

        for broken in ["", "{", "{\"version\":99,\"feeds\":{}}"] {
            fs::write(State::path(directory.path()), broken).unwrap();
            let error = State::read(directory.path()).unwrap_err().to_string();
            assert!(error.contains("damaged"), "{error}");
        }
    }
}
