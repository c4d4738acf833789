//! The first two pages, which say where the root is.
//!
//! bbolt writes them in turn, one with each transaction, so that a crash in the middle of one
//! leaves the other; the one with the larger transaction number counts.

use crate::Error;
use crate::page::{u32_at, u64_at};

const MAGIC: u32 = 0xed0c_daed;
const VERSION: u32 = 2;

/// Bytes of a page's own header.
pub(crate) const PAGE_HEADER: usize = 16;

/// Bytes of a meta that its checksum covers.
const SUMMED: usize = 56;

/// A page is no smaller: below, not even a meta and its header would leave room for keys.
const SMALLEST_PAGE: usize = 512;

/// bbolt looks for the second meta at no larger page size.
const LARGEST_PAGE: usize = 1024 << 15;

/// What one of the two pages says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Meta {
    pub(crate) page_size: usize,
    pub(crate) root: u64,
    /// Number of pages in use; the file may be longer.
    pub(crate) page_count: u64,
    transaction: u64,
}

/// Whether bytes look like the beginning of a bbolt file.
pub fn is_bolt(head: &[u8]) -> bool {
    [MAGIC, MAGIC.swap_bytes()].map(Some).contains(&u32_at(head, PAGE_HEADER))
}

impl Meta {
    /// The newer one of the two that is whole.
    pub(crate) fn find(file: &[u8]) -> Result<Meta, Error> {
        let first = Meta::read(file, 0);
        let second = match &first {
            Ok(meta) => Meta::read(file, meta.page_size),
            // Without the first, the size of pages is unknown: the second stands behind a page of
            // one of these.
            Err(_) => (SMALLEST_PAGE.ilog2()..=LARGEST_PAGE.ilog2())
                .map(|bits| 1 << bits)
                .filter_map(|at| Meta::read(file, at).ok().filter(|meta| meta.page_size == at))
                .next()
                .ok_or(Error::NoMeta),
        };
        match (first, second) {
            (Ok(first), Ok(second)) if second.page_size == first.page_size => {
                Ok(if second.transaction > first.transaction { second } else { first })
            }
            (Ok(meta), _) | (Err(_), Ok(meta)) => Ok(meta),
            (Err(error), Err(_)) => Err(error),
        }
    }

    fn read(file: &[u8], at: usize) -> Result<Meta, Error> {
        let meta = file.get(at + PAGE_HEADER..).ok_or(Error::NoMeta)?;
        let magic = u32_at(meta, 0).ok_or(Error::NoMeta)?;
        if magic == MAGIC.swap_bytes() {
            return Err(Error::BigEndian);
        }
        let sum = u64_at(meta, SUMMED).ok_or(Error::NoMeta)?;
        if magic != MAGIC || sum != checksum(&meta[..SUMMED]) {
            return Err(Error::NoMeta);
        }
        let (small, large) = (|at| u32_at(meta, at), |at| u64_at(meta, at));
        match small(4) {
            Some(VERSION) => {}
            other => return Err(Error::Version(other.unwrap_or_default())),
        }
        let read = || {
            Some(Meta {
                page_size: usize::try_from(small(8)?).ok()?,
                root: large(16)?,
                page_count: large(40)?,
                transaction: large(48)?,
            })
        };
        read()
            .filter(|meta| {
                meta.page_size.is_power_of_two()
                    && (SMALLEST_PAGE..=LARGEST_PAGE).contains(&meta.page_size)
            })
            .ok_or(Error::NoMeta)
    }
}

/// 64-bit FNV-1a: see <https://www.rfc-editor.org/rfc/rfc9923>.
pub(crate) fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |sum, &byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
