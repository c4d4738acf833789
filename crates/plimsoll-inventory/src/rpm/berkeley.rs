//! `Packages` as a Berkeley DB hash table (rpm before 4.16).
//!
//! Pages of one size; page 0 describes the file and says, by the order of its magic number's bytes,
//! how numbers are written. A hash page has an array of offsets to items, which come in pairs: the
//! record's number, and the record itself or, since headers are larger than pages, the first of a
//! chain of overflow pages
//! (<https://github.com/berkeleydb/libdb/blob/master/src/dbinc/db_page.h>).
//!
//! The hash itself does not matter to somebody who wants all records, so all pages are looked at
//! in their order. Each overflow page may be used once, which stops circles, and each must have
//! been used in the end, which shows when damage made a record unreachable.

use plimsoll_image::ProblemKind;

use super::collector::Collector;
use super::{array, index};

const HASH_MAGIC: u32 = 0x0006_1561;
const MAGIC_AT: usize = 12;
const PAGE_HEADER_LENGTH: usize = 26;

const PAGE_UNUSED: u8 = 0;
const PAGE_HASH_UNSORTED: u8 = 2;
const PAGE_OVERFLOW: u8 = 7;
const PAGE_HASH: u8 = 13;

const ITEM_HERE: u8 = 1;
const ITEM_DUPLICATES: u8 = 2;
const ITEM_OVERFLOW: u8 = 3;
const ITEM_OVERFLOW_LENGTH: usize = 12;

pub(super) fn detect(database: &[u8]) -> bool {
    byte_order(database).is_some()
}

fn byte_order(database: &[u8]) -> Option<ByteOrder> {
    let magic = array(database, MAGIC_AT)?;
    match HASH_MAGIC {
        known if known == u32::from_le_bytes(magic) => Some(ByteOrder::Little),
        known if known == u32::from_be_bytes(magic) => Some(ByteOrder::Big),
        _ => None,
    }
}

/// The order of the machine that wrote the file.
#[derive(Clone, Copy)]
enum ByteOrder {
    Little,
    Big,
}

impl ByteOrder {
    fn u16(self, bytes: &[u8], at: usize) -> Option<usize> {
        let number = array(bytes, at)?;
        Some(usize::from(match self {
            ByteOrder::Little => u16::from_le_bytes(number),
            ByteOrder::Big => u16::from_be_bytes(number),
        }))
    }

    fn u32(self, bytes: &[u8], at: usize) -> Option<u32> {
        let number = array(bytes, at)?;
        Some(match self {
            ByteOrder::Little => u32::from_le_bytes(number),
            ByteOrder::Big => u32::from_be_bytes(number),
        })
    }
}

pub(super) fn read(database: &[u8], collector: &mut Collector) {
    let Some(order) = byte_order(database) else { return };
    let (Some(version), Some(page_length), Some(&[cipher, _, flags]), Some(last)) = (
        order.u32(database, 16),
        order.u32(database, 20),
        database.get(24..27),
        order.u32(database, 32),
    ) else {
        return collector.problem(ProblemKind::Truncated, "the database ends in its first page");
    };
    // Versions 8 and 9 differ in the order of items in a page, older ones in the pages themselves.
    if !matches!(version, 8..=10) || cipher != 0 || flags & 1 != 0 {
        let message = "this Berkeley DB file is encrypted, has checksums, or is of a version that \
                       rpm never used: its packages are unknown";
        return collector.problem(ProblemKind::Unsupported, message);
    }
    if !page_length.is_power_of_two() || !(512..=65_536).contains(&page_length) {
        let message = "the size of pages is impossible: the packages cannot be read";
        return collector.problem(ProblemKind::Malformed, message);
    }
    let length = index(page_length);
    let there = database.len() / length;
    let promised = index(last).saturating_add(1);
    if there < promised || !database.len().is_multiple_of(length) {
        let message = format!("the file has {there} of {promised} pages: packages may be missing");
        collector.problem(ProblemKind::Truncated, message);
    } else if there > promised {
        let message = format!("the file has {there} pages, {promised} of them known to itself");
        collector.problem(ProblemKind::Malformed, message);
    }
    let pages = Pages { database, order, length, used: vec![false; there] };
    pages.read(collector);
}

struct Pages<'a> {
    database: &'a [u8],
    order: ByteOrder,
    /// Bytes of a page.
    length: usize,
    /// Overflow pages that belong to a record.
    used: Vec<bool>,
}

impl<'a> Pages<'a> {
    fn page(&self, number: usize) -> Option<&'a [u8]> {
        let start = number.checked_mul(self.length)?;
        self.database.get(start..start.checked_add(self.length)?)
    }

    fn kind(page: &[u8]) -> u8 {
        page.get(25).copied().unwrap_or_default()
    }

    fn read(mut self, collector: &mut Collector) {
        let mut assembled = Vec::new();
        // Page 0 is the description of the file.
        for number in 1..self.used.len() {
            let Some(page) = self.page(number) else { break };
            let go_on = match Pages::kind(page) {
                PAGE_HASH | PAGE_HASH_UNSORTED => self.hash_page(page, &mut assembled, collector),
                PAGE_OVERFLOW => true,
                PAGE_UNUSED if self.order.u16(page, 20) == Some(0) => true,
                kind => {
                    let message = format!("page {number} is of kind {kind}, which rpm never uses");
                    collector.problem(ProblemKind::Malformed, message);
                    true
                }
            };
            if !go_on {
                return;
            }
        }
        let unused = (1..self.used.len())
            .filter(|&number| !self.used[number])
            .filter(|&number| self.page(number).map(Pages::kind) == Some(PAGE_OVERFLOW))
            .count();
        if unused > 0 {
            let message = format!("{unused} pages belong to no record: packages may be missing");
            collector.problem(ProblemKind::Malformed, message);
        }
    }

    /// Reads the records of a hash page. Says whether to go on.
    fn hash_page(
        &mut self,
        page: &'a [u8],
        assembled: &mut Vec<u8>,
        collector: &mut Collector,
    ) -> bool {
        let count = self.order.u16(page, 20).unwrap_or_default();
        if !count.is_multiple_of(2) || count > (page.len() - PAGE_HEADER_LENGTH) / 2 {
            let message = "the items of a page are not in pairs: packages may be missing";
            collector.problem(ProblemKind::Malformed, message);
        }
        // Items fill the page from its end, so each ends where the one before it begins.
        let mut end = page.len();
        let mut item = |number: usize| {
            let start = self.order.u16(page, PAGE_HEADER_LENGTH + 2 * number)?;
            let bytes = page.get(start..end).filter(|bytes| !bytes.is_empty())?;
            end = start;
            Some(bytes)
        };
        let mut pairs = Vec::new();
        for pair in 0..count / 2 {
            let (Some(key), Some(value)) = (item(2 * pair), item(2 * pair + 1)) else {
                let message = "a page has items that lie outside of it: packages may be missing";
                collector.problem(ProblemKind::Malformed, message);
                break;
            };
            pairs.push((key, value));
        }
        // The page says where its items begin, so one that lost count of them shows. 65,536 does
        // not fit and is written as 0.
        if self.order.u16(page, 22).is_none_or(|begin| begin != end && (begin, end) != (0, 65_536))
        {
            let message = "a page has more or fewer items than it counts: packages may be missing";
            collector.problem(ProblemKind::Malformed, message);
        }
        pairs.into_iter().all(|(key, value)| self.record(key, value, assembled, collector))
    }

    /// Reads one pair of items. Says whether to go on.
    fn record(
        &mut self,
        key: &[u8],
        value: &'a [u8],
        assembled: &mut Vec<u8>,
        collector: &mut Collector,
    ) -> bool {
        let (Some((&ITEM_HERE, key)), Some((&kind, content))) =
            (key.split_first(), value.split_first())
        else {
            let message = "a record has no number: a package is missing";
            collector.problem(ProblemKind::Malformed, message);
            return true;
        };
        let number = self.order.u32(key, 0).unwrap_or_default();
        match kind {
            // Record 0 is where rpm keeps the highest number given out.
            ITEM_HERE if number == 0 && content.len() == 4 => true,
            ITEM_HERE => collector.record(number, content),
            ITEM_DUPLICATES => self.duplicates(number, content, collector),
            ITEM_OVERFLOW => {
                assembled.clear();
                if let Err(reason) = self.overflow(value, assembled) {
                    collector.broken(number, reason);
                }
                assembled.is_empty() || collector.record(number, assembled)
            }
            _ => {
                collector.broken(number, "it is stored in an unknown way: a package is missing");
                true
            }
        }
    }

    /// Several records under one number: each between two copies of its length.
    fn duplicates(&self, number: u32, mut content: &[u8], collector: &mut Collector) -> bool {
        while !content.is_empty() {
            let record = self.order.u16(content, 0).and_then(|length| {
                (self.order.u16(content, 2 + length)? == length)
                    .then_some((content.get(2..2 + length)?, content.get(4 + length..)?))
            });
            let Some((record, rest)) = record else {
                collector.broken(number, "its duplicates are broken: a package is missing");
                return true;
            };
            if !collector.record(number, record) {
                return false;
            }
            content = rest;
        }
        true
    }

    /// Puts together the chain of overflow pages that an item names.
    fn overflow(&mut self, item: &[u8], assembled: &mut Vec<u8>) -> Result<(), &'static str> {
        const CUT: &str = "its overflow pages are broken or missing: a package may be missing";
        if item.len() < ITEM_OVERFLOW_LENGTH {
            return Err(CUT);
        }
        let mut next = self.order.u32(item, 4).map_or(0, index);
        let length = self.order.u32(item, 8).map_or(0, index);
        while assembled.len() < length {
            let page =
                self.page(next).filter(|page| Pages::kind(page) == PAGE_OVERFLOW).ok_or(CUT)?;
            if std::mem::replace(self.used.get_mut(next).ok_or(CUT)?, true) {
                return Err("its overflow pages belong to another record or run in a circle");
            }
            let filled = self.order.u16(page, 22).filter(|&filled| filled > 0).ok_or(CUT)?;
            let content = page[PAGE_HEADER_LENGTH..].get(..filled).ok_or(CUT)?;
            assembled.extend_from_slice(content);
            next = self.order.u32(page, 16).map_or(0, index);
        }
        if assembled.len() > length || length == 0 || next != 0 {
            assembled.truncate(length);
            return Err("its length does not fit its overflow pages");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpm::parse_database;
    use crate::rpm::testing::{self, expect_all_damage_told, header, names, sample};

    #[test]
    fn packages_are_read_in_both_byte_orders() {
        for big in [false, true] {
            let parsed = parse_database(&testing::berkeley(&sample(5), big), None);
            assert_eq!(parsed.problems, []);
            assert_eq!(names(&parsed.value), ["p0", "p1", "p2", "p3", "p4"]);
        }
    }

    #[test]
    fn a_short_record_may_stand_in_its_page() {
        let parsed = parse_database(&testing::berkeley(&[header("tiny", 0)], false), None);
        assert_eq!((names(&parsed.value), parsed.problems), (vec!["tiny"], vec![]));
    }

    #[test]
    fn an_empty_database_is_no_problem() {
        let parsed = parse_database(&testing::berkeley(&[], false), None);
        assert_eq!((parsed.value.len(), parsed.problems), (0, vec![]));
    }

    #[test]
    fn overflow_pages_in_a_circle_are_told() {
        let mut database = testing::berkeley(&[header("loop", 200)], false);
        let number = (1..database.len() / 512)
            .find(|number| database[number * 512 + 25] == PAGE_OVERFLOW)
            .expect("the record is longer than a page");
        let own = u32::try_from(number).expect("small").to_le_bytes();
        database[number * 512 + 16..][..4].copy_from_slice(&own);
        let parsed = parse_database(&database, None);
        assert!(parsed.problems.iter().any(|problem| problem.message.contains("circle")));
    }

    #[test]
    fn duplicates_are_records_too() {
        let mut collector = Collector::new(10_000, 0);
        let pages =
            Pages { database: &[], order: ByteOrder::Little, length: 512, used: Vec::new() };
        let mut content = Vec::new();
        for record in [header("one", 0), header("two", 0)] {
            let length = u16::try_from(record.len()).expect("short").to_le_bytes();
            content.extend([&length[..], &record, &length].concat());
        }
        assert!(pages.duplicates(7, &content, &mut collector));
        content.pop();
        assert!(pages.duplicates(7, &content, &mut collector));
        let parsed = collector.finish();
        assert_eq!(names(&parsed.value), ["one", "two", "one"]);
        assert_eq!(parsed.problems.len(), 1);
    }

    #[test]
    fn damage_is_told() {
        for big in [false, true] {
            expect_all_damage_told(&testing::berkeley(&sample(6), big), 32);
        }
    }
}
