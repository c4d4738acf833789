//! rpm's own database format, `Packages.db` (SUSE since SLE 15 SP3 and in Tumbleweed).
//!
//! The file is made of blocks of 16 bytes. A number of pages of 4,096 bytes at the front hold
//! slots of 16 bytes, the first two of which are the file's header; each used slot says which
//! blocks hold a blob. A blob has a preface and a tail, which hold its number, length and an
//! Adler-32 sum. All numbers are little-endian
//! (<https://github.com/rpm-software-management/rpm/blob/master/lib/backend/ndb/rpmpkg.c>).

use plimsoll_image::ProblemKind;

use super::collector::Collector;
use super::{index, little_u32};

const FILE_MAGIC: &[u8] = b"RpmP";
const SLOT_MAGIC: u32 = u32::from_le_bytes(*b"Slot");
const BLOB_START: u32 = u32::from_le_bytes(*b"BlbS");
const BLOB_END: u32 = u32::from_le_bytes(*b"BlbE");
const PAGE_LENGTH: usize = 4_096;
const FILE_HEADER_LENGTH: usize = 32;
const BLOCK_LENGTH: usize = 16;
const PREFACE_LENGTH: usize = 16;
const TAIL_LENGTH: usize = 12;

pub(super) fn detect(database: &[u8]) -> bool {
    database.starts_with(FILE_MAGIC)
}

pub(super) fn read(database: &[u8], collector: &mut Collector) {
    let field = |at| little_u32(database, at);
    let (Some(version), Some(pages)) = (field(4), field(12)) else {
        return collector.problem(ProblemKind::Truncated, "the database ends in its header");
    };
    if version != 0 {
        let message = format!("version {version} of this database format is not known");
        return collector.problem(ProblemKind::Unsupported, message);
    }
    let slots_end = index(pages).saturating_mul(PAGE_LENGTH);
    if pages == 0 {
        collector.problem(ProblemKind::Malformed, "the database has no slots for packages");
    }
    if slots_end > database.len() {
        let message = "the database ends in its table of packages: packages are missing";
        collector.problem(ProblemKind::Truncated, message);
    }
    if little_u32(database, slots_end) == Some(SLOT_MAGIC) {
        let message =
            "the table of packages is longer than the database says: packages may be missing";
        collector.problem(ProblemKind::Malformed, message);
    }
    let slots = database.get(FILE_HEADER_LENGTH..slots_end.min(database.len()));
    for slot in slots.unwrap_or_default().chunks_exact(BLOCK_LENGTH) {
        let word = |at| little_u32(slot, at).unwrap_or_default();
        let (magic, number, start, count) = (word(0), word(4), word(8), word(12));
        if magic != SLOT_MAGIC || (number == 0 && (start, count) != (0, 0)) {
            let message = "a slot of the table of packages is broken: a package may be missing";
            collector.problem(ProblemKind::Malformed, message);
            continue;
        }
        if number == 0 {
            continue;
        }
        let start = index(start).saturating_mul(BLOCK_LENGTH);
        let end = index(count).saturating_mul(BLOCK_LENGTH).saturating_add(start);
        if start < slots_end {
            collector.broken(number, "it lies in the table of packages: a package is missing");
            continue;
        }
        let Some(blocks) = database.get(start..end) else {
            collector.broken(number, "it lies behind the end of the file: a package is missing");
            continue;
        };
        match blob(blocks, number, collector) {
            Some(blob) if collector.record(number, blob) => {}
            Some(_) => return,
            None => collector.broken(number, "its frame is broken: a package is missing"),
        }
    }
}

/// Takes a blob out of its blocks. A wrong sum is told, but the blob is read nevertheless: it
/// carries checks of its own, and a package that is there should be seen.
fn blob<'a>(blocks: &'a [u8], number: u32, collector: &mut Collector) -> Option<&'a [u8]> {
    let tail = blocks.len().checked_sub(TAIL_LENGTH)?;
    let word = |at| little_u32(blocks, at);
    let length = word(12)?;
    let framed = word(0)? == BLOB_START
        && word(4)? == number
        && word(tail + 4)? == length
        && word(tail + 8)? == BLOB_END;
    let content = blocks.get(PREFACE_LENGTH..tail)?.get(..index(length));
    if framed && content.is_some() && adler32(&blocks[..tail]) != word(tail)? {
        collector.broken(number, "its checksum is wrong");
    }
    content.filter(|_| framed)
}

/// The sum of RFC 1950, as zlib computes it.
pub(super) fn adler32(bytes: &[u8]) -> u32 {
    const MODULUS: u32 = 65_521;
    // As many bytes as can be added before 32 bits overflow.
    const BATCH: usize = 5_552;
    let (mut low, mut high) = (1u32, 0u32);
    for batch in bytes.chunks(BATCH) {
        for &byte in batch {
            low += u32::from(byte);
            high += low;
        }
        low %= MODULUS;
        high %= MODULUS;
    }
    high << 16 | low
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpm::parse_database;
    use crate::rpm::testing::{self, expect_all_damage_told, names, sample};

    #[test]
    fn packages_are_read() {
        let parsed = parse_database(&testing::ndb(&sample(5)), None);
        assert_eq!(parsed.problems, []);
        assert_eq!(names(&parsed.value), ["p0", "p1", "p2", "p3", "p4"]);
    }

    #[test]
    fn an_empty_database_is_no_problem() {
        let parsed = parse_database(&testing::ndb(&[]), None);
        assert_eq!((parsed.value.len(), parsed.problems), (0, vec![]));
    }

    #[test]
    fn the_sum_is_zlibs() {
        // The example of RFC 1950's most quoted test, and its start value.
        assert_eq!(adler32(b"Wikipedia"), 0x11e6_0398);
        assert_eq!(adler32(b""), 1);
    }

    #[test]
    fn a_wrong_sum_is_told_and_the_package_kept() {
        let mut database = testing::ndb(&sample(2));
        let at = database.windows(7).position(|window| window == b"Example").expect("vendor");
        database[at] = b'e';
        let parsed = parse_database(&database, None);
        assert_eq!((parsed.value.len(), parsed.problems.len()), (2, 1));
        assert!(parsed.problems[0].message.contains("checksum"));
    }

    #[test]
    fn damage_is_told() {
        expect_all_damage_told(&testing::ndb(&sample(6)), 16);
    }
}
