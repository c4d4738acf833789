//! What an update did.

use serde::{Deserialize, Serialize};

/// What is known of a file's signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "status")]
pub enum SignatureStatus {
    /// By a trusted key.
    Verified {
        /// Its fingerprint.
        key: String,
    },
    /// There is one, and no key to check it with.
    Unchecked,
    /// There is none.
    Unsigned,
}

/// How a file came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transfer {
    /// As a whole.
    Full,
    /// As the difference to the one before.
    Delta,
}

/// What became of the database or of the overlay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// There is a new one.
    Updated {
        /// Content digest before, where there was a usable one.
        from: Option<String>,
        /// Content digest now.
        to: String,
        /// How it came.
        by: Transfer,
        /// Its signature.
        signature: SignatureStatus,
    },
    /// What is there is what the source offers.
    Current {
        /// Content digest.
        content: String,
        /// Its signature.
        signature: SignatureStatus,
    },
    /// Nothing newer could be had, and what is there can be used.
    Kept {
        /// Content digest.
        content: String,
        /// Its signature.
        signature: SignatureStatus,
    },
    /// There is none. Only an overlay may be absent.
    Absent,
}

impl Part {
    /// Content digest of what is there now.
    pub fn content(&self) -> Option<&str> {
        match self {
            Part::Updated { to: content, .. }
            | Part::Current { content, .. }
            | Part::Kept { content, .. } => Some(content),
            Part::Absent => None,
        }
    }

    /// The signature of what is there now.
    pub fn signature(&self) -> Option<&SignatureStatus> {
        match self {
            Part::Updated { signature, .. }
            | Part::Current { signature, .. }
            | Part::Kept { signature, .. } => Some(signature),
            Part::Absent => None,
        }
    }
}

/// Why a source was of no use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// As the user wrote it.
    pub source: String,
    /// What went wrong.
    pub reason: String,
}

/// What an update did. There is a usable database in any case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The database.
    pub database: Part,
    /// The overlay.
    pub overlay: Part,
    /// The source that the database came from or was compared with.
    pub source: Option<String>,
    /// Sources that failed, in the order tried.
    pub failures: Vec<Failure>,
    /// What else a person may want to know, such as a delta that did not fit.
    pub notes: Vec<String>,
    /// Bytes of files that were transferred, without lists.
    pub transferred: u64,
}

impl Outcome {
    /// Whether no source could be used and the local database is what there is: worth a warning.
    pub fn is_stale(&self) -> bool {
        matches!(self.database, Part::Kept { .. })
    }
}

/// The failures, a line for each.
pub(crate) fn failures_text(failures: &[Failure]) -> String {
    let lines = failures.iter().map(|one| format!("\n  - {}: {}", one.source, one.reason));
    lines.collect()
}
