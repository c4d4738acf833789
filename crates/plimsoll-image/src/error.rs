//! Why an image could not be opened or a layer not be read to its end.

use std::io;
use std::path::PathBuf;

use crate::Digest;

/// Failures that end the scan of an image. Fragments in lower case; the caller says what it was
/// doing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A blob whose bytes are not what its name says.
    #[error(
        "{what} has digest {actual}, but {expected} was promised: the image is damaged or was tampered with"
    )]
    DigestMismatch {
        /// Which blob, for a person.
        what: String,
        /// From manifest or configuration.
        expected: Digest,
        /// Of the bytes read.
        actual: Digest,
    },
    /// The operating system would not open or read something.
    #[error("cannot read {what}: {source}")]
    Read {
        /// A path, or a blob for a person.
        what: String,
        /// Its answer.
        source: io::Error,
    },
    /// A file that is no image in any form that Plimsoll knows.
    #[error("{what} is not a container image: {reason}")]
    NotAnImage {
        /// The file, or the manifest for a person.
        what: String,
        /// What was found or missed.
        reason: String,
    },
    /// A directory without the files of an image layout.
    #[error(
        "{} is a directory but no OCI layout (it has no index.json); to scan it as a root file system use the rootfs command",
        .0.display()
    )]
    PlainDirectory(PathBuf),
    /// A form that exists but is not read.
    #[error("{what} is not supported: {form}")]
    Unsupported {
        /// The file or document, for a person.
        what: String,
        /// Its form.
        form: String,
    },
    /// A manifest, index or configuration that cannot be used.
    #[error("{what} {message}")]
    Document {
        /// The document, for a person.
        what: String,
        /// A sentence fragment that follows it.
        message: String,
    },
    /// A document or a count over its limit.
    #[error("{what} is too large: {actual}, the limit is {limit}")]
    TooLarge {
        /// What, for a person.
        what: String,
        /// Its size or number.
        actual: u64,
        /// The most that is accepted.
        limit: u64,
    },
    /// The bytes of a container ended before the image was complete.
    #[error("{what} ends too early: the file was cut off")]
    Truncated {
        /// What ended.
        what: String,
    },
    /// A blob or file that the image names but does not have.
    #[error("{what} is missing from the image")]
    Missing {
        /// The blob, for a person.
        what: String,
    },
    /// No image under the name that was asked for.
    #[error("there is no image named {wanted}; there is {}", list(.available))]
    NoReference {
        /// As asked for.
        wanted: String,
        /// What there is.
        available: Vec<String>,
    },
    /// Several images and no word which.
    #[error("there is more than one image, choose one by adding :TAG to the path; there is {}", list(.available))]
    Ambiguous {
        /// Their names.
        available: Vec<String>,
    },
    /// A text that is no image reference.
    #[error(transparent)]
    Reference(#[from] crate::InvalidReference),
    /// A registry or daemon failed.
    #[error(transparent)]
    Remote(#[from] crate::RemoteError),
}

/// The items as prose, the first twenty of them: the list is hostile input too.
fn list(items: &[String]) -> String {
    if items.is_empty() {
        return "none".to_owned();
    }
    let mut text = items.iter().take(20).map(String::as_str).collect::<Vec<_>>().join(", ");
    if items.len() > 20 {
        text.push_str(", …");
    }
    text
}
