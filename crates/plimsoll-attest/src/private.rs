//! Private keys.

use std::fmt;

use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use zeroize::Zeroizing;

use crate::{KeyError, Password, PublicKey, Signature, pem, sealed};

/// What cosign writes.
const SEALED: &str = "ENCRYPTED SIGSTORE PRIVATE KEY";
/// What it wrote before version 2.
const SEALED_BEFORE: &str = "ENCRYPTED COSIGN PRIVATE KEY";
/// A key without a password, as OpenSSL writes it.
const PLAIN: &str = "PRIVATE KEY";

/// An ECDSA P-256 private key. `Debug` hides it.
pub struct PrivateKey {
    pair: EcdsaKeyPair,
    pkcs8: Zeroizing<Vec<u8>>,
}

impl PrivateKey {
    /// Makes a new key.
    pub fn generate() -> Result<PrivateKey, KeyError> {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random)
            .map_err(|_| KeyError::Random)?;
        PrivateKey::from_pkcs8(Zeroizing::new(pkcs8.as_ref().to_vec()))
    }

    /// Reads a key file: cosign's, for which the password is needed, or PKCS#8 without one.
    pub fn from_pem(text: &[u8], password: Option<&Password>) -> Result<PrivateKey, KeyError> {
        let mut blocks = pem::parse(text)?;
        let (Some(block), true) = (blocks.pop(), blocks.is_empty()) else {
            return Err(KeyError::Damaged("there is more than one key"));
        };
        let pkcs8 = match block.label.as_str() {
            SEALED | SEALED_BEFORE => {
                sealed::open(&block.content, password.ok_or(KeyError::PasswordMissing)?)?
            }
            PLAIN => block.content,
            other => return Err(KeyError::Kind(other.chars().take(64).collect())),
        };
        PrivateKey::from_pkcs8(pkcs8)
    }

    fn from_pkcs8(pkcs8: Zeroizing<Vec<u8>>) -> Result<PrivateKey, KeyError> {
        let random = SystemRandom::new();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &pkcs8, &random)
            .map_err(|_| KeyError::Algorithm)?;
        Ok(PrivateKey { pair, pkcs8 })
    }

    /// The file that holds the key under a password, as cosign reads it.
    pub fn to_encrypted_pem(&self, password: &Password) -> Result<String, KeyError> {
        Ok(pem::write(SEALED, &sealed::seal(&self.pkcs8, password)?).to_string())
    }

    /// The file that holds the key open to everybody who can read it.
    pub fn to_plain_pem(&self) -> Zeroizing<String> {
        pem::write(PLAIN, &self.pkcs8)
    }

    /// The other half.
    pub fn public_key(&self) -> PublicKey {
        PublicKey::from_point(self.pair.public_key().as_ref())
            .expect("the public key of a P-256 pair is an uncompressed point")
    }

    /// Signs bytes as `cosign sign-blob` does: ECDSA over their SHA-256.
    pub fn sign(&self, content: &[u8]) -> Result<Signature, KeyError> {
        let signed = self.pair.sign(&SystemRandom::new(), content);
        signed.map(|one| Signature(one.as_ref().to_vec())).map_err(|_| KeyError::Random)
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey(… of {:?})", self.public_key())
    }
}
