//! `rpmdb.sqlite`: reads the one table `Packages` of it.
//!
//! The file is made of pages. Page 1 begins with the file's header and is the root of the table of
//! tables, which names the root page of `Packages (hnum INTEGER PRIMARY KEY, blob BLOB)`. A table
//! is a tree of pages; its leaves hold rows, and a row that does not fit goes on in a chain of
//! overflow pages (<https://www.sqlite.org/fileformat2.html>).
//!
//! Every page may be used once, which stops circles. Each tree page must account for all of its
//! bytes, which shows when damage made rows unreachable.

use plimsoll_image::ProblemKind;

use super::collector::Collector;
use super::log::Log;
use super::{array, big_u32, index};

const MAGIC: &[u8] = b"SQLite format 3\0";
const FILE_HEADER_LENGTH: usize = 100;
const UTF8: u32 = 1;
const LEAF: u8 = 13;
const INTERIOR: u8 = 5;

pub(super) fn detect(database: &[u8]) -> bool {
    database.starts_with(MAGIC)
}

pub(super) fn read(database: &[u8], log: Option<&[u8]>, collector: &mut Collector) {
    let log = Log::read(log.unwrap_or_default(), collector);
    let Some(mut pages) = Pages::open(database, log, collector) else { return };
    let mut root = None;
    pages.walk(1, "the table of tables", collector, &mut |_, row, _| {
        root = root.or_else(|| packages_root(row));
        true
    });
    let Some(root) = root else {
        let message = "there is no table of packages: they are unknown";
        return collector.problem(ProblemKind::Malformed, message);
    };
    pages.walk(root, "the table of packages", collector, &mut |number, row, collector| {
        // Numbers start at 1 and are 32 bits wide in rpm.
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        match column(row, 1) {
            Some((Kind::Blob, header)) => collector.record(number, header),
            _ => {
                collector.broken(number, "it is not a row with a blob: a package is missing");
                true
            }
        }
    });
}

/// The root page in a row of the table of tables, if that is the row of `Packages`.
fn packages_root(row: &[u8]) -> Option<u32> {
    let is = |number, text: &[u8]| column(row, number) == Some((Kind::Text, text));
    if !is(0, b"table") || !is(1, b"Packages") {
        return None;
    }
    let (Kind::Integer, root) = column(row, 3)? else { return None };
    u32::try_from(root.iter().fold(0u64, |number, &byte| number << 8 | u64::from(byte))).ok()
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Integer,
    Other,
    Blob,
    Text,
}

/// A column of a row. A row that is cut gives what there is of its last columns.
fn column(row: &[u8], wanted: usize) -> Option<(Kind, &[u8])> {
    let (header_length, mut at) = varint(row, 0)?;
    let header_length = usize::try_from(header_length).ok()?;
    let header = row.get(..header_length)?;
    let mut start = header_length;
    for number in 0..=wanted {
        let (serial, after) = varint(header, at)?;
        at = after;
        let (kind, length) = match serial {
            0 | 8 | 9 => (Kind::Other, 0),
            1..=4 => (Kind::Integer, usize::try_from(serial).ok()?),
            5 => (Kind::Integer, 6),
            6 => (Kind::Integer, 8),
            7 => (Kind::Other, 8),
            12.. if serial.is_multiple_of(2) => {
                (Kind::Blob, usize::try_from((serial - 12) / 2).ok()?)
            }
            13.. => (Kind::Text, usize::try_from((serial - 13) / 2).ok()?),
            _ => return None,
        };
        let end = start.checked_add(length)?;
        if number == wanted {
            return Some((kind, row.get(start..end.min(row.len()))?));
        }
        start = end;
    }
    None
}

/// A number of one to nine bytes, and where the next thing begins.
fn varint(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let mut number = 0u64;
    for (count, &byte) in bytes.get(at..)?.iter().take(9).enumerate() {
        if count == 8 {
            return Some((number << 8 | u64::from(byte), at + 9));
        }
        number = number << 7 | u64::from(byte & 0x7f);
        if byte < 0x80 {
            return Some((number, at + count + 1));
        }
    }
    None
}

/// What is done with each row: its number and its bytes. Says whether to go on.
type EachRow<'a> = dyn FnMut(u64, &[u8], &mut Collector) -> bool + 'a;

struct Pages<'a> {
    database: &'a [u8],
    log: Log<'a>,
    /// Bytes of a page, and how many of them SQLite uses itself.
    length: usize,
    usable: usize,
    /// Which pages were used, by number; the length is the count of pages and one.
    used: Vec<bool>,
}

impl<'a> Pages<'a> {
    fn open(database: &'a [u8], log: Log<'a>, collector: &mut Collector) -> Option<Pages<'a>> {
        let first = log.pages.get(&1).copied().unwrap_or(database);
        let Some(header) = first.get(..FILE_HEADER_LENGTH).filter(|header| detect(header)) else {
            let message = "the database ends in its header: its packages are unknown";
            collector.problem(ProblemKind::Truncated, message);
            return None;
        };
        let length = match u16::from_be_bytes(array(header, 16)?) {
            1 => 65_536,
            length => usize::from(length),
        };
        let usable = length.saturating_sub(usize::from(header[20]));
        if !length.is_power_of_two() || length < 512 || usable < 480 {
            let message = "the size of pages is impossible: the packages cannot be read";
            collector.problem(ProblemKind::Malformed, message);
            return None;
        }
        if big_u32(header, 56)? > UTF8 {
            let message = "the database has texts in UTF-16, which rpm never writes";
            collector.problem(ProblemKind::Unsupported, message);
            return None;
        }
        let mut log = log;
        if !log.pages.is_empty() && log.page_length != length {
            let message = "the write-ahead log belongs to another database: packages installed \
                           last may be missing";
            collector.problem(ProblemKind::Malformed, message);
            log = Log::default();
        }
        let there = database.len() / length;
        // SQLite before 3.7 did not keep the count; then these two numbers differ.
        let counted = (big_u32(header, 24) == big_u32(header, 92)).then(|| big_u32(header, 28));
        let promised = log.page_count.or(counted.flatten()).filter(|&count| count > 0);
        let promised = promised.map_or(there, index);
        let present = |number: usize| {
            number <= there
                || u32::try_from(number).is_ok_and(|number| log.pages.contains_key(&number))
        };
        // Pages behind the end that are not in the log either cannot be used, so the number of
        // flags stays within what was read, whatever the header says.
        let count = promised.min(there.saturating_add(log.pages.len()));
        let missing =
            promised - count + (there..count).filter(|number| !present(number + 1)).count();
        if missing > 0 || (log.pages.is_empty() && !database.len().is_multiple_of(length)) {
            let message =
                format!("{missing} of {promised} pages are missing at the end of the file");
            collector.problem(ProblemKind::Truncated, message);
        } else if log.pages.is_empty() && there > promised {
            let message = format!("the file has {there} pages, {promised} of them known to itself");
            collector.problem(ProblemKind::Malformed, message);
        }
        Some(Pages { database, log, length, usable, used: vec![false; count + 1] })
    }

    /// A page that nothing else uses, marked as used.
    fn take(&mut self, number: u32) -> Option<&'a [u8]> {
        let used = self.used.get_mut(index(number)).filter(|used| number > 0 && !**used)?;
        *used = true;
        if let Some(page) = self.log.pages.get(&number) {
            return page.get(..self.usable);
        }
        let start = (index(number) - 1).checked_mul(self.length)?;
        // A page that the end of the file cuts must not be taken for a whole one.
        self.database.get(start..start.checked_add(self.length)?)?.get(..self.usable)
    }

    /// Hands each row of the table with this root page to `each`, in the order of their numbers.
    fn walk(&mut self, root: u32, what: &str, collector: &mut Collector, each: &mut EachRow<'_>) {
        let mut waiting = vec![root];
        let mut assembled = Vec::new();
        let mut whole = true;
        while let Some(number) = waiting.pop() {
            let page = self.take(number).and_then(|page| TreePage::new(number, page));
            let Some(page) = page else {
                whole = false;
                continue;
            };
            if page.leaf {
                match self.leaf(&page, &mut assembled, collector, each) {
                    Some(accounted) => whole &= accounted,
                    None => return,
                }
            } else {
                whole &= page.children(self.used.len(), &mut waiting);
            }
        }
        if !whole {
            let message =
                format!("{what} has broken, missing or repeated pages: packages may be missing");
            collector.problem(ProblemKind::Malformed, message);
        }
    }

    /// Reads the rows of a leaf. Says whether they fill the page as they should, or nothing if
    /// reading should end.
    fn leaf(
        &mut self,
        page: &TreePage<'_>,
        assembled: &mut Vec<u8>,
        collector: &mut Collector,
        each: &mut EachRow<'_>,
    ) -> Option<bool> {
        let mut cell_bytes = 0;
        let mut whole = true;
        for cell in page.cells() {
            let row = cell.and_then(|at| {
                let (length, after) = varint(page.bytes, at)?;
                let (number, after) = varint(page.bytes, after)?;
                let length = usize::try_from(length).ok()?;
                let here = self.local_length(length);
                let content = page.bytes.get(after..after.checked_add(here)?)?;
                let next = match here == length {
                    true => None,
                    false => Some(big_u32(page.bytes, after + here)?),
                };
                // SQLite gives no cell less than four bytes, so that it can be freed.
                let cell_length = after - at + here + if next.is_some() { 4 } else { 0 };
                Some((number, length, content, next, cell_length.max(4)))
            });
            let Some((number, length, content, next, cell_length)) = row else {
                whole = false;
                continue;
            };
            cell_bytes += cell_length;
            let content = match next {
                None => content,
                Some(next) => {
                    assembled.clear();
                    assembled.extend_from_slice(content);
                    if self.overflow(next, length, assembled).is_none() {
                        let number = u32::try_from(number).unwrap_or(u32::MAX);
                        let reason = "its overflow pages are broken, missing or used elsewhere";
                        collector.broken(number, reason);
                    }
                    assembled.as_slice()
                }
            };
            if !each(number, content, collector) {
                return None;
            }
        }
        Some(whole && page.is_filled_by(cell_bytes))
    }

    /// Appends a chain of overflow pages until the row is complete.
    fn overflow(&mut self, mut next: u32, length: usize, row: &mut Vec<u8>) -> Option<()> {
        while row.len() < length {
            let page = self.take(next)?;
            next = big_u32(page, 0)?;
            let content = &page[4..];
            row.extend_from_slice(&content[..content.len().min(length - row.len())]);
        }
        (next == 0).then_some(())
    }

    /// How much of a row's bytes stand in its leaf.
    fn local_length(&self, length: usize) -> usize {
        let most = self.usable - 35;
        if length <= most {
            return length;
        }
        let least = (self.usable - 12) * 32 / 255 - 23;
        let rest = least + (length - least) % (self.usable - 4);
        if rest <= most { rest } else { least }
    }
}

/// A page of a table's tree.
struct TreePage<'a> {
    bytes: &'a [u8],
    leaf: bool,
    /// Where the page's own header begins: behind the file's on page 1.
    header: usize,
    /// Where the array of offsets to cells begins, and how many there are.
    array: usize,
    count: usize,
}

impl<'a> TreePage<'a> {
    fn new(number: u32, bytes: &'a [u8]) -> Option<TreePage<'a>> {
        let header = if number == 1 { FILE_HEADER_LENGTH } else { 0 };
        let leaf = match *bytes.get(header)? {
            LEAF => true,
            INTERIOR => false,
            _ => return None,
        };
        let array = header + if leaf { 8 } else { 12 };
        let page = TreePage { bytes, leaf, header, array, count: 0 };
        let count = page.number(header + 3)?;
        // A cell and its offset take six bytes at least.
        (count <= bytes.len() / 6).then_some(TreePage { count, ..page })
    }

    fn number(&self, at: usize) -> Option<usize> {
        array(self.bytes, at).map(|bytes| usize::from(u16::from_be_bytes(bytes)))
    }

    /// Offsets of the cells.
    fn cells(&self) -> impl DoubleEndedIterator<Item = Option<usize>> {
        (0..self.count).map(|cell| self.number(self.array + 2 * cell))
    }

    /// Adds the pages below to those that wait, so that the first is taken next. Says whether the
    /// page is whole.
    fn children(&self, page_count: usize, waiting: &mut Vec<u32>) -> bool {
        let mut cell_bytes = 0;
        let mut whole = true;
        let last = big_u32(self.bytes, self.header + 8);
        let cells = self.cells().rev().map(|cell| {
            let at = cell?;
            let (_, end) = varint(self.bytes, at.checked_add(4)?)?;
            cell_bytes += end - at;
            big_u32(self.bytes, at)
        });
        for child in std::iter::once(last).chain(cells) {
            match child {
                // A tree has fewer pages than the file, so more of them are repeated.
                Some(child) if waiting.len() < page_count => waiting.push(child),
                _ => whole = false,
            }
        }
        whole && self.is_filled_by(cell_bytes)
    }

    /// Whether cells of this length, and what the page declares free, are all of the page.
    fn is_filled_by(&self, cell_bytes: usize) -> bool {
        let free = || {
            let start = match self.number(self.header + 5)? {
                0 => 65_536,
                start => start,
            };
            let gap = start.checked_sub(self.array + 2 * self.count)?;
            let mut free = gap + usize::from(*self.bytes.get(self.header + 7)?);
            let mut block = self.number(self.header + 1)?;
            while block != 0 {
                free += self.number(block.checked_add(2)?)?;
                // Free blocks stand in ascending order.
                block = self.number(block).filter(|&next| next == 0 || next > block)?;
            }
            Some(free)
        };
        let used = self.array + 2 * self.count + cell_bytes;
        free().is_some_and(|free| used + free == self.bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpm::parse_database;
    use crate::rpm::testing::{self, expect_all_damage_told, header, names, sample};

    #[test]
    fn packages_are_read() {
        let parsed = parse_database(&testing::sqlite(&sample(9)), None);
        assert_eq!(parsed.problems, []);
        assert_eq!(names(&parsed.value), ["p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8"]);
    }

    #[test]
    fn an_empty_database_is_no_problem() {
        let parsed = parse_database(&testing::sqlite(&[]), None);
        assert_eq!((parsed.value.len(), parsed.problems), (0, vec![]));
    }

    #[test]
    fn numbers_have_one_to_nine_bytes() {
        assert_eq!(varint(&[0x7f], 0), Some((127, 1)));
        assert_eq!(varint(&[9, 0x81, 0x00], 1), Some((128, 3)));
        assert_eq!(varint(&[0xff; 9], 0), Some((u64::MAX, 9)));
        assert_eq!(varint(&[0xff; 8], 0), None);
    }

    #[test]
    fn the_log_replaces_and_adds_pages() {
        let (before, after) = (sample(2), sample(4));
        let (old, new) = (testing::sqlite(&before), testing::sqlite(&after));
        let log = testing::log(&new);
        // The new database may also stand wholly in the log.
        for main in [&old[..], &new[..512], b""] {
            let parsed = parse_database(main, Some(&log));
            assert_eq!(
                (names(&parsed.value), parsed.problems),
                (vec!["p0", "p1", "p2", "p3"], vec![])
            );
        }
        assert_eq!(parse_database(&old, Some(b"")).value.len(), 2);
    }

    #[test]
    fn a_broken_log_is_told_and_does_not_count() {
        let (old, new) = (testing::sqlite(&sample(2)), testing::sqlite(&sample(4)));
        let log = testing::log(&new);
        for end in 1..log.len() {
            let parsed = parse_database(&old, Some(&log[..end]));
            assert_eq!(names(&parsed.value), ["p0", "p1"]);
            // A log of a header alone says that nothing has changed.
            assert_eq!(parsed.problems.is_empty(), end == 32, "cut at {end}");
        }
        for at in 0..log.len() {
            let mut broken = log.clone();
            broken[at] ^= 4;
            let parsed = parse_database(&old, Some(&broken));
            assert_eq!(parsed.value.len(), 2);
            // Another salt marks what is left from an earlier round.
            let salt = (32..56).contains(&at) && (40..48).contains(&at);
            assert_eq!(parsed.problems.is_empty(), salt, "changed at {at}");
        }
    }

    #[test]
    fn pages_in_a_circle_are_told() {
        let mut database = testing::sqlite(&sample(9));
        // The rightmost child of the root, which is page 2, becomes the root itself.
        assert_eq!(database[512], INTERIOR);
        database[512 + 8..512 + 12].copy_from_slice(&2u32.to_be_bytes());
        let parsed = parse_database(&database, None);
        assert_eq!(parsed.problems.len(), 1);
    }

    #[test]
    fn damage_is_told() {
        expect_all_damage_told(&testing::sqlite(&sample(6)), 32);
        expect_all_damage_told(&testing::sqlite(&[header("one", 1)]), 32);
    }
}
