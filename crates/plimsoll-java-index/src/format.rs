//! The layout of an index, shared by its writer and its reader; `docs/java-index.md` describes it in
//! full.
//!
//! A header, then ten sections. Numbers are little-endian; `varint` is LEB128 of 32 bits.
//!
//! ## Why buckets of fingerprints
//!
//! The first bits of a SHA-1 pick a bucket of some sixteen rows, the next ones are the fingerprint
//! that a row keeps. The bits that pick the bucket count for the comparison without being stored. A
//! minimal perfect hash would save the quarter of a byte per archive that the table of buckets
//! takes, and cost a structure that is built from seeds and cannot be checked by looking at it.

use crate::IndexError;

/// The first bytes of every index.
pub(crate) const MAGIC: [u8; 8] = *b"PLIMJAVA";

/// The version of this layout. A reader refuses every other one.
pub(crate) const VERSION: u32 = 1;

/// Bytes before the first section.
pub(crate) const HEADER_SIZE: usize = 320;

/// Positions of the header's fields.
pub(crate) mod header {
    pub(crate) const VERSION: usize = 8;
    pub(crate) const FINGERPRINT_BYTES: usize = 12;
    pub(crate) const NUMBER_BYTES: usize = 13;
    pub(crate) const BUCKET_BITS: usize = 14;
    pub(crate) const ARCHIVES: usize = 16;
    pub(crate) const ARTIFACTS: usize = 20;
    pub(crate) const LENGTH: usize = 24;
    /// A text, filled up with zeros.
    pub(crate) const AS_OF: usize = 32;
    pub(crate) const SECTIONS: usize = 64;
    pub(crate) const CONTENT_DIGEST: usize = 256;
    pub(crate) const HEADER_DIGEST: usize = 288;
}

/// Longest text for the date of the data.
pub(crate) const AS_OF_LENGTH: usize = 32;

/// The sections, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    /// First row of each bucket, and the end of the last: `u32`.
    Buckets,
    /// Fingerprint and number of each archive.
    Rows,
    /// Offset of each run of group names: `u32`.
    GroupIndex,
    /// Group names.
    Groups,
    /// The same for artifact names.
    NameIndex,
    /// Artifact names.
    Names,
    /// The same for versions.
    VersionIndex,
    /// Versions.
    Versions,
    /// First name, first archive, offset and inflated length of each block: four `u32`.
    BlockIndex,
    /// Blocks of artifacts with their versions.
    Blocks,
}

/// Number of sections.
pub(crate) const SECTIONS: usize = 10;

/// Archives per bucket that the number of buckets aims at.
pub(crate) const BUCKET_SIZE: usize = 16;

/// Bits of a SHA-1 that a row keeps, at least. With those that pick the bucket, one foreign archive
/// in 2^32 / 16 is taken for a known one. The builder keeps more bytes where two known archives would
/// look the same.
pub(crate) const LEAST_FINGERPRINT: usize = 4;

/// With the bits of the bucket, more than that never has to be told apart.
pub(crate) const MOST_FINGERPRINT: usize = 8;

/// More buckets than archives would be damage.
pub(crate) const MOST_BUCKET_BITS: u32 = 28;

/// A block ends with the artifact that makes it longer than this: an artifact's name is looked up
/// by inflating one block.
pub(crate) const BLOCK_SIZE: usize = 16 * 1024;

/// No block inflates to more, whatever a damaged file claims.
pub(crate) const MAX_BLOCK: usize = 1 << 20;

/// Archives of one artifact in one row of a block; more get another row. Bounds a block to a part of
/// [`MAX_BLOCK`].
pub(crate) const MOST_IN_ROW: usize = 50_000;

/// Bytes of a row of [`Section::BlockIndex`].
pub(crate) const BLOCK_ROW: usize = 16;

/// Names of a run, of which the first is written in full.
pub(crate) const RUN: usize = 16;

/// The bucket of a SHA-1, and its fingerprint of so many bytes.
pub(crate) fn split(sha1: &[u8; 20], bucket_bits: u32, fingerprint_bytes: usize) -> (usize, u64) {
    let mut start = [0; 16];
    start.copy_from_slice(&sha1[..16]);
    let bits = u128::from_be_bytes(start);
    let bucket = bits.checked_shr(128 - bucket_bits).unwrap_or(0);
    let rest = (bits << bucket_bits) >> (128 - 8 * fingerprint_bytes);
    (bucket as usize, rest as u64)
}

/// Reads a number of four bytes.
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Reads a number of eight bytes.
pub(crate) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Appends a number as LEB128.
pub(crate) fn put_varint(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// A section's bytes, by the table in the header.
pub(crate) fn section(file: &[u8], section: Section) -> Result<&[u8], IndexError> {
    let at = header::SECTIONS + 16 * section as usize;
    let number = |at| u64_at(file, at).and_then(|number| usize::try_from(number).ok());
    let found = number(at).zip(number(at + 8)).and_then(|(offset, length)| {
        file.get(offset..offset.checked_add(length)?).filter(|_| offset >= HEADER_SIZE)
    });
    found.ok_or(IndexError::Damaged("a section lies outside of the file"))
}
