//! An index on disk.

use std::fs::File;
use std::io;
use std::path::Path;

use memmap2::Mmap;

use crate::{IndexError, JavaIndex};

/// A mapped file that was opened as an index once.
#[derive(Debug)]
pub struct IndexFile {
    /// Nothing where a file is empty, which cannot be mapped everywhere.
    map: Option<Mmap>,
}

impl IndexFile {
    /// Maps a file, and checks its header.
    pub fn open(path: &Path) -> Result<IndexFile, IndexError> {
        let map = map(path).map_err(|source| IndexError::Open { path: path.to_owned(), source })?;
        let file = IndexFile { map };
        file.index()?;
        Ok(file)
    }

    /// The index.
    pub fn index(&self) -> Result<JavaIndex<'_>, IndexError> {
        JavaIndex::open(self.map.as_deref().unwrap_or_default())
    }
}

fn map(path: &Path) -> io::Result<Option<Mmap>> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    if metadata.len() == 0 {
        return Ok(None);
    }
    #[expect(unsafe_code, reason = "a map of a file cannot be had without it")]
    // SAFETY: the map is read-only and lives as long as the value that hands out its bytes. Another
    // process may change the file under us; Plimsoll never does, it renames a new file over the old
    // one. A foreign program that writes in place breaks this: every read checks lengths anew, so
    // that changed bytes give wrong answers or an error, and a shortened file ends the process by a
    // signal.
    let map = unsafe { Mmap::map(&file)? };
    Ok(Some(map))
}
