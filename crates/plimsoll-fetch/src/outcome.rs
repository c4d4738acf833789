//! What became of each feed.

use std::fmt;

/// What became of one feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Something new is there.
    Updated,
    /// Nothing has changed.
    Unchanged,
    /// It could not be fetched; the files of the time before are still there.
    Kept {
        /// Why not.
        reason: String,
    },
    /// It could not be fetched and there is nothing of an earlier time.
    Failed {
        /// Why not.
        reason: String,
    },
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Updated => formatter.write_str("updated"),
            Outcome::Unchanged => formatter.write_str("unchanged"),
            Outcome::Kept { reason } => write!(formatter, "kept as it was: {reason}"),
            Outcome::Failed { reason } => write!(formatter, "failed: {reason}"),
        }
    }
}

/// The account of one feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedReport {
    /// Its id.
    pub feed: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Number of files that are new or newer, or were taken back.
    pub files: u64,
    /// Bytes that came over the network.
    pub bytes: u64,
    /// What of it could not be fetched although the rest was. The files concerned are as they were
    /// before.
    pub problems: Vec<String>,
}

/// What a fetch tells while it goes on, from several threads.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A feed's turn has come.
    Started {
        /// Its id.
        feed: &'a str,
    },
    /// Bytes came.
    Received {
        /// The feed's id.
        feed: &'a str,
        /// How many.
        bytes: u64,
    },
    /// A feed is done.
    Finished(&'a FeedReport),
}
