//! Just enough of the ZIP format to find entries of a Java archive in memory: the central directory,
//! read lazily.
//!
//! <https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT>. A general library builds a map of
//! all entries first; here a hundred thousand classes cost a pass over their names, entries that are
//! stored are parts of the bytes at hand, and damage to one entry costs that entry.

use std::io::Read;

use flate2::bufread::DeflateDecoder;
use memchr::memmem;

const LOCAL: &[u8] = b"PK\x03\x04";
const CENTRAL: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";
const END_64: &[u8] = b"PK\x06\x06";
const LOCATOR_64: &[u8] = b"PK\x06\x07";

const LOCAL_LENGTH: usize = 30;
const CENTRAL_LENGTH: usize = 46;
const END_LENGTH: usize = 22;
const END_64_LENGTH: usize = 56;
const LOCATOR_64_LENGTH: usize = 20;

/// The comment behind the end record has at most 65,535 bytes.
const LONGEST_TAIL: usize = END_LENGTH + 0xffff;

/// Deflate cannot do better than 1,032 to 1; an entry that says so lies.
const MAX_RATIO: u64 = 1032;

/// An archive whose central directory was found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Zip<'a> {
    bytes: &'a [u8],
    /// Where the archive begins: executable JARs start with a shell script.
    base: usize,
    directory: &'a [u8],
}

/// A file in an archive, as the central directory describes it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) name: &'a [u8],
    flags: u16,
    method: u16,
    compressed: u64,
    /// Bytes that it should have when inflated.
    pub(super) size: u64,
    offset: u64,
}

/// What the bytes of an entry need.
pub(super) enum Data<'a> {
    /// Nothing, they are these.
    Stored(&'a [u8]),
    /// Inflating.
    Deflated(&'a [u8]),
}

impl<'a> Zip<'a> {
    /// Finds the central directory. Errors are sentence fragments.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Zip<'a>, &'static str> {
        let tail = bytes.len().saturating_sub(LONGEST_TAIL);
        let ends = memmem::rfind_iter(bytes.get(tail..).unwrap_or_default(), END);
        let mut seen = false;
        for end in ends.map(|at| tail + at) {
            seen = true;
            if let Some(found) = Zip::at(bytes, end) {
                return Ok(found);
            }
        }
        Err(match (seen, bytes.starts_with(LOCAL)) {
            (true, _) => "its central directory is damaged",
            (false, true) => "it ends without a central directory",
            (false, false) => "it is no ZIP archive",
        })
    }

    /// The archive whose end record stands here.
    fn at(bytes: &'a [u8], end: usize) -> Option<Zip<'a>> {
        let record = bytes.get(end..end.checked_add(END_LENGTH)?)?;
        let mut size = u64::from(u32_at(record, 12)?);
        let mut offset = u64::from(u32_at(record, 16)?);
        let mut directory_end = end;
        if let Some((at, record)) = end_64(bytes, end) {
            size = u64_at(record, 40)?;
            offset = u64_at(record, 48)?;
            directory_end = at;
        }
        let (size, offset) = (usize::try_from(size).ok()?, usize::try_from(offset).ok()?);
        // Java, too, trusts the size and not the offset, which lacks what was put in front later.
        let from_end = directory_end.checked_sub(size).filter(|&start| is_directory(bytes, start));
        let (start, base) =
            match from_end.and_then(|start| Some((start, start.checked_sub(offset)?))) {
                Some(found) => found,
                None if is_directory(bytes, offset) => (offset, 0),
                None => return None,
            };
        let directory = bytes.get(start..start.checked_add(size)?.min(directory_end.max(start)))?;
        Some(Zip { bytes, base, directory })
    }

    /// Its entries in their order; ends with an error where the directory is damaged.
    pub(super) fn entries(&self) -> Entries<'a> {
        Entries { rest: self.directory }
    }

    /// The bytes of an entry as they lie. Errors are sentence fragments.
    pub(super) fn data(&self, entry: &Entry<'_>) -> Result<Data<'a>, &'static str> {
        if entry.flags & 1 != 0 {
            return Err("it is encrypted");
        }
        let data = self.raw(entry).ok_or("it lies outside of the archive")?;
        match entry.method {
            0 => Ok(Data::Stored(data)),
            8 => Ok(Data::Deflated(data)),
            _ => Err("it is compressed in a way that Java does not read"),
        }
    }

    fn raw(&self, entry: &Entry<'_>) -> Option<&'a [u8]> {
        let start = self.base.checked_add(usize::try_from(entry.offset).ok()?)?;
        let header = self.bytes.get(start..start.checked_add(LOCAL_LENGTH)?)?;
        if !header.starts_with(LOCAL) {
            return None;
        }
        // Sizes in local headers may be missing (they follow the data then); these two never are.
        let behind = usize::from(u16_at(header, 26)?) + usize::from(u16_at(header, 28)?);
        let data = start.checked_add(LOCAL_LENGTH)?.checked_add(behind)?;
        let length = usize::try_from(entry.compressed).ok()?;
        self.bytes.get(data..data.checked_add(length)?)
    }
}

/// Inflates at most `limit` bytes, and says whether that was all.
pub(super) fn inflate(
    deflated: &[u8],
    size: u64,
    limit: u64,
) -> Result<(Vec<u8>, bool), &'static str> {
    let possible = (deflated.len() as u64).saturating_mul(MAX_RATIO);
    let expected = usize::try_from(size.min(limit).min(possible)).unwrap_or(0);
    let mut inflated = Vec::with_capacity(expected);
    let mut decoder = DeflateDecoder::new(deflated).take(limit.saturating_add(1));
    decoder.read_to_end(&mut inflated).map_err(|_| "its compressed data is damaged")?;
    let whole = inflated.len() as u64 <= limit;
    if !whole {
        inflated.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    }
    Ok((inflated, whole))
}

/// Walks a central directory.
pub(super) struct Entries<'a> {
    rest: &'a [u8],
}

impl<'a> Entries<'a> {
    fn read(&mut self) -> Option<Entry<'a>> {
        let header =
            self.rest.get(..CENTRAL_LENGTH).filter(|header| header.starts_with(CENTRAL))?;
        let name_length = usize::from(u16_at(header, 28)?);
        let extra_length = usize::from(u16_at(header, 30)?);
        let comment_length = usize::from(u16_at(header, 32)?);
        let extra_start = CENTRAL_LENGTH + name_length;
        let end = extra_start + extra_length + comment_length;
        let name = self.rest.get(CENTRAL_LENGTH..extra_start)?;
        let extra = self.rest.get(extra_start..extra_start + extra_length)?;
        self.rest = self.rest.get(end..)?;
        let mut entry = Entry {
            name,
            flags: u16_at(header, 8)?,
            method: u16_at(header, 10)?,
            compressed: u64::from(u32_at(header, 20)?),
            size: u64::from(u32_at(header, 24)?),
            offset: u64::from(u32_at(header, 42)?),
        };
        entry.widen(extra);
        Some(entry)
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Result<Entry<'a>, &'static str>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let read = self.read();
        if read.is_none() {
            self.rest = &[];
        }
        Some(read.ok_or("its central directory is damaged"))
    }
}

impl Entry<'_> {
    /// Takes numbers of 64 bits from the extra field where the short ones are all ones.
    fn widen(&mut self, mut extra: &[u8]) {
        const ZIP_64: u16 = 1;
        let fields = loop {
            let (Some(id), Some(length)) = (u16_at(extra, 0), u16_at(extra, 2)) else { return };
            let end = 4 + usize::from(length);
            let Some(fields) = extra.get(4..end) else { return };
            if id == ZIP_64 {
                break fields;
            }
            extra = extra.get(end..).unwrap_or_default();
        };
        let mut at = 0;
        for number in [&mut self.size, &mut self.compressed, &mut self.offset] {
            if *number == u64::from(u32::MAX) {
                let Some(wide) = u64_at(fields, at) else { return };
                *number = wide;
                at += 8;
            }
        }
    }
}

fn is_directory(bytes: &[u8], start: usize) -> bool {
    // An archive without entries has its end record here.
    bytes.get(start..).is_some_and(|rest| {
        rest.starts_with(CENTRAL) || rest.starts_with(END) || rest.starts_with(END_64)
    })
}

/// The end record of large archives, which stands before a locator before the plain one.
fn end_64(bytes: &[u8], end: usize) -> Option<(usize, &[u8])> {
    let locator_at = end.checked_sub(LOCATOR_64_LENGTH)?;
    let locator = bytes.get(locator_at..end).filter(|bytes| bytes.starts_with(LOCATOR_64))?;
    let stated = usize::try_from(u64_at(locator, 8)?).ok();
    let directly_before = locator_at.checked_sub(END_64_LENGTH);
    [directly_before, stated].into_iter().flatten().find_map(|at| {
        let record = bytes.get(at..at.checked_add(END_64_LENGTH)?)?;
        record.starts_with(END_64).then_some((at, record))
    })
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at.checked_add(8)?)?.try_into().ok()?))
}
