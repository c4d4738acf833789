//! All entries of one layer in a few bytes each.
//!
//! A layer has up to millions of entries, and its facts are kept for ever, so paths are stored as
//! the difference to the path before (tar archives list a directory's files side by side). The
//! table is written once and read from front to back.

use plimsoll_image::{Entry, EntryKind};
use serde::{Deserialize, Serialize};

/// The entries of a layer in their order in the archive.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryTable {
    #[serde(with = "serde_bytes")]
    encoded: Vec<u8>,
    count: u32,
    /// Path of the last entry, to which the next one is compared; only of use while writing.
    #[serde(skip)]
    last: Vec<u8>,
}

// Tags of the encoded form. Changing them means a new schema version of the cache.
const FILE: u8 = 0;
const DIRECTORY: u8 = 1;
const SYMLINK: u8 = 2;
const HARD_LINK: u8 = 3;
const SPECIAL: u8 = 4;
const WHITEOUT: u8 = 5;
const OPAQUE: u8 = 6;

impl EntryTable {
    /// Appends an entry and returns its index.
    pub fn push(&mut self, entry: &Entry<'_>) -> u32 {
        let shared = entry.path.iter().zip(&self.last).take_while(|(a, b)| a == b).count();
        let (tag, link): (u8, Option<&[u8]>) = match entry.kind {
            EntryKind::File => (FILE, None),
            EntryKind::Directory => (DIRECTORY, None),
            EntryKind::Symlink(target) => (SYMLINK, Some(target)),
            EntryKind::HardLink(target) => (HARD_LINK, Some(target)),
            EntryKind::Special => (SPECIAL, None),
            EntryKind::Whiteout => (WHITEOUT, None),
            EntryKind::OpaqueDirectory => (OPAQUE, None),
        };
        self.encoded.push(tag);
        self.number(shared as u64);
        self.text(&entry.path[shared..]);
        for value in [u64::from(entry.mode), entry.uid, entry.gid, entry.size] {
            self.number(value);
        }
        if let Some(link) = link {
            self.text(link);
        }
        self.last.truncate(shared);
        self.last.extend_from_slice(&entry.path[shared..]);
        let index = self.count;
        self.count += 1;
        index
    }

    /// Number of entries.
    pub fn len(&self) -> u32 {
        self.count
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Reads the entries from the first on.
    pub fn reader(&self) -> EntryReader<'_> {
        EntryReader { rest: &self.encoded, path: Vec::new() }
    }

    fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.encoded.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.encoded.push(value as u8);
    }

    fn text(&mut self, text: &[u8]) {
        self.number(text.len() as u64);
        self.encoded.extend_from_slice(text);
    }
}

/// Reads an [`EntryTable`]. Not an iterator, because each entry borrows the path that the reader
/// rebuilds.
pub struct EntryReader<'t> {
    rest: &'t [u8],
    path: Vec<u8>,
}

impl EntryReader<'_> {
    /// The next entry; nothing at the end, or where the table is damaged.
    pub fn next_entry(&mut self) -> Option<Entry<'_>> {
        let (&tag, rest) = self.rest.split_first()?;
        self.rest = rest;
        let shared = self.number()? as usize;
        if shared > self.path.len() {
            return None;
        }
        let suffix = self.text()?;
        self.path.truncate(shared);
        self.path.extend_from_slice(suffix);
        let (mode, uid, gid, size) =
            (self.number()?, self.number()?, self.number()?, self.number()?);
        let kind = match tag {
            FILE => EntryKind::File,
            DIRECTORY => EntryKind::Directory,
            SYMLINK => EntryKind::Symlink(self.text()?),
            HARD_LINK => EntryKind::HardLink(self.text()?),
            SPECIAL => EntryKind::Special,
            WHITEOUT => EntryKind::Whiteout,
            OPAQUE => EntryKind::OpaqueDirectory,
            _ => return None,
        };
        Some(Entry { path: &self.path, kind, mode: mode as u32, uid, gid, size })
    }
}

impl<'t> EntryReader<'t> {
    fn number(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    fn text(&mut self) -> Option<&'t [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (text, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry<'a>(path: &'a [u8], kind: EntryKind<'a>, size: u64) -> Entry<'a> {
        Entry { path, kind, mode: 0o100_644, uid: 1 << 40, gid: 7, size }
    }

    fn sample() -> (EntryTable, Vec<Entry<'static>>) {
        let entries = vec![
            entry(b"usr", EntryKind::Directory, 0),
            entry(b"usr/lib/libc.so.6", EntryKind::File, 1 << 33),
            entry(b"usr/lib/libm.so.6", EntryKind::HardLink(b"usr/lib/libc.so.6"), 0),
            entry(b"usr", EntryKind::OpaqueDirectory, 0),
            entry(b"bin", EntryKind::Symlink(b"usr/bin"), 0),
            entry(b"", EntryKind::Directory, 0),
            entry(b"dev/null", EntryKind::Special, 0),
            entry(b"gone\xff", EntryKind::Whiteout, 0),
        ];
        let mut table = EntryTable::default();
        for entry in &entries {
            table.push(entry);
        }
        (table, entries)
    }

    #[test]
    fn what_was_pushed_is_read() {
        let (table, entries) = sample();
        assert_eq!(table.len() as usize, entries.len());
        let mut reader = table.reader();
        for expected in &entries {
            assert_eq!(reader.next_entry().as_ref(), Some(expected));
        }
        assert_eq!(reader.next_entry(), None);
    }

    #[test]
    fn damage_ends_the_table() {
        let (table, entries) = sample();
        for end in 0..table.encoded.len() {
            let cut = EntryTable { encoded: table.encoded[..end].to_vec(), ..table.clone() };
            let mut reader = cut.reader();
            let mut read = 0;
            while reader.next_entry().is_some() {
                read += 1;
            }
            assert!(read < entries.len());
            let problems = crate::Tree::default().apply(0, &cut);
            assert!(problems.iter().any(|one| one.message.contains("break off")), "{problems:?}");
        }
    }
}
