//! The file as a whole: finds pages by number.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::meta::Meta;
use crate::page::{Page, u32_at, u64_at};
use crate::{Bucket, Damage, Error};

/// A tree of two children a branch and of this many levels has more pages than any disk.
pub(crate) const MAX_DEPTH: usize = 40;

/// Buckets nest three or four deep in real files.
pub(crate) const MAX_NESTING: usize = 32;

/// How often all pages may be visited by iterations over one [`Bolt`]. A whole file has each page
/// in one tree, so that one walk over everything visits each once; in a hostile file thousands of
/// buckets may share one tree.
const MAX_WALKS: u64 = 16;

/// A bbolt file.
#[derive(Debug)]
pub struct Bolt<'a> {
    bytes: &'a [u8],
    meta: Meta,
    /// Pages that iterations may still visit.
    visits: AtomicU64,
}

impl<'a> Bolt<'a> {
    /// Opens a file. Only its first two pages are read.
    pub fn open(bytes: &'a [u8]) -> Result<Bolt<'a>, Error> {
        let meta = Meta::find(bytes)?;
        let pages = bytes.len() as u64 / meta.page_size as u64;
        let visits = AtomicU64::new(pages.saturating_mul(MAX_WALKS));
        Ok(Bolt { bytes, meta, visits })
    }

    /// The bucket that holds all others.
    pub fn root(&self) -> Bucket<'_, 'a> {
        Bucket::at_page(self, self.meta.root)
    }

    /// A bucket by its name and those of the buckets around it, the outermost first.
    pub fn bucket(&self, path: &[&[u8]]) -> Result<Option<Bucket<'_, 'a>>, Error> {
        let mut bucket = self.root();
        for name in path {
            match bucket.bucket(name)? {
                Some(inner) => bucket = inner,
                None => return Ok(None),
            }
        }
        Ok(Some(bucket))
    }

    /// Bytes of a page.
    pub fn page_size(&self) -> usize {
        self.meta.page_size
    }

    /// A page of a tree.
    pub(crate) fn page(&self, number: u64) -> Result<Page<'a>, Error> {
        let damaged = |damage| Error::Page { page: number, damage };
        // Pages 0 and 1 are the metas.
        if !(2..self.meta.page_count).contains(&number) {
            return Err(damaged(Damage::OutOfRange));
        }
        let size = self.meta.page_size;
        let found = usize::try_from(number)
            .ok()
            .and_then(|number| number.checked_mul(size))
            .and_then(|start| self.bytes.get(start..))
            .filter(|page| page.len() >= size)
            .ok_or(damaged(Damage::Truncated))?;
        match u64_at(found, 0) {
            Some(itself) if itself == number => {}
            itself => return Err(damaged(Damage::OtherNumber(itself.unwrap_or_default()))),
        }
        let overflow = u64::from(u32_at(found, 12).unwrap_or_default());
        if number.saturating_add(overflow) >= self.meta.page_count {
            return Err(damaged(Damage::OutOfRange));
        }
        let length = usize::try_from(overflow + 1).ok().and_then(|pages| pages.checked_mul(size));
        let bytes = length.and_then(|length| found.get(..length));
        Page::new(number, bytes.ok_or(damaged(Damage::Truncated))?)
    }

    /// A page of a tree that an iteration has come to.
    pub(crate) fn visit(&self, number: u64) -> Result<Page<'a>, Error> {
        let page = self.page(number)?;
        // Page for page, because overflowing ones may overlap.
        let cost = page.length() as u64 / self.meta.page_size as u64;
        self.visits
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(cost))
            .map_err(|_| page.damaged(Damage::Repeated))?;
        Ok(page)
    }
}
