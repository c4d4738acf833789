//! What can be wrong with keys and signatures. No variant carries a key, a password or what was
//! made of them.

use plimsoll_image::Digest;

/// A key that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Not a key file at all.
    #[error("there is no key in PEM form")]
    NotPem,
    /// A key file of a kind that is not read.
    #[error("a {0:?} is not a key that can be used here")]
    Kind(String),
    /// The file was cut off, or changed.
    #[error("the key is damaged: {0}")]
    Damaged(&'static str),
    /// A key for another algorithm.
    #[error("the key is not an ECDSA key on the curve P-256, the kind that cosign makes")]
    Algorithm,
    /// A password is needed.
    #[error("the key is encrypted and no password was given")]
    PasswordMissing,
    /// The password does not open the key.
    #[error("the password does not open the key (or the key is damaged)")]
    PasswordWrong,
    /// The key file asks for more memory or time than any real one.
    #[error("the key's encryption asks for too much memory or time")]
    TooExpensive,
    /// The operating system gave no random numbers.
    #[error("there are no random numbers to be had")]
    Random,
}

/// Why a signature is not accepted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The text is no signature.
    #[error("the signature is not base64 of a signature")]
    NotASignature,
    /// No key was given to compare with.
    #[error("no trusted key is configured")]
    NoKeys,
    /// The signature is of other bytes or by another key.
    #[error(
        "the signature fits none of the {keys} trusted keys: the content was changed, or signed by somebody else"
    )]
    Untrusted {
        /// How many were tried.
        keys: usize,
    },
    /// There is no signature.
    #[error("{0} is not signed")]
    Unsigned(String),
    /// There are signatures, but none that counts.
    #[error("none of the {} signatures of {digest} counts: {}", reasons.len(), reasons.join("; "))]
    NoneValid {
        /// Of the manifest.
        digest: Digest,
        /// Of each signature.
        reasons: Vec<String>,
    },
    /// The registry failed.
    #[error(transparent)]
    Registry(#[from] plimsoll_image::Error),
    /// Signing failed.
    #[error(transparent)]
    Key(#[from] KeyError),
}
