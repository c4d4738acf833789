//! The compiled database: one file that is mapped and answered from as it lies there.
//!
//! Opening checks the header and nothing else. A lookup touches the pages that it needs. Nothing
//! of the file is trusted: a value that does not fit ends the answer early and is remembered as
//! [damage](Database::damage), which whoever reports a result must ask for, because an answer that
//! ended early is not a clean one. [`Database::verify`] compares the whole content with its
//! checksum.

mod blocks;
mod bytes;
mod compile;
mod cursor;
mod enrichment;
mod entry;
mod error;
pub(crate) mod format;
mod info;
mod layout;
mod reopen;
mod vulnerability;
pub(crate) mod write;

use std::path::Path;
use std::sync::OnceLock;

pub use compile::{compile, save};
pub use entry::{AffectedEntries, AffectedEntry, RangeRef, Ranges, SourceRef, Words};
pub use error::DatabaseError;
pub use info::{Info, NamespaceInfo, SourceInfo};
pub(crate) use reopen::LeftOut;
pub use vulnerability::{Detail, Details, Text, VulnerabilityEntry};
pub use write::{TooLarge, WriteOptions, Written};

use self::blocks::Blocks;
pub(crate) use self::bytes::Bytes;
use self::cursor::Cursor;
use self::format::{NONE, Section, u32_at};
use self::layout::Layout;

/// An open database.
///
/// ```
/// use plimsoll_advisory::Database;
///
/// let database = Database::starter();
/// let ids: Vec<_> =
///     database.affected("debian:11", "openssl").map(|entry| entry.vulnerability()).collect();
/// assert!(ids.contains(&"CVE-2022-0778"));
/// ```
#[derive(Debug)]
pub struct Database {
    bytes: Bytes,
    layout: Layout,
    damage: OnceLock<Section>,
    blocks: Blocks,
    scores: Option<Box<Database>>,
}

impl Database {
    /// Maps a file.
    pub fn open(path: &Path) -> Result<Database, DatabaseError> {
        let bytes = Bytes::map(path)
            .map_err(|source| DatabaseError::Open { path: path.to_owned(), source })?;
        Database::new(bytes)
    }

    /// Maps a file, and the file with its scores that lies [beside it](crate::build::scores_path)
    /// if there is one.
    pub fn open_with_scores(path: &Path) -> Result<Database, DatabaseError> {
        let mut database = Database::open(path)?;
        let scores = crate::build::scores_path(path);
        if !database.is_scores() && scores.try_exists().unwrap_or(true) {
            database.set_scores(Database::open(&scores)?);
        }
        Ok(database)
    }

    /// Takes the bytes of a file.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Database, DatabaseError> {
        Database::new(Bytes::Owned(bytes))
    }

    /// The small hand-made database that is part of the program.
    pub fn starter() -> &'static Database {
        static STARTER: OnceLock<Database> = OnceLock::new();
        STARTER.get_or_init(|| {
            let bytes = include_bytes!(concat!(env!("OUT_DIR"), "/starter.plimsoll"));
            Database::new(Bytes::Static(bytes)).expect("the build script wrote it by this format")
        })
    }

    fn new(bytes: Bytes) -> Result<Database, DatabaseError> {
        let layout = Layout::read(&bytes)?;
        let (damage, blocks) = (OnceLock::new(), Blocks::default());
        Ok(Database { bytes, layout, damage, blocks, scores: None })
    }

    /// Whether this file has scores for another database, and nothing else.
    pub fn is_scores(&self) -> bool {
        self.layout.scores
    }

    /// Maps any file: the bytes as they lie on disk, without reading them.
    pub fn map_file(path: &Path) -> std::io::Result<impl std::ops::Deref<Target = [u8]>> {
        Bytes::map(path)
    }

    /// The bytes of the file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// BLAKE3 of the content, in hexadecimal: two databases with the same one say the same.
    pub fn digest(&self) -> String {
        self.layout.digest()
    }

    /// The same as [`Database::digest`], as bytes.
    pub(crate) fn content_digest(&self) -> [u8; 32] {
        self.layout.content_digest
    }

    /// Compares the whole content with its checksum, which reads every page once.
    pub fn verify(&self) -> Result<(), DatabaseError> {
        if let Some(scores) = &self.scores {
            scores.verify()?;
        }
        self.layout.verify(&self.bytes)
    }

    /// The first damage that a lookup came upon. Answers given since may lack entries.
    pub fn damage(&self) -> Option<DatabaseError> {
        if let Some(damage) = self.scores.as_ref().and_then(|scores| scores.damage()) {
            return Some(damage);
        }
        let section = self.damage.get()?.name();
        Some(DatabaseError::Damaged { section, what: "a record does not follow the format" })
    }

    /// Whether any source speaks for a namespace. Where none does, finding nothing means nothing.
    pub fn covers(&self, namespace: &str) -> bool {
        self.namespace(namespace).is_some()
    }

    /// Everything that is said about a package in a namespace.
    pub fn affected(&self, namespace: &str, package: &str) -> AffectedEntries<'_> {
        let entries = self.namespace(namespace).and_then(|[_, first, count]| {
            let rows = first as usize..(first as usize).checked_add(count as usize)?;
            let row = self.find_name(Section::Packages, rows, package)?;
            let [_, _, position] = self.row(Section::Packages, row)?;
            AffectedEntries::at(self, position)
        });
        entries.unwrap_or_else(|| AffectedEntries::none(self))
    }

    /// What is known of a vulnerability, asked for by its id or another name. An id goes before an
    /// alias of something else.
    pub fn vulnerability(&self, name: &str) -> Option<VulnerabilityEntry<'_>> {
        // Ids stand in order, so that looking up many of one year touches few pages; the index of
        // all names is spread by hash.
        let section = Section::Vulnerabilities;
        let row = self.find_text::<1>(section, |[id]| self.string(id) < Some(name));
        let entry = row.and_then(|row| VulnerabilityEntry::at(self, u32::try_from(row).ok()?));
        if let Some(entry) = entry.filter(|entry| entry.id() == name) {
            return Some(entry);
        }
        self.names(name).find_map(|row| VulnerabilityEntry::at(self, row))
    }

    /// The id of a vulnerability, given its id or another name.
    pub fn resolve(&self, name: &str) -> Option<&str> {
        self.vulnerability(name).map(|entry| entry.id())
    }

    /// Every package: its namespace, its name, and what is said about it.
    pub fn iter_packages(&self) -> impl Iterator<Item = (&str, &str, AffectedEntries<'_>)> {
        let namespaces = 0..self.count(Section::Namespaces);
        namespaces.filter_map(|row| self.row(Section::Namespaces, row)).flat_map(
            move |[namespace, first, count]| {
                let rows = first as usize..(first as usize).saturating_add(count as usize);
                rows.map_while(move |row| {
                    let [_, package, position] = self.row(Section::Packages, row)?;
                    let entries = AffectedEntries::at(self, position)?;
                    Some((self.string(namespace)?, self.string(package)?, entries))
                })
            },
        )
    }

    /// Every vulnerability, by id.
    pub fn iter_vulnerabilities(&self) -> impl Iterator<Item = VulnerabilityEntry<'_>> {
        (0..self.count(Section::Vulnerabilities) as u32)
            .map_while(|row| VulnerabilityEntry::at(self, row))
    }

    /// What is in the file and where it came from.
    pub fn info(&self) -> Info {
        Info::read(self)
    }

    /// Name and size in bytes of each section.
    pub fn section_sizes(&self) -> impl Iterator<Item = (&'static str, usize)> {
        Section::ALL.iter().map(|&section| (section.name(), self.section(section).len()))
    }

    fn section(&self, section: Section) -> &[u8] {
        self.layout.section(&self.bytes, section)
    }

    /// Number of rows of a table.
    fn count(&self, section: Section) -> usize {
        self.section(section).len() / section.row()
    }

    /// The first numbers of a row; a row that is not there is damage, as rows are never guessed.
    fn row<const N: usize>(&self, section: Section, row: usize) -> Option<[u32; N]> {
        debug_assert!(N * 4 <= section.row());
        let read = || {
            let at = row.checked_mul(section.row())?;
            let bytes = self.section(section).get(at..)?.get(..N * 4)?;
            let mut values = [0; N];
            for (value, bytes) in values.iter_mut().zip(bytes.as_chunks::<4>().0) {
                *value = u32::from_le_bytes(*bytes);
            }
            Some(values)
        };
        self.check(section, read())
    }

    /// The string with a number.
    fn string(&self, id: u32) -> Option<&str> {
        let read = || {
            let at = (id as usize).checked_mul(4)?;
            let bounds = self.section(Section::StringIndex).get(at..)?;
            let (start, end) = (u32_at(bounds, 0)?, u32_at(bounds, 4)?);
            let text = self.section(Section::Strings).get(start as usize..end as usize)?;
            str::from_utf8(text).ok()
        };
        self.check(Section::Strings, read())
    }

    fn optional(&self, id: u32) -> Option<&str> {
        (id != NONE).then(|| self.string(id))?
    }

    fn cursor(&self, section: Section, offset: u32) -> Option<Cursor<'_>> {
        self.check(section, Cursor::at(self.section(section), offset))
    }

    /// Remembers that a value was missing.
    fn check<T>(&self, section: Section, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.damage.get_or_init(|| section);
        }
        value
    }

    /// Name, first package and number of packages of a namespace.
    fn namespace(&self, name: &str) -> Option<[u32; 3]> {
        let section = Section::Namespaces;
        let row = self.find_text::<3>(section, |[probe, ..]| self.string(probe) < Some(name))?;
        let row: [u32; 3] = self.row(section, row)?;
        (self.string(row[0])? == name).then_some(row)
    }

    /// The first row of a whole table that does not come before what is looked for.
    fn find_text<const N: usize>(
        &self,
        section: Section,
        before: impl Fn([u32; N]) -> bool,
    ) -> Option<usize> {
        let rows = self.count(section);
        let place = partition(0..rows, |row| self.row(section, row).is_some_and(&before));
        (place < rows).then_some(place)
    }

    /// The row with a name, in a table of (hash, name, …) that is sorted by both.
    fn find_name(
        &self,
        section: Section,
        rows: std::ops::Range<usize>,
        name: &str,
    ) -> Option<usize> {
        let hash = format::hash(name);
        let end = rows.end;
        // Hashes are spread evenly, so the place of one is known but for a few rows.
        let share = (u64::from(hash) * rows.len() as u64) >> 32;
        let guess = rows.start.saturating_add(share as usize);
        let first = partition_near(rows, guess, |row| {
            self.row(section, row).is_some_and(|[probe]: [u32; 1]| probe < hash)
        });
        // Names with the same hash stand next to each other.
        for row in first..end {
            let [probe, text] = self.row(section, row)?;
            if probe != hash {
                break;
            }
            if self.string(text)? == name {
                return Some(row);
            }
        }
        None
    }

    /// The vulnerabilities that have a name.
    fn names(&self, name: &str) -> impl Iterator<Item = u32> {
        let end = self.count(Section::Names);
        let first = self.find_name(Section::Names, 0..end, name).unwrap_or(end);
        (first..end)
            .map_while(move |row| {
                let [_, text, vulnerability] = self.row(Section::Names, row)?;
                Some((text, vulnerability))
            })
            .take_while(move |(text, _)| self.string(*text) == Some(name))
            .map(|(_, vulnerability)| vulnerability)
    }
}

/// The first index of a sorted range for which `before` does not hold.
fn partition(range: std::ops::Range<usize>, before: impl Fn(usize) -> bool) -> usize {
    let std::ops::Range { mut start, mut end } = range;
    while start < end {
        let middle = start + (end - start) / 2;
        if before(middle) {
            start = middle + 1;
        } else {
            end = middle;
        }
    }
    start
}

/// The same, starting at a guess and going away from it in growing steps.
fn partition_near(
    range: std::ops::Range<usize>,
    guess: usize,
    before: impl Fn(usize) -> bool,
) -> usize {
    let std::ops::Range { start, end } = range;
    if start >= end {
        return start;
    }
    let guess = guess.clamp(start, end - 1);
    let mut step = 8;
    if before(guess) {
        let mut low = guess + 1;
        loop {
            let probe = low.saturating_add(step).min(end);
            if probe == end || !before(probe) {
                return partition(low..probe, before);
            }
            low = probe + 1;
            step *= 2;
        }
    }
    let mut high = guess;
    while high > start {
        let probe = high.saturating_sub(step).max(start);
        if before(probe) {
            return partition(probe + 1..high, before);
        }
        high = probe;
        step *= 2;
    }
    start
}

#[cfg(test)]
pub(crate) mod tests;
