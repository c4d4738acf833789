//! The file's header, and how to get at its pages.

use std::collections::HashMap;

use crate::page::{array, big_u32, index};
use crate::{Damage, Error};

const MAGIC: &[u8] = b"SQLite format 3\0";

/// Bytes at the beginning of page 1, before its own header.
pub(crate) const FILE_HEADER_LENGTH: usize = 100;

const UTF8: u32 = 1;

/// Whether bytes are the beginning of a SQLite file.
pub fn is_sqlite(head: &[u8]) -> bool {
    head.starts_with(MAGIC)
}

/// What the first bytes of a file say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Bytes of a page.
    pub page_length: usize,
    /// How many of them SQLite uses itself.
    pub usable: usize,
    /// Number of pages; SQLite before 3.7 did not keep it.
    pub page_count: Option<u32>,
}

impl Header {
    /// Reads the header from the file, or from what a log has as page 1.
    pub fn read(first_page: &[u8]) -> Result<Header, Error> {
        if !is_sqlite(first_page) {
            return Err(Error::NotADatabase);
        }
        let header = first_page.get(..FILE_HEADER_LENGTH).ok_or(Error::Short)?;
        let page_length = match u16::from_be_bytes(array(header, 16).ok_or(Error::Short)?) {
            1 => 65_536,
            length => usize::from(length),
        };
        let usable = page_length.saturating_sub(usize::from(header[20]));
        if !page_length.is_power_of_two() || page_length < 512 || usable < 480 {
            return Err(Error::PageSize);
        }
        if big_u32(header, 56).ok_or(Error::Short)? > UTF8 {
            return Err(Error::Utf16);
        }
        // Where these two numbers differ, an old SQLite wrote last and did not keep the count.
        let counted = big_u32(header, 24) == big_u32(header, 92);
        let page_count = counted.then(|| big_u32(header, 28)).flatten();
        Ok(Header { page_length, usable, page_count })
    }
}

/// Pages that stand in for those of the file, from a write-ahead log.
#[derive(Debug, Default)]
pub struct Overlay<'a> {
    /// The newest version of each page.
    pub pages: HashMap<u32, &'a [u8]>,
    /// Pages of the database after the log's last transaction.
    pub page_count: Option<u32>,
}

/// How many pages there are, and how many there should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Whole pages of the file.
    pub present: usize,
    /// Pages that the database should have.
    pub promised: usize,
    /// How many of those are neither in the file nor in the overlay.
    pub missing: usize,
}

/// A SQLite file.
#[derive(Debug)]
pub struct Database<'a> {
    bytes: &'a [u8],
    header: Header,
    overlay: Overlay<'a>,
    extent: Extent,
    /// Numbers of pages are at most this.
    last_page: usize,
}

impl<'a> Database<'a> {
    /// Opens a file. A log beside it is not looked for: the file should be complete in itself.
    pub fn open(bytes: &'a [u8]) -> Result<Database<'a>, Error> {
        Ok(Database::with_overlay(bytes, Header::read(bytes)?, Overlay::default()))
    }

    /// The same with pages from elsewhere, and with the header that counts.
    pub fn with_overlay(bytes: &'a [u8], header: Header, overlay: Overlay<'a>) -> Database<'a> {
        let present = bytes.len() / header.page_length;
        let promised = overlay.page_count.or(header.page_count).filter(|&count| count > 0);
        let promised = promised.map_or(present, index);
        let is_there = |number: usize| {
            number <= present
                || u32::try_from(number).is_ok_and(|number| overlay.pages.contains_key(&number))
        };
        // Pages behind the end that are not in the overlay either cannot be used, so the number of
        // flags of a walk stays within what was read, whatever the header says.
        let last_page = promised.min(present.saturating_add(overlay.pages.len()));
        let missing = promised - last_page
            + (present..last_page).filter(|number| !is_there(number + 1)).count();
        let extent = Extent { present, promised, missing };
        Database { bytes, header, overlay, extent, last_page }
    }

    /// How many pages there are and should be. Pages that are missing cost the rows on them.
    pub fn extent(&self) -> Extent {
        self.extent
    }

    pub(crate) fn last_page(&self) -> usize {
        self.last_page
    }

    /// The part of a page that SQLite uses.
    pub(crate) fn page(&self, number: u32) -> Result<&'a [u8], Error> {
        self.find_page(number).ok_or(Error::Page { page: number, damage: Damage::Missing })
    }

    fn find_page(&self, number: u32) -> Option<&'a [u8]> {
        if number == 0 || index(number) > self.last_page {
            return None;
        }
        if let Some(page) = self.overlay.pages.get(&number) {
            return page.get(..self.header.usable);
        }
        let length = self.header.page_length;
        let start = (index(number) - 1).checked_mul(length)?;
        // A page that the end of the file cuts must not be taken for a whole one.
        self.bytes.get(start..start.checked_add(length)?)?.get(..self.header.usable)
    }

    /// How much of a row's bytes stand in its leaf.
    pub(crate) fn local_length(&self, length: usize) -> usize {
        let most = self.header.usable - 35;
        if length <= most {
            return length;
        }
        let least = (self.header.usable - 12) * 32 / 255 - 23;
        let rest = least + (length - least) % (self.header.usable - 4);
        if rest <= most { rest } else { least }
    }
}
