//! What can go wrong between us and a registry or daemon.
//!
//! No variant may carry a credential: URLs are named by host and purpose only, because signed URLs
//! are secrets, and servers are quoted by their error codes only.

use std::time::Duration;

use crate::SourceKind;

/// Failures of registries and daemons.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteError {
    /// There is no such thing at the other side.
    #[error("{host} does not have {what}")]
    NotFound {
        /// Registry or daemon.
        host: String,
        /// Image or blob.
        what: String,
    },
    /// Credentials are missing, wrong or do not suffice.
    #[error("{host} refuses access to {what}: {message}")]
    Denied {
        /// Registry.
        host: String,
        /// Image or blob.
        what: String,
        /// What was tried and what may help.
        message: String,
    },
    /// An answer that is an error and none of the others.
    #[error("{host} answered {status} for {what}{codes}")]
    Status {
        /// Registry or daemon.
        host: String,
        /// HTTP status with its reason.
        status: String,
        /// Image or blob.
        what: String,
        /// The server's error codes, in parentheses, or nothing.
        codes: String,
    },
    /// The server is busy for longer than we are willing to wait.
    #[error("{host} asks to come back in {} s (too many requests or maintenance)", wait.as_secs())]
    Busy {
        /// Registry.
        host: String,
        /// From `Retry-After`.
        wait: Duration,
    },
    /// No connection, or a broken one.
    #[error("cannot talk to {host}: {message}")]
    Unreachable {
        /// Registry or daemon.
        host: String,
        /// The innermost reason.
        message: String,
    },
    /// The answer does not follow the protocol.
    #[error("{host} gave an answer that breaks the protocol: {message}")]
    Protocol {
        /// Registry or daemon.
        host: String,
        /// What is wrong.
        message: String,
    },
    /// More bytes than anybody needs.
    #[error("{what} is longer than the limit of {limit} bytes")]
    TooLarge {
        /// Manifest, configuration, token.
        what: String,
        /// The limit.
        limit: u64,
    },
    /// A layer that its licence keeps out of registries.
    #[error(
        "layer {digest} is a foreign (non-distributable) layer and {host} does not have it; \
         Plimsoll does not fetch layers from addresses that an image names"
    )]
    ForeignLayer {
        /// Registry.
        host: String,
        /// The layer.
        digest: crate::Digest,
    },
    /// The user's own settings.
    #[error("{0}")]
    Settings(String),
    /// There is no daemon.
    #[error("no {daemon} at {address}: {message}")]
    Absent {
        /// Which.
        daemon: &'static str,
        /// Where it was looked for.
        address: String,
        /// Why it is taken to be absent.
        message: String,
    },
    /// Every address of a registry failed in its own way.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Several(Vec<RemoteError>),
    /// No source has the image.
    #[error("{}", attempts_text(reference, attempts))]
    NoSource {
        /// What was asked for.
        reference: String,
        /// Each source with its reason, in the order tried.
        attempts: Vec<(SourceKind, String)>,
    },
}

impl RemoteError {
    /// An error of the I/O kind, for readers.
    pub(crate) fn into_io(self) -> std::io::Error {
        std::io::Error::other(self)
    }
}

fn attempts_text(reference: &str, attempts: &[(SourceKind, String)]) -> String {
    if attempts.is_empty() {
        return format!("no source was given in which to look for {reference:?}");
    }
    let mut text = format!("{reference:?} was found nowhere:");
    for (source, reason) in attempts {
        text.push_str(&format!("\n  - {}: {reason}", source_name(*source)));
    }
    text
}

/// What users call a source.
pub(crate) fn source_name(source: SourceKind) -> &'static str {
    match source {
        SourceKind::DockerArchive => "docker archive",
        SourceKind::OciLayout => "OCI layout",
        SourceKind::OciArchive => "OCI archive",
        SourceKind::Directory => "directory",
        SourceKind::Repository => "repository",
        SourceKind::Document => "document",
        SourceKind::Registry => "remote",
        SourceKind::Docker => "docker",
        SourceKind::Podman => "podman",
        SourceKind::Containerd => "containerd",
    }
}
