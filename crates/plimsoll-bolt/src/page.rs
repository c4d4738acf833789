//! One page of a tree: a branch, which points to further pages, or a leaf, which holds entries.
//!
//! ```text
//! header:  id u64, flags u16, count u16, overflow u32
//! branch:  count × (pos u32, ksize u32, pgid u64),            then the keys
//! leaf:    count × (flags u32, pos u32, ksize u32, vsize u32), then the keys and values
//! ```
//!
//! `pos` counts from the element that it stands in. A page with `overflow` goes on in that many
//! pages behind it.

use crate::meta::PAGE_HEADER;
use crate::{Damage, Error};

const BRANCH: u16 = 1;
const LEAF: u16 = 2;

/// Both kinds of elements have this many bytes.
const ELEMENT: usize = 16;

/// Flag of a leaf's element whose value is a bucket.
const IS_BUCKET: u32 = 1;

pub(crate) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

pub(crate) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// A page whose header was checked, and nothing else.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page<'a> {
    /// Its own number; for a page inside an element, that of the page around it.
    pub(crate) number: u64,
    pub(crate) leaf: bool,
    pub(crate) count: u16,
    bytes: &'a [u8],
}

/// An element of a page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Element<'a> {
    pub(crate) key: &'a [u8],
    pub(crate) content: Content<'a>,
    /// Where its bytes begin and end in the page.
    start: usize,
    end: usize,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Content<'a> {
    Child(u64),
    Value(&'a [u8]),
    Bucket(&'a [u8]),
}

impl<'a> Page<'a> {
    /// Reads the header of a page, `bytes` being all of it, including what overflows.
    pub(crate) fn new(number: u64, bytes: &'a [u8]) -> Result<Page<'a>, Error> {
        let damaged = |damage| Error::Page { page: number, damage };
        let (Some(flags), Some(count)) = (u16_at(bytes, 8), u16_at(bytes, 10)) else {
            return Err(damaged(Damage::Truncated));
        };
        let leaf = match flags & (BRANCH | LEAF) {
            BRANCH => false,
            LEAF => true,
            _ => return Err(damaged(Damage::Kind(flags))),
        };
        if bytes.len() < PAGE_HEADER + ELEMENT * usize::from(count) {
            return Err(damaged(Damage::Count(count)));
        }
        if !leaf && count == 0 {
            return Err(damaged(Damage::NoChildren));
        }
        Ok(Page { number, leaf, count, bytes })
    }

    /// Its bytes, with those of the pages that it overflows into.
    pub(crate) fn length(&self) -> usize {
        self.bytes.len()
    }

    /// The element at an index below the count.
    pub(crate) fn element(&self, index: u16) -> Result<Element<'a>, Error> {
        self.find_element(index).ok_or(self.damaged(Damage::Element(index)))
    }

    /// Whether the bytes of the first element follow the elements, as they do in every page that
    /// bbolt wrote: else elements are missing at the end.
    pub(crate) fn is_gapless(&self) -> bool {
        let end = PAGE_HEADER + ELEMENT * usize::from(self.count);
        self.find_element(0).is_none_or(|first| first.start == end)
    }

    /// The same, if it comes behind the one before it, in bytes and by key. That elements share no
    /// bytes bounds how much one page can bring.
    pub(crate) fn element_after(
        &self,
        index: u16,
        before: Option<&Element<'a>>,
    ) -> Result<Element<'a>, Error> {
        let element = self.element(index)?;
        let Some(before) = before else { return Ok(element) };
        if element.start < before.end {
            return Err(self.damaged(Damage::Element(index)));
        }
        if element.key <= before.key {
            return Err(self.damaged(Damage::Order(index)));
        }
        Ok(element)
    }

    fn find_element(&self, index: u16) -> Option<Element<'a>> {
        if index >= self.count {
            return None;
        }
        let at = PAGE_HEADER + ELEMENT * usize::from(index);
        let number =
            |offset| usize::try_from(u32_at(self.bytes, at + offset).unwrap_or(u32::MAX)).ok();
        let slice = |start: usize, length: usize| self.bytes.get(start..start.checked_add(length)?);
        let place = |pos: usize| {
            let start = at.checked_add(pos)?;
            // Elements' bytes stand behind all elements.
            (start >= PAGE_HEADER + ELEMENT * usize::from(self.count)).then_some(start)
        };
        if !self.leaf {
            let start = place(number(0)?)?;
            let key = slice(start, number(4)?)?;
            let child = u64_at(self.bytes, at + 8)?;
            let end = start + key.len();
            return Some(Element { key, content: Content::Child(child), start, end });
        }
        let flags = u32_at(self.bytes, at)?;
        let start = place(number(4)?)?;
        let key = slice(start, number(8)?)?;
        let value = slice(start + key.len(), number(12)?)?;
        let content =
            if flags & IS_BUCKET == 0 { Content::Value(value) } else { Content::Bucket(value) };
        Some(Element { key, content, start, end: start + key.len() + value.len() })
    }

    /// The index of the last element whose key is not behind the wanted one, and whether it is
    /// the wanted one.
    pub(crate) fn search(&self, wanted: &[u8]) -> Result<Option<(u16, bool)>, Error> {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.element(middle)?.key.cmp(wanted) {
                std::cmp::Ordering::Equal => return Ok(Some((middle, true))),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        Ok(low.checked_sub(1).map(|index| (index, false)))
    }

    pub(crate) fn damaged(&self, damage: Damage) -> Error {
        Error::Page { page: self.number, damage }
    }
}
