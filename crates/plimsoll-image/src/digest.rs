//! Content digests: `sha256:…` and `sha512:…`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A hash function that the OCI image specification registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Algorithm {
    /// SHA-256, 32 bytes.
    Sha256,
    /// SHA-512, 64 bytes.
    Sha512,
}

/// The digest of a blob, checked for form.
///
/// <https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests>
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest {
    algorithm: Algorithm,
    bytes: [u8; 64],
}

/// A text that is not a digest of a registered algorithm in lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a digest (expected sha256: or sha512: and lower-case hexadecimal digits)")]
pub struct InvalidDigest(pub String);

impl Algorithm {
    /// The prefix in a digest's text.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Sha256 => "sha256",
            Algorithm::Sha512 => "sha512",
        }
    }

    /// Length of the raw digest in bytes.
    pub fn length(self) -> usize {
        match self {
            Algorithm::Sha256 => 32,
            Algorithm::Sha512 => 64,
        }
    }
}

impl Digest {
    /// The digest with these raw bytes, or nothing when their number does not fit the algorithm.
    pub fn from_bytes(algorithm: Algorithm, raw: &[u8]) -> Option<Digest> {
        if raw.len() != algorithm.length() {
            return None;
        }
        let mut bytes = [0; 64];
        bytes[..raw.len()].copy_from_slice(raw);
        Some(Digest { algorithm, bytes })
    }

    /// The SHA-256 digest of bytes that are at hand.
    pub fn sha256(content: &[u8]) -> Digest {
        use sha2::Digest as _;
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(&sha2::Sha256::digest(content));
        Digest { algorithm: Algorithm::Sha256, bytes }
    }

    /// The digest of `content` by the same algorithm as `self`.
    pub fn same_kind_of(&self, content: &[u8]) -> Digest {
        use sha2::Digest as _;
        match self.algorithm {
            Algorithm::Sha256 => Digest::sha256(content),
            Algorithm::Sha512 => {
                let mut bytes = [0; 64];
                bytes.copy_from_slice(&sha2::Sha512::digest(content));
                Digest { algorithm: Algorithm::Sha512, bytes }
            }
        }
    }

    /// The hash function.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The raw digest.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.algorithm.length()]
    }

    /// Lower-case hexadecimal digits, without the algorithm.
    pub fn hex(&self) -> String {
        let mut text = String::with_capacity(self.algorithm.length() * 2);
        for byte in self.as_bytes() {
            text.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
            text.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
        }
        text
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm.name(), self.hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = InvalidDigest;

    fn from_str(text: &str) -> Result<Digest, InvalidDigest> {
        let invalid = || InvalidDigest(text.chars().take(200).collect());
        let (name, hex) = text.split_once(':').ok_or_else(invalid)?;
        let algorithm = match name {
            "sha256" => Algorithm::Sha256,
            "sha512" => Algorithm::Sha512,
            _ => return Err(invalid()),
        };
        if hex.len() != algorithm.length() * 2 {
            return Err(invalid());
        }
        let mut bytes = [0; 64];
        for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
            let digit = |d: u8| match d {
                b'0'..=b'9' => Ok(d - b'0'),
                b'a'..=b'f' => Ok(d - b'a' + 10),
                _ => Err(invalid()),
            };
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Ok(Digest { algorithm, bytes })
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_bytes_agree() {
        let empty = Digest::sha256(b"");
        let text = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(empty.to_string(), text);
        assert_eq!(text.parse::<Digest>().unwrap(), empty);
    }

    #[test]
    fn other_forms_are_refused() {
        for text in ["", "sha256:", "sha256:E3", "md5:d41d8cd98f00b204e9800998ecf8427e", "e3b0c442"]
        {
            assert!(text.parse::<Digest>().is_err(), "{text}");
        }
    }
}
