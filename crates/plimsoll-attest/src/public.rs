//! Public keys, and sets of them.

use std::fmt;

use plimsoll_image::Digest;
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};

use crate::{KeyError, Signature, VerifyError, pem};

/// The label of a public key in a file.
const LABEL: &str = "PUBLIC KEY";
/// What stands before the point in the DER of a P-256 key (RFC 5480): the key is a sequence of the
/// algorithm (EC, on this curve) and a bit string.
const PREFIX: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];
/// Bytes of an uncompressed point.
const POINT: usize = 65;
/// The first of them.
const UNCOMPRESSED: u8 = 4;

/// An ECDSA P-256 public key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey([u8; POINT]);

impl PublicKey {
    /// Reads a file with one key, as `cosign generate-key-pair` writes it.
    pub fn from_pem(text: &[u8]) -> Result<PublicKey, KeyError> {
        let keys = PublicKey::all_from_pem(text)?;
        match keys[..] {
            [key] => Ok(key),
            _ => Err(KeyError::Damaged("there is more than one key")),
        }
    }

    /// Reads a file with one key or several.
    pub fn all_from_pem(text: &[u8]) -> Result<Vec<PublicKey>, KeyError> {
        let blocks = pem::parse(text)?;
        let keys = blocks.iter().map(|block| match block.label.as_str() {
            LABEL => PublicKey::from_der(&block.content),
            other => Err(KeyError::Kind(other.chars().take(64).collect())),
        });
        keys.collect()
    }

    fn from_der(content: &[u8]) -> Result<PublicKey, KeyError> {
        let point = content.strip_prefix(&PREFIX).ok_or(KeyError::Algorithm)?;
        PublicKey::from_point(point).ok_or(KeyError::Damaged("its point is not uncompressed"))
    }

    pub(crate) fn from_point(point: &[u8]) -> Option<PublicKey> {
        let point = <[u8; POINT]>::try_from(point).ok()?;
        (point[0] == UNCOMPRESSED).then_some(PublicKey(point))
    }

    fn to_der(self) -> Vec<u8> {
        [&PREFIX[..], &self.0].concat()
    }

    /// The file that holds the key.
    pub fn to_pem(&self) -> String {
        pem::write(LABEL, &self.to_der()).to_string()
    }

    /// Short name of the key: SHA-256 of its DER.
    pub fn fingerprint(&self) -> String {
        Digest::sha256(&self.to_der()).to_string()
    }

    /// Whether a signature is by this key over these bytes.
    pub fn accepts(&self, content: &[u8], signature: &Signature) -> bool {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &self.0)
            .verify(content, &signature.0)
            .is_ok()
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.fingerprint())
    }
}

/// The keys of those who are believed: more than one while keys are changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedKeys(Vec<PublicKey>);

impl TrustedKeys {
    /// No key, which accepts nothing.
    pub fn new() -> TrustedKeys {
        TrustedKeys::default()
    }

    /// Adds a key.
    #[must_use]
    pub fn with(mut self, key: PublicKey) -> TrustedKeys {
        self.extend([key]);
        self
    }

    /// Adds all keys of a file.
    pub fn add_pem(&mut self, text: &[u8]) -> Result<(), KeyError> {
        self.extend(PublicKey::all_from_pem(text)?);
        Ok(())
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The keys.
    pub fn iter(&self) -> impl Iterator<Item = &PublicKey> {
        self.0.iter()
    }

    /// The key by which a signature over these bytes is accepted.
    pub fn verify(&self, content: &[u8], signature: &Signature) -> Result<&PublicKey, VerifyError> {
        if self.is_empty() {
            return Err(VerifyError::NoKeys);
        }
        let found = self.0.iter().find(|key| key.accepts(content, signature));
        found.ok_or(VerifyError::Untrusted { keys: self.0.len() })
    }
}

impl Extend<PublicKey> for TrustedKeys {
    fn extend<I: IntoIterator<Item = PublicKey>>(&mut self, keys: I) {
        for key in keys {
            if !self.0.contains(&key) {
                self.0.push(key);
            }
        }
    }
}
