//! What can go wrong, for the whole and for one feed.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Why nothing at all was fetched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// Another fetch has the directory.
    #[error("another fetch into {} is going on", directory.display())]
    Locked {
        /// The directory.
        directory: PathBuf,
    },
    /// The directory cannot be used.
    #[error("cannot use {}", path.display())]
    Directory {
        /// A file or directory.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// What an earlier fetch remembered cannot be read.
    #[error("{} is damaged ({reason}); without it every feed is fetched anew", path.display())]
    State {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The user's own settings.
    #[error("{0}")]
    Settings(String),
}

/// Why a feed, or one file of it, was not fetched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The server has no such thing.
    #[error("{host} does not have {what}")]
    Missing {
        /// The server.
        host: String,
        /// The path that was asked for.
        what: String,
    },
    /// An answer that is neither the file nor its absence.
    #[error("{host} answered {status} for {what}")]
    Status {
        /// The server.
        host: String,
        /// The status with its reason.
        status: String,
        /// The path that was asked for.
        what: String,
    },
    /// The server asks for more patience than there is.
    #[error("{host} asks to come back in {} s", wait.as_secs())]
    Busy {
        /// The server.
        host: String,
        /// From `Retry-After`.
        wait: Duration,
    },
    /// No connection, or one that breaks again and again.
    #[error("cannot talk to {host}: {reason}")]
    Unreachable {
        /// The server.
        host: String,
        /// The innermost reason.
        reason: String,
    },
    /// The answer does not follow the protocol, or leads where we do not go.
    #[error("{host} gave {what}")]
    Protocol {
        /// The server.
        host: String,
        /// What is wrong with it.
        what: String,
    },
    /// More bytes than the feed may have.
    #[error("{what} is longer than the {limit} bytes that its feed may bring")]
    TooLarge {
        /// The path that was asked for.
        what: String,
        /// The limit.
        limit: u64,
    },
    /// The bytes are not those that their publisher promised.
    #[error("the checksum of {what} is wrong")]
    Checksum {
        /// The path that was asked for.
        what: String,
    },
    /// The file is of another kind than its name says: mostly an error page.
    #[error("{what} is no {expected}")]
    Content {
        /// The path that was asked for.
        what: String,
        /// Such as `gzip file`.
        expected: &'static str,
    },
    /// A list, index or page that cannot be understood.
    #[error("{what} cannot be understood: {reason}")]
    Document {
        /// The path that was asked for.
        what: String,
        /// What is wrong, as a fragment.
        reason: String,
    },
    /// The feed took too long.
    #[error("not done within {} s", limit.as_secs())]
    Time {
        /// The limit.
        limit: Duration,
    },
    /// A file here cannot be written or read.
    #[error("cannot use {}: {source}", path.display())]
    Local {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl Failure {
    /// For use with `map_err` on operations with files.
    pub(crate) fn local(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Failure {
        let path = path.into();
        move |source| Failure::Local { path, source }
    }

    /// For documents.
    pub(crate) fn document(what: impl Into<String>, reason: impl Into<Reason>) -> Failure {
        Failure::Document { what: what.into(), reason: reason.into().0 }
    }

    /// Whether nothing else of the same server can be had either.
    pub(crate) fn is_of_the_server(&self) -> bool {
        matches!(self, Failure::Unreachable { .. } | Failure::Busy { .. } | Failure::Local { .. })
    }
}

/// What is wrong with a document: a text, or what its parser says.
pub(crate) struct Reason(String);

impl From<String> for Reason {
    fn from(text: String) -> Reason {
        Reason(text)
    }
}

impl From<&str> for Reason {
    fn from(text: &str) -> Reason {
        Reason(text.to_owned())
    }
}

impl From<serde_json::Error> for Reason {
    fn from(error: serde_json::Error) -> Reason {
        Reason(error.to_string())
    }
}
