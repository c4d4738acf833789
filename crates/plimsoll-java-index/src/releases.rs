//! Blocks of artifacts with their versions.
//!
//! An artifact is a row: the difference of its name's number to that of the row before (or to the
//! block's first name), its group's number, how many archives it has, and for each of those the
//! difference of its version's number to the one before, times two, plus one if it is no JAR. An
//! archive's number is how many stand before it in all blocks.

use crate::IndexError;
use crate::cursor::Cursor;
use crate::format::{BLOCK_ROW, MAX_BLOCK, u32_at};

const DAMAGED: IndexError = IndexError::Damaged("a block of artifacts cannot be read");

/// All blocks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Releases<'a> {
    index: &'a [u8],
    blocks: &'a [u8],
}

/// What the index says about a block.
struct BlockRow {
    first_name: u32,
    first_archive: u32,
    start: usize,
    end: usize,
    length: usize,
}

/// An artifact of a group.
pub(crate) struct Artifact<'b> {
    pub(crate) name: u32,
    pub(crate) group: u32,
    /// Number of its first archive.
    pub(crate) first_archive: u32,
    pub(crate) archives: Archives<'b>,
}

impl<'a> Releases<'a> {
    pub(crate) fn new(index: &'a [u8], blocks: &'a [u8]) -> Result<Releases<'a>, IndexError> {
        match index.len().is_multiple_of(BLOCK_ROW) {
            true => Ok(Releases { index, blocks }),
            false => Err(DAMAGED),
        }
    }

    fn count(&self) -> usize {
        self.index.len() / BLOCK_ROW
    }

    fn row(&self, block: usize) -> Result<BlockRow, IndexError> {
        let at = BLOCK_ROW * block;
        let number = |at| u32_at(self.index, at);
        let read = || {
            let end = match block + 1 < self.count() {
                true => usize::try_from(number(at + BLOCK_ROW + 8)?).ok()?,
                false => self.blocks.len(),
            };
            Some(BlockRow {
                first_name: number(at)?,
                first_archive: number(at + 4)?,
                start: usize::try_from(number(at + 8)?).ok()?,
                end,
                length: usize::try_from(number(at + 12)?).ok()?,
            })
        };
        read().ok_or(DAMAGED)
    }

    /// How many blocks come before the first one for which this does not hold.
    fn partition(&self, holds: impl Fn(&BlockRow) -> bool) -> Result<usize, IndexError> {
        let (mut low, mut high) = (0, self.count());
        while low < high {
            let middle = low + (high - low) / 2;
            if holds(&self.row(middle)?) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    fn inflate(&self, row: &BlockRow) -> Result<Vec<u8>, IndexError> {
        let stored = self.blocks.get(row.start..row.end).ok_or(DAMAGED)?;
        if row.length > MAX_BLOCK {
            return Err(DAMAGED);
        }
        let inflated = zstd::bulk::decompress(stored, row.length).map_err(|_| DAMAGED)?;
        match inflated.len() == row.length {
            true => Ok(inflated),
            false => Err(DAMAGED),
        }
    }

    /// Hands the artifact that has an archive to `take`, with the version of that archive.
    pub(crate) fn with_archive<T>(
        &self,
        archive: u32,
        take: impl FnOnce(Artifact<'_>, u32, bool) -> T,
    ) -> Result<T, IndexError> {
        let block = self.partition(|row| row.first_archive <= archive)?;
        let row = self.row(block.checked_sub(1).ok_or(DAMAGED)?)?;
        let bytes = self.inflate(&row)?;
        for artifact in Artifacts::new(&row, &bytes) {
            let artifact = artifact?;
            let place = archive - artifact.first_archive;
            if place < artifact.archives.left {
                let place = usize::try_from(place).map_err(|_| DAMAGED)?;
                let found = artifact.archives.clone().nth(place).ok_or(DAMAGED)?;
                let (version, is_jar) = found?;
                return Ok(take(artifact, version, is_jar));
            }
        }
        Err(DAMAGED)
    }

    /// Hands each artifact of a name to `take`, until that says to stop.
    pub(crate) fn of_name(
        &self,
        name: u32,
        mut take: impl FnMut(Artifact<'_>) -> Result<bool, IndexError>,
    ) -> Result<(), IndexError> {
        // A block before the first that begins with the name may end with it.
        let first = self.partition(|row| row.first_name < name)?.saturating_sub(1);
        for block in first..self.count() {
            let row = self.row(block)?;
            if row.first_name > name {
                break;
            }
            let bytes = self.inflate(&row)?;
            for artifact in Artifacts::new(&row, &bytes) {
                let artifact = artifact?;
                if artifact.name > name {
                    return Ok(());
                }
                if artifact.name == name && !take(artifact)? {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

/// The artifacts of a block.
struct Artifacts<'b> {
    cursor: Cursor<'b>,
    name: u32,
    archive: u32,
}

impl<'b> Artifacts<'b> {
    fn new(row: &BlockRow, bytes: &'b [u8]) -> Artifacts<'b> {
        Artifacts { cursor: Cursor::new(bytes), name: row.first_name, archive: row.first_archive }
    }

    fn read(&mut self) -> Option<Artifact<'b>> {
        self.name = self.name.checked_add(self.cursor.varint()?)?;
        let group = self.cursor.varint()?;
        let count = self.cursor.varint()?;
        let first_archive = self.archive;
        self.archive = self.archive.checked_add(count)?;
        let archives = Archives { cursor: self.cursor, left: count, version: 0 };
        for _ in 0..count {
            self.cursor.varint()?;
        }
        Some(Artifact { name: self.name, group, first_archive, archives })
    }
}

impl<'b> Iterator for Artifacts<'b> {
    type Item = Result<Artifact<'b>, IndexError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.cursor.is_empty() {
            return None;
        }
        let read = self.read();
        if read.is_none() {
            self.cursor = Cursor::new(&[]);
        }
        Some(read.ok_or(DAMAGED))
    }
}

/// The versions of an artifact's archives, and whether each is a JAR.
#[derive(Clone)]
pub(crate) struct Archives<'b> {
    cursor: Cursor<'b>,
    left: u32,
    version: u32,
}

impl Iterator for Archives<'_> {
    type Item = Result<(u32, bool), IndexError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let word = self.cursor.varint();
        let found = word.and_then(|word| {
            self.version = self.version.checked_add(word >> 1)?;
            Some((self.version, word & 1 == 0))
        });
        Some(found.ok_or(DAMAGED))
    }
}
