//! What is remembered beside a database: when and where it was last compared, and its signature,
//! so that it can be verified without a source.

use std::path::{Path, PathBuf};

use plimsoll_advisory::Database;
use plimsoll_advisory::build::scores_path;
use plimsoll_attest::TrustedKeys;
use plimsoll_image::Digest;
use serde::{Deserialize, Serialize};

use crate::local::Held;
use crate::verify::{Kind, read};
use crate::{Refusal, SignatureStatus};

/// Bytes of the file.
const MAX_STATE: u64 = 64 << 10;
/// Version of its form; another one is as good as none.
const VERSION: u32 = 1;

/// The file `NAME.state.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct State {
    version: u32,
    /// When a source was last asked with success, in seconds since 1970.
    pub(crate) checked_at: Option<i64>,
    /// Which source.
    pub(crate) source: Option<String>,
    /// Its tag for what it offered.
    pub(crate) tag: Option<String>,
    pub(crate) database: Option<Remembered>,
    pub(crate) overlay: Option<Remembered>,
}

/// A file as it was installed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Remembered {
    pub(crate) content: String,
    pub(crate) sha256: Digest,
    pub(crate) signature: Option<String>,
}

pub(crate) fn state_path(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".state.json");
    name.into()
}

impl State {
    /// What is remembered; nothing where the file is absent or odd, which costs a transfer at most.
    pub(crate) fn read(database: &Path) -> State {
        let state: Option<State> = read(&state_path(database), MAX_STATE)
            .ok()
            .and_then(|content| serde_json::from_slice(&content).ok());
        let fresh = State { version: VERSION, ..State::default() };
        state.filter(|state| state.version == VERSION).unwrap_or(fresh)
    }

    pub(crate) fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).expect("texts and numbers are always JSON")
    }
}

/// What can be said of a local database without asking anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalState {
    /// Its content digest.
    pub content: String,
    /// When it was made, as RFC 3339.
    pub created: Option<String>,
    /// Its signature, checked now.
    pub signature: SignatureStatus,
    /// When a source was last asked with success, as RFC 3339.
    pub checked_at: Option<String>,
    /// Which source.
    pub source: Option<String>,
}

/// Looks at a local database and its scores: whether they are whole, and with keys whether one of
/// them signed each.
pub fn local_state(database: &Path, keys: &TrustedKeys) -> Result<LocalState, Refusal> {
    let state = State::read(database);
    let held = Held::look(database, Kind::Database, state.database.as_ref(), keys)?;
    let signature = held.signature?;
    let scores = scores_path(database);
    if scores.exists() {
        Held::look(&scores, Kind::Overlay, state.overlay.as_ref(), keys)?.signature?;
    }
    let time = state.checked_at.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    Ok(LocalState {
        content: held.content,
        created: held.created,
        signature,
        checked_at: time.map(|time| time.to_string()),
        source: state.source,
    })
}

/// When a source was last asked with success about the database that is there, as RFC 3339; nothing
/// if an update did not put it there. Only the header of the database is read.
pub fn last_checked(database: &Path) -> Option<String> {
    let state = State::read(database);
    let there = Database::open(database).ok()?.digest();
    state.database.filter(|remembered| remembered.content == there)?;
    Some(jiff::Timestamp::from_second(state.checked_at?).ok()?.to_string())
}
