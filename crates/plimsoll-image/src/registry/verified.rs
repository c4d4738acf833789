//! Reading bytes whose digest is known.

use std::io::{self, Read};

use crate::bridge::ChunkReader;
use crate::hasher::Hasher;
use crate::{Digest, Error};

/// Hashes what passes, and fails at the end if it is not what was promised.
pub struct VerifiedReader {
    inner: ChunkReader,
    /// Nothing once the end was reached and found right.
    hasher: Option<Hasher>,
    expected: Digest,
}

impl VerifiedReader {
    pub(super) fn new(inner: ChunkReader, expected: Digest) -> VerifiedReader {
        let hasher = Some(Hasher::new(expected.algorithm()));
        VerifiedReader { inner, hasher, expected }
    }
}

impl Read for VerifiedReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let length = self.inner.read(buffer)?;
        if length > 0 {
            if let Some(hasher) = &mut self.hasher {
                hasher.update(&buffer[..length]);
            }
            return Ok(length);
        }
        let Some(hasher) = self.hasher.take() else { return Ok(0) };
        let (expected, actual) = (self.expected, hasher.finish());
        if actual == expected {
            return Ok(0);
        }
        let what = "a blob".to_owned();
        Err(io::Error::other(Error::DigestMismatch { what, expected, actual }))
    }
}
