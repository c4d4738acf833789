//! A page of a table's tree: an inner page with children, or a leaf with rows.

use crate::header::FILE_HEADER_LENGTH;
use crate::record::varint;
use crate::{Damage, Error};

const LEAF: u8 = 13;
const INTERIOR: u8 = 5;

/// `N` bytes at an offset, if they are there.
pub(crate) fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

/// A big-endian number.
pub(crate) fn big_u32(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_be_bytes)
}

/// A page number as an index; what does not fit is behind the end of any file.
pub(crate) fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// A page whose header was checked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TreePage<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) leaf: bool,
    number: u32,
    /// Where the page's own header begins: behind the file's on page 1.
    header: usize,
    /// Where the array of offsets to cells begins, and how many there are.
    array: usize,
    pub(crate) count: u16,
}

/// What a leaf says about a row.
pub(crate) struct LeafCell<'a> {
    pub(crate) id: i64,
    /// Bytes of the whole row.
    pub(crate) length: usize,
    /// Those of them that are here.
    pub(crate) content: &'a [u8],
    /// The page where the others are.
    pub(crate) next: Option<u32>,
    /// Bytes that the cell takes up.
    pub(crate) cell_length: usize,
}

impl<'a> TreePage<'a> {
    pub(crate) fn new(number: u32, bytes: &'a [u8]) -> Result<TreePage<'a>, Error> {
        let error = Error::Page { page: number, damage: Damage::Kind };
        let header = if number == 1 { FILE_HEADER_LENGTH } else { 0 };
        let leaf = match bytes.get(header) {
            Some(&LEAF) => true,
            Some(&INTERIOR) => false,
            _ => return Err(error),
        };
        let array = header + if leaf { 8 } else { 12 };
        let page = TreePage { bytes, leaf, number, header, array, count: 0 };
        match page.number(header + 3) {
            // A cell and its offset take six bytes at least.
            Some(count) if usize::from(count) <= bytes.len() / 6 => Ok(TreePage { count, ..page }),
            _ => Err(error),
        }
    }

    fn number(&self, at: usize) -> Option<u16> {
        array(self.bytes, at).map(u16::from_be_bytes)
    }

    pub(crate) fn damaged(&self, damage: Damage) -> Error {
        Error::Page { page: self.number, damage }
    }

    fn cell(&self, cell: u16) -> Option<usize> {
        self.number(self.array + 2 * usize::from(cell)).map(usize::from)
    }

    /// A row of a leaf; `local` says how much of so long a row is in the leaf.
    pub(crate) fn leaf_cell(
        &self,
        cell: u16,
        local: impl Fn(usize) -> usize,
    ) -> Result<LeafCell<'a>, Error> {
        let read = || {
            let at = self.cell(cell)?;
            let (length, after) = varint(self.bytes, at)?;
            let (id, after) = varint(self.bytes, after)?;
            let length = usize::try_from(length).ok()?;
            let here = local(length);
            let content = self.bytes.get(after..after.checked_add(here)?)?;
            let next = match here == length {
                true => None,
                false => Some(big_u32(self.bytes, after + here)?),
            };
            // SQLite gives no cell less than four bytes, so that it can be freed.
            let cell_length = (after - at + here + if next.is_some() { 4 } else { 0 }).max(4);
            Some(LeafCell { id: id.cast_signed(), length, content, next, cell_length })
        };
        read().ok_or(self.damaged(Damage::Cell(cell)))
    }

    /// The row id of a cell, of either kind of page.
    pub(crate) fn cell_id(&self, cell: u16) -> Result<i64, Error> {
        let read = || {
            let at = self.cell(cell)?;
            let before = if self.leaf { varint(self.bytes, at)?.1 } else { at + 4 };
            varint(self.bytes, before).map(|(id, _)| id.cast_signed())
        };
        read().ok_or(self.damaged(Damage::Cell(cell)))
    }

    /// The child of an inner page, and the bytes that its cell takes up. That behind the last cell
    /// stands in the header.
    pub(crate) fn child(&self, cell: u16) -> Result<(u32, usize), Error> {
        let read = || {
            if cell == self.count {
                return Some((big_u32(self.bytes, self.header + 8)?, 0));
            }
            let at = self.cell(cell)?;
            let (_, end) = varint(self.bytes, at.checked_add(4)?)?;
            Some((big_u32(self.bytes, at)?, end - at))
        };
        read().ok_or(self.damaged(Damage::Cell(cell)))
    }

    /// Whether cells of this length, and what the page declares free, are all of the page.
    pub(crate) fn is_filled_by(&self, cell_bytes: usize) -> bool {
        let number = |at| self.number(at).map(usize::from);
        let array_end = self.array + 2 * usize::from(self.count);
        let free = || {
            let start = match number(self.header + 5)? {
                0 => 65_536,
                start => start,
            };
            let gap = start.checked_sub(array_end)?;
            let mut free = gap + usize::from(*self.bytes.get(self.header + 7)?);
            let mut block = number(self.header + 1)?;
            while block != 0 {
                free += number(block.checked_add(2)?)?;
                // Free blocks stand in ascending order.
                block = number(block).filter(|&next| next == 0 || next > block)?;
            }
            Some(free)
        };
        free().is_some_and(|free| array_end + cell_bytes + free == self.bytes.len())
    }
}
