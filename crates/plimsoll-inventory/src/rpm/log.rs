//! SQLite's write-ahead log, `rpmdb.sqlite-wal`: newer versions of pages of the database.
//!
//! A header of 32 bytes, then frames: 24 bytes of preface and a page. Frames count up to the last
//! one that ends a transaction, as long as they carry the salt of the header and an unbroken sum
//! over everything before (<https://www.sqlite.org/fileformat2.html#the_write_ahead_log>).

use std::collections::HashMap;

use plimsoll_image::ProblemKind;

use super::collector::Collector;
use super::{array, big_u32, index};

const HEADER_LENGTH: usize = 32;
const PREFACE_LENGTH: usize = 24;
const MAGIC: u32 = 0x377f_0682;
const VERSION: u32 = 3_007_000;

/// The committed contents of a log.
#[derive(Default)]
pub(super) struct Log<'a> {
    /// The newest version of each page.
    pub(super) pages: HashMap<u32, &'a [u8]>,
    /// Pages of the database after the last transaction, if there is one.
    pub(super) page_count: Option<u32>,
    /// Bytes of a page; 0 if the log has no readable header.
    pub(super) page_length: usize,
}

impl<'a> Log<'a> {
    /// Reads a log. An empty one is how SQLite leaves it after copying all pages back.
    pub(super) fn read(bytes: &'a [u8], collector: &mut Collector) -> Log<'a> {
        let mut log = Log::default();
        if bytes.is_empty() {
            return log;
        }
        let Some(mut frames) = Frames::start(bytes, collector) else {
            let message = "the write-ahead log is broken: packages installed last may be missing";
            collector.problem(ProblemKind::Malformed, message);
            return log;
        };
        log.page_length = frames.page_length;
        let mut pending = Vec::new();
        while let Some((number, count_after, page)) = frames.next(collector) {
            pending.push((number, page));
            if count_after != 0 {
                log.pages.extend(pending.drain(..));
                log.page_count = Some(count_after);
            }
        }
        if !pending.is_empty() {
            let message = "the write-ahead log ends in the middle of a transaction, which does \
                           not count: packages installed last may be missing";
            collector.problem(ProblemKind::Truncated, message);
        }
        log
    }
}

struct Frames<'a> {
    rest: &'a [u8],
    page_length: usize,
    salt: [u8; 8],
    sum: Sum,
}

impl<'a> Frames<'a> {
    fn start(bytes: &'a [u8], collector: &mut Collector) -> Option<Frames<'a>> {
        let (header, rest) = bytes.split_at_checked(HEADER_LENGTH)?;
        let magic = big_u32(header, 0)?;
        if magic & !1 != MAGIC || big_u32(header, 4)? != VERSION {
            return None;
        }
        let page_length = big_u32(header, 8)?;
        if !page_length.is_power_of_two() || !(512..=65_536).contains(&page_length) {
            return None;
        }
        let mut sum = Sum { big_endian: magic & 1 == 1, low: 0, high: 0 };
        sum.add(&header[..24]);
        if !sum.is(header, 24) {
            collector.problem(ProblemKind::Malformed, "the write-ahead log has a wrong checksum");
            return None;
        }
        Some(Frames { rest, page_length: index(page_length), salt: array(header, 16)?, sum })
    }

    /// Page number, pages of the database if a transaction ends here (else 0), and the page.
    fn next(&mut self, collector: &mut Collector) -> Option<(u32, u32, &'a [u8])> {
        let Some((frame, rest)) = self.rest.split_at_checked(PREFACE_LENGTH + self.page_length)
        else {
            if !self.rest.is_empty() {
                let message = "the write-ahead log ends in the middle of a page";
                collector.problem(ProblemKind::Truncated, message);
            }
            return None;
        };
        let (preface, page) = frame.split_at(PREFACE_LENGTH);
        // SQLite starts over at the beginning of the file with another salt, and what follows
        // stays from an earlier round.
        if preface[8..16] != self.salt {
            return None;
        }
        self.sum.add(&preface[..8]);
        self.sum.add(page);
        if !self.sum.is(preface, 16) {
            let message = "a page of the write-ahead log has a wrong checksum; from there on it \
                           does not count";
            collector.problem(ProblemKind::Malformed, message);
            return None;
        }
        self.rest = rest;
        Some((big_u32(preface, 0)?, big_u32(preface, 4)?, page))
    }
}

/// The running sum of a log.
pub(super) struct Sum {
    /// Order of the words that are added; the sum itself is always written big-endian.
    pub(super) big_endian: bool,
    pub(super) low: u32,
    pub(super) high: u32,
}

impl Sum {
    pub(super) fn add(&mut self, bytes: &[u8]) {
        let read = if self.big_endian { u32::from_be_bytes } else { u32::from_le_bytes };
        for pair in bytes.chunks_exact(8) {
            let word = |at| array(pair, at).map_or(0, read);
            self.low = self.low.wrapping_add(word(0)).wrapping_add(self.high);
            self.high = self.high.wrapping_add(word(4)).wrapping_add(self.low);
        }
    }

    fn is(&self, bytes: &[u8], at: usize) -> bool {
        big_u32(bytes, at) == Some(self.low) && big_u32(bytes, at + 4) == Some(self.high)
    }
}
