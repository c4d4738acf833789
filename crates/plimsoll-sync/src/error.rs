//! What can go wrong on the way.

use std::io;
use std::path::PathBuf;

use plimsoll_attest::{KeyError, VerifyError};
use plimsoll_image::Digest;

use crate::{Failure, outcome::failures_text};

/// Why a file or a list of files is not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The registry or web server failed.
    #[error(transparent)]
    Remote(#[from] plimsoll_image::Error),
    /// The operating system would not.
    #[error("cannot {action} {}: {source}", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// Its answer.
        source: io::Error,
    },
    /// The list does not follow its format.
    #[error("the list of files {0}")]
    Listing(String),
    /// The bytes are not those of the list.
    #[error(
        "{what} has SHA-256 {actual} where the list promises {expected}: it was cut, damaged or tampered with"
    )]
    Mismatch {
        /// Which file.
        what: String,
        /// By the list.
        expected: Digest,
        /// Of the bytes.
        actual: Digest,
    },
    /// Longer than anything that is taken.
    #[error("{what} has {actual} bytes, the limit is {limit}")]
    TooLarge {
        /// Which file.
        what: String,
        /// Its size.
        actual: u64,
        /// The most that is taken.
        limit: u64,
    },
    /// It cannot be inflated.
    #[error("{what} cannot be decompressed: {reason}")]
    Compression {
        /// Which file.
        what: String,
        /// Why.
        reason: String,
    },
    /// The signature is missing or not accepted.
    #[error("{what}: {reason}")]
    Signature {
        /// Which file.
        what: String,
        /// Why.
        reason: VerifyError,
    },
    /// The bytes are no database.
    #[error("{what}: {reason}")]
    Database {
        /// Which file.
        what: String,
        /// Why.
        reason: plimsoll_advisory::DatabaseError,
    },
    /// A database in the place of an overlay or the reverse, or not the one of the list.
    #[error("{what} is {found}")]
    Other {
        /// Which file.
        what: String,
        /// What it is instead.
        found: String,
    },
    /// What is offered is older than what is there.
    #[error("{what} is from {offered}, older than the local one from {local}")]
    Older {
        /// Which file.
        what: String,
        /// When it was made.
        offered: String,
        /// When the local one was made.
        local: String,
    },
}

impl From<plimsoll_image::RemoteError> for Refusal {
    fn from(error: plimsoll_image::RemoteError) -> Refusal {
        Refusal::Remote(error.into())
    }
}

/// Why there is no usable database after an update.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UpdateError {
    /// No source gave one, and there is none on disk.
    #[error("there is no usable database, and none could be fetched{}", failures_text(.0))]
    Nothing(Vec<Failure>),
    /// No source was given, and there is none on disk.
    #[error("there is no usable database, and no source to fetch one from")]
    NoSource,
    /// The directory cannot be used.
    #[error(transparent)]
    Local(Refusal),
    /// Somebody else is updating, and takes too long.
    #[error("another process has been updating the database in {} for more than {seconds} s", directory.display())]
    Locked {
        /// Where.
        directory: PathBuf,
        /// How long was waited.
        seconds: u64,
    },
}

/// Why a release was not published.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// What was to be published is not fit for it.
    #[error(transparent)]
    Unfit(#[from] Refusal),
    /// The registry failed.
    #[error(transparent)]
    Registry(#[from] plimsoll_image::Error),
    /// Signing failed.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Signing in the registry failed.
    #[error("cannot sign what was pushed: {0}")]
    Sign(VerifyError),
}
