//! One bucket.

use crate::file::{MAX_DEPTH, MAX_NESTING};
use crate::iterate::Entries;
use crate::meta::PAGE_HEADER;
use crate::page::{Content, Page, u64_at};
use crate::{Bolt, Damage, Error};

/// Bytes in front of a bucket's inline page: the number of its root, and its sequence.
const BUCKET_HEADER: usize = 16;

/// A bucket: sorted keys, each with a value or with a bucket.
#[derive(Debug, Clone, Copy)]
pub struct Bucket<'b, 'a> {
    pub(crate) bolt: &'b Bolt<'a>,
    pub(crate) root: Root<'a>,
    sequence: u64,
    nesting: usize,
}

/// Where the entries of a bucket are.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Root<'a> {
    Page(u64),
    /// A small bucket's only page, a leaf, stands where its value would.
    Inline(Page<'a>),
}

impl<'b, 'a> Bucket<'b, 'a> {
    pub(crate) fn at_page(bolt: &'b Bolt<'a>, page: u64) -> Bucket<'b, 'a> {
        Bucket { bolt, root: Root::Page(page), sequence: 0, nesting: 0 }
    }

    /// The bucket that an element of this one holds.
    pub(crate) fn inner(
        &self,
        page: u64,
        index: u16,
        value: &'a [u8],
    ) -> Result<Bucket<'b, 'a>, Error> {
        let damaged = |damage| Error::Page { page, damage };
        if self.nesting >= MAX_NESTING {
            return Err(damaged(Damage::TooNested));
        }
        let broken = damaged(Damage::Bucket(index));
        let (Some(number), Some(sequence)) = (u64_at(value, 0), u64_at(value, 8)) else {
            return Err(broken);
        };
        let root = match number {
            0 => {
                let inline = value.get(BUCKET_HEADER..).filter(|page| page.len() >= PAGE_HEADER);
                let inline = Page::new(page, inline.ok_or(broken)?).map_err(|_| broken)?;
                if !inline.leaf {
                    return Err(broken);
                }
                Root::Inline(inline)
            }
            number => Root::Page(number),
        };
        Ok(Bucket { bolt: self.bolt, root, sequence, nesting: self.nesting + 1 })
    }

    /// The number that programs may count up with each new entry; bbolt itself does not use it.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// The value of a key; nothing if there is none, or if it is a bucket.
    pub fn get(&self, key: &[u8]) -> Result<Option<&'a [u8]>, Error> {
        Ok(match self.find(key)? {
            Some((_, _, Content::Value(value))) => Some(value),
            _ => None,
        })
    }

    /// The bucket of this name; nothing if there is none, or if it is a value.
    pub fn bucket(&self, name: &[u8]) -> Result<Option<Bucket<'b, 'a>>, Error> {
        match self.find(name)? {
            Some((page, index, Content::Bucket(value))) => self.inner(page, index, value).map(Some),
            _ => Ok(None),
        }
    }

    /// Everything in it, in the order of the keys.
    pub fn entries(&self) -> Entries<'b, 'a> {
        Entries::new(*self)
    }

    fn find(&self, key: &[u8]) -> Result<Option<(u64, u16, Content<'a>)>, Error> {
        let mut page = match self.root {
            Root::Inline(page) => page,
            Root::Page(number) => self.bolt.page(number)?,
        };
        for _ in 0..MAX_DEPTH {
            let found = page.search(key)?;
            if page.leaf {
                let Some((index, true)) = found else { return Ok(None) };
                return Ok(Some((page.number, index, page.element(index)?.content)));
            }
            // What is before the first key of a branch can only be in its first child.
            let index = found.map_or(0, |(index, _)| index);
            let Content::Child(child) = page.element(index)?.content else { return Ok(None) };
            page = self.bolt.page(child)?;
        }
        Err(page.damaged(Damage::TooDeep))
    }
}
