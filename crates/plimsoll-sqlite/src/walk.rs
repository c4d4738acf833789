//! Walks the trees of tables from page to page.
//!
//! Every page may be used once in one walk, which stops circles. Each tree page must account for
//! all of its bytes, which shows when damage made rows unreachable.

use std::borrow::Cow;

use crate::page::{TreePage, big_u32, index};
use crate::{Damage, Database, Error};

/// Marks the pages that have been used.
#[derive(Debug)]
pub struct Walk<'d, 'a> {
    database: &'d Database<'a>,
    /// By number of page; the length is the count of pages and one.
    used: Vec<bool>,
}

/// The bytes of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRow<'a> {
    /// Its row id.
    pub id: i64,
    /// Its bytes: copied if they stood on several pages.
    pub bytes: Cow<'a, [u8]>,
    /// Whether all pages of it were found; if not, the bytes end early.
    pub whole: bool,
}

impl<'d, 'a> Walk<'d, 'a> {
    /// A walk that has used no page yet.
    pub fn new(database: &'d Database<'a>) -> Walk<'d, 'a> {
        Walk { database, used: vec![false; database.last_page() + 1] }
    }

    /// The rows of the table with this root page, in the order of their ids.
    pub fn table(self, root: u32) -> Cells<'d, 'a> {
        Cells { walk: self, waiting: vec![root], leaf: None }
    }

    /// A page that nothing else uses, marked as used.
    fn take(&mut self, number: u32) -> Result<&'a [u8], Error> {
        let missing = Error::Page { page: number, damage: Damage::Missing };
        match self.used.get_mut(index(number)) {
            Some(used) if !*used && number > 0 => *used = true,
            _ => return Err(missing),
        }
        self.database.page(number)
    }

    /// Appends a chain of overflow pages until the row is complete.
    fn overflow(&mut self, mut next: u32, length: usize, row: &mut Vec<u8>) -> Option<()> {
        while row.len() < length {
            let page = self.take(next).ok()?;
            next = big_u32(page, 0)?;
            let content = &page[4..];
            row.extend_from_slice(&content[..content.len().min(length - row.len())]);
        }
        (next == 0).then_some(())
    }
}

/// The rows of a table as they are stored.
///
/// An error is about one page or one cell; the rows of the others follow it.
#[derive(Debug)]
pub struct Cells<'d, 'a> {
    walk: Walk<'d, 'a>,
    waiting: Vec<u32>,
    leaf: Option<Leaf<'a>>,
}

/// A leaf that is being read.
#[derive(Debug)]
struct Leaf<'a> {
    page: TreePage<'a>,
    next: u16,
    cell_bytes: usize,
    whole: bool,
}

impl<'d, 'a> Cells<'d, 'a> {
    /// The walk, for another table.
    pub fn into_walk(self) -> Walk<'d, 'a> {
        self.walk
    }

    fn open(&mut self, number: u32) -> Result<(), Error> {
        let page = TreePage::new(number, self.walk.take(number)?)?;
        if page.leaf {
            self.leaf = Some(Leaf { page, next: 0, cell_bytes: 0, whole: true });
            return Ok(());
        }
        let mut cell_bytes = 0;
        let mut error = None;
        // The first is to be taken next.
        for cell in (0..=page.count).rev() {
            match page.child(cell) {
                // A tree has fewer pages than the file, so more of them are repeated.
                Ok((child, length)) if self.waiting.len() < self.walk.used.len() => {
                    cell_bytes += length;
                    self.waiting.push(child);
                }
                Ok(_) => error = Some(page.damaged(Damage::TooDeep)),
                Err(broken) => error = Some(broken),
            }
        }
        match error {
            Some(error) => Err(error),
            None if !page.is_filled_by(cell_bytes) => Err(page.damaged(Damage::Unaccounted)),
            None => Ok(()),
        }
    }
}

impl<'a> Iterator for Cells<'_, 'a> {
    type Item = Result<StoredRow<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Some(leaf) = &mut self.leaf else {
                let number = self.waiting.pop()?;
                match self.open(number) {
                    Ok(()) => continue,
                    Err(error) => return Some(Err(error)),
                }
            };
            if leaf.next == leaf.page.count {
                let unaccounted = leaf.whole && !leaf.page.is_filled_by(leaf.cell_bytes);
                let error = leaf.page.damaged(Damage::Unaccounted);
                self.leaf = None;
                if unaccounted {
                    return Some(Err(error));
                }
                continue;
            }
            let number = leaf.next;
            leaf.next += 1;
            let database = self.walk.database;
            let cell = match leaf.page.leaf_cell(number, |length| database.local_length(length)) {
                Ok(cell) => cell,
                Err(error) => {
                    leaf.whole = false;
                    return Some(Err(error));
                }
            };
            leaf.cell_bytes += cell.cell_length;
            let Some(next) = cell.next else {
                let bytes = Cow::Borrowed(cell.content);
                return Some(Ok(StoredRow { id: cell.id, bytes, whole: true }));
            };
            let mut row = cell.content.to_vec();
            let whole = self.walk.overflow(next, cell.length, &mut row).is_some();
            return Some(Ok(StoredRow { id: cell.id, bytes: Cow::Owned(row), whole }));
        }
    }
}
