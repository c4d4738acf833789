//! Signatures in cosign's formats, so that its users need no other tool and no other keys.
//!
//! [`PrivateKey`] and [`PublicKey`] are key pairs as `cosign generate-key-pair` writes them;
//! [`PrivateKey::sign`] and [`TrustedKeys::verify`] do what `cosign sign-blob` and
//! `cosign verify-blob` do with them; [`sign_manifest`] and [`verify_manifest`] keep and find
//! signatures beside a manifest in a registry. Nothing here asks a transparency log.

mod error;
mod manifest;
mod password;
mod pem;
mod private;
mod public;
mod sealed;
mod signature;
#[cfg(test)]
mod tests;

pub use error::{KeyError, VerifyError};
pub use manifest::{SIGNATURE_MEDIA_TYPE, Verified, sign_manifest, signature_tag, verify_manifest};
pub use password::Password;
pub use private::PrivateKey;
pub use public::{PublicKey, TrustedKeys};
pub use signature::Signature;
