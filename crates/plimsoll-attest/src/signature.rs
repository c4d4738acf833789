//! One signature.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::VerifyError;

/// Characters of a signature in base64. One by P-256 has 96.
const MAX_TEXT: usize = 1_024;

/// An ECDSA signature in DER. Its text is base64, as cosign writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature(pub(crate) Vec<u8>);

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(&self.0))
    }
}

impl FromStr for Signature {
    type Err = VerifyError;

    /// Reads base64; space around it is not looked at, since files end in a line feed.
    fn from_str(text: &str) -> Result<Signature, VerifyError> {
        let text = text.trim();
        if text.is_empty() || text.len() > MAX_TEXT {
            return Err(VerifyError::NotASignature);
        }
        STANDARD.decode(text).map(Signature).map_err(|_| VerifyError::NotASignature)
    }
}
