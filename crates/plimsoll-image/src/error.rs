//! Why an image could not be opened or a layer not be read to its end.

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
}
