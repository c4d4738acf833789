//! Deltas: a few kilobytes that turn one database into the next.
//!
//! A delta does not describe bytes but records: which statements are gone, which are new, what is
//! said about the vulnerabilities that changed. Applying it means to take the old database apart,
//! to change the records, and to compile them again. Compiling is deterministic, so the result is
//! the very file that was published, and its checksum proves it. One new string in the middle of
//! the file moves every number behind it, which is why a difference of bytes would be as large as
//! the file.
//!
//! ## The file
//!
//! Eight bytes `PLIMDELT`, a version (`u32`), four bytes of zero, three BLAKE3 digests of 32 bytes
//! (content of the database that it applies to, the whole target file, everything that follows),
//! then a zstd frame of a [postcard](https://postcard.jamesmunns.com/wire-format) document.

mod apply;
mod document;
mod make;

pub use apply::apply;
pub use make::make;

/// The first bytes of a delta.
const MAGIC: [u8; 8] = *b"PLIMDELT";

/// The version of the document. A reader refuses every other one.
const VERSION: u32 = 1;

/// Magic, version, padding and three digests.
const HEADER: usize = 16 + 3 * 32;

/// A document that inflates to more than this is no delta: the database itself has a tenth of it.
const MAX_DOCUMENT: usize = 1 << 29;

/// Why a delta cannot be used. The full database can be taken instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeltaError {
    /// The bytes are something else, or were changed.
    #[error("the delta is damaged: {0}")]
    Damaged(&'static str),
    /// Another version of the format.
    #[error("the delta has format version {found}, this program reads version {supported}")]
    Version {
        /// What it says.
        found: u32,
        /// What this program reads.
        supported: u32,
    },
    /// It applies to another database.
    #[error("the delta is for the database {wanted}, this one is {found}")]
    OtherBase {
        /// Content digest of the database that it is for.
        wanted: String,
        /// Content digest of the one at hand.
        found: String,
    },
    /// The old database is damaged.
    #[error("the database that the delta is for is damaged")]
    DamagedBase,
    /// The result is not what was published, as when another version of the program made it.
    #[error("the result has the digest {found}, not {wanted}")]
    OtherResult {
        /// BLAKE3 of the published file.
        wanted: String,
        /// BLAKE3 of the result.
        found: String,
    },
}

/// Which databases a delta leads from and to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeltaHeader {
    /// Content digest of the old database, as `Info::digest` has it.
    pub base: String,
    /// BLAKE3 of the whole new file, in hexadecimal.
    pub target: String,
}

impl DeltaHeader {
    /// Reads the header, and checks that the delta is whole.
    pub fn read(delta: &[u8]) -> Result<DeltaHeader, DeltaError> {
        let header = parse(delta)?;
        let hex = |digest: &[u8; 32]| blake3::Hash::from_bytes(*digest).to_hex().to_string();
        Ok(DeltaHeader { base: hex(&header.base), target: hex(&header.target) })
    }
}

struct Parsed<'d> {
    base: [u8; 32],
    target: [u8; 32],
    body: &'d [u8],
}

fn parse(delta: &[u8]) -> Result<Parsed<'_>, DeltaError> {
    let (header, body) =
        delta.split_at_checked(HEADER).ok_or(DeltaError::Damaged("it ends within its header"))?;
    let (start, digests) = header.split_at(16);
    if !start.starts_with(&MAGIC) {
        return Err(DeltaError::Damaged("it does not begin with the word PLIMDELT"));
    }
    let ([base, target, checksum], _) = digests.as_chunks::<32>() else {
        return Err(DeltaError::Damaged("it ends within its header"));
    };
    // Over everything but the checksum itself, so that no byte can change unnoticed.
    let mut hasher = blake3::Hasher::new();
    hasher.update(&header[..HEADER - 32]).update(body);
    if hasher.finalize() != *checksum {
        return Err(DeltaError::Damaged("its checksum is wrong"));
    }
    let found = u32::from_le_bytes([start[8], start[9], start[10], start[11]]);
    if found != VERSION {
        return Err(DeltaError::Version { found, supported: VERSION });
    }
    Ok(Parsed { base: *base, target: *target, body })
}

#[cfg(test)]
mod tests;
