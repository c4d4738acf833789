//! The entries of an archive: tar as a stream, ZIP by its directory.
//!
//! ZIP is defined by <https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT>. Entries may
//! overlap, which multiplies what they unpack to; they all draw on the allowance of the walk.

use std::cell::Cell;
use std::io::{self, Read, Seek};
use std::rc::Rc;

use zip::ZipArchive;
use zip::result::ZipError;

use super::Walk;
use super::packing::Metered;
use crate::feed::HEAD;

/// Most bytes of a ZIP's directory that are read. One entry takes 46 bytes there, and some 300
/// in memory; the archive of all of OSV has about 80 bytes for each of a million entries.
const MOST_DIRECTORY: u64 = 128 << 20;

impl Walk<'_> {
    /// The entries of a tar. `parent` names the archive where it was in another.
    pub(super) fn tar(
        &mut self,
        reader: &mut dyn Read,
        parent: &str,
        depth: u32,
    ) -> io::Result<()> {
        // Long names and extended headers are read into memory before we see the entry.
        let budget = self.limits.file_size.saturating_add(HEAD as u64);
        let left = Rc::new(Cell::new(budget));
        let excess = "an entry of the archive is larger than any feed";
        let mut archive = tar::Archive::new(Metered::new(reader, &left, excess));
        let mut entries = archive.entries()?;
        loop {
            left.set(budget);
            let Some(entry) = entries.next() else { break };
            let mut entry = entry?;
            left.set(budget);
            self.count_entry()?;
            if entry.header().entry_type().is_file() {
                let name = format!("{parent}{}", String::from_utf8_lossy(&entry.path_bytes()));
                self.entry(&name, &mut entry, depth)?;
            }
        }
        Ok(())
    }

    /// The entries of a ZIP, which has this name.
    pub(super) fn zip(
        &mut self,
        reader: impl Read + Seek,
        name: &str,
        parent: &str,
        depth: u32,
    ) -> io::Result<()> {
        let left = Rc::new(Cell::new(MOST_DIRECTORY));
        let excess = "the directory of the archive is larger than any feed's";
        let mut archive = ZipArchive::new(Metered::new(reader, &left, excess)).map_err(told)?;
        // The last one of a name is what everybody unpacks.
        if archive.has_duplicate_names() {
            self.problem(name, &io::Error::other("several entries of the archive share a name"));
        }
        for index in 0..archive.len() {
            self.count_entry()?;
            left.set(u64::MAX);
            let mut file = match archive.by_index(index) {
                Ok(file) => file,
                Err(error) => {
                    self.problem(&format!("{parent}entry {index}"), &told(error));
                    continue;
                }
            };
            if !file.is_file() {
                continue;
            }
            let name = format!("{parent}{}", String::from_utf8_lossy(file.name_raw()));
            let unpacked = &Rc::clone(&self.left);
            let mut reader =
                Metered::new(&mut file, unpacked, "the archive unpacks to more than any feed");
            if let Err(error) = self.entry(&name, &mut reader, depth) {
                if unpacked.get() == 0 {
                    return Err(error);
                }
                // The others have their places in the directory.
                self.problem(&name, &error);
            }
        }
        Ok(())
    }

    /// One file of an archive. What is wrong in an archive within costs that one.
    fn entry(&mut self, name: &str, reader: &mut dyn Read, depth: u32) -> io::Result<()> {
        if self.newer.than(name) {
            self.walked.superseded += 1;
            return Ok(());
        }
        if super::Packed::of(name).is_plain() {
            return self.content(name, "", reader, depth);
        }
        if let Err(error) = self.content(name, &format!("{name}/"), reader, depth) {
            if self.left.get() == 0 {
                return Err(error);
            }
            self.problem(name, &error);
        }
        Ok(())
    }

    fn count_entry(&mut self) -> io::Result<()> {
        self.entries += 1;
        if self.entries > self.limits.files {
            return Err(io::Error::other("too many files in the archive"));
        }
        Ok(())
    }
}

fn told(error: ZipError) -> io::Error {
    match error {
        ZipError::Io(error) => error,
        error => io::Error::other(error),
    }
}
