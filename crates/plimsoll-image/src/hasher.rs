//! A digest of bytes that come in pieces.

use sha2::Digest as _;

use crate::{Algorithm, Digest};

/// Computes a [`Digest`].
pub(crate) enum Hasher {
    Sha256(sha2::Sha256),
    Sha512(sha2::Sha512),
}

impl Hasher {
    pub(crate) fn new(algorithm: Algorithm) -> Hasher {
        match algorithm {
            Algorithm::Sha256 => Hasher::Sha256(sha2::Sha256::new()),
            Algorithm::Sha512 => Hasher::Sha512(sha2::Sha512::new()),
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Hasher::Sha256(hasher) => hasher.update(bytes),
            Hasher::Sha512(hasher) => hasher.update(bytes),
        }
    }

    pub(crate) fn finish(self) -> Digest {
        let digest = match self {
            Hasher::Sha256(hasher) => {
                Digest::from_bytes(Algorithm::Sha256, hasher.finalize().as_slice())
            }
            Hasher::Sha512(hasher) => {
                Digest::from_bytes(Algorithm::Sha512, hasher.finalize().as_slice())
            }
        };
        digest.expect("the hash function gives as many bytes as its digest has")
    }
}
