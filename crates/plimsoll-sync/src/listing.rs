//! What a source offers: the database, the overlay and the deltas, each with its digests and
//! signature. As a file it is `index.json`; a registry says the same in a manifest.

use plimsoll_image::{Algorithm, Digest};
use serde::{Deserialize, Serialize};

use crate::Refusal;

/// Version of this layout of files. Another number is not read.
pub const LAYOUT: u32 = 1;
/// Bytes of `index.json`. One with two years of daily deltas has 400 KiB.
pub(crate) const MAX_LISTING: u64 = 4 << 20;
/// Bytes of a database or overlay. All public advisories of 2026 need less than a tenth of it.
pub(crate) const MAX_DATABASE: u64 = 4 << 30;
/// Bytes of a file as stored, which is held in memory.
pub(crate) const MAX_STORED: u64 = 2 << 30;
/// Deltas of one list; nobody is two years behind and in a hurry.
pub(crate) const MAX_DELTAS: usize = 1_000;
/// Bytes of a file name.
const MAX_NAME: usize = 128;
/// Hexadecimal digits of BLAKE3.
const CONTENT_DIGITS: usize = 64;

/// Everything that a source offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// Version of the layout, [`LAYOUT`].
    pub layout: u32,
    /// The database.
    pub database: Entry,
    /// Scores and known exploited vulnerabilities, which change more often than the rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overlay: Option<Entry>,
    /// Ways from earlier databases to this one.
    #[serde(default)]
    pub deltas: Vec<DeltaEntry>,
}

/// A database or overlay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// BLAKE3 of the content as the file itself says it, in hexadecimal: the identity of the data.
    pub content: String,
    /// SHA-256 of the whole file, inflated.
    pub sha256: Digest,
    /// Its length in bytes.
    pub size: u64,
    /// Version of the database format.
    pub format: u32,
    /// When it was made, as RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// ECDSA signature of the whole file, inflated, in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// The compressed file.
    pub stored: Stored,
}

/// A way from one database to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeltaEntry {
    /// Content of the database that it applies to.
    pub base: String,
    /// Content of the database that it gives.
    pub target: String,
    /// ECDSA signature of the delta, in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// The delta.
    pub stored: Stored,
}

/// A file as it is transferred.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// Its name.
    pub file: String,
    /// SHA-256 of it.
    pub sha256: Digest,
    /// Its length in bytes.
    pub size: u64,
}

impl Listing {
    /// Reads `index.json`.
    pub(crate) fn parse(content: &[u8]) -> Result<Listing, Refusal> {
        #[derive(Deserialize)]
        struct Versioned {
            layout: u32,
        }
        let odd = |error: serde_json::Error| {
            let (line, column) = (error.line(), error.column());
            Refusal::Listing(format!("does not follow its format (line {line}, column {column})"))
        };
        let versioned: Versioned = serde_json::from_slice(content).map_err(odd)?;
        check_layout(versioned.layout)?;
        let listing: Listing = serde_json::from_slice(content).map_err(odd)?;
        listing.check()?;
        Ok(listing)
    }

    /// Refuses what cannot be right, before anything of it is used.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        check_layout(self.layout)?;
        for entry in std::iter::once(&self.database).chain(&self.overlay) {
            check_content(&entry.content)?;
            check_digest(&entry.sha256)?;
            too_large(&entry.stored.file, entry.size, MAX_DATABASE)?;
            entry.stored.check()?;
        }
        if self.deltas.len() > MAX_DELTAS {
            return Err(Refusal::Listing(format!("has more than {MAX_DELTAS} deltas")));
        }
        for delta in &self.deltas {
            check_content(&delta.base)?;
            check_content(&delta.target)?;
            delta.stored.check()?;
        }
        Ok(())
    }

    /// The document.
    pub fn to_json(&self) -> Vec<u8> {
        let mut text = serde_json::to_vec_pretty(self).expect("texts and numbers are always JSON");
        text.push(b'\n');
        text
    }

    /// The delta from a database to the one that is offered.
    pub fn delta_from(&self, content: &str) -> Option<&DeltaEntry> {
        let target = &self.database.content;
        self.deltas.iter().find(|delta| delta.base == content && delta.target == *target)
    }
}

impl Stored {
    fn check(&self) -> Result<(), Refusal> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        let fine = (1..=MAX_NAME).contains(&self.file.len())
            && !self.file.starts_with('.')
            && self.file.chars().all(plain);
        if !fine {
            let name: String = self.file.chars().take(MAX_NAME).collect();
            return Err(Refusal::Listing(format!(
                "has the file name {name:?}, which is not plain"
            )));
        }
        check_digest(&self.sha256)?;
        too_large(&self.file, self.size, MAX_STORED)
    }
}

fn check_layout(layout: u32) -> Result<(), Refusal> {
    if layout == LAYOUT {
        return Ok(());
    }
    Err(Refusal::Listing(format!(
        "has layout {layout}, this program reads {LAYOUT}: get a newer Plimsoll"
    )))
}

fn check_content(digest: &str) -> Result<(), Refusal> {
    let digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if digest.len() == CONTENT_DIGITS && digest.bytes().all(digit) {
        return Ok(());
    }
    Err(Refusal::Listing("has a content digest that is not BLAKE3 in hexadecimal".to_owned()))
}

fn check_digest(digest: &Digest) -> Result<(), Refusal> {
    match digest.algorithm() {
        Algorithm::Sha256 => Ok(()),
        other => {
            Err(Refusal::Listing(format!("has a digest by {} where SHA-256 belongs", other.name())))
        }
    }
}

pub(crate) fn too_large(what: &str, actual: u64, limit: u64) -> Result<(), Refusal> {
    if actual <= limit {
        return Ok(());
    }
    Err(Refusal::TooLarge { what: what.to_owned(), actual, limit })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing() -> Listing {
        let stored = |file: &str| Stored {
            file: file.to_owned(),
            sha256: Digest::sha256(b"stored"),
            size: 6,
        };
        let content = "0123456789abcdef".repeat(4);
        Listing {
            layout: LAYOUT,
            database: Entry {
                content: content.clone(),
                sha256: Digest::sha256(b"inflated"),
                size: 8,
                format: 1,
                created: Some("2026-01-02T03:04:05Z".to_owned()),
                signature: Some("AAAA".to_owned()),
                stored: stored("plimsoll.db.zst"),
            },
            overlay: None,
            deltas: vec![DeltaEntry {
                base: "f".repeat(64),
                target: content,
                signature: None,
                stored: stored("delta-1"),
            }],
        }
    }

    #[test]
    fn a_listing_survives_being_written_and_read() {
        let listing = listing();
        assert_eq!(Listing::parse(&listing.to_json()).unwrap(), listing);
        assert!(listing.delta_from(&"f".repeat(64)).is_some());
        assert!(listing.delta_from(&"e".repeat(64)).is_none());
    }

    #[test]
    fn what_cannot_be_right_is_refused() {
        let json = String::from_utf8(listing().to_json()).unwrap();
        for (from, to, reason) in [
            ("\"layout\": 1", "\"layout\": 2", "newer Plimsoll"),
            ("plimsoll.db.zst", "../plimsoll.db", "not plain"),
            ("delta-1", ".delta", "not plain"),
            ("delta-1", "", "not plain"),
            ("\"size\": 6", "\"size\": 9999999999", "the limit"),
            ("\"size\": 8", "\"size\": 9999999999", "the limit"),
            ("\"size\": 8", "\"size\": -8", "line"),
            ("0123456789abcdef01", "0123456789ABCDEF01", "BLAKE3"),
            ("{", "", "line"),
        ] {
            let changed = json.replacen(from, to, 1);
            assert_ne!(changed, json, "{from}");
            let error = Listing::parse(changed.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(reason), "{to}: {error}");
        }
    }
}
